"""Serial numbers: the value of a field on each copy of its label, ^SN and ^SF."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\d{1,12}(?=\D*$)")
_CLASSES = {
    "D": "0123456789",
    "H": "0123456789ABCDEF",
    "O": "01234567",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "N": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}


def counted(value: str, step: int, zeros: bool, copy: int) -> str:
    """^SN: the last run of up to twelve digits, increased by `step` for every copy; with or without its leading zeros.

    A number that grows out of its digits starts anew, one that would fall below zero too.
    """
    found = _DIGITS.search(value)
    if not found:
        return value
    wide = len(found[0])
    number = str((int(found[0]) + step * copy) % 10**wide)
    return value[: found.start()] + (number.zfill(wide) if zeros else number) + value[found.end() :]


def masked(value: str, mask: str, step: str, copy: int) -> str:
    """^SF: each sign that the mask names (D decimal, H hexadecimal, O octal, A letter, N letter or digit) counts.

    Mask and step are aligned with the right end of the value; % and signs without a mask do not change.
    """
    signs = list(value)
    carry = 0
    for place in range(1, min(len(signs), len(mask)) + 1):
        kind = _CLASSES.get(mask[-place].upper())
        sign = signs[-place]
        if kind is None or sign.upper() not in kind:
            continue
        added = step[-place].upper() if place <= len(step) else "%"
        total = kind.index(sign.upper()) + carry + (kind.index(added) * copy if added in kind else 0)
        carry, at = divmod(total, len(kind))
        signs[-place] = kind[at].lower() if sign.islower() else kind[at]
    return "".join(signs)
