"""Labels that repeat, sent as calls of formats that the printer has stored; bytes in, bytes out, no I/O.

What the labels of a template have in common (rules, wording, the sender) goes once as a stored format (^DF); a label is
then a call of it (^XF) with the values of its numbered fields (^FN) and with those fields that stand where the format
has none. The printed dots are the same. Nothing of an order gets into a format but the places where its texts stand.

Only labels as `printing.zpl` writes them are cut: a head, the fixed fields, a mark, the order's own fields, an end;
each field is a line and complete in itself.

Source: Zebra, Programming Guide for ZPL II, Set-Get-Do (P1099958), "^DF", "^XF", "^FN", "^ID", "^HW".
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

ASK_STORED = b"^XA^HWR:*.ZPL^XZ\n"
MOST_FORMATS = 8  # of ours in a printer's memory
_REMEMBERED = 16  # labels that a new format is judged by

_LABEL = re.compile(rb"(\^XA\^CI28[^\n]*)\n((?:[^\n]+\n)+)\^FX-\^FS\n((?:[^\n]+\n)*)(\^PQ1\^XZ\n)")
_FIELD = re.compile(rb"(\^(?:BY|FO|FT)[^\n~]*?)((?:\^FH_)?\^FD[^\n^~]*)?\^FS")
# what belongs to a label as a whole, a second field in a line, and what changes what lies beneath it
_NOT_ITS_OWN = re.compile(rb"\^(?:XA|XZ|XF|DF|FN|PQ|CI|CC|CT|CD|LH|LR|PO|FW|FR|FS.)|\^G[BCDE][^^]*,W")
_LISTING = re.compile(rb"\x02([^\x02\x03]*DIR[^\x02\x03]*)\x03")
_NAME = re.compile(rb"\bPB[A-Z2-7]{6}(?=\.ZPL)")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an order: how and where it stands, and the ^FD of its text with its ^FH (None: a graphic)."""

    place: bytes
    data: bytes | None

    @property
    def line(self) -> bytes:
        """The field by itself."""
        return self.place + (self.data or b"") + b"^FS"


@dataclass(frozen=True, slots=True)
class Cut:
    """A label cut into its head, what it has in common with others, and its own fields; `whole` are its bytes."""

    head: bytes
    fixed: bytes
    fields: tuple[Field, ...]
    whole: int

    @property
    def places(self) -> tuple[bytes, ...]:
        """Where its own texts stand."""
        return tuple(field.place for field in self.fields if field.data is not None)


def cut(label: bytes) -> Cut | None:
    """The label in parts; None for what `printing.zpl` has not written, and where the order of the fields matters."""
    found = _LABEL.fullmatch(label)
    if found is None:
        return None
    head, fixed, own, _ = found.groups()
    fields = []
    for line in (fixed + own).splitlines():
        field = _FIELD.fullmatch(line)
        if field is None or _NOT_ITS_OWN.search(line):
            return None
        fields.append(Field(field[1], field[2]))
    fields = fields[fixed.count(b"\n") :]
    if len({field.place for field in fields}) < len(fields):
        return None  # two texts of one place could not be told apart
    return Cut(head, fixed.replace(b"\n", b""), tuple(fields), len(label))


@dataclass(frozen=True)
class StoredFormat:
    """A format in the printer's memory: fields that never change, and places whose text each label gives."""

    fixed: bytes
    places: tuple[bytes, ...]

    @cached_property
    def _body(self) -> bytes:
        return self.fixed + b"".join(b"%s^FN%d^FS" % (place, number) for number, place in enumerate(self.places, 1))

    @cached_property
    def name(self) -> bytes:
        """Eight characters, from the format's own bytes: another format is never taken for this one."""
        return b"PB" + base64.b32encode(hashlib.sha256(self._body).digest())[:6]

    @property
    def store(self) -> bytes:
        """What stores it; prints nothing."""
        return b"^XA^DFR:%s.ZPL^FS^CI28%s^XZ\n" % (self.name, self._body)

    def fits(self, label: Cut) -> bool:
        """Whether the label has all that the format prints: a place that is not filled may print anything."""
        return label.fixed == self.fixed and set(self.places) <= set(label.places)

    def call(self, label: Cut) -> bytes:
        """The label as a call of this format, which must fit."""
        numbers = {place: number for number, place in enumerate(self.places, 1)}
        parts = [label.head, b"^XFR:%s.ZPL^FS" % self.name]
        for field in label.fields:
            if field.data is not None and field.place in numbers:
                parts.append(b"^FN%d%s^FS" % (numbers[field.place], field.data))
            else:
                parts.append(field.line)
        return b"".join([*parts, b"^PQ1^XZ\n"])


class Formats:
    """The formats that a printer has stored on one connection, the least used first."""

    def __init__(self) -> None:
        self._stored: list[StoredFormat] = []
        self._seen: deque[Cut] = deque(maxlen=_REMEMBERED)

    def forget(self) -> None:
        """The printer may have lost them."""
        self._stored.clear()

    def best(self, label: Cut) -> StoredFormat | None:
        """The stored format with which the label is shortest; it is the last one to go now."""
        fitting = [one for one in self._stored if one.fits(label)]
        chosen = min(fitting, key=lambda one: len(one.call(label)), default=None)
        if chosen is not None:
            self._stored.remove(chosen)
            self._stored.append(chosen)
        return chosen

    def worth_storing(self, label: Cut) -> StoredFormat | None:
        """A new format, if over the last labels, this one among them, it would have saved more than it takes."""
        recent = [*(one for one in self._seen if one.fixed == label.fixed), label]
        self._seen.append(label)
        now = [min([one.whole, *(len(own.call(one)) for own in self._stored if own.fits(one))]) for one in recent]
        found, most = None, 0
        for candidate in {_common(label, other) for other in recent[:-1]}:
            fitting = [(one, size) for one, size in zip(recent, now, strict=True) if candidate.fits(one)]
            saved = sum(max(0, size - len(candidate.call(one))) for one, size in fitting) - len(candidate.store)
            if saved > most:
                found, most = candidate, saved
        return found

    def add(self, stored: StoredFormat) -> frozenset[bytes]:
        """The printer has this one now; returns the names of those that have to go."""
        self._stored.append(stored)
        gone = self._stored[:-MOST_FORMATS]
        del self._stored[:-MOST_FORMATS]
        return frozenset(one.name for one in gone)

    @property
    def names(self) -> frozenset[bytes]:
        """What is stored."""
        return frozenset(one.name for one in self._stored)


def _common(one: Cut, other: Cut) -> StoredFormat:
    shared = set(other.places)
    return StoredFormat(one.fixed, tuple(place for place in one.places if place in shared))


def delete(names: Iterable[bytes]) -> bytes:
    """What deletes formats; prints nothing."""
    deleted = b"".join(b"^IDR:%s.ZPL^FS" % name for name in sorted(names))
    return b"^XA%s^XZ\n" % deleted if deleted else b""


def cut_stored(buffer: bytearray) -> frozenset[bytes] | None:
    """The first whole answer to ASK_STORED: the names of our formats in the printer's memory."""
    found = _LISTING.search(buffer)
    if not found:
        return None
    names = frozenset(_NAME.findall(found[1]))
    del buffer[: found.end()]
    return names


def write_stored(names: Iterable[bytes]) -> bytes:
    """The answer to ASK_STORED of a printer that has these formats (`PBABCDEF.ZPL`)."""
    lines = b"".join(b"* R:%-16s %7d\r\n" % (name, 1000) for name in names)
    return b"\x02\r\n- DIR R: \r\n" + lines + b"\r\n-  4000000 bytes free R: RAM \r\n\x03"
