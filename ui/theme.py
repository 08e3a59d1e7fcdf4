"""How the window looks: themes read from `resources/themes`, their palette and style sheet, sizes and spaces."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ui.fonts import MONO_FAMILIES, load_fonts, ui_font

THEMES = ("light", "dark", "colour_blind")
SPACE = (4, 8, 12, 16, 24, 32, 48)
RADIUS = 6
TOUCH = 54  # height of what a finger meets; at 96 dpi 14 mm
TOUCH_PRIMARY = 72
TOUCH_SMALL = 36  # for the mouse alone: above tables, in dialogs of settings
SIZES = {
    "caption": 14,
    "body": 16,
    "title": 20,
    "bench": 33,
    "big": 48,
    "remaining": 72,
    "verdict": 120,
    "slot": 160,
}
SLOTS = 24

_ROLES = (
    "surface", "raised", "line", "edge", "text", "secondary", "accent", "accent_hover", "accent_pressed", "on_accent",
    "hover", "pressed",
)  # fmt: skip
_PAIRED_ROLES = ("selected", "disabled")
_VERDICTS = ("pass", "fail", "attention", "system")
_URGENCIES = ("red", "yellow", "green")
_MARKS = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour of letters or signs and the colour of their ground, each as #rrggbb."""

    ink: str
    paper: str


@dataclass(frozen=True)
class Theme:
    """The colours of the window by what they say, each as #rrggbb.

    `line` separates and carries no meaning; `edge` bounds what can be pressed or typed into. `slots` belong to the
    letters A to X.
    """

    name: str
    surface: str
    raised: str
    line: str
    edge: str
    text: str
    secondary: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    hover: str
    pressed: str
    selected: Pair
    disabled: Pair
    passed: Pair
    fail: Pair
    attention: Pair
    system: Pair
    urgency: Mapping[str, Pair]
    slots: tuple[Pair, ...]
    marks: str

    def verdict(self, outcome: str) -> Pair:
        """The pair of an outcome: "pass", "fail", "attention" or "system"; KeyError for another."""
        return {"pass": self.passed, "fail": self.fail, "attention": self.attention, "system": self.system}[outcome]

    def slot(self, number: int) -> Pair:
        """The pair of a slot, counted from 1; the 25th looks like the first."""
        return self.slots[(number - 1) % SLOTS]

    def palette(self) -> QPalette:
        """All roles of all three groups, for what Fusion draws itself: menus, popups, calendars."""
        palette = QPalette()
        role = QPalette.ColorRole
        colours = {
            role.Window: self.surface, role.WindowText: self.text, role.Base: self.raised,
            role.AlternateBase: self.hover, role.Text: self.text, role.PlaceholderText: self.secondary,
            role.Button: self.raised, role.ButtonText: self.text, role.BrightText: self.fail.ink,
            role.ToolTipBase: self.raised, role.ToolTipText: self.text, role.Highlight: self.accent,
            role.HighlightedText: self.on_accent, role.Accent: self.accent, role.Link: self.accent,
            role.LinkVisited: self.secondary, role.Light: self.hover, role.Midlight: self.hover, role.Mid: self.line,
            role.Dark: self.edge, role.Shadow: self.edge,
        }  # fmt: skip
        disabled = {
            role.WindowText: self.disabled.ink, role.Text: self.disabled.ink, role.ButtonText: self.disabled.ink,
            role.PlaceholderText: self.disabled.ink, role.ToolTipText: self.disabled.ink,
            role.BrightText: self.disabled.ink, role.Link: self.disabled.ink, role.LinkVisited: self.disabled.ink,
            role.Base: self.disabled.paper, role.Button: self.disabled.paper, role.Highlight: self.disabled.ink,
            role.HighlightedText: self.disabled.paper, role.Accent: self.disabled.ink,
        }  # fmt: skip
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
            for which, colour in colours.items():
                palette.setColor(group, which, QColor(colour))
        for which, colour in disabled.items():
            palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colour))
        return palette

    def style_sheet(self, scale: float) -> str:
        """The style sheet of the whole application; `scale` is 1.0, or 1.5 for large text."""
        tokens = {role: getattr(self, role) for role in _ROLES}
        pairs = {role: getattr(self, role) for role in _PAIRED_ROLES}
        pairs |= {outcome: self.verdict(outcome) for outcome in _VERDICTS} | dict(self.urgency)
        for role, pair in pairs.items():
            tokens |= {f"{role}_ink": pair.ink, f"{role}_paper": pair.paper}
        tokens |= {name: f"{length}px" for name, length in _lengths(scale).items()}
        tokens |= {"marks": _folder_of_marks(self.marks), "mono": ", ".join(f'"{family}"' for family in MONO_FAMILIES)}
        return Template(_template()).substitute(tokens)


def _lengths(scale: float) -> dict[str, int]:
    touch, primary, small = (round(height * scale) for height in (TOUCH, TOUCH_PRIMARY, TOUCH_SMALL))
    box, knob = round(22 * scale), round(20 * scale)
    frame = 4  # what a style sheet's min-height leaves out: border and padding, above and below
    extra = 3  # what QStyleSheetStyle adds to a tool button and a spin box (Qt 6.11)
    return {name: px(name, scale) for name in SIZES} | {
        "radius": RADIUS,
        "touch": touch,
        "touch_inner": touch - frame,
        "touch_inner_less": touch - frame - extra,
        "touch_key_inner": TOUCH - frame,  # ten of them stand at the foot: large text does not make them higher
        "touch_primary_inner": primary - frame,
        "touch_primary_inner_less": primary - frame - extra,
        "touch_small_inner": small - frame,
        "touch_small_inner_less": small - frame - extra,
        "touch_tab": touch - 6,
        "touch_item": touch - 8,
        "mark": round(16 * scale),
        "arrow_box": round(36 * scale),
        "box": box,
        "box_round": box // 2 + 2,
        "knob": knob,
        "knob_out": knob // 2 - 1,
        "knob_round": knob // 2 + 2,
        "scroll": round(16 * scale),
    }


def px(name: str, scale: float) -> int:
    """The height in pixels of a size of type by its name in SIZES."""
    return round(SIZES[name] * scale)


def slot_letter(slot: int) -> str:
    """The letter of a slot, counted from 1; after X comes A again."""
    return chr(ord("A") + (slot - 1) % SLOTS)


def contrast(a: str, b: str) -> float:
    """How well two colours (#rrggbb) stand off each other, 1 to 21: WCAG 2.1, "contrast ratio"."""
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """WCAG 2.1, "relative luminance"; with the threshold of sRGB, 0.04045, which for 8 bits makes no difference."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def apply(application: QApplication, theme: Theme, scale: float) -> None:
    """Dress the application: Fusion, palette, font of 16 px times `scale`, style sheet."""
    load_fonts()
    if not application.styleSheet():  # else it is Fusion already, and every widget would be gone through twice
        application.setStyle("Fusion")
    application.setPalette(theme.palette())
    application.setFont(ui_font(px("body", scale)))
    application.setStyleSheet(theme.style_sheet(scale))


@cache
def load_theme(name: str) -> Theme:
    """The theme of one of THEMES; ValueError names the key that is missing, unknown or no colour."""
    if name not in THEMES:
        raise ValueError(f"no theme is called {name}")
    text = _folder().joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return parse_theme(name, text)


def parse_theme(name: str, text: str) -> Theme:
    """A theme from its TOML: `colours` by name, then `roles`, `verdicts`, `urgency` and `slots` that refer to them.

    A slot may also be given as #rrggbb. ValueError names the key that is missing, unknown or no colour.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise ValueError(f"{name}: {broken}") from broken
    _check_keys(name, tables, ("marks", "colours", "roles", "verdicts", "urgency", "slots"))
    if tables["marks"] not in _MARKS:
        raise ValueError(f"{name}: marks is none of {', '.join(_MARKS)}")
    colours = tables["colours"]
    for key, value in colours.items():
        if not _is_colour(value):
            raise ValueError(f"{name}: colours.{key} is not #rrggbb")
    letters = tuple(slot_letter(number) for number in range(1, SLOTS + 1))
    roles, verdicts, urgency, slots = (tables[table] for table in ("roles", "verdicts", "urgency", "slots"))
    _check_keys(f"{name}: roles", roles, _ROLES + _PAIRED_ROLES)
    _check_keys(f"{name}: verdicts", verdicts, _VERDICTS)
    _check_keys(f"{name}: urgency", urgency, _URGENCIES)
    _check_keys(f"{name}: slots", slots, letters)

    def colour(key: str, value: Any) -> str:
        found = colours.get(value, value) if isinstance(value, str) else value
        if not _is_colour(found):
            raise ValueError(f"{name}: {key} is no colour")
        return str(found).lower()

    def pair(key: str, value: Any) -> Pair:
        if not isinstance(value, dict):
            raise ValueError(f"{name}: {key} is no pair of ink and paper")
        _check_keys(f"{name}: {key}", value, ("ink", "paper"))
        return Pair(colour(f"{key}.ink", value["ink"]), colour(f"{key}.paper", value["paper"]))

    outcomes = {key: pair(f"verdicts.{key}", verdicts[key]) for key in _VERDICTS}
    fields: dict[str, Any] = {key: colour(f"roles.{key}", roles[key]) for key in _ROLES}
    fields |= {key: pair(f"roles.{key}", roles[key]) for key in _PAIRED_ROLES}
    fields |= outcomes | {"passed": outcomes["pass"]}
    del fields["pass"]
    return Theme(
        name=name,
        marks=tables["marks"],
        urgency={key: pair(f"urgency.{key}", urgency[key]) for key in _URGENCIES},
        slots=tuple(pair(f"slots.{letter}", slots[letter]) for letter in letters),
        **fields,
    )


def _check_keys(where: str, table: Mapping[str, object], wanted: tuple[str, ...]) -> None:
    for key in wanted:
        if key not in table:
            raise ValueError(f"{where}: {key} is missing")
    for key in table:
        if key not in wanted:
            raise ValueError(f"{where}: {key} is not known")


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("#[0-9A-Fa-f]{6}", value) is not None


def _folder() -> resources.abc.Traversable:
    return resources.files("resources").joinpath("themes")


@cache
def _template() -> str:
    return _folder().joinpath("window.qss").read_text(encoding="utf-8")


_files = ExitStack()


@cache
def _folder_of_marks(tone: str) -> str:
    """A style sheet takes pictures from files only: a copy on disk if the package is zipped."""
    folder = _files.enter_context(resources.as_file(_folder().joinpath("marks", tone)))
    return folder.as_posix()
