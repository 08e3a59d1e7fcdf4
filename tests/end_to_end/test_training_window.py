"""The training through the program's own window: every lesson by F12 alone, on twins, and nothing real is touched."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.domain.states import OrderState
from app.main import in_window, opened_window
from app.training import make_ready, window_of
from app.training_orders import LABEL_TEXT, LESSONS, order_number
from db.engine import parse_url
from db.journal import ScanEvent
from db.orders import Order
from db.parcels import Captured, PrintJob
from db.store import Store
from printing.symbols import decode
from tests.end_to_end.windows import Worker
from tests.factories import open_house
from ui.main_window import PAGES
from ui.training import Trainer
from ui.widgets.band import Band

MOST = 90  # presses of F12


def test_every_lesson_is_packed_by_keys_alone(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(tmp_path) as house:
        house.picked("MUG")
    real = tmp_path / "house.db"
    monkeypatch.setenv("PACKBENCH_DB", str(real))
    before = real.read_bytes()
    folder = tmp_path / "training"
    folder.mkdir()
    make_ready(folder)
    wanted, beside = window_of(folder, "en", Event(), time_factor=0.02)
    judged: list[str] = []
    qapp.setQuitOnLastWindowClosed(False)

    async def run() -> int:
        async with opened_window(
            qapp, wanted, configure=lambda found: replace(found, sound=False, reduce_motion=True)
        ) as window, beside(window):
            window.show()
            worker = Worker(window, "en")
            await worker.until(lambda: len(window.pages) == len(PAGES))
            await worker.go("packing")
            (band,) = window.findChildren(Band)
            trainer: Trainer = window.work.train.__self__  # type: ignore[attr-defined]
            packing = window.pages["packing"]
            packing.judged.connect(lambda shown: judged.append(str(shown.code)))  # type: ignore[attr-defined]
            await worker.until(lambda: band.texts[3])
            while band.texts[1] != worker.said("training_all_done"):
                assert len(judged) < MOST, judged
                await worker.until(lambda: band.texts[3] or band.texts[1] == worker.said("training_all_done"))
                if band.texts[3]:
                    await worker.judged(lambda: worker.key("F12"))
                    await worker.until(lambda: worker.settled_now() and trainer.at_rest)
            assert "TRAINING" in window.windowTitle()
        return 0

    try:
        assert in_window(qapp, run()) == 0
    finally:
        gc.unfreeze()

    assert {"wrong_item", "note_confirmed", "serial_needed", "order_cancelled"} <= set(judged)
    assert judged.count("closed") == len(LESSONS) - 1
    with Store(parse_url(str(folder / "training.db"))) as store:
        states = dict(store.read(lambda session: session.execute(select(Order.source_id, Order.state)).all()))
        serials = store.read(lambda session: session.scalars(select(Captured.serial)).all())
        printed = store.read(lambda session: session.scalars(select(PrintJob.payload)).all())
        scans = store.read(lambda session: session.scalars(select(ScanEvent.outcome)).all())
    assert states == {
        order_number(number): OrderState.CANCELLED if lesson.cancelled else OrderState.SHIPPED
        for number, lesson in enumerate(LESSONS, 1)
    }
    assert len(serials) == 1
    assert len(scans) >= len(judged)
    assert len(printed) == len(LESSONS) - 1
    assert all(b"TRAINING" in payload and LABEL_TEXT.split()[-1].encode() in payload for payload in printed)
    label = next((folder / "training-labels").glob("*.png"))
    with Image.open(label) as image:
        assert any(symbol.text.startswith("PB9") for symbol in decode(image))
    assert real.read_bytes() == before
