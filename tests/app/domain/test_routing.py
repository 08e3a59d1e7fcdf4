"""Which queue a job goes to, and when another printer takes over."""

from __future__ import annotations

from app.domain.routing import (
    FALLBACK_SECONDS,
    Outage,
    Paper,
    Route,
    document_queue,
    fallback_queue,
    label_queue,
    queue_for,
)

LABELS = Route("P-03", Paper.LABEL)
OTHER = Route("P-03 fallback", Paper.LABEL)
DOCUMENTS = Route("P-03 documents", Paper.DOCUMENT)


def test_a_job_goes_to_the_first_printer_of_its_kind() -> None:
    printers = [DOCUMENTS, LABELS, OTHER]
    assert queue_for(Paper.LABEL, "4x6", printers) == "P-03"
    assert queue_for(Paper.DOCUMENT, "A4", printers) == "P-03 documents"


def test_a_printer_that_is_out_is_passed_over() -> None:
    out = Route("P-03", Paper.LABEL, usable=False)
    assert queue_for(Paper.LABEL, "4x6", [out, OTHER]) == "P-03 fallback"


def test_while_all_are_out_the_job_waits_for_the_first() -> None:
    out = [Route("P-03", Paper.LABEL, usable=False), Route("P-03 fallback", Paper.LABEL, usable=False)]
    assert queue_for(Paper.LABEL, "4x6", out) == "P-03"


def test_a_size_that_a_printer_does_not_have_goes_elsewhere_or_nowhere() -> None:
    small = Route("small", Paper.LABEL, sizes=frozenset({"2x1"}))
    assert queue_for(Paper.LABEL, "4x6", [small, OTHER]) == "P-03 fallback"
    assert queue_for(Paper.LABEL, "2x1", [small, OTHER]) == "small"
    assert queue_for(Paper.LABEL, "4x6", [small, DOCUMENTS]) is None


def test_an_outage_is_long_after_ten_seconds_of_it() -> None:
    out = Outage().seen(False, 100.0).seen(False, 105.0)
    assert not out.is_long(100.0 + FALLBACK_SECONDS - 0.1)
    assert out.is_long(100.0 + FALLBACK_SECONDS)
    again = out.seen(True, 109.0).seen(False, 109.5)
    assert not again.is_long(112.0)
    assert not Outage().is_long(1e9)


def test_each_printer_of_a_station_has_a_queue_of_its_own() -> None:
    assert len({label_queue("P-03"), fallback_queue("P-03"), document_queue("P-03")}) == 3
    assert label_queue("P-03") == "P-03"  # where the packer's labels are queued
