"""What is kept and what goes: Qt for Python 6.12.0 drops references to None, until the process dies."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel

from ui.main_window import pages_of
from ui.pages import make_page
from ui.workspace import Workspace

CALLS = 2_000


def test_calls_that_return_nothing_keep_the_references_to_none(qapp: QApplication) -> None:
    label, thing = QLabel(), QObject()
    before = sys.getrefcount(None)
    for number in range(CALLS):
        label.setText(str(number))
        thing.setObjectName("x")
        label.update()
    # other things come and go meanwhile; each lost call would count
    assert sys.getrefcount(None) > before - CALLS // 4
    # on CPython 3.12 and newer None cannot be lost, and this says nothing
    label.deleteLater()


def test_the_version_that_loses_them_is_kept_out() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = next(line for line in project["project"]["dependencies"] if line.startswith("PySide6"))
    assert "<6.12" in wanted
    assert tuple(map(int, PySide6.__version__.split(".")[:2])) < (6, 12)


@pytest.mark.parametrize("name", [name for name, _ in pages_of("all")])
def test_every_widget_of_a_page_goes_with_it(qapp: QApplication, work: Workspace, name: str) -> None:
    before = set(qapp.allWidgets())
    page = make_page(work, name)
    # one that has no parent is kept for as long as the program runs, and is styled anew with every theme
    assert [widget for widget in qapp.allWidgets() if widget not in before and widget.parent() is None] == [page]
    page.deleteLater()
    QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
