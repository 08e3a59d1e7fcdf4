"""Names as they are looked for: nobody who searches types accents, capitals and apostrophes as the buyer did."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = re.compile("[a-z0-9]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ`´"))
# what Unicode does not take apart
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"})
_FIRST_WIDE = 0x2E80  # from here on signs stand for syllables or words, and no blank is between them


def folded(text: str) -> str:
    """The words of a text in small letters without accents, with a blank before each; "" when there are none.

    "Jürgen O'Neil-Müßig" is " jurgen oneil mussig"; of Chinese, Japanese and Korean every sign is a word.
    """
    if text.isascii():
        words = _PLAIN.findall(text.lower().translate(_APOSTROPHES))
    else:
        plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold().translate(_LETTERS))
        bare = "".join(sign for sign in plain if not unicodedata.category(sign).startswith("M"))
        words = "".join(map(_part, unicodedata.normalize("NFC", bare))).split()
    return "".join(f" {word}" for word in words)


def _part(sign: str) -> str:
    if not sign.isalnum():
        return " "
    return f" {sign} " if ord(sign) >= _FIRST_WIDE else sign
