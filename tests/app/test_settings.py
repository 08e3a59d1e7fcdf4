"""Where files are, and what the environment says about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import settings


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
