"""Carriers' tracking numbers: their forms and check digits, and ranges that are given out one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.barcode import Kind, gtin_check_digit, s10
from app.domain.errors import Refusal


class NumberForm(StrEnum):
    """How a number is built from its serial."""

    S10 = "s10"  # UPU S10: service indicator, eight digits, check digit, country
    SSCC = "sscc"  # GS1: extension digit, company prefix, serial, check digit; eighteen digits
    PLAIN = "plain"  # a prefix and the serial


_S10 = re.compile(r"([A-Z]{2})(\d{8})(\d)([A-Z]{2})", re.ASCII)
_TWO_LETTERS = re.compile(r"[A-Z]{2}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_PLAIN_PREFIX = re.compile(r"[A-Z0-9-]*", re.ASCII)
_PLAIN = re.compile(r"([A-Z0-9-]*?)(\d+)", re.ASCII)
_OURS = re.compile(rf"({'|'.join(Kind)})\d{{4,}}", re.ASCII)
_SSCC_BODY = 17  # digits before the check digit (GS1 General Specifications 2.2.1)
_S10_LAST = 99_999_999
_PLAIN_LONGEST = 30  # characters: what a Code 128 on a label of 100 mm has room for
_PLAIN_DIGITS = 15


def sscc(body: str) -> str:
    """An SSCC from its 17 digits: extension digit, company prefix and serial, and the check digit behind them.

    Check digit: weights 3 and 1 from the right (GS1 General Specifications 7.9). Raises Refusal `numbers_sscc_body`.
    """
    if len(body) != _SSCC_BODY or not _DIGITS.fullmatch(body):
        raise Refusal("numbers_sscc_body", body=body)
    return body + gtin_check_digit(body)


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The numbers from serial `first` to `last` of one form.

    `prefix` is the service indicator of an S10 number, extension digit and company prefix of an SSCC, or what stands
    in front of a plain serial, which has as many digits as `last`; `country` ends an S10 number.
    """

    form: NumberForm
    prefix: str
    country: str
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.last - self.first + 1

    def number(self, serial: int) -> str:
        """The whole number of a serial, with its check digit."""
        if self.form is NumberForm.S10:
            return s10(self.prefix, serial, self.country)
        if self.form is NumberForm.SSCC:
            return sscc(self.prefix + str(serial).zfill(_SSCC_BODY - len(self.prefix)))
        return self.prefix + str(serial).zfill(len(str(self.last)))

    def serial(self, number: str) -> int:
        """The serial of one of these numbers."""
        ends = {NumberForm.S10: -3, NumberForm.SSCC: -1}
        return int(number[len(self.prefix) : ends.get(self.form)])

    def check(self) -> None:
        """Whether numbers can be made of it.

        Raises Refusal `numbers_empty_range` (the last comes before the first), `numbers_s10_prefix`,
        `numbers_s10_country`, `numbers_sscc_prefix`, `numbers_plain_prefix`, `numbers_plain_ours` (they would be read
        as codes of Packbench itself), `numbers_too_large` for serials that have more digits than the form.
        """
        if not 0 <= self.first <= self.last:
            raise Refusal("numbers_empty_range", first=self.first, last=self.last)
        if self.form is NumberForm.S10:
            if not _TWO_LETTERS.fullmatch(self.prefix):
                raise Refusal("numbers_s10_prefix", prefix=self.prefix)
            if not _TWO_LETTERS.fullmatch(self.country):
                raise Refusal("numbers_s10_country", country=self.country)
            most = _S10_LAST
        elif self.form is NumberForm.SSCC:
            if not _DIGITS.fullmatch(self.prefix) or len(self.prefix) >= _SSCC_BODY:
                raise Refusal("numbers_sscc_prefix", prefix=self.prefix)
            most = int("9" * (_SSCC_BODY - len(self.prefix)))
        else:
            if not _PLAIN_PREFIX.fullmatch(self.prefix) or len(self.prefix) + len(str(self.last)) > _PLAIN_LONGEST:
                raise Refusal("numbers_plain_prefix", prefix=self.prefix)
            most = int("9" * _PLAIN_DIGITS)
        if self.last > most:
            raise Refusal("numbers_too_large", last=self.last, most=most)
        if self.form is NumberForm.PLAIN and _OURS.match(self.number(self.first)):
            raise Refusal("numbers_plain_ours", number=self.number(self.first))

    def overlaps(self, other: NumberRange) -> bool:
        """Whether a number is in both, also where the border between prefix and serial is another one."""
        own_kind, own_first, own_last = self._span
        kind, first, last = other._span
        return own_kind == kind and own_first <= last and first <= own_last

    @property
    def _span(self) -> tuple[tuple[str, ...], int, int]:
        """What ranges have in common that can overlap, and the first and last of this one as numbers."""
        if self.form is NumberForm.S10:
            return (self.form, self.prefix, self.country), self.first, self.last
        stem = self.prefix.rstrip("0123456789")
        digits = self.prefix[len(stem) :]
        width = _SSCC_BODY - len(self.prefix) if self.form is NumberForm.SSCC else len(str(self.last))
        first, last = (int(digits + str(serial).zfill(width)) for serial in (self.first, self.last))
        return (self.form, stem, str(len(digits) + width)), first, last


def read_range(form: NumberForm, first: str, last: str) -> NumberRange:
    """The range between two whole numbers as a carrier writes them; blanks and case do not matter.

    Raises Refusal `numbers_unreadable` (number) for one that has not the form, `numbers_check_digit` (number,
    expected), `numbers_two_series` when they do not belong together, and what `NumberRange.check` raises.
    """
    typed = ["".join(text.split()).upper() for text in (first, last)]
    if form is NumberForm.S10:
        made = _between_s10(*(_parts_s10(text) for text in typed))
    elif form is NumberForm.SSCC:
        made = _between_digits(form, "", _body_sscc(typed[0]), _body_sscc(typed[1]), prefixed=1)
    else:
        made = _between_plain(*typed)
    made.check()
    return made


def _parts_s10(text: str) -> tuple[str, int, str]:
    found = _S10.fullmatch(text)
    if found is None:
        raise Refusal("numbers_unreadable", number=text)
    expected = s10(found[1], int(found[2]), found[4])
    if expected != text:
        raise Refusal("numbers_check_digit", number=text, expected=expected)
    return found[1], int(found[2]), found[4]


def _between_s10(first: tuple[str, int, str], last: tuple[str, int, str]) -> NumberRange:
    if (first[0], first[2]) != (last[0], last[2]):
        raise Refusal("numbers_two_series")
    return NumberRange(NumberForm.S10, first[0], first[2], first[1], last[1])


def _body_sscc(text: str) -> str:
    text = text.removeprefix("(00)")
    if len(text) != _SSCC_BODY + 1 or not _DIGITS.fullmatch(text):
        raise Refusal("numbers_unreadable", number=text)
    expected = sscc(text[:-1])
    if expected != text:
        raise Refusal("numbers_check_digit", number=text, expected=expected)
    return text[:-1]


def _between_plain(first: str, last: str) -> NumberRange:
    found = [_PLAIN.fullmatch(text) for text in (first, last)]
    if found[0] is None or found[1] is None:
        raise Refusal("numbers_unreadable", number=first if found[0] is None else last)
    if found[0][1] != found[1][1] or len(first) != len(last):
        raise Refusal("numbers_two_series")
    return _between_digits(NumberForm.PLAIN, found[0][1], found[0][2], found[1][2])


def _between_digits(form: NumberForm, stem: str, first: str, last: str, prefixed: int = 0) -> NumberRange:
    """The digits that both begin with belong to the prefix, so that zeros in front are kept.

    At least one digit is left for the serial, and `prefixed` digits for the prefix.
    """
    apart = next((at for at, both in enumerate(zip(first, last, strict=True)) if both[0] != both[1]), len(first))
    shared = first[: min(apart, len(first) - 1)]
    if len(shared) < prefixed:
        raise Refusal("numbers_two_series")
    serials = first[len(shared) :], last[len(shared) :]
    if int(serials[0]) > int(serials[1]):
        raise Refusal("numbers_empty_range", first=int(first), last=int(last))
    return NumberRange(form, stem + shared, "", int(serials[0]), int(serials[1]))


def days_left(left: int, issued: int, days: float) -> float | None:
    """How many days numbers last at the pace at which `issued` went in `days`; None when none went."""
    if issued <= 0 or days <= 0:
        return None
    return left * days / issued
