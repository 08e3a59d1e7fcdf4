"""What a file is by its content; its name tells nothing. What is no label is refused here, before anything opens it."""

from __future__ import annotations

import re
import struct

from app.domain.errors import Refusal

LARGEST = 8 * 1024 * 1024  # bytes; a 4 by 6 inch graphic of 600 dpi, in hexadecimal, has 2.2 million
MOST_PIXELS = 40_000_000  # A4 at 600 dpi has 35 million
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_BOM = b"\xef\xbb\xbf"
_HEAD = 1024  # bytes in which a PDF may begin (ISO 32000-1, annex H, implementation note 13)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_BASE64 = (b"JVBERi0", b"iVBORw0KGgo", b"XlhB")  # of %PDF-, of a PNG, of ^XA


def check_size(size: int) -> None:
    """Raises Refusal `received_too_large` (size, most: megabytes) for a file of so many bytes."""
    if size > LARGEST:
        raise Refusal("received_too_large", size=round(size / 1e6), most=round(LARGEST / 1e6))


def media_of(content: bytes) -> str:
    """`zpl`, `pdf` or `png`.

    Raises Refusal `received_empty`, `received_too_large` (size, most: megabytes), `received_is_jpeg`,
    `received_is_html`, `received_is_base64`, `received_picture_too_large` (width, height: pixels), `received_damaged`,
    and `received_no_label` for all else.
    """
    if not content.strip():
        raise Refusal("received_empty")
    check_size(len(content))
    if content.startswith(_PNG):
        _check_png(content)
        return "png"
    if content.startswith(_JPEG):
        raise Refusal("received_is_jpeg")
    head = content.removeprefix(_BOM)[:_HEAD]
    if b"%PDF-" in head:
        return "pdf"
    if _HTML.match(head):
        raise Refusal("received_is_html")
    if head.lstrip().startswith(_BASE64):
        raise Refusal("received_is_base64")
    if b"^XA" in content.upper():  # its end may have another prefix (^CC)
        return "zpl"
    raise Refusal("received_no_label")


def _check_png(content: bytes) -> None:
    """Its header tells how large it would become; whether it can be read all through is seen when it is opened."""
    if len(content) < 33 or content[12:16] != b"IHDR":
        raise Refusal("received_damaged")
    width, height = struct.unpack(">II", content[16:24])
    if not width or not height:
        raise Refusal("received_damaged")
    if width * height > MOST_PIXELS:
        raise Refusal("received_picture_too_large", width=width, height=height)
