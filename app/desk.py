"""What leads and support staff do from the command line: import, waves, cancelling."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.domain.errors import Fact, Refusal
from app.domain.numbers import NumberForm, NumberRange, read_range
from app.domain.orders import ADDRESS
from app.domain.people import Actor, Role
from app.domain.states import OrderState
from app.label_files import read_received
from app.operations.addresses import change_address
from app.operations.label_files import receive_label, tracking_number
from app.operations.numbers import add_pool, close_pool
from app.operations.orders import request_cancel
from app.operations.stations import ensure_warehouse
from app.operations.voiding import relabel, void
from app.operations.waves import cancel_wave, kick_out, put_back, release_wave
from app.planning import plan_wave
from app.queries.label_files import labelling
from app.queries.labels import find_parcel
from app.queries.numbers import low_numbers, number_pools
from app.queries.orders import address_version, find_order, order_number
from app.queries.waves import warehouse_ids, waves
from app.sync.files import Report, import_file
from app.texts import say
from db.store import Store

LEAD = Actor(None, None, Role.LEAD)


def import_to(
    store: Store, path: Path, *, profile: str | None = None, kind: str | None = None, warehouse: str | None = None,
    limit_orders: int | None = None,
) -> Report:
    """Import a file with its progress on standard error; raises what `import_file` raises."""
    shipped = profile if profile is None or not Path(profile).suffix else Path(profile)
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console,
        transient=False, disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(path.name, total=None)
        shown = -1

        def step(done: int, total: int) -> None:
            nonlocal shown
            progress.update(task, completed=done, total=total)
            tenth = 10 * done // total if total else 10
            if not console.is_terminal and tenth != shown:
                shown = tenth
                sys.stderr.write(f"{path.name}: {done} / {total}\n")
                sys.stderr.flush()

        return import_file(
            store, path, profile=shipped, kind=kind, warehouse=warehouse, progress=step, limit_orders=limit_orders
        )


def report_lines(report: Report, language: str) -> list[str]:
    """What an import came to, a sentence a line: counts by kind, what changed, and every bad row with its reason."""
    lines = []
    for kind, count in report.counts.items():
        facts: dict[str, Fact] = {"kind": kind, "new": count.new, "changed": count.changed}
        facts |= {"unchanged": count.unchanged, "refused": count.refused}
        lines.append(say("import_counts", facts, language))
    if report.lines:
        lines.append(say("import_lines", {"lines": report.lines}, language))
    if report.incomplete:
        lines.append(say("import_incomplete", {"orders": report.incomplete}, language))
    if report.readied:
        lines.append(say("import_readied", {"orders": report.readied}, language))
    for change in report.changes:
        facts = {"order": change.order, "fields": ", ".join(change.fields)}
        lines.append(say("import_changed", facts, language))
    for problem in report.problems:
        reason = say(problem.code, problem.facts, language)
        lines.append(say("import_problem", {"line": problem.line, "reason": reason}, language))
    return lines


def work_on_waves(store: Store, wanted: Namespace, tell: Callable[[str], None]) -> None:
    """Carry out one `packbench wave` command and say what came of it."""
    language: str = wanted.language
    if wanted.list:
        for row in store.read(waves):
            size = f"{row.batches:>4}  {row.orders:>5}  {row.walk_mm / 1000:>8.1f} m"
            tell(f"{row.wave_id:>6}  {row.state.value:<9}  {size}")
    elif wanted.plan:
        planned = plan_wave(store, LEAD, _warehouse(store), wanted.limit)
        facts: dict[str, Fact] = {"orders": planned.orders, "batches": planned.batches, "short": planned.short}
        facts |= {"too_big": len(planned.too_big), "refused": planned.refused}
        if planned.wave_id is None:
            tell(say("wave_empty", facts, language))
        else:
            tell(say("wave_planned", {**facts, "wave": planned.wave_id}, language))
        for aside in planned.too_big:
            order = store.read(order_number, aside.order_id)
            tell(say(aside.code, {"order": order, "amount": aside.amount, "limit": aside.limit}, language))
    elif wanted.release is not None:
        store.write(release_wave, LEAD, wanted.release)
        tell(say("wave_released", {"wave": wanted.release}, language))
    elif wanted.cancel is not None:
        store.write(cancel_wave, LEAD, wanted.cancel, wanted.reason)
        tell(say("wave_cancelled", {"wave": wanted.cancel}, language))
    elif wanted.kick is not None:
        state = store.write(kick_out, LEAD, store.read(find_order, wanted.kick), wanted.reason)
        code = "kicked_ready" if state is OrderState.READY else "kicked_problem"
        tell(say(code, {"order": wanted.kick}, language))
    else:
        store.write(put_back, LEAD, store.read(find_order, wanted.put_back))
        tell(say("put_back_done", {"order": wanted.put_back}, language))


def _warehouse(store: Store) -> int:
    found = store.read(warehouse_ids)
    return found[0] if found else store.write(ensure_warehouse, "MAIN", "Main warehouse")


def take_label_file(
    store: Store, number: str, path: Path, *, tracking: str, carrier: str | None, service: str | None, unread: bool
) -> str:
    """Take a carrier's label for the order with this number; the tracking number that it has now.

    Raises Refusal `received_tracking_needed` when it is not given and the label does not tell one, and what
    `read_received` and `receive_label` raise.
    """
    content, found = read_received(path)
    if not (tracking or found.tracking):
        raise Refusal("received_tracking_needed", file=path.name)
    order_id = store.read(find_order, number)
    order = store.read(labelling, order_id)
    store.write(
        receive_label, LEAD, order_id, content, tracking=tracking or found.tracking,
        carrier=order.carrier if carrier is None else carrier, service=order.service if service is None else service,
        source=path.name, unread=unread,
    )
    return tracking_number(tracking or found.tracking)


def cancel_order(store: Store, number: str, reason: str) -> OrderState:
    """Cancel the order with this number; returns its state (a gate cancels it later where it is in work)."""
    return store.write(request_cancel, Actor(None, None, Role.SUPPORT), store.read(find_order, number), reason)


def correct_address(store: Store, wanted: Namespace) -> str:
    """Give an order the address that `packbench address` names; returns the code of what came of it.

    Raises Refusal `address_what` when it names nothing, and what `find_order` and `change_address` raise.
    """
    said = {
        name: "\n".join(lines)
        for name in ADDRESS
        if (lines := getattr(wanted, name.removeprefix("recipient_"))) is not None
    }
    if not said:
        raise Refusal("address_what")
    order_id = store.read(find_order, wanted.order)
    before = store.read(address_version, order_id)
    after = store.write(change_address, Actor(None, None, Role.SUPPORT), order_id, said, wanted.reason)
    return "address_done" if after == before else "address_done_in_work"


def work_on_numbers(store: Store, wanted: Namespace, tell: Callable[[str], None]) -> bool:
    """Carry out one `packbench numbers` command and say what came of it; False when numbers run out.

    Raises Refusal `numbers_what_is_needed`, and what `read_range`, `add_pool` and `close_pool` raise.
    """
    language: str = wanted.language
    if wanted.close is not None:
        left = store.write(close_pool, LEAD, wanted.close)
        tell(say("numbers_closed", {"pool": wanted.close, "left": left}, language))
    elif wanted.add:
        if not (wanted.form and wanted.first and wanted.last):
            raise Refusal("numbers_what_is_needed")
        made: NumberRange = read_range(NumberForm(wanted.form), wanted.first, wanted.last)
        low = made.count // 10 if wanted.low is None else wanted.low
        pool = store.write(
            add_pool, LEAD, carrier=wanted.carrier, service=wanted.service, form=made.form, prefix=made.prefix,
            country=made.country, first=made.first, last=made.last, low_water=low,
        )
        facts: dict[str, Fact] = {"pool": pool, "count": made.count}
        facts |= {"first": made.number(made.first), "last": made.number(made.last)}
        tell(say("numbers_added", facts, language))
    else:
        _list_pools(store, language, tell)
    low_now = numbers_lines(store, language)
    for line in low_now:
        tell(line)
    return not low_now


def _list_pools(store: Store, language: str, tell: Callable[[str], None]) -> None:
    rows = store.read(number_pools, store.clock.now())
    for row in rows:
        parts = [
            f"{'✕' if row.low else '✓'} {row.pool_id}", f"{row.carrier or 'Packbench'} {row.service or '*'}", row.form,
            f"{row.first} – {row.last}", say("numbers_listed_next", {"next": row.next}, language),
            say("numbers_listed_left", {"left": row.left}, language),
        ]  # fmt: skip
        if row.closed_at is not None:
            parts.append(say("numbers_state_closed", language=language))
        elif row.days is not None:
            parts.append(_time(row.days, language))
        tell("  ".join(parts))
    if not rows:
        tell(say("numbers_listed_none", language=language))


def _time(days: float, language: str) -> str:
    """How long numbers last: days, or hours where there are less than two."""
    if days < 2:
        return say("frame_age_hours", {"count": int(days * 24)}, language)
    return say("frame_age_days", {"count": int(days)}, language)


def numbers_lines(store: Store, language: str) -> list[str]:
    """Which carriers must be asked for numbers, a sentence each."""
    lines = []
    for low in store.read(low_numbers, store.clock.now()):
        facts: dict[str, Fact] = {"carrier": low.carrier or "Packbench", "service": low.service or "*"}
        facts |= {"left": low.left, "time": "" if low.days is None else _time(low.days, language)}
        known = "numbers_few" if low.days is None else "numbers_few_days"
        lines.append(say(known if low.left else "numbers_none_left", facts, language))
    return lines


def void_order_label(store: Store, wanted: Namespace, tell: Callable[[str], None]) -> None:
    """Void the label that `find_parcel` finds, and queue another one at a station where wanted.

    Raises Refusal: what `find_parcel` and `app.operations.voiding` raise.
    """
    person = Actor(None, None, Role.SUPPORT)
    parcel_id = store.read(find_parcel, wanted.code)
    if wanted.relabel is None:
        tell(say("void_done", {"tracking": store.write(void, person, parcel_id, wanted.reason)}, wanted.language))
        return
    made = store.write(relabel, person, parcel_id, wanted.reason, wanted.relabel)
    facts: dict[str, Fact] = {"tracking": made.tracking, "station": wanted.relabel, "copy": made.copy}
    tell(say("void_relabelled", facts, wanted.language))
