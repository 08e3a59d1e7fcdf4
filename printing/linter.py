"""What must not be printed: clipped at the edge, printed over something else, or too dense to be scanned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PIL import Image

from app.domain.errors import Refusal
from printing import symbols
from printing.label import SymbolKind
from printing.placed import Bounds, Layout, Placed, PlacedRule, PlacedSymbol

_Taken: TypeAlias = tuple[Bounds, int, str]  # where there is ink or quiet zone, of which element, of which field


@dataclass(frozen=True, slots=True)
class Ground:
    """What a label covers so far: what nothing else may touch, and the strokes of its rules."""

    taken: tuple[_Taken, ...] = ()
    strokes: tuple[_Taken, ...] = ()


_EMPTY = Ground()


def covered(groups: Iterable[Sequence[Placed]], width: int, height: int, before: Ground = _EMPTY) -> Ground:
    """The ground with these elements on it, each a group of items, on a label of `width` by `height` dots.

    Raises Refusal `label_outside` (field) for what leaves the media, `label_overprint` (field, other) for texts,
    symbols with their quiet zones and pictures that touch each other or a rule.
    """
    taken: list[_Taken] = []
    strokes: list[_Taken] = []
    first = len(before.taken) + len(before.strokes)  # no number of an element before is as high
    for number, group in enumerate(groups, first):
        for item in group:
            if isinstance(item, PlacedRule):
                strokes += [(stroke, number, "") for stroke in item.strokes]
            else:
                taken.append((item.bounds, number, item.name))
    for (left, top, right, bottom), _, name in (*taken, *strokes):
        if left < 0 or top < 0 or right > width + 1 or bottom > height + 1:
            raise Refusal("label_outside", field=name)
    _refuse_overprint(taken, (*before.taken, *before.strokes, *strokes))
    _refuse_overprint(before.taken, strokes)
    _refuse_overprint_within(taken)
    return Ground((*before.taken, *taken), (*before.strokes, *strokes))


def apart(rectangles: Sequence[Bounds], width: int, height: int, ground: Ground) -> bool:
    """Whether whatever fills these rectangles stays inside of the label, and touches neither the ground nor another."""
    taken: list[_Taken] = [
        ((left - 1, top - 1, right + 1, bottom + 1), -number, "")  # where dots are rounded to
        for number, (left, top, right, bottom) in enumerate(rectangles, 1)
    ]
    if any(box[0] < -1 or box[1] < -1 or box[2] > width + 2 or box[3] > height + 2 for box, _, _ in taken):
        return False
    try:
        _refuse_overprint(taken, (*ground.taken, *ground.strokes))
        _refuse_overprint_within([((box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1), n, "") for box, n, _ in taken])
    except Refusal:
        return False
    return True


def _refuse_overprint(taken: Sequence[_Taken], others: Sequence[_Taken]) -> None:
    for (left, top, right, bottom), number, name in taken:
        for box, other_number, other in others:
            if left < box[2] and box[0] < right and top < box[3] and box[1] < bottom and number != other_number:
                raise Refusal("label_overprint", field=name, other=other)


def _refuse_overprint_within(taken: Sequence[_Taken]) -> None:
    for at, (bounds, number, name) in enumerate(taken):
        _refuse_overprint(((bounds, number, name),), taken[at + 1 :])


def refuse_too_dense(kind: SymbolKind, name: str, module: int, least: float, dots_per_mm: float) -> None:
    """Raise Refusal `label_symbol_too_dense` (field) for a module below `least` dots, or what is read."""
    if module < max(least, symbols.least_module(kind, dots_per_mm)):
        raise Refusal("label_symbol_too_dense", field=name)


def read_back(image: Image.Image, layout: Layout) -> None:
    """Read every symbol of a rendered label in its own rectangle; the picture has the layout's dots.

    Raises Refusal `label_symbol_unreadable` (field) for one that does not give exactly its data.
    """
    for item, box in zip(layout.symbols(), layout.symbol_boxes(), strict=True):
        if not reads(image, item, box):
            raise Refusal("label_symbol_unreadable", field=item.name)


def reads(image: Image.Image, item: PlacedSymbol, box: symbols.Rectangle) -> bool:
    """Whether the rectangle of the picture is read as this symbol.

    The first that is found counts: of many bars alike the reader finds a second, shifted one now and then.
    """
    found = symbols.decode(image, [box])
    return bool(found) and found[0].text == symbols.read_as(item.kind, item.data)
