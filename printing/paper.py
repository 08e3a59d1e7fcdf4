"""What comes out of a printer of TSPL or ESC/POS: one label's bytes as its picture.

Source: TSC, TSPL/TSPL2 Programming Manual; Epson, ESC/POS Command Reference. Of TSPL the commands of `printing.tspl`
are drawn, with those that are near to them; of ESC/POS the pictures of GS v 0, and blank lines for its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import Image, ImageChops, ImageDraw

from hardware.simulator.escpos_stream import command_length
from printing import fonts, symbols
from printing.interpreter import code128
from printing.label import SymbolKind
from printing.tspl import FONTS

_MM_PER_INCH = 25.4
_LINE_MM = 3.75  # of ESC/POS text, with its spacing
_BASELINE = 0.8  # of a character's cell from its top
_LARGEST = 40_000_000  # dots

_PICTURE = re.compile(rb"\s*BITMAP\s+(-?\d+)\s*,\s*(-?\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*([012])\s*,", re.IGNORECASE)
_SIZE = re.compile(rb"\s*SIZE\s+(\d+(?:\.\d+)?)\s*(mm|dot)?\s*,\s*(\d+(?:\.\d+)?)\s*(mm|dot)?", re.IGNORECASE)
_COMMAND = re.compile(r"\s*([A-Z]+)\s+(.*?)\s*", re.IGNORECASE)
_PARAMETER = re.compile(r'\s*(?:"((?:\\\["\]|[^"])*)"|([^,"]*))\s*(?:,|$)')
_CONTROL = re.compile(r"!(\d{3})")
# control codes of type 128M as ^BC writes them
_CODE128 = {"99": ">5", "100": ">6", "101": ">7", "102": ">8", "103": ">9", "104": ">:", "105": ">;"}


def tspl_page(data: bytes, dpi: int = 203) -> Image.Image:
    """A label of TSPL in dots, mode "1", black is 0; 4 by 6 inches where no SIZE tells."""
    found = _SIZE.search(data)
    size = (_dots(found[1], found[2], dpi), _dots(found[3], found[4], dpi)) if found else (4 * dpi, 6 * dpi)
    page = Image.new("1", (size[0], min(size[1], _LARGEST // size[0])), 255)
    at = 0
    while at < len(data):
        if picture := _PICTURE.match(data, at):
            at = picture.end() + _bitmap(page, data[picture.end() :], *map(int, picture.groups()))
            continue
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        command = _COMMAND.fullmatch(data[at:end].decode("latin-1"))
        if command is not None:
            _draw(page, command[1].upper(), _parameters(command[2]))
        at = end + 1
    return page


def escpos_page(data: bytes, dpi: int = 203) -> Image.Image:
    """A label of ESC/POS in dots, mode "1", black is 0: its pictures one below the other."""
    line = round(_LINE_MM / _MM_PER_INCH * dpi)
    pictures: list[tuple[int, Image.Image]] = []
    top = 0
    for command in _escpos_commands(data):
        if command[:3] == b"\x1dv0" and (row := command[4] | command[5] << 8):
            rows = len(command[8:]) // row
            pictures.append((top, Image.frombytes("1", (row * 8, rows), command[8:], "raw", "1;I")))
            top += rows
        elif command == b"\n":
            top += line
    page = Image.new("1", (max((picture.width for _, picture in pictures), default=8), max(top, line)), 255)
    for at, picture in pictures:
        page.paste(picture, (0, at))
    return page


def _escpos_commands(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data) and (length := command_length(data[at : at + 65536])):
        yield data[at : at + length]
        at += length


def _dots(number: bytes, unit: bytes | None, dpi: int) -> int:
    inches = {None: 1.0, b"mm": 1 / _MM_PER_INCH, b"dot": 1 / dpi}[unit.lower() if unit else None]
    exact = float(number) * inches * dpi
    # 203 dpi is 8 dots a millimetre
    return max(1, int(float(number) * 8 if dpi == 203 and unit and unit.lower() == b"mm" else exact + 0.01))


def _bitmap(page: Image.Image, data: bytes, left: int, top: int, row: int, rows: int, mode: int) -> int:
    """Draw a picture; returns the bytes it takes. A set bit is white in mode 0, which overwrites, and in the others."""
    length = row * rows
    if not length or len(data) < length or length * 8 > _LARGEST:
        return length
    picture = Image.frombytes("1", (row * 8, rows), data[:length])
    if mode == 0:
        page.paste(picture, (left, top))
    else:
        page.paste(0, (left, top), ImageChops.invert(picture))
    return length


def _parameters(text: str) -> list[str]:
    """What stands between the commas, without the quotes; nothing after a quote that is out of place."""
    found, at = [], 0
    while at < len(text) and (parameter := _PARAMETER.match(text, at)):
        quoted, plain = parameter.groups()
        found.append(plain.strip() if quoted is None else quoted.replace('\\["]', '"'))
        at = parameter.end()
    return found


def _draw(page: Image.Image, name: str, parameters: list[str]) -> None:
    """One command; one that is not known, or not as the manual has it, draws nothing, as in a printer."""
    try:
        if name == "BAR":
            x, y, width, height = map(int, parameters)
            page.paste(0, (x, y, x + width, y + height))
        elif name == "BOX":
            left, top, right, bottom, border = map(int, parameters[:5])
            ImageDraw.Draw(page).rectangle((left, top, right, bottom), outline=0, width=border)
        elif name == "TEXT":
            _text(page, parameters)
        elif name == "BARCODE":
            _barcode(page, parameters)
        elif name == "DMATRIX":
            _datamatrix(page, parameters)
    except (ValueError, IndexError, KeyError):
        return


def _text(page: Image.Image, parameters: list[str]) -> None:
    """x, y, font, rotation, times wider, times higher, content: each character in its cell, in a shape of ours."""
    x, y, rotation, wide, high = (int(parameters[place]) for place in (0, 1, 3, 4, 5))
    across, down = FONTS[parameters[2]]
    width, height = across * wide, down * high
    line = Image.new("1", (width * len(parameters[6]), height), 255)
    for place, sign in enumerate(parameters[6]):
        drawn = fonts.draw(fonts.shape(sign), height)
        if drawn is not None:
            glyph = drawn.image.resize((min(drawn.image.width, width - 1), drawn.image.height))
            left = place * width + (width - glyph.width) // 2
            line.paste(glyph, (left, max(0, round(_BASELINE * height) + drawn.top)))
    _paste(page, line, x, y, rotation)


def _barcode(page: Image.Image, parameters: list[str]) -> None:
    """x, y, type, height, text beneath, rotation, narrow, wide, content: Code 128 alone."""
    x, y, height, rotation, narrow = (int(parameters[place]) for place in (0, 1, 3, 5, 6))
    kind, content = parameters[2].upper(), parameters[8]
    if kind == "128M":
        content = _CONTROL.sub(lambda found: _CODE128[found[1].lstrip("0")], content.replace(">", ">0"))
    made = code128.encode(content, {"128": "A", "128M": "N"}[kind])
    if made is None:
        return
    bars = Image.new("1", (sum(map(int, made.widths)) * narrow, height), 255)
    at = 0
    for number, width in enumerate(made.widths):
        if number % 2 == 0:
            bars.paste(0, (at, 0, at + int(width) * narrow, height))
        at += int(width) * narrow
    _paste(page, bars, x, y, rotation)


def _datamatrix(page: Image.Image, parameters: list[str]) -> None:
    """x, y, width, height, then options that begin with a letter, rows and columns, content."""
    x, y = int(parameters[0]), int(parameters[1])
    options = {option[:1]: int(option[1:]) for option in parameters[4:-1] if option[:1].isalpha()}
    size = [int(option) for option in parameters[4:-1] if option.isdigit()]
    wanted = (size[1], size[0]) if len(size) == 2 else None
    rows = symbols.modules(SymbolKind.DATAMATRIX, parameters[-1], wanted)
    black = b"".join(row.translate(bytes([255]) + bytes(255)) for row in rows)
    module = options.get("x", 1)
    made = Image.frombytes("L", (len(rows[0]), len(rows)), black).convert("1")
    made = made.resize((made.width * module, made.height * module), Image.Resampling.NEAREST)
    _paste(page, made, x, y, options.get("r", 0))


def _paste(page: Image.Image, drawn: Image.Image, x: int, y: int, rotation: int) -> None:
    """What is black, turned clockwise around its upper left corner."""
    if rotation:
        drawn = drawn.rotate(-rotation, expand=True, fillcolor=255)
        x -= drawn.width if rotation in (90, 180) else 0
        y -= drawn.height if rotation in (180, 270) else 0
    page.paste(0, (x, y), ImageChops.invert(drawn))
