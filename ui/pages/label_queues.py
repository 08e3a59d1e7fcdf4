"""The line above the labels: where each queue stands, which are paused, and what F4 does to which of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.states import JobState
from ui.icons import pixmap
from ui.pages.label_acts import head_text
from ui.theme import SPACE, px
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_queue import QueueHead
    from app.queries.print_queues import Paused

HEIGHT = 48  # px at normal size


class QueueLine(QFrame):
    """Is loud while a queue is paused; nothing moves for it."""

    def __init__(self, work: Workspace, foot: QWidget, line: QHBoxLayout, total: QLabel) -> None:
        """`line` is that of the list, laid out in `foot`, on which its `total` stands already."""
        super().__init__()
        self._work, self._total = work, total
        self._sign, self._paused, self._heads = text_label(), Elided("strong"), Elided("secondary")
        self._key = text_label("secondary")
        self._heads.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.setContentsMargins(SPACE[2], 0, SPACE[2], 0)
        line.insertWidget(0, self._sign)
        line.insertWidget(1, self._paused, 5)
        line.addWidget(self._heads, 3)
        line.addSpacing(SPACE[1])
        line.addWidget(self._key)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 2, 0, 2)  # its frame is not painted over
        inside.addWidget(foot)
        work.look_changed.connect(self._fit)
        self._fit()

    @property
    def paused(self) -> str:
        """What it says of the paused queues, "" while there is none."""
        return self._paused.whole() if self._paused.isVisibleTo(self) else ""

    @property
    def heads(self) -> str:
        """Where the other queues stand."""
        return self._heads.whole()

    @property
    def key(self) -> str:
        """What F4 does now."""
        return self._key.text()

    def show_queues(self, heads: Sequence[QueueHead], paused: Sequence[Paused], here: str) -> None:
        """Show where the queues stand; `here` is the one that F4 means."""
        words, theme = self._work.words, self._work.theme
        stopped = {each.queue for each in paused}
        told = [head for head in heads if head.queue not in stopped or head.state is JobState.SENDING]
        self._heads.setText(" · ".join(head_text(words, head.queue, head.waiting, head.reason) for head in told))
        self._heads.setVisible(bool(told))  # else it would take room from what is loud
        self._paused.setText(self._say_paused(paused, here))
        for label in (self._sign, self._paused):
            label.setVisible(bool(paused))
        self._total.setVisible(not paused)
        self._key.setText(words.say("labels_key_go_on" if here in stopped else "labels_key_pause", queue=here))
        self._sign.setPixmap(pixmap("pause", theme.attention.ink, px("title", self._work.scale)))
        role = "banner" if paused else ""
        if (self.property("role") or "") != role:
            self.setProperty("role", role)
            self.setProperty("outcome", "attention" if paused else "")
            for widget in (self, *self.findChildren(QLabel)):
                widget.style().unpolish(widget)
                widget.style().polish(widget)

    def _say_paused(self, paused: Sequence[Paused], here: str) -> str:
        """The paused queue that F4 lets go on comes first; of others than the first only the names are said."""
        if not paused:
            return ""
        words = self._work.words
        first, *others = sorted(paused, key=lambda each: each.queue != here)
        since, today = first.since.astimezone(), datetime.now().astimezone().date()
        at = words.time(since) if since.date() == today else words.date(since)
        if first.by is None:
            told = words.say("labels_paused", queue=first.queue, since=at, count=first.waiting)
        else:
            told = words.say("labels_paused_by", queue=first.queue, since=at, count=first.waiting, who=first.by)
        also = ", ".join(each.queue for each in others)
        return f"{told} · {words.say('labels_paused_also', queues=also)}" if also else told

    def _fit(self) -> None:
        self.setFixedHeight(round(HEIGHT * self._work.scale))
