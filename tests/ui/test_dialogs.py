"""Questions inside the window: every answer by key or scan, one at a time, and no destructive one by mistake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import Refusal
from app.settings import Settings
from ui.application import dress
from ui.dialogs import Answer, Dialogs, Field, Option
from ui.keys import type_text
from ui.theme import load_theme
from ui.workspace import Workspace

YES, NO, DROP = Option("yes", "Yes"), Option("no", "No"), Option("drop", "Drop it", "danger")


class Page(QWidget):
    """What lies behind the questions: a field, a button, and every key that came through."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []
        self.field, self.button = QLineEdit(), QPushButton("Press")
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.button)
        self.resize(900, 600)

    def keyPressEvent(self, event: object) -> None:
        self.keys.append(event.key())  # type: ignore[attr-defined]


class Asker:
    """Asks, presses keys, and waits for what comes of it."""

    def __init__(self, page: Page, work: Workspace, loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> None:
        self.page, self.work, self._loop, self._qtbot = page, work, loop, qtbot
        self.dialogs = work.dialogs
        self.heard: list[str] = []
        work.sounds.played.connect(self.heard.append)

    def ask(
        self, *options: Option, field: Field | None = None, title: str = "Really?", detail: str = "", wrong: str = ""
    ) -> asyncio.Task[Answer | None]:
        """Ask, and wait until the question is on the screen if none is yet."""
        question = self._loop.create_task(self.dialogs.ask(title, detail, options, field, wrong=wrong))
        self.wait(lambda: self.dialogs.is_open)
        return question

    def wait(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=5_000)

    def press(self, key: Qt.Key, text: str = "") -> None:
        QTest.keyClick(self.page.windowHandle(), key)

    def type(self, text: str) -> None:
        type_text(self.page.windowHandle(), text)

    def answer(self, question: asyncio.Task[Answer | None]) -> Answer | None:
        """What the question came to."""
        self.wait(question.done)
        return question.result()

    @property
    def question(self) -> QWidget:
        question = self.dialogs._question
        assert question is not None
        return question

    @property
    def hint(self) -> str:
        return str(self.question._hint.text())  # type: ignore[attr-defined]


@pytest.fixture
def asker(qapp: QApplication, qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> Iterator[Asker]:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    page = Page()
    qtbot.addWidget(page)
    work.dialogs = Dialogs(work, page)
    page.show()
    page.field.setFocus()
    asker = Asker(page, work, loop, qtbot)
    yield asker
    ended = loop.create_task(work.end())
    asker.wait(ended.done)


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_1, "yes"), (Qt.Key.Key_2, "no")])
def test_a_digit_chooses(asker: Asker, key: Qt.Key, answer: str) -> None:
    question = asker.ask(YES, NO)
    asker.press(key)
    assert asker.answer(question) == Answer(answer)


@pytest.mark.parametrize("key", [Qt.Key.Key_3, Qt.Key.Key_0, Qt.Key.Key_X])
def test_any_other_key_means_nothing_here_nor_behind(asker: Asker, key: Qt.Key) -> None:
    question = asker.ask(YES, NO)
    asker.press(key)
    assert asker.page.keys == []
    assert asker.page.field.text() == ""
    assert not question.done()
    asker.press(Qt.Key.Key_Escape)
    assert asker.answer(question) is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_takes_the_first(asker: Asker, key: Qt.Key) -> None:
    for options in ((YES,), (YES, NO), (YES, NO, DROP)):
        question = asker.ask(*options)
        asker.press(key)
        assert asker.answer(question) == Answer("yes")


def test_enter_takes_nothing_that_destroys(asker: Asker) -> None:
    question = asker.ask(DROP, NO)
    asker.press(Qt.Key.Key_Return)
    assert asker.hint == "Choose by its digit"
    assert not question.done()
    asker.press(Qt.Key.Key_1)
    assert asker.answer(question) == Answer("drop")


def test_a_button_that_destroys_never_has_the_keyboard(asker: Asker) -> None:
    question = asker.ask(NO, DROP)
    drop = next(b for b in asker.question.findChildren(QPushButton) if b.accessibleName() == "Drop it")
    seen = set()
    for _ in range(6):
        asker.press(Qt.Key.Key_Tab)
        focus = asker.page.focusWidget()
        assert focus is not drop
        assert asker.question.isAncestorOf(focus)
        seen.add(focus.accessibleName())
    assert seen == {"No", "Back (Esc)"}
    QTest.keyClick(asker.page.windowHandle(), Qt.Key.Key_Space)
    assert asker.answer(question) != Answer("drop")


@pytest.mark.parametrize("kind", ["danger", "reason"])
def test_what_is_to_be_given_deliberately_is_not_given_by_enter(asker: Asker, kind: str) -> None:
    torn, lost = Option("torn", "Torn", kind), Option("lost", "Lost", kind, "XXLOST")
    question = asker.ask(torn, lost)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Tab):
        asker.press(key)
        assert not question.done()
        assert asker.page.focusWidget().accessibleName() not in ("Torn", "Lost")
    asker.press(Qt.Key.Key_2)
    assert asker.answer(question) == Answer("lost")
    question = asker.ask(torn, lost)
    asker.dialogs.scan("XXLOST")
    assert asker.answer(question) == Answer("lost")


@pytest.mark.parametrize("options", [(NO, DROP), (YES, NO), (DROP, NO)])
def test_digits_are_read_from_left_to_right_and_back_stands_last(asker: Asker, options: tuple[Option, ...]) -> None:
    question = asker.ask(*options)
    buttons = asker.question.findChildren(QPushButton)
    asker.wait(lambda: len({button.x() for button in buttons}) == 3)
    said = [button.text().split()[0] for button in sorted(buttons, key=lambda button: button.x())]
    assert said == ["1", "2", "Back"]
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_where_no_button_has_the_keyboard_the_card_shows_that_it_is_here(asker: Asker) -> None:
    question = asker.ask(Option("torn", "Torn", "reason"), Option("lost", "Lost", "reason"))
    card = asker.question.findChild(QWidget, "question")
    assert card is not None
    ring = QColor(asker.work.theme.accent)
    edge = QPoint(card.width() // 2, 0)
    assert card.grab().toImage().pixelColor(edge) == ring
    asker.press(Qt.Key.Key_Tab)  # to Back, which has a ring of its own
    assert card.grab().toImage().pixelColor(edge) != ring
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_only_what_destroys_is_red(asker: Asker) -> None:
    question = asker.ask(Option("torn", "Torn", "reason"), NO, DROP)
    kinds = {b.accessibleName(): b.property("kind") for b in asker.question.findChildren(QPushButton)}
    assert (kinds["Torn"], kinds["No"], kinds["Drop it"]) == ("", "", "danger")
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_escape_leaves(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Reason"))
    asker.type("why")
    asker.press(Qt.Key.Key_Escape)
    assert asker.answer(question) is None


def test_enter_takes_what_is_proposed_though_it_is_not_the_first(asker: Asker) -> None:
    question = asker.ask(NO, Option("now", "Now", "primary"))
    assert asker.page.focusWidget().accessibleName() == "Now"
    asker.press(Qt.Key.Key_Return)
    answer = asker.answer(question)
    assert answer is not None
    assert answer.option == "now"


def test_tab_and_enter_press_a_button(asker: Asker) -> None:
    question = asker.ask(YES, NO)
    assert asker.page.focusWidget().accessibleName() == "Yes"  # its ring says what Enter takes
    asker.press(Qt.Key.Key_Tab)
    assert asker.page.focusWidget().accessibleName() == "No"
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("no")


def test_tab_stays_inside_the_question_both_ways(asker: Asker) -> None:
    question = asker.ask(YES, NO, field=Field("Reason"))
    visited = []
    for key in [Qt.Key.Key_Tab] * 5 + [Qt.Key.Key_Backtab] * 5:
        asker.press(key)
        focus = asker.page.focusWidget()
        assert asker.question.isAncestorOf(focus)
        visited.append(focus.accessibleName())
    assert visited[:4] == ["Yes", "No", "Back (Esc)", "Reason"]
    assert visited[5:9] == ["Reason", "Back (Esc)", "No", "Yes"]
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_a_field_is_typed_and_enter_takes_it(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Reason"))
    asker.type(" 12 torn ")
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("yes", "12 torn")


def test_digits_are_typed_where_there_is_a_field(asker: Asker) -> None:
    question = asker.ask(YES, NO, field=Field("How many", "0"))
    asker.type("2")
    assert not question.done()
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("yes", "2")


def test_what_is_needed_must_be_typed(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Reason"))
    asker.press(Qt.Key.Key_Return)
    assert asker.hint == "Reason is needed"
    asker.type("   ")
    assert asker.hint == ""
    asker.press(Qt.Key.Key_Return)
    assert not question.done()
    asker.type("x")
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("yes", "x")


def test_what_was_refused_is_said_in_red_until_something_else_is_typed(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Pieces", "9"), detail="How many?", wrong="Only 2 are there")
    said = {label.text(): label for label in asker.page.findChildren(QLabel) if label.isVisible()}
    assert said["Only 2 are there"].property("role") == "fail"
    assert said["How many?"].property("role") == "secondary"
    asker.type("1")
    assert not said["Only 2 are there"].isVisible()
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("yes", "1")


def test_what_is_optional_may_stay_empty(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Limit", optional=True))
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("yes", "")


def test_what_stands_in_a_field_is_replaced_by_typing(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Printer", "file:a"))
    asker.type("b")
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(question) == Answer("yes", "b")


@pytest.mark.parametrize("code", ["XXTORN", " xxtorn "])
def test_the_barcode_of_an_answer_is_that_answer(asker: Asker, code: str) -> None:
    question = asker.ask(YES, Option("torn", "Torn", barcode="XXTORN"))
    assert asker.dialogs.scan(code)
    assert asker.answer(question) == Answer("torn")


def test_a_field_that_scans_takes_a_scan_as_its_answer(asker: Asker) -> None:
    question = asker.ask(YES, field=Field("Code", scans=True))
    asker.dialogs.scan(" 4006381333931 ")
    assert asker.answer(question) == Answer("yes", "4006381333931")


@pytest.mark.parametrize("field", [None, Field("Reason")])
def test_any_other_scan_is_told_to_wait(asker: Asker, field: Field | None) -> None:
    question = asker.ask(YES, NO, field=field)
    asker.dialogs.scan("4006381333931")
    assert asker.hint == "Answer this question first"
    assert asker.heard == ["attention"]
    assert not question.done()
    edit = asker.question.findChild(QLineEdit)
    assert edit is None or edit.text() == ""
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_a_scan_without_a_question_is_not_taken(asker: Asker) -> None:
    assert not asker.dialogs.scan("4006381333931")
    assert asker.heard == []


def test_two_questions_come_one_after_the_other(asker: Asker) -> None:
    first = asker.ask(YES, title="First?")
    second = asker.ask(NO, title="Second?")
    assert asker.question.accessibleName() == "First?"
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(first) == Answer("yes")
    asker.wait(lambda: asker.dialogs.is_open)
    assert asker.question.accessibleName() == "Second?"
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(second) == Answer("no")


def test_a_question_that_nobody_waits_for_any_more_goes(asker: Asker) -> None:
    first = asker.ask(YES, title="First?")
    second = asker.ask(YES, title="Second?")
    first.cancel()
    asker.wait(lambda: asker.dialogs.is_open and asker.question.accessibleName() == "Second?")
    asker.press(Qt.Key.Key_Return)
    assert asker.answer(second) == Answer("yes")


def test_the_keyboard_goes_back_to_where_it_was(asker: Asker) -> None:
    asker.page.button.setFocus()
    question = asker.ask(YES, field=Field("Reason", optional=True))
    assert asker.page.focusWidget() is not asker.page.button
    asker.press(Qt.Key.Key_Return)
    asker.answer(question)
    assert asker.page.focusWidget() is asker.page.button


@pytest.mark.parametrize("how", ["deleted", "hidden"])
def test_a_keyboard_that_has_no_home_any_more_is_told(asker: Asker, how: str, qtbot: QtBot) -> None:
    asker.page.button.setFocus()
    question = asker.ask(YES)
    if how == "deleted":
        asker.page.button.deleteLater()
        QApplication.sendPostedEvents(asker.page.button, 52)  # QEvent.DeferredDelete
    else:
        asker.page.button.hide()
    with qtbot.waitSignal(asker.dialogs.lost):
        asker.press(Qt.Key.Key_Return)
    asker.answer(question)


def test_what_opens_and_closes_is_told(asker: Asker) -> None:
    told: list[bool] = []
    asker.dialogs.opened.connect(told.append)
    question = asker.ask(YES)
    asker.press(Qt.Key.Key_Return)
    asker.answer(question)
    assert told == [True, False]


def test_answers_that_are_too_long_for_one_row_stand_below_each_other(asker: Asker) -> None:
    for words, below in (("Look again", False), ("The last: 1 before it too, 2 after it get another copy", True)):
        question = asker.ask(Option("only", "Only this one came out, as I know"[: len(words)]), Option("x", words))
        asker.wait(asker.question.isVisible)
        first, second, leave = asker.question.findChildren(QPushButton)
        assert (second.y() > first.y()) is below
        assert (leave.y() > second.y()) is below
        for button in (first, second):
            assert button.width() >= button.sizeHint().width()
        asker.press(Qt.Key.Key_Escape)
        asker.answer(question)


@pytest.mark.parametrize("field", [None, Field("Code")])
def test_the_words_of_a_question_fill_its_card(asker: Asker, field: Field | None) -> None:
    question = asker.ask(YES, NO, DROP, field=field, detail="A sentence about it that takes more than the answers do")
    asker.wait(asker.question.isVisible)
    card = next(each for each in asker.question.findChildren(QWidget) if each.objectName() == "question")
    for button in asker.question.findChildren(QPushButton):
        assert button.width() > 0.85 * card.width()
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_text_is_shown_as_it_is(asker: Asker) -> None:
    markup = "<img src='x'> & <b>bold</b>"
    question = asker.ask(Option("yes", markup), title=markup, detail=markup, field=Field(markup))
    shown = [label.text() for label in asker.question.findChildren(QLabel)]
    assert shown.count(markup) == 3
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in asker.question.findChildren(QLabel))
    button = next(b for b in asker.question.findChildren(QPushButton) if b.accessibleName() == markup)
    assert button.text().replace("&&", "&").endswith(markup)
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_the_question_covers_the_page_at_every_size(asker: Asker) -> None:
    question = asker.ask(YES, detail="What this is about")
    for size in ((1366, 768), (1920, 1080), (700, 500)):
        asker.page.resize(*size)
        assert asker.question.geometry() == asker.page.rect()
        card = asker.question.findChild(QWidget, "question")
        assert card is not None
        assert asker.page.rect().contains(card.geometry())
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


def test_a_press_of_a_finger_answers(asker: Asker, qtbot: QtBot) -> None:
    question = asker.ask(YES, DROP)
    button = next(b for b in asker.question.findChildren(QPushButton) if b.accessibleName() == "Drop it")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asker.answer(question) == Answer("drop")


def test_the_page_behind_takes_no_press(asker: Asker, qtbot: QtBot) -> None:
    pressed: list[bool] = []
    asker.page.button.clicked.connect(lambda: pressed.append(True))
    question = asker.ask(YES)
    at = asker.page.button.mapTo(asker.page, QPoint(5, 5))
    front = asker.page.childAt(at)
    assert front is asker.question or (front is not None and asker.question.isAncestorOf(front))
    QTest.mouseClick(asker.question, Qt.MouseButton.LeftButton, pos=at)
    assert pressed == []
    asker.press(Qt.Key.Key_Escape)
    asker.answer(question)


# notices


def test_a_notice_is_said_and_goes_by_itself(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    asker.dialogs._notice._timer.setInterval(20)
    asker.dialogs.tell("frame_not_ready")
    assert asker.dialogs.notice == "Packbench is not ready yet: scan it again in a moment"
    assert asker.dialogs._notice.accessibleName() == asker.dialogs.notice
    asker.wait(lambda: asker.dialogs.notice == "")


def test_a_newer_notice_takes_the_place_of_the_one_before(asker: Asker) -> None:
    asker.dialogs.tell("frame_not_ready")
    asker.dialogs.tell_refusal(Refusal("batch_taken", station="CART-2"))
    assert asker.dialogs.notice.startswith("CART-2 is picking this cart")


def test_a_notice_takes_no_keyboard_and_follows_the_theme(asker: Asker) -> None:
    asker.dialogs.tell_refusal(Refusal("internal_error"))
    assert asker.page.field.hasFocus()
    notice = asker.dialogs._notice

    def ground() -> QColor:
        return notice.grab().toImage().pixelColor(6, 6)

    assert ground() == QColor(load_theme("light").attention.paper)
    asker.work.theme = load_theme("dark")
    asker.work.look_changed.emit()
    assert ground() == QColor(load_theme("dark").attention.paper)
