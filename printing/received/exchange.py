"""Questions and answers between this process and the one that opens files of others.

Each is a length of eight bytes, big-endian, JSON of that length, and bytes whose length the JSON tells (`bytes`).
Nothing of an answer is ever executed or unpickled.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")
_LONGEST_HEAD = 1 << 20
LONGEST = 256 << 20


def send(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """Write one question or answer."""
    text = json.dumps({**head, "bytes": len(body)}).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next question or answer; None when the stream has ended, or holds anything else."""
    try:
        (length,) = _LENGTH.unpack(stream.read(_LENGTH.size))
        if length > _LONGEST_HEAD:
            return None
        head: dict[str, Any] = json.loads(stream.read(length))
        size = int(head["bytes"])
        if not 0 <= size <= LONGEST:
            return None
        body = stream.read(size)
    except (struct.error, ValueError, KeyError, TypeError):
        return None
    return (head, body) if len(body) == size else None
