"""Where files are, what the environment says about it, and the settings file, however a person or a disk treats it."""

from __future__ import annotations

import dataclasses
import errno
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from app import settings
from app.domain.errors import KnownError, Refusal
from app.settings import KEYS, Key, Settings, check_settings, load_settings, save_settings
from app.texts import explain


def test_the_users_database_is_in_his_own_folder(home_of_its_own: Path) -> None:
    assert settings.data_directory().is_relative_to(home_of_its_own)
    assert settings.database_url() == str(settings.data_directory() / "packbench.db")
    assert not settings.data_directory().exists()


def test_what_is_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKBENCH_DB", "postgresql://host/packs")
    assert settings.database_url() == "postgresql://host/packs"
    assert settings.database_url("x.db") == "x.db"
    monkeypatch.setenv("PACKBENCH_DB", "")
    assert settings.database_url().endswith("packbench.db")


@pytest.mark.parametrize(
    ("given", "ours", "system", "language"),
    [
        (None, None, None, "en"),
        (None, None, "zh_CN.UTF-8", "zh"),
        (None, "en", "zh_CN.UTF-8", "en"),
        ("zh", "en", "en_US.UTF-8", "zh"),
        (None, "ZH", None, "zh"),
        (None, None, "de_DE.UTF-8", "en"),
    ],
)
def test_the_language(
    monkeypatch: pytest.MonkeyPatch, given: str | None, ours: str | None, system: str | None, language: str
) -> None:
    for name, value in (("PACKBENCH_LANGUAGE", ours), ("LANG", system)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert settings.language(given) == language


@pytest.mark.parametrize(
    ("given", "ours", "chosen", "language"),
    [(None, None, "zh", "zh"), (None, "en", "zh", "en"), ("en", None, "zh", "en"), (None, None, "", "en")],
)
def test_the_language_of_the_settings_comes_before_the_systems(
    monkeypatch: pytest.MonkeyPatch, given: str | None, ours: str | None, chosen: str, language: str
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8" if chosen == "en" else "en_US.UTF-8")
    if ours:
        monkeypatch.setenv("PACKBENCH_LANGUAGE", ours)
    assert settings.language(given, chosen) == language


# the file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def wrong(file: Path) -> list[tuple[str, object]]:
    """(code, key) of all that is wrong in the file; each has its sentence, with the file's name and no gap."""
    found = load_settings(file)[1]
    for refusal in found:
        for language in ("en", "zh"):
            said = explain(refusal, language)
            assert str(file) in said or refusal.code == "settings_choice", said
            assert "–" not in said.replace(" – ", ""), said
    return [(refusal.code, refusal.facts.get("key")) for refusal in found]


def left_behind(file: Path) -> set[str]:
    return {other.name for other in file.parent.iterdir()} - {file.name}


def test_the_file_is_in_the_users_own_folder_or_where_the_environment_says(
    home_of_its_own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert settings.settings_path().is_relative_to(home_of_its_own)
    assert load_settings() == (Settings(), [])
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(tmp_path / "new" / "own.toml"))
    save_settings(Settings(station="P-07"))
    assert (tmp_path / "new" / "own.toml").is_file()
    assert load_settings() == (Settings(station="P-07"), [])


def test_each_field_stands_in_the_file_once_and_its_default_is_allowed() -> None:
    assert [key.field for key in KEYS] == [field.name for field in dataclasses.fields(Settings)]
    assert len({key.path for key in KEYS}) == len(KEYS)
    assert check_settings(Settings()) == []
    assert all(type(key.default) is key.kind for key in KEYS)


def test_a_new_file_shows_what_may_be_chosen(file: Path) -> None:
    save_settings(Settings(), file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("version = 1\n\n[station]\n")
    assert 'theme = "light" # "light", "dark", "colour_blind"\n' in text
    assert "volume = 0.8 # 0 – 1\n" in text
    assert left_behind(file) == set()


def good(key: Key) -> st.SearchStrategy[object]:
    if key.choices:
        return st.sampled_from(key.choices)
    if key.kind is str:
        letters = st.characters(exclude_categories=["Cs"] if key.keys else ["C", "Z"])
        texts = st.text(letters, min_size=int(key.low), max_size=int(key.high))
        return texts.map(lambda text: f"tcp://{text}"[: int(key.high)]) if key.device else texts
    if key.kind is int:
        return st.integers(int(key.low), int(key.high))
    return st.floats(key.low, key.high)


def settings_of(keys: Sequence[Key] = KEYS) -> st.SearchStrategy[Settings]:
    return st.builds(Settings, **{key.field: good(key) for key in keys})


@given(settings_of(), settings_of())
def test_what_is_saved_is_read_back_over_whatever_was_there(first: Settings, then: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.toml"
        for wanted in (first, then):
            save_settings(wanted, file)
            assert load_settings(file) == (wanted, [])


HAND_WRITTEN = """\
# the bench by the door
version = 1   # do not touch

look.theme = 'dark'  # less glare
look.text_scale = 1
sound = {on = false, horn = "loud"}

[station]
# Lin's desk
name = "P-03"
"日程" = [1, 2]

[weather]  # somebody's idea
rain = true
"""


def test_comments_spelling_and_keys_of_others_stay(file: Path) -> None:
    file.write_bytes(HAND_WRITTEN.replace("\n", "\r\n").encode("utf-8-sig"))
    read, _ = load_settings(file)
    assert read == Settings(station="P-03", theme="dark", sound=False)
    assert wrong(file) == [
        ("settings_key_unknown", "sound.horn"),
        ("settings_key_unknown", "station.日程"),
        ("settings_table_unknown", "weather"),
    ]
    save_settings(dataclasses.replace(read, station="P-04"), file)
    kept = file.read_bytes().decode().replace("\r\n", "\n")
    for line in HAND_WRITTEN.replace('"P-03"', '"P-04"').splitlines():
        assert line.removesuffix("}") in kept, line
    assert load_settings(file)[0] == dataclasses.replace(read, station="P-04")
    assert len(wrong(file)) == 3


def test_saving_the_same_again_changes_nothing(file: Path) -> None:
    file.write_text(HAND_WRITTEN, encoding="utf-8")
    save_settings(load_settings(file)[0], file)
    once = file.read_bytes()
    save_settings(load_settings(file)[0], file)
    assert file.read_bytes() == once


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('look.theme = "pink"', "settings_choice"),
        ("look.theme = 1", "settings_choice"),
        ("look.text_scale = 1.2", "settings_choice"),
        ("look.text_scale = true", "settings_choice"),
        ("sound.on = 1", "settings_choice"),
        ('devices.scanners = "serial:///dev/ttyACM0 ttyACM1"', "settings_device"),
        ('devices.scale = "hid 0922"', "settings_device"),
        ("sound.volume = 1.1", "settings_number"),
        ("sound.volume = nan", "settings_number"),
        ("sound.volume = true", "settings_number"),
        ('sound.volume = "loud"', "settings_number"),
        ("scanner.gap_ms = 60.0", "settings_number"),
        ("scanner.gap_ms = 201", "settings_number"),
        ("scanner.shortest = 0", "settings_number"),
        ("scanner.prefix = 12", "settings_text"),
        ('scanner.prefix = "123456789"', "settings_text"),
        ('station.name = ""', "settings_text"),
        ('station.name = "P\\u0007"', "settings_text"),
        ('station.name = " P"', "settings_text"),
        (f'station.operator = "{"x" * 41}"', "settings_text"),
        ("station.operator = 2026-01-01", "settings_text"),
        ('devices.printer = "printer-3"', "settings_device"),
        ('devices.printer = "tcp://a b"', "settings_device"),
    ],
)
def test_a_bad_value_is_named_and_the_default_used(file: Path, line: str, code: str) -> None:
    file.write_text(f"version = 1\nstation.cart = 'C-9'\n{line}\n", encoding="utf-8")
    assert wrong(file) == [(code, line.split(" =")[0])]
    assert load_settings(file)[0] == Settings(cart="C-9")
    # saving mends it
    save_settings(Settings(cart="C-9"), file)
    assert load_settings(file) == (Settings(cart="C-9"), [])


def test_a_refusal_says_what_is_possible(file: Path) -> None:
    file.write_text('[look]\ntheme = "pink"\nhue = 1\n[sound]\nvolume = 2\n', encoding="utf-8")
    said = [explain(refusal) for refusal in load_settings(file)[1]]
    assert said[0].endswith("what it knows there: language, theme, text_scale, reduce_motion")
    assert said[1].endswith('it may be "light", "dark", "colour_blind"; until then it is "light"')
    assert said[2].endswith("it is a number, 0 – 1; until then it is 0.8")


@pytest.mark.parametrize("version", ["0", "'1'", "true", "1.5", "[]"])
def test_a_version_that_is_none_is_told_and_mended(file: Path, version: str) -> None:
    file.write_text(f"version = {version}\n[look]\ntheme = 'dark'\n", encoding="utf-8")
    assert load_settings(file)[0].theme == "dark"
    assert wrong(file) == [("settings_version", None)]
    save_settings(Settings(), file)
    assert load_settings(file) == (Settings(), [])


def test_a_file_without_a_version_is_read_and_gets_one(file: Path) -> None:
    file.write_text("[look]\ntheme = 'dark'\n", encoding="utf-8")
    assert load_settings(file) == (Settings(theme="dark"), [])
    save_settings(Settings(), file)
    assert "version = 1\n" in file.read_text(encoding="utf-8")


def test_a_later_packbench_keeps_what_only_it_knows(file: Path) -> None:
    file.write_text('version = 2\n[look]\ntheme = "sepia"\nlanguage = "zh"\n[lamps]\non = 3\n', encoding="utf-8")
    assert load_settings(file)[0] == Settings(language="zh")
    assert wrong(file) == [("settings_newer", None), ("settings_choice", "look.theme")]
    save_settings(Settings(language="en"), file)
    text = file.read_text(encoding="utf-8")
    assert 'version = 2\n[look]\ntheme = "sepia"\nlanguage = "en"\n' in text
    assert "[lamps]\non = 3\n" in text
    save_settings(Settings(theme="dark"), file)
    assert load_settings(file)[0].theme == "dark"


@pytest.mark.parametrize("line", ["look = 3", "look = []", "[[look]]\ntheme = 'dark'"])
def test_a_table_that_is_none_is_told_and_replaced(file: Path, line: str) -> None:
    file.write_text(f"{line}\n", encoding="utf-8")
    assert wrong(file) == [("settings_no_table", "look")]
    save_settings(Settings(theme="dark"), file)
    assert load_settings(file) == (Settings(theme="dark"), [])


@pytest.mark.parametrize(
    "content",
    [b"{", b"theme = dark", b"\xff\xfe", b"\x00", b"a = " + b"[" * 5000, b"a = " + b"9" * 5000, b"a = 1\na = 2\n"],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_toml_is_not_used_and_not_lost(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert load_settings(file)[0] == Settings()
    assert wrong(file) == [("settings_no_toml", None)]
    assert file.read_bytes() == content
    save_settings(Settings(station="P-02"), file)
    assert file.with_name("settings.toml.broken").read_bytes() == content
    assert load_settings(file) == (Settings(station="P-02"), [])
    assert left_behind(file) == {"settings.toml.broken"}


PLAIN = st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.floats(), st.text(st.characters(codec="utf-8")))
NAMES = st.one_of(
    st.sampled_from(["version", *(key.table for key in KEYS), *(key.name for key in KEYS)]),
    st.text(st.characters(codec="utf-8"), max_size=5),
)
ANY_TABLE = st.dictionaries(NAMES, st.one_of(PLAIN, st.lists(PLAIN), st.dictionaries(NAMES, PLAIN)))


@given(st.one_of(ANY_TABLE.map(tomlkit.dumps), st.text(st.characters(codec="utf-8"))), settings_of())
def test_whatever_stands_there_loading_and_saving_go_through(text: str, wanted: Settings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.toml"
        file.write_bytes(text.encode())
        found, _ = load_settings(file)
        assert check_settings(found) == []
        save_settings(wanted, file)
        assert load_settings(file)[0] == wanted


def test_settings_that_could_not_be_read_back_are_not_saved(file: Path) -> None:
    save_settings(Settings(), file)
    before = file.read_bytes()
    for bad in (Settings(theme="pink"), Settings(wedge_prefix="\ud800"), Settings(text_scale=2)):
        with pytest.raises(Refusal) as caught:
            save_settings(bad, file)
        assert explain(caught.value).startswith("Correct ")
    assert file.read_bytes() == before


# the disk


def failing(call: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)


@pytest.mark.parametrize(("call", "number"), [("fsync", errno.ENOSPC), ("replace", errno.EACCES)])
@pytest.mark.parametrize("before", [b"", b"version = 1\nlook.theme = 'dark'\n", b"{"])
def test_a_disk_that_refuses_leaves_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, before: bytes
) -> None:
    file.write_bytes(before)
    failing(call, number, monkeypatch)
    with pytest.raises(KnownError) as caught:
        save_settings(Settings(station="P-02"), file)
    assert caught.value.code == "settings_unwritable"
    assert caught.value.facts == {"file": str(file), "why": os.strerror(number)}
    assert file.read_bytes() == before
    assert left_behind(file) == set()


def test_a_full_disk_leaves_the_old_file(file: Path) -> None:
    resource = pytest.importorskip("resource")
    save_settings(Settings(), file)
    before, limits = file.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(KnownError, match="settings_unwritable"):
            save_settings(Settings(station="P-02"), file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert file.read_bytes() == before
    assert left_behind(file) == set()


def test_a_folder_or_a_forbidden_place_is_told(file: Path, tmp_path: Path) -> None:
    file.mkdir()
    assert wrong(file) == [("settings_unreadable", None)]
    for place in (file, tmp_path / "plain" / "settings.toml"):
        (tmp_path / "plain").touch()
        with pytest.raises(KnownError) as caught:
            save_settings(Settings(), place)
        assert caught.value.code == "settings_unwritable"
    assert left_behind(file) == {"plain"}


def test_the_file_is_on_the_disk_before_it_takes_the_place(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: order.append("fsync"))
    move = os.replace

    def moved(old: str, new: Path) -> None:
        order.append("replace")
        move(old, new)

    monkeypatch.setattr(os, "replace", moved)
    save_settings(Settings(), file)
    assert order == ["fsync", "replace"]


def test_a_link_stays_a_link_and_rights_stay_rights(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("version = 1\n", encoding="utf-8")
    real.chmod(0o640)
    file.symlink_to(real)
    save_settings(Settings(station="P-05"), file)
    assert file.is_symlink()
    assert load_settings(real)[0].station == "P-05"
    if os.name == "posix":
        assert real.stat().st_mode & 0o777 == 0o640


def test_a_reader_sees_the_old_file_or_the_new_one(file: Path) -> None:
    save_settings(Settings(station="P-0"), file)
    seen: list[tuple[Settings, list[Refusal]]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(load_settings(file))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        # a long tail, so that half a file would be possible
        save_settings(Settings(station=f"P-{number}", printer="tcp://" + "p" * (number * 3)), file)
    done.set()
    reader.join()
    assert len({found.station for found, _ in seen}) > 1
    for found, refusals in seen:
        assert refusals == []
        assert found.printer in ("", "tcp://" + "p" * (int(found.station[2:]) * 3))
