"""What other systems' files say, value by value: text, codes, numbers, dates and countries as we keep them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import lru_cache

from app.domain.barcode import barcode_text, kind_of, read_label_code
from app.domain.errors import Fact, Refusal

MAX_QUANTITY = 1_000_000
MAX_CODE = 100
MAX_TEXT = 1_000

_BREAKS = dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")
_SPOILT_NUMBER = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_SHOWABLE = re.compile(r"[0-9.,:/+ eETZ-]{1,20}", re.ASCII)
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something of a file was not taken: its line (row, or number of the record), a code and the code's facts."""

    line: int
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


class Spoilt(Enum):
    """A cell whose content is lost in the file itself; the value is the code of the refusal."""

    NUMBER_TOO_LONG = "number_too_long"  # a spreadsheet keeps fifteen digits of a number
    ERROR = "cell_error"


class Exponent(float):
    """A number that was written with an exponent, such as `6.9E+12`; as a code it is not what was meant."""

    def __new__(cls, literal: str) -> Exponent:
        """Keeps the characters it was written with."""
        number = super().__new__(cls, literal)
        number.literal = literal
        return number

    literal: str


def shown(value: object) -> str | None:
    """A wrong value as it may be reported: digits and signs alone, for in a shifted row it could be anything."""
    text = value if isinstance(value, str) else repr(value)
    return text if _SHOWABLE.fullmatch(text) else None


def clean_text(raw: str, *, lines: bool = False) -> str:
    """Text as it is kept: NFC, no control characters or lone surrogates, no outer blanks.

    Line breaks become blanks, or with `lines` stay as `\\n`, without empty lines.
    """
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    if lines:
        kept = (clean_text(part) for part in raw.splitlines())
        return "\n".join(part for part in kept if part)
    kept_text = "".join(c for c in raw.translate(_BREAKS) if unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept_text).strip()


def clean_code(raw: str) -> str:
    """A code as it is kept: like text, and without zero-width characters, which nobody can scan."""
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    kept = "".join(c for c in raw if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()


def text(value: object, name: str, *, lines: bool = False, limit: int = MAX_TEXT) -> str:
    """The text of a cell, "" for none.

    Raises Refusal `text_too_long` (facts `field`, `limit`), `cell_is_date` when a spreadsheet made a date of it,
    `cell_not_text` for what has no text, `cell_error` and `number_too_long` for what the file itself has lost.
    """
    if isinstance(value, str):
        cleaned = clean_text(value, lines=lines)
        if len(cleaned) > limit:
            raise Refusal("text_too_long", field=name, limit=limit)
        return cleaned
    if value is None:
        return ""
    return _other_text(value, name)


def _other_text(value: object, name: str) -> str:
    if isinstance(value, Spoilt):
        raise Refusal(value.value, field=name)
    if isinstance(value, date | time):
        raise Refusal("cell_is_date", field=name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal("cell_not_text", field=name)
    if isinstance(value, Exponent):
        return value.literal
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def code(value: object, name: str) -> str:
    """A code that identifies something (order, SKU, location, lot, shop), "" for none.

    Raises Refusal `code_scientific` for `6.9E+12`, `code_not_text` for a number that is not whole, `text_too_long`,
    and what `text` raises.
    """
    if isinstance(value, str):
        cleaned = clean_code(value)
    else:
        if isinstance(value, float) and not isinstance(value, Exponent) and not value.is_integer():
            raise Refusal("code_not_text", field=name)
        cleaned = "" if value is None else _other_text(value, name)
    if len(cleaned) > MAX_CODE:
        raise Refusal("text_too_long", field=name, limit=MAX_CODE)
    if _SPOILT_NUMBER.fullmatch(cleaned):
        raise Refusal("code_scientific", field=name, value=cleaned)
    return cleaned


def check_barcode(barcode: str) -> str:
    """The barcode, if it can belong to goods; raises Refusal `barcode_reserved` for one of Packbench's own codes."""
    upper = barcode.upper()
    if kind_of(upper) is not None or read_label_code(upper) is not None:
        raise Refusal("barcode_reserved", barcode=barcode)
    return barcode


def barcodes(value: object) -> tuple[tuple[str, int], ...]:
    """The (barcode, pieces) of a cell such as `0012345678905|10012345678902*12`; a list of such texts is one too.

    Raises Refusal `barcode_scientific`, `barcode_not_text`, `barcode_reserved`, `case_quantity_invalid` (`*0`), and
    what `text` raises.
    """
    parts: list[object]
    if isinstance(value, str):
        parts = list(value.split("|"))
    elif isinstance(value, Sequence):
        parts = list(value)
    else:
        parts = [value]
    found: dict[str, int] = {}
    for part in parts:
        if part is None:
            continue
        if isinstance(part, float) and not isinstance(part, Exponent):
            part = barcode_text(part)
        whole = clean_code(part) if isinstance(part, str) else _other_text(part, "barcodes")
        barcode, star, pieces = whole.rpartition("*")
        quantity = 1
        if star and barcode.strip() and pieces.isascii() and pieces.isdecimal():
            quantity, whole = int(pieces[:9]), barcode.strip()
            if not 1 <= quantity <= MAX_QUANTITY:
                raise Refusal("case_quantity_invalid", barcode=whole, value=pieces[:9])
        whole = barcode_text(whole)
        if not whole:
            continue
        if len(whole) > MAX_CODE:
            raise Refusal("text_too_long", field="barcodes", limit=MAX_CODE)
        found[check_barcode(whole)] = quantity
    return tuple(found.items())


@lru_cache(maxsize=4)
def _number_pattern(mark: str) -> re.Pattern[str]:
    return re.compile(rf"[+-]?[0-9]{{1,15}}(?:{re.escape(mark)}[0-9]{{1,15}})?")


def number(value: object, name: str, mark: str = ".") -> Decimal | None:
    """A number with the decimal sign `mark`, None for a blank cell; raises Refusal `number_invalid`."""
    if isinstance(value, str):
        cleaned = clean_code(value)
        if not cleaned:
            return None
        if not _number_pattern(mark).fullmatch(cleaned):
            raise Refusal("number_invalid", field=name, value=shown(cleaned))
        return Decimal(cleaned.replace(mark, "."))
    if value is None:
        return None
    if isinstance(value, Spoilt):
        raise Refusal(value.value, field=name)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 1e15:
        raise Refusal("number_invalid", field=name, value=None)
    return Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)


def quantity(value: object, name: str, mark: str = ".", *, least: int = 1) -> int:
    """Whole pieces from `least` to a million.

    Raises Refusal `quantity_missing` for a blank cell, `quantity_invalid` for what is not such a number.
    """
    if isinstance(value, str) and 0 < len(value) < 7 and value.isascii() and value.isdecimal():
        pieces = int(value)
    else:
        try:
            found = number(value, name, mark)
        except Refusal as refusal:
            if refusal.code != "number_invalid":
                raise
            raise Refusal("quantity_invalid", field=name, value=shown(value), least=least) from None
        if found is None:
            raise Refusal("quantity_missing", field=name)
        pieces = int(found) if found == found.to_integral_value() else -1
    if not least <= pieces <= MAX_QUANTITY:
        raise Refusal("quantity_invalid", field=name, value=shown(value), least=least)
    return pieces


def whole(value: object, name: str, most: int) -> int:
    """A whole number from 0 to `most`; raises Refusal `number_invalid`, also for a blank cell."""
    found = number(value, name)
    if found is None or found != found.to_integral_value() or not 0 <= found <= most:
        raise Refusal("number_invalid", field=name, value=shown(value))
    return int(found)


WEIGHT_UNITS: Mapping[str, Decimal] = {"g": Decimal(1), "kg": Decimal(1000)}
LENGTH_UNITS: Mapping[str, Decimal] = {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000)}


def measure(value: object, name: str, factor: Decimal, mark: str = ".") -> int | None:
    """A weight in grams or a size in millimetres, at least 1; None for blank and for 0, which stands for unmeasured.

    `factor` is the unit of the file in grams or millimetres. Raises Refusal `number_invalid`, and `measure_invalid`
    for a negative one or more than a million.
    """
    found = number(value, name, mark)
    if found is None or found == 0:
        return None
    whole = int((found * factor).quantize(_WHOLE, ROUND_HALF_UP))
    if found < 0 or whole > MAX_QUANTITY:
        raise Refusal("measure_invalid", field=name, value=shown(value))
    return max(1, whole)


def coordinate(value: object, name: str, factor: Decimal, mark: str = ".") -> int | None:
    """A place on the floor in millimetres, None for blank; raises Refusal `number_invalid`."""
    found = number(value, name, mark)
    if found is None:
        return None
    whole = int((found * factor).quantize(_WHOLE, ROUND_HALF_UP))
    if abs(whole) > 10_000_000:  # ten kilometres
        raise Refusal("number_invalid", field=name, value=shown(value))
    return whole


_PAIR = re.compile(r"[\[(]?\s*([^\s,;\[\]()]+)\s*[,;]\s*([^\s,;\[\]()]+)\s*[\])]?")


def coordinates(value: object, name: str, factor: Decimal) -> tuple[int, int] | None:
    """Both coordinates in millimetres of a cell such as `[19.5, 21.0]`; raises Refusal `coordinates_invalid`."""
    if value is None or value == "":
        return None
    pair: Sequence[object] = ()
    if isinstance(value, str):
        found = _PAIR.fullmatch(value.strip())
        pair = found.groups() if found else ()
    elif isinstance(value, list | tuple):
        pair = value
    try:
        x, y = (coordinate(part, name, factor) for part in pair)
    except (ValueError, Refusal):
        x = y = None
    if x is None or y is None:
        raise Refusal("coordinates_invalid", field=name)
    return x, y


def moment(
    value: object, name: str, formats: Sequence[str], zone: tzinfo, *, end_of_day: bool = False
) -> datetime | None:
    """A moment in UTC, None for a blank cell.

    `formats` are strptime formats, or `iso` for ISO 8601; `zone` holds for what names no zone itself. A day without
    a time is its first second, or its last with `end_of_day`. Raises Refusal `date_invalid`.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            return _parse_moment(clean_code(value), tuple(formats), zone, end_of_day)
        if isinstance(value, datetime):
            # a spreadsheet's date is a midnight
            return _in_utc(value, value.time() == time(), zone, end_of_day)
        if isinstance(value, date):
            return _in_utc(datetime.combine(value, time()), True, zone, end_of_day)
    except (ValueError, OverflowError):
        pass
    raise Refusal("date_invalid", field=name, value=shown(value))


@lru_cache(maxsize=4096)
def _parse_moment(cleaned: str, formats: tuple[str, ...], zone: tzinfo, end_of_day: bool) -> datetime | None:
    if not cleaned:
        return None
    for form in formats:
        try:
            if form == "iso":
                found = datetime.fromisoformat(cleaned)
                day_alone = len(cleaned) <= 10
            else:
                found = datetime.strptime(cleaned, form)  # noqa: DTZ007 (the zone is the profile's)
                day_alone = not re.search(r"%[HIscXT]", form)
        except ValueError:
            continue
        return _in_utc(found, day_alone, zone, end_of_day)
    raise ValueError


def _in_utc(found: datetime, day_alone: bool, zone: tzinfo, end_of_day: bool) -> datetime:
    if not 1990 <= found.year < 2200:
        raise ValueError
    if day_alone and end_of_day:
        found = found + timedelta(days=1, seconds=-1)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def day(value: object, name: str, formats: Sequence[str]) -> date | None:
    """A calendar day such as an expiry, None for a blank cell; raises Refusal `date_invalid`."""
    found = moment(value, name, formats, UTC)
    return None if found is None else found.date()


# ISO 3166-1 alpha-2, officially assigned
COUNTRIES = frozenset(
    re.findall(
        r"[A-Z]{2}",
        """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
        BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM
        FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
        JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN
        MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT
        PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL
        TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW""",
    )
)


_TRUE, _FALSE = frozenset({"yes", "y", "true", "1", "是"}), frozenset({"no", "n", "false", "0", "否"})


def yes_no(value: object, name: str) -> bool | None:
    """A yes or a no, None for a blank cell; raises Refusal `yes_no_invalid`."""
    if isinstance(value, bool):
        return value
    said = text(value, name).casefold()
    if said and said not in _TRUE | _FALSE:
        raise Refusal("yes_no_invalid", field=name)
    return said in _TRUE if said else None


def language(value: object, name: str = "language") -> str:
    """ISO 639-1 in small letters of a tag such as `de` or `pt-BR`, "" for none; raises Refusal `language_unknown`."""
    found = re.fullmatch(r"([a-z]{2})([-_].*)?", text(value, name).lower(), re.ASCII)
    if found is None and text(value, name):
        raise Refusal("language_unknown")
    return found[1] if found else ""


def country(value: object, name: str = "country") -> str:
    """ISO 3166-1 alpha-2 in capitals, "" for none; raises Refusal `country_unknown`."""
    found = text(value, name).upper()
    if found and found not in COUNTRIES:
        raise Refusal("country_unknown", value=found if len(found) <= 3 else None)
    return found
