"""The camera on the devices page: chosen, tried, and seen as it is; and its photos in the order's detail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.domain.errors import KnownError
from app.domain.people import Actor, Role
from app.operations.photos import note_missing_photo, store_photo
from app.photos import shrink
from app.settings import load_settings
from tests.app.test_photos import jpeg
from tests.factories import NOON, House
from tests.ui.conftest import Person
from tests.ui.lens import ToyLens
from ui import photographer as photographers
from ui.pages.devices import DevicesPage
from ui.photographer import Photographer
from ui.widgets.photo import ParcelPhoto

ACTOR = Actor(None, None, Role.PACKER)
DEVICES = 6  # the digit of the camera, below printers, scanners and scale


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("packing", "devices", "orders")


@pytest.fixture
def lens() -> ToyLens:
    return ToyLens(("usb-1", "Bench camera"), ("usb-2", "Web cam"))


@pytest.fixture
def devices(person: Person, lens: ToyLens, monkeypatch: pytest.MonkeyPatch) -> DevicesPage:
    monkeypatch.setattr(photographers, "FOLDER_S", 0.05)
    person.work.photographer = Photographer(person.work, lambda: lens)
    person.work.photographer.begin()
    page = person.go("devices")
    assert isinstance(page, DevicesPage)
    return page


def answer(person: Person, digit: int) -> None:
    """Answer the question on the screen, and wait until it is gone or followed by another."""
    dialogs = person.work.dialogs
    asked = dialogs.question_id
    person.press(getattr(Qt.Key, f"Key_{digit}"))
    person.wait(lambda: dialogs.question_id > asked or not dialogs.is_open)


def choose(person: Person, digit: int) -> None:
    """F5, the camera, and one of what is offered."""
    person.press(Qt.Key.Key_F5)
    for each in (DEVICES, digit):
        person.wait(lambda: person.work.dialogs.is_open)
        answer(person, each)


def texts(page: DevicesPage) -> str:
    from PySide6.QtWidgets import QLabel

    card: Any = page._camera
    return " | ".join(label.text() for label in card.findChildren(QLabel) if label.text() and not label.isHidden())


def test_who_has_no_camera_is_not_shown_a_card_for_it(person: Person, devices: DevicesPage) -> None:
    assert devices._camera.isHidden()
    choose(person, 1)
    person.wait(lambda: person.work.dialogs.is_open)
    person.press(Qt.Key.Key_Escape)
    person.wait(lambda: not devices._camera.isHidden())


def test_a_camera_is_chosen_by_digits_and_shows_what_it_sees(person: Person, devices: DevicesPage) -> None:
    choose(person, 2)
    person.wait(lambda: person.work.settings.camera == "camera:Web cam")
    assert load_settings()[0].camera == "camera:Web cam"
    person.wait(lambda: person.work.dialogs.is_open)  # the test picture
    person.press(Qt.Key.Key_1)
    person.wait(person.settled)
    assert "Camera ready" in texts(devices)
    assert "Web cam" in texts(devices)
    assert "64 × 48" in texts(devices)
    assert not devices._camera.picture.isHidden()


def test_another_test_picture_is_taken_as_long_as_wanted(person: Person, devices: DevicesPage, lens: ToyLens) -> None:
    choose(person, 1)
    person.wait(lambda: person.work.dialogs.is_open)
    lens.width = 100
    asked = person.work.dialogs.question_id
    person.press(Qt.Key.Key_2)
    person.wait(lambda: person.work.dialogs.question_id > asked)
    person.press(Qt.Key.Key_1)
    person.wait(person.settled)
    assert "100 × 48" in texts(devices)


def test_a_folder_is_typed_and_a_wrong_one_asked_again(person: Person, devices: DevicesPage, tmp_path: Path) -> None:
    choose(person, 3)
    person.wait(lambda: person.work.dialogs.is_open)
    asked = person.work.dialogs.question_id
    person.type("webcam")
    person.press(Qt.Key.Key_Return)
    person.wait(lambda: person.work.dialogs.question_id > asked)
    question: Any = person.work.dialogs._question
    question._edit.selectAll()
    person.type(f"folder:{tmp_path}")
    person.press(Qt.Key.Key_Return)
    person.wait(lambda: person.work.settings.camera == f"folder:{tmp_path}")
    person.wait(person.settled)
    assert "Camera ready" in texts(devices)
    assert str(tmp_path)[:30] in texts(devices)  # as far as there is room


def test_a_camera_that_is_unplugged_is_seen_and_taken_away(person: Person, devices: DevicesPage, lens: ToyLens) -> None:
    choose(person, 1)
    person.wait(lambda: person.work.dialogs.is_open)
    person.press(Qt.Key.Key_Escape)
    person.wait(person.settled)
    lens.plug()
    person.wait(lambda: "The camera is not there, plug it in" in texts(devices))
    choose(person, 3)  # test picture, file or folder, none
    person.wait(lambda: not person.work.settings.camera)
    person.wait(lambda: devices._camera.isHidden())
    assert lens.opened == ""


def test_a_computer_without_multimedia_can_still_have_a_folder(person: Person, devices: DevicesPage) -> None:
    def none() -> ToyLens:
        raise KnownError("photos_no_multimedia", why="libva")

    assert person.work.photographer is not None
    person.work.photographer._make_lens = none
    choose(person, 1)
    person.wait(lambda: person.work.dialogs.is_open)
    person.press(Qt.Key.Key_Escape)
    person.wait(lambda: not person.work.dialogs.is_open)
    assert not person.work.settings.camera


# the order


class Shop:
    """A closed parcel, and its order's detail in front."""

    def __init__(self, person: Person, house: House) -> None:
        self.person, self.house = person, house
        order = house.picked("MUG")
        hands = house.hands()
        hands.scan(house.tote_of(order), "MUG-EAN")
        house.printed()
        hands.scan(hands.square)
        self.order, self.parcel = order, 1

    def show(self) -> ParcelPhoto:
        self.person.go("orders")
        self.person.work.found.emit(self.order)
        found: list[ParcelPhoto] = []

        def there() -> bool:
            found[:] = [each for each in self.person.window.findChildren(ParcelPhoto) if each.isVisible()]
            return bool(found and found[0].line.text())

        self.person.wait(there)
        return found[0]

    def keep(self, width: int) -> None:
        picture = shrink(jpeg(width, 300, "navy"))
        self.house.store.write(
            store_photo, ACTOR, self.parcel, picture.content, picture.width, picture.height, NOON
        )  # fmt: skip


def test_support_sees_the_photo_small_and_large(person: Person, house: House) -> None:
    shop = Shop(person, house)
    shop.keep(400)
    view = shop.show()
    assert view.line.text().startswith("Photo of 20")
    assert view.picture.isVisible()
    small = view.picture.height()
    view.picture.setFocus()
    person.press(Qt.Key.Key_Return)
    person.wait(lambda: view.picture.height() > small)
    assert view.picture.large
    shop.keep(200)
    person.wait(lambda: "the newest of 2" in view.line.text())


def test_support_is_told_why_there_is_none(person: Person, house: House) -> None:
    shop = Shop(person, house)
    view = shop.show()
    assert view.line.text() == "No photo was wanted at its close"
    assert not view.picture.isVisible()
    house.store.write(note_missing_photo, ACTOR, shop.parcel, KnownError("photos_camera_absent"))
    person.wait(lambda: view.line.text() == "! No photo: the camera is not there, plug it in")
    shop.keep(64)
    person.wait(lambda: view.picture.isVisible())
