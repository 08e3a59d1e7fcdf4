"""A table model of a few rows that are all in memory and change under the eye: in place, without losing the row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from ui.models.paged import Column
from ui.workspace import Workspace

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
Sign = tuple[str, str]  # an icon's name and its colour


class LiveModel(QAbstractTableModel, Generic[T]):
    """Rows told apart by their key. `sign` puts an icon into a cell; rows that are a `heading` cannot be chosen."""

    def __init__(
        self, work: Workspace, columns: Sequence[Column[T]], key: Callable[[T], object], *,
        sign: Callable[[T, int], Sign | None] = lambda row, column: None,
        heading: Callable[[T], bool] = lambda row: False, parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self.columns = tuple(columns)
        self._key, self._sign, self._heading = key, sign, heading
        self._rows: list[T] = []
        self._words: dict[object, tuple[object, ...]] = {}  # of each row, as it is shown
        self._headings: tuple[object, ...] = ()

    @property
    def rows(self) -> Sequence[T]:
        """All rows, in their order."""
        return self._rows

    def row(self, number: int) -> T | None:
        """A row by its number, None where there is none."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def number_of(self, key: object) -> int | None:
        """The number of the row with this key."""
        return next((number for number, row in enumerate(self._rows) if self._key(row) == key), None)

    def set_rows(self, rows: Sequence[T]) -> None:
        """Show these rows: those that were there already stay the same rows, wherever they are now."""
        nowhere = QModelIndex()
        wanted = {self._key(row) for row in rows}
        for at in reversed(range(len(self._rows))):
            if self._key(self._rows[at]) not in wanted:
                self.beginRemoveRows(nowhere, at, at)
                del self._rows[at]
                self.endRemoveRows()
        for at, row in enumerate(rows):
            before = self.number_of(self._key(row))
            if before is None:
                self.beginInsertRows(nowhere, at, at)
                self._rows.insert(at, row)
                self.endInsertRows()
            elif before != at:
                self.beginMoveRows(nowhere, before, before, nowhere, at)
                self._rows.insert(at, self._rows.pop(before))
                self.endMoveRows()
        self._rows = list(rows)
        before_words, self._words = self._words, {self._key(row): self._said(row) for row in rows}
        last = len(self.columns) - 1
        for at, row in enumerate(rows):
            if before_words.get(self._key(row)) != self._words[self._key(row)]:
                self.dataChanged.emit(self.index(at, 0), self.index(at, last))
        headings = tuple(self.headerData(column, Qt.Orientation.Horizontal) for column in range(last + 1))
        if headings != self._headings:
            self._headings = headings
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)

    def _said(self, row: T) -> tuple[object, ...]:
        """All that is seen of a row: what has not changed is not painted again."""
        return tuple((column.text(row), column.ink and column.ink(row)) for column in self.columns)

    # for Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All columns."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are passed over by the keys."""
        row = self.row(index.row())
        if row is None or self._heading(row):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        row = self.row(index.row())
        if row is None:
            return None
        column = self.columns[index.column()]
        if role in (
            Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole,
        ):
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column.right)
        if role == Qt.ItemDataRole.ForegroundRole:
            ink = column.ink(row) if column.ink else None
            return QColor(ink) if ink else None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(row, index.column())
        if role == Qt.ItemDataRole.FontRole and self._heading(row):
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _icon(self, row: T, column: int) -> Any:
        from ui.icons import icon
        from ui.theme import px

        sign = self._sign(row, column)
        return None if sign is None else icon(*sign, px("title", self._work.scale) * 2)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' headings in the language of the moment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._work.words.say(column.heading) if column.heading else ""
        return _side(column.right) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _side(right: bool) -> Qt.AlignmentFlag:
    return (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
