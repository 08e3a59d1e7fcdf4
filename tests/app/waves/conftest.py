"""A real warehouse's order lines, where a copy of them lies beside the checkout."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from app.waves.layout import Place

_LINES = Path(__file__).parents[4] / "shared" / "data" / "orders" / "order_lines.csv"


class Day(NamedTuple):
    """The places by location name, and for each order its pieces and the ids of its locations, in order of arrival."""

    places: dict[str, Place]
    orders: dict[int, tuple[int, list[int]]]


@pytest.fixture(scope="session")
def real_day() -> Day:
    if not _LINES.exists():
        pytest.skip("the real order lines are not beside the checkout")
    places: dict[str, Place] = {}
    orders: dict[int, tuple[int, list[int]]] = {}
    with _LINES.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            name = line["Location"]
            x, y = json.loads(line["Coord"])
            if name not in places:
                places[name] = Place(
                    len(places), line["Alley_Number"], int(line["Cellule"]), round(x * 1000), round(y * 1000)
                )
            pieces, ids = orders.get(int(line["OrderNumber"]), (0, []))
            orders[int(line["OrderNumber"])] = pieces + int(line["PCS"]), [*ids, places[name].location_id]
    return Day(places, orders)
