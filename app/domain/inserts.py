"""What is put into a parcel besides its items: which rules hold for an order, and how an insert is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.barcode import same_gtin
from app.domain.bench import Insert, OpenParcel

ANY_TIER = "*"


@dataclass(frozen=True, slots=True)
class InsertCondition:
    """For which orders a rule is: every condition that is given must hold; "", None and False are none.

    `country` ISO 3166-1 alpha-2, `vip` a tier or ANY_TIER, `min_value_minor` in minor units of whatever currency the
    order is in.
    """

    rule_id: int
    first_order: bool = False
    channel: str = ""
    country: str = ""
    sku_id: int | None = None
    vip: str = ""
    min_value_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What rules ask of an order; its value is the sum of its lines' prices."""

    first_order: bool
    channel: str
    country: str
    vip: str
    value_minor: int
    skus: frozenset[int]


def wanted(conditions: Iterable[InsertCondition], order: OrderFacts) -> list[int]:
    """The rules that hold for the order."""
    return [each.rule_id for each in conditions if _holds(each, order)]


def _holds(rule: InsertCondition, order: OrderFacts) -> bool:
    return (
        (order.first_order or not rule.first_order)
        and (not rule.channel or rule.channel.casefold() == order.channel.casefold())
        and (not rule.country or rule.country == order.country)
        and (rule.sku_id is None or rule.sku_id in order.skus)
        and (not rule.vip or (bool(order.vip) and rule.vip.casefold() in (ANY_TIER, order.vip.casefold())))
        and (rule.min_value_minor is None or order.value_minor >= rule.min_value_minor)
    )


def scanned(parcel: OpenParcel, code: str) -> Insert | None:
    """The insert of the parcel that bears the code: one that is not done yet, if there is one."""
    if not parcel.inserts:
        return None
    codes = {code, same_gtin(code)} - {"", None}
    bearing = [insert for insert in parcel.inserts if insert.barcode in codes]
    return next((insert for insert in bearing if not insert.done), bearing[0] if bearing else None)


def left(parcel: OpenParcel) -> list[Insert]:
    """The inserts that are not done yet."""
    return [insert for insert in parcel.inserts if not insert.done]
