"""Where the photo of a closed parcel comes from, and how it is made small; the camera itself is `ui.camera`'s."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, unquote

from app.domain.errors import KnownError, Refusal

SIDE = 1280  # pixels, the longest side of what is kept
QUALITY = 80  # of JPEG
MOST_BYTES = 40_000_000  # of a file; what a good camera makes has half of it
KINDS = frozenset({".jpg", ".jpeg", ".png", ".webp"})


class SourceKind(StrEnum):
    """What a photo can come from; the scheme of its URL."""

    CAMERA = "camera"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Source:
    """Where photos come from: a camera by its id or name ("" for the first), a file, or a folder."""

    kind: SourceKind
    where: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of at most SIDE pixels on its longest side, without anything else that its camera knew."""

    content: bytes
    width: int
    height: int


def read_source(url: str) -> Source | None:
    """What a camera setting names: `camera:`, `camera:<id or name>`, `file:/path`, `folder:/path`; None for "".

    Names and paths may be percent-encoded. Raises Refusal `photos_source_unknown`.
    """
    if not url:
        return None
    scheme, colon, rest = url.partition(":")
    where = unquote(rest)
    if not colon or scheme not in list(SourceKind) or (scheme != SourceKind.CAMERA and not where):
        raise Refusal("photos_source_unknown", url=url)
    if scheme != SourceKind.CAMERA and where.startswith("//"):
        where = where.removeprefix("//")  # file:///path as browsers write it
    return Source(SourceKind(scheme), where)


def camera_url(name: str) -> str:
    """The setting that means the camera of this name or id."""
    return f"{SourceKind.CAMERA}:{quote(name, safe=' /:()#&+,')}"


def choose_camera(cameras: Sequence[tuple[str, str]], wanted: str) -> tuple[str, str] | None:
    """Of cameras (id and name) the one that is wanted by id, else by name; the first for "", None for none."""
    if not wanted:
        return cameras[0] if cameras else None
    named = [camera for part in (0, 1) for camera in cameras if camera[part] == wanted]
    return named[0] if named else None


def shrink(content: bytes) -> Picture:
    """A picture (PNG, JPEG or WebP) turned as its camera says, small enough to be kept.

    Raises KnownError `photos_empty`, `photos_unreadable`; takes a tenth of a second, so not on the window's thread.
    """
    if not content:
        raise KnownError("photos_empty")
    from PIL import Image  # the window is painted before pictures are loaded

    from printing.pictures import thumbnail

    small = thumbnail(content, SIDE, QUALITY)
    if small is None:
        raise KnownError("photos_unreadable")
    with Image.open(io.BytesIO(small)) as opened:
        return Picture(small, opened.width, opened.height)


def read_file(path: Path) -> bytes:
    """The bytes of a picture's file; raises KnownError `photos_no_file`, `photos_empty`, `photos_file_too_large`."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise KnownError("photos_file_too_large", file=path.name, most=MOST_BYTES // 1_000_000)
        if size == 0:
            raise KnownError("photos_empty")
        return path.read_bytes()
    except OSError as error:
        raise KnownError("photos_no_file", file=str(path), why=error.strerror or "") from None


class Folder:
    """A folder into which something puts pictures; each of them is the photo of one parcel at most.

    What lies there when it can first be looked into is of parcels before.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._past: tuple[int, str] | None = None
        self._known = False

    def look(self) -> None:
        """See whether it is there; raises KnownError `photos_no_folder`."""
        there = self._pictures()
        if not self._known:
            self._past, self._known = max(there, default=None), True

    def take(self) -> Picture:
        """The newest picture that has appeared since the last one, made small.

        Raises KnownError `photos_none_new`, `photos_no_folder`, and what `read_file` and `shrink` raise: a file that
        cannot be read may be half written, so it is not passed over, and the next try reads it again.
        """
        self.look()
        there = self._pictures()
        newest = max(there, default=None)
        if newest is None or (self._past is not None and newest <= self._past):
            raise KnownError("photos_none_new", file=str(self._path))
        picture = shrink(read_file(there[newest]))
        self._past = newest
        return picture

    def _pictures(self) -> dict[tuple[int, str], Path]:
        """The pictures by the time of their last change and their name."""
        found = {}
        try:
            for path in self._path.iterdir():
                if path.suffix.lower() in KINDS and not path.name.startswith("."):
                    try:
                        found[path.stat().st_mtime_ns, path.name] = path
                    except FileNotFoundError:
                        continue  # it was taken away while we looked
        except OSError as error:
            raise KnownError("photos_no_folder", file=str(self._path), why=error.strerror or "") from None
        return found
