"""The pages of the window; made after the frame is painted, because they load the engine."""

from __future__ import annotations

from collections.abc import Iterable

from ui.pages.page import Page
from ui.workspace import Workspace


def make_page(work: Workspace, name: str) -> Page:
    """The page with this name; loads what that page needs and no other, KeyError for a name that no page has."""
    match name:
        case "board":
            from ui.pages.board import BoardPage

            return BoardPage(work)
        case "picking":
            from ui.pages.picking import PickingPage

            return PickingPage(work)
        case "packing":
            from ui.pages.packing import PackingPage

            return PackingPage(work)
        case "labels":
            from ui.pages.labels import LabelsPage

            return LabelsPage(work)
        case "batches":
            from ui.pages.batches import BatchesPage

            return BatchesPage(work)
        case "orders":
            from ui.pages.orders import OrdersPage

            return OrdersPage(work)
        case "documents":
            from ui.pages.documents import DocumentsPage

            return DocumentsPage(work)
        case "devices":
            from ui.pages.devices import DevicesPage

            return DevicesPage(work)
        case "settings":
            from ui.pages.settings import SettingsPage

            return SettingsPage(work)
        case "bench_rules":
            from ui.pages.bench_rules import BenchRulesPage

            return BenchRulesPage(work)
    raise KeyError(name)


def make_pages(work: Workspace, names: Iterable[str]) -> list[Page]:
    """The pages with these names."""
    return [make_page(work, name) for name in names]
