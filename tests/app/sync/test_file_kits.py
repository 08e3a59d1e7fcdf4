"""Kits, substitutes, and what the bench must know of SKUs and orders, from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.incoming import Problem
from app.sync.files import Counts, Report, import_file
from db.store import Store
from tests.app.sync.taking import store, take
from tests.intake import dump, order_row, rows, run, write_json

__all__ = ["store", "take"]
Take = Callable[..., Report]


def kit(name: str, component: object = "", quantity: object = "", **more: object) -> dict[str, object]:
    return {"kit": name, "component": component, "quantity": quantity} | more


@pytest.fixture
def skus(take: Take) -> None:
    take(*({"sku": sku, "name": sku.lower(), "weight_g": 100} for sku in ("SET", "DUO", "BODY", "CAP", "STRAP")))


def kits(store: Store) -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT k.code, c.code, quantity, k.kit_mode FROM kit_components JOIN skus k ON k.id = kit_sku_id "
        "JOIN skus c ON c.id = sku_id ORDER BY 1, 2",
    )


def substitutes(store: Store) -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT a.code, b.code FROM substitutes s JOIN skus a ON a.id = s.sku_id "
        "JOIN skus b ON b.id = s.substitute_id ORDER BY 1, 2",
    )


def packed(store: Store, source_id: str = "1") -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT position, s.code, quantity, price_minor, k.code, kit_number, per_kit FROM order_lines l "
        "JOIN orders o ON o.id = l.order_id JOIN skus s ON s.id = l.sku_id LEFT JOIN skus k ON k.id = kit_sku_id "
        "WHERE source_id = :id ORDER BY position",
        id=source_id,
    )


# SKUs


def bench_of(store: Store) -> list[tuple[Any, ...]]:
    return rows(store, "SELECT handling_class, captures, min_shelf_days, kit_mode, weight_g FROM skus")


def test_what_the_bench_must_know_of_a_sku(store: Store, take: Take) -> None:
    said = {"sku": "A", "weight_g": 5, "handling_class": "Fragile", "captures": "expiry; Serial", "min_shelf_days": 90}
    assert take(said).counts["skus"] == Counts(new=1)
    assert bench_of(store) == [("Fragile", "serial,expiry", 90, "", 5)]
    assert take(said).counts["skus"] == Counts(unchanged=1)
    # blank says nothing; a word takes it back
    assert take(said | dict.fromkeys(("handling_class", "captures", "min_shelf_days"), "")).counts["skus"].unchanged
    assert take(said | {"captures": "none", "handling_class": "none", "min_shelf_days": 0}).counts["skus"].changed
    assert bench_of(store) == [("", "", 0, "", 5)]


@pytest.mark.parametrize(
    ("cell", "code", "facts"),
    [
        ({"captures": "serial, batch"}, "capture_unknown", {"value": "batch", "captures": "serial, lot, expiry"}),
        ({"kit_mode": "loose"}, "kit_mode_unknown", {"modes": "either, parent, components, strict"}),
        ({"min_shelf_days": "soon"}, "shelf_days_invalid", {"most": 36_500}),
        ({"min_shelf_days": -1}, "shelf_days_invalid", {"most": 36_500}),
        ({"min_shelf_days": "1.5"}, "shelf_days_invalid", {"most": 36_500}),
        ({"handling_class": "*"}, "handling_class_invalid", {}),
        ({"handling_class": "x" * 41}, "text_too_long", {"field": "handling_class", "limit": 40}),
        ({"kit_mode": "strict"}, "kit_mode_without_components", {"sku": "A"}),
    ],
)
def test_a_wrong_value_is_told_and_the_sku_taken(
    store: Store, take: Take, cell: dict[str, object], code: str, facts: dict[str, object]
) -> None:
    report = take({"sku": "A", "weight_g": 5} | cell)
    assert report.problems == (Problem(2, code, facts),)  # type: ignore[arg-type]
    assert report.counts["skus"] == Counts(new=1)
    mode = "strict" if code == "kit_mode_without_components" else ""
    assert bench_of(store) == [("", "", None, mode, 5)]


def test_rows_of_a_sku_agree_on_the_bench_too(take: Take) -> None:
    report = take({"sku": "A", "captures": "serial"}, {"sku": "A", "captures": "lot"})
    assert report.problems == (Problem(3, "sku_rows_differ", {"sku": "A", "field": "captures"}),)


# kits


@pytest.mark.usefixtures("skus")
def test_kits_from_a_file(store: Store, take: Take) -> None:
    both = (kit("SET", "BODY", 1, kit_mode="strict"), kit("SET", "CAP", 2), kit("DUO", "STRAP", 2))
    report = take(*both)
    assert (report.profile, report.problems) == ("packbench-kits", ())
    assert report.counts["kits"] == Counts(new=2)
    found = [("DUO", "STRAP", 2, ""), ("SET", "BODY", 1, "strict"), ("SET", "CAP", 2, "strict")]
    assert kits(store) == found
    before = dump(store)
    assert take(*both).counts["kits"] == Counts(unchanged=2)
    assert dump(store) == before
    # the file's rows are the whole of a kit; a kit that it does not name stays; nothing said of the mode keeps it
    assert take(kit("SET", "BODY", 1), kit("SET", "STRAP", 1)).counts["kits"] == Counts(changed=1)
    assert kits(store) == [found[0], ("SET", "BODY", 1, "strict"), ("SET", "STRAP", 1, "strict")]
    assert take(kit("SET", "BODY", 1, kit_mode="either"), kit("SET", "STRAP", 1)).counts["kits"] == Counts(changed=1)
    assert kits(store)[1][3] == ""
    # and a kit alone is one no more
    assert take(kit("SET"), kit("DUO", "STRAP", 2)).counts["kits"] == Counts(changed=1, unchanged=1)
    assert kits(store) == [found[0]]
    journal = rows(store, "SELECT ids FROM journal WHERE name = 'import_kits' ORDER BY id")
    assert journal[-1] == ('{"file": "in.csv", "kits": [1]}',)


@pytest.mark.usefixtures("skus")
@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (kit("SET", "GONE", 1), Problem(3, "kit_component_unknown", {"kit": "SET", "component": "GONE"})),
        (kit("SET", "SET", 1), Problem(3, "kit_in_itself", {"kit": "SET"})),
        (kit("SET", "DUO", 1), Problem(3, "kit_in_kit", {"kit": "SET", "component": "DUO"})),
        (kit("SET", "CAP", 0), Problem(3, "quantity_invalid", {"field": "quantity", "value": "0", "least": 1})),
        (kit("SET", "CAP", -1), Problem(3, "quantity_invalid", {"field": "quantity", "value": "-1", "least": 1})),
        (kit("SET", "CAP"), Problem(3, "quantity_missing", {"field": "quantity"})),
        (kit("SET", "", 2), Problem(3, "code_missing", {"field": "component"})),
        (kit("SET"), Problem(3, "code_missing", {"field": "component"})),
        (kit("SET", "BODY", 1),
         Problem(3, "kit_component_twice", {"kit": "SET", "component": "BODY", "first": 2})),
        (kit("SET", "CAP", 1, kit_mode="loose"),
         Problem(3, "kit_mode_unknown", {"modes": "either, parent, components, strict"})),
    ],
)  # fmt: skip
def test_a_kit_with_a_bad_row_is_left_out_whole(
    store: Store, take: Take, wrong: dict[str, object], problem: Problem
) -> None:
    report = take(kit("SET", "BODY", 1), wrong, kit("DUO", "STRAP", 2))
    assert report.problems == (problem,)
    assert report.counts["kits"] == Counts(new=1, refused=1)
    assert kits(store) == [("DUO", "STRAP", 2, "")]


@pytest.mark.usefixtures("skus")
def test_a_kit_does_not_lose_a_component_to_a_row_that_cannot_be_read(store: Store, take: Take) -> None:
    report = take(kit("SET", "BODY", 1), kit("", "CAP", 2), kit("DUO", "STRAP", 2))
    assert report.problems == (
        Problem(2, "set_beside_unreadable", {"sku": "SET", "beside": 3}),
        Problem(3, "code_missing", {"field": "kit"}),
        Problem(4, "set_beside_unreadable", {"sku": "DUO", "beside": 3}),
    )
    assert (report.counts["kits"], kits(store)) == (Counts(refused=3), [])


@pytest.mark.usefixtures("skus")
def test_a_row_with_cells_too_few_is_of_the_kit_beside_it(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "kits.csv"
    path.write_text("kit,component,quantity\nSET,BODY,1\nSET,CAP\nDUO,STRAP,2\n")
    report = import_file(store, path)
    assert [(p.line, p.code) for p in report.problems] == [
        (2, "set_beside_unreadable"), (3, "row_cells"), (4, "set_beside_unreadable"),
    ]  # fmt: skip
    assert kits(store) == []


@pytest.mark.usefixtures("skus")
def test_kits_are_not_nested_by_a_later_file(store: Store, take: Take) -> None:
    take(kit("SET", "BODY", 1))
    assert take(kit("DUO", "SET", 1)).problems == (Problem(2, "kit_in_kit", {"kit": "DUO", "component": "SET"}),)
    assert take(kit("BODY", "CAP", 1)).problems == (Problem(2, "kit_is_component", {"kit": "BODY"}),)
    assert take(kit("NEW", "CAP", 1)).problems == (Problem(2, "sku_unknown", {"sku": "NEW"}),)
    assert kits(store) == [("SET", "BODY", 1, "")]
    # in the same file the other kit lets go of it
    assert take(kit("SET", "CAP", 1), kit("BODY", "STRAP", 1)).problems == ()


@pytest.mark.usefixtures("skus")
def test_kits_as_json(store: Store, tmp_path: Path) -> None:
    path = write_json(tmp_path / "kits.json", {"kits": [kit("SET", "BODY", 1), kit("SET", "CAP", 2)]})
    assert import_file(store, path).counts["kits"] == Counts(new=1)
    assert kits(store) == [("SET", "BODY", 1, ""), ("SET", "CAP", 2, "")]


# substitutes


@pytest.mark.usefixtures("skus")
def test_substitutes_from_a_file(store: Store, take: Take) -> None:
    take(kit("SET", "BODY", 1))
    report = take(
        {"sku": "CAP", "substitute": "STRAP"}, {"sku": "CAP", "substitute": "BODY"},
        {"sku": "BODY", "substitute": "BODY"}, {"sku": "STRAP", "substitute": "GONE"},
        {"sku": "DUO", "substitute": "SET"},
    )  # fmt: skip
    assert report.counts["substitutes"] == Counts(new=1, refused=3)
    assert report.problems == (
        Problem(4, "substitute_is_itself", {"sku": "BODY", "substitute": "BODY"}),
        Problem(5, "substitute_unknown", {"sku": "STRAP", "substitute": "GONE"}),
        Problem(6, "substitute_is_kit", {"sku": "DUO", "substitute": "SET"}),
    )
    assert substitutes(store) == [("CAP", "BODY"), ("CAP", "STRAP")]
    assert take({"sku": "CAP", "substitute": "BODY"}).counts["substitutes"] == Counts(changed=1)
    assert substitutes(store) == [("CAP", "BODY")]
    assert take({"sku": "CAP", "substitute": "BODY"}).counts["substitutes"] == Counts(unchanged=1)
    assert take({"sku": "CAP", "substitute": ""}).counts["substitutes"] == Counts(changed=1)
    assert substitutes(store) == []


# orders


def test_what_the_bench_must_know_of_an_order(store: Store, take: Take) -> None:
    said = {"buyer_message": "Bitte\nleise klingeln", "vip": "gold", "first_order": "yes", "allow_split": "1"}
    take(order_row("1", **said, allow_substitutes="是"), order_row("2"))
    names = "buyer_message, vip, first_order, allow_split, allow_substitutes"
    assert rows(store, f"SELECT {names} FROM orders ORDER BY id") == [
        ("Bitte\nleise klingeln", "gold", 1, 1, 1), ("", "", 0, 0, 0),
    ]  # fmt: skip
    # what it newly says is taken over, also when a label is there; what it does not say stays
    newer = take(order_row("1", **(said | {"vip": "", "first_order": ""}), allow_substitutes="no"))
    assert newer.changes[0].fields == ("vip", "allow_substitutes")
    assert rows(store, f"SELECT {names} FROM orders LIMIT 1") == [("Bitte\nleise klingeln", "", 1, 1, 0)]
    wrong = take(order_row("3", allow_split="perhaps"))
    assert wrong.problems == (Problem(2, "yes_no_invalid", {"order": "3", "field": "allow_split"}),)


@pytest.mark.usefixtures("skus")
def test_a_kit_is_taken_apart_when_its_order_comes(store: Store, take: Take) -> None:
    take(kit("SET", "BODY", 1), kit("SET", "CAP", 2))
    both = (
        order_row("1", "STRAP", 1, price="2.50", currency="EUR"), order_row("1", "SET", 3, price="10.00"),
        order_row("1", "BODY", 1, price="4.00"),
    )  # fmt: skip
    report = take(*both)
    assert (report.counts["orders"], report.lines) == (Counts(new=1), 4)
    found = [
        (1, "STRAP", 1, 250, None, None, None),
        (2, "BODY", 3, 334, "SET", 2, 1),
        (3, "CAP", 6, 333, "SET", 2, 2),
        (4, "BODY", 1, 400, None, None, None),
    ]
    assert packed(store) == found
    assert rows(store, "SELECT pieces, state FROM orders") == [(11, "ready")]
    before = dump(store)
    assert take(*both).counts["orders"] == Counts(unchanged=1)
    assert dump(store) == before
    # another definition holds for the orders after it
    take(kit("SET", "BODY", 1), kit("SET", "STRAP", 1))
    assert take(*both).counts["orders"] == Counts(unchanged=1)
    newer = [row | {"service": "express"} for row in both]
    assert take(*newer).changes[0].fields == ("service",)
    assert packed(store) == found
    take(order_row("2", "SET", 1))
    assert [row[1:3] for row in packed(store, "2")] == [("BODY", 1), ("STRAP", 1)]


@pytest.mark.usefixtures("skus")
@pytest.mark.parametrize("state", ["planned", "picked", "packing", "problem"])
def test_a_kit_in_work_stays_as_it_came(store: Store, take: Take, state: str) -> None:
    take(kit("SET", "BODY", 1), kit("SET", "CAP", 2))
    take(order_row("1", "SET", 2))
    found = packed(store)
    run(store, "UPDATE orders SET state = :state", state=state)
    take(kit("SET", "STRAP", 5))
    assert take(order_row("1", "SET", 2, city="Paris")).changes[0].fields == ("city",)
    assert packed(store) == found
    late = take(order_row("1", "SET", 3, city="Paris"))
    assert late.problems == (Problem(2, "order_in_work", {"order": "1", "state": state, "fields": "lines"}),)
    # no kit any more, or one that was none when it came
    take(kit("SET"), kit("BODY", "STRAP", 1))
    assert take(order_row("1", "SET", 2, city="Rome")).changes[0].fields == ("city",)
    assert packed(store) == found


@pytest.mark.usefixtures("skus")
def test_lines_of_a_waiting_order_change_around_its_kit(store: Store, take: Take) -> None:
    take(kit("SET", "BODY", 1), kit("SET", "CAP", 2))
    take(order_row("1", "SET", 1), order_row("1", "STRAP", 1))
    ids = dict(rows(store, "SELECT position, id FROM order_lines"))
    take(kit("SET", "STRAP", 5))
    report = take(order_row("1", "STRAP", 2), order_row("1", "SET", 2), order_row("1", "SET", 1))
    assert report.changes[0].fields == ("lines",)
    # the kit that it has already stays what it was, also when there are more of it; a further one is today's
    assert packed(store) == [
        (1, "STRAP", 2, None, None, None, None),
        (2, "BODY", 2, None, "SET", 2, 1),
        (3, "CAP", 4, None, "SET", 2, 2),
        (4, "STRAP", 5, None, "SET", 3, 5),
    ]
    assert [row[1] for row in rows(store, "SELECT position, id FROM order_lines ORDER BY position")][:3] == [
        ids[3], ids[1], ids[2],
    ]  # fmt: skip
    assert rows(store, "SELECT pieces FROM orders") == [(13,)]
    take(order_row("1", "BODY", 1))
    assert packed(store) == [(1, "BODY", 1, None, None, None, None)]
    assert rows(store, "SELECT pieces FROM orders") == [(1,)]


@pytest.mark.usefixtures("skus")
def test_the_price_of_a_kit_changes_on_its_lines(store: Store, take: Take) -> None:
    take(kit("SET", "BODY", 1), kit("SET", "CAP", 2))
    take(order_row("1", "SET", 2, price="10.00", currency="EUR"))
    run(store, "UPDATE orders SET state = 'picked'")
    report = take(order_row("1", "SET", 2, price="13.00", currency="EUR"))
    assert report.changes[0].fields == ("prices",)
    prices = {row[1]: (row[2], row[3]) for row in packed(store)}
    assert sum(pieces * price for pieces, price in prices.values()) == 2_600
    assert take(order_row("1", "SET", 2, price="13.00", currency="EUR", vip="gold")).changes[0].fields == ("vip",)


def test_an_order_of_a_kit_needs_the_weight_of_its_components(store: Store, take: Take) -> None:
    take({"sku": "SET"}, {"sku": "BODY", "weight_g": 5}, {"sku": "CAP"})
    take(kit("SET", "BODY", 1), kit("SET", "CAP", 1))
    take(order_row("1", "SET", 1))
    assert rows(store, "SELECT state, missing FROM orders") == [("incomplete", "weight")]
    assert take({"sku": "CAP", "weight_g": 3}).readied == 1
