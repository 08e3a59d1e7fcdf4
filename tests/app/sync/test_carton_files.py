"""A carton file is taken line by line: what is wrong is told with its row, and the good is taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cli import main
from app.domain.cartons import CartonDraft
from app.domain.errors import Refusal
from app.sync.carton_files import list_cartons, read_cartons, take_cartons
from db.bench import Carton
from tests.factories import House

FILE = """\
code,name,length_mm,width_mm,height_mm,weight_g,max_weight_g,cost
S1,Mailer,250,180,40,30,2000,0.35
M2,2号箱,300,220,160,,,
M2,again,300,220,160,180,15000,1.20
,no code,300,220,160,180,15000,1.20
X,flat,300,220,0,180,15000,1.20
Y,heavy,300,220,160,180,100,1.20
Z,dear,300,220,160,180,1000,much
W,short,30
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cartons.csv"
    path.write_text(FILE, encoding="utf-8-sig")
    return path


def test_cells_become_cartons(file: Path) -> None:
    drafts, problems = read_cartons(file)
    assert drafts[:2] == [
        CartonDraft("S1", 250, 180, 40, "Mailer", 30, 2_000, 35, 2), CartonDraft("M2", 300, 220, 160, "2号箱", line=3),
    ]  # fmt: skip
    assert [(each.line, each.code) for each in problems] == [
        (5, "carton_code"), (6, "carton_sizes"), (7, "carton_weights"), (8, "carton_cost"), (9, "row_cells"),
    ]  # fmt: skip


def test_the_good_rows_are_taken_and_the_bad_told_in_their_sequence(house: House, file: Path) -> None:
    taken = take_cartons(house.store, file)
    assert (taken.new, [each.line for each in taken.problems]) == (2, [4, 5, 6, 7, 8, 9])
    assert house.all(select(Carton.code).order_by(Carton.id)) == ["S1", "M2"]
    assert {row.warehouse_id for row in house.all(select(Carton))} == {house.warehouse}
    with pytest.raises(Refusal, match="warehouse_unknown"):
        take_cartons(house.store, file, "NOWHERE")
    small = list_cartons(house.store)[0]
    assert re.fullmatch(r"CN00000001\w +250×180×40 +30 +2000 +0\.35 +0 +S1  Mailer", small), small


def test_a_file_without_the_columns_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("code,length_mm,width\nS,1,2\n", encoding="utf-8")
    with pytest.raises(Refusal) as refusal:
        read_cartons(path)
    assert refusal.value.code == "cartons_columns"
    assert refusal.value.facts == {"file": "wrong.csv", "columns": "width_mm, height_mm"}


def test_the_command_takes_a_file_and_lists(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--db", str(tmp_path / "new.db"), "--language", "en"]
    assert main(["cartons", *at]) == 0
    assert "No cartons yet" in capsys.readouterr().out
    assert main(["cartons", str(file), *at]) == 1
    said = capsys.readouterr()
    assert said.out == "Cartons: 2 new, 0 changed, 0 unchanged, 6 left out\n"
    assert "Row 4: Carton M2 stands in row 3 already: give it once" in said.err
    file.write_text("".join(FILE.splitlines(keepends=True)[:3]), encoding="utf-8")
    assert main(["cartons", str(file), *at]) == 0
    capsys.readouterr()
    assert main(["cartons", *at]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["Mailer", "2号箱"]
