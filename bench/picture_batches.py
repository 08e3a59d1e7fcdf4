"""The states of the page of label batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from sqlalchemy import select

from app.change import NOTHING
from app.domain.barcode import make_label_code
from app.domain.label_batches import ChosenBy
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.states import JobState
from app.operations import label_batches as acts
from app.operations.print_queue import claim_job, finish_attempt, note_wait
from app.queries.label_choices import Choice, checked
from bench import picture_day as day
from bench.picture_stage import Stage
from bench.picture_state import States
from db.label_batches import LabelBatchOrder
from db.orders import Order
from db.parcels import Parcel, PrintAttempt, PrintJob

Key = Qt.Key
QUEUE = "LABELS-1"
batches = States("batches")


def _planned(on: Stage, *, aside: bool = True) -> int:
    """A label batch of everything that is picked or being picked; some of it cannot be printed."""
    found = on.store.read(
        checked, on.work.place.warehouse, Choice(ChosenBy.PICKED), LabelSequence.PICK, QUEUE
    )
    members = list(found.members)
    if aside:
        members[1] = replace(members[1], reason="batches_address", facts='{"field": "postcode"}')
        members[4] = replace(
            members[4], reason="batches_customs", facts='{"sku": "SKU-0012", "field": "hs_code"}'
        )
        members[6] = replace(
            members[6], reason="carrier_too_heavy",
            facts='{"carrier": "Example Post", "service": "Packet", "weight": 2345, "limit": 2000}',
        )
    return on.store.write(
        acts.plan_labels, on.work.place.person, on.work.place.warehouse, members, queue=QUEUE,
        sequence=LabelSequence.TOTE,
    )


def _print(on: Stage, *outcomes: JobState) -> None:
    for outcome in outcomes:
        claimed = on.store.write(claim_job, QUEUE, day.PRINTER, None, 25)
        assert claimed is not None
        on.store.write(finish_attempt, claimed.attempt_id, outcome, None, None)
    on.store.write(_slow)


def _slow(tx: Any) -> tuple[None, Any]:
    """A label took as long as it takes: 42 a minute."""
    newest = tx.session.scalars(select(PrintAttempt).order_by(PrintAttempt.id.desc()).limit(40)).all()
    for number, attempt in enumerate(newest):
        attempt.ended_at = tx.at - timedelta(seconds=number * 60 / 42)
    return None, NOTHING


def _started(on: Stage, printed: int, *, aside: bool = True) -> int:
    batch = _planned(on, aside=aside)
    on.store.write(acts.start_labels, on.work.place.person, batch)
    _print(on, *[JobState.PRINTED] * printed)
    return batch


def _label(on: Stage, batch: int, number: int) -> str:
    """The square code of a label by its number."""

    def read(session: Any) -> str:
        code, copy = session.execute(
            select(Parcel.code, PrintJob.copy)
            .join(LabelBatchOrder, LabelBatchOrder.order_id == Parcel.order_id)
            .join(PrintJob, PrintJob.id == LabelBatchOrder.job_id)
            .where(LabelBatchOrder.label_batch_id == batch, LabelBatchOrder.position == number)
        ).one()
        return make_label_code(code, copy)

    return on.store.read(read)


@batches("checked")
async def _(on: Stage) -> None:
    _planned(on)
    await on.go("batches")


@batches("printing")
async def _(on: Stage) -> None:
    done = _started(on, 3, aside=False)
    on.store.write(acts.cancel_labels, on.work.place.person, done)
    _started(on, 9)
    await on.go("batches")


@batches("waits")
async def _(on: Stage) -> None:
    _started(on, 5)
    on.store.write(note_wait, QUEUE, "paper_out")
    await on.go("batches")


@batches("paused")
async def _(on: Stage) -> None:
    batch = _started(on, 7)
    on.store.write(acts.pause_labels, on.work.place.person, batch)
    await on.go("batches")


@batches("uncertain")
async def _(on: Stage) -> None:
    _started(on, 6)
    _print(on, JobState.UNCERTAIN, JobState.UNCERTAIN)
    await on.go("batches")


@batches("hand")
async def _(on: Stage) -> None:
    batch = _started(on, 12, aside=False)
    on.store.write(acts.pause_labels, on.work.place.person, batch)
    page = await on.go("batches")
    before = on.work.dialogs.question_id
    page.scan(_label(on, batch, 5))
    await on.hands.until(lambda: on.work.dialogs.question_id > before)


@batches("hand_other")
async def _(on: Stage) -> None:
    batch = _started(on, 12, aside=False)
    on.store.write(acts.pause_labels, on.work.place.person, batch)
    page = await on.go("batches")
    page.scan("8-4711")
    await on.hands.until(lambda: on.work.dialogs.notice)


@batches("done")
async def _(on: Stage) -> None:
    _started(on, 0)
    while (claimed := on.store.write(claim_job, QUEUE, day.PRINTER, None, 25)) is not None:
        on.store.write(finish_attempt, claimed.attempt_id, JobState.PRINTED, None, None)
    await on.go("batches")


@batches("new")
async def _(on: Stage) -> None:
    _started(on, 4, aside=False)
    await on.go("batches")
    await on.command("batches_new")


@batches("new_how")
async def _(on: Stage) -> None:
    await _new(on, "1")


@batches("new_wave")
async def _(on: Stage) -> None:
    await _new(on, "1", "3")


async def _new(on: Stage, *digits: str) -> None:
    await on.go("batches")
    await on.command("batches_new")
    for digit in digits:
        await _digit(on, digit)


async def _digit(on: Stage, digit: str) -> None:
    """Answer by a digit, and wait for the next question."""
    before = on.work.dialogs.question_id
    await on.hands.type(digit)
    await on.hands.until(lambda: on.work.dialogs.question_id > before)


@batches("planned")
async def _(on: Stage) -> None:
    def spoil(tx: Any) -> tuple[None, Any]:
        for order in tx.session.scalars(select(Order).order_by(Order.id.desc()).limit(400)):
            if order.id % 5 == 0:
                order.city = ""
        return None, NOTHING

    on.store.write(spoil)
    await _new(on, "4")
    await on.hands.type("3")
    await on.hands.until(lambda: not on.work.dialogs.is_open or on.work.dialogs.notice)
    await on.settle()


@batches("range")
async def _(on: Stage) -> None:
    _started(on, 8)
    await on.go("batches")
    await on.command("batches_reprint")


@batches("range_why")
async def _(on: Stage) -> None:
    _started(on, 8, aside=False)
    await on.go("batches")
    await on.command("batches_reprint")
    await on.answer("2")
    await on.answer("4")


@batches("cancel")
async def _(on: Stage) -> None:
    _started(on, 8)
    await on.go("batches")
    await on.command("batches_cancel")
