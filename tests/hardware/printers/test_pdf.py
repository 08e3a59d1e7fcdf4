"""The driver of printers of documents: a PDF goes out as it is, and nothing is asked."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from hardware.printer import Condition, Proof
from hardware.printers import open_printer, takes
from hardware.printers.pdf import PdfPrinter


class Wire:
    """Notes when it is opened, written to and closed."""

    url = "tcp://laser:9100?language=pdf"

    def __init__(self) -> None:
        self.told: list[str] = []

    def open(self) -> None:
        self.told.append("open")

    def write(self, data: bytes, timeout: float) -> None:
        if self.told[-1:] in ([], ["close"]):
            raise KnownError("device_not_open", url=self.url)
        self.told.append(data.decode())

    def read(self, timeout: float) -> bytes:
        pytest.fail("it is asked nothing")

    def close(self) -> None:
        self.told.append("close")


def test_each_document_has_a_connection_of_its_own() -> None:
    wire = Wire()
    printer = PdfPrinter(wire)
    printer.open()
    assert printer.probe() is printer.proof is Proof.BLIND
    assert printer.status().condition is Condition.SILENT
    assert printer.progress().acknowledged == 0
    printer.send(b"%PDF 1", 1.0)
    printer.send(b"%PDF 2", 1.0)
    assert wire.told == ["open", "%PDF 1", "close", "open", "%PDF 2", "close"]
    printer.close()
    printer.open()
    printer.send(b"%PDF 3", 1.0)
    assert wire.told[-4:] == ["close", "open", "%PDF 3", "close"]


def test_it_is_open_before_it_sends() -> None:
    with pytest.raises(KnownError, match="device_not_open"):
        PdfPrinter(Wire()).send(b"%PDF", 1.0)


@pytest.mark.parametrize("url", ["cups://office?language=pdf", "tcp://laser:9100?language=pdf&dpi=600"])
def test_the_url_says_so(url: str) -> None:
    assert isinstance(open_printer(url), PdfPrinter)
    assert takes(url).language == "pdf"
