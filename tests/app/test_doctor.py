"""What the doctor says of the labels' sender."""

from __future__ import annotations

from pathlib import Path

from app.doctor import _database
from app.opening import open_store
from app.operations.label_content import name_sender
from app.operations.stations import ensure_warehouse
from tests.factories import LEAD


def test_a_warehouse_without_a_sender_is_no_healthy_one(tmp_path: Path) -> None:
    file = str(tmp_path / "a.db")
    with open_store(file) as store:
        assert [finding.healthy for finding in _database(file, "en")] == [True, True]  # nothing was set up yet
        warehouse = store.write(ensure_warehouse, "MAIN", "Main warehouse")
        (*_, found) = _database(file, "en")
        said = "✕ sender: Labels of warehouse MAIN carry no sender: name it in the window's settings"
        assert found.line == said
        store.write(name_sender, LEAD, warehouse, "Harbour Ltd\nHangzhou", "CN")
        assert [finding.healthy for finding in _database(file, "en")] == [True, True]
