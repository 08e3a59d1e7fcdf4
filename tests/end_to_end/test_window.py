"""The whole job through the window, by scans and keys alone, in both languages; and what a kill -9 leaves of it."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.end_to_end.conftest import SECONDS, Sim, Site
from tests.end_to_end.whole_job import Job, files, load
from tests.end_to_end.windows import CHECKOUT, PipedWindow, Worker, work_in_window


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_job_by_scans_and_keys_alone(
    qapp: QApplication, tmp_path: Path, sim: Sim, language: str
) -> None:
    url, paper = sim("--fault", "cut@4", "--fault", "cut_after@5")
    site = Site(tmp_path / "job.db")

    async def whole(worker: Worker) -> None:
        job = Job(worker, site, paper)
        await load(worker, files(tmp_path / "in"))
        await job.plan_and_release()
        await job.pick()
        await job.pack_single_items()
        await job.pack_with_every_mistake()
        await job.pack_what_the_printer_loses()
        await job.pack_with_a_torn_label()
        await job.pack_what_was_cancelled()
        await job.reprint_on_the_labels_page()
        await job.ask_what_happened()
        job.check_the_evidence()

    work_in_window(qapp, site.db, language, url, whole)


@pytest.fixture
def piped(site: Site) -> Iterator[Callable[..., PipedWindow]]:
    """Opens windows on a picked wave; what is still running at the end is killed."""
    running: list[PipedWindow] = []

    def start(printer: str = "") -> PipedWindow:
        running.append(PipedWindow(site.db, printer))
        return running[-1]

    yield start
    for window in running:
        if window.process.poll() is None:
            window.kill()


def test_a_window_that_is_killed_comes_back_to_the_same_line_and_prints_nothing_twice(
    site: Site, sim: Sim, piped: Callable[..., PipedWindow]
) -> None:
    url, paper = sim("--fault", "paper_out@1:1.0", "--time-factor", "1", "--ips", "100")
    tote, order, barcodes = site.work()[0]
    first = piped(url)
    assert first.opened()["order"] is None
    assert first.scan(tote)["code"] == "opened"
    assert first.scan("4006381333931")["code"] == "unknown_code"
    assert first.scan(barcodes[0])["code"] == "latched"
    first.kill()

    second = piped(url)
    assert second.opened() == {"order": order, "remaining": len(barcodes), "job": None, "stop": "UNKNOWN CODE"}
    assert second.scan("XXOK")["stop"] == ""
    for left, barcode in reversed(list(enumerate(reversed(barcodes)))):
        verified = second.scan(barcode)
        assert verified["remaining"] == left
    assert verified["code"] == "complete"
    end = time.monotonic() + SECONDS
    while not site.rows("select 1 from print_jobs where state = 'sending' and reason = 'paper_out'"):
        assert time.monotonic() < end
        time.sleep(0.01)
    second.kill()

    third = piped(url)
    assert third.opened() == {"order": order, "remaining": 0, "job": "uncertain", "stop": ""}
    paper.wait(1)
    closed = third.scan(verified["label"])
    assert (closed["code"], closed["order"]) == ("closed", None)
    assert third.close() == (0, "")
    assert len(paper.labels()) == 1
    assert site.rows("select state, copy from print_jobs") == [("confirmed", 1)]
    assert site.rows("select count(*), max(seq) from scan_events where device = 'wedge'") == [(closed["seq"],) * 2]


# what runs an event loop inside the event loop: a modal loop within a coroutine kills other tasks
NESTED = {"exec", "exec_", "processEvents", "qWait", "qWaitFor", "qWaitForWindowExposed", "qWaitForWindowActive"}
ASKS_BY_ITSELF = {"QMessageBox", "QFileDialog", "QInputDialog", "QColorDialog", "QFontDialog", "QProgressDialog"}


def nested_loops(source: str) -> list[str]:
    """Calls that would wait for events inside an event."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        *owner, name = called.split(".")
        static = bool(owner) and owner[-1] in ASKS_BY_ITSELF and name[0].islower()
        if name in NESTED or static or (called == "QEventLoop" and not node.args):
            found.append(f"{called} in line {node.lineno}")
    return found


def test_no_event_loop_runs_inside_the_event_loop() -> None:
    bad = ["dialog.exec()", "QApplication.processEvents()", "QMessageBox.question(None)", "exec(code)", "QEventLoop()"]
    assert len(nested_loops("\n".join(bad))) == len(bad)
    assert nested_loops("box = QMessageBox(QMessageBox.Icon.Information, 'x')\nbox.open()\nconnection.execute(x)") == []
    paths = [path for room in ("ui", "app") for path in (CHECKOUT / room).rglob("*.py")]
    assert len(paths) > 100
    found = {path.name: calls for path in paths if (calls := nested_loops(path.read_text(encoding="utf-8")))}
    assert found == {}
