"""A transport that plays a script: the other end in protocol tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from app.domain.errors import KnownError


class MemoryTransport:
    """A scripted device for tests: each expected write and what the device then sends.

    `script` holds (write, replies): the bytes that must be written next and the chunks that `read` then gives one by
    one; an empty chunk is a silence. None among the replies closes the connection there. A write that differs
    raises AssertionError, and `finish` fails on leftovers. Time does not pass: an empty script is an endless silence.
    """

    def __init__(self, script: Sequence[tuple[bytes, Sequence[bytes | None]]] = (), url: str = "memory:") -> None:
        self._script = deque(script)
        self._replies: deque[bytes | None] = deque()
        self._expected = b""
        self._url = url
        self.is_open = False

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Start to answer."""
        self.is_open = True

    def close(self) -> None:
        """Stop to answer."""
        self.is_open = False

    def inject(self, *chunks: bytes | None) -> None:
        """Let the device speak without having been asked."""
        self._replies.extend(chunks)

    def write(self, data: bytes, timeout: float) -> None:
        """Compare with the script; its replies become readable once the whole expected write has come."""
        self._check_open()
        while data:
            if not self._expected:
                assert self._script, f"unexpected write {data!r}"
                self._expected = self._script[0][0]
            part = data[: len(self._expected)]
            assert self._expected.startswith(part), f"wrote {data!r} where the script has {self._expected!r}"
            data, self._expected = data[len(part) :], self._expected[len(part) :]
            if not self._expected:
                self._replies.extend(self._script.popleft()[1])

    def read(self, timeout: float) -> bytes:
        """The next chunk of the script, b"" when there is none; raises KnownError `device_gone` at a None."""
        self._check_open()
        chunk = self._replies.popleft() if self._replies else b""
        if chunk is None:
            self.close()
            raise KnownError("device_gone", url=self._url, reason="closed by the device", written=None)
        return chunk

    def finish(self) -> None:
        """Assert that everything expected was written and everything sent was read."""
        assert not self._script, f"never written: {list(self._script)!r}"
        left = [chunk for chunk in self._replies if chunk]
        assert not left, f"never read: {left!r}"

    def _check_open(self) -> None:
        if not self.is_open:
            raise KnownError("device_not_open", url=self._url)
