"""Where Packbench keeps its files, and what the environment says about it."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path


def data_directory() -> Path:
    """The user's data directory for Packbench; it may not exist yet."""
    return user_data_path("packbench", appauthor=False)


def database_url(given: str | None = None) -> str:
    """The database to use: the one given, else `PACKBENCH_DB`, else a file in the data directory."""
    return given or os.environ.get("PACKBENCH_DB") or str(data_directory() / "packbench.db")


def language(given: str | None = None) -> str:
    """`en` or `zh`: the one given, else `PACKBENCH_LANGUAGE`, else that of the system."""
    wanted = given or os.environ.get("PACKBENCH_LANGUAGE") or os.environ.get("LANG") or ""
    return "zh" if wanted.lower().startswith("zh") else "en"
