"""The five sounds of the window; where nothing can play them, the system's own beep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final, Literal, get_args

from PySide6.QtCore import QMessageLogContext, QObject, QTimer, QtMsgType, QUrl, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

log = logging.getLogger(__name__)

Sound = Literal["pass", "complete", "fail", "attention", "system"]
NAMES: tuple[Sound, ...] = get_args(Sound)
ALARM_MS: Final = 900


class Sounds(QObject):
    """Plays a sound by its name, `volume` from 0 to 1; nothing here raises, whatever the machine lacks.

    `played` names each sound that was due, also where nobody could hear it (no device, volume 0, switched off).
    """

    played = Signal(str)

    def __init__(self, volume: float = 0.8, enabled: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.enabled = enabled
        # code of the sentence that says why nothing but a beep is heard; "" when the sounds are
        self.silent_reason = "devices_sound_unasked"
        self._volume = 0.0
        self._effects: dict[str, QSoundEffect] = {}
        self._devices: QMediaDevices | None = None
        self._alarm = QTimer(self)
        self._alarm.setInterval(ALARM_MS)
        self._alarm.timeout.connect(self._sound_alarm)
        self.set_volume(volume)

    @property
    def available(self) -> bool:
        """Whether there is an output device, and the sounds are loaded for it."""
        return not self.silent_reason

    @property
    def alarming(self) -> bool:
        """Whether the alarm repeats."""
        return self._alarm.isActive()

    def load(self) -> None:
        """Look for an output device and get the sounds ready; takes a tenth of a second, so not before the first paint.

        Devices that come and go later are followed.
        """
        if self._devices is not None:
            return
        complaints: list[str] = []
        before = qInstallMessageHandler(None)
        qInstallMessageHandler(keep_in(complaints, before))
        try:
            from PySide6.QtMultimedia import QMediaDevices

            self._devices = QMediaDevices(self)
            self._devices.audioOutputsChanged.connect(self._make_effects)
            self._make_effects()
        except (ImportError, OSError, RuntimeError) as broken:
            # a library of the system that QtMultimedia needs, such as libpulse
            self.silent_reason = "devices_sound_broken"
            complaints.append(str(broken))
        finally:
            qInstallMessageHandler(before)
        if not self.available:
            log.info("%s: %s", self.silent_reason, "; ".join(complaints))

    def play(self, name: Sound) -> None:
        """Sound once, from its beginning; the beep where the sound itself cannot be heard."""
        if self.enabled and self._volume > 0:
            effect = self._effects.get(name)
            if effect is not None and effect.status() != effect.Status.Error:
                effect.play()
            else:
                QApplication.beep()
        self.played.emit(name)

    def start_alarm(self) -> None:
        """Sound `fail` now and every 900 ms, until `stop_alarm`; a second start changes nothing."""
        if not self.alarming:
            self._alarm.start()
            self._sound_alarm()

    def stop_alarm(self) -> None:
        """End the alarm, in the middle of its sound too."""
        self._alarm.stop()
        if "fail" in self._effects:
            self._effects["fail"].stop()

    def set_volume(self, volume: float) -> None:
        """How loud, from 0 (nothing is heard, nor a beep) to 1; what is outside is brought inside."""
        self._volume = min(max(volume, 0.0), 1.0)
        for effect in self._effects.values():
            effect.setVolume(self._volume)

    def _sound_alarm(self) -> None:
        self.play("fail")

    def _make_effects(self) -> None:
        from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

        for old in self._effects.values():
            old.stop()
            old.deleteLater()
        self._effects = {}
        # an effect without a device warns at each turn
        if not QMediaDevices.audioOutputs():
            self.silent_reason = "devices_sound_no_output"
            return
        device = QMediaDevices.defaultAudioOutput()
        with ExitStack() as stack:
            for name in NAMES:
                path = stack.enter_context(as_file(files("resources") / "sounds" / f"{name}.wav"))
                effect = QSoundEffect(device, self)
                effect.setSource(QUrl.fromLocalFile(str(path)))
                effect.setVolume(self._volume)
                self._effects[name] = effect
        self.silent_reason = ""


def keep_in(complaints: list[str], before: object) -> Callable[[QtMsgType, QMessageLogContext, str], None]:
    """A message handler that keeps what QtMultimedia complains of, and leaves the rest to the handler before it.

    It names every optional library that is absent, and a machine without a sound server is a usual bench: that is an
    answer, no warning. Rules of QLoggingCategory would take the place of those that others have set.
    """

    def keep(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if (context.category or "").startswith("qt.multimedia"):
            return
        if "PulseAudio" in message or "QtMultimedia" in message:
            complaints.append(message)
        elif callable(before):
            before(kind, context, message)
        else:
            log.warning("%s", message)

    return keep
