from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from app.change import Change
from app.domain.customs import SDR_RATES, CustomsForm, Lack
from app.domain.errors import Refusal
from app.domain.states import OrderState, ParcelState
from app.planning import plan_wave
from app.queries.customs import declaration, missing_customs_of
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, Parcel, ParcelItem, Shipment
from db.places import Warehouse
from db.store import Tx
from tests.factories import CUSTOMS, LEAD, House

NOTHING = dict.fromkeys(("hs_code", "origin", "customs_description", "value_currency"), "") | {"value_minor": None}


def change(house: House, model: Any, wanted: Any, **values: Any) -> None:
    def operation(tx: Tx) -> tuple[None, Change]:
        tx.session.execute(update(model).where(wanted).values(**values))
        return None, Change()

    house.store.write(operation)


def forget(house: House, sku: str, **values: Any) -> None:
    change(house, Sku, Sku.code == sku, **(values or NOTHING))


def pack(house: House, order_id: int, *pieces: int, weight_g: int | None = None, tracking: str = "") -> int:
    """A parcel with so many pieces of each line."""

    def operation(tx: Tx) -> tuple[int, Change]:
        shipment = Shipment(order_id=order_id, created_at=tx.at)
        tx.session.add(shipment)
        tx.session.flush()
        parcel = Parcel(
            code=f"PB{shipment.id}", shipment_id=shipment.id, order_id=order_id, state=ParcelState.LABELLING,
            weight_g=weight_g, opened_at=tx.at,
        )  # fmt: skip
        tx.session.add(parcel)
        tx.session.flush()
        lines = tx.session.query(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
        for line, quantity in zip(lines, pieces, strict=True):
            tx.session.add(ParcelItem(parcel_id=parcel.id, order_line_id=line.id, quantity=quantity))
        if tracking:
            tx.session.add(
                Label(parcel_id=parcel.id, tracking=tracking, service="", template="", fields="{}", created_at=tx.at)
            )
        return parcel.id, Change()

    return house.store.write(operation)


def test_what_orders_lack_is_told_by_sku_and_field(house: House) -> None:
    for sku in ("MUG", "POT"):
        house.stock(sku, 9)
    forget(house, "POT", hs_code="", value_minor=None)
    both, home, good = house.order("MUG", "POT"), house.order("POT", country="CN"), house.order("MUG")
    asked = [both, home, good]
    assert house.store.read(missing_customs_of, asked) == {both: (Lack("POT", "hs_code"), Lack("POT", "value"))}
    change(house, Warehouse, Warehouse.id == house.warehouse, sender="")
    assert house.store.read(missing_customs_of, asked) == {}


def test_an_order_without_customs_data_is_in_no_wave(house: House) -> None:
    for sku in ("MUG", "POT"):
        house.stock(sku, 9)
    forget(house, "POT")
    bad, good = house.order("POT"), house.order("MUG")
    planned = plan_wave(house.store, LEAD, house.warehouse)
    assert (planned.orders, planned.refused) == (1, 1)
    assert house.get(Order, good).state is OrderState.PLANNED
    order = house.get(Order, bad)
    assert (order.state, order.missing) == (OrderState.INCOMPLETE, "hs_code,origin,customs_description,value")
    assert order.reason is None


def test_a_declaration_of_a_whole_order(house: House) -> None:
    for sku in ("MUG", "POT"):
        house.stock(sku, 9)
    forget(house, "POT", hs_code="732393", battery="pi967", weight_g=250, value_minor=900)
    change(house, Warehouse, Warehouse.id == house.warehouse, eori="CN1", vat="V1", ioss="IM2760000001", phone="+86")
    order = house.order(
        ("MUG", 2), "POT", currency="EUR", freight_minor=490, incoterm="DDP", recipient_eori="E", recipient_vat="V",
        carrier="Post", service="Tracked", placed_at=datetime(2026, 11, 20, 9, tzinfo=UTC), recipient_phone="+44",
        country="DE", postcode="10115", city="Berlin",
    )  # fmt: skip
    change(house, OrderLine, (OrderLine.order_id == order) & (OrderLine.position == 1), price_minor=1250)
    said = house.store.read(lambda session: declaration(session, order_id=order))
    assert [
        (line.sku, line.quantity, line.net_weight_g, line.unit_value_minor, line.hs_code, line.battery)
        for line in said.lines
    ] == [("MUG", 2, 200, 1250, "691200", "none"), ("POT", 1, 250, 900, "732393", "pi967")]
    assert (said.currency, said.goods_minor, said.freight_minor, said.gross_weight_g) == ("EUR", 3400, 490, 450)
    assert (said.sender_country, said.sender_eori, said.sender_vat, said.sender_phone) == ("CN", "CN1", "V1", "+86")
    assert (said.recipient.name, said.recipient.country, said.recipient.phone) == ("Ada Lovelace", "DE", "+44")
    assert (said.recipient_eori, said.recipient_vat, said.incoterm, said.carrier) == ("E", "V", "DDP", "Post")
    assert (said.ioss, said.form, said.customs, said.missing) == ("IM2760000001", CustomsForm.CN22, True, ())
    assert said.placed_on is not None
    assert said.placed_on.isoformat() == "2026-11-20"
    assert said.batteries == ("pi967",)


def test_a_parcel_declares_what_lies_in_it(house: House) -> None:
    for sku in ("MUG", "POT"):
        house.stock(sku, 9)
    order = house.order(("MUG", 3), ("POT", 1), currency="EUR", freight_minor=900)
    first = pack(house, order, 1, 1, weight_g=150, tracking="LX1")
    second = pack(house, order, 2, 0, weight_g=260)
    one = house.store.read(lambda session: declaration(session, parcel_id=first))
    assert [(line.sku, line.quantity, line.net_weight_g) for line in one.lines] == [("MUG", 1, 75), ("POT", 1, 75)]
    assert (one.gross_weight_g, one.freight_minor, [p.tracking for p in one.parcels]) == (150, 450, ["LX1"])
    other = house.store.read(lambda session: declaration(session, parcel_id=second))
    assert [(line.sku, line.quantity) for line in other.lines] == [("MUG", 2)]
    assert (other.gross_weight_g, other.net_weight_g, other.freight_minor) == (260, 200, 450)
    whole = house.store.read(lambda session: declaration(session, order_id=order))
    assert (whole.gross_weight_g, len(whole.parcels), whole.goods_minor) == (410, 2, 1800)
    empty = house.store.read(lambda session: declaration(session, parcel_id=pack(house, order, 0, 0)))
    assert empty.lines == whole.lines  # before the first scan it is the order's


def test_the_ioss_number_is_that_of_the_order_and_of_small_consignments(house: House) -> None:
    house.stock("MUG", 99)
    change(house, Warehouse, Warehouse.id == house.warehouse, ioss="IM1")
    to = {"country": "DE", "postcode": "10115"}
    own, big, home = house.order("MUG", ioss="IM9", **to), house.order(("MUG", 34), **to), house.order("MUG")
    said = [house.store.read(partial(declaration, order_id=key)).ioss for key in (own, big, home)]
    assert said == ["IM9", "", ""]
    # two parcels of one order are one consignment
    parcel = pack(house, big, 1)
    assert house.store.read(lambda session: declaration(session, parcel_id=parcel)).ioss == ""


def test_the_form_follows_value_and_rates(house: House) -> None:
    house.stock("MUG", 99)
    order = house.order(("MUG", 79))
    forget(house, "MUG", weight_g=1)
    assert house.store.read(lambda s: declaration(s, order_id=order)).form is CustomsForm.CN23
    rates = {**SDR_RATES, "EUR": Decimal(2)}
    assert house.store.read(lambda s: declaration(s, order_id=order, rates=rates)).form is CustomsForm.CN22


def test_a_declaration_says_what_it_lacks(house: House) -> None:
    house.stock("MUG", 9)
    forget(house, "MUG", origin="")
    order, home = house.order("MUG"), house.order("MUG", country="CN")
    assert house.store.read(lambda s: declaration(s, order_id=order)).missing == (Lack("MUG", "origin"),)
    said = house.store.read(lambda s: declaration(s, order_id=home))
    assert (said.customs, said.missing) == (False, ())
    wrong: list[dict[str, Any]] = [{"order_id": 99}, {"parcel_id": 99}, {}]
    for wanted in wrong:
        with pytest.raises(Refusal) as caught:
            house.store.read(partial(declaration, **wanted))
        assert caught.value.code in ("order_unknown", "parcel_unknown")
    assert CUSTOMS["origin"] == "CN"
