"""What a failure compares: what was scanned and what was expected, each with its picture or its number."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.barcode import Kind, kind_of
from app.domain.errors import Fact
from app.domain.needs import Need
from app.domain.states import ParcelState
from app.domain.verdict import Code
from app.queries.packing_view import PackingView
from ui.commands import COMMANDS
from ui.pages.packing_texts import needed, next_step
from ui.widgets.painted import grouped, one_line
from ui.widgets.verdict import Side
from ui.words import Words

# nothing of the order on the table is expected after these
_NO_MORE = frozenset({
    Code.ORDER_CANCELLED, Code.NOT_PICKED, Code.LABEL_REFUSED, Code.NOT_ALLOWED, Code.ADDRESS_CHANGED,
    Code.DUPLICATE_SERIAL, Code.EXPIRED, Code.SHELF_LIFE_SHORT,
})  # fmt: skip
_OF_A_LABEL = {
    Code.WRONG_LABEL: "packing_label_of", Code.SUPERSEDED_COPY: "packing_copy", Code.LABEL_VOIDED: "packing_label_void",
}  # fmt: skip
# what the bench also takes: its icon and its word
_OF_OURS = {Kind.TOTE: ("inbox", "packing_a_tote"), Kind.ORDER: ("clipboard-list", "packing_an_order")}


def kilograms(grams: int) -> str:
    """Grams as a scale shows them: `0.412`."""
    sign, grams = ("-", -grams) if grams < 0 else ("", grams)
    return f"{sign}{grams // 1000}.{grams % 1000:03d}"


def sides(
    words: Words, code: str, facts: Mapping[str, Fact], raw: str, view: PackingView | None, name: str | None = None
) -> tuple[Side, ...]:
    """What was scanned and what was expected; only the first where nothing is expected any more."""
    if code == Code.WEIGHT_OFF:
        return _weights(words, facts)
    return tuple(side for side in (_scanned(words, code, facts, raw, name), _expected(words, code, view)) if side)


def _weights(words: Words, facts: Mapping[str, Fact]) -> tuple[Side, ...]:
    grams, expected, tolerance = (facts.get(name) for name in ("grams", "expected", "tolerance"))
    if not (isinstance(grams, int) and isinstance(expected, int) and isinstance(tolerance, int)):
        return ()
    by = grams - expected
    off = words.say("packing_too_heavy" if by > 0 else "packing_too_light", grams=abs(by))
    weighed, wanted = (words.say("packing_kg", kg=kilograms(each)) for each in (grams, expected))
    return (
        Side(words.say("packing_weighed"), "scale", "", number=weighed, detail=off),
        Side(
            words.say("packing_should_weigh"), "scale", "", number=wanted,
            detail=words.say("packing_tolerance", grams=tolerance),
        ),
    )  # fmt: skip


def _scanned(words: Words, code: str, facts: Mapping[str, Fact], raw: str, name: str | None) -> Side:
    caption = words.say("packing_scanned")
    shown = grouped(one_line(raw))
    sku = facts.get("sku")
    called = name or facts.get("name") or sku
    if isinstance(called, str) and called:
        detail = str(sku) if sku and sku != called else ""
        slot = facts.get("belongs_slot")
        if isinstance(slot, int):  # where it goes is what the packer wants to know
            shown, detail = "", words.say("packing_slot_here", slot=slot, order=facts.get("belongs_order"))
        return Side(
            caption, "package", called, shown, detail, sku=str(sku or ""), slot=slot if isinstance(slot, int) else None
        )
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
    if code == Code.CHECK_BY_ANOTHER:
        return Side(caption, "user", say("packing_another_badge"))
    if needed(view) not in (None, Need.ITEMS):
        step = next_step(words, view, has_printer=True)
        return Side(caption, step.sign or "package", step.sentence)
    if parcel.state is ParcelState.OPEN and parcel.line is not None:
        line = parcel.line
        if code in (Code.KIT_BY_PARENT, Code.KIT_UNFINISHED) and line.kit is not None:
            kit = words.say("packing_kit", kit=line.kit.name or line.kit.sku)
            if code == Code.KIT_BY_PARENT:
                return Side(caption, "layers", kit, line.kit.sku, sku=line.kit.sku)
        place = " · ".join(part for part in (line.location, say("packing_open", count=line.open)) if part)
        return Side(caption, "package", line.called, grouped(line.barcode or line.sku), place, sku=line.sku)
    title = say("packing_label_of", order=parcel.order)
    return Side(caption, "tag", title, grouped(parcel.tracking or ""), say("packing_copy", copy=parcel.copy))
