"""The folder into which a simulated printer drops its labels; it is also the printer's odometer."""

from __future__ import annotations

import os
import re
from pathlib import Path

import filelock

from app.domain.errors import KnownError

_LABEL = re.compile(r"(\d{6,})\.zpl")


class Tray:
    """`NNNNNN.zpl` and `NNNNNN.png` per label, numbered by the odometer after it.

    A label is in the tray exactly when its `.zpl` is: that file appears by one rename, after the picture.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        numbers = [int(found[1]) for entry in os.scandir(self.folder) if (found := _LABEL.fullmatch(entry.name))]
        return max(numbers, default=0)

    def drop(self, number: int, zpl: bytes, png: bytes) -> None:
        """Label `number` comes out; no picture is written when `png` is empty. Raises OSError, then it is not out."""
        if png:
            (self.folder / f"{number:06d}.png").write_bytes(png)
        part = self.folder / f"{number:06d}.part"
        part.write_bytes(zpl)
        os.replace(part, part.with_suffix(".zpl"))
