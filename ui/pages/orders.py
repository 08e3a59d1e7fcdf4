"""The orders page."""

from __future__ import annotations

from typing import Any

from ui.pages.page import Empty, Page


class OrdersPage(Page):
    """Stands in until the page is written."""

    name = "orders"

    async def fetch(self) -> object:
        """Nothing."""
        return Empty("frame_loading")

    def show_data(self, data: Any) -> None:
        """Nothing."""
