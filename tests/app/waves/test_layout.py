from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import Refusal
from app.waves.layout import Layout, Place, Spot, survey

PITCHES: dict[str, int] = {"aisle_pitch_mm": 3_000, "bay_pitch_mm": 1_000, "cross_aisle_mm": 500}


def place(location_id: int, aisle: str = "A1", bay: int = 1, x_mm: int | None = None, y_mm: int | None = None) -> Place:
    return Place(location_id, aisle, bay, x_mm, y_mm)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Spot(0, 2_000), Spot(0, 7_000), 5_000),
        (Spot(0, 2_000), Spot(1, 3_000), 4_000 + 5_000),  # by the front
        (Spot(0, 8_000), Spot(2, 9_000), 9_000 + 3_000),  # by the back
        (Spot(1, 5_000), Spot(1, 5_000), 0),
    ],
)
def test_distance_is_the_shorter_way_round(a: Spot, b: Spot, expected: int) -> None:
    layout = Layout((0, 4_000, 9_000), 10_000)
    assert layout.distance(a, b) == layout.distance(b, a) == expected


def test_depot_lies_before_the_first_aisle_unless_told() -> None:
    assert Layout((1_000, 4_000), 10_000).depot_distance(Spot(1, 2_000)) == 3_000 + 2_000
    assert Layout((1_000, 4_000), 10_000, depot_x_mm=6_000).depot_distance(Spot(0, 2_000)) == 5_000 + 2_000
    assert Layout((1_000,), 10_000, depot_x_mm=0).depot_x == 0


@pytest.mark.parametrize(("aisles", "length"), [((), 1), ((5, 4), 1), ((1,), -1)])
def test_a_layout_needs_aisles_from_left_to_right(aisles: tuple[int, ...], length: int) -> None:
    with pytest.raises(ValueError, match="left to right"):
        Layout(aisles, length)


def test_survey_by_numbers_orders_aisles_naturally_and_faces_bays() -> None:
    places = [place(1, "A10", 1), place(2, "A2", 2), place(3, "A2", 3), place(4, "A2", 4), place(5, "B1", 5)]
    found = survey(places, **PITCHES)
    assert found.layout == Layout((0, 3_000, 6_000), 500 + 2_000 + 500)
    assert found.spots == {
        1: Spot(1, 500),
        2: Spot(0, 500),
        3: Spot(0, 1_500),
        4: Spot(0, 1_500),
        5: Spot(2, 2_500),
    }


def test_aisles_of_any_name_have_an_order() -> None:
    names = ["", "12", "A", "A01", "A1", "A1b", "A1-2", "7A", "²"]
    found = survey([place(i, name) for i, name in enumerate(names)], **PITCHES)
    ranks = {names[i]: spot.aisle for i, spot in found.spots.items()}
    assert sorted(ranks.values()) == list(range(len(names)))
    assert ranks["7A"] < ranks["12"] < ranks["A"] < ranks["A01"] < ranks["A1"] < ranks["A1-2"] < ranks["A1b"]


def test_survey_by_coordinates_takes_the_middle_of_an_aisle_and_orders_by_x() -> None:
    places = [
        place(1, "A1", 1, 9_000, 4_000),
        place(2, "A1", 2, 10_001, 6_000),
        place(3, "A2", 1, 3_000, 12_000),
        place(4, "A2", 2, 4_000, 4_500),
    ]
    found = survey(places, **PITCHES)
    assert found.layout == Layout((3_500, 9_500), 500 + 8_000 + 500)
    assert found.spots == {1: Spot(1, 500), 2: Spot(1, 2_500), 3: Spot(0, 8_500), 4: Spot(0, 1_000)}


def test_one_place_without_coordinates_makes_all_count_by_number() -> None:
    places = [place(1, "A1", 1, 9_000, 4_000), place(2, "A2", 3, 3_000, None)]
    assert survey(places, **PITCHES) == survey([replace(p, x_mm=None, y_mm=None) for p in places], **PITCHES)


@pytest.mark.parametrize(
    ("places", "changed", "code", "facts"),
    [
        ([], {}, "layout_without_places", {}),
        ([place(7, "A1", 0)], {}, "layout_bay_not_possible", {"location": 7, "aisle": "A1", "bay": 0}),
        ([place(7, "A1", -1, 5, 5)], {}, "layout_bay_not_possible", {"location": 7, "aisle": "A1", "bay": -1}),
        (
            [place(1)],
            {"bay_pitch_mm": 0},
            "layout_pitch_not_possible",
            {"aisle_pitch_mm": 3_000, "bay_pitch_mm": 0, "cross_aisle_mm": 500},
        ),
    ],
)
def test_what_cannot_be_surveyed_is_refused(
    places: list[Place], changed: dict[str, int], code: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        survey(places, **(PITCHES | changed))
    assert (refused.value.code, refused.value.facts) == (code, facts)


def test_survey_of_a_real_warehouse(real_day: Any) -> None:
    places = real_day.places
    found = survey(list(places.values()), aisle_pitch_mm=3_250, bay_pitch_mm=1_500, cross_aisle_mm=1_500)
    assert len(found.spots) == len(places) == 1_050
    # its aisles are numbered from the right
    assert [aisle for aisle, _ in sorted({(p.aisle, found.spots[p.location_id].aisle) for p in places.values()})] == [
        f"A{number:02d}" for number in range(1, 12)
    ]
    assert found.spots[places["A1119504"].location_id] == Spot(0, 21_000 - 6_000 + 1_500)
    assert found.spots[places["A0721204"].location_id].aisle == 4
    assert found.layout.length_mm == 22_500 - 6_000 + 2 * 1_500
    numbered = survey(
        [replace(p, x_mm=None, y_mm=None) for p in places.values()],
        aisle_pitch_mm=3_250,
        bay_pitch_mm=1_500,
        cross_aisle_mm=1_500,
    )
    assert numbered.layout.aisle_x_mm == tuple(range(0, 11 * 3_250, 3_250))
    assert numbered.spots[places["A1119504"].location_id] == Spot(10, 1_500 + 9 * 1_500)
