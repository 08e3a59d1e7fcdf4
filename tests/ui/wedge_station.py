"""A bench with a filter for the scanner's keys, and a clock that is held: what the tests of the filter share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget

from ui.keys import Stroke, deliver
from ui.wedge import Wedge, WedgeTiming

GS = "\x1d"
START = 1_000_000
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
LONE = (Qt.Key.Key_Shift, Qt.Key.Key_Control)
# real keys come as quickly as the machine that runs the tests can: a slow one must not make two scans of one
PATIENT = WedgeTiming(gap_ms=60_000, total_ms=600_000)


class HeldClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 50.0

    def __call__(self) -> float:
        return self.seconds


class KeyLog(QObject):
    """What a widget gets to see of the keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.seen: list[tuple[bool, int, str, Qt.KeyboardModifier, bool, int]] = []
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            down = event.type() == QEvent.Type.KeyPress
            code = event.nativeScanCode()
            self.seen.append((down, event.key(), event.text(), event.modifiers(), event.isAutoRepeat(), code))
        return False


class Bench(QMainWindow):
    """A window with everything that a stray key can set off."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: list[str] = []
        self.edit = QLineEdit()
        self.button = QPushButton("Cancel order")
        self.button.setAutoDefault(True)
        self.button.clicked.connect(lambda: self.fired.append("button"))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.addWidget(self.edit)
        column.addWidget(self.button)
        self.setCentralWidget(middle)
        self.menuBar().addMenu("&File").addAction("&Quit", lambda: self.fired.append("menu"))
        for sequence in ("Ctrl+Q", "Ctrl+J", "F5", "7", "Esc"):
            QShortcut(QKeySequence(sequence), self).activated.connect(partial(self.fired.append, sequence))
        self.log = KeyLog(self.edit)
        self.setFixedSize(400, 200)

    @property
    def keyboard(self) -> QWindow:
        window = self.windowHandle()
        assert window is not None
        return window


@dataclass
class Station:
    """A bench, a filter, and all that came of it."""

    bench: Bench
    wedge: Wedge
    clock: HeldClock
    scans: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    typed: list[None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wedge.scanned.connect(self.scans.append)
        self.wedge.refused.connect(self.refused.append)
        self.wedge.typed.connect(lambda: self.typed.append(None))

    @property
    def window(self) -> QWindow:
        return self.bench.keyboard

    def key(self, key: int, at: int, text: str = "", modifiers: Qt.KeyboardModifier = NONE, scan_code: int = 0) -> None:
        for down in (True, False):
            deliver(self.window, Stroke(down, key, modifiers, text, at, native=(scan_code, 0, 0)))


def open_station(timing: WedgeTiming | None = None) -> Station:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    clock = HeldClock()
    bench = Bench()
    station = Station(bench, Wedge(timing, bench, clock), clock)
    bench.show()
    bench.edit.setFocus()
    station.wedge.install(application)
    return station


def close(station: Station) -> None:
    station.wedge.uninstall()
    station.bench.close()
    station.bench.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def timing() -> WedgeTiming | None:
    return None


@pytest.fixture
def station(qapp: QApplication, timing: WedgeTiming | None) -> Iterator[Station]:
    station = open_station(timing)
    yield station
    close(station)


def untouched(station: Station) -> bool:
    """Whether nothing of what came reached a widget, and nothing is waiting to.

    A lone Shift or Ctrl with which a code begins does: it types nothing and fires nothing.
    """
    station.wedge.settle()
    seen = [key for key in station.bench.log.seen if key[1] not in LONE]
    return station.bench.fired == [] and station.bench.edit.text() == "" and seen == []
