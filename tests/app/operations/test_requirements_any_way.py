"""Whatever is scanned in whatever sequence: a label is made only for what has all it needs, or a logged yes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.barcode import Kind, make_code
from app.domain.needs import Need, needs
from app.domain.policy import Act
from app.domain.states import ParcelState
from app.operations.packing import scan_item
from db.journal import JournalEntry
from db.orders import OrderLine, Sku
from db.parcels import Parcel, ParcelInsert, ParcelItem
from tests.app.operations.test_requirements import badge, carton, insert, overrides, person, rules
from tests.factories import Hands, House, open_house

STEPS = [
    "TEA-EAN", "TEA-EAN", "CUP-EAN", "CUP-EAN", "MUG-EAN", "CARD", "XXINSERT", "XXOK", "XXOK", "XXOK", "XXUNDO",
    "XXSKIP", "XXOVERRIDE", "XXLOGOUT", "ann", "ben", "lea", "small", "large", "XXNEXT", 280, 280, 300, 120,
]  # fmt: skip


def proper(hands: Hands) -> str | int:
    """What a good packer does next."""
    bench = hands.bench
    parcel = hands.parcel
    if bench.latch:
        return "XXOK"
    if bench.operator_id is None:
        return "ann"
    need = next(iter(needs(parcel, bench.rules)), Need.ITEMS)
    if need is Need.ITEMS:
        line = next((line for line in parcel.lines if line.open), None)
        return f"{line.sku}-EAN" if line else "XXNEXT"
    if need is Need.INSERTS:
        return "XXINSERT" if parcel.inserts[0].done else "CARD"
    if need is Need.CHECK:
        if bench.operator_id == parcel.packer_id:
            return "ben" if parcel.packer_id != 2 else "lea"
        return next(f"{line.sku}-EAN" for line in parcel.lines if line.checked < line.packed)
    if need is Need.WEIGHT:
        return 280
    return "small" if need is Need.CARTON else "XXOK"


def check(house: House, parcel: Parcel) -> None:
    """What must hold of a parcel that has its label."""
    allowed = {reason for reason, ids in overrides(house) if ids["parcel"] == parcel.id}
    assert parcel.note_confirmed_at is not None
    undone = house.all(select(ParcelInsert).where(ParcelInsert.parcel_id == parcel.id, ParcelInsert.done_at.is_(None)))
    assert not undone
    inserts = house.all(select(ParcelInsert).where(ParcelInsert.parcel_id == parcel.id))
    assert len(inserts) == 2 or Act.SKIP_INSERT in allowed
    assert parcel.carton_id is not None or Act.SKIP_CARTON in allowed
    items = house.all(select(ParcelItem).where(ParcelItem.parcel_id == parcel.id))
    assert [item.quantity for item in items] == [2, 1]
    if Act.SKIP_CHECK not in allowed:
        assert parcel.checked_at is not None
        assert parcel.check_operator_id not in (None, parcel.packer_id)
        assert [item.checked for item in items] == [2, 1]
    if not parcel.weight_overridden:
        box = {None: 0, 1: 80, 2: 200}[parcel.carton_id]
        assert parcel.weighed_g is not None
        assert abs(parcel.weighed_g - (200 + box)) <= 10
    else:
        assert Act.ACCEPT_WEIGHT in allowed


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.none() | st.none() | st.sampled_from(STEPS), min_size=15, max_size=50))
def test_a_label_is_made_only_for_what_has_all_it_needs(steps: list[str | int | None]) -> None:
    with TemporaryDirectory() as folder, open_house(Path(folder)) as house:
        rules(house, check_percent=100, carton="required", weigh="checked", tolerance_g=10, tolerance_percent=0)
        codes: dict[str, str] = {"small": make_code(Kind.CARTON, carton(house, "S"))}
        codes["large"] = make_code(Kind.CARTON, carton(house, "L", weight_g=200))
        codes |= {"ann": badge(person(house, "Ann")), "ben": badge(person(house, "Ben"))}
        codes["lea"] = badge(person(house, "Lea", "lead"))
        insert(house, "Card", barcode="CARD", may_tick=False)
        insert(house, "Flyer")
        house.stock("MUG", 1)
        order = house.picked(("TEA", 2), "CUP", buyer_message="Ring twice")
        house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["CUP"]), "weight_g", 0))
        hands = house.hands()
        hands.scan(codes["ann"], house.tote_of(order))
        for drawn in steps:
            step = proper(hands) if drawn is None else drawn
            if isinstance(step, int):
                scan = replace(hands.source.scan(f"{step} g"), grams=step)
                hands.done.append((scan, house.store.write(scan_item, hands.actor, scan)))
            else:
                hands.scan(codes.get(step, step))
            parcel = house.all(select(Parcel))[0]
            if parcel.state is ParcelState.LABELLING:
                check(house, parcel)
        counted: dict[int, int] = {}
        for event in hands.events():
            if event.counted and event.undone_by is None:
                assert event.order_line_id is not None
                counted[event.order_line_id] = counted.get(event.order_line_id, 0) + event.counted
        lines: list[Any] = house.all(select(OrderLine.id))
        packed = {item.order_line_id: item.quantity for item in house.all(select(ParcelItem))}
        assert {line: counted.get(line, 0) for line in lines} == packed
        notes = house.all(select(JournalEntry).where(JournalEntry.name == "override"))
        assert all(note.operator_id is not None or note.reason == "skip_carton" for note in notes)
        assert all(json.loads(note.ids)["order"] == order for note in notes)
