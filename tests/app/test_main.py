"""The composition root of the window: what it loads when, and what it asks of the interpreter."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.main import Wanted, in_window, opened_window
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
