"""Runs a simulated scanner or scale that is steered by lines of text: for the composition root."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterable

from app.domain.errors import Refusal
from hardware.device import parse_url
from hardware.framing import framing_of
from hardware.simulator.cable import Cable, open_cable
from hardware.simulator.scale import ScaleFault, ScaleTwin
from hardware.simulator.scanner import ScanFault, ScannerTwin, parse_scan_faults

_PULLED_SECONDS = 1.0
_DRAIN_SECONDS = 5.0


def run_sim_scanner(
    url: str,
    lines: Iterable[str],
    *,
    aim: str = "",
    speed: float | None = None,
    faults: Iterable[str] = (),
    ready: Callable[[str], None] = lambda url: None,
    tell: Callable[[str, ScanFault | None], None] = lambda code, fault: None,
) -> None:
    """Scan each line at the cable of `url` until the lines end; an empty line is nothing.

    `serial:///tmp/tty-scanner?suffix=crlf` (or "") makes a pty, `tcp://127.0.0.1:0` waits for a host,
    `listen://127.0.0.1:4001` connects to a host that listens. `ready` is called once with the URL that the host
    opens. `faults` such as `half@3`; `speed` in characters a second. Raises what `open_cable`, `framing_of` and
    `parse_scan_faults` raise.
    """
    struck = parse_scan_faults(faults)
    options = parse_url(url, default_port=0).options if url else {}
    framing = framing_of(options)
    suffix = framing.suffixes[0] if framing.suffixes else b""
    with contextlib.closing(open_cable(url)) as cable:
        twin = ScannerTwin(cable, prefix=framing.prefix, suffix=suffix, aim=aim, speed=speed, faults=struck)
        query = f"?{url.partition('?')[2]}" if "?" in url else ""
        ready(f"{cable.url}{query}")
        for line in lines:
            if code := line.rstrip("\r\n"):
                tell(code, twin.scan(code))
        cable.drain(_DRAIN_SECONDS)


def run_sim_scale(
    url: str,
    lines: Iterable[str],
    *,
    protocol: str,
    capacity: int = 30_000,
    settle: float = 0.5,
    late: float = 0.0,
    ready: Callable[[str], None] = lambda url: None,
) -> None:
    """A scale at the cable of `url` (as for `run_sim_scanner`) until the lines end.

    A line is a load in grams, `unplug` (for a second), or names of faults such as `lying stuck` (`well` for none).
    Raises Refusal `scale_protocol_unknown`, `twin_fault_unknown` for any other line, and what `open_cable` raises.
    """
    with contextlib.closing(open_cable(url)) as cable:
        twin = ScaleTwin(cable, protocol, capacity=capacity, settle=settle, late=late)
        # a pty has eight bits and no parity, whatever the protocol would like
        line_is = "&bits=8&parity=N" if cable.url.startswith("serial:") else ""
        twin.start()
        try:
            ready(f"{cable.url}?protocol={protocol}{line_is}")
            for line in lines:
                _steer(twin, cable, line.strip())
        finally:
            twin.stop()


def _steer(twin: ScaleTwin, cable: Cable, line: str) -> None:
    if not line:
        return
    if line == "unplug":
        cable.unplug()
        time.sleep(_PULLED_SECONDS)
        cable.plug()
        return
    grams = _number(line)
    if grams is not None:
        twin.load(grams)
        return
    try:
        twin.mislead(*() if line == "well" else (ScaleFault(word) for word in line.split()))
    except ValueError:
        raise Refusal("twin_fault_unknown", fault=line) from None


def _number(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return round(number) if math.isfinite(number) else None
