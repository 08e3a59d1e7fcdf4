"""Stations, operators and the warehouse they stand in."""

from __future__ import annotations

from sqlalchemy import select

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from db.journal import Setting, record
from db.places import Operator, Station, Warehouse
from db.store import Tx


def ensure_warehouse(tx: Tx, code: str, name: str, sender: str = "", country: str = "CN") -> tuple[int, Change]:
    """The id of the warehouse with this code, made when there is none."""
    found = tx.session.scalars(select(Warehouse).where(Warehouse.code == code)).first()
    if found is not None:
        return found.id, Change()
    made = Warehouse(code=code, name=name, sender=sender, country=country)
    tx.session.add(made)
    tx.session.flush()
    return made.id, changed("stations")


def ensure_station(
    tx: Tx, name: str, operator: str | None = None, role: Role = Role.PACKER
) -> tuple[Actor, Change]:
    """Who acts at a station: it is made when nobody has used its name yet, and so is the operator.

    Without an `operator` the last one stays; "" says that nobody is logged on, and nobody's name stands at the scans.
    Raises Refusal `station_name` for an empty one.
    """
    name = name.strip()
    if not name or len(name) > 40 or not name.isprintable():
        raise Refusal("station_name")
    station = tx.session.scalars(select(Station).where(Station.name == name)).first()
    person = None
    touched = False
    if operator:
        person = tx.session.scalars(select(Operator).where(Operator.name == operator)).first()
        if person is None:
            person = Operator(name=operator, role=role)
            tx.session.add(person)
            tx.session.flush()
            touched = True
    if station is None:
        warehouse = tx.session.scalars(select(Warehouse.id).order_by(Warehouse.id)).first()
        if warehouse is None:
            warehouse, _ = ensure_warehouse(tx, "MAIN", "Main warehouse")
        station = Station(name=name, warehouse_id=warehouse, created_at=tx.at)
        tx.session.add(station)
        tx.session.flush()
        record(tx, Actor(None, station.id, role), "new_station", {"station": station.id})
        touched = True
    if operator == "" and station.operator_id is not None:
        station.operator_id = None
        touched = True
    actor = Actor(person.id if person else station.operator_id, station.id, role)
    if person is not None and station.operator_id != person.id:
        station.operator_id = person.id
        touched = True
    return actor, changed("stations", ids=[("station", station.id)]) if touched else Change()


def mark_demo(tx: Tx, orders: int, seed: int) -> tuple[tuple[int, int], Change]:
    """Remember that a demo made this database, and of how many orders and which seed; returns those of the first."""
    found = tx.session.get(Setting, "demo")
    if found is None:
        found = Setting(name="demo", value=f"{orders} {seed}")
        tx.session.add(found)
    first, seed = map(int, found.value.split())
    return (first, seed), Change()
