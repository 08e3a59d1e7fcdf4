"""The one search: whole codes first, then beginnings; for a person who types names and parts of numbers too."""

from __future__ import annotations

import pytest

from app.domain.barcode import make_label_code
from app.queries.search import Hit, search
from db.orders import Order, Sku, SkuBarcode
from db.parcels import Label
from db.store import Tx
from tests.app.queries.walks import plans
from tests.factories import Hands, House


def find(house: House, text: str, limit: int = 20, typed: bool = True) -> list[tuple[str, str, int | None]]:
    return [(hit.kind, hit.title, hit.order_id) for hit in house.store.read(search, text, limit, typed=typed)]


@pytest.fixture
def labelled(house: House, hands: Hands) -> int:
    """An order on the table whose label is queued at BENCH-1."""
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    return order


def test_an_order_is_found_by_its_number(house: House) -> None:
    house.stock("TEA", 9)
    order = house.order("TEA", source_id="AE-8140-2217")
    house.order("TEA", source_id="AE-8140-22170")
    assert house.store.read(search, " AE-8140-2217 ") == [Hit("order", order, order, "AE-8140-2217", "ready")]
    assert find(house, "ae-8140-2217") == [("order", "AE-8140-2217", order)]
    assert find(house, "") == find(house, "  ") == find(house, "nothing at all") == []


def test_the_same_number_in_two_shops_finds_both_the_newest_first(house: House) -> None:
    house.stock("TEA", 9)
    orders = [house.order("TEA", source_id="7", shop=shop) for shop in ("one", "two")]
    assert [hit[2] for hit in find(house, "7")] == orders[::-1]


def test_a_parcel_is_found_by_all_that_stands_on_its_label(house: House, hands: Hands, labelled: int) -> None:
    parcel = hands.parcel
    wanted = [("parcel", "LX000000014CN", labelled)]
    assert parcel.tracking == "LX000000014CN"
    for text in (
        "LX000000014CN", "lx 000 000 014 cn", parcel.code, parcel.code.lower(), hands.square, hands.square.lower(),
        make_label_code(parcel.code, 9),
    ):  # fmt: skip
        assert find(house, text) == wanted, text
    (hit,) = house.store.read(search, "LX000000014CN")
    assert (hit.id, hit.state) == (parcel.parcel_id, "labelling")
    assert find(house, "LX0000") == wanted


def test_a_parcel_without_a_label_is_called_by_its_code(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    assert find(house, hands.parcel.code) == [("parcel", hands.parcel.code, order)]


def test_a_parcel_with_two_labels_is_found_once(house: House, hands: Hands, labelled: int) -> None:
    def second(tx: Tx) -> None:
        tx.session.add(
            Label(
                parcel_id=hands.parcel.parcel_id, tracking="LX2", service="", template="", fields="{}",
                created_at=tx.at,
            )
        )

    house.write(second)
    assert find(house, hands.parcel.code) == [("parcel", "LX000000014CN", labelled)]
    assert find(house, "LX2") == [("parcel", "LX2", labelled)]


def test_a_tote_brings_its_orders_along(house: House, hands: Hands) -> None:
    house.stock("TEA", 9)
    singles = [house.order("TEA") for _ in range(3)]
    house.release()
    house.pick_all()
    tote = house.tote_of(singles[0])
    assert find(house, tote.lower()) == [
        ("tote", tote, None), *(("order", house.source_id(order), order) for order in reversed(singles)),
    ]  # fmt: skip
    for _ in singles[:2]:
        hands.scan("TEA-EAN")
        house.printed()
        hands.scan(hands.square)
    # what is shipped is not in it any more, and one order alone is meant by its tote
    assert find(house, tote) == [("tote", tote, singles[2]), ("order", house.source_id(singles[2]), singles[2])]


def test_a_sku_brings_its_newest_orders_along(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    orders = [house.order("TEA", ("TEA", 2)) for _ in range(3)]
    house.order("CUP")

    def name_it(tx: Tx) -> None:
        tx.session.get_one(Sku, house.skus["TEA"]).name = "Green tea"
        tx.session.add(SkuBarcode(barcode="012345678905", sku_id=house.skus["TEA"], quantity=1))

    house.write(name_it)
    wanted = [
        ("sku", "TEA  Green tea", None), *(("order", house.source_id(order), order) for order in reversed(orders)),
    ]  # fmt: skip
    for text in ("TEA", "tea", "TEA-EAN", "012345678905", "0012345678905"):
        assert find(house, text) == wanted, text
    assert find(house, "TEA", limit=3) == wanted[:3]
    assert find(house, "TE") == wanted[:1]


def test_a_beginning_is_looked_for_only_when_nothing_is_called_so(house: House) -> None:
    house.stock("X-1", 9)
    house.order("X-1", source_id="X-12")
    house.order("X-1", source_id="X-11")
    assert find(house, "X-12") == [("order", "X-12", 1)]
    assert find(house, "X-") == [("order", "X-11", 2), ("order", "X-12", 1), ("sku", "X-1", None)]
    assert find(house, "X-", limit=2) == [("order", "X-11", 2), ("order", "X-12", 1)]


def test_a_wave_is_found_by_its_number(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA")
    wave = house.plan()
    assert house.store.read(search, str(wave)) == [Hit("wave", wave, None, str(wave), "planned")]
    assert find(house, "99") == find(house, "9" * 40) == []


@pytest.fixture
def buyers(house: House) -> House:
    """Orders of people whose names are written in every way there is."""
    house.stock("TEA", 9)
    for name in (
        "Ada Lovelace", "ADAM Smith", "王 小明", "Émile Zola", "Hans Müller", "Jürgen O'Neil-Straße", "Åsa Ørsted",
    ):  # fmt: skip
        house.order("TEA", recipient_name=name)
    return house


def named(house: House, text: str) -> list[str]:
    """The names of the buyers whose orders a text finds."""
    return [house.get(Order, order).recipient_name for _, _, order in find(house, text) if order]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ada", ["ADAM Smith", "Ada Lovelace"]),
        ("Ada L", ["Ada Lovelace"]),
        ("lovelace, ada", ["Ada Lovelace"]),
        ("王", ["王 小明"]),
        ("小明", ["王 小明"]),
        ("王小明", ["王 小明"]),
        ("emile z", ["Émile Zola"]),
        ("ÉMILE", ["Émile Zola"]),
        ("muller", ["Hans Müller"]),
        ("MÜLLER", ["Hans Müller"]),
        ("Hans Mu", ["Hans Müller"]),
        ("strasse", ["Jürgen O'Neil-Straße"]),
        ("jurgen oneil", ["Jürgen O'Neil-Straße"]),
        ("orsted asa", ["Åsa Ørsted"]),
        ("ovelace", []),
        ("ada zola", []),
        ("%", []),
        ("_", []),
    ],
)
def test_a_buyer_is_found_by_the_beginnings_of_names_however_they_are_written(
    buyers: House, text: str, wanted: list[str]
) -> None:
    assert named(buyers, text) == wanted


def test_who_tells_namesakes_apart_where_a_person_has_typed_the_name(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA", source_id="A-1", recipient_name="Ada Byron", city="Leeds")
    house.order("TEA", source_id="A-2", recipient_name="Ada Byron", city="York")
    house.order("TEA", source_id="A-3", recipient_name="Ada Byron", city="")
    hits = house.store.read(search, "byron", typed=True)
    assert [(hit.title, hit.who) for hit in hits] == [
        ("A-3", "Ada Byron"), ("A-2", "Ada Byron, York"), ("A-1", "Ada Byron, Leeds"),
    ]  # fmt: skip
    assert "Ada" not in repr(hits)
    assert [hit.who for hit in house.store.read(search, "A-", typed=True)] == ["", "", ""]
    assert find(house, "byron", typed=False) == []


def test_an_order_is_found_by_any_part_of_its_number_and_the_newest_first(house: House) -> None:
    house.stock("TEA", 9)
    first = house.order("TEA", source_id="AE-8140-2217")
    second = house.order("TEA", source_id="302-2217711-44")
    begun = house.order("TEA", source_id="2217-1")
    assert [order for _, _, order in find(house, "2217")] == [begun, second, first]
    assert [order for _, _, order in find(house, "0-22")] == [first]
    assert [order for _, _, order in find(house, "ae-8140")] == [first]
    assert [order for _, _, order in find(house, "e-8140")] == [first]
    assert [order for _, _, order in find(house, "2177")] == [second]
    assert [order for _, _, order in find(house, "217", limit=1)] == [begun]
    assert find(house, "17") == find(house, "2%7") == find(house, "2_17") == []


def test_a_scan_means_no_part_of_a_number(house: House) -> None:
    """What a scanner reads opens an order at once: it must be that order's own."""
    house.stock("TEA", 9)
    house.order("TEA", source_id="AE-8140-2217")
    assert find(house, "8140-2217", typed=False) == []
    assert house.store.read(search, "8140-2217", 20) == []


def test_a_name_is_found_in_either_spelling(house: House) -> None:
    house.stock("TEA", 9)
    bear = house.order("TEA", source_id="A-1", recipient_name="Käthe Müller")
    other = house.order("TEA", source_id="A-2", recipient_name="Soeren Mueller")
    house.order("TEA", source_id="A-3", recipient_name="Mulder")
    for text in ("mueller", "Müller", "MUELL"):
        assert [order for _, _, order in find(house, text)] == [other, bear], text
    assert [order for _, _, order in find(house, "søren mül")] == [other]
    assert [order for _, _, order in find(house, "kaethe")] == [bear]


def test_names_and_parts_of_numbers_are_looked_for_in_an_index_alone(buyers: House) -> None:
    looked = [steps[0] for steps in plans(buyers, search, "muell", typed=True) if steps[0].startswith("SCAN orders")]
    assert len(looked) == 2
    assert looked[0] == "SCAN orders USING COVERING INDEX ix_orders_folded_name"
    assert looked[1].startswith("SCAN orders USING COVERING INDEX ")
