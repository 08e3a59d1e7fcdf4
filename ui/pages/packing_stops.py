"""What covers the packing page: a failure, a scan that was not saved, or a question, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.barcode import Command as Barcode
from app.domain.errors import Fact
from app.domain.packing import Code
from app.queries.packing_view import PackingView
from app.texts import say
from ui.pages.packing_texts import sides
from ui.widgets.verdict import Choice, Stop
from ui.words import Words

Act = Callable[[], object]
REASONS = (
    ("packing_torn", Barcode.TORN.value),
    ("packing_blurred", Barcode.BLURRED.value),
    ("packing_lost", Barcode.LOST.value),
)


# the sentence says what is to be done with the goods, or with a label
_DO_IT = frozenset({
    Code.ORDER_CANCELLED, Code.NOT_PICKED, Code.NO_ORDER_FOR_ITEM, Code.LABEL_REFUSED, Code.LABEL_VOIDED,
    Code.SUPERSEDED_COPY,
})  # fmt: skip
# something else is to be scanned, which the bench takes only after the acknowledgement
_SCAN_ON = frozenset({
    Code.UNKNOWN_CODE, Code.MISREAD, Code.WRONG_KIND, Code.PARCEL_UNFINISHED, Code.LABEL_NOT_SCANNED, Code.LATCHED,
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


def failure(words: Words, held: Held, view: PackingView | None, acknowledge: Act) -> Stop:
    """A latch, or a scan that is not on disk."""
    word, sentence = words.say(f"packing_word_{held.code}"), say(held.code, held.facts, words.language)
    if held.code == Code.UNKNOWN_CODE and view is not None and view.parcel is None and not view.bulk_waiting:
        sentence = words.say("packing_unknown_idle")
    if held.code == "not_saved":
        sentence = say("packing_not_saved", held.facts, words.language)
        return Stop(
            "system", word, sentence, words.say("packing_how_not_saved"), sides(words, held.code, {}, held.raw, None),
            words.say("packing_not_saved_count", count=held.count) if held.count > 1 else "",
            (Choice("Enter", words.say("command_packing_ok"), acknowledge, primary=True),),
        )  # fmt: skip
    return Stop(
        "fail", word, sentence, _how(words, held.code),
        sides(words, held.code, held.facts, held.raw, view, held.name),
        words.say("packing_refused", count=held.count) if held.count else "",
        (Choice("Enter", words.say("command_packing_ok"), acknowledge, primary=True),),
    )  # fmt: skip


def _how(words: Words, code: str) -> str:
    """How a failure ends, after what its sentence has said already."""
    if code in _DO_IT:
        return words.say("packing_how_done")
    return words.say("packing_how_on" if code in _SCAN_ON else "packing_how_latch")


def question(words: Words, held: Held, press: Callable[[str], Act], acknowledge: Act, leave: Act) -> Stop:
    """Whether to take an order over, or why another copy is wanted; `press` gives what a command barcode does."""
    word, sentence = words.say(f"packing_word_{held.code}"), say(held.code, held.facts, words.language)
    if held.code == Code.TAKE_OVER:
        how = words.say("packing_how_take_over")
        choices = [Choice("Enter", words.say("packing_take"), acknowledge, primary=True)]
    else:
        how = words.say("packing_how_reason")
        choices = [
            Choice(str(number), words.say(code), press(barcode)) for number, (code, barcode) in enumerate(REASONS, 1)
        ]
    choices.append(Choice("Esc", words.say("packing_leave"), leave))
    return Stop("attention", word, sentence, how, choices=tuple(choices), sign="circle-help")
