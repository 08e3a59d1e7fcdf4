"""Only a weight that is stable, new and really the answer to the last question is a weight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refusal
from hardware.scale_protocols import Said, ScaleState, protocol
from hardware.scale_talk import ScaleTalk, Steady, Weight

STABLE, MOVING, ZERO = ScaleState.STABLE, ScaleState.MOVING, ScaleState.ZERO
KILO = b"S S      1.000 kg\r\n"
TWO = b"S S      2.000 kg\r\n"


def talk(name: str = "mt_sics") -> ScaleTalk:
    made = ScaleTalk(protocol(name))
    made.begin(0.0)
    return made


def stream(talking: ScaleTalk, *messages: bytes, at: float = 0.1, every: float = 0.1) -> list[Weight | None]:
    return [talking.feed(message, at + every * number) for number, message in enumerate(messages)]


def stable(weights: list[Weight | None]) -> list[bool]:
    return [weight is not None and weight.stable for weight in weights]


LINE = b"ST,GS,+  0.342kg\r\n"


def test_a_weight_is_stable_from_the_third_equal_reading_on() -> None:
    weights = stream(talk("ascii"), LINE, LINE, LINE, LINE)
    assert stable(weights) == [False, False, True, True]
    assert weights[2] == Weight(342, True, STABLE, 0.1 + 0.1 * 2)


def test_equal_readings_in_no_time_are_not_stable() -> None:
    assert stable(stream(talk("ascii"), LINE, LINE, LINE, LINE, every=0.01)) == [False] * 4


@pytest.mark.parametrize(
    "between", [b"ST,GS,+  0.343kg\r\n", b"US,GS,+  0.342kg\r\n", b"OL,GS,+  0.342kg\r\n", b"ST,GS,+  0.342lb\r\n"]
)
def test_any_other_reading_begins_the_count_anew(between: bytes) -> None:
    assert stable(stream(talk("ascii"), LINE, LINE, between, LINE, LINE, LINE)) == [False] * 5 + [True]


def test_a_gap_begins_the_count_anew() -> None:
    talking = talk("ascii")
    stream(talking, LINE, LINE)
    assert stable(stream(talking, LINE, LINE, LINE, at=5.0)) == [False, False, True]


def test_a_moving_scale_is_never_stable_however_long_it_says_the_same() -> None:
    assert stable(stream(talk("ascii"), *[b"US,GS,+  0.342kg\r\n"] * 9)) == [False] * 9


def test_readings_that_waited_count_once() -> None:
    """A program that was busy finds a hundred old readings at once."""
    talking = talk("ascii")
    weights = stream(talking, LINE * 100, LINE, LINE)
    assert stable(weights) == [False, False, True]
    assert stable(stream(talk("ascii"), LINE * 100, LINE, every=0.3)) == [False, False]
    assert stable(stream(talking, LINE, b"ST,GS,+  9.000kg\r\n" + LINE, LINE, at=0.4)) == [True, False, False]


@given(st.lists(st.integers(1, 40), max_size=30))
def test_split_and_merged_messages_tell_the_same(cuts: list[int]) -> None:
    data = LINE * 8
    split, at = talk("ascii"), 0.1
    last: Weight | None = None
    while data:
        size = cuts.pop() if cuts else 18
        last = split.feed(data[:size], at) or last
        data, at = data[size:], at + 0.1
    assert last is not None
    assert (last.grams, last.state) == (342, STABLE)


def test_zero_over_and_under() -> None:
    weights = stream(talk("ascii"), *[b"ST,GS,+  0.000kg\r\n"] * 3)
    assert weights[-1] == Weight(0, True, ZERO, 0.1 + 0.1 * 2)
    for line, state in ((b"OL,GS,+ 999999\r\n", ScaleState.OVER), (b"ST,GS,- 0.050kg\r\n", ScaleState.UNDER)):
        weight = stream(talk("ascii"), line, line, line, line)[-1]
        assert weight is not None
        assert (weight.stable, weight.state) == (False, state)


# Of a scale that is asked, an answer is as old as its question.


def test_one_question_at_a_time() -> None:
    talking = talk()
    assert talking.due(0.0) == b"SI\r\n"
    assert talking.due(0.5) == b""
    assert talking.feed(KILO, 0.6) == Weight(1000, False, STABLE, 0.0)
    assert talking.due(0.6) == b"SI\r\n"
    assert talking.feed(KILO, 0.61) == Weight(1000, False, STABLE, 0.6)
    assert talking.due(0.65) == b""
    assert talking.deadline == pytest.approx(0.7)
    assert talking.due(0.7) == b"SI\r\n"


def test_what_was_not_asked_for_is_no_weight() -> None:
    talking = talk()
    assert talking.feed(KILO, 0.1) is None
    talking.due(0.2)
    weight = talking.feed(KILO + TWO + TWO, 0.3)
    assert weight is not None
    assert weight.grams == 1000


def test_an_answer_that_comes_too_late_is_no_weight_and_shifts_nothing() -> None:
    talking = talk()
    talking.due(0.0)
    assert talking.due(2.5) == b""  # too late, and may still come: a question now would take its answer for its own
    assert talking.feed(KILO, 3.0) is None
    assert talking.due(3.0) == b"SI\r\n"
    assert talking.feed(TWO, 3.1) == Weight(2000, False, STABLE, 3.0)


def test_a_lost_answer_is_given_up() -> None:
    talking = talk()
    talking.due(0.0)
    assert [talking.due(at) for at in (1.9, 2.1, 3.9)] == [b""] * 3
    assert talking.due(4.1) == b"SI\r\n"


def test_half_an_answer_is_given_up_sooner() -> None:
    talking = talk()
    talking.due(0.0)
    assert talking.feed(b"S S   1.0", 0.1) is None
    assert talking.deadline == pytest.approx(0.6)
    assert talking.due(0.7) == b"SI\r\n"
    assert talking.feed(KILO, 0.8) == Weight(1000, False, STABLE, 0.7)


def test_a_broken_answer_is_an_answer() -> None:
    talking = talk()
    talking.due(0.0)
    assert talking.feed(b"S S @@@@\r\n", 0.05) is None
    assert talking.due(0.1) == b"SI\r\n"


def test_toledo_is_asked_with_one_letter_and_framed_by_stx() -> None:
    talking = talk("toledo_8217")
    assert talking.due(0.0) == b"W"
    weight = talking.feed(b"noise\x0200.735\r", 0.1)
    assert weight == Weight(735, False, STABLE, 0.0)
    talking.due(0.3)
    assert talking.feed(b"\x02?a\r", 0.4) == Weight(None, False, MOVING, 0.3)


def test_answers_to_commands_leave_the_question_open() -> None:
    talking = talk()
    talking.due(0.0)
    assert talking.command("zero") == b"Z\r\n"
    assert talking.feed(b"Z I\r\n", 0.1) is None
    assert talking.refused is MOVING
    assert talking.feed(KILO, 0.2) == Weight(1000, False, STABLE, 0.0)
    assert talking.command("tare") == b"T\r\n"
    assert talking.refused is None


def test_a_command_that_the_protocol_has_not() -> None:
    with pytest.raises(Refusal) as refused:
        talk("hid").command("tare")
    assert refused.value.code == "scale_cannot"
    assert talk("hid").command("zero") == b"\x02\x02"


def test_reports_of_other_numbers_are_passed_over() -> None:
    talking = talk("hid")
    report = bytes((3, 4, 2, 0, 0x14, 0))
    weights = stream(talking, report, bytes((4, 1, 2, 3, 4, 5)), report, report)
    assert stable(weights) == [False, False, False, True]


def test_what_a_person_should_look_at() -> None:
    talking = talk("ascii")
    assert talking.trouble(1.9) is None
    assert talking.trouble(2.0) == ("scale_silent", {"protocol": protocol("ascii").title})
    stream(talking, *[b"?!?\r\n"] * 5, at=2.1)
    assert talking.trouble(2.6) == ("scale_unreadable", {"protocol": protocol("ascii").title})
    talking.feed(b"ST,GS,+ 1.0 st\r\n", 2.7)
    assert talking.trouble(2.7) == ("scale_unit_unknown", {"unit": "st"})
    talking.feed(LINE, 2.8)
    assert talking.trouble(2.8) is None


def test_a_new_connection_begins_with_nothing() -> None:
    talking = talk("ascii")
    stream(talking, LINE, LINE, b"ST,GS,+  0.3")
    talking.begin(0.5)
    assert stable(stream(talking, b"42kg\r\n", LINE, LINE, LINE, at=0.6)) == [False, False, False, True]


def test_no_readings_are_no_weight() -> None:
    assert Steady().take([]) is None
    assert Steady().take([(Said(None, ScaleState.BUSY), 1.0)]) == Weight(None, False, ScaleState.BUSY, 1.0)
