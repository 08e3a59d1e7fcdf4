"""The policy table: which group of people may do what at the bench, for a class of SKUs or for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.domain.people import Role
from app.domain.policy import ANY, Act, Allowance, may
from ui.fonts import ui_font
from ui.theme import RADIUS, SPACE, px
from ui.widgets.text import text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.bench_rules import PolicyTable

ACTS = tuple(Act)
ROLES = frozenset(role.value for role in Role)
CLASSES = 190  # px at normal size
LOWEST, HIGHEST = 30, 46  # … of a row
_DIGITS = {Qt.Key.Key_1: True, Qt.Key.Key_2: False, Qt.Key.Key_3: None}
_AWAY = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_NEXT: dict[bool | None, bool | None] = {None: True, True: False, False: None}
_Index = QModelIndex | QPersistentModelIndex


class PolicyModel(QAbstractTableModel):
    """An act a row, a group a column, for one class of SKUs."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.groups: tuple[str, ...] = ()
        self.handling_class = ANY
        self._cells: tuple[Allowance, ...] = ()

    def show_cells(self, cells: Sequence[Allowance], groups: Sequence[str], handling_class: str) -> None:
        """Show what the table says of a class."""
        if tuple(groups) != self.groups:
            self.beginResetModel()
            self.groups = tuple(groups)
            self._cells, self.handling_class = tuple(cells), handling_class
            self.endResetModel()
            return
        self._cells, self.handling_class = tuple(cells), handling_class
        if self.groups:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ACTS) - 1, len(self.groups) - 1))

    def act(self, row: int) -> Act:
        """The act of a row."""
        return ACTS[row]

    def own(self, row: int, column: int) -> bool | None:
        """What a cell says itself, None for nothing."""
        place = (self.handling_class, self.groups[column], ACTS[row])
        found = (cell.allowed for cell in self._cells if (cell.handling_class, cell.group, cell.act) == place)
        return next(found, None)

    def holds(self, row: int, column: int) -> bool:
        """What holds there, be it by another cell or by default."""
        return may(self._cells, ACTS[row], self.handling_class, self.groups[column])

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Every act."""
        return 0 if parent.isValid() else len(ACTS)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Every group."""
        return 0 if parent.isValid() else len(self.groups)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows, and in words what it means."""
        if not index.isValid():
            return None
        own, holds = self.own(index.row(), index.column()), self.holds(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.word(holds) if own is not None else "✓" if holds else "✗"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.sentence(index.row(), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The words of groups and acts."""
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return self.group_words(section) if across else self._work.words.say(f"bench_rules_act_{ACTS[section]}")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignHCenter if across else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def group_words(self, column: int) -> str:
        """How a group is called."""
        return group_words(self._work, self.groups[column])

    def word(self, allowed: bool) -> str:
        """A cell's own sign and word."""
        return self._work.words.say("bench_rules_cell_allowed" if allowed else "bench_rules_cell_refused")

    def sentence(self, row: int, column: int) -> str:
        """What a cell says, as a sentence."""
        own, holds = self.own(row, column), self.holds(row, column)
        what = "allowed" if holds else "refused"
        return self._work.words.say(
            f"bench_rules_cell_is_{what}" if own is not None else f"bench_rules_cell_stays_{what}",
            act=self._work.words.say(f"bench_rules_act_{ACTS[row]}"), group=self.group_words(column),
            skus=class_words(self._work, self.handling_class),
        )

    def say_anew(self) -> None:
        """Another language."""
        self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(ACTS) - 1)
        if self.groups:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.groups) - 1)


def group_words(work: Workspace, group: str) -> str:
    """How a group of people is called: a role's word, or the group's own name."""
    if group == ANY:
        return work.words.say("bench_rules_group_any")
    return work.words.say(f"people_role_{group}") if group in ROLES else group


def class_words(work: Workspace, handling_class: str) -> str:
    """How a class of SKUs is called."""
    return work.words.say("bench_rules_class_any") if handling_class == ANY else handling_class


class _CellDelegate(QStyledItemDelegate):
    """What a cell says itself is a filled chip with its word; what holds otherwise is a faint sign."""

    def __init__(self, work: Workspace, parent: QTableView) -> None:
        super().__init__(parent)
        self._work, self._table = work, parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """The chip or the sign, and the ring of the cell that has the keyboard."""
        model, theme = index.model(), self._work.theme
        assert isinstance(model, PolicyModel)
        own, holds = model.own(index.row(), index.column()), model.holds(index.row(), index.column())
        area = QRectF(option.rect).adjusted(3, 2, -3, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        if own is not None:
            pair = theme.verdict("pass" if own else "fail")
            painter.setPen(QPen(QColor(pair.ink), 1))
            painter.setBrush(QColor(pair.paper))
            painter.drawRoundedRect(area.adjusted(2.5, 1.5, -2.5, -2.5), RADIUS, RADIUS)
            painter.setFont(ui_font(px("body", self._work.scale), bold=True))
        else:
            painter.setPen(QColor(theme.secondary))
            painter.setFont(ui_font(px("caption", self._work.scale)))
        words = model.word(own) if own is not None else "✓" if holds else "✗"
        painter.drawText(option.rect, int(Qt.AlignmentFlag.AlignCenter), words)
        if index == self._table.currentIndex():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            here = self._table.hasFocus()
            painter.setPen(QPen(QColor(theme.accent if here else theme.edge), 2))
            painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), RADIUS, RADIUS)
        painter.restore()


class _Matrix(QTableView):
    """Cells walked by the arrows; `wanted` is what the cell in front is to say: allowed, refused or nothing."""

    wanted = Signal(object)
    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows and columns share the new room."""
        super().resizeEvent(event)
        self.resized.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Blank and Enter turn the cell, 1 allows, 2 refuses, 3 and Del leave it to the default."""
        key, model, index = event.key(), self.model(), self.currentIndex()
        if index.isValid() and isinstance(model, PolicyModel):
            if key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.wanted.emit(_NEXT[model.own(index.row(), index.column())])
                return
            if key in _DIGITS or key in _AWAY:
                self.wanted.emit(_DIGITS.get(Qt.Key(key)))
                return
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_F10) or event.text().isalpha():
            event.ignore()
        else:
            super().keyPressEvent(event)


class PolicySection(QWidget):
    """The classes at the left, the table of the chosen one beside them; `wanted` is (act, group, class, allowed, was).
    """

    wanted = Signal(object)
    moved = Signal()

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._table: PolicyTable | None = None
        self.classes = QListWidget()
        work.words.show(self.classes.setAccessibleName, "bench_rules_classes")
        self.model = PolicyModel(work)
        self.matrix = _Matrix()
        work.words.show(self.matrix.setAccessibleName, "bench_rules_policy_table")
        self.matrix.setModel(self.model)
        self.matrix.setItemDelegate(_CellDelegate(work, self.matrix))
        self.matrix.setFrameShape(QFrame.Shape.NoFrame)
        self.matrix.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.matrix.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.matrix.setShowGrid(False)
        self.matrix.setTabKeyNavigation(False)
        self.matrix.setCornerButtonEnabled(False)
        self.matrix.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.matrix.wanted.connect(self._want)
        self.matrix.resized.connect(self._share)
        self.matrix.doubleClicked.connect(self._turn)
        for header in (self.matrix.horizontalHeader(), self.matrix.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
            header.setMinimumSectionSize(8)
        self.matrix.selectionModel().currentChanged.connect(lambda *_: self.moved.emit())
        card = QFrame()
        card.setProperty("role", "raised")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(*[SPACE[2]] * 4)
        inside.addWidget(self.matrix)
        self._keys = text_label("caption", wrap=True)
        work.words.show(self._keys.setText, "bench_rules_policy_keys")
        right = QVBoxLayout()
        right.setSpacing(SPACE[1])
        right.addWidget(card, 1)
        right.addWidget(self._keys)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[4], SPACE[2], SPACE[4], SPACE[2])
        row.setSpacing(SPACE[4])
        row.addWidget(self.classes)
        row.addLayout(right, 1)
        self.classes.currentRowChanged.connect(lambda _: self._show())
        for signal in (work.words.switched, work.look_changed):
            signal.connect(self._draw)

    def show_table(self, table: PolicyTable) -> None:
        """Show what is in the database; class and cell that are chosen stay so."""
        self._table = table
        chosen = self.handling_class
        self.classes.blockSignals(True)
        if self.classes.count() != len(table.classes):
            self.classes.clear()
            for _ in table.classes:
                self.classes.addItem(QListWidgetItem(""))
        for number, name in enumerate(table.classes):
            item, own = self.classes.item(number), sum(cell.handling_class == name for cell in table.cells)
            words = class_words(self._work, name)
            item.setText(f"{words}  · {own}" if own else words)
            item.setData(Qt.ItemDataRole.UserRole, name)
        self.classes.setCurrentRow(table.classes.index(chosen) if chosen in table.classes else 0)
        self.classes.blockSignals(False)
        self._show()

    @property
    def handling_class(self) -> str:
        """The class that is chosen."""
        item = self.classes.currentItem()
        return ANY if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def prompt(self) -> str:
        """What the cell in front says."""
        index = self.matrix.currentIndex()
        return self.model.sentence(index.row(), index.column()) if index.isValid() and self.matrix.hasFocus() else ""

    def focus_first(self) -> None:
        """The table."""
        self.matrix.setFocus()

    def _show(self) -> None:
        if self._table is None:
            return
        before = self.matrix.currentIndex()
        place = (before.row(), before.column()) if before.isValid() else (0, 0)
        self.model.show_cells(self._table.cells, self._table.groups, self.handling_class)
        if not self.matrix.currentIndex().isValid():
            self.matrix.setCurrentIndex(self.model.index(min(place[0], len(ACTS) - 1), place[1]))
        self._share()
        self.moved.emit()

    def _want(self, allowed: bool | None) -> None:
        index = self.matrix.currentIndex()
        row, column = index.row(), index.column()
        was = self.model.own(row, column)
        if allowed is not was:
            self.wanted.emit((self.model.act(row), self.model.groups[column], self.handling_class, allowed, was))

    def _turn(self, index: QModelIndex) -> None:
        self._want(_NEXT[self.model.own(index.row(), index.column())])

    def _draw(self) -> None:
        self.model.say_anew()
        if self._table is not None:
            self.show_table(self._table)

    def _share(self) -> None:
        """Every column as wide as its heading and a chip need; what is left goes to all of them."""
        scale, theme = self._work.scale, self._work.theme
        self.classes.setFixedWidth(round(CLASSES * scale))
        body, caption = ui_font(px("body", scale)), ui_font(px("caption", scale))
        bold = QFontMetrics(ui_font(px("body", scale), bold=True))
        chip = max(bold.horizontalAdvance(self.model.word(allowed)) for allowed in (True, False)) + 4 * SPACE[1]
        small = QFontMetrics(caption)
        widths = [
            max(chip, small.horizontalAdvance(self.model.group_words(column)) + 3 * SPACE[1])
            for column in range(len(self.model.groups))
        ]
        acts = max(
            QFontMetrics(body).horizontalAdvance(self._work.words.say(f"bench_rules_act_{act}")) for act in ACTS
        )
        across, down = self.matrix.horizontalHeader(), self.matrix.verticalHeader()
        dress = (
            f"QHeaderView::section {{ font-size: {px('caption', scale)}px; padding: 4px; }}"
            f"QHeaderView::section:vertical {{ font-size: {px('body', scale)}px; color: {theme.text};"
            f" border-bottom-color: {theme.line}; }}"
        )
        if dress != self.matrix.styleSheet():
            self.matrix.setStyleSheet(dress)
        down.setFixedWidth(acts + 4 * SPACE[1])
        high = round(LOWEST * scale)
        across.setFixedHeight(high)
        space = (self.matrix.height() - high - SPACE[0]) // len(ACTS)  # no scrolling where there is room for all
        down.setDefaultSectionSize(max(high, min(space, round(HIGHEST * scale))))
        room = self.matrix.width() - down.width() - self.matrix.verticalScrollBar().sizeHint().width()
        share = max(0, min((room - sum(widths)) // max(1, len(widths)), 2 * SPACE[6]))
        for column, width in enumerate(widths):
            self.matrix.setColumnWidth(column, width + share)
