"""The composition root of the window: what it loads when, and what it asks of the interpreter."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.main import Wanted, in_window, opened_window
from app.settings import Settings
from db.engine import parse_url
from db.journal import JournalEntry
from db.places import Warehouse
from db.store import Store
from tests.factories import open_house
from ui.main_window import PAGES

# each of these takes a tenth of the start, or more
HEAVY = ("PIL", "PySide6.QtMultimedia", "alembic", "babel", "reportlab", "sqlalchemy", "tomlkit", "uharfbuzz")


def test_the_window_is_painted_before_the_engine_is_loaded() -> None:
    code = "import sys, app.cli, app.main, ui.main_window; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name for name in HEAVY if name in done.stdout.split()} == set()


def test_threads_take_short_turns_while_the_window_is_open(qapp: QApplication) -> None:
    async def work() -> int:
        return round(sys.getswitchinterval() * 1e6)

    before = sys.getswitchinterval()
    assert in_window(qapp, work()) <= 500
    assert sys.getswitchinterval() == before


def test_the_page_to_begin_with_is_made_first_and_all_others_follow(qapp: QApplication, tmp_path: Path) -> None:
    made: list[str] = []

    async def work() -> int:
        wanted = Wanted(str(tmp_path / "bench.db"), station="BENCH-1", printer="", page="orders")
        async with asyncio.timeout(60), opened_window(qapp, wanted) as window:
            window.show()
            while len(window.pages) < len(PAGES):
                made.extend(name for name in window.pages if name not in made)
                await asyncio.sleep(0)
            assert window.page is window.pages["orders"]
        return 0

    assert in_window(qapp, work()) == 0
    assert made[0] == "orders"


SENDER = {
    "sender_name": "Müßig Handel GmbH", "sender_street": "Musterstraße 7a", "sender_postcode": "10115",
    "sender_city": "Berlin", "sender_country": "de",
}  # fmt: skip


@pytest.mark.parametrize(
    ("written", "told", "sender"),
    [
        (SENDER, "", "Müßig Handel GmbH\nMusterstraße 7a\n10115 Berlin\nGERMANY"),
        ({}, "", "Packbench Ltd\nShenzhen"),  # who names none leaves what the database says
        ({**SENDER, "sender_city": ""}, "The sender's address is not complete", "Packbench Ltd\nShenzhen"),
        ({**SENDER, "sender_country": "QQ"}, "There is no country QQ", "Packbench Ltd\nShenzhen"),
    ],
)
def test_a_sender_that_was_written_into_the_file_counts_at_start(
    qapp: QApplication, tmp_path: Path, written: dict[str, Any], told: str, sender: str
) -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as the program's own
    with open_house(tmp_path) as house:
        warehouse = house.warehouse

    async def work() -> int:
        wanted = Wanted(str(tmp_path / "house.db"), language="en", printer="", page="packing")

        def mine(found: Settings) -> Settings:
            return replace(found, sound=False, role="picker", **written)

        async with asyncio.timeout(60), opened_window(qapp, wanted, configure=mine) as window:
            window.show()
            while not window.pages:  # noqa: ASYNC110 (widgets set no asyncio.Event)
                await asyncio.sleep(0)
            assert window.work.dialogs.notice.startswith(told)
            assert bool(window.work.dialogs.notice) is bool(told)
            assert window.work.place.warehouse == warehouse
        return 0

    assert in_window(qapp, work()) == 0
    with Store(parse_url(str(tmp_path / "house.db"))) as store:
        row = store.read(lambda session: session.get_one(Warehouse, warehouse))
        assert row.sender == sender
        assert row.country == ("DE" if not told and written else "CN")
        named = store.read(lambda session: session.scalars(select(JournalEntry.name)).all())
        assert named.count("name_sender") == (1 if not told and written else 0)
