"""A bench as a program sees it: a scan in, a sentence out after the commit, and never a pass that is not on disk."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.barcode import make_label_code
from app.domain.errors import KnownError, Refusal
from app.operations import packing
from app.station import MAX_SCAN, Origin, ScanSource, Shown, Station
from db.base import new_uuid
from db.journal import ScanEvent
from db.places import Station as StationRow
from db.store import Priority, Tx
from tests.factories import House, open_house
from tests.intake import fresh_store


@pytest.fixture
def station(house: House) -> Station:
    return Station(house.store, "BENCH-1", operator="Ada")


def stored(house: House, station: Station) -> list[ScanEvent]:
    return house.all(select(ScanEvent).where(ScanEvent.station_id == station.actor.station).order_by(ScanEvent.seq))


def test_the_form_of_a_verdict(house: House, station: Station) -> None:
    order = house.picked(("TEA", 2))
    station.scan(house.tote_of(order))
    shown = station.scan("TEA-EAN").as_dict()
    assert list(shown) == [
        "seq", "scan", "verdict", "code", "order", "sku", "remaining", "parcel", "label", "message",
    ]  # fmt: skip
    assert shown | {"parcel": ""} == {
        "seq": 2, "scan": "TEA-EAN", "verdict": "pass", "code": "item", "order": house.source_id(order), "sku": "TEA",
        "remaining": 1, "parcel": "", "label": None, "message": "TEA: 1 to go",
    }  # fmt: skip
    assert type(shown["code"]) is str
    failed = station.scan("nonsense")
    assert (failed.verdict, failed.code, failed.remaining) == ("fail", "unknown_code", 1)


def test_a_whole_parcel_by_scans(house: House, station: Station) -> None:
    order = house.picked("TEA", "CUP")
    codes = [station.scan(code).code for code in (house.tote_of(order), "tea-ean", "XXOK", "TEA-EAN", "CUP-EAN")]
    assert codes == ["opened", "unknown_code", "acknowledged", "item", "complete"]
    house.printed()
    shown = station.scan("xxnext")
    assert (shown.verdict, shown.code) == ("attention", "next_scan_label")
    assert shown.parcel is not None
    assert station.scan(make_label_code(shown.parcel, 1).lower()).code == "closed"


def test_sentences_are_in_the_stations_language(house: House) -> None:
    shown = Station(house.store, "BENCH-2", language="zh").scan("XXNEXT")
    assert shown.message
    assert not shown.message.isascii()
    assert Station(house.store, "BENCH-3").scan("XXNEXT").message.isascii()


def test_a_station_needs_a_name(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        Station(house.store, " ")
    assert refused.value.code == "station_name"


def test_ten_scans_at_once_are_ten_events_in_their_order(house: House, station: Station) -> None:
    order = house.picked(("TEA", 10), "CUP")
    entered, gate = threading.Event(), threading.Event()

    def hold(tx: Tx) -> tuple[None, Change]:
        entered.set()
        assert gate.wait(10)
        return None, NOTHING

    house.store.submit(Priority.PERSON, hold)
    assert entered.wait(10)
    futures = [station.submit(code) for code in [house.tote_of(order), *["TEA-EAN"] * 10, "TEA-EAN", "CUP-EAN"]]
    assert not any(future.done() for future in futures)
    gate.set()
    shown = [future.result(10) for future in futures]
    assert [one.seq for one in shown] == list(range(1, 14))
    assert [one.code for one in shown] == ["opened", *["item"] * 10, "over_scan", "latched"]
    assert [one.remaining for one in shown[1:11]] == list(range(10, 0, -1))


def test_a_scan_overtakes_what_is_in_no_hurry(house: House, station: Station) -> None:
    entered, gate, seqs = threading.Event(), threading.Event(), []

    def hold(tx: Tx) -> tuple[None, Change]:
        entered.set()
        assert gate.wait(10)
        return None, NOTHING

    def bulk(tx: Tx) -> tuple[None, Change]:
        seqs.append(tx.session.get_one(StationRow, station.actor.station).last_seq)
        return None, NOTHING

    house.store.submit(Priority.BULK, hold)
    assert entered.wait(10)
    waiting = [house.store.submit(priority, bulk) for priority in (Priority.BULK, Priority.PRINTER, Priority.PERSON)]
    shown = station.submit("XXNEXT")
    gate.set()
    for future in [shown, *waiting]:
        future.result(10)  # type: ignore[attr-defined]
    assert seqs == [1, 1, 1]


def test_each_program_start_numbers_its_scans_anew(house: House, station: Station) -> None:
    station.scan("a")
    again = Station(house.store, "BENCH-1")
    again.scan("a")
    first, second = stored(house, station)
    assert (first.device_seq, second.device_seq) == (1, 1)
    assert first.boot != second.boot
    assert (first.seq, second.seq) == (1, 2)
    assert first.operator_id == second.operator_id is not None


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("a\0b", "a\\x00b"),
        ("half \ud83d", "half \\ud83d"),
        ("x" * 5000, "x" * MAX_SCAN),
        ("'; DROP TABLE scan_events; --", "'; DROP TABLE scan_events; --"),
        ("{order} %s {0}", "{order} %s {0}"),
        ("\x1b@\x10\x04", "\x1b@\x10\x04"),
        ("TT٣٣٣٣٣A", "TT٣٣٣٣٣A"),
        ("王小明 😀", "王小明 😀"),
        ("", ""),
    ],
)
def test_whatever_a_scanner_sends_is_stored_and_refused(house: House, station: Station, raw: str, kept: str) -> None:
    shown = station.scan(raw)
    assert (shown.verdict, shown.code) == ("fail", "unknown_code")
    (event,) = stored(house, station)
    assert event.raw == kept
    assert shown.scan == kept


def test_a_source_never_uses_a_number_twice() -> None:
    source, other = ScanSource("a"), ScanSource("a")
    numbers = {(scan.device, scan.boot, scan.seq) for scan in [source.scan("x") for _ in range(5)] + [other.scan("x")]}
    assert len(numbers) == 6


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("]C0SUPPLIER-7\r", "SUPPLIER-7"),
        ("]d20104006381333931\x1d10LOT7", "4006381333931"),
        ("010400638133393110LOT7\x1d17270331\r\n", "4006381333931"),
        ("4006381333931", "4006381333931"),
        ("]C0xxok", "XXOK"),
    ],
)
def test_a_scan_is_looked_up_by_its_gtin_and_kept_whole(raw: str, code: str) -> None:
    scan = ScanSource("a").scan(raw)
    assert (scan.raw, scan.code) == (raw, code)


# What is not on disk is not green.


def test_a_scan_that_cannot_be_saved_is_a_failure(
    house: House, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = house.picked("TEA", "CUP")
    station.scan(house.tote_of(order))

    def full(*_: object, **__: object) -> int:
        raise KnownError("database_full")

    with monkeypatch.context() as patch:
        patch.setattr(packing, "record_scan", full)
        shown = station.scan("TEA-EAN")
    assert (shown.seq, shown.verdict, shown.code) == (None, "fail", "not_saved")
    assert shown.message.startswith("NOT SAVED")
    assert "disk is full" in shown.message
    assert len(stored(house, station)) == 1
    assert station.scan("TEA-EAN").remaining == 1


def test_a_fault_of_the_program_is_a_failure_too_and_the_bench_stays_usable(
    house: House, station: Station, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(packing, "record_scan", broken)
        shown = station.scan("TEA-EAN")
    assert (shown.seq, shown.verdict, shown.code) == (None, "fail", "not_saved")
    assert "was not judged" in caplog.text
    assert station.scan("XXNEXT").code == "next_scan_tote"
    assert station.scan("XXNEXT").seq == 2


def test_a_verdict_that_cannot_be_worded_is_a_verdict_all_the_same(
    house: House, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = house.picked(("TEA", 3))
    station.scan(house.tote_of(order))

    def broken(*_: object, **__: object) -> str:
        raise ValueError("braces")

    monkeypatch.setattr("app.station.say", broken)
    shown = station.submit("TEA-EAN").result(10)
    # it is on disk: called unsaved it would be scanned again, and counted twice
    assert (shown.seq, shown.verdict, shown.code, shown.remaining, shown.message) == (2, "pass", "item", 2, "item")


def test_nobody_waits_for_a_verdict_any_more(house: House, station: Station) -> None:
    gate = threading.Event()

    def hold(tx: Tx) -> tuple[None, Change]:
        assert gate.wait(10)
        return None, NOTHING

    house.store.submit(Priority.SCAN, hold)
    future: Future[Shown] = station.submit("XXNEXT")
    assert future.cancel()
    gate.set()
    # the scan is judged and kept all the same
    assert station.scan("XXNEXT").seq == 2


def test_a_station_that_is_started_again_goes_on(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        order = house.picked("TEA", "CUP")
        station = Station(house.store, "BENCH-1")
        station.scan(house.tote_of(order))
        station.scan("TEA-EAN")
    with fresh_store(tmp_path, "house.db") as store:
        shown = Station(store, "BENCH-1").scan("CUP-EAN")
        assert (shown.seq, shown.code, shown.remaining) == (3, "complete", 0)


def test_a_scan_that_has_a_number_keeps_it_and_is_judged_once(house: House, station: Station) -> None:
    origin = Origin("serial:/dev/ttyACM0", new_uuid(), 7)
    first = station.submit("NOBODY-KNOWS", origin).result()
    again = station.submit("NOBODY-KNOWS", origin).result()
    assert first.seq == again.seq
    station.scan("XXOK")
    events = stored(house, station)
    assert (events[0].device, events[0].device_seq) == ("serial:/dev/ttyACM0", 7)
    assert len(events) == 2
    assert events[1].device_seq == 1  # what has no number of its own is counted for itself


def test_without_a_scale_nothing_is_weighed(station: Station) -> None:
    assert station.weight() is None
    station.read_scale = lambda: 412
    assert station.weight() == 412
