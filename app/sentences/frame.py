"""What the window says: frame."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
