"""What stands in the way of a device, and the command that mends it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import KnownError
from hardware import permission
from hardware.permission import Cause, explain, node_trouble, rules_command

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="is about Linux")


def failed(cause: str = "", **facts: str) -> KnownError:
    return KnownError("device_open_failed", url="serial:///dev/ttyUSB0", reason="x", cause=cause, **facts)


class Node:
    """A device file whose owner, mode and group the test decides."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.mode, self.group, self.members = 0o660, "dialout", ["somebody"]
        path.touch()
        real = os.stat

        def stat(path: Any, **more: bool) -> os.stat_result:
            found = real(path, **more)
            return found if str(path) != str(self.path) else os.stat_result((0o20000 | self.mode, *found[1:]))

        monkeypatch.setattr(os, "stat", stat)
        monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(self.path))
        import grp

        class Group:
            gr_name = property(lambda _: self.group)
            gr_mem = property(lambda _: self.members)

        monkeypatch.setattr(grp, "getgrgid", lambda number: Group())


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(permission, "_user", lambda: "packer")
    return Node(tmp_path / "ttyUSB0", monkeypatch)


@linux
@pytest.mark.parametrize("group", ["dialout", "uucp"])
def test_a_port_of_a_group(node: Node, group: str) -> None:
    node.group = group
    said = explain(failed(Cause.PERMISSION, node=str(node.path)))
    assert said is not None
    assert said.code == "device_permission_group"
    assert said.facts == {
        "url": "serial:///dev/ttyUSB0",
        "node": str(node.path),
        "group": group,
        "command": f"sudo usermod -aG {group} $USER",
    }


@linux
def test_a_group_that_was_joined_in_this_session(node: Node) -> None:
    node.members = ["somebody", "packer"]
    said = explain(failed(Cause.PERMISSION, node=str(node.path)))
    assert said is not None
    assert (said.code, said.facts["group"]) == ("device_permission_login", "dialout")


@linux
@pytest.mark.parametrize(("mode", "group"), [(0o600, "dialout"), (0o660, "root"), (0o640, "plugdev"), (0o664, "root")])
def test_a_node_that_no_group_opens(node: Node, mode: int, group: str) -> None:
    node.mode, node.group = mode, group
    said = explain(failed(Cause.PERMISSION, node=str(node.path)))
    assert said is not None
    assert said.code == "device_permission_rules"
    assert said.facts["command"] == rules_command()


@linux
def test_a_node_that_is_not_known() -> None:
    said = explain(failed(Cause.PERMISSION, node=""))
    assert said is not None
    assert said.code == "device_permission_rules"


def test_the_rules_are_where_the_command_says() -> None:
    path = Path(rules_command().split("'")[1])
    text = path.read_text("utf-8")
    assert path.name == permission.RULES_NAME
    for line in text.splitlines():
        if line and not line.startswith("#"):
            assert line.count('"') % 2 == 0
            assert line.startswith(("ACTION", "SUBSYSTEM", "LABEL"))
    assert 'ENV{ID_USB_INTERFACES}=="*:07????:*"' in text


@linux
def test_the_rules_know_every_scale_scanner_and_printer_of_the_table() -> None:
    from hardware.discovery import known_devices

    text = Path(rules_command().split("'")[1]).read_text("utf-8")
    for device in known_devices().values():
        assert device.kind in ("adapter", "printer") or device.vendor in text, device


def test_other_causes() -> None:
    busy = explain(failed(Cause.BUSY, node="/dev/ttyUSB0"))
    assert busy is not None
    assert (busy.code, busy.facts["command"]) == ("device_in_use", "fuser -v /dev/ttyUSB0")
    com = explain(failed(Cause.BUSY, node="COM3"))
    assert com is not None
    assert (com.code, com.facts["command"]) == ("device_in_use", "")
    driver = explain(failed(Cause.DRIVER, driver="usblp"))
    assert driver is not None
    assert (driver.code, driver.facts["command"]) == ("device_driver_in_the_way", "sudo modprobe -r usblp")
    program = explain(failed(Cause.PROGRAM, program="lp"))
    assert program is not None
    assert (program.code, program.facts["program"]) == ("device_program_missing", "lp")
    system = explain(failed(Cause.SYSTEM, system="Windows"))
    assert system is not None
    assert (system.code, system.facts["system"]) == ("device_other_system", "Windows")


def test_what_is_not_there_needs_no_permission() -> None:
    assert explain(failed()) is None
    assert explain(KnownError("device_open_failed", url="tcp://x", reason="refused")) is None
    assert explain(KnownError("device_gone", url="tcp://x", reason="x", cause="permission")) is None


def test_looking_without_opening(node: Node, tmp_path: Path) -> None:
    assert node_trouble("serial:COM3", "COM3") is None
    assert node_trouble("serial:/x", str(tmp_path / "none")) is None
    assert node_trouble("serial:/x", str(tmp_path)) is None
    said = node_trouble("serial:/x", str(node.path))
    assert said is not None
    assert said.facts["url"] == "serial:/x"


def test_errnos() -> None:
    assert [Cause.of_errno(number) for number in (13, 1, 16, 11, 2, None)] == [
        "permission",
        "permission",
        "busy",
        "busy",
        "",
        "",
    ]
