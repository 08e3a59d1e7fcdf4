"""How long 100,000 order lines take in the database, against raw executemany into the same tables, indexes and
transactions; reading and judging apart.

    python -m bench.import_lines [LINES] [RUNS]

Both sides write the same rows into a fresh database with the same pragmas; the raw side gets finished tuples, and the
transactions are cut where the import cut them. Runs alternate; the medians are compared.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from app.sync.files import Report, import_file
from db.engine import parse_url
from db.store import Store

SKUS = 1_050
GOAL = 2.2
STREETS = ("Hauptstraße", "High Street", "Rue de la Paix", "长安街", "Невский проспект", "Calle Mayor")
CITIES = (("Berlin", "DE"), ("London", "GB"), ("Paris", "FR"), ("北京", "CN"), ("Praha", "CZ"), ("Madrid", "ES"))
TABLES = ("orders", "order_lines", "journal")


def write_files(folder: Path, lines: int) -> None:
    """A SKU file, and an order file of so many lines, 1.4 an order as in a real warehouse's export."""
    rng = random.Random(7)
    with (folder / "skus.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("sku", "name", "barcodes", "weight_g"))
        for number in range(SKUS):
            barcode = f"{4_000_000_000_000 + number}"
            writer.writerow((f"SKU{number:05}", f"Item {number}", barcode, rng.randint(20, 900)))
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("order", "placed_at", "ship_by", "recipient_name", "recipient_phone", "street", "postcode", "city",
             "country", "sku", "quantity")
        )  # fmt: skip
        order = written = 0
        while written < lines:
            order += 1
            city, country = rng.choice(CITIES)
            head = (
                f"{1_000_000 + order}", f"2026-03-{rng.randint(1, 28):02}T10:15:00Z", "2026-04-02", f"Buyer {order}",
                f"+49 30 {order:07}", f"{rng.choice(STREETS)} {rng.randint(1, 200)}", f"{order % 99_999:05}", city,
                country,
            )  # fmt: skip
            for _ in range(min(lines - written, rng.choices((1, 2, 3, 5), (75, 16, 6, 3))[0])):
                writer.writerow((*head, f"SKU{rng.randrange(SKUS):05}", rng.choices((1, 2, 3), (95, 4, 1))[0]))
                written += 1


def ours(folder: Path, database: Path) -> Report:
    """Import the orders into a copy of the prepared database."""
    shutil.copy(folder / "prepared.db", database)
    with Store(parse_url(str(database))) as store:
        return import_file(store, folder / "orders.csv", profile="packbench-orders")


Transactions = list[dict[str, list[tuple[object, ...]]]]


def transactions(database: Path) -> Transactions:
    """The rows that the import wrote, as it cut them into transactions: each journal row names its orders."""
    with sqlite3.connect(database) as connection:
        found: Transactions = []
        for row in connection.execute("SELECT * FROM journal WHERE name = 'import_orders' ORDER BY id").fetchall():
            columns = [info[1] for info in connection.execute("PRAGMA table_info(journal)")]
            first, count = json.loads(dict(zip(columns, row, strict=True))["ids"])["new"]
            span = (first, first + count - 1)
            found.append(
                {
                    "orders": connection.execute("SELECT * FROM orders WHERE id BETWEEN ? AND ?", span).fetchall(),
                    "order_lines": connection.execute(
                        "SELECT * FROM order_lines WHERE order_id BETWEEN ? AND ? ORDER BY id", span
                    ).fetchall(),
                    "journal": [row],
                }
            )
    connection.close()
    return found


def raw(folder: Path, database: Path, rows: Transactions) -> float:
    """Write the finished rows with the driver alone; seconds."""
    shutil.copy(folder / "prepared.db", database)
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("INSERT INTO backends (code) VALUES ('file')")
    connection.execute("INSERT INTO shops (backend_id, code, channel) VALUES (1, 'file', '')")
    statements = {}
    for table in TABLES:
        places = ", ".join("?" * len(connection.execute(f"PRAGMA table_info({table})").fetchall()))
        statements[table] = f"INSERT INTO {table} VALUES ({places})"
    started = time.perf_counter()
    for transaction in rows:
        connection.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            connection.executemany(statements[table], transaction[table])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def main() -> int:
    """Measure and print; exit code 1 when the goal is missed."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_files(folder, lines)
        with Store(parse_url(str(folder / "prepared.db"))) as store:
            import_file(store, folder / "skus.csv")
        report = ours(folder, folder / "first.db")  # also warms what is loaded on first use
        rows = transactions(folder / "first.db")
        assert report.lines == sum(len(t["order_lines"]) for t in rows) == lines, report
        writing, reading, plain = [], [], []
        for run in range(runs):
            report = ours(folder, folder / f"ours{run}.db")
            writing.append(report.seconds_writing)
            reading.append(report.seconds_reading)
            plain.append(raw(folder, folder / f"raw{run}.db", rows))
            for file in folder.glob("*[0-9].db*"):
                file.unlink()
    ratio = median(writing) / median(plain)
    print(f"{lines:,} lines in {report.counts['orders'].new:,} orders, {len(rows)} transactions, {runs} runs, medians")
    print(f"  reading and judging      {median(reading):7.3f} s")
    print(f"  database, ours           {median(writing):7.3f} s")
    print(f"  database, executemany    {median(plain):7.3f} s")
    print(f"  ratio                    {ratio:7.2f}   (goal: at most {GOAL})")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
