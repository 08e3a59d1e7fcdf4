"""The label that tries a printer: its own number as bars and square, and a frame that shows whether the edges fit."""

from __future__ import annotations

from datetime import datetime

from printing.label import Box, Label, Paragraph, Symbol, SymbolKind, Text
from printing.zpl import to_zpl

PREFIX = "PBTEST"


def trial_code(number: int) -> str:
    """What the test label of this number carries, in bars and square."""
    return f"{PREFIX}{number:06d}"


def trial_payload(language: str, title: str, station: str, at: datetime, code: str) -> bytes:
    """The test label in a printer's language (`zpl`, `tspl`, `escpos`, `pdf`); TSPL and ESC/POS say ASCII alone."""
    if language == "zpl":
        return trial_zpl(title, station, at, code)
    if language == "pdf":
        from printing.pdf import to_pdf  # it is seldom wanted, and slow to load

        return to_pdf([_trial_label(title, station, at, code)])
    lines = [_plain(text) for text in ("Packbench", station, f"{at:%Y-%m-%d %H:%M}", code)]
    if language == "tspl":
        texts = [f'TEXT 40,{40 + 60 * row},"3",0,1,1,"{line}"' for row, line in enumerate(lines)]
        commands = [
            "SIZE 101.6 mm,152.4 mm", "CLS", *texts, f'BARCODE 40,320,"128",160,1,0,3,6,"{code}"',
            f'DMATRIX 40,560,320,320,x12,"{code}"', "PRINT 1,1",
        ]  # fmt: skip
        return "".join(f"{command}\r\n" for command in commands).encode("ascii")
    bars = f"{{B{code}".encode("ascii")
    # ESC @; GS h and GS w: height and width of bars; GS k 73: Code 128; GS V 66: feed and cut
    return (
        b"\x1b@" + "".join(f"{line}\n" for line in lines).encode("ascii")
        + b"\x1dh\x60\x1dw\x02" + b"\x1dk\x49" + bytes([len(bars)]) + bars + b"\n\n\n\x1dVB\x00"
    )


def _plain(text: str) -> str:
    """What can be printed without a font of ours, and ends no field."""
    return "".join(sign if " " <= sign <= "~" and sign not in '"\\' else "?" for sign in text)


def trial_zpl(title: str, station: str, at: datetime, code: str) -> bytes:
    """A test label of 4 × 6 inches (101.6 × 152.4 mm) as ZPL."""
    return to_zpl(_trial_label(title, station, at, code))


def _trial_label(title: str, station: str, at: datetime, code: str) -> Label:
    left, width = 8.0, 85.0
    return Label(
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
