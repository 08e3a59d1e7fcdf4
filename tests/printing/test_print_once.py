"""The spooler against printers that fail, in virtual time: `bench.print_once` with few jobs."""

from __future__ import annotations

import pytest

from bench.print_once import CLASSES, campaign, is_proven
from bench.print_once_model import Trouble
from hardware.printer import Proof

JOBS = 1500


@pytest.mark.parametrize("name", CLASSES)
def test_no_label_is_doubled_or_lost(name: str) -> None:
    result = campaign(name, "right", 0.08, JOBS, seed=7)
    assert (result.doubled, result.lost) == (0, 0)
    assert set(result.troubles) == {trouble.name for trouble in Trouble}
    proof, _ = CLASSES[name]
    if proof in (Proof.COUNTS, Proof.ACKNOWLEDGES):
        assert result.reasons["printed"] > JOBS * 0.85, "who proves nothing is safe too"
        assert result.to_person <= 1.2 * result.ambiguous
    elif proof is Proof.BLIND:
        assert result.to_person < JOBS / 15, "one look settles a whole window"


@pytest.mark.parametrize("policy", ["sent again", "sent is printed"])
def test_the_harness_notices_a_wrong_policy(policy: str) -> None:
    result = campaign("counts", policy, 0.08, JOBS, seed=7)
    assert (result.doubled if policy == "sent again" else result.lost) > 10
    right = campaign("counts", "right", 0.08, 500, seed=7)
    assert is_proven([(("counts", "right"), right), (("counts", policy), result)])
    assert not is_proven([(("counts", "right"), result)])
    assert not is_proven([(("counts", policy), right)])
