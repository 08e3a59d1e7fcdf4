"""Pictures of goods from a folder: kept small, by the names of their files; what is none is told and skipped."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from app.domain.errors import Refusal
from app.queries.documents import packing_slip_of
from app.sku_pictures import take_pictures
from db.orders import SkuPicture
from tests.factories import House, open_house


def picture(folder: Path, name: str, size: tuple[int, int] = (1200, 800), colour: str = "red") -> Path:
    file = folder / name
    Image.new("RGB", size, colour).save(file)
    return file


def take(house: House, folder: Path) -> tuple[tuple[int, int], list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []
    return take_pictures(house.store, folder, lambda file, code: told.append((file, code))), told


def test_a_picture_comes_onto_the_packing_slip_small(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        order = house.picked("TEA", "CUP")
        folder = tmp_path / "pictures"
        folder.mkdir()
        picture(folder, "TEA.jpg")
        assert take(house, folder) == ((1, 0), [])
        tea, cup = house.store.read(packing_slip_of, order).lines
        assert cup.picture is None
        assert tea.picture is not None
        assert Image.open(io.BytesIO(tea.picture)).size == (480, 320)
        assert take(house, folder) == ((0, 0), [])  # the same again is nothing new
        picture(folder, "TEA.jpg", colour="blue")
        assert take(house, folder)[0] == (1, 0)
        assert house.count(SkuPicture) == 1


def test_what_is_no_picture_of_a_sku_is_told_and_stops_nothing(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        house.stock("TEA", 1)
        house.stock("CUP", 1)
        folder = tmp_path / "pictures"
        folder.mkdir()
        (folder / "CUP.png").write_bytes(b"<html>not found</html>")
        picture(folder, "NOBODY.png", (10, 10))
        picture(folder, "TEA.png", (10, 10))
        (folder / "notes.txt").write_text("no picture")
        assert take(house, folder) == (
            (1, 2), [("CUP.png", "pictures_unreadable"), ("NOBODY.png", "pictures_sku_unknown")],
        )  # fmt: skip


def test_a_truncated_or_a_huge_one_is_not_opened(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        house.stock("TEA", 1)
        folder = tmp_path / "pictures"
        folder.mkdir()
        whole = picture(folder, "TEA.png").read_bytes()
        (folder / "TEA.png").write_bytes(whole[: len(whole) // 2])
        assert take(house, folder) == ((0, 1), [("TEA.png", "pictures_unreadable")])
        bomb = bytearray(whole)
        bomb[16:24] = (50_000).to_bytes(4, "big") * 2  # width and height of the header
        (folder / "TEA.png").write_bytes(bytes(bomb))
        assert take(house, folder)[1] == [("TEA.png", "pictures_unreadable")]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        for folder, code in ((tmp_path / "missing", "pictures_no_folder"), (tmp_path, "pictures_none")):
            with pytest.raises(Refusal) as refusal:
                take(house, folder)
            assert refusal.value.code == code
