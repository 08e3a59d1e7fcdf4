"""Names in small letters without accents."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.folding import folded, spellings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        (" .-'%_ ", ""),
        ("Ada  Lovelace", " ada lovelace"),
        ("Jürgen O'Neil-Müßig", " jurgen oneil mussig"),
        ("O’Brien", " obrien"),
        ("Straße", " strasse"),
        ("Åsa Ørsted Łukasz Œuvre Þór", " asa orsted lukasz oeuvre thor"),
        ("İstanbul ırmak", " istanbul irmak"),
        ("Ольга Ёлкина", " ольга елкина"),
        ("王小明", " 王 小 明"),
        ("Li 小明", " li 小 明"),
        ("김철수", " 김 철 수"),
        ("ﬁnn", " finn"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert folded(text) == words


@given(st.text(max_size=30))
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert once == "" or (once.startswith(" ") and "  " not in once and not once.endswith(" "))


@given(st.text(max_size=20), st.text(max_size=20))
def test_words_do_not_depend_on_their_neighbours(one: str, other: str) -> None:
    assert folded(f"{one} {other}") == folded(one) + folded(other)


LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Å": "Aa"}
# a name such as Hügelmann-Størk, with up to three letters that not every keyboard has
parts = st.sampled_from(["", "b", "l", "mann", "sch", "r", "ik", "t"])
names = st.lists(st.tuples(parts, st.sampled_from(sorted(LETTERS))), max_size=3).map(
    lambda found: "".join(f"{part}{letter}" for part, letter in found) + "n"
)


@given(names)
def test_a_name_is_found_however_it_was_stored_and_is_typed(name: str) -> None:
    written = "".join(LETTERS.get(letter, letter) for letter in name)
    for stored in (name, written):
        for typed in (name, written, unicodedata.normalize("NFD", name), name.upper()):
            assert folded(stored).strip() in spellings(typed)[0], (stored, typed)


@pytest.mark.parametrize(
    ("typed", "ways"),
    [
        ("Mueller", [["mueller", "muller"]]),
        ("müller ada", [["muller", "mueller"], ["ada"]]),
        ("Straße", [["strasse"]]),
        ("sue", [["sue"]]),  # Susan is not meant
        ("joe", [["joe"]]),
        ("王小", [["王"], ["小"]]),
        ("a" * 40, None),
        ("", []),
    ],
)
def test_what_is_typed_has_few_spellings(typed: str, ways: list[list[str]] | None) -> None:
    found = spellings(typed)
    assert all(len(each) <= 17 for each in found)
    assert ways is None or found == ways
