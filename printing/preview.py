"""What a print job prints, as pictures, whatever the language of its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Any

from PIL import Image

from hardware.simulator.escpos_language import EscposLanguage
from hardware.simulator.language import Label
from hardware.simulator.tspl_language import TsplLanguage

_PDFIUM = Lock()
_MOST_PAGES = 50
_POINTS_PER_MM = 72 / 25.4
_CUT = b"\x1dV\x00"


def draw(payload: bytes, language: str, dpi: int, most: int = 50) -> list[Image.Image]:
    """The first `most` labels, a pixel a dot, in greys (mode "L"); none where nothing of it can be drawn.

    `language` is "file" for what others have sent, of any media: it is opened in the process for files of others, and
    Refusal raised for what that one refuses. What is drawn here of PDF are jobs and documents of our own.
    """
    return list(islice(_WAYS.get(language, _zpl)(payload, dpi), most))


def _zpl(payload: bytes, dpi: int) -> Iterator[Image.Image]:
    from printing.interpreter import render  # its fonts: the window is seen before they are loaded

    for page in render(payload, dpi):
        yield page.image.convert("L")


def _tspl(payload: bytes, dpi: int) -> Iterator[Image.Image]:
    from printing.paper import tspl_page

    for event in TsplLanguage().feed(payload):
        if isinstance(event, Label):
            yield tspl_page(event.data, dpi).convert("L")


def _escpos(payload: bytes, dpi: int) -> Iterator[Image.Image]:
    from printing.paper import escpos_page

    # what no cut ends is printed all the same
    for event in EscposLanguage().feed(payload + _CUT):
        if isinstance(event, Label):
            yield escpos_page(event.data, dpi).convert("L")


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height in millimetres of each page of a document of our own."""
    with _opened(pdf) as document:
        sizes = [document.get_page_size(at) for at in range(len(document))]
    return [(width / _POINTS_PER_MM, height / _POINTS_PER_MM) for width, height in sizes]


def draw_page(pdf: bytes, number: int, dpi: float) -> Image.Image:
    """One page, counted from 0, of a document of our own, in greys (mode "L")."""
    with _opened(pdf) as document:
        page: Image.Image = document[number].render(scale=dpi / 72, grayscale=True).to_pil()
        return page.convert("L")


@contextmanager
def _opened(pdf: bytes) -> Iterator[Any]:
    import pypdfium2

    with _PDFIUM:  # PDFium knows no threads
        document = pypdfium2.PdfDocument(pdf)
        try:
            yield document
        finally:
            document.close()


def _pdf(payload: bytes, dpi: int) -> Iterator[Image.Image]:
    """A document of our own: it needs no process of its own, and may have many pages."""
    for number in range(min(len(page_sizes(payload)), _MOST_PAGES)):
        yield draw_page(payload, number, dpi)


def _file(payload: bytes, dpi: int) -> Iterator[Image.Image]:
    from printing.received.opened import pictures

    yield from pictures(payload, dpi)


_WAYS: dict[str, Callable[[bytes, int], Iterator[Image.Image]]] = {
    "zpl": _zpl, "tspl": _tspl, "escpos": _escpos, "pdf": _pdf, "png": _file, "file": _file,
}  # fmt: skip
