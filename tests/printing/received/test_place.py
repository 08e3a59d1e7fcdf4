"""Where a label goes, and where something may be added: nothing of ours ever lies on the carrier's ink."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.received.place import LEAST_SCALE, Box, Place, blank_strip, place, shrunk
from printing.received.sizes import picture_dpi, zpl_dpi

lengths = st.integers(1, 2500)


@st.composite
def pages(draw: st.DrawFn) -> tuple[int, int, Box]:
    """A page in dots and the rectangle of its ink."""
    width, height = draw(lengths), draw(lengths)
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return width, height, (left, top, draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height)))


media_sizes = st.tuples(st.integers(80, 2500), st.integers(80, 2500))


@given(page=pages(), media=media_sizes, room=st.integers(1, 200), slack=st.integers(0, 20))
def test_all_of_the_ink_is_on_the_media_wherever_it_goes(
    page: tuple[int, int, Box], media: tuple[int, int], room: int, slack: int
) -> None:
    width, height, ink = page
    wide, high = ink[2] - ink[0], ink[3] - ink[1]
    found = place(width, height, ink, media, room, slack)
    fits = wide <= media[0] and high <= media[1]
    if found is None:
        assert not fits
        assert not (high <= media[0] and wide <= media[1])
        return
    if found.turned:
        assert not fits  # only where it does not fit upright
        wide, high = high, wide
    assert 0 <= found.x <= media[0] - wide
    assert 0 <= found.y <= media[1] - high


@given(
    page=pages(), thick=st.integers(20, 120), clear=st.integers(0, 30), edge=st.integers(0, 20),
    least=st.integers(50, 600),
)  # fmt: skip
def test_a_strip_keeps_off_the_ink_and_off_the_edges(
    page: tuple[int, int, Box], thick: int, clear: int, edge: int, least: int
) -> None:
    width, height, ink = page
    media = (width, height)
    strip = blank_strip(ink, media, thick, least, clear, edge)
    if strip is None:
        room = thick + clear + edge
        tall = max(media[1] - ink[3], ink[1]) >= room and media[0] - 2 * edge >= least
        wide = max(media[0] - ink[2], ink[0]) >= room and media[1] - 2 * edge >= least
        assert not tall
        assert not wide
        return
    assert edge <= strip.left < strip.right <= media[0] - edge
    assert edge <= strip.top < strip.bottom <= media[1] - edge
    long, across = strip.right - strip.left, strip.bottom - strip.top
    assert (across if strip.turned else long) >= least
    assert (long if strip.turned else across) == thick
    apart = (
        strip.left >= ink[2] + clear or strip.right <= ink[0] - clear or strip.top >= ink[3] + clear
        or strip.bottom <= ink[1] - clear
    )  # fmt: skip
    assert apart


@given(page=pages(), media=media_sizes)
def test_what_is_made_smaller_is_hardly_so_and_then_fits(
    page: tuple[int, int, Box], media: tuple[int, int]
) -> None:
    width, height, ink = page
    scale = shrunk(width, height, ink, media)
    if scale is None:
        return
    assert LEAST_SCALE <= scale < 1
    wide, high = (ink[2] - ink[0]) * scale, (ink[3] - ink[1]) * scale
    fits = [wide <= across + 1e-6 and high <= down + 1e-6 for across, down in (media, media[::-1])]
    assert any(fits)


def test_the_page_stays_whole_where_it_fits() -> None:
    # 4 by 6 inches on media of 100 by 150 mm: only blank margin hangs over
    assert place(813, 1219, (40, 40, 773, 1179), (800, 1200), 92, 12) == Place(33, 30)


def test_a_longer_media_keeps_the_label_at_its_top() -> None:
    assert place(813, 1219, (40, 40, 773, 1179), (813, 1321), 92, 12) == Place(40, 40)
    # by so little longer that no strip would fit: it is centred
    assert place(813, 1219, (40, 40, 773, 1179), (813, 1259), 92, 12) == Place(40, 60)


def test_a_wider_media_keeps_the_label_at_its_left() -> None:
    assert place(800, 800, (10, 10, 790, 790), (960, 800), 92, 12) == Place(10, 10)


def test_of_a_sheet_the_ink_alone_is_taken() -> None:
    found = place(1680, 2376, (40, 40, 780, 1160), (813, 1219), 92, 12)
    assert found == Place(36, 7)


def test_a_label_that_lies_is_turned_clockwise() -> None:
    assert place(1219, 813, (0, 0, 1219, 813), (813, 1219), 92, 12) == Place(0, 0, turned=True)
    # its lower left corner comes up
    assert place(1200, 800, (0, 700, 1100, 800), (800, 1200), 92, 12) == Place(0, 0, turned=True)


@pytest.mark.parametrize(
    ("width", "height", "dpi"),
    [
        (812, 1218, 203), (1200, 1800, 300), (1205, 1795, 300), (2400, 3600, 600), (800, 1200, 203),
        (832, 1218, 203), (1181, 1772, 300), (1248, None, 300), (832, None, 203), (400, None, None), (None, None, None),
        (500, 700, None),
    ],
)  # fmt: skip
def test_zpl_tells_for_which_printer_it_is(width: int | None, height: int | None, dpi: int | None) -> None:
    assert zpl_dpi(width, height) == dpi


@pytest.mark.parametrize(
    ("width", "height", "told", "dpi"),
    [
        (812, 1218, None, 203), (812, 1218, 96.0, 203), (812, 1218, 203.2, 203), (1200, 1800, 300.0, 300),
        (1200, 1800, None, 300), (800, 1200, None, 203), (384, 576, 72.0, 96), (900, 1200, 200.0, 200),
        (1500, 500, None, None), (1500, 500, 96.0, 96), (10, 10, 96.0, None),
    ],
)  # fmt: skip
def test_a_picture_is_as_large_as_labels_are(width: int, height: int, told: float | None, dpi: int | None) -> None:
    assert picture_dpi(width, height, told) == dpi
