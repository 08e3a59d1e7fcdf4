"""Writes every document with made-up contents, in its languages, as PDF and as a picture of each page.

    python -m bench.documents OUT
"""

from __future__ import annotations

import argparse
import io
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from app.domain.barcode import Kind, make_code, s10
from app.domain.declaration import Addressee, Declaration, DeclaredLine, DeclaredParcel
from app.texts import BUYERS_LANGUAGES, LANGUAGES, country_name
from printing.documents.cn22 import cn22
from printing.documents.cn23 import cn23
from printing.documents.codes import STOCKS, Arrow, CodeLabel, code_sheet
from printing.documents.invoice import commercial_invoice
from printing.documents.manifest import Manifest, ManifestParcel, carrier_manifest
from printing.documents.packing_slip import PackingSlip, SlipLine, packing_slip
from printing.documents.page import A5, LABEL
from printing.documents.pick_list import PickLine, PickList, PickTote, pick_list
from printing.documents.return_label import ReturnLabel, return_label
from printing.documents.wave_sheet import CutOff, WaveBatch, WaveSheet, wave_sheet
from ui.command_sheet import command_sheet

_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_NAMES = (
    ("MUG-BLUE-350", "Mug, blue glaze, 350 ml"), ("EARBUDS-BK", "无线耳机（黑色，含充电盒）"),
    ("CASE-14-RD", "Phone case, red, for the 14 Pro, with a ring that holds it on a fridge, and a long name"),
    ("CABLE-USBC-1M", "USB-C cable 1 m"), ("LAMP-DESK-02", "Schreibtischlampe mit Wärmeregler, größenverstellbar"),
    ("شال-01", "شال صوف أزرق طويل"), ("YOGA-MAT-6", "Коврик для йоги, 6 мм"), ("PEN-12", "Pens, box of 12"),
)  # fmt: skip
_GIFT = "Happy birthday, dear Ana!\nMay the mug be always full and the days be long.\nYours, 王小明 و محمد"
_RETURNS = (
    "You can send items back within 30 days. Put them into their box, scan the code above on our returns page, "
    "print the label it gives you and hand the parcel to any counter of the carrier."
)


def picture(number: int) -> bytes:
    """A small picture of an item, drawn."""
    image = Image.new("RGB", (240, 240), "white")
    draw = ImageDraw.Draw(image)
    tone = 90 + 40 * (number % 4)
    draw.rounded_rectangle((50, 40, 180, 210), 24, fill=(tone, tone, tone + 20), outline="black", width=5)
    draw.ellipse((150, 80, 225, 160), outline="black", width=10)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def recipients() -> list[str]:
    """Made-up people at made-up addresses, as lines."""
    text = resources.files("resources").joinpath("samples", "recipients.toml").read_text(encoding="utf-8")
    return [
        "\n".join((each["recipient_name"], each["street"], f"{each['postcode']} {each['city']}", country))
        for each in tomllib.loads(text)["recipient"]
        for country in [country_name(each["country"]).upper()]
    ]


def slip(lines: int, person: int = 0, pictures: bool = True, gift: bool = False) -> PackingSlip:
    found = tuple(
        SlipLine(*_item(at), at % 3 + 1, 1290 + 731 * at, picture(at) if pictures and at % 7 != 4 else None)
        for at in range(lines)
    )
    return PackingSlip(
        "AE-8140-2217", recipients()[person], found, shop="Harbour Trading",
        sender="Harbour Trading Co. Ltd\nUnit 7, 18 Sample Road\n310000 Hangzhou, China",
        placed_on=date(2026, 11, 21), service="Standard", tracking="LX000000015CN", currency="EUR", freight_minor=490,
        hide_prices=gift, gift_message=_GIFT if gift else "",
        message="Thank you for your order. Something missing? Write to help@example.com", returns=_RETURNS,
    )  # fmt: skip


def _item(number: int) -> tuple[str, str]:
    return _NAMES[number % len(_NAMES)]


def _slot(number: int) -> str:
    return f"{chr(ord('A') + number % 24)} {number + 1}"


def picks(lines: int, totes: int) -> PickList:
    return PickList(
        "W-0042", "W-0042 / 3",
        tuple(
            PickLine(f"{chr(65 + at // 9)}-{at % 9 * 3 + 1:02d}-{at % 4 + 1}", *_item(at), at % 4 + 1,
                     _slot(at % totes), make_code(Kind.TOTE, at % totes + 17))
            for at in range(lines)
        ),
        tuple(
            PickTote(_slot(at), make_code(Kind.TOTE, at + 17), f"AE-8140-{2200 + at}", at % 5 + 1)
            for at in range(totes)
        ),
        code="W0042B3", cart="CART-07", lane="Cart", walk_mm=412_300, cut_off=_NOON + timedelta(hours=4),
        printed_at=_NOON,
    )  # fmt: skip


def wave(batches: int) -> WaveSheet:
    return WaveSheet(
        "W-0042",
        tuple(
            WaveBatch(str(at + 1), "Cart" if at else "Single-item orders", 20, 31 + at, 44 + 2 * at, 380_000,
                      f"W0042B{at + 1}", _NOON + timedelta(hours=2 + at % 3))
            for at in range(batches)
        ),
        (CutOff("DHL Express", _NOON + timedelta(hours=4), 64), CutOff("China Post", _NOON + timedelta(hours=2), 180)),
        code="W0042", released_at=_NOON - timedelta(minutes=12),
    )  # fmt: skip


def manifest(parcels: int) -> Manifest:
    services = ("ePacket", "EMS", "Registered small packet")
    countries = ("ES", "DE", "US", "FR", "BR", "JP", "SA", "GB")
    return Manifest(
        "000123", "China Post",
        tuple(
            ManifestParcel(s10("LX", 1000 + at, "CN"), f"AE-8140-{2217 + at}", services[at % 3 if at > 2 else 0],
                           countries[at * at % 8], 120 + at * 37 % 1800)
            for at in range(parcels)
        ),
        _NOON, "Hangzhou 1", "Harbour Trading Co. Ltd, Unit 7, 18 Sample Road, 310000 Hangzhou, China", "MF000123",
    )  # fmt: skip


def locations(count: int) -> list[CodeLabel]:
    arrows = (None, Arrow.UP, Arrow.DOWN, Arrow.LEFT, Arrow.RIGHT)
    return [
        CodeLabel(f"{chr(65 + at // 12)}-{at % 12 + 1:02d}-{at % 4 + 1}", detail="Hangzhou 1", arrow=arrows[at % 5])
        for at in range(count)
    ]


def badges() -> list[CodeLabel]:
    names = ("Ada Example", "王小明", "محمد العينة", "Maximiliana von Hohenstein-Musterfrau", "สมชาย ตัวอย่าง")
    return [CodeLabel(make_code(Kind.PERSON, at + 1), name, "Packer · Hangzhou 1") for at, name in enumerate(names)]


def totes(count: int) -> list[CodeLabel]:
    codes = [make_code(Kind.TOTE, number + 1) for number in range(count)]
    return [CodeLabel(code, f"T-{number + 1:03d}", code) for number, code in enumerate(codes)]


_BUYER = Addressee(
    "Jürgen Müßig", "Musterstraße 7a\nHinterhaus, 2. Stock", "10115", "Berlin", "", "DE", "+49 30 000000"
)  # fmt: skip


def declaration(lines: int) -> Declaration:
    return Declaration(
        order="AE-8140-2217", sender="Harbour Trading Co. Ltd\nUnit 7, 18 Sample Road\n310000 Hangzhou\nCHINA",
        sender_country="CN", sender_phone="+86 571 0000 0000", sender_eori="CN9133SAMPLE", sender_vat="DE123456789",
        recipient=_BUYER, ioss="IM2760000001", incoterm="DDP", currency="EUR", freight_minor=490,
        lines=tuple(
            DeclaredLine(f"SKU-{at:03d}", ("Ceramic mug", "Wireless earbuds", "Phone case")[at % 3], at % 4 + 1,
                         120 + 70 * at, 1290 + 300 * at, ("691200", "851830", "392690")[at % 3], "CN",
                         "pi967" if at % 3 == 1 else "none")
            for at in range(lines)
        ),
        parcels=(DeclaredParcel("PB00000012H", s10("LX", 1, "CN"), 830),), gross_weight_g=830,
        placed_on=date(2026, 11, 20), service="Packet tracked", carrier="China Post",
    )  # fmt: skip


DOCUMENTS: dict[str, Callable[[str], bytes]] = {
    "slip_1_line": lambda language: packing_slip(slip(1, 8), language),
    "slip_60_lines": lambda language: packing_slip(slip(60, 4), language),
    "slip_gift": lambda language: packing_slip(slip(3, 2, gift=True), language),
    "slip_no_pictures": lambda language: packing_slip(slip(8, 5, pictures=False), language),
    "slip_a5": lambda language: packing_slip(slip(5, 3), language, A5),
    "slip_label": lambda language: packing_slip(slip(4, 0), language, LABEL),
    "slip_label_gift": lambda language: packing_slip(slip(9, 4, gift=True), language, LABEL),
    "pick_list": lambda language: pick_list(picks(41, 20), language),
    "pick_list_single": lambda language: pick_list(picks(3, 1), language),
    "wave_sheet": lambda language: wave_sheet(wave(12), language),
    "manifest_1": lambda language: carrier_manifest(manifest(1), language),
    "manifest_140": lambda language: carrier_manifest(manifest(140), language),
    "cn22": lambda language: cn22(declaration(3), signed_on=_NOON.date(), signer="Li Ming", language=language),
    "cn23": lambda language: cn23(declaration(4), signed_on=_NOON.date(), signer="Li Ming", language=language),
    "invoice": lambda language: commercial_invoice(
        declaration(12), number="INV-000017", issued_on=_NOON.date(), signer="Li Ming", language=language
    ),
    "return_label": lambda language: return_label(
        ReturnLabel(
            order="AE-8140-2217", to="Harbour Returns\nHafenstraße 1\n20457 Hamburg\nGERMANY", sender=_BUYER
        ),
        language,
    ),
    "codes_locations_3x8": lambda language: code_sheet(locations(30), STOCKS["a4_3x8"], "Codes", start=6),
    "codes_locations_2x7_square": lambda language: code_sheet(locations(14), STOCKS["a4_2x7"], "Codes", square=True),
    "codes_location_large": lambda language: code_sheet(locations(2)[1:], STOCKS["a4_large"], "Codes"),
    "codes_totes_roll": lambda language: code_sheet(totes(2), STOCKS["roll_100x50"], "Codes"),
    "codes_badges": lambda language: code_sheet(badges(), STOCKS["cards"], "Codes", square=True),
    "codes_commands": lambda language: command_sheet(language),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="documents whose name begins so")
    parser.add_argument("--buyers", action="store_true", help="what goes to buyers in all of their languages")
    parser.add_argument("--pages", type=int, default=4, help="pictures of so many pages at most")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, make in DOCUMENTS.items():
        if not name.startswith(asked.only):
            continue
        buyers = asked.buyers and name.startswith(("slip", "return"))
        for language in BUYERS_LANGUAGES if buyers else LANGUAGES:
            begun = time.perf_counter()
            pdf = make(language)
            took = time.perf_counter() - begun
            (asked.out / f"{name}_{language}.pdf").write_bytes(pdf)
            document = pypdfium2.PdfDocument(pdf)
            for number in range(min(asked.pages, len(document))):
                drawn = document[number].render(scale=110 / 72).to_pil()
                drawn.save(asked.out / f"{name}_{language}_{number + 1}.png")
            print(f"{name} {language}: {len(document)} pages, {len(pdf):,} bytes, {took * 1000:.0f} ms")
            document.close()


if __name__ == "__main__":
    main()
