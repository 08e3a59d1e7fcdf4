"""What the tolerance of the reference pictures covers, and what it finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.picture_states import states
from bench.references import FOLDER, compare, is_same, keep, references, thumbnail
from ui.hands import LANGUAGES
from ui.theme import THEMES

SIZE = (1920, 1080)


def page(folder: Path, word: str = "WRONG ITEM", ink: str = "#B32025", left: int = 200, age: str = "2 s") -> Path:
    """A page as the packing page is: a head, a verdict, a status bar with an age."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", SIZE, "#F6F7F9")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 160, 1920, 330), fill=ink)
    face = ImageFont.load_default(110)
    draw.text((left, 180), word, fill="white", font=face)
    draw.text((120, 1050), age, fill="black", font=ImageFont.load_default(18))
    path = folder / "packing-wrong_item-en-light-1920x1080.png"
    picture.save(path)
    return path


def test_what_was_kept_is_found_as_it_was(tmp_path: Path) -> None:
    page(tmp_path / "pictures")
    assert keep(tmp_path / "pictures", tmp_path / "kept") == 1
    assert list(references("packing-en-light-1920x1080", tmp_path / "kept")) == ["wrong_item"]
    assert compare(tmp_path / "pictures", tmp_path / "kept") == []


def test_an_age_and_a_pixel_are_within_the_tolerance(tmp_path: Path) -> None:
    one = thumbnail(page(tmp_path / "one"))
    assert is_same(one, thumbnail(page(tmp_path / "older", age="48 min")))
    assert is_same(one, thumbnail(page(tmp_path / "moved", left=201)))


@pytest.mark.parametrize("change", [{"word": "TOO MANY OF IT"}, {"ink": "#855800"}, {"left": 700}])
def test_another_word_colour_or_place_is_told(tmp_path: Path, change: dict[str, object]) -> None:
    page(tmp_path / "before")
    keep(tmp_path / "before", tmp_path / "kept")
    page(tmp_path / "after", **change)  # type: ignore[arg-type]
    told = compare(tmp_path / "after", tmp_path / "kept")
    assert len(told) == 1
    assert told[0].startswith("wrong_item packing-en-light-1920x1080: differs by ")


def test_a_state_without_a_reference_is_told(tmp_path: Path) -> None:
    page(tmp_path / "new")
    assert compare(tmp_path / "new", tmp_path / "kept") == ["wrong_item packing-en-light-1920x1080: no reference"]


def test_every_state_of_the_packing_page_has_its_references() -> None:
    wanted = {state.name for state in states() if state.page == "packing"}
    looks = sorted(path.stem for path in FOLDER.glob("packing-*.png"))
    expected = {f"packing-{language}-{theme}-1920x1080" for language in LANGUAGES for theme in THEMES}
    assert set(looks) == expected | {"packing-en-light-1920x1080-large"}
    for look in looks:
        assert set(references(look)) == wanted, look
