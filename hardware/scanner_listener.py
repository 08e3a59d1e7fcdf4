"""Scanners on the network that connect to us: each connection has its own framing, each peer its own name."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
from typing import Final

from app.domain.errors import KnownError
from hardware import gs1
from hardware.device import DeviceState, DeviceUrl, words_of
from hardware.framing import Frame, Framer, Framing, framing_of
from hardware.scanner import Numbering, OnScan, OnState

NOBODY: Final = "scanner_not_connected"
_CHUNK: Final = 65536
_BACKLOG: Final = 16
_MOST_PEERS: Final = 64
_RETRY_SECONDS: Final = 0.5
# a scanner that went out of the radio's reach never says goodbye: probe after 10 s, three times, 5 s apart
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))


class _Peer:
    """One connected scanner."""

    def __init__(self, name: str, framing: Framing) -> None:
        self.name = name
        self.framer = Framer(framing)


class ListeningScanner:
    """All scanners that connect to one port; see `hardware.scanner.Scanner`.

    READY while at least one is connected, CONNECTING before the first, ABSENT after the last, FAULT with
    `listen_failed` while the port is not to be had. A scan's device is `listen:PORT/PEER-ADDRESS`.
    """

    def __init__(self, url: DeviceUrl, on_scan: OnScan, on_state: OnState) -> None:
        self._url = url
        self._framing = framing_of(url.options)
        self._on_scan = on_scan
        self._on_state = on_state
        self._numberings: dict[str, Numbering] = {}
        self._told: tuple[DeviceState, str] | None = None
        self._trouble: KnownError | None = None
        self._port = url.port
        self._stopping = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name=f"scanners at {url.text}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The URL it was opened with."""
        return self._url.text

    @property
    def port(self) -> int:
        """The port it listens on: the real one once it is CONNECTING, where the URL says 0."""
        return self._port

    @property
    def state(self) -> DeviceState:
        """The state last told."""
        return self._told[0] if self._told else DeviceState.CONNECTING

    @property
    def trouble(self) -> KnownError | None:
        """Why nobody can connect."""
        return self._trouble

    def stop(self) -> None:
        """Close all connections; nothing is called any more. May be called twice."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._wake.send(b"x")
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        gs1.prepare()
        try:
            while not self._stopping.is_set():
                try:
                    listener = self._listen()
                except (OSError, OverflowError) as error:
                    reason = words_of(error) if isinstance(error, OSError) else str(error)
                    self._trouble = KnownError("listen_failed", host=self._url.host, port=self._url.port, reason=reason)
                    self._tell(DeviceState.FAULT, "listen_failed")
                    self._stopping.wait(_RETRY_SECONDS)
                    continue
                self._trouble = None
                self._tell(DeviceState.CONNECTING, NOBODY)
                self._serve(listener)
        finally:
            self._wake.close()
            self._woken.close()

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET6 if ":" in self._url.host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name != "nt":  # there it would let two programs share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._url.host, self._url.port))
            listener.listen(_BACKLOG)
            listener.setblocking(False)
        except BaseException:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        return listener

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            waiting = stack.enter_context(selectors.DefaultSelector())
            stack.enter_context(listener)
            peers: dict[socket.socket, _Peer] = {}
            stack.callback(_close_all, peers)
            waiting.register(listener, selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                ready = [key.fileobj for key, _ in waiting.select(_until_next(peers))]
                if self._stopping.is_set():
                    return
                for peer in peers.values():
                    self._pass_on(peer, peer.framer.expire(time.monotonic()))
                for connection in ready:
                    assert isinstance(connection, socket.socket)
                    if connection is listener:
                        self._accept(listener, waiting, peers)
                    elif connection in peers and not self._read(connection, peers[connection]):
                        waiting.unregister(connection)
                        connection.close()
                        gone = peers.pop(connection)
                        self._pass_on(gone, gone.framer.abandon())
                        if not peers:
                            self._tell(DeviceState.ABSENT, NOBODY)

    def _accept(
        self, listener: socket.socket, waiting: selectors.BaseSelector, peers: dict[socket.socket, _Peer]
    ) -> None:
        try:
            connection, address = listener.accept()
        except OSError:  # it has already gone again
            return
        if len(peers) >= _MOST_PEERS:
            connection.close()
            return
        connection.setblocking(False)
        with contextlib.suppress(OSError):  # it has already gone again, which the first read tells
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            if option := getattr(socket, name, None):  # not every system has all of them
                with contextlib.suppress(OSError):
                    connection.setsockopt(socket.IPPROTO_TCP, option, value)
        device = f"listen:{self._port}/{address[0]}"
        self._numberings.setdefault(device, Numbering(device))
        peers[connection] = _Peer(device, self._framing)
        waiting.register(connection, selectors.EVENT_READ)
        self._tell(DeviceState.READY, "")

    def _read(self, connection: socket.socket, peer: _Peer) -> bool:
        """Take what has come; False when the scanner has gone."""
        try:
            data = connection.recv(_CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if data:
            self._pass_on(peer, peer.framer.feed(data, time.monotonic()))
        return bool(data)

    def _pass_on(self, peer: _Peer, frames: list[Frame]) -> None:
        for frame in frames:
            if self._stopping.is_set():
                return
            if frame.dropped:
                self._told = None  # told each time
                self._tell(DeviceState.ATTENTION, frame.dropped)
                continue
            self._tell(DeviceState.READY, "")
            self._on_scan(self._numberings[peer.name].scan(frame))

    def _tell(self, state: DeviceState, reason: str) -> None:
        if self._told != (state, reason) and not self._stopping.is_set():
            self._told = (state, reason)
            self._on_state(state, reason)


def _close_all(peers: dict[socket.socket, _Peer]) -> None:
    for connection in peers:
        connection.close()


def _until_next(peers: dict[socket.socket, _Peer]) -> float | None:
    """Seconds until some peer's silence means something; None: never."""
    ends = [peer.framer.deadline for peer in peers.values()]
    soonest = min((end for end in ends if end is not None), default=None)
    return None if soonest is None else max(soonest - time.monotonic(), 0.0)
