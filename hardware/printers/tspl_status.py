"""The answer of a TSPL printer to `ESC ! ?`, as bytes and as meaning; no I/O.

Byte table: TSC, TSPL/TSPL2 Programming Manual, "<ESC>!?". One byte, its bits OR-ed; clones of the printers answer the
same byte as two hex digits, with or without CR LF. Bit 6 means nothing: a byte that has it is no answer.

The manual's `~!@` (metres of the printer's life) and `OUT "text"` (said when the command is read, not when the labels
before it are out) prove nothing about one label and are not used; nor is `<ESC>!S`, which clones do not have.
"""

from __future__ import annotations

import re

from hardware.printer import Condition, PrinterStatus
from hardware.printers.conditions import worst

ASK_STATUS = b"\x1b!?"

HEAD_OPEN, JAM, PAPER_OUT, RIBBON_OUT, PAUSED, PRINTING, _UNUSED, OTHER = (1 << bit for bit in range(8))
FAULT_WORDS = {JAM: "paper_jam", OTHER: "other_error"}

_CONDITIONS = {
    HEAD_OPEN: Condition.HEAD_OPEN,
    PAPER_OUT: Condition.PAPER_OUT,
    RIBBON_OUT: Condition.RIBBON_OUT,
    PAUSED: Condition.PAUSED,
    JAM: Condition.FAULT,
    OTHER: Condition.FAULT,
}
_HEX = re.compile(rb"[0-9A-Fa-f]")
_HEX_ANSWERS = re.compile(rb"[\r\n]*([0-9A-Fa-f]{2}[\r\n\0 ]*)+")
_BLANK = b"\r\n\0 "


def read_answers(said: bytes, asked: int) -> list[int]:
    """The status bytes in all that a printer said after it was asked `asked` times, in order.

    "00" is the answer ready in hex, or 30 and 30 as plain bytes: it is taken for what fits the number of questions.
    """
    digits = said.translate(None, _BLANK)
    if _HEX_ANSWERS.fullmatch(said) and (len(digits) == 2 * asked or len(digits) != asked):
        return [value for value in bytes.fromhex(digits.decode("ascii")) if not value & _UNUSED]
    return [value for value in said if not value & _UNUSED]


def is_plain(said: bytes) -> bool:
    """Whether the first byte is an answer by itself and cannot be half of one in hex."""
    return bool(said) and not _HEX.match(said) and not said[0] & _UNUSED


def status_of(value: int) -> PrinterStatus:
    """What a status byte means; `labels_remaining` is 1 while it prints: at least one."""
    condition, reason = worst(
        (known for bit, known in _CONDITIONS.items() if value & bit),
        (word for bit, word in FAULT_WORDS.items() if value & bit),
    )
    return PrinterStatus(condition, labels_remaining=int(bool(value & PRINTING)), reason=reason)
