"""One program at a time on one printer."""

from __future__ import annotations

from app.spooling import PrinterLease


def test_a_printer_is_leased_once_under_whatever_url() -> None:
    first, second = PrinterLease("tcp://Printer-3:9100"), PrinterLease("tcp://printer-3:9100?status=none")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    second.release()


def test_two_printers_are_two_leases() -> None:
    first, second = PrinterLease("tcp://printer-3:9100"), PrinterLease("tcp://printer-3:9101")
    assert first.acquire()
    assert second.acquire()
    first.release()
    second.release()
