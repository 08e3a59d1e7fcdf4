"""From a scanner's last byte to the program: an open scanner beside the smallest loop that pyserial allows.

Run: python -m bench.scan_to_slot [--scans 2000] [--rounds 3]

Both read the same codes from a pty, in turn in one run, a code every 2 ms. `peer` is a thread that blocks in
`Serial.read_until(b"\\r")` and puts what it gets into a queue; `ours` is `open_scanner` whose callback puts into the
same kind of queue. A time runs from the moment before the write on the pty's other end to the moment after
`queue.get` in a waiting thread: wake-up, framing, numbering and the hand-over are all in it. Medians of the rounds.
"""

from __future__ import annotations

import argparse
import queue
import statistics
import sys
import threading
import time
from collections.abc import Callable

import serial

from hardware.device import DeviceState
from hardware.scanner import open_scanner
from hardware.simulator.cable import PtyCable

_PAUSE = 0.002
_PATIENCE = 10.0


def measure(cable: PtyCable, arrived: queue.SimpleQueue[str], scans: int) -> list[float]:
    """Milliseconds of each scan, in order; a scan that does not arrive raises queue.Empty, a wrong one fails."""
    times = []
    for number in range(scans):
        code = f"{4006381333931 + number}"
        started = time.perf_counter()
        cable.send(f"{code}\r".encode())
        assert arrived.get(timeout=_PATIENCE) == code
        times.append((time.perf_counter() - started) * 1000)
        time.sleep(_PAUSE)
    return times


def ours(scans: int) -> list[float]:
    """Through an open scanner."""
    cable = PtyCable()
    arrived: queue.SimpleQueue[str] = queue.SimpleQueue()
    ready = threading.Event()

    def tell(state: DeviceState, _: str) -> None:
        if state is DeviceState.READY:
            ready.set()

    scanner = open_scanner(cable.url, lambda scan: arrived.put(scan.raw), tell)
    try:
        assert ready.wait(_PATIENCE)
        return measure(cable, arrived, scans)
    finally:
        scanner.stop()
        cable.close()


def peer(scans: int) -> list[float]:
    """Through a bare loop of pyserial."""
    cable = PtyCable()
    arrived: queue.SimpleQueue[str] = queue.SimpleQueue()
    stop = threading.Event()
    with serial.Serial(str(cable.path), timeout=0.5) as port:

        def read() -> None:
            while not stop.is_set():
                if line := port.read_until(b"\r"):
                    arrived.put(line[:-1].decode())

        thread = threading.Thread(target=read)
        thread.start()
        try:
            return measure(cable, arrived, scans)
        finally:
            stop.set()
            thread.join()
            cable.close()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    kinds: dict[str, Callable[[int], list[float]]] = {"ours": ours, "peer": peer}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for _ in range(wanted.rounds):
        for name, run in kinds.items():
            times = statistics.quantiles(run(wanted.scans), n=100)
            found[name].append((times[49], times[98]))
            sys.stderr.write(f"{name}: p50 {times[49]:.3f} ms, p99 {times[98]:.3f} ms\n")
    print(f"| {wanted.scans} scans × {wanted.rounds} | ours | bare pyserial | ratio |\n|---|---|---|---|")
    for place, label in enumerate(("p50", "p99")):
        mine, other = (statistics.median(round_[place] for round_ in found[name]) for name in kinds)
        print(f"| {label} | {mine:.3f} ms | {other:.3f} ms | {mine / other:.2f} |")


if __name__ == "__main__":
    main()
