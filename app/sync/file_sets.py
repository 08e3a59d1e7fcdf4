"""Records into kits and substitutes: what belongs to one SKU is gathered from all its rows, and taken whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain import incoming
from app.domain.incoming import Problem
from app.domain.master import KitDraft, PartDraft, SubstitutesDraft
from app.sync.file_judge import Judge
from app.sync.file_masters import read_kit_mode
from app.sync.file_readers import Record


@dataclass(slots=True)
class _Set:
    line: int
    parts: dict[str, PartDraft] = field(default_factory=dict)
    mode: str | None = None
    nothing: int | None = None  # the line that says so
    bad: bool = False


class Sets:
    """The parts of SKUs: rows name the SKU in field `whole` and a part in field `part`, with a quantity if counted.

    A row with the SKU alone says that it has none. A SKU with a bad row is refused whole, and so is one beside a row
    whose SKU cannot be read: a kit must not lack a component because of a blank cell.
    """

    def __init__(self, judge: Judge, problems: list[Problem], whole: str, part: str, *, decimal: str, counted: bool):
        self._judge, self._problems = judge, problems
        self._whole, self._part, self._decimal, self._counted = whole, part, decimal, counted
        self._sets: dict[str, _Set] = {}
        self._last: _Set | None = None
        self._lost: int | None = None
        self.refused = 0

    def row(self, record: Record) -> None:
        """One record."""
        take, fields = self._judge.take, record.fields
        sku = take(incoming.code, fields.get(self._whole), self._whole)
        if not sku:
            if sku is not None:
                self._judge.tell("code_missing", field=self._whole)
            self.lost(record.line)
            return
        found = self._sets.setdefault(sku, _Set(record.line))
        if self._lost is not None:
            self._taint(found, self._lost)
            self._lost = None
        self._last = found
        said = (fields.get(self._part), fields.get("quantity") if self._counted else None)
        if said == (None, None) or all(isinstance(cell, str | None) and not (cell or "").strip() for cell in said):
            found.nothing = record.line
        else:
            self._take_part(found, sku, record)
        mode = take(read_kit_mode, fields["kit_mode"]) if self._counted and "kit_mode" in fields else None
        if mode is not None and found.mode not in (None, mode):
            self._judge.tell("sku_rows_differ", sku=sku, field="kit_mode")
        found.mode = mode if found.mode is None else found.mode
        found.bad = found.bad or self._judge.bad

    def _take_part(self, found: _Set, sku: str, record: Record) -> None:
        code = self._judge.take(incoming.code, record.fields.get(self._part), self._part)
        if code == "":
            self._judge.tell("code_missing", field=self._part)
        pieces: int | None = 1
        if self._counted:
            pieces = self._judge.take(incoming.quantity, record.fields.get("quantity"), "quantity", self._decimal)
        if not code or pieces is None:
            return
        if code in found.parts and self._counted:
            self._judge.tell("kit_component_twice", kit=sku, component=code, first=found.parts[code].line)
        found.parts.setdefault(code, PartDraft(code, pieces, record.line))

    def lost(self, line: int) -> None:
        """A record whose SKU cannot be read: it may belong to the one before or after it."""
        self.refused += 1
        if self._last is not None:
            self._taint(self._last, line)
        self._lost = line

    def _taint(self, found: _Set, line: int) -> None:
        if not found.bad:
            sku = next(code for code, one in self._sets.items() if one is found)
            self._problems.append(Problem(found.line, "set_beside_unreadable", {"sku": sku, "beside": line}))
        found.bad = True

    def _whole_sets(self) -> list[tuple[str, _Set]]:
        for found in self._sets.values():
            if found.nothing is not None and found.parts and not found.bad:
                self._problems.append(Problem(found.nothing, "code_missing", {"field": self._part}))
                found.bad = True
        self.refused += sum(found.bad for found in self._sets.values())
        return [(sku, found) for sku, found in self._sets.items() if not found.bad]

    def kits(self) -> tuple[KitDraft, ...]:
        """The kits that can be taken over, once all records are read."""
        return tuple(
            KitDraft(sku=sku, line=found.line, parts=tuple(found.parts.values()), mode=found.mode)
            for sku, found in self._whole_sets()
        )

    def substitutes(self) -> tuple[SubstitutesDraft, ...]:
        """The SKUs with substitutes that can be taken over, once all records are read."""
        return tuple(
            SubstitutesDraft(sku=sku, line=found.line, parts=tuple(found.parts.values()))
            for sku, found in self._whole_sets()
        )
