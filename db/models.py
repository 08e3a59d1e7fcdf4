"""Every table, imported once so that the metadata is whole."""

from db import journal, orders, parcels, places, stock, waves
from db.base import Base

metadata = Base.metadata

__all__ = ["journal", "metadata", "orders", "parcels", "places", "stock", "waves"]
