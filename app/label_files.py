"""Files of ZPL, read and drawn; apart from the engine, which they do not need and which takes longest to load."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import Refusal
from printing.interpreter import render


def read_label_file(path: Path) -> bytes:
    """The bytes of a ZPL file; raises Refusal when it cannot be read or holds no label."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refusal("file_unreadable", file=path.name, why=error.strerror or "") from None
    if b"^XA" not in data.upper():
        raise Refusal("file_holds_no_label", file=path.name)
    return data


def render_file(path: Path, dpi: int, out: Path) -> list[str]:
    """Draw the first label of a ZPL file to `out`, further ones beside it; returns what was skipped or odd.

    Raises Refusal `file_unreadable`, `file_holds_no_label`, `file_unwritable`.
    """
    pages = render(read_label_file(path), dpi)
    if not pages:
        raise Refusal("file_holds_no_label", file=path.name)
    told: list[str] = []
    for number, page in enumerate(pages, 1):
        target = out if number == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            page.image.save(target, "PNG")
        except OSError as error:
            raise Refusal("file_unwritable", file=str(target), why=error.strerror or "") from None
        told += [f"{number}: {report}" for report in page.reports]
    return told
