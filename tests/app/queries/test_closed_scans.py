"""What a bench has closed today is counted in an index, however many scans there are."""

from __future__ import annotations

from app.queries.packing_view import packing_view
from tests.app.queries.walks import plans
from tests.factories import Hands, House


def test_closed_parcels_are_counted_by_an_index(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    hands.scan(house.source_id(order), "TEA-EAN")
    house.printed()
    hands.scan(hands.square)
    steps = [step for plan in plans(house, packing_view, hands.actor.station, house.store.clock.now()) for step in plan]
    counted = "SEARCH scan_events USING COVERING INDEX ix_scan_events_station_id (station_id=? AND code=? AND seq>?)"
    assert counted in steps
