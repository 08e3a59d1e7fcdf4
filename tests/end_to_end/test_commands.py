"""The smaller commands, from the outside."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from printing.symbols import decode
from tests.end_to_end.conftest import Sim, Site, command, packbench

ORDERS = "order,sku,quantity,recipient_name,street,postcode,city,country\n"
LABEL = b"^XA^CI28^PW400^LL300^FO40,40^BY2^BCN,100,N,N,N^FD12345678^FS^PQ1^XZ"


def test_import_tells_what_it_did_and_the_same_file_changes_nothing(tmp_path: Path) -> None:
    file, db = tmp_path / "orders.csv", tmp_path / "a.db"
    file.write_text(
        ORDERS + "1,A,2,王小明,Road 1,1000,Berlin,DE\n2,A,nothing,O'Brien,Road 2,1000,Berlin,DE\n3,B,1,,,,,\n", "utf-8"
    )
    first = packbench("import", file, "--db", db)
    assert first.returncode == 1
    assert "3:" in first.stdout or "line 3" in first.stdout.lower()
    assert Site(db).rows("select source_id, state from orders order by 1") == [("1", "incomplete"), ("3", "incomplete")]
    again = command("import", file, "--db", db)
    assert "0 new" in again.stdout
    assert "王小明" not in first.stdout + first.stderr + again.stdout + again.stderr


def test_a_file_that_is_not_what_it_claims_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for name, content in (
        ("orders.xlsx", b"this is no workbook"), ("orders.csv", b"\x89PNG\r\n\x1a\n\x00\x00"), ("orders.json", b"{"),
        ("orders.csv", b""), ("orders.csv", b"colour,size\nred,9\n"),
    ):
        (tmp_path / name).write_bytes(content)
        done = command("import", tmp_path / name, "--db", tmp_path / "a.db")
        assert done.returncode == 2, (name, content)
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_a_wave_is_planned_released_and_an_order_kicked_out(tmp_path: Path) -> None:
    db = tmp_path / "demo.db"
    command("demo", "--headless", "--orders", "6", "--until", "import", "--db", db, "--out", tmp_path)
    assert command("wave", "--plan", "--db", db).returncode == 0
    (order,) = Site(db).rows("select source_id from orders order by id limit 1")[0]
    assert command("wave", "--kick", order, "--db", db).returncode == 0
    assert command("wave", "--release", "1", "--db", db).returncode == 0
    assert Site(db).rows("select state, count(*) from orders group by 1 order by 1") == [("ready", 1), ("released", 5)]
    assert "released" in command("wave", "--list", "--db", db).stdout
    assert command("wave", "--cancel", "1", "--db", db).returncode == 0
    assert Site(db).rows("select sum(allocated) from stock") == [(0,)]
    refused = command("wave", "--release", "1", "--db", db)
    assert refused.returncode == 2
    assert refused.stderr.strip()


def test_render_draws_what_would_be_printed(tmp_path: Path) -> None:
    (tmp_path / "a.zpl").write_bytes(LABEL)
    done = command("render", tmp_path / "a.zpl", "--dpi", "203", "--out", tmp_path / "x.png")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "x.png") as image:
        assert image.size == (400, 300)
        assert [symbol.text for symbol in decode(image)] == ["12345678"]
    (tmp_path / "b.zpl").write_text("no label")
    assert command("render", tmp_path / "b.zpl", "--out", tmp_path / "y.png").returncode == 2
    assert command("render", tmp_path / "missing.zpl", "--out", tmp_path / "y.png").returncode == 2


def test_a_file_is_printed_once_and_the_outcome_told(tmp_path: Path, sim: Sim) -> None:
    url, paper = sim()
    (tmp_path / "a.zpl").write_bytes(LABEL + LABEL.replace(b"12345678", b"87654321"))
    db = tmp_path / "a.db"
    done = command("print", tmp_path / "a.zpl", "--printer", url, "--db", db)
    assert done.returncode == 0, done.stderr
    assert paper.labels() == [frozenset({"12345678"}), frozenset({"87654321"})]
    gone = command("print", tmp_path / "a.zpl", "--printer", "tcp://127.0.0.1:1", "--patience", "0.5", "--db", db)
    assert gone.returncode == 1
    assert Site(db).rows("select state from print_jobs order by id") == [("printed",), ("cancelled",)]


def test_the_doctor_finds_what_is_wrong(tmp_path: Path) -> None:
    well = packbench("doctor", "--db", tmp_path / "a.db")
    assert "✓ database" in well.stdout
    assert "✓ fonts" in well.stdout
    bad = tmp_path / "b.db"
    bad.write_bytes(b"no database at all" * 300)
    ill = packbench("doctor", "--db", bad)
    assert ill.returncode == 1
    assert "✕ database" in ill.stdout


def test_what_is_attached_and_what_is_named_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        'version = 1\n[devices]\nprinter = "tcp://127.0.0.1:1"\n'
        f'printer_fallback = "file:{tmp_path}/labels.zpl"\nscanners = "serial://{tmp_path}/tty"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(settings))
    listed = json.loads(command("devices", "--json").stdout)
    assert set(listed) == {"found", "configured"}
    states = {one["use"]: (one["state"], one["well"], one["reason"]) for one in listed["configured"]}
    assert states["printer"] == ("absent", False, "device_open_failed")
    assert states["printer_fallback"][:2] == ("ready", True)
    assert states["scanners"] == ("absent", False, "device_open_failed")
    told = command("devices").stdout
    assert "✕ Label printer tcp://127.0.0.1:1: not there" in told


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_a_bench_ends_on_ctrl_c_while_its_input_is_open(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "station", "--headless", "--station", "X", "--db", str(tmp_path / "a.db")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stdin is not None
    while b"tote" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    process.wait(10)
    said = process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    assert process.stdout is not None
    process.stdout.close()
    assert process.returncode == 130, said
    assert b"Fatal" not in said


def test_the_version_is_told() -> None:
    done = packbench("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("packbench ")
