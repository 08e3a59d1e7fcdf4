"""What the window says: settings."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
