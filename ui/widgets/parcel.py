"""What lies on the table: the order's head, the item that is next, the label and the counts, and the empty table.

Each widget is given its words ready said, paints itself in a place that never moves, and paints only what has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.urgency import Urgency
from ui.theme import SPACE, Pair, slot_letter
from ui.widgets.painted import Painted
from ui.workspace import Workspace

if TYPE_CHECKING:
    from ui.widgets.pictures import Pictures

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class HeadText:
    """The order on the table; `stop` is said loudly when nobody should go on with it."""

    title: str
    about: str
    urgency: Urgency | None = None
    due: str = ""
    left: str = ""
    tote: str = ""
    slot: int | None = None
    slot_text: str = ""
    stop: str = ""
    box: str = ""

    def spoken(self) -> str:
        """All of it, for a screen reader."""
        parts = (self.title, self.due, self.stop, self.box, self.about, self.left, self.tote, self.slot_text)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class CurrentText:
    """What is in hand: an item to be scanned, or the label; `number` is read from afar, `count` stands below it.

    `sku` names the picture; `kit` is what the item is a part of; `ask` is what is to be scanned of it besides, and
    `times` how many pieces the next scan counts.
    """

    icon: str
    title: str
    code: str = ""
    place_icon: str = "map-pin"
    place: str = ""
    caption: str = ""
    number: str = ""
    number_caption: str = ""
    count: str = ""
    done: bool = False
    sku: str = ""
    kit: str = ""
    ask: str = ""
    times: str = ""

    def spoken(self) -> str:
        """All of it, for a screen reader."""
        number = f"{self.number} {self.number_caption}".strip()
        parts = (
            self.ask, self.title, self.times, number, self.count, self.place, self.code, self.kit, self.caption,
        )  # fmt: skip
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class FactsText:
    """The label with its state; `tone` colours its card when it needs somebody."""

    caption: str
    icon: str
    sentence: str
    tone: str = ""
    tracking: str = ""
    copy: str = ""
    warning: str = ""
    keys: tuple[tuple[str, str], ...] = ()

    def spoken(self) -> str:
        """All of it, for a screen reader."""
        keys = [f"{key} {word}" for key, word in self.keys]
        parts = (self.caption, self.sentence, self.tracking, self.copy, self.warning, *keys)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class IdleText:
    """An empty table: what to do, how much waits, and what was done last."""

    icon: str
    title: str
    hint: str = ""
    last: str = ""

    def spoken(self) -> str:
        """All of it, for a screen reader."""
        return ", ".join(part for part in (self.title, self.hint, self.last) if part)


_DOT = " · "
T = TypeVar("T", HeadText, CurrentText, FactsText, IdleText)


class _Shows(Painted, Generic[T]):
    """Paints one text until it is given another."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.text: T | None = None
        work.look_changed.connect(self.update)

    def show_text(self, text: T) -> None:
        """Paint this from now on."""
        if text != self.text:
            self.text = text
            self.tell(text.spoken())
            self.update()


class Head(_Shows[HeadText]):
    """One line above all: which order, how urgent, where it comes from, what is left, which tote and slot."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint from the left, and the tote at the right; what there is no room for is cut short."""
        text, theme = self.text, self.work.theme
        if text is None:
            return
        painter = QPainter(self)
        room = QRectF(self.rect())
        title, small = self.px("bench"), self.px("title")
        right = room.right()
        if text.slot is not None:
            high = min(room.height(), title * 1.5)
            pair = theme.slot(text.slot)
            letter = slot_letter(text.slot)
            wide = max(high, self.width_of(letter, title, bold=True) + title * 0.6)
            place = QRectF(right - wide, room.center().y() - high / 2, wide, high)
            self.draw_box(painter, place, pair.paper, theme.edge)
            self.draw_line(painter, place, letter, title, pair.ink, bold=True, align=_CENTRE)
            right = place.left() - SPACE[2]
            wide = self.width_of(text.slot_text, small)
            if self._spare(text, right - room.left()) > wide:
                self.draw_line(painter, QRectF(right - wide, 0, wide, room.height()), text.slot_text, small, theme.text)
                right -= wide + SPACE[3]
        if text.tote:
            wide = self.width_of(text.tote, small, mono=True)
            place = QRectF(right - wide, 0, wide + 1, room.height())
            self.draw_line(painter, place, text.tote, small, theme.text, mono=True)
            right -= wide + SPACE[4]
        left = room.left()
        chip = _chip(text)
        parts = [part for part in (*text.about.split(_DOT), text.left) if part]
        most = right - left - (self.width_of(chip, small, bold=True) + 2 * small if chip else 0)
        least = most - self.width_of(parts[0], small) - SPACE[3] if parts else most
        if self.width_of(text.title, small, bold=True) <= least:
            most = least  # a smaller number, and whose it is can be read too
        place = QRectF(left, 0, most, room.height())
        sizes = (title, round(26 * self.work.scale), small, self.px("body"))
        fitted = self.fit(text.title, place, sizes, bold=True, most=1)
        self.draw_fitted(painter, place, fitted, theme.text, middle=True)
        left += min(most, QFontMetricsF(fitted.font).horizontalAdvance(fitted.lines[0])) + SPACE[3]
        if text.stop:
            loud = Pair(theme.fail.paper, theme.fail.ink)
            left = self.draw_chip(painter, left, room, text.stop, small, loud) + SPACE[3]
        elif text.urgency is not None:
            left = self.draw_chip(painter, left, room, chip, small, theme.urgency[text.urgency.value]) + SPACE[3]
        if text.box:
            left = self.draw_chip(painter, left, room, text.box, small, Pair(theme.text, theme.hover)) + SPACE[3]
        while len(parts) > 1 and self.width_of(_DOT.join(parts), small) > right - left:
            parts.pop()  # the half of a word says nothing
        fits = not text.box or not parts or self.width_of(parts[0], small) <= right - left
        if right - left > small * 4 and fits:
            place = QRectF(left, 0, right - left, room.height())
            self.draw_line(painter, place, _DOT.join(parts), small, theme.secondary)

    def _spare(self, text: HeadText, room: float) -> float:
        """The pixels that all else leaves of a room when it is painted whole; below 0 when it does not fit."""
        title, small = self.px("bench"), self.px("title")
        whole = self.width_of(text.title, title, bold=True) + self.width_of(_chip(text), small, bold=True) + 2 * small
        about = self.width_of(_DOT.join(part for part in (text.about, text.left) if part), small)
        return room - whole - about - self.width_of(text.tote, small, mono=True) - 3 * SPACE[3] - SPACE[4]


def _chip(text: HeadText) -> str:
    """What is said loudly beside the number of the order."""
    return text.stop or (f"{text.urgency.letter}  {text.due}" if text.urgency is not None else "")


class Current(_Shows[CurrentText]):
    """The item in hand, as large as there is room: picture, name, code, location, and how many are to go."""

    pictures: Pictures | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tile at the left, the number at the right, the words between."""
        text, theme, scale = self.text, self.work.theme, self.work.scale
        if text is None:
            return
        painter = QPainter(self)
        room = QRectF(self.rect())
        self.draw_box(painter, room, theme.raised, theme.line)
        inner = room.adjusted(SPACE[2], SPACE[2], -SPACE[4], -SPACE[2])
        tile = min(inner.height(), 320.0 * max(scale, 1.0), inner.width() * 0.24)
        picture = QRectF(inner.left(), inner.top() + (inner.height() - tile) / 2, tile, tile)
        self.draw_tile(painter, picture, text.icon, text.sku, self.pictures)
        numbers = self._paint_numbers(painter, text, inner)
        left = picture.right() + SPACE[4]
        words = QRectF(left, inner.top(), numbers - left - SPACE[4], inner.height())
        caption, line = self.px("title"), self.px("bench")
        rows = [(text.code, line, True), (text.place, line, False)]
        high = words.height()
        if high < 5.2 * line * 1.2:
            # two rows in one size less leave the name its two lines
            rows = [(t, self.px("title"), mono) for t, _, mono in rows]
        rows = [row for row in rows if row[0]]
        chips = caption * 1.9 if text.ask or text.times else 0.0
        lowest = text.kit or text.caption
        below = sum(size * 1.4 for _, size, _ in rows) + (caption * 1.5 if lowest else 0.0) + chips
        while rows and high - below < line * 1.2:
            below -= rows.pop()[1] * 1.4
        sizes = (self.px("big"), round(40 * scale), line, round(26 * scale), self.px("title"))
        fitted = self.fit(text.title, words.adjusted(0, 0, 0, -below), sizes, bold=True, most=3)
        if chips:
            self._paint_chips(painter, text, QRectF(words.left(), words.top(), words.width(), chips))
            words = words.adjusted(0, chips, 0, 0)
            high -= chips
            below -= chips
        spare = max(0.0, high - below - fitted.height)
        top = words.top() + min(spare / 2, SPACE[5])
        top = self.draw_fitted(painter, QRectF(words.left(), top, words.width(), high), fitted, theme.text)
        for row, size, mono in rows:
            place = QRectF(words.left(), top, words.width(), size * 1.4)
            if not mono:
                sign = QRectF(place.left(), place.top(), size, place.height())
                self.draw_icon(painter, text.place_icon, theme.secondary, sign, round(size * 0.9))
                place = place.adjusted(size * 1.3, 0, 0, 0)
            self.draw_line(painter, place, row, size, theme.text, mono=True, bold=not mono)
            top += size * 1.4
        if lowest:
            place = QRectF(words.left(), words.bottom() - caption * 1.4, words.width(), caption * 1.4)
            whole = _DOT.join(part for part in (text.kit, text.caption) if part)
            shown = whole if self.width_of(whole, caption) <= words.width() else lowest
            if text.kit:
                sign = QRectF(place.left(), place.top(), caption, place.height())
                self.draw_icon(painter, "layers", theme.secondary, sign, caption)
                place = place.adjusted(caption * 1.4, 0, 0, 0)
            self.draw_line(painter, place, shown, caption, theme.secondary)

    def _paint_chips(self, painter: QPainter, text: CurrentText, room: QRectF) -> None:
        """Paint what the next scan is, beside how many pieces it counts."""
        theme, size, left = self.work.theme, self.px("title"), room.left()
        if text.times:
            left = self.draw_chip(painter, left, room, text.times, size, Pair(theme.on_accent, theme.accent)) + SPACE[1]
        if text.ask:
            self.draw_chip(painter, left, room, text.ask, size, theme.attention)

    def _paint_numbers(self, painter: QPainter, text: CurrentText, inner: QRectF) -> float:
        """Paint the number, its caption and the count; returns where they begin."""
        theme, scale = self.work.theme, self.work.scale
        count, caption = self.px("big"), self.px("title")
        if inner.height() < 190 * scale:
            count = self.px("bench")
        if inner.height() < 140 * scale:
            caption = 0  # the banner says the same
        most = min(inner.height() - (count + caption) * 1.25, 1.2 * self.px("slot"))
        size = max(round(most / 1.22), self.px("bench"))
        size = min(size, self.px("slot"))
        least = self.width_of("000", size, bold=True)
        wide = max(
            least, self.width_of(text.number, size, bold=True), self.width_of(text.count, count, bold=True),
            self.width_of(text.number_caption, caption or 1),
        )
        left = inner.right() - wide
        total = size * 1.1 + (count + caption) * 1.25
        top = inner.top() + max(0.0, (inner.height() - total) / 2)
        place = QRectF(left, top, wide, size * 1.1)
        if text.done:
            sign = QRectF(inner.right() - size, top, size, size * 1.1)
            self.draw_icon(painter, "check", theme.passed.ink, sign, size)
        else:
            self.draw_line(painter, place, text.number, size, theme.text, bold=True, align=_RIGHT)
        place = QRectF(left, place.bottom(), wide, caption * 1.25)
        if caption:
            self.draw_line(painter, place, text.number_caption, caption, theme.secondary, align=_RIGHT)
        place = QRectF(left, place.bottom(), wide, count * 1.25)
        self.draw_line(painter, place, text.count, count, theme.text, bold=True, align=_RIGHT)
        return left


class Facts(_Shows[FactsText]):
    """The label with what is to be done about it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the label's card."""
        if self.text is not None:
            self._paint_label(QPainter(self), self.text, QRectF(self.rect()))

    def _paint_label(self, painter: QPainter, text: FactsText, card: QRectF) -> None:
        theme, scale = self.work.theme, self.work.scale
        pair = theme.verdict(text.tone) if text.tone else Pair(theme.text, theme.raised)
        self.draw_box(painter, card, pair.paper, pair.ink if text.tone else theme.line, 2.0 if text.tone else 1.0)
        inner = card.adjusted(SPACE[3], SPACE[2], -SPACE[3], -SPACE[2])
        caption, body, title = self.px("caption"), self.px("body"), self.px("title")
        if inner.height() > 230 * scale:
            body, title = title, round(26 * scale)
        elif inner.height() < 100 * scale:
            title = body
        quiet = theme.text if text.tone else theme.secondary
        top = inner.top()
        if inner.height() > 72 * scale:  # else the sentence needs all of it
            above = QRectF(inner.left(), inner.top(), inner.width(), caption * 1.5)
            self.draw_line(painter, above, text.caption, caption, quiet)
            top += caption * 1.5 + SPACE[0]
        rows: list[tuple[str, int, bool]] = []
        if text.tracking:
            rows.append((text.tracking, title, True))
        rows += [(row, body, False) for row in (text.copy, text.warning) if row]
        key_high = title * 1.9
        needed = sum(size * 1.45 for _, size, _ in rows) + len(text.keys) * (key_high + SPACE[1])
        left = inner.bottom() - top - needed
        icon = round((28 if inner.height() > 72 * scale else 20) * scale)
        words = QRectF(inner.left() + icon + SPACE[1], top, inner.width() - icon - SPACE[1], max(left, title * 1.3))
        sizes = tuple(size for size in (title, self.px("title"), self.px("body"), caption) if size <= title)
        tries = [self.fit(text.sentence, words, sizes[at:], bold=bool(text.tone), most=5) for at in range(len(sizes))]
        # one sign alone on its line is read worse than all of it in a smaller size
        fitted = next((one for one in tries if len(one.lines[-1]) > 1), tries[0])
        first = QRectF(inner.left(), top, icon, QFontMetricsF(fitted.font).height())
        self.draw_icon(painter, text.icon, pair.ink if text.tone else theme.secondary, first, icon)
        top = self.draw_fitted(painter, words, fitted, pair.ink if text.tone else theme.text) + SPACE[1]
        for key, word in text.keys:
            place = QRectF(inner.left(), top, inner.width(), key_high)
            end = self.draw_chip(painter, place.left(), place, key, body, Pair(pair.paper, pair.ink), height=body * 1.7)
            beside = place.adjusted(end - place.left() + SPACE[1], 0, 0, 0)
            fitted = self.fit(word, beside, (body, self.px("body"), caption), bold=True)
            self.draw_fitted(painter, beside, fitted, theme.text, middle=True)
            top += key_high + SPACE[0]
        for row, size, mono in rows:
            if top + size * 1.2 > inner.bottom() + 1:
                break
            place = QRectF(inner.left(), top, inner.width(), size * 1.45)
            fitted = self.fit(row, place, (size, self.px("body"), caption), mono=mono, most=1)
            self.draw_fitted(painter, place, fitted, theme.text, middle=True)
            top += size * 1.45


class Idle(_Shows[IdleText]):
    """The empty table: one large sentence, and how much waits."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint everything in the middle."""
        text, theme, scale = self.text, self.work.theme, self.work.scale
        if text is None:
            return
        painter = QPainter(self)
        room = QRectF(self.rect())
        self.draw_box(painter, room, theme.raised, theme.line)
        inner = room.adjusted(SPACE[5], SPACE[3], -SPACE[5], -SPACE[3])
        icon = round(min(128 * scale, inner.height() * 0.28))
        hint, last = self.px("bench"), self.px("title")
        if inner.height() < 420 * scale:
            hint = round(26 * scale)
        most = QRectF(0, 0, inner.width(), inner.height() * 0.4)
        large = (self.px("remaining"), round(60 * scale), self.px("big"), round(40 * scale), self.px("bench"))
        # a last word alone on its line is read worse than all of it in a smaller size
        title = self.fit(text.title, most, (*large, round(26 * scale)), bold=True, most=1)
        if title.lines[0].endswith("…"):
            title = self.fit(text.title, most, large, bold=True)
        about = self.fit(text.hint, most, (hint, self.px("title"))) if text.hint else None
        total = icon + SPACE[4] + title.height + (about.height + SPACE[2] if about else 0)
        # what was done last is told only where it has a place of its own
        bottom = last * 1.6 if text.last and total + last * 1.6 <= inner.height() else 0.0
        top = inner.top() + max(0.0, (inner.height() - bottom - total) / 2)
        self.draw_icon(painter, text.icon, theme.secondary, QRectF(inner.left(), top, inner.width(), icon), icon)
        top += icon + SPACE[4]
        place = QRectF(inner.left(), top, inner.width(), title.height)
        top = self.draw_fitted(painter, place, title, theme.text, align=_CENTRE)
        if about is not None:
            top += SPACE[2]
            place = QRectF(inner.left(), top, inner.width(), about.height)
            self.draw_fitted(painter, place, about, theme.secondary, align=_CENTRE)
        if bottom:
            place = QRectF(inner.left(), inner.bottom() - bottom, inner.width(), bottom)
            self.draw_line(painter, place, text.last, last, theme.secondary, align=_CENTRE)
