"""Who does something, and whether they may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here."""

    PACKER = "packer"
    PICKER = "picker"
    LEAD = "lead"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, where, and as what; ids of the operator and station rows, None for the program itself."""

    operator: int | None
    station: int | None
    role: Role


SYSTEM = Actor(None, None, Role.SYSTEM)


def permits(actor: Actor, operation: str, **facts: object) -> bool:
    """Whether the actor may do the operation; for now everybody may do everything."""
    return True
