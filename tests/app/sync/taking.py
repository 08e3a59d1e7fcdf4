"""Files taken into a database: what the tests of the import share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.sync.files import Report, import_file
from db.store import Store
from tests.intake import (
    fresh_store,
    rows,
    run,
    write_csv,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_store(tmp_path / "db") as opened:
        yield opened


@pytest.fixture
def take(store: Store, tmp_path: Path) -> Callable[..., Report]:
    """Write rows to a CSV file and import it."""

    def imported(*records: dict[str, object], **named: Any) -> Report:
        return import_file(store, write_csv(tmp_path / "in.csv", records), **named)

    return imported


def order(store: Store, source_id: str = "1") -> dict[str, Any]:
    names = (
        "id", "state", "missing", "reason", "version", "recipient_name", "street", "city", "country", "service",
        "ship_by", "source_version", "cancel_requested_at", "fingerprint",
    )  # fmt: skip
    (found,) = rows(store, f"SELECT {', '.join(names)} FROM orders WHERE source_id = :id", id=source_id)
    return dict(zip(names, found, strict=True))


def lines(store: Store, source_id: str = "1") -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT position, code, quantity FROM order_lines l JOIN orders o ON o.id = l.order_id "
        "JOIN skus s ON s.id = l.sku_id WHERE source_id = :id ORDER BY position",
        id=source_id,
    )


def stock(store: Store) -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT l.code, k.code, t.code, on_hand, allocated FROM stock s JOIN locations l ON l.id = s.location_id "
        "JOIN skus k ON k.id = s.sku_id LEFT JOIN lots t ON t.id = s.lot_id ORDER BY s.id",
    )


def moves(store: Store) -> list[tuple[Any, ...]]:
    return rows(store, "SELECT stock_id, kind, on_hand_delta, allocated_delta FROM stock_moves ORDER BY id")


def weigh(store: Store, *codes: str) -> None:
    for code in codes:
        run(store, "UPDATE skus SET weight_g = 100 WHERE code = :code", code=code)
