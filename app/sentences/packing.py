"""What the window says: packing."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
