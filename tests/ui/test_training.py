"""The window of the training: always marked, tells what to scan, takes no real printer, begins again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy

from app.domain.errors import Refusal
from app.settings import load_settings
from app.training_orders import barcode
from tests.factories import House, make_sku, returning_id
from tests.ui.conftest import Person
from ui.theme import THEMES
from ui.training import Trainer, begin_training

TWIN = "tcp://127.0.0.1:9"


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("board", "packing", "devices", "settings")


@pytest.fixture
def again() -> Event:
    return Event()


@pytest.fixture
def trainer(person: Person, tmp_path: Path, again: Event) -> Trainer:
    made = begin_training(person.window, TWIN, tmp_path, again)
    person.wait(lambda: person.settled() and made.band.texts[1])
    return made


def lesson(house: House, number: int, *lines: tuple[str, int] | str) -> int:
    """A picked order that stands for a lesson."""
    return house.picked(*lines, source_id=f"TRAINING-{number}")


def says(person: Person, trainer: Trainer, todo: str, code: str) -> None:
    """Wait until the band says this."""
    person.wait(lambda: trainer.band.texts[2:] == (person.work.words.say(todo), code))


def test_every_page_bears_the_word_in_every_language_and_theme(person: Person, trainer: Trainer) -> None:
    window, work = person.window, person.work
    for language in ("en", "zh"):
        for theme in THEMES:
            work.use_settings(replace(work.settings, language=language, theme=theme))
            assert "TRAINING" in window.windowTitle()
            for page in window.pages:
                window.go(page)
                assert "TRAINING" in trainer.band.texts[0]
                band = trainer.band.mapTo(window, QPoint(0, 0))
                assert (band.y(), trainer.band.width()) == (0, window.width())
                seen = window.grab(trainer.band.geometry()).toImage()
                shade = QColor(work.theme.attention.ink)
                assert any(seen.pixelColor(x, 3) == shade for x in range(0, seen.width(), 7))


def test_no_question_covers_the_band(person: Person, trainer: Trainer) -> None:
    person.go("settings")
    person.press(Qt.Key.Key_F6)
    person.wait(lambda: person.work.dialogs.is_open)
    window, middle = person.window, trainer.band.rect().center()
    assert window.childAt(trainer.band.mapTo(window, QPoint(3, middle.y()))) in (trainer.band, *trainer.band.children())
    person.press(Qt.Key.Key_Escape)
    person.wait(lambda: not person.work.dialogs.is_open)


def test_the_band_says_what_to_scan_and_f12_scans_it(person: Person, house: House, trainer: Trainer) -> None:
    order = lesson(house, 2, ("MUG", 2))
    judged: list[str] = []
    person.window.pages["packing"].judged.connect(lambda shown: judged.append(str(shown.code)))  # type: ignore[attr-defined]

    def f12(modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        before = len(judged)
        person.press(Qt.Key.Key_F12, modifier)
        person.wait(lambda: len(judged) > before and person.settled())
        return judged[-1]

    says(person, trainer, "training_scan_tote", house.tote_of(order))
    assert trainer.band.texts[1].endswith(person.work.words.say("training_lesson_lines"))
    assert f12() == "opened"
    says(person, trainer, "training_scan_item", "MUG-EAN")
    house.stock("HAT", 1)
    assert f12(Qt.KeyboardModifier.ShiftModifier) == "wrong_item"
    says(person, trainer, "training_acknowledge", "XXOK")
    assert [f12(), f12(), f12()] == ["acknowledged", "item", "complete"]
    person.wait(lambda: trainer.band.texts[2] == person.work.words.say("training_wait_label"))
    house.printed()
    says(person, trainer, "training_scan_label", house.hands().square)
    assert f12() == "closed"
    person.wait(lambda: trainer.band.texts[1] == "All lessons are done")


def test_lessons_come_one_after_the_other(person: Person, house: House, trainer: Trainer) -> None:
    third = lesson(house, 3, ("CAP", 2))
    says(person, trainer, "training_scan_tote", house.tote_of(third))
    first = lesson(house, 1, "MUG", "PEN")
    says(person, trainer, "training_scan_tote", house.tote_of(first))


def test_the_wrong_item_of_its_lesson_is_to_be_scanned_once(person: Person, house: House, trainer: Trainer) -> None:
    wrong = barcode("T-MUG-R")
    house.store.write(returning_id(make_sku), "T-MUG-R", [(wrong, 1)])
    order = lesson(house, 4, "MUG", "PEN")
    person.scan(house.tote_of(order))
    says(person, trainer, "training_scan_slip", wrong)
    person.scan(wrong)
    says(person, trainer, "training_acknowledge", "XXOK")
    person.press(Qt.Key.Key_Return)
    says(person, trainer, "training_scan_item", "MUG-EAN")


def test_another_page_is_told_the_way_to_the_bench(person: Person, house: House, trainer: Trainer) -> None:
    lesson(house, 1, ("MUG", 2))
    person.go("board")
    says(person, trainer, "training_go_to_bench", "")


def test_no_real_printer_is_taken(person: Person, trainer: Trainer) -> None:
    work = person.work
    for use in ("printer", "printer_fallback", "document_printer"):
        changes = {use: "tcp://10.0.0.9:9100"}
        for follow in (work.use_settings, work.change_settings):
            with pytest.raises(Refusal, match="training_printers"):
                follow(replace(work.settings, **changes))  # type: ignore[arg-type]
    assert work.settings.printer == TWIN
    work.change_settings(replace(work.settings, theme="dark"))
    assert (load_settings()[0].printer, load_settings()[0].theme) == ("", "dark")
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F6):
        person.go("devices")
        person.press(key)
        person.wait(lambda: work.dialogs.notice == work.words.say("training_printers"))
        work.dialogs._notice.hide()
        assert not work.dialogs.is_open


def test_it_begins_again_when_somebody_has_said_so_twice(person: Person, trainer: Trainer, again: Event) -> None:
    closed = QSignalSpy(person.window.closed)
    person.go("settings")
    person.press(Qt.Key.Key_F6)
    person.wait(lambda: person.work.dialogs.is_open)
    person.press(Qt.Key.Key_Escape)
    person.wait(person.settled)
    assert not again.is_set()
    person.press(Qt.Key.Key_F6)
    person.wait(lambda: person.work.dialogs.is_open)
    person.press(Qt.Key.Key_Return)
    person.wait(again.is_set)
    assert closed.count() == 1


def test_a_real_window_opens_the_training_beside_itself(person: Person) -> None:
    started: list[bool] = []
    person.work.train = lambda: started.append(True)
    person.go("settings")
    person.press(Qt.Key.Key_F6)
    person.wait(lambda: started)
    person.wait(lambda: person.work.dialogs.notice == person.work.words.say("training_started"))
    assert "TRAINING" not in person.window.windowTitle()
