"""A label is in the tray exactly when its .zpl is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from hardware.simulator.tray import Tray


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a" / "tray"


def test_labels_are_numbered_files(folder: Path) -> None:
    tray = Tray(folder)
    tray.claim(0)
    assert tray.count() == 0
    tray.drop(1, b"^XA^XZ", b"picture")
    tray.drop(1_234_567, b"^XA^XZ", b"")
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "000001.png", "000001.zpl", "1234567.zpl"]
    assert (folder / "000001.png").read_bytes() == b"picture"
    assert tray.count() == 1_234_567
    tray.release()


def test_the_picture_is_there_before_the_label_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tray = Tray(folder)
    tray.claim(0)

    def dies(source: Path, target: Path) -> None:
        assert target.name == "000001.zpl"
        assert (folder / "000001.png").read_bytes() == b"picture"
        assert source.read_bytes() == b"^XA^XZ"
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", dies)
        with pytest.raises(OSError, match="No space"):
            tray.drop(1, b"^XA^XZ", b"picture")
    assert tray.count() == 0
    tray.release()
    tray.claim(0)
    assert not list(folder.glob("*.part"))  # the next printer sweeps it up
    assert tray.count() == 0
    tray.release()


def test_one_printer_a_folder(folder: Path) -> None:
    tray = Tray(folder)
    tray.claim(0)
    with pytest.raises(KnownError) as taken:
        Tray(folder).claim(0)
    assert taken.value.code == "tray_taken"
    tray.release()
    other = Tray(folder)
    other.claim(0)
    other.release()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KnownError) as failed:
        Tray(tmp_path / "file" / "tray").claim(0)
    assert failed.value.code == "tray_unusable"
    assert failed.value.facts["reason"]
