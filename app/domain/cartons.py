"""Which carton an order goes into: what fits, what it costs, and what was used for the same content before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from operator import ge

from app.domain.errors import Refusal
from app.domain.filling import EFFORT, Kind, Placed, Size, cannot_fill, fill, fill_quickly

MOST_PIECES = 60  # of more the places are not looked for: that would take too long while an order opens
FILL_PERCENT = 75  # how much of a carton's room so many pieces take at most, as a rule
LEARNED_USES = 2
_EFFORT = 2_000  # for all cartons of a suggestion together


@dataclass(frozen=True, slots=True)
class Piece:
    """Equal pieces: sizes in millimetres, the weight of one in grams, None where nobody has measured."""

    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    weight_g: int | None
    quantity: int = 1

    @property
    def size(self) -> Size | None:
        """Its three sizes, None when one of them is not known."""
        if self.length_mm is None or self.width_mm is None or self.height_mm is None:
            return None
        return self.length_mm, self.width_mm, self.height_mm


@dataclass(frozen=True, slots=True)
class Box:
    """A carton: inside sizes in millimetres, its own weight in grams, what it costs in minor units.

    `max_weight_g` is the most that it may weigh when it is packed, its own weight included; None for no limit.
    """

    carton_id: int
    code: str
    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int = 0
    max_weight_g: int | None = None
    cost_minor: int = 0

    @property
    def inside(self) -> Size:
        """Its three inside sizes."""
        return self.length_mm, self.width_mm, self.height_mm


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A carton for an order.

    `fits` is True when there is a place for every piece, None when nobody can say (sizes unknown, or too many pieces);
    `learned` when most parcels of this content went into it.
    """

    box: Box
    fits: bool | None
    learned: bool = False


@dataclass(frozen=True, slots=True)
class CartonDraft:
    """A carton as somebody describes it; the line of the file that says so, 0 for none."""

    code: str
    length_mm: int
    width_mm: int
    height_mm: int
    name: str = ""
    weight_g: int = 0
    max_weight_g: int | None = None
    cost_minor: int = 0
    line: int = 0

    def check(self) -> None:
        """Raise Refusal `carton_code` (no code), `carton_sizes` (code), `carton_weights` (code), `carton_cost` (code).

        Sizes are from 1 mm to 10 m, weights to a tonne; a carton that may not even weigh what it weighs empty is none.
        """
        if not self.code:
            raise Refusal("carton_code")
        if not all(1 <= size <= 10_000 for size in (self.length_mm, self.width_mm, self.height_mm)):
            raise Refusal("carton_sizes", carton=self.code)
        most = 1_000_000 if self.max_weight_g is None else self.max_weight_g
        if not 0 <= self.weight_g < most <= 1_000_000:
            raise Refusal("carton_weights", carton=self.code)
        if not 0 <= self.cost_minor <= 10**9:
            raise Refusal("carton_cost", carton=self.code)


def content_key(lines: Iterable[tuple[int, int]]) -> str:
    """What a parcel holds, as a key: the same for the same pieces of the same SKUs (id, quantity) in any sequence."""
    pieces: dict[int, int] = {}
    for sku, quantity in lines:
        pieces[sku] = pieces.get(sku, 0) + quantity
    said = ",".join(f"{sku}x{quantity}" for sku, quantity in sorted(pieces.items()) if quantity)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def placement(box: Box, pieces: Iterable[Piece], effort: int = EFFORT) -> tuple[Placed, ...] | None:
    """Where every piece lies in the box, None when no such placement was found or the box gets too heavy.

    A piece of unknown size has no place; one of unknown weight counts as weightless.
    """
    pieces = tuple(each for each in pieces if each.quantity > 0)
    kinds = [(each.size, each.quantity) for each in pieces if each.size is not None]
    if len(kinds) < len(pieces) or _too_heavy(box, pieces):
        return None
    if cannot_fill(box.inside, kinds):
        return None
    return fill_quickly(box.inside, kinds) or fill(box.inside, kinds, effort)[0]


def fits(box: Box, pieces: Iterable[Piece]) -> bool:
    """Whether there is a place in the box for every piece, and the box does not get too heavy; see `placement`."""
    return placement(box, pieces) is not None


def learned_carton(used: Mapping[int, int]) -> int | None:
    """The carton that most parcels of one content went into, by carton and uses; None while there is no custom."""
    if not used:
        return None
    carton, uses = max(used.items(), key=lambda each: each[1])
    return carton if uses >= LEARNED_USES and 2 * uses > sum(used.values()) else None


def suggest(
    boxes: Iterable[Box], pieces: Iterable[Piece], *, used: Mapping[int, int], most: int = 4
) -> tuple[Suggestion, ...]:
    """At most `most` cartons for the pieces, the best first.

    That is the one that was used for this content before, if one was (`learned_carton`), whatever the sizes say: goods
    can be folded. Then what fits, the cheapest first, of equal cost the smallest. Where nobody can say what fits, what
    certainly does not is left out, and what more than 60 pieces would fill beyond the usual comes last.
    """
    pieces = tuple(each for each in pieces if each.quantity > 0)
    if not pieces:
        return ()
    kinds = [(each.size, each.quantity) for each in pieces if each.size is not None]
    volume = sum(prod(size) * count for size, count in kinds)
    told = len(kinds) == len(pieces) and sum(count for _, count in kinds) <= MOST_PIECES
    custom = learned_carton(used)
    ranked = sorted(
        (box for box in boxes if not _too_heavy(box, pieces)),
        key=lambda box: (
            not told and 100 * volume > FILL_PERCENT * prod(box.inside),
            box.cost_minor,
            prod(box.inside),
            box.carton_id,
        ),
    )
    possible = [box for box in ranked if not cannot_fill(box.inside, kinds)]
    full = _places(possible, kinds, most) if told else set()
    found = [Suggestion(box, True if told else None) for box in possible if not told or box.carton_id in full]
    learned = [
        Suggestion(box, True if box.carton_id in full else None, learned=True)
        for box in ranked if box.carton_id == custom
    ]  # fmt: skip
    return tuple((learned + [each for each in found if each.box.carton_id != custom])[:most])


def _places(boxes: Sequence[Box], kinds: Sequence[Kind], most: int) -> set[int]:
    """The cartons among these in which there is a place for every piece, enough of them to have the `most` first.

    What goes into one goes into every other that is at least as large. The effort is spent where hope is.
    """
    full: list[Box] = []
    doubtful: list[Box] = []
    for box in boxes:
        if len(full) == most:
            break
        quick = _holds(box, full) or fill_quickly(box.inside, kinds) is not None
        (full if quick else doubtful).append(box)
    left = _EFFORT
    for box in sorted(doubtful, key=lambda box: -prod(box.inside)):
        found = _holds(box, full)
        if not found and left > 0:
            placed, left = fill(box.inside, kinds, left)
            found = placed is not None
        if found:
            full.append(box)
    return {box.carton_id for box in full}


def _holds(box: Box, others: Iterable[Box]) -> bool:
    """Whether one of the other boxes goes into it."""
    sides = sorted(box.inside)
    return any(all(map(ge, sides, sorted(other.inside))) for other in others)


def _too_heavy(box: Box, pieces: Iterable[Piece]) -> bool:
    if box.max_weight_g is None:
        return False
    return box.weight_g + sum((each.weight_g or 0) * each.quantity for each in pieces) > box.max_weight_g
