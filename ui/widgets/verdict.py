"""How a verdict is shown: the banner that is always there, and what covers the page until somebody acts.

Both take sentences that are said already, so that each scan page can use its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import SPACE, TOUCH_PRIMARY, Pair, slot_letter
from ui.widgets.curtain import Curtain
from ui.widgets.painted import Fitted, Painted, shape
from ui.workspace import Workspace

if TYPE_CHECKING:
    from ui.widgets.pictures import Pictures

FLASH_MS = 120
ROOM_KEPT = " "  # a next step that is still to come: the sentence has its place already
SIGNS = {"pass": "check", "fail": "x", "attention": "triangle-alert", "system": "refresh-cw"}
_CARD = 200  # the height of what was scanned and expected, at most
_LEAST = 400  # the height in which all of a stop can be read, at a scale of 1
_ROW = 1.35  # of the size of a code, how high its row is
_CODES = ("scan-barcode", "map-pin")  # what stands beside these is a code
_ONE_ROW = 3  # more answers stand in two rows
_BIG_CHOICE = 112  # the height of an answer to a question, at a scale of 1


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say a text now."""
    if QAccessible.isActive():
        event = QAccessibleAnnouncementEvent(widget, text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)


class Banner(Painted):
    """The verdict of the last scan, or what to do when there is none: a sign, a sentence, and the next step.

    `outcome` is "pass", "fail", "attention", "system", or "" at rest.
    """

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, work=work)
        self.outcome = ""
        self.sentence = ""
        self.next_step = ""
        self._sign = "scan-barcode"
        work.look_changed.connect(self.update)

    def show_verdict(self, outcome: str, sentence: str, next_step: str = "", sign: str = "") -> bool:
        """Show a verdict; `sign` is an icon other than the outcome's. False when nothing has changed."""
        sign = sign or SIGNS.get(outcome, "scan-barcode")
        shown = (outcome, sentence, next_step, sign)
        if shown == (self.outcome, self.sentence, self.next_step, self._sign):
            return False
        said = sentence != self.sentence
        self.outcome, self.sentence, self.next_step, self._sign = shown
        self.tell(f"{sentence}. {next_step}" if next_step.strip() else sentence)
        if said:
            announce(self, sentence)
        self.update()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint sign, sentence and next step as one block in the middle, the sentence as large as it fits."""
        theme, scale = self.work.theme, self.work.scale
        pair = theme.verdict(self.outcome) if self.outcome else Pair(theme.text, theme.raised)
        painter = QPainter(self)
        room = QRectF(self.rect())
        self.draw_box(painter, room, pair.paper, pair.ink if self.outcome else theme.line, 2.0 if self.outcome else 1.0)
        pad = SPACE[4]
        size = round(min(96 * scale, room.height() * 0.6))
        sign = QRectF(pad, 0, size, room.height())
        self.draw_icon(painter, self._sign, pair.ink if self.outcome else theme.secondary, sign, size)
        text = room.adjusted(sign.right() + pad, SPACE[2], -pad, -SPACE[2])
        sizes = (self.px("big"), round(40 * scale), self.px("bench"), round(26 * scale), self.px("title"))
        after = self._fit_next(text) if self.next_step else None
        below = max(after.height, self._line) + SPACE[1] if after else 0.0
        fitted = self.fit(self.sentence, text.adjusted(0, 0, 0, -below), sizes, bold=True, most=3)
        block = text.adjusted(0, max(0.0, (text.height() - fitted.height - below) / 2), 0, 0)
        ends = self.draw_fitted(painter, block, fitted, pair.ink)
        if after:
            place = QRectF(text.left(), ends + SPACE[1], text.width(), below - SPACE[1])
            self.draw_fitted(painter, place, after, theme.text, middle=True)

    @property
    def _line(self) -> float:
        """How high the line of a next step is, whichever size it has."""
        return QFontMetricsF(self.face(round(26 * self.work.scale))).height()

    def _fit_next(self, room: QRectF) -> Fitted:
        """The next step in one line as large as it fits, else small in two: its count stands at the end."""
        large = (round(26 * self.work.scale), self.px("title"), round(18 * self.work.scale))
        one = self.fit(self.next_step, room, large, most=1)
        return self.fit(self.next_step, room, (self.px("title"), self.px("body"))) if _is_cut(one) else one


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things that a stop compares: its caption, an icon, its name, a code, and where it is or more.

    `sku` names a picture; a `number` is read from afar, instead of a name; `slot` shows the colour of a slot.
    """

    caption: str
    icon: str
    title: str
    code: str = ""
    detail: str = ""
    sku: str = ""
    number: str = ""
    slot: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be done about a stop: the key as it stands on the keyboard, its word, and what it does."""

    key: str
    word: str
    act: Callable[[], object]
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """What covers the page: `tone` is "fail", "attention" or "system"; `sides` are what came and what was expected.

    `how` says how it ends, `count` how many scans were refused meanwhile.
    """

    tone: str
    word: str
    sentence: str
    how: str
    sides: tuple[Side, ...] = ()
    count: str = ""
    choices: tuple[Choice, ...] = ()
    sign: str = ""


class StopPanel(Painted):
    """Covers the lower two thirds of its page, or what it needs, while there is a Stop; the page keeps the keyboard.

    What the page paints is seen whole or not at all: a part that its upper edge would cut is covered with it.
    """

    def __init__(self, work: Workspace, page: QWidget) -> None:
        super().__init__(work, page)
        self.pictures: Pictures | None = None
        self.stop: Stop | None = None
        self._page = page
        self._buttons: list[QPushButton] = []
        self._made: tuple[object, ...] = ()  # what the buttons were made for
        self._buttons_left = 0
        self._size = 0  # of the large answers, in pixels
        self._curtain = Curtain(work, page)
        # it covers all that is below it, which need not be painted with it
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        page.installEventFilter(self)
        work.look_changed.connect(self._dress)
        self.hide()

    def show_stop(self, stop: Stop | None) -> bool:
        """Show a stop, or take it away; True when another one is shown than before."""
        before, self.stop = self.stop, stop
        if stop is None:
            self.hide()
            self._curtain.hide()
            return before is not None
        if before is not None and _shown(before) == _shown(stop):
            return False
        other = before is None or (before.word, before.sentence) != (stop.word, stop.sentence)
        if self._made != _keys(stop):
            self._make_buttons(stop.choices)
            self._made = _keys(stop)
        else:
            for button, choice in zip(self._buttons, stop.choices, strict=True):
                _label(button, choice)
            self._size = 0  # other words may need another size
        sides = [
            " ".join(part for part in (side.caption, "·", side.title, side.number, side.code, side.detail) if part)
            for side in stop.sides
        ]  # fmt: skip
        self.tell(". ".join(text for text in (stop.word, stop.sentence, *sides, stop.how, stop.count) if text))
        if other:
            announce(self, f"{stop.word}. {stop.sentence}")
        self._arrange()
        if not self.isVisible():
            self._curtain.show()
            self._curtain.raise_()
            self.show()
            self.raise_()
        self.update()
        return other

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay over the lower part when the page changes its size."""
        if watched is self._page and event.type() == QEvent.Type.Resize:
            self._arrange()
            QTimer.singleShot(0, self, self._arrange)  # what the page paints has its new place afterwards
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the buttons in their corner."""
        self._arrange()

    def _make_buttons(self, choices: Sequence[Choice]) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for number, choice in enumerate(choices):
            button = QPushButton(self)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoDefault(False)
            button.setProperty("touch", "primary")
            if choice.primary:
                button.setProperty("kind", "primary")
            button.clicked.connect(lambda _=False, at=number: self._choose(at))
            _label(button, choice)
            button.show()
            self._buttons.append(button)
        self._dress()

    def _dress(self) -> None:
        """Give the answers to a question their large type."""
        self._size = 0
        self._arrange()
        self.update()

    def _fit_large(self, large: Sequence[QPushButton], wide: int) -> None:
        """Write the answers as large as all of them fit, in one size."""
        most = self.px("bench") if len(large) <= _ONE_ROW else round(26 * self.work.scale)
        sizes = [size for size in (most, round(26 * self.work.scale), self.px("title"), 24, 20, 16) if size <= most]
        needed = max((button.text() for button in large), key=lambda text: self.width_of(text, 20, bold=True))
        size = next((s for s in sizes if self.width_of(needed, s, bold=True) + 2 * SPACE[3] <= wide), sizes[-1])
        if size != self._size:  # a style sheet takes far longer than a look
            self._size = size
            for button in large:
                button.setStyleSheet(f"font-size: {size}px")

    def _choose(self, number: int) -> None:
        if self.stop is not None and number < len(self.stop.choices):
            self.stop.choices[number].act()

    def _arrange(self) -> None:
        top = self._top()
        wanted = QRect(0, top, self._page.width(), self._page.height() - top)
        if self.geometry() != wanted:
            self.setGeometry(wanted)
        large = self._large
        right = self.width() - SPACE[4]
        for button in reversed(self._buttons[len(large) :]):
            size = button.sizeHint()
            top = self.height() - SPACE[3] - size.height()
            button.setGeometry(right - size.width(), top, size.width(), size.height())
            right -= size.width() + SPACE[2]
        self._buttons_left = right
        if not large:
            return
        body = self._body
        across = len(large) if len(large) <= _ONE_ROW else (len(large) + 1) // 2
        down = -(-len(large) // across)
        room = body.height() * (0.5 if down == 1 else 0.68)
        high = min(round(_BIG_CHOICE * self.work.scale), round((room - SPACE[2] * (down - 1)) / down))
        wide = round((body.width() - SPACE[3] * (across - 1)) / across)
        self._fit_large(large, wide)
        top = round(body.bottom()) - down * high - (down - 1) * SPACE[2]
        for number, button in enumerate(large):
            left = round(body.left()) + number % across * (wide + SPACE[3])
            button.setGeometry(left, top + number // across * (high + SPACE[2]), wide, high)

    def _top(self) -> int:
        """Where it begins; what stands above it whole stays seen, a curtain is before all else there."""
        page = self._page
        # lower windows give more than two thirds: everything that is said here must be read
        top = max(0, min(page.height() // 3, page.height() - round(_LEAST * self.work.scale)))
        parts = [
            QRect(part.mapTo(page, QPoint(0, 0)), part.size())
            for part in page.findChildren(Painted) if part is not self and part.isVisibleTo(page)
        ]  # fmt: skip
        whole = [part for part in parts if part.bottom() < top]
        if any(part.top() < top <= part.bottom() for part in parts):
            top = max((part.bottom() + 1 + SPACE[1] for part in whole), default=0)
        kept = QRegion()
        for part in whole:
            kept += part
        self._curtain.setGeometry(0, 0, page.width(), top)
        self._curtain.setMask(QRegion(0, 0, page.width(), top) - kept)
        return top

    @property
    def _large(self) -> list[QPushButton]:
        """The answers to a question that compares nothing: all but the last, which leaves it."""
        return self._buttons[:-1] if self.stop is not None and not self.stop.sides else []

    @property
    def _foot(self) -> float:
        """How high the row at the foot is."""
        return TOUCH_PRIMARY * self.work.scale + 2.0 * SPACE[3]

    @property
    def _band(self) -> float:
        """How high the band of the word is."""
        return min(max(self.height() * 0.27, self.px("remaining") * 1.2), self.px("verdict") * 1.4)

    @property
    def _body(self) -> QRectF:
        """What is left between the band and the foot."""
        top = self._band + SPACE[2]
        return QRectF(SPACE[4], top, self.width() - 2 * SPACE[4], self.height() - self._foot - top)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the word in its band, the sentence, the two sides, and how it ends."""
        stop = self.stop
        if stop is None:
            return
        theme = self.work.theme
        pair = theme.verdict(stop.tone)
        painter = QPainter(self)
        room = QRectF(self.rect())
        painter.fillRect(room, QColor(pair.paper))
        self._paint_word(painter, stop, pair, QRectF(0, 0, room.width(), self._band))
        body = self._body
        large = self._large
        cards = min(body.height() * 0.56, _CARD * self.work.scale) if stop.sides else 0.0
        cards = body.bottom() - large[0].y() if large else cards
        sentence = body.adjusted(0, 0, 0, -cards - SPACE[2])
        scale = self.work.scale
        sizes = (self.px("big"), round(40 * scale), self.px("bench"), round(26 * scale), self.px("title"))
        fitted = self.fit(stop.sentence, sentence, sizes, bold=True, most=3)
        self.draw_fitted(painter, sentence, fitted, theme.text, middle=True)
        if stop.sides:
            self._paint_sides(painter, stop.sides, QRectF(body.left(), body.bottom() - cards, body.width(), cards))
        self._paint_foot(painter, stop, pair, QRectF(0, room.height() - self._foot, room.width(), self._foot))

    def _paint_word(self, painter: QPainter, stop: Stop, pair: Pair, band: QRectF) -> None:
        painter.fillRect(band, QColor(pair.ink))
        side = round(band.height() * 0.7)
        sign = QRectF(SPACE[4], 0, side, band.height())
        self.draw_icon(painter, stop.sign or SIGNS[stop.tone], pair.paper, sign, side)
        room = band.adjusted(sign.right() + SPACE[4], 0, -SPACE[4], 0)
        most = min(self.px("verdict"), int(band.height() / 1.22))
        fitted = self.fit(stop.word, room, tuple(range(most, 47, -2)), bold=True, most=1)
        word = shape(fitted.lines[0], fitted.font)
        # in the middle as the eye sees it: a font's line has room below for tails
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = QPointF(room.left(), room.center().y() - word.boundingRect().center().y())
        painter.fillPath(word.translated(at), QColor(pair.paper))

    def _paint_sides(self, painter: QPainter, sides: Sequence[Side], room: QRectF) -> None:
        """Paint what came and what was expected with names of one size, whole where that can be."""
        wide = (room.width() - SPACE[3]) / 2
        cards = [
            QRectF(room.left() + n * (wide + SPACE[3]), room.top(), wide, room.height()) for n in range(len(sides))
        ]
        for joined in (False, True):
            rows = [self._rows(side, card, joined=joined) for side, card in zip(sides, cards, strict=True)]
            names = [self._name(side, card, row) for side, card, row in zip(sides, cards, rows, strict=True)]
            size = min(name.font.pixelSize() for name in names)
            if size >= self.px("title") and not any(_is_cut(name) for name in names):
                break
        for side, card, row in zip(sides, cards, rows, strict=True):
            self._paint_side(painter, side, card, row, self._name(side, card, row, size))

    def _words(self, card: QRectF) -> QRectF:
        """Where the words of a card stand, beside its tile."""
        inner = card.adjusted(SPACE[2], SPACE[1], -SPACE[2], -SPACE[1])
        return inner.adjusted(min(inner.height(), inner.width() * 0.25) + SPACE[3], 0, 0, 0)

    def _rows(self, side: Side, card: QRectF, *, joined: bool) -> list[tuple[str, int, bool]]:
        """What stands below a name: text, size and whether it is a code; `joined` in one row."""
        text = self._words(card)
        code = round(26 * self.work.scale) if text.height() > 150 * self.work.scale else self.px("title")
        rows = [(side.code, code, True), (side.detail, code, False)]
        low = text.height() <= 90 * self.work.scale
        if joined or low:
            whole = " · ".join(part for part in (side.code, side.detail) if part)
            smaller = (self.px("body"),) if joined and low else (code, self.px("title"), self.px("body"))
            fits = next((size for size in smaller if self.width_of(whole, size, mono=True) <= text.width()), None)
            # half of a location says nothing
            rows = [(whole, fits, True) if fits else (side.code or whole, code, True)]
        return [row for row in rows if row[0]]

    def _name(self, side: Side, card: QRectF, rows: list[tuple[str, int, bool]], size: int = 0) -> Fitted:
        """A name in the room that its rows leave, in one size or as large as it fits."""
        text = self._words(card)
        room = text.adjusted(0, self.px("caption") * 1.4, 0, -sum(row[1] * _ROW for row in rows))
        sizes = (self.px("bench"), *(round(high * self.work.scale) for high in (26, 20, 18, 16)))
        sizes = (size,) if size else sizes
        return self.fit(side.title, room, sizes, bold=True, most=3, mono=side.icon in _CODES)

    def _paint_side(
        self, painter: QPainter, side: Side, card: QRectF, rows: list[tuple[str, int, bool]], name: Fitted
    ) -> None:
        theme = self.work.theme
        self.draw_box(painter, card, theme.raised, theme.line)
        inner = card.adjusted(SPACE[2], SPACE[1], -SPACE[2], -SPACE[1])
        caption = self.px("caption")
        if side.number:
            self._paint_number(painter, side, inner)
            return
        tile = min(inner.height(), inner.width() * 0.25)
        picture = QRectF(inner.left(), inner.top() + (inner.height() - tile) / 2, tile, tile)
        self.draw_tile(painter, picture, side.icon, side.sku, self.pictures)
        text = self._words(card)
        above = QRectF(text.left(), text.top(), text.width(), caption * 1.4)
        self.draw_line(painter, above, side.caption, caption, theme.secondary)
        top = self.draw_fitted(painter, text.adjusted(0, caption * 1.4, 0, 0), name, theme.text)
        for row, size, mono in rows:
            place = QRectF(text.left(), top, text.width(), size * _ROW)
            if side.slot is not None and row == rows[-1][0]:
                pair, letter = theme.slot(side.slot), slot_letter(side.slot)
                place.setLeft(self.draw_chip(painter, place.left(), place, letter, size, pair) + SPACE[1])
            self.draw_line(painter, place, row, size, theme.text, mono=mono)
            top += size * _ROW

    def _paint_number(self, painter: QPainter, side: Side, inner: QRectF) -> None:
        """Paint a number as large as the card is high, under what it is."""
        theme, caption = self.work.theme, self.px("title")
        above = QRectF(inner.left(), inner.top(), inner.width(), caption * 1.5)
        self.draw_line(painter, above, side.caption, caption, theme.secondary)
        below = caption * 1.5 if side.detail else 0.0
        room = inner.adjusted(0, caption * 1.5, 0, -below)
        most = min(self.px("remaining"), max(20, round(room.height() / 1.22)))
        fitted = self.fit(side.number, room, tuple(range(most, 19, -2)), bold=True, most=1)
        self.draw_fitted(painter, room, fitted, theme.text, middle=True)
        if side.detail:
            place = QRectF(inner.left(), inner.bottom() - below, inner.width(), below)
            self.draw_line(painter, place, side.detail, caption, theme.text)

    def _paint_foot(self, painter: QPainter, stop: Stop, pair: Pair, foot: QRectF) -> None:
        left, right = foot.left() + SPACE[4], float(self._buttons_left)
        size = self.px("title")
        if stop.count:
            # after the sentence, which stays in its place
            right -= self.width_of(stop.count, size, bold=True) + size * 0.9
            self.draw_chip(painter, right, foot, stop.count, size, Pair(pair.paper, pair.ink))
            right -= SPACE[3]
        room = QRectF(left, foot.top(), max(0.0, right - left), foot.height())
        fitted = self.fit(stop.how, room, (round(26 * self.work.scale), size, self.px("body")), most=2)
        self.draw_fitted(painter, room, fitted, self.work.theme.text, middle=True)


def _is_cut(fitted: Fitted) -> bool:
    """Whether a text had to be cut short."""
    return fitted.lines[-1].endswith("…")


def _shown(stop: Stop) -> tuple[object, ...]:
    """All of a stop that can be seen."""
    words = [(choice.key, choice.word) for choice in stop.choices]
    return stop.tone, stop.word, stop.sentence, stop.how, stop.sides, stop.count, stop.sign, words


def _keys(stop: Stop) -> tuple[object, ...]:
    """What the buttons of a stop are made for."""
    return bool(stop.sides), *((choice.key, choice.primary) for choice in stop.choices)


def _label(button: QPushButton, choice: Choice) -> None:
    button.setText(f"{choice.key}   {choice.word}".replace("&", "&&"))
    button.setAccessibleName(f"{choice.word} ({choice.key})")


class Flash(QWidget):
    """The window's frame lights up once in the colour of a failure, for 120 ms, and takes no press meanwhile."""

    def __init__(self, work: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._work = work
        self._window = window
        self._ink = QColor()
        self._timer = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._timer.timeout.connect(self.hide)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def flash(self, tone: str = "fail") -> None:
        """Light up, unless motion is unwanted."""
        if self._work.settings.reduce_motion:
            return
        self._ink = QColor(self._work.theme.verdict(tone).ink)
        self.setGeometry(self._window.rect())
        edge = round(16 * self._work.scale)
        # the frame alone, so that nothing else of the window is painted twice
        self.setMask(QRegion(self.rect()) - QRegion(self.rect().adjusted(edge, edge, -edge, -edge)))
        self.show()
        self.raise_()
        self._timer.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the frame."""
        QPainter(self).fillRect(self.rect(), self._ink)

