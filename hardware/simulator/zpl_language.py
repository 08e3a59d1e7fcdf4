"""ZPL as a simulated printer speaks it; no I/O."""

from __future__ import annotations

from hardware.printers import zpl_formats, zpl_status
from hardware.simulator.language import Act, Event, Label, Panel, Question
from hardware.simulator.memory import Memory
from hardware.simulator.zpl_stream import Download, Format, Immediate, Sgd, ZplStream

_ACTS = {
    Immediate.CANCEL_ALL: Act.CANCEL_ALL,
    Immediate.RESET: Act.RESET,
    Immediate.PAUSE: Act.PAUSE,
    Immediate.RESUME: Act.RESUME,
}
_LIST = b"^HWR:*.ZPL"
_ODOMETER = "odometer.total_label_count"


class ZplLanguage:
    """See `hardware.simulator.language.Language`."""

    suffix = "zpl"
    noise = b"\r\nERROR CONDITION: PAPER OUT [K]\r\n\x02ALERT: PQ JOB COMPLETED\x03\r\n"  # as of ^SX

    def __init__(self) -> None:
        self._stream = ZplStream()
        self._memory = Memory()

    @property
    def in_label(self) -> bool:
        """Whether a format has begun and not ended."""
        return self._stream.in_format

    def begin(self) -> None:
        """Forget the format that has begun."""
        self._stream = ZplStream()

    def forget(self) -> None:
        """Forget stored formats, downloads and settings too."""
        self.begin()
        self._memory = Memory()

    def feed(self, data: bytes) -> list[Event]:
        """Formats become labels; what only stores or sets something is remembered."""
        events: list[Event] = []
        for part in self._stream.feed(data):
            match part:
                case Download():
                    self._memory.download(part.zpl)
                case Format():
                    if batch := self._memory.receive(part.zpl):
                        events.append(Label(batch.zpl, batch.quantity, batch.reprints))
                    if _LIST in part.zpl.upper():
                        events.append(Question(_LIST))
                case Sgd(verb="setvar"):
                    self._memory.settings[part.name] = part.value
                case Sgd():
                    if part.verb == "getvar":
                        events.append(Question(part.name.encode("latin-1"), even_faulty=True))
                case Immediate.STATUS:
                    events.append(Question(b"~HS"))
                case Immediate.ERRORS:
                    events.append(Question(b"~HQES", even_faulty=True))
                case _:
                    events.append(_ACTS[part])
        return events

    def answer(self, question: Question, panel: Panel) -> bytes:
        """`~HS`, `~HQES`, variables, and the directory of stored formats."""
        if question.text == _LIST:
            return zpl_formats.write_stored(self._memory.formats)
        if question.text == b"~HS":
            return zpl_status.write_status(self._status(panel))
        if question.text == b"~HQES":
            return zpl_status.write_errors(zpl_status.HostErrors(errors=_bits(panel), warnings=0, more=False))
        name = question.text.decode("latin-1")
        value = self._memory.settings.get(name, "?")
        if name == _ODOMETER:
            value = "?" if panel.odometer is None else str(panel.odometer)
        return f'"{value}"'.encode("latin-1", "replace")

    def _status(self, panel: Panel) -> zpl_status.HostStatus:
        return zpl_status.HostStatus(
            paper_out=panel.paper_out,
            paused=panel.paused,
            label_length=panel.length_dots,
            formats_in_buffer=panel.formats_waiting,
            buffer_full=panel.buffer_full,
            partial_format=self.in_label,
            under_temperature=False,
            over_temperature=False,
            head_open=panel.head_open,
            ribbon_out=panel.ribbon_out,
            label_waiting=False,
            labels_remaining=panel.labels_remaining,
        )


def _bits(panel: Panel) -> int:
    only_paused = panel.paused and not panel.faulty
    return panel.paper_out * 0x1 | panel.ribbon_out * 0x2 | panel.head_open * 0x4 | only_paused * 0x10000
