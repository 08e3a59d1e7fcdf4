"""The manifest of one carrier: its parcels, totals by service, and the count sheet that both sides sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.texts import country_name, say
from printing.documents.blocks import Bars, Blank, Block, Stack, Words
from printing.documents.flow import Column, Flow
from printing.documents.page import A4, Page, Paper
from printing.documents.pick_list import fact_grid, heading
from printing.documents.typeface import Style
from printing.documents.wording import document_language, kilograms, moment, number
from printing.documents.write import to_pdf
from printing.label import Align

_ROW = Style(8)
_CODE = Style(8, mono=True)


@dataclass(frozen=True, slots=True)
class ManifestParcel:
    """A parcel: its tracking number, order, service, destination (ISO 3166-1 alpha-2) and weight in grams."""

    tracking: str
    order: str
    service: str
    country: str
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one carrier is handed at once; `code` is the manifest's barcode, its number unless told apart."""

    number: str
    carrier: str
    parcels: tuple[ManifestParcel, ...]
    made_at: datetime
    warehouse: str = ""
    sender: str = ""
    code: str = ""


def carrier_manifest(manifest: Manifest, language: str, paper: Paper = A4) -> bytes:
    """The manifest with its count sheet as PDF; nothing in it is refused."""
    title = say("documents_manifest", language=document_language(language))
    return to_pdf(lay_out(manifest, language, paper), f"{title} {manifest.number}")


def lay_out(manifest: Manifest, language: str, paper: Paper = A4) -> list[Page]:
    """The manifest's pages; the count sheet is never broken over two."""
    language = document_language(language)
    title = say("documents_manifest", language=language)
    flow = Flow(paper, f"{title} {manifest.number} · {manifest.carrier}", language)
    heading(flow, f"{title} {manifest.number}", manifest.carrier, manifest.code or manifest.number)
    parcels = manifest.parcels
    facts = [
        ("documents_parcels", number(len(parcels), language)),
        ("documents_weight", _weight(parcels, language)),
        ("documents_made_at", moment(manifest.made_at, language)),
        ("documents_warehouse", manifest.warehouse),
    ]
    fact_grid(flow, facts)
    if manifest.sender.strip():
        flow.text(manifest.sender, Style(8), 6)
        flow.y += 2
    _services(flow, parcels)
    flow.y += 4
    _parcels(flow, parcels)
    _count_sheet(flow, manifest)
    return flow.finish()


def _weight(parcels: Sequence[ManifestParcel], language: str) -> str:
    return kilograms(sum(parcel.weight_g or 0 for parcel in parcels), language)


def _by_service(parcels: Sequence[ManifestParcel]) -> list[tuple[str, list[ManifestParcel]]]:
    found: dict[str, list[ManifestParcel]] = {}
    for parcel in parcels:
        found.setdefault(parcel.service, []).append(parcel)
    return sorted(found.items())


def _services(flow: Flow, parcels: Sequence[ManifestParcel]) -> None:
    language = flow.language
    columns = [
        Column(flow.say("documents_service"), 0, most=2),
        Column(flow.say("documents_destinations"), 80, most=None, style=Style(8)),
        Column(flow.say("documents_parcels"), 20, Align.RIGHT),
        Column(flow.say("documents_weight"), 26, Align.RIGHT),
    ]
    rows: list[list[Block | str]] = []
    for service, some in _by_service(parcels):
        countries = Counter(parcel.country for parcel in some).most_common()
        told = ", ".join(f"{country or '–'}\u00a0{number(count, language)}" for country, count in countries)
        rows.append([service or "–", told, number(len(some), language), _weight(some, language)])
    flow.table(columns, rows)


def _parcels(flow: Flow, parcels: Sequence[ManifestParcel]) -> None:
    language = flow.language
    names = {parcel.country: country_name(parcel.country, language) for parcel in parcels if parcel.country}
    columns = [
        Column(flow.say("documents_row"), 9, Align.RIGHT, _ROW),
        Column(flow.say("documents_tracking"), 46, style=_CODE, most=2),
        Column(flow.say("documents_order"), 0, style=_ROW, most=2),
        Column(flow.say("documents_service"), 28, style=_ROW),
        Column(flow.say("documents_destination"), 30, style=_ROW, most=2),
        Column(flow.say("documents_weight"), 19, Align.RIGHT, _ROW),
    ]
    rows: list[list[Block | str]] = [
        [
            str(place), parcel.tracking, parcel.order, parcel.service or "–", names.get(parcel.country, "–"),
            "–" if parcel.weight_g is None else kilograms(parcel.weight_g, language),
        ]
        for place, parcel in enumerate(parcels, 1)
    ]  # fmt: skip

    def page_total(start: int, stop: int) -> list[Block | str]:
        told = flow.say("documents_page_total", count=number(stop - start, language))
        weight = Words(_weight(parcels[start:stop], language), Style(8, bold=True), Align.RIGHT)
        return ["", Words(told, Style(8, bold=True)), "", "", "", weight]

    flow.table(columns, rows, pad=0.45, gap=2.5, page_total=page_total)


def _count_sheet(flow: Flow, manifest: Manifest) -> None:
    """Counted by both, service by service; driver, plate, time and the two signatures."""
    language = flow.language
    services = _by_service(manifest.parcels)
    flow.y += 6
    flow.need(min(130 + 11 * len(services), 250))
    told = flow.say("documents_count_of", number=manifest.number, carrier=manifest.carrier)
    words = Stack((Words(flow.say("documents_count_sheet"), Style(16, bold=True)), Words(told, Style(9), most=2)), 0.5)
    flow.columns([(words, 0), (Bars(manifest.code or manifest.number, 11, Align.RIGHT), 70)])
    flow.y += 3
    columns = [
        Column(flow.say("documents_service"), 0, most=2, style=Style(10)),
        Column(flow.say("documents_listed"), 28, Align.RIGHT, Style(12, bold=True)),
        Column(flow.say("documents_counted"), 38, Align.CENTER),
        Column(flow.say("documents_difference"), 38, Align.CENTER),
    ]
    rows: list[list[Block | str]] = [
        [service or "–", number(len(some), language), _Box(8), _Box(8)] for service, some in services
    ]
    if len(services) != 1:
        whole = Words(flow.say("documents_total"), Style(10, bold=True))
        rows.append([whole, number(len(manifest.parcels), language), _Box(8), _Box(8)])
    flow.table(columns, rows, ruled=False)
    flow.need(70)
    flow.y += 3

    def blanks(high: float, *codes: str) -> None:
        flow.columns([(Blank(flow.say(code), high=high), 0) for code in codes], gap=8)

    blanks(12, "documents_driver", "documents_plate", "documents_date_time")
    blanks(12, "documents_sacks", "documents_remarks")
    blanks(20, "documents_signed_warehouse", "documents_signed_driver")


class _Box:
    """A frame to write a number into."""

    def __init__(self, high: float) -> None:
        self._high = high

    def height(self, width: float) -> float:
        return self._high

    def draw(self, page: Page, x: float, y: float, width: float) -> None:
        page.frame(x, y, width, self._high)
