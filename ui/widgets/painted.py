"""Widgets that paint themselves: what changes with every scan is text in fixed places, and no layout is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from app.domain.barcode import group
from ui.fonts import mono_font, ui_font
from ui.icons import pixmap
from ui.theme import RADIUS, Pair, px
from ui.workspace import Workspace

if TYPE_CHECKING:
    from ui.widgets.pictures import Pictures

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LARGE = 60  # pixels from which signs are painted as shapes
_SHAPES = 200  # kept: words and numbers come again and again, and one takes a millisecond to make
_shapes: dict[tuple[str, str], QPainterPath] = {}
_CENTRE = Qt.AlignmentFlag.AlignCenter
_SEPARATORS = dict.fromkeys(range(0x1C, 0x20), "·")
_PRINTED = {8: (4, 4), 12: (1, 5, 5, 1), 13: (1, 6, 6), 14: (1, 2, 5, 5, 1)}


def grouped(code: str) -> str:
    """A code in the groups in which it stands under its bars, or in those of a tracking number; others unchanged."""
    if code.isascii() and code.isdecimal() and len(code) in _PRINTED:
        return group(code, _PRINTED[len(code)])
    return group(code)


def one_line(text: str) -> str:
    """A text of data as it can stand on a screen: what is no visible sign becomes a dot, line breaks a blank."""
    # Python takes the separators of GS1 codes for blanks
    marked = text.translate(_SEPARATORS)
    return "".join(sign if sign.isprintable() else "·" for sign in " ".join(marked.split()))


def shape(text: str, font: QFont) -> QPainterPath:
    """A text as one shape that begins at 0, 0 on its base line.

    Strokes that cross in a sign are one: else their edges are painted twice, and large signs have notches.
    """
    key = text, font.key()
    if key not in _shapes:
        if len(_shapes) >= _SHAPES:
            _shapes.clear()
        strokes = QPainterPath()
        strokes.setFillRule(Qt.FillRule.WindingFill)
        strokes.addText(0, 0, font, text)
        _shapes[key] = strokes.simplified()
    return _shapes[key]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text broken into lines of one size that fit their room; `height` in pixels."""

    lines: tuple[str, ...]
    font: QFont
    leading: float

    @property
    def height(self) -> float:
        """How high all lines are together."""
        return self.leading * len(self.lines)


class Painted(QWidget):
    """Paints text, icons and chips in the theme's colours; what it shows is also its accessible name.

    Sizes are pixels. A subclass paints in `paint`, in logical pixels of its own rectangle.
    """

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = work
        self._faces: dict[tuple[int, bool, bool], QFont] = {}
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def px(self, name: str) -> int:
        """The height of a size of type, scaled."""
        return px(name, self.work.scale)

    def say(self, code: str, **facts: str | int | bool | None) -> str:
        """The sentence of a code in the language of the moment."""
        return self.work.words.say(code, **facts)

    def face(self, size: int, *, bold: bool = False, mono: bool = False) -> QFont:
        """A font, made once: looking for its families takes longer than painting."""
        key = (size, bold, mono)
        if key not in self._faces:
            self._faces[key] = mono_font(size, bold) if mono else ui_font(size, bold)
        return self._faces[key]

    def fit(
        self, text: str, room: QRectF, sizes: tuple[int, ...], *, bold: bool = False, mono: bool = False, most: int = 2
    ) -> Fitted:
        """The largest of the sizes in which a text has at most `most` lines in the room; the smallest is cut short."""
        text = one_line(text)
        for size in sizes:
            font = self.face(size, bold=bold, mono=mono)
            leading = QFontMetricsF(font).height()
            lines = broken(text, font, room.width())
            fits = len(lines) <= most and leading * len(lines) <= room.height() + 0.5
            if fits:
                return Fitted(tuple(line.strip() for line in lines), font, leading)
        allowed = max(1, min(most, int((room.height() + 0.5) // leading)))
        if len(lines) > allowed:
            rest = "".join(lines[allowed - 1 :])  # not every break is at a blank
            shortened = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, room.width())
            lines = [*lines[: allowed - 1], shortened]
        return Fitted(tuple(line.strip() for line in lines), font, leading)

    def draw_fitted(
        self, painter: QPainter, room: QRectF, fitted: Fitted, colour: str, *, middle: bool = False,
        align: Qt.AlignmentFlag = _LEFT,
    ) -> float:
        """Draw fitted lines from the top of the room, or in its middle; returns where they end."""
        top = room.top() + (max(0.0, (room.height() - fitted.height) / 2) if middle else 0.0)
        for number, line in enumerate(fitted.lines):
            place = QRectF(room.left(), top + number * fitted.leading, room.width(), fitted.leading)
            _draw(painter, place, line, fitted.font, colour, align)
        return top + fitted.height

    def draw_line(
        self, painter: QPainter, room: QRectF, text: str, size: int, colour: str, *, bold: bool = False,
        mono: bool = False, align: Qt.AlignmentFlag = _LEFT, cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> float:
        """Draw one line in the middle of the room's height, cut short where it must; returns how wide it is."""
        font = self.face(size, bold=bold, mono=mono)
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(one_line(text), cut, room.width())
        _draw(painter, room, shown, font, colour, align)
        return metrics.horizontalAdvance(shown)

    def width_of(self, text: str, size: int, *, bold: bool = False, mono: bool = False) -> float:
        """How wide a line is."""
        return QFontMetricsF(self.face(size, bold=bold, mono=mono)).horizontalAdvance(one_line(text))

    def draw_icon(self, painter: QPainter, name: str, colour: str, room: QRectF, size: int) -> None:
        """Draw an icon in the middle of the room."""
        picture = pixmap(name, colour, size, self.devicePixelRatioF())
        painter.drawPixmap(round(room.center().x() - size / 2), round(room.center().y() - size / 2), picture)

    def draw_tile(
        self, painter: QPainter, room: QRectF, icon: str, sku: str = "", pictures: Pictures | None = None
    ) -> None:
        """Draw a tile with the picture of a SKU; with an icon where there is none."""
        theme = self.work.theme
        shown = None
        if sku and pictures is not None:
            inner = room.adjusted(4, 4, -4, -4).size().toSize()
            shown = pictures.pixmap(sku, inner, self.devicePixelRatioF())
        if shown is None:
            self.draw_box(painter, room, theme.surface, theme.line)
            self.draw_icon(painter, icon, theme.secondary, room, round(min(room.width(), room.height()) * 0.4))
            return
        # goods are photographed on white, whatever the theme
        self.draw_box(painter, room, "#ffffff", theme.line)
        size = shown.deviceIndependentSize()
        painter.drawPixmap(
            round(room.center().x() - size.width() / 2), round(room.center().y() - size.height() / 2), shown
        )

    def draw_box(
        self, painter: QPainter, room: QRectF, paper: str, edge: str | None = None, width: float = 1.0
    ) -> None:
        """Draw a ground with rounded corners, and a border when it has a colour."""
        inset = width / 2 if edge else 0.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), width) if edge else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(paper))
        painter.drawRoundedRect(room.adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)

    def draw_chip(
        self, painter: QPainter, left: float, room: QRectF, text: str, size: int, pair: Pair, *, height: float = 0.0
    ) -> float:
        """Draw a filled chip with its word from `left` on, in the middle of the room; returns its right edge."""
        high = height or size * 1.7
        wide = max(high, self.width_of(text, size, bold=True) + size * 0.9)
        place = QRectF(left, room.center().y() - high / 2, wide, high)
        self.draw_box(painter, place, pair.paper, pair.ink if pair.paper != pair.ink else None)
        self.draw_line(painter, place, text, size, pair.ink, bold=True, align=_CENTRE)
        return place.right()

    def tell(self, text: str) -> None:
        """What a screen reader says of the widget."""
        if text != self.accessibleName():
            self.setAccessibleName(text)


def _draw(
    painter: QPainter, room: QRectF, text: str, font: QFont, colour: str, align: Qt.AlignmentFlag
) -> None:
    """Draw a line that fits its room, in the middle of its height; large signs as shapes."""
    if font.pixelSize() < _LARGE:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(room, int(align) | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip, text)
        return
    metrics = QFontMetricsF(font)
    right, centre = align & Qt.AlignmentFlag.AlignRight, align & Qt.AlignmentFlag.AlignHCenter
    spare = room.width() - metrics.horizontalAdvance(text)
    left = room.left() + spare * (1.0 if right else 0.5 if centre else 0.0)
    top = room.center().y() - metrics.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(shape(text, font).translated(left, top + metrics.ascent()), QColor(colour))


def broken(text: str, font: QFont, width: float) -> list[str]:
    """Lines that are at most so wide, with the blanks at which they end; together they are the text."""
    if not text:
        return [""]
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines = []
    units = text.encode("utf-16-le", "surrogatepass")  # Qt counts those: a picture sign is two
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1.0))
        shown = units[2 * line.textStart() : 2 * (line.textStart() + line.textLength())]
        lines.append(shown.decode("utf-16-le", "replace"))
    layout.endLayout()
    return lines
