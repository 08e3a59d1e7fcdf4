"""Paper out, head open, pause, power and cable at the opened window: it tells what to do, and no label is doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.states import JobState
from bench.troubles import AT, meet
from hardware.printer import Proof
from hardware.simulator.faults import Trouble

LABELS = 12
SAYS = {
    Trouble.PAPER_OUT: "paper is out",
    Trouble.HEAD_OPEN: "print head is open",
    Trouble.PAUSED: "paused",
    Trouble.POWER_CYCLE: "no connection",
    Trouble.UNPLUG: "no connection",
}


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the bench sets is set back."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(tmp_path / "settings.toml"))


def test_the_window_tells_each_trouble_and_every_label_comes_out_once(qapp: QApplication, tmp_path: Path) -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as the program's own
    found = meet(qapp, tmp_path, "zpl", Proof.COUNTS, "tcp", LABELS, ips=60.0)
    assert [told.trouble for told in found.told] == list(AT)
    for told in found.told:
        assert SAYS[told.trouble] in told.status
        assert (tmp_path / f"zpl-counts-tcp-{told.trouble}.png").stat().st_size > 10_000
    printed = sorted(number for number, state in found.jobs.items() if state is JobState.PRINTED)
    assert found.paper == printed, "each once, and in the order of the queue"
    copies = sum(state is JobState.FAILED for state in found.jobs.values())
    assert len(printed) == LABELS
    assert copies <= 4, "the power and the cable may take two labels each with them"
