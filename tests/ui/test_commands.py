"""The table of commands: each is known to its page or to the window, and no key or barcode means two things."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from app.domain.barcode import Command as Barcode
from app.sentences import SENTENCES
from tests.ui.conftest import Person
from ui.commands import COMMANDS, EVERYWHERE, choices_of, commands_of, key_of
from ui.main_window import PAGES, MainWindow

NAMES = [name for name, _, _ in PAGES]
SCAN_PAGES = {"packing", "picking"}


def test_every_command_belongs_to_a_page_that_there_is() -> None:
    assert {command.page for command in COMMANDS} == {EVERYWHERE, *NAMES}
    for command in COMMANDS:
        assert command.name.startswith(f"{command.page}_") or command.page == EVERYWHERE


def test_every_command_has_words_and_a_way_to_give_it() -> None:
    assert [command.name for command in COMMANDS if f"command_{command.name}" not in SENTENCES] == []
    assert [command.name for command in COMMANDS if not command.key and not command.barcode] == []
    for command in COMMANDS:
        assert bool(choices_of(command.name)) <= bool(command.key)
        assert not command.under or (command in choices_of(command.under) and key_of(command)[-2] == " ")
    assert Counter(command.name for command in COMMANDS).most_common(1)[0][1] == 1


@pytest.mark.parametrize("page", [EVERYWHERE, *NAMES])
def test_a_key_means_one_thing_on_a_page(page: str) -> None:
    keys = Counter(command.key for command in (*commands_of(page), *commands_of(EVERYWHERE)) if command.key)
    if page != EVERYWHERE:
        assert [key for key, count in keys.items() if count > 1] == []


def test_the_keys_of_pages_are_f1_to_f9_and_the_windows_own_others() -> None:
    pages = {command.key for command in COMMANDS if command.page and command.key}
    assert pages <= {f"{shift}F{number}" for number in range(2, 10) for shift in ("", "Shift+")} | {
        "Shift+F1", "Return",
    }
    assert {command.key for command in commands_of(EVERYWHERE)} == {"F1", "F10", "F11", "Ctrl+K"}
    for command in COMMANDS:
        assert not command.key or QKeySequence(command.key).toString() == command.key


def test_every_command_barcode_is_in_the_table_and_means_one_thing_on_a_page() -> None:
    assert {command.barcode for command in COMMANDS if command.barcode} == set(Barcode)
    for page in NAMES:
        codes = Counter(command.barcode for command in commands_of(page) if command.barcode)
        assert [code for code, count in codes.items() if count > 1] == []


def test_a_scan_page_can_be_worked_by_scans_alone() -> None:
    # what is left out is typing a code, which nobody wants to scan, choosing another cart, and what only shows keys
    only_keys = {command.name for command in COMMANDS if command.page in SCAN_PAGES and command.barcode is None}
    assert only_keys == {
        "picking_batches", "picking_type", "packing_type", "packing_keys", "packing_problem", "packing_more",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("second", [False, True])
def test_all_keys_of_the_packing_page_stand_at_its_foot_in_a_usual_window(
    person: Person, language: str, second: bool
) -> None:
    person.work.words.switch(language)
    person.window.resize(1366, 768)
    person.go("packing")
    if second:
        person.window.pages["packing"].run("packing_keys")
    keys = {
        command.key for command in commands_of("packing")
        if command.key.startswith("Shift+" if second else "F") or command.key == "Shift+F1"
    }
    assert {text.split("  ")[0].replace("⇧", "Shift+") for text in person.window.foot.shown} == keys | {"F1"}


def test_every_page_knows_its_commands_and_no_others(person: Person) -> None:
    window: MainWindow = person.window
    assert list(window.pages) == NAMES
    for name, page in window.pages.items():
        wanted = {command.name for command in commands_of(name)}
        assert set(page.commands) >= wanted, name
        assert set(page.commands) <= wanted, name


def test_the_window_knows_its_own(person: Person) -> None:
    for command in commands_of(EVERYWHERE):
        before = (
            person.window.help.isVisible(), person.window.rail.hasFocus(), person.window.search.hasFocus(),
            person.window.isFullScreen(),
        )  # fmt: skip
        person.window.order(command)
        after = (
            person.window.help.isVisible(), person.window.rail.hasFocus(), person.window.search.hasFocus(),
            person.window.isFullScreen(),
        )  # fmt: skip
        assert before != after, command.name
