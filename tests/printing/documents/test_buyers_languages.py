"""Papers for buyers: every word in every language, whole on every paper, from the right where that is read so."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest
from babel.messages.pofile import read_po

from app.domain.declaration import Addressee
from app.sentences.buyers import SENTENCES
from app.texts import BUYERS_LANGUAGES, placeholders, say, translate
from printing.documents import packing_slip, return_label
from printing.documents.packing_slip import PackingSlip, SlipLine
from printing.documents.page import A4, A5, LABEL, LETTER, Page, Paper, PlacedLine, mirrored
from printing.documents.return_label import ReturnLabel
from printing.documents.typeface import ELLIPSIS, Style, shape
from printing.documents.wording import (
    buyers_language,
    day,
    document_language,
    money,
    number,
    runs_from_right,
    with_code,
)
from printing.documents.write import to_pdf
from printing.label import Align, SymbolKind
from tests.printing.documents.reading import assert_apart, assert_inside, assert_symbols, ink, texts

OTHERS = [language for language in BUYERS_LANGUAGES if language not in ("en", "zh")]
PAPERS = [A4, A5, LETTER, LABEL]
SLIP = PackingSlip(
    "8140-2217", "Ana García\nCalle 12\n28013 Madrid\nSPAIN",
    (SlipLine("MUG", "Mug, blue", 2, 1290), SlipLine("PEN", "", 3, 99)),
    shop="Harbour", sender="Harbour Co.\nHangzhou", placed_on=date(2026, 11, 21), service="Express",
    tracking="LX000000015CN", currency="EUR", freight_minor=490, gift_message="1", returns="2", parcel=2, parcels=3,
)  # fmt: skip
RETURN = ReturnLabel(
    order="8140-2217", to="Harbour\nHangzhou", sender=Addressee("Ana García", "Calle 12", "28013", "Madrid", "", "ES"),
    number="2217-09", abroad=True,
)  # fmt: skip
# words that are the same in English
SAME = {"Service", "Total", "Subtotal", "Page {page} of {pages}", "Order", "Return", "Returns", "Item"}
SCRIPTS = {
    "el": "GREEK", "ru": "CYRILLIC", "uk": "CYRILLIC", "ar": "ARABIC", "he": "HEBREW", "th": "THAI", "ko": "HANGUL",
}  # fmt: skip


def lines_on(pages: list[Page]) -> list[tuple[str, str]]:
    """What each line on the pages says, from the left and from the right."""
    found = []
    for page in pages:
        for item in page.placed:
            if isinstance(item, PlacedLine):
                glyphs = [glyph.text for run in item.line.runs for glyph in run.glyphs]
                found.append(("".join(glyphs), "".join(reversed(glyphs))))
    return found


def place_of(pages: list[Page], text: str) -> PlacedLine:
    """The line that says this, on the first page."""
    for item in pages[0].placed:
        if isinstance(item, PlacedLine):
            glyphs = [glyph.text for run in item.line.runs for glyph in run.glyphs]
            if text in ("".join(glyphs), "".join(reversed(glyphs))):
                return item
    raise AssertionError(text)


# the words


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_said_in_every_language_and_nothing_else(language: str) -> None:
    with resources.files("resources").joinpath("i18n", language, "buyers.po").open("rb") as stream:
        known = {str(m.id): str(m.string) for m in read_po(stream, locale=language, abort_invalid=True) if m.id}
    assert set(known) == set(SENTENCES.values())
    assert {english: translate(english, language) for english in known} == known
    for english, told in known.items():
        assert told
        assert placeholders(told) == placeholders(english)
        assert told == told.strip()
        assert len(told) <= 160
        assert "  " not in told
        assert not re.search(r"[!！]", told)
        assert not told.endswith((".", "。")) or len(told) <= 5 or told == "{page}/{pages}. oldal"
        assert told == unicodedata.normalize("NFC", told)


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_in_english(language: str) -> None:
    for english in SENTENCES.values():
        told = translate(english, language)
        words = set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}|CN", "", told)))
        if english in ("{parcel} of {parcels}", "Page {page} of {pages}") and told != english:
            continue
        assert told != english or english in SAME, told
        assert not words & {"the", "your", "number", "slip", "with", "this"}, told
        script = SCRIPTS.get(language)
        if script:
            assert not words, told
            assert any(script in unicodedata.name(character, "") for character in told), told


def test_the_languages_of_buyers_hold_those_of_the_house() -> None:
    assert document_language("de") == "en"
    assert document_language("zh-Hans") == buyers_language("zh_CN") == "zh"
    assert [buyers_language(each) for each in ("de-AT", "PT_br", "iw", "in", "no", "nn-NO", "xx", "", "../zh")] == [
        "de", "pt", "he", "id", "nb", "nb", "en", "en", "en",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "amount", "date_", "count"),
    [
        ("de", "1.234,50\u00a0€", "21.11.2026", "12.345"),
        ("fr", "1\u202f234,50\u00a0€", "21 nov. 2026", "12\u202f345"),
        ("ja", "€1,234.50", "2026/11/21", "12,345"), ("pl", "1\u00a0234,50\u00a0€", "21 lis 2026", "12\u00a0345"),
        ("pt", "€\u00a01.234,50", "21 de nov. de 2026", "12.345"), ("th", "€1,234.50", "21 พ.ย. 2026", "12,345"),
        ("en", "€1,234.50", "Nov 21, 2026", "12,345"), ("zh", "€1,234.50", "2026年11月21日", "12,345"),
    ],
)  # fmt: skip
def test_amounts_dates_and_counts_are_written_as_the_buyer_does(
    language: str, amount: str, date_: str, count: str
) -> None:
    assert money(123450, "EUR", language) == amount
    assert day(date(2026, 11, 21), language) == date_
    assert number(12345, language) == count


def test_an_arabic_date_cannot_be_read_from_the_wrong_side() -> None:
    assert day(date(2026, 4, 3), "ar") == "3 أبريل 2026"


# the papers


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", BUYERS_LANGUAGES)
def test_a_slip_says_all_its_words_whole(language: str, paper: Paper) -> None:
    pages = packing_slip.lay_out(SLIP, language, paper)
    assert_inside(pages)
    assert_apart(pages)
    told = lines_on(pages)
    assert not any(sign in line for line, _ in told for sign in (ELLIPSIS, "□"))
    kept = "return_", "documents_page", "documents_parcel_of", "documents_order"
    codes = [code for code in SENTENCES if not code.startswith(kept)]
    if paper is LABEL:
        codes.remove("documents_price")
    for code in codes:
        for word in say(code, language=language).split():
            assert any(word in line for lines in told for line in lines), (code, word)
    counted = say("documents_parcel_of", {"parcel": 2, "parcels": 3}, language)
    assert sorted("".join(counted.split())) in [sorted("".join(line.split())) for line, _ in told]
    drawn = Counter("".join(line for line, _ in told))
    read = Counter("".join(texts(to_pdf(pages, "a"))))
    assert read == Counter({sign: times for sign, times in drawn.items() if not sign.isspace()})


@pytest.mark.parametrize("language", BUYERS_LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 60])
def test_no_line_is_lost_in_any_language(language: str, count: int) -> None:
    names = ("Mug", "Schreibtischlampe mit Wärmeregler", "شال صوف أزرق", "无线耳机", "ซองใส่โทรศัพท์", "W" * 60)
    lines = tuple(SlipLine(f"K{at:02d}K", names[at % 6], at + 1, 100 * at) for at in range(count))
    pages = packing_slip.lay_out(replace(SLIP, lines=lines), language, A5)
    assert_inside(pages)
    assert_apart(pages)
    told = Counter(line for line, _ in lines_on(pages))
    assert all(told[line.sku] == 1 for line in lines)
    assert all(page.placed for page in pages)


@pytest.mark.parametrize("paper", [A4, LABEL])
@pytest.mark.parametrize("language", BUYERS_LANGUAGES)
def test_a_return_label_says_all_its_words_whole(language: str, paper: Paper) -> None:
    pages = return_label.lay_out(RETURN, language, paper)
    assert_inside(pages, 0)
    told = lines_on(pages)
    assert not any(sign in line for line, _ in told for sign in (ELLIPSIS, "□"))
    steps = ("return_title", "return_cut", "return_step", "return_customs") if paper is LABEL else ()
    for code in SENTENCES:
        if code.startswith("return_") and not code.startswith(("return_title", *steps)):
            for word in re.findall(r"\w+", say(code, language=language)):
                assert any(word in line for lines in told for line in lines), (code, word)
    assert sum("8140-2217" in line for line, _ in told) == (1 if paper is LABEL else 2)


# from the right


@pytest.mark.parametrize("language", ["ar", "he"])
@pytest.mark.parametrize("paper", [A4, A5, LABEL])
def test_what_is_read_from_the_right_begins_there(language: str, paper: Paper) -> None:
    pages = packing_slip.lay_out(replace(SLIP, gift_message=""), language, paper)
    right, left = paper.width_mm - paper.margin_mm, paper.margin_mm
    item, quantity, amount = (
        place_of(pages, say(code, language=language))
        for code in ("documents_item", "documents_quantity", "documents_amount")
    )
    assert ink(item)[2] == pytest.approx(right, abs=0.2)
    assert item.x > quantity.x > amount.x
    assert ink(place_of(pages, "Ana García"))[2] == pytest.approx(right, abs=0.2)
    order = place_of(pages, "8140-2217")
    assert order.x == pytest.approx(left, abs=0.2)
    # amounts end below each other, as their heads do
    ends = [ink(place_of(pages, text))[2] for text in ("25.80 €", "2.97 €", "28.77 €", "4.90 €", "33.67 €")]
    assert max(ends) - min(ends) < 0.3
    assert ink(amount)[2] == pytest.approx(ends[0], abs=0.3)
    assert_symbols(pages, to_pdf(pages, "a"), 203)
    gift = packing_slip.lay_out(replace(SLIP, hide_prices=True), language, paper)
    assert ink(place_of(gift, "5"))[2] == pytest.approx(ink(place_of(gift, "3"))[2], abs=0.3)


@pytest.mark.parametrize("language", ["en", "ar", "he"])
def test_a_code_beside_its_name_keeps_its_order(language: str) -> None:
    told = with_code(say("documents_order", language=language), "8140-2217")
    line = shape(told, Style(9))
    assert "8140-2217" in "".join(glyph.text for run in line.runs for glyph in run.glyphs)


def test_only_arabic_and_hebrew_run_from_the_right() -> None:
    assert {language for language in BUYERS_LANGUAGES if runs_from_right(language)} == {"ar", "he"}
    english, arabic = (packing_slip.lay_out(SLIP, language)[0] for language in ("en", "ar"))
    assert english.symbols[0].x > 100
    assert arabic.symbols[0].x < 100


@pytest.mark.parametrize("paper", PAPERS)
def test_a_mirrored_page_has_everything_where_its_other_side_was(paper: Paper) -> None:
    page = Page(paper)
    page.text(paper.margin_mm, 30, 40, "่กW", Style(9), align=Align.RIGHT)  # its mark hangs out at the left
    page.frame(20, 40, 30, 10)
    page.symbol(paper.margin_mm, 60, 60, 12, SymbolKind.CODE128, "8140-2217", "a", Align.LEFT)
    other = mirrored(page)
    assert len(other.placed) == len(page.placed)
    for before, after in zip(page.placed, other.placed, strict=True):
        left, top, right, bottom = ink(before)
        assert ink(after) == pytest.approx((paper.width_mm - right, top, paper.width_mm - left, bottom), abs=0.13)
    assert_inside([other])
    assert_symbols([other], to_pdf([other], "a"), 203)


# the type


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("Arabic", "محمد"), ("Hebrew", "שלום"), ("Thai", "สมชาย"), ("Devanagari", "नमस्ते"), ("Armenian", "Հայերեն"),
        ("Georgian", "ქართული"), ("Bengali", "বাংলা"), ("Tamil", "தமிழ்"), ("Lao", "ລາວ"), ("Khmer", "ភាសាខ្មែរ"),
    ],
)  # fmt: skip
def test_each_script_has_the_weight_of_the_latin_beside_it(script: str, text: str) -> None:
    for bold in (False, True):
        (run,) = shape(text, Style(9, bold)).runs
        assert run.face.name == f"NotoSans{script}-{'Bold' if bold else 'Regular'}"
