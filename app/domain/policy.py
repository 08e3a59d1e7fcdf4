"""Who may type, skip or override what: a table by class of SKU and group of operators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.people import Role

ANY = "*"


class Act(StrEnum):
    """Something at the bench that takes more than a scan of the right thing."""

    TYPE_CODE = "type_code"  # a code by hand instead of a scan
    TYPE_QUANTITY = "type_quantity"  # n pieces at one scan
    SKIP_SERIAL = "skip_serial"
    SKIP_LOT = "skip_lot"  # lot and expiry
    ACCEPT_EXPIRY = "accept_expiry"
    ACCEPT_WEIGHT = "accept_weight"  # off its expectation, or not weighed
    SKIP_INSERT = "skip_insert"
    SKIP_CARTON = "skip_carton"
    SKIP_CHECK = "skip_check"
    SUBSTITUTE = "substitute"
    SERIES = "series"  # one verified order stands for identical ones
    REOPEN = "reopen"  # a parcel that is closed


# what holds where the table says nothing: leads may all, others what cannot hide a mistake
_FREE = frozenset({Act.TYPE_CODE, Act.SUBSTITUTE, Act.SERIES, Act.SKIP_CARTON, Act.REOPEN})
LEADS = frozenset({Role.LEAD, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Allowance:
    """One cell of the table; ANY stands for every class or group."""

    handling_class: str
    group: str
    act: Act
    allowed: bool


def may(table: Iterable[Allowance], act: Act, handling_class: str, group: str, role: Role | None = None) -> bool:
    """Whether the group may do it with SKUs of the class; the cell that names most decides, the class before the group.

    Without a cell: leads and administrators may, whatever their group is called, others what cannot hide a mistake.
    """
    cells = [
        cell for cell in table
        if cell.act is act and cell.handling_class in (handling_class, ANY) and cell.group in (group, ANY)
    ]
    if cells:
        return max(cells, key=_weight).allowed
    return role in LEADS or group in LEADS or act in _FREE


def _weight(cell: Allowance) -> int:
    return 2 * (cell.handling_class != ANY) + (cell.group != ANY)
