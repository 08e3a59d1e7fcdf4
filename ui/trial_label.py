"""The label that tries a printer: its own number as bars and square, and a frame that shows whether the edges fit."""

from __future__ import annotations

from datetime import datetime

from printing.label import Box, Label, Paragraph, Symbol, SymbolKind, Text
from printing.zpl import to_zpl

PREFIX = "PBTEST"


def trial_code(number: int) -> str:
    """What the test label of this number carries, in bars and square."""
    return f"{PREFIX}{number:06d}"


def trial_zpl(title: str, station: str, at: datetime, code: str) -> bytes:
    """A test label of 4 × 6 inches (101.6 × 152.4 mm) as ZPL."""
    left, width = 8.0, 85.0
    return to_zpl(
        Label(
            101.6, 152.4,
            (
                Box(3, 3, 95.6, 146.4, 0.5),
                Text(left, 10, width, 13, title, size_mm=10, min_size_mm=5, name="title"),
                # a station's name may have forty letters of any width
                Paragraph(left, 26, width, 14, station, size_mm=6, min_size_mm=2.5, name="station"),
                Text(left, 42, width, 8, at.strftime("%Y-%m-%d %H:%M"), size_mm=6, min_size_mm=3, name="time"),
                Symbol(
                    left, 56, width, 25, SymbolKind.CODE128, code, module_mm=0.375, min_module_mm=0.25,
                    human_readable=code, size_mm=4, name="bars", human_readable_name="bars",
                ),
                Symbol(left, 98, 40, 40, SymbolKind.DATAMATRIX, code, module_mm=1.5, min_module_mm=0.5, name="square"),
            ),
        )
    )
