"""What a ZPL printer would print: ZPL executed to pixels."""

from __future__ import annotations

from printing.interpreter.machine import Printer
from printing.interpreter.state import Drawn, Page

__all__ = ["Drawn", "Page", "Printer", "render"]


_MOST_PAGES = 2000
_MOST_DOTS = 400_000_000  # of different pages in all; about four hundred labels of 4 by 6 inches at 203 dpi


def render(zpl: bytes, dpi: int = 203, *, width_mm: float | None = None, height_mm: float | None = None) -> list[Page]:
    """Every label that a printer of `dpi` would print, in order; `Printer` says what the media's size does.

    Never raises for what is in `zpl`: what cannot be printed is named in the page's reports. A job that is too long to
    be held in memory is cut, and its last page says so; `Printer.pages` yields labels of any number one by one.
    """
    pages: list[Page] = []
    dots = 0
    for page in Printer(dpi, width_mm=width_mm, height_mm=height_mm).pages(zpl):
        if not pages or page is not pages[-1]:
            dots += page.image.width * page.image.height
        if pages and (dots > _MOST_DOTS or len(pages) >= _MOST_PAGES):
            last = pages[-1]
            pages[-1] = Page(last.image, last.symbols, (*last.reports, "the job has more labels, they are left out"))
            break
        pages.append(page)
    return pages
