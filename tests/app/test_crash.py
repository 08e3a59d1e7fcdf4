"""Each hook ends in a report and the program goes on; a disk that refuses changes nothing of that."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import crash as crash_module
from app.crash import KEPT, Crash, install
from app.settings import data_directory

NAME = "Maria Lopez"
CHECKOUT = Path(__file__).parents[2]


@dataclass
class Watch:
    """A clock and a count of seconds that stand still."""

    at: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass
class Scene:
    """A crash with its hooks taken, and what it told."""

    crash: Crash
    watch: Watch
    told: list[Path] = field(default_factory=list)

    def reports(self) -> list[Path]:
        return sorted(self.crash.folder.glob("*.txt"))

    def report(self) -> str:
        """The only one; the buyer is not in it, and it was told."""
        (path,) = self.reports()
        assert self.told == [path]
        text = path.read_text(encoding="utf-8")
        assert NAME not in text
        return text


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    # hooks of the test runner would take what is handed on for a failure
    for module, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, name, lambda *_: None)
    watch = Watch()
    made = Scene(Crash(tmp_path / "crashes", clock=watch, seconds=lambda: watch.seconds), watch)
    made.crash.on_report = made.told.append
    made.crash.hook()
    yield made
    made.crash.uninstall()


def fail(name: str = NAME) -> None:
    """Raises with a buyer's name in the exception and in what it comes from."""
    try:
        int(name)
    except ValueError as error:
        raise KeyError(name) from error


def uncaught(act: Callable[[], object] = fail) -> None:
    """What the interpreter does with an exception that reaches it."""
    try:
        act()
    except BaseException as error:  # noqa: BLE001
        sys.excepthook(type(error), error, error.__traceback__)


# the hooks


def test_an_exception_that_nobody_caught(scene: Scene) -> None:
    uncaught()
    text = scene.report()
    assert scene.reports()[0].name == f"20260102T030405Z-{os.getpid()}-001-exception.txt"
    head, body = text.split("\n\n")
    lines = head.splitlines()
    assert lines[0] == "Packbench crash report"
    assert lines[1].rstrip() == "seen: 1"
    assert lines[2:4] == ["time: 2026-01-02 03:04:05 UTC", "kind: exception"]
    names = [line.partition(":")[0] for line in lines]
    assert names[4:7] == ["packbench", "python", "system"]
    assert body.startswith("KeyError\n  tests/app/test_crash.py:")
    assert "in fail\ncaused by ValueError\n" in body
    assert str(Path.home()) not in text
    assert os.uname().nodename not in text.split()


def test_an_exception_in_a_thread(scene: Scene) -> None:
    thread = threading.Thread(target=fail, name=NAME)
    thread.start()
    thread.join()
    assert "\nkind: thread\n" in scene.report()
    assert "in fail\n" in scene.report()


def test_an_exception_that_cannot_be_raised(scene: Scene) -> None:
    class Falling:
        def __del__(self) -> None:
            fail()

        def __repr__(self) -> str:
            return NAME

    falling = [Falling()]
    falling.clear()
    gc.collect()
    assert "\nkind: unraisable\n" in scene.report()
    assert "Falling.__del__\n" in scene.report()


async def failing() -> None:
    fail()


def test_a_task_that_nobody_awaited(scene: Scene) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(scene.crash.loop_handler)
        tasks = [asyncio.create_task(failing())]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks.clear()
        gc.collect()

    asyncio.run(run())
    assert "\nkind: asyncio\nwhere: failing\n" in scene.report()
    assert "\nKeyError\n" in scene.report()


def test_a_callback_of_the_loop(scene: Scene) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(scene.crash.loop_handler)
        loop.call_soon(fail, NAME)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(run())
    assert "in fail\n" in scene.report()


def test_what_the_loop_says_without_an_exception(scene: Scene) -> None:
    loop = asyncio.new_event_loop()
    scene.crash.loop_handler(loop, {"message": f"Exception in callback greet({NAME})"})
    loop.close()
    assert "\nException in callback …\n" in scene.report()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_end_that_is_wanted_goes_to_whom_it_went_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(sys, "excepthook", lambda *_: heard.append("main"))
    monkeypatch.setattr(threading, "excepthook", lambda *_: heard.append("thread"))
    monkeypatch.setattr(sys, "unraisablehook", lambda *_: heard.append("unraisable"))
    crash = install(tmp_path / "crashes")

    class Loop:
        def default_exception_handler(self, context: dict[str, Any]) -> None:
            heard.append("loop")

    try:
        uncaught(lambda: (_ for _ in ()).throw(kind()))
        threading.excepthook(threading.ExceptHookArgs((kind, kind(), None, None)))
        sys.unraisablehook(
            type("Args", (), {"exc_type": kind, "exc_value": None, "exc_traceback": None, "object": None})()
        )
        crash.loop_handler(Loop(), {"exception": kind()})  # type: ignore[arg-type]
    finally:
        crash.uninstall()
    assert heard == ["main", "thread", "unraisable", "loop"]
    assert list((tmp_path / "crashes").glob("*.txt")) == []


@pytest.mark.parametrize("faults", [True, False])
def test_the_hooks_are_given_back(tmp_path: Path, *, faults: bool) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    was = faulthandler.is_enabled()
    faulthandler.enable(sys.__stderr__) if faults and sys.__stderr__ else faulthandler.disable()
    crash = install(tmp_path)
    assert sys.excepthook != before[0]
    assert faulthandler.is_enabled()
    crash.uninstall()
    crash.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert faulthandler.is_enabled() is faults
    faulthandler.enable(sys.__stderr__) if was and sys.__stderr__ else faulthandler.disable()


def test_a_hook_that_was_taken_after_ours_stays_and_reaches_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *_: heard.append("first"))
    crash = install(tmp_path)
    ours = sys.excepthook

    def theirs(*args: Any) -> None:
        heard.append("last")
        ours(*args)

    monkeypatch.setattr(sys, "excepthook", theirs)
    crash.uninstall()
    uncaught()
    assert heard == ["last", "first"]
    assert list(tmp_path.glob("*.txt")) == []


def test_reports_lie_with_the_users_data(home_of_its_own: Path) -> None:
    crash = install()
    crash.uninstall()
    assert crash.folder == data_directory() / "crashes"
    assert crash.folder.is_relative_to(home_of_its_own)


# how often


def test_the_same_crash_is_written_once_and_counted(scene: Scene) -> None:
    for _ in range(1234):
        uncaught()
    assert "\nseen: 1000      \n" in scene.report()
    scene.crash.uninstall()
    assert "\nseen: 1234      \ntime: " in scene.report()


def test_a_crash_that_goes_on_is_told_again_after_a_while(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    for seconds in (0.0, 9.0, 1.0, 3.0):
        scene.watch.wait(seconds)
        uncaught()
    (report,) = scene.reports()
    assert scene.told == [report, report]
    assert [(record.name, record.message) for record in caplog.records] == [
        ("packbench.crash", f"crash exception, report {report.name}")
    ] * 2


def test_another_place_is_another_crash(scene: Scene) -> None:
    uncaught()
    uncaught(lambda: fail())
    scene.crash.report("asyncio", "one")
    scene.crash.report("other", "one")
    assert len(scene.reports()) == 4
    assert len({report.read_text(encoding="utf-8") for report in scene.reports()}) == 4


@pytest.mark.parametrize("there", [0, 1, 5, 18, 19, 20, 33])
def test_the_newest_reports_are_kept_and_nothing_else_is_touched(tmp_path: Path, there: int) -> None:
    for number in range(there):
        (tmp_path / f"20250101T{number:06}Z-1-1-thread.txt").touch()
    for name in ("notes.txt", "20250101T000000Z.txt", "faults.log"):
        (tmp_path / name).touch()
    # a computer that thinks it is 1970 keeps its new report too
    path = Crash(tmp_path, clock=Watch(datetime(1970, 1, 1, tzinfo=UTC))).report("thread", ValueError())
    left = {file.name for file in tmp_path.iterdir()} - {"notes.txt", "20250101T000000Z.txt", "faults.log"}
    oldest = max(0, there + 1 - KEPT)
    assert left == {path.name} | {f"20250101T{number:06}Z-1-1-thread.txt" for number in range(oldest, there)}
    assert len(list(tmp_path.iterdir())) == len(left) + 3


def test_a_storm_of_different_crashes_ends(scene: Scene) -> None:
    for number in range(150):
        uncaught(eval(f"lambda: ({chr(10) * number} fail())"))
    assert len(scene.told) == 101
    assert scene.reports() == scene.told[-KEPT:]
    scene.watch.wait(10)
    uncaught(lambda: 1 / 0)
    assert scene.told[100:] == [scene.reports()[-1]] * 2
    scene.crash.uninstall()
    assert "\nseen: 51        \n" in scene.told[-1].read_text(encoding="utf-8")


# nothing goes wrong


def test_a_disk_that_refuses_is_told_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    told: list[Path] = []
    crash = install(tmp_path / "file" / "crashes", told.append)
    try:
        path = crash.report("thread", ValueError(NAME))
    finally:
        crash.uninstall()
    assert told == [path]
    assert path.name in caplog.text
    said = capsys.readouterr().err
    assert "\nValueError\n" in said
    assert NAME not in said


def test_half_a_report_is_none(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        Crash(tmp_path).report("thread", ValueError())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_there_need_be_no_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    told: list[Path] = []
    monkeypatch.setattr(sys, "stderr", None)
    Crash(tmp_path / "file" / "crashes", told.append).report("thread", ValueError())
    assert len(told) == 1


def test_a_folder_that_is_removed_is_made_again(scene: Scene) -> None:
    uncaught()
    for file in scene.crash.folder.iterdir():
        file.unlink()
    scene.crash.folder.rmdir()
    scene.crash.report("other", ValueError())
    assert len(scene.reports()) == 1


def test_whoever_shows_reports_may_fail(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    def show(path: Path) -> None:
        raise RuntimeError(NAME)

    scene.crash.on_report = show
    uncaught()
    assert len(scene.reports()) == 1
    assert "crash on_report RuntimeError" in caplog.text
    assert NAME not in caplog.text


def test_a_crash_within_a_crash_ends(scene: Scene) -> None:
    shown: list[Path] = []

    def show(path: Path) -> None:
        shown.append(path)
        uncaught(lambda: [][1])

    scene.crash.on_report = show
    uncaught()
    assert len(shown) == 1
    # and the next is heard again
    uncaught(lambda: 1 / 0)
    assert len(shown) == 2


def test_a_log_that_fails_changes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def emit(record: logging.LogRecord) -> None:
        raise RuntimeError(NAME)

    broken = logging.Handler()
    monkeypatch.setattr(broken, "emit", emit)
    monkeypatch.setattr(crash_module.log, "handlers", [broken])
    uncaught()
    assert len(scene.reports()) == 1


class Hostile(Exception):
    """Breaks whoever looks at it."""

    @property
    def __traceback__(self) -> Any:  # type: ignore[override]
        raise RuntimeError(NAME)


def test_an_exception_that_breaks_its_reader_is_reported_by_its_name(scene: Scene) -> None:
    scene.crash.report("thread", Hostile())
    assert scene.report().endswith("\n\nHostile\n")


def test_threads_that_crash_at_once_are_all_counted(scene: Scene) -> None:
    start = threading.Barrier(8)
    # whoever writes lets the others in, if nothing else keeps them out
    slow = threading.Event()
    scene.watch.now = lambda: (slow.wait(0.01), scene.watch.at)[1]  # type: ignore[method-assign]

    def run() -> None:
        start.wait()
        for _ in range(50):
            scene.crash.report("thread", ValueError())

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scene.crash.uninstall()
    assert "\nseen: 400       \n" in scene.report()


# faults that end the process

SEGFAULT = f"""
import ctypes, pathlib, sys
sys.path.insert(0, {str(CHECKOUT)!r})
from app.crash import install
crash = install(pathlib.Path(sys.argv[1]))
name = {NAME!r}
def fall(): ctypes.string_at(0)
if len(sys.argv) > 2: fall()
"""


def run_process(folder: Path, *arguments: str) -> int:
    done = subprocess.run([sys.executable, "-c", SEGFAULT, str(folder), *arguments], capture_output=True, timeout=60)
    return done.returncode


def test_a_fault_is_found_at_the_next_start_and_once(tmp_path: Path) -> None:
    assert run_process(tmp_path, "fall") != 0
    assert (tmp_path / "faults.log").stat().st_size > 0
    assert list(tmp_path.glob("*.txt")) == []
    crash = install(tmp_path)
    try:
        path = crash.previous_fault()
        assert crash.previous_fault() is None
        # killed now, the next start would not tell it again
        assert (tmp_path / "faults.log").stat().st_size == 0
    finally:
        crash.uninstall()
    assert path is not None
    assert [path] == list(tmp_path.glob("*-fault.txt"))
    text = path.read_text(encoding="utf-8")
    assert "\nkind: fault\n" in text
    assert "\nFatal Python error: Segmentation fault\n" in text
    assert "\n  <string>:8 in fall\n" in text or "\n  <string>:7 in fall\n" in text
    assert str(Path(sys.prefix)) not in text
    assert NAME not in text
    later = install(tmp_path)
    later.uninstall()
    assert later.previous_fault() is None


def test_an_end_in_peace_leaves_no_fault(tmp_path: Path) -> None:
    assert run_process(tmp_path) == 0
    crash = install(tmp_path)
    # such as Windows' faults that are none
    (tmp_path / "faults.log").write_text("Windows fatal exception: code 0x8001010d\n", encoding="utf-8")
    crash.uninstall()
    again = install(tmp_path)
    again.uninstall()
    assert (crash.previous_fault(), again.previous_fault()) == (None, None)
    assert list(tmp_path.glob("*.txt")) == []
