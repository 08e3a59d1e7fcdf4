"""Public sample labels beside the pictures that another implementation made of them."""

from __future__ import annotations

import pytest
from PIL import Image

from bench.interpreter import SAMPLES, compare

_NAMES = sorted(path.stem for path in SAMPLES.glob("*.zpl")) if SAMPLES.is_dir() else []
# ink in which the pictures may differ, and why
_UNLIKE = {
    "barcode128_line_font_sizes": 0.07,  # the text of symbols is never larger than ten times its cell
    "barcode128_mode_u": 0.04,  # the font of such text is bolder
    "custom_ttf_by_alias": 0.06,  # digits beneath EAN bars and a bitmap font are other letters
    "custom_ttf_by_path": 0.15,  # a font that is missing is replaced by another
    "fedex": 0.06,  # the encoders of PDF417 pack its text into 15 and 16 rows
    "gs": 0.75,  # the marks of UL and CSA are drawn simply
    "text_ft_auto_pos": 0.05,  # begins with such a mark, whose width shifts the rest
}
_DEFAULT_UNLIKE = 0.03


def test_the_samples_are_here() -> None:
    if not _NAMES:
        pytest.skip("the public samples are not beside the checkout")
    assert len(_NAMES) >= 36


@pytest.mark.parametrize("name", _NAMES)
def test_sample(name: str) -> None:
    with Image.open(SAMPLES / f"{name}.png") as opened:
        one = compare(name, (SAMPLES / f"{name}.zpl").read_bytes(), opened.convert("L"))
    assert one.pages
    assert not any("not known" in report or "hatched" in report for page in one.pages for report in page.reports)
    assert one.own_read == one.reference_read
    assert 1 - one.likeness <= _UNLIKE.get(name, _DEFAULT_UNLIKE)
