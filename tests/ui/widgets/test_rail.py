"""The rail: its words are read whole, with the digits and without."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui.application import dress
from ui.main_window import pages_of
from ui.widgets.rail import Rail
from ui.workspace import Workspace


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_word_of_the_rail_is_cut(qapp: QApplication, qtbot: QtBot, language: str, scale: float) -> None:
    work = Workspace(Settings(sound=False, reduce_motion=True, text_scale=scale), language)
    dress(qapp, work)
    rail = Rail(work, pages_of("all"))
    qtbot.addWidget(rail)
    rail.resize(200, 900)
    rail.show()
    widths = []
    for choosing in (False, True):
        if choosing:
            rail.setFocus()
            qtbot.waitUntil(rail.hasFocus)
        for button in rail.findChildren(QToolButton):
            assert button.fontMetrics().horizontalAdvance(button.text()) + 9 <= button.width(), button.text()
        widths.append({button.width() for button in rail.findChildren(QToolButton)})
    assert len(widths[0]) == 1
    assert widths[0] == widths[1], "nothing moves when the digits come"
