"""Looks over a computer that shall run Packbench, and says what mends what is wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.carriers.profiles import carriers
from app.desk import numbers_lines
from app.devices import PRINTERS, DeviceSeen, check_devices, command_for, find_devices, look_at, scanner_urls
from app.domain.errors import KnownError, Refusal
from app.queries.station_view import without_sender
from app.settings import Settings, database_url, load_settings
from app.spooling import answer_of
from app.texts import explain, say
from db.engine import parse_url
from db.store import Store
from printing.fonts import unprintable

_FREE_MB = 500
# one word of each script that labels must carry
_SCRIPTS = "Aé Ω Ж א م ไ अ 王 あ 한 😀"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    healthy: bool
    text: str

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"{'✓' if self.healthy else '✕'} {self.subject}: {self.text}"


def _found(subject: str, language: str, healthy: bool, text: str) -> Finding:
    return Finding(say(f"subject_{subject}", language=language), healthy, text)


def examine(db: str | None, language: str) -> Iterator[Finding]:
    """Look at everything that the main job needs, one finding after the other."""
    yield from _database(database_url(db), language)
    yield _fonts(language)
    yield from _window(language)
    yield from _devices(language)
    yield from _named(language)


def _database(text: str, language: str) -> Iterator[Finding]:
    try:
        url = parse_url(text)
        with Store(url) as store:
            nameless = store.read(without_sender)
            low = numbers_lines(store, language)
    except (Refusal, KnownError) as refusal:
        yield _found("database", language, False, explain(refusal, language))
        return
    shown = url.render_as_string(hide_password=True)
    yield _found("database", language, True, say("doctor_database", {"url": shown}, language))
    if url.get_backend_name() == "sqlite":
        free = shutil.disk_usage(Path(str(url.database)).absolute().parent).free // 1_000_000
        code = "doctor_disk" if free >= _FREE_MB else "doctor_disk_low"
        yield _found("disk", language, free >= _FREE_MB, say(code, {"free": free}, language))
    for warehouse in nameless:
        text = say("settings_no_sender", {"warehouse": warehouse}, language)
        yield _found("sender", language, False, text)
    for line in low:
        yield _found("numbers", language, False, line)
    for wrong in carriers()[1]:
        yield _found("numbers", language, False, explain(wrong, language))


def _fonts(language: str) -> Finding:
    missing = unprintable(_SCRIPTS)
    if missing:
        return _found("fonts", language, False, say("doctor_fonts_missing", {"signs": " ".join(missing)}, language))
    return _found("fonts", language, True, say("doctor_fonts", language=language))


def _window(language: str) -> Iterator[Finding]:
    """Asked of a child process: a broken Qt installation must not take the doctor with it."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ui.probe"], capture_output=True, text=True, timeout=60, check=False
        )
        told = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError, OSError):
        yield _found("window", language, False, say("doctor_window_broken", {"why": "ui.probe"}, language))
        return
    if told.get("error"):
        text = say("doctor_window_broken", {"why": told["error"]}, language)
        yield _found("window", language, False, text)
        return
    facts = {"qt": told["qt"], "platform": told["platform"]}
    yield _found("window", language, True, say("doctor_window", facts, language))
    # no sound device is no illness: the bench then rings the bell
    text = say("doctor_sound" if told["sound"] else "doctor_no_sound", language=language)
    yield _found("sound", language, True, text)


PRINTERS_WELL = frozenset({"ready", "busy", "label_waiting", "not_asked", "printer_in_use"})


def named_devices(chosen: Settings) -> Iterator[DeviceSeen]:
    """The devices of the settings, each asked or opened for a moment; takes some seconds."""
    wrong = check_devices(chosen)
    for use in PRINTERS:
        url: str = getattr(chosen, use)
        if url and use in wrong:
            yield DeviceSeen(use, url, "fault", wrong[use])
        elif url:
            answer = answer_of(url)
            well = answer.code in PRINTERS_WELL
            state = "ready" if well else "absent" if answer.code in ("device_open_failed", "device_gone") else "fault"
            yield DeviceSeen(use, url, state, None if answer.code == "ready" else answer)
    yield from look_at(scanner_urls(chosen), chosen.scale)


def list_devices(chosen: Settings, language: str, as_json: bool) -> Iterator[str]:
    """What is attached to this computer, and how the devices of the settings are: lines to print, or one of JSON."""
    found, named = find_devices(), list(named_devices(chosen))
    if as_json:
        yield json.dumps(
            {
                "found": [
                    {
                        "kind": one.kind, "url": one.url, "language": one.language, "title": one.title, "why": one.why,
                        "trouble": one.trouble.code if one.trouble else None, "command": command_for(one.trouble),
                    }
                    for one in found
                ],
                "configured": [
                    {
                        "use": one.use, "url": one.url, "state": one.state, "well": one.well,
                        "reason": one.trouble.code if one.trouble else None, "command": command_for(one.trouble),
                    }
                    for one in named
                ],
            }
        )
        return
    yield say("devices_listed_found", language=language)
    for one in found:
        kind, why = say(f"devices_kind_{one.kind}", language=language), say(one.why, language=language)
        words = [kind, one.title, one.url, why]
        yield "  " + " · ".join(word for word in words if word)
        if one.trouble is not None:
            yield f"    ! {explain(one.trouble, language)}"
    if not found:
        yield "  " + say("devices_find_none", language=language)
    yield say("devices_listed_named" if named else "devices_listed_none", language=language)
    for seen in named:
        yield "  " + _device_line(seen, language)


def _device_line(seen: DeviceSeen, language: str) -> str:
    use = say(f"settings_field_{seen.use}", language=language)
    state = say(f"device_{seen.state}", language=language)
    why = "" if seen.trouble is None else f", {explain(seen.trouble, language)}"
    return f"{'✓' if seen.well else '✕'} {use} {seen.url}: {state}{why}"


def _named(language: str) -> Iterator[Finding]:
    for seen in named_devices(load_settings()[0]):
        yield _found("devices", language, seen.well, _device_line(seen, language)[2:])


def _devices(language: str) -> Iterator[Finding]:
    """Ports that a scanner or printer may be at, and whether this user may use them."""
    ports = sorted([*Path("/dev").glob("ttyACM*"), *Path("/dev").glob("ttyUSB*"), *Path("/dev/usb").glob("lp*")])
    if not ports:
        yield _found("devices", language, True, say("doctor_no_ports", language=language))
    for port in ports:
        try:
            with port.open("rb+", buffering=0):
                pass
        except PermissionError:
            group = "lp" if "lp" in port.name else "dialout"
            text = say("doctor_port_denied", {"port": str(port), "group": group}, language)
            yield _found("devices", language, False, text)
        except OSError as error:
            facts = {"port": str(port), "why": error.strerror or ""}
            yield _found("devices", language, False, say("doctor_port_failed", facts, language))
        else:
            yield _found("devices", language, True, say("doctor_port", {"port": str(port)}, language))
