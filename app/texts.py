"""Codes into sentences, in English and Chinese, and for buyers in more: the one place that knows how Packbench speaks.

The English sentence is the key of the gettext catalogue in `resources/i18n`; placeholders are the facts of a refusal
or verdict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter

from app.domain.errors import Fact, Refusal
from app.sentences import SENTENCES, WORDS

LANGUAGES = ("en", "zh")  # the house's
# what goes to a buyer can be in these: `app.sentences.buyers` is said in each
BUYERS_LANGUAGES = (
    *LANGUAGES, "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "hu", "ro", "el", "tr", "ru",
    "uk", "ar", "he", "th", "vi", "id", "ja", "ko",
)  # fmt: skip
_NOTHING = "–"
# our catalogues have one line a text; what gettext escapes there, JSON does as well
_ENTRY = re.compile(r'^(?:msgctxt (".+")\n)?msgid (".+")\nmsgstr (".+")$', re.MULTILINE)
_CONTEXT = "\x04"  # between context and text, as gettext has it
_COMMA = {"en": ", ", "zh": "、"}
_SEMICOLON = {"en": "; ", "zh": "；"}
# facts whose values are codes themselves, and where in WORDS those stand
_CODED = {
    "kind": "kind", "field": "field", "fields": "field", "state": "state", "current": "state", "wanted": "state",
    "entity": "entity", "act": "act",
}  # fmt: skip


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    sentences: dict[str, str] = {}
    if language not in BUYERS_LANGUAGES:
        return sentences
    for file in resources.files("resources").joinpath("i18n", language).iterdir():
        entries = _ENTRY.findall(file.read_text(encoding="utf-8"))
        sentences |= {
            (json.loads(code) + _CONTEXT if code else "") + json.loads(english): json.loads(other)
            for code, english, other in entries
        }
    return sentences


def translate(sentence: str, language: str = "en", code: str = "") -> str:
    """The sentence in the language, itself where the catalogue lacks it.

    What is one word in English may be two in another language: an entry whose context is the `code` counts first.
    """
    if language == "en":
        return sentence
    catalogue = _catalogue(language)
    return catalogue.get(code + _CONTEXT + sentence) or catalogue.get(sentence, sentence)


@cache
def placeholders(sentence: str) -> frozenset[str]:
    """The names of the facts that a sentence needs."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


def say(code: str, facts: Mapping[str, Fact] | None = None, language: str = "en") -> str:
    """The sentence of a code with its facts filled in; a fact that is missing shows as a dash.

    Facts that are codes themselves (kinds, fields, states) are worded too; where `why` is wanted and `why_code` is
    given, it is that code's sentence with the same facts. Several codes joined by blanks are said one after the
    other. A code without a sentence is shown as it is: better a bare word than nothing.
    """
    if code not in SENTENCES:
        several = code.split()
        known = len(several) > 1 and any(part in SENTENCES for part in several)
        if not known:
            return code
        return _SEMICOLON.get(language, "; ").join(say(part, facts, language) for part in several)
    sentence = translate(SENTENCES[code], language, code)
    given = dict(facts or {})
    why_code = given.pop("why_code", None)
    if isinstance(why_code, str):
        given["why"] = say(why_code, given, language)
    return sentence.format_map({name: _worded(name, given.get(name), language) for name in placeholders(sentence)})


def explain(refusal: Refusal, language: str = "en") -> str:
    """The sentence of a refusal."""
    return say(refusal.code, refusal.facts, language)


def _worded(name: str, fact: Fact, language: str) -> str:
    """A fact as it stands in a sentence."""
    if fact is None or fact == "":
        return _NOTHING
    kind = _CODED.get(name)
    if kind is None or not isinstance(fact, str):
        return str(fact)
    values = fact.split(", ") if name == "fields" else [fact]
    worded = (translate(WORDS.get(f"{kind}_{value}", value), language) for value in values)
    return _COMMA.get(language, ", ").join(worded)


def country_name(code: str, language: str = "en") -> str:
    """The name of a country (ISO 3166-1 alpha-2) as CLDR has it; the code itself where there is none."""
    from babel import Locale  # not on the way to the window

    return str(Locale(language).territories.get(code.upper(), code))
