"""What a scan says of itself: AIM symbology identifiers, and GS1 element strings (GTIN, lot, expiry, serial, SSCC)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from app.domain.barcode import gtin_check_digit
from app.domain.capture import Said, clean_lot, clean_serial
from app.domain.errors import Refusal

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

_GS: Final = "\x1d"


class Symbology(StrEnum):
    """The kinds of symbols that AIM identifiers tell apart, as far as they matter at a bench."""

    CODE_39 = "Code 39"
    CODE_128 = "Code 128"
    GS1_128 = "GS1-128"
    EAN_UPC = "EAN/UPC"
    EAN_8 = "EAN-8"
    CODABAR = "Codabar"
    CODE_93 = "Code 93"
    ITF = "Interleaved 2 of 5"
    PDF417 = "PDF417"
    QR = "QR"
    GS1_QR = "GS1 QR"
    DATA_MATRIX = "Data Matrix"
    GS1_DATA_MATRIX = "GS1 Data Matrix"
    GS1_DATABAR = "GS1 DataBar"
    GS1_COMPOSITE = "GS1 Composite"
    GS1_DOTCODE = "GS1 DotCode"
    MAXICODE = "MaxiCode"
    AZTEC = "Aztec"
    OTHER = "other"


# ISO/IEC 15424: the code character after "]", and the modifiers with a meaning of their own
_BY_CHARACTER: Final = {
    "A": Symbology.CODE_39, "C": Symbology.CODE_128, "E": Symbology.EAN_UPC, "F": Symbology.CODABAR,
    "G": Symbology.CODE_93, "I": Symbology.ITF, "L": Symbology.PDF417, "Q": Symbology.QR, "U": Symbology.MAXICODE,
    "d": Symbology.DATA_MATRIX, "e": Symbology.GS1_COMPOSITE, "z": Symbology.AZTEC,
}  # fmt: skip
_BY_IDENTIFIER: Final = {
    "C1": Symbology.GS1_128, "E4": Symbology.EAN_8, "Q3": Symbology.GS1_QR, "d2": Symbology.GS1_DATA_MATRIX,
    "e0": Symbology.GS1_DATABAR, "J1": Symbology.GS1_DOTCODE,
}  # fmt: skip
_ELEMENTS: Final = frozenset({
    Symbology.GS1_128, Symbology.GS1_QR, Symbology.GS1_DATA_MATRIX, Symbology.GS1_DATABAR, Symbology.GS1_COMPOSITE,
    Symbology.GS1_DOTCODE,
})  # fmt: skip
_AIM: Final = re.compile(r"\]([A-Zac-eopsz][0-9A-Za-z])", re.ASCII)
_STARTS_WITH_GTIN: Final = re.compile(r"01\d{14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ItemCode:
    """What one scan says.

    `look_up` is the code to look up: the GTIN without leading zeros (13, 8 or 14 digits) where a GS1 symbol holds one,
    else the scan without its AIM identifier. `aim` such as `]C1`, "" if the scanner does not send it. `gtin` has 14
    digits, `sscc` 18. `expiry` is AI 17 (best before, AI 15, in `best_before`); day 00 means the last of the month.
    `content` is the GTIN inside (AI 02) with `count` of them (AI 37); `variable` the pieces of a variable item (AI 30).
    `refusals`: what could not be read, one for each element, codes `gs1_…`; the rest stands all the same.
    """

    look_up: str
    aim: str = ""
    symbology: Symbology | None = None
    gtin: str | None = None
    sscc: str | None = None
    lot: str | None = None
    expiry: datetime.date | None = None
    best_before: datetime.date | None = None
    serial: str | None = None
    content: str | None = None
    count: int | None = None
    variable: int | None = None
    refusals: tuple[Refusal, ...] = ()


# application identifiers that are kept, and as what
_DATES: Final = {"17": "expiry", "15": "best_before"}
_TEXTS: Final = {"10": "lot", "21": "serial"}
_NUMBERS: Final = {"37": "count", "30": "variable"}
_GTINS: Final = {"01": "gtin", "02": "content"}


def split_aim(scanned: str) -> tuple[str, str]:
    """The AIM identifier of a scan (`]d2`, or "") and the rest; an identifier without a code after it is none."""
    found = _AIM.match(scanned)
    return (found[0], scanned[3:]) if found and len(scanned) > 3 else ("", scanned)


def symbology_of(aim: str) -> Symbology | None:
    """What an AIM identifier such as `]C1` says of the symbol; None for ""."""
    if not aim:
        return None
    return _BY_IDENTIFIER.get(aim[1:]) or _BY_CHARACTER.get(aim[1], Symbology.OTHER)


def item_code(scanned: str) -> ItemCode:
    """What a scan says; `scanned` without the marks of its framing, as `app.domain.barcode.clean_scan` leaves it.

    GS1 is believed of symbols that say so (`]C1 ]d2 ]Q3 ]e0 ]J1`), and where the scanner sends no AIM identifier, of
    text with a GS in it, or text that begins with 01 and a GTIN whose check digit is right, and is GS1 to its end.
    Never raises; hostile text is a code that nobody knows.
    """
    aim, text = split_aim(scanned)
    symbology = symbology_of(aim)
    plain = ItemCode(text, aim, symbology)
    if symbology in _ELEMENTS:
        return _read(text, plain)
    if aim:
        return replace(plain, look_up=_without_add_on(text)) if aim == "]E3" else plain
    if _STARTS_WITH_GTIN.match(text.lstrip(_GS)):
        found = _read(text, plain)
        # a code of somebody's own may begin like one by chance
        return found if _GS in text or not found.refusals else plain
    if _GS not in text:
        return plain
    found = _read(text, plain)
    return found if found.gtin or found.sscc or found.content else plain  # other standards have a GS too


def said_of(code: ItemCode) -> Said:
    """What a scan says of the piece besides what it is.

    The expiry is AI 17, or where there is none the best-before date (AI 15); the pieces are those of a variable item
    (AI 30). A serial number or lot that cannot be kept is none.
    """
    return Said(
        serial=_kept(clean_serial, code.serial), lot=_kept(clean_lot, code.lot),
        expires_on=code.expiry or code.best_before, quantity=code.variable or 1,
    )


def _kept(clean: Callable[[str], str], said: str | None) -> str | None:
    try:
        return None if said is None else clean(said)
    except Refusal:
        return None


def look_up_code(scanned: str) -> str:
    """The code to look up for a scan: see `ItemCode.look_up`."""
    return item_code(scanned).look_up


def prepare() -> None:
    """Load the table of application identifiers, which takes an eighth of a second, before it is needed."""
    import biip.gs1_element_strings  # noqa: F401


def short_gtin(gtin: str) -> str:
    """A GTIN of 14 digits as its symbol's owner writes it: EAN-13 (also of a UPC-A), GTIN-8, or all 14 digits."""
    if gtin.startswith("000000"):
        return gtin[6:]
    return gtin[1:] if gtin.startswith("0") else gtin


def _without_add_on(text: str) -> str:
    """An EAN-13 without the two or five digits of its add-on symbol."""
    return text[:13] if len(text) in (15, 18) and text.isdecimal() else text


def _read(text: str, plain: ItemCode) -> ItemCode:
    """The elements of a GS1 message; stops at the first that cannot be told from what follows it."""
    # the table of application identifiers is large, and many benches never see GS1
    from biip import ParseConfig, ParseError
    from biip.gs1_element_strings import GS1ElementString

    # a bad date must not hide the elements after it: dates are judged here
    config = ParseConfig(gs1_element_strings_verify_date=False)
    seen: dict[str, str] = {}
    facts: dict[str, Any] = {}
    refusals: list[Refusal] = []
    rest = text.strip(_GS)
    while rest:
        try:
            element = GS1ElementString.extract(_neutral_date(rest), config=config)
        except (ParseError, ArithmeticError, ValueError):
            refusals.append(Refusal("gs1_unreadable", at=_at(text, rest)))
            break
        ai, size = element.ai.ai, len(element)
        value = rest[len(ai) : size]
        if not value.isascii():  # biip takes the digits of any script
            refusals.append(Refusal("gs1_unreadable", at=_at(text, rest)))
            break
        if seen.setdefault(ai, value) != value:
            refusals.append(Refusal("gs1_twice", ai=ai))
        else:
            refusals += _keep(ai, value, element, facts)
        following = rest[size:]
        if following and element.ai.separator_required and not following.startswith(_GS):
            refusals.append(Refusal("gs1_separator_missing", ai=ai))
            for name in (_TEXTS.get(ai), _NUMBERS.get(ai)):  # nobody knows where it ends
                facts.pop(name or "", None)
            break
        rest = following.lstrip(_GS)
    if "gtin" in facts:
        facts["look_up"] = short_gtin(facts["gtin"])
    return replace(plain, refusals=tuple(refusals), **facts)


_DATED: Final = re.compile(r"1[1-7]\d{6}", re.ASCII)


def _neutral_date(rest: str) -> str:
    """`rest` with a date at its front that biip can read: month 13 or day 32 would end the reading there."""
    return rest[:2] + "000000" + rest[8:] if _DATED.match(rest) and rest[:2] != "14" else rest


def _at(text: str, rest: str) -> int:
    return len(text) - len(rest) + 1


def _keep(ai: str, value: str, element: GS1ElementString, facts: dict[str, Any]) -> list[Refusal]:
    """Put the value of an element where it belongs; gives a refusal if it is not one."""
    if ai in _GTINS:
        if gtin_check_digit(value[:-1]) != value[-1] or not value.strip("0"):
            return [Refusal("gs1_gtin_check", gtin=value)]
        facts[_GTINS[ai]] = value
    elif ai == "00":
        # an SSCC has the check digit of a GTIN
        if gtin_check_digit(value[:-1]) != value[-1]:
            return [Refusal("gs1_sscc_check", sscc=value)]
        facts["sscc"] = value
    elif ai in _DATES:
        date = gs1_date(value)
        if date is None:
            return [Refusal("gs1_date", ai=ai, date=value)]
        facts[_DATES[ai]] = date
    elif ai in _TEXTS:
        facts[_TEXTS[ai]] = value
    elif ai in _NUMBERS:
        facts[_NUMBERS[ai]] = int(value)
    return []


def gs1_date(text: str, today: datetime.date | None = None) -> datetime.date | None:
    """A date YYMMDD, None if there is none; day 00 is the last of the month.

    The century is the one that brings the year within 49 past and 50 future years (GS1 General Specifications 7.12).
    """
    if not (len(text) == 6 and text.isascii() and text.isdecimal()):
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    this_year = (today or datetime.datetime.now(datetime.UTC).date()).year
    year += this_year - this_year % 100
    if year - this_year >= 51:
        year -= 100
    elif year - this_year <= -50:
        year += 100
    try:
        if day:
            return datetime.date(year, month, day)
        first_of_next = datetime.date(year + month // 12, month % 12 + 1, 1) if 1 <= month <= 12 else None
    except ValueError:
        return None
    return first_of_next - datetime.timedelta(days=1) if first_of_next else None
