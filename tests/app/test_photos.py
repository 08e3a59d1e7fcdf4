"""Photos of parcels: which source a setting names, and what is kept of whatever comes from it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.domain.errors import KnownError, Refusal
from app.photos import (
    MOST_BYTES,
    SIDE,
    Folder,
    Source,
    SourceKind,
    camera_url,
    choose_camera,
    read_file,
    read_source,
    shrink,
)


def jpeg(width: int = 64, height: int = 48, colour: str = "red", *, turned: int = 0, kind: str = "JPEG") -> bytes:
    """A picture of one colour; `turned` is what its camera says of how it was held (EXIF orientation)."""
    made, exif = io.BytesIO(), Image.Exif()
    if turned:
        exif[0x0112], exif[0x010F] = turned, "Maker of cameras"
    Image.new("RGB", (width, height), colour).save(made, kind, exif=exif)
    return made.getvalue()


def put(folder: Path, name: str, content: bytes, second: int) -> Path:
    """A picture that came so many seconds after the epoch."""
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (second, second))
    return path


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# the setting


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("", None),
        ("camera:", Source(SourceKind.CAMERA, "")),
        ("camera:HD Webcam", Source(SourceKind.CAMERA, "HD Webcam")),
        ("camera:HD%20Webcam", Source(SourceKind.CAMERA, "HD Webcam")),
        ("file:/var/bench.jpg", Source(SourceKind.FILE, "/var/bench.jpg")),
        ("file:///var/bench.jpg", Source(SourceKind.FILE, "/var/bench.jpg")),
        ("folder:C:\\pictures", Source(SourceKind.FOLDER, "C:\\pictures")),
    ],
)
def test_a_setting_names_a_source(url: str, source: Source | None) -> None:
    assert read_source(url) == source


@pytest.mark.parametrize("url", ["webcam", "file:", "folder:", "http://camera/1.jpg", ":", "tcp://camera:80"])
def test_another_setting_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="photos_source_unknown"):
        read_source(url)


@given(st.text(min_size=1))
def test_every_cameras_name_comes_back_from_its_setting(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return  # no system names a camera so
    assert read_source(camera_url(name)) == Source(SourceKind.CAMERA, name)


def test_a_camera_is_chosen_by_its_id_then_by_its_name() -> None:
    cameras = [("usb-1", "Webcam"), ("usb-2", "usb-1"), ("usb-3", "Webcam")]
    assert choose_camera(cameras, "") == ("usb-1", "Webcam")
    assert choose_camera(cameras, "usb-1") == ("usb-1", "Webcam")
    assert choose_camera(cameras, "Webcam") == ("usb-1", "Webcam")
    assert choose_camera(cameras, "usb-3") == ("usb-3", "Webcam")
    assert choose_camera(cameras, "gone") is None
    assert choose_camera([], "") is None


# what is kept


@pytest.mark.parametrize(
    ("size", "kept"),
    [((4000, 3000), (1280, 960)), ((3000, 4000), (960, 1280)), ((640, 480), (640, 480)), ((5000, 1), (1280, 1))],
)
def test_a_picture_is_no_larger_than_needed(size: tuple[int, int], kept: tuple[int, int]) -> None:
    picture = shrink(jpeg(*size))
    assert (picture.width, picture.height) == kept
    assert opened(picture.content).size == kept
    assert max(kept) <= SIDE


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_whatever_it_was_it_is_a_jpeg(kind: str) -> None:
    assert opened(shrink(jpeg(kind=kind)).content).format == "JPEG"


def test_a_picture_is_turned_as_its_camera_was_held_and_says_nothing_else() -> None:
    picture = shrink(jpeg(200, 100, turned=6))
    assert (picture.width, picture.height) == (100, 200)
    image = opened(picture.content)
    assert not dict(image.getexif())
    assert b"Maker of cameras" not in picture.content


def test_an_empty_picture_is_named_so() -> None:
    with pytest.raises(KnownError, match="photos_empty"):
        shrink(b"")


WHOLE = jpeg(120, 90, turned=3)


@pytest.mark.filterwarnings("ignore::UserWarning")  # what Pillow thinks of the camera's notes
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=40))
def test_a_damaged_picture_is_read_or_refused_never_worse(at: int, noise: bytes) -> None:
    for damaged in (WHOLE[:at], WHOLE[:at] + noise + WHOLE[at + len(noise) :]):
        try:
            picture = shrink(damaged)
        except KnownError:
            continue
        assert opened(picture.content).size == (picture.width, picture.height)


@given(st.binary(max_size=200))
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(KnownError, match="photos_"):
        shrink(content)


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    made = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(made, "PNG")  # 50 kB, which unpack to 1.6 GB
    with pytest.raises(KnownError, match="photos_unreadable"):
        shrink(made.getvalue())


# files and folders


def test_a_file_is_read_or_its_trouble_named(tmp_path: Path) -> None:
    picture = put(tmp_path, "a.jpg", jpeg(), 1)
    assert read_file(picture) == jpeg()
    with pytest.raises(KnownError, match="photos_empty"):
        read_file(put(tmp_path, "zero.jpg", b"", 1))
    with pytest.raises(KnownError, match="photos_no_file"):
        read_file(tmp_path / "gone.jpg")
    with pytest.raises(KnownError, match="photos_no_file"):
        read_file(tmp_path)  # a folder is no picture
    large = tmp_path / "large.jpg"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(KnownError, match="photos_file_too_large"):
        read_file(large)


def test_a_folder_gives_each_new_picture_once(tmp_path: Path) -> None:
    put(tmp_path, "old.jpg", jpeg(10, 10), 100)
    folder = Folder(tmp_path)
    folder.look()
    with pytest.raises(KnownError, match="photos_none_new"):
        folder.take()
    put(tmp_path, "a.jpg", jpeg(20, 10), 200)
    put(tmp_path, "b.jpg", jpeg(30, 10), 300)
    assert folder.take().width == 30  # the newest; the one before it shows a parcel that is gone
    with pytest.raises(KnownError, match="photos_none_new"):
        folder.take()
    put(tmp_path, "c.txt", jpeg(), 400)
    put(tmp_path, ".d.jpg", jpeg(), 400)
    with pytest.raises(KnownError, match="photos_none_new"):
        folder.take()
    put(tmp_path, "c.png", jpeg(40, 10, kind="PNG"), 400)
    assert folder.take().width == 40


def test_two_pictures_of_the_same_moment_are_two(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.look()
    put(tmp_path, "a.jpg", jpeg(20, 10), 200)
    assert folder.take().width == 20
    put(tmp_path, "b.jpg", jpeg(30, 10), 200)
    assert folder.take().width == 30


def test_a_picture_that_is_still_being_written_comes_later(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.look()
    whole = jpeg(300, 200)
    put(tmp_path, "a.jpg", b"", 200)
    with pytest.raises(KnownError, match="photos_empty"):
        folder.take()
    put(tmp_path, "a.jpg", whole[:200], 200)
    with pytest.raises(KnownError, match="photos_unreadable"):
        folder.take()
    put(tmp_path, "a.jpg", whole, 200)
    assert folder.take().width == 300


def test_a_folder_that_comes_back_gives_what_is_new_then(tmp_path: Path) -> None:
    place = tmp_path / "camera"
    folder = Folder(place)
    for attempt in (folder.look, folder.take):
        with pytest.raises(KnownError, match="photos_no_folder"):
            attempt()
    place.mkdir()
    put(place, "of another parcel.jpg", jpeg(), 100)
    with pytest.raises(KnownError, match="photos_none_new"):
        folder.take()
    put(place, "new.jpg", jpeg(77, 10), 200)
    assert folder.take().width == 77
