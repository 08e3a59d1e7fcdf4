"""The dots of one label: everything is drawn upright as a mask first, then turned and put in its place."""

from __future__ import annotations

from PIL import Image, ImageChops

from printing.interpreter.state import Engine, Rectangle

_TURN = {
    "R": Image.Transpose.ROTATE_270,  # clockwise by 90 degrees; Pillow counts the other way round
    "I": Image.Transpose.ROTATE_180,
    "B": Image.Transpose.ROTATE_90,
}
# so that no format takes for ever: dots drawn on one label, in labels' areas, and at least
_MOST_AREAS = 24
_LEAST_WORK = 40_000_000


class Canvas:
    """A white label of `width` by `height` dots; it may grow down to `lowest` if its length is not known."""

    def __init__(self, width: int, height: int, lowest: int) -> None:
        self.image = Image.new("L", (width, height), 255)
        self.lowest = lowest
        self.grown = False
        self.exhausted = False
        self._left = max(_LEAST_WORK, _MOST_AREAS * width * height)

    def spend(self, dots: int) -> bool:
        """Count work, in dots drawn; False if too much was done on this label already."""
        self._left -= dots
        self.exhausted = self._left < 0
        return not self.exhausted

    def _begin(self, x: int, y: int, width: int, height: int) -> bool:
        """Make room; False if nothing of the rectangle would be seen, or too much was drawn already."""
        if y + height > self.image.height < self.lowest and x < self.image.width and x + width > 0 and y < self.lowest:
            taller = Image.new("L", (self.image.width, min(self.lowest, y + height)), 255)
            taller.paste(self.image, (0, 0))
            self.image = taller
            self.grown = True
        left, top = max(0, x), max(0, y)
        right, bottom = min(self.image.width, x + width), min(self.image.height, y + height)
        if right <= left or bottom <= top:
            return False
        return self.spend((right - left) * (bottom - top))

    def fill(self, x: int, y: int, width: int, height: int, reverse: bool, white: bool = False) -> None:
        """A rectangle: black, white, or turning what is there into its opposite."""
        if not self._begin(x, y, width, height):
            return
        box = (max(0, x), max(0, y), min(self.image.width, x + width), min(self.image.height, y + height))
        if reverse:
            self.image.paste(ImageChops.invert(self.image.crop(box)), box)
        else:
            self.image.paste(255 if white else 0, box)

    def stamp(self, mask: Image.Image, x: int, y: int, reverse: bool, white: bool = False) -> None:
        """A mask (mode "L", 255 is ink) with its upper left corner at a place."""
        if not (self.spend(mask.width * mask.height) and self._begin(x, y, mask.width, mask.height)):
            return
        if reverse:
            left, top = max(0, x), max(0, y)
            right, bottom = min(self.image.width, x + mask.width), min(self.image.height, y + mask.height)
            cut = mask.crop((left - x, top - y, right - x, bottom - y))
            self.image.paste(ImageChops.difference(self.image.crop((left, top, right, bottom)), cut), (left, top))
        else:
            self.image.paste(255 if white else 0, (x, y), mask)


def turned(rectangle: Rectangle, orientation: str, width: int, height: int) -> Rectangle:
    """A rectangle in an upright box of `width` by `height`, after the box was turned."""
    left, top, right, bottom = rectangle
    if orientation == "R":
        return height - bottom, left, height - top, right
    if orientation == "I":
        return width - right, height - bottom, width - left, height - top
    if orientation == "B":
        return top, width - right, bottom, width - left
    return rectangle


def corner(engine: Engine, orientation: str, width: int, height: int, baseline: int) -> tuple[int, int]:
    """Where the upper left corner of the turned box goes: ^FO names that corner, ^FT the start of the baseline."""
    field, settings = engine.field, engine.settings
    x, y = engine.follow if field.follow else (field.x, field.y)
    x += settings.home[0] - settings.shift_left
    y += settings.home[1] + settings.shift_down
    if field.typeset:
        start = (width, baseline, width, baseline) if field.right else (0, baseline, 0, baseline)
        across, down, _, _ = turned(start, orientation, width, height)
        return x - across, y - down
    if field.right:
        x -= width if orientation in "NI" else height
    return x, y


def place(
    engine: Engine, mask: Image.Image, orientation: str, box: tuple[int, int], baseline: int,
    offset: tuple[int, int] = (0, 0), white: bool = False,
) -> tuple[int, int]:  # fmt: skip
    """Stamp an upright mask that lies at `offset` in an upright box; returns the turned box's upper left corner."""
    canvas = engine.canvas
    width, height = box
    x, y = corner(engine, orientation, width, height, baseline)
    if canvas is None:
        return x, y
    left, top = offset
    own = turned((left, top, left + mask.width, top + mask.height), orientation, width, height)
    if orientation in _TURN:
        mask = mask.transpose(_TURN[orientation])
    canvas.stamp(mask, x + own[0], y + own[1], engine.field.reverse or engine.settings.reverse, white)
    return x, y
