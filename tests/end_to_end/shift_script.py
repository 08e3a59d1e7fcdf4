"""Which orders a shift has, each with its story: those of `shift_stories`, and as many plain ones as are missing."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.end_to_end.shift_floor import Wanted
from tests.end_to_end.shift_stories import STORIES, Story

AGAIN = """
    tote    opened
    MUG     item
    CUP     complete
    label   closed
    """
SERIES = 7  # identical orders, of which one is verified
SERIES_LINES = (("GAME", 1), ("SOAP", 1), ("PEN", 1))
PLAIN = ("TEA", "CUP", "MUG", "SOCK", "BOOK", "LAMP", "PEN", "BAG", "GAME", "SOAP")
SINGLES = ("TEA", "CUP", "LAMP", "BOOK")


@dataclass(frozen=True)
class Told:
    """An order with its story; `name` is for whoever reads what has failed."""

    wanted: Wanted
    story: Story
    name: str


def tell(orders: int, seed: int) -> list[Told]:
    """The orders of the shift in the order in which they are packed, the same for the same seed."""
    random = Random(seed)
    told: list[tuple[str, Story]] = [(name, story) for name, story in STORIES.items() for _ in range(story.count)]
    while len(told) < orders - SERIES:
        sku = random.choice(SINGLES)
        told.append((f"one {sku}", _single(sku)) if random.random() < 0.35 else _plain(random))
    first = [pair for pair in told if pair[1].part == 1]
    random.shuffle(first)
    told = first + [pair for pair in told if pair[1].part > 1]
    made = []
    for number, (name, story) in enumerate(told, 1):
        lines = tuple((sku, int(count)) for count, sku in (line.split() for line in story.lines.split(", ")))
        made.append(Told(Wanted(f"S-{number:03d}", lines, story.flags), story, name))
    return made


def rest(told: list[Told], split: list[str]) -> list[Told]:
    """What is packed at the end of the day: what was short, and what was put back because it was damaged."""
    later = [Told(each.wanted, Story("", AGAIN), "again") for each in told if each.story.ends == "ready"]
    return later + [Told(Wanted(order, (("SOAP", 1),)), _single("SOAP"), "one SOAP") for order in split]


def series() -> list[Wanted]:
    """The identical orders."""
    return [Wanted(f"N-{number:02d}", SERIES_LINES) for number in range(1, SERIES + 1)]


def _single(sku: str) -> Story:
    return Story(f"1 {sku}", f"{sku} complete\nlabel closed")


def _plain(random: Random) -> tuple[str, Story]:
    """Some lines, verified in any order of their pieces; now and then the bars are scanned back."""
    while True:
        lines = [(sku, random.randint(1, 3)) for sku in random.sample(PLAIN, random.randint(2, 4))]
        if sorted(lines) != sorted(SERIES_LINES):
            break
    pieces = [sku for sku, count in lines for _ in range(count)]
    random.shuffle(pieces)
    scans = [f"{sku} {'item' if left else 'complete'}" for left, sku in reversed(list(enumerate(reversed(pieces))))]
    back = random.choice(("label", "bars"))
    script = "\n".join([f"{random.choice(('tote', 'order'))} opened", *scans, f"{back} closed"])
    return "plain", Story(", ".join(f"{count} {sku}" for sku, count in lines), script)
