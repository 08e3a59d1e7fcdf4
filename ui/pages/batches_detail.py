"""One label batch: how far it is, read from two metres; what comes next, what is set aside, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.label_batches import LabelBatchState
from app.domain.label_batches import Sequence as LabelSequence
from ui.models.live import LiveModel
from ui.models.paged import Column
from ui.pages.batches_list import needs_somebody, what
from ui.signs import job_reason
from ui.theme import SPACE, px
from ui.widgets.board_table import BoardTable
from ui.widgets.text import Elided, text_label
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_batches import Aside, BatchRow, BatchView

BANNER = 56  # px at normal size
ROW = 46  # … of what is set aside: its reason may take two lines
LOW = 600  # … of a page on which the count is smaller, so that three orders set aside are seen
BAR = 14
OUTCOMES = {
    LabelBatchState.CHECKED: "system", LabelBatchState.PRINTING: "system", LabelBatchState.PAUSED: "attention",
    LabelBatchState.DONE: "pass", LabelBatchState.CANCELLED: "",
}  # fmt: skip


class BatchDetail(QFrame):
    """Shows a label batch; every part keeps its place whatever its state is."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.view: BatchView | None = None
        self.setProperty("role", "raised")
        self._title, self._state = Elided("title"), text_label("chip")
        self._about = Elided("secondary")
        self._printed, self._of = text_label("remaining"), text_label("title")
        self._pace, self._left = text_label("title"), text_label("title")
        self.bar = Bar(work)
        self._banner, self._now = QFrame(), text_label("strong", wrap=True)
        self._banner.setProperty("role", "banner")
        inside = QHBoxLayout(self._banner)
        inside.setContentsMargins(SPACE[2], 0, SPACE[2], 0)
        inside.addWidget(self._now)
        self._next = Elided("title")
        self._aside = text_label("strong")
        columns: tuple[Column[Aside], ...] = (
            Column("batches_column_number", lambda row: str(row.number), right=True),
            Column("batches_column_order", lambda row: row.order, mono=True),
            Column("batches_column_why", lambda row: why(work.words, row), ink=lambda row: work.theme.attention.ink),
        )
        self.rows = LiveModel["Aside"](work, columns, lambda row: row.order_id)
        self.table = BoardTable(work, self.rows, self._widest, wide=2, gives_way=True)
        self.table.setWordWrap(True)
        keeps = self.table.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self.table.setSizePolicy(keeps)
        work.words.show(self.table.setAccessibleName, "batches_asides")
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE[2])
        head.addWidget(self._title, 1)
        head.addWidget(self._state)
        of, right = QVBoxLayout(), QVBoxLayout()
        right.setSpacing(0)
        of.addStretch(1)
        of.addWidget(self._of)
        of.addSpacing(SPACE[2])
        right.addStretch(1)
        for label in (self._pace, self._left):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            right.addWidget(label)
        right.addSpacing(SPACE[1])
        progress = QHBoxLayout()
        progress.setSpacing(SPACE[3])
        progress.addWidget(self._printed)
        progress.addLayout(of)
        progress.addStretch(1)
        progress.addLayout(right)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[3], SPACE[3], SPACE[3], SPACE[1])
        column.setSpacing(SPACE[1])
        column.addLayout(head)
        column.addWidget(self._about)
        column.addLayout(progress)
        column.addWidget(self.bar)
        column.addSpacing(SPACE[1])
        column.addWidget(self._banner)
        column.addSpacing(SPACE[1])
        column.addWidget(self._next)
        column.addSpacing(SPACE[1])
        column.addWidget(self._aside)
        column.addWidget(self.table, 1)

    def fit(self, scale: float, height: int) -> None:
        """Other sizes of text, or another height of the page."""
        role = "big" if height < LOW * scale else "remaining"
        if self._printed.property("role") != role:
            self._printed.setProperty("role", role)
            self._printed.style().unpolish(self._printed)
            self._printed.style().polish(self._printed)
        for label in (self._pace, self._left):
            label.setMinimumHeight(round(1.25 * px("title", scale)))
        self._banner.setFixedHeight(round(BANNER * scale))
        self.bar.setFixedHeight(round(BAR * scale))
        self.table.fit(scale)
        self.table.verticalHeader().setDefaultSectionSize(round(ROW * scale))

    @property
    def aside(self) -> Aside | None:
        """The order that is chosen among those set aside."""
        number = self.table.number()
        return None if number is None else self.rows.row(number)

    @property
    def situation(self) -> str:
        """How it stands and what to do, as it is said."""
        return self._now.text()

    def texts(self) -> list[str]:
        """Every text on the view but those of the table."""
        return [label.whole() if isinstance(label, Elided) else label.text() for label in self.findChildren(QLabel)]

    def show_batch(self, view: BatchView, asides: Sequence[Aside]) -> None:
        """Paint a label batch."""
        self.view = view
        words, row = self._work.words, view.row
        say = words.say
        self._title.setText(say("batches_title", number=row.number))
        stands = "attention" if needs_somebody(row) else OUTCOMES[row.state]
        _dress(self._state, say(f"batches_state_{row.state}"), stands)
        self._about.setText(about(words, view))
        self._printed.setText(f"{row.printed:,}")
        self._of.setText(say("batches_of", total=f"{row.orders:,}"))
        outcome, text = situation(words, view)
        # who waits for a roll or a scan does not wait for the printer
        lively = row.state is LabelBatchState.PRINTING and view.minutes is not None and not outcome
        self._pace.setText(say("batches_pace", pace=f"{view.per_minute:,.0f}") if lively else "")
        self._left.setText(_time_left(words, view) if lively else "")
        self.bar.show_row(row)
        _dress_banner(self._banner, self._now, outcome)
        self._now.setText(text)
        self._next.setText(_next(words, view))
        self.rows.set_rows(asides)
        count = row.aside
        if not count:
            self._aside.setText(say("batches_aside_none"))
        elif count > len(asides):
            self._aside.setText(say("batches_aside_first", count=f"{count:,}", shown=f"{len(asides):,}"))
        else:
            self._aside.setText(say("batches_aside_count", count=f"{count:,}"))
        self.table.setVisible(bool(asides))

    def _widest(self) -> Sequence[str]:
        return ("8888", "302-7711020-4418722", "000000000000000000000000")


class Bar(QWidget):
    """What is printed of all, what nobody knows of, and what has failed; it is said in words too."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._row: BatchRow | None = None
        work.look_changed.connect(self.update)

    def show_row(self, row: BatchRow) -> None:
        """Paint how far a label batch is."""
        if row != self._row:
            self._row = row
            self.setAccessibleName(
                self._work.words.say("batches_progress", printed=f"{row.printed:,}", total=f"{row.orders:,}")
            )
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, then each share."""
        row, theme = self._row, self._work.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.line))
        if row is None or not row.orders:
            return
        shares = (
            (row.printed, theme.accent), (row.uncertain, theme.attention.ink), (row.failed, theme.fail.ink),
        )  # fmt: skip
        left = 0.0
        for count, colour in shares:
            width = self.width() * count / row.orders
            painter.fillRect(QRectF(left, 0, width, self.height()), QColor(colour))
            left += width


def about(words: Words, view: BatchView) -> str:
    """Of what a label batch is, where it is printed, and in which sequence."""
    say = words.say
    code = "batches_by_pick" if view.sequence == LabelSequence.PICK else "batches_by_tote"
    parts = [what(words, view.row), view.row.queue, say(code)]
    if view.separators:
        parts.append(say("batches_with_separators"))
    return " · ".join(part for part in parts if part)


def why(words: Words, row: Aside) -> str:
    """Why an order is set aside, and what to do."""
    return words.say(row.reason, **dict(row.facts))


def situation(words: Words, view: BatchView) -> tuple[str, str]:
    """Outcome and words of how a label batch stands."""
    say, row = words.say, view.row
    doubtful = row.uncertain + row.separators
    if row.state is LabelBatchState.CHECKED:
        code = "batches_now_checked" if row.aside else "batches_now_checked_all"
        return "system", say(code, good=f"{row.orders:,}", aside=f"{row.aside:,}")
    if row.state is LabelBatchState.CANCELLED:
        return "", say("batches_now_cancelled")
    if row.state is LabelBatchState.DONE:
        return "pass", say("batches_now_done_aside" if row.aside else "batches_now_done")
    if doubtful:
        return "attention", say("batches_now_uncertain", count=doubtful)
    if row.failed:
        return "attention", say("batches_now_failed", count=row.failed)
    if row.state is LabelBatchState.PAUSED:
        return "attention", say("batches_now_paused")
    if view.reason and view.reason != "label_batch_paused":
        return "attention", say("batches_now_waits", queue=row.queue, why=job_reason(words, view.reason))
    return "", say("batches_now_printing", queue=row.queue)


def _time_left(words: Words, view: BatchView) -> str:
    minutes = view.minutes or 0.0
    return words.say("batches_minutes_few") if minutes < 1 else words.say("batches_minutes", minutes=ceil(minutes))


def _next(words: Words, view: BatchView) -> str:
    following = view.next
    if following is None or view.row.state in (LabelBatchState.DONE, LabelBatchState.CANCELLED):
        return words.say("batches_next_none")
    if following.slot is None:
        return words.say("batches_next", number=following.number, order=following.order)
    return words.say(
        "batches_next_place", number=following.number, order=following.order, slot=following.slot,
        tote=following.tote or "–",
    )


def _dress(chip: QLabel, text: str, outcome: str) -> None:
    chip.setText(text)
    if (chip.property("outcome") or "") != outcome:
        chip.setProperty("outcome", outcome)
        chip.style().unpolish(chip)
        chip.style().polish(chip)


def _dress_banner(banner: QFrame, label: QLabel, outcome: str) -> None:
    if (banner.property("outcome") or "") != outcome:
        banner.setProperty("outcome", outcome)
        for widget in (banner, label):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
