from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import Refusal
from app.domain.orders import (
    ADDRESS,
    LineDraft,
    OrderDraft,
    check_update,
    counts_as_new_address,
    differences,
    lacking,
    reviewed,
)
from app.domain.states import OrderState

DRAFT = OrderDraft(
    shop="web", source_id="1", lines=(LineDraft("S1", 1, 2), LineDraft("S2", 3, 3)), payload="[]", line=2,
    recipient_name="Ada", street="1 Main St", city="London", country="GB", service="std",
    ship_by=datetime(2026, 1, 2, tzinfo=UTC), recipient_phone="", postcode="E1", region="", source_version="1",
    placed_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip
STORED = {name: getattr(DRAFT, name) for name in (*ADDRESS, "service", "ship_by", "placed_at", "source_version")}


@pytest.mark.parametrize(
    "name", sorted({f.name for f in fields(OrderDraft)} - {"shop", "source_id", "payload", "line", "fingerprint"})
)
def test_whatever_a_draft_says_is_in_its_fingerprint(name: str) -> None:
    old = getattr(DRAFT, name)
    new: Any = (
        not old if isinstance(old, bool)
        else old + timedelta(1) if isinstance(old, datetime)
        else old[:1] if isinstance(old, tuple)
        else "x" if old is None
        else old + "x"
    )  # fmt: skip
    assert replace(DRAFT, **{name: new}).fingerprint != DRAFT.fingerprint
    assert replace(DRAFT).fingerprint == DRAFT.fingerprint


def test_the_fingerprint_does_not_depend_on_the_place_in_the_file() -> None:
    moved = replace(DRAFT, line=9, payload="{}", lines=tuple(replace(line, line=9) for line in DRAFT.lines))
    assert moved.fingerprint == DRAFT.fingerprint


def test_saying_nothing_is_not_saying_blank() -> None:
    silent = replace(DRAFT, region=None)
    assert silent.fingerprint != DRAFT.fingerprint
    assert differences(silent, STORED | {"region": "Kent"}, DRAFT.wanted) == ()
    assert differences(DRAFT, STORED | {"region": "Kent"}, DRAFT.wanted) == ("region",)


def test_differences_name_fields() -> None:
    assert differences(DRAFT, STORED, DRAFT.wanted) == ()
    newer = replace(DRAFT, city="Paris", country="FR", lines=DRAFT.lines[:1])
    assert differences(newer, STORED, DRAFT.wanted) == ("city", "country", "lines")


def test_what_is_missing() -> None:
    whole = {"recipient_name": "A", "street": "B", "city": "C", "country": "GB", "weighed": True}
    assert lacking(**whole) == ()  # type: ignore[arg-type]
    assert reviewed(()) is OrderState.READY
    nothing = lacking(recipient_name="", street=None, city="", country=None, weighed=False)
    assert nothing == ("recipient_name", "street", "city", "country", "weight")
    assert reviewed(nothing) is OrderState.INCOMPLETE
    for name in whole:
        lack = lacking(**(whole | {name: ""}))  # type: ignore[arg-type]
        assert lack == ("weight" if name == "weighed" else name,)


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("name", ["lines", "street", "service", "ship_by", "placed_at", "buyer_message", "prices"])
def test_what_may_still_change(state: OrderState, labelled: bool, name: str) -> None:
    waiting = state in (OrderState.INCOMPLETE, OrderState.READY)
    allowed = {"lines": waiting, "placed_at": True, "street": True, "buyer_message": True}.get(name, not labelled)
    if state is OrderState.SHIPPED:
        allowed = name == "placed_at"
    if allowed:
        check_update(DRAFT, state, cancelled=False, labelled=labelled, fields=(name,))
        return
    with pytest.raises(Refusal) as caught:
        check_update(DRAFT, state, cancelled=False, labelled=labelled, fields=(name,))
    assert caught.value.code == "order_in_work"
    assert caught.value.facts == {"order": "1", "state": state.value, "fields": name}


@pytest.mark.parametrize("state", OrderState)
def test_an_address_is_new_to_what_is_in_work(state: OrderState) -> None:
    waiting = state in (OrderState.INCOMPLETE, OrderState.READY)
    assert counts_as_new_address(state, labelled=False, fields=("street",)) is not waiting
    assert counts_as_new_address(state, labelled=True, fields=("recipient_phone",))
    assert not counts_as_new_address(state, labelled=True, fields=("service", "buyer_message"))


def test_an_order_in_work_does_not_lose_what_its_parcel_needs() -> None:
    blank = replace(DRAFT, city="")
    check_update(blank, OrderState.READY, cancelled=False, labelled=False, fields=("city",))
    with pytest.raises(Refusal, match="order_in_work"):
        check_update(blank, OrderState.PLANNED, cancelled=False, labelled=False, fields=("city",))


def test_a_cancelled_order_is_not_brought_back() -> None:
    with pytest.raises(Refusal, match="order_was_cancelled"):
        check_update(DRAFT, OrderState.READY, cancelled=True, labelled=False, fields=())
