"""What the packing page says of a bench: from the view to the words of each place, with nothing painted or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.barcode import Kind, kind_of
from app.domain.errors import Fact
from app.domain.packing import Code
from app.domain.states import JobState, Lane, ParcelState
from app.domain.urgency import urgency
from app.queries.packing_view import PackingView, ParcelView
from ui.commands import COMMANDS
from ui.widgets.lines import Row
from ui.widgets.painted import grouped, one_line
from ui.widgets.parcel import CurrentText, FactsText, HeadText, IdleText
from ui.widgets.verdict import Side
from ui.words import Words

# nothing of the order on the table is expected after these
_NO_MORE = frozenset({Code.ORDER_CANCELLED, Code.NOT_PICKED, Code.LABEL_REFUSED})
_OF_A_LABEL = {
    Code.WRONG_LABEL: "packing_label_of", Code.SUPERSEDED_COPY: "packing_copy", Code.LABEL_VOIDED: "packing_label_void",
}  # fmt: skip
# what the bench also takes: its icon and its word
_OF_OURS = {Kind.TOTE: ("inbox", "packing_a_tote"), Kind.ORDER: ("clipboard-list", "packing_an_order")}
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
    return (parcel.parcel_id, parcel.state, parcel.copy, parcel.job_state, parcel.job_reason, parcel.cancel_requested)


def next_step(words: Words, view: PackingView, *, has_printer: bool) -> Said:
    """What is to be done now, as the state of the bench alone tells it: the one rule for head, middle and banner."""
    parcel = view.parcel
    if parcel is None:
        if view.bulk_tote is not None and view.bulk_waiting:
            return Said("", words.say("packing_bulk", tote=view.bulk_tote, count=view.bulk_waiting), "scan-barcode")
        if view.waiting == 0:
            return Said("", words.say("packing_empty"), "inbox")
        return Said("", words.say("next_scan_tote"), "scan-barcode")
    if parcel.cancel_requested:
        return Said("attention", words.say("packing_cancel_asked", order=parcel.order))
    if parcel.state is ParcelState.OPEN:
        line = parcel.line
        if line is None or not line.open:
            return Said("", words.say("resumed_open", order=parcel.order, remaining=parcel.remaining))
        return Said("", words.say("next_scan_item", name=line.called, left=line.open))
    return _next_of_label(words, parcel, has_printer=has_printer)


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


def head(words: Words, parcel: ParcelView, now: datetime | None = None) -> HeadText:
    """The order's line, with the time that is left to ship it."""
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
    return HeadText(
        words.say("packing_order", order=parcel.order), " · ".join(part for part in (shop, where) if part), level, due,
        left_over, parcel.tote or "", slot, words.say("packing_slot", slot=slot) if slot is not None else "",
        words.say("packing_word_order_cancelled") if parcel.cancel_requested else "",
    )  # fmt: skip


def current(words: Words, view: PackingView, *, has_printer: bool) -> CurrentText:
    """What is in the packer's hands: the item that is next, or the label once all items are verified."""
    parcel = view.parcel
    assert parcel is not None
    if parcel.cancel_requested:
        return CurrentText("ban", words.say("packing_put_aside"), caption=words.say("packing_put_aside_how"))
    pieces = f"{parcel.pieces - parcel.remaining} / {parcel.pieces}"
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
        str(line.open), words.say("packing_to_go"), f"{line.packed} / {line.ordered}", done=line.open == 0,
    )  # fmt: skip


def rows(words: Words, parcel: ParcelView) -> tuple[Row, ...]:
    """The lines of the order, in its own sequence."""
    return tuple(
        Row(
            line.line_id, line.called, line.location or "", f"{line.packed} / {line.ordered}",
            words.say("packing_line_read", name=line.called, packed=line.packed, ordered=line.ordered),
            done=line.open == 0,
            current=line.line_id == parcel.current and parcel.state is ParcelState.OPEN and not parcel.cancel_requested,
        )
        for line in parcel.lines
    )  # fmt: skip


def facts(words: Words, view: PackingView, *, has_printer: bool) -> FactsText:
    """The label of the parcel on the table, and the counts."""
    say, parcel = words.say, view.parcel
    counts = ((say("packing_done"), str(view.done)), (say("packing_waits"), str(view.waiting)))
    caption = say("packing_label")
    if parcel is None:
        return FactsText(caption, "tag", say("packing_label_none"), counts=counts)
    if parcel.cancel_requested:
        return FactsText(caption, "ban", say("packing_label_never"), counts=counts)
    if parcel.state is ParcelState.OPEN:
        code = "batches_packing_ahead" if parcel.ahead else "packing_label_later"
        return FactsText(caption, "tag", say(code), counts=counts)
    state = parcel.job_state
    step = _next_of_label(words, parcel, has_printer=has_printer)
    if state is None and parcel.state is ParcelState.LABELLING:
        return FactsText(caption, "ban", step.sentence, step.outcome, counts=counts)
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
        say("packing_throw_old") if parcel.older_copies else "", keys, counts,
    )  # fmt: skip


def idle(words: Words, view: PackingView, *, has_printer: bool) -> IdleText:
    """The empty table: an open tote of single items, orders that wait, or nothing to do here."""
    say, step = words.say, next_step(words, view, has_printer=has_printer)
    last = ""
    if view.closed is not None:
        last = say("packing_last_closed", order=view.closed.facts.get("order"), time=words.time(view.closed.at))
    hint = say("packing_waiting", count=view.waiting) if view.waiting else say("packing_empty_hint")
    return IdleText(step.sign, step.sentence, hint, last)


def sides(
    words: Words, code: str, facts: Mapping[str, Fact], raw: str, view: PackingView | None, name: str | None = None
) -> tuple[Side, ...]:
    """What was scanned and what was expected; only the first where nothing is expected any more."""
    return tuple(side for side in (_scanned(words, code, facts, raw, name), _expected(words, code, view)) if side)


def _scanned(words: Words, code: str, facts: Mapping[str, Fact], raw: str, name: str | None) -> Side:
    caption = words.say("packing_scanned")
    shown = grouped(one_line(raw))
    sku = facts.get("sku")
    called = name or facts.get("name") or sku
    if isinstance(called, str) and called:
        detail = str(sku) if sku and sku != called else ""
        return Side(caption, "package", called, shown, detail)
    if code in _OF_A_LABEL:
        order, copy = facts.get("belongs_to"), facts.get("copy")
        return Side(caption, "tag", words.say(_OF_A_LABEL[Code(code)], order=order, copy=copy), shown)
    command = next((one for one in COMMANDS if one.barcode == raw.strip().upper()), None)
    if command is not None:
        return Side(caption, "keyboard", words.say(f"command_{command.name}"), shown)
    of_ours = _OF_OURS.get(kind_of(raw) or Kind.COMMAND)
    if of_ours is not None:
        icon, code = of_ours
        return Side(caption, icon, words.say(code), shown)
    return Side(caption, "scan-barcode", shown)


def _expected(words: Words, code: str, view: PackingView | None) -> Side | None:
    if view is None or code in _NO_MORE:
        return None
    say, parcel = words.say, view.parcel
    caption = say("packing_expected")
    if parcel is None:
        if view.bulk_tote is not None and view.bulk_waiting:
            return Side(caption, "package", say("packing_an_item"), view.bulk_tote)
        return Side(caption, "inbox", say("packing_tote_or_order"))
    if parcel.state is ParcelState.OPEN and parcel.line is not None:
        line = parcel.line
        place = " · ".join(part for part in (line.location, say("packing_open", count=line.open)) if part)
        return Side(caption, "package", line.called, grouped(line.barcode or line.sku), place)
    title = say("packing_label_of", order=parcel.order)
    return Side(caption, "tag", title, grouped(parcel.tracking or ""), say("packing_copy", copy=parcel.copy))
