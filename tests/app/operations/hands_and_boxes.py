"""A small model of the bench: what a packer's hands have put into which box, whatever the database says of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# a verdict after which the item in the hand goes into the box
INTO_THE_BOX = frozenset({
    "item", "complete", "verified_note", "verified_inserts", "verified_check", "verified_carton", "verified_weight",
})  # fmt: skip
# a verdict after which the item stays in the hand until the next scan
IN_THE_HAND = frozenset({"serial_needed", "lot_needed", "expiry_needed", "expired", "shelf_life_short", "substitute"})
Piece = tuple[str, int]  # a SKU, and how many of it at once


@dataclass
class Box:
    """What lies in a box, in the order in which it came."""

    pieces: list[tuple[Piece, ...]] = field(default_factory=list)

    @property
    def content(self) -> Counter[str]:
        """Pieces by SKU."""
        held: Counter[str] = Counter()
        for together in self.pieces:
            for sku, count in together:
                held[sku] += count
        return held

    def take_out(self, sku: str, count: int) -> None:
        """So many of a SKU come out: what was put in like the last of it first, for a kit has a line of its own."""
        newest = len(self.pieces[-1])
        alike = sorted(range(len(self.pieces)), key=lambda n: (len(self.pieces[n]) == newest, n), reverse=True)
        gone: set[int] = set()
        for n in alike:
            held = dict(self.pieces[n]).get(sku, 0)
            if held and count > 0:
                gone.add(n)
                count -= held
        self.pieces = [together for n, together in enumerate(self.pieces) if n not in gone]


@dataclass
class Packer:
    """Somebody at a bench, who does what the screen says."""

    hand: tuple[Piece, ...] | None = None
    typed: int | None = None
    undoing: str | None = None


@dataclass
class Floor:
    """The boxes by the code of their parcel, and the packers by their bench."""

    boxes: dict[str, Box] = field(default_factory=dict)
    packers: dict[str, Packer] = field(default_factory=dict)

    def scanned(
        self, bench: str, item: tuple[Piece, ...] | None, verdict: str, parcel: str | None, sku: str | None,
        taken: int = 0,
    ) -> None:
        """What the hands do after a verdict: `item` is what they hold up to the scanner, None for any other code.

        `taken` are the pieces of a line that are taken out.
        """
        packer = self.packers.setdefault(bench, Packer())
        box = self.boxes.setdefault(parcel, Box()) if parcel is not None else None
        held = tuple((code, count * (packer.typed or 1)) for code, count in item) if item is not None else packer.hand
        packer.hand = None
        if verdict != "quantity_set":
            packer.typed = None
        if verdict in INTO_THE_BOX or (verdict == "overridden" and held is not None):
            assert held is not None, "something was counted that nobody held up"
            assert box is not None
            box.pieces.append(held)
        elif verdict in IN_THE_HAND or (verdict in ("latched", "acknowledged", "not_allowed") and item is None):
            packer.hand = held
        elif verdict == "undone":
            assert box is not None
            box.pieces.pop()
        elif verdict == "line_undone":
            assert box is not None
            assert sku is not None
            box.take_out(sku, taken)
        elif verdict == "box_undone":
            assert box is not None
            box.pieces.clear()

    def moved(self, source: str, target: str, sku: str, count: int) -> None:
        """What was scanned together comes over from one box into another."""
        pieces = self.boxes[source].pieces
        at = max(n for n, together in enumerate(pieces) if together == ((sku, count),))
        self.boxes.setdefault(target, Box()).pieces.append(pieces.pop(at))
