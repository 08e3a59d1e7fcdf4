"""What a language is to a simulated printer: it cuts a byte stream into events and words the answers; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Label:
    """What is to be printed: bytes that can be drawn by themselves, how many times, and what paper-out does to it.

    `reprints`: a label that was broken off is printed whole again when the fault is mended.
    """

    data: bytes
    quantity: int = 1
    reprints: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """To be answered at once; `even_faulty`: also by firmware that is mute while it is faulty."""

    text: bytes
    even_faulty: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """To be answered when everything before it is printed."""

    answer: bytes


class Act(StrEnum):
    """Done at once."""

    CANCEL_ALL = "cancel_all"
    RESET = "reset"
    PAUSE = "pause"
    RESUME = "resume"


Event = Label | Question | Mark | Act


@dataclass(frozen=True, slots=True)
class Panel:
    """What the printer knows of itself, or says that it knows.

    `printing`: a label is under the head. `odometer`: None if it has none. `length_dots`: of the last label.
    """

    paper_out: bool = False
    ribbon_out: bool = False
    head_open: bool = False
    paused: bool = False  # by a person, or by any of these
    buffer_full: bool = False
    printing: bool = False
    formats_waiting: int = 0
    labels_remaining: int = 0
    odometer: int | None = None
    length_dots: int = 0

    @property
    def faulty(self) -> bool:
        """Whether a person must mend it."""
        return self.paper_out or self.ribbon_out or self.head_open


class Language(Protocol):
    """The language of one simulated printer, with what it remembers."""

    @property
    def suffix(self) -> str:
        """How the files of its labels end, and its name in URLs."""

    @property
    def in_label(self) -> bool:
        """Whether a label has begun to arrive and has not ended."""

    @property
    def noise(self) -> bytes:
        """What a printer of this language may say unasked."""

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes, in order."""

    def begin(self) -> None:
        """Another host is connected: what arrived in part is gone."""

    def forget(self) -> None:
        """The power was off: everything is gone."""

    def answer(self, question: Question, panel: Panel) -> bytes:
        """The words for it; b"" where the language has none."""
