"""The commercial invoice of goods that cross a customs border, in English, and Chinese beside it where asked for."""

from __future__ import annotations

from datetime import date

from app.domain.customs import Battery, hs_text
from app.domain.declaration import Declaration
from app.domain.money import amount_text
from app.texts import country_name, say
from printing.documents.blocks import Blank, Block, Framed, Named, Stack, Words
from printing.documents.cn22 import check_complete
from printing.documents.flow import Column, Flow
from printing.documents.page import A4, Page, Paper
from printing.documents.typeface import Style
from printing.documents.upu import amount, described, kilograms, recipient_text
from printing.documents.write import to_pdf
from printing.label import Align

_TITLE, _HEAD, _BODY, _SMALL = Style(17, bold=True), Style(7, bold=True), Style(9), Style(8)
_ROW, _CODE, _NUMBER = Style(8), Style(8, mono=True), Style(9, mono=True)


def commercial_invoice(
    declaration: Declaration, *, number: str, issued_on: date, signer: str = "", place: str = "", reason: str = "sale",
    language: str = "en", paper: Paper = A4,
) -> bytes:  # fmt: skip
    """The invoice of an order, or of one parcel of it, as PDF; pages as its lines need them.

    `reason` is a value of `Category`. With `language` `zh` every caption is in English and Chinese. Raises Refusal
    `customs_incomplete` (facts `order`, `fields`, `skus`) when goods cannot be declared as they are.
    """
    pages = lay_out(
        declaration, number=number, issued_on=issued_on, signer=signer, place=place, reason=reason, language=language,
        paper=paper,
    )  # fmt: skip
    return to_pdf(pages, f"{say('customs_commercial_invoice')} {number}")


def lay_out(
    declaration: Declaration, *, number: str, issued_on: date, signer: str = "", place: str = "", reason: str = "sale",
    language: str = "en", paper: Paper = A4,
) -> list[Page]:  # fmt: skip
    """The pages of the invoice; the certificate and the line to sign stay together."""
    check_complete(declaration)
    caption = _Captions(language)
    flow = Flow(paper, f"{say('customs_commercial_invoice')} {number}", "zh" if language == "zh" else "en")
    _title(flow, caption, declaration, number, issued_on)
    _parties(flow, caption, declaration)
    _terms(flow, caption, declaration, reason)
    flow.y += 4
    _goods(flow, caption, declaration)
    _sums(flow, caption, declaration)
    _parcels(flow, caption, declaration)
    _declare(flow, caption, place, issued_on, signer)
    return flow.finish()


class _Captions:
    """Captions in English, with Chinese behind where that is asked for."""

    def __init__(self, language: str) -> None:
        self._chinese = language == "zh"

    def __call__(self, code: str, joint: str = " / ", **facts: str) -> str:
        english = say(code, facts)
        chinese = say(code, facts, "zh")
        return f"{english}{joint}{chinese}" if self._chinese and chinese != english else english

    def sentence(self, code: str) -> str:
        """A whole sentence, with its full stop."""
        return f"{say(code)}. {say(code, language='zh')}。" if self._chinese else f"{say(code)}."


def _title(flow: Flow, caption: _Captions, declaration: Declaration, number: str, issued_on: date) -> None:
    title = Words(caption("customs_commercial_invoice", joint="  "), _TITLE)
    named = [
        (caption("customs_invoice_no"), number, _NUMBER), (caption("customs_issued_on"), issued_on.isoformat(), _BODY),
        (caption("customs_order"), declaration.order, _NUMBER),
        (caption("customs_ordered_on"), declaration.placed_on.isoformat() if declaration.placed_on else "", _BODY),
    ]  # fmt: skip
    flow.add(title)
    flow.y += 3
    flow.columns([(Named(name, value, style, most=2), 0) for name, value, style in named])
    flow.y += 3


def _parties(flow: Flow, caption: _Captions, declaration: Declaration) -> None:
    to = declaration.recipient
    buyer = recipient_text(declaration)
    sides = (
        ("customs_seller", declaration.sender, declaration.sender_phone,
         (("customs_eori", declaration.sender_eori), ("customs_vat", declaration.sender_vat),
          ("customs_ioss", declaration.ioss))),
        ("customs_buyer", buyer, to.phone,
         (("customs_vat", declaration.recipient_vat), ("customs_eori", declaration.recipient_eori))),
        ("customs_consignee", caption("customs_same_as_buyer"), "", ()),
    )  # fmt: skip
    blocks: list[tuple[Block, float]] = []
    for code, text, phone, numbers in sides:
        parts: list[Block] = [Words(caption(code), _HEAD, most=2), Words(text, _BODY, most=14)]
        if phone:
            parts.append(Words(f"{caption('customs_phone')} {phone}", _SMALL, most=2))
        parts += [Words(f"{caption(name)} {value}", _SMALL, most=2) for name, value in numbers if value]
        blocks.append((Stack(parts, 0.8), 0))
    tallest = max(block.height((flow.width - 8) / 3 - 5) for block, _ in blocks)
    flow.columns([(Framed(_Tall(block, tallest), 2.5), width) for block, width in blocks])
    flow.y += 4


class _Tall:
    """A block with room below it, so that frames beside each other are of one height."""

    def __init__(self, block: Block, least: float) -> None:
        self._block, self._least = block, least

    def height(self, width: float) -> float:
        return max(self._least, self._block.height(width))

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        self._block.draw(page, x, y, width)


def _terms(flow: Flow, caption: _Captions, declaration: Declaration, reason: str) -> None:
    to = declaration.recipient.country
    carrier = " · ".join(part for part in (declaration.carrier, declaration.service) if part)
    first = (
        ("customs_incoterm", declaration.incoterm), ("customs_currency", declaration.currency),
        ("customs_reason", caption(f"customs_category_{reason}")),
    )  # fmt: skip
    second = (
        ("customs_shipped_by", carrier), ("customs_dispatch", _country(declaration.sender_country)),
        ("customs_destination", _country(to)),
    )  # fmt: skip
    for row in (first, second):
        flow.columns([(Named(caption(code), value, _BODY, most=2), 0) for code, value in row])
        flow.y += 2


def _country(code: str) -> str:
    return f"{country_name(code)} ({code})" if code else ""


def _goods(flow: Flow, caption: _Captions, declaration: Declaration) -> None:
    currency = declaration.currency
    columns = [
        Column(caption("customs_row", "\n"), 9, Align.RIGHT, _ROW),
        Column(caption("customs_goods"), 0, style=_ROW, most=None),
        Column(caption("customs_hs_code", "\n"), 22, style=_CODE),
        Column(caption("customs_origin_short", "\n"), 12, style=_ROW),
        Column(caption("customs_pieces", "\n"), 12, Align.RIGHT, _ROW, most=2),
        Column(f"{caption('customs_net', chr(10))}, kg", 16, Align.RIGHT, _ROW, most=2),
        Column(f"{caption('customs_unit_value', chr(10))}, {currency}", 20, Align.RIGHT, _ROW, most=2),
        Column(f"{caption('customs_amount', chr(10))}, {currency}", 23, Align.RIGHT, _ROW, most=2),
    ]
    rows: list[list[Block | str]] = [
        [
            str(place), described(line), hs_text(line.hs_code), line.origin, str(line.quantity),
            kilograms(line.net_weight_g), amount_text(line.unit_value_minor, currency),
            amount_text(line.value_minor, currency),
        ]
        for place, line in enumerate(declaration.lines, 1)
    ]  # fmt: skip

    def page_total(start: int, stop: int) -> list[Block | str]:
        some = declaration.lines[start:stop]
        bold = Style(8, bold=True)
        return [
            "", Words(caption("customs_page_sum"), bold), "", "",
            Words(str(sum(line.quantity for line in some)), bold, Align.RIGHT),
            Words(kilograms(sum(line.net_weight_g for line in some)), bold, Align.RIGHT), "",
            Words(amount_text(sum(line.value_minor for line in some), currency), bold, Align.RIGHT),
        ]  # fmt: skip

    flow.table(columns, rows, gap=2.0, pad=0.9, page_total=page_total)


def _sums(flow: Flow, caption: _Captions, declaration: Declaration) -> None:
    currency = declaration.currency
    freight = declaration.freight_minor
    pieces = sum(line.quantity for line in declaration.lines)
    weights: list[Block] = [
        Words(f"{caption('customs_pieces')}: {pieces}", _BODY, most=2),
        Words(f"{caption('customs_net_weight')}: {kilograms(declaration.net_weight_g)}", _BODY, most=2),
        Words(f"{caption('customs_gross_weight')}: {kilograms(declaration.gross_weight_g)}", _BODY, most=2),
    ]
    classes = [Battery(each).words for each in declaration.batteries if each in set(Battery)]
    if classes:
        weights.append(Words(caption("customs_batteries", classes=", ".join(classes)), _BODY, most=3))
    sums = [(caption("customs_goods_total"), amount(declaration.goods_minor, currency), False)]
    if freight is not None:
        sums.append((caption("customs_freight"), amount(freight, currency), False))
    total = declaration.goods_minor + (freight or 0)
    sums.append((caption("customs_invoice_total"), amount(total, currency), True))
    names = Stack([Words(name, Style(10 if bold else 9, bold)) for name, _, bold in sums], 0.8)
    values = Stack([Words(value, Style(10 if bold else 9, bold), Align.RIGHT) for _, value, bold in sums], 0.8)
    flow.y += 2.5
    flow.columns([(Stack(weights, 0.8), 0), (names, 52), (values, 40)])
    flow.y += 4


def _parcels(flow: Flow, caption: _Captions, declaration: Declaration) -> None:
    if not declaration.parcels:
        return
    columns = [
        Column(f"{caption('customs_parcel')}", 0, style=_CODE),
        Column(caption("customs_tracking"), 80, style=_CODE),
        Column(f"{caption('customs_gross')}, kg", 40, Align.RIGHT, _ROW),
    ]
    rows: list[list[Block | str]] = [
        [parcel.code, parcel.tracking or "–", "–" if parcel.weight_g is None else kilograms(parcel.weight_g)]
        for parcel in declaration.parcels
    ]
    flow.table(columns, rows, pad=0.7)


def _declare(flow: Flow, caption: _Captions, place: str, issued_on: date, signer: str) -> None:
    """What is signed, and the lines to sign on, on one page."""
    told = Words(caption.sentence("customs_declare"), _BODY, most=None)
    dated = ", ".join(part for part in (place, issued_on.isoformat()) if part)
    flow.y += 5
    flow.need(told.height(flow.width) + 24)
    flow.add(told)
    flow.y += 3
    lines: list[tuple[Block, float]] = [
        (Stack((_Tall(Words(text, _BODY), 5.0), Blank(caption(code), high=0.6))), 0)
        for text, code in ((dated, "customs_place_date"), (signer, "customs_name_signature"))
    ]
    flow.y += 8
    flow.columns(lines, gap=12)


__all__ = ["commercial_invoice", "lay_out"]
