"""The folder into which a simulated printer drops its labels; it is also the printer's odometer."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path

import filelock

from app.domain.errors import KnownError


class Scrap(StrEnum):
    """Paper that is no label, by the ending of its file."""

    TORN = "torn"  # the first half of a label, counted by the odometer
    PIECE = "piece"  # the first half of a label, not counted
    FEED = "feed"  # blank, counted


class Tray:
    """`NNNNNN.zpl` and `NNNNNN.png` per label, numbered by the odometer after it; `suffix` instead of `zpl`.

    A label is in the tray exactly when its `.zpl` is: that file appears by one rename, after the picture. Scrap lies
    among the labels as `NNNNNN.torn` and so on.
    """

    def __init__(self, folder: Path, suffix: str = "zpl") -> None:
        self.folder = folder
        self._suffix = suffix
        self._counted = re.compile(rf"(\d{{6,}})\.({suffix}|{Scrap.TORN}|{Scrap.FEED})")
        self._lock = filelock.FileLock(folder / ".lock", thread_local=False)

    def claim(self, patience: float) -> None:
        """Make the folder and lock it for this printer; blocks up to `patience` seconds.

        Raises KnownError `tray_taken` when another printer keeps it and `tray_unusable` when it cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=patience)
            for part in self.folder.glob("*.part"):
                part.unlink()
        except filelock.Timeout:
            raise KnownError("tray_taken", folder=str(self.folder)) from None
        except OSError as error:
            self._lock.release()
            raise KnownError("tray_unusable", folder=str(self.folder), reason=error.strerror or "") from error

    def release(self) -> None:
        """Let another printer have it."""
        self._lock.release()

    def count(self) -> int:
        """The odometer: the highest number in the tray, 0 when it is empty."""
        numbers = [
            int(found[1]) for entry in os.scandir(self.folder) if (found := self._counted.fullmatch(entry.name))
        ]
        return max(numbers, default=0)

    def drop(self, number: int, data: bytes, png: bytes) -> None:
        """Label `number` comes out; no picture is written when `png` is empty. Raises OSError, then it is not out."""
        if png:
            (self.folder / f"{number:06d}.png").write_bytes(png)
        self._put(number, self._suffix, data)

    def drop_scrap(self, number: int, kind: Scrap, data: bytes = b"") -> None:
        """Something else comes out before label `number`, or, if it counts, instead of it; raises OSError."""
        self._put(number, kind.value, data)

    def _put(self, number: int, ending: str, data: bytes) -> None:
        part = self.folder / f"{number:06d}.part"
        part.write_bytes(data)
        os.replace(part, part.with_suffix(f".{ending}"))
