"""The whole job in one command, and what it leaves behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from printing.symbols import decode
from tests.end_to_end.conftest import Sim, Site, command, packbench

REAL = Path(__file__).parents[3] / "shared" / "data" / "orders" / "order_lines.csv"


def summary(out: Path) -> dict[str, Any]:
    """What the demo wrote down."""
    found: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return found


def check_labels(out: Path, db: Path, parcels: int) -> None:
    """Every label once, and every symbol of every picture as the database has it."""
    site = Site(db)
    wanted = {
        f"{code}-{copy}": tracking
        for code, copy, tracking in site.rows(
            """select p.code, j.copy, l.tracking from print_jobs j join labels l on l.id = j.label_id
               join parcels p on p.id = l.parcel_id"""
        )
    }
    assert len(wanted) == parcels
    for name, tracking in wanted.items():
        assert (out / "labels" / f"{name}.zpl").read_bytes().startswith(b"^XA")
        assert (out / "labels" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        with Image.open(out / "labels" / f"{name}.png") as image:
            symbols = {symbol.format: symbol.text for symbol in decode(image)}
        parcel, copy = name.rsplit("-", 1)
        assert symbols["Code 128"] == tracking
        assert symbols["Data Matrix"].startswith(f"{parcel}C{int(copy):02d}")
        assert len(symbols) == 2
    assert len(list((out / "tray").glob("*.zpl"))) == parcels


def test_the_demo_closes_every_parcel_and_prints_every_label_once(tmp_path: Path) -> None:
    done = packbench("demo", "--headless", "--orders", "8", "--seed", "3", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    found = summary(tmp_path)
    assert list(found) == [
        "orders", "lines", "waves", "walk_m", "walk_file_order_m", "scans", "parcels", "labels", "seconds",
    ]  # fmt: skip
    assert (found["orders"], found["waves"]) == (8, 1)
    assert found["parcels"] == {"closed": 8}
    assert found["labels"] == {"confirmed": 8}
    assert set(found["scans"]) == {"pass"}
    assert 0 < found["walk_m"] < found["walk_file_order_m"]
    assert list(found["seconds"]) == ["import", "wave", "pick", "pack"]
    check_labels(tmp_path, tmp_path / "demo.db", 8)


@pytest.mark.skipif(not REAL.exists(), reason="the real order lines are not beside the checkout")
def test_real_order_lines_go_the_whole_way(tmp_path: Path) -> None:
    db = tmp_path / "real.db"
    done = packbench(
        "demo", "--from", REAL, "--orders", "12", "--headless", "--out", tmp_path, "--db", db,
    )
    assert done.returncode == 0, done.stderr
    found = summary(tmp_path)
    assert (found["orders"], found["parcels"], found["labels"]) == (12, {"closed": 12}, {"confirmed": 12})
    assert found["walk_m"] < found["walk_file_order_m"]
    assert "recipients 12" in done.stderr
    check_labels(tmp_path, db, 12)


def test_a_demo_stops_after_a_phase_and_goes_on_with_the_orders_it_began_with(tmp_path: Path) -> None:
    db = tmp_path / "demo.db"
    wanted = {"import": "ready", "wave": "released", "pick": "picked", "pack": "shipped"}
    for phase, state in wanted.items():
        # what it began with counts, whatever the following ones ask for
        orders = () if phase == "pack" else ("--orders", "6" if phase == "import" else "9")
        done = command("demo", "--headless", *orders, "--until", phase, "--db", db, "--out", tmp_path)
        assert done.returncode == 0, done.stderr
        assert ("6 orders" in done.stderr) is (phase != "import")
        assert Site(db).rows("select state, count(*) from orders group by state") == [(state, 6)]
    assert (tmp_path / "work.txt").read_text()


def test_a_demo_that_was_killed_is_finished_by_the_next_one(tmp_path: Path) -> None:
    db = tmp_path / "demo.db"
    command = [
        sys.executable, "-m", "app", "demo", "--headless", "--orders", "7", "--db", str(db), "--out", str(tmp_path),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while len(list((tmp_path / "tray").glob("*.zpl"))) < 3 and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = packbench(*command[3:])
    assert done.returncode == 0, done.stderr
    assert summary(tmp_path)["parcels"] == {"closed": 7}
    papers = [path.read_bytes() for path in (tmp_path / "tray").glob("*.zpl")]
    assert len(set(papers)) == len(papers)


def test_the_users_own_database_is_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.db"
    monkeypatch.setenv("PACKBENCH_DB", str(own))
    done = command("demo", "--headless", "--orders", "2", "--db", own, "--out", tmp_path)
    assert done.returncode == 2
    assert not own.exists()


def test_a_foreign_printer_that_proves_its_labels_closes_the_parcels(tmp_path: Path, sim: Sim) -> None:
    url, paper = sim()
    done = command("demo", "--headless", "--orders", "5", "--printer", url, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert len(paper.labels()) == 5


def test_a_file_takes_the_labels_too(tmp_path: Path) -> None:
    labels = tmp_path / "labels.zpl"
    done = command("demo", "--headless", "--orders", "4", "--printer", f"file:{labels}", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert labels.read_bytes().count(b"^XA") == 4


def test_what_a_foreign_printer_cannot_prove_stays_uncertain(tmp_path: Path, sim: Sim) -> None:
    url, paper = sim("--fault", "cut@2", "--proof", "counts")
    out = tmp_path / "out"
    done = command("demo", "--headless", "--orders", "5", "--printer", url, "--out", out, "--patience", "5")
    found = summary(out)
    assert done.returncode == 1
    assert found["labels"] == {"confirmed": 4, "uncertain": 1}
    assert found["parcels"] == {"closed": 4, "labelling": 1}
    papers = paper.labels()
    assert len(set(papers)) == len(papers)


@pytest.fixture
def sink() -> Iterator[tuple[str, list[bytes]]]:
    """Something that takes bytes on a socket and never says a word."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[bytes] = []

    def swallow() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                while data := client.recv(65536):
                    taken.append(data)

    thread = threading.Thread(target=swallow, daemon=True)
    thread.start()
    yield f"tcp://127.0.0.1:{server.getsockname()[1]}", taken
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_a_printer_that_never_answers_gets_every_label_once_and_all_stay_uncertain(
    tmp_path: Path, sink: tuple[str, list[bytes]]
) -> None:
    url, taken = sink
    out = tmp_path / "out"
    done = command(
        "demo", "--headless", "--orders", "3", "--printer", f"{url}?status=none", "--out", out, "--patience", "3"
    )
    assert done.returncode == 1
    assert summary(out)["labels"] == {"uncertain": 3}
    sent = b"".join(taken)
    assert [sent.count(path.read_bytes()) for path in sorted((out / "labels").glob("*.zpl"))] == [1, 1, 1]


def test_a_printer_that_is_not_there_ends_in_time_and_loses_nothing(tmp_path: Path) -> None:
    started = time.monotonic()
    done = command(
        "demo", "--headless", "--orders", "3", "--printer", "tcp://127.0.0.1:1", "--out", tmp_path, "--patience", "1"
    )
    assert done.returncode == 1
    assert time.monotonic() - started < 60
    assert summary(tmp_path)["labels"] == {"queued": 3}


def test_orders_alone_are_enough_to_begin_with(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order,sku,quantity\n1,A,1\n2,B,2\n3,A,1\n3,B,1\n", "utf-8")
    done = command("demo", "--headless", "--from", file, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert summary(tmp_path / "out")["parcels"] == {"closed": 3}
