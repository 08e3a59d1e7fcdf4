"""What a printer says it is: the IEEE-1284 device id, in the forms that real devices give it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# keys with the short forms that devices use instead
_LONG = {
    "MANUFACTURER": "MFG",
    "MODEL": "MDL",
    "COMMAND SET": "CMD",
    "CLASS": "CLS",
    "DESCRIPTION": "DES",
    "SERIALNUMBER": "SN",
    "SERN": "SN",
}
# how what CMD: lists begins, to the language that we write
_LANGUAGES = (
    ("zpl", re.compile(r"ZPL|ZEBRA")),
    ("tspl", re.compile(r"TSPL|TSC\b")),
    ("escpos", re.compile(r"ESC[ /]?POS|EPSON TM")),
    ("epl", re.compile(r"EPL")),
)


@dataclass(frozen=True, slots=True)
class DeviceId:
    """An IEEE-1284 device id by its short keys (MFG, MDL, CMD, SN …); empty for a device that says nothing."""

    values: Mapping[str, str]

    @property
    def maker(self) -> str:
        """The manufacturer, "" where it is not told."""
        return self.values.get("MFG", "")

    @property
    def model(self) -> str:
        """The model, "" where it is not told."""
        return self.values.get("MDL", "") or self.values.get("DES", "")

    @property
    def serial(self) -> str:
        """The serial number, "" where it is not told."""
        return self.values.get("SN", "")

    @property
    def commands(self) -> tuple[str, ...]:
        """The languages as the device names them."""
        return tuple(part for part in re.split(r"\s*,\s*", self.values.get("CMD", "")) if part)

    @property
    def language(self) -> str:
        """`zpl`, `tspl`, `escpos` or `epl`; "" where CMD: names none of them.

        Of several the first, which is the printer's own (the others it imitates), but `epl` last.
        """
        said = (command.upper() for command in self.commands)
        known = [name for one in said for name, begins in _LANGUAGES if begins.match(one)]
        return min(known, key=lambda name: name == "epl", default="")


def parse_device_id(raw: bytes) -> DeviceId:
    """The answer to GET_DEVICE_ID: a big-endian length that counts itself, then `KEY:value;` pairs.

    Also understood: a little-endian length, one that does not count itself, one that is wrong or missing, and rubbish
    behind the text. Never raises.
    """
    text = _text(raw).decode("latin-1")
    values: dict[str, str] = {}
    for pair in text.split(";"):
        key, colon, value = pair.partition(":")
        key = re.sub(r"\s+", " ", key.strip().upper())
        key = _LONG.get(key, key)
        if colon and key.isprintable() and key:
            values.setdefault(key, "".join(sign for sign in value if sign.isprintable()).strip())
    return DeviceId(values)


def _text(raw: bytes) -> bytes:
    """The `KEY:value;` pairs without length and rubbish."""
    if re.match(rb"\s*[A-Za-z][A-Za-z ]+:", raw):  # letters where the length should be
        return raw.partition(b"\0")[0]
    if len(raw) < 2:
        return b""
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    for order in orders:
        length = int.from_bytes(raw[:2], order)
        for end in (length, length + 2):
            # only an end that the text confirms is believed
            if 2 < end <= len(raw) and raw[end - 1 : end] == b";" and b"\0" not in raw[2:end]:
                return raw[2:end]
        if 2 < length == len(raw):
            return raw[2:].partition(b"\0")[0]
    text = raw[2:].partition(b"\0")[0]
    if b";" not in text:
        return text
    whole, _, rest = text.rpartition(b";")
    # a last pair without its semicolon is kept if it looks like one
    return text if re.fullmatch(rb"\s*[A-Za-z ]+:[\x20-\x7e]*", rest) else whole
