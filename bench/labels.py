"""How fast are labels made, and how few bytes does a repeated one take? Ours against a straightforward reportlab page.

Run: python -m bench.labels [--labels 60] [--rounds 7]

The peer is the page that one writes first: a font registered, drawString for each line, a line for each rule,
reportlab's own barcodes, all labels one after the other in one document. Its square code is a QR Code, because
reportlab's Data Matrix is several times slower still. Nearly all of its time goes into that code; so it is timed, for
comparison, with a Data Matrix of zxing-cpp drawn as a picture, too. Ours are the languages of `printing.render`, one
job a label, and a document of all. Each round makes other labels, each kind in turn; the table quotes medians of
processor time. What each kind has written is drawn and read back: tracking number and parcel code must be the same.

Bytes are those of the second and later labels to one address on one connection: a call of a stored format. The exit
code is 1 where a goal is missed: ZPL 20 times the peer, PDF 1.5 times, 620 bytes with a Latin address, 2,500 with
another.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, cast

import pypdfium2
import zxingcpp
from PIL import Image
from reportlab import rl_config
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from rich.console import Console
from rich.table import Table

from app.domain.barcode import make_label_code
from app.operations.label_content import Sent, label_fields
from hardware.printers.zpl_formats import Formats, cut
from printing import fonts, symbols
from printing.interpreter import render as run_zpl
from printing.label import Label
from printing.layout import lay_out
from printing.paper import escpos_page, tspl_page
from printing.pdf import to_pdf
from printing.render import render
from printing.templates import load_template
from printing.tspl import to_tspl

DPI = 203
MM = 72 / 25.4
GOALS = {"zpl": 20.0, "pdf": 1.5}
LATIN_BYTES, OTHER_BYTES = 620, 2500
CHECKED = 6  # labels of a round that are drawn and read back
# what the printer's own font has; the rest of an address goes as a picture
LATIN = ("ES", "IE", "DE", "GB", "BR")

Fields = dict[str, str]
SAMPLES = tomllib.loads(resources.files("resources").joinpath("samples", "recipients.toml").read_text(encoding="utf-8"))


def fields_of(recipient: dict[str, str], number: int) -> Fields:
    """What the label of this number to this person is filled with."""
    person = [recipient[key] for key in ("recipient_name", "street", "postcode", "city", "region", "country")]
    sent = Sent(SAMPLES["sender"], "CN", f"A-{number:05d}", "PACKET TRACKED", *person)
    parcel = f"PB{number:08d}P"
    fields = label_fields(
        sent, tracking=f"LX{number:09d}CN", parcel_code=parcel, weight_g=1000 + number % 900, slot=number % 12 + 1
    )
    return {**fields, "copy": "1", "label_code": make_label_code(parcel, 1)}


def label_of(fields: Fields) -> Label:
    """The parcel's label."""
    return load_template("parcel_4x6").fill(fields)


def peer(labels: Sequence[Fields], pictured: bool = False) -> bytes:
    """The straightforward document; `pictured`: the square code is a picture, which reportlab has not made."""
    rl_config.useA85 = 1  # as reportlab comes; `printing.pdf` has it off
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(101.6 * MM, 152.4 * MM))
    for fields in labels:
        _peer_page(canvas, fields, pictured)
        canvas.showPage()
    canvas.save()
    rl_config.useA85 = 0
    return written.getvalue()


def _peer_page(canvas: Canvas, fields: Fields, pictured: bool) -> None:
    def up(y_mm: float) -> float:
        return (152.4 - y_mm) * MM

    def text(x_mm: float, y_mm: float, size: float, words: str) -> None:
        canvas.setFont("peer", size)
        canvas.drawString(x_mm * MM, up(y_mm), words)

    canvas.setLineWidth(1.4)
    canvas.rect(3.5 * MM, up(148.9), 94.6 * MM, 145.4 * MM)
    for left, top, right, bottom in (
        (3.5, 32.5, 98.1, 32.5), (56, 3.5, 56, 32.5), (3.5, 84, 98.1, 84), (3.5, 119.5, 98.1, 119.5),
        (68, 120.5, 68, 148.9), (3.5, 134.5, 68, 134.5), (44, 120.5, 44, 148.9),
    ):  # fmt: skip
        canvas.line(left * MM, up(top), right * MM, up(bottom))
    for x, y, words in (
        (5.5, 7, "FROM"), (57.5, 7, "SERVICE"), (5.5, 36.5, "SHIP TO"), (5.5, 88.5, "TRACKING NUMBER"),
        (5.5, 124, "ORDER"), (45.5, 124, "SLOT"), (5.5, 138, "WEIGHT"), (45.5, 138, "COPY"),
    ):  # fmt: skip
        text(x, y, 5, words)
    for number, line in enumerate(fields["sender"].split("\n")):
        text(5.5, 11 + 3.7 * number, 8, line)
    for number, line in enumerate(fields["recipient"].split("\n")):
        text(9.5, 43 + 6.6 * number, 14, line)
    text(57.5, 16, 14, fields["service"])
    text(30, 117, 14, fields["tracking_text"])
    text(5.5, 131, 12, fields["order"])
    text(45.5, 131, 12, fields["slot"])
    text(5.5, 145, 12, fields["weight"])
    text(45.5, 145, 16, fields["copy"])
    text(72, 147, 8, fields["parcel"])
    Code128(fields["tracking"], barWidth=0.375 * MM, barHeight=19 * MM).drawOn(canvas, 10 * MM, up(110))
    if pictured:
        made = zxingcpp.create_barcode(fields["label_code"], zxingcpp.BarcodeFormat.DataMatrix)
        view = memoryview(cast(Any, made.to_image(scale=4)))
        height, width = view.shape or (0, 0)
        picture = ImageReader(Image.frombytes("L", (width, height), bytes(view)))
        canvas.drawImage(picture, 72 * MM, up(144), 22 * MM, 22 * MM)
    else:
        code: Any = createBarcodeDrawing  # its stubs leave it untyped
        code("QR", value=fields["label_code"], barWidth=22 * MM, barHeight=22 * MM).drawOn(canvas, 72 * MM, up(144))


def _of_each(language: str) -> Callable[[Sequence[Fields]], bytes]:
    def made(labels: Sequence[Fields]) -> bytes:
        last = b""
        for fields in labels:
            last = render(label_of(fields), language, DPI)
        return last

    return made


def _native(labels: Sequence[Fields]) -> bytes:
    last = b""
    for fields in labels:
        last = to_tspl(label_of(fields), DPI, native=True)
    return last


def _document(labels: Sequence[Fields]) -> bytes:
    return to_pdf(map(label_of, labels), DPI)


PEER, PICTURED = "reportlab", "reportlab, code as a picture"
KINDS: dict[str, Callable[[Sequence[Fields]], bytes]] = {
    PEER: peer,
    PICTURED: lambda labels: peer(labels, pictured=True),
    "zpl": _of_each("zpl"),
    "pdf": _document,
    "tspl": _of_each("tspl"),
    "tspl, native": _native,
    "escpos": _of_each("escpos"),
    "png": _of_each("png"),
}


def rates(count: int, rounds: int) -> dict[str, float]:
    """Labels a second by kind: the median of the rounds, each with other labels, after one to warm up."""
    people = [one for one in SAMPLES["recipient"] if one["country"] in LATIN]
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    number = 0
    for turn in range(rounds + 1):
        for kind, make in KINDS.items():
            labels = [fields_of(people[(number + step) % len(people)], number + step) for step in range(count)]
            number += count
            begun = time.process_time()
            make(labels)
            if turn:
                found[kind].append(count / (time.process_time() - begun))
    return {kind: statistics.median(of) for kind, of in found.items()}


def _page(kind: str, data: bytes) -> Image.Image:
    """What a printer or a viewer makes of the bytes, at about 203 dpi."""
    if kind in (PEER, PICTURED, "pdf"):
        document = pypdfium2.PdfDocument(data)
        try:
            shown: Image.Image = document[0].render(scale=2 * 203.2 / 72).to_pil()
            return shown.convert("L")
        finally:
            document.close()
    if kind == "zpl":
        return run_zpl(data, DPI)[0].image
    if kind == "escpos":
        return escpos_page(data, DPI)
    return Image.open(io.BytesIO(data)) if kind == "png" else tspl_page(data, DPI)


def misread(first: int) -> list[str]:
    """The kinds on which symbols do not read as their data; each is drawn, and each symbol read in its own half."""
    people = [one for one in SAMPLES["recipient"] if one["country"] in LATIN]
    wrong = []
    for kind, make in KINDS.items():
        for step in range(CHECKED):
            fields = fields_of(people[step % len(people)], first + step)
            page = _page(kind, make([fields]))
            scale = page.height / 1219
            square = (int(548 * scale), int(968 * scale), page.width, page.height)
            read = {found.text for found in symbols.decode(page, [(0, 0, page.width, int(940 * scale)), square])}
            if read != {fields["tracking"], fields["label_code"]}:
                wrong.append(kind)
                break
    return wrong


def call_bytes(recipient: dict[str, str]) -> tuple[int, int]:
    """Bytes of a whole label, and of the longest of the next seven to the same address."""
    formats, sizes, whole = Formats(), [], 0
    for number in range(1, 9):
        zpl = render(label_of(fields_of(recipient, number)), "zpl", DPI)
        parts = cut(zpl)
        if parts is None:
            return len(zpl), len(zpl)
        new = formats.worth_storing(parts)
        if new is not None:
            formats.add(new)
        stored = formats.best(parts)
        whole = max(whole, len(zpl))
        sizes.append(len(stored.call(parts)) if stored else len(zpl))
    return whole, max(sizes[1:])


def show(found: dict[str, float], sizes: dict[str, tuple[int, int]]) -> bool:
    """The tables; returns whether every goal is met."""
    table = Table(title="labels a second, medians of one run")
    for head in ("kind", "labels/s", "reportlab", "ratio", "goal"):
        table.add_column(head, justify="left" if head == "kind" else "right")
    base, met = found[PEER], True
    for kind, rate in found.items():
        goal = GOALS.get(kind)
        met = met and (goal is None or rate >= goal * base)
        numbers = (f"{rate:,.0f}", f"{base:,.0f}", f"{rate / base:.1f}", f"{goal:g}" if goal else "")
        table.add_row(kind, *numbers)
    Console(width=100).print(table)
    bytes_table = Table(title="bytes of a repeated label: whole, and as a call of a stored format")
    for head in ("addresses", "count", "whole, median", "min", "median", "max", "goal"):
        bytes_table.add_column(head, justify="left" if head == "addresses" else "right")
    groups = {"Latin": LATIN_BYTES, "Chinese": OTHER_BYTES, "Arabic": OTHER_BYTES, "others": OTHER_BYTES}
    for group, most in groups.items():
        of = [size for country, size in sizes.items() if _group(country) == group]
        calls = sorted(call for _, call in of)
        met = met and calls[-1] <= most
        typical = statistics.median(whole for whole, _ in of)
        columns = (len(of), typical, calls[0], statistics.median(calls), calls[-1], most)
        bytes_table.add_row(group, *(f"{column:,.0f}" for column in columns))
    Console(width=100).print(bytes_table)
    return met


def _group(country: str) -> str:
    return "Latin" if country in LATIN else {"CN": "Chinese", "SA": "Arabic"}.get(country, "others")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=7)
    wanted = parser.parse_args()
    pdfmetrics.registerFont(TTFont("peer", str(fonts.face(0).path)))
    lay_out(label_of(fields_of(SAMPLES["recipient"][0], 1)), DPI)  # fonts are open before the clock runs
    found = rates(wanted.labels, wanted.rounds)
    sizes = {one["country"]: call_bytes(one) for one in SAMPLES["recipient"]}
    met = show(found, sizes)
    wrong = misread(1_000_000)
    print("every symbol reads as its data, in every kind" if not wrong else f"misread: {', '.join(wrong)}")
    return 0 if met and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
