"""The carts that wait for a picker, one a row: digits or arrows and Enter choose."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from app.queries.picking_view import BatchView
from ui.theme import SPACE, Pair
from ui.widgets.painted import Painted
from ui.workspace import Workspace

DIGITS = 9


class Carts(Painted):
    """A list that scrolls with its choice; `chosen` carries the batch."""

    chosen = Signal(int)

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._carts: list[BatchView] = []
        self._terminal = ""
        self._at = 0
        work.look_changed.connect(self.update)

    def show_carts(self, carts: list[BatchView], terminal: str) -> None:
        """Show these; the choice stays on the cart that it was on. `terminal` is this picker's own."""
        before = self._carts[self._at].batch_id if self._at < len(self._carts) else None
        self._carts, self._terminal = carts, terminal
        self._at = next((n for n, cart in enumerate(carts) if cart.batch_id == before), 0)
        self._told()

    def take_key(self, event: QKeyEvent) -> bool:
        """A key of the page; False when it means nothing here."""
        key, text = event.key(), event.text()
        if text.isdecimal() and 1 <= int(text) <= min(DIGITS, len(self._carts)):
            self.chosen.emit(self._carts[self._first + int(text) - 1].batch_id)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._carts:
            self._at = (self._at + (1 if key == Qt.Key.Key_Down else -1)) % len(self._carts)
            self._told()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._carts:
            self.chosen.emit(self._carts[self._at].batch_id)
        else:
            return False
        return True

    def _told(self) -> None:
        if self._carts:
            cart = self._carts[self._at]
            self.tell(f"{self._title(cart)}. {self._detail(cart)}")
        self.update()

    def _title(self, cart: BatchView) -> str:
        return self.say("picking_cart", wave=cart.wave_id, number=cart.number)

    def _detail(self, cart: BatchView) -> str:
        return self.say(
            f"picking_cart_{cart.lane.value}", orders=cart.orders, picks=cart.open_tasks, pieces=cart.pieces_left,
            metres=round(cart.walk_mm / 1000),
        )

    @property
    def _row(self) -> float:
        return 88.0 * self.work.scale

    @property
    def _seen(self) -> int:
        return max(1, int((self.height() - 2 * SPACE[4]) // (self._row + SPACE[1])))

    @property
    def _first(self) -> int:
        return max(0, self._at - self._seen + 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A finger chooses too."""
        number = self._first + int((event.position().y() - SPACE[4]) // (self._row + SPACE[1]))
        if self._first <= number < len(self._carts):
            self.chosen.emit(self._carts[number].batch_id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that fit."""
        painter, theme = QPainter(self), self.work.theme
        wide = self.width() - 2.0 * SPACE[4]
        for place, cart in enumerate(self._carts[self._first : self._first + self._seen]):
            number = self._first + place
            row = QRectF(SPACE[4], SPACE[4] + place * (self._row + SPACE[1]), wide, self._row)
            here = number == self._at
            self.draw_box(painter, row, theme.raised, theme.accent if here else theme.line, 2.0 if here else 1.0)
            key = str(place + 1) if place < DIGITS else ""
            self.draw_line(
                painter, QRectF(row.left() + SPACE[3], row.top(), 48.0 * self.work.scale, row.height()), key,
                self.px("bench"), theme.accent, bold=True,
            )
            left = row.left() + SPACE[3] + 56.0 * self.work.scale
            half = row.height() / 2
            text = QRectF(left, row.top() + SPACE[0], row.right() - left - SPACE[3], half)
            self.draw_line(painter, text, self._title(cart), self.px("title"), theme.text, bold=True)
            self.draw_line(
                painter, text.translated(0, half - SPACE[1]), self._detail(cart), self.px("body"), theme.secondary
            )
            if cart.station and cart.station != self._terminal:
                word = self.say("picking_taken_by", station=cart.station)
                pair = theme.attention
            elif cart.open_tasks < cart.tasks:
                word = self.say("picking_begun", done=cart.tasks - cart.open_tasks, tasks=cart.tasks)
                pair = theme.system
            else:
                continue
            size = self.px("body")
            chip = row.right() - SPACE[3] - self.width_of(word, size, bold=True) - size
            self.draw_chip(painter, chip, row, word, size, Pair(pair.ink, pair.paper))
