"""The devices page: how each device is, a test for each, and another printer; against a simulated one."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from app import spooling
from app.domain.errors import KnownError, Refusal
from app.domain.states import JobState
from app.operations.label_content import name_sender
from app.settings import load_settings
from app.spooling import PrinterLease
from db.parcels import PrintJob
from hardware import printers
from hardware.simulator.zpl_printer import ZplTwin
from printing.interpreter import render
from printing.symbols import decode
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.pages import devices as devices_module
from ui.pages.devices import DevicesPage
from ui.widgets.text import Elided


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("devices", "settings")


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[str]:
    """The URL of a simulated printer that prints at once, on a loop of its own."""
    ready, urls = threading.Event(), []
    loop = asyncio.new_event_loop()

    async def run() -> None:
        twin = ZplTwin(tmp_path / "tray", lambda zpl: b"", time_factor=0.0)
        await twin.start()
        urls.append(f"tcp://127.0.0.1:{twin.port}")
        stop = asyncio.Event()
        loop.stop_twin = stop  # type: ignore[attr-defined]
        ready.set()
        await stop.wait()
        await twin.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    ready.wait(5)
    yield urls[0]
    loop.call_soon_threadsafe(loop.stop_twin.set)  # type: ignore[attr-defined]
    thread.join(5)
    loop.close()


@pytest.fixture
def nobody() -> str:
    """The URL of a printer that is not there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{taken.getsockname()[1]}"


class Technician:
    """Somebody at the devices page; `heard` is every sound."""

    def __init__(self, person: Person, house: House) -> None:
        self.person, self.work, self.house = person, person.work, house
        page = person.go("devices")
        assert isinstance(page, DevicesPage)
        self.page = page
        self.heard: list[str] = []
        self.work.sounds.played.connect(self.heard.append)

    def use(self, url: str) -> None:
        """Have this printer from the beginning."""
        self.work.settings = replace(self.work.settings, printer=url)
        self.work.printer.url = url
        self.page.refresh()
        self.person.wait(self.person.settled)

    def press(self, key: Qt.Key) -> None:
        self.person.press(key)
        self.person.wait(self.person.settled)

    def ask(self, key: Qt.Key) -> None:
        self.person.press(key)
        self.person.wait(lambda: self.work.dialogs.is_open)

    def answer(self, text: str) -> None:
        """Type into the question and take its first answer."""
        before = self.work.dialogs.question_id
        edit = self.question_field()
        edit.selectAll()
        edit.setText(text)
        self.person.press(Qt.Key.Key_Return)
        self.person.wait(lambda: self.work.dialogs.question_id > before or self.person.settled())

    def name_by_hand(self, use: Qt.Key = Qt.Key.Key_1) -> None:
        """Type the address of what a digit stands for: 1 is the label printer."""
        self.ask(Qt.Key.Key_F5)
        before = self.work.dialogs.question_id
        self.person.press(use)
        self.person.wait(lambda: self.work.dialogs.question_id > before)

    def question_field(self) -> QLineEdit:
        question = self.work.dialogs._question
        assert question is not None
        return question.findChildren(QLineEdit)[0]

    def question(self) -> list[str]:
        """What is asked: its words."""
        question = self.work.dialogs._question
        assert question is not None
        return [label.text() for label in question.findChildren(QLabel) if label.text()]

    def card(self, name: str) -> tuple[str, str, str]:
        """Chip, state and hint of a card."""
        card = {
            "printer": self.page._printer, "scanner": self.page._scanner, "sounds": self.page._sounds,
            "scale": self.page._scale,
        }[name]  # fmt: skip
        return card._chip.text(), card._state.text(), card._hint.text()

    def facts(self, name: str) -> dict[str, str]:
        card = {"printer": self.page._printer, "scanner": self.page._scanner, "sounds": self.page._sounds}[name]
        return {
            name.text(): value.whole() for name, value in card._cells if name.text() and not name.isHidden()
        }  # fmt: skip

    @property
    def notice(self) -> str:
        return self.work.dialogs.notice


@pytest.fixture
def technician(person: Person, house: House) -> Technician:
    return Technician(person, house)


def test_at_first_nothing_is_connected(technician: Technician) -> None:
    assert technician.card("printer") == (
        "–  None", "None connected", "No printer is named for this station: press\u00a0F6 and find it"
    )  # fmt: skip
    assert technician.card("scanner") == ("…  Waits", "No scan has come yet", "Scan anything to try it")
    assert technician.card("sounds")[1] == "Tones are switched off"
    assert technician.card("scale")[1] == "None connected"


@pytest.mark.parametrize("key", [Qt.Key.Key_F2, Qt.Key.Key_F3])
def test_without_a_printer_nothing_is_asked_or_printed(technician: Technician, key: Qt.Key) -> None:
    technician.press(key)
    assert technician.notice == "No printer is named for this station: press\u00a0F6 and find it"
    assert technician.heard == ["attention"]
    assert technician.house.count(PrintJob) == 0


@pytest.mark.parametrize(
    ("code", "chip", "state"),
    [
        ("", "⟳  Busy", "Asking it"), ("ready", "✓  Ready", "Ready"),
        ("not_asked", "✓  Ready", "Set up to answer nothing"),
        ("paper_out", "!  Needs you", "Paper is out, load a roll"),
        ("no_answer", "!  Needs you", "No answer, check power and cable"),
    ],
)  # fmt: skip
def test_what_the_printer_says_is_shown(technician: Technician, code: str, chip: str, state: str) -> None:
    technician.use("tcp://printer:9100")
    technician.work.note_printer(code)
    assert technician.card("printer")[:2] == (chip, state)
    fault = chip.startswith("!")
    assert (technician.card("printer")[2] == "Labels wait in the queue until it is mended") is fault
    assert technician.facts("printer")["Address"] == "tcp://printer:9100"


def test_the_printer_is_asked(technician: Technician, twin: str) -> None:
    technician.use(twin)
    technician.press(Qt.Key.Key_F2)
    assert technician.notice == "The printer says: ready"
    assert technician.card("printer")[:2] == ("✓  Ready", "Ready")


def test_a_printer_that_is_not_there_is_said(technician: Technician, nobody: str) -> None:
    technician.use(nobody)
    technician.press(Qt.Key.Key_F2)
    assert technician.notice == "The printer says: no connection, check power, cable and address"
    assert technician.card("printer")[0] == "!  Needs you"


def test_a_printer_that_prints_is_left_alone(technician: Technician, twin: str) -> None:
    technician.use(twin)
    lease = PrinterLease(twin)
    assert lease.acquire()
    technician.press(Qt.Key.Key_F2)
    lease.release()
    assert technician.notice == "It is printing now: ask again when the queue is empty"
    assert technician.work.printer.code == ""


def test_somebody_who_waits_is_told_so(technician: Technician, twin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    technician.use(twin)
    gate = threading.Event()

    def slow(_: str) -> Refusal:
        gate.wait(5)
        return Refusal("ready")

    monkeypatch.setattr(devices_module, "answer_of", slow)
    technician.person.press(Qt.Key.Key_F2)
    technician.person.wait(lambda: technician.notice == "Asking it")
    gate.set()
    technician.person.wait(lambda: technician.notice == "The printer says: ready")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_test_label_is_queued_and_scanned_back(technician: Technician, language: str) -> None:
    technician.use("tcp://printer:9100")
    technician.work.note_printer("ready")
    technician.work.words.switch(language)
    technician.press(Qt.Key.Key_F3)
    claimed = technician.house.claim()
    assert claimed is not None
    (page,) = render(claimed.payload)
    codes = {symbol.text for symbol in decode(page.image)}
    assert codes == {technician.page._expected}
    say = technician.work.words.say
    assert technician.card("printer")[2] == say("devices_label_sent")
    (code,) = codes
    technician.person.scan(code)
    assert technician.card("printer")[2] == say("devices_label_read", code=code)
    assert technician.heard == ["complete"]


def test_another_test_label_is_not_taken_for_it(technician: Technician) -> None:
    technician.use("tcp://printer:9100")
    technician.work.note_printer("ready")
    technician.press(Qt.Key.Key_F3)
    technician.person.scan("PBTEST000001")
    wanted = technician.page._expected
    assert technician.card("printer")[2] == f"That is another test label: scan the newest, {wanted}"
    assert technician.heard == ["attention"]


def test_a_test_label_that_nobody_waits_for_is_a_scan_like_others(technician: Technician) -> None:
    technician.person.scan("PBTEST000001")
    assert technician.heard == ["pass"]
    assert "PBTEST000001" in technician.facts("scanner").values()
    assert "another" not in technician.card("printer")[2]


def test_any_scan_tries_the_scanner(technician: Technician) -> None:
    technician.person.scan("01095060001343\x1d10AB")
    assert technician.card("scanner")[:2] == ("✓  Ready", "Scans arrive")
    assert technician.facts("scanner") == {
        "Code": "01095060001343·10AB", "Characters": "19", "Last scan": "0 s ago"
    }  # fmt: skip
    assert technician.heard == ["pass"]
    assert technician.work.scanner.at is not None
    assert monotonic() - technician.work.scanner.at < 60


def test_every_tone_is_played_in_turn(technician: Technician, monkeypatch: pytest.MonkeyPatch) -> None:
    technician.work.use_settings(replace(technician.work.settings, sound=True))
    technician.page._next_tone.setInterval(1)
    technician.press(Qt.Key.Key_F4)
    technician.person.wait(lambda: not technician.page._next_tone.isActive())
    assert technician.heard == ["pass", "complete", "fail", "attention", "system"]
    assert "Playing" not in technician.facts("sounds")


def test_the_tone_that_plays_is_named(technician: Technician) -> None:
    technician.page._next_tone.setInterval(60_000)
    technician.press(Qt.Key.Key_F4)
    assert technician.facts("sounds") == {"Volume": "80\u00a0%", "Playing": "Pass"}
    technician.page._play_next()
    assert technician.facts("sounds")["Playing"] == "Complete"
    technician.page._next_tone.stop()


def test_sounds_say_whether_they_can_be_heard(technician: Technician, monkeypatch: pytest.MonkeyPatch) -> None:
    technician.work.use_settings(replace(technician.work.settings, sound=True, volume=0.5))
    technician.page.repaint_data()
    assert technician.card("sounds")[1] == "There is no sound device"
    technician.work.sounds.silent_reason = ""
    technician.page.repaint_data()
    assert technician.card("sounds")[:2] == ("✓  Ready", "Tones can be heard")
    assert technician.facts("sounds") == {"Volume": "50\u00a0%"}


def test_another_printer_is_asked_and_used(technician: Technician, twin: str) -> None:
    moved: list[bool] = []
    technician.work.moved.connect(lambda: moved.append(True))
    technician.name_by_hand()
    technician.answer(twin)
    assert technician.notice == f"This station prints on {twin}"
    assert technician.work.settings.printer == twin
    assert load_settings()[0].printer == twin
    assert moved == [True]


def test_no_printer_is_a_choice(technician: Technician) -> None:
    technician.use("tcp://printer:9100")
    technician.name_by_hand()
    assert technician.question_field().text() == "tcp://printer:9100"
    technician.answer("")
    assert technician.notice == "This station has no printer: labels wait in the queue"
    assert technician.work.settings.printer == ""


@pytest.mark.parametrize("url", ["lpt1", "abc://printer:1", "tcp://"])
def test_what_is_no_printer_is_asked_again(technician: Technician, url: str) -> None:
    technician.name_by_hand()
    technician.answer(url)
    assert technician.work.dialogs.is_open
    assert any("names no device" in text for text in technician.question())
    assert technician.question_field().text() == url
    technician.press(Qt.Key.Key_Escape)
    assert technician.work.settings.printer == ""
    assert not technician.work.dialogs.is_open


@pytest.mark.parametrize("anyway", [True, False])
def test_a_printer_that_does_not_answer_is_used_on_purpose_only(
    technician: Technician, nobody: str, anyway: bool
) -> None:
    technician.name_by_hand()
    technician.answer(nobody)
    technician.person.wait(lambda: technician.work.dialogs.is_open and nobody in technician.question()[0])
    assert technician.question()[0].startswith(f"{nobody} is not ready: no connection")
    if anyway:
        technician.press(Qt.Key.Key_2)
        assert technician.work.settings.printer == nobody
    else:
        technician.person.press(Qt.Key.Key_Return)  # the first answer: choose again
        technician.person.wait(lambda: technician.work.dialogs.is_open and len(technician.question()) > 2)
        assert technician.question_field().text() == nobody
        technician.press(Qt.Key.Key_Escape)
        assert technician.work.settings.printer == ""


def test_the_printer_in_use_here_needs_no_answer(technician: Technician, twin: str) -> None:
    technician.use(twin)
    lease = PrinterLease(twin)
    assert lease.acquire()
    technician.name_by_hand()
    technician.answer(twin)
    lease.release()
    assert technician.notice == f"This station prints on {twin}"


def test_settings_that_cannot_be_saved_change_nothing(
    technician: Technician, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(tmp_path / "file" / "settings.toml"))
    technician.name_by_hand()
    technician.answer("file:labels.zpl")
    assert technician.notice.startswith("The settings are not saved")
    assert technician.work.settings.printer == ""


def test_queue_and_last_label_are_counted(technician: Technician) -> None:
    technician.use("sim:")
    technician.work.note_printer("ready")
    technician.press(Qt.Key.Key_F3)
    technician.person.wait(lambda: technician.facts("printer")["Queue"] == "1 waiting, 0 uncertain")
    technician.house.printed(outcome=JobState.UNCERTAIN, reason="no_answer")
    technician.person.wait(lambda: technician.facts("printer")["Queue"] == "0 waiting, 1 uncertain")
    assert technician.facts("printer")["Last label"].startswith("not known whether it came out,")


def test_a_sender_that_is_missing_is_told(technician: Technician, house: House) -> None:
    def facts() -> list[str]:
        return [label.whole() for label in technician.page.findChildren(Elided) if not label.isHidden()]

    technician.work.printer.url, technician.work.printer.code = "tcp://printer:9100", "ready"
    technician.page.repaint_data()
    assert "Packbench Ltd" in facts()
    house.store.write(name_sender, LEAD, house.warehouse, "", "")
    missing = "!  None: labels go out without one, name it in the settings"
    technician.person.wait(lambda: missing in facts())
    technician.work.printer.url = ""  # nor is it forgotten where there is no printer
    technician.page.repaint_data()
    assert missing in facts()
    house.store.write(name_sender, LEAD, house.warehouse, "Harbour Ltd\nHangzhou", "CN")
    technician.person.wait(lambda: "Harbour Ltd" in facts())


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("nonsense", "device_url_unknown", "nonsense names no device"),
        ("usb://0a5f:0166", "device_not_supported_yet", "usb://0a5f:0166: usb cannot carry this device"),
    ],
)
def test_what_is_no_address_is_said_with_it(technician: Technician, url: str, code: str, said: str) -> None:
    technician.work.printer.url, technician.work.printer.code = url, code
    technician.page.repaint_data()
    assert any(label.text().startswith(said) for label in technician.page.findChildren(QLabel))


def test_ages_grow_while_they_are_looked_at(technician: Technician) -> None:
    technician.work.scanner.at = monotonic() - 5
    technician.page.repaint_data()
    assert "5 s ago" in [label.whole() for label in technician.page.findChildren(Elided)]
    technician.work.scanner.at = monotonic() - 9
    technician.page.tick()
    assert "9 s ago" in [label.whole() for label in technician.page.findChildren(Elided)]


def test_cards_follow_language_and_theme(technician: Technician) -> None:
    technician.work.words.switch("zh")
    for name in ("printer", "scanner", "sounds", "scale"):
        assert not any(letter.isascii() and letter.isalpha() for letter in technician.card(name)[0])
    technician.work.use_settings(replace(technician.work.settings, theme="dark"))
    assert technician.work.theme.name == "dark"
    assert technician.work.theme.surface in technician.page._printer._chip.styleSheet()


def test_large_text_scrolls_by_the_arrows(technician: Technician) -> None:
    technician.person.window.resize(1024, 640)
    technician.work.use_settings(replace(technician.work.settings, text_scale=1.5))
    bar = technician.page._area.verticalScrollBar()
    technician.person.wait(lambda: bar.maximum() > 0)
    technician.press(Qt.Key.Key_PageDown)
    below = bar.value()
    assert below > 0
    technician.press(Qt.Key.Key_Up)
    assert bar.value() < below


def test_trouble_shows_which_button_enter_presses(technician: Technician) -> None:
    page = technician.page
    page.data = None
    page._failed(KnownError("database_locked"))
    button = page._panel.findChildren(QPushButton)[0]
    assert technician.person.window.focusWidget() is button
    technician.press(Qt.Key.Key_Return)
    technician.person.wait(lambda: technician.person.window.focusWidget() is page)


def test_a_printer_that_may_not_be_used_tells_the_command(
    technician: Technician, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = (
        "sudo cp '/opt/packbench/resources/udev/70-packbench.rules' /etc/udev/rules.d/ && "
        "sudo udevadm control --reload && sudo udevadm trigger"
    )
    trouble = KnownError("device_permission_rules", url="usb://0a5f:0166", node="", command=command)
    technician.person.window.resize(1366, 768)
    monkeypatch.setattr(devices_module, "answer_of", lambda _: trouble)
    technician.use("usb://0a5f:0166")
    technician.work.note_printer(trouble.code)
    technician.person.wait(lambda: command in technician.card("printer")[2])
    assert technician.card("printer")[:2] == ("!  Needs you", "It is there, but may not be used")
    assert technician.person.window.status.text("printer") == "Printer: may not be used"
    technician.person.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == command
    # the other cards give way to it
    technician.person.wait(lambda: technician.page._area.verticalScrollBar().maximum() == 0)
    technician.work.note_printer("ready")
    technician.person.wait(lambda: technician.card("printer")[1] == "Ready")


# app.spooling


def test_a_printer_answers_ready_and_is_let_go(twin: str) -> None:
    assert spooling.ask_printer(twin) == "ready"
    assert PrinterLease(twin).acquire()


def test_a_printer_that_fails_while_it_is_asked_says_how(twin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = printers.open_printer

    def broken(url: str) -> object:
        printer = real(url)

        def status() -> None:
            raise KnownError("device_disconnected")

        printer.status = status  # type: ignore[method-assign,assignment]
        return printer

    monkeypatch.setattr(spooling, "open_printer", broken)
    assert spooling.ask_printer(twin) == "device_disconnected"
    lease = PrinterLease(twin)
    assert lease.acquire()
    lease.release()
