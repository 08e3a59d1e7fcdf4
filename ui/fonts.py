"""The window's fonts: the shipped ones alone, so that a screen is the same on every machine.

Inter draws Latin, Greek and Cyrillic, Noto Sans SC the Chinese of GB 2312; the fonts of printed labels draw all else.
"""

from __future__ import annotations

from importlib import resources

from PySide6.QtGui import QFont, QFontDatabase

_FIRST = (
    "ofl-1.1/Inter-Regular.ttf",
    "ofl-1.1/Inter-Bold.ttf",
    "ofl-1.1/JetBrainsMono-Regular.ttf",
    "ofl-1.1/JetBrainsMono-Bold.ttf",
    "ofl-1.1/NotoSansSC-Regular.ttf",
    "ofl-1.1/NotoSansSC-Bold.ttf",
)
# in the order in which they are asked for a character; emoji come last, since their font also has digits
_MORE = (
    "ofl-1.1/NotoSansArabic-Bold.ttf",
    "ofl-1.1/NotoSansHebrew-Bold.ttf",
    "ofl-1.1/NotoSansThai-Bold.ttf",
    "ofl-1.1/NotoSansDevanagari-Bold.ttf",
    "ofl-1.1/NotoSansArmenian-Bold.ttf",
    "ofl-1.1/NotoSansGeorgian-Bold.ttf",
    "ofl-1.1/NotoSansBengali-Bold.ttf",
    "ofl-1.1/NotoSansTamil-Bold.ttf",
    "ofl-1.1/NotoSansLao-Bold.ttf",
    "ofl-1.1/NotoSansKhmer-Bold.ttf",
    "apache-2.0/DroidSansFallbackFull.ttf",
    "apache-2.0/DroidSansFallback-Hangul.ttf",
    "ofl-1.1/NotoSansSymbols2-Regular.ttf",
    "ofl-1.1/NotoEmoji-Bold.ttf",
)
_OTHER_SCRIPTS = (
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Thai",
    "Noto Sans Devanagari",
    "Noto Sans Armenian",
    "Noto Sans Georgian",
    "Noto Sans Bengali",
    "Noto Sans Tamil",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Droid Sans Fallback",
    "Droid Sans Fallback Hangul",
    "Noto Sans Symbols2",
    "Noto Emoji",
)
UI_FAMILIES = ("Inter", "Noto Sans SC", *_OTHER_SCRIPTS)
MONO_FAMILIES = ("JetBrains Mono", *UI_FAMILIES)

_known: dict[str, int] = {}  # file -> its number in Qt's database, which is the process's as well


def load_fonts() -> None:
    """Make the fonts of the first screen known to Qt; a second call does nothing."""
    _load(_FIRST)


def load_more_fonts() -> None:
    """Make the fonts of the other scripts known; what is already on the screen is drawn again with them."""
    _load(_MORE)


def _load(files: tuple[str, ...]) -> None:
    folder = resources.files("resources").joinpath("fonts")
    for file in files:
        # an application that was closed and opened again (as tests do) has forgotten them
        if file in _known and QFontDatabase.applicationFontFamilies(_known[file]):
            continue
        number = QFontDatabase.addApplicationFontFromData(folder.joinpath(file).read_bytes())
        if number < 0:
            raise ValueError(f"Qt does not read the font {file}")
        _known[file] = number


def ui_font(px: int, bold: bool = False) -> QFont:
    """Words and numbers, `px` pixels high, with digits of equal width."""
    font = _font(UI_FAMILIES, px, bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono_font(px: int, bold: bool = False) -> QFont:
    """Codes, `px` pixels high; neighbouring signs are never joined into one."""
    font = _font(MONO_FAMILIES, px, bold)
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def _font(families: tuple[str, ...], px: int, bold: bool) -> QFont:
    font = QFont(list(families))
    font.setPixelSize(px)
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    return font
