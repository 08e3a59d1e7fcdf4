"""The driver of ESC/POS printers behind any transport."""

from __future__ import annotations

import random
import re
import time
from collections import deque
from collections.abc import Sequence

from app.domain.errors import KnownError
from hardware.device import Transport
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from hardware.printers import escpos_status
from hardware.printers.conditions import worst
from hardware.printers.conversation import ASK_SECONDS, Conversation, Owed

# a printer takes these for questions wherever it sees them, in a picture too
_QUESTION_IN_DATA = re.compile(rb"\x10\x04[\x01-\x04]")


class EscposPrinter:
    """A printer that speaks ESC/POS; see `hardware.printer.Printer` for what each call promises.

    One that answers process ids ACKNOWLEDGES: each job is followed by an id of its own, which comes back when the job
    is out. The ids of a connection begin at random, so that an answer to an earlier one means nothing.

    `asks`: False for one that is known not to answer (`?status=none`), which is BLIND and never asked.
    `asks_ids`: False for one that prints the ids as text (`?status=state`). `silence`, `rate`: see
    `hardware.printers.conversation.Conversation`.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        asks: bool = True,
        asks_ids: bool = True,
        silence: float = 1.0,
        rate: float | None = None,
    ) -> None:
        self._line = Conversation(transport, silence, rate)
        self._asks = asks
        self._asks_ids = asks and asks_ids
        self._forget()

    def _forget(self) -> None:
        self._answers = escpos_status.Answers()
        self._answerable: tuple[int, ...] = ()  # the questions that this printer answers
        self._owed = Owed(self._line.silence)  # status bytes
        self._answered = False
        self._tells_ids = False
        self._next_id = random.randrange(escpos_status.IDS)
        self._probe_id = b""
        # of each job that is not acknowledged, oldest first; None: it went without one, and holds up the later ones
        self._waiting: deque[bytes | None] = deque()
        self._acknowledged = 0

    @property
    def url(self) -> str:
        """The URL of the transport."""
        return self._line.transport.url

    @property
    def proof(self) -> Proof:
        """ACKNOWLEDGES once a process id came back, STATE_ONLY once a state was told, else BLIND."""
        if self._tells_ids:
            return Proof.ACKNOWLEDGES
        return Proof.STATE_ONLY if self._answered else Proof.BLIND

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        self._forget()
        self._line.open()

    def close(self) -> None:
        """Disconnect; never raises."""
        self._line.transport.close()

    def probe(self) -> Proof:
        """Ask for the state, and for one process id to come back.

        A printer that is faulty or busy gives it back later, which raises the class then.
        """
        self.status()
        if self._asks_ids and not self._tells_ids:
            self._probe_id = self._make_id()
            try:
                self._line.write(escpos_status.ask_process_id(self._probe_id), ASK_SECONDS)
            except KnownError as error:
                if error.code != "device_write_failed":
                    raise
            end = time.monotonic() + self._line.patience
            while not self._tells_ids and self._listen(end):
                pass
        return self.proof

    def status(self) -> PrinterStatus:
        """`DLE EOT 1` to `4`, those of them that this printer answers.

        `formats_in_buffer`: jobs that it has not acknowledged, where it acknowledges.
        """
        if not self._asks:
            return PrinterStatus(Condition.SILENT, reason="not_asked")
        answers = self._ask(self._answerable) if self._answerable else self._find_out()
        if not answers:
            return PrinterStatus(Condition.SILENT, reason="no_answer")
        condition, reason = worst(*escpos_status.meaning(answers))
        if not self._tells_ids:
            return PrinterStatus(condition, reason=reason)
        return PrinterStatus(condition, formats_in_buffer=len(self._waiting), labels_remaining=0, reason=reason)

    def progress(self) -> Progress:
        """State and acknowledgements."""
        status = self.status()
        self._hear(bytes(self._line.heard()) if self._asks else b"")
        return Progress(status, acknowledged=self._acknowledged)

    def send(self, data: bytes, timeout: float) -> None:
        """Hand over one label, and after it the id that will acknowledge it."""
        process_id = self._make_id() if self._tells_ids else None
        self._line.write(data + (escpos_status.ask_process_id(process_id) if process_id else b""), timeout)
        self._waiting.append(process_id)
        if self._answered:
            self._owed.asked(len(_QUESTION_IN_DATA.findall(data)), self._line.patience)

    def _make_id(self) -> bytes:
        self._next_id = (self._next_id + 1) % escpos_status.IDS
        return escpos_status.process_id(self._next_id)

    def _find_out(self) -> dict[int, int]:
        """Ask one by one, because cheap printers answer only some; the first one stands for all."""
        answers = self._ask(escpos_status.ASKABLE[:1])
        for number in escpos_status.ASKABLE[1:] if answers else ():
            answers |= self._ask((number,))
            self._owed.clear()  # what it has not said by now it does not know
        self._answerable = tuple(answers)
        return answers

    def _ask(self, numbers: Sequence[int]) -> dict[int, int]:
        """The answers to questions asked now, by their n; empty for silence.

        Answers carry no number: while others may still come nothing is asked, only listened.
        """
        statuses = self._answers.statuses
        statuses.clear()
        self._hear(bytes(self._line.heard()))
        self._await(len(self._owed))
        if self._owed:
            return {}
        try:
            self._line.write(b"".join(map(escpos_status.ask_status, numbers)), ASK_SECONDS)
            self._owed.asked(len(numbers), self._line.patience)
        except KnownError as error:
            if error.code != "device_write_failed":
                raise
        answers = self._await(len(numbers))
        return dict(zip(numbers, answers, strict=True)) if len(answers) == len(numbers) else {}

    def _await(self, count: int) -> bytes:
        """So many status bytes, or as many as come in time."""
        statuses = self._answers.statuses
        end = time.monotonic() + self._line.patience
        while len(statuses) < count and self._listen(end):
            pass
        answers = bytes(statuses[:count])
        self._owed.came(len(statuses))
        self._answered |= bool(statuses)
        statuses.clear()
        return answers

    def _listen(self, end: float) -> bool:
        """Hear what comes next; False when nothing came until `end`, by the monotonic clock."""
        left = end - time.monotonic()
        chunk = self._line.transport.read(left) if left > 0 else b""
        self._hear(chunk)
        return bool(chunk)

    def _hear(self, said: bytes) -> None:
        self._answers.feed(said)
        for process_id in self._answers.ids:
            if process_id == self._probe_id:
                self._tells_ids = True
            elif self._waiting and process_id == self._waiting[0]:
                self._waiting.popleft()
                self._acknowledged += 1
        self._answers.ids.clear()
