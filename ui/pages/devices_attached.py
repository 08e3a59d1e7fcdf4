"""What the cards of attached devices say: printers beside the label printer, scanners, the scale."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from app.devices import DeviceSeen, command_for, is_device_of
from app.domain.errors import Refusal
from ui.pages.devices_card import Card, Fact
from ui.widgets.painted import one_line
from ui.widgets.status import BARRED
from ui.words import Words
from ui.workspace import Workspace

WELL = frozenset({"ready", "busy", "label_waiting", "not_asked"})
_CARD_STATES = {
    "absent": "absent", "connecting": "busy", "ready": "well", "busy": "busy", "attention": "look", "fault": "fault",
}  # fmt: skip


def show_printer(work: Workspace, use: str, card: Card, queued: int, barred: Mapping[str, Refusal]) -> None:
    """A printer beside the label printer, with how many jobs wait for it."""
    say, seen = work.words.say, work.printers[use]
    facts = [Fact(say("devices_fact_url"), seen.url, code=True)]
    facts.append(Fact(say("devices_fact_queue"), say("devices_waiting", queued=queued)))
    hint = say(f"devices_about_{use}")
    if not seen.code:
        card.show_state("busy", say("devices_asking"), hint, facts)
    elif seen.code in BARRED:
        card.show_state("fault", say("devices_barred"), remedy(work.words, barred.get(seen.url)), facts)
    else:
        card.show_state(
            "well" if seen.code in WELL else "fault", said_by(work.words, seen.code, seen.url, alone=True), hint, facts
        )


def show_scanner(work: Workspace, url: str, card: Card) -> None:
    """A scanner that is kept open, and its last scan."""
    say, words = work.words.say, work.words
    devices = work.attached
    seen = None if devices is None else next((one for one in devices.scanners if one.url == url), None)
    facts = [Fact(say("devices_fact_url"), url, code=True)]
    state, title, hint = _state_of(words, seen, "devices_scan_anything")
    last = work.scanner
    if seen is not None and last.at is not None and is_device_of(url, last.device):
        title = say("devices_scanner_works") if state == "well" else title
        facts.append(Fact(say("devices_fact_code"), one_line(last.code), code=True))
        age = words.age(monotonic() - last.at)
        facts.append(Fact(say("devices_fact_scan"), say("devices_ago", age=age)))
    card.show_state(state, title, hint, facts)


def show_scale(work: Workspace, card: Card) -> None:
    """The scale, and what lies on it now."""
    say, url, devices = work.words.say, work.settings.scale, work.attached
    if not url:
        card.show_state("none", say("devices_none"), say("devices_scale_later"), [])
        return
    seen = None if devices is None else devices.scale
    facts = [Fact(say("devices_fact_url"), url, code=True)]
    state, title, hint = _state_of(work.words, seen, "devices_scale_hint")
    weight = None if devices is None else devices.weight
    if state == "well" and weight is not None:
        title = weight_text(work.words, weight.grams)
        hint = say(f"devices_scale_{weight.state}")
        if not weight.stable:
            state = "busy"
            hint = say("devices_scale_moving") if weight.state in ("stable", "zero") else hint
    card.show_state(state, title, hint, facts)


def said_by(words: Words, code: str, url: str, *, alone: bool = False) -> str:
    """A code of a printer or its address, in words; what it says of itself begins in the middle of a sentence."""
    text = words.say(code, url=url, scheme=url.partition(":")[0])
    return text[:1].upper() + text[1:] if alone and not text.startswith(url) else text


def _state_of(words: Words, seen: DeviceSeen | None, hint: str) -> tuple[str, str, str]:
    """How a card shows a device: its state, its title and what to do; None while it is just being opened."""
    if seen is None:
        return "busy", words.say("devices_is_connecting"), ""
    said = words.say(hint) if seen.trouble is None else remedy(words, seen.trouble)
    return _CARD_STATES[seen.state], words.say(f"devices_is_{seen.state}"), said


def remedy(words: Words, trouble: Refusal | None) -> str:
    """What mends it, and that its command can be copied; "" before it is known."""
    if trouble is None:
        return ""
    said = words.explain(trouble)
    return f"{said}\n{words.say('devices_copy')}" if command_for(trouble) else said


def weight_text(words: Words, grams: int | None) -> str:
    """A weight in kilograms; a dash where the scale gives none."""
    return "–" if grams is None else words.say("devices_kilograms", kilograms=f"{grams / 1000:.3f}")
