"""Makes the papers that come with a label, beside the bench: the packing slip, and what customs want."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from decimal import Decimal
from queue import SimpleQueue

from app.change import Change
from app.domain.bench_rules import SlipRule
from app.domain.customs import SDR_RATES, CustomsForm
from app.domain.documents import ON_LABEL_STOCK, PAPERS, Document, Wanted
from app.domain.errors import KnownError, Refusal
from app.domain.people import Actor, Role
from app.domain.routing import document_queue, label_queue
from app.operations.papers import NotMade, Paper, queue_papers
from app.queries.customs import declaration
from app.queries.papers import PapersDue, papers_due
from app.station import Station
from db.store import Priority, Store

_CONCERNS = frozenset({"labels", "parcels"})
log = logging.getLogger(__name__)


class LabelPapers:
    """Makes what is due at a station and queues it, in a thread of its own, until `stop`; begins with what was left.

    `sheets`: the station has a document printer, `labels`: it has a label printer. What neither can print is not made,
    and the order's history says so; with neither of them it waits until there is one. `rates` are units of a currency
    for one special drawing right.
    """

    def __init__(
        self, store: Store, station: Station, *, sheets: bool, labels: bool,
        rates: Mapping[str, Decimal] = SDR_RATES,
    ) -> None:
        self._store, self._station, self._rates = store, station, rates
        self._sheets, self._labels = sheets, labels
        self._wakes: SimpleQueue[bool] = SimpleQueue()
        self._forget = store.listen(self._changed)
        self._thread = threading.Thread(target=self._run, name="papers", daemon=True)
        self._wakes.put(True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being made, and end; the rest is made the next time. May be called twice."""
        if self._thread.is_alive():
            self._forget()
            self._wakes.put(False)
            self._thread.join()

    def _changed(self, change: Change) -> None:
        if change.topics >= _CONCERNS:
            self._wakes.put(True)

    def _run(self) -> None:
        while self._wakes.get():
            while not self._wakes.empty():  # one look is enough for all that has happened until now
                if not self._wakes.get():
                    return
            try:
                self.make()
            except KnownError:
                pass  # the database does not answer: what is due stays so
            except Exception:
                log.exception("papers could not be queued")

    def make(self) -> int:
        """Make all that is due now; how many papers. Raises KnownError while the database does not answer."""
        if not (self._sheets or self._labels):
            return 0
        made = 0
        for due in self._store.read(papers_due, self._station.name):
            papers, not_made = self._papers(due)
            actor = Actor(due.packer_id, self._station.actor.station, Role.PACKER)
            made += self._store.submit(
                Priority.PRINTER, queue_papers, actor, due.parcel_id, papers, not_made
            ).result()
        return made

    def _papers(self, due: PapersDue) -> tuple[list[Paper], list[NotMade]]:
        papers: list[Paper] = []
        not_made: list[NotMade] = []
        try:
            wanted = self._wanted(due)
        except KnownError:
            raise
        except Refusal as refusal:
            wanted = [Document.PACKING_SLIP]
            not_made.append(NotMade(Document.CN22, refusal.code))
        for document in wanted:
            try:
                papers.append(self._paper(document, due))
            except KnownError:
                raise
            except Refusal as refusal:
                not_made.append(NotMade(document, refusal.code))
            except Exception:
                # a mistake of ours in one document must not be made again at every label
                log.exception("a %s could not be made", document)
                not_made.append(NotMade(document, "internal_error"))
        return papers, not_made

    def _wanted(self, due: PapersDue) -> list[Document]:
        if due.slip is SlipRule.OFF:
            return []
        wanted = [Document.PACKING_SLIP]
        if due.slip is SlipRule.ALL:
            declared = self._store.read(declaration, parcel_id=due.parcel_id, rates=self._rates)
            if declared.customs and declared.form is CustomsForm.CN22:
                wanted.append(Document.CN22)
            elif declared.customs:
                wanted += [Document.CN23, Document.INVOICE]
        return wanted

    def _paper(self, document: Document, due: PapersDue) -> Paper:
        on_sheets = [paper for paper in PAPERS[document] if paper not in ON_LABEL_STOCK]
        on_labels = [paper for paper in PAPERS[document] if paper in ON_LABEL_STOCK]
        if self._labels and on_labels and not (self._sheets and on_sheets):
            return self._on_labels(document, due, on_labels[0])
        if not self._sheets:
            raise Refusal("papers_no_printer")
        paper = (on_sheets or on_labels)[0]
        return Paper(document, self._pdf(document, due, paper), document_queue(self._station.name))

    def _on_labels(self, document: Document, due: PapersDue, paper: str) -> Paper:
        from app.queries.documents import printer_of
        from printing.received import compose_copy  # pictures: only where there is no document printer

        queue = label_queue(self._station.name)
        takes = self._store.read(printer_of, queue)
        composed = compose_copy(
            self._pdf(document, due, paper), language=takes.language, dpi=takes.dpi, width_mm=takes.width_mm,
            height_mm=takes.height_mm, order="", slot=None, copy=0, code="",
        )
        return Paper(document, composed.payload, queue, takes.language, takes.dpi, composed.labels)

    def _pdf(self, document: Document, due: PapersDue, paper: str) -> bytes:
        from app.documents import to_pdf  # fonts and layouts: only once there is something to be made
        from app.queries.documents import content_of

        wanted = Wanted(
            document, due.order_id, self._station.language, paper, due.warehouse_id, parcel_id=due.parcel_id
        )
        content, language = self._store.read(content_of, wanted, self._rates)
        return to_pdf(content, language, wanted, self._store.clock.now().date())
