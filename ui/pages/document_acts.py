"""What is done with a document that is shown: printed, also once more, and kept as a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.domain.documents import ON_LABEL_STOCK, Document
from app.domain.errors import KnownError, Refusal
from app.domain.routing import document_queue, label_queue
from ui.dialogs import Field, Option
from ui.pages.document_pane import Made
from ui.workspace import Workspace

MOST_COPIES = 50


async def print_made(work: Workspace, made: Made, order_id: int | None, copies: int) -> None:
    """Print it where its paper is: on the document printer, or on label stock; raises Refusal `papers_no_printer`."""
    from app.operations.documents import queue_document

    document, settings = made.wanted.document, work.settings
    if settings.document_printer and made.wanted.paper not in ON_LABEL_STOCK:
        queue, payload, language, dpi, labels = document_queue(settings.station), made.pdf, "pdf", 203, 1
    elif made.wanted.paper in ON_LABEL_STOCK and settings.printer:
        queue = label_queue(settings.station)
        payload, language, dpi, labels = await _for_labels(work, made, queue)
    else:
        raise Refusal("papers_no_printer")
    await work.feed.write(
        queue_document, work.place.person, document, payload, queue=queue, order_id=order_id, language=language,
        dpi=dpi, pages=labels, copies=copies,
    )
    work.dialogs.tell("papers_printing", document=work.words.say(f"papers_{document}"))


async def _for_labels(work: Workspace, made: Made, queue: str) -> tuple[bytes, str, int, int]:
    """The document on label stock, in the language and at the resolution of the label printer; how many labels."""
    from app.queries.documents import printer_of
    from printing.received import compose_copy

    takes = await work.feed.read(printer_of, queue)
    composed = await asyncio.to_thread(
        compose_copy, made.pdf, language=takes.language, dpi=takes.dpi, width_mm=takes.width_mm,
        height_mm=takes.height_mm, order="", slot=None, copy=0, code="",
    )
    return composed.payload, takes.language, takes.dpi, composed.labels


async def ask_again(work: Workspace, document: Document) -> int:
    """It was printed a moment ago: how often it is wanted once more, 0 for not at all.

    Raises Refusal `papers_copies_wrong` (most).
    """
    say = work.words.say
    answer = await work.dialogs.ask(
        say("papers_again_question", document=say(f"papers_{document}")), say("papers_again_detail"),
        [Option("print", say("papers_again"), "primary")], Field(say("papers_copies"), "1"),
    )
    if answer is None:
        return 0
    text = answer.text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MOST_COPIES):
        raise Refusal("papers_copies_wrong", most=MOST_COPIES)
    return int(text)


def write_file(file: str, pdf: bytes) -> str:
    """Keep a document as a file, whose whole name is returned; raises KnownError `file_unwritable` (file, why)."""
    path = Path(file).expanduser()
    try:
        path.write_bytes(pdf)
    except OSError as error:
        raise KnownError("file_unwritable", file=str(path), why=error.strerror or "") from None
    return str(path)


def place_in(text: str, counted: bool, before: tuple[int, int, int]) -> tuple[int, int, int]:
    """Start, first number and count out of `1-24, 5`, or start alone; raises Refusal `papers_more_wrong`."""
    numbers, _, start = text.rpartition(",") if counted else ("", "", text)
    first, _, last = numbers.partition("-")
    try:
        begins = int(start)
        low, high = (int(first), int(last)) if counted else (before[1], before[1] + before[2] - 1)
    except ValueError:
        raise Refusal("papers_more_wrong") from None
    if begins < 1 or low < 1 or high < low:
        raise Refusal("papers_more_wrong")
    return begins, low, high - low + 1
