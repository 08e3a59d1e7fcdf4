"""A table model over SQL: rows are fetched a chunk at a time as the table shows them, sorting happens in SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.domain.errors import KnownError, Refusal
from ui.workspace import Workspace

T = TypeVar("T")
CHUNK = 200
KEPT = 40  # chunks that stay in memory
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: the code of its heading, what a cell shows, and by what SQL sorts it ("" for not at all)."""

    heading: str
    text: Callable[[T], str]
    sort: str = ""
    right: bool = False
    ink: Callable[[T], str | None] | None = None  # a colour, where a cell's state has one


class PagedModel(QAbstractTableModel, Generic[T]):
    """Rows of one query, `total` of them, of which only those that were looked at are in memory.

    `load(sort, descending, offset, limit)` returns the rows of a chunk, `count()` how many there are. `loaded` after
    every chunk; `failed` carries the refusal of a query that could not be run.
    """

    loaded = Signal()
    failed = Signal(object)

    def __init__(
        self, work: Workspace, columns: Sequence[Column[T]],
        load: Callable[[str, bool, int, int], Awaitable[Sequence[T]]],
        count: Callable[[], Awaitable[int]],
        *, sort: str, descending: bool = False, key: Callable[[T], int], parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self.columns = tuple(columns)
        self._load, self._count, self._key = load, count, key
        self._sort, self._descending = sort, descending
        self._chunks: dict[int, Sequence[T]] = {}
        self._asked: set[int] = set()
        self._total = 0
        self._turn = 0  # answers to older questions are not wanted any more
        work.words.switched.connect(self._again_in_words)
        work.look_changed.connect(self._again_in_words)

    # for pages

    async def reload(self) -> int:
        """Count and fetch what is seen anew; returns how many rows there are. Raises what the query raises."""
        self._turn += 1
        turn = self._turn
        total = await self._count()
        wanted = [chunk for chunk in self._chunks if chunk * CHUNK < total][-2:] or [0]
        fresh = {}
        for chunk in wanted:
            fresh[chunk] = await self._load(self._sort, self._descending, chunk * CHUNK, CHUNK)
        if turn != self._turn:
            return total
        if total == self._total:
            self._chunks, self._asked = fresh, set(fresh)
            self._touch(0, total - 1)
        else:
            self.beginResetModel()
            self._chunks, self._asked, self._total = fresh, set(fresh), total
            self.endResetModel()
        self.loaded.emit()
        return total

    def row(self, number: int) -> T | None:
        """A row by its number, None while it is not fetched."""
        chunk = self._chunks.get(number // CHUNK)
        at = number % CHUNK
        return chunk[at] if chunk is not None and at < len(chunk) else None

    def number_of(self, key: int) -> int | None:
        """The number of the row with this key, if it is in memory."""
        for chunk, rows in self._chunks.items():
            for at, row in enumerate(rows):
                if self._key(row) == key:
                    return chunk * CHUNK + at
        return None

    def key_at(self, number: int) -> int | None:
        """The key of a row in memory."""
        row = self.row(number)
        return None if row is None else self._key(row)

    @property
    def order(self) -> tuple[str, bool]:
        """By what is sorted, and whether descending."""
        return self._sort, self._descending

    # for Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All rows there are."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows; a row that is not here yet is asked for and shows …"""
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role not in (
            Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        row = self.row(index.row())
        if row is None:
            self._ask(index.row() // CHUNK)
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.ForegroundRole:
            ink = column.ink(row) if column.ink else None
            return _colour(ink) if ink else None
        return column.text(row)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' headings in the language of the moment."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._work.words.say(self.columns[section].heading)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort in SQL by a column that has an order."""
        wanted = self.columns[column].sort if 0 <= column < len(self.columns) else ""
        descending = order == Qt.SortOrder.DescendingOrder
        if not wanted or (wanted, descending) == (self._sort, self._descending):
            return
        self._sort, self._descending = wanted, descending
        self._turn += 1
        self._chunks.clear()
        self._asked.clear()
        self._touch(0, self._total - 1)

    def _ask(self, chunk: int) -> None:
        if chunk not in self._asked:
            self._asked.add(chunk)
            self._work.spawn(self._fetch(chunk, self._turn))

    async def _fetch(self, chunk: int, turn: int) -> None:
        try:
            rows = await self._load(self._sort, self._descending, chunk * CHUNK, CHUNK)
        except (Refusal, KnownError) as refusal:
            self._asked.discard(chunk)
            self.failed.emit(refusal)
            return
        if turn != self._turn:
            return
        self._chunks[chunk] = rows
        while len(self._chunks) > KEPT:
            oldest = next(iter(self._chunks))
            del self._chunks[oldest]
            self._asked.discard(oldest)
        self._touch(chunk * CHUNK, chunk * CHUNK + len(rows) - 1)
        self.loaded.emit()

    def _touch(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _again_in_words(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        self._touch(0, self._total - 1)


def _colour(ink: str) -> Any:
    from PySide6.QtGui import QColor

    return QColor(ink)
