"""What a row of a table or a column of a page is built of: each block knows its height at a width, and draws itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from printing.documents import typeface
from printing.documents.page import MM, Page, text_height
from printing.documents.typeface import Style
from printing.label import Align


class Block(Protocol):
    """Something of a height that depends on its width, both in millimetres."""

    def height(self, width: float) -> float: ...

    def draw(self, page: Page, x: float, y: float, width: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Words:
    """A text of at most `most` lines (None: all of it)."""

    text: str
    style: Style
    align: Align = Align.LEFT
    most: int | None = 1

    def height(self, width: float) -> float:
        return text_height(self.text, self.style, width, self.most)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        page.text(x, y, width, self.text, self.style, align=self.align, most=self.most)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a square of `side` millimetres, an empty frame if there is none."""

    content: bytes | None
    side: float

    def height(self, width: float) -> float:
        return self.side

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        page.picture(x, y, min(width, self.side), self.side, self.content)


@dataclass(frozen=True, slots=True)
class Tick:
    """A square of `side` millimetres to tick by hand."""

    side: float
    align: Align = Align.CENTER

    def height(self, width: float) -> float:
        return self.side

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        shift = {Align.LEFT: 0.0, Align.CENTER: (width - self.side) / 2, Align.RIGHT: width - self.side}[self.align]
        page.tick_box(x + shift, y, self.side)


@dataclass(frozen=True, slots=True)
class Chip:
    """A short word in white on black, as wide as it needs: the letter of a slot, a state."""

    text: str
    style: Style
    align: Align = Align.LEFT

    def height(self, width: float) -> float:
        return 1.5 * self.style.size / MM

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        high, pad = self.height(width), 0.45 * self.style.size / MM
        if not self.text:
            return
        line, style = typeface.fit(self.text, self.style, max(0.0, width - 2 * pad) * MM)
        own = min(width, max(high, typeface.width(line, style) / MM + 2 * pad))
        shift = {Align.LEFT: 0.0, Align.CENTER: (width - own) / 2, Align.RIGHT: width - own}[self.align]
        page.fill(x + shift, y, own, high)
        page.text(x + shift, y + 0.13 * style.size / MM, own, line, style, align=Align.CENTER, white=True)


@dataclass(frozen=True, slots=True)
class Stack:
    """Blocks beneath each other, `gap` millimetres apart."""

    blocks: Sequence[Block]
    gap: float = 0.0

    def height(self, width: float) -> float:
        heights = [block.height(width) for block in self.blocks]
        return sum(heights) + self.gap * max(0, len(heights) - 1)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        for block in self.blocks:
            block.draw(page, x, y, width)
            y += block.height(width) + self.gap


@dataclass(frozen=True, slots=True)
class Indented:
    """A block that begins `by` millimetres further in."""

    block: Block
    by: float

    def height(self, width: float) -> float:
        return self.block.height(width - self.by)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        self.block.draw(page, x + self.by, y, width - self.by)


@dataclass(frozen=True, slots=True)
class Bars:
    """The data as a symbol of `high` millimetres: Code 128, else Data Matrix, else nothing, as `Page.code` has it."""

    data: str
    high: float
    align: Align = Align.LEFT

    def height(self, width: float) -> float:
        return self.high

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        page.code(x, y, width, self.high, self.data, self.align)


@dataclass(frozen=True, slots=True)
class Named:
    """A value beneath what it is: a small word, then the value in its style."""

    name: str
    value: str
    style: Style
    most: int | None = 1

    def height(self, width: float) -> float:
        return self._stack().height(width)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        self._stack().draw(page, x, y, width)

    def _stack(self) -> Stack:
        name = Words(self.name, Style(min(7.0, self.style.size * 0.8)))
        return Stack((name, Words(self.value or "–", self.style, most=self.most)), 0.3)


@dataclass(frozen=True, slots=True)
class Framed:
    """A block in a frame, `pad` millimetres from it."""

    block: Block
    pad: float = 3.0

    def height(self, width: float) -> float:
        return self.block.height(width - 2 * self.pad) + 2 * self.pad

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        page.frame(x, y, width, self.height(width))
        self.block.draw(page, x + self.pad, y + self.pad, width - 2 * self.pad)


@dataclass(frozen=True, slots=True)
class Blank:
    """A line to write on by hand, with what belongs there beneath it."""

    name: str
    size: float = 7.0
    high: float = 9.0

    def height(self, width: float) -> float:
        return self.high + self._words().height(width)

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        page.rule(x, y + self.high, width)
        self._words().draw(page, x, y + self.high + 0.4, width)

    def _words(self) -> Words:
        return Words(self.name, Style(self.size))
