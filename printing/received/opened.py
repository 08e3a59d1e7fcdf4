"""What a received label holds: recognised, opened in the limited process, and kept for those who ask again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image

from app.domain.barcode import read_label_code
from printing.received import ReceivedLabel
from printing.received.place import Box, Page
from printing.received.recognise import media_of
from printing.received.sizes import dots_per_mm
from printing.received.worker import WORKER

_SIGN = re.compile(r"[\x1d\s()]|^\][A-Za-z]\d")
_TRACKING = re.compile(r"(?=(?:.*\d){6})[0-9A-Z]{10,34}")
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_USPS = re.compile(r"420\d{5}(?:\d{4})?(9[1-5]\d{20,24})")  # USPS Publication 199: routing code before the number
# matrix symbols hold whole addresses; a tracking number is read from bars
_MATRIX = frozenset({"QRCode", "QR Code", "DataMatrix", "Data Matrix", "Aztec", "PDF417", "MaxiCode"})
_DRAWN_WITHIN = 4.0  # seconds: what was opened before is no bomb, but a busy computer may be slow at 600 dpi


@dataclass(frozen=True, slots=True)
class Opened:
    """A received label with the pages as they were seen: their size and their ink in millimetres."""

    label: ReceivedLabel
    pages: tuple[Page, ...]
    commands: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dots:
    """A page in dots: its size, the rectangle of its ink, and the ink itself (mode "1", 0 is black)."""

    pages: int
    width: int
    height: int
    ink: Box | None
    image: Image.Image | None
    lost: tuple[str, ...]


@lru_cache(maxsize=16)
def open_label(content: bytes) -> Opened:
    """What a file holds; raises what `printing.received.inspect` raises."""
    media = media_of(content)
    told, _ = WORKER.ask({"ask": "look", "media": media}, content)
    pages = tuple(
        Page(page["width"], page["height"], None if page["ink"] is None else tuple(page["ink"]))
        for page in told["pages"]
    )
    symbols = tuple(dict.fromkeys((kind, text) for page in told["pages"] for kind, text in page["symbols"]))
    dpi = told["dpi"]
    known = media == "pdf" or dpi is not None
    label = ReceivedLabel(
        media, len(pages), dpi, round(pages[0].width) if known else None, round(pages[0].height) if known else None,
        symbols, tracking_in(symbols),
    )
    return Opened(label, pages, frozenset(told["commands"]))


@lru_cache(maxsize=16)
def _draw(content: bytes, media: str, page: int, how: tuple[tuple[str, Any], ...]) -> Dots:
    question = {"ask": "draw", "media": media, "page": page, "how": dict(how)}
    head, bits = WORKER.ask(question, content, _DRAWN_WITHIN)
    ink = None if head["ink"] is None else tuple(head["ink"])
    image = None
    if ink is not None:
        image = Image.frombytes("1", (ink[2] - ink[0], ink[3] - ink[1]), bits)
    width, height = head["size"]
    return Dots(head["pages"], width, height, ink, image, tuple(head["lost"]))


def draw_pdf(content: bytes, page: int, per_mm: float) -> Dots:
    """A page of a PDF at so many dots a millimetre."""
    return _draw(content, "pdf", page, (("per_mm", per_mm),))


def draw_png(content: bytes, ratio: float) -> Dots:
    """A PNG at so many dots for each of its own."""
    return _draw(content, "png", 0, (("ratio", ratio),))


def draw_zpl(content: bytes, page: int, dpi: int, ratio: float = 1, media: tuple[int, int] | None = None) -> Dots:
    """A label of ZPL, executed at `dpi` on media of so many dots (else as large as it tells), then scaled."""
    return _draw(content, "zpl", page, (("dpi", dpi), ("ratio", ratio), ("media", media)))


def tracking_in(symbols: Sequence[tuple[str, str]]) -> str:
    """The one tracking number among what a scanner reads: a UPU S10 number before all others; "" in doubt."""
    found: dict[str, None] = {}
    for kind, text in symbols:
        bare = _SIGN.sub("", text).upper()
        if (routed := _USPS.fullmatch(bare)) is not None:
            bare = routed[1]
        if kind not in _MATRIX and _TRACKING.fullmatch(bare) and read_label_code(bare) is None:
            found[bare] = None
    postal = [number for number in found if _S10.fullmatch(number)]
    candidates = postal or list(found)
    return candidates[0] if len(candidates) == 1 else ""


def pictures(content: bytes, dpi: int) -> Iterator[Image.Image]:
    """Every page as it was received, in greys, at `dpi`. Raises what `open_label` raises."""
    opened = open_label(content)
    own = opened.label.dpi
    for number in range(opened.label.labels):
        if opened.label.media == "pdf":
            dots = draw_pdf(content, number, dots_per_mm(dpi))
        elif opened.label.media == "png":
            dots = draw_png(content, dots_per_mm(dpi) / dots_per_mm(own or dpi))
        else:
            dots = draw_zpl(content, number, own or dpi, dots_per_mm(dpi) / dots_per_mm(own or dpi))
        page = Image.new("L", (dots.width, dots.height), 255)
        if dots.image is not None and dots.ink is not None:
            page.paste(dots.image, dots.ink[:2])
        yield page
