"""Names as they are looked for: nobody who searches types accents, capitals and apostrophes as the buyer did."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, product

_PLAIN = re.compile("[a-z0-9]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’ʼ`´"))
# what Unicode does not take apart
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"})
# what those without these keys write, in German and the Nordic languages; `ß` has one spelling, and is folded to it
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_PAIRS = re.compile("(ae|oe|ue|aa)(?=.)")  # at the end of what is typed a pair may be two letters of a longer word
_MOST = 16  # spellings of a word: four pairs
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


def spellings(text: str) -> list[list[str]]:
    """Every word of what is typed, each in all the ways in which a folded name may have it.

    "Müller" is found as "muller" and "mueller", and so is "mueller": what is stored is what the buyer wrote, folded,
    whichever of the two that was.
    """
    plain = unicodedata.normalize("NFC", text.casefold())
    words = zip(folded(plain).split(), folded(plain.translate(_WRITTEN_OUT)).split(), strict=True)
    return [list(dict.fromkeys((word, *_without_pairs(written)))) for word, written in words]


def _without_pairs(word: str) -> list[str]:
    """A word, and every other one that has the first letter alone of some of its pairs."""
    parts = [(part, part[0]) if at % 2 else (part,) for at, part in enumerate(_PAIRS.split(word))]  # pairs are odd
    return ["".join(chosen) for chosen in islice(product(*parts), _MOST)]


def _part(sign: str) -> str:
    if not sign.isalnum():
        return " "
    return f" {sign} " if ord(sign) >= _FIRST_WIDE else sign
