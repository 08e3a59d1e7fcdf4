"""Orders, parcels and jobs as the desk looks for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.barcode import make_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState, OrderState
from app.operations.label_copies import reprint
from app.queries.labels import copies, find_parcel, job_state, newest_job_of, open_jobs
from app.queries.orders import find_order, line_count, order_counts, order_number
from app.queries.print_queues import has_queued
from tests.factories import LEAD, Hands, House


def refused(code: str, step: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code


def test_an_order_by_its_number(house: House) -> None:
    house.stock("TEA", 9)
    order = house.order("TEA", source_id="A-1")
    assert house.store.read(find_order, "A-1") == order
    assert house.store.read(order_number, order) == "A-1"
    refused("order_unknown", lambda: house.store.read(find_order, "a-1"))
    house.order("TEA", source_id="A-1", shop="other")
    refused("order_ambiguous", lambda: house.store.read(find_order, "A-1"))


def test_how_many_orders_and_lines(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA", ("TEA", 2))
    house.order("TEA", state=OrderState.INCOMPLETE)
    assert house.store.read(order_counts) == {OrderState.READY: 1, OrderState.INCOMPLETE: 1}
    assert house.store.read(line_count) == 3


def test_a_parcel_by_whatever_is_known_of_it(house: House, hands: Hands) -> None:
    house.picked("CUP", "POT")
    order = house.picked("TEA", "MUG", source_id="A-1")
    hands.scan(house.tote_of(order), "TEA-EAN", "MUG-EAN")
    parcel = hands.parcel
    known = ["A-1", parcel.code, parcel.tracking or "", make_label_code(parcel.code, 1)]
    known.append(make_label_code(parcel.code, 9).lower())
    assert {house.store.read(find_parcel, code) for code in known} == {parcel.parcel_id}
    refused("nothing_to_reprint", lambda: house.store.read(find_parcel, "A-2"))


def test_a_number_of_two_parcels_is_ambiguous(house: House, hands: Hands) -> None:
    for shop in ("north", "south"):
        order = house.picked("TEA", "MUG", source_id="A-1", shop=shop)
        hands.scan(house.tote_of(order), "XXHOLD")
    refused("order_ambiguous", lambda: house.store.read(find_parcel, "A-1"))


def test_jobs_of_a_queue(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    assert not house.store.read(has_queued, "BENCH-1")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    parcel = hands.parcel.parcel_id
    assert house.store.read(has_queued, "BENCH-1")
    assert not house.store.read(has_queued, "BENCH-2")
    assert house.store.read(open_jobs, "BENCH-1") == 1
    job = house.printed()
    assert house.store.read(open_jobs, "BENCH-1") == 0
    assert house.store.read(job_state, job) is JobState.PRINTED
    house.store.write(reprint, LEAD, parcel, "torn", "DESK")
    newest = house.store.read(newest_job_of, parcel)
    assert newest is not None
    assert (newest.copy, newest.state) == (2, JobState.QUEUED)
    assert [(copy.copy, copy.state) for copy in house.store.read(copies)] == [
        (1, JobState.PRINTED), (2, JobState.QUEUED),
    ]  # fmt: skip


def test_a_copy_that_was_taken_back_is_none(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN", "XXUNDO")
    assert house.store.read(newest_job_of, hands.parcel.parcel_id) is None
    assert house.store.read(copies) == []
