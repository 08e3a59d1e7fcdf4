"""`packbench labels`: a label batch without a window."""

from __future__ import annotations

import csv
from pathlib import Path

from app.domain.states import JobState
from app.operations.print_queue import claim_job, finish_attempt
from db.engine import parse_url
from db.store import Store
from tests.app.operations.label_roll import QUEUE, Roll
from tests.end_to_end.conftest import command
from tests.factories import open_house


def test_from_the_plan_to_the_manifest(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        Roll(house).orders(5)
    db = ("--db", str(tmp_path / "house.db"), "--language", "en")

    def run(*given: str | Path, code: int = 0) -> str:
        done = command("labels", *given, *db)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def print_(count: int) -> None:
        with Store(parse_url(str(tmp_path / "house.db"))) as store:
            for _ in range(count):
                claimed = store.write(claim_job, QUEUE, "sim:", None, 25)
                assert claimed is not None
                store.write(finish_attempt, claimed.attempt_id, JobState.PRINTED, None, None)

    assert "No picked order" in run("plan", "--carrier", "NOBODY", "--queue", QUEUE, code=2)
    said = run("plan", "--wave", "1", "--queue", QUEUE, "--no-separators")
    assert said == "Label batch 1: 5 labels can be printed, 0 orders are set aside\n"
    assert "has not been started" in run("pause", "1", code=2)
    assert run("start", "1") == "Label batch 1 is printed at BENCH-1\n"
    print_(3)
    assert run("list").split()[:7] == ["1", "printing", "3", "5", "0", "0", "0"]
    run("pause", "1")
    with Store(parse_url(str(tmp_path / "house.db"))) as store:
        (first,) = [row[0] for row in store.read(_trackings)][:1]
    assert run("resume", "1", "--label", first, "--again") == (
        "Goes on after label 1: 0 came out after all, 2 are printed again\n"
    )
    print_(4)
    assert run("show", "1") == "5 of 5 labels are printed\n"
    assert run("reprint", "1", "--from", "2", "--to", "3", "--reason", "torn") == "2 labels are printed again\n"
    print_(2)
    run("manifest", "1", "--out", tmp_path / "m.csv")
    rows = list(csv.reader((tmp_path / "m.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row[0], row[7]) for row in rows[1:]] == [("1", "1"), ("2", "3"), ("3", "3"), ("4", "1"), ("5", "1")]
    run("manifest", "1", "--out", tmp_path / "m.pdf")
    assert (tmp_path / "m.pdf").read_bytes().startswith(b"%PDF")
    assert "ends in .csv or .pdf" in run("manifest", "1", "--out", tmp_path / "m.txt", code=2)
    assert "There is no label batch 9" in run("cancel", "9", code=2)
    assert "is done" in run("cancel", "1", code=2)


def _trackings(session: object) -> list[tuple[str]]:
    from sqlalchemy import select

    from db.label_batches import LabelBatchOrder
    from db.parcels import Label, PrintJob

    return list(
        session.execute(  # type: ignore[attr-defined]
            select(Label.tracking)
            .join(PrintJob, PrintJob.label_id == Label.id)
            .join(LabelBatchOrder, LabelBatchOrder.job_id == PrintJob.id)
            .order_by(LabelBatchOrder.position)
        ).all()
    )
