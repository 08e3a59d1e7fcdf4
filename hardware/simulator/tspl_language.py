"""TSPL as a simulated printer speaks it; no I/O.

Source: TSC, TSPL/TSPL2 Programming Manual: SIZE, CLS, BITMAP, DOWNLOAD, PRINT, SET REPRINT, and the immediate commands
`ESC ! ?`, `ESC ! R`, `ESC ! P`, `ESC ! O`, `ESC ! .`.
"""

from __future__ import annotations

import re

from hardware.printers import tspl_status
from hardware.simulator.language import Act, Event, Label, Panel, Question

_LONGEST = 64 * 1024 * 1024  # bytes of one label; what is longer is thrown away

_BREAK = re.compile(rb"[\x1b\n]")
_BITMAP = re.compile(rb"\s*BITMAP\s+-?\d+\s*,\s*-?\d+\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*([012])\s*,", re.IGNORECASE)
_PACKED = re.compile(rb"\s*BITMAP\s+(?:-?\d+\s*,\s*){4}3\s*,\s*(\d+)\s*,", re.IGNORECASE)
_DOWNLOAD = re.compile(rb'\s*DOWNLOAD\s+(?:[FE]\s*,\s*)?"[^"]*"\s*,\s*(\d+)\s*,', re.IGNORECASE)
_PRINT = re.compile(rb"\s*PRINT\s+(\d+)\s*(?:,\s*(\d+))?", re.IGNORECASE)
_CLEAR = re.compile(rb"\s*CLS\s*", re.IGNORECASE)
_REPRINT = re.compile(rb"\s*SET\s+REPRINT\s+(ON|OFF)", re.IGNORECASE)
_ACTS = {b"R": Act.RESET, b"P": Act.PAUSE, b"O": Act.RESUME, b".": Act.CANCEL_ALL}


class TsplLanguage:
    """See `hardware.simulator.language.Language`."""

    suffix = "tspl"
    noise = b"\xff@TWIN"  # bytes that are no status

    def __init__(self) -> None:
        self.forget()

    @property
    def in_label(self) -> bool:
        """Whether the picture has been cleared for a label that is not printed yet."""
        return self._cleared or self._skip > 0

    def begin(self) -> None:
        """Forget the label that has begun."""
        self._buffer = bytearray()
        self._line = b""  # the command in which an immediate one stood
        self._label = bytearray()  # everything since the last PRINT
        self._cleared = False
        self._skip = 0  # bytes of data still to come, in which nothing is a command

    def forget(self) -> None:
        """Forget the picture and the settings too."""
        self.begin()
        self._last = b""  # the label before: PRINT alone prints it again
        self._reprints = False

    def feed(self, data: bytes) -> list[Event]:
        """PRINT makes a label of everything since the last one."""
        self._buffer += data
        events: list[Event] = []
        while self._buffer and self._step(events):
            pass
        if len(self._buffer) + len(self._label) > _LONGEST:
            self.begin()
        return events

    def answer(self, question: Question, panel: Panel) -> bytes:
        """The status byte."""
        bits = (
            panel.head_open * tspl_status.HEAD_OPEN
            | panel.paper_out * tspl_status.PAPER_OUT
            | panel.ribbon_out * tspl_status.RIBBON_OUT
            | (panel.paused and not panel.faulty) * tspl_status.PAUSED
            | panel.printing * tspl_status.PRINTING
        )
        return bytes((bits,))

    def _step(self, events: list[Event]) -> bool:
        """Consume up to and including the next command; False when more bytes are needed."""
        if self._skip:
            count = min(self._skip, len(self._buffer))
            self._skip -= count
            self._keep(count)
            return True
        found = _BREAK.search(self._buffer)
        text = self._line + self._buffer[: found.start() if found else len(self._buffer)]
        if self._data(text):
            return True
        if not found:
            return False
        if found[0] == b"\x1b":
            return self._immediate(found.start(), events)
        self._line = b""
        self._keep(found.end())
        self._command(text, events)
        return True

    def _keep(self, count: int) -> None:
        self._label += self._buffer[:count]
        del self._buffer[:count]

    def _data(self, text: bytes) -> bool:
        """Whether a command with data behind it begins here; then the data is what comes next."""
        if found := _BITMAP.match(text):
            self._skip = int(found[1]) * int(found[2])
        elif found := _PACKED.match(text) or _DOWNLOAD.match(text):
            self._skip = int(found[1])
        if not found:
            return False
        self._keep(found.end() - len(self._line))
        self._line = b""
        return True

    def _immediate(self, at: int, events: list[Event]) -> bool:
        if len(self._buffer) < at + 3:
            return False
        self._line += bytes(self._buffer[:at])
        code = bytes(self._buffer[at : at + 3])
        self._label += self._buffer[:at]
        if code[1:2] != b"!":  # an ESC that begins nothing
            del self._buffer[: at + 1]
            return True
        del self._buffer[: at + 3]
        if code == tspl_status.ASK_STATUS:
            events.append(Question(code))
        elif act := _ACTS.get(code[2:]):
            events.append(act)
        return True

    def _command(self, text: bytes, events: list[Event]) -> None:
        if _CLEAR.fullmatch(text):
            self._cleared = True
        elif found := _REPRINT.match(text):
            self._reprints = found[1].upper() == b"ON"
        elif found := _PRINT.match(text):
            if self._cleared:
                self._last = b""
            self._last += bytes(self._label)
            quantity = int(found[1]) * int(found[2] or 1)
            self._label.clear()
            self._cleared = False
            if quantity:
                events.append(Label(self._last, quantity, self._reprints))
