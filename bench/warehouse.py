"""What the measurements of the window stand on: a warehouse in the middle of a day, and its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from app.demo_input import sender, write_made_up
from app.demo_people import HeadlessCart, pick_all
from app.desk import LEAD, import_to
from app.operations.stations import ensure_warehouse
from app.operations.waves import release_wave
from app.planning import plan_wave
from db.store import Store


def prepare(store: Store, folder: Path, orders: int) -> int:
    """Import so many orders, plan, release and pick them, so that they wait for a packer; returns the warehouse."""
    warehouse = store.write(ensure_warehouse, "DEMO", "Bench", sender())
    for path in write_made_up(folder, orders, seed=7):
        import_to(store, path, warehouse="DEMO")
    planned = plan_wave(store, LEAD, warehouse)
    assert planned.wave_id is not None
    store.write(release_wave, LEAD, planned.wave_id)
    asyncio.run(pick_all(store, warehouse, HeadlessCart(store), lambda _: None))
    return warehouse


def percentile(times: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of the values does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]
