"""What a ZPL printer would print: ZPL executed to pixels."""

from __future__ import annotations

from printing.interpreter.machine import Printer
from printing.interpreter.state import Drawn, Page

__all__ = ["Drawn", "Page", "Printer", "render"]


def render(zpl: bytes, dpi: int = 203, *, width_mm: float | None = None, height_mm: float | None = None) -> list[Page]:
    """Every label that a printer of `dpi` would print, in order; `Printer` says what the media's size does.

    Never raises for what is in `zpl`: what cannot be printed is named in the page's reports.
    """
    return list(Printer(dpi, width_mm=width_mm, height_mm=height_mm).pages(zpl))
