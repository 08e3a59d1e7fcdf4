"""What the tests of the interpreter look at: ink on a page, and the symbols that can be read from it."""

from __future__ import annotations

import zxingcpp
from PIL import Image, ImageOps

from printing.interpreter import Page, render

Box = tuple[int, int, int, int] | None


def page(body: str | bytes, dpi: int = 203) -> Page:
    """The one page of a label with these commands between ^XA and ^XZ."""
    commands = body.encode() if isinstance(body, str) else body
    (found,) = render(b"^XA" + commands + b"^XZ", dpi)
    return found


def ink(image: Image.Image) -> Box:
    """Left, top, right, bottom of what is black."""
    return ImageOps.invert(image).getbbox()


def inked(body: str | bytes) -> Box:
    return ink(page(body).image)


def black(image: Image.Image, x: int, y: int) -> bool:
    return image.getpixel((x, y)) == 0


def read(image: Image.Image, rectangle: tuple[int, int, int, int]) -> list[tuple[str, str]]:
    """AIM identifier and text of the symbols in a rectangle, each as a scanner sends it."""
    cut = ImageOps.expand(image.crop(rectangle), 40, 255)
    return [(found.symbology_identifier, found.text) for found in zxingcpp.read_barcodes(cut)]
