"""Lays out documents as PDF: what one says, in its language, on the paper that is wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.domain.declaration import Declaration
from app.domain.documents import PAPERS, Document, Wanted
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.operations.documents import close_manifest
from app.queries.documents import Content, content_of, first_warehouse, paper_key
from app.texts import say
from db.store import Store
from printing.documents.manifest import Manifest, carrier_manifest
from printing.documents.packing_slip import PackingSlip, packing_slip
from printing.documents.page import A4, A5, LABEL, LETTER, Paper
from printing.documents.pick_list import PickList, pick_list
from printing.documents.wave_sheet import WaveSheet, wave_sheet

_LEAD = Actor(None, None, Role.LEAD)
_PAPERS = {"a4": A4, "a5": A5, "letter": LETTER, "label": LABEL, "cn22": Paper(74, 105, 3)}


def to_pdf(content: Content, language: str, wanted: Wanted, today: date) -> bytes:
    """The document, signed `today`; raises Refusal for what is incomplete or cannot be printed on this paper."""
    paper = _PAPERS.get(wanted.paper, A4)
    match content:
        case PackingSlip():
            return packing_slip(content, language, paper)
        case Declaration():
            return _customs_paper(content, language, wanted, today)
        case PickList():
            return pick_list(replace(content, lane=_lane(content.lane, language)), language, paper)
        case WaveSheet():
            batches = tuple(replace(each, lane=_lane(each.lane, language)) for each in content.batches)
            return wave_sheet(replace(content, batches=batches), language, paper)
        case Manifest():
            return carrier_manifest(content, language, paper)
        case _:
            from printing.documents.codes import STOCKS, code_sheet

            title = say(f"papers_{wanted.document}", language=language)
            square = wanted.document in (Document.CARTONS, Document.BADGES)
            return code_sheet(content, STOCKS[wanted.paper], title, start=wanted.start, square=square)


def _lane(lane: str, language: str) -> str:
    return say(f"papers_cart_{lane}", language=language)


def _customs_paper(declared: Declaration, language: str, wanted: Wanted, today: date) -> bytes:
    from printing.documents import cn22, cn23, invoice, return_label

    paper, number = _PAPERS[wanted.paper], declared.order
    signer = declared.sender.partition("\n")[0]
    if wanted.document in (Document.CN22, Document.CN23) and not declared.customs:
        raise Refusal("customs_not_needed", order=declared.order)
    match wanted.document:
        case Document.CN22:
            return cn22.cn22(declared, signed_on=today, signer=signer, language=language, paper=paper)
        case Document.CN23:
            return cn23.cn23(
                declared, signed_on=today, signer=signer, invoice=number, language=language, paper=paper
            )
        case Document.INVOICE:
            return invoice.commercial_invoice(
                declared, number=number, issued_on=today, signer=signer, language=language, paper=paper
            )
        case _:
            return return_label.return_label(return_label.ReturnLabel.of(declared), language, paper)


def write_document(
    store: Store, document: Document, what: str, out: Path, *, language: str, paper: str = "", start: int = 1,
    first: int = 1, count: int = 24,
) -> None:
    """Write a document as a file; `what` is an order, a wave, a cart (`4-1`) or a carrier's newest manifest.

    In the buyer's language where it goes to the buyer. Raises Refusal for what is not there, `papers_paper_unknown`
    (document, known), and `file_unwritable`.
    """
    known = PAPERS[document]
    if paper and paper not in known:
        raise Refusal("papers_paper_unknown", document=document.value, known=", ".join(known))
    warehouse = store.read(first_warehouse)
    wanted = Wanted(
        document, store.read(paper_key, document, what, warehouse), language, paper or known[0], warehouse, start=start,
        first=first, count=count,
    )
    content, its_language = store.read(content_of, wanted)
    _write(to_pdf(content, its_language, wanted, store.clock.now().date()), out)


def close_carrier(store: Store, carrier: str) -> None:
    """Make the manifest of a carrier's parcels that are on none; raises Refusal `papers_nothing_to_hand_over`."""
    store.write(close_manifest, _LEAD, store.read(first_warehouse), carrier)


def _write(content: bytes, out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(content)
    except OSError as error:
        raise Refusal("file_unwritable", file=str(out), why=error.strerror or "") from None
