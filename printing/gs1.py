"""GS1 element strings as they are written with brackets: checked, and joined with the separators that symbols carry."""

from __future__ import annotations

import re
from functools import lru_cache

from biip import ParseError
from biip.gs1_element_strings import GS1ElementString

SEPARATOR = "\x1d"  # function character 1 after an element of variable length
_IDENTIFIER = re.compile(r"\((\d{2,4})\)")


class WrongCheckDigit(ValueError):
    """A number of the element string with this identifier ends with another digit than its check digit."""


@lru_cache(maxsize=1024)
def elements(data: str) -> tuple[tuple[str, str], ...]:
    """The (application identifier, value) pairs of `(01)09521234543213(10)A1`.

    Raises ValueError with the reason: an unknown identifier, a value of a wrong length or form; WrongCheckDigit
    (GS1 General Specifications 3.2, by the table of biip).
    """
    parts = _IDENTIFIER.split(data)
    if len(parts) < 3 or parts[0]:
        raise ValueError("it must start with an application identifier in brackets")
    found = []
    for identifier, value in zip(parts[1::2], parts[2::2], strict=True):
        try:
            read = GS1ElementString.extract(identifier + value)
        except ParseError:
            raise ValueError(f"({identifier}) is unknown, or its value is not of the right form") from None
        if read is None or read.ai.ai != identifier or read.value != value:
            raise ValueError(f"the value of ({identifier}) has a wrong length or form")
        if read.gtin_error or read.sscc_error or read.gln_error:
            raise WrongCheckDigit(identifier)
        found.append((identifier, value))
    return tuple(found)


@lru_cache(maxsize=1024)
def joined(data: str) -> str:
    """The elements without brackets, with a separator after each of variable length but the last."""
    pairs = elements(data)
    written = ""
    for number, (identifier, value) in enumerate(pairs, 1):
        read = GS1ElementString.extract(identifier + value)
        separated = read is not None and read.ai.separator_required and number < len(pairs)
        written += identifier + value + (SEPARATOR if separated else "")
    return written


def bracketed(data: str) -> str:
    """The element string with square brackets, which no value can hold, as encoders read it."""
    return "".join(f"[{identifier}]{value}" for identifier, value in elements(data))
