"""Numbered labels in each printer language, and which of them lie whole in a simulated printer's tray."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hardware.simulator.escpos_language import EscposLanguage
from hardware.simulator.tspl_language import TsplLanguage

ROWS = 90  # of eight bytes: the picture on each label
_NAME = re.compile(rb"job-(\d+)-c(\d+)\.")


def payload(language: str, job: int, copy: int = 1) -> bytes:
    """A label that says its number and its copy, of about one to two kilobytes."""
    text = b"job-%d-c%d." % (job, copy)
    if language == "zpl":
        picture = b"^FO0,100^GFA,%d,%d,8,%s^FS" % (ROWS * 8, ROWS * 8, b"FF00FF00FF00FF00" * ROWS)
        return b"^XA^CI28%s^FO0,0^A0N,30,30^FD%s^FS^PQ1^XZ\n" % (picture, text)
    if language == "tspl":
        begin = b"SIZE 100 mm,150 mm\r\nCLS\r\nBITMAP 0,100,8,%d,0,%s\r\n" % (ROWS, b"PRINT 1\n" * ROWS)
        return begin + b'TEXT 9,9,"3",0,1,1,"%s"\r\nPRINT 1\r\n' % text
    picture = b"\x1dv0\x00\x08\x00" + ROWS.to_bytes(2, "little") + b"\x55\x1dV\x00\x1bi\n\x0c" * ROWS
    return b"\x1b@" + picture + text + b"\n\x1dV\x00"


def whole(language: str, data: bytes) -> tuple[int, int] | None:
    """Job and copy of the label that `data`, a file of the tray, shows whole; None for half a label or garbage."""
    found = _NAME.findall(data)
    if not found:
        return None
    job, copy = (int(part) for part in found[-1])
    label = payload(language, job, copy).strip()
    before, there, after = data.rstrip().rpartition(label)
    if not there or after.strip() or not _is_over(language, before):
        return None
    return job, copy


def _is_over(language: str, before: bytes) -> bool:
    """Whether what came before a label leaves it alone: no data of a picture was still to come."""
    if language == "tspl":
        tspl = TsplLanguage()
        tspl.feed(before)
        return tspl._skip == 0
    if language == "escpos":
        escpos = EscposLanguage()
        escpos.feed(before)
        return not escpos._buffer
    return not before


def tray(folder: Path, language: str) -> Iterator[tuple[int, int]]:
    """Job and copy of each whole label, in the order in which they came out."""
    for path in sorted(folder.glob(f"*.{language}")):
        if (label := whole(language, path.read_bytes())) is not None:
            yield label
