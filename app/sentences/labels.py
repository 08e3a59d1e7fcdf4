"""What the window says: labels."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
