"""The manifest of a label batch: every label that was printed, as PDF or as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.domain.errors import KnownError, Refusal
from app.texts import country_name, say
from printing.documents.blocks import Block
from printing.documents.flow import Column, Flow
from printing.documents.page import A4, Paper
from printing.documents.pick_list import fact_grid, heading
from printing.documents.typeface import Style
from printing.documents.wording import document_language, moment, number
from printing.documents.write import to_pdf
from printing.label import Align

_ROW = Style(8)
_CODE = Style(8, mono=True)
# cells that a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEAD = ("number", "group", "order", "tracking", "carrier", "service", "country", "copy", "state", "printed_at")


class PrintedLabel(Protocol):
    """A label that was printed: its number in the batch, its group, and what it says; `at` is when."""

    @property
    def number(self) -> int: ...
    @property
    def group(self) -> str: ...
    @property
    def order(self) -> str: ...
    @property
    def tracking(self) -> str: ...
    @property
    def carrier(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def copy(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def write_manifest(path: Path, batch: int, labels: Sequence[PrintedLabel], language: str) -> None:
    """Write what was printed for a label batch into a file that ends in .csv or .pdf.

    Raises Refusal `batches_file_kind` for any other name, KnownError `file_unwritable`.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".pdf"):
        raise Refusal("batches_file_kind")
    content = batch_table(labels) if kind == ".csv" else batch_manifest(batch, labels, language)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise KnownError("file_unwritable", file=str(path), why=error.strerror or "") from None


def batch_table(labels: Sequence[PrintedLabel]) -> bytes:
    """A row a label, comma-separated in UTF-8 with a mark at its beginning, as spreadsheets want it; times in UTC."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for label in labels:
        row = [
            label.number, label.group, label.order, label.tracking, label.carrier, label.service, label.country,
            label.copy, str(label.state), f"{label.at:%Y-%m-%d %H:%M:%S}",
        ]
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def batch_manifest(batch: int, labels: Sequence[PrintedLabel], language: str, paper: Paper = A4) -> bytes:
    """A PDF with every label in the sequence of the batch; nothing in it is refused."""
    language = document_language(language)
    title = say("batches_title", {"number": batch}, language)
    flow = Flow(paper, title, language)
    heading(flow, flow.say("batches_manifest_what"), title, "")
    facts = [("batches_manifest_labels", number(len(labels), language))]
    if labels:
        times = [label.at for label in labels]
        facts += [
            ("batches_manifest_first", moment(min(times), language)),
            ("batches_manifest_last", moment(max(times), language)),
        ]
    fact_grid(flow, facts)
    flow.y += 2
    names = {label.country: country_name(label.country, language) for label in labels if label.country}
    columns = [
        Column(flow.say("batches_column_number"), 10, Align.RIGHT, _ROW),
        Column(flow.say("documents_tracking"), 42, style=_CODE, most=2),
        Column(flow.say("documents_order"), 0, style=_ROW, most=2),
        Column(flow.say("batches_manifest_group"), 24, style=_ROW, most=2),
        Column(flow.say("documents_destination"), 26, style=_ROW, most=2),
        Column(flow.say("batches_manifest_copy"), 9, Align.RIGHT, _ROW),
        Column(flow.say("batches_manifest_at"), 27, style=_ROW),
    ]
    rows: list[list[Block | str]] = [
        [
            str(label.number), label.tracking, label.order, label.group, names.get(label.country, "–"),
            str(label.copy), moment(label.at, language),
        ]
        for label in labels
    ]  # fmt: skip
    flow.table(columns, rows, pad=0.45, gap=2.5)
    return to_pdf(flow.finish(), title)
