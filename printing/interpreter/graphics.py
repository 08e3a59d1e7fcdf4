"""Graphic commands: boxes, circles, ellipses, diagonals, and pictures, sent with the format or stored before."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageDraw, ImageOps

from printing.interpreter import pictures
from printing.interpreter.canvas import corner, place
from printing.interpreter.parser import Command, letter, number
from printing.interpreter.state import Engine, on_any_drive, stored_name

_MOST_DOTS = 12_000_000  # of a mask


def box(engine: Engine, command: Command) -> None:
    """^GB w,h,t,c,r"""
    parts = command.parameters()
    thick = engine.dots(parts, 2, 1, 1)
    width, height = max(thick, engine.dots(parts, 0, thick)), max(thick, engine.dots(parts, 1, thick))
    white = letter(parts, 3, "BW", "B") == "W"
    rounding = int(max(0, min(8, number(parts, 4, 0))))
    engine.field.graphic = lambda on: _box(on, width, height, thick, white, rounding)


def _box(engine: Engine, width: int, height: int, thick: int, white: bool, rounding: int) -> None:
    canvas = engine.canvas
    if canvas is None:
        return
    reverse = engine.field.reverse or engine.settings.reverse
    if rounding:
        limit = canvas.image.width + canvas.lowest
        width, height = min(width, limit), min(height, limit)
        place(engine, _rounded(width, height, thick, rounding), "N", (width, height), height, white=white)
        return
    x, y = corner(engine, "N", width, height, height)
    if 2 * thick >= min(width, height):
        canvas.fill(x, y, width, height, reverse, white)
        return
    for left, top, across, down in (
        (x, y, width, thick),
        (x, y + height - thick, width, thick),
        (x, y + thick, thick, height - 2 * thick),
        (x + width - thick, y + thick, thick, height - 2 * thick),
    ):
        canvas.fill(left, top, across, down, reverse, white)


def _rounded(width: int, height: int, thick: int, rounding: int) -> Image.Image:
    mask = Image.new("L", (width, height), 0)
    radius = rounding / 8 * min(width, height) / 2
    pen = ImageDraw.Draw(mask)
    pen.rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
    if 2 * thick < min(width, height):
        inner = (thick, thick, width - 1 - thick, height - 1 - thick)
        pen.rounded_rectangle(inner, max(0.0, radius - thick), fill=0)
    return mask


def circle(engine: Engine, command: Command) -> None:
    """^GC d,t,c"""
    parts = command.parameters()
    size = engine.dots(parts, 0, 3, 3, 4095)
    _ring(engine, size, size, engine.dots(parts, 1, 1, 1), letter(parts, 2, "BW", "B") == "W")


def ellipse(engine: Engine, command: Command) -> None:
    """^GE w,h,t,c"""
    parts = command.parameters()
    width, height = engine.dots(parts, 0, 3, 3, 4095), engine.dots(parts, 1, 3, 3, 4095)
    _ring(engine, width, height, engine.dots(parts, 2, 1, 1), letter(parts, 3, "BW", "B") == "W")


def _ring(engine: Engine, width: int, height: int, thick: int, white: bool) -> None:
    def draw(on: Engine) -> None:
        mask = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(mask)
        pen.ellipse((0, 0, width - 1, height - 1), fill=255)
        if 2 * thick < min(width, height):
            pen.ellipse((thick, thick, width - 1 - thick, height - 1 - thick), fill=0)
        place(on, mask, "N", (width, height), height, white=white)

    engine.field.graphic = draw


def diagonal(engine: Engine, command: Command) -> None:
    """^GD w,h,t,c,o: a line from corner to corner, as thick as told measured across; R leans right, L left."""
    parts = command.parameters()
    thick = engine.dots(parts, 2, 1, 1)
    width, height = engine.dots(parts, 0, thick, 3), engine.dots(parts, 1, thick, 3)
    white = letter(parts, 3, "BW", "B") == "W"
    right = letter(parts, 4, "RL/\\", "R") in "R/"

    def draw(on: Engine) -> None:
        canvas = on.canvas
        if canvas is None or (width + thick) * height > _MOST_DOTS:
            on.report("^GD: too large, skipped")
            return
        mask = Image.new("L", (width + thick, height), 0)
        low, high = (0, width) if right else (width, 0)
        points = [(low, height - 1), (low + thick - 1, height - 1), (high + thick - 1, 0), (high, 0)]
        ImageDraw.Draw(mask).polygon(points, fill=255)
        place(on, mask, "N", (width + thick, height), height, white=white)

    engine.field.graphic = draw


def picture(engine: Engine, command: Command) -> None:
    """^GF a,b,c,d,data: a picture in the format itself."""
    mask = pictures.of_field(command.body, command.delimiter)
    if mask is None:
        engine.report("^GF: its data cannot be read")
        return
    engine.field.graphic = lambda on: _stamp(on, mask)


def download(engine: Engine, command: Command) -> None:
    """~DG name,bytes,bytes a row,data: a picture to keep."""
    parts = command.body.split(command.delimiter.encode(), 3)
    if len(parts) < 4:
        return
    mask = pictures.of_rows(parts[3], int(number([parts[1].decode("latin-1")], 0)), _row(parts[2]))
    if mask is None or not engine.memory.room(mask.width * mask.height):
        engine.report("~DG: its data cannot be read")
        return
    engine.memory.graphics[stored_name(parts[0].decode("latin-1"), "GRF")] = mask


def _row(raw: bytes) -> int:
    return int(number([raw.decode("latin-1")], 0))


def recall(engine: Engine, command: Command) -> None:
    """^XG name,mx,my and ^IM name, ^IL name: a stored picture."""
    parts = command.parameters()
    found = on_any_drive(engine.memory.graphics, stored_name(parts[0], "GRF"))
    if found is None:
        engine.report(f"{command.name}: no picture of that name is stored")
        return
    mask = engine.memory.graphics[found]
    across = int(max(1, min(10, number(parts, 1, 1)))) if command.name == "^XG" else 1
    down = int(max(1, min(10, number(parts, 2, 1)))) if command.name == "^XG" else 1

    def draw(on: Engine) -> None:
        scaled = mask
        if (across, down) != (1, 1) and mask.width * mask.height * across * down <= _MOST_DOTS:
            scaled = mask.resize((mask.width * across, mask.height * down), Image.Resampling.NEAREST)
        _stamp(on, scaled)

    if command.name == "^IL":
        draw(engine)
    else:
        engine.field.graphic = draw


def store(engine: Engine, command: Command) -> None:
    """^IS name,p: the label as far as it is drawn becomes a picture; p N does not print it."""
    parts = command.parameters()
    if engine.canvas is None:
        return
    mask = ImageOps.invert(engine.canvas.image)
    if not engine.memory.room(mask.width * mask.height):
        engine.report("^IS: the printer's memory is full")
        return
    engine.memory.graphics[stored_name(parts[0], "GRF")] = mask
    engine.withheld = letter(parts, 1, "YN", "Y") == "N"


def copy(engine: Engine, command: Command) -> None:
    """^TO from,to: stored pictures, formats and fonts under another name."""
    source, target = ([*command.parameters(), ""][index] for index in (0, 1))
    for kept in (engine.memory.graphics, engine.memory.formats, engine.memory.fonts):
        _copy(engine, kept, source, target)


def _copy(engine: Engine, kept: dict[str, Any], source: str, target: str) -> None:
    found = on_any_drive(kept, stored_name(source, "GRF"))
    if found and target:
        kept[stored_name(target, found.rpartition(".")[2])] = kept[found]


def erase(engine: Engine, command: Command) -> None:
    """~EG and ^EG: all stored pictures are deleted."""
    engine.memory.graphics.clear()


def _stamp(engine: Engine, mask: Image.Image) -> None:
    place(engine, mask, "N", mask.size, mask.height)


COMMANDS = {
    "^GB": box, "^GC": circle, "^GE": ellipse, "^GD": diagonal, "^GF": picture, "~DG": download, "^XG": recall,
    "^IM": recall, "^IL": recall, "^IS": store, "^TO": copy, "~EG": erase, "^EG": erase,
}  # fmt: skip
