"""URLs of devices: what names one, and what is refused."""

from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from hardware.device import DeviceState, parse_url
from hardware.printer import Condition, PrinterStatus


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "path", "options"),
    [
        ("tcp://printer-3", "tcp", "printer-3", 9100, "", {}),
        ("tcp://printer-3:6101/", "tcp", "printer-3", 6101, "/", {}),
        (" tcp://10.0.0.7:9100?status=none\n", "tcp", "10.0.0.7", 9100, "", {"status": "none"}),
        ("tcp://[::1]:9", "tcp", "::1", 9, "", {}),
        ("tcp://127.0.0.1:0", "tcp", "127.0.0.1", 0, "", {}),
        ("file:labels.zpl", "file", "", 9100, "labels.zpl", {}),
        ("file:///var/labels/a%20b%23.zpl", "file", "", 9100, "/var/labels/a b#.zpl", {}),
        ("file://localhost/x", "file", "localhost", 9100, "/x", {}),
        ("serial:///dev/ttyACM0?baud=115200", "serial", "", 9100, "/dev/ttyACM0", {"baud": "115200"}),
        ("serial:COM3", "serial", "", 9100, "COM3", {}),
        ("usb://0A5F:0166", "usb", "0a5f:0166", 9100, "", {}),
        ("usb://0a5f:c166/XX%2F7?language=tspl", "usb", "0a5f:c166", 9100, "XX/7", {"language": "tspl"}),
        ("hid://0922:8003", "hid", "0922:8003", 9100, "", {}),
        ("cups://labels", "cups", "", 631, "labels", {}),
        ("cups://server/labels", "cups", "server", 631, "labels", {}),
        ("cups://server:8631/labels%20one", "cups", "server", 8631, "labels one", {}),
        ("windows:Zebra%20ZD421", "windows", "", 9100, "Zebra ZD421", {}),
        ("wedge:?prefix=F8", "wedge", "", 9100, "", {"prefix": "F8"}),
        (r"file:C:\labels.zpl", "file", "", 9100, r"C:\labels.zpl", {}),
    ],
)
def test_parts_of_a_url(text: str, scheme: str, host: str, port: int, path: str, options: dict[str, str]) -> None:
    url = parse_url(text)
    assert (url.text, url.scheme, url.host, url.port, url.path, url.options) == (
        text, scheme, host, port, path, options
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "printer-3", "/tmp/labels", r"C:\labels.zpl", "http://printer-3", "tcp:printer-3", "tcp://", "tcp://:9100",
        "tcp://p:port", "tcp://p:99999", "tcp://[::1", "tcp://p/queue", "tcp://p?speed=9", "file:", "file://host/x",
        "file:a#b.zpl", "file:a?b.zpl", "file:a%00b",
        "serial:", "serial://host/dev/ttyS0", "serial:COM3?speed=9600", "usb://zebra", "usb://0a5f", "usb://0a5f:01660",
        "hid:0922:8003", "cups://", "cups://server/", "cups://a/b/c", "windows:", "wedge:here", "sim:zpl",
    ],
)  # fmt: skip
def test_what_names_no_device_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_url(text)
    assert refused.value.code == "device_url_unknown"
    assert refused.value.facts == {"url": text}


@pytest.mark.parametrize("condition", Condition)
def test_only_a_ready_printer_accepts(condition: Condition) -> None:
    status = PrinterStatus(condition, formats_in_buffer=0, labels_remaining=0)
    assert status.idle
    assert status.accepts is (condition in (Condition.READY, Condition.LABEL_WAITING))
    assert (status.device_state is DeviceState.READY) is (condition is Condition.READY)


@pytest.mark.parametrize(("formats", "remaining"), [(None, None), (None, 0), (0, None), (1, 0), (0, 1)])
def test_idle_is_only_what_says_that_nothing_is_left(formats: int | None, remaining: int | None) -> None:
    assert not PrinterStatus(Condition.READY, formats, remaining).idle
