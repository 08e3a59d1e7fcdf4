"""The reference pictures leave no page and no designed state out."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from bench.picture_states import FRAME, READING, states
from bench.pictures import SIZES, WORLDS, Look, Twins, looks
from ui.hands import LANGUAGES
from ui.main_window import PAGES
from ui.theme import THEMES

EVERYWHERE = {"empty", "loading", "offline", "offline_with_data", "error", "error_with_data", "help"}


def of(page: str) -> set[str]:
    return {state.name for state in states() if state.page == page}


def test_every_page_is_there() -> None:
    pages = {name for name, _, _ in PAGES}
    assert {state.page for state in states()} == pages | {FRAME}
    assert pages - set(READING) == {"settings"}  # which shows nothing of a database


@pytest.mark.parametrize("page", READING)
def test_a_page_that_reads_a_database_has_its_four_states_and_more(page: str) -> None:
    assert of(page) > EVERYWHERE


def test_no_state_is_there_twice_and_each_has_its_database() -> None:
    called = [(state.page, state.name) for state in states()]
    assert len(called) == len(set(called))
    assert {state.world for state in states()} == set(WORLDS)


def test_a_picture_is_named_by_all_that_it_shows() -> None:
    everything = argparse.Namespace(
        themes=list(THEMES), languages=list(LANGUAGES), sizes=list(SIZES), large=False, out=Path()
    )
    found = looks(everything)
    assert len(found) == len(THEMES) * len(LANGUAGES) * len(SIZES) + 1
    names = {look.file(state) for state in states() for look in found}
    assert len(names) == len(found) * len(states())
    form = re.compile(r"[a-z_]+-[a-z_]+-(en|zh)-(light|dark|colour_blind)-\d+x\d+(-large)?\.png")
    assert all(form.fullmatch(name) for name in names)
    assert Look("en", "light", "1366x768").pixels == (1366, 768)


def test_two_states_that_look_the_same_are_told() -> None:
    one, other, *_ = states()
    look, twins = Look("en", "light", "1366x768"), Twins()
    blank, drawn = (QImage(8, 8, QImage.Format.Format_RGB32) for _ in range(2))
    blank.fill(0)
    drawn.fill(1)
    twins.check(one, look, blank)
    twins.check(one, look, blank)  # itself, once more
    twins.check(other, look, drawn)
    twins.check(other, Look("zh", "light", "1366x768"), blank)
    with pytest.raises(ValueError, match=f"shows the same as {one.page}-{one.name}"):
        twins.check(other, look, blank)
