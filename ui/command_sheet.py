"""The command barcodes on a sheet of A4, from the table of commands, to be fixed to the bench."""

from __future__ import annotations

from pathlib import Path

from app.domain.barcode import Command as Barcode
from app.domain.errors import KnownError
from app.texts import say
from printing.label import Align, Element, Label, Symbol, SymbolKind, Text
from printing.pdf import to_pdf
from ui.commands import COMMANDS, Command

_WIDTH, _HEIGHT = 210.0, 297.0  # ISO 216 A4, millimetres
_MARGIN, _TOP, _ROW, _GAP = 15.0, 45.0, 40.0, 10.0
_COLUMN = (_WIDTH - 2 * _MARGIN - _GAP) / 2


def command_sheet(language: str) -> bytes:
    """A PDF of one page: each command's words above its Code 128, in two columns."""
    elements: list[Element] = [
        _text(_MARGIN, 15, _WIDTH - 2 * _MARGIN, 10, say("frame_sheet_title", language=language)),
        _text(_MARGIN, 27, _WIDTH - 2 * _MARGIN, 6, say("frame_sheet_hint", language=language)),
    ]
    # several pages may know a barcode: it stands here once
    commands: dict[Barcode, Command] = {}
    for command in COMMANDS:
        if command.barcode is not None:
            commands.setdefault(command.barcode, command)
    for number, (barcode, command) in enumerate(commands.items()):
        x = _MARGIN + number % 2 * (_COLUMN + _GAP)
        y = _TOP + number // 2 * _ROW
        words = say(f"command_{command.name}", language=language)
        key = f"  ({'Enter' if command.key == 'Return' else command.key})" if command.key else ""
        elements.append(_text(x, y, _COLUMN, 6, words + key))
        elements.append(
            Symbol(
                x, y + 8, _COLUMN, 20, SymbolKind.CODE128, barcode.value, module_mm=0.5, min_module_mm=0.375,
                human_readable=barcode.value, size_mm=4, name=command.name, human_readable_name=command.name,
            )
        )
    return to_pdf([Label(_WIDTH, _HEIGHT, tuple(elements))])


def write_command_sheet(path: Path, language: str) -> None:
    """Write the sheet as a file; raises KnownError `file_unwritable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(command_sheet(language))
    except OSError as error:
        raise KnownError("file_unwritable", file=str(path), why=error.strerror or "") from None


def _text(x: float, y: float, width: float, size: float, text: str) -> Text:
    return Text(x, y, width, size * 1.4, text, size_mm=size, min_size_mm=size / 2, align=Align.LEFT, name=text)
