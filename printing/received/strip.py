"""What Packbench adds beside a carrier's label: the parcel's square code, slot, copy and order, in a blank strip."""

from __future__ import annotations

from app.domain.errors import Refusal
from printing.label import Element, Label, Symbol, SymbolKind, Text
from printing.layout import lay_out
from printing.received.place import Strip
from printing.received.sizes import dots_per_mm

THICK_MM = 9.0
CLEAR_MM = 1.5  # from the carrier's ink; the quiet zones of its symbols lie inside of its label
EDGE_MM = 1.0  # printers reach no nearer to the edge of every media
LEAST_LONG_MM = 36.0
_CODE_MM, _SLOT_MM, _COPY_MM, _GAP_MM = 9.0, 13.0, 10.0, 1.5
_LEAST_ORDER_MM = 18.0
# height of the line and of the letters' cell in it
_CAPTION_MM, _VALUE_MM = (3.0, 2.25), (6.0, 4.5)


def strip_label(
    strip: Strip, media: tuple[int, int], dpi: int, *, order: str, slot: str, copy: int, code: str
) -> Label:
    """The strip's elements on a label of the media's size, in dots; an order that cannot be printed is left out."""
    for number in (order, ""):
        label = _label(strip, media, dots_per_mm(dpi), order=number, slot=slot, copy=copy, code=code)
        try:
            lay_out(label, dpi)
        except Refusal:
            if not number:
                raise
        else:
            break
    return label


def _label(
    strip: Strip, media: tuple[int, int], scale: float, *, order: str, slot: str, copy: int, code: str
) -> Label:
    long = (strip.bottom - strip.top if strip.turned else strip.right - strip.left) / scale
    parts: list[tuple[float, str, str]] = []
    if slot:
        parts.append((_SLOT_MM, "SLOT", slot))
    parts.append((_COPY_MM, "COPY", str(copy)))
    taken = _CODE_MM + sum(width + _GAP_MM for width, *_ in parts)
    if order and long - taken - _GAP_MM >= _LEAST_ORDER_MM:
        parts.append((min(long - taken - _GAP_MM, 60.0), "ORDER", order))
    elements: list[Element] = [
        Symbol(
            *_rectangle(strip, scale, 0.0, 0.0, _CODE_MM, THICK_MM), SymbolKind.DATAMATRIX, code, module_mm=0.5,
            min_module_mm=0.3, name="label_code", rotation=90 if strip.turned else 0,
        )
    ]  # fmt: skip
    at = _CODE_MM + _GAP_MM
    for width, caption, value in parts:
        for down, (high, size), text in ((0.0, _CAPTION_MM, caption), (_CAPTION_MM[0], _VALUE_MM, value)):
            place = _rectangle(strip, scale, at, down, width, high)
            elements.append(
                Text(*place, text, size, _CAPTION_MM[1], name=caption.lower(), rotation=90 if strip.turned else 0)
            )
        at += width + _GAP_MM
    return Label(media[0] / scale, media[1] / scale, tuple(elements))


def _rectangle(
    strip: Strip, scale: float, at: float, down: float, width: float, height: float
) -> tuple[float, float, float, float]:
    """Left, top, width, height on the label of what stands `at` and `down` in the strip, all in millimetres."""
    left, top = strip.left / scale, strip.top / scale
    if strip.turned:  # read from the right: what is down in the strip is left on the label
        return left + THICK_MM - down - height, top + at, height, width
    return left + at, top + down, width, height
