"""The encodings of ZPL pictures: hexadecimal, run lengths, base64, deflated base64, and plain bytes."""

from __future__ import annotations

import binascii
import re
import zlib
from base64 import b64decode
from functools import lru_cache

from PIL import Image

_MOST_BYTES = 5_000_000  # of a picture's pixels: four inches by ten feet at 600 dpi
_LARGEST_KEPT = 200_000  # bytes of a picture that is kept decoded for the next label
_WIDEST = 4_000  # bytes a row
_PLAIN = re.compile(rb"[0-9A-Fa-f\s]*")
_TOKEN = re.compile(rb"([G-Yg-z]*)([0-9A-Fa-f]+)|([,!:])")
_ENCODED = re.compile(rb":([ZBzb])64:([^:]*)(?::([0-9A-Fa-f]{0,4}))?")


def of_field(body: bytes, delimiter: str) -> Image.Image | None:
    """The picture of a ^GF as a mask (mode "L", 255 is ink); None if nothing of it can be read."""
    parts = body[:200].split(delimiter.encode(), 4)
    small = len(body) <= _LARGEST_KEPT and len(parts) > 2 and _count(parts[2]) <= _LARGEST_KEPT
    return (_of_field if small else _of_field.__wrapped__)(body, delimiter)


@lru_cache(maxsize=64)
def _of_field(body: bytes, delimiter: str) -> Image.Image | None:
    parts = body.split(delimiter.encode(), 4)
    if len(parts) < 5:
        return None
    kind = parts[0].strip().upper() or b"A"
    total, row = _count(parts[2]) or _count(parts[1]), _count(parts[3])
    if kind in (b"B", b"C") and not parts[4].startswith(b":"):
        return of_bytes(parts[4], row, total)
    return of_rows(parts[4], total, row)


def _count(raw: bytes) -> int:
    digits = raw.strip()
    return min(int(digits[:9]), _MOST_BYTES * 10) if digits.isdigit() else 0


def of_rows(text: bytes, total: int, row: int) -> Image.Image | None:
    """The picture in `text`, hexadecimal with or without run lengths, or :B64: or :Z64:, as a mask."""
    if not 0 < row <= _WIDEST:
        return None
    total = min(total, _MOST_BYTES)
    encoded = _ENCODED.match(text.strip())
    if encoded:
        return _mask(_decoded(encoded[2], encoded[1].upper() == b"Z"), row, total)
    if _PLAIN.fullmatch(text):
        digits = b"".join(text.split())
        return _mask(bytes.fromhex(digits[: len(digits) // 2 * 2].decode()[: 2 * total]), row, total)
    return _mask(_expanded(text, row, total), row, total)


def plain_bytes(text: bytes, most: int) -> bytes:
    """What hexadecimal, :B64: or :Z64: text holds; empty if it cannot be read."""
    encoded = _ENCODED.match(text.strip())
    if encoded:
        return _decoded(encoded[2], encoded[1].upper() == b"Z", most)
    digits = b"".join(text.split())[: 2 * most]
    if not _PLAIN.fullmatch(digits):
        return b""
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def is_hexadecimal(text: bytes) -> bool:
    """Whether data that should be binary was sent in hexadecimal, as drivers do with ~DY in format P."""
    return _PLAIN.fullmatch(text, 0, 2000) is not None


def of_bytes(content: bytes, row: int, total: int) -> Image.Image | None:
    """The picture whose rows are `row` bytes each, as a mask."""
    return _mask(content[: min(total, _MOST_BYTES)], row, total)


def _decoded(text: bytes, deflated: bool, most: int = _MOST_BYTES) -> bytes:
    """What base64 and deflate hold, as far as it can be read; the checksum is not insisted on, as printers do not."""
    try:
        raw = b64decode(b"".join(text.split()) + b"==")
    except (binascii.Error, ValueError):
        return b""
    if not deflated:
        return raw[:most]
    try:
        return zlib.decompressobj().decompress(raw, most)
    except zlib.error:
        return b""


def _expanded(text: bytes, row: int, total: int) -> bytes:
    """Run lengths undone: G to Y repeat a digit 1 to 19 times, g to z 20 to 400; , and ! fill a row, : repeats it."""
    width = 2 * row
    rows: list[bytes] = []
    current = bytearray()
    most = -(-total // row) if total else _MOST_BYTES // row
    for found in _TOKEN.finditer(text):
        if len(rows) >= most:
            break
        runs, digits, sign = found.groups()
        if digits:
            if runs:
                count = sum(code - 70 if code < 90 else (code - 102) * 20 for code in runs)
                current += digits[:1] * min(count, width * (most - len(rows)))
                current += digits[1:]
            else:
                current += digits
            while len(current) >= width:
                rows.append(bytes(current[:width]))
                del current[:width]
        elif sign == b":":
            rows.append(rows[-1] if rows else b"0" * width)
        else:
            rows.append(bytes(current).ljust(width, b"0" if sign == b"," else b"F"))
            current.clear()
    if current and len(rows) < most:
        rows.append(bytes(current).ljust(width, b"0"))
    return bytes.fromhex(b"".join(rows[:most]).decode())


def _mask(pixels: bytes, row: int, total: int) -> Image.Image | None:
    if not pixels or not 0 < row <= _WIDEST:
        return None
    if total:
        pixels = pixels[:total]
    rows = -(-len(pixels) // row)
    return Image.frombytes("1", (row * 8, rows), pixels.ljust(row * rows, b"\0")).convert("L")
