"""A camera that does what a test wants, in the place of QtMultimedia's."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QImage

from ui.camera import Lens


def image(width: int = 64, height: int = 48, colour: str = "red") -> QImage:
    """A picture of one colour."""
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(QColor(colour))
    return made


class ToyLens(Lens):
    """`inputs` are the cameras that are plugged in; it is ready as soon as it is open, and answers each shot soon.

    With `slow` the test answers: `shots` are the numbers of those that were taken and not answered.
    """

    def __init__(self, *inputs: tuple[str, str], slow: bool = False, ready: bool = True) -> None:
        super().__init__()
        self.inputs = list(inputs) or [("usb-1", "Bench camera")]
        self.slow, self.warm = slow, ready
        self.opened = ""
        self.log: list[str] = []
        self.shots: list[int] = []
        self.width = 64
        self._count = 0

    def cameras(self) -> list[tuple[str, str]]:
        return list(self.inputs)

    def open(self, camera_id: str) -> None:
        self.opened = camera_id
        self.log.append(f"open {camera_id}")

    def close(self) -> None:
        self.opened = ""
        self.log.append("close")

    def is_ready(self) -> bool:
        return bool(self.opened) and self.warm

    def capture(self) -> int:
        self._count += 1
        if self.slow:
            self.shots.append(self._count)
        else:
            shot, made = self._count, image(self.width)
            QTimer.singleShot(0, lambda: self.captured.emit(shot, made))
        return self._count

    def plug(self, *inputs: tuple[str, str]) -> None:
        """These cameras are plugged in now, and no others."""
        self.inputs = list(inputs)
        self.appeared.emit()
