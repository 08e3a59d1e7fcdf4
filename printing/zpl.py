"""A label as ZPL II, the language of Zebra's printers and of many others.

Text that the printer's font 0 shows stays text; any other line becomes a small compressed graphic. Nothing that comes
from a field can add a command: see `neutral`.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import b64encode
from functools import lru_cache

from PIL import Image

from printing import fonts
from printing.ink import ink
from printing.label import Label
from printing.layout import Layout, Placed, PlacedPicture, PlacedRule, PlacedSymbol, PlacedText, lay_out
from printing.zpl_symbols import TURNS, field_data, native_symbol, neutral

__all__ = ["neutral", "to_zpl"]

_INVERTED = bytes(255 - byte for byte in range(256))


def to_zpl(label: Label | Layout, dpi: int = 203) -> bytes:
    """The label as one ZPL format, UTF-8, for one copy; raises what `printing.layout.lay_out` refuses.

    A layout is written as it is, for its own resolution.

    A field a line, complete in itself. What comes again on other labels stands first, ended by an empty comment, so
    that a spooler may leave it in the printer's memory.
    """
    placed = label if isinstance(label, Layout) else lay_out(label, dpi)
    # orientation, reversal and field rotation are stated, since a format before this one may have left them changed;
    # ^JZY: a label in which the paper ends is printed again, for with ^JZN its first half counts as a label
    parts = [f"^XA^CI28^JZY^PW{placed.width}^LL{placed.height}^LH0,0^PON^LRN^FWN\n"]
    if placed.fixed:
        parts.append(_fixed(placed.items[: placed.fixed]))
    parts += _fields(placed.items[placed.fixed :])
    parts.append("^PQ1^XZ\n")
    return "".join(parts).encode()


@lru_cache(maxsize=64)
def _fixed(items: tuple[Placed, ...]) -> str:
    return "".join(_fields(items)) + "^FX-^FS\n"


def _fields(items: tuple[Placed, ...]) -> list[str]:
    """A line of commands for each item; lines of one text that are pictures are one picture, which is smaller."""
    written: list[str] = []
    joined: list[PlacedText] = []
    for item in items:
        if isinstance(item, PlacedText) and item.shaped is not None and not item.rotation:
            if joined and not (joined[-1].name == item.name and 0 < item.y - joined[-1].y < 2 * item.size):
                written.append(_graphic(*joined))
                joined = []
            joined.append(item)
            continue
        if joined:
            written.append(_graphic(*joined))
            joined = []
        written.append(_field(item))
    return [*written, _graphic(*joined)] if joined else written


def _field(item: Placed) -> str:
    if isinstance(item, PlacedText):
        return _text(item)
    if isinstance(item, PlacedRule):
        return f"^FO{item.x},{item.y}^GB{item.width},{item.height},{item.border}^FS\n"
    if isinstance(item, PlacedSymbol):
        return native_symbol(item) or _graphic(item)
    return _graphic(item)


def _text(line: PlacedText) -> str:
    if line.shaped is not None:
        return _graphic(line)
    if line.rotation:  # its baseline is where it is told; the corner of a turned field depends on the printer's font
        return f"^FT{line.x},{line.y}^A0{TURNS[line.rotation]},{line.size},{line.size}{field_data(line.text)}"
    top = max(0, round(line.y - fonts.CAP_HEIGHT * line.size))
    return f"^FO{line.x},{top}^A0N,{line.size},{line.size}{field_data(line.text)}"


def _graphic(*items: PlacedText | PlacedSymbol | PlacedPicture) -> str:
    """The pixels of items that lie together as one ^GF."""
    drawn = [found for found in map(ink, items) if found is not None]
    if not drawn:
        return ""
    image, left, top = drawn[0].image, min(part.left for part in drawn), min(part.top for part in drawn)
    if len(drawn) > 1:
        right = max(part.left + part.image.width for part in drawn)
        bottom = max(part.top + part.image.height for part in drawn)
        image = Image.new("1", (right - left, bottom - top), 1)
        for part in drawn:
            image.paste(part.image, (part.left - left, part.top - top))
    return f"^FO{max(0, left)},{max(0, top)}{_packed(image.tobytes(), image.width)}^FS\n"


@lru_cache(maxsize=256)
def _packed(pixels: bytes, width: int) -> str:
    """^GF with Z64: deflated, base64, with the CRC-16 (polynomial 0x1021, from 0) of the base64 text.

    `pixels` are rows of packed bytes in which a black dot is 0, and the bits after the width are whatever.
    """
    row = (width + 7) // 8
    tail = 255 << (row * 8 - width) & 255  # of the last byte of a row
    black = bytearray(pixels.translate(_INVERTED))
    black[row - 1 :: row] = bytes(byte & tail for byte in black[row - 1 :: row])
    encoded = b64encode(zlib.compress(black, 9))
    total = len(black)
    return f"^GFA,{total},{total},{row},:Z64:{encoded.decode()}:{binascii.crc_hqx(encoded, 0):04X}"
