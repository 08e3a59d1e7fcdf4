"""A serial port of a simulated printer: one end of a pseudo-terminal; not on Windows."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from app.domain.errors import KnownError
from hardware.simulator.port import Line, ready

_RECEIVE = 65536


class PtyLine:
    """The host's end is whatever opens `/dev/pts/…`; that it comes and goes is not noticed, as on RS-232."""

    def __init__(self) -> None:
        import pty
        import tty

        # the host's end is kept open here too: else the line would hang up with each host
        self.own, self._hosts = pty.openpty()
        tty.setraw(self._hosts)
        os.set_blocking(self.own, False)
        self.path = os.ttyname(self._hosts)
        self.is_open = True

    async def read(self, most: int) -> bytes:
        """What a host sends next."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return os.read(self.own, most)
            except BlockingIOError:
                await ready(self.own, loop.add_reader, loop.remove_reader)

    async def write(self, data: bytes) -> None:
        """Send all of it, to nobody if no host is there."""
        loop = asyncio.get_running_loop()
        while data:
            try:
                data = data[os.write(self.own, data) :]
            except BlockingIOError:
                await ready(self.own, loop.add_writer, loop.remove_writer)

    def close(self, *, reset: bool) -> None:
        """Hang up: the host's next read or write fails."""
        if self.is_open:
            self.is_open = False
            os.close(self.own)
            os.close(self._hosts)


class PtyPort:
    """A port with one line, which lasts until it is unplugged; `link` always names the present pseudo-terminal.

    `baud` is only told in the URL: a pseudo-terminal is as fast as who reads it.
    """

    outlives_power = True
    software_flow = True
    half_opens = False

    def __init__(self, link: Path, baud: int | None = None) -> None:
        self._link = link.absolute()
        self._options = f"?baud={baud}" if baud else ""
        self._line: PtyLine | None = None

    @property
    def url(self) -> str:
        """`serial:`, the path of the link and the speed."""
        return f"serial://{quote(str(self._link))}{self._options}"

    def claim(self) -> None:
        """See that the link can be made; raises KnownError `listen_failed`."""
        try:
            self._link.parent.mkdir(parents=True, exist_ok=True)
            if self._link.is_symlink():
                self._link.unlink()
            elif self._link.exists():
                raise FileExistsError(0, "exists")
        except OSError as error:
            raise KnownError(
                "listen_failed", host=str(self._link), port="", reason=error.strerror or ""
            ) from error

    def plug(self) -> None:
        """Make a pseudo-terminal if there is none, and let the link name it."""
        if self._line is not None and self._line.is_open:
            return
        self._line = PtyLine()
        fresh = self._link.with_name(f"{self._link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._line.path)
        fresh.replace(self._link)

    def unplug(self) -> None:
        """Take link and pseudo-terminal away."""
        if self._line is None or not self._line.is_open:
            return
        with contextlib.suppress(OSError):
            self._link.unlink()
        self._line.close(reset=True)

    def release(self) -> None:
        """Take link and pseudo-terminal away."""
        self.unplug()

    async def line(self) -> PtyLine:
        """The line."""
        assert self._line is not None
        return self._line

    def left(self, current: Line | None) -> Iterator[tuple[Line, bytes]]:
        """What stands in the pseudo-terminal."""
        if self._line is None or not self._line.is_open:
            return
        with contextlib.suppress(OSError):
            while data := os.read(self._line.own, _RECEIVE):
                yield self._line, data
