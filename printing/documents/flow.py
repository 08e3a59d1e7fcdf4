"""Blocks and tables that run over as many pages as they need, each with its head repeated and "page n of m"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.errors import Fact
from app.texts import say
from printing.documents.blocks import Block, Words
from printing.documents.page import RULE_MM, Page, Paper, text_height
from printing.documents.typeface import Style
from printing.label import Align

_BODY = Style(9)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in millimetres (0: what the others leave), and how its texts are set."""

    head: str
    width_mm: float = 0.0
    align: Align = Align.LEFT
    style: Style = _BODY
    most: int | None = 1


class Flow:
    """A document that grows downwards; `y` is where the next thing starts, in millimetres.

    `running` stands at the head of every page but the first and, with "page n of m", at the foot of each.
    """

    def __init__(self, paper: Paper, running: str, language: str) -> None:
        self.paper, self.language = paper, language
        self._running = running
        self._foot = Style(7 if paper.width_mm > 120 else 6)
        self.left, self.width = paper.margin_mm, paper.inner_mm
        # as high as its text needs: some scripts stack their marks
        self._foot_top = paper.height_mm - paper.margin_mm - max(
            text_height(text, self._foot, self.width * share, 1)
            for text, share in ((running, 0.7), (self.say("documents_page", page=1, pages=1), 0.3))
        )
        self.bottom = self._foot_top - 2.0
        self.pages: list[Page] = []
        self.y = 0.0
        self.new_page()

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def room(self) -> float:
        """Millimetres left on this page."""
        return self.bottom - self.y

    def say(self, code: str, **facts: Fact) -> str:
        """The sentence of a code in the document's language."""
        return say(code, facts, self.language)

    def new_page(self) -> None:
        self.pages.append(Page(self.paper))
        self.y = self.paper.margin_mm
        if len(self.pages) > 1:
            self.y += self.page.text(self.left, self.y, self.width, self._running, self._foot.at(8)) + 2

    def need(self, height: float) -> None:
        """Go on on a new page if this much does not fit here and would there."""
        if height > self.room and self.y > self.paper.margin_mm + 8:
            self.new_page()

    def add(self, block: Block, gap: float = 0.0, keep: float = 0.0) -> None:
        """A block over the whole width, `gap` before it; `keep` more millimetres are wanted on its page."""
        high = block.height(self.width)
        self.need(gap + high + keep)
        self.y += gap
        block.draw(self.page, self.left, self.y, self.width)
        self.y += high

    def text(self, text: str, style: Style, most: int | None = None, gap: float = 0.0, keep: float = 0.0) -> None:
        self.add(Words(text, style, most=most), gap, keep)

    def rule(self, gap: float = 0.0) -> None:
        self.y += gap
        self.page.rule(self.left, self.y, self.width)
        self.y += RULE_MM

    def columns(self, blocks: Sequence[tuple[Block, float]], gap: float = 4.0) -> None:
        """Blocks side by side, each with its width (0: what the others leave)."""
        widths = _widths([width for _, width in blocks], self.width - gap * (len(blocks) - 1))
        high = max(block.height(width) for (block, _), width in zip(blocks, widths, strict=True))
        self.need(high)
        x = self.left
        for (block, _), width in zip(blocks, widths, strict=True):
            block.draw(self.page, x, self.y, width)
            x += width + gap
        self.y += high

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Block | str]],
        *,
        gap: float = 3.0,
        pad: float = 1.0,
        ruled: bool = True,
        page_total: Callable[[int, int], Sequence[Block | str]] | None = None,
    ) -> None:
        """Rows beneath a head that every page repeats; a row is never broken over two pages.

        `gap` lies between columns and `pad` above and below a row, in millimetres. `page_total(start, stop)` is the
        row that ends each page of several, about the rows of that page.
        """
        widths = _widths([column.width_mm for column in columns], self.width - gap * (len(columns) - 1))
        head_style = Style(max(6.0, columns[0].style.size - 1.5), bold=True)
        heads: list[Block] = [Words(column.head, head_style, column.align, 2) for column in columns]
        cells = [[_cell(cell, column) for cell, column in zip(row, columns, strict=True)] for row in rows]
        heights = [_row_height(row, widths) + 2 * pad for row in cells]
        head_high = _row_height(heads, widths) + 2 * pad + RULE_MM
        total_high = 0.0
        if page_total is not None:
            total = [_cell(cell, column) for cell, column in zip(page_total(0, len(rows)), columns, strict=True)]
            total_high = _row_height(total, widths) + 2 * pad
        self.need(head_high + (heights[0] if heights else 0.0) + total_high)
        first = at = 0
        while True:
            self._row(heads, widths, gap, pad, head_high - RULE_MM)
            self.rule()
            while at < len(cells) and (at == first or heights[at] + total_high + RULE_MM <= self.room):
                self._row(cells[at], widths, gap, pad, heights[at])
                if ruled:
                    self.rule()
                at += 1
            if page_total is not None and (at < len(cells) or first):
                found = page_total(first, at)
                total = [_cell(cell, column) for cell, column in zip(found, columns, strict=True)]
                self._row(total, widths, gap, pad, total_high)
            if at == len(cells):
                return
            first = at
            self.new_page()

    def _row(self, cells: Sequence[Block], widths: Sequence[float], gap: float, pad: float, height: float) -> None:
        """Cells side by side, each in the middle of the row's height."""
        x = self.left
        for cell, width in zip(cells, widths, strict=True):
            spare = height - 2 * pad - cell.height(width)
            cell.draw(self.page, x, self.y + pad + spare / 2, width)
            x += width + gap
        self.y += height

    def finish(self) -> list[Page]:
        """The pages, with their foots."""
        y = self._foot_top
        for number, page in enumerate(self.pages, 1):
            told = self.say("documents_page", page=number, pages=len(self.pages))
            page.text(self.left, y, self.width * 0.7, self._running, self._foot)
            page.text(self.left + self.width * 0.7, y, self.width * 0.3, told, self._foot, align=Align.RIGHT)
        return self.pages


def _cell(cell: Block | str, column: Column) -> Block:
    return Words(cell, column.style, column.align, column.most) if isinstance(cell, str) else cell


def _row_height(cells: Sequence[Block], widths: Sequence[float]) -> float:
    return max(cell.height(width) for cell, width in zip(cells, widths, strict=True))


def _widths(wanted: Sequence[float], room: float) -> list[float]:
    """The widths with what is left shared by those that are 0."""
    open_ = sum(1 for width in wanted if not width)
    left = (room - sum(wanted)) / open_ if open_ else 0.0
    return [width or left for width in wanted]
