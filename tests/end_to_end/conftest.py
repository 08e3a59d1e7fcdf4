"""The program as its users start it: processes, pipes, sockets, files."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import main
from printing.symbols import decode

SECONDS = 30.0


def packbench(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)], capture_output=True, text=True, timeout=120,
        check=False, **more,
    )  # fmt: skip


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has loaded the engine already: for what no process of its own is needed."""
    given = list(map(str, arguments))
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as said:
        try:
            code = main(given)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(given, code, out.getvalue(), said.getvalue())


@pytest.fixture(autouse=True, scope="session")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The many short processes share compiled modules, also where the environment forbids writing them."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("PYTHONDONTWRITEBYTECODE"):
            base = tmp_path_factory.getbasetemp()
            # what the workers of pytest-xdist have in common is above the folder of each
            shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
            patch.delenv("PYTHONDONTWRITEBYTECODE")
            patch.setenv("PYTHONPYCACHEPREFIX", str(shared / "compiled"))
        yield


@dataclass(frozen=True)
class Site:
    """A picked wave in a database of its own."""

    db: Path

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database says."""
        connection = sqlite3.connect(self.db)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def work(self, lane: str = "cart") -> list[tuple[str, str, list[str]]]:
        """(tote, order, barcodes piece by piece) of every order that waits for a packer."""
        found: dict[str, tuple[str, str, list[str]]] = {}
        for tote, order, barcode, quantity in self.rows(
            """select t.code, o.source_id, min(b.barcode), l.quantity from orders o
               join batch_orders bo on bo.order_id = o.id join batches ba on ba.id = bo.batch_id
               join totes t on t.id = bo.tote_id join order_lines l on l.order_id = o.id
               join sku_barcodes b on b.sku_id = l.sku_id and b.quantity = 1
               where o.state = 'picked' and ba.lane = ? group by l.id order by o.id, l.position""",
            lane,
        ):
            found.setdefault(order, (tote, order, []))[2].extend([barcode] * quantity)
        return list(found.values())


class Bench:
    """A running headless bench."""

    def __init__(self, site: Site, printer: str | None = None, name: str = "P-01", *more: str) -> None:
        command = [sys.executable, "-m", "app", "station", "--headless", "--station", name, "--json"]
        command += ["--db", str(site.db)]
        if printer:
            command += ["--printer", printer]
        self.process = subprocess.Popen(
            [*command, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def scan(self, code: str) -> dict[str, Any]:
        """The verdict of a scan."""
        return self.scan_bytes(code.encode())

    def scan_bytes(self, code: bytes) -> dict[str, Any]:
        """The same for whatever a device may send."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(code + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def until(self, code: str, wanted: str) -> dict[str, Any]:
        """Scan `code` again and again until the verdict's code is the one that is wanted."""
        end = time.monotonic() + SECONDS
        while (answer := self.scan(code))["code"] != wanted:
            assert time.monotonic() < end, answer
        return answer

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()

    def close(self) -> tuple[int, str]:
        """End its input; its exit code and what it said on standard error."""
        _, said = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said.decode()


class Paper:
    """A simulated printer's tray."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def labels(self) -> list[frozenset[str]]:
        """What the symbols of each label that came out say, in order."""
        found = []
        for marker in sorted(self.folder.glob("*.zpl")):
            with Image.open(marker.with_suffix(".png")) as image:
                found.append(frozenset(symbol.text for symbol in decode(image)))
        return found

    def wait(self, count: int) -> list[frozenset[str]]:
        """The labels, once so many have come out."""
        end = time.monotonic() + SECONDS
        while len(list(self.folder.glob("*.zpl"))) < count:
            assert time.monotonic() < end, "no label came out"
            time.sleep(0.01)
        return self.labels()


@pytest.fixture(scope="session")
def picked(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A database with picked orders; copy it before changing it."""
    folder = tmp_path_factory.mktemp("picked")
    site = Site(folder / "site.db")
    done = packbench("demo", "--headless", "--orders", "14", "--until", "pick", "--db", site.db, "--out", folder)
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture
def site(picked: Site, tmp_path: Path) -> Site:
    """A picked wave of one's own."""
    shutil.copy(picked.db, tmp_path / "site.db")
    return Site(tmp_path / "site.db")


Sim = Callable[..., tuple[str, Paper]]


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[Sim]:
    """Starts simulated printers; each ends with the test."""
    running: list[subprocess.Popen[str]] = []

    def start(*options: str, name: str = "paper") -> tuple[str, Paper]:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "app", "sim", "printer", "--listen", "tcp://127.0.0.1:0", "--out",
                str(tmp_path / name), "--time-factor", "0", "--until-stdin-closes", *options,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        assert process.stdout is not None
        return process.stdout.readline().removeprefix("listening on ").strip(), Paper(tmp_path / name)

    yield start
    for process in running:
        process.communicate(timeout=SECONDS)


@pytest.fixture
def bench(site: Site) -> Iterator[Callable[..., Bench]]:
    """Starts benches; what is still running at the end is killed."""
    running: list[Bench] = []

    def start(*arguments: Any, **more: Any) -> Bench:
        made = Bench(site, *arguments, **more)
        running.append(made)
        return made

    yield start
    for made in running:
        if made.process.poll() is None:
            made.kill()
        for stream in (made.process.stdin, made.process.stdout, made.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()
