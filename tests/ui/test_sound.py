from __future__ import annotations

import math
import subprocess
import sys
import wave
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtWidgets import QApplication

from resources.sounds.make import RATE, SOUNDS, samples, wav
from ui.sound import NAMES, Sounds

CHECKOUT = Path(__file__).parents[2]


class Device:
    """What stands for a loudspeaker."""


class Devices(QObject):
    """The machine's outputs; a test takes them away and brings them back."""

    audioOutputsChanged = Signal()
    outputs: ClassVar[list[Device]] = []

    @staticmethod
    def audioOutputs() -> list[Device]:
        return Devices.outputs

    @staticmethod
    def defaultAudioOutput() -> Device:
        return Devices.outputs[0]


class Effect(QObject):
    """A sound effect that writes down what is asked of it."""

    class Status:
        Ready = "ready"
        Error = "error"

    heard: ClassVar[list[str]] = []
    broken = False

    def __init__(self, device: Device, parent: QObject) -> None:
        super().__init__(parent)
        assert device in Devices.outputs
        self.file, self.volume = Path(), 1.0

    def setSource(self, source: QUrl) -> None:
        self.file = Path(source.toLocalFile())
        assert self.file.is_file()

    def setVolume(self, volume: float) -> None:
        self.volume = volume

    def status(self) -> str:
        return self.Status.Error if self.broken else self.Status.Ready

    def play(self) -> None:
        Effect.heard.append(f"{self.file.stem} {self.volume:g}")

    def stop(self) -> None:
        Effect.heard.append(f"{self.file.stem} stopped")


@pytest.fixture
def beeps(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    beeps: list[None] = []
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(None))
    return beeps


@pytest.fixture
def machine(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> type[Effect]:
    """A machine with one loudspeaker."""
    Sounds().load()  # it imports QtMultimedia without its warnings
    multimedia = pytest.importorskip("PySide6.QtMultimedia", reason="this machine lacks a library of QtMultimedia")
    monkeypatch.setattr(multimedia, "QMediaDevices", Devices)
    monkeypatch.setattr(multimedia, "QSoundEffect", Effect)
    monkeypatch.setattr(Devices, "outputs", [Device()])
    monkeypatch.setattr(Effect, "heard", [])
    monkeypatch.setattr(Effect, "broken", False)
    return Effect


@pytest.fixture
def sounds(machine: type[Effect], beeps: list[None]) -> Iterator[Sounds]:
    sounds = Sounds()
    sounds.load()
    sounds.load()  # the second time changes nothing
    yield sounds
    sounds.stop_alarm()


def change_outputs(sounds: Sounds, *outputs: Device) -> None:
    Devices.outputs = list(outputs)
    (devices,) = sounds.findChildren(Devices)
    devices.audioOutputsChanged.emit()


def test_every_sound_is_played_from_its_own_file(sounds: Sounds, beeps: list[None]) -> None:
    told: list[str] = []
    sounds.played.connect(told.append)
    for name in NAMES:
        sounds.play(name)
    assert Effect.heard == ["pass 0.8", "complete 0.8", "fail 0.8", "attention 0.8", "system 0.8"]
    assert told == list(NAMES)
    assert sounds.available
    assert sounds.silent_reason == ""
    assert beeps == []


def test_the_alarm_repeats_until_it_is_stopped(sounds: Sounds) -> None:
    (timer,) = sounds.findChildren(QTimer)
    sounds.start_alarm()
    sounds.start_alarm()
    assert Effect.heard == ["fail 0.8"]
    assert (timer.isActive(), timer.interval(), sounds.alarming) == (True, 900, True)
    timer.timeout.emit()
    assert Effect.heard == ["fail 0.8"] * 2
    sounds.stop_alarm()
    assert Effect.heard[2:] == ["fail stopped"]
    assert (timer.isActive(), sounds.alarming) == (False, False)


@pytest.mark.parametrize(("asked", "given"), [(0.25, "pass 0.25"), (7.0, "pass 1"), (0.01, "pass 0.01")])
def test_the_volume_holds_for_the_next_sound(sounds: Sounds, asked: float, given: str) -> None:
    sounds.set_volume(asked)
    sounds.play("pass")
    assert Effect.heard == [given]


@pytest.mark.parametrize("how", ["volume", "switch"])
def test_silence_that_was_asked_for_is_silent(sounds: Sounds, beeps: list[None], how: str) -> None:
    told: list[str] = []
    sounds.played.connect(told.append)
    if how == "volume":
        sounds.set_volume(-1)
    else:
        sounds.enabled = False
    sounds.start_alarm()
    assert (Effect.heard, beeps, told) == ([], [], ["fail"])


def test_before_the_sounds_are_loaded_there_is_the_beep(qapp: QApplication, beeps: list[None]) -> None:
    sounds = Sounds()
    sounds.play("pass")
    assert len(beeps) == 1
    assert (sounds.available, sounds.silent_reason) == (False, "devices_sound_unasked")


def test_a_loudspeaker_may_come_and_go(sounds: Sounds, beeps: list[None]) -> None:
    change_outputs(sounds)
    assert (sounds.available, sounds.silent_reason) == (False, "devices_sound_no_output")
    sounds.play("fail")
    assert len(beeps) == 1
    sounds.set_volume(0.5)
    change_outputs(sounds, Device())
    Effect.heard.clear()
    sounds.play("fail")
    assert Effect.heard == ["fail 0.5"]
    assert sounds.available
    assert len(beeps) == 1


def test_a_sound_that_cannot_be_played_is_a_beep(sounds: Sounds, beeps: list[None]) -> None:
    Effect.broken = True
    sounds.play("fail")
    assert (Effect.heard, len(beeps)) == ([], 1)


def test_a_machine_without_the_library_beeps(
    sounds: Sounds, beeps: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    without = Sounds()
    without.load()
    without.start_alarm()
    without.stop_alarm()
    assert len(beeps) == 1
    assert without.silent_reason == "devices_sound_broken"


def test_a_machine_is_asked_without_a_warning_and_later_ones_are_heard() -> None:
    # in a process of its own: QtMultimedia complains on its first import alone
    script = """
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QApplication
from ui.sound import Sounds
application = QApplication([])
sounds = Sounds()
sounds.load()
sounds.load()
assert sounds.available == (sounds.silent_reason == "")
qWarning("QtMultimedia is heard again")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (0, "", "QtMultimedia is heard again")


# ── the files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def shipped(name: str) -> bytes:
    return (files("resources") / "sounds" / f"{name}.wav").read_bytes()


def levels(data: bytes) -> list[int]:
    with wave.open(BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 44_100)
        frames = file.readframes(file.getnframes())
    return [int.from_bytes(frames[at : at + 2], "little", signed=True) for at in range(0, len(frames), 2)]


def strength(part: list[int], frequency: float) -> float:
    """How much of a frequency is in a part, 1 for a full sine (one line of a Fourier transform)."""
    turn = 2 * math.pi * frequency / RATE
    real = sum(level * math.cos(turn * index) for index, level in enumerate(part))
    imaginary = sum(level * math.sin(turn * index) for index, level in enumerate(part))
    return 2 * math.hypot(real, imaginary) / len(part) / 32767


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_file_is_what_we_make(name: str) -> None:
    made, file = levels(wav(name)), levels(shipped(name))
    # the last bit may fall otherwise under another C library
    assert len(made) == len(file)
    assert max(abs(one - other) for one, other in zip(made, file, strict=True)) <= 1


@pytest.mark.parametrize(
    ("name", "tones"),
    [
        ("pass", [(1760, 60)]),
        ("complete", [(1320, 80), (1760, 80)]),
        ("fail", [(220, 250)]),
        ("attention", [(660, 180)]),
        ("system", [(440, 120), (330, 120)]),
    ],
)
def test_the_tones_are_those_of_the_book(name: str, tones: list[tuple[int, int]]) -> None:
    rest = levels(shipped(name))
    for frequency, length_ms in tones:
        count = RATE * length_ms // 1000
        part, rest = rest[:count], rest[count:]
        # a semitone is 6 %
        near = {offset: strength(part, frequency * offset) for offset in (0.5, 0.94, 1, 1.06, 2)}
        assert max(near, key=lambda offset: near[offset]) == 1
        assert near[1] > 0.45
        # a square wave has a third of the tone at three times its frequency, a sine nothing
        third = strength(part, frequency * 3) / near[1]
        assert third == pytest.approx(1 / 3 if name == "fail" else 0, abs=0.02)
    assert rest == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_clicks_and_nothing_is_cut(name: str) -> None:
    file = levels(shipped(name))
    assert file[0] == file[-1] == 0
    assert 10_000 < max(map(abs, file)) < 32_767
    # at both ends it swells over 5 ms
    assert max(map(abs, file[:20] + file[-20:])) < 1_000


def test_there_is_a_tone_for_each_name_and_no_other() -> None:
    assert set(SOUNDS) == set(NAMES)
    assert len(samples("pass")) == RATE * 60 // 1000
