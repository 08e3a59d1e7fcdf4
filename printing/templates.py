"""Label templates: TOML files in `resources/labels` that bind elements to named fields.

A template states `width_mm`, `height_mm`, its `fields`, those that may be `optional`, and `[[text]]`, `[[paragraph]]`,
`[[line]]`, `[[box]]` and `[[symbol]]` tables with the attributes of `printing.label`. Wording may name fields in
braces: `"Order {order}"`. The first of them is the one a refusal names.
"""

from __future__ import annotations

import math
import string
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from functools import cache, lru_cache
from importlib import resources

from app.domain.errors import KnownError, Refusal
from printing.label import Align, Box, Element, Label, Line, Paragraph, Symbol, SymbolKind, Text

_KINDS: Mapping[str, type[Element]] = {
    "line": Line,
    "box": Box,
    "text": Text,
    "paragraph": Paragraph,
    "symbol": Symbol,
}
_NAMES = ("name", "human_readable_name")
_WORDING = ("text", "data", "human_readable")


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template: elements whose wording still holds `{field}`."""

    name: str
    width_mm: float
    height_mm: float
    fields: tuple[str, ...]
    optional: frozenset[str]
    elements: tuple[Element, ...]

    def fill(self, values: Mapping[str, str]) -> Label:
        """The label with these values; values of other fields are ignored.

        Raises Refusal `label_field_missing` (template, field) for a field that is absent, or blank and not optional.
        """
        for field in self.fields:
            value = values.get(field)
            if value is None or (field not in self.optional and not value.strip()):
                raise Refusal("label_field_missing", template=self.name, field=field)
        return Label(self.width_mm, self.height_mm, tuple(_fill(element, values) for element in self.elements))


def _fill(element: Element, values: Mapping[str, str]) -> Element:
    if isinstance(element, Text | Paragraph):
        if not element.name:
            return element
        return replace(element, text=_worded(element.text, values))
    if isinstance(element, Symbol):
        caption = _worded(element.human_readable, values)
        return replace(element, data=_worded(element.data, values), human_readable=caption)
    return element


def _worded(wording: str, values: Mapping[str, str]) -> str:
    return "".join(literal + (values[field] if field else "") for literal, field in _parsed(wording))


@lru_cache(maxsize=1024)
def _parsed(wording: str) -> tuple[tuple[str, str], ...]:
    """(literal, field) pairs; ValueError if the braces hold anything but a name."""
    pairs = []
    for literal, field, format_spec, conversion in string.Formatter().parse(wording):
        if format_spec or conversion or (field is not None and not field.isidentifier()):
            raise ValueError(f"{wording!r}: braces may hold the name of a field only")
        pairs.append((literal, field or ""))
    return tuple(pairs)


@cache
def load_template(name: str) -> Template:
    """The shipped template of this name.

    Raises KnownError `label_template_missing` (template) or `label_template_invalid` (template, reason).
    """
    source = resources.files("resources").joinpath("labels", f"{name}.toml")
    if not (name.isidentifier() and source.is_file()):
        raise KnownError("label_template_missing", template=name)
    return read_template(name, source.read_text(encoding="utf-8"))


def read_template(name: str, source: str) -> Template:
    """The template in this TOML text, checked; raises KnownError `label_template_invalid` (template, reason)."""
    try:
        return _checked(name, tomllib.loads(source))
    except (ValueError, TypeError) as wrong:
        raise KnownError("label_template_invalid", template=name, reason=str(wrong)) from wrong


def _checked(name: str, table: dict[str, object]) -> Template:
    unknown = set(table) - {"width_mm", "height_mm", "fields", "optional", *_KINDS}
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
    width, height = _number(table, "width_mm"), _number(table, "height_mm")
    names, optional = _names(table, "fields"), frozenset(_names(table, "optional"))
    if not optional <= set(names):
        raise ValueError(f"optional, but not a field: {', '.join(sorted(optional - set(names)))}")
    elements = []
    for kind, shape in _KINDS.items():
        entries = table.get(kind, [])
        if not isinstance(entries, list):
            raise ValueError(f"[[{kind}]] must be a list of tables")
        for number, entry in enumerate(entries, 1):
            try:
                element, used = _element(shape, entry)
                _check_place(element, width, height)
                missing = used - set(names)
                if missing:
                    raise ValueError(f"unknown fields: {', '.join(sorted(missing))}")
            except (ValueError, TypeError) as wrong:
                raise ValueError(f"{kind} {number}: {wrong}") from wrong
            elements.append(element)
    return Template(name, width, height, names, optional, tuple(elements))


def _element(shape: type[Element], entry: object) -> tuple[Element, set[str]]:
    if not isinstance(entry, dict):
        raise ValueError("must be a table")
    known: dict[str, Field[object]] = {field.name: field for field in fields(shape) if field.name not in _NAMES}
    unknown, missing = set(entry) - set(known), {n for n, f in known.items() if f.default is MISSING} - set(entry)
    if unknown or missing:
        raise ValueError(f"unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    values: dict[str, object] = {}
    used: list[str] = []
    for key, value in entry.items():
        if key in _WORDING:
            if not isinstance(value, str):
                raise ValueError(f"{key} must be a text")
            used += [field for _, field in _parsed(value) if field]
            values[key] = value
        elif key == "align":
            values[key] = Align(value)
        elif key == "kind":
            values[key] = SymbolKind(value)
        else:
            values[key] = _number(entry, key)
    if shape in (Text, Paragraph):
        values["name"] = _first_field(entry["text"])
    elif shape is Symbol:
        values["name"] = _first_field(entry["data"])
        values["human_readable_name"] = _first_field(entry.get("human_readable", ""))
    return shape(**values), set(used)  # type: ignore[arg-type]  # each value was checked against its key above


def _first_field(wording: str) -> str:
    return next((field for _, field in _parsed(wording) if field), "")


def _check_place(element: Element, width: float, height: float) -> None:
    right, bottom = element.x_mm + element.width_mm, element.y_mm + element.height_mm
    if element.x_mm < 0 or element.y_mm < 0 or element.width_mm <= 0 or element.height_mm <= 0:
        raise ValueError("place and size must be positive")
    if right > width or bottom > height:
        raise ValueError(f"reaches to {right:g} × {bottom:g} mm, outside of {width:g} × {height:g} mm")
    if isinstance(element, Text | Paragraph) and not 0 < element.min_size_mm <= element.size_mm:
        raise ValueError("min_size_mm must be above 0 and at most size_mm")
    if isinstance(element, Symbol) and not 0 < element.min_module_mm <= element.module_mm:
        raise ValueError("min_module_mm must be above 0 and at most module_mm")


def _number(table: Mapping[str, object], key: str) -> float:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{key} must be a number")
    return float(value)


def _names(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item.isidentifier() for item in value):
        raise ValueError(f"{key} must be a list of names")
    return tuple(value)
