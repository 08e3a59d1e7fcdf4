"""Stored formats and graphics, and what a format prints."""

from __future__ import annotations

import pytest

from hardware.simulator.memory import Batch, Memory

PLAIN = b"^XA^FO0,0^FDx^FS^XZ"
STORED = b"^XA^DFR:BOX.ZPL^FO0,0^FN1^FS^XZ"


def test_a_plain_format_stays_byte_for_byte() -> None:
    assert Memory().receive(PLAIN) == Batch(PLAIN, 1)


@pytest.mark.parametrize(
    ("command", "quantity"), [(b"^PQ3", 3), (b"^pq12,0,1,Y", 12), (b"^PQ2^PQ5", 5), (b"^PQ0", 1), (b"^PQx", 1)]
)
def test_quantity(command: bytes, quantity: int) -> None:
    zpl = b"^XA" + command + b"^FDx^FS^XZ"
    assert Memory().receive(zpl) == Batch(zpl, quantity)


def test_settings_print_nothing() -> None:
    assert Memory().receive(b"^XA^PW812^LL1218^JUS^XZ") is None


@pytest.mark.parametrize("name", [b"R:BOX.ZPL", b"r:box.zpl", b"BOX.ZPL", b"BOX"])
def test_a_call_carries_the_stored_format_with_it(name: bytes) -> None:
    memory = Memory()
    assert memory.receive(STORED) is None
    call = b"^XA^XF" + name + b"^FN1^FDx^FS^XZ"
    assert memory.receive(call) == Batch(STORED + call, 1)
    assert memory.receive(PLAIN) == Batch(PLAIN, 1)


def test_a_call_of_what_is_not_stored() -> None:
    call = b"^XA^XFR:BOX.ZPL^FN1^FDx^FS^XZ"
    assert Memory().receive(call) == Batch(call, 1)


def test_the_newest_stored_format_counts() -> None:
    memory, newer = Memory(), STORED.replace(b"^FO0,0", b"^FO9,9")
    memory.receive(STORED)
    memory.receive(newer)
    batch = memory.receive(b"^XA^XFR:BOX^FS^XZ")
    assert batch is not None
    assert batch.zpl.startswith(newer)
    assert STORED not in batch.zpl


def test_graphics_go_with_the_formats_that_recall_them() -> None:
    memory, graphic = Memory(), b"~DGR:LOGO.GRF,2,1,FFFF"
    memory.download(graphic)
    recall = b"^XA^FO0,0^XGR:logo.grf,1,1^FS^XZ"
    assert memory.receive(recall) == Batch(graphic + recall, 1)
    assert memory.receive(PLAIN) == Batch(PLAIN, 1)
