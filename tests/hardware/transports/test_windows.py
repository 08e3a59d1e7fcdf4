"""The calls that make a raw job, played against a spooler that is none."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import pytest

from app.domain.errors import KnownError
from hardware.transports.windows import Spooler, WindowsTransport


class Winspool:
    """winspool.drv: writes its calls down; `refuses` names the ones that fail, `most` what one write takes."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refuses: set[str] = set()
        self.most = 1 << 30

    def _called(self, name: str, *facts: Any) -> int:
        self.calls.append((name, *facts))
        return 0 if name in self.refuses else 1

    def OpenPrinterW(self, name: Any, handle: Any, defaults: None) -> int:
        handle._obj.value = 77
        return self._called("OpenPrinterW", name.value, defaults)

    def ClosePrinter(self, handle: Any) -> int:
        return self._called("ClosePrinter", handle.value)

    def StartDocPrinterW(self, handle: Any, level: int, document: Any) -> int:
        told = document._obj
        return self._called(
            "StartDocPrinterW", handle.value, level, told.pDocName, told.pOutputFile, told.pDatatype
        )

    def WritePrinter(self, handle: Any, data: bytes, length: int, written: Any) -> int:
        assert length == len(data)
        written._obj.value = min(length, self.most)
        return self._called("WritePrinter", handle.value, data[: self.most])

    def EndDocPrinter(self, handle: Any) -> int:
        return self._called("EndDocPrinter", handle.value)

    def AbortPrinter(self, handle: Any) -> int:
        return self._called("AbortPrinter", handle.value)


@pytest.fixture
def winspool() -> Winspool:
    return Winspool()


@pytest.fixture
def queue(winspool: Winspool) -> WindowsTransport:
    transport = WindowsTransport("windows:Zebra%20ZD421?language=zpl", Spooler(winspool))
    transport.open()
    return transport


def test_a_write_is_one_raw_job(winspool: Winspool, queue: WindowsTransport) -> None:
    queue.write(b"^XA\x00^XZ", 1.0)
    assert queue.read(1.0) == b""
    queue.close()
    queue.close()
    assert winspool.calls == [
        ("OpenPrinterW", "Zebra ZD421", None),
        ("StartDocPrinterW", 77, 1, "packbench", None, "RAW"),
        ("WritePrinter", 77, b"^XA\x00^XZ"),
        ("EndDocPrinter", 77),
        ("ClosePrinter", 77),
    ]


def test_a_spooler_that_takes_a_little_at_a_time(winspool: Winspool, queue: WindowsTransport) -> None:
    winspool.most = 3
    queue.write(b"^XA^XZ!", 1.0)
    assert [call[-1] for call in winspool.calls if call[0] == "WritePrinter"] == [b"^XA", b"^XZ", b"!"]
    assert winspool.calls[-1] == ("EndDocPrinter", 77)


def test_a_job_that_never_began(winspool: Winspool, queue: WindowsTransport) -> None:
    winspool.refuses = {"StartDocPrinterW"}
    with pytest.raises(KnownError) as failed:
        queue.write(b"label", 1.0)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] == 0
    assert winspool.calls[-1][0] == "StartDocPrinterW"


@pytest.mark.parametrize("refused", ["WritePrinter", "EndDocPrinter"])
def test_a_job_that_broke_off_is_deleted_and_not_called_nothing(
    winspool: Winspool, queue: WindowsTransport, refused: str
) -> None:
    winspool.refuses = {refused}
    with pytest.raises(KnownError) as failed:
        queue.write(b"label", 1.0)
    assert failed.value.facts["written"] is None
    assert [call[0] for call in winspool.calls[-2:]] == [refused, "AbortPrinter"]


def test_a_spooler_that_takes_nothing_is_not_asked_for_ever(winspool: Winspool, queue: WindowsTransport) -> None:
    winspool.most = 0
    with pytest.raises(KnownError, match="device_write_failed"):
        queue.write(b"label", 1.0)


def test_a_queue_that_is_not_there(winspool: Winspool) -> None:
    winspool.refuses = {"OpenPrinterW"}
    transport = WindowsTransport("windows:none", Spooler(winspool))
    with pytest.raises(KnownError, match="device_open_failed"):
        transport.open()
    with pytest.raises(KnownError, match="device_not_open"):
        transport.write(b"label", 1.0)
    with pytest.raises(KnownError, match="device_not_open"):
        transport.read(0)


@pytest.mark.skipif(sys.platform == "win32", reason="has a Windows spooler")
def test_elsewhere_it_says_so() -> None:
    with pytest.raises(KnownError) as failed:
        WindowsTransport("windows:Zebra").open()
    assert failed.value.code == "device_open_failed"
    assert (failed.value.facts["cause"], failed.value.facts["system"]) == ("system", "Windows")
    assert not hasattr(ctypes, "WinDLL")
