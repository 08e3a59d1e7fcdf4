"""A window on a screen of X11, and a scanner that types as fast as scanners do: the same result as without a screen."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import SECONDS, Site
from tests.end_to_end.windows import CHECKOUT, PipedWindow

SCANS = 200
UNKNOWN = "4006381333931"


def missing() -> list[str]:
    """The packages of Debian that this machine lacks for a window on a screen of its own."""
    text = (CHECKOUT / ".ci" / "setup.sh").read_text(encoding="utf-8")
    found = re.search(r"^x11_libraries='([^']+)'", text, re.MULTILINE)
    assert found
    lacking = [package for program, package in (("Xvfb", "xvfb"), ("xdotool", "xdotool")) if not shutil.which(program)]
    for line in found[1].splitlines():
        soname, package = line.split()
        try:
            ctypes.CDLL(soname)
        except OSError:
            lacking.append(package)
    return lacking


@pytest.fixture(scope="module")
def screen() -> Iterator[dict[str, str]]:
    """A screen that nobody sees; the environment of programs that are to use it."""
    if not sys.platform.startswith("linux"):
        pytest.skip("X11 is the window system of Linux")
    if lacking := missing():
        pytest.skip(f"needs: apt-get install --no-install-recommends {' '.join(lacking)}")
    reads, writes = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1366x768x24", "-nolisten", "tcp"], pass_fds=[writes],
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    with os.fdopen(reads) as told:
        display = told.readline().strip()  # once it is ready, the number that was free
    environment = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
    environment.pop("WAYLAND_DISPLAY", None)
    yield environment
    server.terminate()
    server.wait()


class RealWindow:
    """`packbench window` on a screen, with a scanner that is a keyboard."""

    def __init__(self, site: Site, screen: dict[str, str], printer: str) -> None:
        self.site = site
        # who types here is a program that must wait for a processor, in the middle of a code too
        settings = site.db.with_name("settings.toml")
        settings.write_text("version = 1\n[scanner]\ngap_ms = 200\ntotal_ms = 10000\n", encoding="utf-8")
        self.environment = {**screen, "PACKBENCH_SETTINGS": str(settings)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "window", "--db", str(site.db), "--station", "P-01", "--printer", printer],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def open(self) -> None:
        """Wait for the window, give it the keyboard, and scan until it judges scans."""
        found = self.xdotool("search", "--sync", "--onlyvisible", "--pid", str(self.process.pid))
        self.xdotool("windowfocus", "--sync", found.split()[0])
        self.until(self._wakes)

    def _wakes(self) -> bool:
        self.scan("XXNEXT")
        return bool(scans(self.site))

    def scan(self, *codes: str) -> None:
        """Type codes one after the other, each with its Enter, without waiting for what comes of them."""
        self.xdotool("-", script="".join(f"type --delay 1 --clearmodifiers {code}\nkey Return\n" for code in codes))

    def scans(self) -> list[Any]:
        """What has been scanned here, and what was found; without what woke the window."""
        return [scan for scan in scans(self.site) if scan[0] != "XXNEXT"]

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, self.scans()[-5:]
            time.sleep(0.02)

    def xdotool(self, *arguments: str, script: str = "") -> str:
        done = subprocess.run(
            ["xdotool", *arguments], input=script, capture_output=True, text=True, env=self.environment,
            timeout=SECONDS, check=True,
        )  # fmt: skip
        return done.stdout

    def end(self) -> tuple[int, str]:
        """End it as the end of the session does; its exit code and what it said on standard error."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said


def scans(site: Site) -> list[Any]:
    return site.rows(
        """select e.raw, e.outcome, e.code, e.counted, o.source_id, p.code, e.facts from scan_events e
           left join orders o on o.id = e.order_id left join parcels p on p.id = e.parcel_id
           where e.device = 'wedge' order by e.seq"""
    )


def printed(site: Site) -> bool:
    return site.rows("select state from print_jobs") == [("printed",)]


@pytest.fixture
def real(site: Site, screen: dict[str, str], tmp_path: Path) -> Iterator[RealWindow]:
    window = RealWindow(site, screen, f"file:{tmp_path / 'real.zpl'}")
    yield window
    if window.process.poll() is None:
        window.process.kill()
        window.process.communicate()


@pytest.fixture
def offscreen(site: Site, tmp_path: Path) -> Iterator[tuple[Site, PipedWindow]]:
    """A window in memory on a copy of the same database."""
    other = Site(tmp_path / "offscreen.db")
    shutil.copy(site.db, other.db)
    window = PipedWindow(other.db, f"file:{tmp_path / 'offscreen.zpl'}")
    yield other, window
    if window.process.poll() is None:
        window.kill()


def test_what_is_typed_into_a_real_window_is_judged_as_without_a_screen(
    real: RealWindow, offscreen: tuple[Site, PipedWindow], tmp_path: Path
) -> None:
    (tote, _, barcodes), (_, _, others) = real.site.work()[:2]
    wrong = next(code for code in others if code not in barcodes)
    codes = [tote, wrong, barcodes[0], "XXOK", barcodes[0], "XXUNDO", *barcodes]

    real.open()
    real.scan(*codes)
    real.until(lambda: printed(real.site))
    ((label,),) = real.site.rows("select tracking from labels")
    real.scan("LX000000000CN", "XXOK", label)
    real.until(lambda: len(real.scans()) == len(codes) + 3)

    other, window = offscreen
    window.opened()
    for code in codes:
        window.scan(code)
    window.until("XXNEXT", "next_scan_label")
    for code in ("LX000000000CN", "XXOK", label):
        window.scan(code)
    assert window.close() == (0, "")
    unseen = [scan for scan in scans(other) if scan[0] != "XXNEXT"]
    assert real.scans() == unseen
    assert [scan[2] for scan in unseen][:4] == ["opened", "wrong_item", "latched", "acknowledged"]
    assert unseen[-1][2] == "closed"
    for sql in ("select code, state, weight_g from parcels", "select copy, state, sha256 from print_jobs"):
        assert real.site.rows(sql) == other.rows(sql)
    assert (tmp_path / "real.zpl").read_bytes() == (tmp_path / "offscreen.zpl").read_bytes()

    # at scanner speed, one code after the other: none is lost, none merged, all in their order
    many = ["XXNEXT", UNKNOWN, tote, "XXOK"] * (SCANS // 4)
    before = len(scans(real.site))
    real.scan(*many)
    real.until(lambda: len(scans(real.site)) >= before + SCANS)
    assert [(raw, code) for raw, _, code, *_ in scans(real.site)[before:]] == [
        ("XXNEXT", "next_scan_tote"), (UNKNOWN, "unknown_code"), (tote, "latched"), ("XXOK", "acknowledged"),
    ] * (SCANS // 4)  # fmt: skip
    assert real.end() == (130, "")
