"""The cartons of a warehouse: what goes into them, what they weigh and cost, and the barcode by which they are scanned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from app.domain.barcode import Kind, make_code
from app.domain.cartons import CartonDraft
from app.domain.errors import Refusal
from ui.models.live import Sign
from ui.models.paged import Column
from ui.pages.bench_rules_form import Field, amount_words
from ui.pages.bench_rules_lists import ListSection
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.cartons import CartonRow

_SIZES = ("length_mm", "width_mm", "height_mm")
_SHOWN = ("code", "name", *_SIZES, "weight_g", "max_weight_g", "cost_minor")


class CartonSection(ListSection["CartonRow"]):
    """A carton a row, those in use first, the smallest before the larger."""

    prefix = "bench_rules_cartons"
    wrong: ClassVar[Mapping[str, str]] = {
        "carton_code": "code", "carton_sizes": "length_mm", "carton_weights": "weight_g", "carton_cost": "cost_minor",
    }  # fmt: skip

    def __init__(self, work: Workspace) -> None:
        super().__init__(work, (
            ("bench_rules_cartons_group_what", (Field("code"), Field("name"), Field("cost_minor", "amount"))),
            ("bench_rules_cartons_group_size", (
                *(Field(size, "number", 1, 10_000) for size in _SIZES), Field("weight_g", "number", 0, 1_000_000),
                Field("max_weight_g", "number", 1, 1_000_000, optional=True),
            )),
        ), wide=2)  # fmt: skip
        self.table.drop_when_narrow(6, 5)

    def columns(self) -> tuple[Column[CartonRow], ...]:
        """State, code, name, sizes, weights, cost, uses and barcode."""
        say = self.work.words.say
        ink = self._ink
        return (
            Column("bench_rules_state", lambda row: say(f"bench_rules_state_{_state(row)}"), ink=ink),
            Column("bench_rules_cartons_code", lambda row: row.box.code, ink=ink),
            Column("bench_rules_cartons_name", lambda row: row.box.name or "–", ink=ink),
            Column("bench_rules_cartons_inside", lambda row: "×".join(map(str, row.box.inside)), right=True, ink=ink),
            Column("bench_rules_cartons_weight_g", lambda row: f"{row.box.weight_g:,}", right=True, ink=ink),
            Column("bench_rules_cartons_max_weight_g", _most, right=True, ink=ink),
            Column("bench_rules_cartons_cost_minor", lambda row: amount_words(row.box.cost_minor), right=True, ink=ink),
            Column("bench_rules_cartons_uses", lambda row: f"{row.uses:,}", right=True, ink=ink),
            Column("bench_rules_cartons_barcode", lambda row: make_code(Kind.CARTON, row.box.carton_id), ink=ink),
        )

    def widest(self) -> Sequence[str]:
        """Room for usual cartons."""
        say = self.work.words.say
        state = max((say(f"bench_rules_state_{state}") for state in ("used", "retired")), key=len)
        return (
            f"{state}0000", "8" * 9, "8" * 12, "888×888×888", "8,888", "88,888", "888.88", "88,888", "CN000000000W",
        )  # fmt: skip

    def key(self, row: CartonRow) -> int:
        """Its id."""
        return row.box.carton_id

    def sign(self, row: CartonRow, column: int) -> Sign | None:
        """Whether it is in use."""
        if column:
            return None
        theme = self.work.theme
        return ("check", theme.text) if row.active else ("ban", theme.secondary)

    def values(self, row: CartonRow | None) -> Mapping[str, Any]:
        """A carton's own, or nothing."""
        if row is None:
            return {**dict.fromkeys(self.form.fields, ""), "weight_g": 0, "max_weight_g": None, "cost_minor": None}
        return {name: getattr(row.box, name) for name in _SHOWN}

    def called(self, row: CartonRow) -> str:
        """Its code."""
        return row.box.code

    def is_used(self, row: CartonRow) -> bool:
        """Whether it is suggested."""
        return row.active

    async def write(self, values: Mapping[str, Any], row: CartonRow | None) -> object:
        """Save a carton; its code stays, for that is how files know it.

        Raises Refusal `bench_rules_carton_stays`, `bench_rules_carton_taken`, `bench_rules_newer`, and what
        `CartonDraft.check` raises.
        """
        from app.operations.cartons import save_carton

        draft = CartonDraft(**{**values, "cost_minor": values["cost_minor"] or 0})
        draft.check()
        if row is not None and draft.code != row.box.code:
            raise Refusal("bench_rules_carton_stays", rule="code", carton=row.box.code)
        now = await self._now(draft.code)
        if row is None and now is not None:
            raise Refusal("bench_rules_carton_taken", rule="code", carton=draft.code)
        self._check_same(row, now)
        return await self.work.feed.write(save_carton, self.work.place.person, self.work.place.warehouse, draft)

    async def retire(self, row: CartonRow) -> None:
        """Suggest it no more, or again."""
        from app.operations.cartons import retire_carton, save_carton

        place = self.work.place
        self._check_same(row, await self._now(row.box.code))
        if row.active:
            await self.work.feed.write(retire_carton, place.person, row.box.carton_id)
        else:
            draft = CartonDraft(**{name: getattr(row.box, name) for name in _SHOWN})
            await self.work.feed.write(save_carton, place.person, place.warehouse, draft)

    async def _now(self, code: str) -> CartonRow | None:
        """The carton with this code as it is in the database."""
        from app.queries.cartons import cartons

        rows = await self.work.feed.read(cartons, self.work.place.warehouse)
        return next((row for row in rows if row.box.code == code), None)

    def _check_same(self, row: CartonRow | None, now: CartonRow | None) -> None:
        if row is not None and (now is None or (now.box, now.active) != (row.box, row.active)):
            raise Refusal("bench_rules_newer")

    def _ink(self, row: CartonRow) -> str | None:
        return None if row.active else self.work.theme.secondary


def _state(row: CartonRow) -> str:
    return "used" if row.active else "retired"


def _most(row: CartonRow) -> str:
    return "–" if row.box.max_weight_g is None else f"{row.box.max_weight_g:,}"
