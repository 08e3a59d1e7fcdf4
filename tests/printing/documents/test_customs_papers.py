"""CN 22, CN 23, commercial invoice and return label: nothing leaves its box, nothing is lost, every symbol is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.domain.customs import Battery, Lack
from app.domain.declaration import Addressee, Category, Declaration, DeclaredLine, DeclaredParcel
from app.domain.errors import Refusal
from app.domain.money import DECIMALS
from app.texts import BUYERS_LANGUAGES, say
from printing.documents import cn22, cn23, invoice, return_label
from printing.documents.page import A4, A5, LABEL, LETTER, Page, Paper
from printing.documents.return_label import ReturnLabel
from printing.documents.upu import sheets
from printing.documents.write import to_pdf
from tests.printing.documents.reading import (
    assert_inside,
    assert_margins_white,
    assert_symbols,
    hostile,
    ink,
    plain,
    texts,
    thorough,
)

TODAY = date(2026, 11, 23)
# seven forms of several sheets each
few = settings(thorough, max_examples=5, phases=(Phase.explicit, Phase.generate))
LINE = DeclaredLine("CUP", "Ceramic coffee mug", 2, 640, 450, "6912002310", "CN")
TO = Addressee("Jürgen Müßig", "Musterstraße 7a", "10115", "Berlin", "", "DE", "+49 30 000000")
WHOLE = Declaration(
    order="PB-1-00017", sender="Harbour Trading Co. Ltd\n18 Sample Road\n310000 Hangzhou\nCHINA", sender_country="CN",
    sender_phone="+86 571 000", sender_eori="CN9133X", sender_vat="DE123456789", recipient=TO, recipient_vat="DE987",
    recipient_eori="DE555", ioss="IM2760000001", incoterm="DDP", currency="EUR", freight_minor=490,
    lines=(LINE, DeclaredLine("EAR", "Wireless earbuds", 1, 120, 2490, "851830", "CN", "pi967")),
    parcels=(DeclaredParcel("PB00000012H", "LX000000015CN", 830),), gross_weight_g=830, placed_on=date(2026, 11, 20),
    service="Packet tracked", carrier="Example Post",
)  # fmt: skip

_ADDRESSES = st.builds(
    Addressee, hostile, hostile, hostile, hostile, hostile, st.sampled_from(["DE", "CN", "US", ""]), hostile
)
_LINES = st.lists(
    st.builds(
        DeclaredLine, hostile, hostile, st.integers(1, 10**6), st.integers(0, 10**9), st.integers(0, 10**12),
        st.from_regex(r"[0-9]{6,10}", fullmatch=True), st.sampled_from(["CN", "DE", ""]), st.sampled_from([*Battery]),
    ),
    max_size=5,
).map(tuple)  # fmt: skip
_DECLARATIONS = st.builds(
    Declaration, order=hostile, sender=hostile, recipient=_ADDRESSES, lines=_LINES,
    currency=st.sampled_from(["", *DECIMALS]), gross_weight_g=st.integers(0, 10**8),
    parcels=st.lists(st.builds(DeclaredParcel, hostile, plain | hostile, st.none() | st.integers(0, 10**7)), max_size=4)
    .map(tuple),
    service=hostile, carrier=hostile, sender_phone=hostile, sender_eori=hostile, sender_vat=hostile,
    recipient_vat=hostile, recipient_eori=hostile, ioss=hostile, incoterm=hostile,
    freight_minor=st.none() | st.integers(0, 10**9),
)  # fmt: skip
LayOut = Callable[[Declaration, str, str], list[Page]]


def _cn22(paper: Paper) -> LayOut:
    return lambda said, language, signer: cn22.lay_out(
        said, signed_on=TODAY, signer=signer, language=language, paper=paper
    )


def _cn23(paper: Paper) -> LayOut:
    return lambda said, language, signer: cn23.lay_out(
        said, signed_on=TODAY, signer=signer, invoice=signer, office=signer, explanation=signer, language=language,
        paper=paper,
    )  # fmt: skip


def _invoice(said: Declaration, language: str, signer: str) -> list[Page]:
    return invoice.lay_out(said, number=signer, issued_on=TODAY, signer=signer, place=signer, language=language)


FORMS: dict[str, LayOut] = {
    "cn22": _cn22(cn22.CN22_LABEL), "cn22 label": _cn22(LABEL), "cn23": _cn23(cn23.CN23_A5), "cn23 a4": _cn23(A4),
    "cn23 letter": _cn23(LETTER), "cn23 a5": _cn23(A5), "invoice": _invoice,
}  # fmt: skip


@few
@given(_DECLARATIONS, st.sampled_from(["en", "zh", "de"]), hostile, st.sampled_from([203, 300]))
@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_declared_the_form_is_whole(
    form: str, said: Declaration, language: str, signer: str, dpi: int
) -> None:
    pages = FORMS[form](said, language, signer)
    assert_inside(pages)
    pdf = to_pdf(pages, "a")
    assert_symbols(pages, pdf, dpi)
    assert_margins_white(pages, pdf, dpi)


@thorough
@given(
    st.builds(
        ReturnLabel, order=plain | hostile, to=hostile.filter(str.strip), sender=_ADDRESSES, number=plain | hostile,
        tracking=st.sampled_from(["", "LX000000015CN"]), service=hostile, abroad=st.booleans(),
    ),
    st.sampled_from([*BUYERS_LANGUAGES, "xx"]), st.sampled_from([A4, LETTER, LABEL, A5]), st.sampled_from([203, 300]),
)  # fmt: skip
def test_whatever_goes_back_the_return_label_is_whole(
    label: ReturnLabel, language: str, paper: Paper, dpi: int
) -> None:
    pages = return_label.lay_out(label, language, paper)
    assert len(pages) == 1
    assert_inside_but_the_cut(pages)
    assert_symbols(pages, to_pdf(pages, "a"), dpi)


def assert_inside_but_the_cut(pages: list[Page]) -> None:
    """The line to cut along runs over the whole sheet."""
    for page in pages:
        kept = [item for item in page.placed if getattr(item, "height", None) != return_label._THIN
                or getattr(item, "width", 99.0) > return_label._DASH]  # fmt: skip
        assert_inside([Page(page.paper, kept)])


@pytest.mark.parametrize("form", FORMS)
def test_no_line_is_lost(form: str) -> None:
    lines = tuple(
        replace(LINE, description=f"K{number:03d}K with a handle that is long", unit_value_minor=100_001 + number)
        for number in range(60)
    )
    pages = FORMS[form](replace(WHOLE, lines=lines), "en", "")
    told = "".join(texts(to_pdf(pages, "a")))
    assert all(told.count(f"K{number:03d}K") == 1 for number in range(60))
    assert all(told.count(f"{2 * (100_001 + number) / 100:.2f}") == 1 for number in range(60))


@pytest.mark.parametrize("form", FORMS)
def test_the_longest_description_is_not_cut(form: str) -> None:
    said = replace(WHOLE, lines=(replace(LINE, description=" ".join(f"w{n:03d}" for n in range(40))),))
    told = "".join(texts(to_pdf(FORMS[form](said, "en", ""), "a")))
    assert all(f"w{n:03d}" in told for n in range(40))


@pytest.mark.parametrize("form", FORMS)
def test_a_form_says_all_that_customs_ask_for(form: str) -> None:
    told = "".join(texts(to_pdf(FORMS[form](WHOLE, "en", ""), "a")))
    code = "6912.00.23.10" if form == "invoice" else "6912002310"
    wanted = ["Ceramiccoffeemug", code, "0.640", "UN3481PI967", "LX000000015CN", "2026-11-23", "0.830", "33.90"]
    if "cn22" not in form:
        wanted += ["EUR4.90", "IM2760000001", "DDP", "CN9133X", "DE987", "DE555", "Musterstraße7a", "GERMANY"]
    if form == "invoice":
        wanted += ["38.80", "4.50", "2026-11-20", "DE123456789", "PB00000012H"]
    assert [each for each in wanted if each not in told] == []


@pytest.mark.parametrize("form", ["cn22", "cn23"])
def test_each_field_has_the_number_of_the_form(form: str) -> None:
    fields = {"cn22": range(1, 9), "cn23": range(1, 16)}[form]
    for language, other in (("en", "Valeur totale"), ("zh", "总价值"), ("fr", "Valeur totale")):
        told = "".join(texts(to_pdf(FORMS[form](WHOLE, language, "x"), "a")))
        assert [number for number in fields if f"({number})" not in told] == []
        assert "Totalvalue" in told
        assert other.replace(" ", "") in told


def test_the_category_that_holds_is_ticked() -> None:
    pages = {
        tuple(map(ink, cn22.lay_out(WHOLE, signed_on=TODAY, category=category)[0].placed)) for category in Category
    }
    assert len(pages) == len(Category)


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
@pytest.mark.parametrize("form", FORMS)
def test_amounts_have_the_decimals_of_their_currency(form: str, currency: str) -> None:
    told = "".join(texts(to_pdf(FORMS[form](replace(WHOLE, currency=currency), "en", ""), "a")))
    assert {"JPY": "3390", "KWD": "3.390"}[currency] in told


@pytest.mark.parametrize("form", FORMS)
def test_a_declaration_with_gaps_is_refused(form: str) -> None:
    said = replace(WHOLE, missing=(Lack("CUP", "hs_code"), Lack("POT", "hs_code"), Lack("POT", "origin")))
    with pytest.raises(Refusal) as caught:
        FORMS[form](said, "en", "")
    assert caught.value.code == "customs_incomplete"
    assert caught.value.facts == {"order": "PB-1-00017", "fields": "hs_code, origin", "skus": "CUP, POT"}


def test_papers_name_no_buyer_in_their_title() -> None:
    for pdf in (
        cn22.cn22(WHOLE, signed_on=TODAY), cn23.cn23(WHOLE, signed_on=TODAY),
        invoice.commercial_invoice(WHOLE, number="INV-7", issued_on=TODAY),
        return_label.return_label(ReturnLabel.of(WHOLE)),
    ):  # fmt: skip
        head = pdf[: pdf.index(b"stream")] + pdf[pdf.rindex(b"endstream") :]
        assert pdf.startswith(b"%PDF")
        assert b"rgen" not in head


def test_a_return_label_leads_back_to_the_warehouse() -> None:
    label = ReturnLabel.of(WHOLE, number="RMA-7")
    told = "".join(texts(return_label.return_label(label, "de-AT")))
    assert "Rücksendung" in told
    assert say("return_customs", language="de").replace(" ", "") in told
    assert "RMA-7" in told
    assert "Hangzhou" in told
    at_home = return_label.return_label(replace(label, abroad=False), "de")
    assert "Zollinhaltserklärung" not in "".join(texts(at_home))
    with pytest.raises(Refusal) as caught:
        return_label.return_label(replace(label, to=" \n"))
    assert caught.value.code == "customs_no_return_address"


def test_sheets_hold_each_row_once() -> None:
    assert sheets([], 10) == [(0, 0)]
    assert sheets([4, 4, 4], 8) == [(0, 2), (2, 3)]
    assert sheets([99, 1], 8) == [(0, 1), (1, 2)]
