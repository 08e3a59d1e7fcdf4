"""What the customs forms of the Universal Postal Union have in common: captions, and texts that stay in their boxes.

A caption is English and French, the language of the Union, and Chinese in the place of French where that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.domain.customs import Battery
from app.domain.declaration import Category, Declaration, DeclaredLine
from app.domain.money import amount_text
from app.domain.shipping import recipient_lines
from app.texts import country_name, say
from printing.documents.page import MM, Page, line_height, lines_of, text_height
from printing.documents.typeface import Style, shape, width
from printing.label import Align

# the forms' own words (UPU, Convention Regulations, forms CN 22 and CN 23)
FRENCH: Mapping[str, str] = {
    "customs_declaration": "Déclaration en douane",
    "customs_may_open": "Peut être ouvert d'office",
    "customs_operator": "Opérateur désigné",
    "customs_category_gift": "Cadeau",
    "customs_category_documents": "Documents",
    "customs_category_sample": "Échantillon commercial",
    "customs_category_sale": "Vente de marchandises",
    "customs_category_returned": "Retour de marchandises",
    "customs_category_other": "Autre",
    "customs_contents": "Quantité et description détaillée du contenu",
    "customs_description": "Description détaillée du contenu",
    "customs_quantity": "Quantité",
    "customs_net_weight": "Poids net (kg)",
    "customs_value": "Valeur",
    "customs_value_currency": "Valeur et monnaie",
    "customs_hs": "N° tarifaire du SH",
    "customs_origin": "Pays d'origine",
    "customs_commercial": "Pour les envois commerciaux seulement",
    "customs_total_weight": "Poids total (kg)",
    "customs_gross_weight": "Poids brut total (kg)",
    "customs_total_value": "Valeur totale",
    "customs_postage": "Frais de port/Frais",
    "customs_category": "Catégorie de l'envoi",
    "customs_explanation": "Explication",
    "customs_office": "Bureau d'origine/Date de dépôt",
    "customs_comments": "Observations (p. ex. marchandise soumise à la quarantaine ou à d'autres restrictions)",
    "customs_licence": "N° de la licence",
    "customs_certificate": "N° du certificat",
    "customs_invoice_no": "N° de la facture",
    "customs_signature": "Date et signature de l'expéditeur",
    "customs_certify_item": (
        "Je, soussigné, dont le nom et l'adresse figurent sur l'envoi, certifie que ces renseignements sont exacts"
    ),
    "customs_certify": "Je certifie que les renseignements donnés dans la présente déclaration en douane sont exacts",
    "customs_certify_danger": (
        "et que cet envoi ne contient aucun objet dangereux ou interdit par la législation ou la réglementation "
        "postale ou douanière"
    ),
    "customs_from": "De",
    "customs_to": "À",
    "customs_phone": "Téléphone",
    "customs_item_number": "N° de l'envoi",
    "customs_sender_reference": "Référence en douane de l'expéditeur",
    "customs_importer_reference": "Référence de l'importateur (code fiscal/n° de TVA/code de l'importateur)",
    "customs_importer_phone": "N° de téléphone de l'importateur",
}
_SMALLEST, _LEAST_CAPTION = 4.5, 4.0  # points that are still read from paper


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of a form for one language of its second half."""

    language: str

    def __call__(self, code: str, field: int | None = None, joint: str = " / ") -> str:
        """A caption with the number that the form gives its field."""
        english = say(code)
        other = say(code, language="zh") if self.language == "zh" else FRENCH[code]
        both = english if english == other else f"{english}{joint}{other}"
        return both if field is None else f"{both} ({field})"

    def sentences(self, *codes: str) -> str:
        """Sentences one after the other, in each of the two languages."""
        first = " ".join(say(code) for code in codes)
        second = [say(code, language="zh") if self.language == "zh" else FRENCH[code] for code in codes]
        return f"{first}. / {'，'.join(second)}。" if self.language == "zh" else f"{first}. / {' '.join(second)}."


def kilograms(grams: int) -> str:
    """A weight as forms write it, in kilograms with three decimals."""
    return f"{Decimal(grams).scaleb(-3):.3f}"


def amount(minor: int, currency: str) -> str:
    """An amount with its currency, "–" where no value is known."""
    return f"{currency}\u00a0{amount_text(minor, currency)}".strip()


def described(line: DeclaredLine) -> str:
    """What a line's goods are; a lithium battery is named with its packing instruction."""
    battery = Battery(line.battery).words if line.battery in set(Battery) else ""
    return f"{line.description} ({battery})" if battery else line.description


def recipient_text(declaration: Declaration) -> str:
    """The recipient in lines, the country last and in English."""
    to = declaration.recipient
    country = country_name(to.country) if to.country else ""
    return "\n".join(recipient_lines(to.name, to.street, to.postcode, to.city, to.region, country))


def item_number(declaration: Declaration) -> str:
    """The number of the parcel for which a form is made: the carrier's, else ours."""
    first = declaration.parcels[0] if declaration.parcels else None
    return "" if first is None else first.tracking or first.code


def fitted(text: str, style: Style, room_mm: float) -> Style:
    """The style, smaller where that spares a word or a number the break, as far as it is still read."""
    wide = max((width(word, style) for word in text.split(" ")), default=0.0)
    if wide <= room_mm * MM:
        return style
    return style.at(max(_SMALLEST, 0.7 * style.size, style.size * room_mm * MM / wide * 0.999))


def whole_height(text: str, style: Style, room_mm: float) -> float:
    """The height of a text of which nothing may be cut: shrunk a little, then wrapped."""
    return text_height(text, fitted(text, style, room_mm), room_mm, None)


def whole(
    page: Page, x: float, y: float, room: float, text: str, style: Style, align: Align = Align.LEFT,
    limit: float = 1_000.0,
) -> None:  # fmt: skip
    """Draw a text of which nothing may be cut, as long as it is not higher than `limit` millimetres."""
    if whole_height(text, style, room) > limit:
        in_box(page, x, y, room, limit, text, style)
    else:
        page.text(x, y, room, text, fitted(text, style, room), align=align, most=None)


@lru_cache(maxsize=512)
def _box_style(text: str, style: Style, room: float, height: float, least: float) -> tuple[Style, int | None]:
    """The largest style, in quarters of a point, whose lines fit; with the smallest, as many lines as fit."""
    steps = [style.size - 0.25 * n for n in range(int((style.size - least) / 0.25) + 1)]
    low, high = -1, len(steps) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if text_height(text, style.at(steps[middle]), room, None) <= height:
            high = middle
        else:
            low = middle
    own = style.at(steps[high])
    total = 0.0
    for most, (line, of) in enumerate(lines_of(text, own, room * MM, None)):
        total += line_height(shape(line, of), of.size)
        if total > height:
            return own, max(1, most)
    return own, None


def in_box(page: Page, x: float, y: float, room: float, height: float, text: str, style: Style) -> None:
    """Draw a text as large as its box allows, down to 4 points; what then is too long ends in "…"."""
    if text.strip():
        own, most = _box_style(text, style, room, height, min(_LEAST_CAPTION, style.size))
        page.text(x, y, room, text, own, most=most)


def sheets(heights: Sequence[float], room: float) -> list[tuple[int, int]]:
    """The rows of each sheet as (start, stop), so that their heights fit into `room`; each has one at least."""
    found, start, used = [], 0, 0.0
    for number, height in enumerate(heights):
        if number > start and used + height > room:
            found.append((start, number))
            start, used = number, 0.0
        used += height
    return [*found, (start, len(heights))]


def ticks(
    page: Page, x: float, y: float, room: float, columns: int, row: float, style: Style, category: Category,
    caption: Callable[[str], str],
) -> None:  # fmt: skip
    """The categories in columns, row by row, with the one that holds ticked."""
    wide, side = room / columns, min(3.2, row - 0.9)
    for number, each in enumerate(Category):
        left, top = x + number % columns * wide, y + number // columns * row
        page.tick_box(left, top + (row - side) / 2, side, each is category)
        in_box(page, left + side + 0.9, top, wide - side - 1.5, row, caption(f"customs_category_{each.value}"), style)
