"""A device named by hand: what it is for and its URL; a printer is asked before it is used."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from app.devices import PRINTERS, USES, check_devices, is_same_device
from app.domain.errors import Refusal
from app.spooling import ask_printer
from ui.dialogs import Field, Option
from ui.pages.devices_attached import WELL, said_by
from ui.pages.devices_camera import choose_camera
from ui.workspace import Workspace

CAMERA = "camera"


async def name_device(work: Workspace) -> None:
    """Name a device by hand: what it is for, its URL, then, if it is a printer, a question to it."""
    say = work.words.say
    chosen = await work.dialogs.ask(
        say("devices_change_what"), "", [Option(use, say(f"settings_field_{use}")) for use in (*USES, CAMERA)]
    )
    if chosen is None:
        return
    if chosen.option == CAMERA:
        await choose_camera(work)
        return
    use, wrong = chosen.option, ""
    url: str = getattr(work.settings, use)
    printer = use == "printer"
    while True:
        answer = await work.dialogs.ask(
            say("devices_change_title" if printer else "devices_change_use", use=say(f"settings_field_{use}")),
            say("devices_change_detail" if use in PRINTERS else f"settings_hint_{use}"),
            [Option("take", say("devices_take" if use in PRINTERS else "devices_save"))],
            Field(say(f"settings_field_{use}"), url, optional=True), wrong=wrong,
        )
        if answer is None:
            return
        url = answer.text
        changes: dict[str, Any] = {use: url}
        wanted = replace(work.settings, **changes)
        try:
            if (refusal := check_devices(wanted).get(use)) is not None:
                raise refusal
            if not url or use not in PRINTERS or await _answers(work, url):
                break
        except Refusal as refusal:
            wrong = work.words.explain(refusal)
    work.change_settings(wanted)
    if printer:
        work.dialogs.tell("devices_changed" if url else "devices_none_now", url=url)
    elif url:
        work.dialogs.tell("devices_assigned", use=say(f"settings_field_{use}"), url=url)
    else:
        work.dialogs.tell("devices_removed", use=say(f"settings_field_{use}"))


async def _answers(work: Workspace, url: str) -> bool:
    """Whether a printer is as it should be, or is wanted all the same."""
    work.dialogs.tell("devices_asking")
    said = await asyncio.to_thread(ask_printer, url)
    in_use_here = said == "printer_in_use" and any(
        seen.url and is_same_device(seen.url, url) for seen in work.printers.values()
    )
    return said in WELL or in_use_here or await _take_anyway(work, url, said)


async def _take_anyway(work: Workspace, url: str, said: str) -> bool:
    say = work.words.say
    answer = await work.dialogs.ask(
        say("devices_not_ready", url=url, why=said_by(work.words, said, url)), say("devices_not_ready_detail"),
        [Option("back", say("devices_choose_again")), Option("take", say("devices_take_anyway"))],
    )
    return answer is not None and answer.option == "take"

