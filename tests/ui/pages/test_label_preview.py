"""The picture of what is printed."""

from __future__ import annotations

from functools import partial

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.operations.print_queue import TEST, queue_file
from db.parcels import JobKind, PrintJob
from db.store import Tx
from printing.interpreter import render
from printing.label import Label, Symbol, SymbolKind
from printing.render import render as render_label
from printing.symbols import decode
from tests.factories import LEAD
from tests.ui.pages.label_desk import Desk
from ui.widgets.preview import Preview

Key = Qt.Key
PAGES = ("labels",)
LABEL = Label(60, 40, (Symbol(5, 5, 50, 20, SymbolKind.CODE128, "12345678", module_mm=0.5, min_module_mm=0.25),))


def test_the_preview_is_what_the_printer_prints(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    assert desk.shown == ("ORD-1", 1)
    (job,) = desk.house.jobs(order)
    (page,) = render(job.payload, job.dpi)
    (image,) = desk.page.detail.preview.images
    assert (image.width(), image.height()) == page.image.size
    assert dots(image) == page.image.convert("L").tobytes()
    assert desk.page.detail.preview.text() == "102 × 153 mm, 203 dpi"
    assert "Copy 1" in desk.page.detail.texts()
    # and it is painted: dark bars on white paper
    paper = desk.page.detail.preview.paper.grab().toImage()
    points = ((x, y) for x in range(paper.width()) for y in range(0, paper.height(), 16))
    greys = {QImage.pixelColor(paper, *point).lightness() // 32 for point in points}
    assert min(greys) <= 1
    assert max(greys) == 7


def dots(image: QImage) -> bytes:
    lines: list[memoryview] = [image.constScanLine(line) for line in range(image.height())]  # type: ignore[misc]
    return b"".join(bytes(line[: image.width()]) for line in lines)


def test_the_picture_follows_the_row(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.label(number="ORD-2")
    desk.open()
    assert desk.shown == ("ORD-2", 1)
    before = desk.page.detail.preview.images[0]
    desk.press(Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    assert dots(desk.page.detail.preview.images[0]) != dots(before)


def preview_says(preview: Preview, text: str) -> bool:
    return preview.text().startswith(text)


def test_a_file_with_several_labels_is_looked_through(desk: Desk) -> None:
    zpl = b"".join(b"^XA^FO50,50^GB%d,100,10^FS^XZ" % width for width in (100, 200, 300))
    desk.house.store.write(queue_file, LEAD, "BENCH-1", zpl, 3)
    desk.open()
    preview = desk.page.detail.preview
    assert desk.rows()[0][0] == "File"
    assert desk.shown == ("", 1)
    assert preview.text().startswith("Label 1 of 3 · ")
    preview.setFocus()
    for page in ("2", "3", "3"):
        QTest.keyClick(desk.person.window.windowHandle(), Key.Key_Right)
        desk.person.wait(partial(preview_says, preview, f"Label {page} of 3"))
    assert desk.told(Key.Key_F6).startswith("A file has no label of its own")


def test_a_test_label_is_called_one(desk: Desk) -> None:
    desk.house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^FO50,50^GB9,9,9^FS^XZ", what_for=TEST)
    desk.open()
    assert desk.rows()[0][0] == "Test label"
    assert desk.rows()[0][6] == ""  # it is no reprint
    assert desk.shown == ("", 1)
    assert "Test label" in desk.page.detail.texts()
    assert "Printed to try the printer" in desk.page.detail.texts()


@pytest.mark.parametrize("language", ["tspl", "escpos", "pdf", "png"])
def test_a_job_is_seen_in_any_language(desk: Desk, language: str) -> None:
    payload = render_label(LABEL, language, 203)

    def queue(tx: Tx) -> None:
        job = PrintJob(
            queue="BENCH-1", kind=JobKind.FILE, language=language, payload=payload, sha256=language,
            created_at=tx.at, updated_at=tx.at,
        )  # fmt: skip
        tx.session.add(job)

    desk.house.write(queue)
    desk.open()
    desk.page.refresh()
    preview = desk.page.detail.preview
    desk.person.wait(lambda: preview.images)
    (image,) = preview.images
    seen = Image.frombytes("L", (image.width(), image.height()), dots(image))
    assert [found.text for found in decode(seen)] == ["12345678"]
    assert preview.text().endswith("203 dpi")
