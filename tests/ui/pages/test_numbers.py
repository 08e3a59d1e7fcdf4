"""The pools of tracking numbers on the settings page: listed, added and closed by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.change import NOTHING
from app.domain.numbers import NumberForm
from app.operations.numbers import add_pool, close_pool, take_many
from app.queries.board_view import board_view
from db.numbers import NumberPool
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.pages.board_side import side_rows
from ui.pages.numbers import Numbers
from ui.pages.settings import SettingsPage
from ui.words import Words

Key = Qt.Key
PAGES = ("settings",)


class Administrator:
    """Somebody at the settings page."""

    def __init__(self, person: Person, house: House) -> None:
        page = person.go("settings")
        assert isinstance(page, SettingsPage)
        self.page, self.person, self.house = page, person, house

    @property
    def numbers(self) -> Numbers:
        return self.page._numbers

    @property
    def notice(self) -> str:
        return self.person.work.dialogs.notice

    def open(self) -> None:
        self.person.press(Key.Key_F4)
        self.person.wait(lambda: self.page._numbers_shown and self.person.settled())

    def rows(self) -> list[list[str]]:
        model = self.numbers.table.rows
        return [
            [str(model.index(row, column).data()) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def hint(self, name: str) -> str:
        return self.numbers.form._hints[name].text()

    def has_focus(self, name: str) -> bool:
        return self.person.window.focusWidget() is self.numbers.form._edits[name]

    def fill(self, *texts: str) -> None:
        """Type into one field after the other, from the carrier on; the form is a box that Tab passes."""
        for number, text in enumerate(texts):
            if number:
                self.person.press(Key.Key_Tab)
            if text:
                self.person.type(text)


@pytest.fixture
def administrator(person: Person, house: House) -> Administrator:
    return Administrator(person, house)


def pool(house: House, first: int = 100, last: int = 1099, low_water: int = 50, carrier: str = "ACME") -> int:
    return house.store.write(
        add_pool, LEAD, carrier=carrier, form=NumberForm.PLAIN, prefix="A", first=first, last=last,
        low_water=low_water,
    )


def take(house: House, count: int) -> None:
    house.store.write(lambda tx: (take_many(tx, "ACME", "", count), NOTHING))


def test_f4_shows_the_pools_and_esc_goes_back(administrator: Administrator, house: House) -> None:
    pool(house)
    take(house, 7)
    administrator.open()
    assert administrator.rows() == [
        ["In use", "ACME", "all services", "Plain", "A0107", "A1099", "993", "141 d"]
    ]
    administrator.person.press(Key.Key_Escape)
    assert not administrator.page._numbers_shown
    assert administrator.person.window.focusWidget() is administrator.page._fields["station"]


def test_without_a_pool_enter_begins_to_add_one(administrator: Administrator, house: House) -> None:
    administrator.open()
    administrator.person.press(Key.Key_Return)
    administrator.person.wait(lambda: administrator.numbers.adding)


def test_numbers_are_added_by_their_first_and_last(administrator: Administrator, house: House) -> None:
    administrator.person.press(Key.Key_F5)
    administrator.person.wait(lambda: administrator.numbers.adding and administrator.person.settled())
    assert administrator.has_focus("carrier")
    administrator.fill("EXAMPLE-POST", "PACKET", "", "", "RR 473 124 829 GB", "rr473125824gb")
    assert administrator.hint("last") == "101 numbers, the second is RR473124832GB"
    assert administrator.numbers.form._edits["low"].text() == "10"
    administrator.person.press(Key.Key_F2)
    administrator.person.wait(lambda: not administrator.numbers.adding and administrator.person.settled())
    row = house.get(NumberPool, 1)
    assert (row.carrier, row.service, row.form, row.prefix, row.country) == (
        "EXAMPLE-POST", "PACKET", NumberForm.S10, "RR", "GB",
    )  # fmt: skip
    assert (row.first, row.last, row.low_water) == (47312482, 47312582, 10)
    assert administrator.rows()[0][:2] == ["In use", "EXAMPLE-POST"]
    assert administrator.notice == "Pool 1: 101 numbers, RR473124829GB to RR473125824GB"
    assert administrator.person.window.focusWidget() is administrator.numbers.table


def test_what_is_wrong_is_said_at_its_field(administrator: Administrator, house: House) -> None:
    pool(house)
    administrator.person.press(Key.Key_F5)
    administrator.person.wait(lambda: administrator.numbers.adding and administrator.person.settled())
    administrator.fill("ACME", "", "", "", "RR473124829GB", "RR473125825GB")
    administrator.person.press(Key.Key_Return)  # Enter adds too
    administrator.person.wait(lambda: "wrong check digit" in administrator.hint("last"))
    assert administrator.hint("last") == "✗ RR473125825GB has a wrong check digit: it would be RR473125824GB"
    assert administrator.has_focus("last")
    form = administrator.numbers.form
    form._form.setCurrentIndex(2)
    for name, text in (("first", "A0500"), ("last", "A2000")):
        form._edits[name].setFocus()
        form._edits[name].selectAll()
        administrator.person.type(text)
    administrator.person.press(Key.Key_F2)
    administrator.person.wait(lambda: "Pool 1 has some" in administrator.hint("last"))
    assert house.count(NumberPool) == 1
    administrator.person.press(Key.Key_Escape)
    assert not administrator.numbers.adding
    assert administrator.page._numbers_shown


def test_numbers_are_scanned_into_their_fields(administrator: Administrator, house: House) -> None:
    administrator.person.press(Key.Key_F5)
    administrator.person.wait(lambda: administrator.numbers.adding and administrator.person.settled())
    administrator.fill("ACME")
    administrator.person.scan("RR473124829GB")
    assert administrator.has_focus("last")
    administrator.person.scan("RR473125824GB")
    assert administrator.hint("last").startswith("101 numbers")


def test_a_pool_is_closed_when_a_person_says_so(administrator: Administrator, house: House) -> None:
    pool(house)
    administrator.open()
    administrator.person.press(Key.Key_F8)
    administrator.person.wait(lambda: administrator.person.work.dialogs.is_open)
    administrator.person.press(Key.Key_Return)  # Enter keeps it
    administrator.person.wait(lambda: not administrator.person.work.dialogs.is_open)
    assert house.get(NumberPool, 1).closed_at is None
    administrator.person.press(Key.Key_Return)  # Enter on its row asks too
    administrator.person.wait(lambda: administrator.person.work.dialogs.is_open)
    administrator.person.press(Key.Key_2)
    administrator.person.wait(lambda: administrator.notice.startswith("Pool 1 is closed"))
    assert administrator.notice == "Pool 1 is closed, 1,000 numbers stay unused"
    assert administrator.rows()[0][0] == "Out of use"
    administrator.person.press(Key.Key_F8)
    administrator.person.wait(lambda: administrator.notice == "Pool 1 is closed already")


def test_f8_without_the_list_opens_it_and_closes_nothing(administrator: Administrator, house: House) -> None:
    pool(house)
    administrator.person.press(Key.Key_F8)
    administrator.person.wait(lambda: administrator.notice == "Choose a pool in the list first")
    assert administrator.page._numbers_shown
    assert house.get(NumberPool, 1).closed_at is None


@pytest.mark.parametrize(
    ("count", "state", "lasts"), [(949, "In use", "1 h"), (950, "Ask for more", "1 h"), (1000, "Used up", "–")]
)
def test_who_must_be_asked_is_marked(
    administrator: Administrator, house: House, count: int, state: str, lasts: str
) -> None:
    pool(house)
    take(house, count)
    administrator.open()
    row = administrator.rows()[0]
    assert (row[0], row[7]) == (state, lasts)
    wanted = "" if state == "In use" else "Ask ACME for more numbers"
    assert administrator.page.prompt() == wanted


def test_pools_that_wait_and_those_that_had_their_time(administrator: Administrator, house: House) -> None:
    pool(house)
    pool(house, 2000, 2999)
    pool(house, 5000, 5999)
    house.store.write(close_pool, LEAD, 3)
    take(house, 1000)
    administrator.open()
    assert [row[0] for row in administrator.rows()] == ["Out of use", "In use", "Out of use"]


def test_the_list_follows_what_happens(administrator: Administrator, house: House) -> None:
    pool(house)
    administrator.open()
    administrator.numbers._soon.setInterval(5)
    pool(house, 5000, 5999, carrier="BETA")
    administrator.person.wait(lambda: len(administrator.rows()) == 2)
    assert administrator.numbers.table.number() == 0


def test_the_board_tells_who_must_be_asked(house: House) -> None:
    def told() -> list[tuple[str, str, str]]:
        view = house.store.read(board_view, house.warehouse, house.store.clock.now())
        return [(row.cells[0], row.cells[1], row.outcome) for row in side_rows(view, Words())][:2]

    pool(house)
    take(house, 949)
    assert told()[0][0] != "Tracking numbers"
    take(house, 1)
    assert told() == [("Tracking numbers", "", ""), ("ACME", "50 left, ask for more · 1 h", "attention")]
    take(house, 50)
    assert told()[1][2] == "fail"
