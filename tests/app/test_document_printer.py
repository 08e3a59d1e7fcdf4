"""The document printer: a PDF is handed over once, and that is all that is known of it."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.documents import Document
from app.domain.errors import Refusal
from app.domain.routing import document_queue
from app.domain.states import JobState
from app.operations.documents import print_again, queue_document
from app.printers import StationPrinters
from app.queries.label_queue import JobFilter, JobGroup, job_page, job_total
from app.settings import Settings
from app.spooling import printer_url, running_spooler
from db.parcels import PrintJob
from printing.spooler import Patience
from tests.factories import LEAD, House, open_house
from tests.hardware.waiting import until

QUEUE = document_queue("BENCH-1")
QUICK = Patience(poll=0.005, idle=0.05, reopen=0.02)
LAST = b"nobody comes any more"
PAGE = b"%PDF-1.4 " + bytes(range(256)) * 40 + b" %%EOF"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def queue(house: House, payload: bytes = PAGE, copies: int = 1) -> int:
    return house.store.write(queue_document, LEAD, Document.PICK_LIST, payload, queue=QUEUE, copies=copies)


def jobs(house: House) -> list[tuple[JobState, str | None]]:
    return house.store.read(
        lambda session: [(job.state, job.reason) for job in session.query(PrintJob).order_by(PrintJob.id)]
    )


class Port:
    """A printer on a port that keeps what came on each connection, until the block ends.

    It has a thread of its own: what asyncio has accepted as its loop ends stays open. The spooler has to end before.
    """

    def __init__(self, number: int = 0) -> None:
        self.came: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", number))
        self.number: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._take)

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.number}"

    def __enter__(self) -> Port:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        with socket.create_connection(("127.0.0.1", self.number)) as last:  # behind all who have come
            last.sendall(LAST)
        self._thread.join()
        self._server.close()

    def _take(self) -> None:
        while (data := self._received()) != LAST:
            self.came.append(data)

    def _received(self) -> bytes:
        connection, _ = self._server.accept()
        with connection, connection.makefile("rb") as coming:
            return coming.read()


def test_the_document_printer_takes_pdf_unless_it_is_told_otherwise() -> None:
    assert printer_url("document_printer", "cups://office") == "cups://office?language=pdf"
    assert printer_url("document_printer", "tcp://p:9100?dpi=300") == "tcp://p:9100?dpi=300&language=pdf"
    assert printer_url("document_printer", "tcp://p:9100?language=zpl") == "tcp://p:9100?language=zpl"
    assert printer_url("document_printer", "file:all.pdf") == "file:all.pdf"
    assert printer_url("printer", "cups://zebra") == "cups://zebra"
    with pytest.raises(Refusal, match="device_url_unknown"):
        printer_url("document_printer", "office")


async def test_each_document_arrives_whole_on_a_connection_of_its_own(house: House) -> None:
    queue(house)
    queue(house, b"%PDF second", copies=2)
    with Port() as port:
        async with running_spooler(house.store, QUEUE, printer_url("document_printer", port.url), patience=QUICK):
            await until(lambda: all(state is JobState.PRINTED for state, _ in jobs(house)))
    assert port.came == [PAGE, b"%PDF second", b"%PDF second"]
    assert jobs(house) == [(JobState.PRINTED, "handed_over")] * 3


async def test_a_station_prints_its_documents_by_itself(house: House) -> None:
    told: list[tuple[str, str]] = []
    queue(house)
    with Port() as port:
        printers = StationPrinters(
            house.store, replace(Settings(), station="BENCH-1", document_printer=port.url), LEAD,
            note=lambda use, code: told.append((use, code)), took_over=lambda use, count: None,
            mistake=lambda error: pytest.fail(str(error)), patience=QUICK,
        )  # fmt: skip
        running = asyncio.create_task(printers.run())
        try:
            await until(lambda: jobs(house) == [(JobState.PRINTED, "handed_over")])
        finally:
            running.cancel()
            await asyncio.wait([running])
    assert [one for one in port.came if one] == [PAGE]  # it is looked for as well, with nothing to say
    assert {use for use, _ in told} <= {"document_printer"}


async def test_it_waits_for_a_printer_that_is_not_there(house: House) -> None:
    with Port() as gone:
        pass
    queue(house)
    with ExitStack() as stack:
        async with running_spooler(house.store, QUEUE, printer_url("document_printer", gone.url), patience=QUICK):
            await until(lambda: jobs(house) == [(JobState.QUEUED, "device_open_failed")])
            port = stack.enter_context(Port(gone.number))
            await until(lambda: jobs(house) == [(JobState.PRINTED, "handed_over")])
    assert port.came == [PAGE]


async def test_what_was_being_sent_at_a_crash_is_not_sent_again(house: House) -> None:
    first, second = queue(house), queue(house, b"%PDF second")
    claimed = house.claim(QUEUE)
    assert claimed is not None
    assert (claimed.job_id, claimed.document) == (first, True)
    with Port() as port:
        async with running_spooler(house.store, QUEUE, printer_url("document_printer", port.url), patience=QUICK):
            await until(lambda: jobs(house)[1] == (JobState.PRINTED, "handed_over"))
    assert jobs(house)[0] == (JobState.UNCERTAIN, "interrupted")
    assert port.came == [b"%PDF second"]
    with pytest.raises(Refusal, match="papers_under_way"):
        house.store.write(print_again, LEAD, first)
    assert second


@pytest.mark.skipif(sys.platform == "win32", reason="has no lp")
async def test_a_queue_that_refuses_it_fails_and_it_can_be_printed_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def command(name: str, script: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)

    command("lpstat", 'echo "printer office is idle.  enabled since now"; echo "office accepting requests since now"')
    command("lp", '/bin/cat > /dev/null; echo "lp: no space" >&2; exit 1')
    monkeypatch.setenv("PATH", str(tmp_path))
    job = queue(house)
    async with running_spooler(
        house.store, QUEUE, printer_url("document_printer", "cups://office"), patience=QUICK
    ):
        await until(lambda: jobs(house) == [(JobState.FAILED, "device_write_failed")])
        failed = JobFilter(group=JobGroup.FAILED)
        assert house.store.read(job_total, failed) == 1
        command("lp", f'echo "$@" > {tmp_path}/arguments; exec /bin/cat > {tmp_path}/came')
        house.store.write(print_again, LEAD, job)
        await until(lambda: jobs(house)[1:] == [(JobState.PRINTED, "handed_over")])
    assert (tmp_path / "came").read_bytes() == PAGE
    assert "raw" not in (tmp_path / "arguments").read_text()
    assert house.store.read(job_total, failed) == 0  # nobody has to look at it any more


def test_the_queue_of_labels_names_documents_by_order_and_kind(house: House) -> None:
    order = house.picked("TEA")
    house.store.write(queue_document, LEAD, Document.CN22, b"^XA^XZ", queue="BENCH-1", order_id=order, language="zpl")
    (row,) = house.store.read(lambda session: job_page(session, filter=JobFilter()))
    assert (row.document, row.order, row.order_id) == ("cn22", house.source_id(order), order)
    assert not row.of_label
    assert not row.to_scan
