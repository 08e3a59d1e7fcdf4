"""The columns of the documents page: what there are papers of."""

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


def document_columns(work: Workspace) -> tuple[Column[Paper], ...]:
    """What is said of each row, whatever it is."""
    words = work.words

    def age(row: Paper) -> str:
        return "" if row.at is None else words.age((datetime.now(UTC) - row.at).total_seconds())

    return (
        Column("papers_name", lambda row: paper_name(words, row), mono=True, width=22, stretch=True),
        Column(
            "orders_state", lambda row: _kind(words, row), width=17, sign=lambda row: _sign(row)[0],
            ink=lambda row: ink(work.theme, _sign(row)[1]),
        ),
        Column("papers_detail", lambda row: row.detail or NOTHING, width=9, spare=2),
        Column("papers_count", lambda row: f"{row.count:,}" if row.count else NOTHING, right=True, width=8, spare=1),
        Column("papers_age", age, right=True, width=8, spare=3),
    )


def paper_name(words: Words, row: Paper) -> str:
    """How a row is called."""
    match row.subject:
        case Subject.WAVE:
            return words.say("papers_wave", wave=row.name)
        case Subject.CART:
            return words.say("papers_cart", cart=row.name)
        case Subject.CODES:
            return words.say(f"papers_{row.name}")
        case Subject.MANIFEST:
            return row.name or words.say("papers_own_labels")
    return row.name


def _kind(words: Words, row: Paper) -> str:
    if row.subject is Subject.ORDER:
        return order_word(words, OrderState(row.kind))
    return words.say(f"papers_{row.subject}_{row.kind}") if row.kind else NOTHING


def _sign(row: Paper) -> tuple[str, str]:
    if row.subject is Subject.ORDER:
        return ORDER_SIGNS[OrderState(row.kind)]
    return ("!", "attention") if row.kind == "waiting" else ("", "")
