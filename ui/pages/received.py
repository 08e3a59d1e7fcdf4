"""A label that a carrier or a channel has sent, taken for an order: the file, what is in it, its tracking number."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.barcode import group
from app.domain.errors import KnownError, Refusal
from ui.dialogs import Field, Option
from ui.pages.order_import import choose_file
from ui.theme import px
from ui.widgets.preview import Preview
from ui.workspace import Workspace

if TYPE_CHECKING:
    from printing.received import ReceivedLabel

_CODES_SHOWN = 4
_LONGEST_CODE = 40
_DPI = 203  # of the picture


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that holds a label."""

    name: str
    content: bytes
    found: ReceivedLabel


async def take_label_file(work: Workspace, over: QWidget, order_id: int) -> None:
    """Ask for a label's file, show what is in it, and take it for the order. Raises Refusal for what is not taken."""
    from app.operations.label_files import receive_label
    from app.queries.label_files import labelling

    say = work.words.say
    order = await work.feed.read(labelling, order_id)
    if order.tracking is not None:
        raise Refusal("received_has_label", order=order.source_id, tracking=group(order.tracking))
    title = say("received_title", order=order.source_id)
    chosen = await _ask_file(work, over, title)
    if chosen is None:
        return
    carrier = order.carrier or await _ask_carrier(work, title)
    if carrier is None:
        return
    tracking, wrong, unread = chosen.found.tracking, "", False
    while True:
        options = [Option("take", say("received_take"))]
        if unread:
            options.append(Option("anyway", say("received_anyway"), "danger"))
        answer = await work.dialogs.ask(
            title, _told(work, chosen.found, carrier, order.service), options,
            Field(say("received_tracking"), tracking, scans=True), wrong=wrong, picture=_picture(work, chosen),
        )
        if answer is None:
            return
        unread = unread and answer.option == "anyway" and answer.text == tracking
        tracking = answer.text
        try:
            await work.feed.write(
                receive_label, work.place.person, order_id, chosen.content, tracking=tracking, carrier=carrier,
                service=order.service, source=chosen.name, unread=unread,
            )
        except KnownError:
            raise
        except Refusal as refusal:
            wrong, unread = work.words.explain(refusal), refusal.code == "received_tracking_unread"
            continue
        work.dialogs.tell("received_done", order=order.source_id, tracking=group("".join(tracking.split()).upper()))
        return


async def _ask_file(work: Workspace, over: QWidget, title: str) -> Chosen | None:
    """A file that was typed, pasted or chosen, and holds a label; None when the question was left."""
    say = work.words.say
    path, wrong = "", ""
    while True:
        answer = await work.dialogs.ask(
            title, say("received_detail"),
            [Option("read", say("received_read")), Option("browse", say("orders_import_browse"))],
            Field(say("orders_import_file"), path, optional=True), wrong=wrong,
        )
        if answer is None:
            return None
        path, wrong = answer.text.strip().strip('"'), ""
        if answer.option == "browse":
            kinds = f"{say('received_kinds')} (*.zpl *.pdf *.png *.txt)"
            path = await choose_file(work, over, path, title=say("received_choose"), kinds=kinds) or path
        elif not path:
            wrong = say("orders_import_needs_file")
        else:
            try:
                return await asyncio.to_thread(_read, path)
            except Refusal as refusal:
                wrong = work.words.explain(refusal)


async def _ask_carrier(work: Workspace, title: str) -> str | None:
    """The code of the carrier whose label it is."""
    say = work.words.say
    answer = await work.dialogs.ask(
        title, say("received_needs_carrier"), [Option("go", say("received_go_on"))], Field(say("received_carrier"))
    )
    return None if answer is None else answer.text.strip()


def _read(typed: str) -> Chosen:
    from app.label_files import read_received

    path = Path(typed).expanduser()
    content, found = read_received(path)
    return Chosen(path.name, content, found)


def _told(work: Workspace, found: ReceivedLabel, carrier: str, service: str) -> str:
    """What was found in the file, a sentence a line."""
    say = work.words.say
    size = say("received_size_open")
    if found.width_mm is not None and found.height_mm is not None:
        size = say("received_size", width=found.width_mm, height=found.height_mm)
        if found.dpi is not None:
            size = say("labels_size", width=found.width_mm, height=found.height_mm, dpi=found.dpi)
    lines = [say("received_found", media=found.media.upper(), size=size, labels=found.labels)]
    codes = ["".join(sign if sign.isprintable() else " " for sign in text) for _, text in found.symbols]
    short = [code if len(code) <= _LONGEST_CODE else code[: _LONGEST_CODE - 1] + "…" for code in codes[:_CODES_SHOWN]]
    lines.append(say("received_codes", codes=" · ".join(short)) if short else say("received_no_codes"))
    lines.append(say("received_sent_by", carrier=carrier, service=service or "–"))
    return "\n".join(lines)


def _picture(work: Workspace, chosen: Chosen) -> Preview:
    preview = Preview(work)
    preview.setMinimumHeight(px("body", work.scale) * 26)
    digest = hashlib.sha256(chosen.content).hexdigest()
    preview.show_job(digest, chosen.content, chosen.found.dpi or _DPI, "file")
    return preview
