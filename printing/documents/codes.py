"""Sheets of codes to scan: locations, totes, carts, cartons, badges, commands, on label stock or as cards to cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import Refusal
from printing.documents.page import A4, LETTER, MM, Page, Paper, big_height, big_lines, text_height
from printing.documents.typeface import Style
from printing.documents.write import to_pdf
from printing.label import Align, SymbolKind
from printing.text import clean_line

_PAD = 3.0  # millimetres of white inside of a label: stock is fed a little askew
_UNPRINTABLE = 4.5  # millimetres at the edges of a sheet that laser printers leave white
_SIGN_MM = 100.0  # a label of this height is a sign over an aisle, which is read from far
_SIGN_MODULE_MM = 2.0


class Arrow(StrEnum):
    """Where the place lies, seen from its label."""

    UP = "↑"
    DOWN = "↓"
    LEFT = "←"
    RIGHT = "→"


@dataclass(frozen=True, slots=True)
class CodeLabel:
    """A code to scan: `text` is read by people (the code itself if ""), `detail` stands small beneath it."""

    code: str
    text: str = ""
    detail: str = ""
    arrow: Arrow | None = None

    @property
    def words(self) -> str:
        """What stands large on it."""
        return clean_line(self.text) or self.code


@dataclass(frozen=True, slots=True)
class Stock:
    """A sheet of labels: rows and columns of equal labels, the first one's corner, and from one to the next, in mm.

    `cut` draws the outlines, for cards that are cut from plain paper; `headed` leaves room for a title above.
    """

    paper: Paper
    columns: int
    rows: int
    width_mm: float
    height_mm: float
    left_mm: float
    top_mm: float
    across_mm: float
    down_mm: float
    cut: bool = False
    headed: bool = False

    @property
    def count(self) -> int:
        return self.columns * self.rows


# sizes as makers of label stock state them; the first row's place differs by less than the white inside of a label
STOCKS: Final = {
    "a4_3x8": Stock(A4, 3, 8, 70, 37, 0, 0.5, 70, 37),
    "a4_3x7": Stock(A4, 3, 7, 63.5, 38.1, 7.2, 15.1, 66, 38.1),
    "a4_2x7": Stock(A4, 2, 7, 99.1, 38.1, 4.65, 15.1, 101.6, 38.1),
    "a4_2x4": Stock(A4, 2, 4, 99.1, 67.7, 4.65, 13.1, 101.6, 67.7),
    "a4_large": Stock(Paper(297, 210, 15), 1, 1, 297, 210, 0, 0, 297, 210),
    "letter_3x10": Stock(LETTER, 3, 10, 66.7, 25.4, 4.8, 12.7, 69.85, 25.4),
    "cards": Stock(A4, 2, 5, 85.6, 54, 15, 13.5, 94.4, 54, cut=True),  # ISO/IEC 7810 ID-1
    "a4_list": Stock(A4, 2, 7, 86, 35, 15, 38, 94, 35, headed=True),  # to be hung up whole
    "roll_100x50": Stock(Paper(100, 50, 2), 1, 1, 100, 50, 0, 0, 100, 50),
    "roll_100x150": Stock(Paper(100, 150, 2), 1, 1, 100, 150, 0, 0, 100, 150),
}  # fmt: skip


def code_sheet(
    labels: Sequence[CodeLabel], stock: Stock, title: str, *, hint: str = "", start: int = 1, square: bool = False
) -> bytes:
    """The labels as PDF, from the place `start` (counted by rows from 1) of the first sheet on.

    `title`, and the `hint` beneath it, stand above the labels of a stock that has room there.
    `square` makes Data Matrix symbols. Raises Refusal `documents_code_unscannable` (barcode), `documents_start_outside`
    (count), `documents_no_codes`.
    """
    pages = lay_out(labels, stock, start=start, square=square)
    if stock.headed:
        margin, width = stock.paper.margin_mm, stock.paper.inner_mm
        for page in pages:
            deep = page.text(margin, margin, width, title, Style(20, bold=True))
            page.text(margin, margin + deep + 1, width, hint, Style(10), most=2)
    return to_pdf(pages, title)


def lay_out(labels: Sequence[CodeLabel], stock: Stock, *, start: int = 1, square: bool = False) -> list[Page]:
    """The pages of the labels; refuses what `code_sheet` does."""
    if not 1 <= start <= stock.count:
        raise Refusal("documents_start_outside", count=stock.count)
    if not labels:
        raise Refusal("documents_no_codes")
    pad = max(_PAD, 0.05 * stock.height_mm)
    across, down = max(pad, _UNPRINTABLE - stock.left_mm), max(pad, _UNPRINTABLE - stock.top_mm)
    places = [_place(label, stock.width_mm - 2 * across, stock.height_mm - 2 * down, square) for label in labels]
    common = _common([place.size for place in places])
    pages: list[Page] = []
    for at, place in enumerate(places, start - 1):
        if not pages or at % stock.count == 0:
            pages.append(Page(stock.paper))
        row, column = divmod(at % stock.count, stock.columns)
        x, y = stock.left_mm + column * stock.across_mm, stock.top_mm + row * stock.down_mm
        if stock.cut:
            pages[-1].frame(x, y, stock.width_mm, stock.height_mm)
        place.draw(pages[-1], x + across, y + down, common)
    return pages


def _common(sizes: list[float]) -> float:
    """The size that most labels of a sheet have, so that it looks like one; much longer words keep their own."""
    middle = sorted(sizes)[len(sizes) // 2]
    return min(size for size in sizes if size >= 0.6 * middle)


@dataclass(frozen=True, slots=True)
class _Place:
    """A label in its rectangle; all in millimetres from the rectangle's corner, `size` in points."""

    label: CodeLabel
    kind: SymbolKind
    symbol: tuple[float, float, float, float]  # left, top, width, height
    words: tuple[float, float, float, float]
    arrow: tuple[float, float, float, float]
    style: Style
    detail: Style
    size: float
    align: Align
    largest_module: float | None

    def draw(self, page: Page, x: float, y: float, size: float) -> None:
        label = self.label
        left, top, width, height = self.symbol
        page.symbol(x + left, y + top, width, height, self.kind, label.code, "", largest_module=self.largest_module)
        left, top, width, height = self.words
        style = self.style.at(min(size, self.size))
        below = text_height(label.detail, self.detail, width, 2)
        deep = big_height(label.words, style, width, height - below)
        gap = max(0.8, 0.12 * deep) if label.detail else 0.0
        above = max(0.0, (height - deep - gap - below) / 2)
        page.big(x + left, y + top + above, width, deep, label.words, style, self.align)
        page.text(x + left, y + top + above + deep + gap, width, label.detail, self.detail, align=self.align, most=2)
        if label.arrow is not None:
            left, top, width, height = self.arrow
            page.big(x + left, y + top, width, height, label.arrow, Style(400, bold=True))


def _place(label: CodeLabel, width: float, height: float, square: bool) -> _Place:
    """Words above a Code 128, or beside a Data Matrix where that is wanted or must be; an arrow at the right."""
    beside = min(height * 0.6, width * 0.2) if label.arrow else 0.0
    arrow = (width - beside, 0.0, beside, height)
    width -= beside + (2.0 if beside else 0.0)
    detail = Style(min(40.0, max(6.0, height * 0.07 * MM)))
    style = Style(400, bold=True, mono=label.words == label.code)
    largest_module = _SIGN_MODULE_MM if height >= _SIGN_MM else None
    for kind in (SymbolKind.DATAMATRIX,) if square else (SymbolKind.CODE128, SymbolKind.DATAMATRIX):
        if kind is SymbolKind.CODE128:
            bars = height * 0.45
            symbol = (0.0, height - bars, width, bars)
            words = (0.04 * width, 0.0, 0.92 * width, height - bars - 1.5)
        else:
            side = min(height, width * 0.42)
            symbol = (0.0, (height - side) / 2, side, side)
            words = (side + 2, 0.0, width - side - 2, height)
        try:
            Page(A4).symbol(*symbol, kind, label.code, "", largest_module=largest_module)
        except Refusal:
            continue
        room = words[3] - text_height(label.detail, detail, words[2], 2)
        size = big_lines(label.words, style, words[2], room * 0.85 - 0.8)[0][1].size
        align = Align.CENTER if kind is SymbolKind.CODE128 else Align.LEFT
        return _Place(label, kind, symbol, words, arrow, style, detail, size, align, largest_module)
    raise Refusal("documents_code_unscannable", barcode=label.code)
