"""ESC/POS as a simulated printer speaks it; no I/O.

A label is what stands between two cuts (or FF); what is not cut yet when a process id follows is one too. Source:
Epson, ESC/POS Command Reference: DLE EOT, GS ( H, GS a. A question in the middle of a picture is answered and is part
of the picture as well, as that reference says.
"""

from __future__ import annotations

import re

from hardware.printers import escpos_status
from hardware.simulator.escpos_stream import command_length, is_cut, is_printed
from hardware.simulator.language import Event, Label, Mark, Panel, Question

_LONGEST = 64 * 1024 * 1024  # bytes of one command; what is longer is thrown away
_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])")
_PROCESS_ID = b"\x1d(H\x06\x00\x30\x30"


class EscposLanguage:
    """See `hardware.simulator.language.Language`."""

    suffix = "escpos"
    noise = b"\x14\x00\x00\x0f"  # an automatic status

    def __init__(self) -> None:
        self.begin()

    @property
    def in_label(self) -> bool:
        """Whether something has been received that no cut has followed."""
        return self._printed or len(self._buffer) > 2

    def begin(self) -> None:
        """Forget the label that has begun."""
        self._buffer = bytearray()
        self._label = bytearray()  # everything since the last cut
        self._printed = False  # whether anything of it is on paper
        self._tail = b""

    def forget(self) -> None:
        """The same: it stores nothing."""
        self.begin()

    def feed(self, data: bytes) -> list[Event]:
        """Questions come before the labels of the same bytes: they are answered on arrival."""
        events: list[Event] = []
        seen = self._tail + data
        for found in _REAL_TIME.finditer(seen):
            if found.end() > len(self._tail):
                events.append(Question(found[1]))
        self._tail = seen[-2:]
        self._buffer += data
        while self._buffer and (length := command_length(self._buffer)) and length <= len(self._buffer):
            self._command(bytes(self._buffer[:length]), events)
            del self._buffer[:length]
        if len(self._buffer) > _LONGEST:
            self.begin()
        return events

    def answer(self, question: Question, panel: Panel) -> bytes:
        """`DLE EOT 1` to `4`."""
        offline = panel.faulty or panel.paused
        bits = {
            1: offline * 0x08,
            2: panel.head_open * 0x04 | panel.paper_out * 0x20,
            3: 0,
            4: panel.paper_out * 0x60,
        }
        return bytes((0x12 | bits[question.text[0]],))

    def _command(self, command: bytes, events: list[Event]) -> None:
        if command[:1] == b"\x10":  # done on arrival
            return
        if command.startswith(_PROCESS_ID):
            self._cut(events)
            events.append(Mark(escpos_status.answer_process_id(command[len(_PROCESS_ID) :])))
            return
        self._label += command
        self._printed = self._printed or is_printed(command)
        if is_cut(command):
            self._cut(events)

    def _cut(self, events: list[Event]) -> None:
        if self._printed:
            events.append(Label(bytes(self._label), reprints=False))
            self._label.clear()
        self._printed = False
