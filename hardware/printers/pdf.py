"""The driver of printers and queues that take documents as PDF."""

from __future__ import annotations

from hardware.device import Transport
from hardware.printer import Condition, PrinterStatus, Progress, Proof


class PdfPrinter:
    """Hands a PDF over, and is told nothing after that: each document is a connection, or a job, of its own.

    A printer at a port takes the end of the connection for the end of the document.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._closed_after = False  # the last document: the next one has its own connection

    @property
    def url(self) -> str:
        """The URL of the transport."""
        return self._transport.url

    @property
    def proof(self) -> Proof:
        """BLIND, always."""
        return Proof.BLIND

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        self._transport.open()
        self._closed_after = False

    def close(self) -> None:
        """Disconnect; never raises."""
        self._transport.close()
        self._closed_after = False

    def probe(self) -> Proof:
        """BLIND, without asking."""
        return self.proof

    def status(self) -> PrinterStatus:
        """It is never asked."""
        return PrinterStatus(Condition.SILENT, reason="not_asked")

    def progress(self) -> Progress:
        """Nothing is known of it."""
        return Progress(self.status())

    def send(self, data: bytes, timeout: float) -> None:
        """Hand over one document, and end its connection."""
        if self._closed_after:
            self._transport.open()
            self._closed_after = False
        self._transport.write(data, timeout)
        self._transport.close()
        self._closed_after = True
