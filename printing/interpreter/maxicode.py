"""MaxiCode as ^BD writes it: modes 2 and 3 for carriers, 4 to 6 for any text; zxing-cpp writes mode 4 only.

ISO/IEC 16023: code sets of annex A, places of the bits in figure 5, error correction of annex B.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw

from printing.interpreter import reed_solomon

_ROWS, _COLUMNS = 33, 30  # every second row has one column less and is half a module further right
_POLYNOMIAL = 0x43
_HEADER = "[)>\x1e01\x1d"
_HEADED = re.compile(re.escape(_HEADER) + r"\d\d")
_PITCH = 0.88  # mm from module to module; rows are closer by the half of the root of three
_ROW_SHARE = 0.8660254
_RINGS = (3.87, 3.20, 2.53, 1.86, 1.18, 0.51)  # mm, radii of the bull's eye from the outside, dark and light in turn
_CENTRE = (14, 16)  # column and row

_CONTROLS = "\x1c\x1d\x1e"
# what each code set says by 0 to 63; \uffff is a shift, a latch, a pad or the like
_NO = "\uffff"
_SETS = (
    f"\rABCDEFGHIJKLMNOPQRSTUVWXYZ{_NO}{_CONTROLS}{_NO} {_NO}\"#$%&'()*+,-./0123456789:{_NO * 5}",
    f"`abcdefghijklmnopqrstuvwxyz{_NO}{_CONTROLS}{_NO}{{{_NO}}}~\x7f;<=>?[\\]^_ ,./:@!|{_NO * 9}",
    f"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚ{_NO}{_CONTROLS}{_NO}ÛÜÝÞßª¬±²³µ¹º¼½¾"
    f"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89{_NO} {_NO * 4}",
    f"àáâãäåæçèéêëìíîïðñòóôõö÷øùú{_NO}{_CONTROLS}{_NO}ûüýþÿ¡¨«¯°´·¸»¿"
    f"\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94{_NO} {_NO * 4}",
    "".join(map(chr, range(27))) + f"{_NO * 3}\x1b{_NO}{_CONTROLS}\x1f\x9f\xa0¢£¤¥¦§©\xad®¶"
    "\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e" + f"{_NO} {_NO * 4}",
)  # fmt: skip
_A, _B = 0, 1
_NUMBER, _PAD = 31, 33  # nine digits in five words; in sets A and B
_SHIFT = {_A: {1: 59, 2: 60, 3: 61, 4: 62}, _B: {0: 59, 2: 60, 3: 61, 4: 62}}
_LATCH = 63  # from A to B and from B to A
_SHIFT_2A, _SHIFT_3A = 56, 57

# rows 9 to 23, columns 6 to 21: the bits of the first message around the bull's eye; x is always dark
_AROUND = """
  .   .  79  78   x   x  13  12  37  36   2   .  44  43 109 108
  .   .  81  80  40   x  15  14  39  38   3   .   .  45 111 110
  .   .  83  82  41   .   .   .   .   .   5   4  47  46 113 112
103 102  55  54  16   .   .   .   .   .   .   .  20  19  85  84
105 104  57  56   .   .   .   .   .   .   .   .  22  21  87  86
107 106  59  58   .   .   .   .   .   .   .   .   .  23  89  88
 48   x  30   .   .   .   .   .   .   .   .   .   .   0  53  52
 49   .   x   .   .   .   .   .   .   .   .   .   .   .   x   .
 51  50  31   .   .   .   .   .   .   .   .   .   .   1   x  42
 97  96  61  60   .   .   .   .   .   .   .   .   .  26  91  90
 99  98  63  62   .   .   .   .   .   .   .   .  28  27  93  92
101 100  65  64  17   .   .   .   .   .   .   .  18  29  95  94
  .   .  73  72  32   .   .   .   .   .   .  10  67  66 115 114
  .   .  75  74   x   .   7   6  35  34  11   x  69  68 117 116
  .   .  77  76   x  33   9   8  25  24   .   x  71  70 119 118
"""
# bits 1 to 60 of the first message: where postal code, country and class of service go
_POSTAL = (*range(33, 37), *range(25, 31), *range(19, 25), *range(13, 19), *range(7, 13), 1, 2)
_LENGTH = (39, 40, 41, 42, 31, 32)
_COUNTRY = (53, 54, 43, 44, 45, 46, 47, 48, 37, 38)
_SERVICE = (55, 56, 57, 58, 59, 60, 49, 50, 51, 52)


class Maxicode(NamedTuple):
    """A symbol: its dark modules as (column, row), and the data that a scanner reads."""

    dark: frozenset[tuple[int, int]]
    data: str


@lru_cache(maxsize=128)
def encode(text: str, mode: int, number: int = 1, total: int = 1) -> Maxicode | None:
    """The symbol of ^BD field data; None if it does not fit or a carrier's first fields are missing.

    In modes 2 and 3 the data starts with class of service and country, three digits each, and the postal code: up to
    nine digits, or up to six letters and digits. Mode 2 with other postal codes becomes mode 3.
    """
    appended: list[int] = []
    if 1 < total <= 8 and 1 <= number <= total:
        appended = [_PAD, (number - 1) << 3 | (total - 1)]
    if mode not in (2, 3):
        size = 77 if mode == 5 else 93
        words = _words(text, size, appended)
        return Maxicode(_modules([mode, *words[:9]], words[9:]), text) if words else None
    found = _HEADED.search(text)
    split = found.start() if found else 15 if mode == 2 else 12
    service, country, postal, message = text[:3], text[3:6], text[6:split].rstrip(), text[split:]
    if not (service.isdecimal() and country.isdecimal() and service.isascii() and country.isascii() and postal):
        return None
    bits = [0] * 61
    if mode == 2 and postal.isdecimal() and postal.isascii() and len(postal) <= 9:
        _put(bits, _POSTAL, int(postal))
        _put(bits, _LENGTH, len(postal))
    else:
        mode = 3
        postal = "".join(sign if sign in _SETS[_A][1:] and sign != _NO else " " for sign in postal.upper())[:6].ljust(6)
        value = 0
        for sign in postal:
            value = value << 6 | _SETS[_A].index(sign)
        _put(bits, _LENGTH + _POSTAL, value)
    _put(bits, _COUNTRY, int(country))
    _put(bits, _SERVICE, int(service))
    _put(bits, (3, 4, 5, 6), mode)
    first = [int("".join(map(str, bits[at : at + 6])), 2) for at in range(1, 61, 6)]
    words = _words(message, 84, appended)
    if words is None:
        return None
    head = f"{postal}\x1d{country}\x1d{service}\x1d"
    cut = len(_HEADER) + 2 if found else 0
    return Maxicode(_modules(first, words), message[:cut] + head + message[cut:])


def _put(bits: list[int], places: tuple[int, ...], value: int) -> None:
    for place in reversed(places):
        bits[place] = value & 1
        value >>= 1


def _words(text: str, size: int, before: list[int]) -> list[int] | None:
    """The message in `size` words, padded; None if it does not fit. What no code set has is left out."""
    words = list(before)
    current = _A
    at = 0
    while at < len(text) and len(words) <= size:
        digits = re.compile("[0-9]{9}").match(text, at)
        if digits:
            number = int(digits[0])
            words += [_NUMBER, *(number >> shift & 63 for shift in (24, 18, 12, 6, 0))]
            at += 9
            continue
        sign = text[at]
        if sign in _SETS[current] and sign != _NO:
            words.append(_SETS[current].index(sign))
            at += 1
            continue
        other = _B if current == _A else _A
        if sign in _SETS[other] and sign != _NO:
            run = 1
            while run < 4 and text[at + run : at + run + 1] and _only(text[at + run], other, current):
                run += 1
            if current == _A and run == 1:
                words += [_SHIFT[_A][_B], _SETS[_B].index(sign)]
                at += 1
            elif current == _B and run < 4:
                words.append({1: _SHIFT[_B][_A], 2: _SHIFT_2A, 3: _SHIFT_3A}[run])
                words += [_SETS[_A].index(text[at + step]) for step in range(run)]
                at += run
            else:
                words.append(_LATCH)
                current = other
            continue
        for code_set in (2, 3, 4):
            if sign in _SETS[code_set] and sign != _NO:
                words += [_SHIFT[current][code_set], _SETS[code_set].index(sign)]
                break
        at += 1
    return words + [_PAD] * (size - len(words)) if len(words) <= size else None


def _only(sign: str, code_set: int, not_in: int) -> bool:
    return sign != _NO and sign in _SETS[code_set] and sign not in _SETS[not_in]


def _modules(first: list[int], second: list[int]) -> frozenset[tuple[int, int]]:
    words = first + reed_solomon.checks(first, 10, _POLYNOMIAL)
    each = (124 - len(second)) // 2
    rest = second + [0] * (2 * each)
    for half in (0, 1):  # words with even and with odd numbers are protected by themselves
        rest[len(second) + half :: 2] = reed_solomon.checks(second[half::2], each, _POLYNOMIAL)
    words += rest
    places, dark = _places()
    return dark | {place for place, bit in places if words[bit // 6] >> (5 - bit % 6) & 1}


@lru_cache(maxsize=1)
def _places() -> tuple[tuple[tuple[tuple[int, int], int], ...], frozenset[tuple[int, int]]]:
    """Where each bit of the 144 words is, as (column, row), and the modules that are always dark."""
    found: dict[tuple[int, int], int] = {}
    dark = {(28, 0), (29, 0)}
    for row, line in enumerate(_AROUND.split("\n")[1:-1], 9):
        for column, sign in enumerate(line.split(), 6):
            if sign == "x":
                dark.add((column, row))
            elif sign != ".":
                found[column, row] = int(sign)
    word = 20  # the second message: blocks of two by three modules, to the right and to the left in turn
    for band in range(11):
        outer = (0, 2, 4) if 4 <= band <= 6 else (0, 2, 4, 6)
        columns = range(0, 28, 2) if not 3 <= band <= 7 else (*outer, 22, 24, 26)
        for column in columns if band % 2 == 0 else reversed(columns):
            for bit in range(6):
                found[column + 1 - bit % 2, 3 * band + bit // 2] = 6 * word + bit
            word += 1
    for row in range(1, _ROWS):  # its last words stand at the right edge
        bit = 816 + 3 * ((row - 1) // 2)
        if row % 2:
            found[28, row] = bit
        else:
            found[28, row], found[29, row] = bit + 2, bit + 1
    return tuple(found.items()), frozenset(dark)


def draw(dark: frozenset[tuple[int, int]], dots_per_mm: float) -> Image.Image:
    """The symbol as a mask as large as it must be printed, 255 is ink."""
    pitch, fine = _PITCH * dots_per_mm, 4  # drawn four times finer
    down, radius = pitch * _ROW_SHARE, pitch * 0.5 * fine
    size = (round(_COLUMNS * pitch), round((_ROWS - 1) * down + pitch))
    mask = Image.new("L", (size[0] * fine, size[1] * fine), 0)
    pen = ImageDraw.Draw(mask)

    def middle(column: int, row: int) -> tuple[float, float]:
        return (column + 0.5 + row % 2 / 2) * pitch * fine, (row * down + pitch / 2) * fine

    for place in dark:
        x, y = middle(*place)
        points = [(x + a * radius, y + b * radius) for a, b in _HEXAGON]
        pen.polygon(points, fill=255)
    x, y = middle(*_CENTRE)
    for ring, size_mm in enumerate(_RINGS):
        reach = size_mm * dots_per_mm * fine
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=0 if ring % 2 else 255)
    return mask.resize(size, Image.Resampling.BOX).point(lambda ink: 255 if ink > 127 else 0)


_HEXAGON = ((0, -1.0), (0.866, -0.5), (0.866, 0.5), (0, 1.0), (-0.866, 0.5), (-0.866, -0.5))
