"""The table at the board's side: benches, printers, problem shelf and shorts, whose cells share a row as they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from app.domain.errors import Refusal
from ui.models.live import LiveModel, Sign
from ui.models.paged import Column, Index
from ui.pages.board_side import SideRow
from ui.widgets.board_table import CELL, BoardTable
from ui.workspace import Workspace

_AT_A_BENCH = ("open", "label", "idle", "latched")
_SIGNS = {"fail": "circle-x", "attention": "triangle-alert"}
_COLUMNS = 4
_PACE, _WHAT = 2, 3


class SideTable(BoardTable):
    """Rows of `SideRow`; `chosen` when Enter is pressed on one."""

    def __init__(self, work: Workspace) -> None:
        self._look = work
        self._joined: list[tuple[int, int, int]] = []  # row, column and width of the cells that take several columns
        self.rows = _SideModel(work, _columns(work), lambda row: row.key, sign=self._sign, heading=_is_heading)
        super().__init__(work, self.rows, self._widest, wide=_WHAT, gives_way=True)
        self.horizontalHeader().hide()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        work.words.show(self.setAccessibleName, "board_side")

    def row(self) -> SideRow | None:
        """The row that is chosen."""
        number = self.number()
        return None if number is None else self.rows.row(number)

    def choose_to_put_back(self) -> SideRow | None:
        """Choose the row of the one order whose goods are to be put back.

        Raises Refusal `board_nothing_to_put_back` where there is none, `board_choose_problem` where there are several:
        the first of them is chosen then.
        """
        found = [number for number in range(self.rows.rowCount()) if (row := self.rows.row(number)) and row.to_put_back]
        if not found:
            raise Refusal("board_nothing_to_put_back")
        self.setFocus()
        self.choose(found[0])
        if len(found) > 1:
            raise Refusal("board_choose_problem", count=len(found))
        return self.row()

    def show_rows(self, rows: Sequence[SideRow]) -> None:
        """Show these; some of their cells take the room of several columns."""
        self.rows.set_rows(rows)
        joined = [(at, column, wide) for at, row in enumerate(rows) for column, wide in row.spans]
        if joined != self._joined:
            self._joined = joined
            self.clearSpans()
            for at, column, wide in joined:
                self.setSpan(at, column, 1, wide)
        self.cover()  # a heading may have moved

    def _widest(self) -> Sequence[str]:
        words = self._look.words
        at_work = max((words.say(f"board_bench_{what}", age=words.age(59 * 60)) for what in _AT_A_BENCH), key=len)
        return "BENCH-12", "Maria Sánchez", words.say("board_pace", count=888), f"{at_work}000"  # and its icon

    def _widths(self) -> list[int]:
        """As every table; what is told of a problem needs more than pace and state of a bench."""
        widths, words = super()._widths(), self._look.words
        told = " · ".join((words.age(59 * 60), "TT88888W", words.say("board_reason_short")))
        needed = CELL + QFontMetrics(self.font()).horizontalAdvance(f"{told}000")  # and its icon
        widths[_WHAT] = max(widths[_WHAT], needed - widths[_PACE])
        return widths

    def _sign(self, row: SideRow, column: int) -> Sign | None:
        if column != row.told_in or not row.outcome:
            return None
        return _SIGNS[row.outcome], self._look.theme.verdict(row.outcome).ink


class _SideModel(LiveModel[SideRow]):
    """A pace stands at the right of its column, a sentence that begins there at the left."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """As every live row."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            row = self.row(index.row())
            pace = row is not None and not row.joined and index.column() == _PACE
            side = Qt.AlignmentFlag.AlignRight if pace else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return super().data(index, role)


def _columns(work: Workspace) -> Sequence[Column[SideRow]]:
    def cell(number: int) -> Callable[[SideRow], str]:
        return lambda row: row.cells[number]

    def ink(number: int) -> Callable[[SideRow], str | None]:
        def of(row: SideRow) -> str | None:
            if row.heading:
                return work.theme.secondary
            return work.theme.verdict(row.outcome).ink if row.outcome and number == row.told_in else None

        return of

    return tuple(Column("", cell(number), ink=ink(number)) for number in range(_COLUMNS))


def _is_heading(row: SideRow) -> bool:
    return row.heading
