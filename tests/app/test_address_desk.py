"""What the command line says of an address that changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import main
from db.orders import Order
from tests.factories import open_house


def test_an_address_is_changed_at_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_house(tmp_path) as house:
        order = house.picked("TEA")
        number = house.source_id(order)

        def line(*arguments: str) -> tuple[int, str]:
            code = main(["address", number, *arguments, "--db", str(tmp_path / "house.db"), "--language", "en"])
            told = capsys.readouterr()
            return code, (told.out + told.err).strip()

        why = ("--reason", "The buyer asked for it")
        told = f"The address of order {number} is changed: a label with the old one is stopped at the bench"
        assert line("--street", "1 New St", "--street", "Floor 2", "--name", "Bo", *why) == (0, told)
        row = house.get(Order, order)
        assert (row.street, row.recipient_name, row.city) == ("1 New St\nFloor 2", "Bo", "London")
        assert row.address_version == 2
        assert line("--name", "Bo", *why) == (0, f"The address of order {number} is as you said")
        assert line(*why) == (2, "Say what of the address changes: give one of its parts")
        code, told = line("--city", "", *why)
        assert (code, told) == (2, f"A label of order {number} needs: city")
