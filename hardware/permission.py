"""Why a device that is there cannot be opened, and the command that mends it.

A transport says with KnownError `device_open_failed` and the fact `cause` what stood in its way; `explain` turns that
into the code of a sentence that a person can act on.
"""

from __future__ import annotations

import errno
import getpass
import os
import stat
import sys
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from app.domain.errors import KnownError

RULES_NAME = "70-packbench.rules"


class Cause(StrEnum):
    """The fact `cause` of `device_open_failed`; "" where the device simply is not there."""

    PERMISSION = "permission"  # the system does not let this person
    BUSY = "busy"  # another program holds it
    DRIVER = "driver"  # a driver of the system holds it and cannot be taken off
    PROGRAM = "program"  # the fact `program` is not installed
    SYSTEM = "system"  # this kind of device is of another operating system

    @staticmethod
    def of_errno(number: int | None) -> str:
        """The cause that an errno of opening means, "" for none of them."""
        if number in (errno.EACCES, errno.EPERM):
            return Cause.PERMISSION
        return Cause.BUSY if number in (errno.EBUSY, errno.EAGAIN) else ""


def explain(error: KnownError) -> KnownError | None:
    """The same trouble with its remedy, or None when the error says that the device is not there.

    Facts: `url`, mostly `node` (the device file) and `command` (to be typed into a terminal). Codes:
    `device_permission_group`, `device_permission_login`, `device_permission_rules`, `device_permission`,
    `device_in_use`, `device_driver_in_the_way`, `device_program_missing`, `device_other_system`.
    """
    if error.code != "device_open_failed":
        return None
    url, node = str(error.facts.get("url", "")), str(error.facts.get("node") or "")
    match error.facts.get("cause"):
        case Cause.PERMISSION:
            return _permission(url, node)
        case Cause.BUSY:
            command = f"fuser -v {node}" if node.startswith("/") else ""
            return KnownError("device_in_use", url=url, node=node, command=command)
        case Cause.DRIVER:
            driver = str(error.facts.get("driver") or "usblp")
            return KnownError("device_driver_in_the_way", url=url, driver=driver, command=f"sudo modprobe -r {driver}")
        case Cause.PROGRAM:
            return KnownError("device_program_missing", url=url, program=str(error.facts.get("program") or ""))
        case Cause.SYSTEM:
            return KnownError("device_other_system", url=url, system=str(error.facts.get("system") or ""))
        case _:
            return None


def node_trouble(url: str, node: str) -> KnownError | None:
    """What would stand in the way of opening the device file `node`, without opening it; None when nothing would."""
    if not node.startswith("/") or not os.path.exists(node) or os.access(node, os.R_OK | os.W_OK):
        return None
    return _permission(url, node)


def rules_command() -> str:
    """The command that gives everybody at this computer the devices of `resources/udev`."""
    path = Path(str(files("resources"))) / "udev" / RULES_NAME
    return f"sudo cp '{path}' /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger"


def _permission(url: str, node: str) -> KnownError:
    if not sys.platform.startswith("linux"):
        return KnownError("device_permission", url=url, node=node)
    group = _group_of(node)
    if group is None:
        # USB and hidraw nodes belong to root alone until a rule says otherwise
        return KnownError("device_permission_rules", url=url, node=node, command=rules_command())
    name, members = group
    if _user() in members:  # was added, but this session is older
        return KnownError("device_permission_login", url=url, node=node, group=name)
    command = f"sudo usermod -aG {name} $USER"
    return KnownError("device_permission_group", url=url, node=node, group=name, command=command)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return ""


def _group_of(node: str) -> tuple[str, list[str]] | None:
    """Name and members of the group that may read and write the node; None when joining one would not help."""
    import grp  # which Windows does not have

    try:
        found = os.stat(node)
        group = grp.getgrgid(found.st_gid)
    except (OSError, KeyError):
        return None
    may = stat.S_IRGRP | stat.S_IWGRP
    if found.st_mode & may != may or group.gr_name == "root":
        return None
    return group.gr_name, group.gr_mem
