"""Scans on the labels page of labels that were voided, and of the one that a closed box got instead."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from app.domain.barcode import make_label_code
from app.domain.states import JobState, ParcelState
from app.operations.voiding import relabel, void
from db.parcels import Parcel
from tests.factories import LEAD
from tests.ui.pages.label_desk import Desk
from ui.pages.label_detail import LabelDetailView

PAGES = ("labels",)


def test_the_codes_of_a_voided_label_alarm_here_too(desk: Desk) -> None:
    order = desk.label()
    parcel = desk.house.one(select(Parcel.id))
    desk.house.store.write(void, LEAD, parcel, "wrong")
    desk.open()
    for code in (make_label_code(desk.code, 1), desk.tracking):
        desk.work.dialogs._notice.hide()
        desk.scan(code)
        desk.person.wait(lambda: desk.work.dialogs.notice == "This label is void: throw it away")
    assert [state for _, state, _ in desk.jobs(order)] == [JobState.PRINTED]
    # … and what is said of it does not call it well
    (detail,) = desk.page.findChildren(LabelDetailView)
    desk.person.wait(lambda: "This label is void: throw it away" in [w.text() for w in detail.findChildren(QLabel)])


def test_the_new_label_of_a_closed_box_is_confirmed_here(desk: Desk) -> None:
    order = desk.label(number="A-1")
    desk.hands.scan(desk.house.source_id(order), make_label_code(desk.code, 1))
    parcel = desk.house.one(select(Parcel.id))
    desk.house.store.write(relabel, LEAD, parcel, "wrong", "BENCH-1")
    desk.house.printed()
    desk.open()
    desk.scan(make_label_code(desk.code, 2))
    desk.person.wait(lambda: desk.work.dialogs.notice == "Copy 2 of order A-1 is on its box")
    assert desk.house.get(Parcel, parcel).state is ParcelState.CLOSED
    assert [state for _, state, _ in desk.jobs(order)] == [JobState.CONFIRMED, JobState.CONFIRMED]
