"""The answers of a ZPL printer as bytes and as meaning: `~HS`, `~HQES` and the SGD odometer; no I/O.

Byte tables: Zebra, Programming Guide for ZPL II, Set-Get-Do (P1099958), "~HS", "~HQ" and
"odometer.total_label_count".

Each `cut_…` takes the first whole answer off the front of a buffer, with whatever garbage stands before it, and
returns None (the buffer as it was) when there is no whole answer yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ASK_STATUS = b"~HS"
ASK_ERRORS = b"~HQES"
ASK_ODOMETER = b'! U1 getvar "odometer.total_label_count"\r\n'


@dataclass(frozen=True, slots=True)
class HostStatus:
    """What `~HS` says, as far as Packbench uses it."""

    paper_out: bool
    paused: bool
    label_length: int  # dots
    formats_in_buffer: int
    buffer_full: bool
    partial_format: bool  # a format has begun to arrive and has not ended
    under_temperature: bool
    over_temperature: bool
    head_open: bool
    ribbon_out: bool
    label_waiting: bool
    labels_remaining: int


@dataclass(frozen=True, slots=True)
class HostErrors:
    """What `~HQES` says: the bits of group 1 of the errors and of the warnings, and whether group 2 has any."""

    errors: int
    warnings: int
    more: bool


ERROR_WORDS = {
    0x1: "paper_out",
    0x2: "ribbon_out",
    0x4: "head_open",
    0x8: "cutter",
    0x10: "overheated",
    0x20: "motor",
    0x40: "head_element",
    0x10000: "paused",
}
WARNING_WORDS = {0x1: "calibrate", 0x2: "clean_head", 0x4: "replace_head", 0x8: "paper_near_end"}

_FRAME = re.compile(rb"\x02([^\x02\x03]*)\x03")
# blanks and missing zeros as some firmware pads; the first field, flags that Packbench does not use, may be in hex
_NUMBERS = re.compile(rb"[ ]*[0-9A-Fa-f]+[ ]*(,[ ]*\d+[ ]*)*")
_ERRORS = re.compile(
    rb"ERRORS:\s*([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})\s+"
    rb"WARNINGS:\s*([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})"
)
_VALUE = re.compile(rb'"(\d{1,12}|\?)"')


def cut_status(buffer: bytearray) -> HostStatus | None:
    """The first complete answer to `~HS`: three consecutive frames of 12, 11 and 2 fields."""
    frames: list[list[bytes]] = []
    for found in _FRAME.finditer(bytes(buffer)):
        body = bytes(found[1]).strip()
        # the third line's password may be anything; the first two are numbers only
        fields = body.split(b",")
        if len(fields) > 2 and not _NUMBERS.fullmatch(body):
            fields = []
        frames.append(fields)
        if [len(frame) for frame in frames[-3:]] == [12, 11, 2]:
            del buffer[: found.end()]
            return _status(frames[-3], frames[-2])
    return None


def _status(first: list[bytes], second: list[bytes]) -> HostStatus:
    return HostStatus(
        paper_out=int(first[1]) != 0,
        paused=int(first[2]) != 0,
        label_length=int(first[3]),
        formats_in_buffer=int(first[4]),
        buffer_full=int(first[5]) != 0,
        partial_format=int(first[7]) != 0,
        under_temperature=int(first[10]) != 0,
        over_temperature=int(first[11]) != 0,
        head_open=int(second[2]) != 0,
        ribbon_out=int(second[3]) != 0,
        label_waiting=int(second[7]) != 0,
        labels_remaining=int(second[8]),
    )


def cut_errors(buffer: bytearray) -> HostErrors | None:
    """The first complete answer to `~HQES`."""
    found = _ERRORS.search(buffer)
    if not found:
        return None
    errors, warnings = int(found[3], 16), int(found[6], 16)
    more = int(found[2], 16) != 0 or (found[1] == b"1" and errors == 0)
    del buffer[: found.end()]
    return HostErrors(errors=errors, warnings=warnings, more=more)


def cut_odometer(buffer: bytearray) -> int | str | None:
    """The first quoted value: a count of labels, or "?" where the printer does not know the variable."""
    found = _VALUE.search(buffer)
    if not found:
        return None
    value = bytes(found[1])
    del buffer[: found.end()]
    return "?" if value == b"?" else int(value)


def write_status(status: HostStatus) -> bytes:
    """The answer to `~HS` that says `status`; fields that Packbench does not use are those of an idle printer."""
    s = status
    first = (
        f"030,{s.paper_out:d},{s.paused:d},{s.label_length:04d},{s.formats_in_buffer:03d},{s.buffer_full:d},0,"
        f"{s.partial_format:d},000,0,{s.under_temperature:d},{s.over_temperature:d}"
    )
    second = f"001,0,{s.head_open:d},{s.ribbon_out:d},1,2,4,{s.label_waiting:d},{s.labels_remaining:08d},1,000"
    return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (first, second, "1234,0"))


def write_errors(errors: HostErrors) -> bytes:
    """The answer to `~HQES` that says `errors`."""
    lines = (
        "\r\n\r\n  PRINTER STATUS                             \r\n"
        f"   ERRORS:         {errors.errors != 0:d} 00000000 {errors.errors:08X}          \r\n"
        f"   WARNINGS:       {errors.warnings != 0:d} 00000000 {errors.warnings:08X}          \r\n"
    )
    return b"\x02" + lines.encode() + b"\x03"


def words(bits: int, table: dict[int, str]) -> list[str]:
    """The names of the bits that are set, lowest first; unknown ones as `bit_…` in hex."""
    named = [word for bit, word in table.items() if bits & bit]
    unknown = bits & ~sum(table)
    return named + ([f"bit_{unknown:x}"] if unknown else [])
