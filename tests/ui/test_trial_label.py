"""The test label: bars and square say its number, whatever the station is called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.barcode import Command, check_character
from app.texts import say
from printing.interpreter import render
from printing.preview import draw
from printing.symbols import decode
from ui.trial_label import PREFIX, trial_code, trial_payload, trial_zpl

AT = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("station", ["BENCH-1", "打包台 一号", "W" * 40, "台" * 40])
def test_both_symbols_read_as_its_number(language: str, station: str) -> None:
    code = trial_code(42)
    (page,) = render(trial_zpl(say("devices_test_title", language=language), station, AT, code))
    found = {symbol.format: symbol.text for symbol in decode(page.image)}
    assert found == {"Code 128": "PBTEST000042", "Data Matrix": "PBTEST000042"}


def test_its_number_is_no_code_of_the_warehouse() -> None:
    assert trial_code(999_999) == f"{PREFIX}999999"
    assert trial_code(42) not in set(Command)
    # a parcel's code has its kind's letters, digits and a check character
    assert not trial_code(42)[2:-1].isdecimal()
    assert check_character("PB00000042") != ""


def test_a_printer_of_documents_gets_it_as_pdf() -> None:
    code = trial_code(7)
    (page,) = draw(trial_payload("pdf", "Test label", "打包台 一号", AT, code), "pdf", 203)
    found = {symbol.format: symbol.text for symbol in decode(page)}
    assert found == {"Code 128": code, "Data Matrix": code}
