"""A label as pixels, for the preview, and for printers that take nothing else."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageChops

from printing.ink import ink
from printing.label import Label
from printing.layout import lay_out
from printing.placed import Layout, Placed, PlacedRule

_BLACK, _WHITE = 0, 255
_MM_PER_INCH = 25.4

Box = tuple[int, int, int, int]


def to_image(what: Label | Layout, dpi: int = 203) -> Image.Image:
    """The label, or a layout of it (whose own resolution then counts), in dots: mode "1", black is 0.

    Raises what `printing.layout.lay_out` refuses.
    """
    placed = what if isinstance(what, Layout) else lay_out(what, dpi)
    page = _fixed(placed.width, placed.height, placed.items[: placed.fixed]).copy()
    for item in placed.items[placed.fixed :]:
        draw(page, item)
    return page


def to_png(what: Label | Layout, dpi: int = 203) -> bytes:
    """The same as a PNG that states its resolution."""
    placed = what if isinstance(what, Layout) else lay_out(what, dpi)
    written = io.BytesIO()
    exact = placed.dots_per_mm * _MM_PER_INCH
    to_image(placed).save(written, "PNG", dpi=(exact, exact))
    return written.getvalue()


def blank(placed: Layout) -> Image.Image:
    """A page of the layout's size with nothing on it."""
    return Image.new("1", (placed.width, placed.height), _WHITE)


def draw(page: Image.Image, item: Placed) -> Box | None:
    """Draw one item; left, top, right, bottom of what may be black of it on the page, None for nothing."""
    if isinstance(item, PlacedRule):
        for left, top, right, bottom in item.strokes:
            page.paste(_BLACK, (int(left), int(top), int(right), int(bottom)))
        return _on(page, (item.x, item.y, item.x + item.width, item.y + item.height))
    drawn = ink(item)
    if drawn is None:
        return None
    page.paste(_BLACK, (drawn.left, drawn.top), ImageChops.invert(drawn.image))
    right, bottom = drawn.left + drawn.image.width, drawn.top + drawn.image.height
    return _on(page, (drawn.left, drawn.top, right, bottom))


def ink_box(page: Image.Image) -> Box | None:
    """Left, top, right, bottom of what is black on a page of mode "1"; None where nothing is."""
    return ImageChops.invert(page).getbbox()


def _on(page: Image.Image, box: Box) -> Box | None:
    left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(page.width, box[2]), min(page.height, box[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


@lru_cache(maxsize=16)
def _fixed(width: int, height: int, items: tuple[Placed, ...]) -> Image.Image:
    """What the labels of a template have in common, drawn once."""
    page = Image.new("1", (width, height), _WHITE)
    for item in items:
        draw(page, item)
    return page
