"""Whatever can reach a person has its sentence, in both languages and with facts that are really given."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from app.devices import USES
from app.domain import states
from app.domain.barcode import Command, Kind
from app.domain.bench import (
    Bench,
    Found,
    Item,
    LabelFound,
    Line,
    OpenParcel,
    OrderFound,
    Unknown,
)
from app.domain.errors import Fact, KnownError, Refusal
from app.domain.incoming import Spoilt
from app.domain.master import MEASURES, PLACE
from app.domain.orders import SHIPPING
from app.domain.picking import LocationFound, PickCode, Task, judge_pick
from app.domain.states import JobState, ParcelState
from app.domain.verdict import REPRINT_REASONS, Code
from app.sentences import SENTENCES, SUBJECTS, WORDS
from app.sync.file_profiles import FIELDS, KINDS
from app.texts import explain, placeholders, say, translate
from hardware.device import DeviceState
from hardware.discovery import Kind as FoundKind
from hardware.printer import Condition
from hardware.printers import escpos_status, tspl_status
from hardware.printers.zpl_status import ERROR_WORDS, WARNING_WORDS
from hardware.scale_protocols import ScaleState
from printing.templates import load_template
from tests.factories import Hands, House
from tests.intake import run

CHECKOUT = Path(__file__).parents[2]
ROOMS = ("app", "db", "hardware", "printing", "ui")
SNAKE = re.compile(r"[a-z][a-z0-9_]*")
STATES = [kind for kind in vars(states).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
STATES.remove(StrEnum)
STATES.remove(states.Lane)

# where a call has its code, and where its facts
_CODE_AT = {
    "Refusal": 0, "KnownError": 0, "tell": 0, "say": 0, "_note": 0, "_progress": 0, "Problem": 1, "SetAside": 1,
    "show": 1, "show_text": 1, "Empty": 0, "Column": 0, "lost": 0,
}  # fmt: skip
_WINDOW = ("show", "show_text", "Empty", "Column")
# calls whose facts are their keywords
_BY_KEYWORD = ("Refusal", "KnownError", "tell", "show", "show_text")
# a judge of rows adds the order by itself
_ADDED = {"tell": {"order"}}
# composed from the state of a job, or read from a list of error texts
_COMPOSED = [f"{what}_{state.value}" for what in ("print", "reprint") for state in JobState]


def trees() -> Iterator[tuple[str, ast.AST]]:
    for room in ROOMS:
        for file in sorted((CHECKOUT / room).rglob("*.py")):
            yield str(file.relative_to(CHECKOUT)), ast.parse(file.read_text(encoding="utf-8"))


def texts_in(node: ast.AST | None) -> list[str]:
    """The codes that an expression can be: a literal, or either side of a choice."""
    if isinstance(node, ast.IfExp):
        return texts_in(node.body) + texts_in(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and SNAKE.fullmatch(node.value):
        return [node.value]
    return []


def facts_in(call: ast.Call, name: str) -> set[str] | None:
    """The names of the facts that a call gives, None where they are made elsewhere."""
    if any(word.arg is None for word in call.keywords):
        return None
    keywords = {word.arg for word in call.keywords if word.arg}
    # the window's words take the facts of a sentence as keywords
    if name in _BY_KEYWORD or (name == "say" and len(call.args) == 1 and not keywords & {"facts", "language"}):
        return keywords | _ADDED.get(name, set())
    if name in ("Empty", "Column"):
        return None
    at = _CODE_AT[name] + 1
    told = call.args[at] if name in ("say", "Problem") and len(call.args) > at else None
    if told is None:
        return set() if name in ("say", "Problem") else None
    if not isinstance(told, ast.Dict) or not all(isinstance(key, ast.Constant) for key in told.keys):
        return None
    return {str(key.value) for key in told.keys if isinstance(key, ast.Constant)}


@functools.cache
def said() -> list[tuple[str, str, set[str] | None]]:
    """(code, place, names of its facts) of every code that the sources raise, report, say or write down."""
    found: list[tuple[str, str, set[str] | None]] = []
    for file, tree in trees():
        for node in ast.walk(tree):
            place = f"{file}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                at = None if name in _WINDOW and not file.startswith("ui") else _CODE_AT.get(name)
                if at is not None and len(node.args) > at:
                    found += [(code, place, facts_in(node, name)) for code in texts_in(node.args[at])]
                if file.startswith("app/operations"):
                    reasons = [word.value for word in node.keywords if word.arg == "reason"]
                    found += [(code, place, None) for reason in reasons for code in texts_in(reason)]
            elif isinstance(node, ast.Assign):
                target = node.targets[0]
                name = getattr(target, "id", getattr(target, "attr", ""))
                # `code = "a" if … else "b"`, and what is written at a print job
                if name == "code" or (name == "reason" and isinstance(target, ast.Attribute)):
                    found += [(code, place, None) for code in texts_in(node.value)]
            elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and file == "printing/spooler.py":
                found += [(code, place, None) for code in texts_in(node.elts[2])]
            elif isinstance(node, ast.Constant) and file == "db/engine.py":
                found += [(code, place, None) for code in texts_in(node) if code.startswith("database_")]
            elif isinstance(node, ast.Return) and file == "printing/in_flight.py":
                found += [(code, place, None) for code in texts_in(node.value)]
    return found



def test_the_scan_of_the_sources_finds_each_way_in_which_a_code_is_given() -> None:
    codes = {code for code, _, _ in said()}
    ways = {
        "wave_unknown", "device_gone", "row_cells", "sku_refused", "order_too_heavy_for_cart", "kicked_problem",
        "doctor_no_sound", "demo_picking", "too_many_unsettled", "not_counted", "interrupted", "busy", "database_full",
        "taken_back",
    }  # fmt: skip
    assert ways <= codes
    assert len(codes) > 150


def test_every_code_of_the_sources_has_a_sentence() -> None:
    assert [f"{place}: {code}" for code, place, _ in said() if code not in SENTENCES] == []


def test_a_sentence_asks_only_for_facts_that_its_code_is_given() -> None:
    lacking = {
        f"{place}: {code}": placeholders(SENTENCES[code]) - facts
        for code, place, facts in said()
        if facts is not None and code in SENTENCES
    }
    assert {place: names for place, names in lacking.items() if names} == {}
    assert len(lacking) > 100


@pytest.mark.parametrize(
    "code",
    [
        *Code, *PickCode, *Condition, *ERROR_WORDS.values(), *WARNING_WORDS.values(), *REPRINT_REASONS.values(),
        *(spoilt.value for spoilt in Spoilt), *_COMPOSED, "other_error", "no_host_status", "no_answer", "not_asked",
        "under_temperature", "source_cancelled", "cancelled_now", "cancel_at_gate", "offline",
        *tspl_status.FAULT_WORDS.values(), *escpos_status.FAULT_WORDS.values(),
        *(f"device{part}_{state}" for state in DeviceState for part in ("", "s_is")),
        *(f"devices_scale_{state}" for state in ScaleState), *(f"devices_kind_{kind}" for kind in FoundKind),
        *(f"settings_{part}_{use}" for use in USES for part in ("field", "hint")),
    ],
)  # fmt: skip
def test_a_code_that_is_composed_or_passed_on_has_a_sentence(code: str) -> None:
    assert str(code) in SENTENCES


def test_facts_that_are_codes_have_words() -> None:
    kinds = {kind.name.lower() for kind in Kind} - {"parcel"} | {"label", "location"} | set(KINDS)
    label = load_template("parcel_4x6").fields
    fields = {*FIELDS, *MEASURES, *PLACE, *SHIPPING, *label, "name", "lines"}
    wanted = {f"kind_{kind}" for kind in kinds} | {f"field_{field}" for field in fields}
    wanted |= {f"state_{state.value}" for kind in STATES for state in kind}
    wanted |= {f"entity_{kind.__name__}" for kind in STATES}
    assert wanted - set(WORDS) == set()
    assert "state_closed" in wanted


def chinese() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in resources.files("resources").joinpath("i18n", "zh").iterdir():
        with file.open("rb") as stream:
            read = read_po(stream, locale="zh", abort_invalid=True)
            found |= {(f"{m.context}\x04" if m.context else "") + str(m.id): str(m.string) for m in read if m.id}
    return found


def test_each_code_stands_in_one_file() -> None:
    assert sum(len(subject.SENTENCES) for subject in SUBJECTS) == len(SENTENCES)


EVERYTHING = SENTENCES | WORDS


def test_what_is_said_in_english_is_said_in_chinese() -> None:
    known = chinese()
    assert [code for code, english in EVERYTHING.items() if english not in known] == []
    # names and product terms alone are the same in both
    same = {english for english in EVERYTHING.values() if translate(english, "zh") == english}
    assert same <= {"SKU", "SKUs"}


def test_both_languages_ask_for_the_same_facts() -> None:
    assert {c: t for c, t in EVERYTHING.items() if placeholders(t) != placeholders(translate(t, "zh"))} == {}
    assert not any(map(placeholders, WORDS.values()))


def test_the_catalogue_is_read_as_gettext_reads_it() -> None:
    for entry, other in chinese().items():
        code, _, english = entry.rpartition("\x04")
        assert translate(english, "zh", code) == other


def test_a_word_that_is_two_in_chinese_is_told_apart_by_its_code() -> None:
    assert say("frame_page_documents", language="zh") == "单据"
    assert translate("Documents", "zh") == "文件"  # of what a customs form declares


def test_the_catalogue_holds_nothing_that_is_not_said() -> None:
    assert {entry.rpartition("\x04")[2] for entry in chinese()} - set(EVERYTHING.values()) == set()


def test_sentences_are_calm_and_whole() -> None:
    for english in EVERYTHING.values():
        for sentence in (english, translate(english, "zh")):
            assert not re.search(r"[!！]", sentence), sentence
            assert sentence == sentence.strip(), sentence
            assert "  " not in sentence, sentence
            assert not sentence.endswith((".", "。")), sentence
            assert len(sentence) <= 160, sentence
        assert not re.search(r"\berror \d", english, re.IGNORECASE), english
        # the product's words, and none beside them
        assert not re.search(r"\b(product|package|bin|tray|printout|workstation|ticket)s?\b", english), english


# the rules give what the sentences ask for

ORDER = OrderFound(1, "A-1", pickable=True, shipped=False, cancelled=False)
LINES = (Line(1, 1, "MUG", 2, 0), Line(2, 2, "PEN", 1, 0))
OPEN = OpenParcel(1, "PB1", ParcelState.OPEN, 1, "A-1", False, LINES)
LAST = replace(OPEN, lines=(Line(1, 1, "MUG", 2, 1),))
WAITS = replace(OPEN, state=ParcelState.LABELLING, tracking="LX1", copy=2, job=JobState.PRINTED)
UNSURE = replace(WAITS, job=JobState.UNCERTAIN)
HERE = LabelFound(1, 2, False, ORDER)
MUG = Item(1, "MUG", 1)


def table(parcel: OpenParcel | None = None, **more: str | int) -> Bench:
    return Bench(parcel=parcel, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "at_location", "found"),
    [
        (PickCode.AT_LOCATION, False, LocationFound(1, "A-01")),
        (PickCode.WRONG_LOCATION, False, LocationFound(2, "A-02")),
        (PickCode.PICKED, True, MUG),
        (PickCode.WRONG_PICK, True, Item(2, "PEN", 1)),
        (PickCode.LOCATION_FIRST, False, MUG),
        (PickCode.SHORT, True, Command.SHORT),
        (PickCode.PICK_UNKNOWN_CODE, True, Unknown()),
    ],
)
def test_the_rule_of_the_pick_gives_every_fact_of_its_sentence(
    code: PickCode, at_location: bool, found: Found | LocationFound
) -> None:
    verdict = judge_pick(Task(1, 1, "A-01", 1, "MUG", 2, "T-1", 1, at_location), found)
    assert verdict.code is code
    assert placeholders(SENTENCES[code]) <= set(verdict.facts)


def test_picks_that_need_no_facts_ask_for_none() -> None:
    for code in (PickCode.NOTHING_TO_PICK, PickCode.BATCH_PICKED):
        assert not placeholders(SENTENCES[code])


def test_an_order_that_is_opened_says_how_much_is_to_be_scanned(house: House, hands: Hands) -> None:
    order = house.picked(("MUG", 2), "PEN")
    assert hands.scan(house.tote_of(order)) == Code.OPENED
    assert say(hands.judged.code, hands.judged.facts) == f"Order {house.source_id(order)}: 3 to scan"


def test_a_label_that_cannot_be_made_says_why_in_the_readers_language(house: House, hands: Hands) -> None:
    order = house.picked(("MUG", 2), recipient_name="Ada")
    run(house.store, "UPDATE orders SET recipient_name = :name WHERE id = :id", name="W" * 900, id=order)
    assert hands.scan(house.tote_of(order), "MUG-EAN", "MUG-EAN") == Code.LABEL_REFUSED
    facts = hands.judged.facts
    assert (facts["why_code"], facts["field"]) == ("label_text_too_long", "recipient")
    english, written = say(hands.judged.code, facts), say(hands.judged.code, facts, "zh")
    number = house.source_id(order)
    assert english == f"Put order {number} aside, its label cannot be made: " + say("label_text_too_long", facts)
    assert "recipient" in english
    assert written == f"请搁置订单 {number}，无法生成面单：" + say("label_text_too_long", facts, "zh")
    assert "收件人" in written


# how it is said


def test_the_language_is_chosen_with_every_sentence() -> None:
    facts: dict[str, Fact] = {"name": "MUG", "left": 2}
    assert [say("item", facts, language) for language in ("en", "zh", "en", "fr")] == [
        "MUG: 2 to go", "MUG：还差 2 件", "MUG: 2 to go", "MUG: 2 to go",
    ]  # fmt: skip


def test_facts_that_are_codes_are_worded() -> None:
    assert say("wrong_kind", {"kind": "person"}) == "That is a badge: scan an item, a tote or an order"
    assert say("wrong_kind", {"kind": "person"}, "zh") == "这是工牌：请扫描商品、周转箱或订单"
    late = Refusal("order_in_work", order="7", state="packing", fields="street, lines")
    assert explain(late) == "Order 7 is being packed: too late to change street, order lines"
    assert explain(late, "zh") == "订单 7 的状态为“打包中”：已不能更改街道地址、订单行"


def test_a_fact_without_a_word_is_shown_as_it_is() -> None:
    assert say("code_missing", {"field": "colour"}) == "The colour is missing: fill it in"
    # what a person typed is no code, even if it looks like one
    assert say("wave_unknown", {"wave": "orders"}, "zh") == "没有波次 orders"


def test_a_printers_several_troubles_are_said_one_after_the_other() -> None:
    assert say("cutter calibrate bit_80") == "the cutter is stuck, clear it; calibrate its paper; bit_80"
    assert say("cutter calibrate", language="zh") == "切刀卡住，请清理；请校准纸张"


def test_a_missing_fact_is_a_dash() -> None:
    assert say("wave_unknown") == "There is no wave –"
    assert explain(KnownError("number_invalid", field="weight", value=None)).startswith("The weight is no number (–)")
    assert say("label_refused", {"order": "7"}).endswith(": –")
    assert say("json_no_records", {"file": "a.json", "path": ""}).startswith("a.json has no list of records at –:")


def test_nothing_is_a_fact_too() -> None:
    assert say("item", {"name": "MUG", "left": 0}) == "MUG: 0 to go"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_fails_for_want_of_facts(language: str) -> None:
    for code in SENTENCES:
        plain = say(code, None, language)
        assert plain, code
        assert "{" not in plain, code


FACTS = st.one_of(st.none(), st.booleans(), st.integers(), st.text())


@given(
    st.one_of(st.sampled_from(sorted(SENTENCES)), st.text()),
    st.dictionaries(st.one_of(st.sampled_from(["why", "why_code", "kind", "fields", "order"]), st.text()), FACTS),
    st.sampled_from(["en", "zh", "xx"]),
)
def test_saying_never_fails(code: str, facts: dict[str, Fact], language: str) -> None:
    assert isinstance(say(code, facts, language), str)


def test_a_reason_that_leads_back_to_itself_ends() -> None:
    assert say("printer_waits", {"why_code": "printer_waits"}) == "Printer: Printer: –"


def test_a_code_without_a_sentence_is_shown_as_it_is() -> None:
    assert say("no_such_code") == "no_such_code"
    assert say("{no} such {code") == "{no} such {code"
