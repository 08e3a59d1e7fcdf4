"""What the window says: orders."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
