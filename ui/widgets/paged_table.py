"""A table over a paged model: rows are chosen, opened and sorted by keys, and the chosen row is followed by its key."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui.fonts import ui_font
from ui.models.paged import CHIP, SIGN, PagedModel
from ui.theme import RADIUS, SPACE, Pair, px
from ui.workspace import Workspace

PADDING = 11  # px before and after the words of a cell, as the style has it
ROW = 38  # px at normal size: for the mouse and the keyboard


class PagedTable(QTableView):
    """Rows of a PagedModel; none is chosen twice and none by itself while a person reads another.

    `picked` carries the key of the row that a person has come to (None: none); `opened` tells that they want to see it
    (Enter, double click); `typed` carries a letter that nobody here has a use for.
    """

    picked = Signal(object)
    opened = Signal()
    typed = Signal(str)

    def __init__(self, work: Workspace, model: PagedModel[Any], called: str) -> None:
        """`called` is the code of the table's name."""
        super().__init__()
        self._work = work
        self._rows = model
        self.key: int | None = None
        self._following = False
        self.setModel(model)
        self.setItemDelegate(_Cells(work, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(1)
        header.setStyleSheet(f"QHeaderView::section {{ padding-left: {PADDING}px; padding-right: {PADDING}px; }}")
        by, descending = model.order
        column = next(at for at, column in enumerate(model.columns) if column.sort == by)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(column, order)
        header.sortIndicatorChanged.connect(self._sort)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        work.words.show(self.setAccessibleName, called)
        self.doubleClicked.connect(lambda _: self.opened.emit())
        model.loaded.connect(self._follow)
        work.look_changed.connect(self._fit)
        self._fit()

    # for pages

    @property
    def current(self) -> Any:
        """The row that is chosen, None when there is none or it is not here yet."""
        number = self._number()
        row = None if number is None else self._rows.row(number)
        return row if row is not None and self._rows.key_at(self._number() or 0) == self.key else None

    def start_over(self) -> None:
        """Other rows will come: begin with the first of them."""
        self.key = None
        self.selectionModel().clear()
        self.verticalScrollBar().setValue(0)

    def choose(self, key: int) -> bool:
        """Go to the row with this key; False when it is not in memory."""
        number = self._rows.number_of(key)
        if number is None:
            return False
        self.key = key
        self._go(number)
        self.scrollTo(self._rows.index(number, 0))
        return True

    def sort_by(self, column: int, descending: bool) -> None:
        """Sort by a column."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)

    # the row that is chosen

    def _number(self) -> int | None:
        chosen = self.selectionModel().selectedRows()
        return chosen[0].row() if chosen else None

    def currentChanged(self, current: QModelIndex | QPersistentModelIndex, previous: Any) -> None:
        """A person has come to another row."""
        super().currentChanged(current, previous)
        if not self._following and current.isValid():
            self._pick(self._rows.key_at(current.row()))

    def _pick(self, key: int | None) -> None:
        if key != self.key:
            self.key = key
            self.picked.emit(key)

    def _follow(self) -> None:
        """Rows have come: stay with the chosen one wherever it is now."""
        number = self._number()
        if self.key is None:
            if number is None and self._rows.rowCount():
                self._go(number := 0)
            if number is not None:
                self._pick(self._rows.key_at(number))
            return
        if number is not None and self._rows.key_at(number) in (self.key, None):
            return
        found = self._rows.number_of(self.key)
        bar, top = self.verticalScrollBar(), self.verticalScrollBar().value()
        if found is not None:
            self._go(found)
            if top and number is not None:
                bar.setValue(top + found - number)  # it stays where it was on the screen
        elif number is not None:
            # it has left the list; the arrow keys go on from where it was
            self._following = True
            self.selectionModel().clearSelection()
            self.selectionModel().setCurrentIndex(
                self._rows.index(number - 1, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            self._following = False

    def _go(self, number: int) -> None:
        self._following = True
        top = self.verticalScrollBar().value()
        self.selectRow(number)
        self.verticalScrollBar().setValue(top)
        self._following = False

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        wanted = self._rows.columns[column].sort
        if not wanted:
            by, descending = self._rows.order
            at = next(at for at, column in enumerate(self._rows.columns) if column.sort == by)
            self.sort_by(at, descending)
            return
        self.start_over()
        self._rows.sort(column, order)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Page, Home and End go from row to row, Enter opens, letters are passed on."""
        key = event.key()
        last = self._rows.rowCount() - 1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current is not None:
                self.opened.emit()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and last >= 0:
            self.setCurrentIndex(self._rows.index(0 if key == Qt.Key.Key_Home else last, 0))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.accept()
        elif event.text().strip() and event.text().isprintable():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Never: it would walk through every row there is."""

    # room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the columns."""
        super().resizeEvent(event)
        self._share()

    def _fit(self) -> None:
        height = round(ROW * self._work.scale)
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self._share()

    def _share(self) -> None:
        """Give each column its width and share the rest among those that stretch; what can be spared goes first."""
        columns = self._rows.columns
        letter = self._work.scale * 8.6  # px a letter of 16 px takes, on average
        widths = [round(column.width * letter) + 2 * SPACE[1] for column in columns]
        room = self.viewport().width()
        shown = set(range(len(columns)))
        for at in sorted(shown, key=lambda at: -columns[at].spare):
            if columns[at].spare and sum(widths[n] for n in shown) > room:
                shown.discard(at)
        rest = room - sum(widths[n] for n in shown)
        growing = sum(widths[n] for n in shown if columns[n].stretch) or 1
        for at, column in enumerate(columns):
            self.setColumnHidden(at, at not in shown)
            if at in shown:
                more = rest * widths[at] // growing if column.stretch else 0
                self.setColumnWidth(at, max(widths[at] + more, 1))


class _Cells(QStyledItemDelegate):
    """Cells as the theme draws them; one with a chip is filled by its colours, one with a sign begins with it."""

    def __init__(self, work: Workspace, parent: QTableView) -> None:
        super().__init__(parent)
        self._work = work
        self._table = parent

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a cell."""
        pair, sign = index.data(CHIP), index.data(SIGN)
        if pair is None and sign is None:
            super().paint(painter, option, index)
            return
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        text, own.text = own.text, ""
        self._table.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, self._table)
        painter.save()
        if isinstance(pair, Pair):
            self._draw_chip(painter, own, text, pair)
        else:
            self._draw_state(painter, own, text, sign, index.data(Qt.ItemDataRole.ForegroundRole))
        painter.restore()

    def _draw_chip(self, painter: QPainter, own: QStyleOptionViewItem, text: str, pair: Pair) -> None:
        painter.setFont(ui_font(px("caption", self._work.scale), bold=True))
        metrics = painter.fontMetrics()
        height = metrics.height() + SPACE[0]
        room = own.rect.width() - 2 * SPACE[0]
        width = min(metrics.horizontalAdvance(text) + 2 * SPACE[1], room)
        chip = QRectF(
            own.rect.left() + SPACE[0] + 0.5, own.rect.center().y() - height // 2 + 0.5, width, height
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(pair.ink), 1))
        painter.setBrush(QColor(pair.paper))
        painter.drawRoundedRect(chip, RADIUS, RADIUS)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(width - SPACE[1]))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_state(
        self, painter: QPainter, own: QStyleOptionViewItem, text: str, sign: str, colour: QColor | None
    ) -> None:
        """Sign and word keep their colour in the chosen row too."""
        painter.setPen(colour or QColor(self._work.theme.text))
        painter.setFont(ui_font(px("body", self._work.scale), bold=True))
        wide = round(1.4 * px("body", self._work.scale))
        rect = own.rect.adjusted(PADDING - SPACE[0], 0, -PADDING, 0)
        at = QRectF(rect.left(), rect.top(), wide, rect.height())
        painter.drawText(at, Qt.AlignmentFlag.AlignCenter, sign)
        painter.setFont(own.font)
        left = round(wide) + SPACE[0]
        word = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - left)
        painter.drawText(rect.adjusted(left, 0, 0, 0), int(own.displayAlignment), word)
