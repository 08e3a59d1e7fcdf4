"""What is said of documents, and in them."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
