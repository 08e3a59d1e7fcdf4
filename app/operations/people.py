"""The people of a warehouse: added, changed, and known by their badges."""

from __future__ import annotations

from dataclasses import asdict, replace

from sqlalchemy import func, select

from app.change import Change, changed
from app.domain.barcode import Kind, clean_scan, kind_of
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.domain.policy import ANY
from app.queries.bench_rules import GROUPS
from app.queries.people import Person, person_of
from app.texts import LANGUAGES
from db.journal import record
from db.places import Operator
from db.store import Tx

LONGEST = 40  # characters of a name or a group
_PREFIX = len(Kind.PERSON.value)
_MOST = 2**31 - 1  # what a server takes for a number of this size


def add_operator(tx: Tx, actor: Actor, person: Person) -> tuple[int, Change]:
    """Somebody new; the id that stands on the badge. Raises what `check_person` raises."""
    person = check_person(tx, person)
    row = Operator(**asdict(person))
    tx.session.add(row)
    tx.session.flush()
    record(tx, actor, "add_operator", {"operator": row.id, "person": asdict(person)})
    return row.id, changed("stations", "rules", ids=[("operator", row.id)])


def save_operator(tx: Tx, actor: Actor, operator_id: int, person: Person, before: Person) -> tuple[None, Change]:
    """Change what is said of somebody; `before` is what was said until now.

    The name stays with all that this person has done. Raises Refusal `people_unknown`, `bench_rules_newer` when
    something else is said by now, and what `check_person` raises.
    """
    row = tx.session.get(Operator, operator_id, with_for_update=True)
    if row is None:
        raise Refusal("people_unknown", operator=operator_id)
    if person_of(row) != before:
        raise Refusal("bench_rules_newer")
    person = check_person(tx, person, operator_id)
    for name, value in asdict(person).items():
        setattr(row, name, value)
    record(tx, actor, "save_operator", {"operator": operator_id, "person": asdict(person)}, undo=asdict(before))
    return None, changed("stations", "rules", ids=[("operator", operator_id)])


def check_person(tx: Tx, person: Person, operator_id: int | None = None) -> Person:
    """The person as stored; a group is spelled as others of it are.

    Raises Refusal `people_name_wrong`, `people_name_taken`, `people_role_wrong`, `people_group_wrong`,
    `people_group_is_role` for a group that is called as another role, `people_language_wrong`.
    """
    name, group = " ".join(person.name.split()), " ".join(person.group.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise Refusal("people_name_wrong", rule="name", most=LONGEST)
    others = select(Operator.name).where(func.lower(Operator.name) == name.lower(), Operator.id != (operator_id or 0))
    if tx.session.scalar(others) is not None:
        raise Refusal("people_name_taken", rule="name", name=name)
    if person.role not in tuple(Role) or person.role is Role.SYSTEM:
        raise Refusal("people_role_wrong", rule="role")
    if len(group) > LONGEST or not group.isprintable() or ANY in group:
        raise Refusal("people_group_wrong", rule="group", most=LONGEST)
    if group.lower() == person.role.value:
        group = ""
    elif group.lower() in GROUPS:
        raise Refusal("people_group_is_role", rule="group", group=group)
    if group:
        known = select(Operator.group).where(func.lower(Operator.group) == group.lower(), Operator.group != "")
        group = tx.session.scalar(known.order_by(Operator.id).limit(1)) or group
    if person.language not in ("", *LANGUAGES):
        raise Refusal("people_language_wrong", rule="language")
    return replace(person, name=name, group=group)


def badge_of(tx: Tx, scanned: str) -> int | None:
    """The operator whose badge was scanned, None for what is no badge or nobody's."""
    code = clean_scan(scanned)
    if kind_of(code) is not Kind.PERSON:
        return None
    number = int(code[_PREFIX:-1])
    if number > _MOST:
        return None
    return tx.connection.execute(select(Operator.id).where(Operator.id == number)).scalar()
