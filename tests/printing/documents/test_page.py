"""Pages: texts in their width, pictures in their proportions, words as large as they fit."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from printing.documents.page import A4, Page, PlacedBox, PlacedPicture, text_height
from printing.documents.typeface import Style
from printing.label import Align
from tests.printing.documents.reading import hostile, ink


@given(hostile, st.floats(15, 150), st.sampled_from(list(Align)), st.none() | st.integers(1, 5), st.booleans())
def test_a_text_stays_in_its_width_and_height(
    text: str, width: float, align: Align, most: int | None, bold: bool
) -> None:
    page, style = Page(A4), Style(9, bold)
    high = page.text(20, 30, width, text, style, align=align, most=most)
    assert high == pytest.approx(text_height(text, style, width, most))
    for item in page.placed:
        left, top, right, bottom = ink(item)
        assert left >= 20 - 0.01
        assert right <= 20 + width + 0.01
        assert top >= 30 - 0.01
        assert bottom <= 30 + high + 0.01


@given(hostile, st.floats(15, 150), st.floats(8, 80))
def test_big_words_stay_in_their_rectangle(text: str, width: float, height: float) -> None:
    page = Page(A4)
    page.big(20, 30, width, height, text, Style(200, bold=True))
    for item in page.placed:
        left, top, right, bottom = ink(item)
        assert left >= 20 - 0.01
        assert right <= 20 + width + 0.01
        assert top >= 30 - 0.3
        assert bottom <= 30 + height + 0.3


def test_big_words_are_as_large_as_fits_and_whole() -> None:
    page = Page(A4)
    page.big(0, 0, 60, 20, "A-01-1", Style(200, bold=True, mono=True))
    left, top, right, bottom = ink(page.placed[0])
    assert right - left > 50 or bottom - top > 19
    page.big(0, 50, 30, 20, "Ada Example", Style(200))
    assert len(page.placed) == 3


def _picture(size: tuple[int, int], kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "navy").save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("size", [(10, 10), (900, 300), (1, 500)])
def test_a_picture_keeps_its_proportions(kind: str, size: tuple[int, int]) -> None:
    page = Page(A4)
    page.picture(20, 30, 15, 15, _picture(size, kind))
    (item,) = page.placed
    assert isinstance(item, PlacedPicture)
    assert max(item.width, item.height) == pytest.approx(15)
    assert item.image.width <= 360
    left, top, right, bottom = ink(item)
    assert (left + right) / 2 == pytest.approx(27.5)
    assert (top + bottom) / 2 == pytest.approx(37.5)


@pytest.mark.parametrize("content", [None, b"", b"no picture", _picture((40, 40))[:60], b"GIF89a" + b"0" * 90])
def test_no_picture_is_an_empty_frame(content: bytes | None) -> None:
    page = Page(A4)
    page.picture(20, 30, 15, 15, content)
    assert len(page.placed) == 4
    assert all(isinstance(item, PlacedBox) for item in page.placed)


def test_a_picture_of_too_many_pixels_is_none() -> None:
    header = _picture((8, 8))
    huge = header[:16] + (100_000).to_bytes(4, "big") * 2 + header[24:]
    page = Page(A4)
    page.picture(20, 30, 15, 15, huge)
    assert all(isinstance(item, PlacedBox) for item in page.placed)
