"""A carrier's label for an order, from a file: asked for, shown, taken; by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from sqlalchemy import select

from app.queries.order_timeline import timeline
from app.texts import say
from db.label_files import LabelFile
from db.parcels import Label
from tests.factories import House
from tests.printing.received import made
from tests.ui.pages.support import Support
from ui.widgets.preview import Preview

Key = Qt.Key
PAGES = ("orders",)


def choose(support: Support, path: Path | str) -> None:
    """F7, the path, Enter."""
    support.ask(Key.Key_F7)
    edit(support).setText(str(path))
    support.person.press(Key.Key_Return)


def edit(support: Support) -> QLineEdit:
    return support.question().findChildren(QLineEdit)[0]


def words(support: Support) -> str:
    """What the question says; nothing while there is none."""
    if not support.work.dialogs.is_open:
        return ""
    return " | ".join(label.text() for label in support.question().findChildren(QLabel) if label.text())


def preview(support: Support) -> Preview:
    found = support.question().findChild(Preview)
    assert isinstance(found, Preview)
    return found


@pytest.fixture
def order(support: Support, shelf: House) -> int:
    order = shelf.order("MUG", source_id="A-1", carrier="post", service="TRACKED")
    support.open(order)
    return order


@pytest.mark.parametrize("make", [made.zpl, made.pdf, made.png])
def test_a_label_is_shown_and_taken(support: Support, shelf: House, order: int, tmp_path: Path, make: object) -> None:
    content = make()  # type: ignore[operator]
    (tmp_path / "label.bin").write_bytes(content)
    choose(support, tmp_path / "label.bin")
    support.person.wait(lambda: "Its barcodes say: LX000000014CN" in words(support))
    assert "102 × 152 mm" in words(support)
    assert "Carrier: post · service: TRACKED" in words(support)
    assert edit(support).text() == made.TRACKING
    support.person.wait(lambda: preview(support).images)
    assert "102 × 15" in preview(support).text()
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: support.work.dialogs.notice == "Order A-1 has the label LX 000 000 014 CN")
    assert shelf.one(select(LabelFile.content)) == content
    label = shelf.get(Label, 1)
    assert (label.tracking, label.carrier, label.service) == (made.TRACKING, "post", "TRACKED")
    support.person.wait(lambda: "LX 000 000 014 CN" in support.view.texts())
    support.work.words.switch("zh")  # what has gone with the question is not told


def test_it_is_taken_from_the_list_too(support: Support, shelf: House, tmp_path: Path) -> None:
    shelf.order("MUG", source_id="A-2", carrier="post")
    support.page.refresh()
    support.person.wait(lambda: support.rows() == ["A-2"])
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, f'"{tmp_path / "label.zpl"}"')  # as a file manager copies a path
    support.person.wait(lambda: "Its barcodes say" in words(support))
    support.press(Key.Key_Escape)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    assert shelf.count(LabelFile) == 0


def test_a_file_that_is_no_label_is_asked_for_again(support: Support, order: int, tmp_path: Path) -> None:
    (tmp_path / "label.pdf").write_bytes(b"<html>503</html>")
    choose(support, tmp_path / "label.pdf")
    support.person.wait(lambda: "The file is a web page" in words(support))
    assert edit(support).text() == str(tmp_path / "label.pdf")
    edit(support).setText(str(tmp_path / "none.pdf"))
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: "none.pdf" in words(support))
    (tmp_path / "bomb.pdf").write_bytes(made.form_bomb())
    edit(support).setText(str(tmp_path / "bomb.pdf"))
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: "takes too long or too much memory" in words(support))
    edit(support).setText("")
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: "Enter where the file is" in words(support) or "file" in words(support))
    assert support.work.dialogs.is_open


def test_a_number_that_is_on_no_barcode_is_taken_deliberately(
    support: Support, shelf: House, order: int, tmp_path: Path
) -> None:
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "Its barcodes say" in words(support))
    edit(support).setText("AA111111111AA")
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: "No barcode of the label holds AA111111111AA" in words(support))
    questions = support.work.dialogs.question_id
    support.person.press(Key.Key_Return)  # Enter alone does not take it: it is asked again
    support.person.wait(lambda: support.work.dialogs.question_id > questions and "AA111111111AA" in words(support))
    assert shelf.count(Label) == 0
    (anyway,) = [b for b in support.question().findChildren(QPushButton) if "Take it all the same" in b.text()]
    anyway.setFocus()
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Label) == 1)
    assert shelf.get(Label, 1).tracking == "AA111111111AA"


def test_another_number_after_a_refusal_is_judged_anew(
    support: Support, shelf: House, order: int, tmp_path: Path
) -> None:
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "Its barcodes say" in words(support))
    edit(support).setText("?")
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: "? is no tracking number" in words(support))
    edit(support).setText("lx000000014cn")
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Label) == 1)
    assert shelf.get(Label, 1).tracking == made.TRACKING


def test_the_carrier_is_asked_for_where_the_order_names_none(
    support: Support, shelf: House, tmp_path: Path
) -> None:
    support.open(shelf.order("MUG", source_id="A-3"))
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "Whose label is it?" in words(support))
    support.type("POST")
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: "Carrier: POST" in words(support))
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Label) == 1)
    assert shelf.get(Label, 1).carrier == "POST"


def test_an_order_that_has_a_label_is_not_asked_for_another(
    support: Support, shelf: House, order: int, tmp_path: Path
) -> None:
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "Its barcodes say" in words(support))
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Label) == 1)
    support.person.wait(lambda: not support.work.dialogs.is_open and support.person.settled())
    assert support.told(Key.Key_F7) == "Order A-1 has the label LX 000 000 014 CN: void it first"


def test_the_number_may_be_scanned_from_the_paper(
    support: Support, shelf: House, order: int, tmp_path: Path
) -> None:
    (tmp_path / "label.zpl").write_bytes(made.zpl(tracking="BB222222222BB") + made.zpl())  # two numbers: none proposed
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "BB222222222BB" in words(support))
    assert edit(support).text() == ""
    support.person.scan(made.TRACKING)
    support.person.wait(lambda: shelf.count(Label) == 1)
    assert shelf.get(Label, 1).tracking == made.TRACKING


def test_a_label_that_is_not_printed_yet_is_not_printed_again(
    support: Support, shelf: House, order: int, tmp_path: Path
) -> None:
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "Its barcodes say" in words(support))
    support.told(Key.Key_Return)
    assert support.told(Key.Key_F6) == (
        "The label of order A-1 is not printed yet: it comes out when the order is packed"
    )
    (*_, entry) = shelf.store.read(timeline, order)
    assert say(entry.code, entry.facts) == "The carrier's label LX000000014CN was taken from a file"


def test_it_is_said_before_voiding_that_the_next_label_is_not_the_carriers(
    support: Support, order: int, tmp_path: Path
) -> None:
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    choose(support, tmp_path / "label.zpl")
    support.person.wait(lambda: "Its barcodes say" in words(support))
    support.told(Key.Key_Return)
    assert "for the carrier's, void it, then take its file with F7" in support.ask(Key.Key_F9)
