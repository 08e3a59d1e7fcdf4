"""The answers of an ESC/POS printer as bytes and as meaning: `DLE EOT n` and the process ids of `GS ( H`; no I/O.

Byte tables: Epson, ESC/POS Command Reference, "DLE EOT", "GS ( H <Function 48>" and "GS a". What is said is told apart
by its bits: a status byte has `b & 0x93 == 0x12`; an automatic status is four bytes, the first with
`b & 0x93 == 0x10`, the others with `b & 0x90 == 0`; the answer to a process id is 37 22, the id, 00. The ids made here
have bit 4 clear in every byte, so that no byte of such an answer can be a status byte.
"""

from __future__ import annotations

from collections.abc import Mapping

from hardware.printer import Condition

ASKABLE = (1, 2, 3, 4)
IDS = 1 << 20  # how many process ids there are

_HEADER = b"\x37\x22"
_BLOCK = 7  # header, four bytes of id, NUL


def ask_status(number: int) -> bytes:
    """`DLE EOT n`."""
    return bytes((0x10, 0x04, number))


def ask_process_id(process_id: bytes) -> bytes:
    """`GS ( H`: to be answered with the id when everything before it has been printed."""
    return b"\x1d(H\x06\x00\x30\x30" + process_id


def answer_process_id(process_id: bytes) -> bytes:
    """The printer's answer to that."""
    return _HEADER + process_id + b"\x00"


def process_id(number: int) -> bytes:
    """Four bytes for a number below `IDS`, five bits in each, of 40 to 4F and 60 to 6F."""
    fives = [(number >> shift) & 0x1F for shift in (15, 10, 5, 0)]
    return bytes(0x40 | five & 0x0F | (five & 0x10) << 1 for five in fives)


class Answers:
    """Takes apart all that a printer says, however it is cut into pieces."""

    def __init__(self) -> None:
        self.statuses = bytearray()  # answers to DLE EOT, oldest first; whoever uses them takes them out
        self.ids: list[bytes] = []  # likewise
        self._block = bytearray()

    def feed(self, said: bytes) -> None:
        """More of it; automatic statuses and noise are thrown away."""
        for value in said:
            if value & 0x93 == 0x12:
                self.statuses.append(value)  # in the middle of a block too: real time is real time
            elif not self._continues(value):
                self._block = bytearray([value]) if value == _HEADER[0] else bytearray()

    def _continues(self, value: int) -> bool:
        """Whether it is the next byte of a block; the last one completes it."""
        place = len(self._block)
        if place == 0:
            return False
        fits = value == _HEADER[1] if place == 1 else value == 0 if place == _BLOCK - 1 else 0x20 <= value <= 0x7E
        if not fits:
            return False
        self._block.append(value)
        if len(self._block) == _BLOCK:
            self.ids.append(bytes(self._block[2:6]))
            self._block.clear()
        return True


def meaning(answers: Mapping[int, int]) -> tuple[set[Condition], list[str]]:
    """What status bytes, by their n, say: conditions, and words for faults and for what is only to be noted."""
    offline, error, mechanics, paper = (answers.get(number, 0) for number in ASKABLE)
    conditions: set[Condition] = set()
    words: list[str] = []
    if error & 0x04:
        conditions.add(Condition.HEAD_OPEN)
    if error & 0x20 or paper & 0x60:
        conditions.add(Condition.PAPER_OUT)
    for bit, word in FAULT_WORDS.items():
        if mechanics & bit:
            words.append(word)
    if error & 0x40 and not words:
        words.append("other_error")
    if offline & 0x08 and not (conditions or words):
        words.append("offline")
    if words:
        conditions.add(Condition.FAULT)
    if paper & 0x0C:
        words.append("paper_near_end")
    return conditions, words


# n = 3; the last one ends by itself: too hot, or the supply too weak
FAULT_WORDS = {0x08: "cutter", 0x20: "unrecoverable", 0x40: "recovering"}
