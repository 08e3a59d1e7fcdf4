"""Who stands at a bench: somebody comes, and leaves."""

from __future__ import annotations

from sqlalchemy import bindparam, update

from app.domain.bench import Person
from app.operations.deeds import Deed
from db.places import Station

_STATION = update(Station).where(Station.id == bindparam("station")).values(operator_id=bindparam("operator"))


def badge_in(deed: Deed) -> None:
    """From now on what happens at the station is this person's doing."""
    assert isinstance(deed.found, Person)
    at = {"station": deed.actor.station, "operator": deed.found.operator_id}
    deed.tx.connection.execute(_STATION, at)


def badge_out(deed: Deed) -> None:
    """Nobody is at the station; the parcel on its table stays there."""
    deed.tx.connection.execute(_STATION, {"station": deed.actor.station, "operator": None})
