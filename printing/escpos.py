"""A label as ESC/POS: one picture in bands, for any printer of that language, then a cut.

Source: Epson, ESC/POS Command Reference: ESC @, GS v 0, GS V (function B), and DLE EOT, DLE ENQ and DLE DC4, which a
printer obeys even in the middle of a picture.
"""

from __future__ import annotations

import re

from PIL import Image, ImageChops

from app.domain.errors import Refusal
from printing.label import Label
from printing.layout import dots_per_mm
from printing.raster import ink_box, to_image

HEAD_MM = 104  # of a printer of four inches
_BAND = 255  # rows of one command; more is too much for small buffers

_BEGIN = b"\x1b@"
_RASTER = b"\x1dv0\x00"
_CUT = b"\x1dVB\x00"  # feeds to the knife, cuts but for a point
_REAL_TIME = re.compile(rb"\x10([\x04\x05\x14])")
_MORE_INK = 0x08  # the dot beside: black there already but for one of 8


def to_escpos(label: Label, dpi: int = 203, width: int | None = None) -> bytes:
    """The label as ESC/POS for one copy on a printer whose head has `width` dots, of four inches by default.

    A label that is wider than the head is turned by 90 degrees clockwise if that makes it fit. Raises Refusal
    `label_wider_than_head` (label_mm, head_mm) if not, and what `printing.layout.lay_out` refuses.
    """
    scale = dots_per_mm(dpi)
    head = int(HEAD_MM * scale) if width is None else width
    page = to_image(label, dpi)
    if page.width > head:
        if page.height > head:
            raise Refusal("label_wider_than_head", label_mm=round(label.width_mm), head_mm=round(head / scale))
        page = page.transpose(Image.Transpose.ROTATE_270)  # Pillow counts the other way round
    return _BEGIN + b"".join(_bands(page)) + _CUT


def _bands(page: Image.Image) -> list[bytes]:
    """The page from its left edge to the last black column, as long as it is: the paper's length is the label's."""
    ink = ink_box(page)
    row = ((ink[2] if ink else 1) + 7) // 8
    negative = ImageChops.invert(page)  # a black dot is a set bit
    bands = []
    for top in range(0, page.height, _BAND):
        rows = min(_BAND, page.height - top)
        data = negative.crop((0, top, row * 8, top + rows)).tobytes()
        bands.append(_RASTER + row.to_bytes(2, "little") + rows.to_bytes(2, "little") + _without_real_time(data))
    return bands


def _without_real_time(data: bytes) -> bytes:
    """The picture with one dot more wherever two bytes of it were a real-time command.

    Such bytes have single dots between white ones, as the edges of letters have; a symbol has them only where its
    modules are one dot wide, too narrow to be scanned.
    """
    return _REAL_TIME.sub(lambda found: bytes((0x10, found[1][0] | _MORE_INK)), data)
