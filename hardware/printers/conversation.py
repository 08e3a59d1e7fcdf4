"""What the drivers of all languages share: bytes to and from a printer, and how long an answer may take."""

from __future__ import annotations

import time

from hardware.device import Transport

ASK_SECONDS = 2.0  # to get a question of a few bytes out
_LOST_AFTER = 5.0  # times the silence: an answer that late never comes
_MOST_HEARD = 65536  # bytes in one go; a device that never stops is not listened to


class Conversation:
    """A transport, and the patience that its line asks for.

    `silence`: seconds after which no answer counts as silence. `rate`: bytes a second that the line carries, None for
    one that is never the slow part: on a serial line a question waits behind the label that is still leaving.
    """

    def __init__(self, transport: Transport, silence: float, rate: float | None = None) -> None:
        self.transport = transport
        self.silence = silence
        self._rate = rate
        self._idle_at = 0.0  # when the last byte handed over has left

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        self._idle_at = 0.0
        self.transport.open()

    def write(self, data: bytes, timeout: float) -> None:
        """Hand over `data`; raises as `Transport.write`."""
        if not data:
            return
        begin = time.monotonic()
        self.transport.write(data, timeout)
        if self._rate:
            self._idle_at = max(self._idle_at, begin) + len(data) / self._rate

    @property
    def patience(self) -> float:
        """Seconds until the answer to a question that was written now is missing."""
        return self.silence + max(0.0, self._idle_at - time.monotonic())

    def heard(self) -> bytearray:
        """Whatever the printer has said unasked or too late; does not wait."""
        said = bytearray()
        end = time.monotonic() + self.silence
        while len(said) < _MOST_HEARD and (chunk := self.transport.read(0)):
            said += chunk
            if time.monotonic() >= end:
                break
        return said


class Owed:
    """Answers that may still come; five times the silence after the last question they are lost."""

    def __init__(self, silence: float) -> None:
        self._seconds = silence * _LOST_AFTER
        self._count = 0
        self._lost_at = 0.0

    def __len__(self) -> int:
        if time.monotonic() >= self._lost_at:
            self._count = 0
        return self._count

    def asked(self, count: int, patience: float) -> None:
        """So many questions were asked now; the line needs so many seconds to carry them."""
        if count:
            self._count = len(self) + count
            self._lost_at = time.monotonic() + patience + self._seconds

    def came(self, count: int) -> None:
        """So many answers came."""
        self._count = max(0, self._count - count)

    def clear(self) -> None:
        """Nothing more can come."""
        self._count = 0
