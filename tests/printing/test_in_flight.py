"""The rule that says printed, uncertain or wait, alone: answers in, what they settle out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.states import JobState
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from printing.in_flight import InFlight, Settled

PRINTED, UNCERTAIN = JobState.PRINTED, JobState.UNCERTAIN


def told(odometer: int | None, formats: int | None = 0, remaining: int = 0, condition: Condition = Condition.READY,
         acknowledged: int = 0) -> Progress:  # fmt: skip
    left = None if formats is None else remaining
    return Progress(PrinterStatus(condition, formats, left), odometer, acknowledged)


def in_flight(proof: Proof = Proof.COUNTS) -> InFlight:
    return InFlight(proof, seconds_to_count=5, seconds_of_silence=20)


def two_sent(count: int = 1) -> InFlight:
    flight = in_flight()
    assert flight.hindrance(told(100)) is None
    flight.send(1, count, told(100))
    assert flight.hindrance(told(100, count, 0)) is None
    assert flight.before(told(100, count, 0)) == 100 + count
    flight.send(2, 1, told(100, count, 0))
    return flight


def twice(flight: InFlight, answer: Progress, now: float) -> list[Settled]:
    """The answer is given again at the next question."""
    assert flight.observe(answer, now) == []
    return flight.observe(answer, now)


def test_the_first_of_two_is_proven_while_the_second_is_in_the_printer() -> None:
    flight = two_sent()
    assert flight.observe(told(100, 1, 1), 0) == []
    assert twice(flight, told(101, 0, 1), 1) == [Settled(1, PRINTED, 101)]
    assert flight.hindrance(told(101, 0, 1)) is None, "the motor need not stop"
    assert twice(flight, told(102), 2) == [Settled(2, PRINTED, 102)]
    assert len(flight) == 0


def test_no_third_one_before_the_first_is_proven() -> None:
    flight = two_sent()
    assert flight.hindrance(told(100, 1, 1)) == "busy"
    assert flight.hindrance(told(101, 0, 1)) == "busy", "not before it is settled"


def test_what_adds_up_for_a_moment_only_proves_nothing() -> None:
    flight = two_sent()
    assert flight.observe(told(101, 0, 1), 0) == [], "FEED was pressed, and the second label is still on the line"
    assert flight.observe(told(101, 1, 1), 1) == []
    assert flight.observe(told(102, 0, 1), 2) == []
    assert {one.reason for one in flight.observe(told(103), 3)} == {"odometer_ahead"}


@pytest.mark.parametrize(
    "answer",
    [
        told(101, 1, 1),  # FEED was pressed: one was counted and both are still inside
        told(101, 0, 0),  # one of the two has not arrived, or is lost
        told(101, None),
        told(None, 0, 1),
        told(101, 0, 1, Condition.PAPER_OUT),  # half a label may be counted and come out again
    ],
)
def test_what_does_not_add_up_proves_nothing_and_nothing_more_is_sent(answer: Progress) -> None:
    flight = two_sent()
    assert flight.observe(answer, 0) == []
    assert flight.hindrance(answer) is not None


def test_a_sheet_pressed_out_by_hand_makes_both_uncertain_once_the_printer_is_empty() -> None:
    flight = two_sent()
    assert flight.observe(told(101, 1, 1), 0) == []
    assert flight.observe(told(103), 1) == [
        Settled(1, UNCERTAIN, 103, "odometer_ahead"), Settled(2, UNCERTAIN, 103, "odometer_ahead")
    ]  # fmt: skip


def test_a_count_that_stays_behind_is_waited_for_and_then_uncertain() -> None:
    flight = two_sent()
    assert flight.observe(told(101), 10) == []
    assert flight.observe(told(101), 14.9) == []
    assert [(one.attempt_id, one.reason) for one in flight.observe(told(101), 15)] == [
        (1, "not_counted"), (2, "not_counted")
    ]  # fmt: skip


def test_the_time_to_count_begins_anew_after_every_proof_and_every_fault() -> None:
    flight = two_sent()
    assert flight.observe(told(100), 10) == []
    assert flight.observe(told(100, 0, 1, Condition.PAPER_OUT), 14) == []
    assert flight.observe(told(100), 15) == []
    assert twice(flight, told(102), 19) == [Settled(1, PRINTED, 101), Settled(2, PRINTED, 102)]


def test_an_odometer_that_went_back() -> None:
    flight = two_sent()
    assert {one.reason for one in flight.observe(told(3), 0)} == {"odometer_behind"}


def test_silence_is_waited_for_as_long_as_it_is_said() -> None:
    flight = two_sent()
    silent = Progress(PrinterStatus(Condition.SILENT))
    assert flight.observe(silent, 100) == []
    assert flight.observe(told(100, 1, 1), 119) == []
    assert flight.observe(silent, 120) == []
    assert flight.observe(silent, 139.9) == []
    assert {one.reason for one in flight.observe(silent, 140)} == {"printer_silent"}


def test_a_job_of_several_labels_is_proven_by_all_of_them() -> None:
    flight = two_sent(count=3)
    assert flight.observe(told(102, 1, 1), 0) == []
    assert twice(flight, told(103, 0, 1), 1) == [Settled(1, PRINTED, 103)]


def test_what_was_moved_by_others_before_does_not_count() -> None:
    flight = in_flight()
    flight.send(1, 1, told(100))
    assert twice(flight, told(101), 0) == [Settled(1, PRINTED, 101)]
    flight.send(2, 1, told(150))
    assert twice(flight, told(151), 0) == [Settled(2, PRINTED, 151)]


def test_taken_back_it_was_never_sent() -> None:
    flight = in_flight()
    flight.send(1, 1, told(100))
    flight.send(2, 1, told(100, 1))
    flight.take_back()
    assert flight.before(told(100, 1)) == 101
    assert twice(flight, told(101), 0) == [Settled(1, PRINTED, 101)]


def test_acknowledged_in_order() -> None:
    flight = in_flight(Proof.ACKNOWLEDGES)
    for attempt in (7, 8):
        flight.send(attempt, 1, told(None, None))
    assert flight.hindrance(told(None, None)) == "busy"
    assert flight.observe(told(None, None, acknowledged=1), 0) == [Settled(7, PRINTED)]
    flight.send(9, 1, told(None, None))
    assert flight.observe(told(None, None, acknowledged=3), 0) == [Settled(8, PRINTED), Settled(9, PRINTED)]


def test_an_acknowledgement_that_does_not_come() -> None:
    flight = in_flight(Proof.ACKNOWLEDGES)
    flight.send(7, 1, told(None, None))
    assert flight.observe(told(None, None), 0) == []
    assert flight.observe(told(None, None, condition=Condition.PAPER_OUT), 19) == []
    assert flight.observe(told(None, None), 20) == []
    assert flight.observe(told(None, None), 40) == [Settled(7, UNCERTAIN, None, "printer_silent")]


def test_what_counts_nothing_is_uncertain_when_it_is_ready_again() -> None:
    flight = in_flight(Proof.STATE_ONLY)
    flight.send(1, 1, told(None, 0))
    assert flight.observe(told(None, 0, 1), 0) == []
    assert flight.hindrance(told(None, 0, 1)) == "busy"
    assert flight.observe(told(None, 0), 1) == [Settled(1, UNCERTAIN, None, "no_counter")]


def test_a_blind_printer_proves_nothing_and_hinders_nothing() -> None:
    flight = in_flight(Proof.BLIND)
    assert flight.hindrance(Progress(PrinterStatus(Condition.SILENT))) is None
    flight.send(1, 1, None)
    assert flight.sent() == [Settled(1, UNCERTAIN, None, "no_proof")]
    assert in_flight().sent() == []


@given(st.lists(st.sampled_from(["label", "count", "feed", "lose"]), max_size=40))
def test_nothing_is_called_printed_that_is_still_inside_or_lost_unless_a_sheet_was_fed(deeds: list[str]) -> None:
    """A printer whose answers are true: without FEED every *printed* is true, with it none is at the moment it is fed.

    Labels go in one by one; "lose" throws the oldest of them away.
    """
    flight, counted, inside, out = in_flight(), 100, list[int](), set[int]()
    fed = False
    for number, deed in enumerate(deeds):
        answer = told(counted, 0, len(inside))
        if deed == "label" and flight.hindrance(answer) is None:
            flight.send(number, 1, answer)
            inside.append(number)
        elif deed == "count" and inside:
            out.add(inside.pop(0))
            counted += 1
        elif deed == "feed":
            counted, fed = counted + 1, True
        elif deed == "lose" and inside:
            inside.pop(0)
        answer = told(counted, 0, len(inside))
        for settled in flight.observe(answer, number) + flight.observe(answer, number):
            if settled.outcome is PRINTED and not fed:
                assert settled.attempt_id in out
            assert settled.attempt_id not in inside


def test_a_label_in_which_the_paper_ended_may_be_in_two_halves_and_is_acknowledged_all_the_same() -> None:
    flight = in_flight(Proof.ACKNOWLEDGES)
    for attempt in (7, 8):
        flight.send(attempt, 1, told(None, None))
    assert flight.observe(told(None, None, condition=Condition.PAPER_OUT), 0) == []
    assert flight.observe(told(None, None, acknowledged=2), 1) == [
        Settled(7, UNCERTAIN, None, "paper_ended"), Settled(8, PRINTED)
    ]  # fmt: skip
    flight.send(9, 1, told(None, None))
    opened = Progress(PrinterStatus(Condition.HEAD_OPEN, reason="paper_out"), acknowledged=2)
    assert flight.observe(opened, 2) == []
    assert flight.observe(told(None, None, acknowledged=3), 3) == [Settled(9, UNCERTAIN, None, "paper_ended")]
    flight.send(10, 1, told(None, None))
    assert flight.observe(told(None, None, acknowledged=4, condition=Condition.PAPER_OUT), 4) == [Settled(10, PRINTED)]
