"""What may go wrong on purpose: refusals, which a person is told, and known faults of the environment."""

from __future__ import annotations

Fact = str | int | bool | None


class Refusal(Exception):
    """An expected "no" with a code and its facts; `app.texts` turns it into a sentence.

    `code` is a key of the message table; `facts` fill its placeholders and never hold a buyer's name, address or
    phone.
    """

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({shown})" if shown else self.code


class KnownError(Refusal):
    """The environment failed (disk full, port gone, file unreadable): same form as a refusal, other cause."""
