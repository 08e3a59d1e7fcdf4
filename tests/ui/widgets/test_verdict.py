"""Banner, stop and flash: what is shown is said, fits its room and stands off its ground."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui.application import dress
from ui.theme import SPACE, THEMES, contrast, load_theme
from ui.widgets.painted import Fitted
from ui.widgets.verdict import FLASH_MS, ROOM_KEPT, Banner, Choice, Flash, Side, Stop, StopPanel
from ui.workspace import Workspace

LONG = "Kids night light, rabbit, warm white, rechargeable, with timer and remote control"


@pytest.fixture
def work(qapp: QApplication) -> Workspace:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    return work


@pytest.fixture
def page(qtbot: QtBot, work: Workspace) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(1278, 604)
    page.show()
    return page


def stop_with(*choices: Choice, word: str = "WRONG ITEM", sides: int = 2, count: str = "") -> Stop:
    both = (Side("Scanned", "package", "Mug", "MUG-EAN", "MUG"), Side("Expected", "package", LONG, "1", "A-01"))
    return Stop("fail", word, f"{LONG} is not in order 4711", "Press Enter", both[:sides], count, choices)


def counted(widget: QWidget) -> list[int]:
    """Gets an entry whenever the widget asks to be painted."""
    asked: list[int] = []
    widget.update = lambda: asked.append(1)  # type: ignore[method-assign, assignment]
    return asked


def colours(picture: QPixmap) -> set[str]:
    """Every colour of a picture, at every fourth pixel."""
    image = picture.toImage()
    places = itertools.product(range(0, image.width(), 4), range(0, image.height(), 4))
    return {image.pixelColor(x, y).name() for x, y in places}


# the banner


@pytest.mark.parametrize("outcome", ["pass", "fail", "attention", "system"])
def test_a_banner_has_the_colours_of_its_outcome_and_says_it(
    outcome: str, qtbot: QtBot, page: QWidget, work: Workspace
) -> None:
    banner = Banner(work, page)
    banner.resize(1200, 160)
    banner.show()
    rest = colours(banner.grab())
    banner.show_verdict(outcome, "Mug: 1 to go", "Scan Cup")
    pair = work.theme.verdict(outcome)
    assert {pair.ink, pair.paper} <= colours(banner.grab())
    assert pair.paper not in rest
    assert banner.accessibleName() == "Mug: 1 to go. Scan Cup"


def test_each_outcome_has_a_sign_of_its_own(page: QWidget, work: Workspace) -> None:
    banner = Banner(work, page)
    banner.resize(400, 160)
    signs = []
    for outcome in ("pass", "fail", "attention", "system"):
        banner.show_verdict(outcome, "")
        left = banner.grab().copy(0, 0, 130, 160).toImage()
        paper = work.theme.verdict(outcome).paper
        grid = itertools.product(range(4, 126, 2), range(4, 156, 2))
        signs.append(frozenset(at for at in grid if left.pixelColor(*at).name() != paper))
    assert all(signs)
    assert len(set(signs)) == 4


def test_a_banner_that_says_the_same_is_not_painted_again(page: QWidget, work: Workspace) -> None:
    banner = Banner(work, page)
    painted = counted(banner)
    assert banner.show_verdict("pass", "Mug: 1 to go")
    assert painted == [1]
    assert not banner.show_verdict("pass", "Mug: 1 to go")
    assert painted == [1]
    assert banner.show_verdict("pass", "Mug: 0 to go")
    assert painted == [1, 1]


@pytest.mark.parametrize("text", ["Short", LONG, LONG * 4, "陶瓷马克杯" * 40, "W" * 300, "", "a\nb\tc\x1dd"])
@pytest.mark.parametrize(("width", "height"), [(1200, 160), (1800, 200), (600, 140)])
def test_a_sentence_always_fits_its_room(text: str, width: int, height: int, page: QWidget, work: Workspace) -> None:
    banner = Banner(work, page)
    room = QRectF(0, 0, width, height)
    fitted = banner.fit(text, room, (48, 40, 33, 26, 20), bold=True, most=3)
    assert len(fitted.lines) <= 3
    assert fitted.height <= height + 0.5
    for line in fitted.lines:
        assert banner.width_of(line, fitted.font.pixelSize(), bold=True) <= width + 1
        assert line.isprintable()


def test_what_fits_in_large_type_is_large(page: QWidget, work: Workspace) -> None:
    banner = Banner(work, page)
    assert banner.fit("Mug: 1 to go", QRectF(0, 0, 1000, 150), (48, 33)).font.pixelSize() == 48
    assert banner.fit(LONG * 2, QRectF(0, 0, 1000, 90), (48, 33)).font.pixelSize() == 33


def test_a_next_step_moves_no_sentence_that_has_kept_its_room(page: QWidget, work: Workspace) -> None:
    banner = Banner(work, page)
    banner.resize(1200, 150)

    def inked() -> list[int]:
        image, ink = banner.grab().toImage(), work.theme.passed.ink
        return [y for y in range(4, 146) if any(image.pixelColor(x, y).name() == ink for x in range(140, 1190, 2))]

    banner.show_verdict("pass", "Mug: complete")
    alone = inked()
    assert abs((alone[0] + alone[-1]) / 2 - 75) <= 8
    banner.show_verdict("pass", "Mug: complete", ROOM_KEPT)
    kept = inked()
    assert kept[0] < alone[0]
    assert banner.accessibleName() == "Mug: complete"
    banner.show_verdict("pass", "Mug: complete", "Scan Cup: 1 to go")
    assert inked() == kept


# a stop


@pytest.mark.parametrize("word", ["CANCELLED", "未完成"])
def test_the_word_is_in_the_middle_of_its_band(word: str, page: QWidget, work: Workspace) -> None:
    panel = StopPanel(work, page)
    panel.show_stop(stop_with(word=word))
    image, pair = panel.grab().toImage(), work.theme.fail
    right = [image.pixelColor(1270, y).name() for y in range(image.height())]
    band = right.index(pair.paper)
    assert set(right[:band]) == {pair.ink}
    rows = [y for y in range(band) if any(image.pixelColor(x, y).name() == pair.paper for x in range(160, 900, 2))]
    assert abs(rows[0] - (band - 1 - rows[-1])) <= 3


def test_the_two_names_that_are_compared_have_one_size_and_are_whole(page: QWidget, work: Workspace) -> None:
    panel = StopPanel(work, page)
    panel.show_stop(stop_with())
    drawn: list[Fitted] = []
    draw = panel.draw_fitted

    def spy(painter: QPainter, room: QRectF, fitted: Fitted, *more: Any, **options: Any) -> float:
        drawn.append(fitted)
        return draw(painter, room, fitted, *more, **options)

    panel.draw_fitted = spy  # type: ignore[method-assign]
    panel.grab()
    names = {" ".join(fitted.lines): fitted.font.pixelSize() for fitted in drawn}
    assert names["Mug"] == names[LONG]


def test_a_stop_covers_the_lower_two_thirds_and_follows_the_page(page: QWidget, work: Workspace) -> None:
    panel = StopPanel(work, page)
    assert panel.isHidden()
    assert panel.show_stop(stop_with())
    assert panel.geometry().getRect() == (0, 201, 1278, 403)
    page.resize(1832, 916)
    assert panel.geometry().getRect() == (0, 305, 1832, 611)
    page.resize(1024, 300)
    assert panel.y() == 0  # what is said must be read, also in a low window
    panel.show_stop(None)
    assert panel.isHidden()


def test_a_stop_cuts_through_nothing_that_the_page_paints(page: QWidget, work: Workspace) -> None:
    head, item, facts = (Banner(work, page) for _ in range(3))
    for part, box in ((head, (12, 12, 900, 60)), (item, (12, 84, 900, 200)), (facts, (930, 12, 300, 400))):
        part.setGeometry(*box)
        part.show_verdict("pass", "W" * 20)
        part.show()
    panel = StopPanel(work, page)
    panel.show_stop(stop_with())
    assert panel.y() == 72 + SPACE[1]  # below what is seen whole
    above = page.grab().copy(0, 0, page.width(), panel.y()).toImage()
    assert above.pixelColor(20, 40) == QColor(work.theme.passed.paper)
    assert above.pixelColor(940, 40) == QColor(work.theme.surface)
    panel.show_stop(None)
    assert page.grab().toImage().pixelColor(940, 40) == QColor(work.theme.passed.paper)


def test_a_stop_says_everything_to_a_screen_reader(page: QWidget, work: Workspace) -> None:
    panel = StopPanel(work, page)
    panel.show_stop(stop_with(count="Scans refused since: 3"))
    said = panel.accessibleName()
    for part in ("WRONG ITEM", "is not in order 4711", "Scanned · Mug MUG-EAN MUG", "Expected", "Enter", "since: 3"):
        assert part in said


def test_the_answers_can_be_pressed_and_never_take_the_keyboard(qtbot: QtBot, page: QWidget, work: Workspace) -> None:
    pressed: list[str] = []

    def press(word: str) -> Callable[[], None]:
        return lambda: pressed.append(word)

    panel = StopPanel(work, page)
    choices = [Choice(str(n), word, press(word)) for n, word in enumerate(("Torn", "Lost"))]
    panel.show_stop(stop_with(*choices, Choice("Esc", "Leave & go", press("left")), sides=0))
    buttons = [button for button in panel.findChildren(QPushButton) if button.isVisible()]
    assert [button.accessibleName() for button in buttons] == ["Torn (0)", "Lost (1)", "Leave & go (Esc)"]
    assert all(button.focusPolicy() == Qt.FocusPolicy.NoFocus for button in buttons)
    assert all(button.height() >= 54 for button in buttons)
    assert all(panel.rect().contains(button.geometry()) for button in buttons)
    for one, other in itertools.combinations(buttons, 2):
        assert not one.geometry().intersects(other.geometry())
    for button in buttons:
        button.click()
    assert pressed == ["Torn", "Lost", "left"]


def test_the_buttons_do_what_the_newest_stop_says(page: QWidget, work: Workspace) -> None:
    pressed: list[int] = []
    panel = StopPanel(work, page)
    panel.show_stop(stop_with(Choice("Enter", "Acknowledge", lambda: pressed.append(1))))
    panel.show_stop(None)
    panel.show_stop(stop_with(Choice("Enter", "确认", lambda: pressed.append(2))))
    (button,) = (button for button in panel.findChildren(QPushButton) if button.isVisible())
    assert button.accessibleName() == "确认 (Enter)"
    button.click()
    assert pressed == [2]


def test_the_same_stop_is_not_painted_again(page: QWidget, work: Workspace) -> None:
    panel = StopPanel(work, page)
    assert panel.show_stop(stop_with(Choice("Enter", "Acknowledge", lambda: None)))
    painted = counted(panel)
    assert not panel.show_stop(stop_with(Choice("Enter", "Acknowledge", lambda: None)))
    assert painted == []
    panel.show_stop(stop_with(Choice("Enter", "Acknowledge", lambda: None), count="Scans refused since: 1"))
    assert painted == [1]


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("size", [(1278, 604), (1832, 916), (1234, 528), (700, 400)])
def test_every_stop_can_be_painted_at_every_size(
    size: tuple[int, int], scale: float, page: QWidget, work: Workspace
) -> None:
    work.use_settings(Settings(sound=False, text_scale=scale, language="en"))
    panel = StopPanel(work, page)
    page.resize(*size)
    choices = (Choice("Enter", "Acknowledge", lambda: None, primary=True), Choice("Esc", "Leave it", lambda: None))
    for sides in (0, 1, 2):
        panel.show_stop(stop_with(*choices, sides=sides, count="Scans refused since: 12"))
        pair = work.theme.fail
        assert {pair.ink, pair.paper} <= colours(panel.grab())


@pytest.mark.parametrize("name", THEMES)
def test_what_is_written_on_the_ground_of_a_verdict_can_be_read(name: str) -> None:
    theme = load_theme(name)
    for outcome in ("pass", "fail", "attention", "system"):
        pair = theme.verdict(outcome)
        assert contrast(theme.text, pair.paper) >= 4.5
        assert contrast(pair.ink, pair.paper) >= 4.5  # the same the other way round, as in the band of the word


# the frame


def test_the_frame_flashes_for_a_tenth_of_a_second_and_lets_every_press_through(
    qtbot: QtBot, page: QWidget, work: Workspace
) -> None:
    assert FLASH_MS <= 120
    flash = Flash(work, page)
    flash.flash()
    assert flash.isVisible()
    assert flash.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert work.theme.fail.ink in colours(page.grab().copy(0, 0, 12, 12))
    assert not flash.mask().contains(page.rect().center())
    qtbot.waitUntil(flash.isHidden, timeout=2_000)


def test_nothing_flashes_where_motion_is_unwanted(page: QWidget, work: Workspace) -> None:
    work.use_settings(Settings(sound=False, reduce_motion=True, language="en"))
    flash = Flash(work, page)
    flash.flash()
    assert flash.isHidden()
