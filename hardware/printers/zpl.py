"""The driver of ZPL printers behind any transport."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from app.domain.errors import KnownError
from hardware.device import Transport
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from hardware.printers import zpl_formats, zpl_status
from hardware.printers.conditions import worst
from hardware.printers.conversation import ASK_SECONDS, Conversation, Owed

_SETTLE_SECONDS = 0.2
_MOST_OWED = 4  # from so many on nothing more is asked: only listened
_TRIES = 3
_BOOT_SILENCES = 2  # a printer that is switched off and on says nothing for longer than so many silences
_TRIES_TO_STORE = 2
_END_OF_LABEL = b"^XZ"  # means nothing to a printer that is between labels
_CONDITIONS = frozenset(condition.value for condition in Condition)

A = TypeVar("A")


class ZplPrinter:
    """A printer that speaks ZPL; see `hardware.printer.Printer` for what each call promises.

    `asks`: False for a printer that is known not to answer (one-way cable, `?status=none`): it is BLIND and is never
    asked. `lasting`: the printer cannot tell connections apart (serial, USB), so that half a label of an earlier one
    must be ended, or the next label would be printed into it. `stores`: False for one whose memory is not to be used
    (`?stored=off`); else one that counts gets what repeats but once, as long as it shows that it keeps it: see
    `hardware.printers.zpl_formats`. `silence`, `rate`: see `hardware.printers.conversation.Conversation`.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        asks: bool = True,
        lasting: bool = False,
        stores: bool = True,
        silence: float = 1.0,
        rate: float | None = None,
    ) -> None:
        self._line = Conversation(transport, silence, rate)
        self._asks = asks
        self._lasting = lasting
        self._stores = stores
        self._forget()

    def _forget(self) -> None:
        self._answered = False
        self._counted = False
        self._told_buffer = False
        self._knows_odometer = True
        self._formats = zpl_formats.Formats()
        self._heard_at = 0.0  # when it last answered
        self._tries_to_store = _TRIES_TO_STORE if self._stores else 0
        # questions, by their bytes, whose answers may still come
        self._owed: defaultdict[bytes, Owed] = defaultdict(lambda: Owed(self._line.silence))

    @property
    def url(self) -> str:
        """The URL of the transport."""
        return self._line.transport.url

    @property
    def proof(self) -> Proof:
        """COUNTS once both odometer and buffer were told, STATE_ONLY once anything was, else BLIND."""
        if self._counted and self._told_buffer:
            return Proof.COUNTS
        return Proof.STATE_ONLY if self._answered else Proof.BLIND

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        self._forget()
        self._line.open()
        if self._lasting:
            try:
                self._line.write(_END_OF_LABEL, ASK_SECONDS)
            except KnownError as error:
                if error.code != "device_write_failed":  # a stalled line does not keep it from being open
                    raise

    def close(self) -> None:
        """Disconnect; never raises."""
        self._line.transport.close()

    def probe(self) -> Proof:
        """Ask for state and odometer; at most three times the silence."""
        self.status()
        if self._asks:
            self.odometer()
        return self.proof

    def status(self) -> PrinterStatus:
        """`~HS`; where that is met with silence, `~HQES`, because newer firmware is mute while it is faulty."""
        if not self._asks:
            return PrinterStatus(Condition.SILENT, reason="not_asked")
        status = self._ask(zpl_status.ASK_STATUS, zpl_status.cut_status)
        if status is not None:
            self._told_buffer = True
            return _from_status(status)
        errors = self._ask(zpl_status.ASK_ERRORS, zpl_status.cut_errors)
        if errors is not None:
            return _from_errors(errors)
        return PrinterStatus(Condition.SILENT, reason="no_answer")

    def odometer(self) -> int | None:
        """Labels in the printer's life, by SGD; None if it does not know, does not answer or is not asked."""
        if not (self._asks and self._knows_odometer):
            return None
        value = self._ask(zpl_status.ASK_ODOMETER, zpl_status.cut_odometer)
        if isinstance(value, int):
            self._counted = True
            return value
        self._knows_odometer = value is None
        return None

    def progress(self) -> Progress:
        """State and odometer; the odometer is told only when the buffer is the same before and after it was read."""
        status = self.status()
        for _ in range(_TRIES):
            if status.formats_in_buffer is None or (odometer := self.odometer()) is None:
                return Progress(status)
            after = self.status()
            if after == status:
                return Progress(status, odometer)
            status = after  # a label went on its way between the two: the pair would be of two moments
        return Progress(status)

    def send(self, data: bytes, timeout: float) -> None:
        """Hand over one label; a return means that the bytes are in a buffer somewhere, no more.

        The bytes that leave may be a call of a stored format, which prints the same.
        """
        self._line.write(self._as_call(data), timeout)

    def _as_call(self, data: bytes) -> bytes:
        """The label as short as the printer's memory allows; what is worth storing is stored first."""
        label = zpl_formats.cut(data) if self.proof is Proof.COUNTS else None
        if label is None:
            return data
        self._doubt()
        if self._tries_to_store and (new := self._formats.worth_storing(label)) is not None:
            self._store(new)
        stored = self._formats.best(label)
        return data if stored is None else stored.call(label)

    def _doubt(self) -> None:
        """Count on nothing that is stored if the printer may have been off and on since it last answered."""
        if time.monotonic() - self._heard_at > _BOOT_SILENCES * self._line.silence:
            self._formats.forget()

    def _store(self, new: zpl_formats.StoredFormat) -> None:
        """Store a format if the printer then lists it, and delete those that are too many or of earlier connections."""
        try:
            self._line.write(new.store, ASK_SECONDS)
            names = self._ask(zpl_formats.ASK_STORED, zpl_formats.cut_stored)
            if names is None or new.name not in names:
                self._tries_to_store -= 1  # it keeps none, or does not tell
                return
            gone = self._formats.add(new) | (names - self._formats.names)
            self._line.write(zpl_formats.delete(gone), ASK_SECONDS)
        except KnownError as error:
            # a format prints nothing: of the label itself not one byte has left
            raise KnownError(error.code, **error.facts | {"written": 0}) from error

    def _ask(self, question: bytes, cut: Callable[[bytearray], A | None]) -> A | None:
        """The answer to a question asked now, or None for silence; never the late answer to an earlier question.

        Answers come in order and carry no number. While earlier questions of this kind may still be answered, it
        is asked once more than there are such questions: the last of as many answers can only belong to now.
        """
        buffer, owed = self._line.heard(), self._owed[question]
        while len(owed) and cut(buffer) is not None:
            owed.came(1)
        buffer.clear()
        late = len(owed)
        asked = late + 1 if late < _MOST_OWED else 0
        answers: list[A] = []
        try:
            self._line.write(question * asked, ASK_SECONDS)
            owed.asked(asked, self._line.patience)
            answers = self._collect(buffer, cut, late + 1, self._line.patience)
        except KnownError as error:
            if error.code != "device_write_failed":
                raise
        self._answered |= bool(answers)
        owed.came(len(answers))
        if len(answers) <= late:
            self._formats.forget()  # whoever does not answer may have been switched off and on
            return None
        self._doubt()
        self._heard_at = time.monotonic()
        # either the old answers are lost for good, or the rest of this burst follows at once
        self._collect(buffer, cut, len(owed), min(self._line.silence, _SETTLE_SECONDS))
        owed.clear()
        return answers[-1]

    def _collect(self, buffer: bytearray, cut: Callable[[bytearray], A | None], count: int, patience: float) -> list[A]:
        """The next answers, at most `count`; fewer when none has come for `patience` seconds."""
        answers: list[A] = []
        end = time.monotonic() + patience
        while True:
            while len(answers) < count and (answer := cut(buffer)) is not None:
                answers.append(answer)
                end = time.monotonic() + patience
            left = end - time.monotonic()
            if len(answers) == count or left <= 0 or not (chunk := self._line.transport.read(left)):
                return answers
            buffer += chunk


def _from_status(status: zpl_status.HostStatus) -> PrinterStatus:
    said = {
        Condition.HEAD_OPEN: status.head_open,
        Condition.PAPER_OUT: status.paper_out,
        Condition.RIBBON_OUT: status.ribbon_out,
        Condition.OVERHEATED: status.over_temperature,
        Condition.FAULT: status.under_temperature,
        Condition.PAUSED: status.paused,
        Condition.BUFFER_FULL: status.buffer_full,
        Condition.LABEL_WAITING: status.label_waiting,
    }
    others = ["under_temperature"] if status.under_temperature else []
    condition, reason = worst([condition for condition in said if said[condition]], others)
    return PrinterStatus(
        condition,
        # a label that is still arriving is not printed either
        formats_in_buffer=status.formats_in_buffer + status.partial_format,
        labels_remaining=status.labels_remaining,
        reason=reason,
    )


def _from_errors(errors: zpl_status.HostErrors) -> PrinterStatus:
    named = zpl_status.words(errors.errors, zpl_status.ERROR_WORDS)
    known = {Condition(word) for word in named if word in _CONDITIONS}
    others = [word for word in named if word not in _CONDITIONS]
    if errors.more:
        others.append("other_error")
    if others:
        known.add(Condition.FAULT)
    notes = zpl_status.words(errors.warnings, zpl_status.WARNING_WORDS)
    if not known:
        notes.append("no_host_status")  # it answers, but not what tells the buffer
    condition, reason = worst(known, others + notes)
    return PrinterStatus(condition, reason=reason)
