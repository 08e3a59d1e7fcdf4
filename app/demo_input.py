"""What the demo feeds on: made-up orders from a seed, and made-up facts for real orders that lack them."""

from __future__ import annotations

import csv
import random
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

from app.domain.barcode import gtin_check_digit
from app.queries.demo import (
    Uncounted,
    incomplete_orders,
    skus_without_customs,
    skus_without_place,
    skus_without_weight,
    stock_never_counted,
    tote_contents,
)
from db.store import Store

AISLES, BAYS, SKUS = 8, 20, 160
_DEADLINES = tuple(timedelta(hours=hours) for hours in (1, 5, 24))
# a name, the HS code, the description for customs, the value of a piece in cents, and what carriers restrict
_GOODS = (
    ("Wireless earbuds", "851830", "Wireless earbuds with charging case", 2490, "PI967", "magnet"),
    ("Phone case", "392690", "Phone case of silicone", 690, "none", ""),
    ("USB-C cable 1 m", "854442", "USB-C charging cable, 1 m", 590, "none", ""),
    ("Desk lamp", "940521", "LED desk lamp", 1990, "none", ""),
    ("Water bottle", "961700", "Insulated steel water bottle", 1490, "none", ""),
    ("Yoga mat", "950691", "Yoga mat of TPE foam", 1890, "none", ""),
    ("Notebook A5", "482010", "Paper notebook A5", 450, "none", ""),
    ("Backpack", "420292", "Backpack of polyester", 2990, "none", ""),
    ("Socks, pair", "611595", "Cotton socks, knitted", 390, "none", ""),
    ("Kitchen scale", "842381", "Digital kitchen scale", 1590, "PI970", ""),
    ("Garden gloves", "611610", "Garden gloves, rubber coated", 490, "none", ""),
    ("Board game", "950490", "Board game of cardboard", 2190, "none", ""),
    ("Face towel", "630260", "Cotton face towel", 550, "none", ""),
    ("Bike light", "851210", "Bicycle lamp, rechargeable", 1290, "PI967", ""),
    ("Puzzle", "950300", "Jigsaw puzzle, 500 pieces", 990, "none", ""),
    ("Travel adapter", "853669", "Travel adapter plug", 1190, "none", ""),
)
_CUSTOMS = ("hs_code", "origin", "customs_description", "value", "currency", "battery", "restricted")
_LANGUAGES = {
    "ES": "es", "CN": "zh", "RU": "ru", "SA": "ar", "TH": "th", "DE": "de", "PL": "pl", "GR": "el", "IL": "he",
    "JP": "ja", "KR": "ko", "BR": "pt",
}  # fmt: skip
_GIFT = "All the best for your birthday"
_COLOURS = ("black", "red", "blue", "white", "green", "grey", "yellow", "orange", "pink", "brown")


@cache
def _samples() -> dict[str, object]:
    return tomllib.loads(resources.files("resources").joinpath("samples", "recipients.toml").read_text("utf-8"))


def sender() -> str:
    """The made-up sender, in lines."""
    return str(_samples()["sender"])


def _recipients() -> list[dict[str, str]]:
    found = _samples()["recipient"]
    assert isinstance(found, list)
    return found


def write_made_up(folder: Path, orders: int, seed: int, now: datetime | None = None) -> list[Path]:
    """Files of a small made-up warehouse and `orders` orders, the same for the same seed; in order of import.

    With `now` each order is to be shipped within the next day, the first ones within the hour.
    """
    rng = random.Random(seed)
    locations, skus, stock = [], [], []
    places = [(aisle, bay) for aisle in range(1, AISLES + 1) for bay in range(1, BAYS + 1)]
    for number, (aisle, bay) in enumerate(rng.sample(places, SKUS)):
        location = f"A-{aisle:02d}-{bay:02d}"
        body = f"690{seed % 1000:03d}{number:06d}"
        good = f"{_GOODS[number % len(_GOODS)][0]}, {_COLOURS[number // len(_GOODS)]}"
        locations.append((location, f"A{aisle:02d}", bay))
        barcode = body + gtin_check_digit(body)
        skus.append((f"SKU-{number:04d}", good, barcode, rng.randint(20, 900), *_customs(number)))
        stock.append((location, f"SKU-{number:04d}", 60 + 2 * orders))
    lines: list[dict[str, object]] = []
    for number in range(orders):
        count = 1 if rng.random() < 0.55 else rng.randint(2, 4)
        person = rng.choice(_recipients())
        if now is not None:
            person = {**person, "ship_by": (now + _DEADLINES[number * len(_DEADLINES) // orders]).isoformat()}
        for sku in rng.sample(range(SKUS), count):
            quantity = 1 if count == 1 or rng.random() < 0.8 else rng.randint(2, 3)
            lines.append(
                {
                    "order": f"PB-{seed}-{number + 1:05d}", "sku": f"SKU-{sku:04d}", "quantity": quantity, **person,
                    "price": f"{_GOODS[sku % len(_GOODS)][3] / 100:.2f}", "currency": "EUR", "freight": "4.90",
                    "language": _LANGUAGES.get(person["country"], "en"),
                    "gift_message": _GIFT if number % 9 == 4 else "",
                }
            )
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write(folder / "locations.csv", ("location", "aisle", "bay"), locations),
        _write(folder / "skus.csv", ("sku", "name", "barcodes", "weight_g", *_CUSTOMS), skus),
        _write(folder / "stock.csv", ("location", "sku", "quantity"), stock),
        _write(folder / "orders.csv", tuple(lines[0]), [tuple(line.values()) for line in lines]),
    ]


@dataclass(frozen=True, slots=True)
class Filled:
    """Files that fill gaps, and how many gaps of which sort: orders without recipient, SKUs without weight or without
    customs data, stock."""

    files: tuple[Path, ...]
    recipients: int
    weights: int
    customs: int
    stock: int


def _customs(number: int) -> tuple[str, ...]:
    """What a SKU's row says for customs."""
    _, hs_code, description, cents, battery, restricted = _GOODS[number % len(_GOODS)]
    return hs_code, "CN", description, f"{cents / 100:.2f}", "EUR", battery, restricted


def write_fillings(store: Store, folder: Path, seed: int) -> Filled:
    """Files with made-up weights, stock and recipients for everything that lacks them, drawn from the seed."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    files: list[Path] = []
    weights = [(sku, rng.randint(20, 900)) for sku in store.read(skus_without_weight)]
    if weights:
        files.append(_write(folder / "filled-weights.csv", ("sku", "weight_g"), weights))
    unknown = store.read(skus_without_customs)
    if unknown:
        rows_of_skus = [(sku, *_customs(number)) for number, sku in enumerate(unknown)]
        files.append(_write(folder / "filled-customs.csv", ("sku", *_CUSTOMS), rows_of_skus))
    homeless = store.read(skus_without_place)
    homes = [
        (f"M-{n // BAYS + 1:02d}-{n % BAYS + 1:02d}", f"M{n // BAYS + 1:02d}", n % BAYS + 1)
        for n in range(len(homeless))
    ]
    if homes:
        files.append(_write(folder / "filled-locations.csv", ("location", "aisle", "bay"), homes))
    never_counted = [
        *store.read(stock_never_counted),
        *(Uncounted(home[0], sku, wanted) for home, (sku, wanted) in zip(homes, homeless, strict=True)),
    ]
    stock = [(row.location, row.sku, row.wanted + rng.randint(5, 50)) for row in never_counted]
    if stock:
        files.append(_write(folder / "filled-stock.csv", ("location", "sku", "quantity"), stock))
    people = _recipients()
    rows: list[tuple[object, ...]] = []
    orders = set()
    for order in store.read(incomplete_orders):
        # drawn from the order's own number, so that the same order gets the same person whatever came before it
        person = people[random.Random(f"{seed}/{order.source_id}").randrange(len(people))]
        orders.add(order.source_id)
        rows += [
            (order.source_id, order.shop, sku, quantity, *(person[name] for name in _PERSON))
            for sku, quantity in order.lines
        ]
    if rows:
        files.append(_write(folder / "filled-recipients.csv", ("order", "shop", "sku", "quantity", *_PERSON), rows))
    return Filled(tuple(files), len(orders), len(weights), len(unknown), len(stock))


def write_work(store: Store, path: Path) -> None:
    """What a packer by hand has to scan: each tote's code, and the barcodes of the goods in it."""
    lines, tote = [], None
    for row in store.read(tote_contents):
        if row.tote != tote:
            tote = row.tote
            lines.append(f"{tote}")
        lines.append(f"    {row.quantity} x {row.barcode}   {row.name or row.sku}   order {row.order}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


_PERSON = ("recipient_name", "street", "postcode", "city", "region", "country")


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return path
