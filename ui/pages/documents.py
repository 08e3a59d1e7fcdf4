"""The documents page: what there are papers of at the left, the paper itself at the right, as it will be printed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from app.domain.customs import read_rates
from app.domain.documents import DOCUMENTS, ON_LABEL_STOCK, PAPERS, Document, Subject, Wanted
from app.domain.errors import KnownError, Refusal
from app.domain.routing import document_queue, label_queue
from ui.dialogs import Field, Option
from ui.pages.document_columns import document_columns
from ui.pages.document_pane import DocumentPane, Made
from ui.pages.list_page import ListPage, ListWords
from ui.pages.page import Empty
from ui.theme import SPACE
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.documents import Paper

GROUPS = tuple((subject.value, f"papers_of_{subject}") for subject in Subject)
PICKED_MS = 120  # who holds an arrow key down sees the last document, not all of them
LEAST, MOST = 420, 760  # px at normal size between which a document is shown
LANGUAGES = ("", "en", "zh")  # "": the buyer's


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows: how many there are of each subject, and rows of the list."""

    counts: Mapping[str, int]
    total: int


class DocumentsPage(ListPage):
    """F6, F7 and F8 turn document, language and paper; F4 prints what is shown, F5 keeps it as a file."""

    name = "documents"
    topics = frozenset({"orders", "waves", "parcels"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._key: int | None = None
        self._chosen = {subject: DOCUMENTS[subject][0] for subject in Subject}
        self._papers: dict[Document, str] = {}
        self._language = ""
        self._place = (1, 1, 24)  # of a sheet of codes: where it starts, the first number, how many
        self._making: asyncio.Task[None] | None = None
        words = ListWords(
            table="papers_table", tabs="papers_groups", find="papers_find_hint", none_match="papers_none_match",
            none_match_hint="papers_none_match_hint", total="papers_total", empty=Empty("papers_empty", "papers_hint"),
        )
        whole = self.make_list(
            words, GROUPS, document_columns(work), self._load, self._count, sort="", key=lambda row: row.key, loud={}
        )
        self.table.picked.connect(self._pick)
        self.pane = DocumentPane(work)
        self.middle.addWidget(self.pane)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, SPACE[1], 0, SPACE[0])
        column.setSpacing(0)
        column.addWidget(whole, 1)
        column.addWidget(self.foot)
        self._soon = QTimer(self, singleShot=True, interval=PICKED_MS)
        self._soon.timeout.connect(self._make)
        self.tabs.chosen.connect(self._other_subject)
        work.look_changed.connect(self._share)
        self.commands |= {
            "documents_print": self._print, "documents_save": self._save, "documents_which": self._which,
            "documents_language": self._turn_language, "documents_paper": self._ask_paper,
            "documents_more": self._more,
        }

    # reading

    @property
    def subject(self) -> Subject:
        """What there are papers of in the list."""
        return Subject(self.group)

    @property
    def row(self) -> Paper | None:
        """What is chosen in the list."""
        row: Paper | None = self.table.current
        return row if row is not None and row.key == self._key else None

    async def fetch(self) -> Seen:
        """How many there are of each subject, and the rows that are seen."""
        from app.queries.documents import paper_total

        place = self.work.place.warehouse
        counts = {
            subject.value: await self.work.feed.read(paper_total, subject, self.text, place) for subject in Subject
        }
        return Seen(counts, await self.model.reload())

    async def _load(self, _sort: str, _descending: bool, offset: int, limit: int) -> Sequence[Paper]:
        from app.queries.documents import paper_page

        place = self.work.place.warehouse
        return await self.work.feed.read(paper_page, self.subject, self.text, place, offset=offset, limit=limit)

    async def _count(self) -> int:
        from app.queries.documents import paper_total

        return await self.work.feed.read(paper_total, self.subject, self.text, self.work.place.warehouse)

    @property
    def at_rest(self) -> bool:
        """Whether the page shows the newest, and the document that is chosen."""
        made = self._making is None or self._making.done()
        return super().at_rest and made and not self._soon.isActive() and self.pane.preview.at_rest

    # painting

    def show_data(self, data: Seen) -> None:
        """Paint counts and rows; the document is laid out anew, for what it says may be another now."""
        self.show_list(data.counts, data.total)
        if not data.total:
            self._key = None
            self.pane.show_nothing()
        self._soon.start()

    def prompt(self) -> str:
        """What is to be done."""
        return self.work.words.say("papers_prompt")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between list and document."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        least, most = round(LEAST * self.work.scale), round(MOST * self.work.scale)
        self.pane.setFixedWidth(min(max(min(least, self.width() // 2), self.width() * 2 // 5), most))

    def _other_subject(self) -> None:
        self._key = None
        self.pane.show_nothing()

    def _pick(self, key: int | None) -> None:
        if key is not None:
            self._key = key
            self._soon.start()

    @property
    def _document(self) -> Document:
        from app.queries.documents import sheet_of

        if self.subject is Subject.CODES and self._key is not None:
            return sheet_of(self._key)
        return self._chosen[self.subject]

    def _wanted(self, place: int) -> Wanted:
        assert self._key is not None
        document = self._document
        start, first, count = self._place
        return Wanted(
            document, self._key, self._language or self.work.words.language,
            self._papers.get(document, PAPERS[document][0]), place, own=bool(self._language), start=start, first=first,
            count=count,
        )

    def _make(self) -> None:
        row = self.row
        if row is None or row.key < 0 or self._document is Document.COMMANDS:
            self.pane.show_waiting(row, self._document)
            return
        self._making = self.work.spawn(self._show_document())

    async def _show_document(self) -> None:
        wanted = self._wanted(self.work.place.warehouse)
        try:
            made = await self._made(wanted)
        except (Refusal, KnownError) as refusal:
            if self._key == wanted.key and self._document is wanted.document:
                self.pane.show_refusal(wanted, refusal)
            return
        if self._key == wanted.key and self._document is wanted.document:
            self.pane.show_document(made, self._language)

    async def _made(self, wanted: Wanted) -> Made:
        from app.documents import to_pdf
        from app.queries.documents import content_of

        content, language = await self.work.feed.read(content_of, wanted, read_rates(self.work.settings.sdr_rates))
        pdf = await asyncio.to_thread(to_pdf, content, language, wanted, self.work.feed.store.clock.now().date())
        return Made(wanted, pdf, hashlib.sha256(pdf).hexdigest(), language)

    # doing

    def _ready(self) -> Made:
        made = self.pane.made
        if made is None or self.row is None or made.wanted.key != self._key:
            raise Refusal("papers_choose_one")
        return made

    async def _print(self) -> None:
        from app.operations.documents import queue_document

        row = self.row
        if row is not None and row.key < 0:
            await self._close(row)
            return
        made, settings = self._ready(), self.work.settings
        document, order = made.wanted.document, made.wanted.key if self.subject is Subject.ORDER else None
        if settings.document_printer and made.wanted.paper not in ON_LABEL_STOCK:
            queue, payload, language, dpi = document_queue(settings.station), made.pdf, "pdf", 203
        elif made.wanted.paper in ON_LABEL_STOCK and settings.printer:
            queue = label_queue(settings.station)
            payload, language, dpi = await self._for_labels(made, queue)
        else:
            raise Refusal("papers_no_printer")
        await self.work.feed.write(
            queue_document, self.work.place.person, document, payload, queue=queue, order_id=order, language=language,
            dpi=dpi,
        )
        self.work.dialogs.tell("papers_printing", document=self.work.words.say(f"papers_{document}"))

    async def _for_labels(self, made: Made, queue: str) -> tuple[bytes, str, int]:
        """The document on label stock, in the language and at the resolution of the label printer."""
        from app.queries.documents import printer_of
        from printing.received import compose

        takes = await self.work.feed.read(printer_of, queue)
        payload = await asyncio.to_thread(
            compose, made.pdf, language=takes.language, dpi=takes.dpi, width_mm=takes.width_mm,
            height_mm=takes.height_mm, order="", slot=None, copy=0, code="",
        )
        return payload, takes.language, takes.dpi

    async def _close(self, row: Paper) -> None:
        """Make the manifest of all parcels of a carrier that stand there."""
        from app.operations.documents import close_manifest

        say = self.work.words.say
        answer = await self.work.dialogs.ask(
            say("papers_close_question", carrier=row.name or say("papers_own_labels"), count=row.count),
            say("papers_close_detail"), [Option("close", say("papers_close"), "primary")],
        )
        if answer is None:
            return
        made = await self.work.feed.write(
            close_manifest, self.work.place.person, self.work.place.warehouse, row.name
        )
        self._key = made
        self.table.look_for(made)
        self.refresh()

    async def _save(self) -> None:
        made, say = self._ready(), self.work.words.say
        proposed = Path.home() / f"{made.wanted.document}-{self._file_name()}.pdf"
        answer = await self.work.dialogs.ask(
            say("papers_save_question"), "", [Option("save", say("papers_save"), "primary")],
            Field(say("papers_save_file"), str(proposed)),
        )
        if answer is None:
            return
        path = await asyncio.to_thread(_write, answer.text, made.pdf)
        self.work.dialogs.tell("papers_saved", file=path)

    def _file_name(self) -> str:
        row = self.row
        name = "" if row is None else row.name
        return "".join(sign if sign.isalnum() else "-" for sign in name).strip("-")

    def _which(self) -> None:
        choice = DOCUMENTS[self.subject]
        if self.subject is not Subject.CODES:
            self._chosen[self.subject] = choice[(choice.index(self._document) + 1) % len(choice)]
            self._soon.start(0)

    def _turn_language(self) -> None:
        self._language = LANGUAGES[(LANGUAGES.index(self._language) + 1) % len(LANGUAGES)]
        self._soon.start(0)

    async def _ask_paper(self) -> None:
        document, say = self._document, self.work.words.say
        now = self._papers.get(document, PAPERS[document][0])
        answer = await self.work.dialogs.ask(
            say("papers_paper_question"), "",
            [Option(paper, say(f"papers_on_{paper}"), "primary" if paper == now else "") for paper in PAPERS[document]],
        )
        if answer is not None:
            self._papers[document] = answer.option
            self._soon.start(0)

    async def _more(self) -> None:
        """Where a half-used sheet begins, and which numbers are printed."""
        if self.subject is not Subject.CODES:
            raise Refusal("papers_only_codes")
        say, (start, first, count) = self.work.words.say, self._place
        counted = self._document in (Document.CARTS, Document.CARTONS)
        text = f"{first}-{first + count - 1}, {start}" if counted else str(start)
        answer = await self.work.dialogs.ask(
            say("papers_more_counted" if counted else "papers_more"), say("papers_more_detail"),
            [Option("ok", say("papers_more_ok"), "primary")], Field(say("papers_more_field"), text),
        )
        if answer is None:
            return
        self._place = _place(answer.text, counted, self._place)
        self._soon.start(0)


def _write(file: str, pdf: bytes) -> str:
    path = Path(file).expanduser()
    try:
        path.write_bytes(pdf)
    except OSError as error:
        raise KnownError("file_unwritable", file=str(path), why=error.strerror or "") from None
    return str(path)


def _place(text: str, counted: bool, before: tuple[int, int, int]) -> tuple[int, int, int]:
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
