"""The board's tables: whole rows, columns as wide as what they are meant for, and no jump when a number grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.fonts import ui_font
from ui.theme import RADIUS, SIZES, SPACE, slot_letter
from ui.widgets.curtain import Curtain
from ui.workspace import Workspace

_PADDING = 5
CELL = 2 * _PADDING + 8  # with what the delegate leaves of its own at both sides
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_UPWARDS = (
    QAbstractItemView.CursorAction.MoveUp, QAbstractItemView.CursorAction.MovePageUp,
    QAbstractItemView.CursorAction.MovePrevious,
)  # fmt: skip
ROW = 33  # px


class BoardTable(QTableView):
    """`samples` are the widest texts that the columns are made for, in the language of the moment; the column `wide`
    takes the room that is left.

    `chosen` when Enter is pressed on a row, or it is clicked twice.
    """

    chosen = Signal()

    def __init__(
        self, work: Workspace, model: QAbstractItemModel, samples: Callable[[], Sequence[str]], wide: int,
        parent: QWidget | None = None, *, gives_way: bool = False,
    ) -> None:
        """The column `wide` takes the room that is left; where there is none, it may give way: its texts end in …"""
        super().__init__(parent)
        self._curtain = Curtain(work, self, "raised")
        self.verticalScrollBar().valueChanged.connect(self.cover)
        self._work = work
        self._samples = samples
        self._wide, self._gives_way = wide, gives_way
        self._droppable: tuple[int, ...] = ()
        self._unit = 1.0
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab goes to the next table
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(8)
        self.doubleClicked.connect(lambda _: self.chosen.emit())
        self.fit(1.0)

    def updateGeometries(self) -> None:
        """The last row is seen whole or not at all."""
        super().updateGeometries()
        self.cover()

    def cover(self) -> None:
        """Cover the row that an edge goes through, and the heading of rows that are not seen."""
        self._curtain.cover_cut_row(self)
        room, covered = self.viewport().geometry(), self._curtain
        below = not covered.isHidden() and covered.y() > room.top()
        end = covered.y() - room.top() if below else room.height()
        at = self.rowAt(end - 1)
        if at >= 0 and self._is_heading(at) and not self._is_heading(at + 1):
            top = self.rowViewportPosition(at)
            covered.setGeometry(room.left(), room.top() + top, room.width(), room.height() - top)
            covered.setVisible(top > 0)

    def _is_heading(self, number: int) -> bool:
        model = self.verticalHeader().model()  # which has one a moment sooner than the table
        index = model.index(number, 0)
        return index.isValid() and not model.flags(index) & Qt.ItemFlag.ItemIsEnabled

    def drop_when_narrow(self, *columns: int) -> None:
        """These columns are left out one after the other where there is no room for all."""
        self._droppable = columns
        self._share_out()

    def number(self) -> int | None:
        """The row that is chosen, None when none is."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def choose(self, number: int | None) -> None:
        """Choose a row, or none."""
        if number is None:
            self.selectionModel().clear()
        else:
            self.setCurrentIndex(self.model().index(number, 0))

    def fit(self, unit: float) -> None:
        """Larger or smaller text, rows and columns."""
        self._unit = unit
        self.setFont(ui_font(round(SIZES["body"] * unit)))
        self.verticalHeader().setDefaultSectionSize(round(ROW * unit))
        self.setIconSize(QSize(round(18 * unit), round(18 * unit)))
        caption = round(SIZES["caption"] * unit)
        dress = (
            f"QTableView::item {{ padding: 4px {_PADDING}px; }}"
            f"QHeaderView::section {{ font-size: {caption}px; padding: 8px {CELL // 2 - 1}px; }}"
        )
        if dress != self.styleSheet():  # every widget below is dressed anew
            self.setStyleSheet(dress)
        self._share_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the row; Esc belongs to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.number() is not None:
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif event.key() in _ENDS:
            self._go_to_end(_ENDS[Qt.Key(event.key())])
        elif event.key() in _MOVES and self.number() is None:
            # Qt has made a row the current one that looks as if it were not
            self.selectionModel().clear()
            self.choose(self.moveCursor(QAbstractItemView.CursorAction.MoveDown, event.modifiers()).row())
        else:
            super().keyPressEvent(event)

    def _go_to_end(self, end: int) -> None:
        """Choose the first row that can be chosen, or the last; Qt would go to the first or last column."""
        model = self.model()
        enabled = [
            row for row in range(model.rowCount())
            if model.flags(model.index(row, 0)) & Qt.ItemFlag.ItemIsEnabled
        ]  # fmt: skip
        if enabled:
            self.choose(enabled[end])

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Rows that cannot be chosen are passed over, wherever the key leads."""
        index = super().moveCursor(action, modifiers)
        model, step = self.model(), -1 if action in _UPWARDS else 1
        rows = range(model.rowCount())
        ahead = range(index.row(), len(rows) if step == 1 else -1, step)
        behind = range(index.row(), -1 if step == 1 else len(rows), -step)
        for row in (*ahead, *behind):
            if row in rows and model.flags(model.index(row, index.column())) & Qt.ItemFlag.ItemIsEnabled:
                return model.index(row, index.column())
        return index

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share out the new width."""
        super().resizeEvent(event)
        self._share_out()

    def wanted(self, room: int | None = None) -> int:
        """How many pixels it takes to show every text in full, with a scroll bar beside it.

        With a `room` as many columns are left out as have to be, of those that may.
        """
        beside = self.verticalScrollBar().sizeHint().width() + 2 * SPACE[0]
        widths = self._widths()
        if room is not None:
            widths = self._without(self._dropped(widths, room - beside), widths)
        return sum(widths) + beside

    def _dropped(self, widths: Sequence[int], room: int) -> tuple[int, ...]:
        """The columns that have to be left out in a room."""
        for number in range(len(self._droppable)):
            if sum(self._without(self._droppable[:number], widths)) <= room:
                return self._droppable[:number]
        return self._droppable

    def _without(self, dropped: Sequence[int], widths: Sequence[int]) -> list[int]:
        return [0 if column in dropped else width for column, width in enumerate(widths)]

    def _widths(self) -> list[int]:
        metrics = QFontMetrics(self.font())
        headings = QFontMetrics(ui_font(round(SIZES["caption"] * self._unit)))
        model = self.model()
        widths = []
        for column, sample in enumerate(self._samples()):
            heading = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            widths.append(CELL + max(metrics.horizontalAdvance(sample), headings.horizontalAdvance(heading)))
        return widths

    def _share_out(self) -> None:
        widths = self._widths()
        room = self.viewport().width()
        dropped = self._dropped(widths, room)
        for column in self._droppable:
            self.setColumnHidden(column, column in dropped)
        widths = self._without(dropped, widths)
        wide = self._wide if self._wide not in dropped else max(
            (column for column in range(len(widths)) if column not in dropped), key=lambda column: widths[column]
        )
        over = sum(widths) - room
        widths[wide] -= min(over, widths[wide] // 3) if over < 0 or self._gives_way else 0
        for column, width in enumerate(widths):
            if not self.isColumnHidden(column):
                self.setColumnWidth(column, width)


class SlotDelegate(QStyledItemDelegate):
    """A slot as it is everywhere: its colour with its letter, and its number. The cell's text is the number."""

    def __init__(self, work: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._work = work

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The row's ground, then the chip."""
        text = str(index.data() or "")
        if not text.isdecimal():
            super().paint(painter, option, index)
            return
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        plain.text = ""
        widget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, widget)
        slot = int(text)
        pair = self._work.theme.slot(slot)
        words = f"{slot_letter(slot)} {slot}"
        metrics = QFontMetrics(option.font)
        high = metrics.height() + SPACE[0]
        area = QRectF(
            option.rect.left() + SPACE[1], option.rect.center().y() - high / 2 + 1,
            metrics.horizontalAdvance(words) + 2 * SPACE[1], high,
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(pair.ink), 0) if pair.paper == self._work.theme.raised else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pair.paper))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.setPen(QColor(pair.ink))
        painter.setFont(option.font)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.restore()
