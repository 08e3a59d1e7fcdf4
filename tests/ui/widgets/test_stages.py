"""The numbers of the stages: large, and never over what stands beside them."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui.application import dress
from ui.theme import SPACE
from ui.widgets.stages import StageFace, StageRow, number_font
from ui.workspace import Workspace


@pytest.mark.parametrize("number", [7, 88, 1_888, 108_888])
@pytest.mark.parametrize("size", [(1236, 158), (1790, 250)])
def test_a_number_stays_between_its_title_and_its_bar(
    number: int, size: tuple[int, int], qapp: QApplication, qtbot: QtBot
) -> None:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    row = StageRow(work)
    qtbot.addWidget(row)
    row.resize(*size)
    row.show_faces([StageFace(str(at), "Packing", number if at else 0, "oldest 6 h", 0.01) for at in range(8)])
    row.show()
    card = row.cards[1]
    metrics = QFontMetricsF(number_font(card.digit_px))
    width, height = card.number_room()
    assert metrics.horizontalAdvance(str(number)) <= width
    assert metrics.capHeight() <= height
    # between two lines, the bar and the edges of the card
    assert height <= card.height() - 2 * card.inset - 2 * 26 - 10 - SPACE[0] - 2 * SPACE[1] + 0.01
