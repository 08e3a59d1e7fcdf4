"""The signs of ^GS: registered, copyright, trade mark, and the marks of UL and CSA."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

from printing.interpreter import glyphs

_PITCH = 1.083  # of the height from sign to sign, as a ZD621 prints them


@lru_cache(maxsize=64)
def line(text: str, height: float, width: float) -> glyphs.LineMask:
    """The signs for the letters A to E, side by side; others are blank. Each stands on the baseline of font 0."""
    height, width = max(8.0, min(1000.0, height)), max(8.0, min(1000.0, width))
    step = width * _PITCH
    text = text[:50]
    image = Image.new("L", (max(1, round(step * len(text) + width)), round(height)), 0)
    for place, sign in enumerate(text):
        drawn = _mark(sign, round(height))
        if drawn:
            scaled = drawn.resize((max(1, round(drawn.width * width / height)), drawn.height))
            image.paste(255, (round(place * step), 0), scaled.point(lambda ink: 255 if ink > 127 else 0))
    return glyphs.LineMask(image, 0, -round(height * 0.75), step * len(text))


def _mark(sign: str, height: int) -> Image.Image | None:
    if sign in "AB":
        return _ringed("R" if sign == "A" else "C", round(height * 0.625), 0.72)
    if sign == "C":
        return _word("TM", height * 0.55)
    if sign == "D":
        return _ringed("UL", height, 0.62)
    if sign == "E":
        return _ringed("SA", height, 0.5, opening=True)
    return None


def _word(text: str, height: float) -> Image.Image | None:
    return glyphs.draw_line(text, glyphs.typeface("0", height, height, 203)).image


def _ringed(text: str, size: int, share: float, opening: bool = False) -> Image.Image:
    mask = Image.new("L", (size, size), 0)
    pen, thick = ImageDraw.Draw(mask), max(1, size // 12)
    if opening:
        pen.arc((0, 0, size - 1, size - 1), 35, 325, fill=255, width=thick)
    else:
        pen.ellipse((0, 0, size - 1, size - 1), outline=255, width=thick)
    word = _word(text, size * share)
    if word:
        mask.paste(255, ((size - word.width) // 2, (size - word.height) // 2), word)
    return mask
