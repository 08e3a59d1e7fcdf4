"""The one box for search: order, tracking, SKU, tote or name; what was found hangs below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.errors import KnownError, Refusal
from ui.icons import pixmap
from ui.theme import SPACE, px
from ui.widgets.text import text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.search import Hit

LIMIT = 12
WIDE = 36  # letters: a long number, a name and a town


class Search(QLineEdit):
    """Enter searches; one hit is shown at once, several are listed: arrows and Enter, or a click, choose."""

    left = Signal()
    wanted = Signal(str)  # the page of something that is no order

    def __init__(self, work: Workspace, over: QWidget) -> None:
        super().__init__()
        self._work = work
        self.setMaxLength(200)
        self.setClearButtonEnabled(False)
        self._symbol = text_label(parent=self)
        work.words.show(self.setPlaceholderText, "frame_search_hint")
        work.words.show(self.setAccessibleName, "frame_search")
        self._hits = _Hits(work, over, self)
        self._hits.list.itemClicked.connect(self._choose)
        self.returnPressed.connect(self._search)
        self.textEdited.connect(lambda: self._hits.hide())
        work.look_changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        side = px("title", self._work.scale)
        self._symbol.setPixmap(pixmap("search", self._work.theme.secondary, side))
        self._symbol.adjustSize()
        self.setTextMargins(side + SPACE[1], 0, 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sign stands in the middle of the box's height."""
        super().resizeEvent(event)
        self._symbol.move(SPACE[2], (self.height() - self._symbol.height()) // 2)

    def begin(self) -> None:
        """Take the keyboard and start anew."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _search(self) -> None:
        if self._hits.isVisible():
            self._choose(self._hits.list.currentItem())
        elif self.text().strip():
            self._work.spawn(self._find(self.text().strip()))

    def leave(self) -> None:
        """Forget what was typed, and give the keyboard back to the page."""
        self._hits.hide()
        self.clear()
        self.left.emit()

    async def _find(self, text: str) -> None:
        from app.queries.search import search

        try:
            hits = await self._work.feed.read(search, text, LIMIT, typed=True)
        except (Refusal, KnownError) as refusal:
            self._work.dialogs.tell_refusal(refusal)
            return
        if not self.hasFocus() or self.text().strip() != text:
            return  # something else is wanted by now
        orders = {hit.order_id for hit in hits}
        if not hits:
            self._hits.show_nothing(self._work.words.say("frame_search_nothing", text=text))
        elif len(orders) == 1 and hits[0].order_id is not None:
            self._show_order(hits[0].order_id)
        else:
            self._hits.show_hits([(self._words_of(hit), hit) for hit in hits])

    def _words_of(self, hit: Hit) -> str:
        """What it is; an order that a name has found says whose it is, so that namesakes are told apart."""
        what = self._work.words.say(f"frame_hit_{hit.kind}", title=hit.title)
        return f"{what} · {hit.who}" if hit.who else what

    def _choose(self, item: QListWidgetItem | None) -> None:
        hit: Hit | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if hit is None:
            return
        if hit.order_id is not None:
            self._show_order(hit.order_id)
        elif hit.kind == "wave":
            self.leave()
            self.wanted.emit("board")
        else:
            # a SKU: its orders
            code = hit.title.split("  ")[0]
            self.setText(code)
            self._work.spawn(self._find(code))

    def _show_order(self, order_id: int) -> None:
        self.leave()
        self._work.found.emit(order_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back, arrows move in the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._hits.isVisible():
            self._hits.move_on(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The list goes with the keyboard."""
        super().focusOutEvent(event)
        self._hits.hide()


class _Hits(QFrame):
    """What was found, over the page, below the box."""

    def __init__(self, work: Workspace, over: QWidget, box: QLineEdit) -> None:
        super().__init__(over)
        self._work = work
        self._box, self._over = box, over
        self.setProperty("role", "raised")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        self.list = QListWidget()
        self.list.setStyleSheet("QListWidget { border: none; }")  # the frame around it has one
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        work.words.show(self.list.setAccessibleName, "frame_search_results")
        self._nothing: QLabel = text_label("secondary", wrap=True)
        self._nothing.setMargin(px("body", work.scale))
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        over.installEventFilter(self)
        self.hide()

    def show_hits(self, hits: list[tuple[str, Hit]]) -> None:
        self.list.clear()
        orders = any(hit.order_id is not None for _, hit in hits)
        for text, hit in hits:
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, hit)
            item.setToolTip(text)
            if orders and hit.order_id is None:
                item.setFlags(Qt.ItemFlag.NoItemFlags)  # a SKU or a tote, whose orders stand below
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        self.move_on(1)
        self.list.show()
        self._nothing.hide()
        self._place(min(len(hits), 10) * self.list.sizeHintForRow(0) + 8)

    def move_on(self, step: int) -> None:
        """Choose the next that leads anywhere, or the one before."""
        rows = self.list.count()
        at = self.list.currentRow()
        for _ in range(rows):
            at = (at + step) % rows
            if self.list.item(at).flags():
                self.list.setCurrentRow(at)
                return

    def show_nothing(self, text: str) -> None:
        self.list.hide()
        self._nothing.setText(text)
        self._nothing.show()
        self._place(px("body", self._work.scale) * 7)

    def _place(self, height: int) -> None:
        over, box = self._over, self._box
        corner = box.mapTo(over, QPoint(box.width(), box.height() + 4))  # the right one: it is as wide as names need
        width = max(box.width(), min(px("body", self._work.scale) * WIDE, corner.x() - SPACE[4]))
        self.setGeometry(corner.x() - width, corner.y(), width, min(height, over.height() - corner.y() - 8))
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.hide()
        return False
