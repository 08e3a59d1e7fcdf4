from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.kits import Component, KitMode, Sold, StoredLine, as_sold, explode, share_price
from app.domain.orders import LineDraft

BODY, CAP, STRAP = Component("BODY", 1), Component("CAP", 2), Component("STRAP", 3)
PARTS = st.lists(
    st.builds(
        Component, st.just("S"), st.integers(1, 6), st.none() | st.integers(1, 90_000), st.sampled_from(["EUR", "USD"])
    ),
    min_size=1,
    max_size=5,
)


def stored(lines: tuple[LineDraft, ...]) -> list[StoredLine]:
    return [
        StoredLine(at, line.sku, line.quantity, line.price_minor, False, line.kit_number, line.per_kit, line.kit)
        for at, line in enumerate(lines, start=1)
    ]


def test_a_kit_is_packed_as_its_components() -> None:
    lines = (LineDraft("A", 1, 2, 100), LineDraft("KIT", 3, 3), LineDraft("BODY", 1, 4))
    assert explode(lines, {"KIT": (BODY, CAP)}) == (
        lines[0],
        LineDraft("BODY", 3, 3, kit="KIT", kit_number=2, per_kit=1),
        LineDraft("CAP", 6, 3, kit="KIT", kit_number=2, per_kit=2),
        lines[2],
    )
    assert explode(lines, {}) == lines


def test_a_price_is_shared_by_what_the_components_are_worth() -> None:
    lens = Component("LENS", 1, 30_000, "EUR")
    cap = Component("CAP", 2, 500, "EUR")
    assert [price for _, price in share_price(15_500, (lens, cap))] == [15_000, 250]
    # of which one is unknown, or in another currency: evenly
    assert [price for _, price in share_price(900, (lens, CAP))] == [300, 300]
    assert [price for _, price in share_price(900, (lens, Component("CAP", 2, 500, "USD")))] == [300, 300]
    assert [price for _, price in share_price(None, (lens, CAP))] == [None, None]


def test_what_does_not_divide_goes_where_it_can() -> None:
    assert share_price(1_000, (BODY, CAP)) == [(BODY, 334), (CAP, 333)]
    # two boxes of three and no single piece: one piece costs a cent more and is a line by itself
    six = (Component("X", 3), Component("Y", 3))
    assert share_price(1_000, six) == [
        (six[0], 167), (Component("Y", 2), 166), (Component("Y", 1), 167),
    ]  # fmt: skip
    lines = explode((LineDraft("KIT", 2, 2, 1_000),), {"KIT": (Component("X", 3),)})
    assert [(line.quantity, line.price_minor, line.per_kit) for line in lines] == [(4, 333, 2), (2, 334, 1)]


@given(st.integers(0, 10**9), PARTS, st.integers(1, 50))
def test_a_kit_costs_what_its_pieces_cost(price: int, parts: list[Component], kits: int) -> None:
    lines = explode((LineDraft("KIT", kits, 2, price),), {"KIT": tuple(parts)})
    assert sum((line.price_minor or 0) * line.quantity for line in lines) == price * kits
    assert sum(line.quantity for line in lines) == kits * sum(part.quantity for part in parts)
    assert all(line.quantity == kits * (line.per_kit or 0) > 0 and (line.price_minor or 0) >= 0 for line in lines)
    assert len(lines) <= len(parts) + 1
    # and it is known again as it was sold
    (sold,) = as_sold(stored(lines))
    assert (sold.sku, sold.quantity, sold.price(price)) == ("KIT", kits, price)
    assert sold.price(None) == price


@given(st.integers(0, 10**6), st.integers(0, 10**6), PARTS)
def test_a_price_that_changes_later_settles(first: int, then: int, parts: list[Component]) -> None:
    (sold,) = as_sold(stored(explode((LineDraft("KIT", 1, 2, first),), {"KIT": tuple(parts)})))
    now = sold.prices(then)
    lines = [
        StoredLine(line.id, line.sku, line.quantity, price, False, 1, line.per_kit, "KIT")
        for line, price in zip(sold.lines, now, strict=True)
    ]
    (again,) = as_sold(lines)
    assert again.prices(then) == now
    assert again.price(then) == then
    left = then - sum((line.price_minor or 0) * (line.per_kit or 0) for line in lines)
    assert 0 <= left < max(part.quantity for part in parts)


def test_lines_as_their_source_said_them() -> None:
    lines = (LineDraft("KIT", 1, 2), LineDraft("KIT", 2, 3), LineDraft("BODY", 1, 4))
    sold = as_sold(stored(explode(lines, {"KIT": (BODY, STRAP)})))
    assert [(one.sku, one.quantity) for one in sold] == [("KIT", 1), ("KIT", 2), ("BODY", 1)]
    assert [one.kit for one in sold] == [True, True, False]
    assert as_sold([]) == []
    plain = Sold("A", 1, (StoredLine(1, "A", 1, 100, False),))
    assert (plain.prices(120), plain.price(120), plain.price(None)) == ([120], 100, 100)


def test_the_modes_of_a_kit() -> None:
    assert [mode.value for mode in KitMode] == ["", "parent", "components", "strict"]
