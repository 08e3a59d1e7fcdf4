"""Names in small letters without accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.folding import folded


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
