"""What happens to a field's text before it is measured: cleaned, cut into clusters, wrapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_LINE_BREAKS = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_SPACES = re.compile(r"[\s\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# zero-width non-joiner and joiner shape Persian, Indic scripts and emoji; every other format character (directional
# overrides, soft hyphens, tags) and the variation selectors are invisible or could disguise an address
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]+"
)
_JOINERS = "\u200c\u200d"
_EXTENDS = frozenset({"Mn", "Me", "Mc"})
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_FIRST_IDEOGRAPH = "\u2e80"  # of the radicals; all of Hangul, kana and ideographs come after it
_CLOSES = frozenset({"Pe", "Pf", "Po"})


def clean_line(text: str) -> str:
    """The text as one line: NFC, breaks and tabs as single blanks, control and invisible characters dropped."""
    if _PLAIN.fullmatch(text):
        return text
    text = _SPACES.sub(" ", _LINE_BREAKS.sub(" ", text))
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", text).strip(" " + _JOINERS)


def clean_lines(text: str) -> list[str]:
    """The text's lines, each cleaned, without the empty ones."""
    return [line for line in map(clean_line, _LINE_BREAKS.split(text)) if line]


def clusters(text: str) -> list[str]:
    """The text cut where a font may change or a word may be broken: marks, joiners and flag pairs stay together."""
    found: list[str] = []
    for character in text:
        code = ord(character)
        if found and (
            character in _JOINERS
            or found[-1][-1] == "\u200d"
            or code in _SKIN_TONES
            or (code >= 0x300 and unicodedata.category(character) in _EXTENDS)
            or (code in _FLAGS and len(found[-1]) == 1 and ord(found[-1]) in _FLAGS)
        ):
            found[-1] += character
        else:
            found.append(character)
    return found


@dataclass(frozen=True, slots=True)
class Piece:
    """What a line may not break within; `blank` says whether a blank stands before it."""

    text: str
    width: float
    blank: bool


def pieces(line: str, measure: Callable[[str], float]) -> list[Piece]:
    """The line cut at blanks, and between ideographs, kana and Hangul, with the widths that `measure` gives."""
    found: list[Piece] = []
    for word in line.split(" "):
        parts = _break_ideographs(word) if word and max(word) >= _FIRST_IDEOGRAPH else [word]
        found += [Piece(part, measure(part), i == 0 and bool(found)) for i, part in enumerate(parts)]
    return found


def wrap(found: list[Piece], width: float, blank: float, measure: Callable[[str], float]) -> list[str]:
    """The fewest lines of at most `width`, filled greedily; a piece wider than a line is cut between clusters."""
    lines: list[str] = []
    line, used = "", 0.0
    for piece in found:
        gap = blank if piece.blank and line else 0.0
        if line and used + gap + piece.width > width:
            lines.append(line)
            line, used, gap = "", 0.0, 0.0
        if piece.width <= width:
            line += (" " if gap else "") + piece.text
            used += gap + piece.width
            continue
        for cluster in clusters(piece.text):
            step = measure(cluster)
            if line and used + step > width:
                lines.append(line)
                line, used = "", 0.0
            line += cluster
            used += step
    return [*lines, line] if line else lines


def _break_ideographs(word: str) -> list[str]:
    parts: list[str] = []
    for cluster in clusters(word):
        closes = unicodedata.category(cluster[0]) in _CLOSES
        opened = bool(parts) and unicodedata.category(parts[-1][-1]) == "Ps"
        breaks = bool(parts) and (_is_ideographic(cluster) or _is_ideographic(parts[-1][-1]))
        if not parts or (breaks and not closes and not opened):
            parts.append(cluster)
        else:
            parts[-1] += cluster
    return parts


def _is_ideographic(cluster: str) -> bool:
    code = ord(cluster[0])
    return 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFFEF or 0x20000 <= code < 0x40000
