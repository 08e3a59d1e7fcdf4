"""The command barcodes on sheets of A4, from the table of commands, to be fixed to the bench."""

from __future__ import annotations

from pathlib import Path

from app.domain.barcode import Command as Barcode
from app.domain.errors import KnownError
from app.texts import say
from printing.documents.codes import STOCKS, CodeLabel, code_sheet
from ui.commands import COMMANDS, Command, key_of


def command_sheet(language: str) -> bytes:
    """A PDF of A4 pages: each command's words above its Code 128, in two columns."""
    # several pages may know a barcode: it stands here once
    commands: dict[Barcode, Command] = {}
    for command in COMMANDS:
        if command.barcode is not None:
            commands.setdefault(command.barcode, command)
    labels = []
    for barcode, command in commands.items():
        key = f"  ({key_of(command)})" if key_of(command) else ""
        words = say(f"command_{command.name}", language=language) + key
        labels.append(CodeLabel(barcode.value, words, barcode.value))
    title, hint = say("frame_sheet_title", language=language), say("frame_sheet_hint", language=language)
    return code_sheet(labels, STOCKS["a4_list"], title, hint=hint)


def write_command_sheet(path: Path, language: str) -> None:
    """Write the sheet as a file; raises KnownError `file_unwritable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(command_sheet(language))
    except OSError as error:
        raise KnownError("file_unwritable", file=str(path), why=error.strerror or "") from None
