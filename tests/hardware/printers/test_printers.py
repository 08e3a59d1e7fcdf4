"""Which driver speaks to a URL, and the printer that is a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import KnownError, Refusal
from hardware.printer import Printer, Progress, Proof
from hardware.printers import Takes, open_printer, takes
from hardware.printers.escpos import EscposPrinter
from hardware.printers.file import FilePrinter
from hardware.printers.tspl import TsplPrinter
from hardware.printers.zpl import ZplPrinter
from hardware.transports.memory import MemoryTransport


def test_a_file_acknowledges_what_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "labels.zpl"
    printer = open_printer(path.as_uri())
    assert printer.url == path.as_uri()
    printer.open()
    assert printer.probe() is printer.proof is Proof.ACKNOWLEDGES
    assert printer.status().accepts
    assert printer.status().idle
    assert printer.progress() == Progress(printer.status(), acknowledged=0)
    printer.send(b"^XA^XZ", 1.0)
    assert printer.progress().acknowledged == 1
    assert path.read_bytes() == b"^XA^XZ"
    printer.close()
    with pytest.raises(KnownError, match="device_not_open"):
        printer.send(b"^XA^XZ", 1.0)


def test_a_file_that_fails_says_so() -> None:
    printer = FilePrinter(MemoryTransport())
    with pytest.raises(KnownError, match="device_not_open"):
        printer.send(b"^XA^XZ", 1.0)


@pytest.mark.parametrize(
    ("options", "driver", "asked"),
    [
        ("", ZplPrinter, True),
        ("?status=none", ZplPrinter, False),
        ("?stored=off", ZplPrinter, True),
        ("?stored=on&dpi=300&media=100x150", ZplPrinter, True),
        ("?language=zpl", ZplPrinter, True),
        ("?language=tspl", TsplPrinter, True),
        ("?language=tspl&status=none", TsplPrinter, False),
        ("?language=escpos", EscposPrinter, True),
        ("?language=escpos&status=state", EscposPrinter, True),
        ("?language=escpos&status=none", EscposPrinter, False),
    ],
)
def test_the_url_names_the_language(options: str, driver: type[Printer], asked: bool) -> None:
    url = "tcp://printer-3" + options
    printer = open_printer(url)
    assert type(printer) is driver
    assert printer.url == url
    assert printer.proof is Proof.BLIND
    if asked:
        with pytest.raises(KnownError, match="device_not_open"):
            printer.status()
    else:
        assert printer.status().reason == "not_asked"


@pytest.mark.parametrize("url", ["cups://queue", "cups://queue?language=tspl"])
def test_a_queue_is_never_asked(url: str) -> None:
    assert open_printer(url).status().reason == "not_asked"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("wedge:", "device_not_supported_yet"),
        ("printer-3", "device_url_unknown"),
        ("tcp://printer-3?status=yes", "device_url_unknown"),
        ("tcp://printer-3?language=epl", "printer_language_unknown"),
        ("tcp://printer-3?stored=no", "device_url_unknown"),
        ("tcp://printer-3?dpi=200", "device_url_unknown"),
        ("tcp://printer-3?dpi=", "device_url_unknown"),
        ("tcp://printer-3?media=100", "device_url_unknown"),
        ("tcp://printer-3?media=0x150", "device_url_unknown"),
        ("tcp://printer-3?media=100x1500", "device_url_unknown"),
    ],
)
def test_other_urls_are_refused(url: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_printer(url)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("tcp://printer-3", Takes("zpl", 203, None, None)),
        ("usb://0a5f:0166?language=tspl&dpi=300&media=100x150", Takes("tspl", 300, 100, 150)),
        ("file:labels.bin?language=escpos&dpi=600&media=80x40", Takes("escpos", 600, 80, 40)),
    ],
)
def test_what_a_printer_takes(url: str, found: Takes) -> None:
    assert takes(url) == found
