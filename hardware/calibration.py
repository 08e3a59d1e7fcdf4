"""What a calibration barcode shows: the computer's keyboard layout, CapsLock, marks around a code, lost characters.

The barcode holds `CALIBRATION`; a scanner that types presses the keys of a US keyboard, and the computer makes of them
what its own layout says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from app.domain.errors import Fact
from hardware.gs1 import split_aim

CALIBRATION: Final = "AQWZMY0123456789-_@#"

# The keys that the calibration uses, by what a US keyboard prints on them: alone and with Shift.
_KEYS: Final = "aqwzmy0123456789-"
_SHIFTED: Final = "AQWZMY)!@#$%^&*(_"
# What other layouts make of the same keys; layouts that differ in none of them are told together. From the layouts of
# xkeyboard-config, which a test compares where they are installed.
LAYOUTS: Final = {
    "US": (_KEYS, _SHIFTED),
    "UK": ("aqwzmy0123456789-", 'AQWZMY)!"£$%^&*(_'),
    "German": ("aqwymz0123456789ß", 'AQWYMZ=!"§$%&/()?'),
    "Swiss": ("aqwymz0123456789'", 'AQWYMZ=+"*ç%&/()?'),
    "French": ("qazw,yà&é\"'(-è_ç)", "QAZW?Y0123456789°"),
    "Belgian": ("qazw,yà&é\"'(§è!ç)", "QAZW?Y0123456789°"),
    "Spanish": ("aqwzmy0123456789'", 'AQWZMY=!"·$%&/()?'),
    "Italian": ("aqwzmy0123456789'", 'AQWZMY=!"£$%&/()?'),
    "Portuguese or Latin American": ("aqwzmy0123456789'", 'AQWZMY=!"#$%&/()?'),
    "Dutch": ("aqwzmy0123456789/", "AQWZMY'!\"#$%&_()?"),
    "Danish, Norwegian, Swedish or Finnish": ("aqwzmy0123456789+", 'AQWZMY=!"#¤%&/()?'),
    "Czech": ("aqwymzé+ěščřžýáí=", "AQWYMZ0123456789%"),
    "Hungarian": ("aqwymzö123456789ü", "AQWYMZÖ'\"+!%/=()Ü"),
    "Turkish": ("aqwzmy0123456789*", "AQWZMY=!'^+%&/()?"),
    "Russian": ("фйцяьн0123456789-", 'ФЙЦЯЬН)!"№;%:?*(_'),
    "Canadian French": ("aqwzmy0123456789-", 'AQWZMY)!"/$%?&*(_'),
    "Dvorak": ("a',;mf0123456789[", 'A"<:MF)!@#$%^&*({'),
}
_FEWEST: Final = 14  # characters that must be recognised


class CapsLock(StrEnum):
    """What CapsLock does to the keys: to the letters alone, or like a held Shift (French and German on Windows)."""

    OFF = "off"
    LETTERS = "letters"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, as a code of the message table with its facts; its sentence says what to do."""

    code: str
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a received calibration barcode tells.

    `layout`: a name of LAYOUTS, None if the text is no calibration barcode. `prefix` and `suffix`: what came before
    and after it, as it came. `lost` characters are missing, `added` are too many. `findings`: what to do, the most
    important first; `calibration_good` alone when there is nothing.
    """

    layout: str | None
    caps: CapsLock
    prefix: str
    suffix: str
    lost: int
    added: int
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether every code of this scanner will arrive as it is printed."""
        return self.findings[0].code == "calibration_good"


def typed(text: str, layout: str, caps: CapsLock = CapsLock.OFF) -> str:
    """What a computer with that layout makes of `text` when a scanner types it as on a US keyboard.

    Characters outside the calibration stay as they are.
    """
    plain, shifted = LAYOUTS[layout]
    made = []
    for character in text:
        keys, shift = (_KEYS, False) if character in _KEYS else (_SHIFTED, True)
        at = keys.find(character)
        if at < 0:
            made.append(character)
            continue
        if caps is CapsLock.SHIFT or (caps is CapsLock.LETTERS and plain[at].isalpha() and shifted[at].isalpha()):
            shift = not shift
        made.append((shifted if shift else plain)[at])
    return "".join(made)


_EXPECTED: Final = [(name, caps, typed(CALIBRATION, name, caps)) for name in LAYOUTS for caps in CapsLock]
_NAMES: Final = {"\r": "CR", "\n": "LF", "\t": "TAB", "\x02": "STX", "\x03": "ETX", " ": "space", "\x1d": "GS"}
_SUFFIXES: Final = ("\r", "\n", "\r\n", "\t", "\x03")


def read_calibration(received: str, typing: bool = True) -> Calibration:
    """What a scan of the calibration barcode tells; `received` with all that came around the code, suffix included.

    `typing`: whether the scanner types like a keyboard; for a serial port or a network it does not, and a text that
    fits no layout but US has lost something. Never raises.
    """
    aim, text = split_aim(received.lstrip("\x02"))
    prefix = received[: len(received) - len(text)]
    candidates = _EXPECTED if typing else _EXPECTED[:1]
    exact = [one for one in candidates if one[2] in text]
    layout, caps, expected = max(exact[:1] or candidates, key=lambda one: len(_matched(one[2], text)))
    pairs = _matched(expected, text)
    if len(pairs) < _FEWEST:
        facts: dict[str, Fact] = {"received": visible(received)}
        return Calibration(None, CapsLock.OFF, "", "", 0, 0, (Finding("calibration_unknown", facts),))
    first, last = pairs[0][1], pairs[-1][1]
    prefix, suffix = prefix + text[:first], text[last + 1 :]
    lost, added = len(CALIBRATION) - len(pairs), last + 1 - first - len(pairs)
    findings = [
        *_of_keyboard(layout, caps),
        *_of_losses(expected, text[first : last + 1], lost, added),
        *_of_marks(prefix, aim, suffix),
    ]
    return Calibration(
        layout, caps, prefix, suffix, lost, added, tuple(findings) or (Finding("calibration_good", {}),)
    )


def visible(text: str) -> str:
    """Text with its control characters written out, `<CR>`; at most 80 characters of it."""
    return "".join(
        f"<{_NAMES[c]}>" if c in _NAMES and c != " " else c if c.isprintable() else f"<{ord(c):02X}>" for c in text[:80]
    )


def _of_keyboard(layout: str, caps: CapsLock) -> list[Finding]:
    found = []
    if caps is not CapsLock.OFF:
        found.append(Finding("calibration_caps", {}))
    # with the shifted keys, some layouts are alike: the next scan tells
    if layout != "US" and caps is not CapsLock.SHIFT:
        found.append(Finding("calibration_layout", {"layout": layout}))
    return found


def _of_losses(expected: str, inner: str, lost: int, added: int) -> list[Finding]:
    if lost:
        return [Finding("calibration_lost", {"lost": lost, "of": len(CALIBRATION)})]
    if not added:
        return []
    doubled = [character for character, _ in groupby(inner)] == list(expected)
    return [Finding("calibration_doubled" if doubled else "calibration_added", {"added": added})]


def _of_marks(prefix: str, aim: str, suffix: str) -> list[Finding]:
    found = []
    before = prefix.replace(aim, "", 1).lstrip("\x02")  # STX, and what GS1 needs, are welcome
    if before:
        found.append(Finding("calibration_prefix", {"prefix": visible(before)}))
    if not suffix:
        found.append(Finding("calibration_no_suffix", {}))
    elif suffix not in _SUFFIXES:
        half = suffix[: len(suffix) // 2]
        twice = suffix in ("\r\t", "\n\r") or (half in _SUFFIXES and half * 2 == suffix)
        code = "calibration_suffix_twice" if twice else "calibration_suffix"
        found.append(Finding(code, {"suffix": visible(suffix)}))
    return found


def _matched(expected: str, text: str) -> list[tuple[int, int]]:
    """Pairs of places of a longest common subsequence, in order."""
    text = text[:200]
    table = [[0] * (len(text) + 1) for _ in range(len(expected) + 1)]
    for i in range(len(expected) - 1, -1, -1):
        for j in range(len(text) - 1, -1, -1):
            same = expected[i] == text[j]
            table[i][j] = table[i + 1][j + 1] + 1 if same else max(table[i + 1][j], table[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(expected) and j < len(text):
        if expected[i] == text[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
