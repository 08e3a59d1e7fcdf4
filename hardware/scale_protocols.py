"""What scales say, as data: patterns of messages, tables of states and units; and exact grams of what is written.

The tables are in `resources/devices/scales.toml`, which explains its entries.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from app.domain.errors import Refusal


class ScaleState(StrEnum):
    """What a scale says of its pan."""

    ZERO = "zero"
    STABLE = "stable"
    MOVING = "moving"
    UNDER = "under"  # below zero, or a pan that is not on
    OVER = "over"
    BUSY = "busy"
    UNZEROED = "unzeroed"  # was switched on with something on it, or wants calibration
    FAULT = "fault"


# grams; pounds and ounces are the international avoirdupois ones (exact by definition, 1959)
_GRAMS: Final = {
    "g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125"),
    "mg": Decimal("0.001"), "t": Decimal(1_000_000),
}  # fmt: skip
_SPELT: Final = {"lbs": "lb", "ozs": "oz", "kgs": "kg", "gr": "g", "gm": "g"}
_MOST_DIGITS: Final = 12
_MOST_EXPONENT: Final = 6
# the number that goes with these is no weight
_WITHOUT_WEIGHT: Final = frozenset({
    ScaleState.UNDER, ScaleState.OVER, ScaleState.BUSY, ScaleState.UNZEROED, ScaleState.FAULT,
})  # fmt: skip
_STALE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a scale: grams (None where it is no weight) and state."""

    grams: int | None
    state: ScaleState


@dataclass(frozen=True, slots=True)
class Answer:
    """A scale's answer to a command: done, or the state that is its reason not to."""

    refused: ScaleState | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form of messages; `state` where the message itself says none."""

    form: re.Pattern[str]
    state: ScaleState | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a report keeps its fields, in bytes; the weight is an unsigned 16-bit number, low byte first."""

    report: int
    length: int
    status: int
    unit: int
    exponent: int
    weight: int


@dataclass(frozen=True, slots=True)
class ScaleProtocol:
    """One table of scales.toml."""

    name: str
    title: str
    serial: Mapping[str, str]
    seven: bool
    begins: bytes
    ends: tuple[bytes, ...]
    ask: bytes
    every: float
    zero: bytes
    tare: bytes
    stale: float
    unit: str
    readings: tuple[Pattern, ...]
    answers: tuple[Pattern, ...]
    status: Mapping[str, ScaleState]
    bits: tuple[tuple[int, ScaleState], ...]
    units: Mapping[str, str]
    binary: Layout | None

    def read(self, message: bytes) -> Said | Answer | None:
        """What a message means, None if it is none of this protocol.

        Raises Refusal `scale_unit_unknown`.
        """
        if self.binary is not None:
            return self._read_report(message, self.binary)
        if self.seven:
            message = bytes(byte & 0x7F for byte in message)
        try:
            text = message.decode("ascii")
        except UnicodeDecodeError:
            return None
        for pattern in self.readings:
            if found := pattern.form.search(text):
                return self._said(found.groupdict(), pattern.state)
        for pattern in self.answers:
            if pattern.form.search(text):
                return Answer(pattern.state)
        return None

    def _said(self, groups: Mapping[str, str | None], default: ScaleState | None) -> Said | None:
        state = default
        if status := groups.get("status"):
            state = self.status.get(status)
        elif bits := groups.get("bits"):
            state = next((named for mask, named in self.bits if ord(bits) & mask), None)
        weight = groups.get("weight")
        if state is None:
            return None
        if state in _WITHOUT_WEIGHT:
            return Said(None, state)
        if weight is None:
            return Said(0 if state is ScaleState.ZERO else None, state)
        grams = grams_of(weight, groups.get("unit") or self.unit)
        return None if grams is None else _settled(grams, state)

    def _read_report(self, report: bytes, at: Layout) -> Said | None:
        if len(report) < at.length or report[0] != at.report:
            return None
        state = self.status.get(str(report[at.status]))
        if state is None:
            return None
        if state in _WITHOUT_WEIGHT:
            return Said(None, state)
        if state is ScaleState.ZERO:
            return Said(0, state)
        unit = self.units.get(str(report[at.unit]))
        if unit is None:
            raise Refusal("scale_unit_unknown", unit=str(report[at.unit]))
        exponent = int.from_bytes(report[at.exponent : at.exponent + 1], "big", signed=True)
        if abs(exponent) > _MOST_EXPONENT:
            return None
        number = Decimal(int.from_bytes(report[at.weight : at.weight + 2], "little")).scaleb(exponent)
        return _settled(_whole(number * _GRAMS[unit]), state)


def _settled(grams: int, state: ScaleState) -> Said:
    if state is ScaleState.STABLE:
        # something was taken off after zero or tare
        state = ScaleState.ZERO if grams == 0 else ScaleState.UNDER if grams < 0 else state
    return Said(grams, state)


def grams_of(number: str, unit: str) -> int | None:
    """Whole grams of a written weight such as `+  0.342` and `kg`, halves rounded up; None if it is no number.

    Blanks may stand within, `,` may be the decimal mark. Raises Refusal `scale_unit_unknown`.
    """
    small = unit.lower()
    per_unit = _GRAMS.get(_SPELT.get(small, small))
    if per_unit is None:
        raise Refusal("scale_unit_unknown", unit=unit[:8])
    digits = number.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"[-+]?\d+(\.\d+)?", digits, re.ASCII) or len(digits) > _MOST_DIGITS:
        return None
    return _whole(Decimal(digits) * per_unit)


def _whole(grams: Decimal) -> int:
    return int(grams.quantize(Decimal(1), ROUND_HALF_UP))


def protocol(name: str) -> ScaleProtocol:
    """The protocol of a name; raises Refusal `scale_protocol_unknown` with the names that there are."""
    tables = _tables()
    if name not in tables:
        raise Refusal("scale_protocol_unknown", protocol=name, known=", ".join(tables))
    return tables[name]


def protocols() -> tuple[ScaleProtocol, ...]:
    """All protocols, in the order of the file."""
    return tuple(_tables().values())


@cache
def _tables() -> Mapping[str, ScaleProtocol]:
    text = (resources.files("resources") / "devices" / "scales.toml").read_text("utf-8")
    return read_protocols(text)


def read_protocols(text: str) -> dict[str, ScaleProtocol]:
    """The protocols of a file like scales.toml; a mistake in it raises ValueError, KeyError or TypeError."""
    tables: dict[str, dict[str, Any]] = {}
    made = {}
    for name, table in tomllib.loads(text).items():
        tables[name] = {**tables[table["like"]], **table} if "like" in table else table
        made[name] = _made(name, dict(tables[name]))
    return made


def _made(name: str, table: dict[str, Any]) -> ScaleProtocol:
    take = table.pop
    take("like", None)
    binary = take("binary", None)
    made = ScaleProtocol(
        name=name,
        title=take("title"),
        serial=take("serial", {}),
        seven=take("seven", False),
        begins=take("begins", "").encode(),
        ends=tuple(end.encode() for end in take("ends", [])),
        ask=take("ask", "").encode(),
        every=float(take("every", 0.0)),
        zero=take("zero", "").encode(),
        tare=take("tare", "").encode(),
        stale=float(take("stale", _STALE_SECONDS)),
        unit=take("unit", ""),
        readings=_patterns(take("readings", [])),
        answers=_patterns(take("answers", [])),
        status={text: ScaleState(state) for text, state in take("status", {}).items()},
        bits=tuple((mask, ScaleState(state)) for mask, state in take("bits", [])),
        units=take("units", {}),
        binary=Layout(**binary) if binary else None,
    )
    if table:
        raise ValueError(f"{name}: {', '.join(table)}")
    if bool(made.ask) != (made.every > 0):
        raise ValueError(f"{name}: ask and every go together")
    return made


def _patterns(tables: list[dict[str, str]]) -> tuple[Pattern, ...]:
    return tuple(
        Pattern(re.compile(table["pattern"], re.ASCII), ScaleState(table["state"]) if "state" in table else None)
        for table in tables
    )
