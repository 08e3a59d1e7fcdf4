"""What is said of labels that carriers and channels send."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
