"""The list of label batches: how far each is, in a number and a bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.domain.label_batches import LabelBatchState
from app.queries.label_batches import BatchRow
from ui.models.live import LiveModel, Sign
from ui.models.paged import Column
from ui.theme import SPACE
from ui.widgets.board_table import BoardTable
from ui.words import Words
from ui.workspace import Workspace

_STATE, _DONE = 2, 3
BAR = 4  # px
SIGNS = {
    LabelBatchState.CHECKED: ("clock", "accent"), LabelBatchState.PRINTING: ("printer", "accent"),
    LabelBatchState.PAUSED: ("pause", "attention"), LabelBatchState.DONE: ("check", "secondary"),
    LabelBatchState.CANCELLED: ("ban", "secondary"),
}  # fmt: skip


class BatchList(BoardTable):
    """The label batches, those that are not ended first."""

    def __init__(self, work: Workspace) -> None:
        say = work.words.say
        columns: tuple[Column[BatchRow], ...] = (
            Column("batches_column_number", lambda row: str(row.number), right=True),
            Column("batches_column_what", lambda row: what(work.words, row)),
            Column("batches_column_state", lambda row: say(f"batches_state_{row.state}"), ink=self._state_ink),
            Column("batches_column_done", lambda row: f"{row.printed:,} / {row.orders:,}", right=True),
            Column("batches_column_aside", lambda row: f"! {row.aside:,}" if row.aside else "–", right=True,
                   ink=lambda row: work.theme.attention.ink if row.aside else None),
        )  # fmt: skip
        self._look = work
        self.rows = LiveModel[BatchRow](work, columns, lambda row: row.batch_id, sign=self._sign)
        super().__init__(work, self.rows, self._widest, wide=1, gives_way=True)
        self.setItemDelegateForColumn(_DONE, _Bar(work, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        work.words.show(self.setAccessibleName, "batches_table")

    def _widest(self) -> Sequence[str]:
        words = self._look.words
        states = (words.say(f"batches_state_{state}") for state in LabelBatchState)
        state = max(states, key=len) + "0000"  # and its icon
        several = words.say("batches_what_several", first="W88 C8", last="W88 C8")
        return ("88", several, state, "8,888 / 8,888", "! 88")

    def _state_ink(self, row: BatchRow) -> str | None:
        kind = "attention" if needs_somebody(row) else SIGNS[row.state][1]
        theme = self._look.theme
        return theme.attention.ink if kind == "attention" else theme.accent if kind == "accent" else None

    def _sign(self, row: BatchRow, column: int) -> Sign | None:
        if column != _STATE:
            return None
        ink = self._state_ink(row) or self._look.theme.secondary
        return ("triangle-alert" if needs_somebody(row) else SIGNS[row.state][0]), ink


def needs_somebody(row: BatchRow) -> bool:
    """Whether it stands until a person says which labels have come out."""
    lively = row.state in (LabelBatchState.PRINTING, LabelBatchState.PAUSED)
    return lively and bool(row.uncertain or row.failed or row.separators)


def what(words: Words, row: BatchRow) -> str:
    """Of which carts a label batch is: wave and cart, without the totes of orders of one item."""
    first, last = (" ".join(group.split()[:2]) for group in (row.first, row.last))
    return first if first == last else words.say("batches_what_several", first=first, last=last)


class _Bar(QStyledItemDelegate):
    """How far a label batch is, below its numbers."""

    def __init__(self, work: Workspace, parent: BatchList) -> None:
        super().__init__(parent)
        self._work, self._list = work, parent

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The numbers, then the bar."""
        super().paint(painter, option, index)
        row = self._list.rows.row(index.row())
        if row is None or not row.orders or row.state in (LabelBatchState.DONE, LabelBatchState.CANCELLED):
            return
        theme, rect = self._work.theme, option.rect
        area = QRectF(rect.left() + SPACE[1], rect.bottom() - BAR - 1, rect.width() - 2 * SPACE[1], BAR)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(area, BAR / 2, BAR / 2)
        area.setWidth(area.width() * row.printed / row.orders)
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(area, BAR / 2, BAR / 2)
        painter.restore()
