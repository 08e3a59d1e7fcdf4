"""One order with its story, on the orders page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.picking import PickCode
from app.domain.states import JobState, OrderState
from app.domain.verdict import Code
from app.operations.orders import request_cancel
from tests.factories import LEAD, House
from tests.ui.pages.support import Support, packed
from ui.signs import PAST
from ui.widgets.timeline import scan_text
from ui.words import Words

Key = Qt.Key
PAGES = ("orders",)


def test_enter_opens_an_order_and_esc_goes_back_to_its_row(support: Support, shelf: House) -> None:
    for number in range(3):
        shelf.order(("MUG", number + 1), source_id=f"A-{number}")
    support.page.refresh()
    # the rows are there before the table is, and until then the keys belong to the box
    support.person.wait(lambda: len(support.rows()) == 3 and support.person.settled())
    support.press(Key.Key_Down, Key.Key_Return)
    support.person.wait(support.is_open)
    texts = support.view.texts()
    for text in ("A-1", "MUG", "Ada Lovelace\n12 St James's Square\nSW1Y 4JH London\nUnited Kingdom", "Lines: 1"):
        assert text in texts
    assert support.view.situation == "Waits to be planned into a wave"
    support.press(Key.Key_Escape)
    assert support.page.table.isVisible()
    assert support.page.table.current.source_id == "A-1"
    assert support.has_focus(support.page.table)


def test_a_scan_opens_the_order_that_lies_in_the_tote(support: Support, shelf: House) -> None:
    order = shelf.picked(("MUG", 2), source_id="T-1")
    support.press(Key.Key_F3)  # a group in which it is not
    support.person.scan(shelf.tote_of(order))
    support.person.wait(support.is_open)
    assert "T-1" in support.view.texts()
    assert support.view.situation == f"Waits for a packer in tote {shelf.tote_of(order)}"


def test_a_code_that_nobody_knows_opens_nothing(support: Support) -> None:
    support.person.scan("NOBODY-KNOWS-THIS")
    support.person.wait(lambda: support.work.dialogs.notice)
    assert support.work.dialogs.notice == "Nothing here has the code NOBODY-KNOWS-THIS"


def test_the_timeline_tells_everything_in_words(support: Support, shelf: House) -> None:
    order, hands = packed(shelf)
    hands.scan("XXREPRINT", "XXTORN")
    shelf.printed()
    hands.scan(hands.square)
    support.page.show_order(order)
    support.person.wait(support.is_open)
    said = support.view.timeline.sentences()
    assert said[-1].startswith("Came in from shop")
    for sentence in (
        "Planned into wave 1", "Wave 1 was released to the pickers", "Opened for packing: 2 to scan",
        "Verified: MUG, 1 to go", "The last item was verified", "Copy 1 was printed", "Copy 2 was printed",
        "The label was scanned back and the parcel closed",
    ):
        assert sentence in said, sentence
    assert not [sentence for sentence in said if "_" in sentence or "–" in sentence]
    support.work.words.switch("zh")
    assert "第 2 份已打印" in support.view.timeline.sentences()
    assert "已从工作台出库：已打包封箱，面单已贴好" in support.view.texts()
    assert "第 2 份" in support.view.texts()


def test_what_is_missing_is_said_in_words(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", state=OrderState.INCOMPLETE, missing="street,weight")
    support.page.show_order(order)
    support.person.wait(support.is_open)
    assert support.view.situation == (
        "Missing: street, weight. Correct it where the order came from, then import it again with\u00a0F4"
    )
    assert "! Missing: street, weight" in support.view.texts()  # beside the address too
    assert "!" in support.view.texts()  # no colour stands alone
    support.work.words.switch("zh")
    assert support.view.situation.startswith("缺少：街道地址、重量。")


def test_an_open_order_follows_what_happens_to_it(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", source_id="A-1")
    support.page.show_order(order)
    support.person.wait(support.is_open)
    shelf.store.write(request_cancel, LEAD, order, "typed by a person_here")
    support.person.wait(lambda: support.view.situation == "Cancelled: typed by a person_here")


def test_a_story_tells_what_happened_and_never_what_to_do(support: Support, shelf: House) -> None:
    order, hands = packed(shelf, outcome=JobState.UNCERTAIN, source_id="A-1")
    hands.scan("XXREPRINT", "XXNEXT", "nonsense", "XXOK", "XXHOLD")
    support.open(order)
    entries = support.view.timeline.model()
    told = [str(entries.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(entries.rowCount())]
    for sentence in ("A new copy was refused while the last one was uncertain", "Put aside by the packer",
                     "Somebody asked what comes next", "An unknown code was scanned",
                     "It is not known whether copy 1 came out · The printer did not count it"):  # fmt: skip
        assert any(sentence in entry for entry in told), (sentence, told)
    # an instruction stands behind a colon, or after a comma, in the imperative
    orders = ("scan ", "look ", "press ", "wait", "check ", "settle it", "put it", "take it", "load ")
    assert [entry for entry in told if any(f"{mark} {order}" in entry for mark in ":," for order in orders)] == []


@pytest.mark.parametrize("code", sorted({code.value for code in (*Code, *PickCode)}))
def test_every_verdict_has_words_of_its_own_for_afterwards(code: str) -> None:
    for language in ("en", "zh"):
        words = Words(language)
        done = "orders_scan_next" if code.startswith("next_") else f"orders_scan_{code}"
        assert words.say(done) != done
        assert language == "zh" or words.say(done) != words.say(code)
        assert scan_text(words, code, {}) == words.say(done)


@pytest.mark.parametrize("code", sorted(PAST))
def test_every_reason_that_tells_what_to_do_has_words_of_its_own_for_afterwards(code: str) -> None:
    for language in ("en", "zh"):
        words = Words(language)
        assert words.say(f"orders_past_{code}") not in (f"orders_past_{code}", words.say(code))


def test_an_order_of_a_file_came_in_with_it(support: Support, shelf: House) -> None:
    support.open(shelf.order("MUG", shop="file"))
    assert support.view.timeline.sentences() == ["Came in with a file"]
    assert "File" in support.view.texts()


def test_a_long_number_is_shown_whole(support: Support, shelf: House) -> None:
    support.person.window.resize(1366, 768)
    number = "8140221798765432109"
    now = support.work.feed.store.clock.now()
    order = shelf.picked("MUG", source_id=number, ship_by=now + timedelta(minutes=9))
    shelf.store.write(request_cancel, LEAD, order, "twice")
    support.open(order)
    (label,) = [label for label in support.view.findChildren(QLabel) if label.text() == number]
    assert label.width() >= label.fontMetrics().horizontalAdvance(number)
    assert label.geometry().right() < support.view.width()
