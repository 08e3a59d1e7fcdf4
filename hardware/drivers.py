"""Which driver speaks to a URL, and the printer that is a file."""

from __future__ import annotations

from collections.abc import Callable

from hardware.device import DeviceUrl, Transport, parse_url
from hardware.printer import Condition, Printer, PrinterStatus, Proof
from hardware.transport import FileTransport, TcpTransport
from hardware.zpl_printer import ZplPrinter


class FilePrinter:
    """A file that collects labels; its acknowledgement is the fsync after the whole label."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def url(self) -> str:
        """The URL of the file."""
        return self._transport.url

    @property
    def proof(self) -> Proof:
        """ACKNOWLEDGES, always."""
        return Proof.ACKNOWLEDGES

    def open(self) -> None:
        """Open the file; raises KnownError `device_open_failed`."""
        self._transport.open()

    def close(self) -> None:
        """Close the file."""
        self._transport.close()

    def probe(self) -> Proof:
        """ACKNOWLEDGES, without asking."""
        return self.proof

    def status(self) -> PrinterStatus:
        """Ready and empty: a write has ended on disk or failed."""
        return PrinterStatus(Condition.READY, formats_in_buffer=0, labels_remaining=0)

    def odometer(self) -> int | None:
        """None: a file counts nothing."""
        return None

    def send(self, data: bytes, timeout: float) -> None:
        """Append the label; on return it is on disk. Raises KnownError `device_write_failed`, then it is not."""
        self._transport.write(data, timeout)


def _tcp(url: DeviceUrl) -> Printer:
    return ZplPrinter(TcpTransport(url.text), asks=url.options.get("status") != "none")


def _file(url: DeviceUrl) -> Printer:
    return FilePrinter(FileTransport(url.text))


_DRIVERS: dict[str, Callable[[DeviceUrl], Printer]] = {"tcp": _tcp, "file": _file}


def open_printer(url: str) -> Printer:
    """The driver for `url`, not yet connected (call `open`).

    Raises Refusal `device_url_unknown` or `device_not_supported_yet`.
    """
    parts = parse_url(url)
    return _DRIVERS[parts.scheme](parts)
