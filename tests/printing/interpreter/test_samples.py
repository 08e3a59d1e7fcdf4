"""Public sample labels beside the pictures that another implementation made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

from printing.interpreter import Page, render

_FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "zpl"
_SAMPLES = sorted(path.stem for path in _FOLDER.glob("*.zpl")) if _FOLDER.is_dir() else []
# that picture is not turned, although ^POI asks for it; it is compared after turning ours back
_NOT_TURNED = {"fedex"}
# a vertical Code 128 made of boxes: read across, the other picture's dots look like an EAN-13
_MISREAD = {("dhlparceluk", "EAN-13", "1218212611122")}
# ink in which the pictures may differ, and why
_UNLIKE = {
    "fedex": 0.25,  # the encoders of PDF417 pack its text into 15 and 16 rows
    "gs": 0.75,  # the marks of UL and CSA are drawn simply
    "text_ft_auto_pos": 0.25,  # begins with such a mark, whose width shifts the rest
    "qr_code_offset": 0.25,  # another mask pattern
    "custom_ttf_by_path": 0.2,  # a font that is missing is replaced by another
    "custom_ttf_by_alias": 0.1,  # digits beneath EAN bars and a bitmap font are other letters
}
_DEFAULT_UNLIKE = 0.07
_DILATED = 5  # dots


def _rendered(name: str) -> tuple[list[Page], Image.Image]:
    if not _SAMPLES:
        pytest.skip("the public samples are not beside the checkout")
    with Image.open(_FOLDER / f"{name}.png") as opened:
        reference = opened.convert("L")
    pages = render((_FOLDER / f"{name}.zpl").read_bytes(), width_mm=reference.width / 8, height_mm=reference.height / 8)
    return pages, reference


def _upright(name: str, image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_180) if name in _NOT_TURNED else image


def _readings(name: str, image: Image.Image, pages: list[Page]) -> set[tuple[str, str]]:
    """What can be read from the whole picture and from where our symbols are."""
    places = [(0, 0, *image.size)]
    for left, top, right, bottom in (symbol.rectangle for symbol in pages[0].symbols):
        if name in _NOT_TURNED:
            left, top, right, bottom = (
                image.width - right,
                image.height - bottom,
                image.width - left,
                image.height - top,
            )
        places.append((max(0, left), max(0, top), min(image.width, right), min(image.height, bottom)))
    found = set()
    for place in places:
        cut = ImageOps.expand(image.crop(place), 40, 255)
        found |= {(str(read.format), read.text) for read in zxingcpp.read_barcodes(cut)}
    return {reading for reading in found if (name, *reading) not in _MISREAD}


def _ink(image: Image.Image) -> Image.Image:
    return image.point(lambda shade: 255 if shade < 128 else 0)


def _unlike(one: Image.Image, other: Image.Image) -> float:
    """The share of the ink of one picture that is not near any ink of the other."""
    total = one.histogram()[255]
    near = ImageChops.multiply(one, other.filter(ImageFilter.MaxFilter(_DILATED))).histogram()[255]
    return 1 - near / total if total else 0.0


def test_the_samples_are_here() -> None:
    if not _SAMPLES:
        pytest.skip("the public samples are not beside the checkout")
    assert len(_SAMPLES) >= 36


@pytest.mark.parametrize("name", _SAMPLES)
def test_sample(name: str) -> None:
    pages, reference = _rendered(name)
    assert pages
    assert not any("not known" in report or "hatched" in report for page in pages for report in page.reports)
    image = _upright(name, pages[0].image)
    assert _readings(name, image, pages) == _readings(name, reference, pages)
    own, theirs = _ink(image), _ink(reference)
    assert max(_unlike(own, theirs), _unlike(theirs, own)) <= _UNLIKE.get(name, _DEFAULT_UNLIKE)
