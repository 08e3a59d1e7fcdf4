"""The camera over the bench: kept open, followed when it is unplugged, and asked for one picture at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QObject, QTimer, Signal, qInstallMessageHandler
from PySide6.QtGui import QImage

from app.domain.errors import KnownError
from app.photos import SIDE, choose_camera

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCamera, QCameraDevice

RETRY_MS = 3_000  # after a camera has failed; one that is plugged in again is seen at once
IMAGE_S = 3.0  # from the shutter to the picture


class Lens(QObject):
    """What drives a camera; the one of Qt is below, tests have another.

    `appeared` when cameras came or went, `turned` when the open one became ready or is no longer, `failed` with why it
    cannot go on, `captured` with the number of a shot and its picture, `spoiled` with why there is none.
    """

    appeared = Signal()
    turned = Signal()
    failed = Signal(str)
    captured = Signal(int, QImage)
    spoiled = Signal(int, str)

    def cameras(self) -> list[tuple[str, str]]:
        """Id and name of the cameras that are there, the system's own choice first."""
        raise NotImplementedError

    def open(self, camera_id: str) -> None:
        """Have this camera running."""
        raise NotImplementedError

    def close(self) -> None:
        """Have none running."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether a picture can be taken at once."""
        raise NotImplementedError

    def capture(self) -> int:
        """Take a picture; returns the number of the shot, -1 when it cannot be taken."""
        raise NotImplementedError


class QtLens(Lens):
    """QtMultimedia's camera; raises KnownError `photos_no_multimedia` where the system lacks what that needs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from ui.sound import keep_in

        complaints: list[str] = []
        before = qInstallMessageHandler(None)
        qInstallMessageHandler(keep_in(complaints, before))
        try:
            from PySide6.QtMultimedia import QCamera, QImageCapture, QMediaCaptureSession, QMediaDevices

            self._devices = QMediaDevices(self)
            self._session = QMediaCaptureSession(self)
            self._shutter = QImageCapture(self)
            self._session.setImageCapture(self._shutter)
        except (ImportError, OSError, RuntimeError) as broken:
            raise KnownError("photos_no_multimedia", why=str(broken)) from None
        finally:
            qInstallMessageHandler(before)
        self._make: Callable[[QCameraDevice], QCamera] = QCamera
        self._camera: QCamera | None = None
        self._devices.videoInputsChanged.connect(self.appeared)
        self._shutter.readyForCaptureChanged.connect(lambda _: self.turned.emit())
        self._shutter.imageCaptured.connect(self.captured)
        self._shutter.errorOccurred.connect(lambda shot, _, why: self.spoiled.emit(shot, why))

    def cameras(self) -> list[tuple[str, str]]:
        """Id and name, the default first."""
        inputs = sorted(self._devices.videoInputs(), key=lambda device: not device.isDefault())
        return [(_id(device), device.description()) for device in inputs]

    def open(self, camera_id: str) -> None:
        """Start it, in the smallest format that is large enough."""
        self.close()
        device = next((device for device in self._devices.videoInputs() if _id(device) == camera_id), None)
        if device is None:
            self.failed.emit("")
            return
        camera = self._camera = self._make(device)
        camera.setParent(self)
        enough = [form for form in device.videoFormats() if form.resolution().width() >= SIDE]
        if enough:
            camera.setCameraFormat(min(enough, key=lambda form: (form.resolution().width(), form.maxFrameRate())))
        camera.errorOccurred.connect(lambda error, why: self.failed.emit(why) if error.value else None)
        self._session.setCamera(camera)
        camera.start()

    def close(self) -> None:
        """Stop it."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.errorOccurred.disconnect()
            camera.stop()
            self._session.setCamera(None)  # type: ignore[arg-type]
            camera.deleteLater()

    def is_ready(self) -> bool:
        """Whether a picture can be taken at once."""
        return self._camera is not None and self._camera.isActive() and self._shutter.isReadyForCapture()

    def capture(self) -> int:
        """Take a picture; returns the number of the shot."""
        return self._shutter.capture()


def _id(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")


class Camera(QObject):
    """The wanted camera ("" for the first) through a lens, opened again whenever it can be.

    `trouble` says why no picture can be taken now, None while one can; `name` is that of the camera that is open.
    """

    changed = Signal()

    def __init__(self, lens: Lens, wanted: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lens, self._wanted = lens, wanted
        self._open = ""
        self.name = ""
        self.trouble: KnownError | None = None
        self._asked: asyncio.Future[QImage] | None = None
        self._shot = -1
        self._turned = asyncio.Event()
        self._again = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._again.timeout.connect(self.look)
        # no timeout of asyncio: the loop keeps its timer after it is no longer needed
        self._late = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._give_up)
        lens.appeared.connect(self.look)
        lens.turned.connect(self._turn)
        lens.failed.connect(self._fail)
        lens.captured.connect(self._answer)
        lens.spoiled.connect(self._spoil)
        self.look()

    @property
    def ready(self) -> bool:
        """Whether a picture can be taken at once."""
        return bool(self._open) and self._lens.is_ready()

    def look(self) -> None:
        """See which cameras are there, and have the wanted one open."""
        self._again.stop()
        there = self._lens.cameras()
        if self._open in dict(there):
            return  # the system may prefer another one by now, the bench does not
        if self._open:
            self._lens.close()
        chosen = choose_camera(there, self._wanted)
        if chosen is None:
            self._open = self.name = ""
            self._say(KnownError("photos_camera_absent", name=self._wanted))
            return
        self._open, self.name = chosen
        self.trouble = None
        self._lens.open(self._open)
        self._turn()

    async def picture(self, seconds: float) -> QImage:
        """A picture whose shutter opens within so many seconds; one at a time.

        Raises KnownError `photos_camera_absent`, `photos_camera_failed`, `photos_camera_late`.
        """
        self._late = False
        self._patience.start(round(seconds * 1000))
        try:
            while not self.ready:
                if self.trouble is not None or self._late:
                    raise self.trouble or KnownError("photos_camera_late")
                self._turned.clear()
                await self._turned.wait()
            self._asked = asyncio.get_running_loop().create_future()
            self._shot = self._lens.capture()
            self._patience.start(round(IMAGE_S * 1000))
            return await self._asked
        finally:
            self._patience.stop()
            self._asked = None

    def close(self) -> None:
        """Leave the camera to others."""
        self._again.stop()
        self._patience.stop()
        lens = self._lens
        lens.appeared.disconnect(self.look)
        lens.turned.disconnect(self._turn)
        lens.failed.disconnect(self._fail)
        lens.captured.disconnect(self._answer)
        lens.spoiled.disconnect(self._spoil)
        self._lens.close()
        self._spoil_with(KnownError("photos_no_camera"))
        self.deleteLater()

    def _turn(self) -> None:
        self._turned.set()
        self.changed.emit()

    def _give_up(self) -> None:
        self._late = True
        self._spoil_with(KnownError("photos_camera_late"))
        self._turned.set()

    def _say(self, trouble: KnownError) -> None:
        self.trouble = trouble
        self._spoil_with(trouble)
        self._turn()

    def _fail(self, why: str) -> None:
        self._lens.close()
        self._open = ""
        self._again.start()
        self._say(KnownError("photos_camera_failed", name=self.name or self._wanted, why=why))

    def _answer(self, shot: int, image: QImage) -> None:
        # one that comes after its time shows a parcel that is gone
        if shot == self._shot and self._asked is not None and not self._asked.done():
            self._asked.set_result(image)

    def _spoil(self, shot: int, why: str) -> None:
        if shot == self._shot:
            self._spoil_with(KnownError("photos_camera_failed", name=self.name, why=why))

    def _spoil_with(self, trouble: KnownError) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(trouble)


def encoded(image: QImage) -> bytes:
    """A picture as a JPEG, b"" for one that is empty; takes some hundredths of a second."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", 95)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
