"""The printed pick list of a batch: the walk in its order, what goes into which tote, and boxes to tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from app.texts import say
from printing.documents.blocks import Bars, Blank, Block, Chip, Named, Stack, Tick, Words
from printing.documents.flow import Column, Flow
from printing.documents.page import A4, Page, Paper
from printing.documents.typeface import Style
from printing.documents.wording import document_language, moment, number
from printing.documents.write import to_pdf
from printing.label import Align

_TOTES_A_ROW = 4
_TOTE = Style(8, mono=True)


@dataclass(frozen=True, slots=True)
class PickTote:
    """A tote on the cart: its slot as the screen shows it (`G 7`), its code, the order that it is for."""

    slot: str
    tote: str
    order: str
    pieces: int


@dataclass(frozen=True, slots=True)
class PickLine:
    """Take `quantity` of a SKU at a location into the tote of a slot."""

    location: str
    sku: str
    name: str
    quantity: int
    slot: str = ""
    tote: str = ""


@dataclass(frozen=True, slots=True)
class PickList:
    """One batch: its cart's totes and its lines in the order of the walk; `walk_mm` in millimetres.

    `code` is the batch's barcode, "" where it has none.
    """

    wave: str
    batch: str
    lines: tuple[PickLine, ...]
    totes: tuple[PickTote, ...] = ()
    code: str = ""
    cart: str = ""
    lane: str = ""
    walk_mm: int = 0
    cut_off: datetime | None = None
    printed_at: datetime | None = None


def pick_list(picks: PickList, language: str, paper: Paper = A4) -> bytes:
    """The pick list as PDF; nothing in it is refused."""
    title = say("documents_pick_list", language=document_language(language))
    return to_pdf(lay_out(picks, language, paper), f"{title} {picks.batch}")


def lay_out(picks: PickList, language: str, paper: Paper = A4) -> list[Page]:
    """The pick list's pages."""
    language = document_language(language)
    title = say("documents_pick_list", language=language)
    flow = Flow(paper, f"{title} {picks.batch}", language)
    heading(flow, title, picks.batch, picks.code)
    pieces = sum(line.quantity for line in picks.lines)
    facts = [
        ("documents_wave", picks.wave),
        ("documents_cart", picks.cart),
        ("documents_lane", picks.lane),
        ("documents_lines", number(len(picks.lines), language)),
        ("documents_pieces", number(pieces, language)),
        ("documents_walk", metres(picks.walk_mm, language)),
        ("documents_cut_off", moment(picks.cut_off, language) if picks.cut_off else ""),
        ("documents_printed_at", moment(picks.printed_at, language) if picks.printed_at else ""),
    ]
    fact_grid(flow, facts)
    _totes(flow, picks.totes)
    # where all goes into one tote, it is named above
    sorted_ = any(line.slot for line in picks.lines) or len({line.tote for line in picks.lines}) > 1
    rows: list[list[Block | str]] = []
    for place, line in enumerate(picks.lines, 1):
        item = Stack((Words(line.name or line.sku, Style(9), most=2), Words(line.sku, Style(8, mono=True))), 0.3)
        rows.append([
            str(place),
            Words(line.location, Style(12, bold=True, mono=True), most=2),
            item if line.name else Words(line.sku, Style(8, mono=True)),
            Words(number(line.quantity, language), Style(14, bold=True), Align.RIGHT),
            *((Stack((Chip(line.slot, Style(11, bold=True)),) if line.slot else (), 0), Words(line.tote, _TOTE))
              if sorted_ else ()),
            Tick(5),
        ])  # fmt: skip
    columns = [
        Column("#", 7, style=Style(8)),
        Column(flow.say("documents_location"), 34),
        Column(flow.say("documents_item")),
        Column(flow.say("documents_take"), 15, Align.RIGHT),
        *((Column(flow.say("documents_slot"), 14), Column(flow.say("documents_tote"), 21)) if sorted_ else ()),
        Column("", 6),
    ]
    flow.table(columns, rows, pad=1.2)
    flow.need(20)
    flow.y += 3
    names = ("documents_picker", "documents_started", "documents_finished", "documents_shorts")
    flow.columns([(Blank(flow.say(code)), 0) for code in names])
    return flow.finish()


def _totes(flow: Flow, totes: Sequence[PickTote]) -> None:
    """The cart: each slot with the tote that stands in it, in rows."""
    if not totes:
        return
    flow.text(flow.say("documents_totes"), Style(10, bold=True), gap=3, keep=15)
    for start in range(0, len(totes), _TOTES_A_ROW):
        row: list[tuple[Block, float]] = []
        for tote in totes[start : start + _TOTES_A_ROW]:
            told = "documents_tote_order" if tote.order else "documents_tote_pieces"
            words = Stack((
                Words(tote.tote, Style(9, mono=True, bold=True)),
                Words(flow.say(told, order=tote.order, pieces=tote.pieces), Style(7)),
            ), 0.2)  # fmt: skip
            row.append((_Beside(Chip(tote.slot, Style(11, bold=True)), words, 13) if tote.slot else words, 0))
        row += [(Stack(()), 0)] * (_TOTES_A_ROW - len(row))
        flow.y += 1.2
        flow.columns(row)
    flow.y += 3


@dataclass(frozen=True, slots=True)
class _Beside:
    """Two blocks side by side, the first one `first` millimetres wide."""

    left: Block
    right: Block
    first: float

    def height(self, width: float) -> float:
        return max(self.left.height(self.first), self.right.height(width - self.first - 2))

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        high = self.height(width)
        self.left.draw(page, x, y + (high - self.left.height(self.first)) / 2, self.first)
        self.right.draw(page, x + self.first + 2, y, width - self.first - 2)


def heading(flow: Flow, title: str, number_: str, code: str) -> None:
    """A work sheet's head: what it is and its number, large; its barcode at the right."""
    words = Stack((Words(title, Style(11)), Words(number_, Style(24, bold=True))), 0.5)
    flow.columns([(words, 0), (Bars(code, 14, Align.RIGHT), 80)] if code else [(words, 0)])
    flow.y += 2
    flow.rule()
    flow.y += 2


def fact_grid(flow: Flow, facts: Sequence[tuple[str, str]], in_row: int = 4) -> None:
    """Named values in rows; those without a value are left out."""
    shown: list[tuple[Block, float]] = [
        (Named(flow.say(code), value, Style(10, bold=True)), 0.0) for code, value in facts if value
    ]
    in_row = ceil(len(shown) / ceil(len(shown) / in_row)) if shown else in_row  # as many in the last row as before
    for start in range(0, len(shown), in_row):
        row = shown[start : start + in_row]
        flow.columns(row + [(Stack(()), 0.0)] * (in_row - len(row)))
        flow.y += 1.5


def metres(length_mm: int, language: str) -> str:
    """A walk in whole metres, "" for none."""
    return f"{number(round(length_mm / 1000), language)}\u00a0m" if length_mm else ""
