"""Symbol commands."""

from __future__ import annotations

from functools import lru_cache

import zxingcpp
from PIL import Image

from printing.interpreter import code128, text
from printing.interpreter.canvas import place, turned
from printing.interpreter.parser import Command, letter, number
from printing.interpreter.state import Drawn, Engine


def bars(engine: Engine, command: Command) -> None:
    """^BY w,r,h"""
    parts = command.parameters()
    settings = engine.settings
    settings.module = engine.dots(parts, 0, settings.module, 1, 100)
    settings.ratio = max(2.0, min(3.0, number(parts, 1, settings.ratio)))
    settings.bar_height = engine.dots(parts, 2, settings.bar_height, 1)


def _strip(widths: str, module: int, height: int) -> Image.Image:
    row = b"".join((b"\xff" if index % 2 == 0 else b"\0") * (int(width) * module) for index, width in enumerate(widths))
    return Image.frombytes("L", (len(row), 1), row).resize((len(row), min(height, 32000)))


def _show(engine: Engine, mask: Image.Image, turn: str, kind: str, data: str) -> None:
    x, y = place(engine, mask, turn, mask.size, mask.height)
    own = turned((0, 0, *mask.size), turn, *mask.size)
    engine.drawn.append(Drawn(kind, data, (x + own[0], y + own[1], x + own[2], y + own[3])))


def code_128(engine: Engine, command: Command) -> None:
    """^BC o,h,f,g,e,m"""
    parts = command.parameters()
    settings = engine.settings
    turn = letter(parts, 0, "NRIB", settings.orientation)
    height = engine.dots(parts, 1, settings.bar_height, 1)
    mode = letter(parts, 5, "NUAD", "N")

    def draw(on: Engine) -> None:
        made = code128.encode(text.field_text(on), mode)
        if made:
            _show(on, _strip(made.widths, on.settings.module, height), turn, "code128", made.data)

    engine.field.symbol = draw


def data_matrix(engine: Engine, command: Command) -> None:
    """^BX o,h,s,c,r,f,g,a"""
    parts = command.parameters()
    turn = letter(parts, 0, "NRIB", engine.settings.orientation)
    module = engine.dots(parts, 1, 2, 1, 200)

    def draw(on: Engine) -> None:
        data = text.field_text(on)
        made = _matrix(data)
        if made:
            _show(on, made.resize((made.width * module, made.height * module), Image.Resampling.NEAREST), turn, "datamatrix", data)

    engine.field.symbol = draw


@lru_cache(maxsize=256)
def _matrix(data: str) -> Image.Image | None:
    from PIL import ImageOps
    try:
        made = zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.DataMatrix)
    except (ValueError, RuntimeError):
        return None
    view = memoryview(made.to_image(scale=1, add_quiet_zones=False))
    return ImageOps.invert(Image.frombytes("L", (view.shape[1], view.shape[0]), bytes(view)))


COMMANDS = {"^BY": bars, "^BC": code_128, "^BX": data_matrix}
