"""A table over a paged model: rows are chosen, opened and sorted by keys, and the chosen row is followed by its key."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui.fonts import mono_font, ui_font
from ui.models.paged import Cell, PagedModel
from ui.theme import RADIUS, SPACE, Pair, px
from ui.widgets.curtain import Curtain
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
        self._curtain = Curtain(work, self, "raised")
        self.verticalScrollBar().valueChanged.connect(lambda: self._curtain.cover_cut_row(self))
        self._work = work
        self._rows = model
        self.key: int | None = None
        self._following = False
        self._was: int | None = None
        self._gone = 0
        self.setModel(model)
        self.setItemDelegate(_Cells(work, model, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
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
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._clicked)
        work.words.show(self.setAccessibleName, called)
        self.doubleClicked.connect(lambda _: self.opened.emit())
        model.changing.connect(self._hold)
        model.loaded.connect(self._follow)
        model.modelReset.connect(self._share)
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

    def look_for(self, key: int) -> None:
        """Other rows will come: go to the one with this key."""
        self.start_over()
        self.key = key

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
        self.start_over()
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._rows.sort(column, order)

    # the row that is chosen

    def _number(self) -> int | None:
        chosen = self.selectionModel().selectedRows()
        return chosen[0].row() if chosen else None

    def currentChanged(self, current: QModelIndex | QPersistentModelIndex, previous: Any) -> None:
        """A person has come to another row."""
        super().currentChanged(current, previous)
        # the focus alone makes Qt name a current row of the old list: only a row that is selected was chosen
        if not self._following and current.isValid() and self.selectionModel().isSelected(current):
            self._pick(self._rows.key_at(current.row()))

    def _pick(self, key: int | None) -> None:
        if key != self.key:
            self.key = key
            self.picked.emit(key)

    def _hold(self) -> None:
        """Rows come and go: Qt would choose another one when the chosen number is gone."""
        self._following, self._was = True, self._number()

    def _follow(self) -> None:
        """Rows have come: stay with the chosen one wherever it is now."""
        number = self._was if self._following else self._number()
        self._following = False
        if self.key is None:
            if number is None and self._rows.rowCount():
                self._go(number := 0)
            if number is not None:
                self._pick(self._rows.key_at(number))
            return
        here = number is not None and number < self._rows.rowCount()
        if here and self._rows.key_at(number or 0) in (self.key, None):
            return
        found = self._rows.number_of(self.key)
        bar, top = self.verticalScrollBar(), self.verticalScrollBar().value()
        if found is not None:
            self._go(found)
            if number is None:
                self.scrollTo(self._rows.index(found, 0))
            elif top:
                bar.setValue(top + found - number)  # it stays where it was on the screen
        elif number is not None:
            # it has left the list; the arrow keys go on from where it was
            self._gone = number
            self._following = True
            self.selectionModel().clear()
            self._following = False

    def _come_to(self, number: int) -> None:
        self.setCurrentIndex(self._rows.index(max(number, 0), 0))

    def _go(self, number: int) -> None:
        self._following = True
        top = self.verticalScrollBar().value()
        self.selectRow(number)
        self.verticalScrollBar().setValue(top)
        self._following = False

    def _clicked(self, column: int) -> None:
        by, descending = self._rows.order
        wanted = self._rows.columns[column].sort
        if wanted:
            self.sort_by(column, wanted == by and not descending)

    def updateGeometries(self) -> None:
        """The last row is seen whole or not at all."""
        super().updateGeometries()
        self._curtain.cover_cut_row(self)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Page, Home and End go from row to row, Enter opens, letters are passed on."""
        key = event.key()
        last = self._rows.rowCount() - 1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current is not None:
                self.opened.emit()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and last >= 0:
            self._come_to(0 if key == Qt.Key.Key_Home else last)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._number() is None and last >= 0:
            self._come_to(min(self._gone - (key == Qt.Key.Key_Up), last))
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
        # columns stay where they are when the bar comes
        room = self.width() - 2 * self.frameWidth() - self.verticalScrollBar().sizeHint().width()
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
    """Paints cells by itself: through the style sheet a page of rows takes ten times as long, too long for 60 Hz."""

    def __init__(self, work: Workspace, rows: PagedModel[Any], parent: QTableView) -> None:
        super().__init__(parent)
        self._work = work
        self._rows = rows
        self._colours: dict[str, QColor] = {}
        work.look_changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        body, small = (px(size, self._work.scale) for size in ("body", "caption"))
        self._body, self._bold, self._mono = ui_font(body), ui_font(body, bold=True), mono_font(body)
        self._small = ui_font(small, bold=True)
        self._metrics = {False: QFontMetrics(self._body), True: QFontMetrics(self._mono)}
        self._of_chip = QFontMetrics(self._small)
        self._wide = round(1.4 * body)

    def _colour(self, name: str) -> QColor:
        colour = self._colours.get(name)
        if colour is None:
            colour = self._colours[name] = QColor(name)
        return colour

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a cell."""
        theme, rect = self._work.theme, option.rect
        state, at = option.state, index.column()
        cells = self._rows.cells(index.row())
        column = self._rows.columns[at]
        cell = _WAITING if cells is None else cells[at]
        ink = cell.ink or theme.text
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._colour(theme.selected.paper))
            painter.fillRect(rect.left(), rect.top(), rect.width(), 1, self._colour(theme.accent))
            painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, self._colour(theme.accent))
            ink = cell.ink or theme.selected.ink
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._colour(theme.hover))
        if cell.chip is not None:
            self._draw_chip(painter, rect, cell.text, cell.chip)
            return
        painter.setPen(self._colour(ink))
        left, width = rect.left() + PADDING, rect.width() - 2 * PADDING
        if cell.sign:
            painter.setFont(self._bold)
            painter.drawText(left - SPACE[0], rect.top(), self._wide, rect.height(), _CENTRE, cell.sign)
            left, width = left + self._wide, width - self._wide
        painter.setFont(self._mono if column.mono else self._body)
        metrics, text = self._metrics[column.mono], cell.text
        if metrics.horizontalAdvance(text) > width:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(left, rect.top(), width, rect.height(), _RIGHT if column.right else _LEFT, text)

    def _draw_chip(self, painter: QPainter, rect: QRect, text: str, pair: Pair) -> None:
        metrics, room = self._of_chip, rect.width() - 2 * SPACE[0]
        height = metrics.height() + SPACE[0]
        width = min(metrics.horizontalAdvance(text) + 2 * SPACE[1], room)
        chip = QRectF(rect.left() + SPACE[0] + 0.5, rect.center().y() - height // 2 + 0.5, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small)
        painter.setPen(self._colour(pair.ink))
        painter.setBrush(self._colour(pair.paper))
        painter.drawRoundedRect(chip, RADIUS, RADIUS)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(width - SPACE[1]))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


_WAITING = Cell("…")
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
