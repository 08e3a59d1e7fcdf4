"""A received label as the bytes that print one copy of it, in the language of the printer.

Rules, in their order. ZPL goes as it is to a ZPL printer of its resolution when it fits the media and does nothing but
draw; what else it says (speed, darkness, configuration) is left out. All else becomes dots: at its true size, or as
many dots for one of its own where that is within 3 %; turned by 90 degrees where only that fits; cropped to its ink
where only that fits (a label on a sheet of A4); made smaller by at most 3 %; else refused. Dots are never scattered,
and a symbol that was readable stays so, or the label is refused. Packbench's own marks stand outside of the rectangle
of the carrier's ink, or nowhere.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops

from app.domain.errors import Refusal
from printing.interpreter import render as execute
from printing.interpreter.parser import Syntax, commands
from printing.label import Element, Label, Picture
from printing.layout import lay_out
from printing.pdf import to_pdf
from printing.raster import to_image
from printing.received import Composed, opened
from printing.received.opened import Dots, Opened
from printing.received.place import Box, Page, Place, Strip, blank_strip, place, shrunk
from printing.received.sizes import dots_per_mm
from printing.received.strip import CLEAR_MM, EDGE_MM, LEAST_LONG_MM, THICK_MM, strip_label
from printing.render import render
from printing.zpl import to_zpl

MEDIA_MM = (101.6, 152.4)  # where nobody has said what lies in the printer
_SLACK_MM = 1.5  # of blank margin that may hang over: 4 inches are also said to be 100 mm
_NEAR = 0.03  # within this a picture's own dots are kept
_WHOLE = (1.0, 1.5, 2.0, 3.0)  # dots for one: these keep bars as wide as each other
_MOST_ENDS = 8
_WHOLE_DOT = 0.2

# what only draws; settings that stay in the printer are undone by the head of every label of ours
_DRAWING = (
    "XA XZ FO FT FD FV FS FX FH FB TB FR FW FP FM SN A CF CI BY GB GC GD GE GF GS LH LR LL PW PQ PO "
    "B0 B1 B2 B3 B4 B5 B7 B8 B9 BA BB BC BD BE BF BI BJ BK BL BM BO BP BQ BR BS BT BU BX BZ"
)
_DRAWS = frozenset(f"^{name}" for name in _DRAWING.split())
_BEGIN, _END = re.compile(rb"\^XA", re.IGNORECASE), re.compile(rb"\^XZ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is added, and where it may be: in dots of the media."""

    order: str
    slot: str
    copy: int
    code: str
    media: tuple[int, int]
    dpi: int

    @property
    def scale(self) -> float:
        return dots_per_mm(self.dpi)

    def dots(self, mm: float) -> int:
        return round(mm * self.scale)

    @property
    def room(self) -> int:
        """What a strip takes, from the ink to the edge."""
        return self.dots(THICK_MM) + self.dots(CLEAR_MM) + self.dots(EDGE_MM)

    def strip(self, ink: Box) -> Strip | None:
        return blank_strip(
            ink, self.media, self.dots(THICK_MM), self.dots(LEAST_LONG_MM), self.dots(CLEAR_MM), self.dots(EDGE_MM)
        )


def compose_copy(
    content: bytes, *, language: str, dpi: int, width_mm: float | None, height_mm: float | None, order: str,
    slot: str | int | None, copy: int, code: str,
) -> Composed:
    """See `printing.received.compose_copy`."""
    scale = dots_per_mm(dpi)
    # a tenth of a millimetre: 152.4 is 1219 dots of 203 dpi
    media = (
        int((width_mm or MEDIA_MM[0]) * scale + 0.1 * scale), int((height_mm or MEDIA_MM[1]) * scale + 0.1 * scale),
    )  # fmt: skip
    label = opened.open_label(content)
    marks = _Marks(order, "" if slot is None else str(slot), copy, code, media, dpi)
    if label.label.media == "zpl" and language == "zpl" and label.label.dpi in (None, dpi):
        native = _native(content, label, marks)
        if native is not None:
            return native
    labels: list[Label] = []
    marked = False
    for number, page in enumerate(label.pages):
        if page.ink is None:
            continue
        image, box = _picture(content, label, number, marks)
        strip = None if labels else marks.strip(box)
        own = () if strip is None else _own(strip, marks).elements
        marked = marked or strip is not None
        labels.append(_label(image, box, own, marks))
    # the pages of a PDF are one file
    payload = [to_pdf(labels, dpi)] if language == "pdf" else [render(made, language, dpi) for made in labels]
    return Composed(b"".join(payload), len(labels), marked, False)


# as dots


def _picture(
    content: bytes, label: Opened, number: int, marks: _Marks
) -> tuple[Image.Image, Box]:
    """A page's ink as it is printed, and where it goes: left, top, right, bottom on the media."""
    made = label.label.dpi
    refusal = Refusal("received_symbol_lost", dpi=marks.dpi)
    for draw, exact in _ways(content, label, number, marks):
        dots = draw(exact)
        found = _placed(dots, marks)
        if found is None and dots.ink is not None:
            smaller = shrunk(dots.width, dots.height, dots.ink, marks.media)
            if smaller is not None:
                dots = draw(exact * smaller * 0.999)  # a dot less than the edge, not one more
                found = _placed(dots, marks)
        if found is None:
            refusal = _too_big(label.pages[number], marks)
        elif not dots.lost:
            return _turned(dots, found)
        elif label.label.media == "zpl":
            refusal = Refusal("received_dpi", made=made, printer=marks.dpi)
        else:
            refusal = Refusal("received_symbol_lost", dpi=marks.dpi)
    raise refusal


def _ways(
    content: bytes, label: Opened, number: int, marks: _Marks
) -> Iterator[tuple[Callable[[float], Dots], float]]:
    """How a page can be drawn, the best first: what draws it, and the scale at which it has its true size."""
    media, made = label.label.media, label.label.dpi
    if media == "pdf":
        yield (lambda per_mm: opened.draw_pdf(content, number, per_mm)), marks.scale
        return
    own = made or marks.dpi
    exact = marks.scale / dots_per_mm(own)

    def draw(ratio: float) -> Dots:
        return opened.draw_png(content, ratio) if media == "png" else opened.draw_zpl(content, number, own, ratio)

    for whole in _WHOLE:
        if abs(exact / whole - 1) <= _NEAR:
            yield draw, whole
    if exact not in _WHOLE:
        yield draw, exact


def _placed(dots: Dots, marks: _Marks) -> Place | None:
    if dots.ink is None:
        return None
    return place(dots.width, dots.height, dots.ink, marks.media, marks.room, marks.dots(_SLACK_MM))


def _turned(dots: Dots, found: Place) -> tuple[Image.Image, Box]:
    assert dots.image is not None
    image = dots.image.transpose(Image.Transpose.ROTATE_270) if found.turned else dots.image
    return image, (found.x, found.y, found.x + image.width, found.y + image.height)


def _too_big(page: Page, marks: _Marks) -> Refusal:
    left, top, right, bottom = page.ink or (0, 0, page.width, page.height)
    return Refusal(
        "received_too_big", width=round(right - left), height=round(bottom - top),
        media_width=round(marks.media[0] / marks.scale), media_height=round(marks.media[1] / marks.scale),
    )


def _own(strip: Strip, marks: _Marks) -> Label:
    return strip_label(
        strip, marks.media, marks.dpi, order=marks.order, slot=marks.slot, copy=marks.copy, code=marks.code
    )


def _label(image: Image.Image, box: Box, own: tuple[Element, ...], marks: _Marks) -> Label:
    """The carrier's dots and ours on one label; that ours changed one of theirs would be a mistake."""
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    # a part of a dot more: the way to millimetres and back must not lose one
    left, top, width, height, across, down = (
        (dots + _WHOLE_DOT) / marks.scale for dots in (box[0], box[1], image.width, image.height, *marks.media)
    )
    label = Label(across, down, (Picture(left, top, width, height, written.getvalue(), name="received"), *own))
    printed = to_image(lay_out(label, marks.dpi))
    if printed.size != marks.media or printed.crop(box).tobytes() != image.tobytes():
        raise AssertionError("the carrier's dots are not what is printed")
    return label


# as it is


def _native(content: bytes, label: Opened, marks: _Marks) -> Composed | None:
    """The carrier's own ZPL; None where its dots would not be the same, or do not all lie on the media."""
    free = [opened.draw_zpl(content, number, marks.dpi) for number in range(label.label.labels)]
    plain = content if label.commands <= _DRAWS else _only_drawing(content)
    begin = _BEGIN.search(plain)
    if begin is None:
        return None
    head = b"^CI0^BY2,3,10^CFA,9,5^JZY^PW%d^LL%d^LH0,0^PON^LRN^FWN" % marks.media
    started = plain[: begin.end()] + head + plain[begin.end() :]
    # the media's own width: a printer centres what is told to be narrower
    foot = b"^CI28^LH0,0^FWN^LRN^PW%d^LL%d" % marks.media
    for end in list(_END.finditer(started, begin.end()))[:_MOST_ENDS]:
        before, after = started[: end.start()] + foot, started[end.start() :]
        base = _pages(before + after, marks)
        same = [(page.ink, page.image) for page in base] == [(page.ink, page.image) for page in free]
        if base[0].ink is None or not same:
            continue  # it is the end of another format, or the dots are not what they were
        strip = marks.strip(base[0].ink)
        if strip is None:
            return Composed(before + after, len(base), False, True)
        zpl = to_zpl(_own(strip, marks), marks.dpi)
        own = execute(zpl, marks.dpi)[0].image.convert("1").crop((0, 0, *marks.media))
        # between the head of a label of ours and its end, a line a field
        marked = before + b"".join(zpl.split(b"\n")[1:-2]) + after
        drawn = _pages(marked, marks)
        expected = ImageChops.logical_and(_whole(base[0], marks.media), own)
        if drawn[1:] == base[1:] and _whole(drawn[0], marks.media).tobytes() == expected.tobytes():
            return Composed(marked, len(base), True, True)
    return None


def _pages(zpl: bytes, marks: _Marks) -> list[Dots]:
    """Every label of ZPL as the printer would print it."""
    first = opened.draw_zpl(zpl, 0, marks.dpi, media=marks.media)
    return [first, *(opened.draw_zpl(zpl, number, marks.dpi, media=marks.media) for number in range(1, first.pages))]


def _whole(dots: Dots, media: tuple[int, int]) -> Image.Image:
    page = Image.new("1", media, 1)
    if dots.image is not None and dots.ink is not None:
        page.paste(dots.image, dots.ink[:2])
    return page


def _only_drawing(content: bytes) -> bytes:
    """The commands that draw, and no others; whether the dots stay the same is seen afterwards."""
    return b"".join(
        command.name.encode() + command.body for command in commands(content, Syntax()) if command.name in _DRAWS
    )

