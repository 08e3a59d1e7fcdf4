"""What is said of label batches."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
