"""Symbol commands: what each says of its symbol, and how the symbol and the text beside it are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PIL import Image

from printing.interpreter import code128, glyphs, linear, matrix, text
from printing.interpreter import maxicode as maxi
from printing.interpreter.canvas import place, turned
from printing.interpreter.linear import Linear
from printing.interpreter.parser import Command, letter, number
from printing.interpreter.state import FARTHEST, Drawn, Engine

_Action: TypeAlias = Callable[[Engine, Command], None]
_Make: TypeAlias = Callable[[Engine, list[str], str], Linear | None]

_TURNS = "NRIB"
_MAXICODE_QUIET = 1.63  # mm: above the place of ^FT, two rows of modules stay blank
_CAPTION_GAP = 6  # dots between bars and the text beneath, as a ZD621 leaves them


def defaults(engine: Engine, command: Command) -> None:
    """^BY w,r,h: module, ratio of wide to narrow, height of the symbols that do not tell."""
    parts = command.parameters()
    settings = engine.settings
    settings.module = engine.dots(parts, 0, settings.module, 1, 100)
    settings.ratio = max(2.0, min(3.0, number(parts, 1, settings.ratio)))
    settings.bar_height = engine.dots(parts, 2, settings.bar_height, 1)


def _turn(engine: Engine, parts: list[str]) -> str:
    return letter(parts, 0, _TURNS, engine.settings.orientation)


def _yes(parts: list[str], index: int, default: str) -> bool:
    return letter(parts, index, "YN", default) == "Y"


# linear symbols


def _strip(widths: str, module: int, ratio: float, height: int) -> Image.Image:
    """Bars and spaces as a mask of the height told."""
    dots = {"n": module, "w": round(module * ratio)} | {str(count): count * module for count in range(1, 10)}
    row = b"".join((b"\0" if index % 2 else b"\xff") * dots[width] for index, width in enumerate(widths))[:FARTHEST]
    return Image.frombytes("L", (len(row), 1), row).resize((len(row), height))


def _draw_bars(
    engine: Engine, made: Linear | code128.Code128, kind: str, turn: str, height: int, below: bool, above: bool
) -> None:
    settings = engine.settings
    height = min(height, _farthest(engine))
    mask = _strip(made.widths, settings.module, settings.ratio, height)
    x, y = place(engine, mask, turn, mask.size, height)
    own = turned((0, 0, *mask.size), turn, *mask.size)
    engine.drawn.append(Drawn(kind, made.data, (x + own[0], y + own[1], x + own[2], y + own[3])))
    if not (below or above):
        return
    if isinstance(made, Linear) and made.guards:
        _draw_guards(engine, made, turn, mask)
        if not above:
            _draw_digits(engine, made, turn, mask)
            return
    chosen = engine.field.font
    face = glyphs.typeface("A", 9 * settings.module, 5 * settings.module, engine.dpi)
    if chosen:
        face = glyphs.typeface(*chosen, engine.dpi)
    line = glyphs.draw_line(made.shown, face)
    gap = face.cell.gap * face.across if face.cell else 0
    left = round((mask.width - (line.advance - gap)) / 2) + line.left
    if line.image is None:
        return
    top = -_CAPTION_GAP - round(face.height) if above else height + _CAPTION_GAP
    place(engine, line.image, turn, mask.size, height, (left, top + round(face.ascent) + line.top))


def _draw_guards(engine: Engine, made: Linear, turn: str, mask: Image.Image) -> None:
    """EAN and UPC: the guard bars reach down between the digits."""
    module = engine.settings.module
    for start, stop in made.guards:
        guard = mask.crop((start * module, 0, stop * module, 1)).resize(((stop - start) * module, 5 * module))
        place(engine, guard, turn, mask.size, mask.height, (start * module, mask.height))


def _draw_digits(engine: Engine, made: Linear, turn: str, mask: Image.Image) -> None:
    """EAN and UPC: the digits stand beneath their own bars, the first and the check digit of UPC beside them."""
    module, height = engine.settings.module, mask.height
    face = glyphs.typeface("A", 9 * module, 5 * module, engine.dpi)
    inner = [(a[1], b[0]) for a, b in zip(made.guards, made.guards[1:], strict=False)]
    digits = made.shown
    outside = {13: 1, 12: 1, 8: 1 if len(inner) == 1 else 0}.get(len(digits), 0)
    parts = [(digits[:outside], -8 * module)] if outside else []
    rest = digits[outside:]
    if len(digits) == 12 or (len(digits) == 8 and len(inner) == 1):
        parts.append((rest[-1], mask.width + 4 * module))
        rest = rest[:-1]
    each = len(rest) // len(inner)
    for index, (start, stop) in enumerate(inner):
        own = rest[index * each : (index + 1) * each]
        parts.append((own, round((start + stop) * module / 2 - (len(own) * 6 - 1) * module / 2)))
    for shown, left in parts:
        line = glyphs.draw_line(shown, face)
        if line.image:
            top = height + 2 * module + round(face.ascent) + line.top
            place(engine, line.image, turn, mask.size, height, (left + line.left, top))


def _farthest(engine: Engine) -> int:
    """A height in dots that no canvas exceeds."""
    return engine.canvas.lowest + engine.canvas.image.width if engine.canvas else 1


def _bars(kind: str, height_at: int, below_at: int, make: _Make) -> _Action:
    """A command of a linear symbol; `below_at` is where it says whether there is text, and then if it is above."""

    def command_of(engine: Engine, command: Command) -> None:
        parts = command.parameters()
        turn = _turn(engine, parts)
        below = _yes(parts, below_at, "Y") if kind != "postal" else _yes(parts, below_at, "N")
        above = below and _yes(parts, below_at + 1, "N")

        def draw(on: Engine) -> None:
            made = make(on, parts, text.field_text(on))
            if made is None:
                on.report(f"{command.name}: its data cannot be shown in this symbol")
                return
            height = on.dots(parts, height_at, on.settings.bar_height, 1)
            _draw_bars(on, made, kind, turn, height, below, above)

        engine.field.symbol = draw

    return command_of


def code_128(engine: Engine, command: Command) -> None:
    """^BC o,h,f,g,e,m"""
    parts = command.parameters()
    turn = _turn(engine, parts)
    below = _yes(parts, 2, "Y")
    above = below and _yes(parts, 3, "N")
    mode = letter(parts, 5, "NUAD", "N")

    def draw(on: Engine) -> None:
        made = code128.encode(text.field_text(on), mode)
        if made is None:
            on.report("^BC: its data cannot be shown in this symbol")
            return
        height = on.dots(parts, 1, on.settings.bar_height, 1)
        _draw_bars(on, made, "code128", turn, height, below, above)

    engine.field.symbol = draw


def postal(engine: Engine, command: Command) -> None:
    """^BZ and ^B5: POSTNET and PLANET; the other kinds of ^BZ are not drawn."""
    parts = command.parameters()
    turn = _turn(engine, parts)
    kind = letter(parts, 4, "0123", "0")

    def draw(on: Engine) -> None:
        bars = linear.postal(text.field_text(on), command.name == "^B5" or kind == "1")
        height, module = min(_farthest(on), on.dots(parts, 1, on.settings.bar_height, 1)), on.settings.module
        if kind == "3" or not bars:
            _draw_hatched(on, command.name, 65 * 2 * module, height, turn)
            return
        step = max(module + 1, round(module * 2.4))
        mask = Image.new("L", (min(FARTHEST, len(bars) * step), height), 0)
        for index, bar in enumerate(bars):
            top = 0 if bar == "1" else height - max(1, height * 2 // 5)
            mask.paste(255, (index * step, top, index * step + module, height))
        place(on, mask, turn, mask.size, height)

    engine.field.symbol = draw


# two-dimensional symbols


def _draw_modules(
    engine: Engine, mask: Image.Image, kind: str, data: str, turn: str, across: int, down: int, lower: int = 0
) -> None:
    """A symbol's modules enlarged; `lower` moves a ^FO symbol down."""
    limit = _farthest(engine)
    size = (min(limit, mask.width * across), min(limit, mask.height * down))
    scaled = mask.resize(size, Image.Resampling.NEAREST)
    if not engine.field.typeset:
        engine.field.y += lower
    x, y = place(engine, scaled, turn, scaled.size, scaled.height)
    own = turned((0, 0, *scaled.size), turn, *scaled.size)
    engine.drawn.append(Drawn(kind, data, (x + own[0], y + own[1], x + own[2], y + own[3])))


def _draw_hatched(engine: Engine, name: str, width: int, height: int, turn: str) -> None:
    limit = _farthest(engine)
    mask = matrix.hatched(min(width, limit), min(height, limit))
    place(engine, mask, turn, mask.size, mask.height)
    engine.report(f"{name}: this symbol cannot be made, a hatched box is drawn")


def data_matrix(engine: Engine, command: Command) -> None:
    """^BX o,h,s,c,r,f,g,a: every quality is drawn as ECC 200."""
    parts = command.parameters()
    turn = _turn(engine, parts)
    escape = parts[6][0] if len(parts) > 6 and parts[6] else "~"
    rectangular = number(parts, 7, 1) == 2
    columns, rows = (int(max(0, min(144, number(parts, index, 0)))) for index in (3, 4))
    if len(parts) > 2 and number(parts, 2, 0) != 200:
        engine.report("^BX: drawn as quality 200")

    def draw(on: Engine) -> None:
        made = matrix.data_matrix(text.field_text(on), columns, rows, escape, rectangular)
        module = on.dots(parts, 1, 0, 0, 400)
        if made is None:
            _draw_hatched(on, "^BX", 24 * (module or 4), 24 * (module or 4), turn)
            return
        module = module or max(1, on.settings.bar_height // made.mask.height)
        _draw_modules(on, made.mask, "datamatrix", made.data, turn, module, module)

    engine.field.symbol = draw


def qr_code(engine: Engine, command: Command) -> None:
    """^BQ o,model,magnification,level,mask: stands upright always, and lower by the height of ^BY."""
    parts = command.parameters()
    usual = 1 if engine.dpi < 200 else 2 if engine.dpi < 300 else 3 if engine.dpi < 600 else 6
    module = engine.dots(parts, 2, usual, 1, 100)

    def draw(on: Engine) -> None:
        made = matrix.qr(text.field_text(on))
        if made is None:
            _draw_hatched(on, "^BQ", 29 * module, 29 * module, "N")
            return
        _draw_modules(on, made.mask, "qrcode", made.data, "N", module, module, on.settings.bar_height)

    engine.field.symbol = draw


def pdf_417(engine: Engine, command: Command) -> None:
    """^B7 o,h,s,c,r,t"""
    parts = command.parameters()
    turn = _turn(engine, parts)
    level, columns, rows = (
        int(max(0, min(most, number(parts, index, 0)))) for index, most in ((2, 8), (3, 30), (4, 90))
    )
    compact = _yes(parts, 5, "N")

    def draw(on: Engine) -> None:
        told = on.dots(parts, 1, 0, 0, 999)
        made = matrix.pdf417(text.field_text(on), columns, rows, level, compact, (told or 6) / on.settings.module)
        if made is None:
            _draw_hatched(on, "^B7", 200, 100, turn)
            return
        height = told or max(1, on.settings.bar_height // made.mask.height)
        _draw_modules(on, made.mask, "pdf417", made.data, turn, on.settings.module, height)

    engine.field.symbol = draw


def micro_pdf(engine: Engine, command: Command) -> None:
    """^BF o,h,m"""
    parts = command.parameters()
    turn = _turn(engine, parts)

    def draw(on: Engine) -> None:
        made = matrix.micro_pdf417(text.field_text(on))
        if made is None:
            _draw_hatched(on, "^BF", 100, 60, turn)
            return
        height = on.dots(parts, 1, on.settings.bar_height, 1, 9999)
        _draw_modules(on, made.mask, "micropdf417", made.data, turn, on.settings.module, height)

    engine.field.symbol = draw


def aztec(engine: Engine, command: Command) -> None:
    """^BO and ^B0 o,magnification,eci,control"""
    parts = command.parameters()
    turn = _turn(engine, parts)
    usual = 1 if engine.dpi < 200 else 2 if engine.dpi < 300 else 3 if engine.dpi < 600 else 6
    module = engine.dots(parts, 1, usual, 1, 100)
    control = int(max(0, min(300, number(parts, 3, 0))))

    def draw(on: Engine) -> None:
        made = matrix.aztec(text.field_text(on), control)
        if made is None:
            _draw_hatched(on, command.name, 27 * module, 27 * module, turn)
            return
        _draw_modules(on, made.mask, "aztec", made.data, turn, module, module)

    engine.field.symbol = draw


def databar(engine: Engine, command: Command) -> None:
    """^BR o,kind,magnification,separator,height,segments"""
    parts = command.parameters()
    turn = _turn(engine, parts)
    kind = int(max(1, min(12, number(parts, 1, 1))))
    module = engine.dots(parts, 2, 2 if engine.dpi < 300 else 3, 1, 20)
    segments = int(max(2, min(22, number(parts, 5, 22))))

    def draw(on: Engine) -> None:
        made = matrix.databar(text.field_text(on), kind, segments)
        if made is None:
            _draw_hatched(on, "^BR", 100 * module, 40 * module, turn)
            return
        _draw_modules(on, made.mask, "databar", made.data, turn, module, module)

    engine.field.symbol = draw


def maxicode(engine: Engine, command: Command) -> None:
    """^BD mode,symbol,symbols: about an inch wide and always upright."""
    parts = command.parameters()
    mode, number_of, total = (int(number(parts, index, usual)) for index, usual in ((0, 2), (1, 1), (2, 1)))

    def draw(on: Engine) -> None:
        per_mm = 8.0 if on.dpi == 203 else on.dpi / 25.4
        made = maxi.encode(text.field_text(on), mode if 2 <= mode <= 6 else 2, number_of, total)
        if on.field.typeset:
            on.field.y -= round(_MAXICODE_QUIET * per_mm)
        if made is None:
            _draw_hatched(on, f"^BD mode {mode}", round(26.4 * per_mm), round(25.3 * per_mm), "N")
            return
        _draw_modules(on, maxi.draw(made.dark, per_mm), "maxicode", made.data, "N", 1, 1)

    engine.field.symbol = draw


def not_made(engine: Engine, command: Command) -> None:
    """Symbols that are drawn as hatched boxes."""
    turn = _turn(engine, command.parameters())
    engine.field.symbol = lambda on: _draw_hatched(on, command.name, 200, on.settings.bar_height + 20, turn)


def _codabar_of(engine: Engine, parts: list[str], data: str) -> Linear | None:
    ends = [letter(parts, index, "ABCD*NET", "A") for index in (5, 6)]
    return linear.codabar(data, *ends)


_LINEAR = {
    "^B3": _bars("code39", 2, 3, lambda on, parts, data: linear.code39(data, _yes(parts, 1, "N"))),
    "^BL": _bars("code39", 1, 3, lambda on, parts, data: linear.code39(data, True)),
    "^B2": _bars("itf", 1, 2, lambda on, parts, data: linear.interleaved(data, _yes(parts, 4, "N"))),
    "^BI": _bars("industrial25", 1, 2, lambda on, parts, data: linear.industrial(data)),
    "^BJ": _bars("standard25", 1, 2, lambda on, parts, data: linear.industrial(data, "00", "10")),
    "^BK": _bars("codabar", 2, 3, _codabar_of),
    "^B1": _bars("code11", 2, 3, lambda on, parts, data: linear.code11(data, 1 if _yes(parts, 1, "N") else 2)),
    "^BM": _bars("msi", 2, 3, lambda on, parts, data: linear.msi(data, letter(parts, 1, "ABCD", "B"))),
    "^BA": _bars("code93", 1, 2, lambda on, parts, data: linear.code93(data)),
    "^BE": _bars("ean13", 1, 2, lambda on, parts, data: linear.ean13(data)),
    "^B8": _bars("ean8", 1, 2, lambda on, parts, data: linear.ean8(data)),
    "^BU": _bars("upca", 1, 2, lambda on, parts, data: linear.upc_a(data)),
    "^B9": _bars("upce", 1, 2, lambda on, parts, data: linear.upc_e(data)),
    "^BS": _bars("ean_addon", 1, 2, lambda on, parts, data: linear.add_on(data)),
}
COMMANDS: dict[str, _Action] = {
    "^BY": defaults, "^BC": code_128, "^BZ": postal, "^B5": postal, "^BX": data_matrix, "^BQ": qr_code, "^B7": pdf_417,
    "^BF": micro_pdf, "^BO": aztec, "^B0": aztec, "^BR": databar, "^BD": maxicode, "^B4": not_made, "^BB": not_made,
    "^BP": not_made, "^BT": not_made,
} | _LINEAR  # fmt: skip
