"""The whole board at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.queries.board import (
    CutOff,
    ProblemOrder,
    ShortRow,
    Stage,
    StageName,
    cutoffs,
    problem_orders,
    shorts,
    stages,
)
from app.queries.board_benches import BenchRow, PrinterRow, benches, printers
from app.queries.board_waves import WaveProgress, wave_rows
from app.queries.numbers import LowNumbers, low_numbers
from db.orders import Order
from db.places import Warehouse


@dataclass(frozen=True, slots=True)
class BoardView:
    """What a shift lead sees of a warehouse at `now`; `zone` is its time zone (IANA name).

    `any_orders` is False in a warehouse that never had one.
    """

    now: datetime
    zone: str
    any_orders: bool
    stages: tuple[Stage, ...]
    cutoffs: tuple[CutOff, ...]
    waves: tuple[WaveProgress, ...]
    benches: tuple[BenchRow, ...]
    printers: tuple[PrinterRow, ...]
    problems: tuple[ProblemOrder, ...]
    shorts: tuple[ShortRow, ...]
    numbers: tuple[LowNumbers, ...] = ()

    def orders_in(self, *names: StageName) -> int:
        """Orders in these stages together."""
        return sum(stage.orders for stage in self.stages if stage.name in names)


def board_view(session: Session, warehouse_id: int, now: datetime) -> BoardView:
    """Everything on the board, read in one snapshot, so that its numbers agree with each other."""
    any_order = select(Order.id).where(Order.warehouse_id == warehouse_id).limit(1)
    return BoardView(
        now,
        session.get_one(Warehouse, warehouse_id).zone,
        session.execute(any_order).scalar() is not None,
        tuple(stages(session, warehouse_id, now)),
        tuple(cutoffs(session, warehouse_id, now)),
        tuple(wave_rows(session, warehouse_id)),
        tuple(benches(session, warehouse_id, now)),
        tuple(printers(session, warehouse_id, now)),
        tuple(problem_orders(session, warehouse_id)),
        tuple(shorts(session, warehouse_id, now)),
        low_numbers(session, now),
    )
