"""What the box on the table needs besides its items: its carton, its weight, what is to be put in and confirmed.

Everything has its place whether the order needs it or not, so that nothing moves from one order to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.theme import SPACE, TOUCH, Pair
from ui.widgets.painted import Painted
from ui.workspace import Workspace

CARTONS = 4
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class CartonText:
    """A suggested carton: the digit that takes it, its name, its size, and a word for the best one."""

    key: str
    code: str
    name: str
    size: str
    mark: str = ""
    chosen: bool = False

    def spoken(self) -> str:
        """All of it, for a screen reader."""
        return ", ".join(part for part in (self.key, self.name, self.size, self.mark) if part)


@dataclass(frozen=True, slots=True)
class WeightText:
    """What the scale says, and what is expected; `state` is "" (nothing), "live", "pass", "fail" or "attention"."""

    number: str
    expected: str
    state: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class CheckText:
    """Something to be confirmed; `state` is "" (not asked for), "open", "now" or "done"."""

    icon: str
    text: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class BoxText:
    """All that stands in the panel; `now` is "carton" or "weight" where that is what is needed next.

    `cartons` is None where the warehouse does not use them, `weight` None where it does not weigh: these have no room.
    """

    cartons: tuple[CartonText, ...] | None = None
    weight: WeightText | None = None
    checks: tuple[CheckText, ...] = ()
    now: str = ""
    carton_hint: str = ""

    def spoken(self) -> str:
        """All of it, for a screen reader."""
        parts = [check.text for check in self.checks if check.state]
        if self.weight is not None:
            parts = [f"{self.weight.caption} {self.weight.number}", self.weight.expected, *parts]
        chosen = [carton.spoken() for carton in self.cartons or () if carton.chosen]
        return ", ".join(part.strip() for part in (*chosen, *parts) if part.strip())


class _Tile(QAbstractButton):
    """One carton: pressed by a finger as by its digit; it never takes the keyboard."""

    def __init__(self, panel: BoxPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self.text_ = CartonText("", "", "", "")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_text(self, text: CartonText | None) -> None:
        """Show a carton, or none."""
        self.setVisible(text is not None)
        if text is not None and text != self.text_:
            self.text_ = text
            self.setAccessibleName(text.spoken())
            self.update()

    def event(self, event: QEvent) -> bool:
        """Look pressed while it is touched."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the digit, the name and the size."""
        text, panel = self.text_, self._panel
        theme = panel.work.theme
        painter = QPainter(self)
        room = QRectF(self.rect())
        pair = Pair(theme.text, theme.pressed if self.isDown() else theme.raised)
        edge, wide = theme.edge, 1.0
        if text.chosen:
            pair, edge, wide = Pair(theme.passed.ink, theme.passed.paper), theme.passed.ink, 2.0
        elif text.mark:
            edge, wide = theme.accent, 2.0
        panel.draw_box(painter, room, pair.paper, edge, wide)
        inner = room.adjusted(SPACE[1], SPACE[0], -SPACE[1], -SPACE[0])
        body, caption = panel.px("body"), panel.px("caption")
        first = inner.height() * 0.55
        left = inner.left()
        top = QRectF(left, inner.top(), inner.width(), first)
        if text.chosen:
            panel.draw_icon(painter, "check", pair.ink, QRectF(left, top.top(), body, first), body)
            left += body * 1.25
        else:
            wide = panel.width_of(text.key, body, bold=True)
            panel.draw_line(painter, QRectF(left, top.top(), wide + 1, first), text.key, body, theme.secondary)
            left += wide + body * 0.5
        place = QRectF(left, top.top(), inner.right() - left, first)
        sizes = (body, caption)
        fitted = panel.fit(text.name, place, sizes, bold=True, most=1)
        panel.draw_fitted(painter, place, fitted, pair.ink, middle=True)
        below = QRectF(inner.left(), inner.top() + first, inner.width(), inner.height() - first)
        if text.mark:
            wide = panel.width_of(text.mark, caption, bold=True)
            ink = pair.ink if text.chosen else theme.accent
            panel.draw_line(painter, below, text.mark, caption, ink, bold=True, align=_RIGHT)
            below = below.adjusted(0, 0, -wide - SPACE[0], 0)
        for size in (caption, round(12 * panel.work.scale)):
            if panel.width_of(text.size, size) <= below.width():  # the half of a size says nothing
                panel.draw_line(painter, below, text.size, size, pair.ink if text.chosen else theme.secondary)
                break


class BoxPanel(Painted):
    """Cartons, weight and what is to be confirmed, in one card; `choose` is called with a carton's barcode."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.text = BoxText()
        self.choose: Callable[[str], object] = lambda code: None
        self.tiles = [_Tile(self) for _ in range(CARTONS)]
        for tile in self.tiles:
            tile.clicked.connect(lambda _=False, tile=tile: self.choose(tile.text_.code))
            tile.hide()
        self._rooms: dict[str, QRectF] = {}
        work.words.show(self.setAccessibleName, "packing_box_needs")
        work.look_changed.connect(self._arrange)

    def show_text(self, text: BoxText) -> None:
        """Show this from now on."""
        before, self.text = self.text, text
        if text == before:
            return
        if (text.cartons is None, text.weight is None) != (before.cartons is None, before.weight is None):
            self._arrange()
        for number, tile in enumerate(self.tiles):
            cartons = text.cartons or ()
            tile.show_text(cartons[number] if number < len(cartons) else None)
        self.tell(", ".join(part for part in (self.say("packing_box_needs"), text.spoken()) if part))
        self.update()

    def wanted(self) -> int:
        """The height at which everything has its usual room, in pixels."""
        heights = self._heights()
        return round(sum(heights.values()) + 2 * SPACE[1] + (len(heights) - 1) * SPACE[2])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give every part its place."""
        super().resizeEvent(event)
        self._arrange()

    def _heights(self) -> dict[str, float]:
        scale, text = self.work.scale, self.text
        found = {}
        if text.cartons is not None:
            found["cartons"] = 2 * self._tile_height + SPACE[1]
        if text.weight is not None:
            found["weight"] = self.px("bench") * 1.2 + self.px("caption") * 1.5
        found["checks"] = 3 * 26 * scale
        return found

    @property
    def _tile_height(self) -> float:
        return max(float(TOUCH), (self.px("body") + self.px("caption")) * 1.35 + 2 * SPACE[0])

    def _arrange(self) -> None:
        heights = self._heights()
        gaps = (len(heights) - 1) * SPACE[2]
        spare = self.height() - sum(heights.values()) - 2 * SPACE[1]
        # of what is too much or too little, the rows take most: a touch target keeps its height
        if spare < gaps:
            heights["checks"] = max(3 * 20 * self.work.scale, heights["checks"] + spare - gaps)
            spare = float(gaps)
        gap = min(float(SPACE[4]), spare / max(1, len(heights) - 1))
        left, wide = float(SPACE[1]), self.width() - 2.0 * SPACE[1]
        top = float(SPACE[1])
        self._rooms = {}
        for name, high in heights.items():
            self._rooms[name] = QRectF(left, top, wide, high)
            top += high + gap
        place = self._rooms.get("cartons")
        if place is not None:
            each = (place.width() - SPACE[1]) / 2
            high = (place.height() - SPACE[1]) / 2
            for number, tile in enumerate(self.tiles):
                across, down = number % 2, number // 2
                tile.setGeometry(
                    QRect(
                        round(place.left() + across * (each + SPACE[1])), round(place.top() + down * (high + SPACE[1])),
                        round(each), round(high),
                    )
                )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card, the weight and the rows."""
        theme, text = self.work.theme, self.text
        painter = QPainter(self)
        if len(self._rooms) > 1 or any(check.state for check in text.checks):
            self.draw_box(painter, QRectF(self.rect()), theme.raised, theme.line)
        if (place := self._rooms.get("cartons")) is not None:
            if text.now == "carton":
                self._mark(painter, place)
            if not text.cartons and text.carton_hint:
                self.draw_fitted(
                    painter, place, self.fit(text.carton_hint, place, (self.px("body"), self.px("caption")), most=3),
                    theme.secondary, middle=True,
                )
        if text.weight is not None and (place := self._rooms.get("weight")) is not None:
            self._paint_weight(painter, text.weight, place)
        if (place := self._rooms.get("checks")) is not None:
            high = place.height() / 3
            for number, check in enumerate(text.checks):
                row = QRectF(place.left(), place.top() + number * high, place.width(), high)
                self._paint_check(painter, check, row)

    def _mark(self, painter: QPainter, place: QRectF) -> None:
        """What is needed next has a ground of its own."""
        theme = self.work.theme
        self.draw_box(painter, place.adjusted(-4, -4, 4, 4), theme.selected.paper, theme.accent, 2.0)

    def _paint_weight(self, painter: QPainter, weight: WeightText, place: QRectF) -> None:
        theme = self.work.theme
        outcome = weight.state in ("pass", "fail", "attention")
        pair = theme.verdict(weight.state) if outcome else Pair(theme.text, theme.raised)
        if outcome:
            self.draw_box(painter, place.adjusted(-6, -2, 6, 2), pair.paper, pair.ink)
        elif self.text.now == "weight":
            self._mark(painter, place)
        caption = self.px("caption")
        upper = QRectF(place.left(), place.top(), place.width(), place.height() - caption * 1.5)
        size = min(self.px("bench"), round(upper.height() / 1.2))
        ink = pair.ink if outcome else theme.text if weight.state == "live" else theme.secondary
        sign = {"pass": "check", "fail": "x", "attention": "triangle-alert"}.get(weight.state, "scale")
        icon = round(size * 0.8)
        self.draw_icon(painter, sign, ink, QRectF(upper.right() - icon, upper.top(), icon, upper.height()), icon)
        number = upper.adjusted(0, 0, -icon - SPACE[1], 0)
        fitted = self.fit(weight.number, number, (size, self.px("title"), self.px("body")), bold=True, most=1)
        self.draw_fitted(painter, number, fitted, ink, middle=True)
        lower = QRectF(place.left(), upper.bottom(), place.width(), caption * 1.5)
        fitted = self.fit(weight.expected, lower, (caption, round(caption * 0.9)), most=1)
        self.draw_fitted(painter, lower, fitted, theme.text if outcome else theme.secondary, middle=True)

    def _paint_check(self, painter: QPainter, check: CheckText, place: QRectF) -> None:
        if not check.state:
            return
        theme = self.work.theme
        size = min(self.px("body"), round(place.height() / 1.3))
        ink, sign = theme.text, check.icon
        if check.state == "done":
            ink, sign = theme.secondary, "check"
        elif check.state == "now":
            self.draw_box(painter, place.adjusted(-4, 0, 4, -1), theme.attention.paper, theme.attention.ink)
            ink = theme.attention.ink
        colour = theme.passed.ink if check.state == "done" else ink
        self.draw_icon(painter, sign, colour, QRectF(place.left(), place.top(), size * 1.2, place.height()), size)
        room = place.adjusted(size * 1.7, 0, 0, 0)
        fitted = self.fit(check.text, room, (size, self.px("caption")), bold=check.state == "now", most=1)
        self.draw_fitted(painter, room, fitted, ink, middle=True)


@dataclass(frozen=True, slots=True)
class TallyText:
    """The counts of the session, each with its word; `line` says them in one line, `praise` what is worth a word."""

    counts: tuple[tuple[str, str], ...] = ()
    line: str = ""
    praise: str = ""


class TallyLine(Painted):
    """The counts in one quiet line."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.text = TallyText()
        work.look_changed.connect(self.update)

    def show_text(self, text: TallyText) -> None:
        """Show this from now on."""
        if text != self.text:
            self.text = text
            self.tell(text.line)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        room = QRectF(self.rect())
        fitted = self.fit(self.text.line, room, (self.px("caption"), round(12 * self.work.scale)), most=1)
        self.draw_fitted(painter, room, fitted, self.work.theme.secondary, middle=True, align=_CENTRE)


class TallyCards(Painted):
    """The counts large, a card each, beside an empty table."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.text = TallyText()
        work.look_changed.connect(self.update)

    def show_text(self, text: TallyText) -> None:
        """Show this from now on."""
        if text != self.text:
            self.text = text
            counts = [f"{word} {number}" for word, number in text.counts]
            self.tell(", ".join(part for part in (*counts, text.praise) if part))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint two cards a row, and the word below them."""
        theme, text = self.work.theme, self.text
        painter = QPainter(self)
        room = QRectF(self.rect())
        if not text.counts:
            return
        praise = self.px("title") * 3.2 if room.height() > 300 * self.work.scale else 0.0
        rows = (len(text.counts) + 1) // 2
        gap = float(SPACE[2])
        high = min((room.height() - praise - gap * (rows - 1)) / rows, 150 * self.work.scale)
        wide = (room.width() - gap) / 2
        caption = self.px("caption")
        number = min(self.px("remaining"), round((high - caption * 1.5 - 2 * SPACE[1]) / 1.25))
        number = min(
            number, *(_fitting(self, count, number, wide - 2 * SPACE[2]) for _, count in text.counts)
        )
        for at, (word, count) in enumerate(text.counts):
            card = QRectF(
                room.left() + at % 2 * (wide + gap), room.top() + at // 2 * (high + gap), wide, high
            )
            self.draw_box(painter, card, theme.raised, theme.line)
            inner = card.adjusted(SPACE[2], SPACE[1], -SPACE[2], -SPACE[1])
            above = QRectF(inner.left(), inner.top(), inner.width(), caption * 1.5)
            self.draw_line(painter, above, word, caption, theme.secondary)
            below = QRectF(inner.left(), inner.bottom() - number * 1.25, inner.width(), number * 1.25)
            self.draw_line(painter, below, count, number, theme.text, bold=True)
        top = room.top() + rows * high + (rows - 1) * gap + gap
        if text.praise and room.bottom() - top >= caption * 1.4:
            place = QRectF(room.left(), top, room.width(), room.bottom() - top)
            fitted = self.fit(text.praise, place, (self.px("title"), self.px("body"), caption), most=3)
            self.draw_fitted(painter, place, fitted, theme.secondary)


def _fitting(widget: Painted, text: str, size: int, wide: float) -> int:
    """The size, at most so large, in which a number has room."""
    needed = widget.width_of(text, size, bold=True)
    return size if needed <= wide else max(12, int(size * wide / needed))
