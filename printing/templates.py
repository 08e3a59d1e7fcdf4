"""Label templates: TOML files in `resources/labels` that bind elements to named fields.

A template states `width_mm`, `height_mm`, its `fields`, those that may be `optional`, those that are `shared` by many
labels (the sender), and `[[line]]`, `[[box]]`, `[[text]]`, `[[paragraph]]`, `[[image]]` and `[[symbol]]` tables with
the attributes of `printing.label`. Wording may name fields in braces: `"Order {order}"`. The first of them is the one a
refusal names. An image has a `file` of this folder, or a `field` that holds a PNG.

A `[[repeat]]` prints its own tables (`[[repeat.text]]` and so on, placed from the corner `x_mm`, `y_mm`) once for each
entry of the field `list`, at a pitch of `pitch_mm`, `direction` down or right. Beyond `limit` entries the label is
refused, or with `more = "continue"` goes on as another one; wording may then tell `{page}` and `{pages}`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields, replace
from functools import cache
from importlib import resources

from app.domain.errors import KnownError
from printing import pictures
from printing.label import ROTATIONS, Align, Box, Element, Line, Paragraph, Picture, Symbol, SymbolKind, Text
from printing.template import Repeat, Template, Value, parsed

__all__ = ["Repeat", "Template", "Value", "load_template", "read_template", "template_names"]

_KINDS: Mapping[str, type[Element]] = {
    "line": Line,
    "box": Box,
    "image": Picture,
    "text": Text,
    "paragraph": Paragraph,
    "symbol": Symbol,
}
_NAMES = ("name", "human_readable_name", "content")
_WORDING = ("text", "data", "human_readable")
_PAGING = ("page", "pages")


@cache
def load_template(name: str) -> Template:
    """The shipped template of this name.

    Raises KnownError `label_template_missing` (template) or `label_template_invalid` (template, reason).
    """
    source = resources.files("resources").joinpath("labels", f"{name}.toml")
    if not (name.isidentifier() and source.is_file()):
        raise KnownError("label_template_missing", template=name)
    return read_template(name, source.read_text(encoding="utf-8"))


def template_names() -> list[str]:
    """The names of all shipped templates, sorted."""
    files = resources.files("resources").joinpath("labels").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def read_template(name: str, source: str) -> Template:
    """The template in this TOML text, checked; raises KnownError `label_template_invalid` (template, reason)."""
    try:
        return _checked(name, tomllib.loads(source))
    except (ValueError, TypeError) as wrong:
        raise KnownError("label_template_invalid", template=name, reason=str(wrong)) from wrong


def _checked(name: str, table: dict[str, object]) -> Template:
    _refuse_unknown(table, {"width_mm", "height_mm", "fields", "optional", "shared", "repeat", *_KINDS})
    width, height = _number(table, "width_mm"), _number(table, "height_mm")
    if width <= 0 or height <= 0:
        raise ValueError("width_mm and height_mm must be positive")
    names = _names(table, "fields")
    optional, shared = _subset(table, "optional", names), _subset(table, "shared", names)
    repeats = []
    for number, entry in enumerate(_tables(table, "repeat"), 1):
        with _within("repeat", number):
            repeats.append(_repeat(entry, names, width, height))
    lists = {repeat.list for repeat in repeats}
    if len(lists) != len(repeats):
        raise ValueError("each repeat must have a list of its own")
    texts = {*names, *(_PAGING if any(repeat.continues for repeat in repeats) else ())} - lists
    found = _elements(table, texts, width, height)
    # rules, pictures and wording without fields come first, so that a printer may keep them
    fixed = [element for element, used in found if used <= shared]
    rest = [element for element, used in found if not used <= shared]
    elements = (*fixed, *rest)
    return Template(name, width, height, names, optional, elements, len(fixed), shared, tuple(repeats))


def _repeat(entry: object, outer: tuple[str, ...], width: float, height: float) -> Repeat:
    if not isinstance(entry, dict):
        raise ValueError("must be a table")
    keys = {"list", "fields", "optional", "x_mm", "y_mm", "pitch_mm", "direction", "limit", "more", *_KINDS}
    _refuse_unknown(entry, keys)
    source, limit = entry.get("list"), entry.get("limit")
    if source not in outer:
        raise ValueError(f"list must be one of the fields, not {source!r}")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise ValueError("limit must be a whole number, at least 1")
    direction, more = entry.get("direction", "down"), entry.get("more", "refuse")
    if direction not in ("down", "right") or more not in ("refuse", "continue"):
        raise ValueError('direction must be "down" or "right", more "refuse" or "continue"')
    names, pitch = _names(entry, "fields"), _number(entry, "pitch_mm")
    if pitch <= 0:
        raise ValueError("pitch_mm must be positive")
    across, down = (pitch, 0.0) if direction == "right" else (0.0, pitch)
    x, y = _number(entry, "x_mm"), _number(entry, "y_mm")
    texts = {*names, *outer, *(_PAGING if more == "continue" else ())} - {source}
    # the last row must fit, and then all others do
    room = (width - x - across * (limit - 1), height - y - down * (limit - 1))
    elements = tuple(
        replace(element, x_mm=element.x_mm + x, y_mm=element.y_mm + y)
        for element, _ in _elements(entry, texts, *room)
    )
    optional = _subset(entry, "optional", names)
    return Repeat(str(source), names, optional, across, down, limit, more == "continue", elements)


def _elements(
    table: Mapping[str, object], texts: set[str], width: float, height: float
) -> list[tuple[Element, set[str]]]:
    """The elements of a table of tables, each with the fields that it uses."""

    found = []
    for kind, shape in _KINDS.items():
        for number, entry in enumerate(_tables(table, kind), 1):
            with _within(kind, number):
                element, used = _element(shape, entry)
                _check_place(element, width, height)
                if used - texts:
                    raise ValueError(f"unknown fields: {', '.join(sorted(used - texts))}")
            found.append((element, used))
    return found


@contextmanager
def _within(kind: str, number: int) -> Iterator[None]:
    """Say in which table something is wrong."""
    try:
        yield
    except (ValueError, TypeError) as wrong:
        raise ValueError(f"{kind} {number}: {wrong}") from wrong


def _element(shape: type[Element], entry: object) -> tuple[Element, set[str]]:
    """The element that a table describes, and the fields that it uses."""
    if not isinstance(entry, dict):
        raise ValueError("must be a table")
    if shape is Picture:
        return _picture(entry)
    values, used = _attributes(shape, entry)
    if shape in (Text, Paragraph):
        values["name"] = _first_field(entry["text"])
    elif shape is Symbol:
        values["name"] = _first_field(entry["data"])
        values["human_readable_name"] = _first_field(entry.get("human_readable", ""))
    return shape(**values), used  # type: ignore[arg-type]  # each value was checked against its key


def _picture(entry: Mapping[str, object]) -> tuple[Element, set[str]]:
    file, field = entry.get("file"), entry.get("field")
    if (file is None) == (field is None):
        raise ValueError("must have either a file or a field")
    values, _ = _attributes(Picture, {key: value for key, value in entry.items() if key not in ("file", "field")})
    if field is not None:
        if not (isinstance(field, str) and field.isidentifier()):
            raise ValueError("field must be the name of a field")
        return Picture(**values, content=b"", name=field), {field}  # type: ignore[arg-type]  # as above
    source = resources.files("resources").joinpath("labels", str(file))
    if not (isinstance(file, str) and "/" not in file and "\\" not in file and source.is_file()):
        raise ValueError(f"there is no file {file!r}")
    content = source.read_bytes()
    if not pictures.readable(content):
        raise ValueError(f"{file!r} is no PNG that can be printed")
    return Picture(**values, content=content), set()  # type: ignore[arg-type]  # as above


def _attributes(shape: type[Element], entry: Mapping[str, object]) -> tuple[dict[str, object], set[str]]:
    known: dict[str, Field[object]] = {field.name: field for field in fields(shape) if field.name not in _NAMES}
    unknown, missing = set(entry) - set(known), {n for n, f in known.items() if f.default is MISSING} - set(entry)
    if unknown or missing:
        raise ValueError(f"unknown keys {sorted(unknown)}, missing keys {sorted(missing)}")
    values: dict[str, object] = {}
    used: set[str] = set()
    for key, value in entry.items():
        if key in _WORDING:
            if not isinstance(value, str):
                raise ValueError(f"{key} must be a text")
            used |= {field for _, field in parsed(value) if field}
            values[key] = value
        elif key == "align":
            values[key] = Align(str(value))
        elif key == "kind":
            values[key] = SymbolKind(str(value))
        elif key in ("dither", "middle"):
            if not isinstance(value, bool):
                raise ValueError(f"{key} must be true or false")
            values[key] = value
        elif key == "rotation":
            if isinstance(value, bool) or value not in ROTATIONS:
                raise ValueError(f"rotation must be one of {', '.join(map(str, ROTATIONS))}")
            values[key] = value
        else:
            values[key] = _number(entry, key)
    return values, used


def _first_field(wording: str) -> str:
    return next((field for _, field in parsed(wording) if field), "")


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
    if isinstance(element, Picture) and not 0 < element.threshold < 1:
        raise ValueError("threshold must be between 0 and 1")


def _tables(table: Mapping[str, object], kind: str) -> list[object]:
    entries = table.get(kind, [])
    if not isinstance(entries, list):
        raise ValueError(f"[[{kind}]] must be a list of tables")
    return entries


def _refuse_unknown(table: Mapping[str, object], known: set[str]) -> None:
    unknown = set(table) - known
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")


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


def _subset(table: Mapping[str, object], key: str, names: tuple[str, ...]) -> frozenset[str]:
    found = frozenset(_names(table, key))
    if not found <= set(names):
        raise ValueError(f"{key}, but not a field: {', '.join(sorted(found - set(names)))}")
    return found
