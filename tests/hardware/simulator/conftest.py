"""A folder with simulated printers for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.hardware.simulator.bed import Bed
from tests.hardware.simulator.meeting import Meeting


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Bed]:
    async with AsyncExitStack() as stack:
        yield Bed(tmp_path / "tray", stack)


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with AsyncExitStack() as stack:
        yield Meeting(tmp_path / "tray", stack)
