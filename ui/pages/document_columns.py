"""The columns of the documents page: what is said of an order, a cart, a wave, a manifest or a sheet of barcodes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.domain.documents import Subject
from app.domain.states import OrderState
from ui.models.paged import Column
from ui.signs import NOTHING, ORDER_SIGNS, ink, order_word
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.documents import Paper

# headings of name, kind, detail, count and age; "" for what means nothing
_HEADINGS = {
    Subject.ORDER: ("orders_number", "orders_state", "orders_country", "orders_pieces", "orders_age"),
    Subject.CART: ("documents_cart", "documents_lane", "documents_wave", "documents_orders", "papers_age"),
    Subject.WAVE: ("documents_wave", "orders_state", "", "documents_orders", "papers_age"),
    Subject.MANIFEST: ("documents_carrier", "orders_state", "documents_manifest", "documents_parcels", "papers_age"),
    Subject.CODES: ("papers_sheet", "", "", "papers_count", ""),
}


def document_columns(work: Workspace, subject: Subject) -> tuple[Column[Paper], ...]:
    """What is said of each row of a subject."""
    words = work.words

    def age(row: Paper) -> str:
        return "" if row.at is None else words.age((datetime.now(UTC) - row.at).total_seconds())

    name, kind, detail, count, changed = _HEADINGS[subject]
    def detail_of(row: Paper) -> str:
        is_country = subject is Subject.ORDER and row.detail
        return words.country(row.detail) if is_country else row.detail or NOTHING

    wide = {Subject.MANIFEST: 20, Subject.ORDER: 14}.get(subject, 17)
    columns: tuple[Column[Paper], ...] = (
        Column(
            name, lambda row: paper_name(words, row), mono=subject is not Subject.CODES, width=20, stretch=True
        ),
        Column(
            kind, lambda row: _kind(words, row), width=wide, sign=lambda row: _sign(row)[0],
            ink=lambda row: ink(work.theme, _sign(row)[1]),
        ),
        Column(detail, detail_of, width=15 if subject is Subject.ORDER else 9, spare=2),
        Column(count, lambda row: f"{row.count:,}" if row.count else NOTHING, right=True, width=8, spare=1),
        Column(changed, age, right=True, width=9, spare=3),
    )  # fmt: skip
    return tuple(column for column in columns if column.heading)


def paper_name(words: Words, row: Paper) -> str:
    """How a row is called."""
    if row.subject is Subject.CODES:
        return words.say(f"papers_{row.name}")
    return row.name or words.say("papers_own_labels")


def _kind(words: Words, row: Paper) -> str:
    if row.subject is Subject.ORDER:
        return order_word(words, OrderState(row.kind))
    return words.say(f"papers_{row.subject}_{row.kind}") if row.kind else NOTHING


def _sign(row: Paper) -> tuple[str, str]:
    if row.subject is Subject.ORDER:
        return ORDER_SIGNS[OrderState(row.kind)]
    return ("!", "attention") if row.kind == "waiting" else ("", "")
