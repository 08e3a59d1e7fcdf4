"""The whole window, page by page and in both languages: everything has a name, and nobody is locked out or in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QTableView,
    QWidget,
)

from app.operations.picking import claim_batch
from app.queries.waves import barcode_of
from tests.factories import House
from tests.ui.conftest import Person
from ui.main_window import PAGES
from ui.pages.page import Page
from ui.widgets.text import Elided
from ui.workspace import Workspace

LANGUAGES = ("en", "zh")
NAMES = [name for name, _, _ in PAGES]
_INTERACTIVE = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QAbstractItemView, QTabBar)
# what is called the same in both languages: keys, units and names of things that are written so
_SAME = re.compile(
    r"F\d+|Ctrl\+\w|Enter|Esc|XX[A-Z]+|Packbench|SKU|ms|EAN|BENCH-\d|CART(-\d)?|USB|tcp|zpl|LIVE|English|kg"
)
# what somebody else has named: goods, places, numbers of parcels, a carrier's service, the sender
_DATA = re.compile(r"MUG|HAT|Pia|shop|[PL]-\w+|TT\w+|LX [\d ]+ CN|PACKET TRACKED|Ada Lovelace|Ltd")


@pytest.fixture
def page_names(request: pytest.FixtureRequest) -> Sequence[str]:
    """All pages for a test that walks through them; for one about a page that page, and the one it is reached from."""
    one = request.node.callspec.params.get("name") if hasattr(request.node, "callspec") else None
    return NAMES if one is None else list(dict.fromkeys(("packing", one)))


@pytest.fixture
def busy(house: House, work: Workspace) -> House:
    """A bit of everything: ready orders, one on a cart, one on the table with a label, late ones."""
    house.picked("MUG", source_id="1001")
    hands = house.hands()
    hands.scan(house.tote_of(1), house.store.read(barcode_of, house.skus["MUG"]))
    house.stock("HAT", 9)
    for number in range(3):
        ship_by = datetime.now(UTC) + timedelta(hours=number - 1)
        house.order(("HAT", 2), source_id=f"200{number}", ship_by=ship_by)
    house.release()
    station = work.place.picker
    house.store.write(claim_batch, station, house.batches()[0])
    house.order("HAT", source_id="3001")
    return house


@pytest.fixture
def full(busy: House, person: Person) -> Person:
    """Somebody in front of a window in which there is something to do."""
    return person


def shown(person: Person, name: str) -> Page:
    """A page in front, as somebody with an authority of the scanner alone could bring it."""
    person.window.go(name)
    person.wait(person.settled)
    return person.window.pages[name]


def widgets(root: QWidget) -> list[QWidget]:
    """Every widget that can be seen, the root too."""
    return [widget for widget in (root, *root.findChildren(QWidget)) if widget.isVisible()]


def is_part(widget: QWidget) -> bool:
    """Whether a widget is a part of another that has the name: a scroll bar, the line of a spin box, a box's sign."""
    parent = widget.parentWidget()
    if isinstance(widget, QScrollBar | QHeaderView) or isinstance(parent, QAbstractSpinBox | QComboBox | QLineEdit):
        return True
    return isinstance(parent, QTableView) and isinstance(widget, QAbstractButton)


def interactive(root: QWidget) -> list[QWidget]:
    """What can be pressed, typed into, or has the keyboard."""
    return [
        widget for widget in widgets(root)
        if (isinstance(widget, _INTERACTIVE) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not is_part(widget)
    ]  # fmt: skip


def texts(root: QWidget) -> list[str]:
    """Everything that is written or named."""
    found: list[str] = []
    for widget in widgets(root):
        found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, Elided):
            found.append(widget.whole())
        elif isinstance(widget, QLabel | QAbstractButton):
            found.append(widget.text())
        elif isinstance(widget, QLineEdit):
            found.append(widget.placeholderText())
        elif isinstance(widget, QComboBox):
            found += [widget.itemText(row) for row in range(widget.count())]
        elif isinstance(widget, QTabBar):
            found += [widget.tabText(tab) for tab in range(widget.count())]
        elif isinstance(widget, QTableView) and widget.model() is not None:
            model = widget.model()
            columns = range(model.columnCount(QModelIndex()))
            found += [str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in columns]
            found += [
                str(model.index(row, column).data() or "")
                for row in range(min(3, model.rowCount(QModelIndex()))) for column in columns
            ]
    return [text for text in found if text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_be_used_has_a_name(full: Person, language: str) -> None:
    full.work.words.switch(language)
    nameless = []
    for name in NAMES:
        shown(full, name)
        for widget in interactive(full.window):
            label = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            if not label.strip():
                where = widget.parentWidget()
                nameless.append(f"{name}: {type(widget).__name__} in {type(where).__name__}")
    assert nameless == []


@pytest.mark.parametrize("name", ["packing", "picking"])
def test_on_a_scan_page_the_page_alone_has_the_keyboard(full: Person, name: str) -> None:
    page = shown(full, name)
    assert page.hasFocus()
    inside = [widget for widget in widgets(page) if widget is not page]
    wanting = [widget for widget in inside if widget.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert [(type(widget).__name__, widget.accessibleName()) for widget in wanting] == []
    # nor does a press of a button outside of it take it away
    for widget in widgets(full.window):
        if isinstance(widget, QAbstractButton):
            assert widget.focusPolicy() == Qt.FocusPolicy.NoFocus, widget.accessibleName()


@pytest.mark.parametrize("name", NAMES)
def test_no_button_that_destroys_has_the_keyboard_at_first(full: Person, name: str) -> None:
    page = shown(full, name)
    focus = full.window.focusWidget()
    assert focus is page or page.isAncestorOf(focus)
    assert focus.property("kind") != "danger"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("packing", "picking")])
def test_tab_reaches_everything_of_a_page(full: Person, name: str) -> None:
    page = shown(full, name)
    wanted = {
        widget for widget in interactive(page) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
    }  # fmt: skip
    reached: set[QWidget] = set()
    for _ in range(2 * len(wanted) + 20):
        focus = full.window.focusWidget()
        reached.add(focus)
        if not focus.focusNextPrevChild(True):
            full.window.focusNextChild()
    assert [(type(widget).__name__, widget.accessibleName()) for widget in wanted - reached] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_in_the_other_language(full: Person, name: str) -> None:
    page = shown(full, name)
    full.work.words.switch("en")
    english = texts(full.window)
    full.work.words.switch("zh")
    full.wait(full.settled)
    chinese = texts(full.window)
    assert page.isVisible()
    left = []
    for text in set(english) & set(chinese):
        rest = _SAME.sub("", text)
        rest = _DATA.sub("", rest)
        if re.search(r"[A-Za-z]{2,}", rest):
            left.append(text)
    assert left == []
    full.work.words.switch("en")
    full.wait(full.settled)
    again = texts(full.window)
    assert sorted(text for text in set(again) - set(english) if not re.search(r"\d", text)) == []


def test_a_check_box_says_what_it_switches(full: Person) -> None:
    page = shown(full, "settings")
    for box in page.findChildren(QCheckBox):
        assert box.text()
        assert box.accessibleName()
