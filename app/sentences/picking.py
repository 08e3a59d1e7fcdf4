"""What the window says: picking."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # claiming a cart
    "batch_taken": "{station} is picking this cart: take it over or choose another",
    "batch_not_released": "There is nothing to pick on this cart: choose another",
}
