"""Every table, imported once so that the metadata is whole."""

from db import bench, journal, label_batches, label_files, numbers, orders, parcels, places, stock, waves
from db.base import Base

metadata = Base.metadata

__all__ = [
    "bench", "journal", "label_batches", "label_files", "metadata", "numbers", "orders", "parcels", "places", "stock",
    "waves",
]  # fmt: skip
