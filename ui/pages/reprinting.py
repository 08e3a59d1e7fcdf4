"""Asking why: for a reprint, and for whatever else needs a reason that a person gives by a digit or in own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.domain.barcode import Command
from app.domain.errors import Refusal
from app.domain.states import JobState
from ui.dialogs import Field, Option
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_queue import CopyRow

OTHER = "other"
UNREAD = "reason"  # an answer that its digit or barcode gives, never Enter
REPRINT = (
    Option("torn", "labels_why_torn", barcode=Command.TORN),
    Option("blurred", "labels_why_blurred", barcode=Command.BLURRED),
    Option("lost", "labels_why_lost", barcode=Command.LOST),
)


async def ask_reason(work: Workspace, title: str, detail: str, reasons: Sequence[Option]) -> str | None:
    """One of the reasons (their texts are codes), or what is typed for another one; None when the question was left.

    Enter alone takes none: a reason that nobody has read is no reason.
    """
    say = work.words.say
    options = [Option(each.answer, say(each.text), each.kind or UNREAD, each.barcode) for each in reasons]
    answer = await work.dialogs.ask(title, detail, [*options, Option(OTHER, say("orders_why_other"), UNREAD)])
    if answer is None or answer.option != OTHER:
        return None if answer is None else answer.option
    typed = await work.dialogs.ask(
        title, detail, [Option("go", say("orders_go_on"))], Field(say("orders_why_other_field"))
    )
    return None if typed is None else typed.text


async def reprint_label(
    work: Workspace, parcel_id: int, tracking: str, order: str, copies: Sequence[CopyRow]
) -> int | None:
    """Ask why, and print another copy at this station; returns its number, None when the question was left.

    `copies` are those that there are. Raises what `app.operations.labels.reprint` raises.
    """
    from app.operations.label_copies import reprint

    newest = [copy.state for copy in copies if copy.state is not JobState.CANCELLED][-1:]
    if newest in ([JobState.UNCERTAIN], [JobState.QUEUED], [JobState.SENDING]):
        # nobody should give a reason for what cannot be done yet
        raise Refusal("settle_first" if newest == [JobState.UNCERTAIN] else "still_printing")
    say, station = work.words.say, work.settings.station
    detail = say("labels_reprint_detail", tracking=tracking, station=station)
    reason = await ask_reason(work, say("labels_reprint_title", order=order), detail, REPRINT)
    if reason is None:
        return None
    copy = await work.feed.write(reprint, work.place.person, parcel_id, reason, station)
    work.dialogs.tell(
        "labels_reprinting" if work.settings.printer else "labels_reprint_waits", copy=copy, station=station
    )
    return copy
