"""What the window says: board."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
