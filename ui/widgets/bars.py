"""A barcode on the screen that a scanner can read from it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from printing.label import SymbolKind
from printing.symbols import modules
from ui.theme import SPACE

_QUIET = 10  # modules of white beside the bars (ISO/IEC 15417)


class Bars(QWidget):
    """A Code 128, each module a whole number of pixels, black on white in every theme; "" is empty paper."""

    def __init__(self, text: str = "", height: int = 160) -> None:
        super().__init__()
        self._height = height
        self._modules: Sequence[int] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show another code."""
        self._modules = modules(SymbolKind.CODE128, text)[0] if text else ()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Two pixels a module at least."""
        return QSize((len(self._modules) + 2 * _QUIET) * 2, self._height)

    def minimumSizeHint(self) -> QSize:
        """Bars that are cut off cannot be read."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        wide = len(self._modules) + 2 * _QUIET
        module = max(self.width() // wide, 1)
        left = (self.width() - module * len(self._modules)) // 2
        for number, black in enumerate(self._modules):
            if black:
                painter.fillRect(
                    QRectF(left + number * module, SPACE[2], module, self.height() - 2 * SPACE[2]), QColor("black")
                )
