"""Icons come in the colour and size that was asked for, sharp on the screen they are for."""

from __future__ import annotations

import ast
from importlib import resources
from pathlib import Path

import pytest
from PySide6.QtGui import QImage, QPixmapCache
from PySide6.QtWidgets import QApplication

from ui.icons import icon, names, pixmap

pytestmark = pytest.mark.usefixtures("qapp")


def inks(image: QImage) -> set[str]:
    """The colours of the pixels that are fully there."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("name", names())
def test_every_icon_leaves_ink_of_the_colour_asked_for_alone(name: str) -> None:
    # large enough that a stroke covers whole pixels
    assert inks(pixmap(name, "#b32025", 96, 1.0).toImage()) == {"#b32025"}


def test_a_sharper_screen_gets_more_pixels_for_the_same_size() -> None:
    coarse, fine = pixmap("check", "#14181d", 24, 1.0), pixmap("check", "#14181d", 24, 2.0)
    assert (coarse.width(), fine.width()) == (24, 48)
    assert coarse.deviceIndependentSize() == fine.deviceIndependentSize()
    doubled = coarse.toImage().scaled(48, 48)
    assert fine.toImage() != doubled  # drawn anew, not stretched


def test_an_icon_is_drawn_once_for_a_colour_and_size() -> None:
    QPixmapCache.clear()
    first = pixmap("printer", "#14181d", 24, 1.0)
    assert pixmap("printer", "#14181d", 24, 1.0).cacheKey() == first.cacheKey()
    assert pixmap("printer", "#edf1f5", 24, 1.0).cacheKey() != first.cacheKey()


def test_an_icon_fits_the_screens_there_are(qapp: QApplication) -> None:
    made = icon("board" if "board" in names() else "layout-dashboard", "#14181d", 28)
    ratio = qapp.devicePixelRatio()
    assert made.pixmap(28, 28).deviceIndependentSize().width() == 28
    assert made.pixmap(28, 28).width() == round(28 * ratio)


def test_an_unknown_icon_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="unicorn"):
        pixmap("unicorn", "#14181d", 24)


def test_the_licence_lies_beside_the_icons() -> None:
    text = resources.files("resources").joinpath("icons", "LICENSE.txt").read_text(encoding="utf-8")
    assert "ISC License" in text
    assert "MIT License" in text  # for those that come from Feather


def test_every_icon_that_the_window_asks_for_by_name_is_there() -> None:
    asked = set()
    for source in Path(__file__).parents[2].joinpath("ui").rglob("*.py"):
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("icon", "pixmap"):
                first = call.args[0] if call.args else None
                if isinstance(first, ast.Constant):
                    asked.add(first.value)
    assert asked
    assert asked - set(names()) == set()
