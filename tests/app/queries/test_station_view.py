"""What the frame shows: the status bar's counts and deadlines, the printers of a station, and the one search."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.domain.barcode import make_label_code
from app.domain.states import JobState, OrderState
from app.operations.labels import claim_job, finish_attempt, note_wait, settle
from app.queries.station_view import (
    Due,
    Hit,
    PrinterSeen,
    StationStatus,
    devices_view,
    late,
    next_due,
    search,
    station_view,
)
from db.journal import record
from db.orders import Sku, SkuBarcode
from db.parcels import Label
from db.store import Tx
from tests.factories import LEAD, NOON, Hands, House, make_warehouse

HOUR = timedelta(hours=1)


def see(house: House, hands: Hands, now: datetime = NOON) -> StationStatus:
    assert hands.actor.station is not None
    return house.store.read(station_view, hands.actor.station, now)


def find(house: House, text: str, limit: int = 20, names: bool = True) -> list[tuple[str, str, int | None]]:
    return [(hit.kind, hit.title, hit.order_id) for hit in house.store.read(search, text, limit, names=names)]


@pytest.fixture
def labelled(house: House, hands: Hands) -> int:
    """An order on the table whose label is queued at BENCH-1."""
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    return order


def test_a_new_station_in_an_empty_house(house: House, hands: Hands) -> None:
    assert see(house, hands) == StationStatus(
        hands.actor.station or 0, house.warehouse, "BENCH-1", None, 0, 0, 0, 0, None, None, None, None, None, None, 0
    )
    assert see(house, Hands(house.store, "BENCH-1", "Mei")).operator == "Mei"


def test_the_queue_of_its_own_printer(house: House, hands: Hands, labelled: int) -> None:
    (job,) = house.jobs(labelled)
    status = see(house, hands)
    assert (status.queued, status.sending, status.waiting_since, status.reason) == (1, 0, job.created_at, None)
    house.store.write(note_wait, "BENCH-1", "paper_out")
    assert see(house, hands).reason == "paper_out"
    other = see(house, house.hands("BENCH-2"))
    assert (other.queued, other.sending, other.waiting_since, other.reason) == (0, 0, None, None)
    claimed = house.claim()
    assert claimed is not None
    status = see(house, hands)
    assert (status.queued, status.sending, status.uncertain, status.waiting_since) == (0, 1, 0, job.created_at)
    house.store.write(finish_attempt, claimed.attempt_id, JobState.UNCERTAIN, None, "no_proof")
    status = see(house, hands)
    assert (status.queued, status.sending, status.uncertain, status.waiting_since) == (0, 0, 1, None)
    house.store.write(settle, LEAD, claimed.job_id, came_out=True)
    assert see(house, hands).uncertain == 0


def test_a_failed_label_is_told_until_another_copy_is_made(house: House, hands: Hands, labelled: int) -> None:
    house.printed(outcome=JobState.FAILED, reason="paper_out")
    assert see(house, hands).failed == 1
    hands.scan("XXREPRINT", "XXTORN")
    status = see(house, hands)
    assert (status.failed, status.queued) == (0, 1)


def test_the_last_scan_and_its_device(house: House, hands: Hands) -> None:
    hands.scan("nonsense", "XXOK")
    house.hands("BENCH-2").scan("XXNEXT")
    status = see(house, hands)
    assert (status.last_scan_at, status.last_scan_device) == (hands.events()[-1].at, "scanner of BENCH-1")


def test_the_last_import_is_not_the_last_step_of_the_work(house: House, hands: Hands) -> None:
    at: list[datetime] = []

    def imported(tx: Tx) -> None:
        at.append(tx.at)
        record(tx, LEAD, "import_orders", {"file": "a.csv"})

    house.write(imported)
    house.write(imported)
    house.write(lambda tx: record(tx, LEAD, "import_stock", {"file": "b.csv"}))
    house.picked("TEA", "CUP")
    assert see(house, hands).last_import_at == at[1]


def test_the_next_deadline_and_what_is_late(house: House, hands: Hands) -> None:
    house.stock("TEA", 99)
    house.order("TEA", ship_by=NOON - HOUR)
    house.order("TEA", ship_by=NOON)
    house.order("TEA", ship_by=NOON + 2 * HOUR)
    house.order("TEA", ship_by=NOON + 2 * HOUR, state=OrderState.PROBLEM)
    house.order("TEA", ship_by=NOON + 3 * HOUR)
    house.order("TEA")
    for closed in (OrderState.SHIPPED, OrderState.CANCELLED):
        house.order("TEA", ship_by=NOON - HOUR, state=closed)
        house.order("TEA", ship_by=NOON + HOUR, state=closed)
    status = see(house, hands)
    assert (status.next_due, status.late) == (Due(NOON + 2 * HOUR, 2), 2)
    assert house.store.read(next_due, house.warehouse, NOON + 2 * HOUR) == Due(NOON + 3 * HOUR, 1)
    assert house.store.read(late, house.warehouse, NOON + 2 * HOUR) == 4
    assert house.store.read(next_due, house.warehouse, NOON + 3 * HOUR) is None
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    assert house.store.read(next_due, other, NOON) is None
    assert house.store.read(late, other, NOON) == 0


def test_the_printers_of_a_station_the_last_used_first(house: House, hands: Hands, labelled: int) -> None:
    assert hands.actor.station is not None
    station = hands.actor.station
    assert house.store.read(devices_view, station) == []
    first = house.store.write(claim_job, "BENCH-1", "tcp://old:9100", 40, 25)
    assert first is not None
    house.store.write(finish_attempt, first.attempt_id, JobState.UNCERTAIN, None, "printer_silent")
    hands.scan("XXNOTOUT")
    second = house.store.write(claim_job, "BENCH-1", "tcp://new:9100", None, 25)
    assert second is not None
    (old,), (new,) = house.attempts(first.job_id), house.attempts(second.job_id)
    assert old.ended_at is not None
    assert house.store.read(devices_view, station) == [
        PrinterSeen("tcp://new:9100", 1, new.started_at, None, None, None),
        PrinterSeen("tcp://old:9100", 1, old.ended_at, JobState.UNCERTAIN, "printer_silent", 40),
    ]
    house.store.write(finish_attempt, second.attempt_id, JobState.PRINTED, 7, None)
    (now, *_) = house.store.read(devices_view, station)
    assert (now.outcome, now.odometer) == (JobState.PRINTED, 7)
    hands.scan("XXREPRINT", "XXTORN")
    third = house.store.write(claim_job, "BENCH-1", "tcp://old:9100", 41, 25)
    assert third is not None
    seen = house.store.read(devices_view, station)
    assert [(row.url, row.attempts, row.odometer) for row in seen] == [
        ("tcp://old:9100", 2, 41), ("tcp://new:9100", 1, 7),
    ]  # fmt: skip
    other = house.hands("BENCH-2").actor.station
    assert other is not None
    assert house.store.read(devices_view, other) == []


def test_an_order_is_found_by_its_number(house: House) -> None:
    house.stock("TEA", 9)
    order = house.order("TEA", source_id="AE-8140-2217")
    house.order("TEA", source_id="AE-8140-22170")
    assert house.store.read(search, " AE-8140-2217 ") == [Hit("order", order, order, "AE-8140-2217", "ready")]
    assert find(house, "ae-8140-2217") == [("order", "AE-8140-2217", order)]
    assert find(house, "") == find(house, "  ") == find(house, "nothing at all") == []


def test_the_same_number_in_two_shops_finds_both_the_newest_first(house: House) -> None:
    house.stock("TEA", 9)
    orders = [house.order("TEA", source_id="7", shop=shop) for shop in ("one", "two")]
    assert [hit[2] for hit in find(house, "7")] == orders[::-1]


def test_a_parcel_is_found_by_all_that_stands_on_its_label(house: House, hands: Hands, labelled: int) -> None:
    parcel = hands.parcel
    wanted = [("parcel", "LX000000014CN", labelled)]
    assert parcel.tracking == "LX000000014CN"
    for text in (
        "LX000000014CN", "lx 000 000 014 cn", parcel.code, parcel.code.lower(), hands.square, hands.square.lower(),
        make_label_code(parcel.code, 9),
    ):  # fmt: skip
        assert find(house, text) == wanted, text
    (hit,) = house.store.read(search, "LX000000014CN")
    assert (hit.id, hit.state) == (parcel.parcel_id, "labelling")
    assert find(house, "LX0000") == wanted


def test_a_parcel_without_a_label_is_called_by_its_code(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    assert find(house, hands.parcel.code) == [("parcel", hands.parcel.code, order)]


def test_a_parcel_with_two_labels_is_found_once(house: House, hands: Hands, labelled: int) -> None:
    def second(tx: Tx) -> None:
        tx.session.add(
            Label(
                parcel_id=hands.parcel.parcel_id, tracking="LX2", service="", template="", fields="{}",
                created_at=tx.at,
            )
        )

    house.write(second)
    assert find(house, hands.parcel.code) == [("parcel", "LX000000014CN", labelled)]
    assert find(house, "LX2") == [("parcel", "LX2", labelled)]


def test_a_tote_brings_its_orders_along(house: House, hands: Hands) -> None:
    house.stock("TEA", 9)
    singles = [house.order("TEA") for _ in range(3)]
    house.release()
    house.pick_all()
    tote = house.tote_of(singles[0])
    assert find(house, tote.lower()) == [
        ("tote", tote, None), *(("order", house.source_id(order), order) for order in reversed(singles)),
    ]  # fmt: skip
    for _ in singles[:2]:
        hands.scan("TEA-EAN")
        house.printed()
        hands.scan(hands.square)
    # what is shipped is not in it any more, and one order alone is meant by its tote
    assert find(house, tote) == [("tote", tote, singles[2]), ("order", house.source_id(singles[2]), singles[2])]


def test_a_sku_brings_its_newest_orders_along(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    orders = [house.order("TEA", ("TEA", 2)) for _ in range(3)]
    house.order("CUP")

    def name_it(tx: Tx) -> None:
        tx.session.get_one(Sku, house.skus["TEA"]).name = "Green tea"
        tx.session.add(SkuBarcode(barcode="012345678905", sku_id=house.skus["TEA"], quantity=1))

    house.write(name_it)
    wanted = [
        ("sku", "TEA  Green tea", None), *(("order", house.source_id(order), order) for order in reversed(orders)),
    ]  # fmt: skip
    for text in ("TEA", "tea", "TEA-EAN", "012345678905", "0012345678905"):
        assert find(house, text) == wanted, text
    assert find(house, "TEA", limit=3) == wanted[:3]
    assert find(house, "TE") == wanted[:1]


def test_a_beginning_is_looked_for_only_when_nothing_is_called_so(house: House) -> None:
    house.stock("X-1", 9)
    house.order("X-1", source_id="X-12")
    house.order("X-1", source_id="X-11")
    assert find(house, "X-12") == [("order", "X-12", 1)]
    assert find(house, "X-") == [("order", "X-11", 2), ("order", "X-12", 1), ("sku", "X-1", None)]
    assert find(house, "X-", limit=2) == [("order", "X-11", 2), ("order", "X-12", 1)]


def test_a_wave_is_found_by_its_number(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA")
    wave = house.plan()
    assert house.store.read(search, str(wave)) == [Hit("wave", wave, None, str(wave), "planned")]
    assert find(house, "99") == find(house, "9" * 40) == []


def test_a_buyer_is_found_by_the_beginning_of_the_name_and_never_shown(house: House) -> None:
    house.stock("TEA", 9)
    ada = house.order("TEA", recipient_name="Ada Lovelace")
    adam = house.order("TEA", recipient_name="ADAM Smith")
    li = house.order("TEA", recipient_name="李雷")
    emile = house.order("TEA", recipient_name="Émile Zola")
    house.order("TEA", recipient_name="A_a% Bee")
    assert [hit[2] for hit in find(house, "ada")] == [adam, ada]
    assert [hit[2] for hit in find(house, "Ada L")] == [ada]
    assert [hit[2] for hit in find(house, "李")] == [li]
    assert [hit[2] for hit in find(house, "Émile z")] == [emile]
    assert find(house, "a%") == find(house, "Lovelace") == []
    assert find(house, "Ada", names=False) == []
    assert not any("Ada" in title for _, title, _ in find(house, "Ada"))
