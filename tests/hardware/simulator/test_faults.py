"""Faults written as text."""

from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from hardware.simulator.faults import Fault, Trouble, parse_faults


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_can_be_written(trouble: Trouble) -> None:
    assert parse_faults([f"{trouble.value}@137:2.5", f" {trouble.value}@3 "]) == (
        Fault(trouble, 137, 2.5),
        Fault(trouble, 3, None),
    )


@pytest.mark.parametrize(
    "text", ["", "paper_out", "paper_out@", "paper_out@0", "paper_out@-1", "paper_out@1:", "paper_out@1:x", "fire@1",
             "paper_out@1,2", "paper_out@1:1:1", "Paper_Out@1", "paper_out@١"]
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_faults(["cut@1", text])
    assert refused.value.code == "twin_fault_unknown"
    assert refused.value.facts == {"fault": text}
