"""The journal's rows, and numbers that nobody gets twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from db.journal import Counter, JournalEntry, record, take_number
from db.store import Store, Tx
from tests.intake import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_store(tmp_path) as store:
        yield store


def take(tx: Tx, name: str, count: int = 1) -> tuple[int, Change]:
    return take_number(tx, name, count), NOTHING


def test_series_start_at_one_and_are_their_own(store: Store) -> None:
    assert [store.write(take, "parcel") for _ in range(3)] == [1, 2, 3]
    assert store.write(take, "tracking") == 1
    assert store.write(take, "parcel", 10) == 4
    assert store.write(take, "parcel") == 14


def test_a_number_of_a_transaction_that_failed_is_not_lost(store: Store) -> None:
    def fail(tx: Tx) -> tuple[None, Change]:
        take_number(tx, "parcel", 5)
        raise Refusal("order_unknown")

    with pytest.raises(Refusal):
        store.write(fail)
    assert store.write(take, "parcel") == 1


def test_a_savepoint_that_was_taken_back_gives_its_numbers_back(store: Store) -> None:
    def twice(tx: Tx) -> tuple[list[int], Change]:
        numbers = [take_number(tx, "parcel")]
        try:
            with tx.session.begin_nested():
                take_number(tx, "parcel")
                take_number(tx, "new series")
                raise Refusal("order_unknown")
        except Refusal:
            numbers += [take_number(tx, "parcel"), take_number(tx, "new series")]
        return numbers, NOTHING

    assert store.write(twice) == [1, 2, 1]
    assert dict(store.read(lambda session: session.execute(select(Counter.name, Counter.next)).all())) == {
        "parcel": 3, "new series": 2,
    }  # fmt: skip


def test_a_row_says_who_where_why_and_what(store: Store) -> None:
    def write(tx: Tx) -> tuple[None, Change]:
        record(tx, Actor(None, None, Role.LEAD), "kick_out", {"order": 7}, reason="beschädigt", undo={"order": 7})
        return None, NOTHING

    store.write(write)
    entry = store.read(lambda session: session.scalars(select(JournalEntry)).one())
    assert (entry.name, entry.role, entry.reason) == ("kick_out", "lead", "beschädigt")
    assert (json.loads(entry.ids), json.loads(entry.undo or "")) == ({"order": 7}, {"order": 7})
    assert entry.uuid.version == 7
