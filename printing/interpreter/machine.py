"""A ZPL printer: runs the commands of a stream on its state and yields a page for every label."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PIL import Image

from printing.interpreter import downloads, fields, graphics, symbols, text
from printing.interpreter.canvas import Canvas
from printing.interpreter.parser import Command, commands
from printing.interpreter.state import Drawn, Engine, Page

# configuration, status and calibration: they do not change what is printed
_IRRELEVANT_CARETS = (
    "CE CM CN DN CO CP CV EF FA FL FM FS HF HG HH HL HR HT HV HW HY HZ JB JH JI JJ JS JT JU JW JZ KD KL KN KP KV LF "
    "MA MD MF MI ML MM MN MP MT MW NB NC ND NI NN NP NS NT NW PA PF PH PN PP PR RA RB RE RF RI RL RM RQ RS RT RU RW SC "
    "SD SE SI SL SO SP SQ SR SS ST SX SZ WA WD WE WF WI WL WN WP WR WS WT WV WX XB XS ZZ "
)
_IRRELEVANT_TILDES = (
    "DB DE DN DS HB HD HI HM HQ HS HU JA JB JC JD JE JF JG JI JL JN JO JP JQ JR JS JX KB NC NR NT PH PL PM PP PR PS "
    "RO SD TA WC WL WQ WR "
)
_IRRELEVANT = frozenset(
    [f"^{name}" for name in _IRRELEVANT_CARETS.split()] + [f"~{name}" for name in _IRRELEVANT_TILDES.split()]
)
COMMANDS: dict[str, Callable[[Engine, Command], None]] = (
    fields.COMMANDS | text.COMMANDS | graphics.COMMANDS | downloads.COMMANDS | symbols.COMMANDS
)
_IN_STORED = frozenset({"^XA", "^XZ", "^DF", "^XF"})  # a stored format cannot call another
_SIZES = frozenset({"^PW", "^LL", "^JM", "^MU"})
_MOST_LABEL_COMMANDS = 100_000
_MOST_COMMANDS = 200_000  # that print nothing
_MOST_KEPT_COMMANDS = 2_000


class Printer:
    """A printer that keeps its settings, formats, pictures and fonts from one job to the next.

    `width_mm` and `height_mm` are the media in it; without them ^PW and ^LL tell, or 4 by 6 inches, and a label that
    does not tell its length is as long as what is on it. What ^PW makes narrower than the media is in its middle, as in
    printers that centre the media.
    """

    def __init__(self, dpi: int = 203, *, width_mm: float | None = None, height_mm: float | None = None) -> None:
        self._scale = 8.0 if dpi == 203 else dpi / 25.4
        self._width = None if width_mm is None else max(1, int(width_mm * self._scale))
        self._height = None if height_mm is None else max(1, int(height_mm * self._scale))
        self._engine = Engine(dpi)
        self._kept: list[tuple[Command, bool]] = []  # ^MCN: what is printed again beneath the next label

    def pages(self, zpl: bytes) -> Iterator[Page]:
        """The labels of a job, one after another; a label with ^PQ n is yielded n times, as the same page."""
        engine = self._engine
        label: list[Command] = []
        open_label = False
        read = 0  # commands since the last label
        for command in commands(zpl, engine.syntax):
            read += 1
            if read > _MOST_COMMANDS:
                engine.report("the job is too long: the rest is left out")
                break
            if command.name == "^XA":
                if open_label:  # a second ^XA does not end the first label
                    continue
                label, open_label = [], True
            elif command.name == "^XZ":
                if open_label:
                    for page in self._print(label):
                        read = 0
                        yield page
                label, open_label = [], False
            elif open_label:
                if len(label) < _MOST_LABEL_COMMANDS:
                    label.append(command)
            elif command.name[0] == "~" or command.name in COMMANDS:
                self._run(command)
        if open_label:
            yield from self._print(label)

    def _run(self, command: Command) -> None:
        action = COMMANDS.get(command.name)
        if action:
            action(self._engine, command)
        elif command.name not in _IRRELEVANT:
            self._engine.report(f"{command.name}: not known, skipped")

    def _print(self, label: list[Command]) -> Iterator[Page]:
        engine = self._engine
        before = engine.reports
        engine.begin()
        engine.reports = before
        cut = next((place for place, command in enumerate(label) if command.name == "^DF"), len(label))
        if any(command.name in ("^XF", "^FN") for command in label[:cut]):
            fields.collect_values(engine, label[:cut])
        steps = self._kept + list(self._expanded(label[:cut]))
        self._draw(steps)
        if cut < len(label):
            fields.store(engine, label[cut].body.decode("latin-1"), label[cut + 1 :])
        if engine.printed and not engine.withheld:
            page = self._page()
            engine.reports = {}
            copies, counts, replicates = engine.copies, engine.counts, engine.replicates
            yield page
            for copy in range(1, copies):
                if counts:
                    engine.begin()
                    engine.copy = copy // replicates
                    self._draw(steps)
                    page = self._page()
                yield page
        self._kept = _without_variables(steps) if engine.settings.keeps else []

    def _draw(self, steps: list[tuple[Command, bool]]) -> None:
        engine = self._engine
        engine.canvas = self._canvas([command for command, _ in steps if command.name in _SIZES])
        for command, stored in steps:
            engine.replaying = stored
            self._run(command)
        engine.replaying = False
        fields.separate(engine, Command("^FS", b""))  # a last field that is not closed is printed too

    def _expanded(self, label: list[Command]) -> Iterator[tuple[Command, bool]]:
        """The label's commands with those of the stored formats that it calls, and whether each is of these."""
        for command in label:
            if command.name == "^XF":
                for stored in fields.recalled(self._engine, command):
                    if stored.name not in _IN_STORED:
                        yield stored, True
            else:
                yield command, False

    def _canvas(self, sizes: list[Command]) -> Canvas:
        """A blank label; what tells its size is often not the first command."""
        settings = self._engine.settings
        unit = settings.unit
        for command in sizes:
            self._run(command)
        settings.unit = unit
        half = 2 if settings.halved else 1
        told = min(filter(None, (self._width, settings.width)), default=int(101.6 * self._scale))
        width = told // half
        height = (self._height or settings.length or int(152.4 * self._scale)) // half
        width, height = max(1, min(width, 12_000)), max(1, height)
        height = min(height, 40_000_000 // width)
        known = self._height or settings.length
        return Canvas(width, height, height if known else max(height, int(304.8 * self._scale) // half))

    def _page(self) -> Page:
        engine, settings, canvas = self._engine, self._engine.settings, self._engine.canvas
        if canvas is None:
            canvas = self._canvas([])
        image = canvas.image
        if canvas.grown:
            engine.report(f"the label is {image.height} dots long: ^LL does not tell")
        if canvas.exhausted:
            engine.report("too much is drawn on this label: the rest is left out")
        if settings.halved:
            image = image.resize((image.width * 2, image.height * 2), Image.Resampling.NEAREST)
        beside = max(0, (self._width or 0) - image.width) // 2
        if self._width and image.width < self._width:
            whole = Image.new("L", (self._width, image.height), 255)
            whole.paste(image, (beside, 0))
            image = whole
        width, height = image.size
        drawn: list[Drawn] = []
        for symbol in engine.drawn:
            left, top, right, bottom = (2 * edge if settings.halved else edge for edge in symbol.rectangle)
            left, right = left + beside, right + beside
            if min(left, top) < 0 or right > width or bottom > height:
                engine.report(f"a symbol reaches beyond the label: {symbol.kind}")
            if settings.mirrored:
                left, right = width - right, width - left
            if settings.upside_down:
                left, top, right, bottom = width - right, height - bottom, width - left, height - top
            drawn.append(Drawn(symbol.kind, symbol.data, (left, top, right, bottom)))
        if settings.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if settings.upside_down:
            image = image.transpose(Image.Transpose.ROTATE_180)
        return Page(image, tuple(drawn), tuple(engine.reports))


def _without_variables(steps: list[tuple[Command, bool]]) -> list[tuple[Command, bool]]:
    """What stays on a label that is not cleared: all but fields of ^FV, and not without end."""
    kept = [step for step in steps if step[0].name not in ("^FV", "^MC", "^PQ")]
    return kept if len(kept) <= _MOST_KEPT_COMMANDS else []
