"""An address that a person changes, and what a source says of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from app.change import NOTHING, Change
from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.domain.states import OrderState
from app.operations.addresses import change_address
from app.operations.parcels import begin_parcel
from app.queries.order_timeline import timeline
from app.sync.files import Report
from app.texts import say
from db.journal import JournalEntry, record
from db.orders import Order
from db.parcels import Parcel
from db.store import Store, Tx
from tests.app.sync.taking import store, take
from tests.factories import LEAD, House
from tests.intake import order_row, rows, run

__all__ = ["store", "take"]


def change(house: House, order: int, reason: str = "The buyer has moved", **fields: str) -> int:
    return house.store.write(change_address, LEAD, order, fields, reason)


def refused(code: str, act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def test_an_order_that_waits_has_another_address(house: House) -> None:
    house.stock("TEA", 5)
    order = house.order("TEA")
    assert change(house, order, city=" Paris ", country="fr", recipient_name="Zoë Müller") == 1
    row = house.get(Order, order)
    assert (row.city, row.country, row.recipient_name, row.version) == ("Paris", "FR", "Zoë Müller", 2)
    assert "muller" in row.folded_name
    assert row.postcode == "SW1Y 4JH"


def test_one_in_work_counts_its_addresses(house: House) -> None:
    order = house.picked("TEA")
    assert change(house, order, street="1 New St") == 2
    assert change(house, order, street="1 New St") == 2
    assert change(house, order, street="2 New St") == 3
    assert house.get(Order, order).version == 3
    assert house.state(order) is OrderState.PICKED


def test_the_journal_names_fields_and_nobody(house: House) -> None:
    order = house.picked("TEA")
    change(house, order, street="7 Secret Lane", city="Elsewhere")
    (entry,) = house.all(select(JournalEntry).where(JournalEntry.name == "change_address"))
    assert (entry.order_id, entry.reason) == (order, "The buyer has moved")
    assert entry.ids == f'{{"order": {order}, "fields": "street, city", "address_version": 2}}'
    told = house.store.read(timeline, order)[-1]
    assert say(told.code, told.facts) == "The address was changed by hand: street, city"
    assert told.reason == "The buyer has moved"


def test_what_is_refused(house: House) -> None:
    order = house.picked("TEA")
    refused("order_unknown", lambda: change(house, 999, city="Paris"))
    refused("address_needs_reason", lambda: change(house, order, " ", city="Paris"))
    refused("country_unknown", lambda: change(house, order, country="XX"))
    lack = refused("address_lacks", lambda: change(house, order, city=" ", region="x"))
    assert lack.facts["fields"] == "city"
    with pytest.raises(KeyError):
        change(house, order, source_id="7")
    house.write(lambda tx: tx.connection.execute(update(Order).values(state=OrderState.SHIPPED)))
    house.write(lambda tx: begin_parcel(tx, order))
    house.write(lambda tx: tx.connection.execute(update(Parcel).values(handed_over_at=tx.at)))
    refused("address_shipped", lambda: change(house, order, city="Paris"))
    house.write(lambda tx: tx.connection.execute(update(Order).values(state=OrderState.CANCELLED)))
    refused("order_is_cancelled", lambda: change(house, order, city="Paris"))
    assert house.get(Order, order).city == "London"


def test_what_it_lacked_makes_an_order_ready(store: Store, take: Callable[..., Report]) -> None:
    take({"sku": "S1", "weight_g": 5})
    take(order_row("1", city=""))
    assert rows(store, "SELECT state, missing FROM orders") == [("incomplete", "city")]
    assert store.write(change_address, LEAD, 1, {"city": "London"}, "Asked the buyer") == 1
    assert rows(store, "SELECT state, missing, version FROM orders") == [("ready", "", 2)]


def test_a_newer_record_does_not_take_it_back(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1"), order_row("2"))
    store.write(change_address, LEAD, 1, {"city": "Paris", "country": "FR"}, "The buyer has moved")
    report = take(order_row("1", service="express"), order_row("2", city="Rome"))
    facts: dict[str, Any] = {"order": "1", "fields": "city, country"}
    assert report.problems == (Problem(2, "address_by_hand", facts),)
    assert [change.fields for change in report.changes] == [("service",), ("city",)]
    assert (report.counts["orders"].changed, report.counts["orders"].refused) == (2, 0)
    assert rows(store, "SELECT city, country, service FROM orders ORDER BY id LIMIT 1") == [("Paris", "FR", "express")]
    # the same record is not told twice, and one that says the same address is fine
    assert take(order_row("1", service="express")).problems == ()
    assert take(order_row("1", city="Paris", country="FR")).problems == ()


def test_an_order_that_sends_the_rest_goes_there_too(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1"), order_row("1-R1"), order_row("1-R2"))

    def split(tx: Tx) -> tuple[None, Change]:
        record(tx, LEAD, "split_off", {"order": 1, "later": 2, "pieces": 1})
        record(tx, LEAD, "split_off", {"order": 2, "later": 3, "pieces": 1})
        return None, NOTHING

    store.write(split)
    cities = "SELECT city, address_version FROM orders ORDER BY id"
    take(order_row("1", city="Paris"))
    assert rows(store, cities) == [("Paris", 1), ("Paris", 2), ("Paris", 2)]
    run(store, "UPDATE orders SET state = 'shipped' WHERE id = 3")
    store.write(change_address, LEAD, 1, {"city": "Rome"}, "The buyer has moved")
    assert rows(store, cities) == [("Rome", 1), ("Rome", 3), ("Paris", 2)]
