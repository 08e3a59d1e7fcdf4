"""What people do with print queues and with labels nobody knows about: settle, pause, take back, move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.barcode import Command
from app.domain.errors import Refusal
from app.domain.states import JobState
from ui.dialogs import Option
from ui.pages.reprinting import UNREAD
from ui.signs import job_reason
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.desk_view import QueueStands
    from app.queries.label_queue import JobRow
    from app.queries.print_queues import Beside

MOST = 8  # queues in one question: the ninth digit asks for more
MORE = "more"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The copy of a label that nobody knows about; `called` says which it is, as a person reads it."""

    job_id: int
    copy: int
    called: str
    queue: str


async def say_came_out(work: Workspace, label: Doubtful) -> None:
    """It came out; where others of its printer are uncertain, ask whether it was the last that did.

    Raises Refusal `nothing_uncertain`.
    """
    from app.operations.label_copies import settle
    from app.queries.print_queues import uncertain_beside

    person = work.place.person
    beside = await work.feed.read(uncertain_beside, label.job_id)
    if len(beside.out) + len(beside.lost) > 1 and beside.later is None:
        answer = await work.dialogs.ask(*_which_came_out(work.words, label, beside))
        if answer is None:
            return
        if answer.option == "last":
            await _settle_by_last(work, label)
            return
    await work.feed.write(settle, person, label.job_id, came_out=True)
    work.dialogs.tell("labels_settled_printed", called=label.called)


def _which_came_out(words: Words, label: Doubtful, beside: Beside) -> tuple[str, str, list[Option]]:
    say = words.say
    before, after = len(beside.out) - 1, len(beside.lost)
    if not after:
        last = say("labels_last_before", before=before)
    elif not before:
        last = say("labels_last_after", after=after)
    else:
        last = say("labels_last_both", before=before, after=after)
    count = before + 1 + after
    if len(beside.queues) == 1:
        detail = say("labels_last_detail", count=count, queue=beside.queues[0][0])
    else:
        queues = ", ".join(f"{queue} ({of})" for queue, of in beside.queues)
        detail = say("labels_last_shared", count=count, queues=queues)
    return (
        say("labels_last_title", called=label.called),
        detail,
        [
            Option("only", say("labels_last_only"), barcode=Command.PRINTED),
            # what makes copies of labels that may lie there already is more than a mistaken word
            Option("last", last, "danger" if after else UNREAD),
        ],
    )


async def _settle_by_last(work: Workspace, label: Doubtful) -> None:
    from app.operations.print_queue import settle_by_last

    done = await work.feed.write(settle_by_last, work.place.person, label.job_id)
    if done.files:
        work.dialogs.tell("labels_settled_files", out=done.came_out, copied=done.copied, files=done.files)
    else:
        work.dialogs.tell("labels_settled_last", out=done.came_out, copied=done.copied)


async def say_not_out(work: Workspace, label: Doubtful) -> None:
    """It did not come out: print its next copy, when the person has looked again."""
    from app.operations.label_copies import settle

    say = work.words.say
    answer = await work.dialogs.ask(
        say("labels_not_out_title", called=label.called),
        say("labels_not_out_detail", copy=label.copy, queue=label.queue),
        [Option("look", say("labels_not_out_look")), Option("next", say("labels_not_out_go"), "danger")],
    )
    if answer is None or answer.option != "next":
        return
    following = await work.feed.write(settle, work.place.person, label.job_id, came_out=False)
    if following is None:
        work.dialogs.tell("labels_settled_file")
    else:
        work.dialogs.tell("labels_settled_not_out", called=label.called, copy=following, queue=label.queue)


async def print_document_again(work: Workspace, job_id: int, called: str) -> None:
    """Print a document once more, as it was."""
    from app.operations.documents import print_again

    await work.feed.write(print_again, work.place.person, job_id)
    work.dialogs.tell("papers_printing", document=called)


async def pause(work: Workspace, queue: str) -> None:
    """Let nothing more leave a queue."""
    from app.operations.print_queue import pause_queue

    await work.feed.write(pause_queue, work.place.person, queue)
    work.dialogs.tell("labels_queue_pauses", queue=queue)


async def go_on(work: Workspace, queue: str) -> None:
    """Let a paused queue print again."""
    from app.operations.print_queue import resume_queue

    await work.feed.write(resume_queue, work.place.person, queue)
    work.dialogs.tell("labels_queue_goes_on", queue=queue)


async def change_queue(work: Workspace, queue: str, job: JobRow | None, called: str) -> None:
    """Ask what is to be done with a queue: take a job back, move what waits, let another paused queue go on.

    `job` is the one that may be taken back, called `called`. Raises Refusal `labels_queue_empty` when there is nothing
    to do, `labels_no_other_printer`.
    """
    from app.queries.desk_view import queue_stands

    say = work.words.say
    stands = await work.feed.read(queue_stands, work.place.warehouse, queue, _own_queue(work))
    options = []
    if job is not None:
        options.append(Option("back", say("labels_take_back", called=called)))
    if stands.waiting and stands.others:
        options.append(Option("move", say("labels_move", count=stands.waiting)))
    paused = [other for other in stands.paused if other != queue]  # its own has a key
    options += [Option(f"on {other}", say("labels_let_go_on", queue=other)) for other in paused]
    if not options:
        raise Refusal("labels_no_other_printer" if stands.waiting else "labels_queue_empty", queue=queue)
    answer = await work.dialogs.ask(
        say("labels_queue_title", queue=queue), say("labels_queue_detail", count=stands.waiting), options
    )
    if answer is None:
        return
    if answer.option == "back" and job is not None:
        await _take_back(work, job, called)
    elif answer.option == "move":
        await _move(work, queue, stands)
    elif answer.option.startswith("on "):
        await go_on(work, answer.option.removeprefix("on "))


async def _take_back(work: Workspace, job: JobRow, called: str) -> None:
    from app.operations.print_queue import cancel_job

    say = work.words.say
    answer = await work.dialogs.ask(
        say("labels_take_back", called=called),
        say("labels_take_back_detail", count=1, queue=job.queue),
        [Option("keep", say("labels_keep")), Option("back", say("labels_take_back_go"), "danger")],
    )
    if answer is None or answer.option != "back":
        return
    state = await work.feed.write(cancel_job, work.place.person, job.job_id)
    if state is not JobState.CANCELLED:
        raise Refusal("labels_sent_already")
    work.dialogs.tell("labels_taken_back", called=called)


async def _move(work: Workspace, queue: str, stands: QueueStands) -> None:
    from app.operations.print_queue import move_queue

    say, words = work.words.say, work.words
    first = 0
    while True:
        shown = stands.others[first : first + MOST]
        options = [Option(other.queue, head_text(words, other.queue, other.waiting, other.reason)) for other in shown]
        if len(stands.others) > MOST:
            options.append(Option(MORE, say("labels_move_more")))
        chosen = await work.dialogs.ask(
            say("labels_move_title", queue=queue), say("labels_move_detail", count=stands.waiting), options
        )
        if chosen is None:
            return
        if chosen.option != MORE:
            break
        first = first + MOST if first + MOST < len(stands.others) else 0
    to = chosen.option
    answer = await work.dialogs.ask(
        say("labels_move_sure", count=stands.waiting, to=to), say("labels_move_sure_detail", queue=queue),
        [
            Option("keep", say("labels_keep")),
            Option("move", say("labels_move_go", count=stands.waiting, to=to), UNREAD),
        ],
    )
    if answer is None or answer.option != "move":
        return
    moved = await work.feed.write(move_queue, work.place.person, queue, to)
    work.dialogs.tell("labels_moved", count=moved, to=to)


def head_text(words: Words, queue: str, waiting: int, reason: str | None) -> str:
    """Where a queue stands, in a line: how many wait, and for what."""
    why = job_reason(words, reason)
    if not why:
        return words.say("labels_head", queue=queue, count=waiting)
    return words.say("labels_head_why", queue=queue, count=waiting, why=why)


def _own_queue(work: Workspace) -> str:
    """The queue of this station's printer, "" where it has none."""
    return work.settings.station if work.settings.printer else ""
