"""The picture of what a printer prints, drawn from the very bytes that are sent, in any language of printers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.errors import Refusal
from ui.theme import SPACE, px
from ui.widgets.text import Elided
from ui.workspace import Workspace

if TYPE_CHECKING:
    from PIL.Image import Image

KEPT = 12  # jobs whose pictures are kept
SHOWN = 50  # labels of one job that can be looked through
MM_PER_INCH = 25.4


class Preview(QWidget):
    """The labels of one print job, on white paper in every theme; arrow keys turn the pages where there are several."""

    def __init__(self, work: Workspace, *, most: int = SHOWN, captioned: bool = True) -> None:
        """`most`: labels of a job that are drawn; `captioned`: whether page and size stand below them."""
        super().__init__()
        self._work = work
        self._most = most
        self._made: dict[str, Sequence[QImage]] = {}  # by the checksum of the bytes
        self._wanted = ""
        self._dpi = 203
        self._page = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # not `words.show`: one that is shown in a question goes with it
        self.setAccessibleName(work.words.say("labels_preview"))
        self.paper = _Paper(work)
        self._caption = Elided("caption")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[0])
        column.addWidget(self.paper, 1)
        column.addWidget(self._caption)
        self._caption.setVisible(captioned)
        column.addStretch()
        work.words.switched.connect(self._draw)

    @property
    def at_rest(self) -> bool:
        """Whether what is wanted is drawn."""
        return not self._wanted or self._wanted in self._made

    @property
    def images(self) -> Sequence[QImage]:
        """The labels of the job, one pixel a dot; empty while they are being drawn."""
        return self._made.get(self._wanted, ())

    def text(self) -> str:
        """What is said below the picture."""
        return self._caption.whole()

    def show_job(self, sha256: str, payload: bytes, dpi: int, language: str = "zpl") -> None:
        """Show what these bytes print; they are drawn on a thread, a job seen before is there at once."""
        if sha256 == self._wanted:
            return
        self._wanted, self._dpi, self._page = sha256, dpi, 0
        if sha256 not in self._made:
            self._work.spawn(self._make(sha256, payload, dpi, language))
        self._draw()

    async def _make(self, sha256: str, payload: bytes, dpi: int, language: str) -> None:
        images = await asyncio.to_thread(_images, payload, dpi, language, self._most)
        if not isValid(self):
            return  # the question that showed it was answered meanwhile
        self._made[sha256] = images
        while len(self._made) > KEPT:
            del self._made[next(iter(self._made))]
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn the pages."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not 0 <= self._page + step < len(self.images):
            super().keyPressEvent(event)
            return
        self._page += step
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the caption right below the label."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        image = self.images[self._page] if self.images else None
        tall, wide = (image.height(), image.width()) if image is not None else (3, 2)
        self.paper.setMaximumHeight(self.width() * tall // wide)

    def _draw(self) -> None:
        say, images = self._work.words.say, self.images
        self.setAccessibleName(say("labels_preview"))
        if not images:
            self.paper.show_image(None)
            self._fit()
            self._caption.setText(say("labels_preview_none" if self.at_rest else "labels_preview_making"))
            return
        image = images[self._page]
        self.paper.show_image(image)
        self._fit()
        size = {
            name: f"{length / self._dpi * MM_PER_INCH:.0f}"
            for name, length in (("width", image.width()), ("height", image.height()))
        }
        text = say("labels_size", dpi=self._dpi, **size)
        if len(images) > 1:
            text = f"{say('labels_preview_page', page=self._page + 1, pages=len(images))} · {text}"
        self._caption.setText(text)


class _Paper(QWidget):
    """One label, as large as there is room, sharp on every screen."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._image: QImage | None = None
        self._fitted: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def show_image(self, image: QImage | None) -> None:
        if image is not self._image:
            self._image, self._fitted = image, None
            self.update()

    def sizeHint(self) -> QSize:
        side = px("bench", self._work.scale) * 8
        return QSize(side, side * 3 // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, ratio = self._work.theme, self.devicePixelRatio()
        if self._image is None:
            painter.setPen(QColor(theme.line))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()
            return
        room = (self.size() - QSize(2, 2)) * ratio
        wanted = self._image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        if self._fitted is None or self._fitted.size() != wanted:
            # dots become greys where there are fewer pixels than dots, whole squares where there are many more
            larger = wanted.width() >= 2 * self._image.width()
            way = Qt.TransformationMode.FastTransformation if larger else Qt.TransformationMode.SmoothTransformation
            image = self._image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, way)
            self._fitted = QPixmap.fromImage(image)
        self._fitted.setDevicePixelRatio(ratio)
        size = self._fitted.deviceIndependentSize().toSize()
        corner = QPoint((self.width() - size.width()) // 2, 1)
        painter.drawPixmap(corner, self._fitted)
        painter.setPen(QColor(theme.edge))
        painter.drawRect(QRect(corner - QPoint(1, 1), size + QSize(1, 1)))
        painter.end()


def _images(payload: bytes, dpi: int, language: str, most: int) -> list[QImage]:
    from printing.preview import draw

    try:
        drawn = draw(payload, language, dpi, most)
    except Refusal:  # what the caption says: there is nothing to be seen
        return []
    return [as_image(page) for page in drawn]


def as_image(page: Image) -> QImage:
    """A picture in greys (mode "L") for Qt."""
    shown = QImage(page.tobytes(), page.width, page.height, page.width, QImage.Format.Format_Grayscale8)
    return shown.copy()  # the bytes are Pillow's own
