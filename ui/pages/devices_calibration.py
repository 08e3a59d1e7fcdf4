"""The calibration barcode, large on the screen, and what a scan of it tells of the scanner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.devices import calibration_text, read_calibration
from app.domain.errors import Fact
from ui.fonts import mono_font
from ui.pages.devices_card import dress
from ui.theme import SPACE, px
from ui.widgets.bars import Bars
from ui.widgets.text import text_label
from ui.workspace import Workspace

SILENCE_MS = 700  # after which typed keys are all that comes of a scan
_MOST = 4  # findings that there is room for


class CalibrationView(QWidget):
    """Shows the barcode; `take` reads what came of a scan, keys that were typed without an end included."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._received: tuple[str, bool] | None = None
        self._typed = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[4], SPACE[5], SPACE[4])
        column.setSpacing(SPACE[3])
        title = text_label("bench", wrap=True)
        work.words.show(title.setText, "devices_calibrate_title")
        work.words.show(self.setAccessibleName, "devices_calibrate_title")
        paper = QFrame()
        paper.setStyleSheet("background: white; border-radius: 6px;")
        sheet = QVBoxLayout(paper)
        sheet.setContentsMargins(*[SPACE[3]] * 4)
        self._bars = Bars(calibration_text())
        work.words.show(self._bars.setAccessibleName, "devices_calibrate_title")
        self._below = text_label()
        self._below.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._below.setText(calibration_text())
        self._below.setStyleSheet("color: black; background: white;")
        sheet.addWidget(self._bars)
        sheet.addWidget(self._below)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(paper, 6)
        line.addStretch(1)
        self._findings = [text_label("title", wrap=True) for _ in range(_MOST)]
        self._raw = text_label("mono", wrap=True)
        hint = text_label("secondary", wrap=True)
        work.words.show(hint.setText, "devices_calibrate_hint")
        column.addWidget(title)
        column.addWidget(hint)
        column.addLayout(line)
        for finding in self._findings:
            column.addWidget(finding)
        column.addWidget(self._raw)
        column.addStretch(1)
        self._silence = QTimer(self, singleShot=True, interval=SILENCE_MS)
        self._silence.timeout.connect(self._fell_silent)

    def begin(self) -> None:
        """Nothing has been scanned yet."""
        self._received, self._typed = None, ""
        self.draw()

    def take(self, received: str, typing: bool) -> bool:
        """What came of a scan, with all that came around the code; returns whether it arrived as it is printed."""
        self._received = (received, typing)
        self.draw()
        return self.codes == ("calibration_good",)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what was found, none before the first scan."""
        return tuple(code for code, _ in self._found())

    def key(self, event: QKeyEvent) -> None:
        """A key that the scanner's filter took for typing: a scanner that ends no code types like a person."""
        if event.text():
            self._typed += event.text()
            self._silence.start()

    def _fell_silent(self) -> None:
        typed, self._typed = self._typed, ""
        if len(typed) > 1:
            self._work.sounds.play("pass" if self.take(typed, True) else "attention")

    def _found(self) -> Sequence[tuple[str, Mapping[str, Fact]]]:
        return () if self._received is None else read_calibration(*self._received)

    def draw(self) -> None:
        """Say what was found, in the language and theme of now."""
        work, found = self._work, list(self._found())[:_MOST]
        self._below.setFont(mono_font(px("title", work.scale)))
        for number, label in enumerate(self._findings):
            label.setVisible(number < len(found))
            if number < len(found):
                code, facts = found[number]
                good = code == "calibration_good"
                label.setText(f"{'✓' if good else '!'}  {work.words.say(code, **facts)}")
                pair = work.theme.passed if good else work.theme.attention
                dress(label, f"background: {pair.paper}; color: {pair.ink}; border-radius: 6px; padding: 8px;")
        self._raw.setVisible(self._received is not None)
        if self._received is not None:
            shown = "".join(_visible(sign) for sign in self._received[0][:80])
            self._raw.setText(work.words.say("devices_calibrate_came", received=shown))


def _visible(sign: str) -> str:
    names = {"\r": "CR", "\n": "LF", "\t": "TAB", "\x02": "STX", "\x03": "ETX", "\x1d": "GS"}
    return sign if sign.isprintable() else f"<{names.get(sign, f'{ord(sign):02X}')}>"
