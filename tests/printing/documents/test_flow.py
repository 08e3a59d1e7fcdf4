"""Tables over pages: every row once and whole, heads repeated, pages counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.documents.flow import Column, Flow
from printing.documents.page import A4, LABEL, Paper
from printing.documents.typeface import Style
from printing.documents.write import to_pdf
from printing.label import Align
from tests.printing.documents.reading import assert_apart, assert_inside, hostile, texts, thorough


def _table(names: list[str], paper: Paper, before: float = 0.0) -> Flow:
    flow = Flow(paper, "Running 7", "en")
    flow.y += before
    columns = [Column("Headline", 18), Column("Name", most=3), Column("Count", 12, Align.RIGHT)]
    rows = [[f"N{place:04d}N", name, str(place)] for place, name in enumerate(names)]
    totals: list[tuple[int, int]] = []

    def total(start: int, stop: int) -> list[str]:
        totals.append((start, stop))
        return ["", f"T{start}T{stop}T", ""]

    flow.table(columns, rows, page_total=total)
    return flow


@thorough
@given(st.lists(hostile, max_size=60), st.sampled_from([A4, LABEL]), st.floats(0, 120))
def test_every_row_is_there_once_in_order(names: list[str], paper: Paper, before: float) -> None:
    pages = _table(names, paper, before).finish()
    assert_inside(pages)
    assert_apart(pages)
    found = texts(to_pdf(pages, "a"))
    told = "".join(found)
    places = [told.find(f"N{place:04d}N") for place in range(len(names))]
    assert -1 not in places
    assert places == sorted(places)
    assert all(told.count(f"N{place:04d}N") == 1 for place in range(len(names)))
    for number, text in enumerate(found, 1):
        assert f"Page{number}of{len(pages)}" in text
        assert text.count("Running7") == (1 if number == 1 else 2)


@pytest.mark.parametrize("count", [0, 1, 40, 500])
def test_heads_and_totals_stand_on_every_page(count: int) -> None:
    pages = _table(["name"] * count, A4).finish()
    found = texts(to_pdf(pages, "a"))
    assert all(text.count("Headline") == 1 for text in found)
    if len(pages) == 1:
        assert "T0T" not in found[0]
        return
    ends = [[text for text in page.split("T") if text.isdigit()] for page in found]
    rows = [text.count("N0") for text in found]
    at = 0
    for (start, stop), here in zip(ends, rows, strict=True):
        assert (int(start), int(stop)) == (at, at + here)
        at += here
    assert at == count


def test_what_does_not_fit_goes_on_on_the_next_page() -> None:
    flow = Flow(LABEL, "Running 7", "zh")
    for place in range(30):
        flow.text(f"K{place}K " * 40, Style(9), most=6)
    pages = flow.finish()
    assert_inside(pages)
    assert len(pages) > 3
    assert "第1页，共" in texts(to_pdf(pages, "a"))[0]
