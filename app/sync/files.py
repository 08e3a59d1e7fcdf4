"""`packbench import`: a file of orders, SKUs, locations or counted stock into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.domain.orders import OrderDraft
from app.domain.people import SYSTEM, Actor
from app.operations.importing import Known, Origin, import_orders
from app.operations.importing_kits import import_kits, import_substitutes
from app.operations.importing_master import Taken, import_locations, import_skus
from app.operations.importing_stock import import_counts
from app.operations.importing_updates import OrderChange
from app.operations.stations import ensure_warehouse
from app.sync.file_profiles import KINDS, Profile, find_zone, load, load_shipped, shipped
from app.sync.file_readers import ImportFile, fold
from app.sync.file_records import Intake, read_records
from db.places import Warehouse
from db.store import Priority, Store

T = TypeVar("T")
FIRST_WAREHOUSE = ("MAIN", "Main warehouse")
# A scan waits for the chunk that is being written: some 20 ms.
CHUNK_ORDERS = 500
CHUNK_LINES = 2_000
CHUNK_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of one kind's records; `refused` counts bad rows, of orders the orders that were left out."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did.

    `counts` by kind (`orders`, `skus`, `kits`, `substitutes`, `locations`, `places`, `stock`); `lines` of new orders;
    `incomplete` of them lack something; `new_skus` were known to nobody but the orders; `readied` orders became ready
    because a weight has come. Seconds are spent reading and judging, and writing.
    """

    file: str
    profile: str
    kinds: tuple[str, ...]
    counts: Mapping[str, Counts]
    lines: int
    incomplete: int
    new_skus: int
    readied: int
    changes: tuple[OrderChange, ...]
    problems: tuple[Problem, ...]
    seconds_reading: float
    seconds_writing: float


def find_profile(file: ImportFile, kind: str | None = None) -> Profile:
    """The shipped profile that fits the file's columns or keys best.

    One fits when it has its needed columns there, at least two columns in all, and half of the file's columns. Raises
    Refusal `profile_not_found` or `profile_ambiguous` (facts `file`, `profiles`), or what makes the file unreadable.
    """
    fits: list[tuple[int, str, Profile]] = []
    unreadable: Refusal | None = None
    read = False
    for profile in load_shipped():
        if file.format not in profile.formats or (kind is not None and kind not in profile.kinds):
            continue
        try:
            names = {fold(name) for name in file.names(profile) if name}
        except Refusal as refusal:
            unreadable = unreadable or refusal
            continue
        read = True
        known = {fold(column) for source in profile.columns.values() for column in source.columns} & names
        if not _lacking(profile, names) and len(known) >= 2 and 2 * len(known) >= len(names - {profile.lines}):
            fits.append((len(known), profile.name, profile))
    if not read and unreadable is not None:
        raise unreadable
    fits.sort(key=lambda fit: (-fit[0], fit[1]))
    if not fits:
        raise Refusal("profile_not_found", file=file.name, profiles=", ".join(shipped()))
    best = [name for known_columns, name, _ in fits if known_columns == fits[0][0]]
    if len(best) > 1:
        raise Refusal("profile_ambiguous", file=file.name, profiles=", ".join(best))
    return fits[0][2]


def _lacking(profile: Profile, names: set[str]) -> list[str]:
    needed = (column for field in profile.required for column in profile.columns[field].columns)
    return [column for column in needed if fold(column) not in names]


def choose_profile(file: ImportFile, profile: str | Path | None, kind: str | None) -> Profile:
    """The named or fitting profile, cut down to one kind if one is named.

    Raises Refusal `import_kind_unknown` (facts `kind`, `kinds`), `profile_format` (`profile`, `format`),
    `profile_lacks_kind` (`profile`, `kind`), `columns_missing` (`file`, `profile`, `columns`), and what `load` and
    `find_profile` raise.
    """
    if kind is not None and kind not in KINDS:
        raise Refusal("import_kind_unknown", kind=kind, kinds=", ".join(KINDS))
    if profile is None:
        chosen = find_profile(file, kind)
    else:
        chosen = load(profile)
        if file.format not in chosen.formats:
            raise Refusal("profile_format", profile=chosen.name, format=file.format)
    if kind is not None:
        if kind not in chosen.kinds:
            raise Refusal("profile_lacks_kind", profile=chosen.name, kind=kind)
        chosen = replace(chosen, kinds=(kind,))
    if file.format != "json":
        # a JSON record that lacks a key is a bad record; a table that lacks a column is another table
        missing = _lacking(chosen, {fold(name) for name in file.names(chosen)})
        if missing:
            raise Refusal("columns_missing", file=file.name, profile=chosen.name, columns=", ".join(missing))
    return chosen


def read_file(path: Path, *, profile: str | Path | None = None, kind: str | None = None, zone: tzinfo = UTC) -> tuple[
    Profile, Intake
]:
    """Read and judge a whole file without touching the database."""
    file = ImportFile(path)
    chosen = choose_profile(file, profile, kind)
    return chosen, read_records(file.records(chosen), chosen, zone=zone)


def import_file(
    store: Store,
    path: str | Path,
    *,
    profile: str | Path | None = None,
    kind: str | None = None,
    warehouse: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    limit_orders: int | None = None,
    actor: Actor = SYSTEM,
) -> Report:
    """Take over a file: first SKUs, kits, substitutes, locations and stock, then the orders, in chunks of whole orders.

    `profile` is a shipped name or a path, None finds the one that fits; `kind` takes only that of a file that holds
    several; `warehouse` is a code, None the only one (a new database gets one). `progress` is told the rows done and
    all rows. `limit_orders` takes the first good ones. What is wrong with a row stands in the report; what is wrong
    with the whole file raises Refusal before anything is written. Between two chunks scans have their turn; an
    interrupted import has taken whole orders only, and running it again takes the rest.
    """
    path = Path(path)
    started = perf_counter()
    place = store.read(find_warehouse, warehouse)
    chosen, intake = read_file(path, profile=profile, kind=kind, zone=(place and find_zone(place[1])) or UTC)
    orders = intake.orders if limit_orders is None else intake.orders[:limit_orders]
    read = perf_counter()
    writing = _Writing(store, actor, path.name, chosen, intake, orders, progress)
    if writing.total:
        code, name = (warehouse, warehouse) if warehouse else FIRST_WAREHOUSE
        writing.write(place[0] if place else store.submit(Priority.BULK, ensure_warehouse, code, name).result())
    return writing.report(read - started, perf_counter() - read)


def find_warehouse(session: Session, code: str | None) -> tuple[int, str] | None:
    """The id and the zone of the warehouse of this code, of the only one for None; None while there is none at all.

    Raises Refusal `warehouse_needed` (facts `warehouses`), `warehouse_unknown` (`warehouse`, `warehouses`).
    """
    rows = session.execute(select(Warehouse.code, Warehouse.id, Warehouse.zone).order_by(Warehouse.id)).all()
    if not rows:
        return None
    codes = ", ".join(row.code for row in rows)
    if code is None:
        if len(rows) > 1:
            raise Refusal("warehouse_needed", warehouses=codes)
        return rows[0].id, rows[0].zone
    for row in rows:
        if row.code == code:
            return row.id, row.zone
    raise Refusal("warehouse_unknown", warehouse=code, warehouses=codes)


class _Writing:
    """One import on its way into the database."""

    def __init__(
        self, store: Store, actor: Actor, name: str, profile: Profile, intake: Intake, orders: Sequence[OrderDraft],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.store, self.actor, self.name, self.profile = store, actor, name, profile
        self.intake, self.orders, self.progress = intake, orders, progress
        masters = (intake.skus, intake.kits, intake.substitutes, intake.locations, intake.places, intake.counts)
        self.total = sum(map(len, masters))
        self.total += sum(_weight(order) for order in orders)
        self.done = 0
        self.counts = {kind: Counts(refused=intake.refused.get(kind, 0)) for kind in profile.kinds}
        self.problems = list(intake.problems)
        self.changes: list[OrderChange] = []
        self.known = Known()
        self.lines = self.incomplete = self.new_skus = self.readied = 0

    def write(self, warehouse_id: int) -> None:
        self.step(0)
        submit, actor, name = self.store.submit, self.actor, self.name
        for skus in _chunks(self.intake.skus):
            self.add("skus", submit(Priority.BULK, import_skus, actor, name, skus).result(), len(skus))
        for kits in _chunks(self.intake.kits):
            self.add("kits", submit(Priority.BULK, import_kits, actor, name, kits).result(), len(kits))
        for others in _chunks(self.intake.substitutes):
            taken = submit(Priority.BULK, import_substitutes, actor, name, others).result()
            self.add("substitutes", taken, len(others))
        for bins in _chunks(self.intake.locations):
            taken = submit(Priority.BULK, import_locations, actor, name, warehouse_id, bins).result()
            self.add("locations", taken, len(bins))
        for kind, drafts in (("places", self.intake.places), ("stock", self.intake.counts)):
            for rows in _chunks(drafts):
                taken = submit(Priority.BULK, import_counts, actor, name, warehouse_id, rows).result()
                self.add(kind, taken, len(rows))
        origin = Origin(warehouse_id, self.profile.backend, name)
        for orders in _order_chunks(self.orders):
            got = submit(Priority.BULK, import_orders, actor, origin, self.known, orders).result()
            self.count("orders", got.new, len(got.changes), got.unchanged, got.refused)
            self.problems += got.problems
            self.changes += got.changes
            self.lines += got.lines
            self.incomplete += got.incomplete
            self.new_skus += got.new_skus
            self.step(sum(_weight(order) for order in orders))

    def add(self, kind: str, taken: Taken, rows: int) -> None:
        self.count(kind, taken.new, taken.changed, taken.unchanged, len(taken.problems))
        self.problems += [*taken.problems, *taken.told]
        self.known.refused_skus |= taken.refused_skus
        self.readied += len(taken.readied)
        self.step(rows)

    def count(self, kind: str, new: int, changed: int, unchanged: int, refused: int) -> None:
        old = self.counts[kind]
        self.counts[kind] = Counts(
            old.new + new, old.changed + changed, old.unchanged + unchanged, old.refused + refused
        )

    def step(self, rows: int) -> None:
        self.done += rows
        if self.progress is not None:
            self.progress(self.done, self.total)

    def report(self, seconds_reading: float, seconds_writing: float) -> Report:
        return Report(
            file=self.name,
            profile=self.profile.name,
            kinds=self.profile.kinds,
            counts=self.counts,
            lines=self.lines,
            incomplete=self.incomplete,
            new_skus=self.new_skus,
            readied=self.readied,
            changes=tuple(self.changes),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.line)),
            seconds_reading=seconds_reading,
            seconds_writing=seconds_writing,
        )


def _weight(order: OrderDraft) -> int:
    return max(1, len(order.lines))


def _chunks(drafts: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(drafts), CHUNK_ROWS):
        yield drafts[start : start + CHUNK_ROWS]


def _order_chunks(orders: Sequence[OrderDraft]) -> Iterator[Sequence[OrderDraft]]:
    """Whole orders, in the order of the file, a bounded number of lines at a time."""
    chunk: list[OrderDraft] = []
    lines = 0
    for order in orders:
        # each cancel is an operation of its own, with its journal row
        cost = max(len(order.lines), CHUNK_LINES // 50 if order.cancelled else 0)
        if chunk and (len(chunk) >= CHUNK_ORDERS or lines + cost > CHUNK_LINES):
            yield chunk
            chunk, lines = [], 0
        chunk.append(order)
        lines += cost
    if chunk:
        yield chunk
