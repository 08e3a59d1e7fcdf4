"""A mistake in the window is a report and a banner, and the window's loop goes on; what Qt says is heard."""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Signal, qCritical, qInfo, qInstallMessageHandler, qWarning
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.crash import Crash
from ui.application import make_loop
from ui.crash import install_qt

NAME = "Maria Lopez"
CHECKOUT = Path(__file__).parents[2]


class Window(QObject):
    """Shows reports, which may come from any thread."""

    reported = Signal(Path)


@dataclass
class Scene:
    """What the hooks of a window write, and what it shows."""

    crash: Crash
    shown: list[Path]
    heard_before: list[str]
    undo: Callable[[], None]

    def report(self) -> str:
        """The only one, which is shown too; the buyer is not in it."""
        (path,) = self.crash.folder.glob("*.txt")
        assert self.shown == [path]
        text = path.read_text(encoding="utf-8")
        assert NAME not in text
        assert "\nqt: 6." in text
        return text


@pytest.fixture
def scene(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    # the test runner's own listener would take what is said here on purpose for a failure
    heard: list[str] = []
    runners = qInstallMessageHandler(lambda kind, context, text: heard.append(text))
    for module, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, lambda *_: None)
    window, shown = Window(), list[Path]()
    window.reported.connect(shown.append, Qt.ConnectionType.QueuedConnection)
    crash = Crash(tmp_path / "crashes", window.reported.emit)
    crash.hook()
    undo = install_qt(crash)
    yield Scene(crash, shown, heard, undo)
    undo()
    crash.uninstall()
    qInstallMessageHandler(runners)


def fail() -> None:
    raise KeyError(NAME)


def alive(qtbot: QtBot) -> None:
    """The loop goes on: what is queued now is done."""
    done: list[int] = []
    QTimer.singleShot(0, lambda: done.append(1))
    qtbot.waitUntil(lambda: done == [1])


def test_a_slot_that_raises_is_reported_and_the_loop_goes_on(scene: Scene, qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: fail())
    QTimer.singleShot(0, button.click)
    qtbot.waitUntil(lambda: len(scene.shown) == 1)
    alive(qtbot)
    button.click()
    alive(qtbot)
    assert "\nkind: exception\n" in scene.report()
    assert "\nKeyError\n" in scene.report()
    assert "in fail\n" in scene.report()


class Falling(QWidget):
    """Raises whenever it is painted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        fail()


def test_a_widget_that_cannot_paint_is_one_report_however_often(scene: Scene, qtbot: QtBot) -> None:
    widget = Falling()
    qtbot.addWidget(widget)
    widget.show()
    for _ in range(10):
        widget.update()
        alive(qtbot)
    scene.crash.uninstall()
    assert "in Falling.paintEvent\n" in scene.report()
    seen = scene.report().splitlines()[1]
    assert int(seen.removeprefix("seen: ")) >= 10


def test_a_thread_that_raises_is_shown_by_the_window(scene: Scene, qtbot: QtBot) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert scene.shown == []
    alive(qtbot)
    assert "\nkind: thread\n" in scene.report()


def test_an_object_that_cannot_end_is_reported(scene: Scene, qtbot: QtBot) -> None:
    class Ending:
        def __del__(self) -> None:
            fail()

    QTimer.singleShot(0, lambda: Ending() and None)
    alive(qtbot)
    gc.collect()
    alive(qtbot)
    assert "\nkind: unraisable\n" in scene.report()


def test_a_task_of_the_windows_loop_is_reported(scene: Scene, qtbot: QtBot, qapp: QApplication) -> None:
    async def failing() -> None:
        fail()

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(scene.crash.loop_handler)
        tasks = [asyncio.ensure_future(failing())]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks.clear()
        gc.collect()

    loop = make_loop(qapp)
    try:
        loop.run_until_complete(run())
    finally:
        loop.close()
    alive(qtbot)
    assert "\nkind: asyncio\nwhere: " in scene.report()
    assert "failing\n" in scene.report()


# what Qt says


def test_what_qt_warns_of_is_in_the_log_alone(scene: Scene, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    QObject().startTimer(-5)
    qWarning(f"ship to {NAME}")
    qInfo(NAME)
    said = [(record.name, record.levelname, record.message) for record in caplog.records]
    assert said == [
        ("packbench.qt", "WARNING", "qt default: QObject::startTimer …"),
        ("packbench.qt", "WARNING", "qt default: …"),
        ("packbench.qt", "INFO", "qt default: …"),
    ]
    assert list(scene.crash.folder.glob("*.txt")) == []


def test_what_qt_finds_critical_is_a_report_with_the_calls_that_led_there(
    scene: Scene, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    qCritical(f"QPixmap::load: {NAME}")
    alive(qtbot)
    text = scene.report()
    assert "\nkind: qt_critical\nwhere: default\n" in text
    assert "\n\nQPixmap::load …\n" in text
    assert "in test_what_qt_finds_critical_is_a_report_with_the_calls_that_led_there\n" in text
    assert NAME not in caplog.text


def test_whoever_listened_before_hears_all_and_gets_it_back(scene: Scene, qtbot: QtBot) -> None:
    qWarning("one")
    scene.undo()
    qWarning("two")
    assert scene.heard_before == ["one", "two"]
    qCritical("three")
    assert list(scene.crash.folder.glob("*.txt")) == []


def test_a_listener_that_fails_does_not_fail_qt(scene: Scene, qtbot: QtBot) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError(NAME)

    scene.undo()
    runners = qInstallMessageHandler(fall)
    undo = install_qt(scene.crash)
    qCritical(NAME)
    undo()
    qInstallMessageHandler(runners)
    alive(qtbot)
    assert "\nkind: qt_critical\n" in scene.report()


FATAL = f"""
import pathlib, sys
sys.path.insert(0, {str(CHECKOUT)!r})
from PySide6.QtCore import QCoreApplication, QTimer, qFatal
from app.crash import install
from ui.application import make_loop
from ui.crash import install_qt
crash = install(pathlib.Path(sys.argv[1]), lambda path: print(path.name, flush=True))
install_qt(crash)
app = QCoreApplication([])
QTimer.singleShot(0, lambda: qFatal({NAME!r}))
app.exec()
"""


def test_what_is_fatal_to_qt_is_reported_before_the_end(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FATAL, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    (report,) = tmp_path.glob("*.txt")
    assert done.stdout.strip() == report.name
    assert report.name.endswith("-qt_fatal.txt")
    assert NAME not in report.read_text(encoding="utf-8")
    assert NAME not in done.stderr
    # the interpreter's own hook has heard the end too; the next start tells
    assert (tmp_path / "faults.log").stat().st_size > 0
