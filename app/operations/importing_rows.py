"""Many rows at once: inserts as fast as the driver's own, ids known before, rows found by sets of keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, text
from sqlalchemy.orm import InstrumentedAttribute

from db.base import Base

T = TypeVar("T")
# SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535
MAX_KEYS = 5_000


class RowInserter:
    """Inserts rows into one table, whose values stand in the order of `columns`.

    On SQLite the rows go to the driver as they are, which takes half the time of SQLAlchemy's own executemany; values
    of types that need it (moments, UUIDs, enumerations) are given through `stored`, which converts them as the
    column's type does. On other databases it is an ordinary Core insert, and `stored` changes nothing.
    """

    def __init__(self, connection: Connection, model: type[Base], columns: Sequence[str]) -> None:
        self._connection = connection
        self._table = cast(Table, model.__table__)
        self._columns = tuple(columns)
        self._direct = _driver_takes_rows(connection)

    def stored(self, column: str) -> Callable[[Any], Any]:
        """How a value of that column is given to `insert`."""
        kind = self._table.c[column].type.dialect_impl(self._connection.dialect)
        convert = kind.bind_processor(self._connection.dialect) if self._direct else None
        return convert or (lambda value: value)

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert the rows in one statement."""
        if not rows:
            return
        if self._direct:
            places = ", ".join("?" * len(self._columns))
            names = ", ".join(f'"{name}"' for name in self._columns)
            # names of our own tables and columns
            statement = f'INSERT INTO "{self._table.name}" ({names}) VALUES ({places})'
            self._connection.exec_driver_sql(statement, list(rows))
        else:
            self._connection.execute(insert(self._table), [dict(zip(self._columns, row, strict=True)) for row in rows])


def _driver_takes_rows(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def take_ids(connection: Connection, model: type[Base], count: int) -> Sequence[int]:
    """Keys for `count` new rows of a table, in ascending order, so that rows pointing to them can go along.

    SQLite: the numbers after the largest, which nobody else can take while this write transaction lasts. PostgreSQL:
    from the table's own sequence, which would not notice keys that it did not give.
    """
    table = cast(Table, model.__table__)
    if connection.dialect.name == "postgresql":
        series = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return sorted(connection.execute(series, {"name": table.name, "count": count}).scalars())
    first = (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
    return range(first, first + count)


def among(connection: Connection, column: InstrumentedAttribute[T], keys: Sequence[T]) -> ColumnElement[bool]:
    """Whether a column's value is one of the keys.

    On SQLite they go as one JSON parameter: the statement then is the same for any number of keys and is compiled
    once, which an IN list of hundreds of parameters is not.
    """
    if _driver_takes_rows(connection):
        listed = func.json_each(json.dumps(keys, ensure_ascii=False)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column.in_(keys)


def portions(items: Iterable[T], size: int = MAX_KEYS) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    left = iter(items)
    while portion := list(islice(left, size)):
        yield portion
