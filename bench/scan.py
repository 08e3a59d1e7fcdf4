"""One judged scan against a raw fsync: what a packer waits for beyond what the disk takes anyway.

Run: python -m bench.scan [--orders 2000] [--scans 400]

Both are measured in turn in one run on the same disk: `fsync` appends a small record to a file and syncs it; `scan` is
a scan through the station's queue: look-ups, verdict, event, counted piece, durable commit. Medians count.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app.domain.states import Lane
from app.queries.packing import bench, waiting_orders
from app.queries.waves import barcode_of
from app.station import Station
from bench.warehouse import prepare
from db.engine import parse_url
from db.store import Store


def time_fsync(file: int, record: bytes) -> float:
    """Seconds for one small durable append."""
    started = time.perf_counter()
    os.write(file, record)
    os.fsync(file)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--scans", type=int, default=400)
    wanted = parser.parse_args()
    times: dict[str, list[float]] = {"fsync": [], "open": [], "item": [], "complete": [], "refused": []}
    with tempfile.TemporaryDirectory() as folder, Store(parse_url(f"{folder}/bench.db")) as store:
        warehouse = prepare(store, Path(folder), wanted.orders)
        waiting = [order for order in store.read(waiting_orders, warehouse) if order.lane is Lane.CART]
        station = Station(store, "BENCH")
        assert station.actor.station is not None
        file = os.open(f"{folder}/fsync", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        sys.stderr.write(f"{len(waiting)} of {wanted.orders} open orders are on carts\n")

        def scan(code: str) -> str:
            times["fsync"].append(time_fsync(file, b"x" * 512))
            started = time.perf_counter()
            shown = station.scan(code)
            taken = time.perf_counter() - started
            kind = {"opened": "open", "item": "item", "complete": "complete"}.get(shown.code, "refused")
            times[kind].append(taken)
            return shown.code

        for order in waiting:
            scan(order.tote)
            while (parcel := store.read(bench, station.actor.station).parcel) is not None and parcel.remaining:
                line = next(line for line in parcel.lines if line.open)
                scan(store.read(barcode_of, line.sku_id))
            scan("no such code")
            station.scan("XXOK")
            station.scan("XXHOLD")
            if len(times["item"]) >= wanted.scans:
                break
        os.close(file)
    raw = statistics.median(times["fsync"])
    print(f"{'':<34}{'n':>6}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'more than fsync':>17}")
    for name, title in (
        ("fsync", "raw append and fsync"), ("item", "scan: good item"), ("refused", "scan: unknown code"),
        ("open", "scan: tote, opens the order"), ("complete", "scan: last item, label rendered"),
    ):
        found = sorted(times[name])
        p50, p95, p99 = (1000 * found[min(len(found) - 1, int(len(found) * q))] for q in (0.5, 0.95, 0.99))
        print(f"{title:<34}{len(found):>6}{p50:>9.2f}{p95:>9.2f}{p99:>9.2f}{p50 - 1000 * raw:>14.2f} ms")


if __name__ == "__main__":
    main()
