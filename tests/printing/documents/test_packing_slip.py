"""The packing slip: all lines, the right amounts, nothing of prices in a gift."""

import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.texts import BUYERS_LANGUAGES
from printing.documents.packing_slip import PackingSlip, SlipKit, SlipLine, lay_out, packing_slip
from printing.documents.page import A4, A5, LABEL, LETTER, Paper, PlacedPicture
from printing.documents.write import to_pdf
from tests.printing.documents.reading import (
    assert_apart,
    assert_inside,
    assert_margins_white,
    assert_symbols,
    hostile,
    plain,
    texts,
    thorough,
)

PAPERS = [A4, A5, LETTER, LABEL]
SLIP = PackingSlip(
    "SO-2024-000183", "Ana García\nCalle 12\n28013 Madrid\nSPAIN",
    (SlipLine("MUG", "Mug, blue", 2, 1290), SlipLine("PEN", "", 3, 99)),
    shop="Harbour", sender="Harbour Co.\nHangzhou", placed_on=date(2026, 11, 21), service="Standard",
    tracking="LX000000015CN", currency="EUR", freight_minor=490, message="Thank you", returns="Within 30 days",
)  # fmt: skip


def _slip(**changes: object) -> PackingSlip:
    return PackingSlip(**({name: getattr(SLIP, name) for name in SLIP.__slots__} | changes))


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(written, "PNG")
    return written.getvalue()


_LINES = st.lists(
    st.builds(
        SlipLine, hostile, hostile, st.integers(1, 99_999), st.none() | st.integers(0, 10**9),
        st.sampled_from([None, _picture(), b"broken"]),
        st.none() | st.builds(SlipKit, st.integers(1, 2), hostile, hostile, st.none() | st.integers(1, 9)),
    ),
    max_size=12,
).map(tuple)  # fmt: skip


@thorough
@given(
    st.builds(
        PackingSlip, plain | hostile, hostile, _LINES, shop=hostile, sender=hostile, service=hostile,
        tracking=hostile, currency=st.sampled_from(["", "EUR", "JPY", "CNY", "XXX", "?"]),
        freight_minor=st.none() | st.integers(0, 10**9), hide_prices=st.booleans(), gift_message=hostile,
        message=hostile, returns=hostile, parcels=st.integers(1, 9),
    ),
    st.sampled_from([*BUYERS_LANGUAGES, "", "zh-Hans", "xx"]), st.sampled_from(PAPERS), st.sampled_from([203, 300]),
)  # fmt: skip
def test_whatever_is_in_it_the_slip_is_whole(slip: PackingSlip, language: str, paper: Paper, dpi: int) -> None:
    pages = lay_out(slip, language, paper)
    assert_inside(pages)
    assert_apart(pages)
    pdf = to_pdf(pages, "a")
    assert_symbols(pages, pdf, dpi)
    assert_margins_white(pages, pdf, dpi)


def test_components_stand_under_their_kit() -> None:
    kit = SlipKit(2, "KIT-CAM", "Camera kit", 2)
    parts = (
        SlipLine("BODY", "Body", 2, 30_000, _picture(), kit), SlipLine("CAP", "Cap", 4, 333, None, kit),
        SlipLine("CAP", "Cap", 2, 334, None, kit),
    )  # fmt: skip
    told = "\n".join(texts(packing_slip(_slip(lines=(SLIP.lines[0], *parts, SLIP.lines[1])), "en")))
    places = [told.index(word) for word in ("MUG", "KIT-CAM", "BODY", "CAP", "PEN")]
    assert places == sorted(places)
    # the kit has the price, which its components make up; pieces of one SKU are one row
    assert "€310.00" in told
    assert "€620.00" in told
    assert "€300.00" not in told
    assert told.count("CAP") == 1
    assert "Pieces13" in told
    # of a kit that is not whole it is not said how many there are
    broken = replace(kit, quantity=None)
    told = "\n".join(texts(packing_slip(_slip(lines=(replace(parts[0], kit=broken),)), "en")))
    assert "€600.00" in told
    assert "€300.00" not in told


@pytest.mark.parametrize(("count", "paper"), [(0, A4), (1, A5), (60, LETTER), (500, A4), (90, LABEL)])
def test_no_line_is_lost(count: int, paper: Paper) -> None:
    lines = tuple(SlipLine(f"K{at:04d}K", "A mug with a name " * (at % 9), at + 1, 100) for at in range(count))
    told = "".join(texts(packing_slip(_slip(lines=lines), "en", paper)))
    assert all(told.count(line.sku) == 1 for line in lines)
    assert f"Pieces{count * (count + 1) // 2:,}" in told


def test_amounts_are_in_the_currency_and_the_language() -> None:
    (english,) = texts(packing_slip(SLIP, "en"))
    assert "€12.90€25.80" in english
    assert "Subtotal€28.77" in english.replace("Shipping", "") or "€28.77" in english
    assert "€4.90" in english
    assert "€33.67" in english
    (yen,) = texts(packing_slip(_slip(currency="JPY"), "zh"))
    assert "2,580" in yen
    assert "12.90" not in yen
    assert "合计" in yen
    assert "2026年11月21日" in yen


def test_a_gift_shows_no_price_and_its_message() -> None:
    gift = _slip(hide_prices=True, gift_message="Happy birthday")
    (told,) = texts(packing_slip(gift, "en"))
    assert "€" not in told
    for hidden in ("12.90", "25.80", "33.67", "4.90", "Price", "Total"):
        assert hidden not in told
    assert "Happybirthday" in told
    assert "Mug,blue" in told


def test_prices_are_left_out_where_one_is_not_known() -> None:
    lines = (*SLIP.lines, SlipLine("CAP", "Cap", 1))
    (told,) = texts(packing_slip(_slip(lines=lines), "en"))
    assert "€" not in told
    assert "Pieces6" in told


def test_the_order_is_scanned_from_the_slip() -> None:
    assert [symbol.data for symbol in lay_out(SLIP, "en")[0].symbols] == ["SO-2024-000183"]
    assert [symbol.data for symbol in lay_out(_slip(code="OR00000042X"), "en")[0].symbols] == ["OR00000042X"]
    assert lay_out(_slip(order="订单"), "en")[0].symbols == []


def test_pictures_stand_beside_their_lines_and_only_where_there_are_any() -> None:
    lines = (SlipLine("MUG", "Mug", 1, 1, _picture()), SlipLine("PEN", "Pen", 1, 1))
    (page,) = lay_out(_slip(lines=lines), "en")
    assert sum(isinstance(item, PlacedPicture) for item in page.placed) == 1
    (bare,) = lay_out(SLIP, "en")
    assert len(bare.placed) < len(page.placed)


@pytest.mark.parametrize(
    ("language", "title"),
    [("zh", "装箱单"), ("de-AT", "Lieferschein"), ("xx", "Packingslip"), ("", "Packingslip")],
)
def test_a_slip_is_in_the_buyers_language_else_in_english(language: str, title: str) -> None:
    (told,) = texts(packing_slip(SLIP, language))
    assert title in told


def test_several_parcels_are_counted() -> None:
    assert "2of3" in texts(packing_slip(_slip(parcel=2, parcels=3), "en"))[0]
    assert "of3" not in texts(packing_slip(SLIP, "en"))[0]


def test_the_title_of_the_file_names_no_buyer() -> None:
    pdf = packing_slip(SLIP, "en")
    assert b"SO-2024-000183" in pdf
    assert b"Garc" not in pdf


def test_equal_slips_give_equal_bytes() -> None:
    assert packing_slip(SLIP, "zh", LABEL) == packing_slip(SLIP, "zh", LABEL)
