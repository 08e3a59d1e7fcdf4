"""How SQLite would run what a query asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories import House


def plans(house: House, query: Callable[..., Any], *args: Any, **kwargs: Any) -> list[list[str]]:
    """The steps of each statement that a query runs, as EXPLAIN QUERY PLAN words them."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            seen.append((statement, parameters))

    def noted(session: Session) -> None:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            query(session, *args, **kwargs)
        finally:
            event.remove(engine, "before_cursor_execute", note)

    house.store.read(noted)
    with closing(sqlite3.connect(str(house.store.url.database))) as connection:
        return [[row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)] for sql, values in seen]
