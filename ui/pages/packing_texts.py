"""What the packing page says of a bench: from the view to the words of each place, with nothing painted or kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.bench_rules import SlipRule
from app.domain.capture import Capture
from app.domain.inserts import left
from app.domain.needs import Need, needs
from app.domain.second_check import may_check, next_line
from app.domain.states import JobState, Lane, ParcelState
from app.domain.urgency import urgency
from app.domain.verdict import Code
from app.queries.packing_view import LineView, PackingView, ParcelView
from ui.widgets.lines import Row
from ui.widgets.painted import grouped
from ui.widgets.parcel import CurrentText, FactsText, HeadText, IdleText
from ui.words import Words

_WHICH = (Code.MOVE_WHICH, Code.REOPEN_WHICH)  # the next scan answers
_NEED_ICONS = {
    Need.NOTE: "file-text", Need.INSERTS: "gift", Need.CHECK: "user", Need.CARTON: "box", Need.WEIGHT: "scale",
}  # fmt: skip
_ASKS = (
    (Code.SERIAL_NEEDED, Capture.SERIAL, "packing_ask_serial"), (Code.LOT_NEEDED, Capture.LOT, "packing_ask_lot"),
    (Code.EXPIRY_NEEDED, Capture.EXPIRY, "packing_ask_expiry"),
)  # fmt: skip
# the label is on its way, or was asked for and did not come
_ON_THE_WAY = (JobState.QUEUED, JobState.SENDING)


@dataclass(frozen=True, slots=True)
class Said:
    """What the banner says while no scan was just judged: outcome, sentence, the sign where it is not the outcome's."""

    outcome: str
    sentence: str
    sign: str = ""


def situation(view: PackingView) -> tuple[object, ...]:
    """What makes an old verdict untrue when it changes by itself: parcel, label, printer, a cancelled order."""
    parcel = view.parcel
    if parcel is None:
        return ()
    table = view.table
    return (
        parcel.parcel_id, parcel.state, parcel.copy, parcel.job_state, parcel.job_reason, parcel.cancel_requested,
        table is not None and table.address_changed,
    )  # fmt: skip


def needed(view: PackingView) -> Need | None:
    """What the open parcel on the table needs first; None when nothing, or there is no open parcel."""
    table = view.table
    if table is None or table.state is not ParcelState.OPEN:
        return None
    return next(iter(needs(table, view.bench.rules)), None)


def is_note_unread(view: PackingView) -> bool:
    """Whether what the buyer has written is still to be read; it is shown until it was."""
    table = view.table
    return table is not None and table.state is ParcelState.OPEN and table.has_note and not table.note_confirmed


def is_left(view: PackingView) -> bool:
    """Whether somebody has logged out and nobody has come since."""
    return view.bench.pending.out and view.bench.operator_id is None


def next_step(words: Words, view: PackingView, *, has_printer: bool) -> Said:
    """What is to be done now, as the state of the bench alone tells it: the one rule for head, middle and banner."""
    parcel = view.parcel
    if view.bench.question in _WHICH:
        return Said("attention", words.say(view.bench.question), "scan-barcode")
    if is_left(view):
        return Said("", words.say("packing_badge"), "user")
    if parcel is None:
        if view.bulk_tote is not None and view.bulk_waiting:
            return Said("", words.say("packing_bulk", tote=view.bulk_tote, count=view.bulk_waiting), "scan-barcode")
        if view.waiting == 0:
            return Said("", words.say("packing_empty"), "inbox")
        return Said("", words.say("next_scan_tote"), "scan-barcode")
    if parcel.cancel_requested:
        return Said("attention", words.say("packing_cancel_asked", order=parcel.order))
    if view.table is not None and view.table.address_changed:
        return Said("attention", words.say("packing_address_asked", order=parcel.order))
    if parcel.state is ParcelState.OPEN:
        need = Need.NOTE if is_note_unread(view) else needed(view)
        if need is not None and need is not Need.ITEMS:
            return Said("", _of_need(words, view, need), _NEED_ICONS[need])
        asked = asks(words, view)
        if asked:
            return Said("attention", asked)
        line = parcel.line
        if need is None or line is None or not line.open:
            return Said("", words.say("packing_need_close" if need is None else "packing_need_item"), "package")
        return Said("", words.say("next_scan_item", name=line.called, left=line.open))
    return _next_of_label(words, parcel, has_printer=has_printer)


def _of_need(words: Words, view: PackingView, need: Need) -> str:
    table = view.table
    assert table is not None
    if need is Need.INSERTS:
        return words.say("packing_need_insert", insert=left(table)[0].name)
    if need is Need.CHECK and may_check(view.bench, table):
        line = next_line(table)
        return words.say("packing_need_check_item", name=line.called, left=line.packed - line.checked)
    return words.say(f"packing_need_{need}")


OF_ITEM = frozenset({Code.SUBSTITUTE, *(code for code, _, _ in _ASKS)})  # questions about the item scanned last


def asks(words: Words, view: PackingView) -> str:
    """What is to be scanned of the item that was scanned last; "" where nothing is awaited."""
    pending = view.bench.pending
    if pending.sku_id is None:
        return ""
    question = view.bench.question
    return next((words.say(text) for code, _, text in _ASKS if question == code), "")


def _next_of_label(words: Words, parcel: ParcelView, *, has_printer: bool) -> Said:
    if parcel.job_state is None and parcel.state is ParcelState.LABELLING:
        return Said("attention", words.say("next_needs_label"), "ban")
    if parcel.job_state is JobState.UNCERTAIN:
        return Said("attention", words.say("packing_settle"))
    if parcel.job_state is JobState.FAILED:
        why = words.say(parcel.job_reason or "other_error")
        return Said("system", words.say("packing_label_failed", why=why), "printer")
    if parcel.job_state in _ON_THE_WAY:
        if parcel.job_state is JobState.QUEUED and not has_printer:
            return Said("system", words.say("packing_no_printer"), "printer")
        if parcel.job_state is JobState.QUEUED and parcel.job_reason and parcel.job_reason != "busy":
            return Said("system", words.say("printer_waits", why=words.say(parcel.job_reason)), "printer")
        return Said("", words.say("next_wait_label"), "printer")
    return Said("", words.say("next_scan_label", copy=parcel.copy), "tag")


def head(words: Words, parcel: ParcelView, now: datetime | None = None, *, number: int = 1) -> HeadText:
    """The order's line, with the time that is left to ship it; `number` is the box's among those of its order."""
    due, level = "", None
    if parcel.ship_by is not None:
        moment = now or datetime.now(UTC)
        level = urgency(parcel.ship_by, moment)
        left = (parcel.ship_by - moment).total_seconds()
        code = "packing_due" if left >= 0 else "packing_late"
        due = words.say(code, age=words.age(abs(left)))
    shop = " / ".join(dict.fromkeys(part for part in (parcel.channel, parcel.shop) if part))
    where = words.country(parcel.country) if parcel.country else ""
    left_over = ""
    if parcel.left_in_tote:
        code = "packing_left_tote" if parcel.lane is Lane.SINGLE else "packing_left_cart"
        left_over = words.say(code, count=parcel.left_in_tote)
    slot = parcel.slot if parcel.lane is not Lane.SINGLE else None
    box = words.say("packing_box_of", number=number, boxes=parcel.boxes) if parcel.boxes > 1 or number > 1 else ""
    return HeadText(
        words.say("packing_order", order=sixteen(parcel.order)),
        " · ".join(part for part in (shop, where) if part), level, due,
        left_over, parcel.tote or "", slot, words.say("packing_slot", slot=slot) if slot is not None else "",
        words.say("packing_word_order_cancelled") if parcel.cancel_requested else "", box,
    )  # fmt: skip


def current(words: Words, view: PackingView, *, has_printer: bool) -> CurrentText:
    """What is in the packer's hands: the item that is next, or the label once all items are verified."""
    parcel = view.parcel
    assert parcel is not None
    if parcel.cancel_requested:
        return CurrentText("ban", words.say("packing_put_aside"), caption=words.say("packing_put_aside_how"))
    pieces = f"{parcel.pieces - parcel.remaining} / {parcel.pieces}"
    need = needed(view)
    if need is not None and need is not Need.ITEMS:
        return _current_need(words, view, need, pieces)
    if parcel.state is not ParcelState.OPEN or parcel.line is None:
        step = next_step(words, view, has_printer=has_printer)
        title = words.say("packing_label_void") if parcel.state is ParcelState.VOIDED else step.sentence
        if parcel.job_state is JobState.UNCERTAIN:
            title = words.say("packing_label_uncertain")
        # trouble has all the room, and no tick beside it
        return CurrentText(
            "tag", title, grouped(parcel.tracking or ""), "package-check", "" if step.outcome else parcel.code,
            caption=words.say("packing_all_verified"), count=pieces, done=parcel.remaining == 0 and not step.outcome,
        )  # fmt: skip
    line = parcel.line
    number = next(n for n, one in enumerate(parcel.lines, 1) if one.line_id == line.line_id)
    return CurrentText(
        "package", line.called, grouped(line.barcode or line.sku), "map-pin", line.location or "",
        words.say("packing_line_of", number=number, lines=len(parcel.lines), remaining=parcel.remaining),
        str(line.open), words.say("packing_to_go"), f"{line.packed + line.elsewhere} / {line.ordered}",
        done=line.open == 0, sku=line.sku, kit=_kit_of(words, line), ask=asks(words, view), times=times(words, view),
    )  # fmt: skip


def _kit_of(words: Words, line: LineView) -> str:
    return words.say("packing_kit", kit=line.kit.name or line.kit.sku) if line.kit is not None else ""


def times(words: Words, view: PackingView) -> str:
    """How many pieces the next scan counts, where that was typed."""
    pieces = view.bench.pending.quantity or 1
    return words.say("packing_times", count=pieces) if pieces > 1 else ""


def _current_need(words: Words, view: PackingView, need: Need, pieces: str) -> CurrentText:
    """What is in the packer's hands once all items are verified: an insert, a carton, the box itself."""
    table, sentence = view.table, _of_need(words, view, need)
    assert table is not None
    caption = words.say("packing_all_verified")
    if need is Need.CHECK and may_check(view.bench, table):
        checked = next_line(table)
        assert view.parcel is not None
        line = next(line for line in view.parcel.lines if line.line_id == checked.line_id)
        count = f"{checked.checked} / {checked.packed}"
        return CurrentText(
            "package", line.called, grouped(line.barcode or line.sku), "map-pin", "", words.say("packing_check"),
            str(table.unchecked), words.say("packing_to_go"), count, sku=line.sku, kit=_kit_of(words, line),
        )  # fmt: skip
    code = ""
    if need is Need.INSERTS:
        insert = left(table)[0]
        code = insert.barcode
        caption = words.say("packing_need_insert_tick" if insert.may_tick else "packing_need_insert_scan")
    return CurrentText(_NEED_ICONS[need], sentence, grouped(code), caption=caption, count=pieces, done=True)


def sixteen(order: str) -> str:
    """An order's number as it is read aloud: sixteen digits in groups of four, others unchanged."""
    if len(order) == 16 and order.isascii() and order.isdecimal():
        return " ".join(order[at : at + 4] for at in range(0, 16, 4))
    return order


def rows(words: Words, view: PackingView) -> tuple[Row, ...]:
    """The lines of the order in its own sequence, the components of a kit below its name, shorts at the end."""
    parcel = view.parcel
    assert parcel is not None
    need = needed(view)
    checking = need is Need.CHECK and view.table is not None and may_check(view.bench, view.table)
    marked = next_line(view.table).line_id if checking and view.table is not None else parcel.current
    if parcel.state is not ParcelState.OPEN or parcel.cancel_requested or not (checking or need in (None, Need.ITEMS)):
        marked = None
    found: list[Row] = []
    kit: int | None = None
    for line in sorted(parcel.lines, key=lambda line: line.backordered > 0):
        if line.kit is not None and line.kit.number != kit:
            found.append(_kit_row(words, parcel, line))
        kit = line.kit.number if line.kit is not None else None
        found.append(_row(words, line, current=line.line_id == marked, checking=checking))
    return tuple(found)


def _row(words: Words, line: LineView, *, current: bool, checking: bool) -> Row:
    done, of = (line.checked, line.packed) if checking else (line.packed + line.elsewhere, line.ordered)
    notes = []
    if line.boxes:
        number, pieces = line.boxes[0]
        several = len(line.boxes) > 1
        notes.append(
            words.say("packing_in_boxes", count=line.elsewhere) if several
            else words.say("packing_in_box", count=pieces, box=number)
        )
    if line.backordered:
        notes.append(words.say("packing_later", count=line.backordered))
    note = " · ".join(notes)
    spoken = words.say("packing_line_read", name=line.called, packed=done, ordered=of)
    return Row(
        line.line_id, line.called, line.location or "", f"{done} / {of}", f"{spoken}, {note}" if note else spoken,
        done=done >= of and not line.backordered, current=current, inside=line.kit is not None,
        short=line.backordered > 0, note=note,
    )  # fmt: skip


def _kit_row(words: Words, parcel: ParcelView, line: LineView) -> Row:
    kit = line.kit
    assert kit is not None
    parts = [part for part in parcel.lines if part.kit is not None and part.kit.number == kit.number]
    of = min(part.ordered // part.kit.per_kit for part in parts if part.kit is not None)
    done = min((part.packed + part.elsewhere) // part.kit.per_kit for part in parts if part.kit is not None)
    name = kit.name or kit.sku
    return Row(
        -kit.number, name, "", f"{done} / {of}", words.say("packing_kit_read", kit=name, done=done, count=of),
        done=done >= of, kit=True,
    )  # fmt: skip


def facts(words: Words, view: PackingView, *, has_printer: bool) -> FactsText:
    """The label of the parcel on the table."""
    say, parcel = words.say, view.parcel
    caption = say("packing_label")
    if parcel is None:
        return FactsText(caption, "tag", say("packing_label_none"))
    if parcel.cancel_requested:
        return FactsText(caption, "ban", say("packing_label_never"))
    if parcel.state is ParcelState.OPEN:
        code = "batches_packing_ahead" if parcel.ahead else "packing_label_later"
        papers = {SlipRule.SLIP: "packing_with_slip", SlipRule.ALL: "packing_with_papers"}.get(view.bench.rules.slip)
        return FactsText(caption, "tag", say(code), copy=say(papers) if papers else "")
    state = parcel.job_state
    step = _next_of_label(words, parcel, has_printer=has_printer)
    if state is None and parcel.state is ParcelState.LABELLING:
        return FactsText(caption, "ban", step.sentence, step.outcome)
    sentence, keys = step.sentence, tuple[tuple[str, str], ...]()
    if state is JobState.UNCERTAIN:
        sentence = say("packing_label_uncertain")
        keys = (("F7", say("command_packing_printed")), ("F8", say("command_packing_not_out")))
    elif state is JobState.SENDING:
        sentence = say("packing_label_sending")
    elif state is JobState.QUEUED and not step.outcome:
        sentence = say("packing_label_waits")
    icon = {JobState.PRINTED: "tag", JobState.UNCERTAIN: "circle-help"}.get(state, "printer") if state else "printer"
    return FactsText(
        caption, icon, sentence, step.outcome, grouped(parcel.tracking or ""), say("packing_copy", copy=parcel.copy),
        say("packing_throw_old") if parcel.older_copies else "", keys,
    )  # fmt: skip


def idle(words: Words, view: PackingView, *, has_printer: bool, shelved: int = 0) -> IdleText:
    """The empty table: an open tote of single items, orders that wait, or nothing to do; `shelved` are problems."""
    say, step = words.say, next_step(words, view, has_printer=has_printer)
    last = ""
    if view.closed is not None:
        last = say("packing_last_closed", order=view.closed.facts.get("order"), time=words.time(view.closed.at))
    hint = say("packing_waiting", count=view.waiting) if view.waiting else say("packing_empty_hint")
    if is_left(view):
        hint = say("packing_badge_hint")
    elif shelved:
        last = " · ".join(part for part in (last, say("packing_shelf", count=shelved)) if part)
    return IdleText(step.sign or "scan-barcode", step.sentence, hint, last)
