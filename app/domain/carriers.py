"""What a carrier takes, how its labels look, and until when it takes one back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import Refusal
from app.domain.money import amount_text
from app.domain.numbers import NumberForm

Value = tuple[int, str]  # minor units, ISO 4217 currency


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Classes of goods and of batteries that may not go to `countries` (ISO 3166-1 alpha-2; none: to no country)."""

    goods: frozenset[str] = frozenset()
    batteries: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CarrierService:
    """One service of a carrier; what is None or empty has no limit.

    `max_value` are minor units by ISO 4217 currency: limits are compared in a currency that the carrier states, never
    converted.
    """

    code: str
    name: str
    max_weight_g: int | None = None
    countries: frozenset[str] = frozenset()  # those alone; empty: all but `excluded`
    excluded: frozenset[str] = frozenset()
    max_value: Mapping[str, int] = field(default_factory=dict)
    forbidden: tuple[Forbidden, ...] = ()


@dataclass(frozen=True, slots=True)
class CarrierProfile:
    """A carrier as its file in `resources/carriers` or in the user's folder describes it.

    `void_hours` after a label was made it can no longer be voided; None: as long as it is on no manifest.
    `number_form` is the form of its tracking numbers, None where it does not matter; the media size is that of its
    labels.
    """

    code: str
    name: str
    services: tuple[CarrierService, ...] = ()
    label_width_mm: int | None = None
    label_height_mm: int | None = None
    void_hours: int | None = None
    number_form: NumberForm | None = None
    example: bool = False

    def service(self, named: str) -> CarrierService | None:
        """The service with this code or name, whatever its case; the first where none is named.

        None when the carrier has no such service, or its file lists none.
        """
        wanted = named.strip().casefold()
        if not wanted:
            return self.services[0] if self.services else None
        return next((each for each in self.services if wanted in (each.code.casefold(), each.name.casefold())), None)

    def void_by(self, made_at: datetime) -> datetime | None:
        """Until when a label made at this moment can be voided, None where no hour ends it."""
        return None if self.void_hours is None else made_at + timedelta(hours=self.void_hours)


OWN = CarrierProfile("", "Packbench", number_form=NumberForm.S10)


def refusals(
    profile: CarrierProfile, service: str, country: str, weight_g: int | None, value: Value | None = None,
    goods: Collection[str] = (), batteries: Collection[str] = (),
) -> tuple[Refusal, ...]:
    """Why a carrier would not take a parcel, as refusals; none when it would.

    `country` is where it goes, `weight_g` its weight in grams and `value` what it is worth (None: not known, and not
    checked), `goods` and `batteries` the classes of what is in it. Codes: `carrier_no_service`, `carrier_country`,
    `carrier_too_heavy`, `carrier_too_valuable`, `carrier_value_currency`, `carrier_goods`, `carrier_battery`.
    """
    if not profile.services:
        return ()
    found = profile.service(service)
    if found is None:
        return (Refusal("carrier_no_service", carrier=profile.name, service=service),)
    return tuple(_refused(profile, found, country.upper(), weight_g, value, goods, batteries))


def _refused(
    profile: CarrierProfile, service: CarrierService, country: str, weight_g: int | None, value: Value | None,
    goods: Collection[str], batteries: Collection[str],
) -> Iterator[Refusal]:
    by = {"carrier": profile.name, "service": service.name}
    if country in service.excluded or (service.countries and country not in service.countries):
        yield Refusal("carrier_country", **by, country=country)
    if weight_g is not None and service.max_weight_g is not None and weight_g > service.max_weight_g:
        yield Refusal("carrier_too_heavy", **by, weight=weight_g, limit=service.max_weight_g)
    if value is not None and service.max_value:
        minor, currency = value[0], value[1].upper()
        limit = service.max_value.get(currency)
        if limit is None:
            yield Refusal("carrier_value_currency", **by, currency=currency)
        elif minor > limit:
            yield Refusal("carrier_too_valuable", **by, limit=amount_text(limit, currency), currency=currency)
    told: set[tuple[str, str]] = set()
    for rule in service.forbidden:
        if rule.countries and country not in rule.countries:
            continue
        for code, kinds in (
            ("carrier_goods", rule.goods.intersection(goods)),
            ("carrier_battery", rule.batteries.intersection(batteries)),
        ):
            for kind in sorted(kinds):
                if (code, kind) not in told:
                    told.add((code, kind))
                    what = kind.upper() if code == "carrier_battery" else kind  # PI 965 as carriers write it
                    yield Refusal(code, **by, what=what, country=country)
