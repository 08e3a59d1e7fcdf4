"""The whole job as people do it at one window: page by page, by scans and keys, with every mistake they make."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image

from app.domain.states import JobState, Lane, OrderState, ParcelState
from app.queries.picking_view import PickingView
from printing.interpreter import render
from tests.end_to_end.conftest import Paper, Site
from tests.end_to_end.windows import Worker, read_label
from ui.widgets.timeline import Timeline

WHO = ("recipient_name", "street", "postcode", "city", "country")
ADA = ("王小明", "虚构路88号 幸福小区3栋502室", "200000", "上海", "CN")
BOB = ("O'Brien ^XZ^XA~JR", "14 Nowhere Lane", "D02 XY45", "Dublin", "IE")
# SKU, name, location, pieces there by the book
GOODS = (
    ("CABLE", "USB-C cable 1 m", "A-01-01", 20),
    ("LAMP", "Desk lamp", "A-01-02", 20),
    ("MAT", "Yoga mat", "A-02-01", 20),
    ("SOCKS", "袜子 一双", "A-02-02", 2),
    ("PUZZLE", "Puzzle, 500", "B-01-01", 20),
    ("SCALE", "Kitchen scale", "B-01-02", 20),
)
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


# what the orders page tells of W-1003, the oldest first
HISTORY = [
    "imported", "wave_planned", "wave_released", "at_location", "picked", "picked", "opened", "item", "complete",
    "label_wanted", "label_uncertain", "settle_first", "settled_printed", "settled_printed", "reason_needed",
    "reprinted", "reprint_wanted", "label_printed", "superseded_copy", "acknowledged", "scan_square", "closed",
    "label_confirmed",
]  # fmt: skip
JOURNAL = [
    ("new_station", None), ("new_station", None), ("import_locations", None), ("import_skus", None),
    ("import_stock", None), ("import_orders", None), ("create_wave", None), ("release_wave", None),
    ("claim_batch", None), ("short_pick", None), ("claim_batch", None), ("settle_label", None), ("settle_label", None),
    ("reprint", "torn"), ("request_cancel", "orders_why_buyer"), ("cancel_order", "orders_why_buyer"),
    ("reprint", "wet 雨"),
]  # fmt: skip
JOBS = [
    ("W-2001", 1, "confirmed", None), ("W-2002", 1, "confirmed", None), ("W-1001", 1, "confirmed", None),
    ("W-1002", 1, "failed", None), ("W-1002", 2, "confirmed", "not_out"), ("W-1003", 1, "printed", None),
    ("W-1003", 2, "confirmed", "torn"), ("W-1001", 2, "printed", "wet 雨"),
]  # fmt: skip


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
        await worker.until(partial(_says, worker, done))
        await worker.key("Esc")
    await worker.settled()


def _says(worker: Worker, text: str) -> bool:
    return any(text in seen for seen in worker.texts())


def dots(picture: Image.Image) -> tuple[tuple[int, int], bytes]:
    """The size of a label's picture, and which of its dots are black."""
    return picture.size, picture.convert("1").tobytes()


@dataclass
class Job:
    """The whole job at one window, page by page, and what the printer has put out."""

    worker: Worker
    site: Site
    paper: Paper
    totes: dict[str, str] = field(default_factory=dict)
    bench: list[tuple[str, str]] = field(default_factory=list)  # every scan there with its verdict
    bars: str = ""  # the two codes of the label that was taken out of the printer last
    square: str = ""

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
            (batch,) = [cart.batch_id for cart in page.data if cart.lane is lane]
            await worker.choose_cart(page, batch)
            if lane is Lane.CART:
                await self.go_wrong_at_the_cart(page)
            while page.data.task is not None:
                await self.pick_next(page)
            await worker.key("Enter")
            await worker.until(lambda: page.data is not None and not isinstance(page.data, PickingView))
            await worker.settled()

    async def pick_next(self, page: Any) -> None:
        worker, task = self.worker, page.data.task
        self.totes[task.order] = task.tote
        if not task.at_location:
            assert (await worker.scan(task.location)).code == "at_location"
        elif task.sku == "SOCKS":
            await worker.key("F5")
            await worker.answer("Enter", text="1")
            leaves = worker.said("short_leaves", order=task.order, tote=task.tote)
            await worker.until(lambda: worker.banner == leaves)
        else:
            assert (await worker.scan(task.barcode)).verdict == "pass"
        await worker.settled()

    async def go_wrong_at_the_cart(self, page: Any) -> None:
        worker, task = self.worker, page.data.task
        elsewhere = next(at for _, _, at, _ in GOODS if at != task.location)
        assert (await worker.scan(elsewhere)).code == "wrong_location"
        assert worker.stop == worker.said("picking_word_wrong_location")
        await worker.key("Enter")
        await worker.until(lambda: worker.stop == "")
        assert (await worker.scan(task.location)).code == "at_location"
        assert (await worker.scan(BARCODE["SCALE"])).code == "wrong_pick"
        assert worker.stop == worker.said("picking_word_wrong_pick")
        await worker.scan_quietly("XXOK")
        await worker.until(lambda: worker.stop == "")
        await worker.settled()

    async def scans(self, *wanted: tuple[str, str]) -> None:
        """Scan one after the other at the bench; each with the verdict that is wanted."""
        for code, verdict in wanted:
            shown = await self.worker.scan(code)
            assert shown.code == verdict, (code, shown)
            self.bench.append((code, verdict))

    async def refuse(self, code: str, wanted: str) -> None:
        """Scan what is wrong: the bench is covered by its word, in the language of the window."""
        await self.scans((code, wanted))
        assert self.worker.stop == self.worker.said(f"packing_word_{wanted}")

    async def press(self, key: str, command: str, wanted: str) -> None:
        """Press a key that does what a command barcode does."""
        shown = await self.worker.judged(lambda: self.worker.key(key))
        assert (shown.scan, shown.code) == (command, wanted)
        self.bench.append((command, wanted))

    async def table(self, *states: JobState) -> Any:
        """What lies on the table, as the page has it after the newest scan; with the label in one of these states."""
        page: Any = self.worker.window.page

        def is_so() -> bool:
            new = page.at_rest and page.data.last is not None and page.data.last.seq == len(self.bench)
            return new and (not states or page.data.parcel.job_state in states)

        await self.worker.until(is_so)
        return page.data

    async def take_label(self, number: int) -> None:
        """Read the codes on label `number` of the tray, once the bench knows what became of it."""
        await self.table(JobState.PRINTED, JobState.UNCERTAIN)
        await self.worker.until(lambda: self.labels_out >= number)
        texts = read_label(self.paper, number)
        (self.square,) = [text for text in texts if text.startswith("PB")]
        (self.bars,) = texts - {self.square}

    @property
    def labels_out(self) -> int:
        """How many labels have come out of the printer."""
        return len(list(self.paper.folder.glob("*.zpl")))

    async def pack_single_items(self) -> None:
        """The bulk tote: a foreign item, then each item opens its own order; labels by the bars and by the square."""
        await self.worker.go("packing")
        assert self.totes["W-2001"] == self.totes["W-2002"]
        await self.scans((self.totes["W-2001"], "tote_opened"))
        await self.refuse(BARCODE["SOCKS"], "no_order_for_item")
        await self.press("Enter", "XXOK", "acknowledged")
        await self.scans((BARCODE["PUZZLE"], "complete"))
        await self.take_label(1)
        await self.scans((self.bars, "closed"), (BARCODE["SCALE"], "complete"))
        await self.take_label(2)
        await self.scans((self.square, "closed"))

    async def pack_with_every_mistake(self) -> None:
        """W-1001: wrong item, refused scans, one too many, undo, hold and open again, and a label not scanned back."""
        await self.scans((self.totes["W-1001"], "opened"), (BARCODE["CABLE"], "item"))
        await self.refuse(BARCODE["MAT"], "wrong_item")
        await self.scans((BARCODE["LAMP"], "latched"), (self.totes["W-1002"], "latched"))
        latch = (await self.table()).latch
        assert (latch.code, latch.raw, latch.refused) == ("wrong_item", BARCODE["MAT"], 2)
        await self.press("Enter", "XXOK", "acknowledged")
        assert self.worker.stop == ""
        await self.scans((BARCODE["CABLE"], "item"))
        await self.refuse(BARCODE["CABLE"], "over_scan")
        await self.scans(("XXOK", "acknowledged"))
        assert self.worker.stop == ""
        assert (await self.table()).parcel.remaining == 1
        await self.press("F3", "XXUNDO", "undone")
        assert (await self.table()).parcel.remaining == 2
        await self.press("F4", "XXHOLD", "held")
        assert (await self.table()).parcel is None
        await self.scans(("W-1001", "opened"), (BARCODE["CABLE"], "item"), (BARCODE["LAMP"], "complete"))
        await self.take_label(3)
        await self.refuse(self.totes["W-1002"], "label_not_scanned")
        await self.scans(("XXOK", "acknowledged"), (self.square, "closed"))

    async def pack_what_the_printer_loses(self) -> None:
        """W-1002: the connection breaks in the middle of the label; it did not come out, and the next copy does."""
        await self.scans((self.totes["W-1002"], "opened"), (BARCODE["LAMP"], "item"), (BARCODE["MAT"], "complete"))
        await self.table(JobState.UNCERTAIN)
        assert self.labels_out == 3
        await self.press("F8", "XXNOTOUT", "settled_not_out")
        await self.take_label(4)
        await self.scans((self.square, "closed"))

    async def pack_with_a_torn_label(self) -> None:
        """W-1003: the connection breaks after the label, which is out, but torn: a copy with its reason.

        The old copy alarms, and the bars do not tell the two apart.
        """
        await self.scans((self.totes["W-1003"], "opened"), (BARCODE["MAT"], "item"), (BARCODE["CABLE"], "complete"))
        await self.take_label(5)
        torn = self.square
        await self.press("F6", "XXREPRINT", "settle_first")
        await self.press("F7", "XXPRINTED", "settled_printed")
        await self.press("F6", "XXREPRINT", "reason_needed")
        assert self.worker.stop == self.worker.said("packing_word_reason_needed")
        await self.press("1", "XXTORN", "reprinted")
        await self.take_label(6)
        await self.refuse(torn, "superseded_copy")
        await self.scans(("XXOK", "acknowledged"), (self.bars, "scan_square"), (self.square, "closed"))

    async def pack_what_was_cancelled(self) -> None:
        """W-1005: the buyer has thought better of it, support notes it on the orders page, and the bench is stopped."""
        worker = self.worker
        await self.open_order("W-1005")
        await worker.key("F8")
        await worker.answer("1")
        await worker.answer("2")
        await worker.until(lambda: worker.work.dialogs.notice == worker.said("cancel_at_gate", order="W-1005"))
        await worker.go("packing")
        await self.refuse(self.totes["W-1005"], "order_cancelled")
        await self.press("Enter", "XXOK", "acknowledged")

    async def reprint_on_the_labels_page(self) -> None:
        """W-1001 again: found by a scan, and with a reason in own words."""
        worker = self.worker
        page = await worker.go("labels")
        await worker.scan_quietly(self.site.rows("select tracking from labels order by id limit 1 offset 2")[0][0])
        await worker.until(lambda: worker.settled_now() and page.detail.job.job.order == "W-1001")
        await worker.key("F6")
        await worker.answer("4")
        await worker.answer("Enter", text="wet 雨")
        printed = "select state from print_jobs where reprint_reason = 'wet 雨'"
        await worker.until(lambda: self.site.rows(printed) == [("printed",)])

    async def open_order(self, order: str) -> Any:
        """Scan an order on the orders page; what is shown of it."""
        worker = self.worker
        page = await worker.go("orders")
        await worker.scan_quietly(order)
        await worker.until(lambda: page.data.order is not None and page.data.order.order.source_id == order)
        await worker.settled()
        return page.data.order

    async def ask_what_happened(self) -> None:
        """Detail and timeline of an order say all of it, in the language of the window."""
        worker = self.worker
        seen = await self.open_order("W-1003")
        (parcel,) = seen.order.parcels
        (label,) = parcel.labels
        assert (seen.order.state, parcel.state) == (OrderState.SHIPPED, ParcelState.CLOSED)
        assert [(copy.copy, copy.state, copy.reprint_reason) for copy in label.copies] == [
            (1, JobState.PRINTED, None), (2, JobState.CONFIRMED, "torn"),
        ]  # fmt: skip
        assert [entry.code.removeprefix("orders_log_") for entry in seen.entries] == HISTORY
        (timeline,) = worker.window.findChildren(Timeline)
        sentences = timeline.sentences()
        assert len(sentences) == len(HISTORY)
        assert sentences[1] == worker.said("orders_scan_closed")
        assert all(is_chinese(sentence) is (worker.language == "zh") for sentence in sentences), sentences
        assert "torn" not in worker.texts() or worker.language == "en"

    def check_the_evidence(self) -> None:
        """Row by row: scans, journal, print jobs, what was sent and what came out, orders and stock."""
        rows = self.site.rows
        scans = "select {} from scan_events e join stations s on s.id = e.station_id where s.name = '{}' order by e.seq"
        assert rows(scans.format("e.raw, e.code", "BENCH-1")) == self.bench
        assert rows(scans.format("e.seq", "BENCH-1")) == [(n,) for n in range(1, len(self.bench) + 1)]
        assert rows("select raw from scan_events where undone_by is not null") == [(BARCODE["CABLE"],)]
        counted = """select o.source_id, sum(e.counted) from scan_events e join orders o on o.id = e.order_id
            where e.undone_by is null and o.state = 'shipped' group by 1"""
        assert rows(counted) == [
            (order, sum(count for _, count in ORDERS[order]))
            for order in ("W-1001", "W-1002", "W-1003", "W-2001", "W-2002")
        ]
        at_cart = [code for (code,) in rows(scans.format("e.code", "CART-1"))]
        assert at_cart[:6] == [
            "wrong_location", "acknowledged", "at_location", "wrong_pick", "acknowledged", "picked",
        ]  # fmt: skip
        assert at_cart.count("batch_picked") == 2
        assert rows("select name, reason from journal order by id") == JOURNAL
        jobs = """select o.source_id, j.copy, j.state, j.reprint_reason from print_jobs j
            join labels l on l.id = j.label_id join parcels p on p.id = l.parcel_id join orders o on o.id = p.order_id
            order by j.id"""
        assert rows(jobs) == JOBS
        attempts = rows(
            """select a.outcome, a.sha256, j.payload from print_attempts a join print_jobs j on j.id = a.job_id
               order by a.id"""
        )
        assert [outcome for outcome, _, _ in attempts] == [
            "printed", "printed", "printed", "uncertain", "printed", "uncertain", "printed", "printed",
        ]  # fmt: skip
        assert all(sha256(payload).hexdigest() == digest for _, digest, payload in attempts)
        # not the bytes: what repeats is kept in the printer's memory
        out = [dots(Image.open(path)) for path in sorted(self.paper.folder.glob("*.png"))]
        sent = [payload for number, (_, _, payload) in enumerate(attempts) if number != 3]
        assert len(out) == len(sent)
        assert out == [dots(render(payload, 203)[0].image) for payload in sent]
        assert dict(rows("select source_id, state from orders")) == dict.fromkeys(ORDERS, "shipped") | {
            "W-1004": "problem", "W-1005": "cancelled",
        }  # fmt: skip
        moved = rows("select kind, -sum(on_hand_delta) from stock_moves where kind in ('ship', 'short') group by 1")
        assert moved == [("ship", 9), ("short", 1)]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
