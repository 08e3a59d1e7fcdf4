"""What the command line says of number pools, and of labels that are voided."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.cli import main
from app.doctor import _database
from app.domain.states import LabelState
from app.operations.numbers import close_pool
from db.parcels import Label, PrintJob
from tests.factories import LEAD, open_house

ADD = ("--add", "--form", "s10", "--first", "RR473124829GB", "--last", "RR473125824GB", "--carrier", "EXAMPLE-POST")


class Line:
    """Somebody at the command line, on one database."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.db = str(folder / "house.db")
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what was said."""
        code = main([*arguments, "--db", self.db, "--language", "en"])
        told = self._capsys.readouterr()
        return code, (told.out + told.err).strip()


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(tmp_path, capsys)


def test_pools_are_added_listed_and_closed(line: Line) -> None:
    assert line("numbers", "--list") == (0, "No pools: labels carry numbers of Packbench's own series")
    assert line("numbers", *ADD) == (0, "Pool 1: 101 numbers, RR473124829GB to RR473125824GB")
    listed = "EXAMPLE-POST *  s10  RR473124829GB – RR473125824GB  next RR473124829GB  101 left"
    assert line("numbers", "--list") == (0, f"✓ 1  {listed}")
    code, told = line("numbers", *ADD, "--service", "PACKET")
    assert (code, told[:6]) == (2, "Pool 1")
    assert line("numbers", "--close", "1") == (0, "Pool 1 is closed, 101 numbers stay unused")
    assert line("numbers", "--list") == (0, f"✓ 1  {listed}  Out of use")
    assert line("numbers", "--add")[0] == 2
    assert line("numbers", "--close", "7") == (2, "There is no pool 7")


def test_numbers_that_run_out_are_told(line: Line, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        hands = house.hands()
        assert line("numbers", *ADD, "--low", "100")[0] == 0
        order = house.picked(("MUG", 1), carrier="EXAMPLE-POST", service="PACKET")
        assert hands.scan(house.tote_of(order), "MUG-EAN") == "complete"
        told = "EXAMPLE-POST *: 100 numbers left, for 100 d, ask for more"
        code, said = line("numbers", "--list")
        assert code == 1
        assert said.splitlines()[0].startswith("✕ 1  EXAMPLE-POST")
        assert said.splitlines()[1] == told
        assert f"✕ Numbers: {told}" in [finding.line for finding in _database(line.db, "en")]
        house.store.write(close_pool, LEAD, 1)
        assert line("numbers", "--list")[0] == 0


def test_a_label_is_voided_and_made_anew(line: Line, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        hands = house.hands()
        order = house.picked(("MUG", 1), source_id="A-1")
        hands.scan(house.tote_of(order), "MUG-EAN")
        (first,) = house.all(select(Label.tracking))
        assert line("void", first, "--reason", "wrong") == (0, f"{first} is void: take the label off the box")
        assert line("void", "A-1", "--reason", "wrong")[0] == 2
        code, told = line("void", "A-1", "--reason", "wrong", "--relabel", "BENCH-1")
        assert code == 0
        assert told.startswith("LX000000028CN comes out at BENCH-1, copy 2")
        assert house.all(select(Label.state).order_by(Label.id)) == [LabelState.VOIDED, LabelState.VALID]
        assert house.all(select(PrintJob.queue).order_by(PrintJob.id)) == ["BENCH-1", "BENCH-1"]
        assert line("void", "NOBODY", "--reason", "wrong")[0] == 2
