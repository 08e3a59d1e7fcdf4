"""Every pair of colours that a theme can put on the screen, computed; and that nothing moves when the focus does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib import resources
from itertools import combinations, product
from typing import NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.theme import (
    SIZES,
    SLOTS,
    THEMES,
    Pair,
    Theme,
    apply,
    contrast,
    load_theme,
    parse_theme,
    px,
    slot_letter,
)
from ui.widgets.verdict import SIGNS

TEXT, SHAPE = 4.5, 3.0

# the table of the design, word for word
LIGHT: dict[str, str | tuple[str, str]] = {
    "surface": "#F6F7F9", "raised": "#FFFFFF", "line": "#D9DEE5", "text": "#14181D", "secondary": "#5B6673",
    "accent": "#1F5FD0", "system": ("#3A5BA0", "#E6ECF8"),
}  # fmt: skip
DESIGN: dict[str, dict[str, str | tuple[str, str]]] = {
    "light": LIGHT | {
        "passed": ("#166B31", "#E3F5E8"), "fail": ("#B32025", "#FCE6E6"), "attention": ("#855800", "#FFF3D1"),
    },
    "dark": {
        "surface": "#14181D", "raised": "#1D232A", "line": "#323B45", "text": "#EDF1F5", "secondary": "#9AA7B4",
        "accent": "#6EA0FF", "passed": ("#46C46F", "#12301C"), "fail": ("#FF6B6B", "#3A1517"),
        "attention": ("#E8B339", "#33280B"), "system": ("#8FB0F0", "#172338"),
    },
    "colour_blind": LIGHT | {
        "passed": ("#0B61A4", "#E1EEF8"), "fail": ("#9C4406", "#FBEBDD"), "attention": ("#6B4EA0", "#EEE8F7"),
    },
}  # fmt: skip


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return load_theme(request.param)


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application, with what a test puts on it taken off again."""
    style, palette, font = qapp.style().name(), qapp.palette(), qapp.font()
    yield qapp
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setPalette(palette)
    qapp.setFont(font)


def test_the_tokens_are_those_of_the_design(theme: Theme) -> None:
    for role, wanted in DESIGN[theme.name].items():
        has = getattr(theme, role)
        if isinstance(wanted, str):
            assert has == wanted.lower(), role
        else:
            assert has == Pair(wanted[0].lower(), wanted[1].lower()), role


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the known grey that just fails
    assert contrast("#1f5fd0", "#1f5fd0") == 1


def test_text_is_readable_on_every_ground_it_may_stand_on(theme: Theme) -> None:
    grounds = {name: getattr(theme, name) for name in ("surface", "raised", "hover", "pressed")}
    grounds["selected"] = theme.selected.paper
    inks = {"text": theme.text, "secondary": theme.secondary, "accent": theme.accent}
    for (ink, colour), (ground, paper) in product(inks.items(), grounds.items()):
        assert contrast(colour, paper) >= TEXT, (ink, ground)
    for outcome, ground in product(("pass", "fail", "attention", "system"), ("surface", "raised", "selected")):
        assert contrast(theme.verdict(outcome).ink, grounds[ground]) >= TEXT, (outcome, ground)


def test_every_pair_is_readable_and_its_shape_seen(theme: Theme) -> None:
    pairs = {outcome: theme.verdict(outcome) for outcome in ("pass", "fail", "attention", "system")}
    pairs |= {f"urgency {name}": pair for name, pair in theme.urgency.items()}
    pairs |= {f"slot {slot_letter(number)}": theme.slot(number) for number in range(1, SLOTS + 1)}
    for name, pair in pairs.items():
        assert contrast(pair.ink, pair.paper) >= TEXT, name
        # a chip is bounded by a line in its ink: one of the two stands off what is around it
        for ground in (theme.surface, theme.raised):
            assert max(contrast(pair.ink, ground), contrast(pair.paper, ground)) >= SHAPE, name
    assert contrast(theme.disabled.ink, theme.disabled.paper) >= TEXT
    assert contrast(theme.selected.ink, theme.selected.paper) >= TEXT
    for filled in (theme.accent, theme.accent_hover, theme.accent_pressed):
        assert contrast(theme.on_accent, filled) >= TEXT
        assert contrast(filled, theme.surface) >= SHAPE


def test_the_edge_of_a_control_and_the_ring_of_focus_are_seen(theme: Theme) -> None:
    for ground in (theme.surface, theme.raised):
        for shape in (theme.edge, theme.accent, theme.secondary, theme.disabled.ink):
            assert contrast(shape, ground) >= SHAPE
    assert contrast(theme.accent, theme.selected.paper) >= SHAPE  # the bar of the row that is selected


def test_a_placeholder_is_as_readable_as_other_text(dressed: QApplication, qtbot: QtBot, theme: Theme) -> None:
    apply(dressed, theme, 1.0)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setPlaceholderText("Order")
    field.ensurePolished()
    ink = field.palette().color(QPalette.ColorRole.PlaceholderText)
    assert ink.alpha() == 255
    assert contrast(ink.name(), theme.raised) >= TEXT


# --- slots ------------------------------------------------------------------------------------------------------


def _linear(colour: str) -> tuple[float, ...]:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def _times(matrix: tuple[tuple[float, ...], ...], vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


# B. Ottosson, "A perceptual color space for image processing" (OKLab), from linear sRGB
_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
# G. M. Machado et al. 2009, severity 1.0, on linear sRGB
_EYES = {
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
}  # fmt: skip


@cache
def _seen(colour: str, eyes: str) -> tuple[float, ...]:
    linear = tuple(min(1.0, max(0.0, c)) for c in _times(_EYES[eyes], _linear(colour)))
    return _times(_OKLAB, tuple(c ** (1 / 3) for c in _times(_LMS, linear)))


# in OKLab a step of 0.02 is just seen
@pytest.mark.parametrize(("eyes", "apart"), [("all", 0.1), ("protanopia", 0.06), ("deuteranopia", 0.06)])
def test_the_colours_of_24_slots_are_told_apart(theme: Theme, eyes: str, apart: float) -> None:
    papers = {slot_letter(number): theme.slot(number).paper for number in range(1, 25)}
    assert len(set(papers.values())) == 24
    for one, other in combinations(papers, 2):
        distance = sum((a - b) ** 2 for a, b in zip(_seen(papers[one], eyes), _seen(papers[other], eyes), strict=True))
        assert distance**0.5 >= apart, (one, other)


def test_a_slot_looks_the_same_in_every_theme() -> None:
    """The hall has stickers in these colours."""
    assert len({tuple(pair.paper for pair in load_theme(name).slots) for name in THEMES}) == 1


@pytest.mark.parametrize("eyes", ["protanopia", "deuteranopia"])
@pytest.mark.parametrize("other", ["pass", "attention", "system"])
def test_a_failure_is_told_apart_without_red_and_green(eyes: str, other: str) -> None:
    theme = load_theme("colour_blind")
    one, another = (_seen(theme.verdict(outcome).ink, eyes) for outcome in ("fail", other))
    assert sum((a - b) ** 2 for a, b in zip(one, another, strict=True)) ** 0.5 >= 0.2


@pytest.mark.parametrize("eyes", ["protanopia", "deuteranopia"])
def test_what_such_eyes_see_in_nearly_the_same_colour_has_signs_of_its_own(eyes: str) -> None:
    """Pass and attention are blue and violet in the design's table, which these eyes do not tell apart."""
    theme = load_theme("colour_blind")
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert {"pass", "fail", "attention", "system"} <= set(SIGNS)
    for one, other in combinations(("pass", "fail", "attention"), 2):
        a, b = (_seen(theme.verdict(outcome).ink, eyes) for outcome in (one, other))
        if sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 < 0.2:
            assert {one, other} == {"pass", "attention"}


def test_letters_of_slots() -> None:
    assert "".join(slot_letter(number) for number in range(1, 26)) == "ABCDEFGHIJKLMNOPQRSTUVWXA"
    theme = load_theme("light")
    assert theme.slot(25) == theme.slot(1) != theme.slot(24)


# --- the style sheet --------------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """One selector's last part: type, subcontrol, what it demands of the widget; and what it says."""

    kind: str
    part: str
    demands: frozenset[str]
    weight: tuple[int, int, int]
    says: dict[str, str]


def _rules(sheet: str) -> list[Rule]:
    found = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        says = {}
        for line in filter(str.strip, body.split(";")):
            key, _, value = line.partition(":")
            says[key.strip()] = value.strip()
        for selector in selectors.split(","):
            *around, last = selector.split()
            kind, demands = _parts(last.partition("::")[0])
            part, states = _parts(last.partition("::")[2])
            demands |= states | {f"in {ancestor}" for ancestor in around}
            # as in CSS 2: names, then attributes and states, then types
            attributes = sum(len(_parts(piece.replace("::", ":"))[1]) for piece in (*around, last))
            weight = (last.count("#"), attributes, len(around) + bool(kind) + bool(part))
            found.append(Rule(kind, part, frozenset(demands), weight, says))
    return found


def _parts(compound: str) -> tuple[str, set[str]]:
    """"QLabel[role="chip"]:hover" as its name and what it demands."""
    name = re.match(r"[\w#*-]*", compound)
    assert name is not None
    return name[0], set(re.findall(r"\[[^]]*\]|(?<!:):[\w-]+", compound))


def _looks(rules: list[Rule]) -> Iterator[tuple[str, frozenset[str], dict[str, str]]]:
    """Every look that a kind of widget, or a part of it, can have: one value for each property, up to two states."""
    for kind, part in sorted({(rule.kind, rule.part) for rule in rules}):
        mine = [rule for rule in rules if rule.part == part and rule.kind in (kind, "*")]
        choices: dict[str, set[str]] = {}
        states: set[str] = set()
        for demand in {demand for rule in mine for demand in rule.demands}:
            if demand.startswith(":"):
                states.add(demand)
            else:
                choices.setdefault(demand.partition("=")[0] if demand[0] == "[" else "in", {""}).add(demand)
        pairs = [frozenset(chosen) for count in range(3) for chosen in combinations(sorted(states), count)]
        for properties, pair in product(product(*choices.values()), pairs):
            has = frozenset(filter(None, properties)) | pair
            # a property that is demanded by its bare name is there with any value
            has |= {f"{demand.partition('=')[0]}]" for demand in has if demand[0] == "["}
            look: dict[str, str] = {}
            for rule in sorted((rule for rule in mine if rule.demands <= has), key=lambda rule: rule.weight):
                for key, value in rule.says.items():
                    for narrower in [old for old in look if old.startswith(f"{key}-") and old != "border-radius"]:
                        del look[narrower]  # "border" says anew what "border-color" said
                    look["background-color" if key == "background" else key] = value
            yield f"{kind}::{part}", has, look


_WORDLESS = {"", "item", "section", "tab"}  # parts that carry words; a check box's square carries none


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_whatever_the_style_sheet_puts_together_is_readable(theme: Theme, scale: float) -> None:
    seen = 0
    for name, has, look in _looks(_rules(theme.style_sheet(scale))):
        if name.partition("::")[2] not in _WORDLESS or look.get("color") == "transparent":
            continue
        ink, paper = look.get("color", theme.text), look.get("background-color", "transparent")
        if paper in (theme.line, theme.edge):
            assert "color" not in look, name  # a separator or a bar, without words
            continue
        for ground in (theme.surface, theme.raised) if paper == "transparent" else (paper,):
            assert contrast(ink, ground) >= TEXT, (name, has, ink, ground)
            seen += 1
        if "selection-color" in look:
            assert contrast(look["selection-color"], look["selection-background-color"]) >= TEXT, name
    assert seen > 500


def _box(look: dict[str, str]) -> tuple[int, int]:
    """Border and padding together: above and below, left and right."""

    def sides(value: str) -> list[int]:
        lengths = [int(length) for length in re.findall(r"(\d+)px", value)]
        top, right, bottom, left = {1: lengths * 4, 2: lengths * 2}.get(len(lengths), lengths)
        return [top, right, bottom, left]

    width = {"none": 0} | {f"{pixels}px": pixels for pixels in range(9)}
    border = [width[look.get("border", "none").split()[0]]] * 4
    padding = sides(look.get("padding", "0px"))
    for place, side in enumerate(("top", "right", "bottom", "left")):
        if f"border-{side}" in look:
            border[place] = width[look[f"border-{side}"].split()[0]]
        if f"padding-{side}" in look:
            padding[place] = width[look[f"padding-{side}"]]
    return border[0] + border[2] + padding[0] + padding[2], border[1] + border[3] + padding[1] + padding[3]


def test_the_ring_of_focus_moves_nothing(theme: Theme) -> None:
    looks = {(name, has): look for name, has, look in _looks(_rules(theme.style_sheet(1.0)))}
    compared = 0
    for (name, has), look in looks.items():
        if ":focus" not in has or ":disabled" in has or (name == "QFrame::" and '[role="rail"]' not in has):
            continue  # what has no focus
        if {'in QFrame[role="status"]', '[role="rail"]'} <= has:
            continue  # a button of the rail is not in the status bar
        before = looks[name, has - {":focus"}]
        if look.get("border", "none") == "none" and "border-right" not in look:
            continue  # the line inside a spin box or a list: the box around it shows the ring
        assert _box(before) == _box(look), (name, has)
        compared += 1
        if name == "QSlider::handle":
            assert look["background-color"] == theme.accent  # the knob itself is filled
            continue
        ring = look.get("border-color") or look.get("border-right", look["border"]).split()[-1]
        for ground in (theme.surface, theme.raised):
            assert contrast(ring, ground) >= SHAPE, (name, has)
    assert compared > 50


def test_the_signs_in_check_boxes_and_lists_have_the_colours_of_their_theme(theme: Theme) -> None:
    folder = resources.files("resources").joinpath("themes", "marks", theme.marks)
    for file in folder.iterdir():
        (colour,) = set(re.findall("#[0-9A-Fa-f]{6}", file.read_text(encoding="utf-8")))
        ink = theme.on_accent if file.name in ("check.svg", "dot.svg") else theme.secondary
        assert colour.lower() == ink, file.name
    for mark in re.findall(r'url\("([^"]*)"\)', theme.style_sheet(1.0)):
        assert folder.joinpath(mark.rpartition("/")[2]).is_file(), mark


# --- Qt ---------------------------------------------------------------------------------------------------------


def test_the_palette_leaves_nothing_to_the_system(theme: Theme) -> None:
    palette, role = theme.palette(), QPalette.ColorRole
    groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled)
    for group, which in product(groups, role):
        if which not in (role.NoRole, role.NColorRoles):
            assert palette.isBrushSet(group, which), (group, which)
    pairs = [
        (role.WindowText, role.Window), (role.Text, role.Base), (role.Text, role.AlternateBase),
        (role.ButtonText, role.Button), (role.PlaceholderText, role.Base), (role.Link, role.Window),
        (role.LinkVisited, role.Base), (role.ToolTipText, role.ToolTipBase), (role.HighlightedText, role.Highlight),
        (role.BrightText, role.Window),
    ]  # fmt: skip
    for group, (ink, paper) in product(groups, pairs):
        if group == QPalette.ColorGroup.Disabled and paper == role.AlternateBase:
            continue  # no list of ours is disabled with stripes
        assert contrast(palette.color(group, ink).name(), palette.color(group, paper).name()) >= TEXT, (group, ink)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_what_a_finger_meets_is_large_enough(dressed: QApplication, theme: Theme, scale: float) -> None:
    apply(dressed, theme, scale)
    for kind in (QPushButton, QToolButton, QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit, QCheckBox,
                 QRadioButton):  # fmt: skip
        widget = kind()
        widget.ensurePolished()
        assert widget.sizeHint().height() == round(54 * scale), kind
    tabs = QTabBar()
    tabs.addTab("Station")
    assert tabs.sizeHint().height() == round(54 * scale)
    key = QPushButton()
    key.setProperty("kind", "key")
    key.ensurePolished()
    assert key.sizeHint().height() == 54  # ten of them share the foot of a page: they do not grow
    for button in (QPushButton, QToolButton):
        widget = button()
        widget.setProperty("touch", "primary")
        widget.ensurePolished()
        assert widget.sizeHint().height() == round(72 * scale)
    rows = QListWidget()
    rows.ensurePolished()
    rows.addItems(["Wireless earbuds", "蓝牙耳机"])
    assert [rows.sizeHintForRow(row) for row in range(2)] == [round(54 * scale)] * 2


def test_rows_that_were_laid_out_before_the_list_was_shown_do_not_overlap(dressed: QApplication) -> None:
    apply(dressed, load_theme("light"), 1.0)
    window = QWidget()
    column = QVBoxLayout(window)
    rows = QListWidget()
    rows.addItems(["Wireless earbuds", "蓝牙耳机", "Phone case, red"])
    rows.setCurrentRow(1)  # lays them out
    column.addWidget(rows)
    window.show()
    assert [rows.visualItemRect(rows.item(row)).top() for row in range(3)] == [0, 54, 108]
    window.close()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_type_has_the_sizes_of_the_design(dressed: QApplication, scale: float) -> None:
    apply(dressed, load_theme("light"), scale)
    assert {name: px(name, 1.0) for name in SIZES} == SIZES
    for role, size in SIZES.items():
        label = QLabel("2 / 3")
        label.setProperty("role", role)
        label.ensurePolished()
        assert label.font().pixelSize() == round(size * scale), role
        assert label.font().families()[0] == "Inter"
    label = QLabel("LX 000 000 001 CN")
    label.setProperty("role", "mono")
    label.ensurePolished()
    assert label.font().families()[0] == "JetBrains Mono"


def test_the_focus_is_drawn_in_the_accent_and_the_size_stays(
    dressed: QApplication, theme: Theme, qtbot: QtBot
) -> None:
    apply(dressed, theme, 1.0)
    window = QWidget()
    column = QVBoxLayout(window)
    widgets = [QPushButton("One"), QLineEdit(), QComboBox(), QCheckBox("Two"), QSpinBox()]
    for widget in widgets:
        column.addWidget(widget)
    spare = QPushButton("Three")
    column.addWidget(spare)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    for widget in widgets:
        spare.setFocus()
        before = widget.geometry(), widget.sizeHint()
        assert _count(widget, theme.accent) < 100
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert _count(widget, theme.accent) > 2 * widget.width(), type(widget)
        assert (widget.geometry(), widget.sizeHint()) == before


def test_a_theme_may_be_changed_while_the_window_is_open(dressed: QApplication) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    card = QFrame()
    card.setProperty("role", "raised")
    column.addWidget(card)
    window.resize(200, 200)
    for name in (*THEMES, "light"):
        theme = load_theme(name)
        apply(dressed, theme, 1.0)
        window.show()
        image = window.grab().toImage()
        assert image.pixelColor(2, 2).name() == theme.surface
        assert image.pixelColor(100, 100).name() == theme.raised


def _count(widget: QWidget, colour: str) -> int:
    image = widget.grab().toImage()
    return sum(
        image.pixelColor(x, y).name() == colour for x in range(image.width()) for y in range(image.height())
    )


# --- files ------------------------------------------------------------------------------------------------------


def _text(name: str = "light") -> str:
    return resources.files("resources").joinpath("themes", f"{name}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('surface = "paper"\n', "", "roles: surface is missing"),
        ('surface = "paper"', 'surfaces = "paper"\nsurface = "paper"', "roles: surfaces is not known"),
        ('surface = "paper"', 'surface = "papyrus"', "roles.surface is no colour"),
        ('surface = "paper"', "surface = 7", "roles.surface is no colour"),
        ('"#F6F7F9"', '"F6F7F9"', "colours.paper is not #rrggbb"),
        ('fail = { ink = "red", paper = "red_pale" }', 'fail = "red"', "verdicts.fail is no pair"),
        ('fail = { ink = "red", paper = "red_pale" }', 'fail = { ink = "red" }', "verdicts.fail: paper is missing"),
        ('X = { ink = "black", paper = "#50CFFA" }', "", "slots: X is missing"),
        ('yellow = { ink = "black", paper = "yellow" }', "", "urgency: yellow is missing"),
        ('marks = "light"', 'marks = "dim"', "marks is none of"),
        ("[roles]", "[rules]", "roles is missing"),
        ("[roles]", "[roles", "light: "),
    ],
)
def test_a_broken_theme_is_refused_by_the_name_of_its_key(old: str, new: str, says: str) -> None:
    assert old in _text()
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_theme("light", _text().replace(old, new, 1))


def test_there_are_three_themes_and_no_fourth() -> None:
    with pytest.raises(ValueError, match="sepia"):
        load_theme("sepia")
    for name in THEMES:
        theme = load_theme(name)
        assert theme.name == name
        for field in fields(theme):
            assert getattr(theme, field.name), field.name
