"""The bench rules by keys alone: what a lead sets is saved, said, and what is wrong stands at its field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from app.domain.bench_rules import BenchRules, CartonRule, Weigh
from app.domain.cartons import Box, CartonDraft
from app.domain.errors import KnownError
from app.domain.people import Role
from app.domain.policy import ANY, Act, Allowance
from app.operations.bench_rules import LIMITS, RELEASABLE, save_insert_rule, save_rules, set_policy
from app.operations.cartons import save_carton
from app.operations.people import add_operator
from app.queries.bench_rules import Insert, insert_rules, read_policies, read_rules
from app.queries.cartons import cartons
from app.queries.people import Person as Somebody
from app.queries.people import operators
from db.orders import Sku
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.pages.bench_rules import RELEASES, SECTIONS, BenchRulesPage
from ui.pages.bench_rules_form import amount_words, read_amount

Key = Qt.Key
PAGES = ("bench_rules",)


@pytest.fixture
def page_names() -> tuple[str, ...]:
    return PAGES


class Lead:
    """Somebody at the page of the bench rules."""

    def __init__(self, person: Person, house: House) -> None:
        page = person.window.page
        assert isinstance(page, BenchRulesPage)
        self.page, self.person, self.house = page, person, house
        self.press = person.press
        self._told: list[str] = []
        notice = person.work.dialogs._notice
        tell = notice.tell

        def told(text: str, **more: Any) -> None:
            self._told.append(text)
            tell(text, **more)

        notice.tell = told  # type: ignore[method-assign]

    @property
    def prompt(self) -> str:
        return self.page.prompt()

    def go(self, section: str) -> None:
        for _ in range(SECTIONS.index(section)):
            self.press(Key.Key_F3)
        assert self.page.section == section

    def saved(self, key: Key = Key.Key_F2) -> str:
        """Press a key that saves; what is said of it."""
        before = len(self._told)
        self.press(key)
        self.person.wait(lambda: len(self._told) > before and self.person.settled())
        return self._told[-1]

    def tab(self, times: int = 1) -> None:
        for _ in range(times):
            self.press(Key.Key_Tab)

    def over(self, text: str) -> None:
        """Type over what stands in the field."""
        self.press(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.person.type(text)

    @property
    def focused(self) -> str:
        form: Any = self.page.list.form if self.page.list is not None else self.page.form
        return str(form.focused)

    def rules(self) -> BenchRules:
        return self.house.store.read(lambda session: read_rules(session.connection(), self.house.warehouse))

    def cells(self) -> tuple[Allowance, ...]:
        return self.house.store.read(lambda session: read_policies(session.connection()))

    def texts(self, section: str) -> list[list[str]]:
        model = self.page.lists[section].rows
        return [
            [str(model.index(row, column).data()) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]


@pytest.fixture
def lead(person: Person, house: House) -> Lead:
    return Lead(person, house)


# the rules


def test_a_rule_is_changed_with_three_keys_and_said_to_hold_from_the_next_scan(lead: Lead) -> None:
    assert lead.focused == "weigh"
    lead.press(Key.Key_Down)
    assert lead.prompt == "Not saved yet: press\u00a0F2"
    assert lead.saved() == "Saved: holds from the next scan on"
    assert lead.rules() == BenchRules(weigh=Weigh.NOTED)
    assert lead.prompt == ""
    assert lead.page._saved.whole().startswith("✓ Saved 0 s ago by –: every bench follows")


def test_every_field_is_reached_by_tab_and_saved(lead: Lead) -> None:
    seen = [lead.focused]
    for _ in range(len(lead.page.form.fields) - 1):
        lead.tab()
        seen.append(lead.focused)
    assert sorted(seen) == sorted(lead.page.form.fields)


def test_numbers_an_amount_and_ticks_are_typed(lead: Lead) -> None:
    typed = {"tolerance_g": "25", "check_value_minor": "150", "check_percent": "5", "claim_minutes": "0"}
    for _ in range(len(lead.page.form.fields)):
        if lead.focused in typed:
            lead.over(typed[lead.focused])
        elif lead.focused in ("photo", "release_over_scan"):
            lead.press(Key.Key_Space)
        elif lead.focused == "carton":
            lead.press(Key.Key_Down)
        lead.tab()
    lead.saved()
    assert lead.rules() == BenchRules(
        tolerance_g=25, check_value_minor=15_000, check_percent=5, claim_minutes=0, photo=True,
        carton=CartonRule.REQUIRED, release_by_scan=frozenset({"over_scan"}),
    )


def test_enter_saves_too(lead: Lead) -> None:
    lead.tab()
    lead.over("7")
    assert lead.saved(Key.Key_Return).startswith("Saved")
    assert lead.rules().tolerance_g == 7


@pytest.mark.parametrize("text", ["30001", "-1", "a few", "", "1.5", "²"])
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(lead: Lead, text: str) -> None:
    lead.tab()
    lead.press(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    lead.press(Key.Key_Delete)
    field = lead.page.form._widgets["tolerance_g"]
    assert isinstance(field, QLineEdit)
    field.setText(text)
    assert lead.saved() == "Enter a whole number from 0 to 30,000"
    assert lead.page.form._hints["tolerance_g"].text().startswith("✗ Enter a whole number")
    assert field.property("outcome") == "fail"
    assert lead.focused == "tolerance_g"
    assert lead.prompt.startswith("Not saved: correct")
    assert lead.rules() == BenchRules()
    lead.over("5")
    assert field.property("outcome") == ""
    assert lead.saved().startswith("Saved")


def test_esc_gives_back_what_is_saved(lead: Lead) -> None:
    lead.tab()
    lead.over("99")
    lead.press(Key.Key_Escape)
    assert lead.prompt == ""
    lead.press(Key.Key_F2)
    lead.person.wait(lead.person.settled)
    assert lead.rules() == BenchRules()


def test_what_another_window_saves_is_shown_where_nothing_is_typed(lead: Lead) -> None:
    house = lead.house
    house.store.write(save_rules, LEAD, house.warehouse, BenchRules(filler_g=44), 0)
    field = lead.page.form._widgets["filler_g"]
    assert isinstance(field, QLineEdit)
    lead.person.wait(lambda: field.text() == "44")
    lead.press(Key.Key_Down)
    lead.saved()
    assert lead.rules() == BenchRules(filler_g=44, weigh=Weigh.NOTED)


def test_a_newer_version_is_refused_shown_and_then_built_upon(lead: Lead) -> None:
    house = lead.house
    lead.tab()
    lead.over("25")
    house.store.write(save_rules, LEAD, house.warehouse, BenchRules(tolerance_g=12, filler_g=44), 0)
    lead.person.wait(lead.person.settled)
    assert lead.saved().startswith("Somebody has changed this meanwhile")
    assert lead.rules() == BenchRules(tolerance_g=12, filler_g=44)
    assert lead.page.form.read()["filler_g"] == 44
    assert lead.saved().startswith("Saved")
    assert lead.rules() == BenchRules(tolerance_g=25, filler_g=44)


def test_a_database_that_is_gone_keeps_what_was_typed(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    lead.tab()
    lead.over("25")

    async def gone(*_: object, **__: object) -> object:
        raise KnownError("database_unreachable")

    monkeypatch.setattr(lead.person.work.feed, "write", gone)
    lead.saved()
    assert lead.prompt.startswith("Not saved")
    assert lead.page.form.read()["tolerance_g"] == 25
    assert lead.rules() == BenchRules()


def test_the_form_knows_the_limits_and_failures_of_the_operation(lead: Lead) -> None:
    fields = lead.page.form.fields
    assert {name: (field.low, field.high) for name, field in fields.items() if field.kind == "number"} == LIMITS
    assert RELEASES == RELEASABLE


@pytest.mark.parametrize(
    ("text", "minor"),
    [("150", 15_000), ("150.5", 15_050), ("150,50", 15_050), ("0.07", 7), ("", None), ("1.505", "1.505"), ("x", "x"),
     (".5", ".5"), ("-3", "-3"), ("²", "²")],
)  # fmt: skip
def test_an_amount_is_read_in_minor_units(text: str, minor: object) -> None:
    assert read_amount(text) == minor
    if isinstance(minor, int):
        assert read_amount(amount_words(minor)) == minor


# the policy table


def test_a_cell_is_set_by_a_digit_and_by_space(lead: Lead) -> None:
    lead.go("policy")
    lead.press(Key.Key_Down)
    lead.press(Key.Key_Right)
    assert lead.prompt == "Type a quantity – Packer, All SKUs: refused by default"
    assert lead.saved(Key.Key_1).startswith("Saved, allowed from the next scan on: Type a quantity – Packer")
    assert lead.cells() == (Allowance(ANY, "packer", Act.TYPE_QUANTITY, True),)
    assert lead.prompt == "Type a quantity – Packer, All SKUs: allowed"
    lead.saved(Key.Key_2)
    assert lead.cells() == (Allowance(ANY, "packer", Act.TYPE_QUANTITY, False),)
    lead.saved(Key.Key_3)
    assert lead.cells() == ()
    for allowed in (True, False):
        lead.saved(Key.Key_Space)
        assert [cell.allowed for cell in lead.cells()] == [allowed]
    lead.saved(Key.Key_Return)
    assert lead.cells() == ()


def test_a_class_of_skus_has_a_table_of_its_own(lead: Lead) -> None:
    house = lead.house
    house.stock("VASE", 1)
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["VASE"]), "handling_class", "fragile"))
    house.store.write(set_policy, LEAD, ANY, ANY, Act.SERIES, False, None)
    lead.person.wait(lambda: lead.page.policy.classes.count() == 2 and lead.person.settled())
    lead.go("policy")
    lead.press(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert lead.page.policy.classes.hasFocus()
    lead.press(Key.Key_Down)
    lead.tab()
    assert lead.prompt == "Type a code – Everybody, fragile: allowed by default"
    series = list(Act).index(Act.SERIES)
    assert not lead.page.policy.model.holds(series, 1)  # for a class holds what is said of all
    lead.saved(Key.Key_2)
    assert lead.cells()[1:] == (Allowance("fragile", ANY, Act.TYPE_CODE, False),)
    assert not lead.page.policy.model.holds(0, 3)  # … and of everybody, leads too


def test_a_cell_says_itself_what_a_screen_reader_reads(lead: Lead) -> None:
    lead.house.store.write(set_policy, LEAD, ANY, "packer", Act.TYPE_CODE, False, None)
    lead.person.wait(lambda: lead.page.policy.model.own(0, 1) is False)
    model = lead.page.policy.model
    spoken = [model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in (0, 1)]
    assert spoken == [
        "Type a code – Everybody, All SKUs: allowed by default", "Type a code – Packer, All SKUs: refused",
    ]  # fmt: skip
    assert [model.index(0, column).data() for column in (0, 1)] == ["✓", "✗ No"]


def test_a_cell_that_changed_meanwhile_is_shown_and_not_written_over(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead.go("policy")
    monkeypatch.setattr(lead.page, "_on_change", lambda change: None)  # the window has not heard of it yet
    lead.house.store.write(set_policy, LEAD, ANY, ANY, Act.TYPE_CODE, False, None)
    assert lead.saved(Key.Key_1).startswith("Somebody has changed this meanwhile")
    assert lead.cells() == (Allowance(ANY, ANY, Act.TYPE_CODE, False),)
    assert lead.page.policy.model.own(0, 0) is False


# inserts


def fill(lead: Lead, **texts: str) -> None:
    """Tab through the form and type, tick with "x"."""
    section = lead.page.list
    assert section is not None
    for _ in range(len(section.form.fields)):
        text = texts.get(lead.focused)
        if text == "x":
            lead.press(Key.Key_Space)
        elif text is not None and isinstance(section.form._widgets[lead.focused], QComboBox):
            lead.press(Key.Key_Down)
        elif text is not None:
            lead.over(text)
        lead.tab()


def test_an_insert_is_added_with_its_conditions(lead: Lead) -> None:
    lead.house.stock("MUG", 1)
    lead.go("inserts")
    lead.press(Key.Key_F4)
    assert lead.focused == "name"
    fill(
        lead, name="Gift box", barcode="GIFT-1", may_tick="x", first_order="x", channel="shop", country="es",
        sku="MUG-EAN", vip="*", min_value_minor="150",
    )  # fmt: skip
    assert lead.saved() == "Saved: holds from the next order on that is opened"
    (row,) = lead.house.store.read(insert_rules, lead.house.warehouse)
    assert row.insert == Insert("Gift box", "GIFT-1", False, True, "shop", "ES", "MUG", "*", 15_000)
    assert lead.texts("inserts") == [
        ["In use", "Gift box", "first order · shop · Spain · MUG · every VIP · from 150.00", "GIFT-1"]
    ]


def test_an_empty_list_offers_to_add(lead: Lead) -> None:
    lead.go("inserts")
    lead.press(Key.Key_Return)
    assert lead.page.inserts.editing


def test_a_row_is_changed_by_enter_and_left_by_esc(lead: Lead) -> None:
    house = lead.house
    house.store.write(save_insert_rule, LEAD, house.warehouse, Insert("Card"))
    lead.person.wait(lambda: bool(lead.texts("inserts")))
    lead.go("inserts")
    lead.press(Key.Key_Return)
    lead.over("Other card")
    lead.press(Key.Key_Escape)
    assert not lead.page.inserts.editing
    lead.press(Key.Key_Return)
    assert lead.page.inserts.form.read()["name"] == "Card"
    lead.over("Thank-you card")
    assert lead.saved(Key.Key_Return).startswith("Saved")
    assert lead.texts("inserts") == [["In use", "Thank-you card", "every parcel", "is ticked"]]


def test_a_wrong_condition_is_said_at_its_field(lead: Lead) -> None:
    lead.go("inserts")
    lead.press(Key.Key_F4)
    fill(lead, name="Card", country="XX")
    lead.saved()
    assert lead.focused == "country"
    assert lead.page.inserts.form._hints["country"].text().startswith("✗")
    assert lead.house.store.read(insert_rules, lead.house.warehouse) == []


def test_a_scan_fills_the_barcode_or_the_sku(lead: Lead) -> None:
    lead.house.stock("MUG", 1)
    lead.go("inserts")
    lead.press(Key.Key_F4)
    lead.person.scan("CARD-2026")
    form = lead.page.inserts.form
    assert form.read()["barcode"] == "CARD-2026"
    while lead.focused != "sku":
        lead.tab()
    lead.person.scan("MUG-EAN")
    assert (form.read()["sku"], form.read()["barcode"]) == ("MUG-EAN", "CARD-2026")


def test_an_insert_is_retired_and_used_again(lead: Lead) -> None:
    house = lead.house
    house.store.write(save_insert_rule, LEAD, house.warehouse, Insert("Card"))
    lead.person.wait(lambda: bool(lead.texts("inserts")))
    lead.go("inserts")
    assert lead.saved(Key.Key_F8).startswith("Card is retired")
    assert lead.texts("inserts")[0][0] == "Retired"
    assert lead.saved(Key.Key_F8).startswith("Card is used again")
    assert lead.texts("inserts")[0][0] == "In use"


def test_an_insert_that_changed_meanwhile_keeps_what_was_typed(lead: Lead) -> None:
    house = lead.house
    card = Insert("Card")
    key = house.store.write(save_insert_rule, LEAD, house.warehouse, card)
    lead.person.wait(lambda: bool(lead.texts("inserts")))
    lead.go("inserts")
    lead.press(Key.Key_Return)
    lead.over("My card")
    house.store.write(save_insert_rule, LEAD, house.warehouse, replace(card, country="DE"), key, card)
    assert lead.saved().startswith("Somebody has changed this meanwhile")
    assert lead.page.inserts.form.read()["country"] == "DE"
    assert lead.saved().startswith("Saved")
    assert [row.insert for row in house.store.read(insert_rules, house.warehouse)] == [Insert("My card", country="DE")]


# people


def test_somebody_is_added_and_has_a_badge(lead: Lead) -> None:
    lead.go("people")
    lead.press(Key.Key_F4)
    fill(lead, name="Ada Byron", role="down", group="night", language="down", large_text="down")
    assert lead.saved().startswith("Saved: rights hold from the next scan on")
    row = next(row for row in lead.house.store.read(operators) if row.person.name == "Ada Byron")
    assert row.person == Somebody("Ada Byron", Role.PICKER, "night", "en", True)
    assert ["Ada Byron", "Picker", "night", "English", "Large", row.badge] in lead.texts("people")


def test_a_name_that_is_taken_is_said_at_its_field(lead: Lead) -> None:
    lead.house.store.write(add_operator, LEAD, Somebody("Ada"))
    lead.go("people")
    lead.press(Key.Key_F4)
    fill(lead, name="ada")
    assert lead.saved() == "ada is here already: give another name"
    assert lead.focused == "name"


def test_nobody_is_retired(lead: Lead) -> None:
    lead.go("people")
    assert "bench_rules_retire" in lead.page.idle
    before = lead.house.store.read(operators)
    lead.press(Key.Key_F8)
    lead.person.wait(lead.person.settled)
    assert lead.house.store.read(operators) == before


# all of it


def test_the_keys_that_could_do_nothing_are_shown_as_such(lead: Lead) -> None:
    seen = {}
    for name in SECTIONS:
        seen[name] = lead.page.idle
        lead.press(Key.Key_F3)
    lists = {"bench_rules_add", "bench_rules_change", "bench_rules_retire"}
    assert (set(seen["rules"]), set(seen["policy"])) == (lists, lists | {"bench_rules_save"})
    empty = {"bench_rules_save", "bench_rules_change", "bench_rules_retire"}
    assert (set(seen["inserts"]), set(seen["people"])) == (empty, {"bench_rules_save", "bench_rules_retire"})
    house = lead.house
    house.store.write(save_insert_rule, LEAD, house.warehouse, Insert("Card"))
    lead.person.wait(lambda: bool(lead.texts("inserts")))
    lead.go("inserts")
    assert lead.page.idle == {"bench_rules_save"}


def test_every_section_is_said_in_chinese(lead: Lead) -> None:
    lead.person.work.words.switch("zh")
    assert [lead.page.tabs.tabText(number) for number in range(len(SECTIONS))][:2] == ["规则", "操作权限"]
    weigh = lead.page.form._widgets["weigh"]
    assert isinstance(weigh, QComboBox)
    assert weigh.currentText() == "不称重"
    assert lead.page.policy.model.headerData(0, Qt.Orientation.Vertical) == "手工输入条码"


def test_what_is_typed_survives_another_language_and_a_refetch(lead: Lead) -> None:
    lead.tab()
    lead.over("25")
    lead.person.work.words.switch("zh")
    lead.page.refresh()
    lead.person.wait(lead.person.settled)
    assert lead.page.form.read()["tolerance_g"] == 25
    assert lead.page.form.dirty


# cartons


def add_carton(lead: Lead, **texts: str) -> str:
    lead.press(Key.Key_F4)
    fill(lead, **{"code": "M-200", "length_mm": "200", "width_mm": "150", "height_mm": "100", **texts})
    return lead.saved()


def stored(lead: Lead) -> list[tuple[Box, bool]]:
    return [(row.box, row.active) for row in lead.house.store.read(cartons, lead.house.warehouse)]


def test_a_carton_is_added_changed_retired_and_used_again(lead: Lead) -> None:
    lead.go("cartons")
    assert add_carton(lead, cost_minor="0.34", weight_g="80") == "Saved: proposed from the next order on"
    ((box, active),) = stored(lead)
    assert active
    assert (box.code, box.inside, box.cost_minor, box.weight_g, box.max_weight_g) == (
        "M-200", (200, 150, 100), 34, 80, None,
    )  # fmt: skip
    assert lead.texts("cartons")[0][:8] == ["In use", "M-200", "–", "200×150×100", "80", "–", "0.34", "0"]
    lead.press(Key.Key_Return)
    fill(lead, name="Medium", max_weight_g="5000")
    lead.saved()
    assert stored(lead) == [(replace(box, name="Medium", max_weight_g=5_000), True)]
    assert lead.saved(Key.Key_F8).startswith("M-200 is retired")
    assert not stored(lead)[0][1]
    assert lead.saved(Key.Key_F8).startswith("M-200 is used again")
    assert stored(lead) == [(replace(box, name="Medium", max_weight_g=5_000), True)]


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"code": ""}, "code"), ({"length_mm": "0"}, "length_mm"), ({"cost_minor": "cheap"}, "cost_minor"),
        ({"weight_g": "900", "max_weight_g": "800"}, "weight_g"),
    ],
)  # fmt: skip
def test_a_carton_that_cannot_be_is_said_at_its_field(lead: Lead, texts: dict[str, str], field: str) -> None:
    lead.go("cartons")
    add_carton(lead, **texts)
    assert lead.focused == field
    assert stored(lead) == []


def test_a_code_that_is_taken_does_not_write_over_the_other_carton(lead: Lead) -> None:
    lead.house.store.write(save_carton, LEAD, lead.house.warehouse, CartonDraft("M-200", 1, 2, 3))
    lead.go("cartons")
    assert add_carton(lead).startswith("There is a carton M-200 already")
    assert stored(lead)[0][0].inside == (1, 2, 3)


def test_a_code_stays(lead: Lead) -> None:
    lead.house.store.write(save_carton, LEAD, lead.house.warehouse, CartonDraft("M-200", 1, 2, 3))
    lead.person.wait(lambda: bool(lead.texts("cartons")))
    lead.go("cartons")
    lead.press(Key.Key_Return)
    lead.over("M-201")
    assert lead.saved() == "The code M-200 stays: add another carton instead"
    assert [box.code for box, _ in stored(lead)] == ["M-200"]


def test_a_carton_that_changed_meanwhile_is_not_written_over_unseen(lead: Lead) -> None:
    draft = CartonDraft("M-200", 1, 2, 3)
    lead.house.store.write(save_carton, LEAD, lead.house.warehouse, draft)
    lead.person.wait(lambda: bool(lead.texts("cartons")))
    lead.go("cartons")
    lead.press(Key.Key_Return)
    fill(lead, name="Mine")
    lead.house.store.write(save_carton, LEAD, lead.house.warehouse, replace(draft, weight_g=70))
    assert lead.saved().startswith("Somebody has changed this meanwhile")
    assert stored(lead)[0][0].name == ""
    assert lead.saved().startswith("Saved")
    assert (stored(lead)[0][0].name, stored(lead)[0][0].weight_g) == ("Mine", 70)
