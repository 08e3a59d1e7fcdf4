"""What leads and support staff do from the command line: import, waves, cancelling."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.domain.errors import Fact
from app.domain.people import Actor, Role
from app.domain.states import OrderState
from app.operations.orders import request_cancel
from app.operations.stations import ensure_warehouse
from app.operations.waves import cancel_wave, kick_out, put_back, release_wave
from app.planning import plan_wave
from app.queries.orders import find_order, order_number
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


def cancel_order(store: Store, number: str, reason: str) -> OrderState:
    """Cancel the order with this number; returns its state (a gate cancels it later where it is in work)."""
    return store.write(request_cancel, Actor(None, None, Role.SUPPORT), store.read(find_order, number), reason)
