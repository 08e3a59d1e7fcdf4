"""The people of a warehouse: who they are here, what their window is like, and their badges."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.barcode import Kind, make_code
from app.domain.people import Role
from db.places import Operator, Station


@dataclass(frozen=True, slots=True)
class Person:
    """What a lead says of somebody.

    `group` is a column of the policy table, "" for that of the role; `language` and `large_text` are what that
    person's window is like, "" and None for as the station has it.
    """

    name: str
    role: Role = Role.PACKER
    group: str = ""
    language: str = ""
    large_text: bool | None = None


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """A person by the id, with the code of the badge."""

    operator_id: int
    person: Person
    badge: str


@dataclass(frozen=True, slots=True)
class Wearer:
    """Whoever works at a station now, None for nobody, and what that person's window is like."""

    operator_id: int | None
    language: str = ""
    large_text: bool | None = None


_WEARER = (
    select(Operator.id, Operator.language, Operator.large_text)
    .select_from(Station)
    .outerjoin(Operator, Operator.id == Station.operator_id)
    .where(Station.id == bindparam("station"))
)


def operators(session: Session) -> list[OperatorRow]:
    """Everybody, by name."""
    rows = session.scalars(select(Operator).order_by(Operator.name, Operator.id))
    return [OperatorRow(row.id, person_of(row), badge(row.id)) for row in rows]


def person_of(row: Operator) -> Person:
    """What a row says."""
    return Person(row.name, row.role, row.group, row.language, row.large_text)


def badge(operator_id: int) -> str:
    """The code that stands on somebody's badge."""
    return make_code(Kind.PERSON, operator_id)


def wearer(session: Session, station_id: int) -> Wearer:
    """Whoever works at a station now."""
    row = session.execute(_WEARER, {"station": station_id}).first()
    return Wearer(None) if row is None or row.id is None else Wearer(*row)
