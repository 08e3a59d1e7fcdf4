from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from app.domain.master import (
    BarcodeDraft,
    LocationDraft,
    SkuDraft,
    changed_fields,
    combine_locations,
    combine_skus,
)

ONE, TWO = BarcodeDraft("111", 1, 2), BarcodeDraft("222", 12, 3)


def test_rows_of_a_sku_add_up() -> None:
    other = SkuDraft(code="S1", line=3, weight_g=5, barcodes=(ONE, TWO))
    both = combine_skus(SkuDraft(code="S1", line=2, barcodes=(ONE,)), other)
    assert both == SkuDraft(code="S1", line=2, weight_g=5, barcodes=(ONE, TWO))


def test_rows_that_say_different_things_are_refused() -> None:
    with pytest.raises(Refusal) as caught:
        combine_skus(SkuDraft(code="S1", line=2, weight_g=4), SkuDraft(code="S1", line=3, weight_g=5))
    assert (caught.value.code, caught.value.facts) == ("sku_rows_differ", {"sku": "S1", "field": "weight_g"})
    with pytest.raises(Refusal) as caught:
        combine_locations(LocationDraft(code="A", line=2, bay=1), LocationDraft(code="A", line=3, bay=2))
    assert (caught.value.code, caught.value.facts) == ("location_rows_differ", {"location": "A", "field": "bay"})
    same = combine_locations(LocationDraft(code="A", line=2, bay=1), LocationDraft(code="A", line=3, bay=1, aisle="X"))
    assert same == LocationDraft(code="A", line=2, bay=1, aisle="X")


def test_only_what_is_said_changes() -> None:
    stored = ("name", 10, None, None, None, "", "", "", None, "", "", "", "", "", None, "")
    assert changed_fields(SkuDraft(code="S1", line=2), stored) == {}
    assert changed_fields(SkuDraft(code="S1", line=2, name="name", weight_g=10), stored) == {}
    newer = SkuDraft(code="S1", line=2, weight_g=11, height_mm=3)
    assert changed_fields(newer, stored) == {"weight_g": 11, "height_mm": 3}
