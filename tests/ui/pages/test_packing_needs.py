"""What a parcel needs besides its items, on the packing page: read, put in, checked, boxed and weighed by keys."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from app.domain.people import Role
from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages import bench_setup as setup
from tests.ui.pages.packer import Key, heard, page, refetched, scans, shown, square
from ui.pages.packing import PackingPage

__all__ = ["heard", "page"]  # fixtures

PAGES = ("packing",)
SHIFT = Qt.KeyboardModifier.ShiftModifier


def checks(page: PackingPage) -> list[tuple[str, str]]:
    return [(check.text, check.state) for check in page.table.box.text.checks]


def lay(person: Person, page: PackingPage, grams: int | None) -> None:
    """Lay something on the scale, and let it be looked at."""
    station = person.work.place.station
    assert station is not None
    station.read_scale = lambda: grams
    for _ in range(2):
        page.scale_watch.look()
        person.wait(person.settled)


def test_what_the_buyer_wrote_is_read_once_and_confirmed_with_enter(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked("TEA", "CUP")
    words = "Happy birthday.\nFrom <b>all</b> of us."
    setup.of_order(house, order, gift_message=words, buyer_message="No plastic, please")
    person.scan(house.tote_of(order))
    card = page.table.note
    assert card.isVisible()
    assert page.table.current.isHidden()
    assert [note.words for note in card.text.notes] == [words, "No plastic, please"]
    assert page.prompt() == "Read the note, then press Enter"
    assert page.table.banner.next_step == page.prompt()
    # it stops nobody, and what comes of a scan is still said
    person.scan("TEA-EAN")
    assert shown(page) == ("pass", "TEA: complete")
    assert card.isVisible()
    person.press(Key.Key_Return)
    person.wait(person.settled)
    assert scans(house)[-1] == ("XXOK", "note_confirmed")
    assert card.isHidden()
    assert page.table.current.isVisible()
    assert checks(page)[0] == ("Gift message · Buyer's message", "done")
    # nothing is there to be confirmed any more
    person.press(Key.Key_Return)
    assert len(scans(house)) == 3


def test_an_insert_is_scanned_or_ticked_with_enter(person: Person, page: PackingPage, house: House) -> None:
    setup.insert(house, "Thank-you card", "CARD-1", may_tick=False)
    setup.insert(house, "Sample")
    order = house.picked("TEA", source_id="AE-8140")
    person.scan(house.source_id(order))
    assert checks(page)[1] == ("Inserts: 0 / 2", "open")
    person.scan("TEA-EAN")
    assert page.table.current.text is not None
    assert page.table.current.text.title == "Put in: Thank-you card"
    assert checks(page)[1] == ("Inserts: 0 / 2", "now")
    person.press(Key.Key_Return)  # this one is to be scanned
    person.wait(person.settled)
    assert [code for _, code in scans(house)][-1] == "verified_inserts"
    person.scan("CARD-1")
    assert page.table.current.text.title == "Put in: Sample"
    person.press(Key.Key_Return)
    person.wait(person.settled)
    assert scans(house)[-1] == ("XXINSERT", "insert_done")
    assert checks(page)[1] == ("Inserts: 2 / 2", "done")
    assert page.prompt() == "Wait for the label"


def test_a_carton_is_taken_by_its_digit_or_its_barcode(person: Person, page: PackingPage, house: House) -> None:
    setup.rules(house, carton="required")
    small, large = setup.carton(house, "S", 200, 150, 100, cost=10), setup.carton(house, "L", 400, 300, 200, cost=20)
    order = house.picked("TEA", "CUP")
    setup.sizes(house, "TEA", "CUP")
    person.scan(house.tote_of(order))
    assert page.table.box.text.cartons is not None
    tiles = [(tile.key, tile.name, tile.size, tile.mark) for tile in page.table.box.text.cartons]
    assert tiles == [("1", "Box S", "200×150×100", "best"), ("2", "Box L", "400×300×200", "")]
    person.press(Key.Key_2)
    person.wait(person.settled)
    assert scans(house)[-1] == (large, "carton_chosen")
    assert [tile.chosen for tile in page.table.box.text.cartons] == [False, True]
    person.press(Key.Key_3)  # there is no third
    assert len(scans(house)) == 2
    person.press(Key.Key_F7, SHIFT)  # the best one
    person.wait(person.settled)
    assert scans(house)[-1][1] == "carton_chosen"
    assert [tile.chosen for tile in page.table.box.text.cartons] == [True, False]
    page.table.box.tiles[1].click()  # a finger
    person.wait(person.settled)
    assert scans(house)[-1] == (large, "carton_chosen")
    person.scan("TEA-EAN")
    person.scan("CUP-EAN")
    assert page.prompt() == "Wait for the label"
    # the tiles stay where they are, and take nothing any more
    assert [tile.chosen for tile in page.table.box.text.cartons] == [False, True]
    before = len(scans(house))
    person.press(Key.Key_1)
    page.table.box.tiles[0].click()
    assert len(scans(house)) == before
    assert small != large


def test_a_digit_answers_a_question_before_it_takes_a_carton(person: Person, page: PackingPage, house: House) -> None:
    setup.carton(house, "S", 200, 150, 100)
    order = house.picked("TEA", "CUP")
    setup.sizes(house, "TEA", "CUP")
    person.scan(house.tote_of(order))
    person.scan("whatever")
    person.press(Key.Key_1)
    assert len(scans(house)) == 2  # a failure waits
    person.scan("XXOK")
    person.press(Key.Key_F5)
    person.press(Key.Key_4)
    person.wait(person.settled)
    assert scans(house)[-1][0] == "XXOTHER"


def test_the_scale_speaks_by_itself_and_a_wrong_weight_stops(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    setup.rules(house, weigh="checked", carton="off", tolerance_g=10, tolerance_percent=3)
    order = house.picked("TEA", ("CUP", 2))
    person.scan(house.tote_of(order))
    weight = page.table.box.text.weight
    assert weight is not None
    assert (weight.number, weight.expected, weight.state) == ("No scale", "expected 0.300 ± 10 g", "")
    lay(person, page, 0)
    for item in ("TEA", "CUP", "CUP"):
        person.scan(f"{item}-EAN")
    assert page.prompt() == "Put the box on the scale"
    assert page.table.box.text.now == "weight"
    lay(person, page, 407)
    stop = page.panel.stop
    assert stop is not None
    assert (stop.word, stop.sentence) == ("WRONG WEIGHT", "Too heavy: count again what is in the box")
    assert [(side.number, side.detail) for side in stop.sides] == [
        ("0.407 kg", "107 g too heavy"), ("0.300 kg", "± 10 g"),
    ]  # fmt: skip
    assert "fail" in heard
    # who packs may not accept it; the engine says so, and so does the panel
    assert "a lead accepts it" in stop.how
    assert [choice.key for choice in stop.choices] == ["Enter"]
    lay(person, page, 407)
    assert [code for _, code in scans(house)].count("weight_off") == 1
    person.press(Key.Key_Return)
    person.wait(person.settled)
    lay(person, page, 0)
    lay(person, page, 304)
    assert page.prompt() == "Wait for the label"
    weight = page.table.box.text.weight
    assert weight is not None
    assert (weight.number, weight.state) == ("0.304 kg", "pass")


def test_a_lead_accepts_a_wrong_weight_by_its_key(person: Person, page: PackingPage, house: House) -> None:
    setup.rules(house, weigh="checked", carton="off")
    order = house.picked("TEA", source_id="AE-8140")
    person.scan(setup.badge(house, "Lea", Role.LEAD))
    person.scan(house.source_id(order))
    person.scan("TEA-EAN")
    lay(person, page, 0)
    lay(person, page, 900)
    assert page.panel.stop is not None
    assert [choice.key for choice in page.panel.stop.choices] == ["Shift+F9", "Enter"]
    person.press(Key.Key_F9, SHIFT)
    person.wait(person.settled)
    assert [code for _, code in scans(house)][-1] == "overridden"
    assert page.panel.isHidden()
    assert page.table.box.text.weight is not None
    assert page.table.box.text.weight.state == "attention"


def test_the_weight_of_what_nobody_has_weighed_is_not_guessed(person: Person, page: PackingPage, house: House) -> None:
    setup.rules(house, weigh="checked")
    order = house.picked("TEA", "CUP")
    setup.of_sku(house, "CUP", weight_g=None)
    person.scan(house.tote_of(order))
    assert page.table.box.text.weight is not None
    assert page.table.box.text.weight.expected == "Expected weight not known"


def test_another_person_checks_piece_by_piece(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    setup.rules(house, check_percent=100)
    person.scan(setup.badge(house, "Pia"))
    person.scan(house.tote_of(order))
    person.scan("TEA-EAN")
    person.scan("CUP-EAN")
    assert page.prompt() == "Second check: another operator scans the badge"
    assert checks(page)[2] == ("Second check", "now")
    person.scan(setup.badge(house, "Pia"))
    assert page.panel.stop is not None
    assert page.panel.stop.word == "NOT YOU"
    assert page.panel.stop.sides[-1].title == "The badge of another operator"
    person.press(Key.Key_Return)
    person.wait(person.settled)
    person.scan(setup.badge(house, "Tom"))
    assert page.prompt() == "Second check of TEA: 1 to go"
    assert [(row.name, row.count, row.current) for row in page.table.lines.rows] == [
        ("TEA", "0 / 1", True), ("CUP", "0 / 1", False),
    ]  # fmt: skip
    person.scan("TEA-EAN")
    assert checks(page)[2] == ("Second check: 1 to go", "now")
    person.scan("CUP-EAN")
    assert checks(page)[2] == ("Checked by another", "done")
    assert page.prompt() == "Wait for the label"


def test_what_a_warehouse_never_asks_for_has_no_room_and_the_rest_stays(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    box = page.table.box.text
    assert (box.cartons, box.weight) == (None, None)
    setup.rules(house, weigh="checked", carton="required")
    setup.carton(house, "S", 200, 150, 100)
    refetched(person, page)
    before = [page.table.box.geometry(), page.table.facts.geometry(), *(t.geometry() for t in page.table.box.tiles)]
    for code in ("TEA-EAN", "CUP-EAN", "XXHOLD", house.tote_of(order)):
        person.scan(code)
        now = [page.table.box.geometry(), page.table.facts.geometry(), *(t.geometry() for t in page.table.box.tiles)]
        assert now == before


def drawn(colour: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG")
    return written.getvalue()


def test_the_item_in_hand_and_both_sides_of_a_wrong_one_have_their_pictures(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("POT", 1)
    setup.picture(house, "TEA", drawn("#cc0000"))
    setup.picture(house, "POT", drawn("#0000cc"))
    person.scan(house.tote_of(order))
    assert page.table.current.text is not None
    assert page.table.current.text.sku == "TEA"
    assert page.table.pictures.has("TEA")
    assert not page.table.pictures.has("CUP")  # it has none: a tile stands there
    image = page.table.current.grab().toImage()
    reds = [
        (x, y) for x in range(0, image.width() // 3, 4) for y in range(0, image.height(), 4)
        if image.pixelColor(x, y).red() > 180 > 60 > image.pixelColor(x, y).green()
    ]  # fmt: skip
    assert len(reds) > 50
    person.scan("POT-EAN")
    assert page.panel.stop is not None
    assert [side.sku for side in page.panel.stop.sides] == ["POT", "TEA"]
    assert page.table.pictures.has("POT")


def test_a_wrong_item_says_to_which_slot_of_the_cart_it_belongs(
    person: Person, page: PackingPage, house: House
) -> None:
    for sku in ("TEA", "CUP", "POT", "PAN"):
        house.stock(sku, 5)
    first, second = house.order("TEA", "CUP"), house.order("POT", "PAN")
    house.release()
    house.pick_all()
    person.scan(house.tote_of(first))
    person.scan("POT-EAN")
    stop = page.panel.stop
    assert stop is not None
    assert stop.sentence == "POT belongs to slot 2 of this cart"
    assert stop.sides[0].slot == 2
    assert stop.sides[0].detail == f"Slot 2 · order {house.source_id(second)}"


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Escape])
def test_a_failure_that_the_right_scan_ends_says_so(
    person: Person, page: PackingPage, house: House, key: Qt.Key
) -> None:
    setup.rules(house, release_by_scan="wrong_item")
    order = house.picked("TEA", "CUP")
    house.stock("POT", 1)
    person.scan(house.tote_of(order))
    person.scan("POT-EAN")
    assert page.panel.stop is not None
    assert page.panel.stop.how == "Scan the right one, or press Enter"
    person.scan("TEA-EAN")
    assert page.panel.isHidden()
    assert shown(page) == ("pass", "TEA: complete")
    person.press(key)
    assert len(scans(house)) == 3


def test_the_label_is_the_last_of_all(person: Person, page: PackingPage, house: House) -> None:
    setup.insert(house, "Sample")
    order = house.picked("TEA", source_id="AE-8140")
    setup.of_order(house, order, gift_message="Hello")
    person.scan(house.source_id(order))
    person.scan("TEA-EAN")
    assert page.table.facts.text is not None
    assert page.table.facts.text.sentence == "Prints by itself after the last item"
    person.press(Key.Key_Return)
    person.wait(person.settled)
    person.press(Key.Key_Return)
    person.wait(person.settled)
    house.printed()
    person.wait(lambda: page.prompt() == "Stick copy 1 on the box and scan it")
    person.scan(square(house))
    assert house.state(order) == "shipped"
