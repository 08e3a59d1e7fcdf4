"""HID reports through a backend that the test holds."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import KnownError
from hardware.transports.hid import HidHandle, HidTransport, hidapi

DYMO = {"vendor_id": 0x0922, "product_id": 0x8003, "serial_number": "7", "path": b"dymo", "usage_page": 0x8D}


class Device:
    """A device as hidapi shows it: None in `reports` is a silence, an exception an unplug."""

    def __init__(self) -> None:
        self.reports: list[bytes | Exception | None] = []
        self.written: list[bytes] = []
        self.writes = 0  # what write returns, 0 for the length
        self.closed = 0
        self.waits: list[int] = []

    def read(self, max_length: int, timeout_ms: int) -> Sequence[int] | None:
        assert max_length >= 64
        self.waits.append(timeout_ms)
        report = self.reports.pop(0) if self.reports else None
        if isinstance(report, Exception):
            raise report
        return list(report or b"")

    def write(self, data: bytes) -> int:
        self.written.append(data)
        return self.writes or len(data)

    def close(self) -> None:
        self.closed += 1


class Backend:
    """hidapi with some collections."""

    def __init__(self, *collections: Mapping[str, Any], error: Exception | None = None) -> None:
        self.collections = list(collections)
        self.device = Device()
        self.opened: list[bytes] = []
        self.error = error

    def enumerate(self, vendor: int, product: int) -> Sequence[Mapping[str, Any]]:
        return [one for one in self.collections if (one["vendor_id"], one["product_id"]) == (vendor, product)]

    def open_path(self, path: bytes) -> HidHandle:
        if self.error is not None:
            raise self.error
        self.opened.append(path)
        return self.device


def opened(backend: Backend, url: str = "hid://0922:8003") -> HidTransport:
    transport = HidTransport(url, backend)
    transport.open()
    return transport


def test_each_read_is_one_report() -> None:
    backend = Backend(DYMO)
    scale = opened(backend)
    backend.device.reports = [bytes((3, 4, 2, 0, 100, 0)), bytes((3, 3, 2, 0, 101, 0))]
    assert scale.read(1.0) == bytes((3, 4, 2, 0, 100, 0))
    assert scale.read(0) == bytes((3, 3, 2, 0, 101, 0))
    assert scale.read(0) == b""


def test_waits_have_an_end_and_are_never_nought() -> None:
    backend = Backend(DYMO)
    scale = opened(backend)
    assert scale.read(0) == b""
    assert scale.read(0.002) == b""
    assert scale.read(-1.0) == b""
    assert min(backend.device.waits) >= 1  # 0 would wait for ever


def test_a_report_ends_a_long_wait() -> None:
    backend = Backend(DYMO)
    scale = opened(backend)
    backend.device.reports = [None, None, b"\x03\x04"]
    started = time.monotonic()
    assert scale.read(60.0) == b"\x03\x04"
    assert time.monotonic() - started < 10.0


@pytest.mark.parametrize("error", [OSError("read error"), ValueError("not open")])
def test_an_unplug_and_a_return(error: Exception) -> None:
    backend = Backend(DYMO)
    scale = opened(backend)
    backend.device.reports = [error]
    with pytest.raises(KnownError) as lost:
        scale.read(1.0)
    assert lost.value.code == "device_gone"
    assert backend.device.closed == 1
    with pytest.raises(KnownError, match="device_not_open"):
        scale.read(1.0)
    backend.collections.clear()
    with pytest.raises(KnownError, match="not attached"):
        scale.open()
    backend.collections.append(DYMO)
    scale.open()
    backend.device.reports = [b"\x03\x02"]
    assert scale.read(1.0) == b"\x03\x02"


@pytest.mark.parametrize(
    ("pages", "chosen"),
    [
        ([0x01, 0x8C], b"path1"),
        ([0x8D, 0x01], b"path0"),
        ([0x01, 0xFF00, 0x0C], b"path1"),
        ([0x01, 0x0C], b"path1"),
        ([0x01], b"path0"),
        ([0xFF45, 0x8D], b"path1"),
    ],
)
def test_the_collection_that_reports_is_chosen(pages: list[int], chosen: bytes) -> None:
    backend = Backend(
        *({**DYMO, "path": b"path%d" % number, "usage_page": page} for number, page in enumerate(pages))
    )
    opened(backend)
    assert backend.opened == [chosen]


def test_two_of_a_kind_are_told_apart_by_their_serial_numbers() -> None:
    backend = Backend(DYMO, {**DYMO, "serial_number": "8", "path": b"second"}, {**DYMO, "serial_number": None})
    opened(backend, "hid://0922:8003/8")
    assert backend.opened == [b"second"]
    with pytest.raises(KnownError, match="not attached"):
        opened(backend, "hid://0922:8003/9")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "hidraw0"
    node.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: path != str(node))
    backend = Backend({**DYMO, "path": os.fsencode(node)}, error=OSError("open failed"))
    with pytest.raises(KnownError) as failed:
        opened(backend)
    assert failed.value.code == "device_open_failed"
    assert failed.value.facts["cause"] == "permission"
    assert failed.value.facts["node"] == str(node)


def test_a_device_that_will_not_open() -> None:
    with pytest.raises(KnownError) as failed:
        opened(Backend(DYMO, error=OSError("open failed")))
    assert failed.value.facts["cause"] == ""
    assert failed.value.facts["reason"] == "open failed"


def test_output_reports() -> None:
    backend = Backend(DYMO)
    scale = opened(backend)
    scale.write(b"\x02\x01", 1.0)
    assert backend.device.written == [b"\x02\x01"]
    backend.device.writes = -1
    with pytest.raises(KnownError) as failed:
        scale.write(b"\x02\x01", 1.0)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] is None
    scale.close()
    scale.close()
    with pytest.raises(KnownError, match="device_not_open"):
        scale.write(b"\x02\x01", 1.0)


def test_hidapi_is_there() -> None:
    assert hidapi().enumerate(0xFFFF, 0x0001) == []
    with pytest.raises(OSError, match=r".+"):
        hidapi().open_path(b"/dev/hidraw-none")
    with pytest.raises(KnownError, match="not attached"):
        HidTransport("hid://9999:9998").open()
