"""What is drawn on labels that are pictures: the rasters of TSPL and ESC/POS, as PNG.

Text and barcodes that the printer would draw itself are left out.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from hardware.simulator.escpos_stream import command_length
from hardware.simulator.mechanics import Drawing

_MM_PER_INCH = 25.4
_TSPL_BITMAP = re.compile(rb"BITMAP\s+(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*[012]\s*,", re.IGNORECASE)
_TSPL_SIZE = re.compile(
    rb"SIZE\s+(\d+(?:\.\d+)?)\s*(mm|dot)?\s*,\s*(\d+(?:\.\d+)?)\s*(mm|dot)?", re.IGNORECASE
)
_LINE_MM = 3.75  # of text, with its spacing


@dataclass(frozen=True, slots=True)
class _Raster:
    """A picture in rows of bytes; a set bit is black."""

    left: int  # dots
    top: int
    row_bytes: int
    rows: bytes


def draw_tspl(data: bytes, dpi: int = 203) -> Drawing:
    """A label of TSPL: its SIZE and its BITMAPs (where a set bit is white)."""
    found = _TSPL_SIZE.search(data)
    width, height = (_dots(found[1], found[2], dpi), _dots(found[3], found[4], dpi)) if found else (4 * dpi, 6 * dpi)
    white = bytes(range(255, -1, -1))
    rasters = []
    at = 0
    while bitmap := _TSPL_BITMAP.search(data, at):
        left, top, row_bytes, rows = (int(number) for number in bitmap.groups())
        at = bitmap.end() + row_bytes * rows
        rasters.append(_Raster(left, top, row_bytes, data[bitmap.end() : at].translate(white)))
    return Drawing(_png(width, height, rasters), height / dpi * _MM_PER_INCH)


def draw_escpos(data: bytes, dpi: int = 203) -> Drawing:
    """A label of ESC/POS: its raster pictures (GS v 0) one below the other, and blank lines for its text."""
    rasters, top, width = [], 0, 0
    line = round(_LINE_MM / _MM_PER_INCH * dpi)
    for command in _commands(data):
        if command[:3] == b"\x1dv0":
            row_bytes = command[4] | command[5] << 8
            rasters.append(_Raster(0, top, row_bytes, command[8:]))
            top += len(command[8:]) // max(row_bytes, 1)
            width = max(width, row_bytes * 8)
        elif command == b"\n":
            top += line
    height = max(top, line)
    return Drawing(_png(width or 8, height, rasters), height / dpi * _MM_PER_INCH)


def _commands(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data) and (length := command_length(data[at:])):
        yield data[at : at + length]
        at += length


def _dots(number: bytes, unit: bytes | None, dpi: int) -> int:
    inches = {None: 1.0, b"mm": 1 / _MM_PER_INCH, b"dot": 1 / dpi}[unit.lower() if unit else None]
    return max(1, round(float(number) * inches * dpi))


def _png(width: int, height: int, rasters: list[_Raster]) -> bytes:
    """A picture of black and white; what lies beyond its edges is cut off, what begins between two bytes is moved."""
    row_bytes = (width + 7) // 8
    rows = [bytearray(row_bytes) for _ in range(height)]
    for raster in rasters:
        left = raster.left // 8
        room = max(0, min(raster.row_bytes, row_bytes - left))
        for number in range(len(raster.rows) // max(raster.row_bytes, 1)):
            if raster.top + number >= height:
                break
            source = raster.rows[number * raster.row_bytes :][:room]
            row = rows[raster.top + number]
            for place, value in enumerate(source, left):
                row[place] |= value
    turned = bytes(range(255, -1, -1))
    pixels = zlib.compress(b"".join(b"\0" + row.translate(turned) for row in rows), 1)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
