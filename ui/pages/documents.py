"""The documents page: what there are papers of at the left, the paper itself at the right, as it will be printed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.domain.customs import read_rates
from app.domain.documents import DOCUMENTS, PAPERS, Document, Subject, Wanted
from app.domain.errors import KnownError, Refusal
from ui.dialogs import NOTICE_MS, Field, Option
from ui.pages.document_acts import ask_again, place_in, print_made, write_file
from ui.pages.document_columns import document_columns
from ui.pages.document_pane import DocumentPane, Made
from ui.pages.document_reader import DocumentReader
from ui.pages.list_page import ListPage, ListWords
from ui.pages.page import Empty
from ui.theme import SPACE
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.documents import Paper

IDLE = {  # what could do nothing on a tab
    Subject.ORDER: frozenset({"documents_more"}),
    Subject.CODES: frozenset({"documents_which", "documents_language"}),
}
IDLE_ELSEWHERE = frozenset({"documents_which", "documents_more"})
UNMADE = frozenset({"documents_save", "documents_which", "documents_language", "documents_paper", "documents_more"})
GROUPS = tuple((subject.value, f"papers_of_{subject}") for subject in Subject)
PICKED_MS = 120  # who holds an arrow key down sees the last document, not all of them
LEAST, MOST = 420, 760  # px at normal size between which a document is shown
LIST = 600  # px at normal size that the list needs
LANGUAGES = ("en", "zh")
SHOWN_CODES = 168  # of a sheet of barcodes: more are laid out when they are printed


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows: how many there are of each subject, rows of the list, carriers whose parcels wait."""

    counts: Mapping[str, int]
    total: int
    waiting: int


class DocumentsPage(ListPage):
    """F6, F7 and F8 turn document, language and paper; F4 prints what is shown, F5 keeps it, Enter shows it large."""

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
        self._looking: asyncio.Task[None] | None = None
        self._laid: tuple[object, Made] | None = None  # what was laid out last, and of what
        self._printing = False
        self._printed: tuple[Wanted, float] | None = None  # what was printed last, and when
        words = ListWords(
            table="papers_table", tabs="papers_groups", find="papers_find_hint", none_match="papers_none_match",
            none_match_hint="papers_none_match_hint", total="papers_total", empty=Empty("papers_empty", "papers_hint"),
        )
        columns = document_columns(work, Subject.ORDER)
        whole = self.make_list(
            words, GROUPS, columns, self._load, self._count, sort="", key=lambda row: row.key, loud={}
        )
        self.table.picked.connect(self._pick)
        self.table.opened.connect(self._read)
        self.pane = DocumentPane(work)
        # the document is as high as the list and the line below it
        self.middle.removeWidget(self.region)
        self.line.setContentsMargins(SPACE[0], 0, SPACE[0], 0)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.region, 1)
        left.addWidget(self.foot)
        self.middle.addLayout(left, 1)
        self.middle.addWidget(self.pane)
        self.reader = DocumentReader(work)
        self.reader.closed.connect(self._close_reader)
        large = QWidget()
        around = QVBoxLayout(large)
        around.setContentsMargins(SPACE[4], SPACE[2], SPACE[4], SPACE[1])
        around.addWidget(self.reader)
        self._list, self._large = whole, large
        self._views = QStackedLayout(self.content)
        self._views.addWidget(whole)
        self._views.addWidget(large)
        self._soon = QTimer(self, singleShot=True, interval=PICKED_MS)
        self._soon.timeout.connect(self._make)
        self.tabs.chosen.connect(self._other_subject)
        self.box.changed.connect(self._close_reader)
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
        from app.queries.documents import paper_total, waiting_carriers

        place = self.work.place.warehouse
        counts = {
            subject.value: await self.work.feed.read(paper_total, subject, self.text, place) for subject in Subject
        }
        waiting = await self.work.feed.read(waiting_carriers, place)
        return Seen(counts, await self.model.reload(), waiting)

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
        made = all(task is None or task.done() for task in (self._making, self._looking))
        drawn = self.pane.preview.at_rest and self.reader.at_rest
        return super().at_rest and made and not self._soon.isActive() and drawn

    # painting

    def show_data(self, data: Seen) -> None:
        """Paint counts and rows; the document is laid out anew, for what it says may be another now."""
        self._loud = {Subject.MANIFEST.value: "attention"} if data.waiting else {}
        self.show_list(data.counts, data.total)
        if not data.total:
            self._key = None
            self._soon.stop()
            self._close_reader()
            self.pane.show_nothing(rows=False)
            return
        self._soon.start()

    def prompt(self) -> str:
        """What is to be done."""
        return "" if isinstance(self.data, Seen) and not self.data.total else self.work.words.say("papers_prompt")

    @property
    def idle(self) -> frozenset[str]:
        """What means nothing on this tab, or for a row that has no document yet."""
        if isinstance(self.data, Seen) and not self.data.total:
            return UNMADE | {"documents_print"}
        row = self.row
        unmade = row is not None and (row.key < 0 or self._document is Document.COMMANDS)
        return UNMADE if unmade else IDLE.get(self.subject, IDLE_ELSEWHERE)

    def begin_find(self) -> None:
        """The list comes back to be looked through."""
        self._close_reader()
        super().begin_find()

    def focus_first(self) -> None:
        """The document that is read takes the keys, else the list."""
        if self.is_reading:
            self.reader.setFocus()
        else:
            super().focus_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between list and document."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        scale = self.work.scale
        least, most, rows = (round(width * scale) for width in (LEAST, MOST, LIST))
        room = self.width() - 2 * SPACE[4] - SPACE[3]
        self.pane.setFixedWidth(min(max(room - rows, min(least, room // 2)), most))

    def _other_subject(self) -> None:
        self._key = None
        self._close_reader()
        self.model.show_columns(document_columns(self.work, self.subject))
        self.pane.show_nothing()
        self.prompted.emit()

    def _pick(self, key: int | None) -> None:
        if key is not None:
            self._key = key
            self._soon.start()
            self.prompted.emit()

    # reading large

    @property
    def is_reading(self) -> bool:
        """Whether the document stands over the list."""
        return self._views.currentWidget() is self._large

    def _read(self) -> None:
        made = self.pane.made
        if made is None:
            return
        self.reader.show_document(made, self.pane.title, self.pane.about)
        self._views.setCurrentWidget(self._large)
        self.reader.setFocus()

    def _close_reader(self) -> None:
        if self.is_reading:
            self._views.setCurrentWidget(self._list)
            self.focus_first()

    def scan(self, code: str) -> None:
        """A code on a box, a tote or a label finds the order, whose documents are shown."""
        self._looking = self.work.spawn(self._guarded(self._find_scanned(code.strip())))

    async def _find_scanned(self, code: str) -> None:
        from app.queries.documents import order_named

        number, order_id = await self.work.feed.read(order_named, code)
        self._close_reader()
        self.tabs.choose(Subject.ORDER.value)
        self.box.setText(number)
        self.box.finish()
        self._key = order_id
        self.table.look_for(order_id)
        self.refresh()
        self.focus_first()

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
                self._close_reader()
                self.pane.show_refusal(wanted, refusal)
            return
        if self._key == wanted.key and self._document is wanted.document:
            self.pane.show_document(made, self._language)
            if self.is_reading:
                self._read()

    async def _made(self, wanted: Wanted, *, whole: bool = False) -> Made:
        """The document; of a long sheet of barcodes its beginning, unless the `whole` is wanted."""
        from app.documents import to_pdf
        from app.queries.documents import content_of
        from printing.preview import page_sizes

        content, language = await self.work.feed.read(content_of, wanted, read_rates(self.work.settings.sdr_rates))
        left_out = 0
        if isinstance(content, list) and not whole and len(content) > SHOWN_CODES:
            content, left_out = content[:SHOWN_CODES], len(content) - SHOWN_CODES
        today = self.work.feed.store.clock.now().date()
        says = (wanted, content, language, today, left_out)
        if self._laid is not None and self._laid[0] == says:  # much changes in the house, and seldom a document
            return self._laid[1]
        pdf = await asyncio.to_thread(to_pdf, content, language, wanted, today)
        sizes = await asyncio.to_thread(page_sizes, pdf)
        made = Made(wanted, pdf, hashlib.sha256(pdf).hexdigest(), language, sizes, left_out)
        self._laid = says, made
        return made

    # doing

    async def _ready(self) -> Made:
        made = self.pane.made
        if made is None or self.row is None or made.wanted.key != self._key:
            raise Refusal("papers_choose_one")
        return await self._made(made.wanted, whole=True) if made.left_out else made

    async def _print(self) -> None:
        if self._printing:  # a key that bounces does not print twice
            return
        self._printing = True
        try:
            row = self.row
            if row is not None and row.key < 0:
                await self._close(row)
            else:
                await self._print_shown()
        finally:
            self._printing = False

    async def _print_shown(self) -> None:
        made, copies = await self._ready(), 1
        if self._printed is not None:
            what, at = self._printed
            if what == made.wanted and monotonic() - at < NOTICE_MS / 1000:
                copies = await ask_again(self.work, made.wanted.document)
        if not copies:
            return
        await print_made(self.work, made, made.wanted.key if self.subject is Subject.ORDER else None, copies)
        self._printed = made.wanted, monotonic()

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
        made, say = await self._ready(), self.work.words.say
        proposed = Path.home() / f"{made.wanted.document}-{self._file_name()}.pdf"
        answer = await self.work.dialogs.ask(
            say("papers_save_question"), "", [Option("save", say("papers_save"), "primary")],
            Field(say("papers_save_file"), str(proposed)),
        )
        if answer is None:
            return
        path = await asyncio.to_thread(write_file, answer.text, made.pdf)
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
        """The next language; documents that go to the buyer begin with the buyer's."""
        to_buyer = self.subject is Subject.ORDER
        turn = ("", *LANGUAGES) if to_buyer else LANGUAGES
        now = self._language if to_buyer else self._language or self.work.words.language
        self._language = turn[(turn.index(now) + 1) % len(turn)]
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
        self._place = place_in(answer.text, counted, self._place)
        self._soon.start(0)
