"""Pictures for a printer that has black only: read from PNG, made as large as their place, dithered or thresholded."""

from __future__ import annotations

import io
import struct
from functools import lru_cache

from PIL import Image, ImageOps

_MOST_PIXELS = 16_000_000  # of the file; a label of 4 by 6 inches at 600 dpi has 8,640,000
_MOST_GOODS_PIXELS = 60_000_000  # what a good camera makes
_TURN = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@lru_cache(maxsize=32)
def dots(content: bytes, width: int, height: int, rotation: int, threshold: float | None) -> Image.Image | None:
    """The picture with its proportions in `width` by `height` dots, then turned clockwise; None if it is no PNG.

    Mode "1", where a black dot is a set bit. What is transparent is white. Without a `threshold` it is dithered
    (Floyd and Steinberg); with one, a dot that is darker than this part of white is black.
    """
    grey = _grey(content)
    if grey is None or width < 1 or height < 1:
        return None
    part = min(width / grey.width, height / grey.height)
    size = (max(1, int(grey.width * part + 0.01)), max(1, int(grey.height * part + 0.01)))
    if size != grey.size:
        grey = grey.resize(size, Image.Resampling.LANCZOS if part < 1 else Image.Resampling.BICUBIC)
    if threshold is not None:
        limit = int(255 * threshold)
        grey = grey.point([0 if value <= limit else 255 for value in range(256)])
    black = ImageOps.invert(grey).convert("1", dither=Image.Dither.FLOYDSTEINBERG)
    return black.transpose(_TURN[rotation]) if rotation else black


def readable(content: bytes) -> bool:
    """Whether this is a PNG that can be printed."""
    return _grey(content) is not None


@lru_cache(maxsize=16)
def _grey(content: bytes) -> Image.Image | None:
    """The picture's brightness over white paper; None for what is no PNG, truncated, or far too large."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as opened:
            if opened.width * opened.height > _MOST_PIXELS or opened.width * opened.height < 1:
                return None
            colours = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    paper = Image.new("RGBA", colours.size, "white")
    return Image.alpha_composite(paper, colours).convert("L")


def thumbnail(content: bytes, side: int = 480, quality: int = 82) -> bytes | None:
    """A picture (PNG, JPEG or WebP) as a JPEG of at most `side` pixels on white; None for what is none.

    It is turned as its camera says; whatever else the file says of its making is left out.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as opened:
            if not 1 <= opened.width * opened.height <= _MOST_GOODS_PIXELS:
                return None
            opened.draft("RGB", (side, side))  # a JPEG is read no larger than needed
            shown = ImageOps.exif_transpose(opened).convert("RGBA")
    except (
        OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
    ):  # fmt: skip
        return None
    shown.thumbnail((side, side), Image.Resampling.LANCZOS)
    paper = Image.new("RGBA", shown.size, "white")
    made = io.BytesIO()
    Image.alpha_composite(paper, shown).convert("RGB").save(made, "JPEG", quality=quality, optimize=True)
    return made.getvalue()
