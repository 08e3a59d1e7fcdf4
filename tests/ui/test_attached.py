"""Scanners and a scale at the opened window: like keys of a scanner that types, and there again after an unplug."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.domain.states import JobState
from app.main import Wanted, in_window, opened_window
from app.operations.print_queue import queue_file
from app.queries.waves import barcode_of
from app.settings import Settings
from db.journal import ScanEvent
from db.parcels import PrintJob
from hardware.simulator.cable import PtyCable
from hardware.simulator.scale import ScaleTwin
from hardware.simulator.scanner import ScannerTwin
from tests.factories import LEAD, House, open_house
from tests.ui.test_opened_window import Body, Desk
from ui.dialogs import Field, Option

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.printers.ASK_SECONDS", 0.05)
    monkeypatch.setattr("app.printers.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("ui.pages.page.THROTTLE_MS", 5)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        house.picked("MUG", source_id="A-1")
        yield house


@pytest.fixture
def cable() -> Iterator[PtyCable]:
    cable = PtyCable()
    yield cable
    cable.close()


def run(qapp: QApplication, tmp_path: Path, body: Body, **chosen: object) -> None:
    """Open the window with these settings, do something in it, close it."""

    async def inside() -> int:
        def mine(found: Settings) -> Settings:
            return replace(found, sound=False, role="packer", **chosen)  # type: ignore[arg-type]

        wanted = Wanted(str(tmp_path / "house.db"), station="BENCH-1", language="en")
        async with opened_window(qapp, wanted, configure=mine) as window:
            window.show()
            desk = Desk(window)
            await desk.ready()
            await body(desk)
        return 0

    qapp.setQuitOnLastWindowClosed(False)  # as the program's own
    assert in_window(qapp, inside()) == 0


def events(house: House) -> list[ScanEvent]:
    """What was scanned at the bench, in its order; the order came there by scans of its picker."""
    return house.all(select(ScanEvent).where(ScanEvent.device != "picker").order_by(ScanEvent.seq))


def has_judged(house: House, scans: int) -> bool:
    return len(events(house)) == scans


def ready(desk: Desk) -> bool:
    attached = desk.work.attached
    return attached is not None and [seen.state for seen in attached.scanners] == ["ready"]


def test_a_scan_of_an_attached_scanner_is_judged_with_its_own_number(
    qapp: QApplication, tmp_path: Path, house: House, cable: PtyCable
) -> None:
    async def body(desk: Desk) -> None:
        await desk.until(lambda: ready(desk))
        ScannerTwin(cable).scan(house.tote_of(1))
        await desk.until(lambda: len(events(house)) == 1)
        assert desk.work.scanner.device.startswith("serial:")
        assert desk.work.origin is None
        await desk.scan(house.store.read(barcode_of, house.skus["MUG"]))

    run(qapp, tmp_path, body, scanners=cable.url)
    first, second = events(house)
    assert (first.device, first.device_seq) == (f"serial:{cable.path}", 1)
    assert (second.device, second.device_seq) == ("wedge", 1)


def test_an_unplugged_scanner_is_back_within_two_seconds_and_nothing_is_lost_or_doubled(
    qapp: QApplication, tmp_path: Path, house: House, cable: PtyCable
) -> None:
    took: list[float] = []

    async def body(desk: Desk) -> None:
        await desk.until(lambda: ready(desk))
        scanner = ScannerTwin(cable)
        for number in range(4):
            scanner.scan(f"UNKNOWN-{number}")
            scanner.scan("XXOK")
            judged = 2 * number + 2
            await desk.until(partial(has_judged, house, judged))
            cable.unplug()
            await desk.until(lambda: "not there" in desk.window.status.text("scanner"))
            cable.plug()
            started = monotonic()
            await desk.until(lambda: ready(desk))
            took.append(monotonic() - started)

    run(qapp, tmp_path, body, scanners=cable.url)
    assert max(took) < 2.0
    assert [event.raw for event in events(house)][::2] == [f"UNKNOWN-{number}" for number in range(4)]
    assert [event.device_seq for event in events(house)] == list(range(1, 9))


def test_a_scan_goes_to_the_question_that_is_open_and_never_into_a_field(
    qapp: QApplication, tmp_path: Path, house: House, cable: PtyCable
) -> None:
    async def body(desk: Desk) -> None:
        await desk.until(lambda: ready(desk))
        field = Field("Code", scans=True)
        asked = desk.work.spawn(desk.work.dialogs.ask("Which?", "", [Option("take", "Take")], field))
        assert asked is not None
        await desk.until(lambda: desk.work.dialogs.is_open)
        ScannerTwin(cable).scan("LX000000001CN")
        answer = await asked
        assert (answer.option, answer.text) == ("take", "LX000000001CN")
        desk.window.search.begin()
        ScannerTwin(cable).scan(house.tote_of(1))
        await desk.until(lambda: len(events(house)) == 1)
        assert desk.window.search.text() == ""

    run(qapp, tmp_path, body, scanners=cable.url)


def test_other_settings_leave_a_scanner_open_and_lose_no_scan(
    qapp: QApplication, tmp_path: Path, house: House, cable: PtyCable
) -> None:
    async def body(desk: Desk) -> None:
        await desk.until(lambda: ready(desk))
        work, settled = desk.work, []
        work.settled.connect(lambda: settled.append(True))
        assert work.attached is not None
        since = work.attached.scanners[0].at
        work.use_settings(replace(work.settings, operator="Pia"))
        ScannerTwin(cable).scan(house.tote_of(1))
        await desk.until(lambda: settled and has_judged(house, 1))
        assert work.attached.scanners[0].at == since
        work.use_settings(replace(work.settings, scanners=""))
        await desk.until(lambda: work.attached is None)

    run(qapp, tmp_path, body, scanners=cable.url)


def test_the_scale_is_weighed_with(qapp: QApplication, tmp_path: Path, house: House, cable: PtyCable) -> None:
    twin = ScaleTwin(cable, "mt_sics", every=0.04)
    twin.start()
    twin.load(412)

    async def body(desk: Desk) -> None:
        station = desk.work.place.station
        assert station is not None
        await desk.until(lambda: station.weight() == 412)
        await desk.until(lambda: "0.412\u00a0kg" in desk.window.status.text("scale"))
        twin.load(0)
        await desk.until(lambda: station.weight() == 0)

    run(qapp, tmp_path, body, scale=f"{cable.url}?protocol=mt_sics")
    twin.stop()


def test_labels_come_out_of_the_fallback_printer_when_the_label_printer_is_out(
    qapp: QApplication, tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.printers.FALLBACK_SECONDS", 0.2)
    house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^FO10,10^A0,30^FDhello^FS^XZ")

    def job() -> PrintJob:
        found: PrintJob = house.all(select(PrintJob))[0]
        return found

    async def body(desk: Desk) -> None:
        await desk.until(lambda: job().queue == "BENCH-1 fallback")
        await desk.until(lambda: "fallback printer" in desk.work.dialogs.notice)
        await desk.until(lambda: job().state in (JobState.PRINTED, JobState.UNCERTAIN))

    # nobody listens at port 9 of this computer; what goes into a file cannot be proved to be printed
    run(
        qapp, tmp_path, body, printer="tcp://127.0.0.1:9",
        printer_fallback=f"file:{tmp_path / 'labels.zpl'}",
    )  # fmt: skip
    assert b"hello" in (tmp_path / "labels.zpl").read_bytes()
