"""The lines of the open order: done ones fade in their place, the current one is marked and always to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.fonts import mono_font, ui_font
from ui.icons import pixmap
from ui.theme import SPACE
from ui.widgets.painted import one_line
from ui.workspace import Workspace

_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its name, `packed` of `ordered` pieces as text, and what a screen reader says of it.

    `kit` heads the components of a kit, which are `inside`; `note` says where else pieces of it are, and `short` that
    some come later.
    """

    key: int
    name: str
    place: str
    count: str
    spoken: str
    done: bool = False
    current: bool = False
    kit: bool = False
    inside: bool = False
    short: bool = False
    note: str = ""


class _Rows(QAbstractListModel):
    """Rows that stay where they are; only those that differ are painted anew."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Show these rows from now on."""
        if [row.key for row in rows] != [row.key for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        changed = [number for number, (old, new) in enumerate(zip(self.rows, rows, strict=True)) if old != new]
        self.rows = rows
        for number in changed:
            self.dataChanged.emit(self.index(number), self.index(number))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many lines there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name to be seen, the whole line to be heard."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.spoken
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """To be read, not to be chosen."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren


class _Painter(QStyledItemDelegate):
    """Paints a line: sign, name, location, count."""

    def __init__(self, view: LineList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All lines are equally high."""
        return QSize(0, self._view.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one line."""
        view, row = self._view, self._view.rows[index.row()]
        theme = view.work.theme
        place = QRectF(option.rect)
        size = view.text_size
        painter.save()
        if row.short and not row.current:
            painter.fillRect(place, QColor(theme.attention.paper))
        if row.current:
            painter.fillRect(place, QColor(theme.selected.paper))
            painter.fillRect(QRectF(place.left(), place.top(), SPACE[0] + 2, place.height()), QColor(theme.accent))
        if place.bottom() + place.height() / 2 < view.viewport().height():  # the card's own edge is below the last
            painter.fillRect(QRectF(place.left(), place.bottom() - 1, place.width(), 1), QColor(theme.line))
        ink = theme.selected.ink if row.current else theme.secondary if row.done else theme.text
        sign, colour = ("check", theme.passed.ink) if row.done else ("play", theme.accent) if row.current else ("", "")
        if row.short:
            ink = theme.attention.ink
            sign, colour = "triangle-alert", ink
        elif row.kit and not row.done:
            sign, colour = "layers", theme.secondary
        if sign:
            high = round(size * (0.7 if sign == "play" else 0.95))
            centre = place.left() + SPACE[3] + size / 2
            picture = pixmap(sign, colour, high, view.devicePixelRatioF())
            painter.drawPixmap(round(centre - high / 2), round(place.center().y() - high / 2), picture)
        painter.setPen(QColor(ink))
        left = place.left() + SPACE[3] + size + SPACE[3] + (size if row.inside else 0)
        right = place.right() - SPACE[4]
        flags = Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip
        painter.setFont(view.face(size, bold=True))
        count = painter.fontMetrics().horizontalAdvance(row.count)
        least = painter.fontMetrics().horizontalAdvance("00 / 00")
        painter.drawText(QRectF(right - count, place.top(), count + 1, place.height()), int(_RIGHT) | flags, row.count)
        right -= max(count, least) + SPACE[4]
        if row.note:
            painter.setFont(view.face(round(size * 0.8), bold=row.short))
            painter.setPen(QColor(theme.attention.ink if row.short else theme.secondary))
            note = painter.fontMetrics().horizontalAdvance(row.note)
            painter.drawText(QRectF(right - note, place.top(), note + 1, place.height()), int(_RIGHT) | flags, row.note)
            right -= note + SPACE[4]
            painter.setPen(QColor(ink))
        if row.place and right - left > size * 16:
            painter.setFont(view.face(round(size * 0.8), bold=False, mono=True))
            wide = size * 5.5
            painter.setPen(QColor(theme.selected.ink if row.current else theme.secondary))
            painter.drawText(QRectF(right - wide, place.top(), wide, place.height()), int(_LEFT) | flags, row.place)
            right -= wide + SPACE[3]
            painter.setPen(QColor(ink))
        painter.setFont(view.face(size, bold=row.current or row.kit))
        name = painter.fontMetrics().elidedText(one_line(row.name), Qt.TextElideMode.ElideRight, int(right - left))
        painter.drawText(QRectF(left, place.top(), right - left, place.height()), int(_LEFT) | flags, name)
        painter.restore()


class LineList(QListView):
    """The lines in the order's own sequence; it scrolls by itself, and takes no key."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = work
        self.row_height = 48
        self._faces: dict[tuple[int, bool, bool], QFont] = {}
        self._model = _Rows()
        self.setModel(self._model)
        self.setItemDelegate(_Painter(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        work.words.show(self.setAccessibleName, "packing_lines")
        work.words.show(self.verticalScrollBar().setAccessibleName, "packing_lines_scroll")
        work.look_changed.connect(self._measure)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._model.rows

    @property
    def text_size(self) -> int:
        """The height of a name in pixels."""
        return max(round(18 * self.work.scale), min(round(self.row_height * 0.5), round(33 * self.work.scale)))

    def face(self, size: int, *, bold: bool, mono: bool = False) -> QFont:
        """A font, made once."""
        if (size, bold, mono) not in self._faces:
            self._faces[size, bold, mono] = mono_font(size, bold) if mono else ui_font(size, bold)
        return self._faces[size, bold, mono]

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Show the lines, and the current one among them with what comes before and after it."""
        before = next((row.key for row in self.rows if row.current), None)
        self._model.show_rows(rows)
        now = next((number for number, row in enumerate(rows) if row.current), None)
        if now is not None and rows[now].key != before:
            self.scroll_to(now)

    def scroll_to(self, number: int) -> None:
        """Bring a line into view, with its neighbours where there is room."""
        for near in (max(0, number - 1), min(len(self.rows) - 1, number + 1), number):
            self.scrollTo(self._model.index(near), QAbstractItemView.ScrollHint.EnsureVisible)

    def scroll_by(self, lines: int) -> None:
        """Scroll by hand."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many whole lines as there is room for."""
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        room = self.viewport().height()
        lines = max(3 if room >= 114 * self.work.scale else 2, int(room // (52 * self.work.scale)))
        self.row_height = max(24, room // lines)
        self.scheduleDelayedItemsLayout()
        now = next((number for number, row in enumerate(self.rows) if row.current), None)
        if now is not None:
            self.scroll_to(now)
