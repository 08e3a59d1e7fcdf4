"""What is said of customs data and papers."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
