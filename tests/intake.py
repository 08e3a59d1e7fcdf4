"""What the import tests share: a fresh database, what stands in it, and files made from rows."""

from __future__ import annotations

import atexit
import csv
import functools
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from app.change import Change, changed
from db.engine import parse_url
from db.store import Store, Tx

LINES = Path(__file__).parents[1].parent / "shared" / "data" / "orders" / "order_lines.csv"
needs_lines = pytest.mark.skipif(not LINES.exists(), reason="the warehouse's line export is not beside the checkout")

ORDER_HEADER = (
    "order", "shop", "status", "version", "placed_at", "ship_by", "service", "recipient_name", "recipient_phone",
    "street", "street2", "postcode", "city", "region", "country", "sku", "quantity",
)  # fmt: skip


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="packbench-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Store(parse_url(str(folder / "empty.db"))).close()
    return folder / "empty.db"


@contextmanager
def fresh_store(folder: Path, name: str = "packbench.db") -> Iterator[Store]:
    """An empty database, as the first start makes it; an existing file of that name is opened again."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        shutil.copy(_template(), folder / name)
    with Store(parse_url(str(folder / name))) as store:
        yield store


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""

    def read(session: Any) -> dict[str, list[tuple[Any, ...]]]:
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).scalars()
        return {t: [tuple(r) for r in session.execute(text(f'SELECT * FROM "{t}" ORDER BY rowid'))] for t in tables}

    return store.read(read)


def rows(store: Store, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """What a SELECT finds."""
    return store.read(lambda session: [tuple(row) for row in session.execute(text(sql), values)])


def run(store: Store, sql: str, **values: object) -> None:
    """Change the database behind the program's back, to bring it into a state that other work would."""

    def operation(tx: Tx) -> tuple[None, Change]:
        tx.connection.execute(text(sql), values)
        return None, changed()

    store.write(operation)


def order_row(order: str, sku: str = "S1", quantity: object = 1, **more: object) -> dict[str, object]:
    """A row of Packbench's own order file with a whole recipient; keywords replace or add cells."""
    row: dict[str, object] = {
        "order": order, "shop": "web", "recipient_name": "Ada Lovelace", "recipient_phone": "+44 1",
        "street": "1 Main St", "postcode": "E1", "city": "London", "country": "GB", "sku": sku, "quantity": quantity,
    }  # fmt: skip
    return row | more


def write_csv(
    path: Path, records: Sequence[dict[str, object]], *, encoding: str = "utf-8", header: Sequence[str] | None = None,
    delimiter: str = ",",
) -> Path:
    """A CSV file of these rows; the header is all their keys unless given."""
    names = list(header or dict.fromkeys(name for record in records for name in record))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, names, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(records)
    return path


def write_xlsx(path: Path, records: Sequence[dict[str, object]]) -> Path:
    """A workbook with one sheet of these rows; numbers stay numbers, text is text even if it begins with `=`."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    names = list(dict.fromkeys(name for record in records for name in record))
    header: dict[str, object] = dict(zip(names, names, strict=True))
    for line, values in enumerate([header, *records], start=1):
        for column, name in enumerate(names, start=1):
            cell = sheet.cell(line, column)
            cell.value = values.get(name)  # type: ignore[assignment]
            if isinstance(values.get(name), str):
                cell.data_type = "s"
    book.save(path)
    return path


def write_json(path: Path, value: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path
