"""Data for every symbology, as hypothesis makes it up."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from app.domain.barcode import gtin_check_digit
from app.domain.errors import Refusal
from printing.label import SymbolKind


def refusal_of(run: Callable[[], object]) -> Refusal | None:
    """What it is refused for, if it is."""
    try:
        run()
    except Refusal as refused:
        return refused
    return None


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


def _checked(length: int) -> st.SearchStrategy[str]:
    return _digits(length - 1, length - 1).map(lambda body: body + gtin_check_digit(body))


_ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
_PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
# GS1 General Specifications, figure 7.11-1
_GS1_SIGNS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_NESTED = st.text(_GS1_SIGNS.replace("(", ""), min_size=1, max_size=12)
_GS1 = st.tuples(
    st.one_of(
        _checked(14).map(lambda code: f"(01){code}"),
        _checked(18).map(lambda code: f"(00){code}"),
        _digits(6, 6).map(lambda weight: f"(3103){weight}"),
    ),
    st.one_of(st.just(""), _NESTED.map(lambda lot: f"(10){lot}")),
    st.one_of(st.just(""), _NESTED.map(lambda serial: f"(21){serial}")),
).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=40)

DATA: dict[SymbolKind, st.SearchStrategy[str]] = {
    SymbolKind.CODE128: st.text(_ASCII, min_size=1, max_size=24),
    SymbolKind.GS1_128: _GS1,
    SymbolKind.EAN13: _checked(13),
    SymbolKind.EAN8: _checked(8),
    SymbolKind.UPCA: _checked(12),
    SymbolKind.ITF: _digits(3, 12).map(lambda half: half + half[::-1]),
    SymbolKind.ITF14: _checked(14),
    SymbolKind.CODE39: st.text(_PLAIN, min_size=1, max_size=20).filter(lambda text: text == text.strip()),
    SymbolKind.CODE93: st.one_of(
        st.text(_PLAIN, min_size=1, max_size=20), st.text(_ASCII, min_size=1, max_size=16)
    ).filter(lambda text: text == text.strip()),
    SymbolKind.QRCODE: st.one_of(st.text(_ASCII, min_size=1, max_size=120), _digits(1, 60), ANY_TEXT),
    SymbolKind.DATAMATRIX: st.text(_ASCII, min_size=1, max_size=80),
    SymbolKind.GS1_DATAMATRIX: _GS1,
    SymbolKind.PDF417: st.one_of(st.text(_ASCII, min_size=1, max_size=100), _digits(1, 60), ANY_TEXT),
    SymbolKind.AZTEC: st.one_of(st.text(_ASCII, min_size=1, max_size=100), _digits(1, 60), ANY_TEXT),
}
