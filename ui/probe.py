"""What Qt finds on this machine, as one line of JSON: `python -m ui.probe`.

It runs as a process of its own, because Qt without a platform plugin, or with a library of the system missing, may end
the process that asked.

The line holds `qt` (its version), `platform` (the platform plugin), `fonts` (number of font families), `sound` (whether
there is an output device), `warnings` (what Qt complained of) and `sound_warnings` (the same, while it looked for sound
devices: a machine without a sound server is a usual bench). When something could not be found out there is `error`
besides, with `missing_library` where the loader named one, and the exit code is 1. What is not known is null.
"""

import ctypes
import json
import os
import re
import sys
from pathlib import Path
from typing import NoReturn


def library_missing_in(message: str) -> str | None:
    """The shared library that the system's loader did not find, from its message, or None.

    The wording is that of glibc and musl ("libEGL.so.1: cannot open shared object file: …",
    "Error loading shared library libEGL.so.1: …") and of macOS ("Library not loaded: @rpath/libX.dylib").
    """
    patterns = (
        r"([\w.+-]+\.so[\w.]*): cannot open shared object file",
        r"Error loading shared library ([\w.+-]+)",
        r"Library not loaded: (\S+)",
    )
    for pattern in patterns:
        if found := re.search(pattern, message):
            return Path(found[1]).name
    return None


def needs_offscreen(platform: str, environment: dict[str, str]) -> bool:
    """Whether Qt has to be told to draw into memory: on a Unix without a display, unless the user chose a platform."""
    if platform in ("win32", "darwin") or "QT_QPA_PLATFORM" in environment:
        return False
    return not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _finish(report: dict[str, object]) -> NoReturn:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    # not sys.exit: a fatal Qt message comes from inside C++, and the process must not go back there to abort
    os._exit(1 if "error" in report else 0)


def _library_missing_for_platforms() -> str | None:
    """The library that keeps the X11 plugin from loading; Qt itself does not say which."""
    from PySide6.QtCore import QLibraryInfo

    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    try:
        ctypes.CDLL(str(plugins / "libqxcb.so"))
    except OSError as refused:
        return library_missing_in(str(refused))
    return None


def main() -> NoReturn:
    """Ask Qt, write the line, end the process: exit code 0, or 1 when the line has an `error`."""
    warnings: list[str] = []
    sound_warnings: list[str] = []
    report: dict[str, object] = dict.fromkeys(("qt", "platform", "fonts", "sound"))
    report |= {"warnings": warnings, "sound_warnings": sound_warnings}
    if needs_offscreen(sys.platform, dict(os.environ)):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from PySide6.QtCore import QLoggingCategory, QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion
        from PySide6.QtGui import QFontDatabase, QGuiApplication

        report["qt"] = qVersion()

        def note(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
            if kind == QtMsgType.QtFatalMsg:
                report["error"] = message
                report["missing_library"] = _library_missing_for_platforms()
                _finish(report)
            if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg):
                (warnings if report["fonts"] is None else sound_warnings).append(message)

        qInstallMessageHandler(note)
        # it speaks of every optional video and sound library that is absent
        QLoggingCategory.setFilterRules("qt.multimedia.symbolsresolver.warning=false")
        application = QGuiApplication([sys.argv[0]])
        report["platform"] = application.platformName()
        report["fonts"] = len(QFontDatabase.families())

        import PySide6.QtWidgets  # noqa: F401  # the window needs it, and it has libraries of its own
        from PySide6.QtMultimedia import QMediaDevices

        report["sound"] = bool(QMediaDevices.audioOutputs())
    except ImportError as refused:
        report["error"] = str(refused)
        report["missing_library"] = library_missing_in(str(refused))
    _finish(report)


if __name__ == "__main__":
    main()
