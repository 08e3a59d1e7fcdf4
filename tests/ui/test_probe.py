import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ui.probe import library_missing_in, needs_offscreen

CHECKOUT = Path(__file__).parents[2]


def probe(*first_on_path: Path, **environment: str) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
    """The one line of a probe in a process of its own, whose import path starts with `first_on_path`."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    inherited["PYTHONPATH"] = os.pathsep.join(map(str, (*first_on_path, CHECKOUT)))
    inherited.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "ui.probe"], env=inherited | environment, capture_output=True, text=True, timeout=60
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done
    return json.loads(lines[0]), done


def test_a_machine_without_display_is_described_in_one_line_and_without_warnings() -> None:
    report, done = probe()
    assert done.returncode == 0, report
    assert done.stderr == ""
    assert report["platform"] == "offscreen"
    assert report["qt"].startswith("6.")
    assert report["fonts"] >= 1
    assert report["sound"] in (True, False)
    assert report["warnings"] == []
    assert "error" not in report


def test_a_library_that_qt_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text(
        'raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")\n'
    )
    report, done = probe(tmp_path)
    assert done.returncode == 1
    assert done.stderr == ""
    assert report["missing_library"] == "libEGL.so.1"
    assert report["error"].startswith("libEGL.so.1: cannot open")
    assert report["qt"] is None


def test_a_platform_that_cannot_start_is_an_answer_and_no_crash() -> None:
    report, done = probe(QT_QPA_PLATFORM="no-such-platform")
    assert done.returncode == 1
    assert done.stderr == ""
    assert "platform plugin" in report["error"]
    assert report["qt"].startswith("6.")
    assert report["platform"] is None


@pytest.mark.parametrize(
    ("message", "library"),
    [
        ("libGL.so.1: cannot open shared object file: No such file or directory", "libGL.so.1"),
        ("/x/libqxcb.so: libxcb-icccm.so.4: cannot open shared object file", "libxcb-icccm.so.4"),
        ("Error loading shared library libpulse.so.0: No such file or directory (needed by x)", "libpulse.so.0"),
        ("dlopen(QtGui.so): Library not loaded: @rpath/libz.1.dylib", "libz.1.dylib"),
        ("No module named 'PySide6'", None),
    ],
)
def test_the_loaders_wording_names_the_library(message: str, library: str | None) -> None:
    assert library_missing_in(message) == library


@pytest.mark.parametrize(
    ("platform", "environment", "offscreen"),
    [
        ("linux", {}, True),
        ("linux", {"DISPLAY": ""}, True),
        ("linux", {"DISPLAY": ":0"}, False),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, False),
        ("linux", {"QT_QPA_PLATFORM": "vnc"}, False),
        ("win32", {}, False),
        ("darwin", {}, False),
    ],
)
def test_only_a_unix_without_display_is_drawn_offscreen(
    platform: str, environment: dict[str, str], offscreen: bool
) -> None:
    assert needs_offscreen(platform, environment) is offscreen
