"""The story of an order, in the order in which it happened."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from app import operations
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.domain.states import JobState
from app.domain.verdict import Outcome
from app.operations.label_copies import reprint, settle
from app.operations.orders import request_cancel
from app.operations.picking import short_pick
from app.operations.print_queue import cancel_job, finish_attempt
from app.operations.stations import ensure_station
from app.operations.waves import cancel_wave, kick_out, put_back, release_wave
from app.queries.order_timeline import LOG, EntryKind, TimelineEntry, timeline
from app.queries.waves import next_task
from app.sentences import SENTENCES
from app.sync.files import import_file
from tests.app.queries.walks import plans
from tests.factories import LEAD, NOON, Hands, HeldClock, House
from tests.intake import order_row, write_csv


@pytest.fixture
def lead(house: House) -> Actor:
    """A lead with a name, at a desk."""
    return house.store.write(ensure_station, "DESK", "Lea", Role.LEAD)


def story(house: House, order: int) -> list[TimelineEntry]:
    return list(house.store.read(timeline, order))


def codes(house: House, order: int) -> list[str]:
    return [entry.code.removeprefix(LOG) for entry in story(house, order)]


def entry_of(house: House, order: int, code: str) -> TimelineEntry:
    (found,) = (entry for entry in story(house, order) if entry.code == LOG + code)
    return found


def test_from_the_import_to_the_closed_parcel(house: House, clock: HeldClock, lead: Actor) -> None:
    hands = Hands(house.store, "BENCH-1", "Olga")
    house.stock("TEA", 9)
    order = house.order(("TEA", 2), source_id="AE-1")
    house.order("TEA")  # somebody else's story
    clock.pass_(60)
    wave = house.plan()
    clock.pass_(60)
    house.store.write(release_wave, lead, wave)
    clock.pass_(60)
    house.pick_all()
    clock.pass_(60)
    hands.scan("AE-1", "TEA-EAN")
    clock.pass_(1)
    hands.scan("XXUNDO")
    clock.pass_(1)
    hands.scan("nonsense")
    clock.pass_(1)
    hands.scan("XXOK", "TEA-EAN", "TEA-EAN")
    tracking = hands.parcel.tracking
    clock.pass_(2)
    house.printed()
    clock.pass_(2)
    hands.scan(hands.square)
    found = story(house, order)
    assert [(entry.kind, entry.code.removeprefix(LOG)) for entry in found] == [
        (EntryKind.ORDER, "imported"),
        (EntryKind.WAVE, "wave_planned"),
        (EntryKind.WAVE, "wave_released"),
        (EntryKind.PICK, "at_location"),
        (EntryKind.PICK, "batch_picked"),
        (EntryKind.SCAN, "opened"),
        (EntryKind.SCAN, "item"),
        (EntryKind.SCAN, "undone"),
        (EntryKind.SCAN, "unknown_code"),
        (EntryKind.SCAN, "acknowledged"),
        (EntryKind.SCAN, "item"),
        (EntryKind.SCAN, "complete"),
        (EntryKind.PRINT, "label_wanted"),
        (EntryKind.PRINT, "label_printed"),
        (EntryKind.SCAN, "closed"),
        (EntryKind.PRINT, "label_confirmed"),
    ]
    assert found[0] == TimelineEntry(NOON, EntryKind.ORDER, LOG + "imported", {"file": None, "shop": "shop"})
    released = found[2]
    assert (released.at, released.station, released.operator) == (NOON + timedelta(minutes=2), "DESK", "Lea")
    assert released.facts == {"wave": wave, "batch": 2, "slot": 1}  # the other one has the single-item lane
    assert (found[4].station, found[4].operator, found[4].outcome) == ("CART", "Pia", Outcome.PASS)
    assert [entry.undone for entry in found if entry.code == "item"] == [True, False]
    assert found[6].facts["sku"] == "TEA"
    assert (found[8].station, found[8].operator, found[8].outcome) == ("BENCH-1", "Olga", Outcome.FAIL)
    assert found[12].facts == {"tracking": tracking, "copy": 1, "queue": "BENCH-1"}
    assert (found[12].operator, found[13].facts["printer"]) == ("Olga", "sim:")
    assert (found[13].at, found[15].at) == (NOON + timedelta(seconds=245), NOON + timedelta(seconds=247))


def test_copies_that_were_lost_settled_wanted_again_and_taken_back(
    house: House, clock: HeldClock, hands: Hands, lead: Actor
) -> None:
    order = house.picked("TEA")
    hands.scan(house.source_id(order), "TEA-EAN")
    clock.pass_(1)
    claimed = house.claim()
    assert claimed is not None
    assert codes(house, order)[-2:] == ["label_wanted", "label_sending"]
    house.store.write(finish_attempt, claimed.attempt_id, JobState.UNCERTAIN, None, "no_proof")
    clock.pass_(1)
    house.store.write(settle, lead, claimed.job_id, came_out=False)
    clock.pass_(1)
    second = house.printed(outcome=JobState.UNCERTAIN, reason="not_counted")
    clock.pass_(1)
    house.store.write(settle, lead, second, came_out=True)
    clock.pass_(1)
    house.store.write(reprint, lead, hands.parcel.parcel_id, "torn")
    third = house.jobs(order)[2].id
    clock.pass_(1)
    house.store.write(cancel_job, lead, third)
    prints = [entry for entry in story(house, order) if entry.kind is EntryKind.PRINT]
    assert [(e.code.removeprefix(LOG), e.facts["copy"], e.reason, e.operator, e.station) for e in prints] == [
        ("label_wanted", 1, None, None, None),
        ("label_uncertain", 1, "no_proof", None, None),
        ("settled_not_out", 1, None, "Lea", "DESK"),
        ("reprint_wanted", 2, "not_out", "Lea", None),
        ("label_uncertain", 2, "not_counted", None, None),
        ("settled_printed", 2, None, "Lea", "DESK"),
        ("reprint_wanted", 3, "torn", "Lea", "DESK"),
        ("label_taken_back", 3, "taken_back", "Lea", "DESK"),
    ]
    assert prints[-2].facts["reason"] == "torn"


def test_what_people_did_with_it(house: House, clock: HeldClock, lead: Actor) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 1)
    order = house.order("TEA", "CUP")
    first = house.plan()
    clock.pass_(60)
    house.store.write(cancel_wave, lead, first, "wrong carrier")
    clock.pass_(60)
    second = house.release()
    clock.pass_(60)
    house.pick_one(house.batches()[0])
    clock.pass_(60)
    house.store.write(kick_out, lead, order, "damaged")
    clock.pass_(60)
    house.store.write(put_back, lead, order)
    clock.pass_(60)
    house.store.write(request_cancel, lead, order, "buyer asked")
    found = story(house, order)
    assert [entry.code.removeprefix(LOG) for entry in found] == [
        "imported", "wave_planned", "wave_cancelled", "wave_planned", "wave_released", "at_location", "picked",
        "kick_out", "put_back", "request_cancel",
    ]  # fmt: skip
    assert [entry.facts["wave"] for entry in found[1:5]] == [first, first, second, second]
    assert (found[2].reason, found[2].facts["reason"], found[2].operator) == (
        "wrong carrier", "wrong carrier", "Lea",
    )  # fmt: skip
    assert [(entry.reason, entry.station, entry.operator, entry.kind) for entry in found[7:]] == [
        ("damaged", "DESK", "Lea", EntryKind.ORDER), (None, "DESK", "Lea", EntryKind.ORDER),
        ("buyer asked", "DESK", "Lea", EntryKind.ORDER),
    ]  # fmt: skip
    assert found[8].facts == {"pieces": 1}


def test_a_wave_that_it_had_left_goes_on_without_it(house: House, clock: HeldClock, lead: Actor) -> None:
    house.stock("TEA", 9)
    order, other = house.order("TEA"), house.order("TEA")
    wave = house.plan()
    clock.pass_(60)
    house.store.write(kick_out, lead, order, "damaged")
    clock.pass_(60)
    house.store.write(release_wave, lead, wave)
    clock.pass_(60)
    house.store.write(cancel_wave, lead, wave, "wrong")
    assert codes(house, order) == ["imported", "wave_planned", "kick_out"]
    assert codes(house, other) == ["imported", "wave_planned", "wave_released", "wave_cancelled"]


def test_a_short_pick_says_of_what_and_where(house: House, lead: Actor) -> None:
    house.stock("TEA", 3)
    order = house.order(("TEA", 3))
    house.release()
    task = house.store.read(next_task, house.batches()[0])
    assert task is not None
    house.store.write(short_pick, lead, task.task_id, 1)
    entry = entry_of(house, order, "short_pick")
    assert (entry.kind, entry.facts) == (
        EntryKind.PICK, {"found": 1, "missing": 2, "sku": "TEA", "location": "L-TEA"},
    )  # fmt: skip


def test_a_cancel_at_a_gate(house: House, hands: Hands, lead: Actor) -> None:
    order = house.picked("TEA")
    house.store.write(request_cancel, lead, order, "buyer asked")
    hands.scan(house.source_id(order))
    assert codes(house, order)[-3:] == ["request_cancel", "cancel_order", "order_cancelled"]


def test_the_files_that_brought_and_changed_it(house: House, clock: HeldClock, tmp_path: Path) -> None:
    def take(name: str, *rows: dict[str, object]) -> None:
        clock.pass_(60)
        import_file(house.store, write_csv(tmp_path / name, rows))

    take("monday.csv", order_row("1"), order_row("11"), order_row("2"))
    take("tuesday.csv", order_row("1", city="Leeds"), order_row("11"))
    take("wednesday.csv", order_row("11", quantity=2, city="Leeds"))
    one, eleven = (house.store.read(timeline, order) for order in (1, 2))
    assert [(entry.code.removeprefix(LOG), dict(entry.facts), entry.at) for entry in one] == [
        ("imported", {"file": "monday.csv", "shop": "web"}, NOON + timedelta(seconds=60)),
        ("changed", {"file": "tuesday.csv", "fields": "city"}, NOON + timedelta(seconds=120)),
    ]
    assert [(entry.code.removeprefix(LOG), dict(entry.facts)) for entry in eleven] == [
        ("imported", {"file": "monday.csv", "shop": "web"}),
        ("changed", {"file": "wednesday.csv", "fields": "city, lines"}),
    ]
    assert "Leeds" not in repr((one, eleven))


def test_only_the_newest_are_shown_of_a_long_story(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    hands.scan(house.source_id(order))
    for _ in range(4):
        hands.scan("nonsense", "XXOK")
    found = story(house, order)
    for limit in (1, 5, len(found), 500):
        assert list(house.store.read(timeline, order, limit)) == found[-limit:]
    with pytest.raises(Refusal) as refused:
        house.store.read(timeline, 99)
    assert refused.value.code == "order_unknown"


def test_nothing_is_read_but_the_orders_own(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    hands.scan(house.source_id(order), "TEA-EAN")
    house.store.write(request_cancel, LEAD, order, "buyer asked")
    asked = plans(house, timeline, order)
    for plan in asked:
        # whatever grows with the years is looked up by an index
        assert not [step for step in plan if step.startswith("SCAN")], plan
    events = [step for plan in asked for step in plan if step.startswith("SEARCH scan_events ")]
    assert events == [
        "SEARCH scan_events USING INDEX ix_scan_events_order_id (order_id=?)",
        "SEARCH scan_events USING INDEX ix_scan_events_order_line_id (order_line_id=?)",
    ]


def test_what_is_noted_of_an_order_has_its_words() -> None:
    """Every operation that notes an order in the journal is told in what happened to it."""
    noted: set[str] = set()
    for path in Path(operations.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record" and len(call.args) > 3:
                name, ids = call.args[2:4]
                if isinstance(name, ast.Constant) and '"order"' in ast.unparse(ids).replace("'", '"'):
                    noted.add(f"{LOG}{name.value!s}")
    assert {f"{LOG}receive_label", f"{LOG}print_document", f"{LOG}kick_out"} <= noted
    assert noted <= set(SENTENCES)
