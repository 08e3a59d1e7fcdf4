"""How a verdict is shown: the banner that is always there, and what covers the page until somebody acts.

Both take sentences that are said already, so that each scan page can use its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, QTimer
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

from ui.theme import SPACE, TOUCH, Pair
from ui.widgets.painted import Painted
from ui.workspace import Workspace

FLASH_MS = 120
SIGNS = {"pass": "check", "fail": "x", "attention": "triangle-alert", "system": "refresh-cw"}
# the size of a small banner's sentence, at 1366 × 768
_LEAST_BANNER = 100


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
        self.tell(f"{sentence}. {next_step}" if next_step else sentence)
        if said:
            announce(self, sentence)
        self.update()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint sign, sentence and next step, the sentence as large as it fits."""
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
        small = self.px("title") if room.height() > _LEAST_BANNER else self.px("body")
        hint = QFontMetricsF(self.face(small)).height() + SPACE[0] if self.next_step else 0.0
        above = text.adjusted(0, 0, 0, -hint)
        sizes = (self.px("big"), round(40 * scale), self.px("bench"), round(26 * scale), self.px("title"))
        fitted = self.fit(self.sentence, above, sizes, bold=True, most=3)
        top = above.top() + max(0.0, (above.height() - fitted.height) / 2)
        ends = self.draw_fitted(painter, QRectF(text.left(), top, text.width(), above.height()), fitted, pair.ink)
        if self.next_step:
            below = QRectF(text.left(), ends, text.width(), hint)
            self.draw_line(painter, below, self.next_step, small, theme.text)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things that a stop compares: its caption, an icon, its name, a code, and where it is or more."""

    caption: str
    icon: str
    title: str
    code: str = ""
    detail: str = ""


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
    """Covers the lower two thirds of its page while there is a Stop; it never takes the keyboard from the page."""

    def __init__(self, work: Workspace, page: QWidget) -> None:
        super().__init__(work, page)
        self.stop: Stop | None = None
        self._page = page
        self._buttons: list[QPushButton] = []
        self._buttons_left = 0
        page.installEventFilter(self)
        work.look_changed.connect(self._arrange)
        self.hide()

    def show_stop(self, stop: Stop | None) -> bool:
        """Show a stop, or take it away; True when another one is shown than before."""
        before, self.stop = self.stop, stop
        if stop is None:
            self.hide()
            return before is not None
        other = before is None or (before.word, before.sentence) != (stop.word, stop.sentence)
        if before is None or _keys(before) != _keys(stop):
            self._make_buttons(stop.choices)
        else:
            for button, choice in zip(self._buttons, stop.choices, strict=True):
                _label(button, choice)
        sides = [f"{side.caption}: {side.title} {side.code} {side.detail}".strip() for side in stop.sides]
        self.tell(". ".join(text for text in (stop.word, stop.sentence, *sides, stop.how, stop.count) if text))
        if other:
            announce(self, f"{stop.word}. {stop.sentence}")
        self._arrange()
        if not self.isVisible():
            self.show()
            self.raise_()
        self.update()
        return other

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay over the lower two thirds when the page changes its size."""
        if watched is self._page and event.type() == QEvent.Type.Resize:
            self._arrange()
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

    def _choose(self, number: int) -> None:
        if self.stop is not None and number < len(self.stop.choices):
            self.stop.choices[number].act()

    def _arrange(self) -> None:
        top = self._page.height() // 3
        wanted = QRect(0, top, self._page.width(), self._page.height() - top)
        if self.geometry() != wanted:
            self.setGeometry(wanted)
        right = self.width() - SPACE[4]
        for button in reversed(self._buttons):
            size = button.sizeHint()
            top = self.height() - SPACE[3] - size.height()
            button.setGeometry(right - size.width(), top, size.width(), size.height())
            right -= size.width() + SPACE[2]
        self._buttons_left = right

    @property
    def _foot(self) -> float:
        """How high the row of buttons and the sentence beside it is."""
        high = max((button.height() for button in self._buttons), default=round(TOUCH * self.work.scale))
        return high + 2.0 * SPACE[3]

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
        high = min(max(room.height() * 0.27, self.px("remaining") * 1.2), self.px("verdict") * 1.4)
        band = QRectF(0, 0, room.width(), high)
        self._paint_word(painter, stop, pair, band)
        body = QRectF(
            SPACE[4], band.bottom() + SPACE[2], room.width() - 2 * SPACE[4],
            room.height() - band.height() - self._foot - SPACE[2],
        )
        share = 1.0 if not stop.sides else 0.42
        sentence = QRectF(body.left(), body.top(), body.width(), body.height() * share - SPACE[1])
        scale = self.work.scale
        sizes = (self.px("big"), round(40 * scale), self.px("bench"), round(26 * scale), self.px("title"))
        fitted = self.fit(stop.sentence, sentence, sizes, bold=True, most=2 if stop.sides else 4)
        ends = self.draw_fitted(painter, sentence, fitted, theme.text, middle=not stop.sides)
        if stop.sides:
            below = QRectF(body.left(), ends + SPACE[1], body.width(), body.bottom() - ends - SPACE[1])
            self._paint_sides(painter, stop.sides, below)
        self._paint_foot(painter, stop, pair, QRectF(0, room.height() - self._foot, room.width(), self._foot))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_word(self, painter: QPainter, stop: Stop, pair: Pair, band: QRectF) -> None:
        painter.fillRect(band, QColor(pair.ink))
        side = round(band.height() * 0.7)
        sign = QRectF(SPACE[4], 0, side, band.height())
        self.draw_icon(painter, stop.sign or SIGNS[stop.tone], pair.paper, sign, side)
        room = band.adjusted(sign.right() + SPACE[4], 0, -SPACE[4], 0)
        sizes = tuple(size for size in (self.px("verdict"), 96, 84, 72, 60, 48) if size * 1.15 <= band.height())
        fitted = self.fit(stop.word, room, sizes or (48,), bold=True, most=1)
        self.draw_fitted(painter, room, fitted, pair.paper, middle=True)

    def _paint_sides(self, painter: QPainter, sides: Sequence[Side], room: QRectF) -> None:
        gap = SPACE[3]
        # two thirds of the height is what three lines and a tile need; more would look empty
        high = min(room.height(), 190 * self.work.scale)
        wide = (room.width() - gap * (len(sides) - 1)) / len(sides) if len(sides) > 1 else room.width() * 0.6
        for number, side in enumerate(sides):
            self._paint_side(painter, side, QRectF(room.left() + number * (wide + gap), room.top(), wide, high))

    def _paint_side(self, painter: QPainter, side: Side, card: QRectF) -> None:
        theme = self.work.theme
        self.draw_box(painter, card, theme.raised, theme.line)
        inner = card.adjusted(SPACE[2], SPACE[1], -SPACE[2], -SPACE[1])
        tile = min(inner.height(), inner.width() * 0.25)
        picture = QRectF(inner.left(), inner.top() + (inner.height() - tile) / 2, tile, tile)
        self.draw_box(painter, picture, theme.surface, theme.line)
        self.draw_icon(painter, side.icon, theme.secondary, picture, round(tile * 0.5))
        left = picture.right() + SPACE[3]
        text = QRectF(left, inner.top(), inner.right() - left, inner.height())
        caption = self.px("caption")
        top = text.top() + caption * 1.4
        above = QRectF(text.left(), text.top(), text.width(), caption * 1.4)
        self.draw_line(painter, above, side.caption, caption, theme.secondary)
        code = self.px("title") if text.height() > 110 * self.work.scale else self.px("body")
        rows = [(side.code, True), (side.detail, False)] if text.height() > 90 * self.work.scale else []
        if not rows and (side.code or side.detail):
            rows = [(" · ".join(part for part in (side.code, side.detail) if part), True)]
        rows = [row for row in rows if row[0]]
        name = QRectF(text.left(), top, text.width(), text.bottom() - top - len(rows) * code * 1.35)
        sizes = (self.px("bench"), round(26 * self.work.scale), self.px("title"))
        top = self.draw_fitted(painter, name, self.fit(side.title, name, sizes, bold=True), theme.text)
        for row, mono in rows:
            place = QRectF(text.left(), top, text.width(), code * 1.35)
            self.draw_line(painter, place, row, code, theme.text, mono=mono)
            top += code * 1.35

    def _paint_foot(self, painter: QPainter, stop: Stop, pair: Pair, foot: QRectF) -> None:
        left = foot.left() + SPACE[4]
        size = self.px("title")
        if stop.count:
            left = self.draw_chip(painter, left, foot, stop.count, size, Pair(pair.paper, pair.ink)) + SPACE[3]
        room = QRectF(left, foot.top(), max(0.0, self._buttons_left - left), foot.height())
        fitted = self.fit(stop.how, room, (round(26 * self.work.scale), size, self.px("body")), most=2)
        self.draw_fitted(painter, room, fitted, self.work.theme.text, middle=True)


def _keys(stop: Stop) -> list[tuple[str, bool]]:
    return [(choice.key, choice.primary) for choice in stop.choices]


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

