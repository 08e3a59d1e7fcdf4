"""Cuts the bytes of a scanner into codes: by a suffix, a prefix, or silence; knows no clock and no port."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.errors import Refusal

# why bytes are no code: codes of the message table
LOST_END: Final = "devices_scan_slow"
NO_END: Final = "devices_scan_long"
NO_PREFIX: Final = "devices_scan_prefix"

_NAMED: Final = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "stx": b"\x02", "etx": b"\x03"}
_GIVE_UP_SECONDS: Final = 1.0
_IDLE_SECONDS: Final = 0.05  # of a scanner without suffix
_LONGEST: Final = 4096  # a QR code holds 4,296 letters or 2,953 bytes


@dataclass(frozen=True, slots=True)
class Framing:
    """How a scanner marks its codes.

    `suffixes`: any of them ends a code; none: silence does. `prefix` begins one, b"" for none. `idle`: seconds without
    a byte that end a code, None where only a suffix does. `give_up`: seconds without a byte after which half a code is
    dropped. `longest` in bytes. Empty codes are not codes, so CR LF counts once although each of them ends a code.
    """

    suffixes: tuple[bytes, ...] = (b"\r", b"\n")
    prefix: bytes = b""
    idle: float | None = None
    give_up: float = _GIVE_UP_SECONDS
    longest: int = _LONGEST

    def __post_init__(self) -> None:
        if not self.suffixes and self.idle is None:
            object.__setattr__(self, "idle", _IDLE_SECONDS)


@dataclass(frozen=True, slots=True)
class Frame:
    """A code as bytes without prefix and suffix, and when its last byte came (seconds of the caller's clock).

    `dropped`: a code of the message table that says why these bytes are no code, "" for a code.
    """

    code: bytes
    at: float
    dropped: str = ""


class Framer:
    """One scanner's bytes on their way to codes; however they are split, the codes are the same.

    Every connection begins with a new one. Times are seconds of one monotonic clock.
    """

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._begun = bytearray()
        self._open = not framing.prefix  # the prefix, if any, has come
        self._spoiled = False  # until the end of a code whose beginning is lost
        self._searched = 0  # no suffix begins before this
        self._last = -math.inf
        self._margin = max((len(suffix) for suffix in framing.suffixes), default=1) - 1

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do; None while nothing is under way."""
        return self._last + self._patience if self._begun or self._spoiled or self._half_open else None

    def feed(self, data: bytes, at: float) -> list[Frame]:
        """Take bytes that came at `at`; gives the codes that they end, in order, and what had to be dropped."""
        if not data:
            return []
        frames = self.expire(at)
        self._last = at
        self._begun += data
        while self._step(frames):
            pass
        return frames

    def expire(self, now: float) -> list[Frame]:
        """What silence until `now` means: the end of a code, or of a half code that is dropped."""
        if self.deadline is None or now < self.deadline:
            return []
        return self._close(whole=self._framing.idle is not None)

    def abandon(self) -> list[Frame]:
        """The connection has ended: half a code is dropped."""
        return [] if self.deadline is None else self._close(whole=False)

    def _close(self, whole: bool) -> list[Frame]:
        rest, frames = bytes(self._begun), list[Frame]()
        if self._spoiled:
            pass  # told when it was
        elif not self._open:
            self._refuse_noise(rest, frames)
        elif whole:
            self._emit(rest, frames)
        else:
            frames.append(Frame(rest, self._last, LOST_END))
        self._begun.clear()
        self._begin_anew()
        self._spoiled = False
        return frames

    @property
    def _half_open(self) -> bool:
        return bool(self._framing.prefix) and self._open

    @property
    def _patience(self) -> float:
        return self._framing.idle if self._framing.idle is not None else self._framing.give_up

    def _begin_anew(self) -> None:
        self._open = not self._framing.prefix
        self._searched = 0

    def _step(self, frames: list[Frame]) -> bool:
        """Take one code, or one piece of noise, off the front; False when more bytes are needed."""
        if not self._open and not self._spoiled and not self._find_prefix(frames):
            return False
        start, end = self._find_suffix()
        # the last that has come may be the beginning of a suffix
        begun = (_overlap(self._begun, suffix) for suffix in self._framing.suffixes)
        length = start if start >= 0 else len(self._begun) - max(begun, default=0)
        if length > self._framing.longest:
            if not self._spoiled:
                frames.append(Frame(bytes(self._begun[: self._framing.longest]), self._last, NO_END))
            # what follows belongs to it until a suffix or silence: taken by itself it would be another code
            self._spoiled = True
            if start < 0:
                self._drop(len(self._begun) - self._margin)
                return False
        if start < 0:
            self._searched = max(len(self._begun) - self._margin, 0)
            return False
        code = bytes(self._begun[:start])
        self._drop(end)
        self._begin_anew()
        if not self._spoiled:
            self._emit(code, frames)
        self._spoiled = False
        return bool(self._begun)

    def _find_prefix(self, frames: list[Frame]) -> bool:
        prefix = self._framing.prefix
        found = self._begun.find(prefix)
        if found < 0 and len(self._begun) <= self._framing.longest + len(prefix):
            return False  # noise is told once, when it ends
        noise = found if found >= 0 else len(self._begun) - _overlap(self._begun, prefix)
        self._refuse_noise(bytes(self._begun[:noise]), frames)
        self._drop(noise)
        if found < 0:
            return False
        self._drop(len(prefix))
        self._open = True
        return True

    def _refuse_noise(self, noise: bytes, frames: list[Frame]) -> None:
        # an LF after the CR that ended a code is none
        if noise.strip(b"".join(self._framing.suffixes)):
            frames.append(Frame(noise, self._last, NO_PREFIX))

    def _find_suffix(self) -> tuple[int, int]:
        """Where the first suffix begins and ends, (-1, -1) if there is none yet."""
        best = (-1, -1)
        for suffix in self._framing.suffixes:
            found = self._begun.find(suffix, self._searched)
            if found >= 0 and (best[0] < 0 or found < best[0]):
                best = (found, found + len(suffix))
        return best

    def _emit(self, code: bytes, frames: list[Frame]) -> None:
        prefix = self._framing.prefix
        # no code holds a control character for a prefix: the one before has lost its end
        if prefix and prefix < b" ":
            *lost, code = code.split(prefix)
            frames.extend(Frame(half, self._last, LOST_END) for half in lost if half)
        if code:
            frames.append(Frame(code, self._last))

    def _drop(self, count: int) -> None:
        del self._begun[: max(count, 0)]
        self._searched = max(self._searched - max(count, 0), 0)


def framing_of(options: Mapping[str, str]) -> Framing:
    """The framing that a device URL's options name: `suffix=crlf&prefix=stx&idle=50&gap=1000` (milliseconds).

    `suffix` and `prefix` are cr, lf, crlf, tab, stx, etx, none, or hex such as 0x0d0a; without `suffix`, CR or LF ends
    a code. `gap` is the silence after which half a code is dropped. Raises Refusal `framing_unknown`.
    """
    plain = Framing()
    return Framing(
        suffixes=_marks(options, "suffix") if "suffix" in options else plain.suffixes,
        prefix=b"".join(_marks(options, "prefix")),
        idle=_seconds(options, "idle"),
        give_up=_seconds(options, "gap") or plain.give_up,
    )


def _marks(options: Mapping[str, str], name: str) -> tuple[bytes, ...]:
    text = options.get(name, "none").lower()
    if text in ("none", ""):
        return ()
    if text in _NAMED:
        return (_NAMED[text],)
    try:
        mark = bytes.fromhex(text.removeprefix("0x")) if text.startswith("0x") else b""
    except ValueError:
        mark = b""
    if not mark:
        raise Refusal("framing_unknown", option=name, value=options[name])
    return (mark,)


def _seconds(options: Mapping[str, str], name: str) -> float | None:
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 60_000):
        raise Refusal("framing_unknown", option=name, value=text)
    return int(text) / 1000


def _overlap(data: bytearray, mark: bytes) -> int:
    """How many bytes at the end of `data` are the beginning of `mark`."""
    return next((size for size in range(min(len(mark) - 1, len(data)), 0, -1) if data.endswith(mark[:size])), 0)
