"""What a demo's orders lack."""

from __future__ import annotations

from app.domain.states import OrderState
from app.queries.demo import Content, incomplete_orders, skus_without_weight, stock_never_counted, tote_contents
from db.orders import Sku
from db.stock import Stock
from db.store import Tx
from tests.factories import House, make_sku


def test_skus_that_nobody_has_weighed(house: House) -> None:
    house.stock("TEA", 1)
    house.stock("CUP", 1)
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["CUP"]), "weight_g", None))
    assert house.store.read(skus_without_weight) == ["CUP"]


def test_places_whose_stock_nobody_has_told(house: House) -> None:
    house.stock("TEA", 1)
    house.stock("TEA", 0, location="L-2")  # counted, and empty
    house.write(lambda tx: tx.session.add(Stock(location_id=house.locations["L-2"], sku_id=_new(house, tx))))
    house.order(("NEW", 2), state=OrderState.INCOMPLETE)
    house.order("NEW")
    (found,) = house.store.read(stock_never_counted)
    assert (found.location, found.sku, found.wanted) == ("L-2", "NEW", 3)


def _new(house: House, tx: Tx) -> int:
    house.skus["NEW"] = make_sku(tx, "NEW").id
    return house.skus["NEW"]


def test_orders_without_a_recipient(house: House) -> None:
    house.stock("TEA", 1)
    house.stock("CUP", 1)
    house.order("TEA", state=OrderState.INCOMPLETE)
    lacks = house.order(("TEA", 2), "CUP", state=OrderState.INCOMPLETE, recipient_name="")
    (found,) = house.store.read(incomplete_orders)
    assert (found.source_id, found.shop, found.lines) == (house.source_id(lacks), "shop", (("TEA", 2), ("CUP", 1)))


def test_what_lies_in_the_totes(house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    house.stock("POT", 1)
    house.order("POT")
    house.release()
    tote, number = house.tote_of(order), house.source_id(order)
    assert house.store.read(tote_contents) == [
        Content(tote, number, "TEA", "", "TEA-EAN", 2), Content(tote, number, "CUP", "", "CUP-EAN", 1),
    ]  # fmt: skip
