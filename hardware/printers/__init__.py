"""Which driver speaks to a URL."""

from __future__ import annotations

from app.domain.errors import Refusal
from hardware.device import parse_url
from hardware.printer import Printer
from hardware.transports import make_transport

LANGUAGES = ("zpl", "tspl", "escpos")

_BITS_A_BYTE = 10  # with start and stop bit
_MUTE = frozenset({"cups", "windows"})  # queues that never say anything


def open_printer(url: str) -> Printer:
    """The driver for `url`, not yet connected (call `open`).

    Options: `language` (zpl, tspl, escpos; default zpl), `status` (none: it is never asked; state: its state alone,
    for ESC/POS printers that print process ids as text; default: all that it may answer).

    Raises Refusal `device_url_unknown`, `device_not_supported_yet` and `printer_language_unknown`.
    """
    parts = parse_url(url)
    language, told = parts.options.get("language", "zpl"), parts.options.get("status", "all")
    if language not in LANGUAGES:
        raise Refusal("printer_language_unknown", language=language, known=", ".join(LANGUAGES))
    if told not in ("none", "state", "all"):
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
        case _:
            from hardware.printers.zpl import ZplPrinter

            return ZplPrinter(transport, asks=asks, lasting=parts.scheme in ("serial", "usb"), rate=rate)
