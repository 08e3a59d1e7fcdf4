"""The wave sheet: what was released together, batch by batch, and by when it has to leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.texts import say
from printing.documents.blocks import Bars, Block, Words
from printing.documents.flow import Column, Flow
from printing.documents.page import A4, Page, Paper
from printing.documents.pick_list import fact_grid, heading, metres
from printing.documents.typeface import Style
from printing.documents.wording import clock, document_language, moment, number
from printing.documents.write import to_pdf
from printing.label import Align


@dataclass(frozen=True, slots=True)
class WaveBatch:
    """One cart and one walk; `code` is its barcode, "" where it has none."""

    batch: str
    lane: str
    orders: int
    lines: int
    pieces: int
    walk_mm: int
    code: str = ""
    cut_off: datetime | None = None


@dataclass(frozen=True, slots=True)
class CutOff:
    """Until when a carrier's parcels of this wave have to be ready."""

    carrier: str
    at: datetime
    orders: int


@dataclass(frozen=True, slots=True)
class WaveSheet:
    """A wave; `released_at` and the cut-offs in the warehouse's zone."""

    wave: str
    batches: tuple[WaveBatch, ...]
    cut_offs: tuple[CutOff, ...] = ()
    code: str = ""
    released_at: datetime | None = None


def wave_sheet(wave: WaveSheet, language: str, paper: Paper = A4) -> bytes:
    """The wave sheet as PDF; nothing in it is refused."""
    title = say("documents_wave_sheet", language=document_language(language))
    return to_pdf(lay_out(wave, language, paper), f"{title} {wave.wave}")


def lay_out(wave: WaveSheet, language: str, paper: Paper = A4) -> list[Page]:
    """The wave sheet's pages."""
    language = document_language(language)
    title = say("documents_wave_sheet", language=language)
    flow = Flow(paper, f"{title} {wave.wave}", language)
    heading(flow, title, wave.wave, wave.code)
    batches = wave.batches
    facts = [
        ("documents_batches", number(len(batches), language)),
        ("documents_orders", number(sum(batch.orders for batch in batches), language)),
        ("documents_lines", number(sum(batch.lines for batch in batches), language)),
        ("documents_pieces", number(sum(batch.pieces for batch in batches), language)),
        ("documents_walk", metres(sum(batch.walk_mm for batch in batches), language)),
        ("documents_released_at", moment(wave.released_at, language) if wave.released_at else ""),
    ]
    fact_grid(flow, facts)
    if wave.cut_offs:
        flow.text(flow.say("documents_cut_offs"), Style(11, bold=True), gap=3, keep=20)
        columns = [
            Column(flow.say("documents_carrier"), 0, most=2),
            Column(flow.say("documents_cut_off"), 45),
            Column(flow.say("documents_orders"), 22, Align.RIGHT),
        ]
        flow.table(columns, [
            [cut.carrier, moment(cut.at, language), number(cut.orders, language)]
            for cut in sorted(wave.cut_offs, key=lambda cut: cut.at)
        ])  # fmt: skip
        flow.y += 2
    flow.text(flow.say("documents_batches"), Style(11, bold=True), gap=3, keep=20)
    columns = [
        Column(flow.say("documents_batch"), 17),
        Column(flow.say("documents_lane"), 0, most=2),
        Column(flow.say("documents_orders"), 14, Align.RIGHT),
        Column(flow.say("documents_lines"), 13, Align.RIGHT),
        Column(flow.say("documents_pieces"), 14, Align.RIGHT),
        Column(flow.say("documents_walk"), 17, Align.RIGHT),
        Column(flow.say("documents_cut_off"), 19, most=2),
        Column("", 44, Align.RIGHT),
    ]
    days = {batch.cut_off.date() for batch in batches if batch.cut_off}
    when = clock if len(days) == 1 else moment
    rows: list[list[Block | str]] = []
    for batch in batches:
        rows.append([
            Words(batch.batch, Style(12, bold=True)),
            batch.lane,
            number(batch.orders, language),
            number(batch.lines, language),
            number(batch.pieces, language),
            metres(batch.walk_mm, language),
            when(batch.cut_off, language) if batch.cut_off else "–",
            Bars(batch.code, 9, Align.RIGHT) if batch.code else "",
        ])  # fmt: skip
    flow.table(columns, rows, gap=3, pad=1.5)
    return flow.finish()
