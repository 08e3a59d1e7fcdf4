"""The customs declaration CN 22 of the Universal Postal Union, for goods of up to 300 SDR, on a label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from app.domain.declaration import Category, Declaration
from app.domain.errors import Refusal
from printing.documents.page import LABEL, RULE_MM, Page, Paper
from printing.documents.typeface import Style
from printing.documents.upu import (
    Captions,
    amount,
    described,
    fitted,
    in_box,
    item_number,
    kilograms,
    sheets,
    ticks,
    whole,
    whole_height,
)
from printing.documents.write import to_pdf
from printing.label import Align, SymbolKind

CN22_LABEL = Paper(74, 105, 3)  # the form's own size
_PAD = 0.7
_SIZES = (6.2, 5.6, 5.0)  # of the rows, in points
_TITLE, _CATEGORIES, _CAPTIONS = 11.5, 10.6, 11.2  # heights on the form's own size
_NAMED = 3  # SKUs that a refusal names: more are in the list of the orders
_COLUMNS = (0.36, 0.12, 0.20, 0.19, 0.13)  # shares of the width: contents, weight, value, tariff number, origin


@dataclass(frozen=True, slots=True)
class _Form:
    """Places on one paper; the type grows with it."""

    paper: Paper
    grown: float

    def mm(self, value: float) -> float:
        return value * self.grown

    def style(self, size: float, *, bold: bool = False, mono: bool = False) -> Style:
        return Style(size * self.grown, bold, mono)


def cn22(
    declaration: Declaration, *, signed_on: date, signer: str = "", category: Category = Category.SALE,
    language: str = "en", paper: Paper = CN22_LABEL,
) -> bytes:  # fmt: skip
    """The declaration of one parcel as PDF, 74 × 105 mm or on a label of 100 × 150 mm; as many sheets as it needs.

    Captions are in English and French, with `language` `zh` in English and Chinese. Raises Refusal `customs_incomplete`
    (facts `order`, `fields`, `skus`) when goods cannot be declared as they are.
    """
    pages = lay_out(
        declaration, signed_on=signed_on, signer=signer, category=category, language=language, paper=paper
    )
    return to_pdf(pages, f"CN 22 {item_number(declaration) or declaration.order}")


def check_complete(declaration: Declaration) -> None:
    """Raises Refusal `customs_incomplete` for a declaration that would have gaps."""
    if declaration.missing:
        fields = dict.fromkeys(lack.field for lack in declaration.missing)
        skus = list(dict.fromkeys(lack.sku for lack in declaration.missing))
        named = ", ".join(skus[:_NAMED]) + (", …" if len(skus) > _NAMED else "")
        raise Refusal("customs_incomplete", order=declaration.order, fields=", ".join(fields), skus=named)


def lay_out(
    declaration: Declaration, *, signed_on: date, signer: str = "", category: Category = Category.SALE,
    language: str = "en", paper: Paper = CN22_LABEL,
) -> list[Page]:  # fmt: skip
    """The sheets of the declaration; each bears the totals of the whole item."""
    check_complete(declaration)
    form = _Form(paper, paper.inner_mm / CN22_LABEL.inner_mm)
    caption = Captions(language)
    left, width = paper.margin_mm, paper.inner_mm
    lefts, widths, x = [], [], left
    for share in _COLUMNS:
        lefts.append(x)
        widths.append(share * width)
        x += share * width
    top = _top(form)
    foot = _foot_height(form)
    rows = [
        (
            f"{line.quantity} × {described(line)}", kilograms(line.net_weight_g),
            amount(line.value_minor, declaration.currency), line.hs_code, line.origin,
        )
        for line in declaration.lines
    ]  # fmt: skip
    room = paper.height_mm - paper.margin_mm - top - foot
    for size in _SIZES:  # smaller before there is a second sheet
        style = form.style(size)
        heights = [
            max(whole_height(cell, style, wide - 2 * _PAD) for cell, wide in zip(row, widths, strict=True))
            + form.mm(0.7)
            for row in rows
        ]
        heights = [min(height, room) for height in heights]
        parts = sheets(heights, room)
        if len(parts) == 1:
            break
    pages = []
    for number, (start, stop) in enumerate(parts, 1):
        page = Page(paper)
        _head(page, form, caption, declaration, category, (number, len(parts)))
        _table_head(page, form, caption, lefts, widths, top)
        y = top
        for row, height in zip(rows[start:stop], heights[start:stop], strict=True):
            for place, (cell, at, wide) in enumerate(zip(row, lefts, widths, strict=True)):
                align = Align.RIGHT if place in (1, 2) else Align.LEFT
                whole(page, at + _PAD, y + form.mm(0.35), wide - 2 * _PAD, cell, style, align, height - form.mm(0.6))
            y += height
        _foot(page, form, caption, declaration, lefts, widths, (signed_on, signer))
        bottom = paper.height_mm - paper.margin_mm - foot
        for at in lefts[1:]:
            page.upright(at, top - form.mm(_CAPTIONS), bottom - top + form.mm(_CAPTIONS))
        page.frame(left, paper.margin_mm, width, paper.height_mm - 2 * paper.margin_mm)
        pages.append(page)
    return pages


def _top(form: _Form) -> float:
    """Where the table's rows begin: below title, categories and the captions of the columns."""
    return form.paper.margin_mm + form.mm(_TITLE + _CATEGORIES + _CAPTIONS)


def _foot_height(form: _Form) -> float:
    """Totals, certificate, signature, and the item's number, whose bars want more on a label that has room."""
    return form.mm(6.2 + 15.2 + 7.0) + (form.mm(11.5) if form.paper.width_mm >= 90 else form.mm(10.0))


def _head(
    page: Page, form: _Form, caption: Captions, declaration: Declaration, category: Category, sheet: tuple[int, int]
) -> None:
    left, width, y = form.paper.margin_mm + _PAD, form.paper.inner_mm - 2 * _PAD, form.paper.margin_mm + form.mm(0.6)
    right = form.mm(17)
    title = caption("customs_declaration", joint="\n").split("\n")
    room = width - right - 1
    used = page.text(left, y, room, title[0].upper(), form.style(8.6, bold=True))
    if len(title) > 1:
        used += page.text(left, y + used, room, title[1].upper(), form.style(6.4, bold=True))
    opened = caption("customs_may_open")
    in_box(page, left, y + used + form.mm(0.2), room, form.mm(10.6) - used, opened, form.style(5.2))
    high = page.text(left + width - right, y, right, "CN 22", form.style(12, bold=True), align=Align.RIGHT)
    under = declaration.carrier or caption("customs_operator", joint="\n")
    if sheet[1] > 1:
        under = f"{sheet[0]} / {sheet[1]}"
    for line in under.split("\n"):
        high += page.text(left + width - right, y + high, right, line, form.style(5.6), align=Align.RIGHT)
    y = form.paper.margin_mm + form.mm(_TITLE)
    page.rule(form.paper.margin_mm, y, form.paper.inner_mm)
    lines = partial(caption, joint="\n")
    ticks(page, left, y + form.mm(0.4), width, 3, form.mm(5), form.style(5), category, lines)
    page.rule(form.paper.margin_mm, y + form.mm(_CATEGORIES), form.paper.inner_mm)


def _table_head(
    page: Page, form: _Form, caption: Captions, lefts: list[float], widths: list[float], top: float
) -> None:
    codes = ("customs_contents", "customs_net_weight", "customs_value_currency", "customs_hs", "customs_origin")
    high = form.mm(_CAPTIONS)
    for number, (code, at, wide) in enumerate(zip(codes, lefts, widths, strict=True), 1):
        text = caption(code, number, "\n")
        in_box(page, at + _PAD, top - high + form.mm(0.4), wide - 2 * _PAD, high - form.mm(0.8), text, form.style(5))
    page.rule(form.paper.margin_mm, top - RULE_MM, form.paper.inner_mm)


def _foot(
    page: Page, form: _Form, caption: Captions, declaration: Declaration, lefts: list[float], widths: list[float],
    signed: tuple[date, str],
) -> None:  # fmt: skip
    paper, left, width = form.paper, form.paper.margin_mm, form.paper.inner_mm
    y = paper.height_mm - paper.margin_mm - _foot_height(form)
    high = form.mm(6.2)
    page.rule(left, y, width)
    # weight below the weights, value below the values: captions stand beside them
    both = ((6, "customs_total_weight", kilograms(declaration.gross_weight_g)),
            (7, "customs_total_value", amount(declaration.goods_minor, declaration.currency)))  # fmt: skip
    at = left
    for field, code, value in both:
        wide = width / 2
        in_box(page, at + _PAD, y + form.mm(0.3), wide - 2 * _PAD, form.mm(2.3), caption(code, field), form.style(5))
        style = fitted(value, form.style(7.6, bold=True), wide - 2 * _PAD)
        page.text(at + _PAD, y + form.mm(2.4), wide - 2 * _PAD, value, style)
        at += wide
    page.upright(left + width / 2, y, high)
    y += high
    page.rule(left, y, width)
    certify = caption.sentences("customs_certify_item", "customs_certify_danger")
    in_box(page, left + _PAD, y + form.mm(0.4), width - 2 * _PAD, form.mm(14.4), certify, form.style(5.2))
    y += form.mm(15.2)
    page.rule(left, y, width)
    signature = caption("customs_signature", 8)
    in_box(page, left + _PAD, y + form.mm(0.3), width - 2 * _PAD, form.mm(2.4), signature, form.style(5))
    words = " ".join(part for part in (signed[0].isoformat(), signed[1]) if part)
    page.text(left + _PAD, y + form.mm(2.9), width - 2 * _PAD, words, form.style(7.4))
    y += form.mm(7.0)
    page.rule(left, y, width)
    _number(page, form, caption, declaration, y, paper.height_mm - paper.margin_mm - y)


def _number(
    page: Page, form: _Form, caption: Captions, declaration: Declaration, y: float, high: float
) -> None:
    """The item's number in bars where there is room, else as a square code beside it."""
    left, width = form.paper.margin_mm, form.paper.inner_mm
    number = item_number(declaration)
    if not number:
        in_box(page, left + _PAD, y + form.mm(0.6), width - 2 * _PAD, high - 1, declaration.order, form.style(6.5))
        return
    side = high - form.mm(0.8)
    try:
        page.symbol(left + width - side - 0.4, y + form.mm(0.4), side, side, SymbolKind.DATAMATRIX, number, "item")
        drawn = side + 1.5
    except Refusal:
        drawn = 0.0  # its number stands there in words too
    room = width - drawn - 2 * _PAD
    in_box(page, left + _PAD, y + form.mm(0.5), room, form.mm(2.4), caption("customs_item_number"), form.style(5))
    page.text(left + _PAD, y + form.mm(2.8), room, number, form.style(8, bold=True, mono=True))
    reference = " · ".join(part for part in (declaration.order, declaration.service) if part)
    page.text(left + _PAD, y + form.mm(6.2), room, reference, form.style(5.6))


__all__ = ["CN22_LABEL", "LABEL", "check_complete", "cn22", "lay_out"]
