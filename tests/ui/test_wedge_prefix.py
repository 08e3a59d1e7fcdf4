"""Where a scanner announces each code, nothing is guessed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.domain.errors import Refusal
from tests.ui.wedge_station import START, Station, station, timing, untouched
from ui.keys import type_scan, type_text
from ui.wedge import LONGEST, WedgeTiming

__all__ = ["station", "timing"]  # fixtures


def with_prefix(prefix: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("timing", [WedgeTiming(prefix=prefix)])


def open_code(station: Station, at: int) -> int:
    prefix = station.wedge.timing.prefix
    if prefix == "F9":
        station.key(Qt.Key.Key_F9, at)
        return at + 2
    return type_text(station.window, "\x02" if prefix == "STX" else str(prefix), gap_ms=2, start_ms=at)


@pytest.mark.parametrize("timing", [WedgeTiming(prefix=prefix) for prefix in ("F9", "STX", "\x02", "~", "]")])
def test_with_a_prefix_nothing_is_guessed_or_held_back(station: Station) -> None:
    type_text(station.window, "7abcd", gap_ms=1, start_ms=START)
    assert station.bench.edit.text() == "7abcd"
    station.bench.button.setFocus()
    at = open_code(station, START + 1000)
    at = type_scan(station.window, "a 7 \x11b", gap_ms=190, start_ms=at)
    type_scan(station.window, "wxyz", gap_ms=1, start_ms=at + 1000)
    assert station.scans == ["a 7 \x11b"]
    # the shortest code is a matter of guessing, and so is speed: the Enter after wxyz is a person's
    assert station.bench.fired == ["button"]


@with_prefix("F9")
def test_with_a_prefix_a_code_may_be_short_but_not_empty(station: Station) -> None:
    type_scan(station.window, "7", start_ms=open_code(station, START))
    type_scan(station.window, "", start_ms=open_code(station, START + 100))
    assert station.scans == ["7"]
    assert untouched(station)


@with_prefix("F9")
@pytest.mark.parametrize("told_by", ["timer", "next key"])
def test_with_a_prefix_and_no_suffix_the_code_is_given_up(station: Station, told_by: str) -> None:
    type_text(station.window, "7890", gap_ms=2, start_ms=open_code(station, START))
    if told_by == "timer":
        station.wedge.settle()
        assert station.refused == ["devices_scan_slow"]
    type_text(station.window, "b", start_ms=START + 1600)
    assert station.refused == ["devices_scan_slow"]
    assert station.bench.edit.text() == "b"
    assert station.bench.fired == []
    assert station.scans == []


@with_prefix("F9")
def test_a_new_prefix_begins_a_new_code(station: Station) -> None:
    at = type_text(station.window, "7890", gap_ms=2, start_ms=open_code(station, START))
    type_scan(station.window, "1234", start_ms=open_code(station, at))
    assert station.scans == ["1234"]
    assert station.refused == ["devices_scan_slow"]


@with_prefix("F9")
def test_with_a_prefix_too_the_length_is_bounded(station: Station) -> None:
    at = type_scan(station.window, "x" * (LONGEST + 50), gap_ms=1, start_ms=open_code(station, START))
    type_scan(station.window, "1234", start_ms=open_code(station, at))
    assert station.refused == ["devices_scan_long"]
    assert station.scans == ["1234"]
    assert untouched(station)


@pytest.mark.parametrize("prefix", ["F25", "AB", "stx"])
def test_a_prefix_that_is_no_key_is_refused(prefix: str) -> None:
    with pytest.raises(Refusal) as refused:
        WedgeTiming(prefix=prefix)
    assert refused.value.code == "devices_wedge_prefix"
