"""Raw jobs into the Windows print spooler."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import Any

from app.domain.errors import KnownError
from hardware.device import parse_url
from hardware.permission import Cause

_ACCESS_DENIED = 5


class _DocInfo(ctypes.Structure):
    """DOC_INFO_1W of winspool.h."""

    _fields_ = (
        ("pDocName", ctypes.c_wchar_p),
        ("pOutputFile", ctypes.c_wchar_p),
        ("pDatatype", ctypes.c_wchar_p),
    )


class Spooler:
    """The calls of winspool.drv that a raw job needs; `library` is that DLL, or what stands for it in a test."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def opened(self, printer: str) -> ctypes.c_void_p:
        """OpenPrinterW; raises OSError."""
        handle = ctypes.c_void_p()
        self._check(self._library.OpenPrinterW(ctypes.c_wchar_p(printer), ctypes.byref(handle), None))
        return handle

    def closed(self, handle: ctypes.c_void_p) -> None:
        """ClosePrinter; its failure means nothing."""
        self._library.ClosePrinter(handle)

    def begun(self, handle: ctypes.c_void_p, title: str) -> None:
        """StartDocPrinterW with datatype RAW; raises OSError."""
        document = _DocInfo(title, None, "RAW")
        self._check(self._library.StartDocPrinterW(handle, 1, ctypes.byref(document)))

    def taken(self, handle: ctypes.c_void_p, data: bytes) -> int:
        """WritePrinter: bytes that the spooler took; raises OSError."""
        written = ctypes.c_uint32(0)
        self._check(self._library.WritePrinter(handle, data, len(data), ctypes.byref(written)))
        return written.value

    def ended(self, handle: ctypes.c_void_p) -> None:
        """EndDocPrinter: the job may be printed; raises OSError."""
        self._check(self._library.EndDocPrinter(handle))

    def aborted(self, handle: ctypes.c_void_p) -> None:
        """AbortPrinter: the job is deleted as far as it has not been printed."""
        self._library.AbortPrinter(handle)

    def _check(self, result: int) -> None:
        if not result:
            number = int(getattr(ctypes, "get_last_error", int)())
            raise OSError(number, getattr(ctypes, "FormatError", "error {}".format)(number).strip())


class WindowsTransport:
    """Raw jobs into a printer queue of Windows, named as Windows shows it: each `write` is one job.

    There is no way back: the spooler keeps what a printer says. A write that returned is a job in the spool.
    """

    def __init__(self, url: str, spooler: Spooler | None = None) -> None:
        self._queue = parse_url(url).path
        self._url = url
        self._spooler = spooler
        self._handle: ctypes.c_void_p | None = None

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Take a handle of the queue; raises KnownError `device_open_failed`, on other systems with cause `system`."""
        self.close()
        if self._spooler is None:
            self._spooler = _of_this_system()
        if self._spooler is None:
            raise KnownError(
                "device_open_failed",
                url=self._url,
                reason="not on this system",
                cause=Cause.SYSTEM,
                system="Windows",
            )
        try:
            self._handle = self._spooler.opened(self._queue)
        except OSError as error:
            cause = Cause.PERMISSION if error.errno == _ACCESS_DENIED else ""
            raise KnownError("device_open_failed", url=self._url, reason=_words(error), cause=cause) from error

    def close(self) -> None:
        """Give the handle back; never raises."""
        if self._handle is not None and self._spooler is not None:
            with contextlib.suppress(OSError):
                self._spooler.closed(self._handle)
        self._handle = None

    def write(self, data: bytes, timeout: float) -> None:
        """Spool `data` as one raw job; raises KnownError `device_write_failed` with `written`.

        0: the job never began. None: it was given up in the middle; the spooler may have begun to print. `timeout` is
        of no use here: the spooler writes to the disk of this computer.
        """
        if self._handle is None or self._spooler is None:
            raise KnownError("device_not_open", url=self._url)
        spooler, handle = self._spooler, self._handle
        written: int | None = 0
        try:
            spooler.begun(handle, "packbench")
            written = None
            done = 0
            while done < len(data):
                taken = spooler.taken(handle, data[done:])
                if not taken:
                    raise OSError("the spooler takes no more")
                done += taken
            spooler.ended(handle)
        except OSError as error:
            if written is None:
                spooler.aborted(handle)
            raise KnownError("device_write_failed", url=self._url, reason=_words(error), written=written) from error

    def read(self, timeout: float) -> bytes:
        """A queue never answers: b"" at once."""
        if self._handle is None:
            raise KnownError("device_not_open", url=self._url)
        return b""


def _of_this_system() -> Spooler | None:
    if sys.platform != "win32":
        return None
    return Spooler(ctypes.WinDLL("winspool.drv", use_last_error=True))


def _words(error: OSError) -> str:
    return error.strerror or str(error)
