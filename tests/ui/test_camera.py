"""The camera over the bench: it is followed when it goes and comes, and gives each parcel its own picture."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from tests.ui.lens import ToyLens, image
from ui import camera as cameras
from ui.camera import Camera, QtLens, encoded

T = TypeVar("T")
ONE, TWO = ("usb-1", "Bench camera"), ("usb-2", "Webcam")


@pytest.fixture
def wait(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> Any:
    def wait(coroutine: Coroutine[Any, Any, T]) -> T:
        task = loop.create_task(coroutine)
        qtbot.waitUntil(task.done, timeout=3_000)
        return task.result()

    return wait


def test_the_wanted_camera_is_opened(qapp: object) -> None:
    for wanted, name in (("", "Bench camera"), ("usb-2", "Webcam"), ("Webcam", "Webcam")):
        camera = Camera(ToyLens(ONE, TWO), wanted)
        assert (camera.name, camera.ready, camera.trouble) == (name, True, None)


def test_a_camera_that_is_unplugged_is_missed_and_comes_back(qapp: object) -> None:
    lens = ToyLens(ONE, TWO)
    camera = Camera(lens, "Webcam")
    lens.plug(ONE)
    assert not camera.ready
    assert camera.trouble is not None
    assert camera.trouble.code == "photos_camera_absent"
    lens.plug(ONE, ("usb-7", "Webcam"))  # at another socket
    again: KnownError | None = camera.trouble
    assert (camera.ready, again, lens.opened) == (True, None, "usb-7")


def test_another_camera_does_not_take_the_place_of_the_one_that_works(qapp: object) -> None:
    lens = ToyLens(ONE)
    camera = Camera(lens, "")
    lens.plug(TWO, ONE)
    assert (camera.name, lens.log) == ("Bench camera", ["open usb-1"])
    lens.plug(TWO)  # but of the one that is gone
    assert (camera.name, camera.ready) == ("Webcam", True)


def test_no_camera_at_the_start_is_no_fault_of_the_bench(qapp: object) -> None:
    lens = ToyLens()
    lens.inputs = []
    camera = Camera(lens, "")
    assert camera.trouble is not None
    lens.plug(ONE)
    assert camera.ready


def test_a_camera_that_fails_is_tried_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras, "RETRY_MS", 10)
    lens = ToyLens(ONE)
    camera = Camera(lens, "")
    lens.failed.emit("the cable")
    assert camera.trouble is not None
    assert (camera.trouble.code, camera.trouble.facts["why"], camera.ready) == (
        "photos_camera_failed", "the cable", False,
    )  # fmt: skip
    qtbot.waitUntil(lambda: camera.ready, timeout=1_000)
    assert camera.trouble is None


def test_a_picture_is_taken(wait: Any) -> None:
    camera = Camera(ToyLens(ONE), "")
    assert wait(camera.picture(1)).width() == 64


def test_a_camera_that_is_opening_is_waited_for(wait: Any, loop: asyncio.AbstractEventLoop) -> None:
    lens = ToyLens(ONE, ready=False)
    camera = Camera(lens, "")

    def warm_up() -> None:
        lens.warm = True
        lens.turned.emit()

    loop.call_later(0.01, warm_up)
    assert wait(camera.picture(2)).width() == 64


def test_a_camera_that_is_never_ready_gives_no_picture_but_an_answer(wait: Any) -> None:
    camera = Camera(ToyLens(ONE, ready=False), "")
    with pytest.raises(KnownError, match="photos_camera_late"):
        wait(camera.picture(0.01))


def test_an_absent_camera_answers_at_once(wait: Any) -> None:
    lens = ToyLens(ONE)
    camera = Camera(lens, "")
    lens.plug()
    with pytest.raises(KnownError, match="photos_camera_absent"):
        wait(camera.picture(60))


def test_a_camera_that_is_unplugged_with_its_shutter_open_answers(
    wait: Any, loop: asyncio.AbstractEventLoop
) -> None:
    lens = ToyLens(ONE, slow=True)
    camera = Camera(lens, "")
    loop.call_later(0.01, lens.plug)
    with pytest.raises(KnownError, match="photos_camera_absent"):
        wait(camera.picture(1))


def test_a_picture_that_comes_too_late_is_not_that_of_the_next_parcel(
    wait: Any, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cameras, "IMAGE_S", 0.05)
    lens = ToyLens(ONE, slow=True)
    camera = Camera(lens, "")
    with pytest.raises(KnownError, match="photos_camera_late"):
        wait(camera.picture(1))

    def answer() -> None:
        lens.captured.emit(lens.shots[0], image(10))
        lens.captured.emit(lens.shots[1], image(20))

    loop.call_later(0.01, answer)
    assert wait(camera.picture(1)).width() == 20


def test_a_shot_that_is_spoiled_says_why(wait: Any, loop: asyncio.AbstractEventLoop) -> None:
    lens = ToyLens(ONE, slow=True)
    camera = Camera(lens, "")
    loop.call_later(0.01, lambda: lens.spoiled.emit(1, "no memory"))
    with pytest.raises(KnownError, match="no memory"):
        wait(camera.picture(1))


def test_a_picture_is_encoded() -> None:
    assert encoded(image(30, 20)).startswith(b"\xff\xd8")
    assert encoded(QImage()) == b""


def test_qts_own_lens_stands_on_a_machine_without_a_camera(qapp: object, wait: Any) -> None:
    lens = QtLens()
    if lens.cameras():
        pytest.skip("this machine has a camera")
    camera = Camera(lens, "")
    with pytest.raises(KnownError, match="photos_camera_absent"):
        wait(camera.picture(0.1))
    assert lens.capture() == -1  # and nothing is raised
    lens.open("gone")
    lens.close()
    camera.close()
