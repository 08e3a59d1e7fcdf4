"""Kits: what an order's line of one is packed as, and what each piece of it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from app.domain.orders import LineDraft


class KitMode(StrEnum):
    """How a kit is verified at the bench."""

    EITHER = ""  # its own code or its components
    PARENT = "parent"  # its own code alone, which counts a whole kit
    COMPONENTS = "components"  # its components alone
    STRICT = "strict"  # its components, one kit after the other


@dataclass(frozen=True, slots=True)
class Component:
    """`quantity` pieces of a SKU in each kit; `value` of a piece as customs have it, in minor units of `currency`."""

    sku: str
    quantity: int
    value: int | None = None
    currency: str = ""


def explode(lines: Sequence[LineDraft], kits: Mapping[str, Sequence[Component]]) -> tuple[LineDraft, ...]:
    """The lines of an order as they are packed: a line of a kit (`kits`, by SKU) as lines of its components.

    Each has the kit's SKU, the position of the source's line (from 1) as `kit_number`, and kits x per_kit pieces.
    A component may come in two lines of different prices: see `share_price`.
    """
    packed: list[LineDraft] = []
    for number, line in enumerate(lines, start=1):
        parts = kits.get(line.sku)
        if parts is None:
            packed.append(line)
        else:
            packed += exploded(line, number, parts)
    return tuple(packed)


def exploded(line: LineDraft, number: int, parts: Sequence[Component]) -> list[LineDraft]:
    """One line of a kit as lines of its components."""
    return [
        LineDraft(
            part.sku, line.quantity * part.quantity, line.line, price, kit=line.sku, kit_number=number,
            per_kit=part.quantity,
        )
        for part, price in share_price(line.price_minor, parts)
    ]


def share_price(price: int | None, parts: Sequence[Component]) -> list[tuple[Component, int | None]]:
    """The price of one kit (minor units) on the pieces it is made of: the sum of price x quantity is the kit's price.

    It is shared by the components' values where all are known in one currency, else evenly over the pieces, each
    rounded down. What is left over goes onto a component that can carry it alone, the one of the fewest pieces. Where
    none can, some pieces of one component cost one more than its others and are an entry by themselves.
    """
    if price is None:
        return [(part, None) for part in parts]
    prices, rest = _rounded_down(price, parts)
    alone = [at for at, part in enumerate(parts) if rest % part.quantity == 0]
    if alone:
        at = min(alone, key=lambda at: parts[at].quantity)
        prices[at] += rest // parts[at].quantity
        return list(zip(parts, prices, strict=True))
    raised = set()
    for at, part in enumerate(parts):
        if part.quantity <= rest:
            prices[at] += 1
            rest -= part.quantity
            raised.add(at)
    shared: list[tuple[Component, int | None]] = []
    for at, (part, one) in enumerate(zip(parts, prices, strict=True)):
        # the rest was less than all pieces together, so that one that stayed has more than it
        if rest and at not in raised:
            shared += [(replace(part, quantity=part.quantity - rest), one), (replace(part, quantity=rest), one + 1)]
            rest = 0
        else:
            shared.append((part, one))
    return shared


def _rounded_down(price: int, parts: Sequence[Component]) -> tuple[list[int], int]:
    """The price of a piece of each component, and what is left of the kit's price."""
    valued = all(part.value for part in parts) and len({part.currency for part in parts}) == 1
    weights = [(part.value or 1) if valued else 1 for part in parts]
    whole = sum(weight * part.quantity for weight, part in zip(weights, parts, strict=True))
    prices = [price * weight // whole for weight in weights]
    return prices, price - sum(one * part.quantity for one, part in zip(prices, parts, strict=True))


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line of an order as it stands; `used` when it was once promised stock, so that its past hangs on it."""

    id: int
    sku: str
    quantity: int
    price_minor: int | None
    used: bool
    kit_number: int | None = None
    per_kit: int | None = None
    kit: str | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """A line as the source says it, and what it is packed as: itself, or the lines of its kit."""

    sku: str
    quantity: int
    lines: tuple[StoredLine, ...]

    @property
    def kit(self) -> bool:
        """Whether it was taken apart."""
        return self.lines[0].kit is not None

    def prices(self, said: int | None) -> list[int | None]:
        """What each of its lines' pieces costs at this price of one of it; None leaves them as they are.

        A kit's lines keep their proportions. None is made for a rest: of a kit that has nothing once the sum may be a
        few minor units below, less than the pieces of its largest component, and a change of less changes nothing.
        """
        there = [line.price_minor for line in self.lines]
        if said is None:
            return there
        if not self.kit:
            return [said]
        each = [line.per_kit or 1 for line in self.lines]
        known = self._sum()
        if known is not None and 0 <= said - known < (1 if 1 in each else max(each)):
            return there
        parts = [Component(str(at), count, old) for at, (count, old) in enumerate(zip(each, there, strict=True))]
        shared: dict[str, int | None] = {}
        for part, one in share_price(said, parts):
            shared.setdefault(part.sku, one)
        return list(shared.values())

    def price(self, said: int | None) -> int | None:
        """The price of one of it, to be compared with what a newer record says: what would change nothing is it."""
        there = [line.price_minor for line in self.lines]
        return said if said is not None and self.prices(said) == there else self._sum()

    def _sum(self) -> int | None:
        known = [(line.price_minor, line.per_kit or 1) for line in self.lines if line.price_minor is not None]
        return sum(one * count for one, count in known) if len(known) == len(self.lines) else None


def as_sold(lines: Sequence[StoredLine]) -> list[Sold]:
    """The lines of an order, by position, as its source said them."""
    sold: list[Sold] = []
    for (number, kit), group in groupby(lines, key=lambda line: (line.kit_number, line.kit)):
        if number is None or kit is None:
            sold += [Sold(line.sku, line.quantity, (line,)) for line in group]
        else:
            parts = tuple(group)
            sold.append(Sold(kit, parts[0].quantity // (parts[0].per_kit or 1), parts))
    return sold
