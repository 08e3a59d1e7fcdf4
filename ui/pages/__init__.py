"""The pages of the window; made after the frame is painted, because they load the engine."""

from __future__ import annotations

from collections.abc import Collection

from ui.pages.page import Page
from ui.workspace import Workspace


def make_pages(work: Workspace, names: Collection[str]) -> list[Page]:
    """The pages with these names, in the order of the rail."""
    from ui.pages.board import BoardPage
    from ui.pages.devices import DevicesPage
    from ui.pages.labels import LabelsPage
    from ui.pages.orders import OrdersPage
    from ui.pages.packing import PackingPage
    from ui.pages.picking import PickingPage
    from ui.pages.settings import SettingsPage

    kinds: tuple[type[Page], ...] = (
        BoardPage, PickingPage, PackingPage, LabelsPage, OrdersPage, DevicesPage, SettingsPage
    )
    return [kind(work) for kind in kinds if kind.name in names]
