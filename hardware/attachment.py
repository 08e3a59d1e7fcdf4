"""A device that is kept open: opened again after an unplug, its bytes handed on with the moment they came."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from app.domain.errors import KnownError
from hardware.device import DeviceState, Transport
from hardware.permission import explain

_RETRY_SECONDS = 0.5  # how long a device may be back before it is noticed
_READ_SECONDS = 0.1  # how long a written command, a stop or a poll may wait for a silent device
_WRITE_SECONDS = 1.0
_STOP_SECONDS = 1.0


class Attachment:
    """Owns a transport in a thread of its own and keeps it open.

    `on_bytes(data, at)`: what one `Transport.read` gave (of a HID device: one report) and `time.monotonic()` of its
    arrival. `on_state(state, reason)`: each change of state; `reason` is a code of the message table, "" where all is
    well; `trouble` then holds its facts. Both are called in the attachment's thread, one at a time, never after `stop`
    has returned. Every connection begins with READY and ends with ABSENT or FAULT: a code that was half received when
    its connection ended is never continued, so drop it there.

    States: CONNECTING (once, at `start`), READY, ABSENT (not there, looked for every half second), FAULT (there, but
    not to be had, and tried again just as often; `reason` is then a code of `hardware.permission.explain`, or
    `device_write_failed` for one that takes no command).

    `greet` is called in that thread after each opening, before READY: it may write and read (switch a scale to
    its protocol, set a scanner's mode); a KnownError that it raises closes the connection, and it is tried again.
    `poll`: (command, seconds) written first at READY and then at that interval, for a device that must be asked.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        on_bytes: Callable[[bytes, float], None],
        on_state: Callable[[DeviceState, str], None],
        greet: Callable[[Transport], None] | None = None,
        poll: tuple[bytes, float] | None = None,
        retry_seconds: float = _RETRY_SECONDS,
    ) -> None:
        self._transport = transport
        self._on_bytes = on_bytes
        self._on_state = on_state
        self._greet = greet
        self._poll = poll
        self._retry_seconds = retry_seconds
        self._told: tuple[DeviceState, str] | None = None
        self._trouble: KnownError | None = None
        self._commands: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._look_now = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The URL of its transport."""
        return self._transport.url

    @property
    def state(self) -> DeviceState:
        """The state last told; ABSENT before `start`."""
        told = self._told
        return told[0] if told else DeviceState.ABSENT

    @property
    def trouble(self) -> KnownError | None:
        """Why it is ABSENT or in FAULT, with the facts that its sentence needs; None while connected."""
        return self._trouble

    def start(self) -> None:
        """Begin to open and read; returns at once. Once in its life: a device that comes back is a new attachment."""
        assert self._thread is None, "started before"
        self._thread = threading.Thread(target=self._run, name=f"attachment {self.url}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close and end the thread, within one second; may be called twice, before `start` and from a callback.

        A network peer that is just being connected to may keep the thread longer; it ends by itself, and silently.
        """
        self._stopping.set()
        self._look_now.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_STOP_SECONDS)

    def retry(self) -> None:
        """Look for an absent device now instead of at the next half second."""
        self._look_now.set()

    def write(self, data: bytes) -> None:
        """Send a command soon, from any thread; raises KnownError `device_not_open` unless READY.

        What has not left when the connection ends is thrown away: a command is never meant for the device that is
        plugged in later.
        """
        commands = self._commands  # of this connection: should it end now, the next one does not get the command
        if self.state is not DeviceState.READY:
            raise KnownError("device_not_open", url=self.url)
        commands.put(data)

    def _run(self) -> None:
        try:
            self._tell(DeviceState.CONNECTING)
            while not self._stopping.is_set():
                self._look_now.clear()
                try:
                    self._transport.open()
                    if self._greet is not None:
                        self._greet(self._transport)
                    self._serve()
                except KnownError as error:
                    self._lost(error)
                finally:
                    self._transport.close()
                if not self._stopping.is_set():
                    self._look_now.wait(self._retry_seconds)
        except BaseException:
            # a bug: the crash report tells it, and nobody must believe that this device still listens
            self._tell(DeviceState.FAULT, "device_reader_ended")
            raise

    def _serve(self) -> None:
        """Read and write until the connection ends, which a KnownError says, or `stop` is called."""
        self._commands = queue.SimpleQueue()
        self._trouble = None
        self._tell(DeviceState.READY)
        poll_at = time.monotonic()
        while not self._stopping.is_set():
            while not self._commands.empty():
                self._transport.write(self._commands.get(), _WRITE_SECONDS)
            wait = _READ_SECONDS
            if self._poll is not None:
                command, interval = self._poll
                now = time.monotonic()
                if now >= poll_at:
                    self._transport.write(command, _WRITE_SECONDS)
                    poll_at = now + interval
                wait = min(wait, max(poll_at - time.monotonic(), 0.0))
            data = self._transport.read(wait)
            if data and not self._stopping.is_set():
                self._on_bytes(data, time.monotonic())

    def _lost(self, error: KnownError) -> None:
        explained = explain(error)
        self._trouble = explained or error
        absent = explained is None and error.code in ("device_open_failed", "device_gone")
        self._tell(DeviceState.ABSENT if absent else DeviceState.FAULT, self._trouble.code)

    def _tell(self, state: DeviceState, reason: str = "") -> None:
        if self._told != (state, reason) and not self._stopping.is_set():
            self._told = (state, reason)
            self._on_state(state, reason)
