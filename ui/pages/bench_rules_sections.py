"""The lists of the bench rules: what is put into parcels, and the people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from app.domain.people import Role
from app.domain.policy import ANY
from app.texts import LANGUAGES
from ui.models.live import Sign
from ui.models.paged import Column
from ui.pages.bench_rules_form import Field, amount_words
from ui.pages.bench_rules_lists import ListSection
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.bench_rules import InsertRow
    from app.queries.people import OperatorRow

_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)


class InsertSection(ListSection["InsertRow"]):
    """What is put into which parcels."""

    prefix = "inserts"
    scanned: ClassVar[str] = "barcode"
    wrong: ClassVar[Mapping[str, str]] = {"country_unknown": "country"}

    def __init__(self, work: Workspace) -> None:
        super().__init__(work, (
            ("inserts_group_what", (Field("name"), Field("barcode"), Field("may_tick", "check"))),
            ("inserts_group_when", (
                Field("first_order", "check"), Field("channel"), Field("country"), Field("sku"), Field("vip"),
                Field("min_value_minor", "amount"),
            )),
        ), wide=2)  # fmt: skip

    def columns(self) -> tuple[Column[InsertRow], ...]:
        """State, what it is, when, and how it is proved."""
        say = self.work.words.say
        return (
            Column("bench_rules_state", lambda row: say(f"bench_rules_state_{_state(row.active)}"), ink=self._ink),
            Column("inserts_name", lambda row: row.insert.name, ink=self._ink),
            Column("inserts_when", self.conditions, ink=self._ink),
            Column("inserts_how", self._how, ink=self._ink),
        )

    def widest(self) -> Sequence[str]:
        """Room for a name, some conditions and a barcode."""
        say = self.work.words.say
        state = max((say(f"bench_rules_state_{state}") for state in ("used", "retired")), key=len)
        return (f"{state}0000", "8" * 22, "8" * 30, max(say("inserts_how_tick"), "8" * 15, key=len))

    def key(self, row: InsertRow) -> int:
        """Its id."""
        return row.insert_id

    def sign(self, row: InsertRow, column: int) -> Sign | None:
        """Whether it is in use."""
        if column:
            return None
        theme = self.work.theme
        return ("check", theme.text) if row.active else ("ban", theme.secondary)

    def called(self, row: InsertRow) -> str:
        """What is put in."""
        return row.insert.name

    def is_used(self, row: InsertRow) -> bool:
        """Whether it is put in."""
        return row.active

    def conditions(self, row: InsertRow) -> str:
        """When it is put in, in words."""
        insert, words = row.insert, self.work.words
        said = [
            words.say("inserts_when_first") if insert.first_order else "", insert.channel,
            words.country(insert.country) if insert.country else "", insert.sku,
            "" if not insert.vip else words.say("inserts_when_any_vip") if insert.vip == ANY
            else words.say("inserts_when_vip", tier=insert.vip),
            "" if insert.min_value_minor is None
            else words.say("inserts_when_value", value=amount_words(insert.min_value_minor)),
        ]  # fmt: skip
        return " · ".join(filter(None, said)) or words.say("inserts_when_always")

    def values(self, row: InsertRow | None) -> Mapping[str, Any]:
        """An insert's own, or nothing but that it may be ticked."""
        if row is not None:
            return asdict(row.insert)
        return {**dict.fromkeys(self.form.fields, ""), "may_tick": True, "first_order": False, "min_value_minor": None}

    async def write(self, values: Mapping[str, Any], row: InsertRow | None) -> object:
        """Save an insert rule."""
        from app.operations.bench_rules import save_insert_rule
        from app.queries.bench_rules import Insert

        place = self.work.place
        if row is None:
            return await self.work.feed.write(save_insert_rule, place.person, place.warehouse, Insert(**values))
        return await self.work.feed.write(
            save_insert_rule, place.person, place.warehouse, Insert(**values), row.insert_id, row.insert
        )

    async def retire(self, row: InsertRow) -> None:
        """Put it into no parcel any more, or again."""
        from app.operations.bench_rules import retire_insert_rule

        await self.work.feed.write(
            retire_insert_rule, self.work.place.person, row.insert_id, row.insert, not row.active
        )

    def _how(self, row: InsertRow) -> str:
        return row.insert.barcode or self.work.words.say("inserts_how_tick")

    def _ink(self, row: InsertRow) -> str | None:
        return None if row.active else self.work.theme.secondary


class PeopleSection(ListSection["OperatorRow"]):
    """Who works here, as what, and how the window is for each."""

    prefix = "people"
    retires: ClassVar[bool] = False

    def __init__(self, work: Workspace) -> None:
        super().__init__(work, (
            ("people_group_who", (Field("name"), Field("role", "choice", choices=_ROLES), Field("group"))),
            ("people_group_window", (
                Field("language", "choice", choices=("", *LANGUAGES)),
                Field("large_text", "choice", choices=(None, True, False)),
            )),
        ), wide=0)  # fmt: skip

    def columns(self) -> tuple[Column[OperatorRow], ...]:
        """Name, role, group, window and badge."""
        say = self.work.words.say
        return (
            Column("people_name", lambda row: row.person.name),
            Column("people_role", lambda row: say(f"people_role_{row.person.role}")),
            Column("people_group", lambda row: row.person.group or "–"),
            Column("people_language", lambda row: say(f"people_language_{row.person.language or 'none'}")),
            Column("people_large_text", lambda row: say(f"people_large_text_{_LARGE[row.person.large_text]}")),
            Column("people_badge", lambda row: row.badge),
        )

    def widest(self) -> Sequence[str]:
        """Room for everything that can stand there."""
        say = self.work.words.say
        return (
            "8" * 18, max((say(f"people_role_{role}") for role in _ROLES), key=len), "8" * 10,
            max((say(f"people_language_{language}") for language in ("none", *LANGUAGES)), key=len),
            max((say(f"people_large_text_{word}") for word in _LARGE.values()), key=len), "PE000000000W",
        )

    def key(self, row: OperatorRow) -> int:
        """The id."""
        return row.operator_id

    def values(self, row: OperatorRow | None) -> Mapping[str, Any]:
        """What is said of somebody, or a packer without a name."""
        if row is not None:
            return asdict(row.person)
        return {"name": "", "role": Role.PACKER, "group": "", "language": "", "large_text": None}

    async def write(self, values: Mapping[str, Any], row: OperatorRow | None) -> object:
        """Save a person."""
        from app.operations.people import add_operator, save_operator
        from app.queries.people import Person

        actor = self.work.place.person
        if row is None:
            return await self.work.feed.write(add_operator, actor, Person(**values))
        await self.work.feed.write(save_operator, actor, row.operator_id, Person(**values), row.person)
        return row.operator_id


_LARGE = {None: "none", True: "yes", False: "no"}


def _state(active: bool) -> str:
    return "used" if active else "retired"
