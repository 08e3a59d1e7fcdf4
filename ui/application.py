"""The Qt application: made once, with our fonts, style and theme; and the asyncio loop that it runs."""

from __future__ import annotations

import asyncio
import builtins
import os
import sys
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLibraryInfo, Qt, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from ui.probe import needs_offscreen
from ui.theme import apply
from ui.words import Words
from ui.workspace import Workspace


def has_display() -> bool:
    """Whether a person can see a window that is opened now."""
    return not no_display() and os.environ.get("QT_QPA_PLATFORM") != "offscreen"


def no_display() -> bool:
    """Whether nobody can see a window here, and nobody has asked for that."""
    return needs_offscreen(sys.platform, dict(os.environ))


def make_application(arguments: Sequence[str] = ("packbench",)) -> QApplication:
    """The application; without a display it draws into memory."""
    if no_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # PySide searches the source of each module that is imported for `__feature__`, which nobody uses here: without that
    # the engine is loaded a sixth faster, and its source is not kept in memory
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there  # of a window before, in a process that opens several one after the other
    # sizes such as 125 % are drawn as they are
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QCoreApplication.setApplicationName("Packbench")
    application = QApplication(list(arguments))
    # the engine ends it: what is on its way is finished first
    application.setQuitOnLastWindowClosed(False)
    return application


def speak(application: QApplication, words: Words) -> None:
    """Let Qt's own texts, such as those of the file dialog, follow the language of the window."""
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)

    def follow() -> None:
        application.removeTranslator(translator)
        if words.language == "zh" and translator.load("qtbase_zh_CN", folder):
            application.installTranslator(translator)

    words.switched.connect(follow)
    follow()


def dress(application: QApplication, work: Workspace) -> None:
    """Theme, fonts and text size of the settings."""
    apply(application, work.theme, work.scale)


def make_loop(application: QApplication, *, running: bool = False) -> asyncio.AbstractEventLoop:
    """The application's event loop as asyncio's, `running` where Qt's own turns already; all that knows qasync."""
    from qasync import QEventLoop

    loop: asyncio.AbstractEventLoop = QEventLoop(application, already_running=running)
    return loop
