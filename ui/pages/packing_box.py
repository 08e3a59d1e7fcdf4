"""What the panel beside the table says: cartons, weight, what is to be confirmed; and how the session goes."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.barcode import Kind, make_code
from app.domain.bench import OpenParcel
from app.domain.bench_rules import CartonRule, Weigh
from app.domain.cartons import Suggestion
from app.domain.inserts import left
from app.domain.needs import Need
from app.domain.second_check import may_check
from app.domain.states import ParcelState
from app.domain.weights import tolerance_g
from app.queries.packing_extras import Tally
from app.queries.packing_view import PackingView, ParcelView
from ui.pages.packing_sides import kilograms
from ui.pages.packing_texts import is_note_unread, needed
from ui.widgets.box import CARTONS, BoxText, CartonText, CheckText, TallyText, WeightText
from ui.widgets.note import Note, NoteText
from ui.words import Words

LONG_STREAK = 20  # pieces in a row that are worth a word
_ICONS = {"note": "file-text", "inserts": "gift", "check": "user"}


@dataclass(frozen=True, slots=True)
class OnScale:
    """What the scale of the station says now: grams, None while it says nothing, and whether they stand still."""

    there: bool = False
    grams: int | None = None
    stable: bool = False


def box(words: Words, view: PackingView, cartons: tuple[Suggestion, ...], scale: OnScale) -> BoxText:
    """All of the panel; what a warehouse never asks for has no room in it."""
    rules, need = view.bench.rules, needed(view)
    return BoxText(
        carton_tiles(words, view, cartons) if rules.carton is not CartonRule.OFF and view.cartons else None,
        weight(words, view, scale) if rules.weigh is not Weigh.OFF else None,
        checks(words, view),
        {Need.CARTON: "carton", Need.WEIGHT: "weight"}.get(need, "") if need is not None else "",
        words.say("packing_carton_none") if view.table is not None else "",
    )


def carton_tiles(words: Words, view: PackingView, cartons: tuple[Suggestion, ...]) -> tuple[CartonText, ...]:
    """The suggested cartons; the chosen one in place of the last where it was not suggested."""
    table, parcel = view.table, view.parcel
    if table is None or parcel is None:
        return ()
    chosen = table.carton_id
    found = []
    for number, one in enumerate(cartons, 1):
        of = one.box
        mark = ""
        if number == 1:
            mark = words.say("packing_usual" if one.learned else "packing_best")
        found.append(
            CartonText(
                str(number), make_code(Kind.CARTON, of.carton_id), of.name or of.code,
                "×".join(str(side) for side in of.inside), mark, chosen=of.carton_id == chosen,
            )
        )
    if chosen is not None and not any(one.chosen for one in found):
        kept = found[: CARTONS - 1]
        other = CartonText(str(len(kept) + 1), make_code(Kind.CARTON, chosen), parcel.carton, "", chosen=True)
        found = [*kept, other]
    return tuple(found)


def weight(words: Words, view: PackingView, scale: OnScale) -> WeightText:
    """What the scale says, or what was weighed; and what is expected once everything is in the box."""
    table, parcel, rules = view.table, view.parcel, view.bench.rules
    caption = words.say("packing_weight")
    if table is None or parcel is None:
        return WeightText("", "", "", caption)
    wanted = expected_g(parcel, table, rules.filler_g)
    if rules.weigh is Weigh.NOTED:
        expected = words.say("packing_weight_any")
    elif wanted is None:
        expected = words.say("packing_weight_unknown")
    else:
        expected = words.say("packing_expected_weight", kg=kilograms(wanted), grams=tolerance_g(rules, wanted))
    if table.weighed_g is not None:
        state = "attention" if table.weight_accepted else "pass"
        return WeightText(words.say("packing_kg", kg=kilograms(table.weighed_g)), expected, state, caption)
    if table.weight_accepted:
        return WeightText(words.say("packing_weight_accepted"), expected, "attention", caption)
    if not scale.there:
        return WeightText(words.say("packing_no_scale"), expected, "", caption)
    number = "–" if scale.grams is None else words.say("packing_kg", kg=kilograms(scale.grams))
    return WeightText(number, expected, "live" if scale.stable else "", caption)


def expected_g(parcel: ParcelView, table: OpenParcel, filler_g: int) -> int | None:
    """What the box weighs with everything in it, in grams; None where an item's weight is not known."""
    total = parcel.carton_g + filler_g
    whole = parcel.state is ParcelState.OPEN and not table.sealed
    for line in parcel.lines:
        pieces = line.packed + line.open if whole else line.packed
        if pieces and line.weight_g is None:
            return None
        total += pieces * (line.weight_g or 0)
    return total


def checks(words: Words, view: PackingView) -> tuple[CheckText, ...]:
    """Note, inserts and second check, each in its row whether it is asked for or not."""
    table, parcel, need = view.table, view.parcel, needed(view)
    if table is None or parcel is None:
        return ()

    def state(of: Need, *, done: bool) -> str:
        return "done" if done else "now" if need is of else "open"

    note = inserts = check = CheckText("", "")
    if table.has_note:
        kinds = [
            words.say(code) for code, text in (
                ("packing_gift_message", parcel.gift_message), ("packing_buyer_message", parcel.buyer_message),
            ) if text
        ]  # fmt: skip
        note = CheckText(_ICONS["note"], " · ".join(kinds), state(Need.NOTE, done=table.note_confirmed))
    if table.inserts:
        open_ = left(table)
        text = table.inserts[0].name
        if len(table.inserts) > 1:
            text = words.say("packing_inserts", done=len(table.inserts) - len(open_), count=len(table.inserts))
        inserts = CheckText(_ICONS["inserts"], text, state(Need.INSERTS, done=not open_))
    if table.check_needed:
        text = words.say("packing_check")
        if table.checked:
            text = words.say("packing_checked")
        elif need is Need.CHECK and may_check(view.bench, table):
            text = words.say("packing_check_left", count=table.unchecked)
        check = CheckText(_ICONS["check"], text, state(Need.CHECK, done=table.checked))
    return note, inserts, check


def note(words: Words, view: PackingView) -> NoteText | None:
    """What the buyer has written, while it waits to be read; None otherwise."""
    parcel = view.parcel
    if parcel is None or parcel.cancel_requested or not is_note_unread(view):
        return None
    notes = []
    if parcel.gift_message:
        notes.append(Note("gift", words.say("packing_gift_message"), parcel.gift_message))
    if parcel.buyer_message:
        notes.append(Note("file-text", words.say("packing_buyer_message"), parcel.buyer_message))
    return NoteText(tuple(notes), words.say("packing_note_how"))


def tally(words: Words, counts: Tally, view: PackingView) -> TallyText:
    """How the session goes: what was done, never what was missed."""
    pace = "–" if counts.pace is None else str(counts.pace)
    cards = (
        (words.say("packing_tally_orders"), str(counts.orders)),
        (words.say("packing_tally_pieces"), str(counts.pieces)),
        (words.say("packing_tally_pace"), pace), (words.say("packing_waits"), str(view.waiting)),
    )  # fmt: skip
    code = "packing_tally_new" if counts.pace is None else "packing_tally_line"
    line = words.say(code, orders=counts.orders, pieces=counts.pieces, pace=pace)
    praise = ""
    if counts.streak >= LONG_STREAK:
        praise = words.say("packing_praise_streak", count=counts.streak)
    elif counts.pace is not None and counts.best > 1:
        praise = words.say("packing_praise_best", count=counts.best)
    return TallyText(cards, line, praise)
