"""The lessons of the training: made-up goods and orders, each order a step harder than the one before it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.domain.barcode import gtin_check_digit

PREFIX = "TRAINING-"  # begins the number of each lesson's order
# stands large on every label, where others have their service
LABEL_TEXT = "TRAINING DO NOT SHIP"
SENDER = "TRAINING\nThis is no shipment: throw it away\n培训用，请勿发货"
# of the goods (SKU): name, weight in grams, captures
_GOODS: Mapping[str, tuple[str, int, str]] = {
    "T-MUG-R": ("Mug, red", 340, ""),
    "T-MUG-B": ("Mug, blue", 340, ""),
    "T-CABLE": ("USB-C cable 1 m", 45, ""),
    "T-CASE": ("Phone case, black", 38, ""),
    "T-SOCKS": ("Socks, pair", 60, ""),
    "T-BUDS": ("Wireless earbuds", 92, "serial"),
    "T-LAMP": ("Desk lamp", 610, ""),
    "T-BULB": ("Light bulb", 55, ""),
    "T-LAMPSET": ("Lamp with two bulbs", 720, ""),
}
_KITS: Mapping[str, Sequence[tuple[str, int]]] = {"T-LAMPSET": (("T-LAMP", 1), ("T-BULB", 2))}


@dataclass(frozen=True, slots=True)
class Lesson:
    """One order to be packed: its lines (SKU and pieces), and what is special about it.

    `name` ends the codes of its sentences (`training_lesson_<name>`). `slip` is the SKU that lies in the tote by
    mistake, "" for none; `cancelled` orders are taken back by their buyer after they were picked.
    """

    name: str
    lines: tuple[tuple[str, int], ...]
    slip: str = ""
    cancelled: bool = False
    message: str = ""


LESSONS: tuple[Lesson, ...] = (
    Lesson("single", (("T-MUG-R", 1),)),
    Lesson("lines", (("T-MUG-B", 1), ("T-CABLE", 1), ("T-CASE", 1))),
    Lesson("quantity", (("T-SOCKS", 3), ("T-CABLE", 2))),
    Lesson("wrong", (("T-MUG-B", 1), ("T-SOCKS", 1)), slip="T-MUG-R"),
    Lesson("note", (("T-CASE", 1), ("T-SOCKS", 1)), message="Please write: Happy birthday"),
    Lesson("serial", (("T-BUDS", 1), ("T-CASE", 1))),
    Lesson("kit", (("T-LAMPSET", 1), ("T-CABLE", 1))),
    Lesson("cancelled", (("T-LAMP", 1), ("T-SOCKS", 1)), cancelled=True),
)


def order_number(number: int) -> str:
    """The order of the lesson that comes as the `number`th, from 1."""
    return f"{PREFIX}{number}"


def lesson_of(order: str) -> tuple[int, Lesson] | None:
    """The lesson that an order is for and its number, None for an order that is none."""
    number = order.removeprefix(PREFIX)
    if number == order or not number.isdecimal() or not 1 <= int(number) <= len(LESSONS):
        return None
    return int(number), LESSONS[int(number) - 1]


def barcode(sku: str) -> str:
    """The GTIN-13 of training goods, of the range that shops keep for themselves (GS1 prefix 29)."""
    body = f"29{list(_GOODS).index(sku) + 1:010d}"
    return body + gtin_check_digit(body)


def write_goods(folder: Path) -> list[Path]:
    """The files of locations, goods, kits and stock, in the order of their import."""
    skus = [(sku, name, barcode(sku), grams, captures) for sku, (name, grams, captures) in _GOODS.items()]
    places = {sku: f"A-01-{number:02d}" for number, sku in enumerate(_GOODS, 1) if sku not in _KITS}
    locations = [(place, "A01", bay) for bay, place in enumerate(places.values(), 1)]
    kits = [(kit, part, pieces) for kit, parts in _KITS.items() for part, pieces in parts]
    stock = [(place, sku, 50) for sku, place in places.items()]
    return [
        _write(folder / "locations.csv", ("location", "aisle", "bay"), locations),
        _write(folder / "skus.csv", ("sku", "name", "barcodes", "weight_g", "captures"), skus),
        _write(folder / "kits.csv", ("kit", "component", "quantity"), kits),
        _write(folder / "stock.csv", ("location", "sku", "quantity"), stock),
    ]


def write_order(folder: Path, number: int, now: datetime) -> Path:
    """The file of one lesson's order."""
    lesson = LESSONS[number - 1]
    head = (
        "order", "sku", "quantity", "service", "recipient_name", "street", "postcode", "city", "country", "ship_by",
        "buyer_message",
    )  # fmt: skip
    ship_by = (now + timedelta(hours=2 + number)).isoformat()
    rows = [
        (
            order_number(number), sku, pieces, LABEL_TEXT, f"Training {number}", "No Such Street 1", "310000",
            "Hangzhou", "CN", ship_by, lesson.message,
        )
        for sku, pieces in lesson.lines
    ]  # fmt: skip
    return _write(folder / f"order-{number:02d}.csv", head, rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return path
