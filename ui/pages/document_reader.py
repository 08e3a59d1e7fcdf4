"""A document to be read: as wide as the window, page below page, worked by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QVBoxLayout
from shiboken6 import isValid

from ui.theme import SPACE
from ui.widgets.preview import as_image
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from ui.pages.document_pane import Made

KEPT = 6  # pages whose pictures are kept: a page of A4 takes 4 MB
LARGEST = 7.5  # px a millimetre at normal size: a label is not blown up to a poster
STEP = 60  # px at normal size that an arrow key scrolls
MM_PER_INCH = 25.4
Key = Qt.Key


class DocumentReader(QFrame):
    """One document, large. `closed` when a person has read it (Esc, or Enter once more)."""

    closed = Signal()

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.setProperty("role", "raised")
        self._title, self._about = text_label("title"), Elided("secondary")
        self._page, self._hint = text_label("strong"), text_label("caption")
        work.words.show(self._hint.setText, "papers_reader_hint")
        self.pages = Pages(work)
        self.pages.moved.connect(self._say_page)
        self.pages.closed.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(SPACE[3])
        head.addWidget(self._title)
        head.addWidget(self._about, 1)
        head.addWidget(self._page)
        head.addWidget(self._hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        self.setFocusProxy(self.pages)
        work.words.switched.connect(self._say_page)

    @property
    def at_rest(self) -> bool:
        """Whether what is seen is drawn."""
        return self.pages.at_rest

    def show_document(self, made: Made, title: str, about: str) -> None:
        """Show a document from its first page on; the one that is shown stays where it is."""
        self._title.setText(title)
        self._about.setText(about)
        self.pages.show_document(made.sha256, made.pdf, made.sizes)
        self._say_page()

    def _say_page(self) -> None:
        count = self.pages.count
        text = self._work.words.say("labels_preview_page", page=self.pages.page + 1, pages=count)
        self._page.setText(text if count > 1 else "")


class Pages(QAbstractScrollArea):
    """The pages; arrow keys and Page keys scroll, left and right turn pages. `moved` when another page is read."""

    moved = Signal()
    closed = Signal()

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._document = ""
        self._pdf = b""
        self._sizes: Sequence[tuple[float, float]] = ()
        self._places: list[QRect] = []  # of each page, from the first one's top
        self._drawn: dict[int, QPixmap] = {}  # the one that was painted last stands last
        self._drawing: set[tuple[str, int, int]] = set()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the page keeps its width
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        work.words.show(self.setAccessibleName, "papers_pane")
        work.look_changed.connect(self._lay)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._sizes)

    @property
    def page(self) -> int:
        """The page that is read, counted from 0."""
        seen = self.verticalScrollBar().value() + self.viewport().height() // 3
        return max((at for at, place in enumerate(self._places) if place.top() <= seen), default=0)

    @property
    def at_rest(self) -> bool:
        """Whether what is seen is drawn."""
        return not self._drawing

    def show_document(self, sha256: str, pdf: bytes, sizes: Sequence[tuple[float, float]]) -> None:
        """Show a document whose pages have these widths and heights in millimetres."""
        if sha256 == self._document:
            return
        self._document, self._pdf, self._sizes = sha256, pdf, sizes
        self.verticalScrollBar().setValue(0)
        self._lay()

    def turn(self, step: int) -> None:
        """Go to the beginning of another page."""
        if self._places:
            at = min(max(self.page + step, 0), self.count - 1)
            self.verticalScrollBar().setValue(self._places[at].top() - SPACE[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll, turn pages, close; F-keys are the page's."""
        key, bar = Key(event.key()), self.verticalScrollBar()
        by = {
            Key.Key_Up: -bar.singleStep(), Key.Key_Down: bar.singleStep(), Key.Key_PageUp: -bar.pageStep(),
            Key.Key_PageDown: bar.pageStep(), Key.Key_Space: bar.pageStep(), Key.Key_Home: -bar.maximum(),
            Key.Key_End: bar.maximum(),
        }.get(key)  # fmt: skip
        if by is not None:
            bar.setValue(bar.value() + by)
        elif key in (Key.Key_Left, Key.Key_Right):
            self.turn(1 if key is Key.Key_Right else -1)
        elif key in (Key.Key_Escape, Key.Key_Return, Key.Key_Enter):
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pages to the new width; what was read stays in sight."""
        super().resizeEvent(event)
        self._lay()

    def _lay(self) -> None:
        bar, room, scale = self.verticalScrollBar(), self.viewport().width(), self._work.scale
        part = bar.value() / bar.maximum() if bar.maximum() else 0.0
        self._places = []
        top = 0
        for wide, high in self._sizes:
            width = min(room, round(wide * LARGEST * scale))
            self._places.append(QRect((room - width) // 2, top, width, round(width * high / wide)))
            top += self._places[-1].height() + SPACE[3]
        self._drawn.clear()
        seen = self.viewport().height()
        bar.setSingleStep(round(STEP * scale))
        bar.setPageStep(max(round(seen * 0.9), 1))
        bar.setRange(0, max(0, top - SPACE[3] - seen))
        bar.setValue(round(part * bar.maximum()))
        self.viewport().update()
        self.moved.emit()

    def _scrolled(self) -> None:
        self.viewport().update()
        self.moved.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pages that are in sight, on white in every theme; one that is not drawn yet is a white sheet."""
        painter = QPainter(self.viewport())
        theme, sight = self._work.theme, self.viewport().rect()
        for number, place in enumerate(self._places):
            here = place.translated(0, -self.verticalScrollBar().value())
            if not here.intersects(sight):
                continue
            painter.fillRect(here, QColor("#FFFFFF"))
            drawn = self._drawn.pop(number, None)
            if drawn is None:
                self._ask(number, place.width())
            else:
                self._drawn[number] = drawn
                painter.drawPixmap(here, drawn)
            painter.setPen(QColor(theme.edge))
            painter.drawRect(here.adjusted(0, 0, -1, -1))
        painter.end()

    def _ask(self, number: int, width: int) -> None:
        wanted = self._document, number, width
        if wanted not in self._drawing:
            self._drawing.add(wanted)
            dpi = width * self.devicePixelRatio() / self._sizes[number][0] * MM_PER_INCH
            self._work.spawn(self._draw(self._pdf, dpi, *wanted))

    async def _draw(self, pdf: bytes, dpi: float, document: str, number: int, width: int) -> None:
        from printing.preview import draw_page

        try:
            image = await asyncio.to_thread(draw_page, pdf, number, dpi)
        finally:
            self._drawing.discard((document, number, width))
        if not isValid(self) or document != self._document or self._places[number].width() != width:
            return
        self._drawn[number] = QPixmap.fromImage(as_image(image))
        while len(self._drawn) > KEPT:
            del self._drawn[next(iter(self._drawn))]
        self.viewport().update()
