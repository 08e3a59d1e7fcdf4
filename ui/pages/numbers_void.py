"""Taking a label back: which one, until when that goes, why, and whether its box gets another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.barcode import group
from app.domain.errors import Refusal
from ui.dialogs import Option
from ui.pages.reprinting import UNREAD, ask_reason
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.numbers import LabelToVoid

WHY = (
    Option("void_why_address", "void_why_address"),
    Option("void_why_service", "void_why_service"),
    Option("void_why_packed", "void_why_packed"),
    Option("void_why_not_sent", "void_why_not_sent"),
)
_RELABEL, _VOID, _KEEP = "relabel", "void", "keep"


async def void_label(work: Workspace, order_id: int, order: str) -> None:
    """Ask which label of an order, what is to be done with it and why, and do it.

    A label that cannot be voided any more is refused before anybody has thought of a reason. Raises Refusal
    `void_nothing`, and what `app.operations.voiding` raises.
    """
    from app.queries.numbers import labels_to_void

    labels = await work.feed.read(labels_to_void, order_id)
    if not labels:
        raise Refusal("void_nothing", order=order)
    label = await _choose(work, labels)
    if label is None:
        return
    if not label.voided:
        _check(work, label)
    wanted = await _what(work, label)
    if wanted not in (_RELABEL, _VOID):
        return
    say = work.words.say
    title = say("void_again_title" if label.voided else "void_title", order=order)
    reason = await ask_reason(work, title, say("void_why"), WHY)
    if reason is not None:
        await _carry_out(work, label, wanted, reason)


async def _choose(work: Workspace, labels: tuple[LabelToVoid, ...]) -> LabelToVoid | None:
    if len(labels) == 1:
        return labels[0]
    options = [Option(str(label.parcel_id), group(label.tracking)) for label in labels]
    answer = await work.dialogs.ask(work.words.say("void_which", order=labels[0].order), "", options)
    return None if answer is None else next(each for each in labels if str(each.parcel_id) == answer.option)


def _check(work: Workspace, label: LabelToVoid) -> None:
    """What the operation would refuse after all the questions."""
    if label.manifest is not None:
        raise Refusal("void_on_manifest", tracking=group(label.tracking), manifest=label.manifest)
    if label.void_by is not None and work.feed.store.clock.now() >= label.void_by:
        raise Refusal("void_too_late", tracking=group(label.tracking), carrier=label.carrier, until=label.until)


async def _what(work: Workspace, label: LabelToVoid) -> str:
    say, tracking = work.words.say, group(label.tracking)
    keep = Option(_KEEP, say("void_keep"))
    if label.voided:
        title, detail = say("void_again_title", order=label.order), say("void_again_detail", tracking=tracking)
        options = [keep, Option(_RELABEL, say("void_again_go"), UNREAD)]
    else:
        title = say("void_title", order=label.order)
        if label.void_by is None:
            detail = say("void_open", tracking=tracking)
        else:
            left = work.words.age((label.void_by - work.feed.store.clock.now()).total_seconds())
            detail = say("void_until", tracking=tracking, until=label.until, left=left)
        options = [keep, Option(_RELABEL, say("void_and_relabel"), "danger"), Option(_VOID, say("void_only"), "danger")]
    if label.received:
        detail = f"{detail}\n{say('void_of_carrier')}"
    answer = await work.dialogs.ask(title, detail, options)
    return _KEEP if answer is None else answer.option


async def _carry_out(work: Workspace, label: LabelToVoid, wanted: str, reason: str) -> None:
    from app.operations.voiding import relabel, void

    person, station = work.place.person, work.settings.station
    if wanted == _VOID:
        await work.feed.write(void, person, label.parcel_id, reason)
        work.dialogs.tell("void_done", tracking=group(label.tracking))
        return
    made = await work.feed.write(relabel, person, label.parcel_id, reason, station)
    if work.settings.printer:
        work.dialogs.tell("void_relabelled", tracking=group(made.tracking), station=station, copy=made.copy)
    else:
        work.dialogs.tell("void_relabel_waits", tracking=group(made.tracking), station=station)
