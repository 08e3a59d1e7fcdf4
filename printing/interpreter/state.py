"""What a printer knows while it executes a format: settings that stay, the field being filled, and what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from PIL import Image

from printing.interpreter.parser import Command, Syntax, number

if TYPE_CHECKING:
    from printing.interpreter.canvas import Canvas

Rectangle: TypeAlias = tuple[int, int, int, int]

FARTHEST = 32000  # dots; the largest coordinate of ZPL
_MOST_STORED = 64 * 1024 * 1024  # bytes of stored graphics, formats and fonts


@dataclass(frozen=True, slots=True)
class Drawn:
    """A symbol on a page: its kind, the data that a scanner reads, and left, top, right, bottom of its bars in dots."""

    kind: str
    data: str
    rectangle: Rectangle


@dataclass(frozen=True, slots=True)
class Page:
    """One printed label: `image` is mode "L" with 0 for black and 255 for white, one pixel a dot.

    `reports` names what was skipped, clipped or drawn as a hatched box.
    """

    image: Image.Image
    symbols: tuple[Drawn, ...] = ()
    reports: tuple[str, ...] = ()


class FontChoice(NamedTuple):
    """A font by its name, and height and width of its cell in dots; 0 is "as the other one, or the font's own"."""

    name: str
    height: float
    width: float


class Block(NamedTuple):
    """^FB or ^TB: width in dots, most lines, dots between lines, L C R J, hanging indent; height of ^TB or 0."""

    width: int
    lines: int
    spacing: int
    align: str
    indent: int
    height: int = 0


@dataclass(slots=True)
class Field:
    """What the commands since the last ^FS said of the next thing to print."""

    x: int = 0
    y: int = 0
    typeset: bool = False  # ^FT: the place is the baseline or the lower edge
    follow: bool = False  # ^FT without a place: after the field before
    right: bool = False  # the place is the right end
    placed: bool = False
    font: FontChoice | None = None
    orientation: str | None = None
    symbol: Callable[[Engine], None] | None = None
    graphic: Callable[[Engine], None] | None = None
    data: bytes | None = None
    escape: bytes = b""
    reverse: bool = False
    block: Block | None = None
    number: int | None = None
    count: Callable[[str, int], str] | None = None  # the value on the copy of that number, from 0
    direction: str = "H"  # of ^FP
    variable: bool = False  # ^FV: not kept for the next label by ^MCN


@dataclass(slots=True)
class Settings:
    """What stays until it is changed, from one format to the next too."""

    font: FontChoice = field(default_factory=lambda: FontChoice("A", 0, 0))
    orientation: str = "N"
    right: bool = False
    module: int = 2
    ratio: float = 3.0
    bar_height: int = 10
    home: tuple[int, int] = (0, 0)
    shift_left: int = 0
    shift_down: int = 0
    width: int | None = None
    length: int | None = None
    keeps: bool = False  # ^MCN: a label is printed over the one before
    upside_down: bool = False
    mirrored: bool = False
    reverse: bool = False
    charset: int = 0
    remap: dict[int, int] = field(default_factory=dict)
    unit: float = 1.0  # dots in a unit of ^MU
    halved: bool = False  # ^JMB: every dot is printed as two by two
    aliases: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """Graphics, formats and fonts by drive, name and extension, as `R:LOGO.GRF`; bounded."""

    graphics: dict[str, Image.Image] = field(default_factory=dict)
    formats: dict[str, tuple[Command, ...]] = field(default_factory=dict)
    fonts: dict[str, bytes] = field(default_factory=dict)
    used: int = 0

    def room(self, size: int) -> bool:
        """Whether so many bytes may be stored; counts them if so."""
        if self.used + size > _MOST_STORED:
            return False
        self.used += size
        return True


class Engine:
    """The state that a command changes; `printing.interpreter.machine` runs commands on it."""

    def __init__(self, dpi: int) -> None:
        self.dpi = dpi
        self.syntax = Syntax()
        self.settings = Settings()
        self.memory = Memory()
        self.begin()

    def begin(self) -> None:
        """A new label."""
        self.field = Field()
        self.canvas: Canvas | None = None
        self.drawn: list[Drawn] = []
        self.reports: dict[str, None] = {}
        self.copies = 1
        self.replicates = 1  # copies with the same serial numbers
        self.copy = 0  # the number of the serial numbers that are printed now
        self.counts = False  # a field differs from copy to copy
        self.withheld = False  # ^IS: it is stored, not printed
        self.follow = (0, 0)
        self.values: dict[int, tuple[bytes, bytes]] = {}  # data and escape sign
        self.recalled: frozenset[int] = frozenset()
        self.replaying = False
        self.printed = False

    def report(self, text: str) -> None:
        if len(self.reports) < 200:
            self.reports[text] = None

    def dots(self, parameters: list[str], index: int, default: float, low: float = 0, high: float = FARTHEST) -> int:
        """A parameter that is a length, in dots, within its bounds."""
        missing = -1e9
        value = number(parameters, index, missing)
        value = default if value == missing else value * self.settings.unit
        return round(max(low, min(high, value)))


def stored_name(text: str, extension: str, drive: str = "R") -> str:
    """A name of the printer's memory in full and upper case: drive, name, extension."""
    name = text.strip().upper()
    where, _, rest = name.rpartition(":")
    stem, _, own = rest.partition(".")
    return f"{where or drive}:{stem}.{own or extension}"


def on_any_drive(names: Iterable[str], name: str) -> str | None:
    """The stored name that is meant: on the drive that is named, else on any."""
    if name in names:
        return name
    tail = name.partition(":")[2]
    return next((stored for stored in names if stored.partition(":")[2] == tail), None)
