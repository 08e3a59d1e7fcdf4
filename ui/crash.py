"""What Qt says of itself: warnings into the log, worse into a crash report."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.crash import Crash
from app.crash_report import said

log = logging.getLogger("packbench.qt")

_LEVELS = {QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtInfoMsg: logging.INFO}
_REPORTED = {QtMsgType.QtCriticalMsg: "qt_critical", QtMsgType.QtFatalMsg: "qt_fatal"}


def install_qt(crash: Crash) -> Callable[[], None]:
    """Listen to Qt's messages from now on; what is returned gives them back to whoever had them before.

    A critical one is a report, a fatal one too, before Qt ends the process. Of a text only what is known goes into
    the log, since Qt repeats what it was given. Whoever listened before hears everything as before; where nobody did,
    Qt's own print to standard error is replaced.
    """

    def hear(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        # an exception here would go back into Qt, in the middle of whatever it does
        with suppress(Exception):
            report = _REPORTED.get(kind)
            if report is not None:
                crash.report(report, text, context.category or "")
            else:
                log.log(_LEVELS.get(kind, logging.DEBUG), "qt %s: %s", context.category or "", said(text))
        if before is not None:
            with suppress(Exception):
                before(kind, context, text)

    before = qInstallMessageHandler(hear)

    def undo() -> None:
        qInstallMessageHandler(before)

    return undo
