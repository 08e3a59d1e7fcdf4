"""Cuts the byte stream that a ZPL printer receives into formats, downloads and immediate commands; no I/O.

Split and merged packets are one to it. Commands with a tilde are taken at once, even in the middle of a format, as
printers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_LONGEST = 64 * 1024 * 1024  # bytes of one format; what is longer is thrown away
_LONGEST_SGD = 1024


class Immediate(StrEnum):
    """Commands that are carried out on arrival."""

    STATUS = "~HS"
    ERRORS = "~HQES"
    CANCEL_ALL = "~JA"
    RESET = "~JR"
    PAUSE = "~PP"
    RESUME = "~PS"


@dataclass(frozen=True, slots=True)
class Sgd:
    """A line `! U1 getvar "name"` or `! U1 setvar "name" "value"`."""

    verb: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Format:
    """Everything from ^XA to ^XZ, without the immediate commands that stood in between."""

    zpl: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A `~D…` command with its data: a graphic, font or file for later formats."""

    zpl: bytes


Event = Immediate | Sgd | Format | Download

_OUTSIDE = re.compile(rb"[\^~!]")
_INSIDE = re.compile(rb"[\^~]")
_BINARY_GRAPHIC = re.compile(rb"\^GFB,(\d{1,9}),\d{0,9},\d{0,9},", re.IGNORECASE)
_BINARY_GRAPHIC_BEGUN = re.compile(rb"\^GF(B(,\d{0,9}){0,3})?", re.IGNORECASE)
_SGD = re.compile(rb'!\s+U1?\s+(getvar|setvar|do)\s+"([^"]*)"(?:\s+"([^"]*)")?', re.IGNORECASE)


class ZplStream:
    """Feed it what arrives; it gives the events in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._format: bytearray | None = None
        self._skip = 0  # bytes of binary graphics still to come, in which nothing is a command

    @property
    def in_format(self) -> bool:
        """Whether a format has begun and not ended (the partial format flag)."""
        return self._format is not None

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes."""
        self._buffer += data
        events: list[Event] = []
        while self._buffer and self._step(events):
            pass
        if len(self._buffer) + len(self._format or b"") > _LONGEST:
            self._buffer.clear()
            self._format = None
        return events

    def _step(self, events: list[Event]) -> bool:
        """Consume up to and including the next command; False when more bytes are needed."""
        if self._skip:
            count = min(self._skip, len(self._buffer))
            self._skip -= count
            self._consume(count)
            return True
        found = (_OUTSIDE if self._format is None else _INSIDE).search(self._buffer)
        if not found:
            self._consume(len(self._buffer))
            return False
        self._consume(found.start())
        if self._buffer[:1] == b"!":
            return self._sgd(events)
        if broken_off := _INSIDE.search(self._buffer, 1, 3):  # another command begins before this one has a name
            self._consume(broken_off.start())
            return True
        if len(self._buffer) < 3:
            return False
        name = bytes(self._buffer[:3]).upper()
        if name[:1] == b"~":
            return self._tilde(name, events)
        if name == b"^GF" and self._format is not None:
            return self._graphic()
        if name == b"^XA" and self._format is None:
            self._format = bytearray()
        self._consume(3)
        if name == b"^XZ" and self._format is not None:
            events.append(Format(bytes(self._format)))
            self._format = None
        return True

    def _consume(self, count: int) -> None:
        if self._format is not None:
            self._format += self._buffer[:count]
        del self._buffer[:count]

    def _graphic(self) -> bool:
        header = bytes(self._buffer[:48])
        if _BINARY_GRAPHIC_BEGUN.fullmatch(header):
            return False
        found = _BINARY_GRAPHIC.match(header)
        self._skip = int(found[1]) if found else 0
        self._consume(found.end() if found else 3)
        return True

    def _tilde(self, name: bytes, events: list[Event]) -> bool:
        if name == b"~HQ":
            if len(self._buffer) < 5:
                return False
            if (longer := bytes(self._buffer[:5]).upper()) in _IMMEDIATE:
                name = longer
        if name in _IMMEDIATE:
            events.append(Immediate(name.decode()))
            del self._buffer[: len(name)]
            return True
        if name[:2] == b"~D":
            # its data ends where the next command begins
            following = _INSIDE.search(self._buffer, 1)
            if not following:
                return False
            events.append(Download(bytes(self._buffer[: following.start()])))
            del self._buffer[: following.start()]
            return True
        del self._buffer[: len(name)]
        return True

    def _sgd(self, events: list[Event]) -> bool:
        end = self._buffer.find(b"\n")
        command = _INSIDE.search(self._buffer)
        if command and (end < 0 or command.start() < end):
            del self._buffer[: command.start()]
            return True
        if end < 0:
            if len(self._buffer) > _LONGEST_SGD:
                del self._buffer[:1]
                return True
            return False
        found = _SGD.match(self._buffer[:end])
        if found:
            verb, name, value = (part.decode("latin-1") if part else "" for part in found.groups())
            events.append(Sgd(verb=verb.lower(), name=name, value=value))
        del self._buffer[: end + 1]
        return True


_IMMEDIATE = frozenset(command.value.encode() for command in Immediate)
