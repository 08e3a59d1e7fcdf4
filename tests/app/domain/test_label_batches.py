"""What keeps an order out of a label batch, and what follows from a label in the hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.carriers import OWN, CarrierProfile, CarrierService, Forbidden
from app.domain.errors import Refusal
from app.domain.label_batches import (
    LABEL_BATCH,
    OPEN_BATCH,
    Candidate,
    Copy,
    LabelBatchState,
    Media,
    Place,
    check,
    from_hand,
    minutes_left,
)
from app.domain.states import JobState, advance

GOOD = Candidate(1, "Ada Lovelace", "12 St James's Square", "London", "GB", "", 400)
POST = CarrierProfile(
    "POST", "Post",
    (CarrierService("P", "Packet", 2_000, excluded=frozenset({"RU"}), forbidden=(Forbidden(frozenset({"liquid"})),)),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "carrier", "media", "code"),
    [
        ({}, OWN, None, None),
        ({"city": " "}, OWN, None, "batches_address"),
        ({"postcode": " "}, OWN, None, "batches_address"),
        ({"postcode": "SW1Y 4LE"}, OWN, None, None),
        ({"postcode": "", "country": "HK"}, OWN, None, None),  # where there are none
        ({"weight_g": 2_001}, POST, None, "carrier_too_heavy"),
        ({"weight_g": 2_001}, OWN, None, None),
        ({"unweighed": "MUG"}, POST, None, "batches_unweighed"),
        ({"unweighed": "MUG"}, OWN, None, None),
        ({"service": "X"}, POST, None, "carrier_no_service"),
        ({"country": "RU"}, POST, None, "carrier_country"),
        ({"goods": frozenset({"liquid", "blade"})}, POST, None, "carrier_goods"),
        ({"lacks": ("MUG", "hs_code")}, OWN, None, "batches_customs"),
        ({}, OWN, Media(102, 152), None),
        ({}, OWN, Media(100, 150), None),
        ({}, OWN, Media(62, 150), "batches_media"),
        ({"media": Media(100, 200)}, OWN, Media(100, 150), "batches_media"),
    ],
)
def test_what_keeps_an_order_out(
    change: dict[str, object], carrier: CarrierProfile, media: Media | None, code: str | None
) -> None:
    found = check(replace(GOOD, **change), carrier, media)  # type: ignore[arg-type]
    assert (found.code if found is not None else None) == code
    assert found is None or "Ada" not in str(found.facts)


def test_a_batch_that_has_ended_goes_on_only_where_it_was_done() -> None:
    assert {state for state in LabelBatchState if LABEL_BATCH[state]} == set(LabelBatchState) - {
        LabelBatchState.CANCELLED
    }
    assert LabelBatchState.DONE not in OPEN_BATCH
    with pytest.raises(Refusal):
        advance(LABEL_BATCH, LabelBatchState.CHECKED, LabelBatchState.PAUSED)


COPIES = st.lists(st.sampled_from(JobState), min_size=1, max_size=12).map(
    lambda states: [Copy(Place(number), number, state) for number, state in enumerate(states, 1)]
)


@given(COPIES, st.integers(1, 12), st.booleans())
def test_from_the_hand_nothing_is_lost_and_nothing_printed_that_is_good(
    copies: list[Copy], number: int, again: bool
) -> None:
    found = from_hand(copies, Place(number), again=again)
    settled = {*found.out, *found.lost}
    assert settled == {copy.job_id for copy in copies if copy.state is JobState.UNCERTAIN}
    assert all(job <= number for job in found.out)
    assert all(job > number for job in found.lost)
    assert list(found.again) == sorted(found.again)
    for copy in copies:
        after, repeated = copy.job_id > number, copy.job_id in found.again
        match copy.state:
            case JobState.UNCERTAIN:
                assert repeated is after
            case JobState.FAILED:
                assert repeated
            case JobState.PRINTED:
                assert repeated is (after and again)
                assert (copy.job_id in found.good) is (after and not again)
            case _:
                assert not repeated


def test_a_separator_comes_before_its_label() -> None:
    copies = [Copy(Place(3, is_label), 10 + is_label, JobState.UNCERTAIN) for is_label in (True, False)]
    assert from_hand(copies, Place(3), again=False).out == (10, 11)
    assert from_hand(copies, Place(2), again=False).again == (10, 11)


def test_the_time_that_is_left() -> None:
    assert minutes_left(60, 29.0, 30) == pytest.approx(1.0)
    assert minutes_left(60, 0.0, 30) is None
    assert minutes_left(60, 10.0, 1) is None
