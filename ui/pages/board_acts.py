"""What a shift lead does on the board: plan, release and cancel waves, kick orders out, note goods as put back.

Each asks what has to be asked, does it, and says what came of it. Raises what the operations raise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.domain.errors import Refusal
from app.domain.states import OrderState, WaveState
from app.operations.waves import cancel_wave, kick_out, put_back, release_wave
from app.planning import Planned, plan_wave
from app.queries.board import StageName, stages
from app.queries.board_waves import WaveOrder, WaveProgress, wave_rows
from ui.dialogs import Field, Option
from ui.pages.board_waves import metres
from ui.workspace import Workspace

_BY_DIGIT = 9  # answers that a digit can choose


async def ask_limit(work: Workspace) -> tuple[bool, int | None]:
    """The dry run: how many orders wait, and at most how many are wanted (None: all). (False, None) when left."""
    say, feed = work.words.say, work.feed
    found = await feed.read(stages, work.place.warehouse, feed.store.clock.now())
    ready = next(stage.orders for stage in found if stage.name is StageName.READY)
    if not ready:
        raise Refusal("no_orders_to_plan")
    detail, typed, wrong = say("board_plan_detail", ready=ready), "", ""
    while True:
        answer = await work.dialogs.ask(
            say("board_plan_title"), detail, [Option("plan", say("command_board_plan"))],
            Field(say("board_plan_limit"), typed, optional=True), wrong=wrong,
        )
        if answer is None:
            return False, None
        typed = answer.text
        if not typed:
            return True, None
        if typed.isdecimal() and int(typed) > 0:
            return True, int(typed)
        wrong = say("board_plan_number", text=typed)


async def plan(work: Workspace, limit: int | None) -> Planned:
    """Plan on a thread of its own: the window stays free, since Python hands over every 5 ms."""
    place = work.place
    return await asyncio.to_thread(plan_wave, work.feed.store, place.person, place.warehouse, limit)


async def tell_plan(work: Workspace, planned: Planned) -> None:
    """What the plan came to, with the offer to release it at once."""
    say = work.words.say
    left_out = {"short": planned.short, "too_big": len(planned.too_big), "refused": planned.refused}
    if planned.wave_id is None:
        raise Refusal("wave_empty", **left_out)
    rows = await work.feed.read(wave_rows, work.place.warehouse)
    row = next((row for row in rows if row.wave_id == planned.wave_id), None)
    lines = [say("board_planned_orders", orders=planned.orders, batches=planned.batches)]
    if row is not None:
        lines.append(say("board_planned_walk", walk=metres(row.walk_mm), file=metres(row.file_walk_mm)))
    lines += [say(f"board_left_{why}", count=count) for why, count in left_out.items() if count]
    answer = await work.dialogs.ask(
        say("board_planned_title", wave=planned.wave_id), "\n".join(lines),
        [Option("release", say("board_release_now")), Option("later", say("board_release_later"))],
    )
    if answer is not None and answer.option == "release":
        await _release(work, planned.wave_id)


async def release(work: Workspace, waves: Sequence[WaveProgress], chosen: WaveProgress | None) -> None:
    """Hand the chosen wave to the pickers if it is planned, else the one that is; of several a person says which."""
    planned = sorted((row for row in waves if row.state is WaveState.PLANNED), key=lambda row: row.wave_id)
    say = work.words.say
    if not planned:
        raise Refusal("board_nothing_planned")
    wave_id: int | None = planned[0].wave_id
    if chosen in planned:
        assert chosen is not None
        wave_id = chosen.wave_id
    elif len(planned) > 1:
        options = [
            Option(str(row.wave_id), say("board_release_which", wave=row.wave_id, orders=row.orders))
            for row in planned[:_BY_DIGIT]
        ]
        answer = await work.dialogs.ask(say("board_release_title"), say("board_release_detail"), options)
        wave_id = None if answer is None else int(answer.option)
    if wave_id is not None:
        await _release(work, wave_id)


async def _release(work: Workspace, wave_id: int) -> None:
    await work.feed.write(release_wave, work.place.person, wave_id)
    work.dialogs.tell("wave_released", wave=wave_id)


async def cancel(work: Workspace, wave: WaveProgress) -> None:
    """Take a wave back, with a reason and after a question that Enter answers with no."""
    if wave.done > wave.shorts:
        raise Refusal("wave_picked" if wave.state is WaveState.DONE else "wave_in_work", wave=wave.wave_id)
    say = work.words.say
    reason = await work.dialogs.ask(
        say("board_cancel_why", wave=wave.wave_id), "", [Option("on", say("board_go_on"))], Field(say("board_reason"))
    )
    if reason is None:
        return
    answer = await work.dialogs.ask(
        say("board_cancel_title", wave=wave.wave_id), say("board_cancel_detail", orders=wave.orders),
        [Option("keep", say("board_keep")), Option("cancel", say("command_board_cancel"), "danger")],
    )
    if answer is None or answer.option != "cancel":
        return
    await work.feed.write(cancel_wave, work.place.person, wave.wave_id, reason.text)
    work.dialogs.tell("wave_cancelled", wave=wave.wave_id)


async def kick(work: Workspace, order: WaveOrder) -> None:
    """Take one order out of its wave, with a reason and after a question that Enter answers with no."""
    if not order.kickable:
        picked = order.state in (OrderState.PICKED, OrderState.PACKING)
        raise Refusal("order_picked_already" if picked else "order_not_in_wave", order=order.order)
    say = work.words.say
    reason = await work.dialogs.ask(
        say("board_kick_why", order=order.order), "", [Option("on", say("board_go_on"))], Field(say("board_reason"))
    )
    if reason is None:
        return
    detail = say("board_kick_picked", pieces=order.picked) if order.picked else say("board_kick_unpicked")
    answer = await work.dialogs.ask(
        say("board_kick_title", order=order.order), detail,
        [Option("keep", say("board_kick_keep")), Option("kick", say("command_board_kick"), "danger")],
    )
    if answer is None or answer.option != "kick":
        return
    state = await work.feed.write(kick_out, work.place.person, order.order_id, reason.text)
    work.dialogs.tell("kicked_problem" if state is OrderState.PROBLEM else "kicked_ready", order=order.order)


async def note_put_back(work: Workspace, order_id: int, order: str) -> None:
    """The goods of an order are on their shelves again."""
    say = work.words.say
    answer = await work.dialogs.ask(
        say("board_put_back_title", order=order), say("board_put_back_detail"),
        [Option("yes", say("board_put_back_yes"))],
    )
    if answer is None:
        return
    await work.feed.write(put_back, work.place.person, order_id)
    work.dialogs.tell("put_back_done", order=order)
