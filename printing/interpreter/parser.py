"""Bytes to commands: what a ZPL printer takes for a command and what for its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# In field data a tilde is text unless one of these follows; elsewhere any two letters make it a command.
_TILDE_COMMANDS = [
    "CC", "CD", "CT", "DB", "DE", "DG", "DN", "DS", "DT", "DU", "DY", "EG", "HB", "HD", "HI", "HM", "HQ", "HS",
    "HU", "JA", "JB", "JC", "JD", "JE", "JF", "JG", "JI", "JL", "JN", "JO", "JP", "JQ", "JR", "JS", "JX", "KB",
    "NC", "NR", "NT", "PH", "PL", "PM", "PP", "PR", "PS", "RO", "SD", "TA", "WC", "WL", "WQ", "WR",
]  # fmt: skip
_FIELD_DATA = frozenset({"^FD", "^FV", "^FX"})
_NUMBER = re.compile(r"\s*([+-]?\d{1,9}(?:\.\d{1,6})?)")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its usual name (`^FO`, `~DG`, `^A` for all fonts) and the bytes that follow it, delimiter known."""

    name: str
    body: bytes
    delimiter: str = ","

    def parameters(self, most: int = 0) -> list[str]:
        """The body cut at the delimiter, blanks trimmed; with `most`, the last of so many holds the rest."""
        text = self.body.decode("latin-1")
        return [part.strip() for part in text.split(self.delimiter, most - 1 if most else -1)]


def number(parameters: list[str], index: int, default: float = 0) -> float:
    """A parameter's leading number; the default if it is absent or is none."""
    if index < len(parameters):
        found = _NUMBER.match(parameters[index])
        if found:
            return float(found[1])
    return default


def letter(parameters: list[str], index: int, allowed: str, default: str) -> str:
    """A parameter's first sign in upper case if it is among those allowed, else the default."""
    if index < len(parameters) and parameters[index]:
        sign = parameters[index][0].upper()
        if sign in allowed:
            return sign
    return default


@dataclass(slots=True)
class Syntax:
    """The signs that start commands and part parameters; ^CC, ^CT and ^CD change them until they are changed again."""

    caret: bytes = b"^"
    tilde: bytes = b"~"
    delimiter: bytes = b","
    _patterns: dict[tuple[bytes, bytes], tuple[re.Pattern[bytes], re.Pattern[bytes]]] = field(default_factory=dict)

    def patterns(self) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
        """Where the next command starts: outside of field data, and in it."""
        key = (self.caret, self.tilde)
        if key not in self._patterns:
            caret, tilde = re.escape(self.caret), re.escape(self.tilde)
            known = "|".join(_TILDE_COMMANDS).encode()
            # what cannot be a command is passed over here, so that forty megabytes of carets take no time
            named = b"(?![" + caret + tilde + rb"])(?=[!-~][\0-\x7f])"
            self._patterns[key] = (
                re.compile(caret + named + b"|" + tilde + b"(?=[A-Za-z]{2})"),
                re.compile(caret + named + b"|" + tilde + b"(?=" + known + b")", re.IGNORECASE),
            )
        return self._patterns[key]


def commands(zpl: bytes, syntax: Syntax) -> Iterator[Command]:
    """Every command of the stream in order; bytes before the first are skipped. Never raises."""
    at = len(_BOM) if zpl.startswith(_BOM) else 0
    anywhere, in_data = syntax.patterns()
    found = anywhere.search(zpl, at)
    while found:
        at = found.end()
        caret = found[0] == syntax.caret
        raw = zpl[at : at + 2]
        name = ("^" if caret else "~") + raw.decode("ascii").upper()
        at += 2
        if name[1:] in ("CC", "CD", "CT"):
            sign = zpl[at : at + 1]
            if sign and sign.isascii() and not sign.isspace():
                if name[2] == "C":
                    syntax.caret = sign
                elif name[2] == "T":
                    syntax.tilde = sign
                else:
                    syntax.delimiter = sign
                at += 1
                anywhere, in_data = syntax.patterns()
            found = anywhere.search(zpl, at)
            continue
        if name[:2] == "^A":
            name, at = "^A", at - 1  # the font's name is the first sign of the body
            if zpl[at : at + 1] in (syntax.caret, syntax.tilde):
                found = anywhere.search(zpl, at)
                continue
            stop = at + 1
        else:
            stop = at + _counted(name, zpl, at, syntax.delimiter)
        found = (in_data if name in _FIELD_DATA else anywhere).search(zpl, stop)
        yield Command(name, zpl[at : found.start() if found else len(zpl)], syntax.delimiter.decode("ascii"))


def _counted(name: str, zpl: bytes, at: int, delimiter: bytes) -> int:
    """The length of a body whose binary part is counted, so that it may hold the signs that start commands."""
    if name not in ("^GF", "~DY"):
        return 0
    head = zpl[at : at + 200].split(delimiter, 5)
    if name == "^GF":
        if len(head) < 5 or head[0].strip().upper() not in (b"B", b"C"):
            return 0
        counted, before = head[1], head[:4]
    else:
        if len(head) < 6 or head[1].strip().upper() not in (b"B", b"C", b"P"):
            return 0
        counted, before = head[3], head[:5]
    skip = sum(map(len, before)) + len(before)
    if zpl[at + skip : at + skip + 1] == b":":
        return 0  # :B64: and :Z64: are text
    return skip + min(int(counted), len(zpl)) if counted.strip().isdigit() else 0
