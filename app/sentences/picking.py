"""What the window says: picking."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
