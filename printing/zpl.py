"""A label as ZPL II, the language of Zebra's printers and of many others.

Text that the printer's font 0 shows stays text; any other line becomes a small compressed graphic. Nothing that comes
from a field can add a command: see `neutral`.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import b64encode
from functools import lru_cache

from PIL import ImageOps

from app.domain.errors import Refusal
from printing import fonts, symbols
from printing.label import Label, SymbolKind
from printing.layout import PlacedRule, PlacedSymbol, PlacedText, lay_out

_HARMLESS = str.maketrans(
    {"_": "_5F", "^": "_5E", "~": "_7E"} | {chr(c): "" for c in (*range(0x20), *range(0x7F, 0xA0))}
)
# ^BC, mode N: > introduces a change of code set, so that the sign itself is >0
_CODE128_START = {"B": ">:", "C": ">;"}
_CODE128_SHIFT = {"B": ">6", "C": ">5"}
_DATAMATRIX_ESCAPES = "\\|`@#"


def to_zpl(label: Label, dpi: int = 203) -> bytes:
    """The label as one ZPL format, UTF-8, for one copy; raises what `printing.layout.lay_out` refuses."""
    placed = lay_out(label, dpi)
    # orientation, reversal and field rotation are stated, since a format before this one may have left them changed;
    # ^JZY: a label in which the paper ends is printed again, for with ^JZN its first half counts as a label
    parts = [f"^XA^CI28^JZY^PW{placed.width}^LL{placed.height}^LH0,0^PON^LRN^FWN\n"]
    for item in placed.items:
        if isinstance(item, PlacedText):
            parts.append(_text(item))
        elif isinstance(item, PlacedRule):
            parts.append(f"^FO{item.x},{item.y}^GB{item.width},{item.height},{item.border}^FS\n")
        elif item.kind is SymbolKind.CODE128:
            parts.append(_code128(item))
        else:
            parts.append(_datamatrix(item))
    parts.append("^PQ1^XZ\n")
    return "".join(parts).encode()


def neutral(text: str) -> str:
    """Field data under ^FH_: no command or control character is left, each prefix is given as hexadecimal."""
    return text.translate(_HARMLESS)


def _text(line: PlacedText) -> str:
    if line.shaped is not None:
        return _graphic(line)
    top = max(0, round(line.y - fonts.CAP_HEIGHT * line.size))
    return f"^FO{line.x},{top}^A0N,{line.size},{line.size}^FH_^FD{neutral(line.text)}^FS\n"


def _graphic(line: PlacedText) -> str:
    """The line as ^GF: deflated, base64, with the CRC-16 (polynomial 0x1021, from 0) of the base64 text."""
    if line.shaped is None:
        return ""
    drawn = _packed(line.shaped, line.size)
    if drawn is None:
        return ""
    left, top, row, total, encoded, crc = drawn
    x, y = max(0, line.x - int(line.shaped.left * line.size) + left), max(0, line.y + top)
    return f"^FO{x},{y}^GFA,{total},{total},{row},:Z64:{encoded}:{crc:04X}^FS\n"


@lru_cache(maxsize=256)
def _packed(shaped: fonts.ShapedLine, size: int) -> tuple[int, int, int, int, str, int] | None:
    """Offset of the pixels in dots, bytes a row, bytes in all, the compressed pixels and their checksum."""
    drawn = fonts.draw(shaped, size)
    if drawn is None:
        return None
    pixels = ImageOps.invert(drawn.image).tobytes()  # a black dot is a set bit
    encoded = b64encode(zlib.compress(pixels, 9))
    row = (drawn.image.width + 7) // 8
    return drawn.left, drawn.top, row, len(pixels), encoded.decode(), binascii.crc_hqx(encoded, 0)


def _code128(symbol: PlacedSymbol) -> str:
    """^BC in mode N with every code set stated, so that the width is known here and equal on every printer."""
    data = ""
    for code_set, text in symbols.code128_parts(symbol.data):
        data += (_CODE128_SHIFT if data else _CODE128_START)[code_set] + neutral(text.replace(">", ">0"))
    height = symbol.row_height
    place = f"^BY{symbol.module},3,{height}^FO{symbol.x},{symbol.y}"
    return f"{place}^BCN,{height},N,N,N,N^FH_^FD{data}^FS\n"


def _datamatrix(symbol: PlacedSymbol) -> str:
    """^BX, ECC 200, of a stated size. Its escape character (~ or _, by firmware) is moved out of the data's way."""
    escape = ""
    if "_" in symbol.data or "~" in symbol.data:
        free = [sign for sign in _DATAMATRIX_ESCAPES if sign not in symbol.data]
        if not free:
            raise Refusal("symbol_data_invalid", field=symbol.name, reason="it has too many kinds of signs")
        escape = f",,{free[0]}"
    command = f"^BXN,{symbol.module},200,{symbol.columns},{symbol.rows}{escape}"
    return f"^FO{symbol.x},{symbol.y}{command}^FH_^FD{neutral(symbol.data)}^FS\n"
