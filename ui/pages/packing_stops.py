"""What covers the packing page: a failure, a scan that was not saved, or a question, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.barcode import Command as Barcode
from app.domain.errors import Fact
from app.domain.overrides import OVERRIDABLE
from app.domain.verdict import Code
from app.queries.packing_view import PackingView
from app.texts import say
from ui.commands import choices_of
from ui.pages.packing_sides import sides
from ui.widgets.verdict import Choice, Stop
from ui.words import Words

Act = Callable[[], object]
# what each question lets somebody choose: the words and the command
CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    Code.REASON_NEEDED: (
        ("packing_torn", Barcode.TORN.value),
        ("packing_blurred", Barcode.BLURRED.value),
        ("packing_lost", Barcode.LOST.value),
    ),
    Code.SHORT_HOW: (("packing_send_rest", Barcode.SPLIT.value), ("packing_shelve", Barcode.HOLD.value)),
}


# the sentence says what is to be done with the goods, or with a label
_DO_IT = frozenset({
    Code.ORDER_CANCELLED, Code.NOT_PICKED, Code.NO_ORDER_FOR_ITEM, Code.LABEL_REFUSED, Code.LABEL_VOIDED,
    Code.SUPERSEDED_COPY, Code.ADDRESS_CHANGED, Code.EXPIRED, Code.SHELF_LIFE_SHORT, Code.DUPLICATE_SERIAL,
})  # fmt: skip
# something else is to be scanned, which the bench takes only after the acknowledgement
_SCAN_ON = frozenset({
    Code.UNKNOWN_CODE, Code.MISREAD, Code.WRONG_KIND, Code.PARCEL_UNFINISHED, Code.LABEL_NOT_SCANNED, Code.LATCHED,
    Code.KIT_UNFINISHED, Code.KIT_BY_PARENT, Code.KIT_BY_COMPONENTS, Code.NOT_ALLOWED, Code.CHECK_BY_ANOTHER,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A failure or a question that waits for somebody: its code, what was scanned, and what that was found to be.

    `count` scans were refused since, or were not saved.
    """

    code: str
    raw: str
    facts: dict[str, Fact] = field(default_factory=dict)
    name: str | None = None
    count: int = 0


def failure(words: Words, held: Held, view: PackingView | None, acknowledge: Act, override: Act) -> Stop:
    """A latch, or a scan that is not on disk; `override` accepts what may be accepted."""
    word = words.say(f"packing_word_{held.code}")
    if held.code == "not_saved":
        sentence = say("packing_not_saved", held.facts, words.language)
        return Stop(
            "system", word, sentence, words.say("packing_how_not_saved"), sides(words, held.code, {}, held.raw, None),
            words.say("packing_not_saved_count", count=held.count) if held.count > 1 else "",
            (Choice("Enter", words.say("command_packing_ok"), acknowledge, primary=True),),
        )  # fmt: skip
    choices = [Choice("Enter", words.say("command_packing_ok"), acknowledge, primary=True)]
    how = _how(words, held.code, view)
    if held.code in OVERRIDABLE:
        if view is not None and may_override(view, held.code):
            choices.insert(0, Choice("Shift+F9", words.say("packing_override"), override))
        else:
            how = words.say("packing_how_more", how=how, more=words.say("packing_how_override"))
    return Stop(
        "fail", word, _sentence(words, held, view), how,
        sides(words, held.code, held.facts, held.raw, view, held.name),
        words.say("packing_refused", count=held.count) if held.count else "", tuple(choices),
    )  # fmt: skip


def may_override(view: PackingView, code: str) -> bool:
    """Whether who stands there may accept a failure; the engine asks once more."""
    act, table = OVERRIDABLE.get(code), view.table
    if act is None or table is None:
        return False
    return all(view.bench.may(act, each) for each in {line.handling_class for line in table.lines if line.packed})


def _sentence(words: Words, held: Held, view: PackingView | None) -> str:
    facts = held.facts
    if held.code == Code.UNKNOWN_CODE and view is not None and view.parcel is None and not view.bulk_waiting:
        return words.say("packing_unknown_idle")
    if held.code == Code.WRONG_ITEM and isinstance(facts.get("belongs_slot"), int):
        return words.say("packing_slot_sentence", name=facts.get("name"), slot=facts["belongs_slot"])
    grams, expected = facts.get("grams"), facts.get("expected")
    if held.code == Code.WEIGHT_OFF and isinstance(grams, int) and isinstance(expected, int):
        return words.say("packing_weigh_sentence_heavy" if grams > expected else "packing_weigh_sentence_light")
    return say(held.code, facts, words.language)


def _how(words: Words, code: str, view: PackingView | None) -> str:
    """How a failure ends, after what its sentence has said already."""
    if code == Code.WEIGHT_OFF:
        return words.say("packing_how_weight")
    if view is not None and code in view.bench.rules.release_by_scan:
        return words.say("packing_how_right")
    if code in _DO_IT:
        return words.say("packing_how_done")
    return words.say("packing_how_on" if code in _SCAN_ON else "packing_how_latch")


def question(
    words: Words, held: Held, view: PackingView | None, press: Callable[[str], Act], acknowledge: Act, leave: Act
) -> Stop:
    """Whether to take an order over, why another copy is wanted, what about a short; `press` gives a barcode's act."""
    word, sentence = words.say(f"packing_word_{held.code}"), say(held.code, held.facts, words.language)
    if held.code == Code.SHORT_HOW:
        sentence = words.say("packing_short_how", pieces=held.facts.get("pieces"))
    choices = [
        Choice(str(number), words.say(code), press(barcode))
        for number, (code, barcode) in enumerate(CHOICES.get(held.code, ()), 1)
    ]
    how, back = "packing_how_reason", "packing_leave"
    if held.code == Code.TAKE_OVER:
        how = "packing_how_take_over"
        choices = [Choice("Enter", words.say("packing_take"), acknowledge, primary=True)]
    elif held.code == Code.SUBSTITUTE:
        how = "packing_how_substitute"
        choices = [Choice("Enter", words.say("packing_take_substitute"), acknowledge, primary=True)]
    elif held.code == Code.SHORT_HOW:
        how, back = "packing_how_short", "packing_go_on"
    choices.append(Choice("Esc", words.say(back), leave))
    compared = sides(words, held.code, held.facts, held.raw, view) if held.code == Code.SUBSTITUTE else ()
    return Stop("attention", word, sentence, words.say(how), compared, choices=tuple(choices), sign="circle-help")


def chooser(words: Words, command: str, choose: Callable[[str], Act], leave: Act) -> Stop:
    """What stands under a command (`packing_problem`, `packing_more`); `choose` gives the act of a command's name."""
    choices = [
        Choice(str(number), words.say(f"command_{one.name}"), choose(one.name))
        for number, one in enumerate(choices_of(command), 1)
    ]
    choices.append(Choice("Esc", words.say("packing_leave"), leave))
    detail = words.say("packing_problem_detail") if command == "packing_problem" else ""
    return Stop(
        "attention", words.say(f"{command}_title"), detail, words.say("packing_how_chooser"),
        choices=tuple(choices), sign="circle-help",
    )  # fmt: skip
