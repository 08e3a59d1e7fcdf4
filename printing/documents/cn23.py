"""The customs declaration CN 23 of the Universal Postal Union: A5 across as the form is, or on A4 with more lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from app.domain.customs import Battery
from app.domain.declaration import Category, Declaration
from app.texts import say
from printing.documents.cn22 import check_complete
from printing.documents.page import RULE_MM, Page, Paper
from printing.documents.typeface import Style
from printing.documents.upu import (
    Captions,
    amount,
    described,
    fitted,
    in_box,
    item_number,
    kilograms,
    recipient_text,
    sheets,
    ticks,
    whole,
    whole_height,
)
from printing.documents.write import to_pdf
from printing.label import Align

_WIDE = 198.0
CN23_A5 = Paper(210, 148, 6)  # the form's own size
CN23_A4 = Paper(210, 297, 6)
_PAD = 0.9
_CAPTION, _TEXT = Style(5.6), Style(8)
_SIZES = (8.0, 7.2, 6.4)  # of the rows, in points
# heights in millimetres, from above: title, sender, addressee, captions of the table
_TITLE, _FROM, _TO, _CAPTIONS = 8.5, 20.0, 24.0, 7.6
# and from below: signature, category, comments, totals
_TOTALS, _CATEGORY, _COMMENTS, _NUMBERS = 7.0, 12.0, 9.4, 10.0
_LEFT = 112.0  # of the half with the addresses
_COLUMNS = ((1, 80.0), (2, 16.0), (3, 20.0), (5, 30.0), (7, 28.0), (8, 24.0))
_HEADS = {
    1: "customs_description", 2: "customs_quantity", 3: "customs_net_weight", 5: "customs_value", 7: "customs_hs",
    8: "customs_origin",
}  # fmt: skip


def cn23(
    declaration: Declaration, *, signed_on: date, signer: str = "", invoice: str = "", office: str = "",
    explanation: str = "", category: Category = Category.SALE, language: str = "en", paper: Paper = CN23_A5,
) -> bytes:  # fmt: skip
    """The declaration of one parcel as PDF; goods that its lines do not hold go on further sheets.

    `invoice` is the number of the invoice beside it, `office` the office of origin. Captions are in English and French,
    with `language` `zh` in English and Chinese. Raises Refusal `customs_incomplete` (facts `order`, `fields`, `skus`).
    """
    pages = lay_out(
        declaration, signed_on=signed_on, signer=signer, invoice=invoice, office=office, explanation=explanation,
        category=category, language=language, paper=paper,
    )  # fmt: skip
    return to_pdf(pages, f"CN 23 {item_number(declaration) or declaration.order}")


def lay_out(
    declaration: Declaration, *, signed_on: date, signer: str = "", invoice: str = "", office: str = "",
    explanation: str = "", category: Category = Category.SALE, language: str = "en", paper: Paper = CN23_A5,
) -> list[Page]:  # fmt: skip
    """The sheets of the declaration; each bears the totals of the whole item."""
    check_complete(declaration)
    paper = _wide_enough(paper)
    caption = Captions(language)
    rows = [
        (
            described(line), str(line.quantity), kilograms(line.net_weight_g),
            amount(line.value_minor, declaration.currency), line.hs_code, line.origin,
        )
        for line in declaration.lines
    ]  # fmt: skip
    widths = [wide - 2 * _PAD for _, wide in _COLUMNS]
    top = paper.margin_mm + _TITLE + _FROM + _TO + _CAPTIONS
    bottom = paper.height_mm - paper.margin_mm - _TOTALS - _CATEGORY - _COMMENTS - _NUMBERS
    for size in _SIZES:  # smaller before there is a second sheet
        style = Style(size)
        heights = [
            max(whole_height(cell, style, wide) for cell, wide in zip(row, widths, strict=True)) + 0.6 for row in rows
        ]
        heights = [min(height, bottom - top) for height in heights]
        parts = sheets(heights, bottom - top)
        if len(parts) == 1:
            break
    pages = []
    for number, (start, stop) in enumerate(parts, 1):
        page = Page(paper)
        _head(page, caption, declaration, (number, len(parts)))
        _addresses(page, caption, declaration)
        _table(page, caption, rows[start:stop], heights[start:stop], style, top, bottom)
        _totals(page, caption, declaration, bottom)
        y = _category(page, caption, bottom + _TOTALS, category, explanation)
        y = _comments(page, caption, y, declaration)
        _numbers(page, caption, y, invoice)
        _signature(page, caption, bottom + _TOTALS, (signed_on, signer, office))
        page.frame(paper.margin_mm, paper.margin_mm, paper.inner_mm, paper.height_mm - 2 * paper.margin_mm)
        pages.append(page)
    return pages


def _wide_enough(paper: Paper) -> Paper:
    """The paper with margins that leave the form its width; its own size in place of one that is too narrow."""
    margin = (paper.width_mm - _WIDE) / 2
    return Paper(paper.width_mm, paper.height_mm, margin) if margin >= 3 and paper.height_mm >= 148 else CN23_A5


def _field(page: Page, x: float, y: float, width: float, height: float, name: str, text: str, style: Style) -> None:
    """A caption above what stands in the field."""
    most = 2.6 if height > 6 else 2.2
    in_box(page, x + _PAD, y + 0.4, width - 2 * _PAD, most, name, _CAPTION)
    in_box(page, x + _PAD, y + most + 0.5, width - 2 * _PAD, height - most - 0.7, text, style)


def _head(page: Page, caption: Captions, declaration: Declaration, sheet: tuple[int, int]) -> None:
    paper = page.paper
    left, y, width = paper.margin_mm + _PAD, paper.margin_mm + 0.9, paper.inner_mm - 2 * _PAD
    in_box(page, left, y + 0.2, 46, _TITLE - 1.6, declaration.carrier or caption("customs_operator"), Style(8))
    title = caption("customs_declaration").upper()
    page.text(left + 48, y + 0.6, 118, title, Style(11, bold=True), align=Align.CENTER)
    page.text(left + width - 26, y - 0.3, 26, "CN 23", Style(15, bold=True), align=Align.RIGHT)
    if sheet[1] > 1:
        told = say("customs_sheet", {"page": sheet[0], "pages": sheet[1]}, caption.language)
        page.text(left + 140, y + 1.4, 28, told, Style(7), align=Align.RIGHT)
    page.rule(paper.margin_mm, paper.margin_mm + _TITLE, paper.inner_mm)


def _addresses(page: Page, caption: Captions, declaration: Declaration) -> None:
    left, top = page.paper.margin_mm, page.paper.margin_mm + _TITLE
    right, wide = left + _LEFT, page.paper.inner_mm - _LEFT
    for y, high, code, text in (
        (top, _FROM, "customs_from", declaration.sender), (top + _FROM, _TO, "customs_to", recipient_text(declaration)),
    ):  # fmt: skip
        in_box(page, left + _PAD, y + 0.7, 11, high - 1, caption(code, joint="\n"), Style(7, bold=True))
        in_box(page, left + 13, y + 0.6, _LEFT - 14, high - 1.2, text, Style(8.5))
        page.rule(left, y + high, _LEFT)
    page.upright(left + 12, top, _FROM + _TO)
    page.upright(right, top, _FROM + _TO)
    number = item_number(declaration)
    in_box(page, right + _PAD, top + 0.4, wide - 36, 2.6, caption("customs_item_number"), _CAPTION)
    opened = caption("customs_may_open")
    page.text(right + wide - 45 - _PAD, top + 0.4, 45, opened, _CAPTION, align=Align.RIGHT)
    if number:
        page.code(right + 1, top + 3.4, wide - 2, 8.6, number)
        page.text(right + 1, top + 12.4, wide - 2, number, Style(8, bold=True, mono=True), align=Align.CENTER)
    y = top + 16.4
    fields = (
        ("customs_sender_reference", _joined(("EORI", declaration.sender_eori), ("VAT", declaration.sender_vat),
                                             ("", declaration.sender_phone)), 9.2),
        ("customs_importer_reference", _joined(("VAT", declaration.recipient_vat),
                                               ("EORI", declaration.recipient_eori)), 9.2),
        ("customs_importer_phone", declaration.recipient.phone, _FROM + _TO - 16.4 - 18.4),
    )  # fmt: skip
    for code, text, high in fields:
        page.rule(right, y, wide)
        _field(page, right, y, wide, high, caption(code), text, _TEXT)
        y += high


def _joined(*parts: tuple[str, str]) -> str:
    return " · ".join(f"{name} {value}".strip() for name, value in parts if value)


def _table(
    page: Page, caption: Captions, rows: Sequence[Sequence[str]], heights: Sequence[float], style: Style, top: float,
    bottom: float,
) -> None:  # fmt: skip
    left, y = page.paper.margin_mm, top - _CAPTIONS
    page.rule(left, y, page.paper.inner_mm)
    at = left
    commercial = caption("customs_commercial")
    for field, wide in _COLUMNS:
        lower = 2.6 if field in (7, 8) else 0.0
        text = caption(_HEADS[field], field, "\n" if field != 1 else " / ")
        in_box(page, at + _PAD, y + 0.4 + lower, wide - 2 * _PAD, _CAPTIONS - 0.7 - lower, text, _CAPTION)
        if field == 7:
            in_box(page, at + _PAD, y + 0.3, 52 - 2 * _PAD, 2.3, commercial, _CAPTION)
            page.rule(at, y + 2.7, 52)
        if at > left:
            start = y + 2.7 if field == 8 else y
            page.upright(at, start, bottom - start)
        at += wide
    page.rule(left, top - RULE_MM, page.paper.inner_mm)
    y = top
    for row, height in zip(rows, heights, strict=True):
        at = left
        for (field, wide), cell in zip(_COLUMNS, row, strict=True):
            align = Align.RIGHT if field in (2, 3, 5) else Align.LEFT
            whole(page, at + _PAD, y + 0.3, wide - 2 * _PAD, cell, style, align, height - 0.55)
            at += wide
        y += height


def _totals(page: Page, caption: Captions, declaration: Declaration, y: float) -> None:
    left, width = page.paper.margin_mm, page.paper.inner_mm
    page.rule(left, y, width)
    freight = "" if declaration.freight_minor is None else amount(declaration.freight_minor, declaration.currency)
    fields = (
        (0.0, 62.0, "customs_gross_weight", 4, kilograms(declaration.gross_weight_g)),
        (62.0, 66.0, "customs_total_value", 6, amount(declaration.goods_minor, declaration.currency)),
        (128.0, width - 128.0, "customs_postage", 9, freight),
    )
    for at, wide, code, field, text in fields:
        if at:
            page.upright(left + at, y, _TOTALS)
        style = fitted(text, Style(9, bold=True), wide - 2 * _PAD)
        _field(page, left + at, y, wide, _TOTALS, caption(code, field), text, style)
    page.rule(left, y + _TOTALS, width)


def _category(page: Page, caption: Captions, y: float, category: Category, explanation: str) -> float:
    left = page.paper.margin_mm
    in_box(page, left + _PAD, y + 0.4, 40, 2.4, caption("customs_category", 10), _CAPTION)
    told = f"{caption('customs_explanation')}: {explanation}" if explanation else caption("customs_explanation")
    in_box(page, left + 44, y + 0.4, _LEFT - 45, 2.6, told, _CAPTION)
    ticks(page, left + _PAD, y + 3.1, _LEFT - 2 * _PAD, 3, 4.3, Style(5.2), category, partial(caption, joint="\n"))
    page.rule(left, y + _CATEGORY, _LEFT)
    return y + _CATEGORY


def _comments(page: Page, caption: Captions, y: float, declaration: Declaration) -> float:
    batteries = [Battery(each).words for each in declaration.batteries if each in set(Battery)]
    told = _joined(
        ("IOSS", declaration.ioss), ("", declaration.incoterm), ("", declaration.order),
        ("", say("customs_batteries", {"classes": ", ".join(batteries)}) if batteries else ""),
    )  # fmt: skip
    _field(page, page.paper.margin_mm, y, _LEFT, _COMMENTS, caption("customs_comments", 11), told, _TEXT)
    page.rule(page.paper.margin_mm, y + _COMMENTS, _LEFT)
    return y + _COMMENTS


def _numbers(page: Page, caption: Captions, y: float, invoice: str) -> None:
    left, wide = page.paper.margin_mm, _LEFT / 3
    for place, (field, code, text) in enumerate(
        ((12, "customs_licence", ""), (13, "customs_certificate", ""), (14, "customs_invoice_no", invoice))
    ):
        at = left + place * wide
        if place:
            page.upright(at, y, _NUMBERS)
        page.tick_box(at + _PAD, y + 0.8, 2.8, bool(text))
        in_box(page, at + _PAD + 3.6, y + 0.5, wide - 2 * _PAD - 3.6, 4.6, caption(code, field, "\n"), _CAPTION)
        in_box(page, at + _PAD, y + 5.2, wide - 2 * _PAD, _NUMBERS - 5.6, text, _TEXT)


def _signature(page: Page, caption: Captions, y: float, signed: tuple[date, str, str]) -> None:
    left, wide = page.paper.margin_mm + _LEFT, page.paper.inner_mm - _LEFT
    page.upright(left, y, _CATEGORY + _COMMENTS + _NUMBERS)
    office = _joined(("", signed[2]), ("", signed[0].isoformat()))
    _field(page, left, y, wide, 8.0, caption("customs_office"), office, _TEXT)
    page.rule(left, y + 8.0, wide)
    high = _CATEGORY + _COMMENTS + _NUMBERS - 8.0 - 10.0
    certify = caption.sentences("customs_certify", "customs_certify_danger")
    in_box(page, left + _PAD, y + 8.6, wide - 2 * _PAD, high - 1.0, certify, Style(6))
    y += 8.0 + high
    page.rule(left, y, wide)
    words = _joined(("", signed[0].isoformat()), ("", signed[1]))
    _field(page, left, y, wide, 10.0, caption("customs_signature", 15), words, Style(8.5))


__all__ = ["CN23_A4", "CN23_A5", "cn23", "lay_out"]
