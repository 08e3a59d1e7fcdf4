"""A label batch over a small warehouse, and a printer that puts what it prints on a roll."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.barcode import make_label_code
from app.domain.label_batches import ChosenBy, LabelBatchState
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.states import JobState
from app.operations import label_batches as acts
from app.queries.label_batches import BatchView, batch_view
from app.queries.label_choices import Checked, Choice, checked
from db.label_batches import LabelBatchOrder
from db.parcels import JobKind, Label, Parcel, PrintJob
from tests.factories import LEAD, House

QUEUE = "BENCH-1"


class Roll:
    """A lead with label batches, and the printer of BENCH-1."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.batch = 0

    def orders(self, count: int, **values: object) -> list[int]:
        """So many picked orders, on one cart after the other."""
        house = self.house
        house.stock("MUG", 2 * count, location=f"P-{len(house.locations)}")
        # two pieces: a single one would go into a bulk tote
        orders = [house.order(("MUG", 2), **values) for _ in range(count)]
        house.release()
        house.pick_all()
        return orders

    def check(self, by: ChosenBy = ChosenBy.PICKED, sequence: LabelSequence = LabelSequence.TOTE,
              **choice: object) -> Checked:  # fmt: skip
        """What can be printed."""
        wanted = Choice(by, **choice)  # type: ignore[arg-type]
        return self.house.store.read(checked, self.house.warehouse, wanted, sequence, QUEUE)

    def plan(self, *, separators: bool = False, found: Checked | None = None) -> int:
        """A label batch of what can be printed."""
        members = (found or self.check()).members
        self.batch = self.house.store.write(
            acts.plan_labels, LEAD, self.house.warehouse, members, queue=QUEUE, sequence=LabelSequence.TOTE,
            separators=separators,
        )
        return self.batch

    def start(self, *, separators: bool = False, found: Checked | None = None) -> int:
        """The same, printing."""
        self.plan(separators=separators, found=found)
        self.house.store.write(acts.start_labels, LEAD, self.batch)
        return self.batch

    def print(self, count: int = 1, outcome: JobState = JobState.PRINTED) -> list[int]:
        """The printer takes so many jobs; the orders that they are for."""
        return [self.order_of(self.house.printed(QUEUE, outcome)) for _ in range(count)]

    def print_all(self) -> list[int]:
        """The printer takes all that there is."""
        orders = []
        while (claimed := self.house.claim(QUEUE)) is not None:
            orders.append(self.order_of(claimed.job_id))
            self.finish(claimed.attempt_id)
        return orders

    def finish(self, attempt: int, outcome: JobState = JobState.PRINTED) -> None:
        """What became of a job."""
        from app.operations.print_queue import finish_attempt

        self.house.store.write(finish_attempt, attempt, outcome, None, None)

    def order_of(self, job_id: int) -> int:
        """The order of a job, negative where it is a separator."""
        job = self.house.get(PrintJob, job_id)
        if job.kind is JobKind.SEPARATOR:
            assert job.order_id is not None
            return -job.order_id
        order: int = self.house.one(
            select(Parcel.order_id).join(Label, Label.parcel_id == Parcel.id).where(Label.id == job.label_id)
        )
        return order

    def square(self, order: int) -> str:
        """The square code of the newest copy of an order's label."""
        job = self.house.jobs(order)[-1]
        code = self.house.one(select(Parcel.code).where(Parcel.order_id == order))
        return make_label_code(code, job.copy)

    def pause(self) -> None:
        self.house.store.write(acts.pause_labels, LEAD, self.batch)

    def go_on(self) -> int:
        return self.house.store.write(acts.go_on, LEAD, self.batch)

    def resume(self, order: int, *, again: bool = False) -> acts.Resumed:
        """Scan the newest label of an order until nothing is left to do."""
        while True:
            done = self.house.store.write(acts.resume_from, LEAD, self.batch, self.square(order), again=again)
            if not done.left:
                return done

    @property
    def view(self) -> BatchView:
        return self.house.store.read(batch_view, self.batch)

    @property
    def state(self) -> LabelBatchState:
        return self.view.row.state

    def copies(self, order: int) -> list[tuple[int, JobState, str | None]]:
        return [(job.copy, job.state, job.reprint_reason) for job in self.house.jobs(order)]

    def reasons(self) -> dict[int, str]:
        """Why orders are set aside."""
        rows: list[LabelBatchOrder] = self.house.all(
            select(LabelBatchOrder).where(LabelBatchOrder.label_batch_id == self.batch)
        )
        return {row.order_id: row.reason for row in rows if row.reason is not None}
