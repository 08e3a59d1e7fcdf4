"""What packers see and what happens beside them: papers, the printer's troubles, buyers who change their minds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.barcode import make_label_code, make_slot_code
from app.domain.errors import Refusal
from app.domain.states import JobState
from app.operations.addresses import change_address
from app.operations.gates import hand_over
from app.operations.orders import request_cancel
from app.operations.packing import scan_item
from app.operations.scans import Scan
from app.operations.waves import put_back
from app.queries.labels import newest_job_of
from app.station import said_by
from db.journal import ScanEvent
from db.orders import Order
from db.parcels import Label, Parcel
from db.places import Station
from db.store import Store
from db.waves import BatchOrder, Tote
from hardware.gs1 import item_code
from hardware.simulator.faults import Trouble
from tests.end_to_end.conftest import SECONDS
from tests.end_to_end.shift_floor import LEAD, Desk, LabelPrinter


@dataclass(frozen=True)
class Done:
    """A scan as the script has it: what the database must say of it."""

    raw: str
    verdict: str
    code: str
    order: str | None
    counted: int


@dataclass(frozen=True)
class Noted:
    """What was noted of pieces in a box: SKU, pieces, serial number, lot, expiry."""

    parcel: str
    sku: str
    pieces: int
    serial: str | None = None
    lot: str | None = None
    expires: str | None = None


@dataclass
class Table:
    """A bench: its desk and printer, who stands there, and what lies on its table."""

    name: str
    desk: Desk
    printer: LabelPrinter
    person: str
    order: str | None = None
    parcel: str | None = None
    done: list[Done] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # of the piece in the hand: SKU, serial number, lot, expiry


@dataclass
class Hall:
    """The benches, and what is done around them; `do_x` is what `@x` of a script means."""

    store: Store
    tables: dict[str, Table]
    badges: dict[str, str]
    scale: Callable[[int], None]
    start_anew: Callable[[str], Desk]
    warehouse: int
    seed: int
    parcels: dict[str, list[str]] = field(default_factory=dict)  # of an order, in the order of their boxes
    gone: set[str] = field(default_factory=set)  # boxes of which everything is on the shelves again
    restarts: int = 0

    # papers

    def _paper(self, parcel: str, back: int) -> tuple[str, str]:
        """The square code and the tracking number that can be read on the newest paper of a box, or one before it."""
        parcel_id: int = self._one(select(Parcel.id).where(Parcel.code == parcel))
        job = self.store.read(newest_job_of, parcel_id)
        assert job is not None
        copy = job.copy - back
        end = time.monotonic() + SECONDS
        while True:
            for table in self.tables.values():
                table.printer.tray.look()
                if (parcel, copy) in table.printer.tray.labels:
                    _, texts = table.printer.tray.labels[parcel, copy]
                    square = make_label_code(parcel, copy)
                    (bars,) = texts - {square}
                    assert square in texts
                    return square, bars
            assert time.monotonic() < end, f"copy {copy} of {parcel} has not come out"
            time.sleep(0.003)

    def _square(self, parcel: str, back: int) -> str:
        return self._paper(parcel, back)[0]

    def _wait(self, parcel: str | None, state: JobState, reason: str | None = None) -> None:
        parcel_id: int = self._one(select(Parcel.id).where(Parcel.code == parcel))
        end = time.monotonic() + SECONDS
        while True:
            job = self.store.read(newest_job_of, parcel_id)
            assert job is not None
            if job.state is state and (reason is None or job.reason == reason):
                return
            assert time.monotonic() < end, job
            time.sleep(0.01)

    # what happens beside the bench

    def do_printed(self, table: Table, order: str) -> None:
        """The label is out, and the printer has said so."""
        self._wait(table.parcel, JobState.PRINTED)

    def do_uncertain(self, table: Table, order: str) -> None:
        """Nobody knows whether the label is out."""
        self._wait(table.parcel, JobState.UNCERTAIN)

    def do_waits(self, table: Table, order: str, reason: str) -> None:
        """The label is with the printer, which says what it lacks."""
        self._wait(table.parcel, JobState.SENDING, reason)

    def do_fails(self, table: Table, order: str, trouble: str) -> None:
        """The printer will fail at the next label."""
        table.printer.fails(Trouble(trouble), None)

    def do_mend(self, table: Table, order: str) -> None:
        """Somebody mends the printer."""
        table.printer.mend()

    def do_kill(self, table: Table, order: str) -> None:
        """kill -9, and the program is started again."""
        table.desk = self.start_anew(table.name)
        self.restarts += 1

    def do_cancel(self, table: Table, order: str) -> None:
        """The buyer cancels."""
        self.store.write(request_cancel, LEAD, self._order(order), "buyer")

    def do_put_back(self, table: Table, order: str) -> None:
        """The goods of an order that cannot be sent are on their shelves again."""
        self.store.write(put_back, LEAD, self._order(order))
        self.gone.update(self.parcels[order])

    def do_address(self, table: Table, order: str) -> None:
        """The buyer moves."""
        self.store.write(change_address, LEAD, self._order(order), {"street": "1 New Street"}, "buyer")

    def do_cage(self, table: Table, order: str, code: str) -> None:
        """The label is scanned at the hand-over."""
        parcel = self.parcels[order][-1]
        tracking = self.store.read(
            lambda session: session.scalar(
                select(Label.tracking).join(Parcel, Parcel.id == Label.parcel_id).where(Parcel.code == parcel)
            )
        )
        if tracking is None:
            with pytest.raises(Refusal, match=code):
                self.store.write(hand_over, LEAD, parcel)
            return
        told = self.store.write(hand_over, LEAD, tracking)
        assert (told.order, told.code) == (order, code)

    def do_again(self, table: Table, order: str) -> None:
        """The last scan of the bench is delivered once more: it is not judged again."""

        def last(session: Session) -> tuple[ScanEvent, Station]:
            station = session.scalars(select(Station).where(Station.name == table.name)).one()
            wanted = select(ScanEvent).where(ScanEvent.station_id == station.id, ScanEvent.seq == station.last_seq)
            return session.scalars(wanted).one(), station

        event, station = self.store.read(last)
        item = item_code(event.raw)
        scan = Scan(event.raw, item.look_up, event.device, event.boot, event.device_seq, said_by(item))
        judged = self.store.write(scan_item, replace(LEAD, station=station.id), scan)
        assert (judged.seq, judged.code) == (event.seq, event.code)
        after, now = self.store.read(last)
        assert (after.id, now.last_seq) == (event.id, event.seq)

    # asking the database

    def _order(self, number: str) -> int:
        found: int = self._one(select(Order.id).where(Order.source_id == number))
        return found

    def _place(self, order: str, what: str) -> str:
        def find(session: Session) -> str:
            wanted = select(BatchOrder.batch_id, BatchOrder.slot, Tote.code)
            wanted = wanted.join(Tote, Tote.id == BatchOrder.tote_id).join(Order, Order.id == BatchOrder.order_id)
            batch, slot, tote = session.execute(wanted.where(Order.source_id == order)).one()
            return str(tote) if what == "tote" else make_slot_code(batch, slot)

        return self.store.read(find)

    def _one(self, statement: Any) -> Any:
        return self.store.read(lambda session: session.execute(statement).scalar_one())
