"""An order of a kit on its whole way: imported, planned, picked and packed by its components."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.kits import KitMode
from app.domain.master import KitDraft, PartDraft
from app.domain.orders import LineDraft, OrderDraft
from app.domain.states import OrderState
from app.operations.importing import Known, Origin, import_orders
from app.operations.importing_kits import import_kits
from db.orders import Order, OrderLine, Sku
from db.parcels import Parcel
from db.waves import PickTask
from tests.factories import LEAD, RECIPIENT, Hands, House


def bring(house: House, *lines: LineDraft, mode: KitMode = KitMode.EITHER, source_id: str = "K-1") -> int:
    """An order that was imported, of a kit SET (one BODY, two CAPs) of which there is stock; its id."""
    for sku, pieces in {"BODY": 20, "CAP": 20, "SET": 0}.items():
        if sku not in house.skus:
            house.stock(sku, pieces)
    parts = (PartDraft("BODY", 1, 2), PartDraft("CAP", 2, 3))
    house.store.write(import_kits, LEAD, "kits.csv", [KitDraft(sku="SET", line=2, parts=parts, mode=mode)])
    draft = OrderDraft(
        shop="web", source_id=source_id, lines=lines, payload="[]", line=2, **RECIPIENT,  # type: ignore[arg-type]
    )
    taken = house.store.write(import_orders, LEAD, Origin(house.warehouse, "file", "in.csv"), Known(), [draft])
    assert taken.problems == []
    order_id: int = house.one(select(Order.id).where(Order.source_id == source_id))
    return order_id


def test_a_kit_is_picked_and_packed_by_its_components(house: House, hands: Hands) -> None:
    order = bring(house, LineDraft("SET", 2, 2), mode=KitMode.COMPONENTS)
    assert house.state(order) is OrderState.READY
    house.release()
    tasks = house.all(select(PickTask.quantity).order_by(PickTask.quantity))
    assert tasks == [2, 4]
    house.pick_all()
    assert house.state(order) is OrderState.PICKED
    assert house.on_hand("CAP") == (16, 0)
    hands.scan(house.tote_of(order))
    assert hands.judged.facts == {"order": "K-1", "pieces": 6, "lines": 2}
    assert hands.scan("CAP-EAN", "CAP-EAN", "BODY-EAN", "CAP-EAN", "BODY-EAN") == "item"
    assert hands.scan("CAP-EAN") == "complete"
    assert house.get(Parcel, hands.parcel.parcel_id).weight_g == 600
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert house.state(order) is OrderState.SHIPPED


def test_a_component_beside_its_kit_is_a_line_of_its_own(house: House, hands: Hands) -> None:
    order = bring(house, LineDraft("CAP", 1, 2), LineDraft("SET", 1, 3))
    lines = select(OrderLine.kit_number).where(OrderLine.order_id == order).order_by(OrderLine.position)
    assert house.all(lines) == [None, 2, 2]
    house.release()
    house.pick_all()
    hands.scan(house.tote_of(order), "CAP-EAN", "CAP-EAN", "CAP-EAN")
    assert hands.scan("CAP-EAN") == "over_scan"
    assert hands.scan("XXOK", "BODY-EAN") == "complete"


def test_customs_ask_for_what_is_in_the_kit(house: House) -> None:
    house.stock("SET", 0)
    house.stock("CAP", 1)

    def forget(sku: str) -> None:
        house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus[sku]), "hs_code", ""))

    forget("SET")
    assert house.state(bring(house, LineDraft("SET", 1, 2))) is OrderState.READY
    forget("CAP")
    assert house.get(Order, bring(house, LineDraft("SET", 1, 2), source_id="K-2")).missing == "hs_code"


def test_a_kit_that_is_short_says_which_component(house: House) -> None:
    order = bring(house, LineDraft("SET", 11, 2))  # eleven bodies and twenty-two caps: two caps too many
    house.order("BODY")
    house.plan()
    assert house.state(order) is OrderState.READY
