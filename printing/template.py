"""A label template: elements whose wording names fields, and the labels that come of filling them."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import lru_cache
from typing import TypeAlias

from app.domain.errors import Refusal
from printing.label import Element, Label, Paragraph, Picture, Symbol, Text

Value: TypeAlias = "str | bytes | Sequence[Mapping[str, str]]"

_MOST_KEPT = 64  # senders, usually one


@dataclass(frozen=True, slots=True)
class Repeat:
    """Elements that come once for each entry of a list, each `across_mm`, `down_mm` from the one before."""

    list: str
    fields: tuple[str, ...]
    optional: frozenset[str]
    across_mm: float
    down_mm: float
    limit: int
    continues: bool
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template: elements whose wording still holds `{field}`.

    The first `fixed` elements hold nothing but shared fields.
    """

    name: str
    width_mm: float
    height_mm: float
    fields: tuple[str, ...]
    optional: frozenset[str]
    elements: tuple[Element, ...]
    fixed: int = 0
    shared: frozenset[str] = frozenset()
    repeats: tuple[Repeat, ...] = ()
    _kept: dict[tuple[Value, ...], tuple[Element, ...]] = attribute(default_factory=dict, compare=False, repr=False)

    def fill(self, values: Mapping[str, Value]) -> Label:
        """The label with these values; values of other fields are ignored.

        Raises Refusal `label_field_missing` (template, field) for a field that is absent, or blank and not optional,
        `label_list_too_long` (field, limit) for a list that does not fit on one label.
        """
        labels = self.fill_all(values)
        if len(labels) > 1:
            repeat = next(repeat for repeat in self.repeats if len(_rows(values, repeat)) > repeat.limit)
            raise Refusal("label_list_too_long", field=repeat.list, limit=repeat.limit)
        return labels[0]

    def fill_all(self, values: Mapping[str, Value]) -> tuple[Label, ...]:
        """As `fill`, but with as many labels as the longest list goes on over."""
        for field in self.fields:
            value = values.get(field)
            blank = not (value.strip() if isinstance(value, str) else value)
            if value is None or (blank and field not in self.optional):
                raise Refusal("label_field_missing", template=self.name, field=field)
        fixed = self._fixed(values)
        if not self.repeats:
            rest = (filled for element in self.elements[self.fixed :] for filled in _fill(element, values))
            return (Label(self.width_mm, self.height_mm, (*fixed, *rest), len(fixed)),)
        lists = [self._checked_rows(values, repeat) for repeat in self.repeats]
        pages = max(1, *(-(-len(rows) // repeat.limit) for repeat, rows in zip(self.repeats, lists, strict=True)))
        labels = []
        for page in range(pages):
            paged: dict[str, Value] = {**values, "page": str(page + 1), "pages": str(pages)}
            elements = [filled for element in self.elements[self.fixed :] for filled in _fill(element, paged)]
            for repeat, rows in zip(self.repeats, lists, strict=True):
                for place, row in enumerate(rows[page * repeat.limit : (page + 1) * repeat.limit]):
                    elements += _fill_row(repeat, place, {**paged, **row})
            labels.append(Label(self.width_mm, self.height_mm, (*fixed, *elements), len(fixed)))
        return tuple(labels)

    def _fixed(self, values: Mapping[str, Value]) -> tuple[Element, ...]:
        """The elements that come again, filled once for the same shared values."""
        shared = tuple([values[name] for name in self.shared])
        kept = self._kept.get(shared)
        if kept is None:
            kept = tuple(filled for element in self.elements[: self.fixed] for filled in _fill(element, values))
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[shared] = kept
        return kept

    def _checked_rows(self, values: Mapping[str, Value], repeat: Repeat) -> Sequence[Mapping[str, str]]:
        rows = _rows(values, repeat)
        if len(rows) > repeat.limit and not repeat.continues:
            raise Refusal("label_list_too_long", field=repeat.list, limit=repeat.limit)
        for row in rows:
            for field in repeat.fields:
                value = row.get(field)
                if value is None or (field not in repeat.optional and not value.strip()):
                    raise Refusal("label_field_missing", template=self.name, field=field)
        return rows


def _rows(values: Mapping[str, Value], repeat: Repeat) -> Sequence[Mapping[str, str]]:
    rows = values[repeat.list]
    if isinstance(rows, str | bytes):
        raise TypeError(f"{repeat.list} must be a list")
    return rows


def _fill_row(repeat: Repeat, place: int, values: Mapping[str, Value]) -> list[Element]:
    across, down = place * repeat.across_mm, place * repeat.down_mm
    filled = [made for element in repeat.elements for made in _fill(element, values)]
    return [replace(element, x_mm=element.x_mm + across, y_mm=element.y_mm + down) for element in filled]


def _fill(element: Element, values: Mapping[str, Value]) -> tuple[Element, ...]:
    """The element with its wording; none where it is a symbol of blank fields, which are optional then."""
    if isinstance(element, Text):  # written out, since this is done for every label, and `replace` takes twice as long
        if not element.name:
            return (element,)
        text = _worded(element.text, values)
        return (
            Text(
                element.x_mm, element.y_mm, element.width_mm, element.height_mm, text, element.size_mm,
                element.min_size_mm, element.align, element.name, element.rotation, element.middle,
            ),
        )  # fmt: skip
    if isinstance(element, Paragraph):
        return (replace(element, text=_worded(element.text, values)) if element.name else element,)
    if isinstance(element, Symbol):
        if element.name and not any(_text(values, field).strip() for _, field in parsed(element.data) if field):
            return ()
        caption = _worded(element.human_readable, values)
        return (replace(element, data=_worded(element.data, values), human_readable=caption),)
    if isinstance(element, Picture) and element.name:
        content = values[element.name]
        if not isinstance(content, bytes):
            raise Refusal("label_picture_invalid", field=element.name)
        return (replace(element, content=content),) if content else ()
    return (element,)


def _worded(wording: str, values: Mapping[str, Value]) -> str:
    return "".join([literal + _text(values, field) if field else literal for literal, field in parsed(wording)])


def _text(values: Mapping[str, Value], field: str) -> str:
    value = values[field]
    if not isinstance(value, str):
        raise TypeError(f"{field} must be a text")
    return value


@lru_cache(maxsize=1024)
def parsed(wording: str) -> tuple[tuple[str, str], ...]:
    """The (literal, field) pairs of a wording; ValueError if the braces hold anything but a name."""
    pairs = []
    for literal, field, format_spec, conversion in string.Formatter().parse(wording):
        if format_spec or conversion or (field is not None and not field.isidentifier()):
            raise ValueError(f"{wording!r}: braces may hold the name of a field only")
        pairs.append((literal, field or ""))
    return tuple(pairs)
