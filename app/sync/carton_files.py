"""Cartons from a file: what a supplier's price list says of them, line by line."""

from __future__ import annotations

from pathlib import Path

from app.domain import incoming
from app.domain.barcode import Kind, make_code
from app.domain.cartons import CartonDraft
from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.domain.people import SYSTEM, Actor
from app.operations.cartons import import_cartons
from app.operations.importing_master import Taken
from app.operations.stations import ensure_warehouse
from app.queries.cartons import cartons
from app.sync.file_judge import Judge
from app.sync.file_profiles import Profile, Source
from app.sync.file_readers import ImportFile, Record, fold
from app.sync.files import FIRST_WAREHOUSE, find_warehouse
from db.store import Priority, Store

_NEEDED = ("code", "length_mm", "width_mm", "height_mm")
_COLUMNS = (*_NEEDED, "name", "weight_g", "max_weight_g", "cost")
_PROFILE = Profile(name="cartons", kinds=(), columns={name: Source((name,)) for name in _COLUMNS})


def read_cartons(path: Path) -> tuple[list[CartonDraft], list[Problem]]:
    """The cartons of a CSV, XLSX or JSON file, and what is wrong with its other rows.

    Columns `code`, `length_mm`, `width_mm`, `height_mm` (inside), and if wanted `name`, `weight_g`, `max_weight_g` (of
    the packed carton) and `cost` (two decimals). Raises what makes the file unreadable (`ImportFile`), and Refusal
    `cartons_columns` (facts `file`, `columns`).
    """
    file = ImportFile(path)
    if file.format != "json":
        there = {fold(name) for name in file.names(_PROFILE)}
        if missing := [name for name in _NEEDED if name not in there]:
            raise Refusal("cartons_columns", file=file.name, columns=", ".join(missing))
    problems: list[Problem] = []
    judge = Judge(problems)
    found = (_draft(record, judge) for record in file.records(_PROFILE))
    return [draft for draft in found if draft is not None], problems


def _draft(record: Record, judge: Judge) -> CartonDraft | None:
    judge.start(record.line)
    if record.shifted:
        judge.tell("row_cells")
        return None
    cells = record.fields
    code = judge.take(incoming.code, cells.get("code"), "code")
    name = judge.take(incoming.text, cells.get("name"), "name", limit=incoming.MAX_CODE)
    if judge.bad:
        return None
    length, width, height, weight = (
        _number(cells.get(column)) or 0 for column in ("length_mm", "width_mm", "height_mm", "weight_g")
    )
    draft = CartonDraft(
        code=code or "", name=name or "", length_mm=length, width_mm=width, height_mm=height, weight_g=weight,
        max_weight_g=_number(cells.get("max_weight_g")), cost_minor=_number(cells.get("cost"), 100) or 0,
        line=record.line,
    )  # fmt: skip
    judge.take(draft.check)
    return None if judge.bad else draft


def _number(value: object, parts: int = 1) -> int | None:
    """A cell's number in whole `parts` of a unit, None for a blank one; -1, which no check lets pass, for no number."""
    try:
        found = incoming.number(value, "cost")
    except Refusal:
        return -1
    return None if found is None else round(found * parts)


def take_cartons(
    store: Store, path: Path, warehouse: str | None = None, *, actor: Actor = SYSTEM
) -> Taken:
    """Take over a carton file into the warehouse of this code, None for the only one (a new database gets one).

    The problems come in the sequence of the file. Raises what `read_cartons` and `find_warehouse` raise.
    """
    place = store.read(find_warehouse, warehouse)
    drafts, problems = read_cartons(path)
    code, name = (warehouse, warehouse) if warehouse else FIRST_WAREHOUSE
    warehouse_id = place[0] if place else store.submit(Priority.BULK, ensure_warehouse, code, name).result()
    taken = store.submit(Priority.BULK, import_cartons, actor, warehouse_id, drafts).result()
    taken.problems = sorted([*problems, *taken.problems], key=lambda problem: problem.line)
    return taken


def list_cartons(store: Store, warehouse: str | None = None) -> list[str]:
    """The cartons of a warehouse, a line each; none while it does not exist. Raises what `find_warehouse` raises."""
    place = store.read(find_warehouse, warehouse)
    lines = []
    for row in store.read(cartons, place[0]) if place else ():
        box = row.box
        code = make_code(Kind.CARTON, box.carton_id) if row.active else "-"
        sizes = "×".join(map(str, box.inside))
        most = "-" if box.max_weight_g is None else box.max_weight_g
        cost = f"{box.cost_minor / 100:.2f}"
        named = f"{box.code}  {box.name}".strip()
        lines.append(f"{code:<11}  {sizes:>14}  {box.weight_g:>5}  {most:>7}  {cost:>8}  {row.uses:>5}  {named}")
    return lines
