"""A label as TSPL, the language of TSC's printers and of nearly all cheap ones of four inches.

The firmware of the cheap ones differs in fonts and barcodes, and all of them print a picture: `to_tspl` writes the
label as one, unless its native commands are asked for, which take a hundredth of the bytes.

Source: TSC, TSPL/TSPL2 Programming Manual: SIZE, GAP, DIRECTION, REFERENCE, CLS, BITMAP (a set bit is white), BAR, TEXT
(cells of the fonts 1 to 5), BARCODE (type 128M, control codes after "!"), DMATRIX, PRINT; the same tables are in
Brother's FBPL Command Reference, chapters 5 and 6.
"""

from __future__ import annotations

import math
import re

from PIL import Image

from printing import symbols
from printing.label import Label, SymbolKind
from printing.layout import lay_out
from printing.placed import Layout, Placed, PlacedRule, PlacedSymbol, PlacedText
from printing.raster import blank, draw, ink_box, to_image

GAP_MM = 3.0  # between two die-cut labels

# dots a character: width, height
FONTS = {"1": (8, 12), "2": (12, 20), "3": (16, 24), "4": (24, 32), "5": (32, 48)}
_MOST_TIMES = 10  # larger
_SLIMMEST = 3.0  # height of a character over its width
_LEAST_OF_HEIGHT = 0.6  # of the line's height: smaller than that, it is better drawn
# what all fonts have, and no firmware takes for anything else: a quote would be written \["], which not all know
_LETTERS = re.compile(r"[ !#-\[\]-~]+")
_CODE128_DATA = re.compile(r"[ #-\[\]-~]+")  # without ! as well, which introduces a control code
_DATAMATRIX_DATA = re.compile(r"[ !#-\[\]-}]+")  # without ~, which does so there
_CODE128_START = {"B": "!104", "C": "!105"}
_CODE128_CHANGE = {"B": "!100", "C": "!099"}


def to_tspl(label: Label, dpi: int = 203, *, native: bool = False) -> bytes:
    """The label as TSPL for one copy; raises what `printing.layout.lay_out` refuses.

    `native`: rules, Code 128, Data Matrix and English text as commands wherever these give exactly the reserved place;
    everything else, and all of it without `native`, as BITMAP.
    """
    placed = lay_out(label, dpi)
    head = (
        f"SIZE {label.width_mm:g} mm,{label.height_mm:g} mm\r\nGAP {GAP_MM:g} mm,0 mm\r\n"
        "DIRECTION 0\r\nREFERENCE 0,0\r\nCLS\r\n"
    )
    body = _commands(placed) if native else _bitmap(to_image(placed), None)
    return head.encode() + body + b"PRINT 1,1\r\n"


def _commands(placed: Layout) -> bytes:
    """Pictures first: they overwrite whole bytes, a picture's neighbours in them included."""
    page, boxes, written = blank(placed), [], []
    for item in placed.items:
        command = _native(item)
        if command is None:
            boxes.append(draw(page, item))
        else:
            written.append(command)
    pictures = [_bitmap(page, box) for box in boxes if box is not None]
    return b"".join(pictures) + "".join(written).encode("ascii")


def _bitmap(page: Image.Image, box: tuple[int, int, int, int] | None) -> bytes:
    """A rectangle of the page as it is, whole bytes wide; all that is black for None."""
    box = box or ink_box(page)
    if box is None:
        return b""
    left, top, right, bottom = box
    row = (right - left + 7) // 8
    cut = Image.new("1", (row * 8, bottom - top), 255)
    cut.paste(page.crop((left, top, min(left + row * 8, page.width), bottom)), (0, 0))
    return f"BITMAP {left},{top},{row},{bottom - top},0,".encode() + cut.tobytes() + b"\r\n"


def _native(item: Placed) -> str | None:
    """The item as commands; None where no command is sure to print it in its place and no larger."""
    if isinstance(item, PlacedRule):
        bars = [(int(left), int(top), int(right - left), int(low - top)) for left, top, right, low in item.strokes]
        return "".join(f"BAR {x},{y},{width},{height}\r\n" for x, y, width, height in bars)
    if isinstance(item, PlacedText):
        return _text(item)
    if isinstance(item, PlacedSymbol) and not item.rotation:
        return _symbol(item)
    return None


def _text(line: PlacedText) -> str | None:
    if line.shaped is not None or line.rotation or not _LETTERS.fullmatch(line.text):
        return None
    left, top, right, bottom = line.bounds
    room, best = bottom - top, (0, 0, "")
    for font, (across, down) in FONTS.items():
        for wide in range(1, _MOST_TIMES + 1):
            width = across * wide
            high = min(_MOST_TIMES, math.floor(min(room, _SLIMMEST * width) / down))
            if width * len(line.text) <= right - left and high and (width * down * high, high * down) >= best[:2]:
                best = (width * down * high, high * down, f'"{font}",0,{wide},{high}')
    if best[1] < _LEAST_OF_HEIGHT * room:
        return None
    return f'TEXT {line.x},{math.floor(top + (room - best[1]) / 2)},{best[2]},"{line.text}"\r\n'


def _symbol(symbol: PlacedSymbol) -> str | None:
    """Symbols whose size the printer would choose (QR Code and others) might not be as large as was laid out."""
    if symbol.kind is SymbolKind.CODE128 and _CODE128_DATA.fullmatch(symbol.data):
        data = ""
        for code_set, text in symbols.code128_parts(symbol.data):
            data += (_CODE128_CHANGE if data else _CODE128_START)[code_set] + text
        module = symbol.module
        return f'BARCODE {symbol.x},{symbol.y},"128M",{symbol.row_height},0,0,{module},{module},"{data}"\r\n'
    if symbol.kind is SymbolKind.DATAMATRIX and _DATAMATRIX_DATA.fullmatch(symbol.data):
        left, top, right, bottom = symbol.box
        size = f"{right - left},{bottom - top},x{symbol.module},r0,{symbol.rows},{symbol.columns}"
        return f'DMATRIX {left},{top},{size},"{symbol.data}"\r\n'
    return None
