"""Labels as carriers and channels send them: recognised, opened in a limited process, composed for a printer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceivedLabel:
    """A label as it was received; sizes in millimetres, of its first page, None where the file does not tell.

    `labels` are the physical ones that one copy makes; `symbols` what a scanner reads from them (kind, text);
    `tracking` the one tracking number among them, "" when there is none, or more than one.
    """

    media: str
    labels: int
    dpi: int | None
    width_mm: int | None
    height_mm: int | None
    symbols: tuple[tuple[str, str], ...]
    tracking: str


@dataclass(frozen=True, slots=True)
class Composed:
    """One copy of a received label, ready to be sent.

    `labels` are the physical ones that it makes. Where `marked` is false there was no room for Packbench's square code:
    the parcel is closed by the carrier's own tracking barcode. `native` when it is the carrier's own ZPL.
    """

    payload: bytes
    labels: int
    marked: bool
    native: bool


def inspect(content: bytes) -> ReceivedLabel:
    """What a file is, by its content alone.

    Raises Refusal for what is no label (`recognise.media_of`) or cannot be opened (`drawing.look`), within two seconds;
    KnownError `received_cannot_open` where files cannot be opened at all.
    """
    from printing.received.opened import open_label  # pictures and fonts: the window is seen before they are loaded

    return open_label(content).label


def compose_copy(
    content: bytes, *, language: str, dpi: int, width_mm: float | None, height_mm: float | None, order: str,
    slot: str | int | None, copy: int, code: str,
) -> Composed:
    """One copy for a printer of this language and resolution with media of this size (None: 4 by 6 inches).

    `slot` is None or "" where there is none; `code` is the parcel's square code for this copy. Raises what `inspect`
    raises, and Refusal `received_too_big` (width, height, media_width, media_height in mm), `received_dpi` (made,
    printer), `received_symbol_lost` (dpi).
    """
    from printing.received import composing

    return composing.compose_copy(
        content, language=language, dpi=dpi, width_mm=width_mm, height_mm=height_mm, order=order, slot=slot, copy=copy,
        code=code,
    )


def compose(
    content: bytes, *, language: str, dpi: int, width_mm: float | None, height_mm: float | None, order: str,
    slot: str | int | None, copy: int, code: str,
) -> bytes:
    """The bytes of `compose_copy`."""
    return compose_copy(
        content, language=language, dpi=dpi, width_mm=width_mm, height_mm=height_mm, order=order, slot=slot, copy=copy,
        code=code,
    ).payload
