"""The states of the devices page: cards, what is found, the three steps, calibration."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from time import monotonic
from typing import Any

from PySide6.QtCore import Qt

from app.devices import DeviceSeen, Found, StationDevices, WeightSeen, calibration_text
from app.domain.errors import KnownError, Refusal
from bench.picture_stage import Stage
from bench.picture_state import States
from hardware.calibration import CapsLock, typed
from hardware.permission import rules_command
from ui.pages import devices as devices_module
from ui.pages import devices_assign

Key = Qt.Key
devices = States("devices")
SCANNER, SCALE = "serial:///dev/ttyACM0", "hid://0922:8003"
DENIED = KnownError(
    "device_permission_group", url=SCANNER, node="/dev/ttyACM0", group="dialout",
    command="sudo usermod -aG dialout $USER",
)  # fmt: skip
FOUND = [
    Found("printer", "usb://0a5f:0166/D4J204501?language=zpl", "zpl", "Zebra ZD421", "found_by_device_id"),
    Found("printer", "cups://warehouse_laser", "", "warehouse laser", "found_queue", KnownError(
        "queue_keeps_failed", queue="warehouse_laser",
        command="sudo lpadmin -p warehouse_laser -o printer-error-policy=abort-job",
    )),
    Found("scanner", SCANNER, "", "Honeywell Xenon 1950", "found_by_ids", DENIED),
    Found("scale", SCALE, "", "Dymo M25", "found_by_usage"),
    Found("unknown", "serial:///dev/ttyUSB0", "", "FTDI FT232R", "found_adapter"),
    Found("printer", "", "epl", "Zebra LP2844", "found_by_device_id", KnownError(
        "printer_language_unspoken", language="EPL", known="ZPL, TSPL, ESCPOS",
    )),
]  # fmt: skip


class _Attached(StationDevices):
    """Devices that are as they are said to be."""

    def __init__(self, *seen: DeviceSeen, weight: WeightSeen | None = None) -> None:
        super().__init__([], "", lambda *_: None, lambda: None)
        self._seen = {(one.use, one.url): one for one in seen}
        self._weight = weight


async def _with(on: Stage, *seen: DeviceSeen, weight: WeightSeen | None = None) -> Any:
    scanners = " ".join(one.url for one in seen if one.use == "scanners")
    scale = next((one.url for one in seen if one.use == "scale"), "")
    on.work.settings = replace(on.work.settings, scanners=scanners, scale=scale)
    on.work.attached = _Attached(*seen, weight=weight)
    page = await on.go("devices")
    on.work.devices_changed.emit()
    await on.settle()
    return page


@devices("none")
async def _(on: Stage) -> None:
    on.work.use_settings(replace(on.work.settings, printer=""))
    on.work.printer.url = ""
    await on.go("devices")


@devices("ready")
async def _(on: Stage) -> None:
    on.work.use_settings(replace(on.work.settings, sound=True))
    page = await on.go("devices")
    page.scan("6900070000158")
    on.work.note_scan("6900070000158")
    await on.settle()


@devices("fault")
async def _(on: Stage) -> None:
    on.work.note_printer("device_open_failed")
    await on.go("devices")


@devices("paper_out")
async def _(on: Stage) -> None:
    on.work.note_printer("paper_out")
    await on.go("devices")


@devices("barred")
async def _(on: Stage) -> None:
    url = "usb://0a5f:0166/D4J204501?language=zpl"
    on.work.settings = replace(on.work.settings, printer=url)
    on.work.printer.url = url
    command = rules_command().replace(str(files("resources")), "/opt/packbench/resources")
    trouble = KnownError("device_permission_rules", url=url, node="/dev/bus/usb/001/007", command=command)
    vars(devices_module)["answer_of"] = lambda _: trouble
    on.work.note_printer(trouble.code)
    await on.go("devices")


@devices("asked")
async def _(on: Stage) -> None:
    on.work.note_printer("")
    await on.go("devices")


@devices("test_label")
async def _(on: Stage) -> None:
    page = await on.go("devices")
    await on.key(Key.Key_F3)
    await on.hands.until(lambda: page._expected)
    on.window.scan(page._expected)
    await on.settle()


@devices("change")
async def _(on: Stage) -> None:
    await on.go("devices")
    await on.command("devices_change")


@devices("change_address")
async def _(on: Stage) -> None:
    await on.go("devices")
    await on.command("devices_change")
    before = on.work.dialogs.question_id
    await on.hands.type("4")
    await on.hands.until(lambda: on.work.dialogs.question_id > before)


@devices("all_ready")
async def _(on: Stage) -> None:
    for use, url in (("printer_fallback", "tcp://printer-4:9100"), ("document_printer", "cups://warehouse_laser")):
        on.work.settings = replace(on.work.settings, **{use: url})  # type: ignore[arg-type]
        on.work.printers[use].url, on.work.printers[use].code = url, "ready"
    on.work.note_scan("6900070000158", "serial:/dev/ttyACM0")
    await _with(
        on, DeviceSeen("scanners", SCANNER, "ready", None, monotonic()),
        DeviceSeen("scale", SCALE, "ready", None, monotonic()), weight=WeightSeen(412, True, "stable"),
    )  # fmt: skip


@devices("scanner_unplugged")
async def _(on: Stage) -> None:
    trouble = KnownError("device_gone", url=SCANNER, reason="", written=None)
    await _with(on, DeviceSeen("scanners", SCANNER, "absent", trouble, monotonic()))


@devices("no_permission")
async def _(on: Stage) -> None:
    await _with(on, DeviceSeen("scanners", SCANNER, "fault", DENIED, monotonic()))


@devices("scale_moving")
async def _(on: Stage) -> None:
    weight = WeightSeen(1_250, False, "moving")
    await _with(on, DeviceSeen("scale", SCALE, "ready", None, monotonic()), weight=weight)


@devices("scale_silent")
async def _(on: Stage) -> None:
    trouble = Refusal("scale_silent", protocol="mt_sics")
    await _with(on, DeviceSeen("scale", SCALE, "attention", trouble, monotonic()))


async def _found(on: Stage, found: list[Found]) -> Any:
    page = await on.go("devices")
    vars(devices_assign)["find_devices"] = lambda: found  # nothing is attached to who takes the pictures
    page.run("devices_find")
    await on.hands.until(lambda: page._assistant.step == "choose")
    await on.settle()
    return page


async def _digit(on: Stage, digit: str) -> None:
    await on.hands.type(digit)
    await on.settle()


@devices("found")
async def _(on: Stage) -> None:
    await _found(on, FOUND)


@devices("found_nothing")
async def _(on: Stage) -> None:
    await _found(on, [])


@devices("use")
async def _(on: Stage) -> None:
    await _found(on, FOUND)
    await _digit(on, "5")


@devices("protocol")
async def _(on: Stage) -> None:
    await _found(on, FOUND)
    await _digit(on, "5")
    await _digit(on, "5")


@devices("test_scanner")
async def _(on: Stage) -> None:
    on.work.settings = replace(on.work.settings, scanners=SCANNER)
    page = await _found(on, FOUND)
    await _digit(on, "3")
    await _digit(on, "1")
    page._assistant._trial._scanned("6900070000158")
    await on.settle()


@devices("calibrate")
async def _(on: Stage) -> None:
    await on.go("devices")
    await on.key(Key.Key_F7)


@devices("calibrate_wrong")
async def _(on: Stage) -> None:
    page = await on.go("devices")
    await on.key(Key.Key_F7)
    page._calibrating.take(f"{typed(calibration_text(), 'German', CapsLock.SHIFT)}\r", True)
    await on.settle()


@devices("calibrate_good")
async def _(on: Stage) -> None:
    page = await on.go("devices")
    await on.key(Key.Key_F7)
    page._calibrating.take(f"{calibration_text()}\r", True)
    await on.settle()
