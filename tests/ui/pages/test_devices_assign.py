"""A device is found, given its use and tried in three steps; the calibration barcode says what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.devices import Found, calibration_text
from app.domain.errors import KnownError
from app.settings import load_settings
from hardware.simulator.cable import PtyCable
from hardware.simulator.scale import ScaleTwin
from hardware.simulator.scanner import ScannerTwin
from printing.symbols import decode
from tests.ui.conftest import Person
from ui.pages import devices_assign
from ui.pages.devices import DevicesPage

Key = Qt.Key


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("devices", "settings")


@pytest.fixture
def cable() -> Iterator[PtyCable]:
    if sys.platform == "win32":
        pytest.skip("needs pseudo-terminals")
    cable = PtyCable()
    yield cable
    cable.close()


class Installer:
    """Somebody who connects devices; `found` is what is attached."""

    def __init__(self, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        self.person, self.work = person, person.work
        self.found: list[Found] = []
        monkeypatch.setattr(devices_assign, "find_devices", lambda: self.found)
        page = person.go("devices")
        assert isinstance(page, DevicesPage)
        self.page, self.assistant = page, page._assistant

    def find(self, *found: Found) -> None:
        self.found = list(found)
        self.person.press(Key.Key_F6)
        self.person.wait(lambda: self.assistant.step == "choose")

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.person.press(key)

    @property
    def seen(self) -> list[str]:
        """Every text of the assistant that can be seen."""
        return [label.text() for label in self.assistant.findChildren(QLabel) if label.isVisible() and label.text()]

    def reads(self, text: str) -> None:
        self.person.wait(lambda: any(text in line for line in self.seen))


@pytest.fixture
def installer(person: Person, monkeypatch: pytest.MonkeyPatch) -> Installer:
    return Installer(person, monkeypatch)


def test_nothing_is_found(installer: Installer) -> None:
    installer.find()
    installer.reads("Nothing was found")
    installer.press(Key.Key_Escape)
    assert installer.assistant.step == ""
    assert installer.page._views.currentWidget() is installer.page._area


def test_what_is_in_the_way_is_said_with_the_command_that_mends_it(installer: Installer) -> None:
    url, command = "serial:///dev/ttyACM0", "sudo usermod -aG dialout $USER"
    trouble = KnownError("device_permission_group", url=url, node="/dev/ttyACM0", group="dialout", command=command)
    installer.find(
        Found("scanner", url, "", "Honeywell 1950", "found_by_ids", trouble),
        Found("unknown", "", "", "cups", "found_nothing", KnownError("device_source_failed", source="cups", reason="")),
    )
    installer.reads("You may not use /dev/ttyACM0")
    installer.reads(command)
    installer.press(Key.Key_2)  # what could not be asked is no device
    assert installer.assistant.step == "choose"


def test_a_scanner_is_found_tried_and_saved_by_digits(installer: Installer, cable: PtyCable) -> None:
    installer.find(
        Found("scale", "hid://0922:8003", "", "Dymo M25", "found_by_usage"),
        Found("scanner", cable.url, "", "Honeywell 1950", "found_by_ids"),
    )
    installer.press(Key.Key_2, Key.Key_1)
    installer.reads("Scan anything with it")
    installer.reads("Use it all the same")
    trial = installer.assistant._trial
    assert trial is not None
    installer.person.wait(lambda: trial._own is not None and trial._own.scanners[0].state == "ready")
    ScannerTwin(cable).scan("4006381333931")
    installer.reads("The scan arrived: 4006381333931")
    installer.press(Key.Key_1)
    assert load_settings()[0].scanners == cable.url
    assert installer.assistant.step == ""
    assert f"Saved as Attached scanners: {cable.url}" in installer.work.dialogs.notice


def test_leaving_before_the_end_changes_nothing_and_lets_the_port_go(installer: Installer, cable: PtyCable) -> None:
    installer.find(Found("scanner", cable.url, "", "Honeywell 1950", "found_by_ids"))
    installer.press(Key.Key_1, Key.Key_1)
    trial = installer.assistant._trial
    assert trial is not None
    installer.person.wait(lambda: trial._own is not None)
    installer.press(Key.Key_Escape, Key.Key_Escape, Key.Key_Escape)
    assert installer.assistant.step == ""
    installer.person.wait(lambda: trial._own is None)
    assert load_settings()[0].scanners == ""


def test_another_page_ends_a_test(installer: Installer, cable: PtyCable) -> None:
    installer.find(Found("scanner", cable.url, "", "Honeywell 1950", "found_by_ids"))
    installer.press(Key.Key_1, Key.Key_1)
    installer.person.go("settings")
    assert installer.assistant.step == ""


def test_a_scale_at_a_serial_port_is_asked_for_its_protocol_and_must_rest(
    installer: Installer, cable: PtyCable
) -> None:
    twin = ScaleTwin(cable, "mt_sics", every=0.04)
    twin.start()
    installer.find(Found("unknown", cable.url, "", "FTDI", "found_adapter"))
    installer.press(Key.Key_1)
    installer.reads("What is FTDI for at this station?")
    installer.press(Key.Key_5)
    installer.reads("What does FTDI speak?")
    installer.reads("mt_sics")
    installer.press(Key.Key_1)
    installer.reads("Put something on it")
    twin.load(1_250)
    installer.reads("It weighs at rest: 1.250\u00a0kg")
    installer.press(Key.Key_Return)
    assert load_settings()[0].scale == f"{cable.url}?protocol=mt_sics"
    twin.stop()


def test_a_printer_is_tried_by_a_label_that_is_scanned_back(installer: Installer, tmp_path: object) -> None:
    url = f"file:{tmp_path}/trial.zpl?language=zpl"
    installer.find(Found("printer", url, "zpl", "Zebra ZD421", "found_by_device_id"))
    installer.press(Key.Key_1, Key.Key_1)
    installer.person.wait(lambda: installer.page.asks_for)
    installer.reads("A test label is on its way: scan it")
    expected = installer.page.asks_for
    installer.person.window.scan("PBTEST000000")
    installer.reads("That is another test label")
    installer.person.window.scan(expected)
    installer.reads("was read back")
    installer.press(Key.Key_Return)
    assert load_settings()[0].printer == url


def test_the_words_follow_the_language(installer: Installer) -> None:
    installer.find(Found("scanner", "serial:///dev/ttyACM0", "", "Honeywell 1950", "found_by_ids"))
    installer.work.words.switch("zh")
    installer.reads("是哪一台设备")


# the calibration barcode


def findings(installer: Installer) -> tuple[str, ...]:
    view = installer.page._calibrating
    assert view is not None
    return view.codes


def test_the_calibration_barcode_can_be_read_off_the_screen(installer: Installer) -> None:
    from io import BytesIO

    from PIL import Image
    from PySide6.QtCore import QBuffer

    installer.person.press(Key.Key_F7)
    view = installer.page._calibrating
    assert view is not None
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    view.grab().save(buffer, "PNG")
    read = decode(Image.open(BytesIO(bytes(buffer.data().data()))))
    assert [symbol.text for symbol in read] == [calibration_text()]


def test_a_good_scanner_is_said_to_be_good(installer: Installer) -> None:
    installer.person.press(Key.Key_F7)
    installer.person.scan(calibration_text())
    assert findings(installer) == ("calibration_good",)
    installer.person.press(Key.Key_Escape)
    assert installer.page._calibrating is None


def test_a_wrong_layout_is_named(installer: Installer) -> None:
    from hardware.calibration import typed

    installer.person.press(Key.Key_F7)
    installer.person.window.wedge.raw = ""
    installer.person.scan(typed(calibration_text(), "German"))
    assert "calibration_layout" in findings(installer)


def test_a_scanner_that_ends_no_code_is_told_so(installer: Installer) -> None:
    installer.person.press(Key.Key_F7)
    installer.person.type(calibration_text())
    installer.person.wait(lambda: findings(installer))
    assert "calibration_no_suffix" in findings(installer)
