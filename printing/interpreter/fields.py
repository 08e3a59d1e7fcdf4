"""Commands of the label and its fields: places, separators, stored formats, media, orientation, copies."""

from __future__ import annotations

from functools import partial

from printing.interpreter import serial, text
from printing.interpreter.parser import Command, letter, number
from printing.interpreter.state import Engine, Field, on_any_drive, stored_name

MOST_COPIES = 1000  # pages of one label that are handed out
# what making a symbol or a line costs, in dots drawn
_SYMBOL_WORK = 300_000
_TEXT_WORK = 20_000
_CHARACTER_WORK = 1_000


def origin(engine: Engine, command: Command) -> None:
    """^FO x,y,z: the upper left corner; z 1 is the upper right one."""
    finish_graphic(engine)
    parts = command.parameters()
    field = engine.field
    field.x, field.y = engine.dots(parts, 0, 0), engine.dots(parts, 1, 0)
    field.typeset, field.follow, field.placed = False, False, True
    field.right = parts[2] == "1" if len(parts) > 2 and parts[2] else engine.settings.right


def typeset(engine: Engine, command: Command) -> None:
    """^FT x,y,z: the start of the baseline or the lower left corner; without a place, after the field before."""
    finish_graphic(engine)
    parts = command.parameters()
    field = engine.field
    field.x = engine.dots(parts, 0, engine.follow[0])
    field.y = engine.dots(parts, 1, engine.follow[1])
    field.typeset, field.placed = True, True
    field.right = parts[2] == "1" if len(parts) > 2 and parts[2] else engine.settings.right


def finish_graphic(engine: Engine) -> None:
    """A graphic is drawn where it was placed although no ^FS follows: labels of DPD go on with the next ^FT."""
    if engine.field.graphic and engine.field.placed and engine.field.data is None:
        separate(engine, Command("^FS", b""))


def separate(engine: Engine, command: Command) -> None:
    """^FS: the field is complete and is drawn."""
    field, canvas = engine.field, engine.canvas
    if field.number is not None and field.data is None and engine.replaying:
        field.data, sign = engine.values.get(field.number, (None, b""))
        field.escape = sign or field.escape
    if field.number in engine.recalled and not engine.replaying:
        field.data = None  # it was the value of a field of the stored format
    if canvas and not canvas.exhausted and (field.graphic or field.data is not None):
        engine.printed = True
        if field.graphic:
            field.graphic(engine)
        elif field.symbol:
            if canvas.spend(_SYMBOL_WORK):
                field.symbol(engine)
        elif canvas.spend(_TEXT_WORK + _CHARACTER_WORK * len(field.data or b"")):
            text.draw_text(engine)
    engine.field = Field()


def reverse(engine: Engine, command: Command) -> None:
    """^FR: the field turns what is beneath it into its opposite."""
    engine.field.reverse = True


def field_number(engine: Engine, command: Command) -> None:
    """^FN n: the field is filled when the stored format is called."""
    engine.field.number = int(max(0, min(9999, number(command.parameters(), 0))))


def serial_number(engine: Engine, command: Command) -> None:
    """^SN value,step,zeros: field data that counts from copy to copy."""
    value, *rest = command.body.translate(None, b"\r\n\t\0").decode("latin-1").split(command.delimiter)
    step = int(number(rest, 0, 1))
    engine.field.data = value.encode("latin-1")
    engine.field.count = partial(_counted, step=step, zeros=letter(rest, 1, "YN", "N") == "Y")


def serial_mask(engine: Engine, command: Command) -> None:
    """^SF mask,step: which signs of the field data count from copy to copy, and by how much."""
    mask, step = [*command.parameters(), ""][:2]
    engine.field.count = partial(_masked, mask=mask, step=step)


def _counted(value: str, copy: int, step: int, zeros: bool) -> str:
    return serial.counted(value, step, zeros, copy)


def _masked(value: str, copy: int, mask: str, step: str) -> str:
    return serial.masked(value, mask, step, copy)


def parameter(engine: Engine, command: Command) -> None:
    """^FP d,g: text downwards or from right to left."""
    engine.field.direction = letter(command.parameters(), 0, "HVR", "H")


def clock(engine: Engine, command: Command) -> None:
    """^FC: signs in field data stand for the printer's date and time."""
    engine.report("^FC: the printer's clock is not shown")


def collect_values(engine: Engine, label: list[Command]) -> None:
    """What the label says for numbered fields, so that a stored format is filled as soon as it is called."""
    for command in label:
        if command.name in ("^FN", "^FH", "^FD", "^FV"):
            _OF_VALUES[command.name](engine, command)
        elif command.name == "^FS":
            field = engine.field
            if field.number is not None and field.data is not None:
                engine.values.setdefault(field.number, (field.data, field.escape))
            engine.field = Field()
    engine.field = Field()


def store(engine: Engine, name: str, stored: list[Command]) -> None:
    """^DF name: what follows is kept, not printed."""
    if not engine.memory.room(sum(len(command.body) + 64 for command in stored)):
        engine.report("^DF: the printer's memory is full")
        return
    engine.memory.formats[stored_name(name, "ZPL")] = tuple(stored)


def recalled(engine: Engine, command: Command) -> tuple[Command, ...]:
    """^XF name: the commands of a stored format; its numbered fields are filled by this label."""
    found = on_any_drive(engine.memory.formats, stored_name(command.parameters()[0], "ZPL"))
    if found is None:
        engine.report("^XF: no format of that name is stored")
        return ()
    stored = engine.memory.formats[found]
    numbers = {int(max(0, min(9999, number(part.parameters(), 0)))) for part in stored if part.name == "^FN"}
    engine.recalled |= frozenset(numbers)
    return stored


def delete(engine: Engine, command: Command) -> None:
    """^ID name: pictures, formats and fonts of that name are deleted; * stands for any."""
    name = stored_name(command.parameters()[0], "GRF")
    for kept in (engine.memory.graphics, engine.memory.formats, engine.memory.fonts):
        for stored in [stored for stored in kept if _matches(stored, name)]:
            del kept[stored]


def _matches(stored: str, pattern: str) -> bool:
    """Whether drive, name and extension are each equal or left open."""
    cut = [(part.partition(":")[0], *part.partition(":")[2].partition(".")[::2]) for part in (stored, pattern)]
    return all(meant in ("*", own) for own, meant in zip(*cut, strict=True))


def home(engine: Engine, command: Command) -> None:
    """^LH x,y"""
    parts = command.parameters()
    engine.settings.home = (engine.dots(parts, 0, 0), engine.dots(parts, 1, 0))


def shift(engine: Engine, command: Command) -> None:
    """^LS a: everything moves left."""
    engine.settings.shift_left = engine.dots(command.parameters(), 0, 0, -9999, 9999)


def top(engine: Engine, command: Command) -> None:
    """^LT x: everything moves down."""
    engine.settings.shift_down = engine.dots(command.parameters(), 0, 0, -120, 120)


def width(engine: Engine, command: Command) -> None:
    """^PW a"""
    wide = engine.dots(command.parameters(), 0, 0)
    if wide > 1:
        engine.settings.width = wide


def length(engine: Engine, command: Command) -> None:
    """^LL y"""
    long = engine.dots(command.parameters(), 0, 0)
    if long > 0:
        engine.settings.length = long


def copies(engine: Engine, command: Command) -> None:
    """^PQ n,p,r: copies, and how many of them have the same serial numbers."""
    asked = number(command.parameters(), 0, 1)
    engine.replicates = int(max(1, number(command.parameters(), 2, 1)))
    engine.copies = int(max(1, min(MOST_COPIES, asked)))
    if asked > MOST_COPIES:
        engine.report(f"^PQ: only {MOST_COPIES} copies are shown")


def print_orientation(engine: Engine, command: Command) -> None:
    """^PO N or I"""
    engine.settings.upside_down = letter(command.parameters(), 0, "NI", "N") == "I"


def mirror(engine: Engine, command: Command) -> None:
    """^PM Y or N"""
    engine.settings.mirrored = letter(command.parameters(), 0, "NY", "N") == "Y"


def label_reverse(engine: Engine, command: Command) -> None:
    """^LR Y or N"""
    engine.settings.reverse = letter(command.parameters(), 0, "NY", "N") == "Y"


def unit(engine: Engine, command: Command) -> None:
    """^MU a: lengths are in dots, inches or millimetres."""
    chosen = letter(command.parameters(), 0, "DIM", "D")
    per_mm = 8.0 if engine.dpi == 203 else engine.dpi / 25.4
    engine.settings.unit = {"D": 1.0, "I": per_mm * 25.4, "M": per_mm}[chosen]


def halve(engine: Engine, command: Command) -> None:
    """^JM A or B: B prints every dot as two by two."""
    engine.settings.halved = letter(command.parameters(), 0, "AB", "A") == "B"


def map_clear(engine: Engine, command: Command) -> None:
    """^MC Y or N: N keeps what is on the label, except ^FV fields, for the next one."""
    engine.settings.keeps = letter(command.parameters(), 0, "NY", "Y") == "N"


def nothing(engine: Engine, command: Command) -> None:
    """^FX and others that only separate."""


_OF_VALUES = {"^FN": field_number, "^FH": text.hexadecimal, "^FD": text.data, "^FV": text.data}
COMMANDS = {
    "^FO": origin, "^FT": typeset, "^FS": separate, "^FR": reverse, "^FN": field_number, "^ID": delete, "^LH": home,
    "^LS": shift, "^LT": top, "^PW": width, "^LL": length, "^PQ": copies, "^PO": print_orientation, "^PM": mirror,
    "^LR": label_reverse, "^MU": unit, "^JM": halve, "^FX": nothing, "^MC": map_clear, "^SN": serial_number,
    "^SF": serial_mask, "^FP": parameter, "^FC": clock,
}  # fmt: skip
