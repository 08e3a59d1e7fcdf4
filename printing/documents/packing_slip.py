"""The packing slip: what is in the parcel, in the buyer's language, with prices unless it is a gift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from app.texts import say
from printing.documents.blocks import Bars, Block, Framed, Indented, Named, Picture, Stack, Words
from printing.documents.flow import Column, Flow
from printing.documents.page import A4, Page, Paper, mirrored
from printing.documents.typeface import Style
from printing.documents.wording import buyers_language, day, money, number, runs_from_right, with_code
from printing.documents.write import to_pdf
from printing.label import Align

_AMOUNT = 2.9  # millimetres of a column of amounts for each point of its size


@dataclass(frozen=True, slots=True)
class SlipKit:
    """A kit whose components are lines; `number` tells two of the same apart, `quantity` None unless they are whole."""

    number: int
    sku: str
    name: str
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Pieces of one SKU; `price_minor` is of one piece, `picture` a PNG or JPEG; `kit` what it is a component of.

    The lines of a kit follow each other.
    """

    sku: str
    name: str
    quantity: int
    price_minor: int | None = None
    picture: bytes | None = None
    kit: SlipKit | None = None


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """What a packing slip says; addresses are lines as printed, amounts minor units of `currency` (ISO 4217).

    `code` is what the bench scans, the order's number unless it is told apart. `returns` says how to send something
    back. `parcel` counts from 1 where the order is sent in several.
    """

    order: str
    recipient: str
    lines: tuple[SlipLine, ...]
    shop: str = ""
    sender: str = ""
    code: str = ""
    placed_on: date | None = None
    service: str = ""
    tracking: str = ""
    currency: str = ""
    freight_minor: int | None = None
    hide_prices: bool = False
    gift_message: str = ""
    message: str = ""
    returns: str = ""
    parcel: int = 1
    parcels: int = 1

    @property
    def priced(self) -> bool:
        """Whether prices are shown: wanted, and known of every line."""
        known = bool(self.currency) and all(line.price_minor is not None for line in self.lines)
        return known and bool(self.lines) and not self.hide_prices


def packing_slip(slip: PackingSlip, language: str, paper: Paper = A4) -> bytes:
    """The slip as PDF in the buyer's language (ISO 639-1) on A4, A5, Letter or the label printer's media; nothing in it
    is refused."""
    title = say("documents_slip", language=buyers_language(language))
    return to_pdf(lay_out(slip, language, paper), f"{title} {slip.order}")


def lay_out(slip: PackingSlip, language: str, paper: Paper = A4) -> list[Page]:
    """The slip's pages; of a language that runs from the right, with their sides changed."""
    language = buyers_language(language)
    size = 9.0 if paper.width_mm > 180 else 8.0 if paper.width_mm > 120 else 7.0
    title = say("documents_slip", language=language)
    flow = Flow(paper, with_code(title, slip.order), language)
    _head(flow, slip, title, size)
    _lines(flow, slip, size)
    _totals(flow, slip, size)
    if slip.gift_message.strip():
        heading = Words(flow.say("documents_gift_message"), Style(size * 0.8), Align.CENTER)
        words = Words(slip.gift_message, Style(size + 2), Align.CENTER, most=_most(paper))
        flow.add(Framed(Stack((heading, words), 1.5), size * 0.4), gap=size * 0.6)
    if slip.message.strip():
        flow.text(slip.message, Style(size), _most(paper), gap=size * 0.5)
    if slip.returns.strip():
        heading = Words(flow.say("documents_returns"), Style(size, bold=True))
        flow.add(Stack((heading, Words(slip.returns, Style(size), most=_most(paper))), 0.8), gap=size * 0.5)
    pages = flow.finish()
    return [mirrored(page) for page in pages] if runs_from_right(language) else pages


def _figures(language: str) -> Align:
    """Where figures stand so that their last digits are below each other, sides changed or not."""
    return Align.LEFT if runs_from_right(language) else Align.RIGHT


def _quantity_width(flow: Flow) -> float:
    return 11.0 if flow.paper.width_mm <= 120 else 16.0


def _most(paper: Paper) -> int:
    """Lines of a message that surely fit on one page."""
    return 24 if paper.height_mm > 180 else 14


def _head(flow: Flow, slip: PackingSlip, title: str, size: float) -> None:
    language = flow.language
    narrow = flow.paper.width_mm <= 120
    small = Style(size - 1)
    shop: list[Block] = [Words(slip.shop or title, Style(size * 1.8, bold=True), most=2)]
    if slip.sender.strip():
        shop.append(Words(slip.sender, small, most=6))
    number_words = Words(slip.order, Style(size + 1, mono=True), Align.RIGHT)
    order: list[Block] = [Bars(slip.code or slip.order, 9 if narrow else 11, Align.RIGHT), number_words]
    if slip.shop:
        order.insert(0, Words(title, Style(size, bold=True), Align.RIGHT))
    half = (flow.width - 4) / 2
    flow.columns([(Stack(shop, 1), 0), (Stack(order, 1), half if narrow else max(half, 80.0))])
    flow.y += size * 0.3
    flow.rule()
    flow.y += size * 0.25
    name, _, rest = slip.recipient.strip().partition("\n")
    address = Stack((
        Words(flow.say("documents_ship_to"), Style(size * 0.8)),
        Words(name, Style(size + 1, bold=True), most=2),
        Words(rest, Style(size + 1), most=8),
    ), 0.3)  # fmt: skip
    parcel = flow.say("documents_parcel_of", parcel=slip.parcel, parcels=slip.parcels)
    facts: list[Block] = [
        Named(flow.say(code), value, Style(size, mono=mono))
        for code, value, mono in (
            ("documents_ordered_on", day(slip.placed_on, language) if slip.placed_on else "", False),
            ("documents_service", slip.service, False),
            ("documents_tracking", slip.tracking, True),
            ("documents_parcel", parcel if slip.parcels > 1 else "", False),
        )
        if value
    ]
    flow.columns([(address, 0), (Stack(facts, 1.0), half if narrow else 55.0)] if facts else [(address, 0)])
    flow.y += size * 0.4


def _lines(flow: Flow, slip: PackingSlip, size: float) -> None:
    language = flow.language
    narrow = flow.paper.width_mm <= 120
    side = 14.0 if size >= 9 else 11.0 if size >= 8 else 8.0
    style, figures = Style(size), _figures(language)
    columns = [
        Column("", side, style=style),
        Column(flow.say("documents_item"), 0, style=style),
        Column(flow.say("documents_quantity"), _quantity_width(flow), figures, style),
    ]
    if slip.priced:
        if not narrow:
            columns.append(Column(flow.say("documents_price"), size * _AMOUNT, figures, style))
        columns.append(Column(flow.say("documents_amount"), size * _AMOUNT, figures, style))
    pictured = any(line.picture for line in slip.lines)
    rows: list[list[Block | str]] = []

    def add(item: Block, picture: Block | str, quantity: int | None, amounts: list[str]) -> None:
        count = "" if quantity is None else number(quantity, language)
        row = [picture, item, count, *(amounts[1:] if narrow else amounts)]
        rows.append(row if pictured else row[1:])

    for kit, group in groupby(slip.lines, key=lambda line: line.kit):
        lines = list(group)
        if kit is None:
            for line in lines:
                price = line.price_minor or 0
                amounts = [money(one, slip.currency, language) for one in (price, price * line.quantity)]
                add(
                    _item(line.name, line.sku, size), Picture(line.picture, side), line.quantity,
                    amounts if slip.priced else [],
                )
            continue
        # the buyer has paid for the kit: its components have no prices of their own
        whole = sum((line.price_minor or 0) * line.quantity for line in lines)
        each = "" if not kit.quantity else money(whole // kit.quantity, slip.currency, language)
        add(
            _item(kit.name, kit.sku, size), "", kit.quantity,
            [each, money(whole, slip.currency, language)] if slip.priced else [],
        )
        for part in _together(lines):
            add(
                _component(part, size), Picture(part.picture, side * 0.75), part.quantity,
                ["", ""] if slip.priced else [],
            )
    flow.table(columns if pictured else columns[1:], rows, gap=2 if narrow else 3, pad=1.0)


def _item(name: str, sku: str, size: float) -> Block:
    words: list[Block] = [Words(name or sku, Style(size, bold=True), most=3)]
    if name:
        words.append(Words(sku, Style(size - 1, mono=True), most=2))
    return Stack(words, 0.4)


def _component(line: SlipLine, size: float) -> Block:
    """A component under its kit: further in, and not bold."""
    words: list[Block] = [Words(line.name or line.sku, Style(size), most=3)]
    if line.name:
        words.append(Words(line.sku, Style(size - 1, mono=True), most=2))
    return Indented(Stack(words, 0.4), size * 0.4)


def _together(lines: Sequence[SlipLine]) -> list[SlipLine]:
    """The lines with those of the same SKU as one: some pieces may cost a little more than others."""
    pieces: dict[str, SlipLine] = {}
    for line in lines:
        before = pieces.get(line.sku)
        pieces[line.sku] = line if before is None else replace(before, quantity=before.quantity + line.quantity)
    return list(pieces.values())


def _totals(flow: Flow, slip: PackingSlip, size: float) -> None:
    language = flow.language
    pieces = sum(line.quantity for line in slip.lines)
    told = [(flow.say("documents_pieces"), number(pieces, language))]
    if slip.priced:
        goods = sum((line.price_minor or 0) * line.quantity for line in slip.lines)
        if slip.freight_minor is not None:
            told.append((flow.say("documents_goods"), money(goods, slip.currency, language)))
            told.append((flow.say("documents_freight"), money(slip.freight_minor, slip.currency, language)))
        whole = goods + (slip.freight_minor or 0)
        told.append((flow.say("documents_total"), money(whole, slip.currency, language)))
    flow.y += size * 0.2
    wide = size * _AMOUNT if slip.priced else _quantity_width(flow)  # as the table's last column
    for place, (name, value) in enumerate(told, 1):
        last = slip.priced and place == len(told)
        style = Style(size + 1 if last else size, bold=last)
        row = (Words(name, style), size * 6.8 - wide), (Words(value, style, _figures(language)), wide)
        flow.columns([(Stack(()), 0), *row], gap=2)
