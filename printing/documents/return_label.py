"""The return label that a buyer fixes on what is sent back: on A4 with what to do, or on a label of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from app.domain.declaration import Addressee, Declaration
from app.domain.errors import Refusal
from app.domain.shipping import recipient_lines
from app.texts import country_name, say
from printing.documents.page import A4, LABEL, Page, Paper, mirrored, text_height
from printing.documents.typeface import Style
from printing.documents.upu import in_box
from printing.documents.wording import buyers_language, runs_from_right, with_code
from printing.documents.write import to_pdf
from printing.label import Align, SymbolKind

_CUT = 140.0  # millimetres from the top of an A4 page to the line
_DASH, _GAP, _THIN = 3.0, 2.0, 0.2
_STEPS = ("return_step_1", "return_step_2", "return_step_3", "return_step_4", "return_customs")

Words: TypeAlias = Callable[[str], str]  # the sentence of a code


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLabel:
    """Who sends what back to where.

    `to` are the lines of the warehouse's return address, `number` that of the return (RMA; "" for the order's), and
    `tracking` the carrier's, "" where the buyer pays and chooses. `abroad` when a customs border lies between them.
    """

    order: str
    to: str
    sender: Addressee
    number: str = ""
    tracking: str = ""
    service: str = ""
    abroad: bool = False

    @classmethod
    def of(cls, declared: Declaration, number: str = "", tracking: str = "") -> ReturnLabel:
        """The label with which a buyer sends an order back to its warehouse."""
        return cls(
            order=declared.order, to=declared.sender, sender=declared.recipient, number=number, tracking=tracking,
            abroad=declared.customs,
        )  # fmt: skip

    @property
    def code(self) -> str:
        """What the warehouse scans when it comes back."""
        return self.number or self.order


def return_label(label: ReturnLabel, language: str = "en", paper: Paper = A4) -> bytes:
    """The label as PDF in the buyer's language (ISO 639-1): on A4 below what to do, to be cut off, or alone on LABEL.

    Raises Refusal `customs_no_return_address` without an address, `symbol_data_invalid` or `documents_symbol_too_dense`
    (fact `field`) for a tracking number that cannot be a barcode.
    """
    return to_pdf(lay_out(label, language, paper), f"{say('return_title')} {label.code}")


def lay_out(label: ReturnLabel, language: str = "en", paper: Paper = A4) -> list[Page]:
    """The one page of a return label."""
    if not label.to.strip():
        raise Refusal("customs_no_return_address")
    language = buyers_language(language)
    words = partial(say, facts=None, language=language)
    page = Page(paper)
    margin, width = paper.margin_mm, paper.inner_mm
    if paper.height_mm < 2 * _CUT - 30:
        _label(page, words, label, margin, margin, width, paper.height_mm - 2 * margin)
        return [page]
    _instructions(page, words, label)
    if runs_from_right(language):
        page = mirrored(page)
    at = 0.0
    while at < paper.width_mm:
        page.fill(at, _CUT, min(_DASH, paper.width_mm - at), _THIN)
        at += _DASH + _GAP
    top = _CUT + 9
    _label(page, words, label, margin, top, width, paper.height_mm - top - margin)
    return [page]


def _instructions(page: Page, words: Words, label: ReturnLabel) -> None:
    left, width, y = page.paper.margin_mm, page.paper.inner_mm, page.paper.margin_mm
    y += page.text(left, y, width, words("return_title"), Style(18, bold=True)) + 2
    y += page.text(left, y, width, with_code(words("documents_order"), label.order), Style(11))
    if label.number:
        y += page.text(left, y, width, with_code(words("return_number"), label.number), Style(11))
    y += 5
    steps = [words(code) for code in _STEPS if label.abroad or code != "return_customs"]
    room = (_CUT - 9 - y) / len(steps)
    size = 12.0
    while size > 7 and any(text_height(step, Style(size), width - 12) > room - 1.5 for step in steps):
        size -= 0.5
    for number, step in enumerate(steps, 1):
        page.fill(left, y, 8, 8)
        page.text(left, y + 1.2, 8, str(number), Style(12, bold=True), align=Align.CENTER, white=True)
        page.text(left + 12, y + 1.2, width - 12, step, Style(size), most=None)
        y += min(room, max(11.0, text_height(step, Style(size), width - 12) + 4))
    page.text(left, _CUT - 4, width, f"✂ {words('return_cut')}", Style(8))


def _label(page: Page, words: Words, label: ReturnLabel, x: float, y: float, width: float, height: float) -> None:
    """A frame with sender and postage above, the address in the middle, and the codes below."""
    page.frame(x, y, width, height)
    pad, stamp = 2.5, min(42.0, width * 0.34)
    head, foot = height * 0.23, height * 0.35
    sender = label.sender
    country = country_name(sender.country) if sender.country else ""
    lines = recipient_lines(sender.name, sender.street, sender.postcode, sender.city, sender.region, country)
    page.text(x + pad, y + 1.5, width - stamp - 2 * pad, words("return_from"), Style(7, bold=True))
    in_box(page, x + pad, y + 5, width - stamp - 2 * pad, head - 6, "\n".join(lines), Style(9))
    page.upright(x + width - stamp, y, head)
    if label.tracking:
        page.fill(x + width - stamp, y, stamp, head)
        page.text(x + width - stamp + 1, y + head / 2 - 3, stamp - 2, words("return_title"), Style(15, bold=True),
                  align=Align.CENTER, white=True)  # fmt: skip
        page.text(x + width - stamp + 1, y + head / 2 + 4, stamp - 2, label.service, Style(8), align=Align.CENTER,
                  white=True)  # fmt: skip
    else:
        page.text(x + width - stamp, y + head / 2 - 1.6, stamp, words("return_stamp"), Style(9), align=Align.CENTER)
    page.rule(x, y + head, width)
    top, middle = y + head, height - head - foot
    page.text(x + pad, top + 1.5, width - 2 * pad, words("return_to"), Style(8, bold=True))
    in_box(page, x + pad, top + 6, width - 2 * pad, middle - 8, label.to, Style(18, bold=True))
    _codes(page, words, label, x, y + height - foot, width, foot)


def _codes(page: Page, words: Words, label: ReturnLabel, x: float, y: float, width: float, height: float) -> None:
    """The carrier's number where there is one, and ours: in bars as well as a wide label has room, else as a square."""
    pad = 2.5
    page.rule(x, y, width)
    named = words("return_number" if label.number else "documents_order")
    side = min(height * 0.45, 22.0)
    if label.tracking:
        bars = height - side - 4 * pad
        page.symbol(x + pad, y + 1.5, width - 2 * pad, bars, SymbolKind.CODE128, label.tracking, "tracking")
        page.text(x + pad, y + bars + 2, width - 2 * pad, label.tracking, Style(11, bold=True, mono=True),
                  align=Align.CENTER)  # fmt: skip
        low = y + height - side - 1.2
        page.rule(x, low - 1, width)
        drawn = page.code(x + width - side - pad, low, side, side, label.code) if len(label.code) <= 60 else False
        room = width - 3 * pad - (side if drawn else 0)
        page.text(x + pad, low + 0.6, room, named, Style(7, bold=True))
        page.text(x + pad, low + 3.8, room, label.code, Style(10, bold=True, mono=True))
        if label.number:
            page.text(x + pad, low + 9, room, with_code(words("documents_order"), label.order), Style(8))
        return
    page.text(x + pad, y + 1.2, width - 2 * pad, named, Style(7, bold=True))
    page.code(x + pad, y + 5, width - 2 * pad, height - 20, label.code)
    code = Style(12, bold=True, mono=True)
    page.text(x + pad, y + height - 14, width - 2 * pad, label.code, code, align=Align.CENTER)
    if label.number:
        told = with_code(words("documents_order"), label.order)
        page.text(x + pad, y + height - 7, width - 2 * pad, told, Style(8), align=Align.CENTER)


__all__ = ["LABEL", "ReturnLabel", "lay_out", "return_label"]
