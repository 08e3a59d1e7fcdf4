"""Which printer's queue a job goes to, and when a printer has been out for long enough that another one takes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FALLBACK_SECONDS = 10.0


class Paper(StrEnum):
    """What is printed."""

    LABEL = "label"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Route:
    """A printer as far as a job cares: its queue, what it prints, in which sizes (none named: any), whether it can now.

    A size is a name such as `4x6` or `A4`.
    """

    queue: str
    prints: Paper
    usable: bool = True
    sizes: frozenset[str] = frozenset()

    def takes(self, kind: Paper, size: str) -> bool:
        """Whether such a job can come out of it, now or later."""
        return kind is self.prints and (not self.sizes or size in self.sizes)


def queue_for(kind: Paper, size: str, printers: Sequence[Route]) -> str | None:
    """The queue of the first printer that takes the job and is usable; `printers` are in the order of preference.

    While none is usable the job waits for the first that takes it; None when none ever will.
    """
    able = [printer for printer in printers if printer.takes(kind, size)]
    usable = [printer for printer in able if printer.usable]
    return next((printer.queue for printer in usable or able), None)


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when a printer has been out, in seconds of a monotonic clock; None while it is not."""

    since: float | None = None

    def seen(self, usable: bool, now: float) -> Outage:
        """After another look at it: an outage goes on until the printer is usable again."""
        if usable:
            return Outage()
        return self if self.since is not None else Outage(now)

    def is_long(self, now: float, seconds: float = FALLBACK_SECONDS) -> bool:
        """Whether it has lasted long enough that what waits goes elsewhere."""
        return self.since is not None and now - self.since >= seconds


def label_queue(station: str) -> str:
    """The queue of a station's label printer."""
    return station


def fallback_queue(station: str) -> str:
    """The queue of the printer that takes over."""
    return f"{station} fallback"


def document_queue(station: str) -> str:
    """The queue of a station's document printer."""
    return f"{station} documents"
