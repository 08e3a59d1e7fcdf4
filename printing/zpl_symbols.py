"""Symbols as ZPL commands, where a command can state the size that was laid out; field data that adds no command."""

from __future__ import annotations

from printing import symbols
from printing.label import SymbolKind
from printing.placed import PlacedSymbol

TURNS = {0: "N", 90: "R", 180: "I", 270: "B"}
_HARMLESS = str.maketrans(
    {"_": "_5F", "^": "_5E", "~": "_7E"} | {chr(c): "" for c in (*range(0x20), *range(0x7F, 0xA0))}
)
_DATAMATRIX_ESCAPES = "\\|`@#"
_QR_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
# data codewords of a QR code at level M, versions 1 to 20 (ISO/IEC 18004, table 7)
_QR_CODEWORDS = (
    16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669,
)  # fmt: skip
# text compaction of PDF417: signs of each submode (ISO/IEC 15438, table 5)
_PDF417_MIXED = frozenset("0123456789&\r\t,:#-.$/+%*=^ ")


def neutral(text: str) -> str:
    """Field data under ^FH_: no command or control character is left, each prefix is given as hexadecimal."""
    return text.translate(_HARMLESS)


def field_data(text: str) -> str:
    """The end of a field, with ^FH_ where its data has an escape."""
    written = neutral(text)
    return f"^FD{written}^FS\n" if written == text else f"^FH_^FD{written}^FS\n"


def native_symbol(symbol: PlacedSymbol) -> str | None:
    """The symbol as one line of commands; None where none states its size, so that it must be sent as a graphic."""
    if not symbol.data.isascii():  # printers differ in what they make of it
        return None
    return _WRITERS[symbol.kind](symbol)


def _place(symbol: PlacedSymbol) -> str:
    return f"^FO{symbol.x},{symbol.y}"


def _bars(symbol: PlacedSymbol, ratio: int = 3) -> str:
    """^BY: module, wide element in narrow ones, height; and the place."""
    return f"^BY{symbol.module},{ratio},{symbol.row_height}{_place(symbol)}"


def _code128(symbol: PlacedSymbol) -> str:
    command = f"^BC{TURNS[symbol.rotation]},{symbol.row_height},N,N,N,N"
    return f"{_bars(symbol)}{command}{field_data(symbols.code128_field(symbol.kind, symbol.data))}"


def _ean(symbol: PlacedSymbol) -> str | None:
    """^BE, ^B8, ^BU: the printer makes the check digit, which was found right before.

    Guard bars reach down, for which the layout left room; where they reach to in a turned symbol is not written.
    """
    if symbol.rotation:
        return None
    command = {SymbolKind.EAN13: "^BE", SymbolKind.EAN8: "^B8", SymbolKind.UPCA: "^BU"}[symbol.kind]
    return f"{_bars(symbol)}{command}N,{symbol.row_height},N,N{field_data(symbol.data[:-1])}"


def _interleaved(symbol: PlacedSymbol) -> str:
    return f"{_bars(symbol)}^B2{TURNS[symbol.rotation]},{symbol.row_height},N,N,N{field_data(symbol.data)}"


def _code39(symbol: PlacedSymbol) -> str:
    return f"{_bars(symbol, 2)}^B3{TURNS[symbol.rotation]},N,{symbol.row_height},N,N{field_data(symbol.data)}"


def _code93(symbol: PlacedSymbol) -> str | None:
    """^BA; signs beyond the 43 of the symbology are pairs, which not all firmware writes alike."""
    if not symbols.is_plain_code93(symbol.data):
        return None
    return f"{_bars(symbol)}^BA{TURNS[symbol.rotation]},{symbol.row_height},N,N,N{field_data(symbol.data)}"


def _datamatrix(symbol: PlacedSymbol) -> str | None:
    """^BX, ECC 200, of a stated size. Its escape character (~ or _, by firmware) is moved out of the data's way."""
    escape, data = "", symbol.data
    if symbol.kind is SymbolKind.GS1_DATAMATRIX or "_" in data or "~" in data:
        free = [sign for sign in _DATAMATRIX_ESCAPES if sign not in data]
        if not free:
            return None
        escape = f",,{free[0]}"
        if symbol.kind is SymbolKind.GS1_DATAMATRIX:
            data = "".join(f"{free[0]}1" if sign == symbols.FNC1 else sign for sign in symbols.gs1_data(data))
    command = f"^BXN,{symbol.module},200,{symbol.columns},{symbol.rows}{escape}"
    return f"{_place(symbol)}{command}{field_data(data)}"


def _qr(symbol: PlacedSymbol) -> str | None:
    """^BQ, level M, if the smallest symbol of every encoder is of one size: printers choose the version themselves.

    A small ^BY comes before it, since a printer moves the symbol down by the height that ^BY told last.
    """
    if (symbol.columns - 17) // 4 != _qr_version(symbol.data):
        return None
    return f"^BY1,2,1^FO{symbol.x},{max(0, symbol.y - 1)}^BQN,2,{symbol.module},M{field_data(f'MA,{symbol.data}')}"


def _qr_version(data: str) -> int:
    """The version that holds the data in one mode, the densest that has all of its signs (ISO/IEC 18004, 7.4)."""
    for version, codewords in enumerate(_QR_CODEWORDS, 1):
        if data.isdigit():
            needed = (10 if version < 10 else 12) + (10 * len(data) + 2) // 3
        elif _QR_ALPHANUMERIC.issuperset(data):
            needed = (9 if version < 10 else 11) + (11 * len(data) + 1) // 2
        else:
            needed = (8 if version < 10 else 16) + 8 * len(data)
        if needed + 4 <= 8 * codewords:
            return version
    return 0


def _pdf417(symbol: PlacedSymbol) -> str | None:
    r"""^B7 with level, columns and rows stated, if plain text compaction fits; `\` is its escape."""
    columns, level = (symbol.columns - 69) // 17, symbols.pdf417_level(symbol.data)
    room = columns * symbol.rows - 2 ** (level + 1) - 1
    if "\\" in symbol.data or not symbol.data.isprintable() or _text_codewords(symbol.data) > room:
        return None
    command = f"^B7{TURNS[symbol.rotation]},{symbol.row_height},{level},{columns},{symbol.rows},N"
    return f"^BY{symbol.module},3,{symbol.row_height}{_place(symbol)}{command}{field_data(symbol.data)}"


def _text_codewords(data: str) -> int:
    """A bound on the codewords that any encoder needs: two values each, one or two of them to change the submode."""
    values, submode = 0, "upper"
    for sign in data:
        if sign == " " and submode != "punctuation":
            values += 1
            continue
        wanted = (
            "upper" if sign.isupper() else "lower" if sign.islower() else "mixed" if sign in _PDF417_MIXED else "other"
        )
        if wanted == "other":  # punctuation: a shift for one sign
            values += 2
        elif wanted == submode:
            values += 1
        else:
            values += 3 if wanted == "upper" and submode == "lower" else 2
            submode = wanted
    return -(-values // 2)


def _aztec(symbol: PlacedSymbol) -> str | None:
    """^BO with the number of layers stated: 101 to 104 of a compact symbol, 201 to 232 of a full one."""
    side = symbol.columns
    compact = {15: 1, 19: 2, 23: 3, 27: 4}.get(side)
    full = {14 + 4 * n + 1 + 2 * ((2 * n + 6) // 15): n for n in range(4, 33)}.get(side)
    layers = 100 + compact if compact else 200 + full if full else 0
    if not layers or not symbol.data.isprintable():
        return None
    return f"{_place(symbol)}^BON,{symbol.module},N,{layers}{field_data(symbol.data)}"


_WRITERS = {
    SymbolKind.CODE128: _code128,
    SymbolKind.GS1_128: _code128,
    SymbolKind.EAN13: _ean,
    SymbolKind.EAN8: _ean,
    SymbolKind.UPCA: _ean,
    SymbolKind.ITF: _interleaved,
    SymbolKind.ITF14: _interleaved,
    SymbolKind.CODE39: _code39,
    SymbolKind.CODE93: _code93,
    SymbolKind.QRCODE: _qr,
    SymbolKind.DATAMATRIX: _datamatrix,
    SymbolKind.GS1_DATAMATRIX: _datamatrix,
    SymbolKind.PDF417: _pdf417,
    SymbolKind.AZTEC: _aztec,
}
