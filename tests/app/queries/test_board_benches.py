"""Benches and printers on the board."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Update, update

from app.change import Change
from app.domain.people import Actor, Role
from app.domain.states import JobState, LabelState, ParcelState
from app.operations.label_copies import settle
from app.operations.orders import request_cancel
from app.operations.print_queue import note_wait, queue_file
from app.operations.stations import ensure_station
from app.queries.board_benches import BenchRow, PrinterRow, benches, printers
from db.journal import ScanEvent
from db.parcels import Label, PrintJob
from db.places import Station
from db.store import Tx
from tests.factories import LEAD, NOON, Hands, HeldClock, House, make_warehouse

_CLOSINGS = ("closed", "series_closed", "box_closed")


def row_of(house: House, clock: HeldClock, name: str) -> BenchRow:
    (row,) = (row for row in house.store.read(benches, house.warehouse, clock.now()) if row.station == name)
    return row


def test_a_bench_shows_who_is_there_and_what_lies_on_it(house: House, clock: HeldClock) -> None:
    hands = Hands(house.store, "BENCH-1", "Olga")
    order = house.picked(("TEA", 2))
    row = row_of(house, clock, "BENCH-1")
    assert (row.operator, row.order, row.last_scan_at, row.latch) == ("Olga", None, None, None)
    opened = clock.now()
    hands.scan(house.source_id(order))
    clock.pass_(7)
    assert hands.scan("nonsense") == "unknown_code"
    row = row_of(house, clock, "BENCH-1")
    assert (row.order_id, row.order, row.parcel_state) == (order, house.source_id(order), ParcelState.OPEN)
    assert (row.opened_at, row.last_scan_at, row.latch) == (opened, clock.now(), "unknown_code")
    assert row.station_id == hands.actor.station
    cart = row_of(house, clock, "CART")
    assert (cart.operator, cart.role, cart.order) == ("Pia", Role.PICKER, None)
    assert [row.station for row in house.store.read(benches, house.warehouse, clock.now())] == ["BENCH-1", "CART"]


def changed(tx: Tx, statement: Update) -> tuple[None, Change]:
    """What no operation does."""
    tx.connection.execute(statement)
    return None, Change(frozenset())


def test_a_parcel_of_a_series_is_a_closed_parcel(house: House, clock: HeldClock) -> None:
    hands = house.hands()
    order = house.picked("TEA")
    hands.scan(house.source_id(order), "TEA-EAN")
    house.printed(hands.name)
    hands.scan(hands.square)
    for code, closed in (("series_closed", 1), ("box_closed", 1), ("held", 0)):
        house.store.write(changed, update(ScanEvent).where(ScanEvent.code.in_(_CLOSINGS)).values(code=code))
        assert row_of(house, clock, "BENCH-1").closed_today == closed, code


def test_work_is_counted_by_the_hour_and_by_the_day(house: House, clock: HeldClock) -> None:
    clock.at = NOON - timedelta(hours=13)  # yesterday
    hands, other = house.hands(), house.hands("BENCH-2")
    orders = [house.picked(sku) for sku in ("TEA", "CUP", "POT", "JAR")]
    moments = (-13 * 60, -90, -60, 0)
    for order, sku, at, who in zip(
        orders, ("TEA", "CUP", "POT", "JAR"), moments, (hands, hands, hands, other), strict=True
    ):
        clock.at = NOON + timedelta(minutes=at)
        who.scan(house.source_id(order), f"{sku}-EAN")
        house.printed(who.name)
        assert who.scan(who.square) == "closed"
    first, second, cart = (row_of(house, clock, name) for name in ("BENCH-1", "BENCH-2", "CART"))
    assert (first.closed_hour, first.closed_today, first.picks_hour, first.picks_today) == (1, 2, 0, 0)
    assert (second.closed_hour, second.closed_today) == (1, 1)
    assert (cart.closed_today, cart.picks_hour, cart.picks_today) == (0, 0, 0)
    house.picked("TIN")
    cart = row_of(house, clock, "CART")
    assert (cart.picks_hour, cart.picks_today) == (1, 1)


def test_the_last_hour_reaches_over_midnight(house: House, clock: HeldClock, hands: Hands) -> None:
    order = house.picked("TEA")
    clock.at = NOON + timedelta(hours=11, minutes=50)
    hands.scan(house.source_id(order), "TEA-EAN")
    house.printed()
    hands.scan(hands.square)
    clock.pass_(20 * 60)
    row = row_of(house, clock, "BENCH-1")
    assert (row.closed_hour, row.closed_today) == (1, 0)


def packed(house: House, hands: Hands, sku: str) -> int:
    order = house.picked(sku)
    hands.scan(house.source_id(order), f"{sku}-EAN")
    return order


def test_a_printer_counts_what_waits_and_what_a_person_must_see(house: House, clock: HeldClock) -> None:
    def read() -> list[PrinterRow]:
        return house.store.read(printers, house.warehouse, clock.now())

    assert read() == []
    one, two = house.hands(), house.hands("BENCH-2")
    packed(house, one, "TEA")
    house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^XZ")
    clock.pass_(5)
    house.store.write(note_wait, "BENCH-1", "paper_out")
    (row,) = read()
    assert (row.queue, row.queued, row.uncertain, row.failed) == ("BENCH-1", 2, 0, 0)
    assert (row.reason, row.since) == ("paper_out", clock.now())

    order = packed(house, two, "CUP")
    job = house.printed("BENCH-2", JobState.UNCERTAIN, "no_proof")
    assert [(r.queue, r.queued, r.uncertain, r.reason) for r in read()] == [
        ("BENCH-1", 2, 0, "paper_out"), ("BENCH-2", 0, 1, None),
    ]  # fmt: skip
    house.store.write(settle, LEAD, job, came_out=False)
    # a failed copy that has its successor is nobody's business any more
    assert [(r.queued, r.uncertain, r.failed) for r in read()] == [(2, 0, 0), (1, 0, 0)]
    house.printed("BENCH-2", JobState.FAILED, "printer_refused")
    assert [(r.queued, r.uncertain, r.failed) for r in read()] == [(2, 0, 0), (0, 0, 1)]
    house.store.write(request_cancel, LEAD, order, "buyer asked")
    two.scan("XXNEXT")
    two.scan(house.source_id(order))
    assert [r.queue for r in read()] == ["BENCH-1"]  # its label is void


def test_a_failed_file_is_of_its_day_and_a_void_uncertain_label_of_none(
    house: House, clock: HeldClock, hands: Hands
) -> None:
    house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^XZ")
    house.printed(outcome=JobState.FAILED, reason="printer_refused")
    (row,) = house.store.read(printers, house.warehouse, clock.now())
    assert (row.queued, row.failed) == (0, 1)
    assert house.store.read(printers, house.warehouse, clock.now() + timedelta(hours=12)) == []
    order = packed(house, hands, "TEA")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    house.store.write(request_cancel, LEAD, order, "buyer asked")
    clock.pass_(13 * 3600)
    assert [r.uncertain for r in house.store.read(printers, house.warehouse, clock.now())] == [1]
    hands.scan("XXNEXT")
    assert house.get(PrintJob, house.jobs(order)[0].id).state is JobState.UNCERTAIN
    assert house.store.read(printers, house.warehouse, clock.now()) == []


def test_the_failed_copy_of_a_void_label_is_nobodys_business(house: House, clock: HeldClock, hands: Hands) -> None:
    packed(house, hands, "TEA")
    house.printed(outcome=JobState.FAILED, reason="printer_refused")
    assert [r.failed for r in house.store.read(printers, house.warehouse, clock.now())] == [1]
    # as a re-label will leave it: the parcel goes on under another number
    house.write(lambda tx: setattr(tx.session.get_one(Label, 1), "state", LabelState.VOIDED))
    assert house.store.read(printers, house.warehouse, clock.now()) == []


def test_another_warehouse_has_its_own_benches_and_printers(house: House, clock: HeldClock, hands: Hands) -> None:
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    away: Actor = house.store.write(ensure_station, "AWAY")
    house.write(lambda tx: setattr(tx.session.get_one(Station, away.station), "warehouse_id", other))
    for queue in ("AWAY", "BENCH-1", "nobody's"):
        house.store.write(queue_file, LEAD, queue, b"^XA^XZ")
    assert [r.station for r in house.store.read(benches, other, clock.now())] == ["AWAY"]
    assert [r.queue for r in house.store.read(printers, other, clock.now())] == ["AWAY", "nobody's"]
    assert [r.queue for r in house.store.read(printers, house.warehouse, clock.now())] == ["BENCH-1", "nobody's"]
