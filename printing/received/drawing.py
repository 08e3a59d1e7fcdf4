"""Files of others to dots: runs in the limited process alone. Sizes are in millimetres, places in dots."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import zxingcpp
from PIL import Image, ImageOps, PngImagePlugin

from app.domain.errors import Refusal
from printing.received.recognise import MOST_PIXELS
from printing.received.sizes import MM_PER_INCH, dots_per_mm, picture_dpi, zpl_dpi

Box: TypeAlias = tuple[int, int, int, int]

MOST_PAGES = 8  # a label with its customs papers
_MOST_OBJECTS = 30_000  # of a page; a symbol drawn square by square has some thousands
_LARGEST_PAGE = 460.0  # millimetres: A3 and its margins
_POINTS_PER_MM = 72 / MM_PER_INCH
_SEEN_AT = 16.0  # dots a millimetre in which symbols are looked for
_MOST_SEEN = 9_000_000  # pixels that are searched for symbols
_PAD = 40  # pixels of white around what is searched; without it some symbols are missed
# what is read by chance of a picture that is none: these have little to check themselves by
_WEAK = frozenset({"ITF", "Codabar", "Code39", "Code 39", "Code93", "Code 93", "UPCE", "UPC-E", "EAN8", "EAN-8"})
_LEAST_WEAK = 10
_THRESHOLDS = (128, 160, 96, 192)


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a scanner reads, and where: left, top, right, bottom as parts of the page's width and height."""

    kind: str
    text: str
    place: tuple[float, float, float, float]


def look(content: bytes, media: str) -> dict[str, Any]:
    """Every page: its size, its ink, its symbols; and the resolution for which the file is made, where it tells one.

    Raises Refusal: `received_encrypted`, `received_damaged`, `received_too_many_pages` (pages, most),
    `received_page_too_large` (width, height), `received_too_complex`, `received_blank`, `received_size_unknown`
    (width, height).
    """
    pages = []
    dpi: int | None = None
    commands: list[str] = []
    if media == "pdf":
        with _pdf(content) as document:
            for number in range(len(document)):
                page = document[number]
                _check_page(page)
                image = _drawn(page, 8.0)
                pages.append(_seen(image, page.get_width() / _POINTS_PER_MM, page.get_height() / _POINTS_PER_MM))
    elif media == "png":
        image, told = _png(content)
        dpi = picture_dpi(*image.size, told)
        if dpi is None:
            raise Refusal("received_size_unknown", width=image.width, height=image.height)
        pages.append(_seen(image, image.width / dots_per_mm(dpi), image.height / dots_per_mm(dpi)))
    else:
        commands = sorted({command.name for command in _commands(content)})
        dpi = _dpi_of_zpl(content)
        scale = dots_per_mm(dpi or 203)
        for image in _labels(content, dpi or 203, None):
            pages.append(_seen(image, image.width / scale, image.height / scale))
            if len(pages) > MOST_PAGES:
                raise Refusal("received_too_many_pages", pages=len(pages), most=MOST_PAGES)
    if not pages or not any(page["ink"] for page in pages):
        raise Refusal("received_blank")
    return {"pages": pages, "dpi": dpi, "commands": commands}


def draw(content: bytes, media: str, number: int, how: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """One page as black and white dots: those of its ink alone, and which symbols can no longer be read from them.

    `how`: `per_mm` dots for a PDF; for the others `ratio`, dots for each of theirs; for ZPL also the `dpi` at which
    it is executed, and `media`, the width and height in dots of what it is printed on, or None.
    """
    pages = 1
    if media == "pdf":
        with _pdf(content) as document:
            pages = len(document)
            page = document[number]
            _check_page(page)
            grey = _drawn(page, how["per_mm"])
            source = _drawn(page, _finer(page, how["per_mm"]))
    elif media == "png":
        source, _ = _png(content)
        grey = _scaled(source, how["ratio"])
    else:
        labels = list(itertools.islice(_labels(content, how["dpi"], how["media"]), MOST_PAGES + 1))
        pages = len(labels)
        if number >= pages:
            return {"pages": pages, "size": [0, 0], "ink": None, "lost": []}, b""
        source = labels[number]
        grey = _scaled(source, how["ratio"])
    lost: list[str] = []
    if grey is source:
        dots = grey.point(_threshold(128), "1")
    else:
        dots, lost = _without_loss(grey, _symbols(source))
    ink = ImageOps.invert(dots.convert("L")).getbbox()
    head = {"pages": pages, "size": list(dots.size), "ink": ink, "lost": lost}
    return head, b"" if ink is None else dots.crop(ink).tobytes()


def _without_loss(grey: Image.Image, symbols: list[Symbol]) -> tuple[Image.Image, list[str]]:
    """Black and white, never by scattered dots, at the first threshold at which every symbol is still read."""
    best: tuple[Image.Image, list[str]] | None = None
    for threshold in _THRESHOLDS:
        dots = grey.point(_threshold(threshold), "1")
        lost = [symbol.text for symbol in symbols if not _still_read(dots, symbol)]
        if not lost:
            return dots, []
        if best is None or len(lost) < len(best[1]):
            best = dots, lost
    assert best is not None
    return best


@lru_cache(maxsize=8)
def _threshold(limit: int) -> list[int]:
    return [0] * limit + [255] * (256 - limit)


def _still_read(dots: Image.Image, symbol: Symbol) -> bool:
    """Whether a scanner that is held on the symbol reads the same."""
    width, height = dots.size
    left, top, right, bottom = symbol.place
    # beside it: its quiet zones, and the bars of a symbol of which one line was found
    across, down = max(24, round((right - left) * width * 0.2)), max(24, round((bottom - top) * height * 0.2))
    box = (
        max(0, round(left * width) - across), max(0, round(top * height) - down),
        min(width, round(right * width) + across), min(height, round(bottom * height) + down),
    )  # fmt: skip
    return any(found.text == symbol.text for found in _symbols(dots.crop(box).convert("L")))


def _symbols(image: Image.Image) -> list[Symbol]:
    padded = ImageOps.expand(image.convert("L"), _PAD, 255)
    found = {}
    for symbol in zxingcpp.read_barcodes(padded):
        kind, text = str(symbol.format), symbol.bytes.decode("latin-1")
        if kind in _WEAK and len(text) < _LEAST_WEAK:
            continue
        at = symbol.position
        corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
        across = [(corner.x - _PAD) / image.width for corner in corners]
        down = [(corner.y - _PAD) / image.height for corner in corners]
        found[kind, text] = Symbol(kind, text, (min(across), min(down), max(across), max(down)))
    return list(found.values())


def _seen(image: Image.Image, width: float, height: float) -> dict[str, Any]:
    if max(width, height) > _LARGEST_PAGE:
        raise Refusal("received_page_too_large", width=round(width), height=round(height))
    ink = image.point(_threshold(128), "1").convert("L")
    box = ImageOps.invert(ink).getbbox()
    scale = width / image.width
    return {
        "width": width, "height": height, "dots": list(image.size),
        "ink": None if box is None else [edge * scale for edge in box],
        "symbols": [] if box is None else [[symbol.kind, symbol.text] for symbol in _symbols(image.crop(box))],
    }  # fmt: skip


def _scaled(image: Image.Image, ratio: float) -> Image.Image:
    if ratio == 1:
        return image
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    _check_pixels(*size)
    return image.resize(size, Image.Resampling.BOX if ratio < 1 else Image.Resampling.BILINEAR)


# PDF


def _pdf(content: bytes) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Refusal("received_encrypted") from None
        raise Refusal("received_damaged") from None
    if count > MOST_PAGES:
        raise Refusal("received_too_many_pages", pages=count, most=MOST_PAGES)
    if not count:
        raise Refusal("received_blank")
    return document


def _check_page(page: Any) -> None:
    import pypdfium2.raw as pdfium

    width, height = page.get_width() / _POINTS_PER_MM, page.get_height() / _POINTS_PER_MM
    if not (1 <= width <= _LARGEST_PAGE and 1 <= height <= _LARGEST_PAGE):
        raise Refusal("received_page_too_large", width=round(width), height=round(height))
    if pdfium.FPDFPage_CountObjects(page) > _MOST_OBJECTS:
        raise Refusal("received_too_complex")


def _drawn(page: Any, per_mm: float) -> Image.Image:
    """The page in greys, on white."""
    scale = per_mm / _POINTS_PER_MM
    _check_pixels(round(page.get_width() * scale), round(page.get_height() * scale))
    bitmap = page.render(scale=scale, grayscale=True)
    image: Image.Image = bitmap.to_pil().convert("L")
    return image


def _finer(page: Any, per_mm: float) -> float:
    """As many dots a millimetre as symbols are looked for in; fewer for a page so large that it would take long."""
    area = (page.get_width() / _POINTS_PER_MM) * (page.get_height() / _POINTS_PER_MM)
    return max(per_mm, min(_SEEN_AT, float((_MOST_SEEN / area) ** 0.5)))


# PNG


def _png(content: bytes) -> tuple[Image.Image, float | None]:
    """The picture in greys, on white, and the dots per inch that it tells."""
    Image.MAX_IMAGE_PIXELS = None  # its size was checked, and this process is limited
    PngImagePlugin.MAX_TEXT_MEMORY = 1 << 20
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            _check_pixels(*picture.size)
            picture.load()
            told = picture.info.get("dpi")
            image = _on_white(picture)
    except (OSError, ValueError, SyntaxError, IndexError):
        raise Refusal("received_damaged") from None
    return image, float(told[0]) if told and told[0] else None


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits a pixel
        return picture.convert("I").point(lambda value: value / 257).convert("L")
    if picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("L")
    return picture.convert("L")


def _check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise Refusal("received_picture_too_large", width=width, height=height)


# ZPL


def _commands(content: bytes) -> Iterator[Any]:
    from printing.interpreter.parser import Syntax, commands

    return commands(content, Syntax())


def _dpi_of_zpl(content: bytes) -> int | None:
    from printing.interpreter.parser import number

    sizes = {"^PW": 0, "^LL": 0}
    for command in _commands(content):
        if command.name in sizes:
            sizes[command.name] = max(sizes[command.name], int(number(command.parameters(), 0)))
    return zpl_dpi(sizes["^PW"] or None, sizes["^LL"] or None)


def _labels(content: bytes, dpi: int, media: list[int] | None) -> Iterator[Image.Image]:
    """Its labels one by one, each as often as it would be printed."""
    from printing.interpreter import Printer

    scale = dots_per_mm(dpi)
    # a half: the printer cuts off what is no whole dot
    size = (None, None) if media is None else ((media[0] + 0.5) / scale, (media[1] + 0.5) / scale)
    for page in Printer(dpi, width_mm=size[0], height_mm=size[1]).pages(content):
        yield page.image
