"""Data Matrix ECC 200 with FNC1, in ASCII encodation; zxing-cpp writes FNC1 only into data it knows as GS1's.

ISO/IEC 16022: sizes and error correction of table 7, placement of annex F.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from printing.interpreter import reed_solomon

_POLYNOMIAL = 0x12D
FNC1 = -1  # in content: not a character, but function character 1

# rows, columns, rows and columns of a region, data and error codewords, blocks
_SIZES = (
    (10, 10, 8, 8, 3, 5, 1), (12, 12, 10, 10, 5, 7, 1), (14, 14, 12, 12, 8, 10, 1), (16, 16, 14, 14, 12, 12, 1),
    (18, 18, 16, 16, 18, 14, 1), (20, 20, 18, 18, 22, 18, 1), (22, 22, 20, 20, 30, 20, 1),
    (24, 24, 22, 22, 36, 24, 1), (26, 26, 24, 24, 44, 28, 1), (32, 32, 14, 14, 62, 36, 1),
    (36, 36, 16, 16, 86, 42, 1), (40, 40, 18, 18, 114, 48, 1), (44, 44, 20, 20, 144, 56, 1),
    (48, 48, 22, 22, 174, 68, 1), (52, 52, 24, 24, 204, 84, 2), (64, 64, 14, 14, 280, 112, 2),
    (72, 72, 16, 16, 368, 144, 4), (80, 80, 18, 18, 456, 192, 4), (88, 88, 20, 20, 576, 224, 4),
    (96, 96, 22, 22, 696, 272, 4), (104, 104, 24, 24, 816, 336, 6),
)  # fmt: skip
_RECTANGLES = ((8, 18, 6, 16, 5, 7, 1), (8, 32, 6, 14, 10, 11, 1), (12, 26, 10, 24, 16, 14, 1),
               (12, 36, 10, 16, 22, 18, 1), (16, 36, 14, 16, 32, 24, 1), (16, 48, 14, 22, 49, 28, 1))  # fmt: skip


def unescaped(text: str, escape: str) -> tuple[list[int], bool]:
    """The content as character codes or FNC1, and whether it has any FNC1."""
    content: list[int] = []
    special = False
    at = 0
    while at < len(text):
        sign = text[at]
        if sign != escape:
            content.append(ord(sign))
            at += 1
            continue
        following = text[at + 1 : at + 2]
        if following == "1":
            content.append(FNC1)
            special = True
            at += 2
        elif following == "d" and text[at + 2 : at + 5].isdecimal() and len(text[at + 2 : at + 5]) == 3:
            content.append(int(text[at + 2 : at + 5]) & 255)
            at += 5
        elif following == escape:
            content.append(ord(escape))
            at += 2
        elif following and "@" <= following <= "_":
            content.append(ord(following) - 64)
            at += 2
        else:
            content.append(ord(sign))
            at += 1
    return content, special


def version(columns: int, rows: int) -> int:
    """The number that encoders give to a size in modules, squares first; 0 if there is no such size."""
    if (columns and not rows) or (rows and not columns):
        columns = rows = columns or rows
    for number, size in enumerate((*_SIZES, *([(0,) * 7] * 3), *_RECTANGLES), 1):
        if columns and (size[0], size[1]) == (rows, columns):
            return number
    return 0


def _codewords(content: list[int]) -> list[int]:
    words: list[int] = []
    at = 0
    while at < len(content):
        one, two = content[at], content[at + 1] if at + 1 < len(content) else 0
        if 48 <= one <= 57 and 48 <= two <= 57:
            words.append((one - 48) * 10 + two - 48 + 130)
            at += 2
            continue
        if one == FNC1:
            words.append(232)
        else:
            for code in (one,) if one < 256 else chr(one).encode("utf-8", "replace"):
                words += (code + 1,) if code < 128 else (235, code - 127)
        at += 1
    return words


def mask(content: list[int], columns: int = 0, rows: int = 0) -> Image.Image | None:
    """The symbol with one pixel a module, 255 is ink; None if it does not fit."""
    words = _codewords(content)
    if columns or rows:
        columns, rows = columns or rows, rows or columns
        fitting = [size for size in (*_SIZES, *_RECTANGLES) if (size[1], size[0]) == (columns, rows)]
    else:
        fitting = list(_SIZES)
    size = next((size for size in fitting if size[4] >= len(words)), None)
    if size is None:
        return None
    height, width, region_height, region_width, capacity, checks, blocks = size
    if len(words) < capacity:
        words.append(129)
    while len(words) < capacity:
        # pads are scrambled by their place, counted from 1 (annex B)
        pad = 129 + (149 * (len(words) + 1)) % 253 + 1
        words.append(pad if pad <= 254 else pad - 254)
    stream = words + [0] * checks
    for block in range(blocks):
        stream[capacity + block :: blocks] = reed_solomon.checks(words[block::blocks], checks // blocks, _POLYNOMIAL)
    down, across = height // (region_height + 2), width // (region_width + 2)
    placed = _placement(down * region_height, across * region_width)
    image = Image.new("L", (width, height), 0)
    for row, line in enumerate(placed):
        for column, (word, bit) in enumerate(line):
            dark = (word < 0 and bit) or (word >= 0 and stream[word] >> (7 - bit) & 1)
            if dark:
                x = column // region_width * (region_width + 2) + column % region_width + 1
                y = row // region_height * (region_height + 2) + row % region_height + 1
                image.putpixel((x, y), 255)
    for top in range(0, height, region_height + 2):
        for left in range(0, width, region_width + 2):
            for step in range(region_height + 2):
                image.putpixel((left, top + step), 255)
                if step % 2:
                    image.putpixel((left + region_width + 1, top + step), 255)
            for step in range(region_width + 2):
                image.putpixel((left + step, top + region_height + 1), 255)
                if step % 2 == 0:
                    image.putpixel((left + step, top), 255)
    return image


_UTAH = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))


@lru_cache(maxsize=8)
def _placement(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    """Which codeword's bit each module shows; (-1, dark) for the modules that none fills (annex F)."""
    grid: list[list[tuple[int, int] | None]] = [[None] * columns for _ in range(rows)]

    def module(row: int, column: int, word: int, bit: int) -> None:
        if row < 0:
            row, column = row + rows, column + 4 - (rows + 4) % 8
        if column < 0:
            row, column = row + 4 - (columns + 4) % 8, column + columns
        grid[row % rows][column % columns] = (word, bit)

    def shape(places: tuple[tuple[int, int], ...], word: int) -> None:
        for bit, (row, column) in enumerate(places):
            module(row, column, word, bit)

    last_row, last_column = rows - 1, columns - 1
    word, row, column = 0, 4, 0
    while row < rows or column < columns:
        if row == rows and column == 0:
            shape(((last_row, 0), (last_row, 1), (last_row, 2), (0, columns - 2), (0, last_column), (1, last_column),
                   (2, last_column), (3, last_column)), word)  # fmt: skip
            word += 1
        if row == rows - 2 and column == 0 and columns % 4:
            shape(((rows - 3, 0), (rows - 2, 0), (last_row, 0), (0, columns - 4), (0, columns - 3), (0, columns - 2),
                   (0, last_column), (1, last_column)), word)  # fmt: skip
            word += 1
        if row == rows - 2 and column == 0 and columns % 8 == 4:
            shape(((rows - 3, 0), (rows - 2, 0), (last_row, 0), (0, columns - 2), (0, last_column), (1, last_column),
                   (2, last_column), (3, last_column)), word)  # fmt: skip
            word += 1
        if row == rows + 4 and column == 2 and columns % 8 == 0:
            shape(((last_row, 0), (last_row, last_column), (0, columns - 3), (0, columns - 2), (0, last_column),
                   (1, columns - 3), (1, columns - 2), (1, last_column)), word)  # fmt: skip
            word += 1
        while True:  # up to the right
            if row < rows and column >= 0 and grid[row][column] is None:
                shape(tuple((row + r, column + c) for r, c in _UTAH), word)
                word += 1
            row, column = row - 2, column + 2
            if row < 0 or column >= columns:
                break
        row, column = row + 1, column + 3
        while True:  # down to the left
            if row >= 0 and column < columns and grid[row][column] is None:
                shape(tuple((row + r, column + c) for r, c in _UTAH), word)
                word += 1
            row, column = row + 2, column - 2
            if row >= rows or column < 0:
                break
        row, column = row + 3, column + 1
    if grid[last_row][last_column] is None:
        grid[last_row][last_column] = grid[rows - 2][columns - 2] = (-1, 1)
    return [[found or (-1, 0) for found in line] for line in grid]
