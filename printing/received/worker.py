"""The process that opens files of others, as it is asked from here: kept for many files, killed after a deadline."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

from app.domain.errors import KnownError, Refusal
from printing.received.exchange import receive, send

DEADLINE = 1.2  # seconds for one question; a refusal comes within two, on a slow computer too
_START_DEADLINE = 30.0
_NO_WINDOW = 0x0800_0000  # Windows, CREATE_NO_WINDOW


class Worker:
    """One such process, started with the first question; questions of several threads wait for each other."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self.started = 0  # how often one had to be started

    @property
    def pid(self) -> int | None:
        """The process that waits for questions, None when there is none."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def ask(
        self, question: dict[str, Any], content: bytes, deadline: float = DEADLINE
    ) -> tuple[dict[str, Any], bytes]:
        """The answer to a question on a file, within so many seconds.

        Raises Refusal: what the process refuses, and `received_too_complex` when it has no answer in time or dies of
        the file; KnownError `received_cannot_open` where no process can be started.
        """
        with self._turn:
            answer = self._exchange(self._running(), question, content, deadline)
        if answer is None:
            raise Refusal("received_too_complex")
        head, body = answer
        if "refusal" in head:
            raise Refusal(str(head["refusal"]), **head["facts"])
        return head, body

    def warm(self) -> None:
        """Have the process ready before the first file comes."""
        with self._turn:
            self._running()

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, when it is ready."""
        process = self._process
        if process is None or process.poll() is not None:
            process = self._start()
        if not self._ready:
            with self._killed_after(process, _START_DEADLINE):
                assert process.stdout is not None
                self._ready = receive(process.stdout) is not None
            if not self._ready:
                self._end()
                raise KnownError("received_cannot_open", why="")
        return process

    def _start(self) -> subprocess.Popen[bytes]:
        self._end()
        paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "printing.received.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": paths},
                creationflags=_NO_WINDOW if sys.platform == "win32" else 0,
            )  # fmt: skip
        except OSError as error:
            raise KnownError("received_cannot_open", why=error.strerror or "") from error
        self._process = process
        self.started += 1
        return process

    def _exchange(
        self, process: subprocess.Popen[bytes], question: dict[str, Any], content: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes] | None:
        assert process.stdin is not None
        assert process.stdout is not None
        answer = None
        with self._killed_after(process, seconds), contextlib.suppress(OSError):
            send(process.stdin, question, content)
            answer = receive(process.stdout)
        if answer is None:
            self._start()  # for the next file, which need not wait for it
        return answer

    @staticmethod
    @contextlib.contextmanager
    def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> Any:
        """Reading from it ends when it is killed: pipes have no deadline of their own on every system."""
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        process, self._process, self._ready = self._process, None, False
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


WORKER = Worker()
atexit.register(WORKER.close)
