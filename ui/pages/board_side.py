"""What stands at the board's side: benches and people, printers, the problem shelf, shorts; said row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.people import Role
from app.domain.states import OrderState, ParcelState
from app.queries.board import ProblemOrder, ShortRow
from app.queries.board_benches import BenchRow, PrinterRow
from app.queries.board_view import BoardView
from app.queries.numbers import LowNumbers
from app.sentences import SENTENCES
from app.texts import placeholders
from ui.widgets.status import PRINTER_WELL
from ui.words import Words

STUCK = timedelta(minutes=10)  # a parcel takes a minute: one that is open so long needs somebody


@dataclass(frozen=True, slots=True)
class SideRow:
    """A row, said already: who or what, and what is to be known of it, in up to four cells that share the row's width.

    A cell with nothing in it belongs to the one before it, but the empty ones of a bench: `joined` says so. `outcome`
    ("fail", "attention" or "") colours the last cell that says something. Enter shows the order of a row
    with `order_id`; goods of one `to_put_back` are off their shelf.
    """

    key: str
    cells: tuple[str, str, str, str]
    outcome: str = ""
    heading: bool = False
    joined: bool = True
    order_id: int | None = None
    to_put_back: bool = False

    @property
    def told_in(self) -> int:
        """The number of the cell that the outcome colours."""
        return max((number for number, cell in enumerate(self.cells) if cell), default=0) if self.joined else 3

    @property
    def spans(self) -> list[tuple[int, int]]:
        """(number of a cell, how many columns it takes) of those that take more than one."""
        if not self.joined:
            return []
        starts = [number for number, cell in enumerate(self.cells) if cell] or [0]
        ends = [*starts[1:], len(self.cells)]
        return [(start, end - start) for start, end in zip(starts, ends, strict=True) if end - start > 1]


@dataclass(frozen=True, slots=True)
class PrinterHere:
    """The printer of this computer's station: its queue, and the code of what it last said ("" before it has)."""

    queue: str
    code: str


def side_rows(view: BoardView, words: Words, here: PrinterHere | None = None) -> list[SideRow]:
    """Every section with its heading; one with nothing in it says so in its heading.

    `here` is there although nothing waits for it: of other computers' printers only the queues are known.
    """
    queues = list(view.printers)
    if here is not None and here.queue not in {row.queue for row in queues}:
        queues.append(PrinterRow(here.queue, 0, 0, 0, None, None))
    sections = (
        ("benches", [_bench(row, view, words) for row in view.benches if _at_work(row, view)]),
        ("printers", [_printer(row, view, words, here) for row in queues]),
        ("problems", [_problem(row, view, words) for row in view.problems]),
        ("shorts", [_short(row, view, words) for row in view.shorts]),
    )
    told = [row for name, rows in sections for row in _section(name, rows, words)]
    low = [_numbers(row, words) for row in view.numbers]
    return [*(_section("numbers", low, words) if low else ()), *told]  # what stops every label stands first


def _section(name: str, rows: list[SideRow], words: Words) -> Iterator[SideRow]:
    say = words.say
    none = "board_side_idle" if name == "printers" else "board_side_none"
    title = say(f"board_side_{name}") if rows else say(none, what=say(f"board_side_{name}"))
    if rows and name == "benches":
        title += " · " + say("board_side_pace")
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
    pace = say("board_pace", count=row.picks_hour if picks else row.closed_hour)
    outcome, what = "", ""
    if row.latch is not None:
        outcome, what = "fail", say("board_bench_latched", age=_age(view, row.last_scan_at or view.now, words))
    elif row.order is not None and row.opened_at is not None:
        age = _age(view, row.opened_at, words)
        labelling = row.parcel_state is ParcelState.LABELLING
        what = say("board_bench_label", age=age) if labelling else say("board_bench_open", age=age)
        if view.now - row.opened_at > STUCK:
            outcome = "attention"
    elif row.last_scan_at is not None:
        what = say("board_bench_idle", age=_age(view, row.last_scan_at, words))
    else:
        what = "–"
    cells = (row.station, row.operator or "–", pace, what)
    return SideRow(f"bench {row.station_id}", cells, outcome, joined=False, order_id=row.order_id)


def _printer(row: PrinterRow, view: BoardView, words: Words, here: PrinterHere | None) -> SideRow:
    say = words.say
    parts = []
    outcome = "fail" if row.failed and not row.uncertain else "attention" if row.uncertain or row.reason else ""
    if row.uncertain:
        parts.append(say("board_printer_uncertain", count=row.uncertain))
    if row.failed:
        parts.append(say("board_printer_failed", count=row.failed))
    if row.reason:
        parts.append(say_reason(row.reason, words))
    elif here is not None and here.queue == row.queue and here.code:
        parts.append(_first_words(say(here.code)))
        outcome = outcome or ("" if here.code in PRINTER_WELL else "attention")
    if row.since is not None and row.queued:
        parts.append(say("board_printer_waiting", count=row.queued, age=_age(view, row.since, words)))
    else:
        parts.append(say("board_printer_queued", count=row.queued))
    return SideRow(f"printer {row.queue}", (row.queue, " · ".join(parts), "", ""), outcome)


def _problem(row: ProblemOrder, view: BoardView, words: Words) -> SideRow:
    cancelled = row.state is OrderState.CANCELLED
    why = words.say("board_problem_cancelled") if cancelled else say_reason(row.reason or "", words)
    told = " · ".join(part for part in (_age(view, row.since, words), row.tote, why) if part)
    return SideRow(
        f"problem {row.order_id}", (row.order, "", told, ""), "attention", order_id=row.order_id, to_put_back=True
    )


def _short(row: ShortRow, view: BoardView, words: Words) -> SideRow:
    say = words.say
    many = "board_short_order" if row.orders == 1 else "board_short_orders"
    parts = (say("board_short_missing", count=row.missing), row.location, say(many, orders=row.orders))
    told = " · ".join((*parts, _age(view, row.last_at, words)))
    return SideRow(f"short {row.sku_id} {row.location}", (row.sku, told, "", ""))


def _numbers(row: LowNumbers, words: Words) -> SideRow:
    carrier = row.carrier or words.say("numbers_own")
    days = "" if row.days is None else words.age(row.days * 86_400)
    left = words.say("board_numbers_left", left=f"{row.left:,}")
    told = " · ".join(part for part in (row.service, left, days) if part)
    outcome = "attention" if row.left else "fail"
    return SideRow(f"numbers {row.carrier} {row.service}", (carrier, told, "", ""), outcome)


def _first_words(sentence: str) -> str:
    """What a device's sentence says before it says what to do."""
    return re.split("[,，:：]", sentence)[0]


def say_reason(reason: str, words: Words) -> str:
    """A reason as it was written down: a code that stands by itself is said, what a person typed stays as it is."""
    if reason == "short":
        return words.say("board_reason_short")
    stands_alone = reason in SENTENCES and not placeholders(SENTENCES[reason])
    return words.say(reason) if stands_alone else reason
