"""Objects sent to the printer's memory: TrueType fonts and pictures in the encodings of ~DU, ~DT and ~DY."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import uharfbuzz
from PIL import Image

from printing import fonts
from printing.interpreter import pictures
from printing.interpreter.parser import Command, number
from printing.interpreter.state import Engine, on_any_drive, stored_name

_LARGEST_FONT = 30_000_000  # bytes
_EXTENSIONS = {"G": "GRF", "P": "PNG", "B": "BMP", "X": "PCX"}
_LARGEST_PICTURE = 40_000_000  # dots


def font(engine: Engine, command: Command) -> None:
    """~DU and ~DT name,size,data: a TrueType font."""
    parts = command.body.split(command.delimiter.encode(), 2)
    if len(parts) == 3:
        _keep_font(engine, command.name, parts[0].decode("latin-1"), pictures.plain_bytes(parts[2], _LARGEST_FONT))


def _keep_font(engine: Engine, command: str, name: str, content: bytes) -> None:
    if not content or _face(content) is None or not engine.memory.room(len(content)):
        engine.report(f"{command}: the font cannot be used")
        return
    engine.memory.fonts[stored_name(name, "TTF")] = content


def download(engine: Engine, command: Command) -> None:
    """~DY name,format,extension,bytes,bytes a row,data: a font or a picture."""
    parts = command.body.split(command.delimiter.encode(), 5)
    if len(parts) < 6:
        return
    name, form, extension = (part.decode("latin-1").strip().upper() for part in parts[:3])
    total, row = (int(number([part.decode("latin-1")], 0)) for part in parts[3:5])
    raw = form in ("B", "C", "P") and not parts[5].startswith(b":") and not pictures.is_hexadecimal(parts[5])
    if extension in ("E", "T"):
        content = parts[5][:total] if raw else pictures.plain_bytes(parts[5], _LARGEST_FONT)
        _keep_font(engine, "~DY", name, content)
        return
    if extension == "G":
        mask = pictures.of_bytes(parts[5], row, total) if raw else pictures.of_rows(parts[5], total, row)
    else:
        mask = _opened(parts[5][:total] if raw else pictures.plain_bytes(parts[5], _LARGEST_FONT))
    if mask is None or not engine.memory.room(mask.width * mask.height):
        engine.report("~DY: its data cannot be read")
        return
    engine.memory.graphics[stored_name(name, _EXTENSIONS.get(extension, "GRF"))] = mask


def _opened(content: bytes) -> Image.Image | None:
    """A PNG, BMP or PCX file as a mask; None if it is none, is broken or too large."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "BMP", "PCX")) as opened:
            if opened.width * opened.height > _LARGEST_PICTURE:
                return None
            return opened.convert("L").point(lambda shade: 255 if shade < 128 else 0)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None


def face_of(engine: Engine, name: str) -> fonts.Face | None:
    """The downloaded font that is meant; None if it is not in memory."""
    stored = engine.memory.fonts
    meant = on_any_drive(stored, name) or on_any_drive(stored, f"{name.rpartition('.')[0]}.TTF")
    return _face(stored[meant]) if meant else None


@lru_cache(maxsize=8)
def _face(content: bytes) -> fonts.Face | None:
    try:
        opened = uharfbuzz.Face(uharfbuzz.Blob(content))
        if not opened.glyph_count:
            return None
        return fonts.Face("downloaded", Path(), uharfbuzz.Font(opened), 1 / max(16, opened.upem), 0.0)
    except (ValueError, RuntimeError, TypeError, uharfbuzz.HarfBuzzError):
        return None


COMMANDS = {"~DU": font, "~DT": font, "~DY": download}
