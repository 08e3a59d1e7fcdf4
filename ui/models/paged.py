"""A table model over SQL: rows are fetched a chunk at a time as the table shows them, sorting happens in SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.domain.errors import KnownError, Refusal
from ui.theme import Pair
from ui.workspace import Workspace

T = TypeVar("T")
CHUNK = 200
KEPT = 20  # chunks that stay in memory
SEEN = 2  # chunks that a table can show at once: no screen is 200 rows high
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: the code of its heading, what a cell shows, and by what SQL sorts it ("" for not at all).

    `sign`, `ink` and `chip` are sign and colours of a cell that has a state; `width` is in characters, those that
    `stretch` share what is left, those with `spare` go where there is no room, the highest number first.
    """

    heading: str
    text: Callable[[T], str]
    sort: str = ""
    right: bool = False
    sign: Callable[[T], str] | None = None
    ink: Callable[[T], str | None] | None = None
    chip: Callable[[T], Pair | None] | None = None
    width: int = 10
    stretch: bool = False
    mono: bool = False
    spare: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows: its text, the sign before it, the colour of both, and the chip that it is drawn as."""

    text: str
    sign: str = ""
    ink: str | None = None
    chip: Pair | None = None


class PagedModel(QAbstractTableModel, Generic[T]):
    """Rows of one query, `total` of them, of which only those that were looked at are in memory.

    `load(sort, descending, offset, limit)` returns the rows of a chunk, `count()` how many there are. `changing` comes
    before all rows are others, `loaded` after every chunk; `failed` carries the refusal of a query that could not be
    run. A row keeps its number when others come or go: whoever shows the table finds it again by `number_of`.
    """

    changing = Signal()
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
        self._chunks: dict[int, Sequence[T]] = {}  # the one that was looked at last stands last
        self._last = -1
        self._cells: dict[int, tuple[Cell, ...]] = {}  # rows that were painted
        self._wanted: dict[int, None] = {}
        self._fetching = False
        self._on_its_way: tuple[int, int] | None = None  # a chunk, and the turn in which it was asked for
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
        last = max(0, total - 1) // CHUNK
        fresh = {}
        for chunk in dict.fromkeys(min(chunk, last) for chunk in list(self._chunks)[-SEEN:] or [0]):
            fresh[chunk] = await self._load(self._sort, self._descending, chunk * CHUNK, CHUNK)
        if turn == self._turn:
            self._take(fresh, total)
        return total

    def row(self, number: int) -> T | None:
        """A row by its number, None while it is not fetched."""
        chunk = self._chunks.get(number // CHUNK)
        at = number % CHUNK
        return chunk[at] if chunk is not None and 0 <= at < len(chunk) else None

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

    def cells(self, number: int) -> tuple[Cell, ...] | None:
        """What the cells of a row show; a row that is not here yet is asked for, None until it comes."""
        chunk = number // CHUNK
        if chunk != self._last and chunk in self._chunks:
            self._last = chunk
            self._chunks[chunk] = self._chunks.pop(chunk)
        made = self._cells.get(number)
        if made is None:
            row = self.row(number)
            if row is None:
                self._ask(chunk)
                return None
            made = self._cells[number] = tuple(
                Cell(
                    column.text(row), column.sign(row) if column.sign else "", column.ink(row) if column.ink else None,
                    column.chip(row) if column.chip else None,
                )
                for column in self.columns
            )
        return made

    def show_columns(self, columns: Sequence[Column[T]]) -> None:
        """Other columns from now on: rows of another kind are coming."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self._cells.clear()
        self.endResetModel()

    def say_again(self) -> None:
        """Word everything anew: another language or theme, or time that has passed."""
        self._cells.clear()
        self._touch(0, self._total - 1)

    @property
    def order(self) -> tuple[str, bool]:
        """By what is sorted, and whether descending."""
        return self._sort, self._descending

    @property
    def in_memory(self) -> int:
        """How many rows are held."""
        return sum(map(len, self._chunks.values()))

    @property
    def at_rest(self) -> bool:
        """Whether everything that was looked at is there."""
        return not self._fetching

    # for Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All rows there are."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """All columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell says, for whoever does not see it; the table itself paints `cells`."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[index.column()])
        if role not in _SAID:
            return None
        cells = self.cells(index.row())
        return "…" if cells is None else cells[index.column()].text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' headings in the language of the moment; the sorted one says which way."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            column, (by, descending) = self.columns[section], self.order
            sign = f" {'▼' if descending else '▲'}" if column.sort and column.sort == by else ""
            return self._work.words.say(column.heading) + sign
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[section])
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort in SQL by a column that has an order; the old rows stay until the first new ones are there."""
        wanted = self.columns[column].sort if 0 <= column < len(self.columns) else ""
        descending = order == Qt.SortOrder.DescendingOrder
        if not wanted or (wanted, descending) == (self._sort, self._descending):
            return
        self._sort, self._descending = wanted, descending
        self._turn += 1
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        self._work.spawn(self._sorted(self._turn))

    async def _sorted(self, turn: int) -> None:
        try:
            rows = await self._load(self._sort, self._descending, 0, CHUNK)
        except (Refusal, KnownError) as refusal:
            self.failed.emit(refusal)
            return
        if turn == self._turn:
            self._take({0: rows}, self._total)

    def _take(self, fresh: dict[int, Sequence[T]], total: int) -> None:
        """Forget all rows but these; what has come or gone does so at the end, and each number shows its new row."""
        old = self._total
        self.changing.emit()
        if total > old:
            self.beginInsertRows(QModelIndex(), old, total - 1)
        elif total < old:
            self.beginRemoveRows(QModelIndex(), total, old - 1)
        self._chunks, self._total, self._last = fresh, total, -1
        self._cells.clear()
        self._wanted.clear()
        if total > old:
            self.endInsertRows()
        elif total < old:
            self.endRemoveRows()
        self._touch(0, min(old, total) - 1)
        self.loaded.emit()

    def _ask(self, chunk: int) -> None:
        """Fetch a chunk soon: of all that a quick scroll passes, only what is seen in the end."""
        if self._on_its_way == (chunk, self._turn):
            return
        self._wanted.pop(chunk, None)
        self._wanted[chunk] = None
        while len(self._wanted) > SEEN:
            del self._wanted[next(iter(self._wanted))]
        if not self._fetching:
            self._fetching = True
            self._work.spawn(self._fetch())

    async def _fetch(self) -> None:
        try:
            while self._wanted:
                chunk, _ = self._wanted.popitem()
                turn = self._turn
                self._on_its_way = (chunk, turn)
                rows = await self._load(self._sort, self._descending, chunk * CHUNK, CHUNK)
                self._on_its_way = None
                if turn != self._turn:
                    continue  # the table asks again for what it shows then
                self._chunks[chunk] = rows
                while len(self._chunks) > KEPT:
                    del self._chunks[next(iter(self._chunks))]
                    self._cells.clear()
                self._touch(chunk * CHUNK, chunk * CHUNK + len(rows) - 1)
                self.loaded.emit()
        except (Refusal, KnownError) as refusal:
            self._wanted.clear()
            self.failed.emit(refusal)
        finally:
            self._fetching, self._on_its_way = False, None

    def _touch(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _again_in_words(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        self.say_again()


_SAID = frozenset(
    {
        int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole),
    }
)


def _side(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
