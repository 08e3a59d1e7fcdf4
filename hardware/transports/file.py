"""Bytes into a file."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from app.domain.errors import KnownError
from hardware.device import parse_url, words_of


class FileTransport:
    """Appends to a file: what was written is on disk and whole, or not in the file at all."""

    def __init__(self, url: str) -> None:
        self._path = Path(parse_url(url).path)
        self._url = url
        self._file: int | None = None

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Open for appending, made if absent; raises KnownError `device_open_failed`."""
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            # O_NONBLOCK: a pipe that nobody reads is an error, not a wait without end
            self._file = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0), 0o644)
            ordinary = stat.S_ISREG(os.fstat(self._file).st_mode)
        except OSError as error:
            raise KnownError("device_open_failed", url=self._url, reason=words_of(error)) from error
        if not ordinary:  # what a device node or a pipe takes is not on any disk
            self.close()
            raise KnownError("device_open_failed", url=self._url, reason="not an ordinary file")

    def close(self) -> None:
        """Close; never raises."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def write(self, data: bytes, timeout: float) -> None:
        """Append and fsync; after a failure the file is as long as it was.

        Raises KnownError `device_write_failed` with `written` 0, or None if even the way back failed.
        """
        if self._file is None:
            raise KnownError("device_not_open", url=self._url)
        before = os.fstat(self._file).st_size
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, memoryview(data)[done:])
            os.fsync(self._file)
        except OSError as error:
            written = 0 if self._take_back(before, done) else None
            raise KnownError("device_write_failed", url=self._url, reason=words_of(error), written=written) from error

    def _take_back(self, before: int, done: int) -> bool:
        """Cut the last `done` bytes off again; False when that failed, or when others have appended meanwhile."""
        assert self._file is not None
        try:
            if os.fstat(self._file).st_size != before + done:
                return False
            os.ftruncate(self._file, before)
            os.fsync(self._file)
        except OSError:
            return False
        return True

    def read(self, timeout: float) -> bytes:
        """A file never answers: b"" at once."""
        return b""
