"""What is said of number pools, and of labels that are voided."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
