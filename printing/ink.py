"""The pixels of what was laid out, upright on the label, for languages that print dots and for what ZPL cannot say."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from printing import fonts, symbols
from printing.label import SymbolKind
from printing.placed import PlacedPicture, PlacedSymbol, PlacedText, turned

_TURN = {  # Pillow counts the other way round
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def ink(item: PlacedText | PlacedSymbol | PlacedPicture) -> fonts.Bitmap | None:
    """The item's pixels and their upper left corner on the label, in dots; None if it has no ink.

    Text of the printer's own font is drawn with the shipped condensed bold, which is never wider.
    """
    if isinstance(item, PlacedPicture):
        negative = Image.frombytes("1", (item.width, item.height), item.bits)
        return fonts.Bitmap(negative.point(lambda white: 255 - white), item.x, item.y)
    if isinstance(item, PlacedSymbol):
        image = _symbol(item.kind, item.data, item.columns, item.rows, item.module, item.row_height, item.rotation)
        return fonts.Bitmap(image, item.x, item.y)
    return text_ink(item)


def text_ink(line: PlacedText) -> fonts.Bitmap | None:
    """The pixels of a line and their upper left corner on the label, in dots."""
    shaped = line.shaped or fonts.shape(line.text)
    drawn = _drawn(shaped, line.size, line.rotation)
    if drawn is None:
        return None
    start = int(line.slack) - int(shaped.left * line.size)  # what hangs out to the left of the pen is moved in
    across, down, _, _ = turned(start, 0, start, 0, line.rotation)
    return fonts.Bitmap(drawn.image, line.x + int(across) + drawn.left, line.y + int(down) + drawn.top)


@lru_cache(maxsize=512)
def _drawn(shaped: fonts.ShapedLine, size: int, rotation: int) -> fonts.Bitmap | None:
    drawn = fonts.draw(shaped, size)
    if drawn is None or not rotation:
        return drawn
    box = (drawn.left, drawn.top, drawn.left + drawn.image.width, drawn.top + drawn.image.height)
    left, top, _, _ = turned(*box, rotation)
    return fonts.Bitmap(drawn.image.transpose(_TURN[rotation]), int(left), int(top))


@lru_cache(maxsize=256)
def _symbol(
    kind: SymbolKind, data: str, columns: int, rows: int, module: int, row_height: int, rotation: int
) -> Image.Image:
    made = symbols.modules(kind, data, (columns, rows))
    white = bytes(byte ^ 1 for row in made for byte in row)
    small = Image.frombytes("L", (len(made[0]), len(made)), white.translate(bytes([0]) + bytes([255]) * 255))
    image = small.resize((columns * module, rows * row_height), Image.Resampling.NEAREST).convert("1")
    return image.transpose(_TURN[rotation]) if rotation else image
