"""Two packers pack a shift of two hundred mixed orders, and what is left of it is checked line by line."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from app.domain.bench_rules import BenchRules, CartonRule, Weigh
from app.domain.policy import Act
from app.operations.bench_rules import save_insert_rule, set_policy
from app.queries.bench_rules import Insert
from app.queries.waves import warehouse_ids
from db.store import Store
from tests.end_to_end.conftest import Site
from tests.end_to_end.shift import Shift
from tests.end_to_end.shift_evidence import check_evidence
from tests.end_to_end.shift_floor import (
    LEAD,
    Desk,
    ProcessBench,
    ThreadBench,
    bench_scale,
    bring_to_benches,
    hire,
    label_printers,
    take_in,
)
from tests.end_to_end.shift_hall import Table
from tests.end_to_end.shift_script import Told, rest, series, tell
from tests.intake import fresh_store

ORDERS, SEED = 200, 20261123
UNWEIGHED = BenchRules(min_shelf_days=30, check_value_minor=100_000, release_by_scan=frozenset({"wrong_item"}))
WEIGHED = BenchRules(min_shelf_days=30, weigh=Weigh.CHECKED)
CARTONED = BenchRules(min_shelf_days=30, weigh=Weigh.CHECKED, carton=CartonRule.REQUIRED)


def set_up(store: Store, folder: Path, told: list[Told]) -> tuple[int, dict[str, str]]:
    """Files in, rules set, everything picked; the warehouse and the badges."""
    take_in(store, folder / "files", [each.wanted for each in told] + series())
    warehouse = store.read(warehouse_ids)[0]
    badges = hire(store)
    store.write(set_policy, LEAD, "*", "packer", Act.TYPE_QUANTITY, True, None)
    store.write(save_insert_rule, LEAD, warehouse, Insert("Thank-you card", "CARD-1", first_order=True))
    assert bring_to_benches(store) == ORDERS
    return warehouse, badges


def test_a_shift_of_two_hundred_orders_is_what_its_evidence_says(tmp_path: Path) -> None:
    told = tell(ORDERS, SEED)
    site = Site(tmp_path / "site.db")
    with fresh_store(tmp_path, "site.db") as store:
        warehouse, badges = set_up(store, tmp_path, told)
        check_evidence(pack(store, warehouse, badges, told, site, tmp_path), told)


def pack(
    store: Store, warehouse: int, badges: dict[str, str], told: list[Told], site: Site, folder: Path
) -> Shift:
    """The shift itself; everything is off again at its end."""
    with ExitStack() as stack:
        printers = stack.enter_context(label_printers(folder, ("P-01", "P-02")))
        urls = {name: printer.start() for name, printer in printers.items()}
        for printer in printers.values():
            stack.callback(printer.stop)
        scale_url, load = stack.enter_context(bench_scale())
        process = [ProcessBench(site, urls["P-01"], "P-01", "--scale", scale_url)]

        def start_anew(name: str) -> Desk:
            assert name == "P-01"
            process[-1].kill()
            process.append(ProcessBench(site, urls[name], name, "--scale", scale_url))
            return process[-1]

        stack.callback(lambda: process[-1].kill())
        tables = {
            "P-01": Table("P-01", process[0], printers["P-01"], "Ann"),
            "P-02": Table("P-02", ThreadBench(site, urls["P-02"], "P-02"), printers["P-02"], "Ben"),
        }
        shift = Shift(store, tables, badges, load, start_anew, warehouse, SEED)
        for each in told:
            shift.wants[each.wanted.number] = Counter(each.wanted.content)
        for wanted in series():
            shift.wants[wanted.number] = Counter(wanted.content)
        shift.begin()
        for part, rules in enumerate((UNWEIGHED, WEIGHED, CARTONED), 1):
            shift.set_rules(rules)
            shift.pack([each for each in told if each.story.part == part])
            if part == 1:
                shift.pack_series(tables["P-02"], [wanted.number for wanted in series()])
        later = rest(told, [number for number in shift.wants if number.endswith("-R1")])
        assert bring_to_benches(store) == len(later)
        shift.set_rules(UNWEIGHED)
        shift.pack(later)
        told += later
        for table in tables.values():
            table.desk.end()
    return shift
