"""Which stock is promised to which order: never more than there is, first expiring first, whole orders only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StockRow:
    """Pieces of a SKU (of one lot) at a location that nobody has been promised yet."""

    stock_id: int
    location_id: int
    sku_id: int
    available: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Pieces of a SKU that one order line wants."""

    line_id: int
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Take:
    """Pieces of one stock row promised to one order line."""

    line_id: int
    stock_id: int
    location_id: int
    sku_id: int
    quantity: int


class Shelf:
    """What is still free while orders are served one after the other."""

    def __init__(self, stock: Iterable[StockRow]) -> None:
        self._rows: dict[int, list[StockRow]] = {}
        self._free: dict[int, int] = {}
        for row in stock:
            self._rows.setdefault(row.sku_id, []).append(row)
            self._free[row.stock_id] = row.available

    def allocate(self, needs: Iterable[Need]) -> tuple[Take, ...] | None:
        """Promise stock to all needs of an order, or to none of them (None).

        First expired, first out; among equals one location that has it all comes before several that have some.
        """
        takes: list[Take] = []
        for need in needs:
            left = need.quantity
            for row in sorted(self._rows.get(need.sku_id, ()), key=lambda row: self._rank(row, need.quantity)):
                taken = min(left, self._free[row.stock_id])
                if taken > 0:
                    takes.append(Take(need.line_id, row.stock_id, row.location_id, need.sku_id, taken))
                    self._free[row.stock_id] -= taken
                    left -= taken
                if left == 0:
                    break
            if left:
                for take in takes:
                    self._free[take.stock_id] += take.quantity
                return None
        return tuple(takes)

    def can_allocate(self, needs: Iterable[Need]) -> bool:
        """Whether `allocate` would promise all of it now."""
        wanted: dict[int, int] = {}
        for need in needs:
            wanted[need.sku_id] = wanted.get(need.sku_id, 0) + need.quantity
        return all(
            sum(self._free[row.stock_id] for row in self._rows.get(sku, ())) >= quantity
            for sku, quantity in wanted.items()
        )

    def _rank(self, row: StockRow, quantity: int) -> tuple[date, bool, int]:
        return row.expires_on or date.max, self._free[row.stock_id] < quantity, row.stock_id
