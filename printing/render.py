"""A label in the language of a printer."""

from __future__ import annotations

from app.domain.errors import Refusal
from printing.label import Label

LANGUAGES = ("zpl", "tspl", "escpos", "pdf", "png")


def render(label: Label, language: str, dpi: int, *, head_mm: float | None = None) -> bytes:
    """The bytes that print one copy of the label, in one of LANGUAGES.

    `head_mm` is what an ESC/POS printer prints across, four inches where nobody has told.

    Raises Refusal `printer_language_unknown`, and what `printing.layout.lay_out` refuses.
    """
    match language:  # fonts, pictures and PDF are loaded by whoever prints them
        case "zpl":
            from printing.zpl import to_zpl

            return to_zpl(label, dpi)
        case "tspl":
            from printing.tspl import to_tspl

            return to_tspl(label, dpi)
        case "escpos":
            from printing.escpos import to_escpos
            from printing.layout import dots_per_mm

            return to_escpos(label, dpi, None if head_mm is None else int(head_mm * dots_per_mm(dpi)))
        case "pdf":
            from printing.pdf import to_pdf

            return to_pdf([label], dpi)
        case "png":
            from printing.raster import to_png

            return to_png(label, dpi)
        case _:
            raise Refusal("printer_language_unknown", language=language, known=", ".join(LANGUAGES))
