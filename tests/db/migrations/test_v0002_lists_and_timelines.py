"""A journal of the first version is found by what its entries are about."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.people import SYSTEM
from db import migrate
from db.engine import open_engine, parse_url
from db.journal import JournalEntry, record
from db.store import Tx
from tests.intake import fresh_store

ENTRIES: dict[str, dict[str, object]] = {
    "kick_out": {"order": 7},
    "short_pick": {"task": 3, "order": 8, "found": 0, "missing": 1},
    "create_wave": {"wave": 2, "orders": 40},
    "reprint": {"parcel": 4, "job": 9, "of": 8, "copy": 2},
    "import_orders": {"file": "orders.csv", "new": [1, 3], "changed": {"5": ["city"]}},
    "new_station": {"station": 1},
}


def test_entries_that_are_there_are_found_too(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    engine = open_engine(parse_url(str(path)), writer=True)
    migrate.upgrade(engine, "0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO journal (uuid, role, at, name, ids) VALUES (?, 'lead', '2026-03-02 12:00:00.000000', ?, ?)",
            [(str(n), name, json.dumps(ids)) for n, (name, ids) in enumerate(ENTRIES.items())],
        )
        connection.commit()
    migrate.upgrade(engine, "0002")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, order_id, wave_id, job_id, ids FROM journal ORDER BY id").fetchall()
    assert [row[:4] for row in rows] == [
        ("kick_out", 7, None, None), ("short_pick", 8, None, None), ("create_wave", None, 2, None),
        ("reprint", None, None, 9), ("import_orders", None, None, None), ("new_station", None, None, None),
    ]  # fmt: skip
    assert [json.loads(row[4]) for row in rows] == list(ENTRIES.values())


def test_new_entries_are_found_in_the_same_way(tmp_path: Path) -> None:
    def write(tx: Tx) -> tuple[None, Change]:
        for name, ids in ENTRIES.items():
            record(tx, SYSTEM, name, ids)
        return None, NOTHING

    with fresh_store(tmp_path) as store:
        store.write(write)
        wanted = select(JournalEntry.order_id, JournalEntry.wave_id, JournalEntry.job_id).order_by(JournalEntry.id)
        rows = store.read(lambda session: [tuple(row) for row in session.execute(wanted)])
    assert rows == [(7, None, None), (8, None, None), (None, 2, None), (None, None, 9), *[(None, None, None)] * 2]
