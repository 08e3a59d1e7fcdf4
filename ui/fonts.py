"""The window's fonts: the shipped ones alone, so that a screen is the same on every machine.

Inter draws Latin, Greek and Cyrillic, Noto Sans SC the Chinese of GB 2312; the fonts of printed labels draw all else.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import resources

from PySide6.QtCore import QLoggingCategory
from PySide6.QtGui import QFont, QFontDatabase

# family and the files it is in, in the order in which they are asked for a character; the scripts that only labels
# and buyers' names bring are in bold alone; emoji come last, since their font also has digits
_SHIPPED = (
    ("Inter", ("ofl-1.1/Inter-Regular.ttf", "ofl-1.1/Inter-Bold.ttf")),
    ("Noto Sans SC", ("ofl-1.1/NotoSansSC-Regular.ttf", "ofl-1.1/NotoSansSC-Bold.ttf")),
    ("Noto Sans Arabic", ("ofl-1.1/NotoSansArabic-Bold.ttf",)),
    ("Noto Sans Hebrew", ("ofl-1.1/NotoSansHebrew-Bold.ttf",)),
    ("Noto Sans Thai", ("ofl-1.1/NotoSansThai-Bold.ttf",)),
    ("Noto Sans Devanagari", ("ofl-1.1/NotoSansDevanagari-Bold.ttf",)),
    ("Noto Sans Armenian", ("ofl-1.1/NotoSansArmenian-Bold.ttf",)),
    ("Noto Sans Georgian", ("ofl-1.1/NotoSansGeorgian-Bold.ttf",)),
    ("Noto Sans Bengali", ("ofl-1.1/NotoSansBengali-Bold.ttf",)),
    ("Noto Sans Tamil", ("ofl-1.1/NotoSansTamil-Bold.ttf",)),
    ("Noto Sans Lao", ("ofl-1.1/NotoSansLao-Bold.ttf",)),
    ("Noto Sans Khmer", ("ofl-1.1/NotoSansKhmer-Bold.ttf",)),
    ("Droid Sans Fallback", ("apache-2.0/DroidSansFallbackFull.ttf",)),
    ("Droid Sans Fallback Hangul", ("apache-2.0/DroidSansFallback-Hangul.ttf",)),
    ("Noto Sans Symbols2", ("ofl-1.1/NotoSansSymbols2-Regular.ttf",)),
    ("Noto Emoji", ("ofl-1.1/NotoEmoji-Bold.ttf",)),
)
_MONO = ("JetBrains Mono", ("ofl-1.1/JetBrainsMono-Regular.ttf", "ofl-1.1/JetBrainsMono-Bold.ttf"))
UI_FAMILIES = tuple(family for family, _ in _SHIPPED)
MONO_FAMILIES = (_MONO[0], *UI_FAMILIES)

_known: dict[str, int] = {}  # file -> its number in Qt's database, which is the process's as well
_files = ExitStack()


def load_fonts() -> None:
    """Make the shipped fonts known to Qt; a second call does nothing. ValueError names a file that Qt does not read.

    Files, not bytes: Qt then reads of a font what it draws, which takes a fifth of the time and 15 MB less.
    """
    # Qt tells of each font that lacks a script before it takes the next one that has it
    QLoggingCategory.setFilterRules("qt.text.font.db.info=false")
    folder = resources.files("resources").joinpath("fonts")
    for file in (file for _, files in (*_SHIPPED, _MONO) for file in files):
        # an application that was closed and opened again (as tests do) has forgotten them
        if file in _known and QFontDatabase.applicationFontFamilies(_known[file]):
            continue
        path = _files.enter_context(resources.as_file(folder.joinpath(file)))  # a copy only if the package is zipped
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            raise ValueError(f"Qt does not read the font {file}")
        _known[file] = number


def ui_font(px: int, bold: bool = False) -> QFont:
    """Words and numbers, `px` pixels high, with digits of equal width; what stands there is drawn and nothing else."""
    font = _font(UI_FAMILIES, px, bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setFeature(QFont.Tag("calt"), 0)  # Inter makes 8x5 a multiplication
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
