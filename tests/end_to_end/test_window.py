"""The whole job through the window: every page, by scans and keys alone, in both languages."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.states import JobState, Lane
from app.queries.picking_view import PickingView
from tests.end_to_end.conftest import Paper, Sim, Site
from tests.end_to_end.windows import Worker, read_label, work_in_window

WHO = ("recipient_name", "street", "postcode", "city", "country")
ADA = ("王小明", "虚构路88号 幸福小区3栋502室", "200000", "上海", "CN")
BOB = ("O'Brien ^XZ^XA~JR", "14 Nowhere Lane", "D02 XY45", "Dublin", "IE")
# SKU, name, location, pieces there by the book
GOODS = (
    ("CABLE", "USB-C cable 1 m", "A-01-01", 20), ("LAMP", "Desk lamp", "A-01-02", 20), ("MAT", "Yoga mat", "A-02-01", 20),
    ("SOCKS", "袜子 一双", "A-02-02", 2), ("PUZZLE", "Puzzle, 500", "B-01-01", 20), ("SCALE", "Kitchen scale", "B-01-02", 20),
)  # fmt: skip
BARCODE = {sku: f"69000000{number:04d}" for number, (sku, *_) in enumerate(GOODS, 1)}
ORDERS: dict[str, tuple[tuple[str, int], ...]] = {
    "W-1001": (("CABLE", 2), ("LAMP", 1)),
    "W-1002": (("LAMP", 1), ("MAT", 1)),
    "W-1003": (("MAT", 1), ("CABLE", 1)),
    "W-1004": (("SOCKS", 2), ("MAT", 1)),
    "W-1005": (("CABLE", 1), ("MAT", 2)),
    "W-2001": (("PUZZLE", 1),),
    "W-2002": (("SCALE", 1),),
}


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def files(folder: Path) -> list[Path]:
    """What a new user imports, in this order."""
    folder.mkdir()
    lines = [
        (order, sku, count, *(BOB if order == "W-1002" else ADA))
        for order, wanted in ORDERS.items()
        for sku, count in wanted
    ]
    return [
        write(folder / "locations.csv", ("location", "aisle", "bay"), [(at, at[:4], at[5:]) for _, _, at, _ in GOODS]),
        write(
            folder / "skus.csv", ("sku", "name", "barcodes", "weight_g"),
            [(sku, name, BARCODE[sku], 200) for sku, name, _, _ in GOODS],
        ),
        write(folder / "stock.csv", ("location", "sku", "quantity"), [(at, sku, n) for sku, _, at, n in GOODS]),
        write(folder / "orders.csv", ("order", "sku", "quantity", *WHO), lines),
    ]


async def load(worker: Worker, paths: Sequence[Path]) -> None:
    """Import files on the orders page."""
    await worker.go("orders")
    for path in paths:
        await worker.key("F4")
        await worker.answer("Enter", text=str(path))
        done = worker.said("orders_import_done", file=path.name)
        # below the list, and in a report over it unless somebody is at something else
        await worker.until(lambda done=done: any(done in text for text in worker.texts()))
        await worker.key("Esc")
    await worker.settled()


@dataclass
class Job:
    """The whole job at one window, page by page, and what the printer has put out."""

    worker: Worker
    site: Site
    paper: Paper
    totes: dict[str, str] = field(default_factory=dict)
    label: str = ""  # the square code of the newest label in the tray
    bars: str = ""

    async def plan_and_release(self) -> None:
        """One wave of everything, on the board."""
        worker = self.worker
        await worker.go("board")
        await worker.key("F2")
        await worker.answer("Enter")
        await worker.answer("Enter")
        await worker.until(lambda: worker.work.dialogs.notice == worker.said("wave_released", wave=1))
        assert self.site.rows("select state from waves") == [("released",)]

    async def pick(self) -> None:
        """Both carts, with a wrong location, a wrong item and a shelf that lacks a piece."""
        worker = self.worker
        page = await worker.go("picking")
        for lane in (Lane.CART, Lane.SINGLE):
            (number,) = [n for n, cart in enumerate(page.data) if cart.lane is lane]
            await worker.choose_cart(page, page.data[number].batch_id)
            if lane is Lane.CART:
                await self.go_wrong_at_the_cart(page)
            while page.data.task is not None:
                task = page.data.task
                self.totes[task.order] = task.tote
                if not task.at_location:
                    assert (await worker.scan(task.location)).code == "at_location"
                elif task.sku == "SOCKS":
                    await worker.key("F5")
                    await worker.answer("Enter", text="1")
                    short = worker.said("short", sku="SOCKS", location=task.location)
                    await worker.until(lambda short=short: worker.banner == short)
                    await worker.settled()
                else:
                    last = await worker.scan(task.barcode)
                    assert last.verdict == "pass"
            assert last.code == "batch_picked"
            await worker.key("Enter")
            await worker.until(lambda: page.data is not None and not isinstance(page.data, PickingView))
            await worker.settled()

    async def go_wrong_at_the_cart(self, page: Any) -> None:
        worker, task = self.worker, page.data.task
        elsewhere = next(at for _, _, at, _ in GOODS if at != task.location)
        assert (await worker.scan(elsewhere)).code == "wrong_location"
        assert worker.stop == worker.said("picking_word_wrong_location")
        await worker.key("Enter")
        assert worker.stop == ""
        assert (await worker.scan(task.location)).code == "at_location"
        assert (await worker.scan(BARCODE["SCALE"])).code == "wrong_pick"
        assert worker.stop == worker.said("picking_word_wrong_pick")
        await worker.scan_quietly("XXOK")
        assert worker.stop == ""

    async def scan(self, code: str, wanted: str) -> Any:
        """Scan at the bench; the verdict has this code, and the banner or the stop says so in the window's language."""
        shown = await self.worker.scan(code)
        assert shown.code == wanted, (code, shown)
        return shown

    async def scans(self, *wanted: tuple[str, str]) -> None:
        """Scan one after the other; each with the verdict that is wanted."""
        for code, verdict in wanted:
            await self.scan(code, verdict)

    async def refuse(self, code: str, wanted: str) -> None:
        """Scan what is wrong: the bench is covered by its word, in the language of the window."""
        shown = await self.scan(code, wanted)
        assert shown.verdict == "fail"
        assert self.worker.stop == self.worker.said(f"packing_word_{wanted}")

    async def press(self, key: str, wanted: str) -> None:
        """Press a key that is judged like a scan."""
        shown = await self.worker.judged(lambda: self.worker.key(key))
        assert shown.code == wanted, (key, shown)

    async def take_label(self, number: int) -> None:
        """Read the codes on label `number` of the tray, once the bench knows what became of it."""
        page: Any = self.worker.window.page
        await self.worker.until(lambda: page.data.parcel.job_state in (JobState.PRINTED, JobState.UNCERTAIN))
        await self.worker.until(lambda: len(list(self.paper.folder.glob("*.zpl"))) >= number)
        texts = read_label(self.paper, number)
        (self.label,) = [text for text in texts if text.startswith("PB")]
        (self.bars,) = texts - {self.label}

    async def pack_single_items(self) -> None:
        """The bulk tote: a foreign item, then each item opens its own order; labels by the bars and by the square."""
        await self.worker.go("packing")
        assert self.totes["W-2001"] == self.totes["W-2002"]
        await self.scan(self.totes["W-2001"], "tote_opened")
        await self.refuse(BARCODE["SOCKS"], "no_order_for_item")
        await self.press("Enter", "acknowledged")
        await self.scan(BARCODE["PUZZLE"], "complete")
        await self.take_label(1)
        await self.scan(self.bars, "closed")
        await self.scan(BARCODE["SCALE"], "complete")
        await self.take_label(2)
        await self.scan(self.label, "closed")

    async def pack_with_every_mistake(self) -> None:
        """W-1001: wrong item, refused scans, one too many, undo, hold and open again."""
        worker = self.worker
        page: Any = worker.window.page
        await self.scans((self.totes["W-1001"], "opened"), (BARCODE["CABLE"], "item"))
        await self.refuse(BARCODE["MAT"], "wrong_item")
        await self.scans((BARCODE["LAMP"], "latched"), (self.totes["W-1002"], "latched"))
        assert (page.data.latch.code, page.data.latch.refused) == ("wrong_item", 2)
        await self.press("Enter", "acknowledged")
        assert worker.stop == ""
        await self.scan(BARCODE["CABLE"], "item")
        await self.refuse(BARCODE["CABLE"], "over_scan")
        await self.scan("XXOK", "acknowledged")
        assert page.data.parcel.remaining == 1
        await self.press("F3", "undone")
        assert page.data.parcel.remaining == 2
        await self.press("F4", "held")
        assert page.data.parcel is None
        await self.scans(("W-1001", "opened"), (BARCODE["CABLE"], "item"), (BARCODE["LAMP"], "complete"))
        await self.take_label(3)
        await self.refuse(self.totes["W-1002"], "label_not_scanned")
        await self.scan("XXOK", "acknowledged")
        await self.scan(self.label, "closed")

    async def pack_what_the_printer_loses(self) -> None:
        """W-1002: the connection breaks in the middle of the label; it did not come out, and the next copy does."""
        await self.scans((self.totes["W-1002"], "opened"), (BARCODE["LAMP"], "item"), (BARCODE["MAT"], "complete"))
        page: Any = self.worker.window.page
        await self.worker.until(lambda: page.data.parcel.job_state is JobState.UNCERTAIN)
        assert len(list(self.paper.folder.glob("*.zpl"))) == 3
        await self.press("F8", "settled_not_out")
        await self.take_label(4)
        await self.scan(self.label, "closed")

    async def pack_with_a_torn_label(self) -> None:
        """W-1003: the connection breaks after the label, which is out, but torn: a copy with its reason.

        The old copy alarms, and the bars do not tell the two apart.
        """
        worker = self.worker
        await self.scans((self.totes["W-1003"], "opened"), (BARCODE["MAT"], "item"), (BARCODE["CABLE"], "complete"))
        await self.take_label(5)
        torn = self.label
        await self.press("F6", "settle_first")
        await self.press("F7", "settled_printed")
        await self.press("F6", "reason_needed")
        assert worker.stop == worker.said("packing_word_reason_needed")
        await self.press("1", "reprinted")
        await self.take_label(6)
        await self.refuse(torn, "superseded_copy")
        await self.scans(("XXOK", "acknowledged"), (self.bars, "scan_square"), (self.label, "closed"))

    async def cancel(self, order: str) -> None:
        """The buyer has thought better of it, and support says so on the orders page."""
        worker = self.worker
        await self.open_order(order)
        await worker.key("F8")
        await worker.answer("1")
        await worker.answer("2")
        await worker.until(lambda: worker.work.dialogs.notice == worker.said("cancel_at_gate", order=order))

    async def open_order(self, order: str) -> Any:
        """Scan an order on the orders page; what is shown of it."""
        worker = self.worker
        page = await worker.go("orders")
        await worker.scan_quietly(order)
        await worker.until(lambda: page.data.order is not None and page.data.order.order.source_id == order)
        await worker.settled()
        return page.data.order

    async def reprint_on_the_labels_page(self) -> None:
        """W-1001 again: found by a scan, and the reason in own words."""
        worker = self.worker
        page = await worker.go("labels")
        await worker.scan_quietly("W-1001")
        await worker.until(lambda: worker.settled_now() and page.detail.job.job.order == "W-1001")
        await worker.key("F6")
        await worker.answer("4")
        await worker.answer("Enter", text="wet 雨")
        await worker.until(
            lambda: self.site.rows("select state from print_jobs where reprint_reason = 'wet 雨'") == [("printed",)]
        )
        assert len(list(self.paper.folder.glob("*.zpl"))) == 7

@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_job_by_scans_and_keys_alone(
    qapp: QApplication, tmp_path: Path, sim: Sim, language: str
) -> None:
    url, paper = sim("--fault", "cut@4", "--fault", "cut_after@5")
    site = Site(tmp_path / "job.db")

    async def job(worker: Worker) -> None:
        import time; t=time.time()
        await load(worker, files(tmp_path / "in"))
        work = Job(worker, site, paper)
        print("loaded", time.time()-t)
        await work.plan_and_release()
        print("released", time.time()-t)
        await work.pick()
        print("picked", time.time()-t)
        print(site.rows("select source_id, state, reason from orders"))
        await work.pack_single_items()
        print("single", time.time()-t)
        await work.pack_with_every_mistake()
        print("mistake", time.time()-t)
        await work.pack_what_the_printer_loses()
        print("lost", time.time()-t)
        await work.pack_with_a_torn_label()
        print("torn", time.time()-t)
        await work.cancel("W-1005")
        await worker.go("packing")
        await work.refuse(work.totes["W-1005"], "order_cancelled")
        await work.press("Enter", "acknowledged")
        print("cancelled", time.time()-t)
        await work.reprint_on_the_labels_page()
        print("labels", time.time()-t)
        seen = await work.open_order("W-1003")
        print(seen)
        print(time.time()-t)

    work_in_window(qapp, site.db, language, url, job)
