"""What people do with label batches, as questions that are answered by digits: make, start, pause, print again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import Refusal
from app.domain.label_batches import ChosenBy, LabelBatchState
from app.domain.label_batches import Sequence as LabelSequence
from ui.dialogs import Field, Option
from ui.pages.reprinting import REPRINT, UNREAD, ask_reason
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_batches import BatchRow, BatchView
    from app.queries.label_choices import Choice, Offer
    from app.queries.label_hand import HandView

MOST = 8  # offers in one question: the ninth digit asks for more
MORE = "more"
FOUND = "found"
HOW = (
    ("batches_how_tote", LabelSequence.TOTE, True), ("batches_how_tote_plain", LabelSequence.TOTE, False),
    ("batches_how_pick", LabelSequence.PICK, True), ("batches_how_pick_plain", LabelSequence.PICK, False),
)  # fmt: skip


async def make(work: Workspace) -> int | None:
    """Ask which labels, in which order and where, check the orders, and note them as a label batch; its id.

    None when a question was left. Raises Refusal `batches_no_printer`, `batches_none_found`, `batches_nothing_why`.
    """
    from app.operations.label_batches import plan_labels
    from app.queries.label_batches import batch_view
    from app.queries.label_choices import checked

    say = work.words.say
    by = await _ask_what(work)
    if by is None:
        return None
    how = await work.dialogs.ask(
        say("batches_how_title"), say("batches_how_detail"),
        [Option(str(at), say(code), "primary" if at == 0 else "") for at, (code, *_) in enumerate(HOW)],
    )
    if how is None:
        return None
    _, sequence, separators = HOW[int(how.option)]
    choice = await (_ask_text(work, sequence) if by == FOUND else _ask_which(work, ChosenBy(by), sequence))
    queue = None if choice is None else await _ask_where(work)
    if choice is None or queue is None:
        return None
    found = await work.feed.read(checked, work.place.warehouse, choice, sequence, queue)
    if not found.members:
        raise Refusal("batches_none_found")
    if not found.good:
        first = found.members[0]
        raise Refusal("batches_nothing_why", count=len(found.members), **_why(first.reason, first.facts))
    made = await work.feed.write(
        plan_labels, work.place.person, work.place.warehouse, found.members, queue=queue, sequence=sequence,
        separators=separators,
    )
    row = (await work.feed.read(batch_view, made)).row
    if found.left_out:
        work.dialogs.tell(
            "batches_planned_left", number=row.number, good=row.orders, aside=row.aside, left=found.left_out
        )
    else:
        work.dialogs.tell("batches_planned", number=row.number, good=row.orders, aside=row.aside)
    return made


def _why(reason: str | None, facts: str) -> dict[str, str | int | bool | None]:
    from app.queries.label_choices import facts_from

    return {**facts_from(facts), "why_code": reason}


async def _ask_what(work: Workspace) -> str | None:
    from app.queries.label_choices import offers

    say = work.words.say
    everything = await work.feed.read(offers, work.place.warehouse, ChosenBy.PICKED, LabelSequence.TOTE)
    count = sum(offer.orders for offer in everything)
    options = [
        Option(by, say(code)) for by, code in (
            (ChosenBy.WAVE, "batches_what_wave"), (ChosenBy.CART, "batches_what_cart"),
            (ChosenBy.CARRIER, "batches_what_carrier"), (ChosenBy.PICKED, "batches_what_picked"),
            (FOUND, "batches_what_found"),
        )
    ]  # fmt: skip
    answer = await work.dialogs.ask(say("batches_what_title"), say("batches_what_detail", count=f"{count:,}"), options)
    return None if answer is None else answer.option


async def _ask_which(work: Workspace, by: ChosenBy, sequence: LabelSequence) -> Choice | None:
    from app.queries.label_choices import Choice, offers

    if by is ChosenBy.PICKED:
        return Choice(by)
    say = work.words.say
    found = await work.feed.read(offers, work.place.warehouse, by, sequence)
    if not found:
        raise Refusal("batches_none_found")
    first = 0
    while True:
        shown = found[first : first + MOST]
        options = [Option(str(first + at), _offered(work, offer)) for at, offer in enumerate(shown)]
        if len(found) > MOST:
            options.append(Option(MORE, say("batches_which_more")))
        code = {ChosenBy.WAVE: "wave", ChosenBy.CART: "cart"}.get(by, "carrier")
        answer = await work.dialogs.ask(say(f"batches_which_{code}"), "", options)
        if answer is None:
            return None
        if answer.option != MORE:
            return found[int(answer.option)].choice
        first = first + MOST if first + MOST < len(found) else 0


def _offered(work: Workspace, offer: Offer) -> str:
    say, choice, count = work.words.say, offer.choice, f"{offer.orders:,}"
    if choice.by is ChosenBy.WAVE:
        return say("batches_offer_wave", wave=offer.wave, count=count)
    if choice.by is ChosenBy.CART:
        return say("batches_offer_cart", wave=offer.wave, cart=offer.cart, count=count)
    named = " · ".join(part for part in (choice.carrier, choice.service) if part)
    return say("batches_offer", name=named or say("batches_no_carrier"), count=count)


async def _ask_text(work: Workspace, sequence: LabelSequence) -> Choice | None:
    from app.queries.label_choices import Choice, found_by, states_for

    say = work.words.say
    answer = await work.dialogs.ask(
        say("batches_find_title"), say("batches_find_detail"), [Option("go", say("batches_find_go"))],
        Field(say("batches_find_field"), scans=True),
    )
    if answer is None:
        return None
    states = states_for(sequence)
    orders = await work.feed.read(found_by, work.place.warehouse, answer.text, *states)
    return Choice(ChosenBy.ORDERS, orders=orders)


async def _ask_where(work: Workspace) -> str | None:
    """The queue of this station's printer; where there are several printers, the one that is chosen."""
    from app.queries.print_queues import printing_queues

    own = work.settings.station if work.settings.printer else ""
    others = [queue for queue in await work.feed.read(printing_queues, work.place.warehouse) if queue != own]
    queues = [*([own] if own else []), *others][:9]
    if not queues:
        raise Refusal("batches_no_printer", station=work.settings.station)
    if len(queues) == 1:
        return queues[0]
    options = [Option(queue, queue, "primary" if queue == own else "") for queue in queues]
    answer = await work.dialogs.ask(work.words.say("batches_where_title"), "", options)
    return None if answer is None else answer.option


async def start(work: Workspace, row: BatchRow) -> None:
    """Print what was checked."""
    from app.operations.label_batches import start_labels

    await work.feed.write(start_labels, work.place.person, row.batch_id)
    work.dialogs.tell("batches_started", number=row.number, queue=row.queue)


async def pause_or_go_on(work: Workspace, row: BatchRow) -> None:
    """Pause a label batch that is printing, let a paused one go on."""
    from app.operations.label_batches import go_on, pause_labels

    if row.state is LabelBatchState.PAUSED:
        again = await work.feed.write(go_on, work.place.person, row.batch_id)
        if row.uncertain + row.separators:
            work.dialogs.tell("batches_goes_on_settle", number=row.number)
        elif again:
            work.dialogs.tell("batches_goes_on_again", number=row.number, again=again)
        else:
            work.dialogs.tell("batches_goes_on", number=row.number)
    else:
        await work.feed.write(pause_labels, work.place.person, row.batch_id)
        work.dialogs.tell("batches_pauses", number=row.number)


async def check_again(work: Workspace, row: BatchRow) -> None:
    """Look again at what was set aside."""
    from app.operations.label_batches import check_again as look_again

    back = await work.feed.write(look_again, work.place.person, row.batch_id)
    work.dialogs.tell("batches_checked_again" if back else "batches_checked_none", number=row.number, count=back)


async def resume(work: Workspace, code: str, show: Callable[[int], None]) -> int:
    """A label is in the hand: its label batch, which `show` shows, goes on from it; the id of the batch.

    What was printed after it is asked about. Raises what `app.operations.label_batches.resume_from` raises, and
    `batches_pause_first` while labels come out.
    """
    from app.operations.label_batches import resume_from
    from app.queries.label_batches import batch_view
    from app.queries.label_hand import hand_view

    seen = await work.feed.read(hand_view, code)
    hand = seen.hand
    show(hand.batch_id)
    row = (await work.feed.read(batch_view, hand.batch_id)).row
    doubt = seen.out + seen.lost + row.separators
    if row.state is LabelBatchState.PRINTING and not doubt:
        if not seen.after and not seen.sending:
            work.dialogs.tell("batches_hand_here", number=hand.number, order=hand.order)
            return hand.batch_id
        raise Refusal("batches_pause_first")
    if seen.sending:
        raise Refusal("batches_in_printer", count=seen.sending)
    if row.state is LabelBatchState.DONE and not doubt and not seen.after:
        work.dialogs.tell("batches_hand_here", number=hand.number, order=hand.order)
        return hand.batch_id
    again = await _ask_after(work, seen) if seen.after else False
    if again is None or (row.state is LabelBatchState.DONE and not again and not doubt):
        return hand.batch_id
    out = made = 0
    while True:
        done = await work.feed.write(resume_from, work.place.person, hand.batch_id, code, again=again)
        out, made = out + done.out, made + done.again
        if not done.left:
            break
    work.sounds.play("complete")
    work.dialogs.tell("batches_resumed", number=hand.number, out=out, again=made)
    return hand.batch_id


async def _ask_after(work: Workspace, seen: HandView) -> bool | None:
    """Whether what was printed after the label in the hand is spoilt; None when the question was left."""
    say = work.words.say
    answer = await work.dialogs.ask(
        say("batches_hand_title", number=seen.hand.number, order=seen.hand.order),
        say("batches_hand_detail", count=seen.after),
        [
            Option("good", say("batches_hand_good"), UNREAD),
            Option("again", say("batches_hand_again", count=seen.after), "danger"),
        ],
    )
    return None if answer is None else answer.option == "again"


async def ask_label(work: Workspace) -> str | None:
    """The number of a label that cannot be scanned."""
    say = work.words.say
    answer = await work.dialogs.ask(
        say("batches_type_title"), "", [Option("go", say("orders_go_on"))],
        Field(say("batches_type_field"), scans=True),
    )
    return None if answer is None else answer.text


async def print_again(work: Workspace, view: BatchView) -> None:
    """Ask from which label to which, and why, and print these again."""
    from app.operations.label_batches import reprint_range

    row, say = view.row, work.words.say
    ends: list[int] = []
    for code in ("batches_range_first", "batches_range_last"):
        number = await _ask_number(work, view, say(code), ends)
        if number is None:
            return
        ends.append(number)
    first, last = sorted(ends)
    title = say("batches_range_title", number=row.number)
    reason = await ask_reason(work, title, say("batches_range_why", first=first, last=last), REPRINT)
    if reason is None:
        return
    made, on_boxes, following = 0, 0, first
    while True:
        done = await work.feed.write(reprint_range, work.place.person, row.batch_id, following, last, reason)
        made, on_boxes = made + done.made, max(on_boxes, done.on_boxes)
        if done.next is None:
            break
        following = done.next
    if on_boxes:
        work.dialogs.tell("batches_range_done_boxes", made=made, boxes=on_boxes)
    else:
        work.dialogs.tell("batches_range_done", made=made)


async def _ask_number(work: Workspace, view: BatchView, label: str, before: Sequence[int]) -> int | None:
    """The number of a label, typed or scanned."""
    from app.queries.label_hand import in_hand

    say, wrong = work.words.say, ""
    while True:
        answer = await work.dialogs.ask(
            say("batches_range_title", number=view.row.number), say("batches_range_detail", last=view.numbers),
            [Option("go", say("orders_go_on"))], Field(label, str(before[-1]) if before else "", scans=True),
            wrong=wrong,
        )  # fmt: skip
        if answer is None:
            return None
        text = answer.text.strip()
        if text.isdecimal() and len(text) < 7:
            if 1 <= int(text) <= view.numbers:
                return int(text)
            wrong = say("batches_range_detail", last=view.numbers)
            continue
        try:
            hand = await work.feed.read(in_hand, text)
        except Refusal as refusal:
            wrong = work.words.explain(refusal)
            continue
        if hand.batch_id == view.row.batch_id:
            return hand.number
        wrong = say("batches_other_batch", number=hand.batch)


async def cancel(work: Workspace, row: BatchRow) -> None:
    """Take back what is not printed, when the person has looked again."""
    from app.operations.label_batches import cancel_labels

    if row.state in (LabelBatchState.DONE, LabelBatchState.CANCELLED):
        raise Refusal(f"batches_is_{row.state}", number=row.number)
    say = work.words.say
    answer = await work.dialogs.ask(
        say("batches_cancel_title", number=row.number), say("batches_cancel_detail"),
        [Option("keep", say("batches_cancel_keep")), Option("go", say("batches_cancel_go"), "danger")],
    )
    if answer is None or answer.option != "go":
        return
    count = await work.feed.write(cancel_labels, work.place.person, row.batch_id)
    work.dialogs.tell("batches_cancelled_now", number=row.number, count=count)


async def save_manifest(work: Workspace, row: BatchRow) -> None:
    """Ask for a file, and write what was printed into it."""
    from app.queries.label_batches import manifest
    from printing.documents.label_batch import write_manifest  # what writes PDF is loaded by those who want one

    say = work.words.say
    rows = await work.feed.read(manifest, row.batch_id)
    if not rows:
        raise Refusal("batches_manifest_empty", number=row.number)
    answer = await work.dialogs.ask(
        say("batches_save_title", number=row.number), say("batches_save_detail", count=f"{len(rows):,}"),
        [Option("go", say("batches_save_go"))],
        Field(say("batches_save_field"), str(Path.home() / f"label-batch-{row.number}.pdf")),
    )
    if answer is None:
        return
    path = Path.home() / answer.text  # a path from the root stays as it is
    await asyncio.to_thread(write_manifest, path, row.number, rows, work.words.language)
    work.dialogs.tell("batches_manifest_saved", file=str(path))
