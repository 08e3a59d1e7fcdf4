"""Takes the photo of a parcel when it is closed: from the camera, a file or a folder, beside the work at the bench."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import KnownError, Refusal
from app.domain.verdict import Code
from app.photos import Folder, Picture, Source, SourceKind, read_file, read_source, shrink
from ui.camera import Camera, Lens, QtLens, encoded
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.station import Shown

# how long after its scan a parcel still lies under the camera; what shows the next one is worse than no photo
SHUTTER_S = 1.0
FOLDER_S = 3.0  # until whatever watches the bench has written its picture
_CLOSES = frozenset({Code.CLOSED, Code.BOX_CLOSED, Code.SERIES_CLOSED})
LOOK_S = 0.2  # between two looks into the folder
RETRY_MS = 3_000  # between two looks for a folder or file that is gone


@dataclass(frozen=True, slots=True)
class CameraSeen:
    """Where photos come from, as it is now: `name` of the camera, or the path; `trouble` is what is to be said of it.

    `state` is `none`, `busy` (being opened), `well`, `absent` or `fault`.
    """

    state: str
    name: str = ""
    trouble: Refusal | None = None


class Photographer(QObject):
    """The camera of the settings; `take` and `after` return at once, and nothing here ever stops a scan.

    Photos are taken in the order of the closes. What keeps one from being taken is told and written down.
    """

    def __init__(self, work: Workspace, make_lens: Callable[[], Lens] = QtLens) -> None:
        super().__init__(work)
        self._work, self._make_lens = work, make_lens
        self._url: str | None = None
        self._source: Source | None = None
        self._lens: Lens | None = None
        self._camera: Camera | None = None
        self._folder: Folder | None = None
        self._trouble: Refusal | None = None
        self._told = ""  # the code of the last trouble: it is not told again at every parcel
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._pool: ThreadPoolExecutor | None = None
        self._again = QTimer(self, interval=RETRY_MS, singleShot=True)
        self._again.timeout.connect(lambda: work.spawn(self._look()))
        self.last: Picture | None = None  # the newest picture, for the page of devices
        self.last_at = 0.0  # monotonic seconds

    def begin(self) -> None:
        """Have the camera of the settings open, now and whenever they change; loads QtMultimedia where it is needed."""
        self._work.settings_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Use what the settings name."""
        url = self._work.settings.camera
        if url == self._url:
            return
        self._leave()
        self._url, self._told, self.last = url, "", None
        try:
            self._source = read_source(url)
            if self._source is not None and self._source.kind is SourceKind.CAMERA:
                self._camera = Camera(self._needed_lens(), self._source.where)
                self._camera.changed.connect(self._work.devices_changed)
        except (Refusal, KnownError) as trouble:
            self._trouble = trouble
        if self._source is not None and self._camera is None and self._trouble is None:
            if self._source.kind is SourceKind.FOLDER:
                self._folder = Folder(Path(self._source.where))
            self._work.spawn(self._look())
        self._work.devices_changed.emit()

    @property
    def seen(self) -> CameraSeen:
        """How it is now."""
        source, camera = self._source, self._camera
        if camera is not None:
            if camera.trouble is not None:
                state = "absent" if camera.trouble.code == "photos_camera_absent" else "fault"
                return CameraSeen(state, camera.name or (source.where if source else ""), camera.trouble)
            return CameraSeen("well" if camera.ready else "busy", camera.name)
        if self._trouble is not None:
            return CameraSeen("fault", source.where if source else self._url or "", self._trouble)
        return CameraSeen("well", source.where) if source else CameraSeen("none")

    def cameras(self) -> list[tuple[str, str]]:
        """Id and name of every camera of this computer; raises KnownError `photos_no_multimedia`."""
        return self._needed_lens().cameras()

    def _needed_lens(self) -> Lens:
        if self._lens is None:
            self._lens = self._make_lens()
        return self._lens

    def after(self, shown: Shown) -> None:
        """A scan was judged: if it has closed a parcel whose warehouse wants photos, take one."""
        if shown.code in _CLOSES and shown.parcel is not None:
            self._work.spawn(self._take_wanted(shown.parcel, monotonic()))

    def take(self, parcel_id: int) -> None:
        """Take the photo of this parcel, and keep it."""
        self._work.spawn(self._take(parcel_id, monotonic()))

    async def try_out(self) -> Picture:
        """A picture that is of no parcel; raises KnownError or Refusal that says why there is none."""
        async with self._turn:
            picture = await self._picture(monotonic() + FOLDER_S)
        self._show(picture)
        return picture

    def close(self) -> None:
        """Leave the camera to others."""
        self._leave()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _leave(self) -> None:
        self._again.stop()
        if self._camera is not None:
            self._camera.close()
        self._source = self._camera = self._folder = self._trouble = None

    async def _look(self) -> None:
        """Whether the folder or the file is there; until it is, again and again."""
        source, folder = self._source, self._folder
        if source is None:
            return
        trouble: KnownError | None = None
        try:
            await asyncio.to_thread(folder.look if folder is not None else lambda: read_file(Path(source.where)))
        except KnownError as error:
            trouble = error
        if source is self._source:
            self._note(trouble)

    def _note(self, trouble: Refusal | None) -> None:
        self._trouble = trouble
        if trouble is not None and self._source is not None:
            self._again.start()
        self._work.devices_changed.emit()

    async def _take_wanted(self, parcel: str, closed: float) -> None:
        from app.queries.photos import photo_wanted

        try:
            parcel_id = await self._work.feed.read(photo_wanted, parcel)
        except KnownError:
            return  # the database is gone: the bench says so
        if parcel_id is not None:
            await self._take(parcel_id, closed)

    async def _take(self, parcel_id: int, closed: float) -> None:
        from app.operations.photos import store_photo
        from db.store import Priority

        self._waiting += 1
        try:
            async with self._turn:
                late = FOLDER_S if self._folder is not None else SHUTTER_S
                picture = await self._picture(closed + late)
        except (Refusal, KnownError) as trouble:
            await self._miss(parcel_id, trouble)
            return
        finally:
            self._waiting -= 1
        place, store = self._work.place, self._work.feed.store
        actor = place.station.actor if place.station is not None else place.person
        try:
            kept = store.submit(
                Priority.BULK, store_photo, actor, parcel_id, picture.content, picture.width, picture.height,
                store.clock.now(),
            )
            await asyncio.wrap_future(kept)
        except (Refusal, KnownError) as trouble:
            await self._miss(parcel_id, trouble)
        else:
            self._told = ""
            self._show(picture)

    async def _picture(self, until: float) -> Picture:
        """A picture of what lies there now, begun before `until` (monotonic seconds)."""
        source, camera, folder = self._source, self._camera, self._folder
        if camera is not None:
            left = until - monotonic()
            if left <= 0:
                raise KnownError("photos_camera_late")
            image = await camera.picture(left)
            return await self._in_thread(lambda: shrink(encoded(image)))
        if source is None or (folder is None and source.kind is not SourceKind.FILE):
            raise self._trouble or KnownError("photos_no_camera")
        while True:
            try:
                if folder is not None:
                    picture = await self._in_thread(folder.take)
                else:
                    picture = await self._in_thread(lambda: shrink(read_file(Path(source.where))))
            except KnownError as trouble:
                # a later parcel lies there by now: what comes would be of that one
                if folder is None or self._waiting > 1 or monotonic() >= until or trouble.code == "photos_no_folder":
                    if trouble.code in ("photos_no_folder", "photos_no_file"):
                        self._note(trouble)
                    raise
                await asyncio.sleep(LOOK_S)
            else:
                if self._trouble is not None:
                    self._note(None)
                return picture

    async def _in_thread(self, work: Callable[[], Picture]) -> Picture:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "photos")  # of its own: pages do not wait behind pictures
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def _miss(self, parcel_id: int, trouble: Refusal) -> None:
        """Say that there is no photo, once for each reason, and write down why."""
        from app.operations.photos import note_missing_photo
        from db.store import Priority

        if trouble.code != self._told:
            self._told = trouble.code
            self._work.dialogs.tell("photos_missed", why_code=trouble.code, **trouble.facts)
        place, store = self._work.place, self._work.feed.store
        actor = place.station.actor if place.station is not None else place.person
        with suppress(Refusal, KnownError):  # the disk may be full: then nothing can be written down either
            await asyncio.wrap_future(
                store.submit(Priority.BULK, note_missing_photo, actor, parcel_id, trouble)
            )

    def _show(self, picture: Picture) -> None:
        self.last, self.last_at = picture, monotonic()
        self._work.devices_changed.emit()
