"""What a printer has been sent and has not proven yet: the rule that says printed, uncertain, or wait; no I/O.

The rule is that of `printing.spooler`; it stands alone so that a million simulated jobs can be judged by it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from app.domain.states import JobState
from hardware.printer import Condition, PrinterStatus, Progress, Proof

# labels that a printer may have without having proven them; a second one keeps the motor running
WINDOW = {Proof.BLIND: 1, Proof.STATE_ONLY: 1, Proof.COUNTS: 2, Proof.ACKNOWLEDGES: 2}


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt: PRINTED or UNCERTAIN, the odometer after it where it is known, and why."""

    attempt_id: int
    outcome: JobState
    odometer: int | None = None
    reason: str | None = None


@dataclass(slots=True)
class _Sent:
    attempt_id: int
    number: int  # of the sends of this connection
    through: int  # labels sent since `_base`, up to and with this job
    torn: bool = False  # the paper ended in it, maybe


class InFlight:
    """The jobs of one connection that are sent and not settled.

    `proof` is the class that decides; `seconds_to_count`: how long a printer that says it is ready and empty may take
    to have counted; `seconds_of_silence`: how long one that does not answer, or does not acknowledge, is waited for.
    Times are seconds of any clock that never goes back.
    """

    def __init__(self, proof: Proof, seconds_to_count: float, seconds_of_silence: float) -> None:
        self.proof = proof
        self._to_count = seconds_to_count
        self._of_silence = seconds_of_silence
        self._jobs: deque[_Sent] = deque()
        self._number = 0
        self._base: int | None = None  # the odometer when the first of an unbroken row of jobs was sent
        self._labels = 0  # sent since then
        self._counted: int | None = None  # labels since `_base`, if the last answer added up
        self._quiet_since: float | None = None
        self._clear_since: float | None = None

    def __len__(self) -> int:
        return len(self._jobs)

    def hindrance(self, progress: Progress) -> str | None:
        """Why nothing may be sent now, as a code; None when the next job may go."""
        status = progress.status
        if self.proof is Proof.BLIND:
            return None
        if not status.accepts:
            return reason_of(status)
        if len(self._jobs) >= WINDOW[self.proof]:
            return "busy"
        if self.proof is Proof.COUNTS:
            return self._hindrance_of_counting(progress)
        if self.proof is Proof.STATE_ONLY and not _clear(status, counts=False):
            return "busy"
        return None

    def _hindrance_of_counting(self, progress: Progress) -> str | None:
        if progress.status.formats_in_buffer is None:
            return "busy"  # it has told of its buffer before, and must tell again
        if progress.odometer is None:
            return "count_gone"
        if not self._jobs:
            return None if progress.status.idle else "busy"
        # into a printer whose count and buffer do not add up to what was sent nothing more is put
        return None if self._adds_up(progress) else "busy"

    @property
    def expected(self) -> int | None:
        """The odometer once all that was sent has come out; None where nothing is counted."""
        return None if self._base is None else self._base + self._labels

    def before(self, progress: Progress | None) -> int | None:
        """What the odometer will be before the first label of the next job; None where nothing is counted."""
        if self._jobs:
            return self.expected
        return progress.odometer if progress is not None and self.proof is Proof.COUNTS else None

    def send(self, attempt_id: int, labels: int, progress: Progress | None) -> None:
        """A job is about to be sent into a printer whose last answer was `progress`."""
        if not self._jobs:
            self._base, self._labels = self.before(progress), 0
        self._number += 1
        self._labels += labels
        self._jobs.append(_Sent(attempt_id, self._number, self._labels))
        self._counted = self._quiet_since = self._clear_since = None

    def sent(self) -> list[Settled]:
        """The last job was handed over whole: a blind printer will never say more."""
        return self.lost("no_proof") if self.proof is Proof.BLIND else []

    def observe(self, progress: Progress, now: float) -> list[Settled]:
        """What the printer's answer of this moment settles, in the order of sending."""
        settled = [*self._proven(progress)]
        if settled:
            self._quiet_since = self._clear_since = None
        if not self._jobs:
            return settled
        status = progress.status
        if self.proof is Proof.ACKNOWLEDGES:
            # it goes on where the paper ended, and acknowledges the two halves
            if status.condition is Condition.PAPER_OUT or "paper_out" in status.reason.split():
                self._jobs[0].torn = True
            mute = status.accepts or status.condition is Condition.SILENT
            return settled + self._silence(mute, now)
        counts = self.proof is Proof.COUNTS
        # what a printer says is of no use where it counts but leaves out its buffer, or has no count just now
        no_use = counts and (status.accepts and (status.formats_in_buffer is None or progress.odometer is None))
        if no_use or status.condition is Condition.SILENT:
            self._clear_since = None
            return settled + self._silence(True, now)
        self._quiet_since = None
        if not _clear(status, counts):
            self._clear_since = None  # paper out, head open, still printing: the label is in the printer
            return settled
        if not counts:
            return settled + self.lost("no_counter")
        assert progress.odometer is not None
        assert self._base is not None
        moved = progress.odometer - self._base
        if moved > self._labels:
            return settled + self.lost("odometer_ahead", progress.odometer)
        if moved < 0:
            return settled + self.lost("odometer_behind", progress.odometer)
        self._clear_since = now if self._clear_since is None else self._clear_since
        if now - self._clear_since >= self._to_count:
            return settled + self.lost("not_counted", progress.odometer)
        return settled

    def lost(self, reason: str, odometer: int | None = None) -> list[Settled]:
        """All that is in flight is uncertain: the connection went, or the program ends."""
        settled = [Settled(job.attempt_id, JobState.UNCERTAIN, odometer, reason) for job in self._jobs]
        self._jobs.clear()
        return settled

    def take_back(self) -> None:
        """Of the last job not one byte has left."""
        self._jobs.pop()
        self._labels = self._jobs[-1].through if self._jobs else 0

    def _proven(self, progress: Progress) -> list[Settled]:
        settled = []
        if self.proof is Proof.ACKNOWLEDGES:
            while self._jobs and self._jobs[0].number <= progress.acknowledged:
                job = self._jobs.popleft()
                outcome, reason = (JobState.UNCERTAIN, "paper_ended") if job.torn else (JobState.PRINTED, None)
                settled.append(Settled(job.attempt_id, outcome, reason=reason))
        elif self._base is not None and progress.odometer is not None and self._adds_up(progress):
            # told twice: a sheet fed by hand makes good, for a moment, for a label that is still on the line
            out, self._counted = self._counted, progress.odometer - self._base
            while self._jobs and out is not None and self._jobs[0].through <= min(out, self._counted):
                job = self._jobs.popleft()
                settled.append(Settled(job.attempt_id, JobState.PRINTED, self._base + job.through))
        else:
            self._counted = None
        return settled

    def _adds_up(self, progress: Progress) -> bool:
        """Whether what the printer has counted and what it still holds are exactly what was sent."""
        status = progress.status
        if self._base is None or progress.odometer is None or status.formats_in_buffer is None:
            return False
        if not status.accepts:
            return False  # half a label may be counted, and come out once more when the paper is in
        inside = status.formats_in_buffer + (status.labels_remaining or 0)
        return progress.odometer - self._base + inside == self._labels

    def _silence(self, quiet: bool, now: float) -> list[Settled]:
        if not quiet:
            self._quiet_since = None
            return []
        self._quiet_since = now if self._quiet_since is None else self._quiet_since
        if now - self._quiet_since < self._of_silence:
            return []
        return self.lost("printer_silent")


def reason_of(status: PrinterStatus) -> str:
    """The code that tells a person what the printer waits for."""
    if status.accepts:
        return "busy"
    return status.reason if status.condition is Condition.FAULT and status.reason else status.condition.value


def _clear(status: PrinterStatus, counts: bool) -> bool:
    """Whether nothing is left in the printer, as far as it tells of its buffer; one that counts must tell."""
    return status.accepts and (status.idle or (status.formats_in_buffer is None and not counts))
