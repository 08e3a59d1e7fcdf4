"""Whatever goes wrong at the printer and whoever says what came out: every label lies there once, in its order."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from app.domain.label_batches import LabelBatchState
from app.domain.states import JobState
from app.operations import label_batches as acts
from db.label_batches import LabelBatchOrder
from db.parcels import PrintJob
from tests.app.operations.label_roll import QUEUE, Roll
from tests.factories import LEAD, open_house

ORDERS = 9
# what the program may know of a label; whether there was paper is another matter
KNOWN, UNKNOWN = JobState.PRINTED, JobState.UNCERTAIN


class Labels(RuleBasedStateMachine):
    """A printer that spoils, loses and forgets labels, and a person who keeps the good ones in a pile.

    `pile` are the orders whose labels lie there in good order, as they came; the person throws away what is spoilt,
    and what comes after a label that is missing. A person never lies: the label that is scanned is the last good one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self.roll = Roll(self._open.enter_context(open_house(Path(folder))))
        self.pile: list[int] = []
        self.broken = False  # a label is missing or spoilt: what comes now is no good before somebody has said so

    @initialize()
    def begin(self) -> None:
        self.roll.orders(ORDERS)
        self.roll.start()
        self.sequence = self.roll.house.all(
            select(LabelBatchOrder.order_id)
            .where(LabelBatchOrder.label_batch_id == self.roll.batch)
            .order_by(LabelBatchOrder.position)
        )
        self.print(known=True, luck=9)  # a person who holds none settles them one by one

    @property
    def state(self) -> LabelBatchState:
        return self.roll.state

    @property
    def unsettled(self) -> int:
        row = self.roll.view.row
        return row.uncertain

    @rule(known=st.booleans(), luck=st.integers(0, 9))
    def print(self, known: bool, luck: int) -> None:
        """The printer takes the next label; it comes out or does not, and the program may know of it or not."""
        claimed = self.roll.house.claim(QUEUE, 3)
        if claimed is None:
            return
        order = self.roll.order_of(claimed.job_id)
        copy = self.roll.house.get(PrintJob, claimed.job_id).copy
        assert copy == len(self.roll.house.jobs(order))  # the newest
        self.roll.finish(claimed.attempt_id, KNOWN if known else UNKNOWN)
        if luck > 2 and not self.broken:
            assert order not in self.pile
            self.pile.append(order)
        else:
            self.broken = True  # spoilt, though it may be counted

    @rule()
    def pause(self) -> None:
        if self.state is LabelBatchState.PRINTING:
            self.roll.pause()
            assert self.roll.house.claim(QUEUE) is None

    @precondition(lambda self: self.pile)
    @rule()
    def hold(self) -> None:
        """The person scans the last good label; what was counted after it is spoilt."""
        if self.state is LabelBatchState.CANCELLED:
            return
        self.roll.resume(self.pile[-1], again=True)
        self.broken = False

    @precondition(lambda self: not self.broken)
    @rule()
    def go_on(self) -> None:
        if self.state is LabelBatchState.PAUSED:
            self.roll.go_on()

    @rule(first=st.integers(1, ORDERS), more=st.integers(0, 2))
    def again(self, first: int, more: int) -> None:
        """Labels are torn: the person throws these away, and has them printed again."""
        if self.broken or self.unsettled or self.state is LabelBatchState.CANCELLED:
            return
        torn = [order for order in self.sequence[first - 1 : first + more] if order in self.pile]
        if not torn or torn[-1] != self.pile[-1]:
            return  # in the middle of a pile the person puts it back by hand
        made = self.roll.house.store.write(
            acts.reprint_range, LEAD, self.roll.batch, first, first + more, "torn"
        )
        assert made.made == len(torn)
        assert made.next is None
        self.pile = [order for order in self.pile if order not in torn]

    @invariant()
    def labels_lie_in_the_order_of_the_batch(self) -> None:
        if not hasattr(self, "sequence"):
            return
        assert self.pile == self.sequence[: len(self.pile)]

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        """Of each order at most one copy is under way or believed to be good; what is missing is still to come."""
        if not hasattr(self, "sequence"):
            return
        settled = not self.broken and not self.unsettled
        for order in self.sequence:
            jobs = self.roll.house.jobs(order)
            assert [job.copy for job in jobs] == list(range(1, len(jobs) + 1))
            for job in jobs[:-1]:
                # an older copy is known not to lie there: it has failed, or a person has thrown it away
                assert job.state is JobState.FAILED or jobs[-1].reprint_reason in ("torn", "batches_spoilt", "not_out")
            if order not in self.pile and settled:
                assert not jobs or jobs[-1].state is JobState.QUEUED

    def teardown(self) -> None:
        """Somebody looks after everything: then all labels lie there, once, in their order."""
        try:
            if hasattr(self, "sequence") and self.pile:
                if self.state is not LabelBatchState.CANCELLED:
                    self.hold()
                while len(self.pile) < ORDERS:
                    before = len(self.pile)
                    self.print(known=True, luck=9)
                    assert len(self.pile) == before + 1, "a label never comes"
                assert self.pile == self.sequence
                assert self.state is LabelBatchState.DONE
                assert self.roll.view.row.printed == ORDERS
        finally:
            self._open.close()


TestLabels = Labels.TestCase
TestLabels.settings = settings(max_examples=10, stateful_step_count=20)
