"""Sentences with codes in them."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from ui.fonts import MONO_FAMILIES, ui_font
from ui.widgets.coded import codes_of, laid_out


def test_a_code_stands_in_the_mono_face_wherever_it_is(qapp: QApplication) -> None:
    layout, _ = laid_out("TT00020I is in TT00020I", ("TT00020I",), ui_font(16), 1000)
    runs = [(run.start, run.length) for run in layout.formats()]
    assert runs == [(0, 8), (15, 8)]
    assert all(run.format.font().families()[0] == MONO_FAMILIES[0] for run in layout.formats())


def test_lines_with_a_code_stand_no_further_apart(qapp: QApplication) -> None:
    font = ui_font(16)
    layout, high = laid_out("Put the goods in tote TT00020I back where they were", ("TT00020I",), font, 150)
    assert layout.lineCount() > 2
    assert high == layout.lineCount() * QFontMetricsF(font).height()


def test_only_codes_are_codes() -> None:
    assert codes_of({"tote": "TT1", "name": "Mug", "sku": "M-1", "tracking": None}) == ("TT1", "M-1")
