"""The printer that is a file."""

from __future__ import annotations

from hardware.device import Transport
from hardware.printer import Condition, PrinterStatus, Progress, Proof


class FilePrinter:
    """A file that collects labels; its acknowledgement is the fsync after the whole label."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._sent = 0

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
        self._sent = 0

    def close(self) -> None:
        """Close the file."""
        self._transport.close()

    def probe(self) -> Proof:
        """ACKNOWLEDGES, without asking."""
        return self.proof

    def status(self) -> PrinterStatus:
        """Ready and empty: a write has ended on disk or failed."""
        return PrinterStatus(Condition.READY, formats_in_buffer=0, labels_remaining=0)

    def progress(self) -> Progress:
        """All that was sent is done."""
        return Progress(self.status(), acknowledged=self._sent)

    def send(self, data: bytes, timeout: float) -> None:
        """Append the label; on return it is on disk. Raises KnownError `device_write_failed`, then it is not."""
        self._transport.write(data, timeout)
        self._sent += 1
