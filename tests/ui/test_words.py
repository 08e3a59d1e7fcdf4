"""The window's language: what is shown is said again when it is switched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.errors import Refusal
from ui.words import Words


def test_what_is_shown_is_said_at_once_and_after_every_switch() -> None:
    said: list[str] = []
    words = Words("en")
    words.show(said.append, "frame_page_picking")
    words.show(said.append, "frame_station", station="BENCH-1")
    words.switch("zh")
    words.switch("en")
    assert said == ["Picking", "Station BENCH-1", "拣货", "工位 BENCH-1", "Picking", "Station BENCH-1"]


def test_the_switch_is_told_after_everything_is_said() -> None:
    order: list[str] = []
    words = Words("en")
    words.show(order.append, "frame_page_packing")
    words.switched.connect(lambda: order.append("switched"))
    words.switch("zh")
    assert order == ["Packing", "打包", "switched"]


def test_the_language_that_is_spoken_already_is_no_switch() -> None:
    told: list[bool] = []
    words = Words("zh")
    words.switched.connect(lambda: told.append(True))
    words.switch("zh")
    assert told == []


def test_refusals_and_countries_are_said_in_the_language_of_the_moment() -> None:
    words = Words("en")
    refusal = Refusal("batch_taken", station="CART-2")
    assert words.explain(refusal).startswith("CART-2 is picking this cart")
    assert words.country("DE") == "Germany"
    words.switch("zh")
    assert words.explain(refusal).startswith("CART-2")
    assert "picking" not in words.explain(refusal)
    assert words.country("DE") == "德国"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"), (0, "0 s"), (8.9, "8 s"), (59.9, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h"),
        (7_199, "1 h"), (86_400, "24 h"), (172_799, "47 h"), (172_800, "2 d"), (864_000, "10 d"),
    ],
)  # fmt: skip
def test_ages_have_one_unit(seconds: float, said: str) -> None:
    assert Words("en").age(seconds) == said


def test_an_age_in_chinese() -> None:
    assert Words("zh").age(65) == "1 分钟"


def test_moments_are_written_in_their_zone_and_alike_in_both_languages() -> None:
    moment, zone = datetime(2026, 3, 2, 23, 5, tzinfo=UTC), timezone(timedelta(hours=8))
    for language in ("en", "zh"):
        assert Words(language).time(moment, zone) == "07:05"
        assert Words(language).date(moment, zone) == "2026-03-03 07:05"
