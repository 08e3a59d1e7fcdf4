"""The driver of TSPL printers (TSC and most label printers of that size) behind any transport."""

from __future__ import annotations

import time

from app.domain.errors import KnownError
from hardware.device import Transport
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from hardware.printers import tspl_status
from hardware.printers.conversation import ASK_SECONDS, Conversation, Owed

_SETTLE_SECONDS = 0.1  # between the two digits of an answer in hex
_MOST_OWED = 4  # from so many on nothing more is asked: only listened


class TsplPrinter:
    """A printer that speaks TSPL; see `hardware.printer.Printer` for what each call promises.

    It tells its state at best: STATE_ONLY once it has answered, else BLIND. `asks`: False for one that is known not to
    answer (`?status=none`), which is never asked. `silence`, `rate`: see
    `hardware.printers.conversation.Conversation`.
    """

    def __init__(
        self, transport: Transport, *, asks: bool = True, silence: float = 1.0, rate: float | None = None
    ) -> None:
        self._line = Conversation(transport, silence, rate)
        self._asks = asks
        self._answered = False
        self._owed = Owed(silence)

    @property
    def url(self) -> str:
        """The URL of the transport."""
        return self._line.transport.url

    @property
    def proof(self) -> Proof:
        """STATE_ONLY once it has answered, else BLIND."""
        return Proof.STATE_ONLY if self._answered else Proof.BLIND

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        self._answered = False
        self._owed.clear()
        self._line.open()

    def close(self) -> None:
        """Disconnect; never raises."""
        self._line.transport.close()

    def probe(self) -> Proof:
        """Ask for the state once."""
        self.status()
        return self.proof

    def status(self) -> PrinterStatus:
        """`ESC ! ?`."""
        if not self._asks:
            return PrinterStatus(Condition.SILENT, reason="not_asked")
        value = self._ask()
        if value is None:
            return PrinterStatus(Condition.SILENT, reason="no_answer")
        return tspl_status.status_of(value)

    def progress(self) -> Progress:
        """The state: it counts nothing and acknowledges nothing."""
        return Progress(self.status())

    def send(self, data: bytes, timeout: float) -> None:
        """Hand over one label; a return means that the bytes are in a buffer somewhere, no more."""
        self._line.write(data, timeout)

    def _ask(self) -> int | None:
        """The answer to a question asked now, or None; of late answers and this one it is the last."""
        self._owed.came(len(tspl_status.read_answers(bytes(self._line.heard()), len(self._owed))))
        late = len(self._owed)
        asked = late + 1 if late < _MOST_OWED else 0
        said = b""
        try:
            self._line.write(tspl_status.ASK_STATUS * asked, ASK_SECONDS)
            self._owed.asked(asked, self._line.patience)
            said = self._listen(late + 1)
        except KnownError as error:
            if error.code != "device_write_failed":
                raise
        answers = tspl_status.read_answers(said, late + 1)
        self._answered |= bool(answers)
        self._owed.came(len(answers))
        if len(answers) <= late:
            return None
        self._owed.clear()
        return answers[-1]

    def _listen(self, need: int) -> bytes:
        """All that is said until enough is, and nothing more follows."""
        said = b""
        end = time.monotonic() + self._line.patience
        while (left := end - time.monotonic()) > 0 and (chunk := self._line.transport.read(left)):
            said += chunk
            answers = tspl_status.read_answers(said, need)
            if len(answers) >= need:
                if need == 1 and tspl_status.is_plain(said):
                    break
                end = min(end, time.monotonic() + _SETTLE_SECONDS)  # the other digit, the answers that are late
        return said
