"""Pictures of goods: read once, decoded beside the window's thread, kept while they are likely to be seen again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QPixmapCache

from app.change import Change
from app.domain.errors import KnownError
from app.queries.packing_extras import pictures
from ui.workspace import Workspace

KEPT = 48  # decoded, of up to 480 pixels a side: 40 MB at most
_NONE = QImage()


class Pictures(QObject):
    """By the code of a SKU; `ready` when some more can be seen."""

    ready = Signal()

    def __init__(self, work: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._images: dict[str, QImage] = {}  # a null image: there is no picture
        self._wanted: list[str] = []
        self._reading = False
        self._round = 0  # counts what made the kept ones old
        work.feed.changed.connect(self._hear)

    @property
    def at_rest(self) -> bool:
        """Whether everything that was wanted is there."""
        return not self._reading and not self._wanted

    def want(self, skus: Iterable[str]) -> None:
        """Have the pictures of these soon; those that are known already cost nothing."""
        new = [sku for sku in dict.fromkeys(skus) if sku not in self._images and sku not in self._wanted]
        if new:
            self._wanted += new
            if not self._reading:
                self._reading = True
                if self._work.spawn(self._read()) is None:
                    self._reading = False

    def has(self, sku: str) -> bool:
        """Whether there is a picture to be seen now."""
        return not self._images.get(sku, _NONE).isNull()

    def pixmap(self, sku: str, room: QSize, ratio: float) -> QPixmap | None:
        """The picture of a SKU as large as it fits a room of logical pixels; None where there is none."""
        image = self._images.get(sku)
        if image is None or image.isNull() or room.isEmpty():
            return None
        # the image's own key: another picture of the same SKU is another one
        key = f"sku:{image.cacheKey()}:{room.width()}x{room.height()}:{ratio}"
        kept = QPixmap()
        if not QPixmapCache.find(key, kept):
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            kept = QPixmap.fromImage(image.scaled(room * ratio, keep, smooth))
            kept.setDevicePixelRatio(ratio)
            QPixmapCache.insert(key, kept)
        return kept

    async def _read(self) -> None:
        try:
            while self._wanted:
                wanted, number = tuple(self._wanted), self._round
                found = await self._work.feed.read(pictures, wanted)
                images = await asyncio.to_thread(_decoded, found)
                self._wanted = [sku for sku in self._wanted if sku not in wanted]
                if number != self._round:
                    continue  # they have changed meanwhile: whoever shows them asks again
                for sku in wanted:
                    self._images[sku] = images.get(sku, _NONE)
                for old in list(self._images)[: max(0, len(self._images) - KEPT)]:
                    del self._images[old]
                self.ready.emit()
        except KnownError:
            pass  # the page says that the database is gone; a tile stands where the picture would
        finally:
            self._reading, self._wanted = False, []

    def _hear(self, change: Change) -> None:
        """Somebody has taken another picture: all are read anew, which happens a few times a year."""
        if any(kind == "sku" for kind, _ in change.ids):
            self._round += 1
            self._images.clear()
            self.ready.emit()


def _decoded(found: dict[str, bytes]) -> dict[str, QImage]:
    return {sku: QImage.fromData(content) for sku, content in found.items()}
