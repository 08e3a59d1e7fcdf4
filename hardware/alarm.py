"""A call at a moment that may still change: the silence after a scanner's last byte, a scale's next question."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Alarm:
    """Calls `ring(now)` when the moment that was set last has come, in a thread of its own.

    Times are those of `time.monotonic()`. `ring` returns the next moment, or None to wait until one is set. Its
    exceptions end the thread: they are bugs.
    """

    def __init__(self, name: str, ring: Callable[[float], float | None]) -> None:
        self._ring = ring
        self._at: float | None = None
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"alarm {name}", daemon=True)
        self._thread.start()

    def set(self, at: float | None) -> None:
        """Ring at `at` instead of whenever it would have; None: not at all. Never blocks for long, from any thread."""
        with self._changed:
            sooner = at is not None and (self._at is None or at < self._at)
            self._at = at
            if sooner:  # a later moment is found out when the sooner one comes
                self._changed.notify()

    def stop(self) -> None:
        """Never ring again; a `ring` under way is not waited for. May be called twice."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (self._at is None or time.monotonic() < self._at):
                    self._changed.wait(None if self._at is None else max(self._at - time.monotonic(), 0.0))
                if self._stopped:
                    return
                self._at = None
            following = self._ring(time.monotonic())
            if following is not None:
                with self._changed:
                    # `set` may have been called meanwhile: the sooner one counts
                    self._at = following if self._at is None else min(self._at, following)
