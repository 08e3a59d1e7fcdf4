"""The photo of each closed parcel: taken beside the scans, kept with its parcel, and told when there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import KnownError, Refusal
from app.operations import photos as operations
from app.queries.photos import Photo, photo_of
from app.station import Shown
from db.bench import PackingRules
from db.journal import JournalEntry
from db.parcels import Parcel, ParcelPhoto
from db.store import Tx
from tests.app.test_photos import jpeg
from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.lens import ToyLens
from ui import photographer as photographers
from ui.photographer import Photographer


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("packing",)


class Bench:
    """A bench with a camera; `use` says where its photos come from."""

    def __init__(self, person: Person, house: House, lens: ToyLens) -> None:
        self.person, self.house, self.lens = person, house, lens
        self.work = person.work
        self.photographer = self.work.photographer = Photographer(self.work, lambda: lens)
        page: Any = person.window.pages["packing"]
        page.judged.connect(self.photographer.after)
        self.photographer.begin()

    def use(self, camera: str, *, wanted: bool = True) -> None:
        self.house.write(lambda tx: self._rule(tx, wanted))
        self.work.use_settings(replace(self.work.settings, camera=camera))
        self.person.wait(self.person.settled)

    def _rule(self, tx: Tx, wanted: bool) -> None:
        rules = tx.session.get(PackingRules, self.house.warehouse)
        if rules is None:
            rules = PackingRules(warehouse_id=self.house.warehouse)
            tx.session.add(rules)
        rules.photo = wanted

    def close(self) -> int:
        """Pack an order and scan its label; the id of its parcel."""
        order = self.house.picked("MUG")
        self.person.scan(self.house.tote_of(order))
        self.person.scan("MUG-EAN")
        self.house.printed()
        self.person.wait(self.person.settled)
        self.person.scan(self.house.hands().square)
        parcel: int = self.house.one(select(Parcel.id).where(Parcel.order_id == order))
        self.person.wait(self.person.settled)
        return parcel

    def photo(self, parcel: int) -> Photo | str | None:
        found = self.house.store.read(photo_of, parcel)
        return found.code if isinstance(found, Refusal) else found

    def missing(self) -> list[str]:
        return self.house.all(select(JournalEntry.reason).where(JournalEntry.name == "miss_photo"))


@pytest.fixture
def lens() -> ToyLens:
    return ToyLens()


@pytest.fixture
def bench(person: Person, house: House, lens: ToyLens, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(photographers, "FOLDER_S", 0.05)
    monkeypatch.setattr(photographers, "SHUTTER_S", 1.0)
    monkeypatch.setattr(photographers, "LOOK_S", 0.005)
    return Bench(person, house, lens)


def of(folder: Path, name: str, second: int, width: int = 64) -> None:
    path = folder / name
    path.write_bytes(jpeg(width))
    os.utime(path, (second, second))


def test_a_closed_parcel_has_its_photo(bench: Bench, house: House) -> None:
    bench.use("camera:")
    bench.lens.width = 4_000
    parcel = bench.close()
    photo = bench.photo(parcel)
    assert isinstance(photo, Photo)
    assert (photo.width, photo.height, photo.count) == (1280, 15, 1)
    kept = house.get(ParcelPhoto, house.one(select(ParcelPhoto.id)))
    assert kept.station_id == house.one(select(Parcel.station_id).where(Parcel.id == parcel)) or kept.station_id
    assert bench.photographer.last is not None
    assert bench.missing() == []


@pytest.mark.parametrize("camera", ["camera:", ""])
def test_where_nobody_wants_one_none_is_taken(bench: Bench, camera: str) -> None:
    bench.use(camera, wanted=False)
    assert bench.photo(bench.close()) is None
    assert bench.missing() == []


def test_without_a_camera_the_parcel_closes_and_says_why_it_has_no_photo(bench: Bench) -> None:
    bench.use("")
    parcel = bench.close()
    assert bench.photo(parcel) == "photos_no_camera"
    assert bench.work.dialogs.notice == "No photo of this parcel: this bench has no camera"
    bench.work.dialogs._notice.hide()
    bench.close()
    assert not bench.work.dialogs._notice.isVisible()  # once is enough
    assert bench.missing() == ["photos_no_camera"] * 2


def test_an_unplugged_camera_is_told_and_comes_back(bench: Bench) -> None:
    bench.use("camera:Bench camera")
    bench.lens.plug()
    assert bench.photographer.seen.state == "absent"
    assert bench.photo(bench.close()) == "photos_camera_absent"
    bench.lens.plug(("usb-3", "Bench camera"))
    assert bench.photographer.seen.state == "well"
    assert isinstance(bench.photo(bench.close()), Photo)
    assert len(bench.missing()) == 1


def test_ten_closes_in_a_second_are_ten_photos_of_ten_parcels(bench: Bench, house: House) -> None:
    bench.use("camera:")
    parcels = [bench.close() for _ in range(10)]
    house.write(lambda tx: tx.session.query(ParcelPhoto).delete())
    for width, parcel in enumerate(parcels, 20):
        bench.lens.width = width  # the lens takes what is before it when its shutter opens
        bench.photographer.take(parcel)
    assert house.count(ParcelPhoto) == 0  # nobody was kept waiting
    bench.person.wait(lambda: house.count(ParcelPhoto) == 10)
    kept = house.all(select(ParcelPhoto.parcel_id).order_by(ParcelPhoto.id))
    assert kept == parcels
    assert bench.missing() == []


def test_a_photo_of_the_next_parcel_is_worse_than_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.use("camera:")
    parcels = [bench.close(), bench.close()]
    taken = bench.house.count(ParcelPhoto)
    bench.lens.slow = True
    monkeypatch.setattr(photographers, "SHUTTER_S", 0.0)
    bench.photographer.take(parcels[0])
    bench.person.wait(lambda: bench.missing() == ["photos_camera_late"])
    assert bench.lens.shots == []
    assert bench.house.count(ParcelPhoto) == taken


def test_the_picture_of_a_file_is_that_of_the_moment(bench: Bench, tmp_path: Path) -> None:
    picture = tmp_path / "bench view.jpg"
    bench.use(f"file:{picture}")
    assert bench.photographer.seen.state == "fault"
    assert bench.photo(bench.close()) == "photos_no_file"
    for width in (30, 40):
        picture.write_bytes(jpeg(width))
        photo = bench.photo(bench.close())
        assert isinstance(photo, Photo)
        assert photo.width == width
    assert bench.photographer.seen.state == "well"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "photos_empty"), (b"GIF89a", "photos_unreadable"), (jpeg()[:300], "photos_unreadable")]
)
def test_a_picture_that_is_none_is_no_photo(bench: Bench, tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    bench.use(f"file:{tmp_path / 'a.jpg'}")
    assert bench.photo(bench.close()) == code


def test_a_folder_gives_each_parcel_the_picture_that_came(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    of(folder, "old.jpg", 100)
    bench.use(f"folder:{folder}")
    assert bench.photo(bench.close()) == "photos_none_new"
    of(folder, "new.jpg", 200, 33)
    photo = bench.photo(bench.close())
    assert isinstance(photo, Photo)
    assert photo.width == 33
    assert bench.photo(bench.close()) == "photos_none_new"


def test_a_folder_that_is_gone_is_looked_for_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.photographer._again.setInterval(5)
    folder = tmp_path / "share"
    bench.use(f"folder:{folder}")
    assert bench.photographer.seen.state == "fault"
    assert bench.photo(bench.close()) == "photos_no_folder"
    folder.mkdir()
    bench.person.wait(lambda: bench.photographer.seen.state == "well")


def test_a_setting_that_names_nothing_is_a_fault_of_the_device_alone(bench: Bench) -> None:
    bench.use("webcam")
    assert bench.photographer.seen.state == "fault"
    assert bench.photo(bench.close()) == "photos_source_unknown"


def test_a_machine_without_multimedia_packs_all_the_same(
    person: Person, house: House, lens: ToyLens, bench: Bench
) -> None:
    def none() -> ToyLens:
        raise KnownError("photos_no_multimedia", why="libva")

    bench.photographer._make_lens = none
    bench.use("camera:")
    assert bench.photographer.seen.trouble is not None
    assert bench.photo(bench.close()) == "photos_no_multimedia"


def test_a_full_disk_costs_the_photo_and_no_scan(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Any:
        raise KnownError("database_full")

    bench.use("camera:")
    monkeypatch.setattr(operations, "store_photo", full)
    parcel = bench.close()
    assert bench.photo(parcel) == "database_full"
    assert "disk" in bench.work.dialogs.notice
    monkeypatch.setattr(operations, "note_missing_photo", full)
    assert bench.photo(bench.close()) is None  # and the window goes on
    monkeypatch.undo()
    assert isinstance(bench.photo(bench.close()), Photo)


def test_every_scan_that_closes_is_photographed_and_no_other(bench: Bench) -> None:
    bench.use("camera:")
    parcel = bench.close()
    code = bench.house.get(Parcel, parcel).code

    def shown(code_of_verdict: str, parcel: str | None = code) -> Shown:
        return Shown(1, "x", "pass", code_of_verdict, None, None, None, parcel, None, "")

    before = bench.house.count(ParcelPhoto)
    for verdict in ("item", "complete", "already_closed", "reopened"):
        bench.photographer.after(shown(verdict))
    bench.photographer.after(shown("closed", None))
    for verdict in ("closed", "box_closed", "series_closed"):
        bench.photographer.after(shown(verdict))
    bench.person.wait(lambda: bench.house.count(ParcelPhoto) == before + 3)
    photo = bench.photo(parcel)
    assert isinstance(photo, Photo)
    assert photo.count == 4


def test_the_camera_is_left_to_others_when_the_setting_goes(bench: Bench) -> None:
    bench.use("camera:")
    assert bench.lens.opened
    states: list[Callable[[], object]] = [lambda: bench.photographer.seen.state]
    bench.use("")
    assert (bench.lens.opened, [state() for state in states]) == ("", ["none"])
