"""`packbench demo` through the window, and the window as a program: pictures, interruptions, a second one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.texts import say
from tests.end_to_end.conftest import SECONDS, Site
from tests.end_to_end.test_demo import check_labels, sink, summary
from ui.hands import LANGUAGES
from ui.main_window import pages_of
from ui.theme import THEMES

__all__ = ["sink"]  # a fixture

SCREEN = (1920, 1080)
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `packbench` in a group of processes of its own; no process of it is left behind."""
    running: list[subprocess.Popen[str]] = []

    def packbench(*arguments: str | Path) -> subprocess.Popen[str]:
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", "app", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, start_new_session=True,
            )
        )
        return running[-1]

    yield packbench
    orphans = [process.args for process in running if process.poll() is not None and has_processes(process)]
    for process in running:
        if has_processes(process):
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert orphans == []


def has_processes(process: subprocess.Popen[str]) -> bool:
    """Whether anything that a process has started still runs, or itself."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def end_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code, and what it said on standard error."""
    _, said = process.communicate(timeout=120)
    return process.returncode, said


def results(out: Path) -> dict[str, Any]:
    """What came of a demo, however long it took."""
    found = summary(out)
    del found["seconds"]
    return found


def check_pictures(folder: Path) -> None:
    """One of each page, language and theme: a whole screen, painted, and no two alike."""
    pages = [page for page, _ in pages_of("all")]
    wanted = {f"{page}-{language}-{theme}.png" for page in pages for language in LANGUAGES for theme in THEMES}
    assert {path.name for path in folder.iterdir()} == wanted
    assert len(wanted) == 60
    seen = set()
    for path in folder.iterdir():
        with Image.open(path) as image:
            assert image.size == SCREEN
            small = image.convert("RGB").reduce(4)
        colours = small.getcolors(small.width * small.height)
        assert colours is not None
        assert len(colours) > 150, path.name
        assert max(count for count, _ in colours) < 0.97 * small.width * small.height, path.name
        seen.add(small.tobytes())
    assert len(seen) == 60


def test_the_demo_goes_on_in_the_window_comes_to_the_same_as_without_and_shows_every_page(
    tmp_path: Path, start: Start
) -> None:
    window, alone = tmp_path / "window", tmp_path / "alone"
    db = window / "demo.db"
    five = ("demo", "--orders", "5", "--seed", "2", "--headless")
    begun = start(*five, "--until", "import", "--db", db, "--out", window)
    assert end_of(begun)[0] == 0
    seen = start("demo", "--language", "zh", "--db", db, "--out", window)
    wait_until(lambda: list(window.glob("demo.db.window.lock")), seen)
    code, said = end_of(start("demo", "--headless", "--out", window))
    assert (code, str(window) in said) == (2, True), said  # it would begin by deleting what the first works on
    code, said = end_of(seen)
    assert code == 0, said
    assert said.splitlines() == [
        say("demo_goes_on", {"orders": 5}, "zh"), say("demo_pictures", {"folder": str(window / "pages")}, "zh"),
    ]  # fmt: skip
    unseen = start(*five, "--out", alone)
    assert end_of(unseen)[0] == 0
    found = results(window)
    assert found == results(alone)
    assert (found["orders"], found["parcels"], found["labels"]) == (5, {"closed": 5}, {"confirmed": 5})
    assert set(found["scans"]) == {"pass"}
    check_labels(window, db, 5)
    check_pictures(window / "pages")
    assert Site(db).rows("select distinct device from scan_events order by 1") == [("wedge",), ("wedge picking",)]


def test_a_demo_before_a_printer_that_hangs_is_interrupted_cleanly_and_nothing_is_lost(
    tmp_path: Path, start: Start, sink: tuple[str, list[bytes]]
) -> None:
    out = tmp_path / "out"
    url, taken = sink
    first = start("demo", "--orders", "4", "--out", out, "--printer", f"{url}?status=none", "--patience", "100")
    wait_until(lambda: taken, first)
    os.killpg(first.pid, signal.SIGINT)  # as Ctrl-C does: all of its processes hear it
    assert end_of(first) == (130, "")
    assert not has_processes(first)
    site = Site(out / "demo.db")
    sent = b"".join(taken)
    assert all(sent.count(payload) <= 1 for (payload,) in site.rows("select payload from print_jobs"))
    assert site.rows("select count(*) from print_jobs where state = 'uncertain'") != [(0,)]
    assert site.rows("select count(*) from parcels where state = 'closed'") == [(0,)]

    done = start("demo", "--headless", "--db", out / "demo.db", "--out", out, "--patience", "2")
    code, said = end_of(done)
    assert code == 0, said
    assert summary(out)["parcels"] == {"closed": 4}
    papers = [path.read_bytes() for path in (out / "tray").glob("*.zpl")]
    assert len(set(papers)) == len(papers) == 4


def test_packbench_alone_opens_the_window_and_a_second_one_is_refused(
    home_of_its_own: Path, start: Start
) -> None:
    """Without a command, on the user's own database; who ends the session of the computer ends it cleanly."""
    window = start()
    # that of the window, and that of the station
    wait_until(lambda: len(list(home_of_its_own.rglob("packbench.db.*.lock"))) == 2, window)
    code, said = end_of(start())
    assert (code, said) == (2, "Packbench is open already for this database: use that window\n")
    assert window.poll() is None
    window.terminate()
    assert end_of(window) == (130, "")
    assert Site(next(home_of_its_own.rglob("packbench.db"))).rows("select name from stations order by 1") == [
        ("BENCH-1",), ("CART-1",),
    ]  # fmt: skip
    assert not list(home_of_its_own.rglob("crashes/*.txt"))
