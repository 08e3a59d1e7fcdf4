"""A label batch at the opened window, by keys and scans: paper out, power gone, a jam and a pause, every label once."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code
from app.domain.label_batches import LabelBatchState
from app.domain.states import JobState
from app.main import Wanted, in_window, opened_window
from app.queries.label_batches import BatchRow, batch_view
from bench.troubles import PATIENCE
from bench.warehouse import prepare
from db.engine import parse_url
from db.label_batches import LabelBatchOrder
from db.parcels import Label, Parcel, PrintJob
from db.store import Store
from hardware.simulator.faults import Schedule, parse_faults
from hardware.simulator.port import TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.serve import make_language
from ui.hands import Hands
from ui.keys import type_scan
from ui.main_window import MainWindow

# as many as a busy day's batch: PACKBENCH_LABELS=210
ORDERS = int(os.environ.get("PACKBENCH_LABELS", "84"))
SECONDS = 150.0
SQUARE = re.compile(rb"PB\d{8,}[0-9A-Z]C\d{2,}[0-9A-Z]")
Key = Qt.Key


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the window sets is set back."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(tmp_path / "settings.toml"))


class Lead:
    """Somebody at the page of label batches, with the tray of the printer beside."""

    def __init__(self, window: MainWindow, twin: PrinterTwin, tray: Path) -> None:
        self.window, self.twin, self.tray = window, twin, tray
        self.hands, self.work = Hands(window), window.work
        self.spoilt: set[str] = set()
        self.said: list[str] = []

    @property
    def page(self) -> Any:
        return self.window.pages["batches"]

    async def row(self) -> BatchRow:
        return (await asyncio.to_thread(self.work.feed.store.read, batch_view, 1)).row

    def pile(self) -> list[str]:
        """The square codes of the whole labels that lie there and are not spoilt, as they came."""
        found = (SQUARE.search(path.read_bytes()) for path in sorted(self.tray.glob("*.zpl")))
        codes = [code[0].decode() for code in found if code is not None]
        return [code for code in codes if code not in self.spoilt]

    async def keys(self, *keys: Key) -> None:
        """Press keys, each when the question before it stands there."""
        for key in keys:
            before = self.work.dialogs.question_id
            await self.hands.press(key, "\r" if key is Key.Key_Return else "")
            await self.hands.until(lambda before=before: self.work.dialogs.question_id > before)  # type: ignore[misc]

    async def scan(self, code: str) -> None:
        await self.hands._do(lambda: type_scan(self.window.windowHandle(), code))
        await self.hands.until(lambda: self.page.at_rest)

    async def work_until_done(self) -> None:
        """Plan, start, and look after the printer until every label lies there."""
        await self.hands.go("batches")
        await self.keys(Key.Key_F2)
        await self.hands.type("4")
        await self.hands.until(lambda: self.work.dialogs.question_id == 2)
        await self.hands.type("1")
        await self.hands.until(lambda: self.page.detail.isVisible() and self.page.at_rest)
        assert "Enter starts" in self.page.detail.situation
        await self.hands.enter()
        jammed = False
        while (row := await self.row()).state is not LabelBatchState.DONE:
            said = self.page.detail.situation
            if not self.said or self.said[-1] != said:
                self.said.append(said)
            if "paper is out" in said or "no connection" in said:  # the window has told: a roll, the switch
                self.twin.clear()
            if row.state is LabelBatchState.PRINTING and row.printed >= ORDERS * 3 // 7 and not jammed:
                jammed = True
                await self.jam()
            elif said.startswith("Nobody knows") and not row.sending and not self.twin.taken:
                await self.scan(self.pile()[-1])
            await asyncio.sleep(0.02)

    async def jam(self) -> None:
        """Pause; the last three labels are creased: the one before them is scanned."""
        await self.hands.press(Key.Key_F4)
        while (await self.row()).sending:  # noqa: ASYNC110 (what the printer has already comes out)
            await asyncio.sleep(0.02)
        await self.hands.until(lambda: self.page.at_rest and self.page.detail.situation.startswith("Paused"))
        self.said.append(self.page.detail.situation)
        last, one, two, three = self.pile()[-4:]
        self.spoilt |= {one, two, three}
        before = self.work.dialogs.question_id
        await self.hands._do(lambda: type_scan(self.window.windowHandle(), last))
        await self.hands.until(lambda: self.work.dialogs.question_id > before)
        await self.hands.type("2")
        await self.hands.until(lambda: not self.work.dialogs.is_open and self.page.at_rest)


def test_a_whole_batch_of_labels_with_troubles(qapp: QApplication, tmp_path: Path) -> None:
    database, tray = tmp_path / "packbench.db", tmp_path / "tray"
    with Store(parse_url(str(database))) as store:
        prepare(store, tmp_path, ORDERS)
    qapp.setQuitOnLastWindowClosed(False)  # as the program's own
    lead: Lead | None = None

    async def run() -> int:
        nonlocal lead
        faults = Schedule(parse_faults([f"paper_out@{ORDERS // 5}", f"power_cycle@{ORDERS * 5 // 7}"]))
        twin = PrinterTwin(
            tray, make_language("zpl"), TcpPort(), lambda data: b"", ips=60.0, time_factor=0.1, schedule=faults
        )
        await twin.start()
        wanted = Wanted(db=str(database), station="BENCH", printer=twin.url)
        try:
            async with opened_window(qapp, wanted, patience=PATIENCE) as window, asyncio.timeout(SECONDS):
                window.show()
                lead = Lead(window, twin, tray)
                await lead.hands.until(lambda: "batches" in window.pages)
                await lead.work_until_done()
        finally:
            await twin.stop(finish=False)
        return 0

    assert in_window(qapp, run()) == 0
    assert lead is not None
    with Store(parse_url(str(database))) as store:
        parcels, states = store.read(_parcels), store.read(_states)
    assert len(parcels) >= 200 * ORDERS // 210
    on_pile = [found[0] for found in map(read_label_code, lead.pile()) if found is not None]
    assert on_pile == parcels, "each once, in the order of the totes"
    assert set(states) == {JobState.PRINTED}
    for words in ("paper is out", "Paused", "Nobody knows whether"):
        assert any(words in said for said in lead.said), lead.said


def _parcels(session: Session) -> list[str]:
    """The parcels of the label batch in the sequence of their labels."""
    return list(
        session.scalars(
            select(Parcel.code)
            .join(LabelBatchOrder, LabelBatchOrder.order_id == Parcel.order_id)
            .where(LabelBatchOrder.reason.is_(None))
            .order_by(LabelBatchOrder.position)
        )
    )


def _states(session: Session) -> list[JobState]:
    """What is known of the newest copies."""
    return list(
        session.scalars(
            select(PrintJob.state)
            .join(Label, Label.id == PrintJob.label_id)
            .join(LabelBatchOrder, LabelBatchOrder.job_id == PrintJob.id)
        )
    )
