"""A ZPL printer: runs the commands of a stream on its state and yields a page for every label."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import Image

from printing.interpreter import fields, graphics, symbols, text
from printing.interpreter.canvas import Canvas
from printing.interpreter.parser import Command, commands
from printing.interpreter.state import Drawn, Engine, Page

# configuration, status and calibration: they do not change what is printed
_IRRELEVANT = frozenset(
    """^CM ^CN ^CO ^CP ^CV ^EF ^EG ^FM ^FS ^HF ^HG ^HH ^HT ^HV ^HW ^HY ^HZ ^JB ^JH ^JI ^JJ ^JS ^JT ^JU ^JW ^JZ ^KD ^KL
    ^KN ^KP ^KV ^LF ^MA ^MD ^MF ^MI ^ML ^MM ^MN ^MP ^MT ^MW ^NB ^NC ^ND ^NI ^NN ^NP ^NS ^NT ^NW ^PF ^PH ^PN ^PP ^PR ^SC
    ^SD ^SE ^SI ^SL ^SO ^SP ^SQ ^SR ^SS ^ST ^SX ^SZ ^TO ^WA ^WD ^WE ^WF ^WI ^WL ^WN ^WP ^WR ^WS ^WT ^WV ^WX ^XB ^XS ^ZZ
    ^RB ^RF ^RS ^RW ^HL ^HR ^RL ^RU ^RQ ^RT ^RM ^RI ^RE ^RA ^FL ^FA ^CE
    ~DB ~DE ~DS ~EG ~HB ~HD ~HI ~HM ~HQ ~HS ~HU ~JA ~JB ~JC ~JD ~JE ~JF ~JG ~JI ~JL ~JN ~JO ~JP ~JQ ~JR ~JS ~JX ~KB
    ~NC ~NR ~NT ~PH ~PL ~PM ~PP ~PR ~PS ~RO ~SD ~TA ~WC ~WL ~WQ ~WR""".split()
)
_COMMANDS: dict[str, Callable[[Engine, Command], None]] = (
    fields.COMMANDS | text.COMMANDS | graphics.COMMANDS | symbols.COMMANDS
)
_IN_STORED = frozenset({"^XA", "^XZ", "^DF", "^XF"})  # a stored format cannot call another

MOST_COPIES = 1000  # pages of one label that are handed out
_MOST_LABEL_COMMANDS = 100_000


class Printer:
    """A printer that keeps its settings, formats, pictures and fonts from one job to the next.

    `width_mm` and `height_mm` are the media in it; without them ^PW and ^LL tell, or 4 by 6 inches, and a label that
    does not tell its length is as long as what is on it.
    """

    def __init__(self, dpi: int = 203, *, width_mm: float | None = None, height_mm: float | None = None) -> None:
        self._scale = 8.0 if dpi == 203 else dpi / 25.4
        self._width = None if width_mm is None else max(1, int(width_mm * self._scale))
        self._height = None if height_mm is None else max(1, int(height_mm * self._scale))
        self._engine = Engine(dpi)

    def pages(self, zpl: bytes) -> Iterator[Page]:
        """The labels of a job, one after another; a label with ^PQ n is yielded n times, as the same page."""
        engine = self._engine
        label: list[Command] = []
        open_label = False
        for command in commands(zpl, engine.syntax):
            if command.name == "^XA":
                if open_label:  # a second ^XA does not end the first label
                    continue
                label, open_label = [], True
            elif command.name == "^XZ":
                if open_label:
                    yield from self._print(label)
                label, open_label = [], False
            elif open_label:
                if len(label) < _MOST_LABEL_COMMANDS:
                    label.append(command)
            elif command.name[0] == "~" or command.name in _COMMANDS:
                self._run(command)
        if open_label:
            yield from self._print(label)

    def _run(self, command: Command) -> None:
        action = _COMMANDS.get(command.name)
        if action:
            action(self._engine, command)
        elif command.name not in _IRRELEVANT:
            self._engine.report(f"{command.name}: not known, skipped")

    def _print(self, label: list[Command]) -> Iterator[Page]:
        engine = self._engine
        before = engine.reports
        engine.begin()
        engine.reports = before
        fields.collect_values(engine, label)
        # what tells the size of the label is often not its first command
        for command in label:
            if command.name in ("^PW", "^LL", "^JM", "^MU"):
                self._run(command)
        engine.canvas = self._canvas()
        storing: list[Command] | None = None
        name = ""
        printed = False
        for command in label:
            if storing is not None:
                storing.append(command)
            elif command.name == "^DF":
                name, storing = command.body.decode("latin-1"), []
            elif command.name == "^XF":
                engine.replaying = True
                for stored in fields.recalled(engine, command):
                    if stored.name not in _IN_STORED:
                        self._run(stored)
                engine.replaying = False
            elif command.name in ("^FS", "^FO", "^FT"):
                self._run(command)
            else:
                self._run(command)
        if storing is not None:
            fields.store(engine, name, storing)
        else:
            fields.separate(engine, Command("^FS", b""))
        printed = engine.printed
        page = self._page(engine.canvas)
        engine.reports = {}
        copies = engine.copies
        if printed:
            for _ in range(copies):
                yield page

    def _canvas(self) -> Canvas:
        settings = self._engine.settings
        half = 2 if settings.halved else 1
        width = (self._width or settings.width or int(101.6 * self._scale)) // half
        height = (self._height or settings.length or int(152.4 * self._scale)) // half
        width, height = max(1, min(width, 12_000)), max(1, height)
        height = min(height, 40_000_000 // width)
        known = self._height or settings.length
        return Canvas(width, height, height if known else max(height, int(304.8 * self._scale) // half))

    def _page(self, canvas: Canvas) -> Page:
        engine, settings = self._engine, self._engine.settings
        image, drawn = canvas.image, engine.drawn
        if canvas.grown:
            engine.report(f"the label is {image.height} dots long: ^LL does not tell")
        if canvas.exhausted:
            engine.report("too much is drawn on this label: the rest is left out")
        if settings.halved:
            image = image.resize((image.width * 2, image.height * 2), Image.Resampling.NEAREST)
            drawn = [Drawn(s.kind, s.data, tuple(2 * edge for edge in s.rectangle)) for s in drawn]  # type: ignore[arg-type]
        width, height = image.size
        if settings.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            drawn = [Drawn(s.kind, s.data, (width - s.rectangle[2], s.rectangle[1], width - s.rectangle[0], s.rectangle[3])) for s in drawn]
        if settings.upside_down:
            image = image.transpose(Image.Transpose.ROTATE_180)
            drawn = [
                Drawn(s.kind, s.data, (width - s.rectangle[2], height - s.rectangle[3], width - s.rectangle[0], height - s.rectangle[1]))
                for s in drawn
            ]
        return Page(image, tuple(drawn), tuple(engine.reports))
