"""A serial device on a pseudo-terminal that can be unplugged and plugged in again under the same name."""

from __future__ import annotations

import contextlib
import os
import select
import tty
from pathlib import Path


class Line:
    """The device's end of a serial line; `path` is the port, a link that comes and goes with the plug."""

    def __init__(self, folder: Path, name: str = "ttyACM0") -> None:
        self.path = folder / name
        self.master: int | None = None
        self._slave: int | None = None

    @property
    def url(self) -> str:
        """The port's URL."""
        return f"serial://{self.path}"

    def plug(self) -> None:
        """Make the port."""
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)  # as a real device: nothing is echoed
        self.path.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """Take the port away, with an error for whoever holds it."""
        self.path.unlink(missing_ok=True)
        for end in (self.master, self._slave):
            if end is not None:
                os.close(end)
        self.master = self._slave = None

    def say(self, data: bytes) -> None:
        """Send all of `data`."""
        assert self.master is not None
        while data:
            data = data[os.write(self.master, data) :]

    def hear(self, count: int, seconds: float = 5.0) -> bytes:
        """At most `count` bytes of what was sent to the device, as soon as they are there."""
        assert self.master is not None
        heard = b""
        while len(heard) < count and select.select([self.master], [], [], seconds)[0]:
            heard += os.read(self.master, count - len(heard))
        return heard

    def __enter__(self) -> Line:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.unplug()
