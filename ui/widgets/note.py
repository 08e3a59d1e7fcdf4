"""What the buyer has written, in full, until somebody has read it: a gift message to be put in, a wish."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import SPACE
from ui.widgets.painted import Painted, broken, one_line
from ui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Note:
    """One text of the buyer's: an icon, what it is, and the words as they were written, lines and all."""

    icon: str
    caption: str
    words: str


@dataclass(frozen=True, slots=True)
class NoteText:
    """What is to be read, and how it is said that it was."""

    notes: tuple[Note, ...] = ()
    how: str = ""


class NoteCard(Painted):
    """Covers the middle of the table; the banner below it goes on saying what came of each scan."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.text = NoteText()
        work.look_changed.connect(self.update)

    def show_text(self, text: NoteText) -> None:
        """Show this from now on."""
        if text != self.text:
            self.text = text
            notes = [f"{note.caption}: {note.words}" for note in text.notes]
            self.tell(". ".join((*notes, text.how)))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words as large as all of them fit."""
        theme, text, scale = self.work.theme, self.text, self.work.scale
        painter = QPainter(self)
        room = QRectF(self.rect())
        pair = theme.attention
        self.draw_box(painter, room, theme.raised, pair.ink, 3.0)
        band = QRectF(room.left(), room.bottom() - 40 * scale, room.width(), 40 * scale).adjusted(3, 0, -3, -3)
        painter.fillRect(band, pair.paper)
        how = band.adjusted(SPACE[4], 0, -SPACE[4], 0)
        fitted = self.fit(text.how, how, (self.px("title"), self.px("body")), bold=True, most=1)
        self.draw_fitted(painter, how, fitted, pair.ink, middle=True)
        inner = room.adjusted(SPACE[4], SPACE[2], -SPACE[4], -band.height() - SPACE[2])
        caption = self.px("title") if inner.height() > 180 * scale else self.px("caption")
        over = caption * 1.6
        sizes = [self.px("bench"), *(round(size * scale) for size in (28, 24, 20, 18, 16, 14)), 13, 12]
        for size in sizes:
            font = self.face(size)
            leading = QFontMetricsF(font).height()
            lines = [_lines(note.words, self, size, inner.width()) for note in text.notes]
            if sum(len(some) * leading + over for some in lines) <= inner.height():
                break
        top = inner.top()
        spare = inner.height() - sum(len(some) * leading + over for some in lines)
        gap = max(0.0, min(float(SPACE[3]), spare / max(1, len(lines) - 1)))
        for note, some in zip(text.notes, lines, strict=True):
            sign = QRectF(inner.left(), top, caption * 1.2, over)
            self.draw_icon(painter, note.icon, pair.ink, sign, round(caption * 1.1))
            place = QRectF(sign.right() + SPACE[1], top, inner.width() - sign.width() - SPACE[1], over)
            self.draw_line(painter, place, note.caption, caption, pair.ink, bold=True)
            top += over
            for line in some:
                self.draw_line(painter, QRectF(inner.left(), top, inner.width() + 2, leading), line, size, theme.text)
                top += leading
            top += gap


def _lines(words: str, card: Painted, size: int, wide: float) -> list[str]:
    font = card.face(size)
    return [line.strip() for part in words.splitlines() for line in broken(one_line(part), font, wide)]
