from importlib import resources
from importlib.resources.abc import Traversable

import pytest
import uharfbuzz

from printing import fonts
from printing.bidi import is_right_to_left, visual_runs
from printing.fonts import draw, is_native, native_width, shape, unprintable


def _licences() -> list[Traversable]:
    return [folder for folder in resources.files("resources").joinpath("fonts").iterdir() if folder.is_dir()]


def _shipped() -> list[tuple[str, bytes, set[str]]]:
    found = []
    for licence in _licences():
        names = {file.name for file in licence.iterdir()}
        found += [(f.name, f.read_bytes(), names) for f in licence.iterdir() if not f.name.endswith(".txt")]
    return found


def test_every_shipped_font_has_truetype_outlines_and_its_licence_beside_it() -> None:
    shipped = _shipped()
    assert sum(len(content) for _, content, _ in shipped) < 15_000_000
    for name, content, neighbours in shipped:
        assert content[:4] == b"\x00\x01\x00\x00", name
        tables = {content[12 + 16 * i : 16 + 16 * i] for i in range(int.from_bytes(content[4:6], "big"))}
        assert b"glyf" in tables, name
        assert "LICENSE.txt" in neighbours


def test_no_two_fonts_have_the_same_name() -> None:
    """reportlab takes the first font of a name for all of them, without a word."""
    wanted = uharfbuzz.OTNameIdPredefined.POSTSCRIPT_NAME
    names = [uharfbuzz.Face(content).get_name(wanted) for _, content, _ in _shipped()]
    assert len(set(names)) == len(names)


def test_the_licence_names_every_font_and_every_font_of_labels_is_shipped() -> None:
    for licence in _licences():
        terms = licence.joinpath("LICENSE.txt").read_text(encoding="utf-8")
        for file in licence.iterdir():
            assert file.name.removesuffix(".ttf").removesuffix(".txt") in terms or file.name == "LICENSE.txt"
    # that none is shipped for nothing is tested with the fonts of the window
    assert {name for name, _, _ in _shipped()} >= {path.rpartition("/")[2] for path in fonts._FILES}


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("Łódź", "RobotoCondensed-Bold"),
        ("Ольга", "RobotoCondensed-Bold"),
        ("Ωμέγα", "RobotoCondensed-Bold"),
        ("محمد", "NotoSansArabic-Bold"),
        ("שלום", "NotoSansHebrew-Bold"),
        ("ไทย", "NotoSansThai-Bold"),
        ("नमस्ते", "NotoSansDevanagari-Bold"),
        ("Հայաստան", "NotoSansArmenian-Bold"),
        ("საქართველო", "NotoSansGeorgian-Bold"),
        ("বাংলা", "NotoSansBengali-Bold"),
        ("தமிழ்", "NotoSansTamil-Bold"),
        ("ລາວ", "NotoSansLao-Bold"),
        ("ខ្មែរ", "NotoSansKhmer-Bold"),
        ("杭州", "DroidSansFallbackFull"),
        ("臺灣", "DroidSansFallbackFull"),
        ("渋谷カナ", "DroidSansFallbackFull"),
        ("한국어", "DroidSansFallback-Hangul"),
        ("★", "NotoSansSymbols2-Regular"),
        ("😀👨‍👩‍👧🇨🇳", "NotoEmoji-Bold"),
    ],
)
def test_every_script_has_its_font_and_leaves_ink(text: str, face: str) -> None:
    assert unprintable(text) == []
    line = shape(text)
    assert {run.face.name for run in line.runs} == {face}
    drawn = draw(line, 40)
    assert drawn is not None
    assert drawn.image.getextrema() == (0, 255)
    assert all(glyph.number for run in line.runs for glyph in run.glyphs), "a glyph 0 is a box"


def test_what_no_font_has_is_named() -> None:
    assert unprintable("a\ue000b\ud800\u0378 ok") == ["U+E000", "U+D800", "U+0378"]
    assert unprintable("O'Brien ^XZ") == []


def test_a_missing_mark_is_named_without_its_base() -> None:
    assert unprintable("王\U00011046") == ["U+11046"]


def test_fallback_is_by_run_and_digits_stay_in_the_font_before_them() -> None:
    runs = [(run.face.name, run.text) for run in shape("王小明 Zone 12").runs]
    assert runs == [("DroidSansFallbackFull", "王小明 "), ("RobotoCondensed-Bold", "Zone 12")]
    assert [run.face.name for run in shape("שלום 12", True).runs] == [
        "RobotoCondensed-Bold",
        "NotoSansHebrew-Bold",
    ]
    assert [run.face.name for run in shape("😀 12").runs] == ["NotoEmoji-Bold", "RobotoCondensed-Bold"]


def test_arabic_letters_are_joined_and_run_from_right_to_left() -> None:
    word = shape("محمد", right_to_left=True)
    alone = {glyph.number for letter in "محمد" for run in shape(letter, True).runs for glyph in run.glyphs}
    assert alone.isdisjoint(glyph.number for run in word.runs for glyph in run.glyphs if glyph.x > 0)
    starts = [glyph.x for run in word.runs for glyph in run.glyphs]
    assert starts == sorted(starts)  # HarfBuzz gives them in visual order
    assert word.runs[0].plain is False


def test_plain_runs_are_those_that_need_no_shaping() -> None:
    assert all(run.plain for run in shape("Łódź 12 杭州").runs)
    assert not any(run.plain for run in shape("ที่อยู่").runs)
    assert not any(run.plain for run in shape("क्ष").runs)


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("abc 12", False, [("abc 12", False)]),
        ("שלום", True, [("שלום", True)]),
        ("15 שלום", True, [(" שלום", True), ("15", False)]),
        ("רח' 12, Berlin", True, [("Berlin", False), (" ,", True), ("12", False), ("רח' ", True)]),
        ("to שלום now", False, [("to ", False), ("שלום", True), (" now", False)]),
        ("محمد 12.5", True, [("12.5", False), ("محمد ", True)]),
        ("", False, []),
    ],
)
def test_order_of_mixed_directions(text: str, base: bool, expected: list[tuple[str, bool]]) -> None:
    runs = visual_runs(text, base)
    # a run may be cut further; what counts is its order on paper
    assert "".join(r[::-1] if rtl else r for r, rtl in runs) == "".join(
        r[::-1] if rtl and r != " ," else r for r, rtl in expected
    )


def test_direction_of_a_line_is_that_of_its_first_letter() -> None:
    assert is_right_to_left("15 شارع A")
    assert not is_right_to_left("A شارع")
    assert not is_right_to_left("12 (3)")


def test_native_text_is_ascii_and_the_letters_of_latin_1() -> None:
    assert is_native("Jürgen Groß ~^_ ÿ")
    assert not any(map(is_native, ("Łódź", "×", "10 €", "\u00a0", "Ольга", "a\n")))


# measured advances of a ZD621's font 0, in cells of 100 dots (bitmap strikes of zplkit)
_FONT_0 = {
    " ": 0.282, "0": 0.469, "9": 0.469, "-": 0.907, "'": 0.282, "%": 0.907, "@": 0.907, "~": 1.0, "<": 1.0,
    "A": 0.563, "D": 0.594, "H": 0.625, "I": 0.282, "M": 0.75, "R": 0.594, "U": 0.625, "W": 0.813,
    "a": 0.469, "i": 0.25, "m": 0.75, "w": 0.657, "l": 0.25, "Å": 0.563, "ü": 0.5,
}  # fmt: skip


@pytest.mark.parametrize(("character", "advance"), _FONT_0.items())
def test_the_bound_on_native_width_is_not_below_what_printers_use(character: str, advance: float) -> None:
    assert native_width(character) >= advance
    assert native_width(character) < advance * 1.35 + 0.02


@pytest.mark.parametrize("text", ["HH", "WAVE", "Jürgen Müller", "0123456789", "fi fl ffi"])
def test_the_bound_on_native_width_holds_for_the_shipped_font(text: str) -> None:
    assert native_width(text) >= shape(text).width
