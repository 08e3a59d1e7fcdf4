"""Files of labels, read and drawn; apart from the engine, which they do not need and which takes longest to load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.domain.errors import Refusal
from printing.interpreter import render
from printing.preview import draw
from printing.received import ReceivedLabel, inspect
from printing.received.recognise import check_size


def read_label_file(path: Path) -> bytes:
    """The bytes of a ZPL file; raises Refusal when it cannot be read or holds no label."""
    data = _bytes_of(path)
    if b"^XA" not in data.upper():
        raise Refusal("file_holds_no_label", file=path.name)
    return data


def read_received(path: Path) -> tuple[bytes, ReceivedLabel]:
    """A label as a carrier or a channel has sent it, and what it is.

    Raises Refusal `file_unreadable` and what `inspect` raises.
    """
    content = _bytes_of(path, check_size)
    return content, inspect(content)


def render_file(path: Path, dpi: int, out: Path) -> list[str]:
    """Draw the first label of a ZPL, PDF or PNG file to `out`, further ones beside it; returns what was skipped or odd.

    Raises Refusal `file_unreadable`, `file_holds_no_label`, `file_unwritable`, and for PDF and PNG what `inspect`
    raises.
    """
    content = _bytes_of(path)
    told: list[str] = []
    if content.startswith((b"%PDF-", b"\x89PNG")):
        images = draw(content, "file", dpi)
    else:
        pages = render(read_label_file(path), dpi)
        images = [page.image for page in pages]
        told = [f"{number}: {report}" for number, page in enumerate(pages, 1) for report in page.reports]
    if not images:
        raise Refusal("file_holds_no_label", file=path.name)
    for number, image in enumerate(images, 1):
        target = out if number == 1 else out.with_name(f"{out.stem}-{number}{out.suffix}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            image.save(target, "PNG")
        except OSError as error:
            raise Refusal("file_unwritable", file=str(target), why=error.strerror or "") from None
    return told


def _bytes_of(path: Path, check: Callable[[int], None] = lambda _: None) -> bytes:
    """The bytes of a file whose size passes the check before it is read."""
    try:
        check(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise Refusal("file_unreadable", file=path.name, why=error.strerror or "") from None
