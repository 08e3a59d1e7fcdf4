"""Where Packbench keeps its files, what the environment says about it, and the settings of this computer.

The settings file is TOML for people: `version = 1`, then the tables and keys of `KEYS`. Whatever is wrong in it is told
and replaced by the default in memory; comments and keys that Packbench does not know are kept when it saves.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_config_path, user_data_path

from app.domain.errors import KnownError, Refusal

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

VERSION = 1
_DEVICE = re.compile(r"[a-z][a-z0-9+.-]*:\S*")
_SHOWN = 60


def data_directory() -> Path:
    """The user's data directory for Packbench; it may not exist yet."""
    return user_data_path("packbench", appauthor=False)


def database_url(given: str | None = None) -> str:
    """The database to use: the one given, else `PACKBENCH_DB`, else a file in the data directory."""
    return given or os.environ.get("PACKBENCH_DB") or str(data_directory() / "packbench.db")


def language(given: str | None = None, chosen: str = "") -> str:
    """`en` or `zh`: the one given, else `PACKBENCH_LANGUAGE`, else the settings' choice, else the system's."""
    wanted = given or os.environ.get("PACKBENCH_LANGUAGE") or chosen or os.environ.get("LANG") or ""
    return "zh" if wanted.lower().startswith("zh") else "en"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person has chosen for this computer; `KEYS` says what each field may be.

    `station` is the bench, `cart` the picker's terminal at the same computer; `role` says which pages the rail shows;
    the `sender_…` are who stands as sender on labels of Packbench's own template, all "" for what the database says,
    and what customs papers say of it; `sdr_rates` are what one special drawing right is worth (`EUR 1.17, USD 1.36`);
    `language` "" is the system's; `printer` prints labels, `printer_fallback` when that one is out, `document_printer`
    all but labels: device URLs or "" for none, as is `scale`; `scanners` are the URLs of all scanners of the station
    apart from those that type, with blanks between them; `camera` is where the photo of a closed parcel comes from,
    see `app.photos.read_source`; the wedge's times are milliseconds,
    `wedge_shortest` is characters, `wedge_prefix` what a scanner sends before each code, if anything,
    `wedge_jitter_ms` how unevenly its keys may come (as long as `wedge_gap_ms`: speed alone tells it from a person).
    """

    station: str = "BENCH-1"
    cart: str = "CART-1"
    operator: str = ""
    role: str = "all"
    language: str = ""
    theme: str = "light"
    text_scale: float = 1.0
    reduce_motion: bool = False
    sound: bool = True
    volume: float = 0.8
    printer: str = ""
    printer_fallback: str = ""
    document_printer: str = ""
    scanners: str = ""
    scale: str = ""
    camera: str = ""
    wedge_gap_ms: int = 60
    wedge_total_ms: int = 1500
    wedge_shortest: int = 4
    wedge_prefix: str = ""
    wedge_jitter_ms: int = 6
    sender_name: str = ""
    sender_street: str = ""
    sender_postcode: str = ""
    sender_city: str = ""
    sender_country: str = ""
    sender_phone: str = ""
    sender_eori: str = ""
    sender_vat: str = ""
    sender_ioss: str = ""
    sdr_rates: str = ""


Value = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file: its table and name, the field it fills, its type and what it may be.

    Either one of `choices`, or from `low` to `high`: the value of a number, the length of a text. A text is printable,
    unless it stands for keys (`keys`); a `device` is a device URL, or `several` with blanks between them.
    """

    table: str
    name: str
    field: str
    kind: type[str] | type[bool] | type[int] | type[float]
    choices: tuple[Value, ...] = ()
    low: float = 0
    high: float = 0
    device: bool = False
    keys: bool = False
    several: bool = False

    @property
    def path(self) -> str:
        """`table.name`, as it stands in a sentence."""
        return f"{self.table}.{self.name}"

    @property
    def allowed(self) -> str:
        """What the key may be, as it would be typed into the file; "" for a text."""
        if self.choices:
            return ", ".join(map(_typed, self.choices))
        return "" if self.kind is str else f"{self.low:g} – {self.high:g}"

    @property
    def default(self) -> Value:
        """The value of a file that does not name the key."""
        value: Value = getattr(Settings(), self.field)
        return value

    def problem(self, value: object, file: str = "") -> Refusal | None:
        """Why a value read from `file` cannot be used: Refusal `settings_choice`, `settings_number`, `settings_text`
        or `settings_device`, None when it can."""
        if self.choices:
            # 1 is True to Python, not to a person; a float may be written without its point
            same = isinstance(value, bool) == (self.kind is bool) and value in self.choices
            code = None if same else "settings_choice"
        elif self.kind is str:
            code = None if isinstance(value, str) and self._fits(value) else "settings_text"
            urls = str(value).split() if self.several else [str(value)] if value else []
            if self.device and code is None and not all(map(_DEVICE.fullmatch, urls)):
                code = "settings_device"
        else:
            numbers = (int, float) if self.kind is float else int
            sound = isinstance(value, numbers) and not isinstance(value, bool) and self.low <= value <= self.high
            code = None if sound else "settings_number"
        if code is None:
            return None
        return Refusal(
            code, file=file, key=self.path, allowed=self.allowed, least=int(self.low), most=int(self.high),
            used=_typed(self.default),
        )  # fmt: skip

    def _fits(self, text: str) -> bool:
        """Whether a text has a length that is allowed and nothing in it that cannot be seen or written."""
        if self.keys:
            writable = not any("\ud800" <= letter <= "\udfff" for letter in text)
        else:
            writable = text.isprintable() and text == text.strip()
        return writable and self.low <= len(text) <= self.high


KEYS = (
    Key("station", "name", "station", str, low=1, high=40),
    Key("station", "cart", "cart", str, low=1, high=40),
    Key("station", "operator", "operator", str, high=40),
    Key("station", "role", "role", str, ("all", "packer", "picker", "lead", "support")),
    Key("look", "language", "language", str, ("", "en", "zh")),
    Key("look", "theme", "theme", str, ("light", "dark", "colour_blind")),
    Key("look", "text_scale", "text_scale", float, (1.0, 1.5)),
    Key("look", "reduce_motion", "reduce_motion", bool, (False, True)),
    Key("sound", "on", "sound", bool, (False, True)),
    Key("sound", "volume", "volume", float, low=0, high=1),
    Key("devices", "printer", "printer", str, high=200, device=True),
    Key("devices", "printer_fallback", "printer_fallback", str, high=200, device=True),
    Key("devices", "document_printer", "document_printer", str, high=200, device=True),
    Key("devices", "scanners", "scanners", str, high=1_000, device=True, several=True),
    Key("devices", "scale", "scale", str, high=200, device=True),
    Key("devices", "camera", "camera", str, high=400),
    Key("scanner", "gap_ms", "wedge_gap_ms", int, low=5, high=200),
    Key("scanner", "total_ms", "wedge_total_ms", int, low=200, high=10_000),
    Key("scanner", "shortest", "wedge_shortest", int, low=1, high=40),
    Key("scanner", "prefix", "wedge_prefix", str, high=8, keys=True),
    Key("scanner", "jitter_ms", "wedge_jitter_ms", int, low=0, high=200),
    Key("sender", "name", "sender_name", str, high=60),
    Key("sender", "street", "sender_street", str, high=60),
    Key("sender", "postcode", "sender_postcode", str, high=16),
    Key("sender", "city", "sender_city", str, high=60),
    Key("sender", "country", "sender_country", str, high=2),
    Key("sender", "phone", "sender_phone", str, high=40),
    Key("sender", "eori", "sender_eori", str, high=30),
    Key("sender", "vat", "sender_vat", str, high=30),
    Key("sender", "ioss", "sender_ioss", str, high=20),
    Key("customs", "sdr_rates", "sdr_rates", str, high=400),
)
# keys that earlier versions wrote and nobody reads any more: no fault of whoever keeps the file
_RETIRED = frozenset({"devices.scanner"})
_TABLES = tuple(dict.fromkeys(key.table for key in KEYS))


def settings_path() -> Path:
    """The settings file of this user, or the one that `PACKBENCH_SETTINGS` names; it may not exist yet."""
    given = os.environ.get("PACKBENCH_SETTINGS")
    return Path(given) if given else user_config_path("packbench", appauthor=False) / "settings.toml"


def check_settings(settings: Settings, file: str = "") -> list[Refusal]:
    """What in the settings a file may not hold, field by field, with the codes of `Key.problem`."""
    problems = (key.problem(getattr(settings, key.field), file) for key in KEYS)
    return [problem for problem in problems if problem is not None]


def load_settings(path: Path | None = None) -> tuple[Settings, list[Refusal]]:
    """The settings of the file and what is wrong with it; never raises, a file that is missing is no fault.

    Whatever cannot be used has its default. Codes: `settings_unreadable`, `settings_no_toml` for a whole file,
    `settings_newer` for one of a later Packbench (whose other keys are passed over), `settings_version`,
    `settings_table_unknown`, `settings_key_unknown`, `settings_no_table`, and those of `Key.problem`.
    """
    path = path or settings_path()
    try:
        found = tomllib.loads(_read(path))
    except FileNotFoundError:
        return Settings(), []
    except OSError as error:
        return Settings(), [KnownError("settings_unreadable", file=str(path), why=_why(error))]
    except (ValueError, RecursionError):
        # TOMLDecodeError, UnicodeDecodeError, a number of 5,000 digits; brackets nested a thousand deep
        return Settings(), [Refusal("settings_no_toml", file=str(path))]
    return _understood(found, str(path))


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the settings, all or nothing: what else stands in the file stays, and a reader sees the old or the new.

    A file that is no TOML is moved to `settings.toml.broken` beside it. Raises KnownError `settings_unwritable`, and
    Refusal with a code of `Key.problem` for settings that could not be read back.
    """
    # what a link points to is replaced, not the link
    path = Path(os.path.realpath(path or settings_path()))
    for problem in check_settings(settings, str(path)):
        raise problem
    try:
        try:
            text, broken = _merged(settings, _read(path)), False
        except FileNotFoundError:
            text, broken = _merged(settings, ""), False
        except (ValueError, RecursionError):
            text, broken = _merged(settings, ""), True
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text, broken)
    except OSError as error:
        raise KnownError("settings_unwritable", file=str(path), why=_why(error)) from None


def _read(path: Path) -> str:
    # Windows' Notepad writes a mark before the first letter; line ends stay as they are
    return path.read_bytes().decode("utf-8-sig")


def _why(error: OSError) -> str:
    return error.strerror or ""


def _typed(value: Value) -> str:
    """A value as a person would type it into the file; one that cannot be written is shown as far as it can."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower()


def _understood(found: Mapping[str, Any], file: str) -> tuple[Settings, list[Refusal]]:
    """The settings that a parsed file means, and what is wrong with it."""
    problems = _strangers(found, file)
    good: dict[str, Any] = {}
    for key in KEYS:
        table = found.get(key.table)
        if not isinstance(table, Mapping) or key.name not in table:
            continue
        problem = key.problem(table[key.name], file)
        if problem is None:
            good[key.field] = key.kind(table[key.name])
        else:
            problems.append(problem)
    return Settings(**good), problems


def _strangers(found: Mapping[str, Any], file: str) -> list[Refusal]:
    """What stands in a file that does not belong there, apart from bad values."""
    version = found.get("version", VERSION)
    if _is_newer(version):
        return [Refusal("settings_newer", file=file, version=str(version)[:_SHOWN], known=VERSION)]
    problems = []
    if version != VERSION or isinstance(version, bool):
        problems.append(Refusal("settings_version", file=file, known=VERSION))
    for name, table in found.items():
        if name == "version":
            continue
        if name not in _TABLES:
            problems.append(
                Refusal("settings_table_unknown", file=file, key=name[:_SHOWN], allowed=", ".join(_TABLES))
            )
        elif not isinstance(table, Mapping):
            problems.append(Refusal("settings_no_table", file=file, key=name))
        else:
            allowed = [key.name for key in KEYS if key.table == name]
            problems += [
                Refusal("settings_key_unknown", file=file, key=f"{name}.{other}"[:_SHOWN], allowed=", ".join(allowed))
                for other in table
                if other not in allowed and f"{name}.{other}" not in _RETIRED
            ]
    return problems


def _is_newer(version: object) -> bool:
    return isinstance(version, int) and version > VERSION


def _merged(settings: Settings, text: str) -> str:
    """The text of a file with the settings in it and all else as it was.

    Raises ValueError when the text is no TOML that can be written back.
    """
    import tomlkit  # not on the way to the window, which reads alone
    from tomlkit.exceptions import TOMLKitError

    before = tomllib.loads(text)
    newer = _is_newer(before.get("version"))
    try:
        document = tomlkit.parse(text)
        if not newer and (before.get("version") != VERSION or before["version"] is True):
            document["version"] = VERSION
        for key in KEYS:
            _put(document, key, getattr(settings, key.field), newer)
        merged = tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, TypeError) as error:
        raise ValueError("not to be edited") from error
    # the editor of TOML is another program than the reader: what it made is read before it is trusted
    if _understood(tomllib.loads(merged), "")[0] != settings:
        raise ValueError("not to be edited")
    return merged


def _put(document: TOMLDocument, key: Key, value: Value, newer: bool) -> None:
    """Set one key, unless the file says the same in its own way."""
    import tomlkit

    table = document.get(key.table)
    if not isinstance(table, Mapping):
        table = document[key.table] = tomlkit.table()
    table = document[key.table]
    old = table.get(key.name)
    if old is None:
        item = tomlkit.item(value)
        if key.allowed:
            item.comment(key.allowed)
        table[key.name] = item
        return
    plain = getattr(old, "unwrap", lambda: old)()
    # a later Packbench may know a value that this one takes for a fault
    kept = newer and value == key.default
    if (key.problem(plain) is None and plain == value) or (kept and key.problem(plain) is not None):
        return
    table[key.name] = value


def _replace(path: Path, text: str, broken: bool) -> None:
    """Put the text in the file's place in one step, after it is on the disk; a broken file is moved aside first."""
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, name)
        if broken:
            os.replace(path, path.with_name(path.name + ".broken"))
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
