"""The window's language: what is shown is said again when it is switched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from PySide6.QtCore import QObject, Signal

from app.domain.errors import Fact, Refusal
from app.texts import country_name, explain, say


class Words(QObject):
    """Says codes in the language of the moment; `switched` when it is another one."""

    switched = Signal()

    def __init__(self, language: str = "en", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.language = language
        self._spoken: list[tuple[Callable[[str], object], str, dict[str, Fact]]] = []

    def say(self, code: str, /, **facts: Fact) -> str:
        """The sentence of a code."""
        return say(code, facts, self.language)

    def explain(self, refusal: Refusal) -> str:
        """The sentence of a refusal."""
        return explain(refusal, self.language)

    def show(self, setter: Callable[[str], object], code: str, /, **facts: Fact) -> None:
        """Give a widget that lives as long as the window its text, now and after every switch of the language."""
        self._spoken.append((setter, code, facts))
        setter(self.say(code, **facts))

    def switch(self, language: str) -> None:
        """Speak another language from now on."""
        if language == self.language:
            return
        self.language = language
        for setter, code, facts in self._spoken:
            setter(self.say(code, **facts))
        self.switched.emit()

    def country(self, code: str) -> str:
        """A country's name."""
        return country_name(code, self.language)

    def age(self, seconds: float) -> str:
        """How long ago, or how long still: `8 s`, `12 min`, `3 h`, `2 d`."""
        whole = max(0, int(seconds))
        for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if whole >= size * (2 if unit == "days" else 1):
                return self.say(f"frame_age_{unit}", count=whole // size)
        return self.say("frame_age_seconds", count=whole)

    def time(self, moment: datetime, zone: tzinfo | None = None) -> str:
        """The time of day in a zone (default: this computer's)."""
        return moment.astimezone(zone).strftime("%H:%M")

    def date(self, moment: datetime, zone: tzinfo | None = None) -> str:
        """Day and time in a zone, as ISO 8601 writes them: the same in both languages."""
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
