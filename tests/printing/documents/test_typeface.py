"""Texts of documents: fitted, wrapped and cut without ever being wider than their room."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.documents.typeface import ELLIPSIS, SHRINK, Style, fit, lines, shape, width
from printing.text import clean_line
from tests.printing.documents.reading import SCRIPTS, hostile

_STYLES = st.builds(Style, st.floats(5, 30), st.booleans(), st.booleans())


@given(hostile, _STYLES, st.floats(0, 600))
def test_a_fitted_line_is_no_wider_than_its_room(text: str, style: Style, room: float) -> None:
    line, own = fit(text, style, room)
    assert width(line, own) <= room or not line
    assert SHRINK * style.size * 0.999 <= own.size <= style.size
    whole = clean_line(text)
    assert line == whole or line == "" or (line.endswith(ELLIPSIS) and whole.startswith(line[:-1]))


@given(hostile, _STYLES, st.floats(60, 600), st.none() | st.integers(1, 8))
def test_wrapped_lines_are_no_wider_than_their_room(text: str, style: Style, room: float, most: int | None) -> None:
    found = lines(text, style, room, most)
    assert all(width(line, style) <= room for line in found)
    if most is not None:
        assert len(found) <= most


@pytest.mark.parametrize("text", [script for script in SCRIPTS if "\u202e" not in script])
def test_wrapping_loses_nothing(text: str) -> None:
    found = lines(text * 3, Style(9), 60)
    assert len(found) > 1
    assert re.sub("[ \u200e\u200f]", "", "".join(found)) == clean_line(text * 3).replace(" ", "")


def test_each_line_runs_as_its_paragraph_does() -> None:
    def seen(text: str, room: float) -> list[str]:
        """The lines' letters from the left."""
        shaped = (shape(line, Style(9)) for line in lines(text, Style(9), room))
        return ["".join(glyph.text for run in line.runs for glyph in run.glyphs) for line in shaped]

    assert seen("شارع المثال DHL 7 محمد", 60) == ["لاثملا عراش", "دمحم DHL 7"]
    assert seen("To the house محمد DHL 7", 60) == ["To the house", "دمحم DHL 7"]


def test_what_is_cut_says_so() -> None:
    line, _ = fit("a long name of an item", Style(9), 60)
    assert line.startswith("a long")
    assert line.endswith(ELLIPSIS)
    found = lines("word " * 40, Style(9), 100, 2)
    assert len(found) == 2
    assert found[1].endswith(ELLIPSIS)
    assert not found[0].endswith(ELLIPSIS)


@pytest.mark.parametrize("bold", [False, True])
def test_figures_are_as_wide_as_each_other(bold: bool) -> None:
    assert len({round(width(digit * 6, Style(9, bold)), 6) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("text", SCRIPTS)
def test_each_glyph_stands_for_its_text(text: str) -> None:
    told = "".join(glyph.text for run in shape(clean_line(text), Style(9)).runs for glyph in run.glyphs)
    known = clean_line(text).replace("\ud800", "□").replace("\ue000", "□")
    assert sorted(told) == sorted(known)


def test_what_no_font_has_is_shown_as_a_square() -> None:
    (run,) = shape("\ue000", Style(9)).runs
    assert [glyph.text for glyph in run.glyphs] == ["□"]
    assert all(glyph.number for glyph in run.glyphs)
