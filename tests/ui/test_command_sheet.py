"""The sheets of command barcodes: A4, and every symbol reads as the command whose words stand above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from app.domain.barcode import Command as Barcode
from app.domain.errors import KnownError
from app.texts import say
from printing.symbols import decode
from ui.command_sheet import command_sheet, write_command_sheet
from ui.commands import COMMANDS, Command

DPI = 200
A4_POINTS = (595, 842)


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pages(language: str) -> Iterator[list[pypdfium2.PdfPage]]:
    document = pypdfium2.PdfDocument(command_sheet(language))
    yield list(document)
    document.close()


def test_they_are_a4(pages: list[pypdfium2.PdfPage]) -> None:
    assert len(pages) == 2
    for page in pages:
        assert page.get_size() == pytest.approx(A4_POINTS, abs=1)


def test_every_command_is_read_once_and_nothing_else(pages: list[pypdfium2.PdfPage]) -> None:
    found = [symbol for page in pages for symbol in decode(page.render(scale=DPI / 72).to_pil())]
    assert sorted(symbol.text for symbol in found) == sorted(Barcode)
    assert {symbol.format for symbol in found} == {"Code 128"}


def test_nothing_lies_outside_the_page_nor_on_something_else(pages: list[pypdfium2.PdfPage]) -> None:
    for page in pages:
        image = page.render(scale=DPI / 72).to_pil()
        boxes = [symbol.box for symbol in decode(image)]
        for left, top, right, bottom in boxes:
            assert 0.05 * image.width < left < right < 0.97 * image.width
            assert 0.1 * image.height < top < bottom < 0.97 * image.height
        for number, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[number + 1 :]:
                assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top


def test_the_words_of_each_command_stand_on_it(pages: list[pypdfium2.PdfPage], language: str) -> None:
    written = [re.sub(r"\s+", "", page.get_textpage().get_text_bounded()) for page in pages]
    text = "".join(written)
    # letters that are drawn as outlines are no text; those of both languages that are shipped as fonts are
    for code in ("frame_sheet_title", "frame_sheet_hint"):
        assert all(re.sub(r"\s+", "", say(code, language=language)) in one for one in written)
    first: dict[Barcode, Command] = {}
    for command in COMMANDS:
        if command.barcode is not None:
            first.setdefault(command.barcode, command)
    assert set(first) == set(Barcode)
    for barcode, command in first.items():
        assert re.sub(r"\s+", "", say(f"command_{command.name}", language=language)) in text
        assert barcode.value in text
        assert not command.key or ("Enter" if command.key == "Return" else command.key) in text


def test_it_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sheet.pdf"
    write_command_sheet(path, "en")
    assert path.read_bytes().startswith(b"%PDF-")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KnownError, match="file_unwritable"):
        write_command_sheet(tmp_path / "file" / "sheet.pdf", "en")
