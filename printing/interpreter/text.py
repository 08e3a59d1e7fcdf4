"""Text commands: fonts, character sets, hexadecimal field data, blocks, and the drawing of a text field."""

from __future__ import annotations

import re

from PIL import Image

from printing.interpreter import downloads, glyphs, marks
from printing.interpreter.canvas import place
from printing.interpreter.parser import Command, letter, number
from printing.interpreter.state import Block, Engine, FontChoice, stored_name

_ORIENTATIONS = "NRIB"
_LONGEST_BLOCK = 10_000  # characters
_MOST_LINES = 500
_MARKS = "GS"
_MARK_SIZE = 24  # dots, if nothing tells

_LONGEST_COLUMN = 200  # characters of text downwards

# ^CI 0 to 13 are code page 850; all but 13 show other signs of their country for these
_REPLACED = "#@[\\]^`{|}"
_NATIONAL = {
    number: str.maketrans(dict(zip(_REPLACED, signs.split(), strict=True)))
    for number, signs in {
        0: "# @ [ ¢ ] ^ ` { | }", 1: "# @ ⅓ ¢ ⅔ ^ ` ¼ ½ ¾", 2: "£ @ [ ¢ ] ^ ` { | }", 3: "ƒ § [ Ĳ ] ^ ` { ĳ }",
        4: "# @ Æ Ø Å ^ ` æ ø å", 5: "Ü É Ä Ö Å Ü é ä ö å", 6: "# § Ä Ö Ü ^ ` ä ö ü", 7: "£ à [ ç ] ^ ` é | ù",
        8: "# à â ç ê î ô é ù è", 9: "£ § [ ç é ^ ù à ò è", 10: "# § ¡ Ñ ¿ ^ ` { ñ ç", 11: "£ É Ä Ö Ü ^ ä ë ï ö",
        12: "# @ [ ¥ ] ^ ` { | }",
    }.items()
}  # fmt: skip
_CHARSETS = {
    13: "cp850", 14: "shift_jis", 15: "shift_jis", 16: "euc_jp", 24: "big5", 26: "gb18030", 27: "cp1252", 28: "utf-8",
    29: "utf-16-be", 30: "utf-16-le", 31: "cp1250", 33: "cp1251", 34: "cp1253", 35: "cp1254", 36: "cp1255",
}  # fmt: skip


def font(engine: Engine, command: Command) -> None:
    """^Af o,h,w and ^A@ o,h,w,file: the font of this field."""
    parts = command.parameters()
    name, turn = parts[0][:1].upper(), parts[0][1:].strip()[:1]
    engine.field.orientation = letter([turn], 0, _ORIENTATIONS, engine.settings.orientation)
    if name == "@" and len(parts) > 3 and parts[3]:
        engine.settings.aliases["@"] = stored_name(parts[3], "TTF")
    height, width = engine.dots(parts, 1, 0), engine.dots(parts, 2, 0)
    engine.field.font = FontChoice(name or engine.settings.font.name, height, width)


def mark(engine: Engine, command: Command) -> None:
    """^GS o,h,w: the letters A to E are signs such as that of a registered trade mark."""
    parts = command.parameters()
    engine.field.orientation = letter(parts, 0, _ORIENTATIONS, engine.settings.orientation)
    engine.field.font = FontChoice(_MARKS, engine.dots(parts, 1, 0), engine.dots(parts, 2, 0))


def default_font(engine: Engine, command: Command) -> None:
    """^CF f,h,w: the font of fields that name none."""
    parts = command.parameters()
    before = engine.settings.font
    name = parts[0][:1].upper() or before.name
    height, width = engine.dots(parts, 1, 0), engine.dots(parts, 2, 0)
    engine.settings.font = FontChoice(name, height or (0 if width else before.height), width)


def alias(engine: Engine, command: Command) -> None:
    """^CW a,file: a letter for a font in memory."""
    parts = command.parameters()
    if len(parts) > 1 and parts[0]:
        engine.settings.aliases[parts[0][0].upper()] = stored_name(parts[1], "TTF")


def charset(engine: Engine, command: Command) -> None:
    """^CI n, pairs of codes: the encoding of field data, and codes that stand for others."""
    parts = command.parameters()
    engine.settings.charset = int(number(parts, 0, 0))
    codes = [int(number(parts, index, 0)) & 255 for index in range(1, min(len(parts), 513))]
    engine.settings.remap = dict(zip(codes[::2], codes[1::2], strict=False))


def orientation(engine: Engine, command: Command) -> None:
    """^FW o,z: the orientation and justification of fields that state none."""
    parts = command.parameters()
    engine.settings.orientation = letter(parts, 0, _ORIENTATIONS, engine.settings.orientation)
    if engine.field.orientation:  # FedEx turns a field by ^FW after its ^A
        engine.field.orientation = engine.settings.orientation
    if len(parts) > 1:
        engine.settings.right = parts[1] == "1"


def hexadecimal(engine: Engine, command: Command) -> None:
    """^FH s: in this field's data the sign and two hexadecimal digits are a byte."""
    sign = command.body[:1]
    engine.field.escape = sign if sign and not sign.isspace() else b"_"


def data(engine: Engine, command: Command) -> None:
    """^FD, ^FV: the field's data; line ends in it are not printed."""
    engine.field.data = command.body.translate(None, b"\r\n\t\0")
    engine.field.variable = command.name == "^FV"


def block(engine: Engine, command: Command) -> None:
    """^FB w,lines,spacing,align,indent: the data is broken into lines."""
    parts = command.parameters()
    width = engine.dots(parts, 0, 0)
    lines = int(max(1, min(9999, number(parts, 1, 1))))
    spacing = engine.dots(parts, 2, 0, -9999, 9999)
    engine.field.block = Block(width, lines, spacing, letter(parts, 3, "LCRJ", "L"), engine.dots(parts, 4, 0, 0, 9999))


def text_block(engine: Engine, command: Command) -> None:
    """^TB o,w,h: the data is broken into lines as far as the height allows."""
    parts = command.parameters()
    engine.field.orientation = letter(parts, 0, _ORIENTATIONS, engine.settings.orientation)
    width, height = engine.dots(parts, 1, 1, 1), engine.dots(parts, 2, 1, 1)
    engine.field.block = Block(width, 9999, 0, "L", 0, height)


def field_bytes(engine: Engine) -> bytes:
    """The field's data with its hexadecimal escapes resolved."""
    raw = engine.field.data or b""
    sign = engine.field.escape
    if sign and sign in raw:
        pattern = re.compile(re.escape(sign) + b"([0-9A-Fa-f]{2})")
        return pattern.sub(lambda found: bytes((int(found[1], 16),)), raw)
    return raw


def field_text(engine: Engine) -> str:
    """The field's data in characters, by ^CI."""
    raw = field_bytes(engine)
    settings = engine.settings
    name = _CHARSETS.get(settings.charset, "cp850")
    if name == "cp850" and settings.remap:
        raw = bytes(settings.remap.get(code, code) for code in raw)
    text = raw.decode(name, "replace")
    if engine.field.count:
        engine.counts = True
        text = engine.field.count(text, engine.copy)
    return text


def _national(engine: Engine, text: str) -> str:
    """The signs that a printer shows for its country; what data means to a symbol or to ^FB does not change."""
    signs = _NATIONAL.get(engine.settings.charset)
    return text.translate(signs) if signs else text


def draw_text(engine: Engine) -> None:
    """The field as text in its font."""
    text = field_text(engine)
    field = engine.field
    face = _typeface(engine)
    turn = field.orientation or engine.settings.orientation
    if field.direction == "R":
        text = text[::-1]
    elif field.direction == "V" and not field.block:
        text = text[:_LONGEST_COLUMN]
        field.block = Block(round(max(map(face.measure, text), default=0)) + 1, len(text), 0, "L", 0)
        text = "\\&".join(text)
    if field.font and field.font.name == _MARKS:
        height = field.font.height or engine.settings.font.height or _MARK_SIZE
        face = glyphs.typeface("0", height, field.font.width, engine.dpi)
        signs = marks.line(text, face.height, face.width)
        box = (round(signs.advance), round(face.height))
        _place(engine, signs.image, turn, box, round(face.ascent), (signs.left, round(face.ascent) + signs.top))
        return
    if field.block:
        _draw_block(engine, text, face, turn, field.block)
        return
    line = glyphs.draw_line(_national(engine, text), face)
    box = (round(line.advance), round(face.height))
    _place(engine, line.image, turn, box, round(face.ascent), (line.left, round(face.ascent) + line.top))


def _place(
    engine: Engine, mask: Image.Image | None, turn: str, box: tuple[int, int], baseline: int, offset: tuple[int, int]
) -> None:
    x, y = place(engine, mask or Image.new("L", (1, 1), 0), turn, box, baseline, offset)
    width, height = box
    settings = engine.settings
    after = {
        "N": (x + width, y + baseline), "R": (x + height - baseline, y + width), "I": (x, y + height - baseline),
        "B": (x + baseline, y),
    }[turn]  # fmt: skip
    across, down = settings.home[0] - settings.shift_left, settings.home[1] + settings.shift_down
    engine.follow = (after[0] - across, after[1] - down)


def _typeface(engine: Engine) -> glyphs.Typeface:
    chosen = engine.field.font or engine.settings.font
    before = engine.settings.font
    name, height, width = chosen
    if not (height or width):
        height, width = (before.height, before.width) if engine.field.font else (height, width)
    if name in engine.settings.aliases:
        face = downloads.face_of(engine, engine.settings.aliases[name])
        if face:
            return glyphs.downloaded(face, height, width)
    if not glyphs.is_known(name):
        name = before.name
    return glyphs.typeface(name, height, width, engine.dpi)


def _draw_block(engine: Engine, text: str, face: glyphs.Typeface, turn: str, block: Block) -> None:
    lines = [(_national(engine, line), last) for line, last in _broken(text, face, block)]
    step = face.height + block.spacing
    most = block.lines if not block.height else max(1, int(block.height // max(1, step)))
    if block.height:
        lines = lines[:most]
    drawn: list[tuple[glyphs.LineMask, int, int]] = []
    for index, (line, last) in enumerate(lines):
        row = min(index, most - 1)  # what does not fit is printed over the last line
        indent = block.indent if index else 0
        mask = glyphs.draw_line(line, face)
        spare = block.width - indent - mask.advance
        shift = indent + {"C": spare / 2, "R": spare}.get(block.align, 0.0)
        if block.align == "J" and not last and " " in line.strip():
            words = line.split()
            gap = (block.width - indent - sum(face.measure(word) for word in words)) / (len(words) - 1)
            across = float(indent)
            for word in words:
                part = glyphs.draw_line(word, face)
                drawn.append((part, round(across), round(row * step)))
                across += part.advance + gap
            continue
        drawn.append((mask, round(shift), round(row * step)))
    ascent = round(face.ascent)
    rows = min(len(lines), most) or 1
    height = round(face.height + step * ((most if most < 9999 else rows) - 1))
    inked = [(mask, mask.image, x, y) for mask, x, y in drawn if mask.image]
    if not inked:
        return
    left = min(x + mask.left for mask, _, x, _ in inked)
    top = min(y + ascent + mask.top for mask, _, _, y in inked)
    right = max(x + mask.left + image.width for mask, image, x, _ in inked)
    bottom = max(y + ascent + mask.top + image.height for mask, image, _, y in inked)
    tall = min(bottom - top, glyphs.MOST_DOTS)
    whole = Image.new("L", (max(1, min(right - left, glyphs.MOST_DOTS // tall)), tall), 0)
    for mask, image, x, y in inked:
        whole.paste(255, (x + mask.left - left, y + ascent + mask.top - top), image)
    baseline = ascent + round(step * ((most if most < 9999 else rows) - 1))
    _place(engine, whole, turn, (block.width, height), baseline, (left, top))


def _broken(text: str, face: glyphs.Typeface, block: Block) -> list[tuple[str, bool]]:
    r"""The lines, and whether each ends a paragraph: broken at blanks, at \& , and within words that are too long."""
    found: list[tuple[str, bool]] = []
    blank = face.measure(" ")
    for paragraph in text[:_LONGEST_BLOCK].replace("\\\\", "\\\0").split("\\&"):
        words: list[str] = []
        used = 0.0
        for word in paragraph.replace("\0", "").split(" "):
            wide = face.measure(word)
            room = block.width - (block.indent if found else 0)
            if words and used + blank + wide > room:
                found.append((" ".join(words), False))
                words, used = [], 0.0
                room = block.width - block.indent
            if wide > room and not words:
                word, wide = _cut(word, face, room, block, found)
            used += (blank if words else 0) + wide
            words.append(word)
        found.append((" ".join(words), True))
        if len(found) > _MOST_LINES:
            break
    return found[:_MOST_LINES]


def _cut(
    word: str, face: glyphs.Typeface, room: float, block: Block, found: list[tuple[str, bool]]
) -> tuple[str, float]:
    """Add the full lines of a word that is wider than the block; returns what is left of it, and how wide that is."""
    start, used = 0, 0.0
    for at, sign in enumerate(word):
        wide = face.measure(sign)
        if at > start and used + wide > room:
            found.append((word[start:at], False))
            start, used, room = at, 0.0, block.width - block.indent
            if len(found) > _MOST_LINES:
                break
        used += wide
    return word[start:], used


COMMANDS = {
    "^A": font, "^CF": default_font, "^CW": alias, "^CI": charset, "^FW": orientation, "^FH": hexadecimal, "^FD": data,
    "^FV": data, "^FB": block, "^TB": text_block, "^GS": mark,
}  # fmt: skip
