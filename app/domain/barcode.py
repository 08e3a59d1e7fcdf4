"""Codes that people scan: their kinds, prefixes and check characters; GTIN check digits; UPU S10 numbers.

Packbench's own codes are `prefix + body + check character`. The check character is Luhn modulo 36 over 0-9 A-Z
(ISO/IEC 7812-1 annex B carried to base 36), so that one wrong or two swapped neighbouring characters are noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from app.domain.errors import Refusal

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d+", re.ASCII)


class Kind(StrEnum):
    """The type prefix of a code that Packbench prints itself."""

    TOTE = "TT"
    PARCEL = "PB"
    ORDER = "OR"
    SLOT = "SL"
    PERSON = "PE"
    CART = "CA"
    CARTON = "CN"
    COMMAND = "XX"


class Command(StrEnum):
    """Command barcodes; letters of `BCDEFGHIJKLNOPRSTUVX` only, which every keyboard layout keeps in place."""

    OK = "XXOK"
    UNDO = "XXUNDO"
    HOLD = "XXHOLD"
    NEXT = "XXNEXT"
    PRINTED = "XXPRINTED"
    NOT_OUT = "XXNOTOUT"
    REPRINT = "XXREPRINT"
    TORN = "XXTORN"
    BLURRED = "XXBLURRED"
    LOST = "XXLOST"
    SHORT = "XXSHORT"
    BROKEN = "XXBROKEN"
    NO_CODE = "XXNOCODE"
    OTHER = "XXOTHER"
    HELP = "XXHELP"
    UNDO_LINE = "XXUNDOLINE"
    UNDO_BOX = "XXUNDOBOX"
    REOPEN = "XXREOPEN"
    SPLIT = "XXSPLIT"
    NEXT_BOX = "XXNEXTBOX"
    SHIFT = "XXSHIFT"
    CLOSE = "XXCLOSE"
    BOXED = "XXBOXED"
    INSERT = "XXINSERT"
    SKIP = "XXSKIP"
    OVERRIDE = "XXOVERRIDE"
    SERIES = "XXSERIES"
    LOG_OUT = "XXLOGOUT"


_COMMANDS = frozenset(Command)


def check_character(body: str) -> str:
    """The Luhn-mod-36 character of `body`, which holds only 0-9 A-Z."""
    total = 0
    for distance, character in enumerate(reversed(body)):
        value = _ALPHABET.index(character) * (2 if distance % 2 == 0 else 1)
        total += value // 36 + value % 36
    return _ALPHABET[-total % 36]


def make_code(kind: Kind, number: int, digits: int = 8) -> str:
    """`PB00000042` plus its check character; `number` fills at least `digits` places."""
    body = f"{kind.value}{number:0{digits}d}"
    return body + check_character(body)


def make_label_code(parcel_code: str, copy: int) -> str:
    """What the Data Matrix of a label carries: the parcel's code, `C`, the copy number and a check character."""
    body = f"{parcel_code}C{copy:02d}"
    return body + check_character(body)


# ASCII: a scan may hold the digits of any script, and the check character knows only these
_LABEL_CODE = re.compile(r"(PB\d{8,}[0-9A-Z])C(\d{2,9})[0-9A-Z]", re.ASCII)
_OWN_BODY = re.compile(r"\d{4,18}[0-9A-Z]", re.ASCII)  # numbers that a database can hold


def read_label_code(scanned: str) -> tuple[str, int] | None:
    """(parcel code, copy number) of a label's Data Matrix, or None if it is not one or its check fails."""
    found = _LABEL_CODE.fullmatch(scanned)
    if not found or check_character(scanned[:-1]) != scanned[-1]:
        return None
    return found[1], int(found[2])


def kind_of(scanned: str) -> Kind | None:
    """The kind of one of Packbench's own codes whose check character is right, else None."""
    if scanned in _COMMANDS:
        return Kind.COMMAND
    for kind in Kind:
        body = scanned[len(kind.value) :]
        if scanned.startswith(kind.value) and _OWN_BODY.fullmatch(body):
            return kind if check_character(scanned[:-1]) == scanned[-1] else None
    return None


def number_of(code: str) -> int:
    """The number in one of Packbench's own codes, such as a person's or a carton's."""
    return int(code[2:-1])


_SLOTS = 1000  # in one batch, at most


def make_slot_code(batch: int, slot: int) -> str:
    """The code of a slot of a cart or put-wall: the batch that it holds, and the slot's number in it."""
    return make_code(Kind.SLOT, batch * _SLOTS + slot)


def slot_of(number: int) -> tuple[int, int]:
    """(batch, slot) of the number in a slot's code."""
    return divmod(number, _SLOTS)


def clean_scan(raw: str) -> str:
    """The code as it is looked up: no control characters or outer blanks, letters of our own codes upper-case.

    GS (0x1D) is kept: it separates the fields of GS1 symbols. Supplier codes keep their case.
    """
    code = "".join(c for c in raw if c >= " " or c == "\x1d").replace("\x7f", "").strip()
    upper = code.upper()
    return upper if kind_of(upper) or read_label_code(upper) else code


def gtin_check_digit(body: str) -> str:
    """The last digit of a GTIN-8, -12, -13 or -14 without it (GS1 General Specifications 7.9: weights 3, 1, 3 …)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def barcode_text(value: object) -> str:
    """A barcode as it came from a file, as text.

    Raises Refusal `barcode_scientific` for `6.9E+12` (a spreadsheet destroyed it) and `barcode_not_text` for a
    number that is not whole.
    """
    if isinstance(value, float):
        if not value.is_integer():
            raise Refusal("barcode_not_text", barcode=str(value))
        value = int(value)
    text = str(value).strip()
    if _SCIENTIFIC.fullmatch(text):
        raise Refusal("barcode_scientific", barcode=text)
    return text


def gtin_expected(scanned: str) -> str | None:
    """The code with its right check digit, if `scanned` has the form of a GTIN-12, -13 or -14 but a wrong one."""
    if len(scanned) not in (12, 13, 14) or not (scanned.isdecimal() and scanned.isascii()):
        return None
    right = scanned[:-1] + gtin_check_digit(scanned[:-1])
    return None if right == scanned else right


def same_gtin(scanned: str) -> str | None:
    """A UPC-A read as EAN-13 (one more zero in front) or the other way round, None for any other code."""
    if not (scanned.isdecimal() and scanned.isascii()):
        return None
    if len(scanned) == 13 and scanned.startswith("0"):
        return scanned[1:]
    return "0" + scanned if len(scanned) == 12 else None


_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def s10(service: str, serial: int, country: str) -> str:
    """A UPU S10 item identifier such as `LX000000015CN`: service, eight digits, check digit, country.

    Check digit: 11 - (weighted sum mod 11), where 10 becomes 0 and 11 becomes 5 (UPU standard S10-12).
    """
    if not 0 <= serial <= 99_999_999:
        raise Refusal("tracking_numbers_used_up", service=service)
    digits = f"{serial:08d}"
    check = 11 - sum(int(d) * w for d, w in zip(digits, _S10_WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(check, check)
    return f"{service}{digits}{check}{country}"


def group(code: str, sizes: Sequence[int] = (2, 3, 3, 3, 2)) -> str:
    """A tracking number in groups that are easily read aloud: `LX 000 000 015 CN`; other lengths unchanged."""
    if len(code) != sum(sizes):
        return code
    parts, at = [], 0
    for size in sizes:
        parts.append(code[at : at + size])
        at += size
    return " ".join(parts)
