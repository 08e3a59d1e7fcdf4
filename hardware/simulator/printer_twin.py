"""A printer in software: bytes in, labels into a folder, answers like a device, faults on schedule or at random."""

from __future__ import annotations

import asyncio
import contextlib
from enum import Enum, auto
from pathlib import Path

from app.domain.errors import KnownError, Refusal
from hardware.printer import Proof
from hardware.simulator.faults import Schedule, Trouble
from hardware.simulator.language import Act, Event, Label, Language, Mark, Panel, Question
from hardware.simulator.mechanics import Draw, Mechanics
from hardware.simulator.port import Line, Port
from hardware.simulator.tray import Tray
from hardware.simulator.voice import Voice

CLASSES = {
    "zpl": (Proof.COUNTS, Proof.STATE_ONLY, Proof.BLIND),
    "tspl": (Proof.STATE_ONLY, Proof.BLIND),
    "escpos": (Proof.ACKNOWLEDGES, Proof.STATE_ONLY, Proof.BLIND),
}

_RECEIVE = 65536
_RECEIVE_PACED = 256
_FAULTS = (Trouble.PAPER_OUT, Trouble.RIBBON_OUT, Trouble.HEAD_OPEN, Trouble.PAUSED)
_XOFF, _XON = b"\x13", b"\x11"


class _End(Enum):
    """How a connection ends."""

    LEFT = auto()
    RESET = auto()
    HALF_OPEN = auto()
    UNPLUGGED = auto()


class PrinterTwin:
    """One simulated printer: a language at a port, with paper; made and used on one asyncio loop.

    `draw` turns the bytes of a label into its picture; it runs in one worker thread, so it may be slow but must not
    touch the loop; when it fails the label comes out blank, and the log says so. `proof`: which class it plays, best of
    `CLASSES` by default; raises Refusal `twin_class_unknown` for one that its language cannot be.

    `ips`: inches a second; `time_factor` stretches every duration (0: no waiting at all). `schedule`: the trouble.
    `link`: bytes a second of the line, None: as fast as it goes. `late`: seconds by which a late answer is late, not
    stretched. `mute_when_faulty`: its state is not told while media, ribbon or head need a person.
    `buffer_formats`: from so many waiting labels on it says "buffer full", at twice as many it stops reading.
    `torn_counts`: see `Mechanics`. `lock_patience`: seconds to wait for the folder.
    """

    def __init__(
        self,
        out: Path,
        language: Language,
        port: Port,
        draw: Draw,
        *,
        proof: Proof | None = None,
        ips: float = 6.0,
        time_factor: float = 1.0,
        schedule: Schedule | None = None,
        link: float | None = None,
        late: float = 1.5,
        mute_when_faulty: bool = False,
        buffer_formats: int = 64,
        torn_counts: bool = True,
        lock_patience: float = 10.0,
    ) -> None:
        classes = CLASSES[language.suffix]
        self._proof = proof or classes[0]
        if self._proof not in classes:
            raise Refusal("twin_class_unknown", language=language.suffix, known=", ".join(classes))
        self._language = language
        self._port = port
        self._mute_when_faulty = mute_when_faulty
        self._buffer_formats = buffer_formats
        self._lock_patience = lock_patience
        self._seconds_a_byte = time_factor / link if link else 0.0
        self._late = late
        self._tray = Tray(out, language.suffix)
        self._mechanics = Mechanics(
            self._tray, draw, ips=ips, time_factor=time_factor, schedule=schedule or Schedule(), switch=self._switch,
            torn_counts=torn_counts,
        )  # fmt: skip
        self._line: Line | None = None
        self._voice: Voice | None = None
        self._dead: list[Line] = []  # of hosts that do not know it yet
        self._serving: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def url(self) -> str:
        """The URL that a driver uses, with language and class; known after `start`."""
        options = [f"language={self._language.suffix}"] if self._language.suffix != "zpl" else []
        if self._proof is Proof.BLIND:
            options.append("status=none")
        url = self._port.url
        for option in options:
            url += ("&" if "?" in url else "?") + option
        return url

    @property
    def odometer(self) -> int:
        """Labels that have come out into this folder, with the scrap that counts."""
        return self._mechanics.odometer

    @property
    def taken(self) -> int:
        """Labels received and not out yet."""
        return self._mechanics.formats_waiting + self._mechanics.labels_remaining

    async def start(self) -> None:
        """Claim folder and port, and let hosts connect.

        Raises KnownError `tray_taken`, `tray_unusable` or `listen_failed`.
        """
        await asyncio.to_thread(self._tray.claim, self._lock_patience)
        try:
            self._port.claim()
            self._mechanics.start()
        except BaseException:
            self._port.release()
            self._tray.release()
            raise
        self._listen()

    async def stop(self, finish: bool = True) -> None:
        """Take what has arrived, print it (unless `finish` is False or only a person could mend it), and end."""
        self._stopping = True
        try:
            try:
                await self._stop_serving()
                if finish:
                    self._read_out()
            finally:
                self._hang_up()
                for line in self._dead:
                    line.close(reset=True)
                self._port.release()
            if finish:
                await self._mechanics.finish()
        finally:
            await self._mechanics.stop()
            self._tray.release()

    async def broken(self) -> None:
        """Never returns; raises KnownError `tray_unusable` once its folder takes no more labels."""
        try:
            await self._mechanics.broken()
        except OSError as error:
            raise KnownError("tray_unusable", folder=str(self._tray.folder), reason=error.strerror or "") from error

    def clear(self) -> None:
        """A person mends whatever stands: paper in, head closed, power on, pause off, cable in."""
        self._mechanics.mend_all()

    def strike(self, trouble: Trouble, seconds: float | None = None) -> None:
        """Let trouble that lasts begin now, such as an opened head."""
        self._mechanics.strike(trouble, seconds)

    async def _switch(self, on: bool) -> None:
        """The power goes, or comes back."""
        if self._stopping:
            return
        if on:
            if self._port.outlives_power:
                for _ in self._port.left(None):  # what was sent to a printer without power
                    pass
            self._listen()
            return
        await self._stop_serving()
        if self._stopping:
            return
        self._language.forget()
        if self._voice is not None:
            self._voice.end()
        if not self._port.outlives_power:
            self._hang_up()
            self._port.unplug()

    def _listen(self) -> None:
        if not self._mechanics.stands(Trouble.UNPLUG):
            self._port.plug()
        self._serving = asyncio.create_task(self._serve())

    async def _stop_serving(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})

    def _hang_up(self) -> None:
        if self._voice is not None:
            self._voice.end()
        if self._line is not None:
            self._line.close(reset=True)
        self._line = self._voice = None

    def _read_out(self) -> None:
        """Take the labels that were sent and not read yet, those of hosts that wait for their turn included."""
        current = self._line
        for line, data in self._port.left(current):
            if line is not current:
                self._language.begin()
                current = line
            for event in self._language.feed(data):
                if isinstance(event, Label):
                    self._mechanics.add(event)

    async def _serve(self) -> None:
        """One host after the other."""
        while True:
            await self._mechanics.until(lambda: not self._mechanics.stands(Trouble.UNPLUG))
            self._port.plug()
            line = await self._port.line()
            if not self._port.outlives_power:  # else the host cannot be told from the one before
                self._language.begin()
            self._line = line
            self._voice = Voice(line, self._mechanics.stands, self._language.noise, self._late)
            end = _End.LEFT
            with contextlib.suppress(OSError):
                end = await self._talk(line)
            self._voice.end()
            self._line = self._voice = None
            if end is _End.HALF_OPEN and self._port.half_opens:
                self._dead.append(line)
            else:
                line.close(reset=end is not _End.LEFT)
            if end is not _End.LEFT:
                self._language.begin()
            if end is _End.UNPLUGGED:
                self._port.unplug()

    async def _talk(self, line: Line) -> _End:
        while True:
            await self._mechanics.until(self._has_room)
            if self._mechanics.stands(Trouble.XOFF):
                await self._pause_line(line)
            data = await line.read(_RECEIVE_PACED if self._seconds_a_byte else _RECEIVE)
            if not data:
                return _End.LEFT
            if self._seconds_a_byte:
                await asyncio.sleep(len(data) * self._seconds_a_byte)
            for event in self._language.feed(data):
                if end := self._take(event):
                    return end
            if self._language.in_label and (end := self._arrives(1)):
                return end

    def _has_room(self) -> bool:
        return self._mechanics.formats_waiting < 2 * self._buffer_formats

    async def _pause_line(self, line: Line) -> None:
        if self._port.software_flow:
            await line.write(_XOFF)
        await self._mechanics.until(lambda: not self._mechanics.stands(Trouble.XOFF))
        if self._port.software_flow:
            await line.write(_XON)

    def _take(self, event: Event) -> _End | None:
        """Do what one event asks for; how the connection ends, if it does."""
        match event:
            case Label():
                return self._store(event)
            case Question():
                self._answer(event)
            case Mark():
                if self._proof is Proof.ACKNOWLEDGES:
                    self._mechanics.add_mark(lambda: self._say(event.answer))
            case Act.CANCEL_ALL:
                self._mechanics.forget()
            case Act.RESET:
                self._mechanics.forget()
                self._language.forget()
                return None if self._port.outlives_power else _End.RESET
            case Act.PAUSE:
                self._mechanics.strike(Trouble.PAUSED, None)
            case Act.RESUME:
                self._mechanics.mend(Trouble.PAUSED)
        return None

    def _store(self, label: Label) -> _End | None:
        if end := self._arrives(label.quantity):
            return end
        self._mechanics.add(label)
        return _End.RESET if self._mechanics.due(Trouble.CUT_AFTER, 0) else None

    def _arrives(self, more: int) -> _End | None:
        """Let the trouble strike that is planned for labels that arrive."""
        if fault := self._mechanics.due(Trouble.XOFF, more):
            self._mechanics.strike(Trouble.XOFF, fault.seconds)
        if self._mechanics.due(Trouble.CUT, more):
            return _End.RESET
        if self._mechanics.due(Trouble.HALF_OPEN, more):
            return _End.HALF_OPEN
        if fault := self._mechanics.due(Trouble.UNPLUG, more):
            self._mechanics.strike(Trouble.UNPLUG, fault.seconds)
            return _End.UNPLUGGED
        return None

    def _answer(self, question: Question) -> None:
        panel = self._panel()
        if not (self._mute_when_faulty and panel.faulty and not question.even_faulty):
            self._say(self._language.answer(question, panel))

    def _say(self, answer: bytes) -> None:
        """To whoever is connected now: an answer to an earlier host reaches the next one, as it does in life."""
        if self._voice is not None and self._proof is not Proof.BLIND:
            self._voice.say(answer)

    def _panel(self) -> Panel:
        mechanics = self._mechanics
        odometer = mechanics.told_odometer if self._proof is Proof.COUNTS else None
        if mechanics.stands(Trouble.LIES):
            return Panel(odometer=odometer, length_dots=mechanics.length_dots)
        return Panel(
            paper_out=mechanics.stands(Trouble.PAPER_OUT),
            ribbon_out=mechanics.stands(Trouble.RIBBON_OUT),
            head_open=mechanics.stands(Trouble.HEAD_OPEN),
            paused=mechanics.stands(*_FAULTS),  # any fault pauses the mechanics
            buffer_full=mechanics.formats_waiting >= self._buffer_formats or mechanics.stands(Trouble.BUFFER_FULL),
            printing=bool(mechanics.labels_remaining) and not mechanics.stands(*_FAULTS),
            formats_waiting=mechanics.formats_waiting,
            labels_remaining=mechanics.labels_remaining,
            odometer=odometer,
            length_dots=mechanics.length_dots,
        )
