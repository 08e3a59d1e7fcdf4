"""What every test stands on: a home of its own, Qt without a display, and examples that are the same each time."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.examples import examples

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The machines that run this are shared: a slow example is no failure, and a failure must come again.
settings.register_profile(
    "packbench", derandomize=True, deadline=None, print_blob=True, max_examples=examples(50)
)  # fmt: skip
settings.load_profile("packbench")


@pytest.fixture(autouse=True)
def home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees or touches the data, settings or cache of the person who runs it; the folder is made on use."""
    home = tmp_path / "home"
    for name in list(os.environ):
        if name.startswith(("PACKBENCH_", "XDG_")):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    return home
