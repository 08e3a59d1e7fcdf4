"""What customs ask of goods: codes, values, forms, and what of it is lacking before a parcel may cross a border."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain import incoming
from app.domain.customs_words import EMPTY_WORDS, VAGUE_TERMS
from app.domain.errors import Refusal
from app.domain.money import DECIMALS, major
from app.domain.territories import in_eu, needs_customs

__all__ = [
    "CN22_LIMIT_SDR", "CUSTOMS_FIELDS", "INCOTERMS", "IOSS_LIMIT_EUR", "MAX_DESCRIPTION", "SDR_RATES", "Battery",
    "CustomsForm", "CustomsLine", "Goods", "GoodsClass", "Lack", "apportion", "battery", "customs_number",
    "customs_origin", "declared_currency", "description", "form_for", "goods_classes", "hs_code", "hs_text",
    "incoterm", "ioss_applies", "ioss_number", "missing_by_sku", "missing_customs", "needs_customs", "read_rates",
    "restricted", "unit_value",
]  # fmt: skip

MAX_DESCRIPTION = 200
CN22_LIMIT_SDR = 300  # UPU Convention Regulations: a CN 22 up to this value, above it a CN 23
CN22_LINES = 8  # what a CN 22 of label size still shows on one sheet
CN22_LIMIT_G = 2_000  # what travels as letter post; heavier items are parcels, which take a CN 23
IOSS_LIMIT_EUR = 150  # Directive 2006/112/EC art. 369l: goods of a consignment, without freight
# Units of a currency for one special drawing right, for the choice of a form: of October 2025 and to be replaced by
# the setting; the International Monetary Fund publishes them daily. For any other currency the form is a CN 23.
SDR_RATES: Mapping[str, Decimal] = {
    name: Decimal(rate)
    for name, rate in (
        ("USD", "1.36"), ("EUR", "1.17"), ("GBP", "1.02"), ("CNY", "9.70"), ("JPY", "206"), ("HKD", "10.6"),
        ("CHF", "1.09"), ("AUD", "2.08"), ("CAD", "1.90"), ("NZD", "2.36"), ("SGD", "1.77"), ("KRW", "1940"),
        ("TWD", "41.5"), ("INR", "120"), ("THB", "44.4"), ("BRL", "7.3"), ("MXN", "25"), ("PLN", "4.97"),
        ("SEK", "12.9"), ("NOK", "13.7"), ("DKK", "8.72"), ("CZK", "28.4"), ("ILS", "4.5"), ("SAR", "5.1"),
        ("AED", "4.99"),
    )
}  # fmt: skip
INCOTERMS = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")  # Incoterms 2020
CUSTOMS_FIELDS = ("hs_code", "origin", "customs_description", "value", "customs_currency")


class Battery(StrEnum):
    """Lithium batteries in a SKU, by packing instruction of IATA's Dangerous Goods Regulations; "" for unknown."""

    UNKNOWN = ""
    NONE = "none"
    ION_ALONE = "pi965"
    ION_WITH = "pi966"  # packed with the device
    ION_IN = "pi967"  # contained in the device
    METAL_ALONE = "pi968"
    METAL_WITH = "pi969"
    METAL_IN = "pi970"

    @property
    def un(self) -> str:
        """The UN number, "" where there is no battery or nobody has said."""
        return _UN.get(self, "")

    @property
    def words(self) -> str:
        """As it is written on papers: `UN3481 PI966`."""
        return f"{self.un} {self.value.upper()}" if self.un else ""


_UN: Mapping[Battery, str] = {
    Battery.ION_ALONE: "UN3480", Battery.ION_WITH: "UN3481", Battery.ION_IN: "UN3481",
    Battery.METAL_ALONE: "UN3090", Battery.METAL_WITH: "UN3091", Battery.METAL_IN: "UN3091",
}  # fmt: skip


class GoodsClass(StrEnum):
    """What carriers restrict, apart from batteries."""

    LIQUID = "liquid"
    POWDER = "powder"
    MAGNET = "magnet"
    FOOD = "food"
    BLADE = "blade"
    AEROSOL = "aerosol"
    FLAMMABLE = "flammable"
    CORROSIVE = "corrosive"
    PERFUME = "perfume"
    COSMETIC = "cosmetic"
    MEDICINE = "medicine"
    ALCOHOL = "alcohol"
    TOBACCO = "tobacco"
    PLANT = "plant"
    ANIMAL = "animal"
    VALUABLE = "valuable"


def goods_classes(battery: str, restricted: str) -> frozenset[str]:
    """All classes of a SKU as stored: of GoodsClass, of Battery, `battery` for any battery, `battery_unknown`."""
    found = {part for part in restricted.split(",") if part}
    if battery == Battery.UNKNOWN:
        found.add("battery_unknown")
    elif battery != Battery.NONE:
        found |= {battery, "battery"}
    return frozenset(found)


# values of a file


def hs_code(value: object, name: str = "hs_code") -> str:
    """A code of the Harmonized System, 6 to 10 digits without dots and blanks, "" for none.

    Raises Refusal `customs_hs_invalid` for another number of digits or a chapter that there is not (01 to 97, and 77
    is kept free), and what `code` raises.
    """
    found = re.sub(r"[.\s\u00a0]", "", incoming.code(value, name))
    if not found:
        return ""
    chapter = int(found[:2]) if re.fullmatch(r"[0-9]{6,10}", found, re.ASCII) else 0
    if not 1 <= chapter <= 97 or chapter == 77:
        raise Refusal("customs_hs_invalid", value=incoming.shown(found))
    return found


def hs_text(code: str) -> str:
    """An HS code as people read it: 6109.10.00."""
    return ".".join(part for part in (code[:4], code[4:6], code[6:8], code[8:]) if part)


def customs_origin(value: object, name: str = "origin") -> str:
    """The country of origin, ISO 3166-1 alpha-2 in capitals, "" for none; raises Refusal `country_unknown`."""
    return incoming.country(value, name)


def description(value: object, name: str = "customs_description") -> str:
    """What the goods are, in English, as customs accept it; "" for none.

    Raises Refusal `customs_description_script` for letters of another script, `customs_description_empty` (`value`)
    for words that say nothing such as "gift" or "spare parts" (European Commission, guidance on acceptable and
    unacceptable terms for the description of goods; World Customs Organization, the same), `text_too_long`.
    """
    found = " ".join(incoming.text(value, name, limit=MAX_DESCRIPTION).split())
    if not found:
        return ""
    if any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in found):
        raise Refusal("customs_description_script")
    words = [_singular(word) for word in re.findall(r"[^\W\d_]+", found.lower())]
    telling = [word for word in words if word not in EMPTY_WORDS]
    if sum(map(len, telling)) < 3 or " ".join(telling) in VAGUE_TERMS or " ".join(words) in VAGUE_TERMS:
        raise Refusal("customs_description_empty", value=found)
    return found


def _singular(word: str) -> str:
    if word in EMPTY_WORDS or word in VAGUE_TERMS:
        return word  # such as "various"
    if len(word) > 3 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_BATTERIES: Mapping[str, Battery] = {
    **dict.fromkeys(("NONE", "NO", "0", "FALSE", "无", "否"), Battery.NONE),
    **{each.value.upper(): each for each in _UN}, **{each.value[2:]: each for each in _UN},
    **{each.un + each.value.upper(): each for each in _UN}, **{each.un + each.value[2:]: each for each in _UN},
    "UN3480": Battery.ION_ALONE, "UN3090": Battery.METAL_ALONE, "UNKNOWN": Battery.UNKNOWN,
}  # fmt: skip


def battery(value: object, name: str = "battery") -> Battery:
    """A battery class such as `none`, `PI967`, `UN3481 PI966`; UNKNOWN for a blank cell.

    Raises Refusal `customs_battery_unknown`, also for UN3481 and UN3091 alone: with the device or in it makes another
    packing instruction.
    """
    said = re.sub(r"[^0-9A-Z\u4e00-\u9fff]", "", incoming.text(value, name).upper())
    if not said:
        return Battery.UNKNOWN
    if said not in _BATTERIES:
        raise Refusal("customs_battery_unknown")
    return _BATTERIES[said]


def restricted(value: object, name: str = "restricted") -> str:
    """Classes of goods of a cell such as `liquid, blade` as they are stored: sorted, with commas.

    Raises Refusal `customs_class_unknown` (fact `classes`: those that there are).
    """
    said = incoming.text(value, name).lower()
    found = {part for part in re.split(r"[\s,;|]+", said) if part} - {"none"}
    found = {part.removesuffix("s") if part.removesuffix("s") in set(GoodsClass) else part for part in found}
    if not found <= set(GoodsClass):
        raise Refusal("customs_class_unknown", classes=", ".join(GoodsClass))
    return ",".join(sorted(found))


def incoterm(value: object, name: str = "incoterm") -> str:
    """A term of Incoterms 2020, "" for none; older systems say DDU for DAP.

    Raises Refusal `customs_incoterm_unknown`.
    """
    found = incoming.text(value, name).upper()
    found = {"DDU": "DAP"}.get(found, found)
    if found and found not in INCOTERMS:
        raise Refusal("customs_incoterm_unknown", terms=", ".join(INCOTERMS))
    return found


def _plain(value: object, name: str) -> str:
    return re.sub(r"[\s.\-/]", "", incoming.code(value, name)).upper()


def ioss_number(value: object, name: str = "ioss") -> str:
    """A number of the Import One Stop Shop, `IM` and ten digits, "" for none; raises Refusal `customs_ioss_invalid`."""
    found = _plain(value, name)
    if found and not re.fullmatch(r"IM[0-9]{10}", found, re.ASCII):
        raise Refusal("customs_ioss_invalid")
    return found


def customs_number(value: object, name: str) -> str:
    """A VAT or EORI number without its blanks and dots, "" for none; raises Refusal `customs_number_invalid`.

    They have the form of their country, or none: letters and digits alone are checked, 4 to 20 of them.
    """
    found = _plain(value, name)
    if found and not re.fullmatch(r"[0-9A-Z]{4,20}", found, re.ASCII):
        raise Refusal("customs_number_invalid", field=name)
    return found


# what is lacking


@dataclass(frozen=True, slots=True)
class Goods:
    """What is known of a SKU for customs; a value is of one piece in minor units."""

    sku: str
    hs_code: str = ""
    origin: str = ""
    customs_description: str = ""
    value_minor: int | None = None
    value_currency: str = ""


@dataclass(frozen=True, slots=True)
class CustomsLine:
    """Goods in an order, and the price of a piece that the buyer paid, in the order's currency."""

    goods: Goods
    price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """What of a SKU is lacking: one of CUSTOMS_FIELDS."""

    sku: str
    field: str


def declared_currency(lines: Iterable[CustomsLine], order_currency: str) -> str:
    """The currency in which a parcel's goods are declared: the order's where a price is known, else its SKUs'."""
    lines = list(lines)
    if order_currency and any(line.price_minor for line in lines):
        return order_currency
    return next((line.goods.value_currency for line in lines if line.goods.value_minor), order_currency)


def unit_value(line: CustomsLine, order_currency: str) -> tuple[int, str] | None:
    """The customs value of a piece and its currency: the price paid, else the SKU's value; None when nobody knows.

    What was given away for nothing has a value all the same.
    """
    if line.price_minor and order_currency:
        return line.price_minor, order_currency
    if line.goods.value_minor and line.goods.value_currency:
        return line.goods.value_minor, line.goods.value_currency
    return None


def missing_by_sku(lines: Iterable[CustomsLine], order_currency: str) -> tuple[Lack, ...]:
    """What keeps these goods from being declared, SKU by SKU in the order of the lines, each thing once."""
    lines = list(lines)
    declared = declared_currency(lines, order_currency)
    found: dict[Lack, None] = {}
    for line in lines:
        goods = line.goods
        value = unit_value(line, order_currency)
        have = {
            "hs_code": goods.hs_code, "origin": goods.origin, "customs_description": goods.customs_description,
            "value": value, "customs_currency": value is None or value[1] == declared,
        }  # fmt: skip
        found.update((Lack(goods.sku, name), None) for name in CUSTOMS_FIELDS if not have[name])
    return tuple(found)


def missing_customs(
    sender_country: str, country: str, postcode: str, lines: Iterable[CustomsLine], order_currency: str
) -> tuple[str, ...]:
    """The fields of CUSTOMS_FIELDS, in that order, that an order lacks to cross its customs border; () without one.

    `sender_country` is "" where the warehouse has not named its sender: then nothing is asked.
    """
    if not needs_customs(sender_country, country, postcode):
        return ()
    lacks = {lack.field for lack in missing_by_sku(lines, order_currency)}
    return tuple(name for name in CUSTOMS_FIELDS if name in lacks)


# forms


class CustomsForm(StrEnum):
    """A declaration of the Universal Postal Union."""

    CN22 = "cn22"
    CN23 = "cn23"


def in_sdr(minor: int, currency: str, rates: Mapping[str, Decimal] = SDR_RATES) -> Decimal | None:
    """An amount in special drawing rights, None for a currency without a rate."""
    rate = rates.get(currency)
    return None if rate is None else major(minor, currency) / rate


def form_for(
    total_minor: int, currency: str, weight_g: int = 0, rates: Mapping[str, Decimal] = SDR_RATES, *, lines: int = 1
) -> CustomsForm:
    """The form for goods of this value, weight and number of lines: a CN 22 up to 300 SDR, 2 kg and eight lines.

    For all else a CN 23, which holds always.
    """
    worth = in_sdr(total_minor, currency, rates)
    small = worth is not None and worth <= CN22_LIMIT_SDR and weight_g <= CN22_LIMIT_G and lines <= CN22_LINES
    return CustomsForm.CN22 if small else CustomsForm.CN23


def ioss_applies(
    sender_country: str, country: str, postcode: str, total_minor: int, currency: str,
    rates: Mapping[str, Decimal] = SDR_RATES,
) -> bool:
    """Whether an IOSS number belongs on the papers: goods of up to 150 EUR from outside into the European Union.

    `total_minor` is of the goods, without freight. A currency without a rate is over the limit.
    """
    if not needs_customs(sender_country, country, postcode) or not in_eu(country, postcode):
        return False
    if currency == "EUR":
        return major(total_minor, currency) <= IOSS_LIMIT_EUR
    worth, euro = in_sdr(total_minor, currency, rates), rates.get("EUR")
    return worth is not None and euro is not None and worth * euro <= IOSS_LIMIT_EUR


def read_rates(said: str) -> dict[str, Decimal]:
    """Rates for one SDR as a setting writes them, `EUR 1.17, USD 1.36`, over those of SDR_RATES.

    Raises Refusal `customs_rates_invalid`.
    """
    found = dict(SDR_RATES)
    for part in filter(None, (each.strip() for each in re.split(r"[,;]", said))):
        match = re.fullmatch(r"([A-Za-z]{3})[\s=:]+([0-9]{1,9}(?:\.[0-9]{1,9})?)", part, re.ASCII)
        name = match[1].upper() if match else ""
        if match is None or name not in DECIMALS or Decimal(match[2]) <= 0:
            raise Refusal("customs_rates_invalid")
        found[name] = Decimal(match[2])
    return found


def apportion(gross_g: int | None, nets: Sequence[int]) -> tuple[int, ...]:
    """Net weights of lines in grams as they may be declared: together never more than the parcel weighs.

    Where the SKUs' weights come to more than the scale says, they are scaled down by largest remainder; what they come
    to less is the packing. No line weighs nothing as long as there is a gram for each.
    """
    total = sum(nets)
    if gross_g is None or total <= gross_g:
        return tuple(nets)
    gross_g = max(0, gross_g)
    shares = [divmod(net * gross_g, total) for net in nets]
    found = [whole for whole, _ in shares]
    left = gross_g - sum(found)
    for at in sorted(range(len(nets)), key=lambda at: (-shares[at][1], at))[:left]:
        found[at] += 1
    if gross_g >= len(found):
        for at, net in enumerate(nets):
            if net and not found[at]:
                heaviest = max(range(len(found)), key=found.__getitem__)
                found[heaviest] -= 1
                found[at] += 1
    return tuple(found)
