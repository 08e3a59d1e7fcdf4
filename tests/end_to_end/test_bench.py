"""The bench without a window, driven as a user drives it: a scan a line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Bench, Sim, Site, command

StartBench = Callable[..., Bench]
KEYS = ["seq", "scan", "verdict", "code", "order", "sku", "remaining", "parcel", "label", "message"]


def pack(bench: Bench, site: Site, lane: str = "cart", leave: int = 0) -> dict[str, Any]:
    """Open the first waiting order and verify its pieces but `leave`; the last verdict."""
    tote, _, barcodes = site.work(lane)[0]
    answer = bench.scan(tote)
    for barcode in barcodes[: len(barcodes) - leave]:
        answer = bench.scan(barcode)
    return answer


def square_of(texts: frozenset[str]) -> str:
    """The square code among a label's two symbols."""
    return next(text for text in texts if text.startswith("PB"))


def test_an_order_is_verified_labelled_once_and_closed_by_its_own_label(
    site: Site, sim: Sim, bench: StartBench
) -> None:
    url, paper = sim()
    packer = bench(url)
    tote, order, barcodes = site.work()[0]
    opened = packer.scan(tote)
    assert list(opened) == KEYS
    assert (opened["verdict"], opened["code"], opened["order"]) == ("pass", "opened", order)
    assert opened["remaining"] == len(barcodes)
    for left, barcode in reversed(list(enumerate(reversed(barcodes)))):
        answer = packer.scan(barcode)
        assert (answer["verdict"], answer["remaining"]) == ("pass", left)
    assert answer["code"] == "complete"
    (label,) = paper.wait(1)
    assert answer["label"] in label
    closed = packer.until(answer["label"], "closed")
    assert (closed["order"], closed["parcel"], closed["remaining"]) == (order, answer["parcel"], None)
    assert packer.close()[0] == 0
    assert site.rows("select state from orders where source_id = ?", order) == [("shipped",)]
    assert site.rows("select state, copy from print_jobs") == [("confirmed", 1)]
    assert len(paper.labels()) == 1


def test_a_failure_latches_and_survives_kill_9_as_does_the_line(site: Site, bench: StartBench) -> None:
    packer = bench()
    before = pack(packer, site, leave=1)
    assert before["remaining"] == 1
    assert packer.scan("4006381333931")["code"] == "unknown_code"
    assert packer.scan(site.work()[0][0])["code"] == "latched"
    packer.kill()
    again = bench()
    ((order,),) = site.rows("select source_id from orders where state = 'packing'")
    refused = again.scan("XXNEXT")
    assert (refused["verdict"], refused["code"]) == ("fail", "latched")
    assert again.scan("xxok")["code"] == "acknowledged"
    following = again.scan("XXNEXT")
    assert (following["code"], following["order"], following["remaining"]) == ("next_scan_item", order, 1)
    assert following["seq"] == before["seq"] + 5
    assert [row[0] for row in site.rows("select seq from scan_events where device = 'stdin' order by seq")] == list(
        range(1, following["seq"] + 1)
    )


def test_wrong_item_over_scan_and_location_are_named(site: Site, bench: StartBench) -> None:
    packer = bench()
    (tote, _, barcodes), (_, _, others) = site.work()[:2]
    packer.scan(tote)
    wrong = next(code for code in others if code not in barcodes)
    location = site.rows("select code from locations where kind = 'pick' limit 1")[0][0]
    pieces = barcodes.count(barcodes[0])
    for code, expected in ((wrong, "wrong_item"), (location, "wrong_kind"), ("TT99999X", "unknown_code")):
        answer = packer.scan(code)
        assert (answer["verdict"], answer["code"]) == ("fail", expected)
        assert packer.scan("XXOK")["verdict"] == "pass"
    for _ in range(pieces):
        assert packer.scan(barcodes[0])["verdict"] == "pass"
    assert packer.scan(barcodes[0])["code"] == "over_scan"
    assert packer.scan("XXOK")["verdict"] == "pass"
    before = packer.scan("XXNEXT")["remaining"]
    assert packer.scan("XXUNDO")["remaining"] == before + 1
    stored = site.rows("select raw, outcome from scan_events where outcome = 'fail' and device = 'stdin'")
    assert [row[0] for row in stored] == [wrong, location, "TT99999X", barcodes[0]]


@pytest.mark.parametrize("gate", ["opened", "last item", "label", "scan-back"])
def test_a_cancelled_order_is_stopped_at_every_gate(site: Site, sim: Sim, bench: StartBench, gate: str) -> None:
    tote, order, barcodes = site.work()[0]
    url, paper = sim()
    packer = bench(url if gate == "scan-back" else None)
    answer: dict[str, Any] = {}
    if gate != "opened":
        packer.scan(tote)
        for barcode in barcodes[: -1 if gate == "last item" else None]:
            answer = packer.scan(barcode)
    if gate == "scan-back":
        paper.wait(1)
        packer.until("XXNEXT", "next_scan_label")
    done = command("cancel", order, "--reason", "buyer", "--db", site.db)
    assert done.returncode == 0, done.stderr
    if gate == "opened":
        assert packer.scan(tote)["code"] == "order_cancelled"
    elif gate == "last item":
        assert packer.scan(barcodes[-1])["code"] == "order_cancelled"
    elif gate == "scan-back":
        assert packer.scan(answer["label"])["code"] == "order_cancelled"
        assert site.rows("select state from labels") == [("voided",)]
    else:  # the label was queued before the order was cancelled, and the printer comes only now
        packer.close()
        packer = bench(url)
        packer.until("XXHOLD", "held")
        end = time.monotonic() + 30
        while site.rows("select state, reason from print_jobs") != [("cancelled", "order_cancelled")]:
            assert time.monotonic() < end
        assert packer.scan(tote)["code"] == "order_cancelled"
    packer.close()
    assert len(paper.labels()) == (1 if gate == "scan-back" else 0)
    assert site.rows("select count(*) from parcels where state = 'closed'") == [(0,)]


def test_a_reprint_supersedes_the_old_copy(site: Site, sim: Sim, bench: StartBench) -> None:
    url, paper = sim()
    packer = bench(url)
    answer = pack(packer, site)
    first = square_of(paper.wait(1)[0])
    packer.until("XXNEXT", "next_scan_label")
    assert packer.scan("XXREPRINT")["code"] == "reason_needed"
    assert packer.scan("XXTORN")["code"] == "reprinted"
    second = square_of(paper.wait(2)[1])
    packer.until("XXNEXT", "next_scan_label")
    old = packer.scan(first)
    assert (old["verdict"], old["code"]) == ("fail", "superseded_copy")
    packer.scan("XXOK")
    assert packer.scan(answer["label"])["code"] == "scan_square"
    assert packer.scan(second)["code"] == "closed"
    assert site.rows("select copy, state, reprint_reason from print_jobs order by copy") == [
        (1, "printed", None),
        (2, "confirmed", "torn"),
    ]
    done = command(
        "reprint", answer["label"], "--reason", "lost by the carrier", "--printer", url, "--db", site.db
    )
    assert done.returncode == 0, done.stderr
    third = square_of(paper.wait(3)[2])
    assert third.startswith(f"{answer['parcel']}C03")
    # the bench is idle, so that the desk could have its printer; the box is closed, and the old copy alarms still
    assert packer.scan(second)["code"] == "superseded_copy"
    packer.scan("XXOK")
    assert packer.scan(third)["code"] == "copy_confirmed"
    assert packer.scan(third)["code"] == "already_closed"


def test_what_was_being_printed_at_kill_9_is_uncertain_and_settled_by_the_label(
    site: Site, sim: Sim, bench: StartBench
) -> None:
    url, paper = sim("--fault", "paper_out@1:1.0", "--time-factor", "1", "--ips", "100")
    packer = bench(url)
    answer = pack(packer, site)
    packer.until("XXNEXT", "next_wait_label")
    sent = "select 1 from print_jobs where state = 'sending' and reason = 'paper_out'"
    end = time.monotonic() + 30
    while not site.rows(sent):
        assert time.monotonic() < end
    packer.kill()
    again = bench(url)
    again.until("XXNEXT", "next_settle_label")
    paper.wait(1)
    closed = again.scan(answer["label"])
    assert closed["code"] == "closed"
    again.close()
    assert len(paper.labels()) == 1
    assert site.rows("select state from print_jobs") == [("confirmed",)]


def test_an_uncertain_label_that_is_not_out_gets_the_next_copy(site: Site, sim: Sim, bench: StartBench) -> None:
    url, paper = sim("--proof", "blind")
    packer = bench(url)
    answer = pack(packer, site)
    paper.wait(1)
    packer.until("XXNEXT", "next_settle_label")
    assert packer.scan("XXNOTOUT")["code"] == "settled_not_out"
    copies = [square_of(label) for label in paper.wait(2)]
    packer.until("XXNEXT", "next_settle_label")
    assert packer.scan(copies[0])["code"] == "superseded_copy"
    packer.scan("XXOK")
    assert packer.scan(copies[1])["code"] == "closed"
    assert packer.scan(answer["label"])["code"] == "already_closed"


def test_another_bench_must_ask_before_it_takes_an_order_over(site: Site, bench: StartBench) -> None:
    tote, _, barcodes = site.work()[0]
    first, second = bench(), bench(name="P-02")
    first.scan(tote)
    first.scan(barcodes[0])
    asked = second.scan(tote)
    assert (asked["verdict"], asked["code"]) == ("attention", "take_over")
    taken = second.scan(tote)
    assert (taken["code"], taken["remaining"]) == ("opened", len(barcodes) - 1)
    assert first.scan("XXNEXT")["code"] == "next_scan_tote"


def test_a_second_program_at_the_same_station_is_refused(site: Site, bench: StartBench) -> None:
    bench().scan("XXNEXT")
    other = bench()
    code, said = other.close()
    assert code == 2
    assert "P-01" in said


def test_hostile_scans_are_stored_and_answered(site: Site, bench: StartBench) -> None:
    packer = bench()
    hostile = ["' OR 1=1--", "^XZ^XA~JR", "a" * 5000, "\x1d01\x00\x7f", "王小明😀", '{"a":1}', "%s%n", "../../x"]
    for code in hostile:
        answer = packer.scan(code)
        assert (answer["verdict"], answer["code"]) == ("fail", "unknown_code"), code
        packer.scan("XXOK")
    assert packer.scan_bytes(b"\xff\xfe\xb2")["scan"] == "\\xff\\xfe\\xb2"
    packer.close()
    assert site.rows("select count(*) from scan_events where device = 'stdin'") == [(2 * len(hostile) + 1,)]


def test_the_bench_speaks_chinese(site: Site, bench: StartBench) -> None:
    packer = bench(None, "P-01", "--language", "zh")
    message = packer.scan("no such code")["message"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in message)


def test_a_wrong_database_or_printer_is_refused_with_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "not.db"
    bad.write_bytes(b"this is no database, however long it may be" * 100)
    for arguments in (
        ("--db", bad), ("--db", "mysql://x/y"), ("--db", tmp_path / "a.db", "--printer", "fax:123"),
    ):
        done = command("station", "--headless", "--station", "X", *arguments)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()
