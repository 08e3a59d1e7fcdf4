"""The manifest and its count sheet: every parcel once, totals that add up, room for two signatures."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.documents.manifest import Manifest, ManifestParcel, carrier_manifest, lay_out
from printing.documents.page import A4, LETTER, Paper
from printing.documents.write import to_pdf
from tests.printing.documents.reading import (
    assert_apart,
    assert_inside,
    assert_margins_white,
    assert_symbols,
    hostile,
    plain,
    texts,
    thorough,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _manifest(count: int) -> Manifest:
    parcels = tuple(
        ManifestParcel(f"LX{at:08d}CN", f"SO{at:05d}", ("EMS", "ePacket", "")[at % 3], ("ES", "DE", "")[at % 3],
                       None if at % 3 == 2 else 100 + at)
        for at in range(count)
    )  # fmt: skip
    return Manifest("000123", "China Post", parcels, NOON, "Hangzhou 1", "Harbour Co.")


_COUNTRIES = st.sampled_from(["ES", "de", "TW", "HK", "XX", "", "??"]) | hostile


@thorough
@given(
    st.builds(
        Manifest, plain | hostile, hostile,
        st.lists(
            st.builds(ManifestParcel, hostile, hostile, hostile, _COUNTRIES, st.none() | st.integers(0, 10**7)),
            max_size=15,
        ).map(tuple),
        st.just(NOON), hostile, hostile, plain | st.just(""),
    ),
    st.sampled_from(["en", "zh"]), st.sampled_from([A4, LETTER]), st.sampled_from([203, 300]),
)  # fmt: skip
def test_whatever_is_in_it_the_manifest_is_whole(manifest: Manifest, language: str, paper: Paper, dpi: int) -> None:
    pages = lay_out(manifest, language, paper)
    assert_inside(pages)
    assert_apart(pages)
    pdf = to_pdf(pages, "a")
    assert_symbols(pages, pdf, dpi)
    assert_margins_white(pages, pdf, dpi)


@pytest.mark.parametrize("count", [0, 1, 2, 39, 40, 41, 500])
def test_every_parcel_is_listed_once_and_the_totals_add_up(count: int) -> None:
    manifest = _manifest(count)
    found = texts(carrier_manifest(manifest, "en"))
    told = "".join(found)
    assert all(told.count(parcel.tracking) == 1 for parcel in manifest.parcels)
    assert all(told.count(parcel.order) == 1 for parcel in manifest.parcels)
    assert f"Parcels{count}" in told or f"{count}" in found[0]
    on_pages = [page.split("Onthispage:")[1] for page in found if "Onthispage:" in page]
    listed = [sum(parcel.tracking in page for parcel in manifest.parcels) for page in found]
    for total, here in zip(on_pages, listed, strict=False):
        assert total.startswith(str(here))
    assert "Countsheet" in found[-1]
    for word in ("Driver'sname", "Licenceplate", "Dateandtime", "Signatureforthewarehouse", "Signatureofthedriver"):
        assert word in found[-1]


def test_services_are_counted_apart() -> None:
    (first, *_) = texts(carrier_manifest(_manifest(30), "en"))
    assert "EMSES" in first
    assert "ePacketDE" in first
    assert "1.135kg" in first  # 100, 103 … 127 grams


def test_the_manifest_is_scanned_from_its_head_and_from_its_count_sheet() -> None:
    pages = lay_out(_manifest(100), "zh")
    assert [[symbol.data for symbol in page.symbols] for page in pages] == [["000123"], [], ["000123"]]


def test_a_small_manifest_is_one_page() -> None:
    assert len(lay_out(_manifest(1), "en")) == 1


def test_equal_manifests_give_equal_bytes() -> None:
    assert carrier_manifest(_manifest(50), "zh") == carrier_manifest(_manifest(50), "zh")
