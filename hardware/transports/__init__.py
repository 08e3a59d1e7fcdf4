"""What carries bytes to a device; one module each, loaded when a URL asks for it."""

from __future__ import annotations

from app.domain.errors import Refusal
from hardware.device import DeviceUrl, Transport


def make_transport(url: DeviceUrl) -> Transport:
    """The transport of a URL, not yet open; libraries of ports that nobody uses are never loaded.

    Raises Refusal `device_not_supported_yet` for a scheme that carries no bytes.
    """
    match url.scheme:
        case "file":
            from hardware.transports.file import FileTransport

            return FileTransport(url.text)
        case "tcp":
            from hardware.transports.tcp import TcpTransport

            return TcpTransport(url.text)
        case "serial":
            from hardware.transports.serial_port import SerialTransport

            return SerialTransport(url.text)
        case "usb":
            from hardware.transports.usb import UsbTransport

            return UsbTransport(url.text)
        case "hid":
            from hardware.transports.hid import HidTransport

            return HidTransport(url.text)
        case "cups":
            from hardware.transports.cups import CupsTransport

            return CupsTransport(url.text)
        case "windows":
            from hardware.transports.windows import WindowsTransport

            return WindowsTransport(url.text)
        case _:
            raise Refusal("device_not_supported_yet", url=url.text, scheme=url.scheme)
