"""Where an order stands and what comes next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.domain.customs import Lack
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from ui.pages.order_situation import situation
from ui.words import Words


def order(state: OrderState, **facts: Any) -> Any:
    usual: dict[str, Any] = {
        "source_id": "A-1", "reason": None, "missing": "", "cancel_requested_at": None, "tote": None, "wave": None,
        "lines": (), "parcels": (), "to_put_back": False, "lacks": (),
    }  # fmt: skip
    return SimpleNamespace(state=state, **(usual | facts))


def line(sku: str, picked: int, *, short: bool) -> Any:
    return SimpleNamespace(sku=sku, ordered=2, picked=picked, short=short)


def parcel(*copies: JobState) -> Any:
    label = SimpleNamespace(
        state=LabelState.VALID,
        copies=tuple(SimpleNamespace(copy=number, state=state) for number, state in enumerate(copies, 1)),
    )
    return SimpleNamespace(station="P-1", state=ParcelState.LABELLING, labels=(label,))


@pytest.mark.parametrize(
    ("tote", "said"),
    [
        ("TT00020I", "Put aside: 1 × MUG not in stock. Put the goods in tote TT00020I back"),
        (None, "Put aside: 1 × MUG not in stock. Its goods wait to be put back"),
    ],
)
def test_a_problem_says_its_cause_first_and_then_what_to_do(tote: str | None, said: str) -> None:
    lines = (line("CUP", 2, short=False), line("MUG", 1, short=True))
    found = order(OrderState.PROBLEM, reason="short", lines=lines, tote=tote, to_put_back=True)
    assert situation(Words(), found) == ("fail", said)


def test_an_uncertain_label_is_what_an_order_waits_for() -> None:
    outcome, said = situation(Words(), order(OrderState.PACKING, parcels=(parcel(JobState.UNCERTAIN),)))
    assert outcome == "attention"
    assert said.startswith("Look at the printer: did copy 1 come out?")


def test_a_copy_that_was_replaced_is_asked_for_no_more() -> None:
    found = order(OrderState.PACKING, parcels=(parcel(JobState.UNCERTAIN, JobState.PRINTED),))
    assert situation(Words(), found) == ("", "On the table of P-1")


def test_shipped_is_called_what_the_board_calls_it() -> None:
    words = Words()
    said = situation(words, order(OrderState.SHIPPED))[1]
    assert said.startswith(words.say("board_shipped"))


def test_a_closed_box_whose_label_was_voided_is_not_called_well() -> None:
    void = SimpleNamespace(state=LabelState.VOIDED, tracking="LX000000014CN", copies=())
    new = SimpleNamespace(state=LabelState.VALID, tracking="LX000000028CN", copies=())
    box = SimpleNamespace(station=None, state=ParcelState.LABELLING, labels=(void,))
    assert situation(Words(), order(OrderState.SHIPPED, parcels=(box,))) == (
        "attention", "Its label was voided: the box waits for another one, F9 or F7"
    )  # fmt: skip
    box.labels = (void, new)
    assert situation(Words(), order(OrderState.SHIPPED, parcels=(box,))) == (
        "attention", "Its label was voided: put label LX 000 000 028 CN on the box and scan it"
    )  # fmt: skip


def test_what_customs_ask_is_told_by_sku() -> None:
    lacks = (Lack("MUG", "hs_code"), Lack("MUG", "origin"), *(Lack(f"S{n}", "value") for n in range(4)))
    missing = "hs_code,origin,value"
    outcome, said = situation(Words(), order(OrderState.INCOMPLETE, missing=missing, lacks=lacks))
    assert outcome == "attention"
    assert said.startswith("Customs need: HS code, country of origin of MUG · customs value of S0 · ")
    assert "· +2. Add it to the SKUs" in said
    mixed = situation(Words(), order(OrderState.INCOMPLETE, missing=f"weight,{missing}", lacks=lacks))[1]
    assert mixed.startswith("Missing: weight, HS code, country of origin, customs value")
