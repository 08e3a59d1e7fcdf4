"""Two-dimensional symbols as rows of modules, made by zxing-cpp; GS1 Data Matrix is made here."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import zxingcpp
from PIL import Image, ImageOps

from printing.interpreter import datamatrix

_FORMATS = zxingcpp.BarcodeFormat
_PDF_ROW = 3  # pixels that the encoder gives to a row of PDF417
_LONGEST = 7200  # characters; a QR code holds 7089 digits


class Modules(NamedTuple):
    """A symbol: a mask of one pixel a module, 255 is ink, and the data that a scanner reads."""

    mask: Image.Image
    data: str


def _made(content: str, form: zxingcpp.BarcodeFormat, **options: object) -> Image.Image | None:
    try:
        made = zxingcpp.create_barcode(content, form, **options)
    except (ValueError, RuntimeError):
        return None
    picture: Any = made.to_image(scale=1, add_quiet_zones=False)  # its stubs do not say that it is a buffer
    view = memoryview(picture)
    height, width = view.shape or (1, 1)
    return ImageOps.invert(Image.frombytes("L", (width, height), bytes(view)))


@lru_cache(maxsize=128)
def data_matrix(text: str, columns: int, rows: int, escape: str, rectangular: bool) -> Modules | None:
    """ECC 200 of a size in modules, 0 is as small as fits; None if the data does not fit.

    After the escape sign, 1 is FNC1, d and three digits a byte, @ to _ a control character, the sign itself stands for
    itself (ZPL II Programming Guide, ^BX).
    """
    content, special = datamatrix.unescaped(text[:_LONGEST], escape)
    if not content:
        return None
    if special:
        mask = datamatrix.mask(content, columns, rows)
    else:
        plain = "".join(map(chr, content))
        sizes: dict[str, object] = {}
        number = datamatrix.version(columns, rows)
        if number:
            sizes["version"] = number
        elif not rectangular:
            sizes["force_square"] = True
        mask = _made(plain, _FORMATS.DataMatrix, **sizes)
    if mask is None:
        return None
    data = "".join("\x1d" if word == datamatrix.FNC1 else chr(word) for word in content)
    return Modules(mask, data.removeprefix("\x1d") if special else data)


_QR_MIXED = re.compile(r"D\d{4}[0-9A-Fa-f]{2},")


@lru_cache(maxsize=128)
def qr(text: str) -> Modules | None:
    """QR from field data such as `QA,text` (level, automatic) or `HM,Atext` (level, by hand, alphanumeric).

    The first three characters are never data. A level that is none of H Q M L is M (ZPL II Programming Guide, ^BQ).
    """
    text = _QR_MIXED.sub("", text[:_LONGEST], count=1)
    head, data = text[:3], text[3:]
    level = head[0] if head[:1] in ("H", "Q", "M", "L") else "M"
    if head[1:2] == "M":
        data = data[5:] if data[:1] == "B" else data[1:]
    if not data:
        return None
    mask = _made(data, _FORMATS.QRCode, ec_level=level)
    return Modules(mask, data) if mask else None


@lru_cache(maxsize=128)
def pdf417(text: str, columns: int, rows: int, level: int, compact: bool, tallness: float) -> Modules | None:
    r"""PDF417 with one pixel a module and a row; `\&` is a line end.

    Where neither columns nor rows are told, it is more than twice as wide as high; `tallness` is a row's height in
    modules.
    """
    data = text[:_LONGEST].replace("\\\\", "\0").replace("\\&", "\r\n").replace("\0", "\\")
    if not data:
        return None
    form = _FORMATS.CompactPDF417 if compact else _FORMATS.PDF417
    sizes: dict[str, object] = {}
    if columns:
        sizes["columns"] = columns
    if rows:
        sizes["rows"] = rows
    mask = _made(data, form, ec_level=str(level), **sizes) or _made(data, form, ec_level=str(level))
    if mask and not sizes:
        around = 35 if compact else 69
        words = (mask.width - around) // 17 * (mask.height // _PDF_ROW)
        for count in range(1, 31):
            lines = -(-words // count)
            if lines <= 90 and 17 * count + around > 2 * lines * tallness:
                mask = _made(data, form, ec_level=str(level), columns=count) or mask
                break
    return Modules(mask.resize((mask.width, mask.height // _PDF_ROW), Image.Resampling.NEAREST), data) if mask else None


@lru_cache(maxsize=128)
def micro_pdf417(text: str) -> Modules | None:
    mask = _made(text[:_LONGEST], _FORMATS.MicroPDF417) if text else None
    return Modules(mask.resize((mask.width, mask.height // 2), Image.Resampling.NEAREST), text) if mask else None


@lru_cache(maxsize=128)
def aztec(text: str, control: int) -> Modules | None:
    """Aztec; `control` is the d of ^BO: 0, a percentage of error correction, or 300 for a rune."""
    if not text:
        return None
    if control == 300:
        mask = _made(text[:3], _FORMATS.AztecRune)
    else:
        options: dict[str, object] = {"ec_level": f"{control}%"} if 0 < control < 100 else {}
        mask = _made(text[:_LONGEST], _FORMATS.Aztec, **options)
    return Modules(mask, text) if mask else None


_DATABAR = {
    1: _FORMATS.DataBarOmni, 2: _FORMATS.DataBarOmni, 3: _FORMATS.DataBarStk, 4: _FORMATS.DataBarStkOmni,
    5: _FORMATS.DataBarLtd, 6: _FORMATS.DataBarExp,
}  # fmt: skip


@lru_cache(maxsize=128)
def databar(text: str, kind: int, segments: int) -> Modules | None:
    """GS1 DataBar by the kinds of ^BR; one pixel a module, as high as the standard asks."""
    form = _DATABAR.get(kind)
    if form is None or not text:
        return None
    if kind == 6:
        mask = _made(text, form) or _made(f"(01){text}", form)
        data = text
    else:
        digits = "".join(sign for sign in text.partition("|")[0] if sign.isdigit())[:13].rjust(13, "0")
        mask = _made(digits, form)
        data = digits
    return Modules(mask, data) if mask else None


def hatched(width: int, height: int) -> Image.Image:
    """A box that says: here goes a symbol that cannot be made."""
    mask = Image.new("L", (max(8, min(4000, width)), max(8, min(4000, height))), 0)
    stripe = Image.new("L", (8, 8), 0)
    for step in range(8):
        stripe.putpixel((step, 7 - step), 255)
    for x in range(0, mask.width, 8):
        for y in range(0, mask.height, 8):
            mask.paste(stripe, (x, y))
    edge = ImageOps.expand(Image.new("L", (mask.width - 4, mask.height - 4), 0), 2, 255)
    mask.paste(255, (0, 0), edge)
    return mask
