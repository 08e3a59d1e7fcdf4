"""Label batches from the command line: check, start, pause, go on, print again, cancel, list, and the manifest."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import Fact, Refusal
from app.domain.label_batches import ChosenBy
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.people import Actor, Role
from app.operations import label_batches as acts
from app.queries.label_batches import BatchRow, asides, batch_number, batch_rows, batch_view, manifest
from app.queries.label_choices import Choice, checked, facts_from, found_by, states_for
from app.queries.waves import warehouse_ids
from app.texts import say
from db.store import Store

LEAD = Actor(None, None, Role.LEAD)


@dataclass(frozen=True, slots=True)
class LabelDesk:
    """Somebody who works on the label batches of the first warehouse; `tell` takes a line of output.

    Every method raises the Refusal of the operation that it carries out.
    """

    store: Store
    language: str
    tell: Callable[[str], None]

    @property
    def warehouse(self) -> int:
        """The first warehouse; raises Refusal `batches_none_found` where there is none."""
        found = self.store.read(warehouse_ids)
        if not found:
            raise Refusal("batches_none_found")
        return found[0]

    def say(self, code: str, /, **facts: Fact) -> None:
        """A sentence as a line of output."""
        self.tell(say(code, facts, self.language))

    def plan(self, wanted: Namespace) -> None:
        """Check orders and note them as a label batch; what is set aside is told with its reason."""
        sequence = LabelSequence(wanted.sequence)
        choice = self._choice(wanted, sequence)
        found = self.store.read(checked, self.warehouse, choice, sequence, wanted.queue)
        if not found.members:
            raise Refusal("batches_none_found")
        if not found.good:
            first = found.members[0]
            why: dict[str, Fact] = {**facts_from(first.facts), "why_code": first.reason}
            raise Refusal("batches_nothing_why", count=len(found.members), **why)
        batch = self.store.write(
            acts.plan_labels, LEAD, self.warehouse, found.members, queue=wanted.queue, sequence=sequence,
            separators=not wanted.no_separators,
        )
        row = self.store.read(batch_view, batch).row
        code = "batches_planned_left" if found.left_out else "batches_planned"
        self.say(code, number=row.number, good=row.orders, aside=row.aside, left=found.left_out)
        self._tell_asides(batch)

    def _choice(self, wanted: Namespace, sequence: LabelSequence) -> Choice:
        if wanted.wave is not None:
            return Choice(ChosenBy.WAVE, wanted.wave)
        if wanted.cart is not None:
            return Choice(ChosenBy.CART, wanted.cart)
        if wanted.carrier is not None:
            return Choice(ChosenBy.CARRIER, carrier=wanted.carrier, service=wanted.service)
        if wanted.orders is not None:
            states = states_for(sequence)
            ids = (self.store.read(found_by, self.warehouse, text, *states) for text in wanted.orders)
            return Choice(ChosenBy.ORDERS, orders=tuple(dict.fromkeys(order for some in ids for order in some)))
        return Choice(ChosenBy.PICKED)

    def start(self, number: int) -> None:
        """Print a label batch."""
        self.store.write(acts.start_labels, LEAD, self._batch(number))
        self.say("batches_started", number=number, queue=self._row(number).queue)

    def pause(self, number: int) -> None:
        """Pause a label batch."""
        self.store.write(acts.pause_labels, LEAD, self._batch(number))
        self.say("batches_pauses", number=number)

    def resume(self, number: int, label: str | None, *, again: bool) -> None:
        """Let a label batch go on, from the label in the hand where one is named."""
        batch = self._batch(number)
        if label is None:
            count = self.store.write(acts.go_on, LEAD, batch)
            self.say("batches_goes_on_again" if count else "batches_goes_on", number=number, again=count)
            return
        out = made = 0
        while True:
            done = self.store.write(acts.resume_from, LEAD, batch, label, again=again)
            out, made = out + done.out, made + done.again
            if not done.left:
                break
        self.say("batches_resumed", number=done.number, out=out, again=made)

    def reprint(self, number: int, first: int, last: int, reason: str) -> None:
        """Print a range of labels again."""
        batch = self._batch(number)
        made, on_boxes, following = 0, 0, first
        while True:
            done = self.store.write(acts.reprint_range, LEAD, batch, following, last, reason)
            made, on_boxes = made + done.made, max(on_boxes, done.on_boxes)
            if done.next is None:
                break
            following = done.next
        self.say("batches_range_done_boxes" if on_boxes else "batches_range_done", made=made, boxes=on_boxes)

    def check(self, number: int) -> None:
        """Look again at what was set aside."""
        batch = self._batch(number)
        back = self.store.write(acts.check_again, LEAD, batch)
        self.say("batches_checked_again", number=number, count=back)
        self._tell_asides(batch)

    def cancel(self, number: int) -> None:
        """Take back what is not printed."""
        count = self.store.write(acts.cancel_labels, LEAD, self._batch(number))
        self.say("batches_cancelled_now", number=number, count=count)

    def list(self) -> None:
        """Number, state, queue, labels printed and in all, uncertain, failed, set aside; a line a label batch."""
        for row in self.store.read(batch_rows, self.warehouse):
            counts = f"{row.printed:>6} {row.orders:>6} {row.uncertain:>4} {row.failed:>4} {row.aside:>5}"
            self.tell(f"{row.number:>6}  {row.state.value:<9}  {counts}  {row.queue}")

    def show(self, number: int) -> None:
        """How far a label batch is, and what is set aside."""
        row = self._row(number)
        self.say("batches_progress", printed=f"{row.printed:,}", total=f"{row.orders:,}")
        self._tell_asides(row.batch_id)

    def save(self, number: int, file: Path) -> None:
        """Write what was printed into a file."""
        from printing.documents.label_batch import write_manifest

        rows = self.store.read(manifest, self._batch(number))
        if not rows:
            raise Refusal("batches_manifest_empty", number=number)
        write_manifest(file, number, rows, self.language)
        self.say("batches_manifest_saved", file=str(file))

    def _batch(self, number: int) -> int:
        return self.store.read(batch_number, self.warehouse, number)

    def _row(self, number: int) -> BatchRow:
        return self.store.read(batch_view, self._batch(number)).row

    def _tell_asides(self, batch: int) -> None:
        for aside in self.store.read(asides, batch):
            reason = say(aside.reason, dict(aside.facts), self.language)
            self.say("batches_aside_line", number=aside.number, order=aside.order, reason=reason)


def work_on_labels(store: Store, wanted: Namespace, tell: Callable[[str], None]) -> None:
    """Carry out one `packbench labels` command and say what came of it."""
    desk = LabelDesk(store, wanted.language, tell)
    match wanted.verb:
        case "plan":
            desk.plan(wanted)
        case "start":
            desk.start(wanted.number)
        case "pause":
            desk.pause(wanted.number)
        case "resume":
            desk.resume(wanted.number, wanted.label, again=wanted.again)
        case "reprint":
            desk.reprint(wanted.number, wanted.first, wanted.last, wanted.reason)
        case "check":
            desk.check(wanted.number)
        case "cancel":
            desk.cancel(wanted.number)
        case "show":
            desk.show(wanted.number)
        case "manifest":
            desk.save(wanted.number, wanted.out)
        case _:
            desk.list()
