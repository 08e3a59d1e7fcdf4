"""A scale tells its weight once it is stable, over every kind of line, in every protocol, and nothing that is old."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.errors import KnownError, Refusal
from hardware.device import DeviceState, parse_url
from hardware.scale import Scale, open_scale, with_line
from hardware.scale_protocols import ScaleState, protocol
from hardware.scale_talk import Weight
from hardware.simulator.cable import Cable, PtyCable, TcpCable
from hardware.simulator.hid import HidTwin
from hardware.simulator.scale import ScaleFault, ScaleTwin
from hardware.transports import make_transport
from hardware.transports.hid import SCALE_PAGE, HidTransport
from tests.hardware.waiting import until

READY, ATTENTION, ABSENT = DeviceState.READY, DeviceState.ATTENTION, DeviceState.ABSENT
NAMES = ["mt_sics", "toledo_8217", "toledo_8217_lb", "ascii", "ascii_plain", "ohaus"]


class Pan:
    """A scale with its twin, and what it told."""

    def __init__(self) -> None:
        self.weights: list[Weight | None] = []
        self.states: list[tuple[DeviceState, str]] = []
        self.twin: ScaleTwin
        self.scale: Scale
        self._close: list[object] = []

    def open(self, name: str, line: Cable | HidTwin | None = None, *, every: float = 0.04, settle: float = 0.0) -> None:
        line = line if line is not None else TcpCable()
        self.twin = ScaleTwin(line, name, every=every, settle=settle)
        self.twin.start()
        if isinstance(line, HidTwin):
            self.scale = open_scale(line.url, self.weights.append, self.told, transport=HidTransport(line.url, line))
        else:
            # a pseudo-terminal has eight bits and no parity
            eight = "&bits=8&parity=N" if isinstance(line, PtyCable) else ""
            self.scale = open_scale(f"{line.url}?protocol={name}{eight}", self.weights.append, self.told)

    def told(self, state: DeviceState, reason: str) -> None:
        self.states.append((state, reason))

    def shows(self, grams: int) -> bool:
        weight = self.scale.weight()
        return weight is not None and weight.stable and weight.grams == grams

    def is_in(self, state: ScaleState) -> bool:
        weight = self.scale.weight()
        return weight is not None and weight.state is state


@pytest.fixture
def pan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pan]:
    # the same at ten times the speed
    monkeypatch.setattr("hardware.attachment._READ_SECONDS", 0.01)
    monkeypatch.setattr("hardware.scale_talk._SILENT_SECONDS", 0.4)
    monkeypatch.setattr("hardware.simulator.scale._SERVE_SECONDS", 0.005)
    made = Pan()
    yield made
    if hasattr(made, "scale"):
        made.scale.stop()
        made.twin.stop()


@pytest.mark.parametrize("name", NAMES)
async def test_every_protocol_over_tcp(pan: Pan, name: str) -> None:
    pan.open(name)
    await until(lambda: pan.shows(0))
    pan.twin.load(4536)  # ten pounds
    await until(lambda: pan.shows(4536))
    assert all(weight is None or weight.grams in (0, 4536, None) for weight in pan.weights)
    if name not in ("ascii_plain", "ohaus"):
        pan.twin.load(40_000)
        await until(lambda: pan.is_in(ScaleState.OVER))
        weight = pan.scale.weight()
        assert weight is not None
        assert (weight.grams, weight.stable) == (None, False)


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
@pytest.mark.parametrize("name", ["mt_sics", "toledo_8217", "ascii"])
async def test_a_serial_scale_is_unplugged_and_plugged_in_again(pan: Pan, name: str) -> None:
    cable = PtyCable()
    pan.open(name, cable)
    pan.twin.load(342)
    await until(lambda: pan.shows(342))
    cable.unplug()
    await until(lambda: pan.scale.state is ABSENT)
    assert pan.scale.weight() is None
    assert pan.weights[-1] is None
    pan.twin.load(500)
    cable.plug()
    await until(lambda: pan.shows(500))
    assert [state for state, _ in pan.states] == [DeviceState.CONNECTING, READY, ABSENT, READY]


async def test_a_hid_scale(pan: Pan) -> None:
    pan.open("hid", HidTwin(0x0922, 0x8003, SCALE_PAGE))
    pan.twin.load(342)
    await until(lambda: pan.shows(342))
    await asyncio.to_thread(pan.scale.zero)
    await until(lambda: pan.shows(0))
    pan.twin.load(300)
    await until(lambda: pan.is_in(ScaleState.UNDER))
    with pytest.raises(Refusal) as refused:
        pan.scale.tare()
    assert refused.value.code == "scale_cannot"


async def test_a_load_is_no_weight_until_it_is_at_rest(pan: Pan) -> None:
    pan.open("ascii", settle=0.4)
    await until(lambda: pan.shows(0))
    pan.twin.load(1000)
    await until(lambda: pan.shows(1000))
    assert {weight.grams for weight in pan.weights if weight is not None and weight.stable} == {0, 1000}
    assert any(weight is not None and weight.state is ScaleState.MOVING for weight in pan.weights)


async def test_a_scale_that_calls_moving_stable_is_not_believed(pan: Pan) -> None:
    pan.open("ascii", settle=0.5)
    await until(lambda: pan.shows(0))
    pan.twin.mislead(ScaleFault.LYING)
    pan.twin.load(5000)
    await until(lambda: pan.shows(5000))
    assert {weight.grams for weight in pan.weights if weight is not None and weight.stable} == {0, 5000}


@pytest.mark.parametrize("name", ["mt_sics", "ascii", "toledo_8217"])
async def test_zero_and_tare(pan: Pan, name: str) -> None:
    pan.open(name)
    pan.twin.load(120)
    await until(lambda: pan.shows(120))
    await asyncio.to_thread(pan.scale.tare)
    assert pan.shows(0)
    pan.twin.load(462)
    await until(lambda: pan.shows(342))
    pan.twin.load(0)
    await until(lambda: pan.is_in(ScaleState.UNDER))
    pan.twin.load(0)
    await asyncio.to_thread(pan.scale.zero)
    assert pan.shows(0)


async def test_a_scale_that_will_not_zero_says_why(pan: Pan) -> None:
    pan.open("mt_sics", settle=30.0)
    await until(lambda: pan.shows(0))
    pan.twin.load(1000)
    await until(lambda: pan.is_in(ScaleState.MOVING))
    with pytest.raises(Refusal) as refused:
        await asyncio.to_thread(pan.scale.zero)
    assert (refused.value.code, refused.value.facts) == ("scale_refused", {"command": "zero", "state": "moving"})


async def test_zero_ends_when_the_scale_goes(pan: Pan) -> None:
    pan.open("ascii", settle=30.0)
    await until(lambda: pan.shows(0))
    pan.twin.load(1000)
    zeroing = asyncio.create_task(asyncio.to_thread(pan.scale.zero))
    await until(lambda: pan.is_in(ScaleState.MOVING))
    assert isinstance(pan.twin.line, TcpCable)
    pan.twin.line.unplug()
    with pytest.raises(KnownError) as failed:
        await zeroing
    assert failed.value.code in ("device_gone", "device_not_open")


@pytest.mark.parametrize("fault", [ScaleFault.GARBAGE, ScaleFault.HALF])
async def test_a_scale_that_speaks_otherwise_is_told(pan: Pan, fault: ScaleFault) -> None:
    pan.open("ascii")
    pan.twin.load(342)
    await until(lambda: pan.shows(342))
    pan.twin.mislead(fault)
    await until(lambda: pan.scale.state is ATTENTION)
    assert pan.scale.trouble is not None
    assert pan.scale.trouble.code in ("scale_unreadable", "scale_silent")
    pan.twin.mislead()
    await until(lambda: pan.shows(342) and pan.scale.state is READY)


async def test_merged_messages_are_one_weight(pan: Pan) -> None:
    pan.open("mt_sics")
    pan.twin.mislead(ScaleFault.MERGED)
    pan.twin.load(342)
    await until(lambda: pan.shows(342))
    assert {weight.grams for weight in pan.weights if weight is not None} <= {0, 342}


async def test_a_silent_scale_has_no_weight(pan: Pan) -> None:
    """Its last weight is too old two seconds after its last question, and somebody is told."""
    line = TcpCable()
    pan.twin = ScaleTwin(line, "ascii", every=0.04)
    pan.twin.start()
    spoken = replace(protocol("ascii"), stale=0.3)
    pan.scale = Scale(make_transport(parse_url(line.url)), spoken, pan.weights.append, pan.told)
    pan.twin.load(342)
    await until(lambda: pan.shows(342))
    pan.twin.mislead(ScaleFault.SILENT)
    await until(lambda: pan.scale.weight() is None and pan.weights[-1] is None)
    await until(lambda: pan.states[-1] == (ATTENTION, "scale_silent"))
    pan.twin.mislead()
    await until(lambda: pan.shows(342))
    assert pan.states[-1] == (READY, "")


async def test_a_late_answer_is_as_old_as_its_question(pan: Pan) -> None:
    pan.open("mt_sics")
    await until(lambda: pan.shows(0))
    pan.twin.late = 0.5
    loaded = time.monotonic()
    pan.twin.load(342)
    await until(lambda: pan.shows(342))
    weight = pan.scale.weight()
    assert weight is not None
    assert weight.at <= time.monotonic() - 0.45
    assert all(one is None or one.grams != 342 or one.at >= loaded - 0.5 for one in pan.weights)


async def test_a_callback_may_stop_its_scale(pan: Pan) -> None:
    stopped = threading.Event()
    pan.open("ascii")

    def stop(weight: Weight | None) -> None:
        scale.stop()
        stopped.set()

    line = TcpCable()
    twin = ScaleTwin(line, "ascii", every=0.04)
    twin.start()
    scale = open_scale(f"{line.url}?protocol=ascii", stop, lambda *_: None)
    await until(stopped.is_set)
    twin.stop()


def test_the_line_is_set_as_the_protocol_says_unless_the_url_does() -> None:
    spoken = protocol("toledo_8217")
    url = with_line(parse_url("serial:///dev/ttyUSB0?protocol=toledo_8217&baud=4800"), spoken)
    assert url.options == {"protocol": "toledo_8217", "baud": "4800", "bits": "7", "parity": "E"}
    assert parse_url(url.text) == url
    assert with_line(parse_url("serial:COM3"), spoken).text == "serial:COM3?baud=9600&bits=7&parity=E"
    network = parse_url("tcp://scale:4305?protocol=toledo_8217")
    assert with_line(network, spoken) == network


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("serial:COM3", "scale_protocol_unknown"), ("serial:COM3?protocol=bizerba", "scale_protocol_unknown"),
        ("usb://0922:8003", "device_not_supported_yet"), ("scale:", "device_url_unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused(url: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_scale(url, lambda _: None, lambda *_: None)
    assert refused.value.code == code
