"""The settings page: what is typed is checked in place, saved as a whole, and followed at once where that is said."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, QPointF, QStandardPaths, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QWidget,
)

from app.domain.errors import KnownError
from app.settings import KEYS, Settings, load_settings, save_settings, settings_path
from db.places import Warehouse
from tests.factories import House
from tests.ui.conftest import Person
from ui.pages.settings import SettingsPage

SENDER = ("sender_name", "sender_street", "sender_postcode", "sender_city", "sender_country")
AT_ONCE = {"language", "theme", "text_scale", "reduce_motion", "sound", "volume"}
# a value other than the default, for every field of the page
OTHER: dict[str, object] = {
    "station": "BENCH-9", "operator": "Pia", "cart": "CART-9", "role": "lead", "language": "zh", "theme": "dark",
    "text_scale": 1.5, "reduce_motion": False, "printer": "file:labels.zpl", "wedge_prefix": "F12",
    "printer_fallback": "file:other.zpl", "document_printer": "file:documents.zpl",
    "scanners": "serial:///dev/ttyACM0 tcp://scanner-3:4001", "scale": "hid://0922:8003",
    "camera": "folder:/var/pictures",
    "wedge_gap_ms": 40, "wedge_total_ms": 2_000, "wedge_shortest": 6, "wedge_jitter_ms": 9, "sound": True,
    "volume": 0.3, "sender_name": "Harbour Ltd", "sender_street": "18 Sample Road", "sender_postcode": "310000",
    "sender_city": "Hangzhou", "sender_country": "DE", "sender_phone": "+49 30 000000",
    "sender_eori": "DE123456789012345", "sender_vat": "DE123456789", "sender_ioss": "IM2760000001",
    "sdr_rates": "EUR 1.17, USD 1.36",
}  # fmt: skip


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("settings",)


class Administrator:
    """Somebody at the settings page."""

    def __init__(self, person: Person) -> None:
        self.person, self.work = person, person.work
        page = person.go("settings")
        assert isinstance(page, SettingsPage)
        self.page = page

    def put(self, name: str, value: object) -> None:
        """Give a field a value, as a person at it would."""
        field = self.page._fields[name]
        if isinstance(field, QCheckBox):
            if field.isChecked() != value:
                field.click()
        elif isinstance(field, QComboBox):
            field.setCurrentIndex(field.findData(value))
        elif isinstance(field, QSlider):
            field.setValue(round(float(str(value)) * 100))
        elif isinstance(field, QLineEdit):
            field.setFocus()
            field.selectAll()
            if value:
                self.person.type(str(value))
            else:
                self.person.press(Qt.Key.Key_Delete)
        self.person.wait(self.person.settled)

    def save(self) -> None:
        self.person.press(Qt.Key.Key_F2)
        self.person.wait(self.person.settled)

    @property
    def saved(self) -> Settings:
        """What the file says; nothing may be wrong with it."""
        settings, troubles = load_settings()
        assert troubles == []
        return settings

    def hint(self, name: str) -> str:
        return self.page._hints[name].text().removeprefix("✗ ")

    def wrong(self) -> set[str]:
        """The fields that are shown as wrong, by frame and hint."""
        frames = {name for name, field in self.page._fields.items() if field.property("outcome") == "fail"}
        hints = {name for name, hint in self.page._hints.items() if hint.property("outcome") == "fail"}
        assert frames == hints
        return frames

    @property
    def notice(self) -> str:
        return self.work.dialogs.notice


@pytest.fixture
def administrator(person: Person) -> Administrator:
    return Administrator(person)


def test_every_field_of_the_file_is_on_the_page(administrator: Administrator) -> None:
    assert set(administrator.page._fields) == {key.field for key in KEYS}
    assert set(OTHER) == set(administrator.page._fields)


@pytest.mark.parametrize("name", sorted(OTHER))
def test_each_field_is_saved_and_read_back(administrator: Administrator, name: str) -> None:
    administrator.put(name, OTHER[name])
    if name in SENDER:  # no part of it is of use alone
        for other in SENDER:
            administrator.put(other, OTHER[other])
    if name in AT_ONCE:
        assert getattr(administrator.saved, name) == OTHER[name]
    else:
        assert not settings_path().exists()
        assert getattr(administrator.work.settings, name) != OTHER[name]
    administrator.save()
    assert getattr(administrator.saved, name) == OTHER[name]
    assert getattr(administrator.work.settings, name) == OTHER[name]
    # a page made anew shows it
    again = SettingsPage(administrator.work)
    again.show()
    administrator.person.wait(lambda: again.data is not None)
    field, shown = again._fields[name], administrator.page._fields[name]
    for value in ("text", "value", "isChecked", "currentData"):
        if hasattr(field, value) and not (isinstance(field, QCheckBox) and value == "text"):
            assert getattr(field, value)() == getattr(shown, value)()
    again.hide()
    again.deleteLater()


def test_all_at_once(administrator: Administrator) -> None:
    for name, value in OTHER.items():
        administrator.put(name, value)
    administrator.save()
    assert {name: getattr(administrator.saved, name) for name in OTHER} == OTHER


def test_what_is_not_saved_is_said(administrator: Administrator) -> None:
    assert administrator.page.prompt() == ""
    administrator.put("operator", "Pia")
    assert administrator.page.prompt() == "Not saved yet: press\u00a0F2"
    assert administrator.person.window._prompt.whole() == "Not saved yet: press\u00a0F2"
    administrator.save()
    assert administrator.page.prompt() == ""
    assert administrator.notice == "Settings are saved"


def test_enter_in_a_field_saves(administrator: Administrator) -> None:
    administrator.put("operator", "Pia")
    administrator.person.press(Qt.Key.Key_Return)
    administrator.person.wait(administrator.person.settled)
    assert administrator.saved.operator == "Pia"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("station", "", "Station: enter 1 to 40 characters"),
        ("cart", "", "Picker's terminal: enter 1 to 40 characters"),
        ("printer", "lpt1", "Label printer: write a device like tcp://printer-3:9100"),
        ("printer", "tcp:/x", "tcp:/x names no device"),
        ("printer", "abc://x:1", "abc://x:1 names no device"),
        ("wedge_prefix", "AB", "AB cannot be a scanner's prefix"),
        ("wedge_gap_ms", "3", "Between two keys, ms: enter a number, 5 – 200"),
        ("wedge_gap_ms", "", "Between two keys, ms: enter a number, 5 – 200"),
        ("wedge_total_ms", "1.5", "For a whole code, ms: enter a number, 200 – 10000"),
        ("sender_street", "18 Sample Road", "The sender's address is not complete"),
        # a scale and a scanner are shown addresses of their own, not a printer's
        ("scale", "lpt1://x", "lpt1://x names no scale: write it like hid://0922:8003"),
        ("scale", "COM3", "COM3 names no scale: write it like hid://0922:8003"),
        ("scanners", "usb://0a5f:0166", "usb://0a5f:0166 names no scanner: write it like serial:///dev/ttyACM0"),
    ],
)
def test_a_bad_value_is_said_at_its_field_and_nothing_is_saved(
    administrator: Administrator, name: str, value: str, said: str
) -> None:
    administrator.put("operator", "Pia")
    administrator.put(name, value)
    administrator.save()
    assert any(hint.text().startswith(f"✗ {said}") for hint in administrator.page._hints.values())
    assert administrator.notice.startswith(said)
    shown = "sender_name" if name == "sender_street" else name  # where something is missing
    assert administrator.wrong() == {shown}
    assert administrator.page._fields[shown].hasFocus()
    assert not settings_path().exists()
    assert administrator.work.settings.operator == ""
    assert administrator.person.window._prompt.whole() == "Not saved: correct the marked field, then press\u00a0F2"
    # it is said until the field is touched
    administrator.work.words.switch("zh")
    assert administrator.wrong() == {shown}
    assert not administrator.hint(shown).startswith(said)
    administrator.work.words.switch("en")
    for touched in {name, shown}:
        administrator.put(touched, getattr(Settings(), touched) or " ")
    assert administrator.wrong() == set()
    administrator.save()
    assert administrator.saved.operator == "Pia"


def test_a_refused_number_is_red(administrator: Administrator) -> None:
    administrator.put("wedge_shortest", 99)
    administrator.save()
    field = administrator.page._fields["wedge_shortest"]
    administrator.page._fields["station"].setFocus()
    image = field.grab().toImage()
    assert image.pixelColor(image.width() // 2, 0).name() == administrator.work.theme.fail.ink.lower()
    assert isinstance(field, QLineEdit)
    assert field.text() == "99"  # what was typed can be corrected


def test_the_sender_stands_on_new_labels(administrator: Administrator, house: House) -> None:
    warehouse = house.warehouse
    administrator.put("operator", "Pia")
    administrator.save()
    assert house.get(Warehouse, warehouse).sender == "Packbench Ltd\nShenzhen"  # who names none changes none
    for name in SENDER:
        administrator.put(name, OTHER[name])
    administrator.save()
    said = "Harbour Ltd\n18 Sample Road\n310000 Hangzhou\nGERMANY"
    administrator.person.wait(lambda: house.get(Warehouse, warehouse).sender == said)
    assert house.get(Warehouse, warehouse).country == "DE"
    for name in SENDER:
        administrator.put(name, "")
    administrator.save()
    administrator.person.wait(lambda: house.get(Warehouse, warehouse).sender == "")


@pytest.mark.parametrize(
    ("name", "value", "where", "said"),
    [
        ("sender_country", "QQ", "sender_country", "There is no country QQ"),
        ("sender_name", "\U0001d4d0", "sender_name", "The sender has signs that cannot be printed"),
    ],
)
def test_a_sender_that_cannot_be_printed_is_not_saved(
    administrator: Administrator, house: House, name: str, value: str, where: str, said: str
) -> None:
    for other in SENDER:
        administrator.put(other, OTHER[other])
    field = administrator.page._fields[name]
    assert isinstance(field, QLineEdit)
    field.setText(value)
    administrator.save()
    administrator.person.wait(lambda: administrator.wrong() == {where})
    assert administrator.hint(where).startswith(said)
    assert not settings_path().exists()
    assert house.get(Warehouse, house.warehouse).sender == "Packbench Ltd\nShenzhen"


@pytest.mark.parametrize(
    ("width", "height", "scale", "columns"), [(1366, 768, 1.0, 2), (1366, 768, 1.5, 1), (1920, 1080, 1.5, 2)]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_width_needs_a_bar(
    administrator: Administrator, width: int, height: int, scale: float, columns: int, language: str
) -> None:
    page, window = administrator.page, administrator.person.window
    administrator.work.words.switch(language)
    window.resize(width, height)
    administrator.work.use_settings(replace(administrator.work.settings, text_scale=scale))
    administrator.person.wait(lambda: page.width() > width - 120 * scale and administrator.person.settled())
    assert page._area.horizontalScrollBar().maximum() == 0
    places = {field.mapTo(page, QPoint(0, 0)).x() > page.width() // 2 for field in page._fields.values()}
    assert len(places) == columns


def test_several_bad_values_are_said_together(administrator: Administrator) -> None:
    administrator.put("cart", "")
    administrator.put("printer", "lpt1")
    administrator.save()
    assert administrator.wrong() == {"cart", "printer"}
    assert administrator.page._fields["cart"].hasFocus()


def test_what_is_wrong_is_scrolled_to(administrator: Administrator) -> None:
    administrator.put("scale", "lpt1://scale")
    administrator.page._area.verticalScrollBar().setValue(0)
    administrator.save()
    seen, hint = administrator.page._area.viewport(), administrator.page._hints["scale"]
    assert administrator.wrong() == {"scale"}
    assert seen.rect().contains(hint.rect().translated(hint.mapTo(seen, QPoint(0, 0))))


@pytest.mark.parametrize("change", [{"theme": "dark"}, {"language": "zh"}, {"wedge_gap_ms": 70}])
def test_only_the_engine_ends_trouble(administrator: Administrator, change: dict[str, object]) -> None:
    settled: list[bool] = []
    administrator.work.settled.connect(lambda: settled.append(True))
    window = administrator.person.window
    window.show_trouble("offline", KnownError("database_locked"), None)
    administrator.work.use_settings(replace(administrator.work.settings, **change))  # type: ignore[arg-type]
    administrator.person.wait(lambda: window.page is None)
    assert settled == []
    assert window.page is None
    administrator.work.settled.emit()
    assert window.page is administrator.page


def test_no_printer_is_allowed(administrator: Administrator) -> None:
    administrator.put("printer", "file:labels.zpl")
    administrator.save()
    administrator.put("printer", "")
    administrator.save()
    assert administrator.saved.printer == ""


def test_the_language_is_switched_at_once(administrator: Administrator) -> None:
    labels = [label.text() for label in administrator.page.findChildren(QLabel)]
    administrator.put("language", "zh")
    assert administrator.work.words.language == "zh"
    assert administrator.person.window._title.text() == "设置"
    theme = administrator.page._fields["theme"]
    assert isinstance(theme, QComboBox)
    assert theme.itemText(1) != "Dark"
    assert [label.text() for label in administrator.page.findChildren(QLabel)] != labels
    administrator.put("language", "en")
    assert [label.text() for label in administrator.page.findChildren(QLabel)] == labels


def test_the_theme_is_painted_at_once(administrator: Administrator, qapp: QApplication) -> None:
    administrator.put("theme", "dark")
    assert administrator.work.theme.name == "dark"
    assert qapp.palette().window().color().name() == administrator.work.theme.surface
    administrator.put("theme", "light")
    assert qapp.palette().window().color().name() == administrator.work.theme.surface


def test_the_text_grows_at_once(administrator: Administrator, qapp: QApplication) -> None:
    before = administrator.page._fields["station"].sizeHint().height()
    administrator.put("text_scale", 1.5)
    assert qapp.font().pixelSize() == 24
    assert administrator.page._fields["station"].sizeHint().height() > before
    administrator.put("text_scale", 1.0)
    assert qapp.font().pixelSize() == 16


def test_sound_and_volume_are_heard_at_once(administrator: Administrator) -> None:
    assert not administrator.work.sounds.enabled
    administrator.put("sound", True)
    assert administrator.work.sounds.enabled
    administrator.put("volume", 0.25)
    assert administrator.work.sounds._volume == 0.25
    assert administrator.hint("volume").startswith("25\u00a0%")


def test_every_tone_can_be_tried(administrator: Administrator) -> None:
    heard: list[str] = []
    administrator.work.sounds.played.connect(heard.append)
    for button in administrator.page._area.findChildren(QPushButton):
        button.click()
    assert heard == ["pass", "complete", "fail", "attention", "system"]


def test_what_was_typed_outlives_another_theme_and_language(administrator: Administrator) -> None:
    administrator.put("operator", "Pia")
    administrator.put("theme", "dark")
    administrator.put("language", "zh")
    field = administrator.page._fields["operator"]
    assert isinstance(field, QLineEdit)
    assert field.text() == "Pia"
    assert administrator.saved.operator == ""


def test_a_volume_between_two_steps_stays(administrator: Administrator) -> None:
    administrator.work.use_settings(replace(administrator.work.settings, volume=0.333))
    administrator.person.wait(administrator.person.settled)
    assert administrator.page.prompt() == ""
    administrator.put("operator", "Pia")
    administrator.save()
    assert administrator.work.settings.volume == 0.333


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(administrator: Administrator) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().parent.chmod(0o500)
    administrator.put("theme", "dark")
    settings_path().parent.chmod(0o700)
    assert administrator.notice.startswith("The settings are not saved")


def test_a_file_that_cannot_be_written_changes_nothing(administrator: Administrator, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    os.environ["PACKBENCH_SETTINGS"] = str(tmp_path / "file" / "settings.toml")
    try:
        administrator.put("theme", "dark")
        assert administrator.notice.startswith("The settings are not saved")
        assert administrator.work.theme.name == "light"
        theme = administrator.page._fields["theme"]
        assert isinstance(theme, QComboBox)
        assert theme.currentData() == "light"
        administrator.put("operator", "Pia")
        administrator.save()
        assert administrator.work.settings.operator == ""
        assert administrator.page.prompt() != ""
    finally:
        del os.environ["PACKBENCH_SETTINGS"]


def test_comments_and_unknown_keys_of_the_file_stay(administrator: Administrator) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text('version = 1\n# ours\n[station]\nname = "BENCH-1"\n[later]\nkey = 3\n', encoding="utf-8")
    administrator.put("volume", 0.2)
    text = settings_path().read_text(encoding="utf-8")
    assert "# ours" in text
    assert "key = 3" in text


def test_what_the_command_line_says_is_not_written_with_something_else(administrator: Administrator) -> None:
    save_settings(Settings(station="BENCH-5", printer="tcp://printer-5:9100"))
    # as with `--station BENCH-1 --printer file:x`, or in a practice with its simulated printer
    administrator.work.use_settings(replace(administrator.work.settings, printer="tcp://127.0.0.1:39001"))
    administrator.put("volume", 0.2)
    saved = administrator.saved
    assert (saved.station, saved.printer, saved.volume) == ("BENCH-5", "tcp://printer-5:9100", 0.2)
    assert administrator.work.settings.printer == "tcp://127.0.0.1:39001"


def test_the_language_of_the_command_line_outlives_another_theme(administrator: Administrator) -> None:
    administrator.work.words.switch("zh")  # the settings say: as the system
    administrator.put("theme", "dark")
    assert administrator.work.words.language == "zh"


def test_the_engine_is_told_where_the_bench_has_moved(administrator: Administrator) -> None:
    moved: list[bool] = []
    administrator.work.moved.connect(lambda: moved.append(True))
    administrator.put("volume", 0.2)
    assert moved == []
    administrator.put("station", "BENCH-9")
    administrator.save()
    assert moved == [True]


def test_the_sheet_of_commands_is_written(
    administrator: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path / "documents"))
    administrator.person.press(Qt.Key.Key_F3)
    path = tmp_path / "documents" / "packbench-commands-en.pdf"
    administrator.person.wait(lambda: administrator.notice.startswith(f"The command sheet is in {path}"))
    assert len(pypdfium2.PdfDocument(path.read_bytes())) == 2


@pytest.mark.parametrize("name", ["theme", "wedge_gap_ms", "volume"])
def test_the_wheel_over_a_field_changes_nothing(administrator: Administrator, name: str) -> None:
    field: QWidget = administrator.page._fields[name]
    before = administrator.page._typed()
    administrator.page._fields["station"].setFocus()
    middle = QPointF(field.rect().center())
    wheel = QWheelEvent(
        middle, field.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, wheel)
    assert administrator.page._typed() == before
    assert not wheel.isAccepted()


def test_every_field_is_reached_by_tab_and_scrolled_to(administrator: Administrator) -> None:
    administrator.person.window.resize(1024, 640)
    area = administrator.page._area
    wanted = [*administrator.page._fields.values(), *area.findChildren(QPushButton)]
    reached: list[QWidget] = []
    for _ in range(len(wanted) + 10):
        focus = administrator.person.window.focusWidget()
        if focus in wanted and focus not in reached:
            reached.append(focus)
            seen = area.viewport().rect()
            place = focus.mapTo(area.viewport(), QPoint(0, 0))
            assert seen.intersects(focus.rect().translated(place))
        administrator.person.press(Qt.Key.Key_Tab)
    assert [field.accessibleName() for field in wanted if field not in reached] == []


def test_the_page_reaches_the_foot_and_a_notice_leaves_the_keys_free(administrator: Administrator) -> None:
    page, window = administrator.page, administrator.person.window

    def low(widget: QWidget) -> int:
        return widget.mapTo(window, QPoint(0, widget.height())).y()

    foot = window.foot.mapTo(window, QPoint(0, 0)).y()
    administrator.person.wait(lambda: low(page._area) == foot)
    administrator.save()
    administrator.person.wait(lambda: low(administrator.work.dialogs._notice) == foot)
