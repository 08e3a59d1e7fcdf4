"""What the window writes is drawn by the shipped fonts, whatever the machine has."""

from __future__ import annotations

import unicodedata
from importlib import resources

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics, QRawFont, QTextLayout
from PySide6.QtWidgets import QApplication

from app.sentences import SENTENCES
from printing import fonts as printed
from printing.documents import typeface
from ui import fonts
from ui.fonts import MONO_FAMILIES, UI_FAMILIES, load_fonts, mono_font, ui_font

# the letters of each script that labels may carry, as blocks of Unicode; what is unassigned, invisible or deprecated
# (U+0149) is left out
SCRIPTS = {
    "Latin": [(0x20, 0x7F), (0xA0, 0x180)],
    "Greek": [(0x384, 0x3D0)],
    "Cyrillic": [(0x400, 0x460)],
    "Arabic": [(0x621, 0x653), (0x660, 0x66A), (0x6A9, 0x6AA), (0x6CC, 0x6CD)],
    "Hebrew": [(0x5D0, 0x5EB)],
    "Devanagari": [(0x905, 0x940)],
    "Thai": [(0xE01, 0xE3B), (0xE3F, 0xE5C)],
    "Chinese": [(0x4E00, 0x9FA6)],
    "Kana": [(0x3041, 0x3095), (0x30A1, 0x30F7), (0x30FB, 0x30FD)],
    "Hangul": [(0xAC00, 0xD7A4)],
    "Armenian": [(0x531, 0x557), (0x561, 0x588)],
    "Georgian": [(0x10D0, 0x10FB)],
    "Bengali": [(0x985, 0x9BA)],
    "Tamil": [(0xB85, 0xBBA)],
    "Khmer": [(0x1780, 0x17B4)],
    # without the letters of Pali
    "Lao": [(0xE81, 0xE83), (0xE84, 0xE85), (0xE87, 0xE89), (0xE8A, 0xE8B), (0xE8D, 0xE8E), (0xE94, 0xE98),
            (0xE99, 0xEA0), (0xEA1, 0xEA4), (0xEA5, 0xEA6), (0xEA7, 0xEA8), (0xEAA, 0xEAC), (0xEAD, 0xEAF)],
    "emoji": [(0x1F300, 0x1F321), (0x1F600, 0x1F645)],
}
HELLO = {
    "Latin": "Łódź", "Greek": "Ωμέγα", "Cyrillic": "Ольга", "Arabic": "محمد", "Hebrew": "שלום",
    "Devanagari": "नमस्ते", "Thai": "ไทย", "Chinese": "杭州", "Kana": "渋谷カナ", "Hangul": "한국어",
    "Armenian": "Հայաստան", "Georgian": "საქართველო", "Bengali": "বাংলা", "Tamil": "தமிழ்", "Khmer": "ខ្មែរ", "Lao": "ລາວ",
    "emoji": "😀📦",
}  # fmt: skip


@pytest.fixture(autouse=True)
def loaded(qapp: QApplication) -> None:
    load_fonts()


def letters(script: str) -> list[int]:
    points = (point for start, end in SCRIPTS[script] for point in range(start, end))
    return [point for point in points if unicodedata.category(chr(point)) not in ("Cn", "Cf") and point != 0x149]


def families_of_ours() -> set[str]:
    return {family for number in fonts._known.values() for family in QFontDatabase.applicationFontFamilies(number)}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_letter_of_every_script_is_in_a_shipped_font(script: str) -> None:
    wanted = set(letters(script))
    for family in UI_FAMILIES:
        raw = QRawFont.fromFont(QFontDatabase.font(family, "", 12))
        wanted = {point for point in wanted if not raw.supportsCharacter(point)}
    assert wanted == set()


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("font", [ui_font, mono_font])
@pytest.mark.parametrize("bold", [False, True])
def test_a_text_is_drawn_by_our_fonts_without_a_box(script: str, font: type, bold: bool) -> None:
    metrics = QFontMetrics(font(16, bold))
    # first, since Qt does not survive a question for the name of the box that stands for a missing letter
    assert [c for c in HELLO[script] if not metrics.inFontUcs4(ord(c))] == []
    layout = QTextLayout(HELLO[script], font(16, bold))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    assert runs
    for run in runs:
        assert run.rawFont().familyName() in MONO_FAMILIES, run.rawFont().familyName()
        assert 0 not in run.glyphIndexes()  # glyph 0 is .notdef
        assert run.rawFont().familyName() in families_of_ours()


@pytest.mark.parametrize("script", ["Latin", "Greek", "Cyrillic"])
def test_the_alphabets_of_europe_are_inter_s_own(script: str) -> None:
    raw = QRawFont.fromFont(ui_font(16))
    assert raw.familyName() == "Inter"
    assert [hex(point) for point in letters(script) if not raw.supportsCharacter(point)] == []


@pytest.mark.parametrize("bold", [False, True])
def test_the_chinese_of_the_window_is_drawn_by_one_font_in_both_weights(bold: bool) -> None:
    font = ui_font(16, bold)
    font.setFamilies(["Noto Sans SC"])
    raw = QRawFont.fromFont(font)
    assert raw.weight() == (700 if bold else 400)
    simplified = {bytes([high, low]).decode("gb2312") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
                  if not (high == 0xD7 and low > 0xF9)}  # fmt: skip
    assert len(simplified) == 6763
    said = set("".join(
        file.read_text(encoding="utf-8") for file in resources.files("resources").joinpath("i18n", "zh").iterdir()
    ))  # fmt: skip
    wanted = {c for c in simplified | said if ord(c) > 0x2000} - _from_inter(said)
    assert {c for c in wanted if not raw.supportsCharacter(ord(c))} == set()


def _from_inter(characters: set[str]) -> set[str]:
    """Signs that Inter, which is asked first, has as well."""
    raw = QRawFont.fromFont(ui_font(16))
    return {c for c in characters if raw.supportsCharacter(ord(c))}


def test_the_english_of_the_window_is_drawn_by_inter() -> None:
    said = set("".join(SENTENCES.values()))
    assert said - _from_inter(said) <= set("中文")  # the name of the other language


@pytest.mark.parametrize("font", [ui_font, mono_font])
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [14, 16, 20, 33, 48, 72, 120, 160])
def test_all_digits_are_equally_wide(font: type, bold: bool, size: int) -> None:
    used = font(size, bold)
    assert used.pixelSize() == size
    assert QFontInfo(used).pixelSize() == size
    metrics = QFontMetrics(used)
    assert len({metrics.horizontalAdvance(digit * 8) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("bold", [False, True])
def test_only_digits_are_made_equally_wide(bold: bool) -> None:
    """A hyphen as wide as a digit tears a code apart."""
    tabular, usual = ui_font(33, bold), ui_font(33, bold)
    usual.unsetFeature(QFont.Tag("tnum"))
    for sign in "-.:, ()":
        assert QFontMetrics(tabular).horizontalAdvance(sign) == QFontMetrics(usual).horizontalAdvance(sign), sign


@pytest.mark.parametrize("text", ["8x5", "SKU-8x50", "->", "2x2"])
def test_what_stands_there_is_drawn(text: str) -> None:
    """A code is read as it is, not as a multiplication or an arrow."""
    used = ui_font(33)
    assert glyphs(text, used) == [glyph for sign in text for glyph in glyphs(sign, used)]


def glyphs(text: str, font: QFont) -> list[int]:
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]


def test_a_code_s_signs_are_told_apart_and_never_joined() -> None:
    used = mono_font(33)
    metrics = QFontMetrics(used)
    assert len({metrics.horizontalAdvance(sign) for sign in "0O1lI-> "}) == 1
    raw = QRawFont.fromFont(used)
    shapes = [raw.pathForGlyph(raw.glyphIndexesForString(sign)[0]) for sign in "0O1lI"]
    assert all(one != other for place, one in enumerate(shapes) for other in shapes[place + 1 :])
    joined = QTextLayout("->!==", used)
    joined.beginLayout()
    joined.createLine()
    joined.endLayout()
    (run,) = joined.glyphRuns()
    assert run.glyphIndexes() == [raw.glyphIndexesForString(sign)[0] for sign in "->!=="]


def test_bold_is_a_font_and_not_a_smear() -> None:
    for font in (ui_font, mono_font):
        for bold in (False, True):
            assert QRawFont.fromFont(font(16, bold)).weight() == (700 if bold else 400)


def test_fonts_are_loaded_once() -> None:
    before = dict(fonts._known)
    assert len(before) == len(set(before.values()))
    load_fonts()
    assert fonts._known == before


def test_every_shipped_font_is_drawn_with_on_paper_or_on_the_screen() -> None:
    folder = resources.files("resources").joinpath("fonts")
    shipped = {
        f"{licence.name}/{file.name}"
        for licence in folder.iterdir() if licence.is_dir()
        for file in licence.iterdir() if file.name != "LICENSE.txt"
    }  # fmt: skip
    assert shipped == set(printed._FILES) | set(fonts._known) | typeface.FILES
    about = folder.joinpath("README.md").read_text(encoding="utf-8")
    assert [name for name in shipped if name.rpartition("/")[2] not in about] == []
    families = set(UI_FAMILIES) | set(MONO_FAMILIES)
    assert families == families_of_ours()
