"""What every printer driver offers, and the one vocabulary of printer states; no bytes here.

The drivers: `hardware.printers.zpl.ZplPrinter`, `hardware.printers.FilePrinter`; `hardware.printers.open_printer`
chooses by URL. All calls block; the owner gives each printer a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hardware.device import DeviceState


class Condition(StrEnum):
    """What a printer says of itself; where several hold at once, the one that a person mends first."""

    READY = "ready"
    PAUSED = "paused"
    PAPER_OUT = "paper_out"
    RIBBON_OUT = "ribbon_out"
    HEAD_OPEN = "head_open"
    BUFFER_FULL = "buffer_full"
    OVERHEATED = "overheated"
    LABEL_WAITING = "label_waiting"  # printed, to be peeled off before the next one
    FAULT = "fault"  # any other error; `PrinterStatus.reason` names it
    SILENT = "silent"  # no answer: not the same as absent


class Proof(StrEnum):
    """What a printer can prove; decides how a job may become *printed*."""

    ACKNOWLEDGES = "acknowledges"  # says itself what is done, in order; see `Progress.acknowledged`
    COUNTS = "counts"  # has an odometer of labels
    STATE_ONLY = "state_only"  # tells its state, counts nothing
    BLIND = "blind"  # has never answered on this connection


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """One answer of a printer.

    `formats_in_buffer`: whole labels received and not begun; `labels_remaining`: of the one being printed; both None
    where the printer does not say. `reason`: snake_case words for what `condition` leaves out (`cutter`,
    `motor`, `calibrate`, `no_answer`, further conditions joined by a blank), else "".
    """

    condition: Condition
    formats_in_buffer: int | None = None
    labels_remaining: int | None = None
    reason: str = ""

    @property
    def accepts(self) -> bool:
        """Whether a label may be sent now (preflight)."""
        return self.condition in (Condition.READY, Condition.LABEL_WAITING)

    @property
    def idle(self) -> bool:
        """Whether the printer says that everything it received has been printed; False where it does not say."""
        return self.formats_in_buffer == 0 and self.labels_remaining == 0

    @property
    def device_state(self) -> DeviceState:
        """The same in the words all devices share."""
        return _DEVICE_STATE.get(self.condition, DeviceState.FAULT)


_DEVICE_STATE = {
    Condition.READY: DeviceState.READY,
    Condition.PAUSED: DeviceState.ATTENTION,
    Condition.BUFFER_FULL: DeviceState.BUSY,
    Condition.LABEL_WAITING: DeviceState.ATTENTION,
    Condition.OVERHEATED: DeviceState.ATTENTION,
    Condition.SILENT: DeviceState.ATTENTION,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a printer has come, all of one moment.

    `odometer`: labels in the device's life, None where it does not say, or not now. `acknowledged`: how many of this
    connection's `send`s, in their order, the device has said are done.
    """

    status: PrinterStatus
    odometer: int | None = None
    acknowledged: int = 0


class Printer(Protocol):
    """A printer behind any transport and language; one owner, one thread at a time.

    Every call but `proof` and `url` raises KnownError `device_gone` when the connection is lost (the printer is then
    closed; `open` may be called again) and `device_not_open` before `open`.
    """

    @property
    def url(self) -> str:
        """The URL it was made from."""

    @property
    def proof(self) -> Proof:
        """The best that the device has shown on this connection so far; final enough to decide after `probe`.

        It may rise later (a printer that was silent at first), never fall before the next `open`.
        """

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`. Forgets what earlier connections proved."""

    def close(self) -> None:
        """Disconnect; never raises, may be called twice."""

    def probe(self) -> Proof:
        """Ask what it can ask (state, odometer) once and return the class; at most about three seconds."""

    def status(self) -> PrinterStatus:
        """Ask for the state; silence is the answer `SILENT`, never an exception."""

    def progress(self) -> Progress:
        """State, odometer and acknowledgements of one moment, as far as the device can tell them."""

    def send(self, data: bytes, timeout: float) -> None:
        """Hand over the bytes of one job within `timeout` seconds; a return means "in a buffer", no more.

        What came of it is told by `progress`. Raises KnownError `device_gone` or `device_write_failed` with the fact
        `written`: bytes that left (0: surely nothing printed; None: not known; anything else is ambiguous).
        """
