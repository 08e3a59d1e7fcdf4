"""What is common to all devices: their states, their URLs, and the transport that carries bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain.errors import Refusal


class DeviceState(StrEnum):
    """What the Devices page shows of any device."""

    ABSENT = "absent"
    CONNECTING = "connecting"
    READY = "ready"
    BUSY = "busy"
    ATTENTION = "attention"  # works, a person should look
    FAULT = "fault"  # does not work until a person mends it


# what a line needs to be carried, by scheme
_CARRIES = {
    "tcp": frozenset[str](),
    "listen": frozenset[str](),  # the device connects to us
    "file": frozenset[str](),
    "serial": frozenset({"baud", "bits", "parity", "stop", "flow"}),
    "usb": frozenset({"interface"}),
    "hid": frozenset[str](),
    "cups": frozenset[str](),
    "windows": frozenset[str](),
    "wedge": frozenset[str](),
}
# what it needs to be understood: language, resolution, media and manners of printers, the framing of scanners, the
# protocol of scales
_MEANS = frozenset({"language", "status", "dpi", "media", "stored", "prefix", "suffix", "idle", "gap", "protocol"})
_USB_ID = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class DeviceUrl:
    """A device's URL in parts.

    `host` and `port` of networks (`host` of USB and HID: `0a5f:0166`, vendor and product in hex); `path`: the file, the
    serial port (`/dev/ttyACM0`, `COM3`), the queue, or the serial number of a USB device, "" for any.
    """

    text: str
    scheme: str
    host: str
    port: int
    path: str
    options: Mapping[str, str]


def parse_url(text: str, default_port: int = 9100) -> DeviceUrl:
    """A device's URL in parts; raises Refusal `device_url_unknown` for what is none.

    `tcp://printer-3:9100?status=none`, `file:labels.zpl`, `serial:///dev/ttyACM0?baud=115200`, `serial:COM3`,
    `usb://0a5f:0166/SERIAL?language=tspl`, `hid://0922:8003`, `cups://queue`, `cups://server:631/queue`,
    `windows:Zebra%20ZD421`, `wedge:`, `listen://0.0.0.0:4001`.
    """
    try:
        parts = urlsplit(text.strip())
        numbered = parts.scheme in ("usb", "hid")  # their ids look like a port, and are none
        host = parts.netloc.lower() if numbered else parts.hostname or ""
        port = default_port if numbered or parts.port is None else parts.port
    except ValueError:  # a port that is no number, a broken IPv6 address
        raise Refusal("device_url_unknown", url=text) from None
    path = unquote(parts.path)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if numbered:
        path = path.removeprefix("/")
    elif parts.scheme == "cups":
        # a queue alone stands where the server would: cups://queue
        host, path = ("", unquote(parts.netloc)) if not path else (host, path.removeprefix("/"))
        port = 631 if not host or parts.port is None else port
    complete = {
        "tcp": bool(host) and path in ("", "/"),
        "listen": bool(host) and path in ("", "/") and not numbered and parts.port is not None,
        "file": bool(path) and host in ("", "localhost"),
        "serial": bool(path) and not host,
        "usb": _USB_ID.fullmatch(host) is not None,
        "hid": _USB_ID.fullmatch(host) is not None,
        "cups": bool(path) and "/" not in path,
        "windows": bool(path) and not host,
        "wedge": not path and not host,
    }
    # a file name with "?" or "#" in it is written with %3F or %23: cut off there, it would name another file
    known = options.keys() <= _CARRIES.get(parts.scheme, frozenset()) | _MEANS and not parts.fragment
    if not (complete.get(parts.scheme, False) and known and "\0" not in path):
        raise Refusal("device_url_unknown", url=text)
    return DeviceUrl(text=text, scheme=parts.scheme, host=host, port=port, path=path, options=options)


class Transport(Protocol):
    """Carries bytes to and from one device; blocking, and every call has an end.

    Raises KnownError `device_gone` when the peer has closed or the port vanished, `device_not_open` before `open`.
    """

    @property
    def url(self) -> str:
        """The URL it was made from."""

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""

    def close(self) -> None:
        """Disconnect; never raises, may be called twice."""

    def write(self, data: bytes, timeout: float) -> None:
        """Hand over all of `data` within `timeout` seconds.

        Raises KnownError `device_gone` or `device_write_failed` with the fact `written` (bytes that left; None if
        that is not known).
        """

    def read(self, timeout: float) -> bytes:
        """The next bytes, waiting at most `timeout` seconds; b"" means that nothing came."""


def words_of(error: OSError | UnicodeError) -> str:
    """What the system says of an error, for the fact `reason`."""
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or str(error) or type(error).__name__
