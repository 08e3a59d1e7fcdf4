"""What is common to all devices: their states, their URLs, and the transport that carries bytes."""

from __future__ import annotations

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


# schemes that the product knows but has no driver for yet
_PLANNED = frozenset({"serial", "usb", "hid", "cups", "wedge", "sim"})
_OPTIONS = {"tcp": frozenset({"status"})}


@dataclass(frozen=True, slots=True)
class DeviceUrl:
    """A device's URL in parts: `host` and `port` for networks, `path` for everything else."""

    text: str
    scheme: str
    host: str
    port: int
    path: str
    options: Mapping[str, str]


def parse_url(text: str, default_port: int = 9100) -> DeviceUrl:
    """`tcp://printer-3:9100?status=none` or `file:labels.zpl` in parts.

    Raises Refusal `device_url_unknown` for what is no URL of a device and `device_not_supported_yet` for a scheme
    without a driver.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", default_port if parts.port is None else parts.port
    except ValueError:  # a port that is no number, a broken IPv6 address
        raise Refusal("device_url_unknown", url=text) from None
    if parts.scheme in _PLANNED:
        raise Refusal("device_not_supported_yet", url=text, scheme=parts.scheme)
    path = unquote(parts.path)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    complete = {"tcp": bool(host) and path in ("", "/"), "file": bool(path) and host in ("", "localhost")}
    # a file name with "?" or "#" in it is written with %3F or %23: cut off there, it would name another file
    known = options.keys() <= _OPTIONS.get(parts.scheme, frozenset()) and not parts.fragment and "\0" not in path
    if not (complete.get(parts.scheme, False) and known):
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
