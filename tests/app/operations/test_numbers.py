"""Pools of numbers: every number once, whatever happens, and a word in time before they are used up."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.errors import Refusal
from app.domain.numbers import NumberForm
from app.operations.numbers import add_pool, close_pool, take_many, take_tracking
from app.queries.numbers import low_numbers, number_pools
from db.engine import parse_url
from db.journal import JournalEntry
from db.numbers import IssuedNumber, NumberPool
from db.parcels import Label
from db.store import Store, Tx
from tests.factories import LEAD, NOON, Hands, HeldClock, House, open_house


def refused(code: str, step: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code
    return caught.value


def add(house: House, first: int, last: int, **given: Any) -> int:
    wanted: dict[str, Any] = {"carrier": "ACME", "form": NumberForm.PLAIN, "prefix": "A", "low_water": 0}
    return house.store.write(add_pool, LEAD, **{**wanted, **given}, first=first, last=last)


def take(house: House, carrier: str = "ACME", service: str = "STANDARD") -> str | None:
    return house.write(lambda tx: take_tracking(tx, carrier, service))


def test_numbers_come_one_after_the_other(house: House) -> None:
    add(house, 100, 102)
    assert [take(house), take(house, "acme"), take(house)] == ["A100", "A101", "A102"]
    assert refused("numbers_used_up", lambda: take(house)).facts == {"carrier": "ACME", "service": "STANDARD"}
    assert house.all(select(IssuedNumber.number).order_by(IssuedNumber.id)) == ["A100", "A101", "A102"]


def test_a_carrier_without_a_pool_has_no_number_here(house: House) -> None:
    add(house, 100, 102)
    add(house, 500, 502, service="EXPRESS", carrier="OTHER")
    assert take(house, "") is None
    assert take(house, "POST") is None
    assert take(house, "OTHER", "STANDARD") is None
    assert take(house, "OTHER", "express") == "A500"


def test_the_service_comes_before_the_rest_and_the_oldest_first(house: House) -> None:
    add(house, 100, 100)
    add(house, 200, 201)
    add(house, 300, 300, service="EXPRESS")
    assert [take(house, service="EXPRESS") for _ in range(2)] == ["A300", "A100"]
    assert [take(house) for _ in range(2)] == ["A200", "A201"]
    refused("numbers_used_up", lambda: take(house))


def test_many_are_taken_at_once_over_several_pools(house: House) -> None:
    add(house, 100, 101)
    add(house, 1000, 2999)
    taken = house.write(lambda tx: take_many(tx, "ACME", "", 1200))
    assert taken is not None
    assert (len(set(taken)), taken[:3], taken[-1]) == (1200, ("A100", "A101", "A1000"), "A2197")
    refused("numbers_used_up", lambda: house.write(lambda tx: take_many(tx, "ACME", "", 803)))
    assert take(house) == "A2198"  # what could not be given whole was not given at all


def test_a_closed_pool_gives_nothing(house: House) -> None:
    pool = add(house, 100, 109)
    take(house)
    assert house.store.write(close_pool, LEAD, pool) == 9
    refused("numbers_used_up", lambda: take(house))
    refused("numbers_pool_closed", lambda: house.store.write(close_pool, LEAD, pool))
    refused("numbers_no_pool", lambda: house.store.write(close_pool, LEAD, 99))
    add(house, 200, 209)
    assert take(house) == "A200"
    assert house.all(select(JournalEntry.name).order_by(JournalEntry.id))[-3:] == ["add_pool", "close_pool", "add_pool"]


@pytest.mark.parametrize("state", ["open", "used up", "closed"])
def test_the_same_range_never_comes_back(house: House, state: str) -> None:
    pool = add(house, 100, 109)
    if state == "used up":
        house.write(lambda tx: take_many(tx, "ACME", "", 10))
    elif state == "closed":
        house.store.write(close_pool, LEAD, pool)
    for first, last, prefix, carrier in (
        (100, 109, "A", "ACME"), (109, 120, "A", "ACME"), (0, 15, "A1", "OTHER"), (0, 9, "A10", ""),
    ):
        again = refused("numbers_overlap", lambda: add(house, first, last, prefix=prefix, carrier=carrier))  # noqa: B023
        assert again.facts["pool"] == pool
    add(house, 110, 119)


def test_what_cannot_be_a_pool_is_refused(house: House) -> None:
    refused("numbers_empty_range", lambda: add(house, 5, 4))
    refused("numbers_low_water", lambda: add(house, 1, 10, low_water=10))
    refused("numbers_low_water", lambda: add(house, 1, 10, low_water=-1))
    refused("numbers_s10_prefix", lambda: add(house, 1, 10, form=NumberForm.S10, country="CN"))
    refused("numbers_other_form", lambda: add(house, 1, 10, carrier="example-post"))
    refused(
        "carrier_no_service",
        lambda: add(house, 1, 9, carrier="EXAMPLE-POST", form=NumberForm.S10, prefix="lx", country="cn", service="SEA"),
    )
    assert house.count(NumberPool) == 0
    add(house, 1, 9, carrier="EXAMPLE-POST", form=NumberForm.S10, prefix="lx", country="cn", service="PACKET")
    assert take(house, "example-post", "packet") == "LX000000014CN"


def test_a_number_that_a_label_has_already_is_passed_over(house: House, hands: Hands) -> None:
    order = house.picked(("MUG", 1))
    hands.scan(house.tote_of(order), "MUG-EAN")  # Packbench's own series begins with LX000000014CN
    assert house.all(select(Label.tracking)) == ["LX000000014CN"]
    add(house, 1, 3, form=NumberForm.S10, prefix="LX", country="CN")
    assert [take(house), take(house)] == ["LX000000028CN", "LX000000031CN"]
    refused("numbers_used_up", lambda: take(house))


def test_what_is_not_committed_is_given_again(house: House) -> None:
    add(house, 100, 102)

    def crash(tx: Tx) -> tuple[None, Change]:
        assert take_tracking(tx, "ACME", "") == "A100"
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        house.store.write(crash)

    def half(tx: Tx) -> tuple[str | None, Change]:
        savepoint = tx.connection.begin_nested()
        assert take_tracking(tx, "ACME", "") == "A100"
        savepoint.rollback()  # the label could not be printed as it was
        return take_tracking(tx, "ACME", ""), NOTHING

    assert house.store.write(half) == "A100"
    assert house.count(IssuedNumber) == 1


def test_the_parcel_label_has_the_carriers_number(house: House, hands: Hands) -> None:
    add(house, 1, 9, carrier="EXAMPLE-POST", form=NumberForm.S10, prefix="RR", country="CN")
    order = house.picked(("MUG", 1), carrier="EXAMPLE-POST", service="PACKET")
    assert hands.scan(house.tote_of(order), "MUG-EAN") == "complete"
    assert house.all(select(Label.tracking)) == ["RR000000014CN"]


def test_no_label_without_a_number(house: House, hands: Hands) -> None:
    house.store.write(close_pool, LEAD, add(house, 1, 9))
    order = house.picked(("MUG", 1), carrier="ACME")
    assert hands.scan(house.tote_of(order), "MUG-EAN") == "label_refused"
    assert hands.judged.facts["why_code"] == "numbers_used_up"


def _take_in_a_process(url: str, count: int, out: Any) -> None:
    with Store(parse_url(url)) as store:
        taken = []
        for _ in range(count):
            taken.append(store.write(lambda tx: (take_tracking(tx, "ACME", ""), NOTHING)))
    out.put(taken)


def test_two_processes_never_get_the_same_number(tmp_path: Path) -> None:
    url = str(tmp_path / "shared.db")
    with Store(parse_url(url)) as store:
        store.write(
            add_pool, LEAD, carrier="ACME", form=NumberForm.PLAIN, prefix="A", first=100, last=999, low_water=0
        )
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    children = [context.Process(target=_take_in_a_process, args=(url, 40, out)) for _ in range(2)]
    for child in children:
        child.start()
    taken = [number for _ in children for number in out.get(timeout=60)]
    for child in children:
        child.join(timeout=60)
    assert sorted(taken) == [f"A{serial}" for serial in range(100, 180)]


# what is left


def test_somebody_is_told_in_time(house: House) -> None:
    house.store.clock = clock = HeldClock()
    add(house, 100, 199, low_water=90)
    house.write(lambda tx: take_many(tx, "ACME", "", 9))
    clock.at = NOON + timedelta(days=2)
    (row,) = house.store.read(number_pools, clock.at)
    assert (row.next, row.left, row.count, row.low, row.used_up) == ("A109", 91, 100, False, False)
    assert row.days == pytest.approx(91 * 2 / 9)
    assert house.store.read(low_numbers, clock.at) == ()
    take(house)
    (low,) = house.store.read(low_numbers, clock.at)
    assert (low.carrier, low.service, low.left, low.days) == ("ACME", "", 90, 18)
    # a week later nothing of it counts for the pace
    (row,) = house.store.read(number_pools, NOON + timedelta(days=10))
    assert row.days is None
    add(house, 200, 299, low_water=10)  # the numbers that were asked for
    assert house.store.read(low_numbers, clock.at) == ()
    rows = house.store.read(number_pools, clock.at)
    assert [row.low for row in rows] == [False, False]
    assert rows[0].days == pytest.approx(190 * 2 / 10)


def test_used_up_numbers_are_told_and_closed_ones_are_not(house: House) -> None:
    pool = add(house, 100, 101)
    house.write(lambda tx: take_many(tx, "ACME", "", 2))
    now = house.store.clock.now()
    (low,) = house.store.read(low_numbers, now)
    assert low.left == 0
    (row,) = house.store.read(number_pools, now)
    assert (row.next, row.used_up, row.low) == (None, True, True)
    house.store.write(close_pool, LEAD, pool)
    assert house.store.read(low_numbers, now) == ()


def test_a_service_may_use_the_numbers_of_all(house: House) -> None:
    add(house, 100, 199, low_water=5)
    add(house, 300, 301, service="EXPRESS", low_water=1)
    take(house, service="EXPRESS")
    assert house.store.read(low_numbers, house.store.clock.now()) == ()


class Pools(RuleBasedStateMachine):
    """Ranges come, numbers go, pools close, transactions fail: no number is given twice."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self._open = open_house(Path(self.folder) / f"pools {next(_count)}")
        self.house = self._open.__enter__()
        self.given: list[str] = []
        self.pools: list[int] = []

    def teardown(self) -> None:
        self._open.__exit__(None, None, None)

    @rule(
        form=st.sampled_from(NumberForm), first=st.integers(0, 30), size=st.integers(1, 12),
        service=st.sampled_from(["", "S"]), short=st.booleans(),
    )
    def add(self, form: NumberForm, first: int, size: int, service: str, short: bool) -> None:
        prefix = {NumberForm.S10: "LX", NumberForm.SSCC: "3401234567" if short else "34012345670"}.get(form, "A")
        if form is NumberForm.PLAIN and short and first >= 10:
            prefix, first = f"A{first // 10}", first % 10
        try:
            self.pools.append(
                add(
                    self.house, first, first + size - 1, form=form, prefix=prefix, service=service,
                    country="CN" if form is NumberForm.S10 else "",
                )
            )
        except Refusal as refusal:
            assert refusal.code == "numbers_overlap"  # noqa: PT017

    @precondition(lambda self: self.pools)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        try:
            self.house.store.write(close_pool, LEAD, data.draw(st.sampled_from(self.pools)))
        except Refusal as refusal:
            assert refusal.code == "numbers_pool_closed"  # noqa: PT017

    @rule(service=st.sampled_from(["", "s", "other"]), count=st.integers(1, 8), crash=st.booleans())
    def take(self, service: str, count: int, crash: bool) -> None:
        def step(tx: Tx) -> tuple[tuple[str, ...], Change]:
            taken = take_many(tx, "acme", service, count)
            if crash:
                raise ZeroDivisionError
            return taken or (), NOTHING

        try:
            self.given += self.house.store.write(step)
        except (ZeroDivisionError, Refusal) as error:
            assert isinstance(error, ZeroDivisionError) or error.code == "numbers_used_up"  # noqa: PT017

    @invariant()
    def every_number_once(self) -> None:
        assert len(set(self.given)) == len(self.given)
        assert self.house.all(select(IssuedNumber.number).order_by(IssuedNumber.id)) == self.given


_count = iter(range(1_000_000))


def test_no_number_is_given_twice_whatever_happens(tmp_path: Path) -> None:
    Pools.folder = tmp_path
    case = Pools.TestCase
    case.settings = settings(max_examples=15, stateful_step_count=12)
    case("runTest").runTest()
