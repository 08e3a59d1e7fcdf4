"""The pick list and the wave sheet: the walk in its order, every batch with its code."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.texts import say
from printing.documents import pick_list, wave_sheet
from printing.documents.page import A4, A5, LETTER, Paper, PlacedLine
from printing.documents.pick_list import PickLine, PickList, PickTote
from printing.documents.wave_sheet import CutOff, WaveBatch, WaveSheet
from printing.documents.write import to_pdf
from tests.printing.documents.reading import (
    assert_apart,
    assert_inside,
    assert_margins_white,
    assert_symbols,
    hostile,
    plain,
    texts,
    thorough,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_TIMES = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@thorough
@given(
    st.builds(
        PickList, hostile, hostile,
        st.lists(st.builds(PickLine, hostile, hostile, hostile, st.integers(1, 10**6), hostile, hostile), max_size=10)
        .map(tuple),
        st.lists(st.builds(PickTote, hostile, hostile, hostile, st.integers(0, 10**6)), max_size=9).map(tuple),
        code=plain | hostile, cart=hostile, lane=hostile, walk_mm=st.integers(0, 10**8), cut_off=_TIMES,
        printed_at=_TIMES,
    ),
    st.sampled_from(["en", "zh"]), st.sampled_from([A4, A5, LETTER]), st.sampled_from([203, 300]),
)  # fmt: skip
def test_whatever_is_in_it_the_pick_list_is_whole(picks: PickList, language: str, paper: Paper, dpi: int) -> None:
    pages = pick_list.lay_out(picks, language, paper)
    assert_inside(pages)
    assert_apart(pages)
    pdf = to_pdf(pages, "a")
    assert_symbols(pages, pdf, dpi)
    assert_margins_white(pages, pdf, dpi)


@pytest.mark.parametrize("count", [0, 1, 41, 500])
def test_the_walk_is_printed_in_its_order_and_whole(count: int) -> None:
    lines = tuple(
        PickLine(f"L{at:04d}L", f"K{at:04d}K", "A mug " * (at % 9), at % 7 + 1, f"{chr(65 + at % 24)} {at % 24 + 1}",
                 f"TT{at % 24:04d}X")
        for at in range(count)
    )  # fmt: skip
    totes = tuple(PickTote(f"{chr(65 + at)} {at + 1}", f"TT{at:04d}X", f"O{at:04d}O", at) for at in range(20))
    told = "".join(texts(pick_list.pick_list(PickList("W-1", "B-7", lines, totes), "en")))
    places = [told.find(line.location) for line in lines]
    assert -1 not in places
    assert places == sorted(places)
    assert all(told.count(line.sku) == 1 for line in lines)
    assert all(tote.order in told for tote in totes)
    assert f"Pieces{sum(line.quantity for line in lines):,}" in told or "Pieces" in told
    assert "Picker" in told


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("paper", [A4, LETTER])
def test_the_heads_of_a_pick_list_are_whole(language: str, paper: Paper) -> None:
    (page,) = pick_list.lay_out(PickList("W-1", "B-7", (PickLine("L", "K", "", 1, "7", "T"),)), language, paper)
    told = ["".join(glyph.text for run in item.line.runs for glyph in run.glyphs)
            for item in page.placed if isinstance(item, PlacedLine)]  # fmt: skip
    heads = [say(f"documents_{head}", language=language) for head in ("location", "item", "take", "slot", "tote")]
    assert ["#", *heads] == [each for each in told if each in ("#", *heads)]


def test_a_tote_without_an_order_says_its_pieces_alone() -> None:
    totes = (PickTote("", "TT1", "", 10), PickTote("", "TT2", "O-7", 3))
    (told,) = texts(pick_list.pick_list(PickList("W-1", "B-7", (), totes), "en"))
    assert "TT110pcs" in told.replace("TT2", "") or "10pcs" in told
    assert "–·" not in told
    assert "O-7·3pcs" in told


def test_the_batch_is_scanned_from_the_pick_list() -> None:
    (page,) = pick_list.lay_out(PickList("W-1", "B-7", (), code="W1B7"), "en")
    assert [symbol.data for symbol in page.symbols] == ["W1B7"]
    (page,) = pick_list.lay_out(PickList("W-1", "B-7", ()), "en")
    assert page.symbols == []


_BATCH = st.builds(
    WaveBatch, hostile, hostile, *[st.integers(0, 10**6)] * 3, st.integers(0, 10**8), plain | hostile, _TIMES
)


@thorough
@given(
    st.builds(
        WaveSheet, hostile, st.lists(_BATCH, max_size=9).map(tuple),
        st.lists(st.builds(CutOff, hostile, _TIMES.filter(bool), st.integers(0, 10**6)), max_size=5).map(tuple),
        code=plain | hostile, released_at=_TIMES,
    ),
    st.sampled_from(["en", "zh"]), st.sampled_from([203, 300]),
)  # fmt: skip
def test_whatever_is_in_it_the_wave_sheet_is_whole(wave: WaveSheet, language: str, dpi: int) -> None:
    pages = wave_sheet.lay_out(wave, language)
    assert_inside(pages)
    assert_apart(pages)
    pdf = to_pdf(pages, "a")
    assert_symbols(pages, pdf, dpi)
    assert_margins_white(pages, pdf, dpi)


@pytest.mark.parametrize("count", [1, 12, 200])
def test_every_batch_stands_with_its_code(count: int) -> None:
    batches = tuple(
        WaveBatch(f"K{at:04d}", "Cart", 20, 31, 44, 300_000, f"W1B{at}", NOON + timedelta(hours=at % 3))
        for at in range(count)
    )
    sheet = WaveSheet("W-1", batches, (CutOff("Second", NOON, 1), CutOff("First", NOON - timedelta(hours=1), 2)))
    pages = wave_sheet.lay_out(sheet, "en")
    assert [symbol.data for page in pages for symbol in page.symbols] == [batch.code for batch in batches]
    told = "".join(texts(wave_sheet.wave_sheet(sheet, "en")))
    assert all(told.count(batch.batch) == 1 for batch in batches)
    assert told.index("First") < told.index("Second")
    assert f"{20 * count:,}" in told


def test_a_day_is_told_where_the_cut_offs_are_not_all_on_one() -> None:
    def told(*hours: int) -> str:
        batches = tuple(WaveBatch("1", "", 1, 1, 1, 0, "", NOON + timedelta(hours=each)) for each in hours)
        return "".join(texts(wave_sheet.wave_sheet(WaveSheet("W-1", batches), "en")))

    assert "23Nov" not in told(0, 1)
    assert "24Nov" in told(0, 24)
