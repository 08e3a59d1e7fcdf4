"""What stands at the board's side: benches and people, printers, the problem shelf, shorts; said row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.people import Role
from app.domain.states import OrderState, ParcelState
from app.queries.board import ProblemOrder, ShortRow
from app.queries.board_benches import BenchRow, PrinterRow
from app.queries.board_view import BoardView
from app.sentences import SENTENCES
from app.texts import placeholders
from ui.words import Words

STUCK = timedelta(minutes=10)  # a parcel takes a minute: one that is open so long needs somebody


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row, said already: who or what, where, how many, and what is to be known of it.

    `outcome` ("fail", "attention", "system" or "") colours the last cell. A row with `order_id` can be acted upon.
    """

    key: str
    cells: tuple[str, str, str, str]
    outcome: str = ""
    heading: bool = False
    order_id: int | None = None


def side_rows(view: BoardView, words: Words) -> list[SideRow]:
    """Every section with its heading; one with nothing in it says so in its heading."""
    sections = (
        ("benches", [_bench(row, view, words) for row in view.benches if _at_work(row, view)]),
        ("printers", [_printer(row, view, words) for row in view.printers]),
        ("problems", [_problem(row, view, words) for row in view.problems]),
        ("shorts", [_short(row, view, words) for row in view.shorts]),
    )
    return [row for name, rows in sections for row in _section(name, rows, words)]


def _section(name: str, rows: list[SideRow], words: Words) -> Iterator[SideRow]:
    say = words.say
    title = say(f"board_side_{name}") if rows else say("board_side_none", what=say(f"board_side_{name}"))
    yield SideRow(name, (title, "", "", ""), heading=True)
    yield from rows


def _age(view: BoardView, since: datetime, words: Words) -> str:
    return words.age((view.now - since).total_seconds())


def _at_work(row: BenchRow, view: BoardView) -> bool:
    """Whether anybody is there, or was today."""
    today = row.last_scan_at is not None and view.now - row.last_scan_at < timedelta(hours=12)
    return today or row.operator is not None or row.order_id is not None or row.latch is not None


def _bench(row: BenchRow, view: BoardView, words: Words) -> SideRow:
    say = words.say
    picks = row.role is Role.PICKER or (row.picks_hour > 0 and not row.closed_hour)
    pace = say("board_pace_picks", count=row.picks_hour) if picks else say("board_pace", count=row.closed_hour)
    outcome, what = "", ""
    if row.latch is not None:
        outcome, what = "fail", say("board_bench_latched", age=_age(view, row.last_scan_at or view.now, words))
    elif row.order is not None and row.opened_at is not None:
        age = _age(view, row.opened_at, words)
        labelling = row.parcel_state is ParcelState.LABELLING
        what = say("board_bench_label", age=age) if labelling else say("board_bench_open", order=row.order, age=age)
        if view.now - row.opened_at > STUCK:
            outcome = "attention"
    elif row.last_scan_at is not None:
        what = say("board_bench_idle", age=_age(view, row.last_scan_at, words))
    return SideRow(f"bench {row.station_id}", (row.station, row.operator or "–", pace, what), outcome)


def _printer(row: PrinterRow, view: BoardView, words: Words) -> SideRow:
    say = words.say
    parts = []
    if row.uncertain:
        parts.append(say("board_printer_uncertain", count=row.uncertain))
    if row.failed:
        parts.append(say("board_printer_failed", count=row.failed))
    if row.reason:
        parts.append(say_reason(row.reason, words))
    outcome = "attention" if row.uncertain else "fail" if row.failed else "system" if row.reason else ""
    age = "–" if row.since is None or not row.queued else _age(view, row.since, words)
    return SideRow(
        f"printer {row.queue}", (row.queue, age, say("board_printer_queued", count=row.queued), " · ".join(parts)),
        outcome,
    )


def _problem(row: ProblemOrder, view: BoardView, words: Words) -> SideRow:
    cancelled = row.state is OrderState.CANCELLED
    why = words.say("board_problem_cancelled") if cancelled else say_reason(row.reason or "", words)
    cells = (row.order, row.tote or "–", _age(view, row.since, words), why)
    return SideRow(f"problem {row.order_id}", cells, "attention", order_id=row.order_id)


def _short(row: ShortRow, view: BoardView, words: Words) -> SideRow:
    say = words.say
    what = say("board_short_orders", orders=row.orders, age=_age(view, row.last_at, words))
    cells = (row.sku, row.location, say("board_short_missing", count=row.missing), what)
    return SideRow(f"short {row.sku_id} {row.location}", cells)


def say_reason(reason: str, words: Words) -> str:
    """A reason as it was written down: a code that stands by itself is said, what a person typed stays as it is."""
    if reason == "short":
        return words.say("board_reason_short")
    stands_alone = reason in SENTENCES and not placeholders(SENTENCES[reason])
    return words.say(reason) if stands_alone else reason
