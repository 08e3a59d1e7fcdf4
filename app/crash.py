"""What happens to a mistake of ours: a report in a file, a line in the log, and the program goes on.

Hooked are exceptions that nobody caught (main thread and others), exceptions that cannot be raised (`__del__`), those
of asyncio's loop, and faults that end the process: faulthandler writes these into `faults.log`, which the next start
turns into a report. `ui.crash` adds what Qt says. What a report may hold is decided in `app.crash_report`.
"""

from __future__ import annotations

import asyncio
import faulthandler
import hashlib
import logging
import os
import platform
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FunctionType, MethodType, TracebackType
from typing import Any, BinaryIO

from app.clock import Clock, SystemClock
from app.crash_report import described, native, said, stack
from app.settings import data_directory

log = logging.getLogger("packbench.crash")

KEPT = 20
_MOST_A_SESSION = 100
_QUIET_SECONDS = 10.0
_MOST_BYTES = 64 * 1024
_NAMED = re.compile(r"\d{8}T\d{6}Z-\d+-\d+-[a-z_]+\.txt", re.ASCII)
_TITLE = b"Packbench crash report\nseen: "
_SEEN = "{:<10}"
_PASSED = (KeyboardInterrupt, SystemExit)


@dataclass(slots=True)
class _Seen:
    """One crash of this session: its report, how often it came, and when it was last told (monotonic seconds)."""

    path: Path
    count: int = 0
    told_at: float = -_QUIET_SECONDS


class Crash:
    """Writes crash reports into a folder, and keeps the newest 20 there.

    `on_report` is called with the report's path, in the thread that crashed, for a crash that is new and again when
    one goes on for ten seconds; it may be set later. The file may be missing, where the disk refused it.
    """

    def __init__(
        self,
        folder: Path,
        on_report: Callable[[Path], None] | None = None,
        clock: Clock | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.on_report = on_report
        self._clock = clock or SystemClock()
        self._seconds = seconds
        self._lock = threading.Lock()
        self._inside = threading.local()
        self._seen: dict[str, _Seen] = {}
        self._number = 0
        self._hooked = False
        self._faults: BinaryIO | None = None
        self._faults_went_to_stderr = False
        self._found: Path | None = None
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    # what is told

    def report(self, kind: str, what: BaseException | str, where: str = "") -> Path:
        """Write down a crash, or count it when it has been written in this session; never raises.

        `kind` is a snake_case word, `what` the exception, or a text of which only what is known is kept (with the
        calls that led here), `where` a place in the code.
        """
        if getattr(self._inside, "busy", False):
            # something broke while a crash was written, or told: one report is enough
            return self.folder
        self._inside.busy = True
        path = self.folder
        try:
            with suppress(Exception):
                path, tell = self._note(kind, what, where)
                if tell:
                    self._tell(kind, path)
        finally:
            self._inside.busy = False
        return path

    def loop_handler(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """For `loop.set_exception_handler`."""
        error = context.get("exception")
        if isinstance(error, _PASSED):
            loop.default_exception_handler(dict(context))
            return
        task = context.get("task") or context.get("future")
        coroutine = task.get_coro() if isinstance(task, asyncio.Task) else None
        where = str(getattr(coroutine, "__qualname__", ""))
        self.report("asyncio", error if isinstance(error, BaseException) else str(context.get("message")), where)

    def previous_fault(self) -> Path | None:
        """The report of the fault that ended the program the last time; asked once, then None."""
        found, self._found = self._found, None
        return found

    # the hooks

    def hook(self) -> None:
        """Take the hooks of the interpreter, and those of its faults."""
        self._hooked = True
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        sys.unraisablehook = self._unraisable
        # a disk that refuses takes the reports away, never the program
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._faults = (self.folder / "faults.log").open("a+b", buffering=0)
        if self._faults is not None:
            self._find_fault(self._faults)
            self._faults_went_to_stderr = faulthandler.is_enabled()
            faulthandler.enable(self._faults)

    def uninstall(self) -> None:
        """Give the hooks back; whoever has taken one after us keeps it, and reaches those before us through ours."""
        self._hooked = False
        if sys.excepthook == self._uncaught:
            sys.excepthook = self._before[0]
        if threading.excepthook == self._uncaught_in_thread:
            threading.excepthook = self._before[1]
        if sys.unraisablehook == self._unraisable:
            sys.unraisablehook = self._before[2]
        with self._lock:
            for seen in self._seen.values():
                _count(seen)
        if self._faults is not None:
            faulthandler.disable()
            if self._faults_went_to_stderr and sys.__stderr__ is not None:
                with suppress(OSError, ValueError):
                    faulthandler.enable(sys.__stderr__)
            with suppress(OSError):
                # we live: what stands there was noise (Windows has faults that are none), or is in a report
                self._faults.truncate(0)
            self._faults.close()
            self._faults = None

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not self._hooked or isinstance(error, _PASSED):
            self._before[0](kind, error, trace)
            return
        self.report("exception", error if error.__traceback__ else error.with_traceback(trace))

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if not self._hooked or issubclass(args.exc_type, _PASSED):
            self._before[1](args)
            return
        self.report("thread", _raised(args.exc_type, args.exc_value))

    def _unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        if not self._hooked or issubclass(unraisable.exc_type, _PASSED):
            self._before[2](unraisable)
            return
        self.report("unraisable", _raised(unraisable.exc_type, unraisable.exc_value), _where(unraisable.object))

    # the files

    def _note(self, kind: str, what: BaseException | str, where: str) -> tuple[Path, bool]:
        """The path of a crash's report, and whether it is to be told."""
        kind = re.sub(r"[^a-z_]+", "_", kind.lower())[:40] or "crash"
        if isinstance(what, str):
            calls = stack(sys._getframe(2))
            same = text = f"{said(what)}\n{calls}"
        else:
            try:
                same, text = described(what, details=False), described(what)
            except Exception:  # noqa: BLE001 - an exception that breaks whoever looks at it is a crash too
                same = text = type(what).__qualname__
        fingerprint = hashlib.sha256(f"{kind}\n{where}\n{same}".encode(errors="replace")).hexdigest()
        with self._lock:
            if fingerprint not in self._seen and len(self._seen) >= _MOST_A_SESSION:
                # whatever comes now is one crash: the first of them is written, all are counted and told
                fingerprint = "more"
            seen = self._seen.get(fingerprint)
            if seen is None:
                seen = self._seen[fingerprint] = _Seen(self._write(kind, where, text, self._clock.now()))
            seen.count += 1
            # 10, 100, 1000: so that a count is in the file even if the process dies
            if seen.count > 1 and str(seen.count).strip("0") == "1":
                _count(seen)
            now = self._seconds()
            tell = now - seen.told_at >= _QUIET_SECONDS
            if tell:
                seen.told_at = now
            return seen.path, tell

    def _tell(self, kind: str, path: Path) -> None:
        log.error("crash %s, report %s", kind, path.name)
        if self.on_report is not None:
            try:
                self.on_report(path)
            except Exception as error:  # noqa: BLE001 - whatever shows a crash must not hide it
                log.error("crash on_report %s, report %s", type(error).__name__, path.name)

    def _write(self, kind: str, where: str, text: str, at: datetime) -> Path:
        """The path of a new report; where it cannot be written it goes to standard error."""
        self._number += 1
        path = self.folder / f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}-{self._number:03}-{kind}.txt"
        head = {"time": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", "kind": kind, "where": where}
        told = "\n".join(f"{name}: {value}" for name, value in (head | _versions() | _qt()).items() if value)
        body = f"{told}\n\n{text}\n".encode(errors="backslashreplace")[:_MOST_BYTES]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                path.write_bytes(_TITLE + _SEEN.format(1).encode() + b"\n" + body)
            except OSError:
                path.unlink(missing_ok=True)
                raise
            self._thin(path)
        except OSError:
            with suppress(OSError, ValueError):
                if sys.stderr is not None:
                    sys.stderr.write(body.decode(errors="replace"))
        return path

    def _thin(self, newest: Path) -> None:
        """Remove the oldest reports; whatever else lies in the folder is not ours."""
        reports = sorted(file for file in self.folder.iterdir() if _NAMED.fullmatch(file.name) and file != newest)
        for old in reports[: max(0, len(reports) + 1 - KEPT)]:
            old.unlink(missing_ok=True)

    def _find_fault(self, faults: BinaryIO) -> None:
        """Make a report of what the last start left behind."""
        with suppress(OSError):
            at = datetime.fromtimestamp(os.fstat(faults.fileno()).st_mtime, UTC)
            faults.seek(0)
            text = faults.read(_MOST_BYTES).decode(errors="replace")
            if text:
                self._found = self._write("fault", "", native(text), at)
                faults.truncate(0)
                log.error("crash fault, report %s", self._found.name)


def install(folder: Path | None = None, on_report: Callable[[Path], None] | None = None) -> Crash:
    """Report whatever nobody catches from now on; `folder` defaults to `crashes` in the data directory."""
    crash = Crash(folder or data_directory() / "crashes", on_report)
    crash.hook()
    return crash


def _raised(kind: type[BaseException], error: BaseException | None) -> BaseException | str:
    """The exception of a hook's arguments, which may lack it."""
    return kind.__qualname__ if error is None else error


def _where(thing: object) -> str:
    """The code that a callable or an object belongs to; never the object's own words about itself."""
    function = thing.__func__ if isinstance(thing, MethodType) else thing
    named = function if isinstance(function, FunctionType | type) else type(function)
    return "" if thing is None else f"{named.__module__}.{named.__qualname__}"


def _count(seen: _Seen) -> None:
    """Bring the report's count up to date; a report that has been removed is none to count in."""
    with suppress(OSError), seen.path.open("r+b") as file:
        file.seek(len(_TITLE))
        file.write(_SEEN.format(seen.count).encode())


def _versions() -> dict[str, str]:
    """What runs here, without the computer's or anybody's name."""
    try:
        from importlib.metadata import version  # not on the way to the window

        ours = version("packbench")
    except ImportError:  # no such package, or the interpreter is ending
        ours = "unknown"
    return {
        "packbench": ours,
        "python": f"{platform.python_version()} {platform.python_implementation()}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _qt() -> dict[str, str]:
    """Qt's version, where Qt is loaded: this room does not load it."""
    core = sys.modules.get("PySide6.QtCore")
    return {"qt": str(core.qVersion())} if core is not None else {}
