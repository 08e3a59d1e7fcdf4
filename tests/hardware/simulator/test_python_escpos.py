"""A sender that was not written here: python-escpos prints on the ESC/POS twin and asks it for its state."""

from __future__ import annotations

import asyncio

import pytest
from escpos import printer as escpos

from hardware.simulator.faults import Trouble
from tests.hardware.simulator.meeting import Meeting
from tests.hardware.waiting import until


async def test_it_prints_text_codes_and_pictures_and_reads_the_state(meeting: Meeting) -> None:
    pair = await meeting.pair("escpos", "tcp")
    host, port = pair.twin.url.removeprefix("tcp://").partition("?")[0].split(":")

    def use() -> tuple[bool, int]:
        from PIL import Image

        printer = escpos.Network(host, int(port), timeout=5)
        printer.open()
        try:
            for number in (1, 2, 3):
                printer.set(align="center", bold=True)
                printer.text(f"label-{number:03d}\n")
                printer.barcode("{B" + f"C{number}", "CODE128", function_type="B")
                printer.qr(f"Q{number}", native=True)
                for implementation in ("bitImageRaster", "graphics", "bitImageColumn"):
                    printer.image(Image.new("1", (64, 32), 0), impl=implementation)
                printer.cut()
            return bool(printer.is_online()), int(printer.paper_status())
        finally:
            printer.close()

    online, paper = await asyncio.to_thread(use)
    assert (online, paper) == (True, 2)
    await until(lambda: pair.twin.odometer == 3)
    assert pair.printed() == ["001", "002", "003"]


@pytest.mark.parametrize(("trouble", "paper"), [(Trouble.PAPER_OUT, 0), (Trouble.HEAD_OPEN, 2)])
async def test_it_reads_trouble(meeting: Meeting, trouble: Trouble, paper: int) -> None:
    pair = await meeting.pair("escpos", "tcp")
    host, port = pair.twin.url.removeprefix("tcp://").partition("?")[0].split(":")
    pair.twin.strike(trouble)

    def ask() -> tuple[bool, int]:
        printer = escpos.Network(host, int(port), timeout=5)
        printer.open()
        try:
            return bool(printer.is_online()), int(printer.paper_status())
        finally:
            printer.close()

    assert await asyncio.to_thread(ask) == (False, paper)
