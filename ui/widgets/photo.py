"""The photo of a closed parcel as the support desk sees it: small, and large at a press."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.change import Change
from app.domain.errors import KnownError, Refusal
from app.queries.photos import Photo, photo_of
from ui.theme import SPACE
from ui.widgets.text import text_label
from ui.workspace import Workspace

SMALL = 150  # px of height, at a scale of 1


class PictureButton(QAbstractButton):
    """A picture with its proportions, no larger than it is; a press shows it in the whole width, another one small."""

    def __init__(self, work: Workspace, small: int = SMALL) -> None:
        super().__init__()
        self._work, self._small = work, small
        self._image = QImage()
        self._large = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(self._turn)

    @property
    def large(self) -> bool:
        """Whether it takes the whole width."""
        return self._large

    def show_picture(self, content: bytes) -> None:
        """Show a JPEG; one that cannot be read is nothing."""
        self._image = QImage.fromData(content)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """A picture keeps its proportions."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of the picture in this width."""
        return self._fitted(width).height()

    def sizeHint(self) -> QSize:
        """Small, or as large as it is."""
        return self._fitted(self._image.width() or 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect(0, 0, self._fitted(self.width()).width(), self._fitted(self.width()).height())
        if not self._image.isNull():
            scaled = self._image.scaled(
                place.size() * self.devicePixelRatioF(), Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            painter.drawImage(place, scaled)
        if self.hasFocus():
            pen = painter.pen()
            pen.setColor(QColor(self._work.theme.accent))
            pen.setWidth(3)
            painter.setPen(pen)
            painter.drawRect(place.adjusted(1, 1, -2, -2))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring shows where the keyboard is."""
        super().focusInEvent(event)
        self.update()
        self._come_into_view()

    def _fitted(self, width: int) -> QSize:
        size = self._image.size()
        if size.isEmpty():
            return QSize(1, 1)
        most = QSize(min(width, size.width()), size.height())
        if not self._large:
            most.setHeight(min(round(self._small * self._work.scale), size.height()))
        return size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)

    def _turn(self) -> None:
        self._large = not self._large
        self.updateGeometry()
        self.update()
        QTimer.singleShot(0, self, self._come_into_view)  # when it has its new size

    def _come_into_view(self) -> None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(self)


class ParcelPhoto(QWidget):
    """The newest photo of a parcel, or a line that says why there is none; it follows what happens to the parcel."""

    def __init__(self, work: Workspace, parcel_id: int) -> None:
        super().__init__()
        self._work, self._parcel_id = work, parcel_id
        self.line = text_label("secondary", wrap=True)
        self.picture = PictureButton(work)
        self.picture.setAccessibleName(work.words.say("photos_photo"))
        self.picture.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE[1], 0, 0)
        column.setSpacing(SPACE[0])
        column.addWidget(self.line)
        column.addWidget(self.picture)
        work.feed.changed.connect(self._hear)
        work.spawn(self._load())

    def _hear(self, change: Change) -> None:
        if ("parcel", self._parcel_id) in change.ids:
            self._work.spawn(self._load())

    async def _load(self) -> None:
        try:
            found = await self._work.feed.read(photo_of, self._parcel_id)
        except KnownError:
            return  # the page says it
        if isValid(self):
            self._show(found)

    def _show(self, found: Photo | Refusal | None) -> None:
        words = self._work.words
        if isinstance(found, Photo):
            code = "photos_several" if found.count > 1 else "photos_taken_at"
            self.line.setText(words.say(code, at=words.date(found.taken_at), count=found.count))
            self.picture.show_picture(found.content)
            self.picture.show()
        elif found is not None:
            self.line.setText("! " + words.say("photos_not_kept_why", why=words.explain(found)))
        else:
            self.line.setText(words.say("photos_not_wanted"))
