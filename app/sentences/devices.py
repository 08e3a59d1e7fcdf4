"""What the window says: devices."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
