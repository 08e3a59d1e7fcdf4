"""Which driver speaks to a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.errors import Refusal
from hardware.device import DeviceUrl, parse_url
from hardware.printer import Printer
from hardware.transports import make_transport

LANGUAGES = ("zpl", "tspl", "escpos", "pdf")  # pdf: what a system's queue takes, and printers of documents

_BITS_A_BYTE = 10  # with start and stop bit
_DPI = {"203": 203, "300": 300, "600": 600}
_MEDIA = re.compile(r"([1-9]\d{1,2})x([1-9]\d{1,2})")
_MUTE = frozenset({"cups", "windows"})  # queues that never say anything


@dataclass(frozen=True, slots=True)
class Takes:
    """What a printer takes: its language, dots an inch, and the media in it in millimetres (None: not told)."""

    language: str
    dpi: int
    width_mm: int | None
    height_mm: int | None


def takes(url: str) -> Takes:
    """What the printer of `url` takes: options `language`, `dpi` (203, 300, 600) and `media` (`100x150`, mm).

    Raises Refusal `device_url_unknown` and `printer_language_unknown`.
    """
    return _takes(parse_url(url))


def _takes(parts: DeviceUrl) -> Takes:
    language, media = parts.options.get("language", "zpl"), parts.options.get("media")
    if language not in LANGUAGES:
        raise Refusal("printer_language_unknown", language=language, known=", ".join(LANGUAGES))
    dpi, size = _DPI.get(parts.options.get("dpi", "203")), _MEDIA.fullmatch(media) if media is not None else None
    if dpi is None or (media is not None and size is None):
        raise Refusal("device_url_unknown", url=parts.text)
    return Takes(language, dpi, int(size[1]) if size else None, int(size[2]) if size else None)


def open_printer(url: str) -> Printer:
    """The driver for `url`, not yet connected (call `open`).

    Options: those of `takes`; `status` (none: it is never asked; state: its state alone, for ESC/POS printers that
    print process ids as text; default: all that it may answer); `stored` (off: nothing is kept in the memory of a ZPL
    printer; default: what repeats).

    Raises Refusal `device_url_unknown`, `device_not_supported_yet` and `printer_language_unknown`.
    """
    parts = parse_url(url)
    language, told, stored = _takes(parts).language, parts.options.get("status", "all"), parts.options.get("stored")
    if told not in ("none", "state", "all") or stored not in (None, "on", "off"):
        raise Refusal("device_url_unknown", url=url)
    transport = make_transport(parts)
    if parts.scheme == "file":
        from hardware.printers.file import FilePrinter

        return FilePrinter(transport)
    asks = told != "none" and parts.scheme not in _MUTE
    rate = int(parts.options.get("baud", "9600")) / _BITS_A_BYTE if parts.scheme == "serial" else None
    match language:
        case "tspl":
            from hardware.printers.tspl import TsplPrinter

            return TsplPrinter(transport, asks=asks, rate=rate)
        case "escpos":
            from hardware.printers.escpos import EscposPrinter

            return EscposPrinter(transport, asks=asks, asks_ids=told == "all", rate=rate)
        case "pdf":
            from hardware.printers.pdf import PdfPrinter

            return PdfPrinter(transport)
        case _:
            from hardware.printers.zpl import ZplPrinter

            lasting = parts.scheme in ("serial", "usb")
            return ZplPrinter(transport, asks=asks, lasting=lasting, stores=stored != "off", rate=rate)
