"""Files that come in by the orders page, and what is told of them."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPushButton

from db.orders import Order
from tests.factories import House
from tests.ui.pages.support import Support
from ui.pages import order_import

Key = Qt.Key
PAGES = ("orders",)


def write_orders(path: Path, orders: int, bad: int = 0) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(("order", "sku", "quantity", "recipient_name", "street", "postcode", "city", "country"))
        for number in range(orders):
            quantity = "two" if number < bad else "2"
            rows.writerow((f"N-{number}", "MUG", quantity, "Ada", "Street 1", "1", "London", "GB"))
    return path


def import_file(support: Support, path: Path | str) -> None:
    support.ask(Key.Key_F4)
    support.question().findChildren(QLineEdit)[0].setText(str(path))
    support.person.press(Key.Key_Return)


def test_a_good_file_is_imported_and_reported(support: Support, shelf: House, tmp_path: Path) -> None:
    import_file(support, write_orders(tmp_path / "new.csv", 30))
    report = support.report
    assert "new.csv is imported" in report.text()
    assert "Orders: 30 new\n" in report.text()  # and nothing of what there is none of
    assert "Lines of the new orders: 30" in report.text()
    assert report.problems == []
    assert shelf.count(Order) == 30
    support.press(Key.Key_Escape)
    support.person.wait(lambda: len(support.rows()) == 30)


def test_every_bad_row_is_shown_with_its_reason(support: Support, shelf: House, tmp_path: Path) -> None:
    import_file(support, write_orders(tmp_path / "new.csv", 5, bad=2))
    report = support.report
    assert "new.csv is imported, rows left out: 2" in report.text()
    assert [row for row, _ in report.problems] == ["2", "3"]
    assert "quantity" in report.problems[0][1]
    support.person.press(Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().splitlines()[0].startswith("2\tThe quantity")
    support.work.words.switch("zh")
    assert "数量" in report.problems[0][1]
    assert shelf.count(Order) == 3


def test_a_row_with_two_problems_is_one_row_that_was_left_out(
    support: Support, shelf: House, tmp_path: Path
) -> None:
    path = write_orders(tmp_path / "new.csv", 3)
    with path.open("a", encoding="utf-8") as stream:
        stream.write("N-9,MUG,two,Ada,Street 1,1,London,Atlantis\nN-10,MUG,1,Ada,Street 1,1,London,GB\n")
    import_file(support, path)
    report = support.report
    assert [row for row, _ in report.problems] == ["5"]
    assert "new.csv is imported, rows left out: 1" in report.text()
    assert "Rows left out: 1" in [label.text() for label in report.findChildren(QLabel)]
    # what stood there may be anything, and is not told: no gap is left for it
    assert sorted(report.problems[0][1].split(" · ")) == [
        "The country is not known: give its two letters, such as DE",
        "The quantity is no number: enter whole pieces, at least 1",
    ]


def test_values_that_were_left_out_are_not_called_rows(support: Support, shelf: House, tmp_path: Path) -> None:
    path = tmp_path / "skus.csv"
    path.write_text("sku,name,hs_code,value,currency\nJUG,Jug,691110,9.90,EURO\nPOT,Pot,691110,3.00,EUR\n")
    import_file(support, path)
    report = support.report
    assert "skus.csv is imported, but not every value, rows: 1" in report.text()
    assert "Rows of which a value was left out: 1" in [label.text() for label in report.findChildren(QLabel)]
    ((row, why),) = report.problems
    import_file(support, path)
    assert "skus.csv is imported, but not every value, rows: 1" in support.report.text()
    assert (row, why.partition(" · ")[0]) == ("2", "There is no such currency: give its three letters, such as EUR")


def test_a_file_of_bad_rows_alone_is_not_called_imported(support: Support, shelf: House, tmp_path: Path) -> None:
    import_file(support, write_orders(tmp_path / "bad.csv", 2, bad=2))
    assert support.report.text().startswith("Nothing was taken from bad.csv, rows left out: 2\n")
    assert support.page._line.text() == ""  # the report says it
    support.press(Key.Key_Escape)
    assert support.page._line.text() == "! Nothing was taken from bad.csv, rows left out: 2"


def test_a_file_that_came_before_holds_nothing_new(support: Support, shelf: House, tmp_path: Path) -> None:
    import_file(support, write_orders(tmp_path / "new.csv", 2))
    assert support.report.isVisible()
    import_file(support, tmp_path / "new.csv")
    known = "new.csv holds nothing new: all of it is here already"
    support.person.wait(lambda: support.report.text().startswith(known))
    support.press(Key.Key_Escape)
    assert support.page._line.text() == f"✓ {known}"
    import_file(support, write_orders(tmp_path / "more.csv", 3, bad=1))
    support.person.wait(lambda: "more.csv is imported, rows left out: 1" in support.report.text())
    import_file(support, write_orders(tmp_path / "more.csv", 3, bad=1))
    support.person.wait(lambda: "more.csv holds nothing new, rows left out: 1" in support.report.text())


def test_of_a_file_that_fits_nothing_it_is_asked_what_it_holds(
    support: Support, shelf: House, tmp_path: Path
) -> None:
    (tmp_path / "odd.csv").write_text("order,name\n1,2\n")
    import_file(support, tmp_path / "odd.csv")
    support.person.wait(lambda: "What is in odd.csv?" in support.ask())
    offered = [button.text() for button in support.question().findChildren(QPushButton)]
    assert offered[:7] == [
        "1   Orders", "2   SKUs", "3   Locations", "4   Counted stock", "5   Kits and their components",
        "6   Substitutes of SKUs", "7   Order lines with their locations",
    ]  # fmt: skip
    support.person.press(Key.Key_1)
    report = support.report
    assert report.text().splitlines() == [
        "odd.csv was not imported", "To be read as orders, odd.csv needs these columns too: sku, quantity",
        "Nothing was taken from it. Correct the file and import it again",
    ]  # fmt: skip
    assert "profile" not in report.text()
    assert "packbench" not in report.text()
    support.work.words.switch("zh")
    assert "要作为订单导入，odd.csv 还需要这些列：sku, quantity" in report.text()
    assert shelf.count(Order) == 0


def test_a_file_with_many_columns_of_its_own_is_taken_once_it_is_said_what_it_holds(
    support: Support, shelf: House, tmp_path: Path
) -> None:
    extra = [f"x{number}" for number in range(9)]
    (tmp_path / "wide.csv").write_text(f"order,sku,quantity,{','.join(extra)}\nW-1,MUG,2,{',' * 8}\n")
    import_file(support, tmp_path / "wide.csv")
    support.person.wait(lambda: "What is in wide.csv?" in support.ask())
    support.person.press(Key.Key_1)
    support.person.wait(lambda: shelf.count(Order) == 1)
    assert support.report.text().startswith("wide.csv is imported\n")


def test_a_question_that_is_left_imports_nothing(support: Support, shelf: House, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text('[{"a": 1}]')
    import_file(support, tmp_path / "odd.json")
    support.person.wait(lambda: "What is in odd.json?" in support.ask())
    offered = [button.text() for button in support.question().findChildren(QPushButton)]
    assert "5   Order lines with their locations" not in offered  # no JSON is like that
    support.press(Key.Key_Escape)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    assert support.page.table.isVisible() or support.page.region.isVisible()
    assert not support.page._import.running


def test_a_path_that_leads_nowhere_is_asked_again(support: Support, tmp_path: Path) -> None:
    import_file(support, tmp_path / "no.csv")
    support.person.wait(lambda: "There is no file" in support.ask())
    assert support.question().findChildren(QLineEdit)[0].text() == str(tmp_path / "no.csv")
    (wrong,) = [label for label in support.question().findChildren(QLabel) if label.text().startswith("There is no")]
    assert wrong.property("role") == "fail"  # red, as whatever is refused
    assert "✗" in support.ask()  # no colour stands alone
    assert support.question().findChildren(QLineEdit)[0].property("outcome") == "fail"


def test_the_report_comes_over_the_order_that_was_open_and_esc_goes_back_to_it(
    support: Support, shelf: House, tmp_path: Path
) -> None:
    support.open(shelf.order("MUG", source_id="A-1"))
    import_file(support, write_orders(tmp_path / "new.csv", 2))
    assert "new.csv is imported" in support.report.text()
    support.press(Key.Key_Escape)
    support.person.wait(support.is_open)
    assert "A-1" in support.view.texts()
    support.press(Key.Key_Escape)
    assert support.page.table.isVisible()


def test_the_report_comes_although_the_empty_list_has_its_cursor_in_the_box(
    support: Support, shelf: House, tmp_path: Path
) -> None:
    support.press(Key.Key_F2)
    assert support.has_focus(support.page.box)
    import_file(support, write_orders(tmp_path / "new.csv", 2))
    assert "new.csv is imported" in support.report.text()


def test_whoever_types_in_the_box_is_not_taken_away(
    support: Support, shelf: House, tmp_path: Path, slow_import: asyncio.Event
) -> None:
    import_file(support, write_orders(tmp_path / "slow.csv", 2))
    support.person.wait(lambda: "Importing slow.csv" in support.page._line.text())
    support.person.press(Key.Key_F2)
    support.person.type("N-1")
    slow_import.set()
    support.person.wait(lambda: support.page._line.text() == "✓ slow.csv is imported")
    assert support.has_focus(support.page.box)
    assert support.page.box.text() == "N-1"


@pytest.fixture
def slow_import(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Event]:
    """Imports that wait for this event before they begin."""
    gate, real = asyncio.Event(), order_import.Import._once

    async def waiting(self: order_import.Import, *given: object) -> order_import.Imported:
        self.file = "slow.csv"
        self._look.start()
        self._note(1_000, 4_000)
        self.moved.emit()
        await gate.wait()
        return await real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(order_import.Import, "_once", waiting)
    yield gate
    gate.set()


def test_the_page_goes_on_while_a_file_is_imported(
    support: Support, shelf: House, tmp_path: Path, slow_import: asyncio.Event
) -> None:
    order = shelf.order("MUG", source_id="A-1")
    import_file(support, write_orders(tmp_path / "slow.csv", 3))
    line = support.page._line
    support.person.wait(lambda: "Importing slow.csv: 1,000 of 4,000 rows" in line.text())
    support.person.press(Key.Key_F4)
    support.person.wait(lambda: support.work.dialogs.notice == "slow.csv is still being imported: wait for it")
    support.page.show_order(order)
    support.person.wait(support.is_open)
    slow_import.set()
    support.person.wait(lambda: shelf.count(Order) == 4)
    support.person.wait(lambda: line.text() == "✓ slow.csv is imported")
    assert support.view.isVisible()  # nobody is taken away from what they read


def test_a_dropped_file_is_imported_after_the_question(support: Support, shelf: House, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_orders(tmp_path / "new.csv", 2)))])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(9, 9), action, data, button, Qt.KeyboardModifier.NoModifier)
    support.page.dropEvent(event)
    assert "Import a file" in support.ask()
    assert support.question().findChildren(QLineEdit)[0].text().endswith("new.csv")
    assert shelf.count(Order) == 0
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Order) == 2)


def test_a_file_can_be_chosen_in_a_dialog(support: Support, shelf: House, tmp_path: Path) -> None:
    path = write_orders(tmp_path / "new.csv", 2)
    support.ask(Key.Key_F4)
    support.person.press(Key.Key_Tab)
    support.person.press(Key.Key_Tab)
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: support.person.window.findChildren(QFileDialog))
    (dialog,) = support.person.window.findChildren(QFileDialog)
    support.person.wait(dialog.isVisible)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(name, QLineEdit)
    name.setText(str(path))
    QTest.keyClick(dialog.windowHandle(), Key.Key_Return)
    support.person.wait(lambda: support.work.dialogs.is_open)
    support.person.wait(lambda: support.question().findChildren(QLineEdit)[0].text() == str(path))
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Order) == 2)


def test_the_orders_that_lack_something_are_one_press_away(support: Support, tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("order,sku,quantity,country\nN-1,MUG,1,DE\n", encoding="utf-8")
    read: list[bool] = []
    support.work.imported.connect(lambda: read.append(True))
    import_file(support, path)
    report = support.report
    assert report.text().startswith("new.csv is imported\nOrders: 1 new\n")
    assert "lack something a parcel needs: 1" in report.text()
    assert read == [True]  # the status bar reads anew at once
    support.press(Key.Key_Return)
    support.person.wait(lambda: support.rows() == ["N-1"])
    assert support.page.group == "incomplete"


def test_a_refused_file_offers_to_import_another(support: Support, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"nothing")
    import_file(support, path)
    assert support.report.text().startswith("broken.xlsx was not imported\n")
    assert "Import a file" in support.ask(Key.Key_Return)


def test_a_reason_that_is_too_long_for_a_line_gets_two(support: Support, shelf: House, tmp_path: Path) -> None:
    path = write_orders(tmp_path / "new.csv", 3, bad=1)
    with path.open("a", encoding="utf-8") as stream:
        stream.write("N-9,MUG,two,Ada,Street 1,1,London,Atlantis\n")
    support.person.window.resize(700, 700)
    import_file(support, path)
    table = support.report._table
    support.person.wait(lambda: table.rowHeight(1) > table.rowHeight(0))
