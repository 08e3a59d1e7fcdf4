"""Files of labels: read, drawn, and taken from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from app.domain.errors import Refusal
from app.label_files import read_label_file, read_received, render_file
from tests.factories import open_house
from tests.intake import fresh_store, rows
from tests.printing.received import made


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "label.zpl"
    with file.open("wb") as stream:
        stream.truncate(40_000_000)  # a hole: it takes no room
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(Refusal) as caught:
        read_received(file)
    assert (caught.value.code, caught.value.facts) == ("received_too_large", {"size": 40, "most": 8})


def test_a_file_is_read_with_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "label.txt"
    file.write_bytes(made.pdf())
    content, found = read_received(file)
    assert (content, found.media, found.tracking) == (made.pdf(), "pdf", made.TRACKING)
    with pytest.raises(Refusal, match="file_unreadable"):
        read_received(tmp_path / "none.pdf")
    with pytest.raises(Refusal, match="file_holds_no_label"):
        read_label_file(file)


@pytest.mark.parametrize(("content", "pages"), [(made.zpl() * 2, 2), (made.pdf(pages=3), 3), (made.png(), 1)])
def test_every_label_of_any_file_is_drawn(tmp_path: Path, content: bytes, pages: int) -> None:
    (tmp_path / "label.bin").write_bytes(content)
    assert render_file(tmp_path / "label.bin", 203, tmp_path / "out" / "x.png") == []
    drawn = sorted((tmp_path / "out").iterdir())
    assert len(drawn) == pages
    for picture in drawn:
        with Image.open(picture) as opened:
            assert abs(opened.width - 813) <= 1
            assert abs(opened.height - 1219) <= 1


def test_a_label_is_taken_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_house(tmp_path) as house:
        house.stock("TEA", 3)
        house.order("TEA", source_id="A-1", carrier="post", service="TRACKED")
        house.order("TEA", source_id="A-2")
    db = str(tmp_path / "house.db")
    file, blank = tmp_path / "label.pdf", tmp_path / "blank.zpl"
    file.write_bytes(made.pdf())
    blank.write_bytes(b"^XA^FO50,50^GB9,9,9^FS^XZ")
    command = ["label-file", "A-1", str(file), "--db", db]
    assert main(command) == 0
    assert capsys.readouterr().out == "Order A-1 has the label LX000000014CN\n"
    assert main(command) == 0  # the same again changes nothing
    assert main(["label-file", "A-2", str(file), "--db", db]) == 2
    assert main(["label-file", "A-2", str(blank), "--db", db]) == 2
    assert "do not tell one tracking number" in capsys.readouterr().err
    assert main(["label-file", "A-9", str(blank), "--tracking", "AA111111111AA", "--db", db]) == 2
    more = ["--tracking", "AA111111111AA", "--carrier", "dhl", "--service", "X"]
    assert main(["label-file", "A-2", str(blank), *more, "--db", db]) == 0
    with fresh_store(tmp_path, "house.db") as store:
        told = "SELECT tracking, carrier, service, source FROM labels JOIN label_files f ON f.id = file_id"
        found = rows(store, told)
    assert found == [
        (made.TRACKING, "post", "TRACKED", "label.pdf"), ("AA111111111AA", "dhl", "X", "blank.zpl"),
    ]  # fmt: skip


def test_a_number_that_no_barcode_holds_needs_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_house(tmp_path) as house:
        house.stock("TEA", 3)
        house.order("TEA", source_id="A-1")
    (tmp_path / "label.zpl").write_bytes(made.zpl())
    command = ["label-file", "A-1", str(tmp_path / "label.zpl"), "--tracking", "AA111111111AA", "--db"]
    command.append(str(tmp_path / "house.db"))
    assert main(command) == 2
    assert "No barcode of the label holds AA111111111AA" in capsys.readouterr().err
    assert main([*command, "--anyway"]) == 0
