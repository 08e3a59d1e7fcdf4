"""Which driver speaks to a URL, and the printer that is a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import KnownError, Refusal
from hardware.drivers import FilePrinter, open_printer
from hardware.printer import Proof
from hardware.transport import MemoryTransport
from hardware.zpl_printer import ZplPrinter


def test_a_file_acknowledges_what_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "labels.zpl"
    printer = open_printer(path.as_uri())
    assert printer.url == path.as_uri()
    printer.open()
    assert printer.probe() is printer.proof is Proof.ACKNOWLEDGES
    assert printer.status().accepts
    assert printer.status().idle
    assert printer.odometer() is None
    printer.send(b"^XA^XZ", 1.0)
    assert path.read_bytes() == b"^XA^XZ"
    printer.close()
    with pytest.raises(KnownError, match="device_not_open"):
        printer.send(b"^XA^XZ", 1.0)


def test_a_file_that_fails_says_so() -> None:
    printer = FilePrinter(MemoryTransport())
    with pytest.raises(KnownError, match="device_not_open"):
        printer.send(b"^XA^XZ", 1.0)


@pytest.mark.parametrize(
    ("url", "asked"), [("tcp://printer-3", True), ("tcp://printer-3?status=none", False)]
)
def test_a_network_printer_speaks_zpl(url: str, asked: bool) -> None:
    printer = open_printer(url)
    assert isinstance(printer, ZplPrinter)
    assert printer.url == url
    assert printer.proof is Proof.BLIND
    if asked:
        with pytest.raises(KnownError, match="device_not_open"):
            printer.status()
    else:
        assert printer.status().reason == "not_asked"


@pytest.mark.parametrize(
    ("url", "code"), [("usb://0a5f:0166", "device_not_supported_yet"), ("printer-3", "device_url_unknown")]
)
def test_other_urls_are_refused(url: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_printer(url)
    assert refused.value.code == code
