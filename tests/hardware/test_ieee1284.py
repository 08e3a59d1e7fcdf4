"""IEEE-1284 device ids as devices give them, not as the standard has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.ieee1284 import parse_device_id

ZEBRA = b"MANUFACTURER:Zebra Technologies ;COMMAND SET:ZPL;MODEL:ZTC ZD421-203dpi ZPL;CLASS:PRINTER;OPTIONS:XML;"


def big(text: bytes, wrong_by: int = 0) -> bytes:
    return (len(text) + 2 + wrong_by).to_bytes(2, "big") + text


def little(text: bytes, wrong_by: int = 0) -> bytes:
    return (len(text) + 2 + wrong_by).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(big(ZEBRA), id="as the standard has it"),
        pytest.param(little(ZEBRA), id="little-endian"),
        pytest.param(big(ZEBRA, -2), id="not counting itself"),
        pytest.param(little(ZEBRA, -2), id="little-endian, not counting itself"),
        pytest.param(big(ZEBRA, 40), id="too long"),
        pytest.param(big(ZEBRA, -30), id="too short"),
        pytest.param(b"\x00\x00" + ZEBRA, id="nought"),
        pytest.param(b"\xff\xff" + ZEBRA, id="no length at all"),
        pytest.param(ZEBRA, id="missing"),
        pytest.param(big(ZEBRA) + b"\x00" * 800, id="padded with nought"),
        pytest.param(big(ZEBRA) + bytes(range(200)) * 3, id="rubbish behind it"),
        pytest.param(b"\x00\x00" + ZEBRA + b"\x00" + b"MDL:stale;", id="an older answer behind it"),
        pytest.param(big(ZEBRA + b"\x00", 0), id="with its own nought"),
    ],
)
def test_every_form_of_the_length(raw: bytes) -> None:
    said = parse_device_id(raw)
    assert (said.maker, said.model, said.commands) == ("Zebra Technologies", "ZTC ZD421-203dpi ZPL", ("ZPL",))
    assert said.language == "zpl"


@pytest.mark.parametrize(
    ("text", "language", "maker", "model", "serial"),
    [
        (b"MFG:Xprinter;CMD:TSPL,XPP;MDL:XP-420B;CLS:PRINTER;", "tspl", "Xprinter", "XP-420B", ""),
        (b"MFG:Zebra;CMD:EPL, ZPL II;MDL:ZP450;", "zpl", "Zebra", "ZP450", ""),
        (b"MFG:TSC;CMD:TSPL2,EPL2,ZPL2;MDL:TE210;SN:A1B2", "tspl", "TSC", "TE210", "A1B2"),
        (b"MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;DES:EPSON TM-T20II;", "escpos", "EPSON", "TM-T20II", ""),
        (b"MFG:Zebra;CMD:EPL;MDL:LP2844;SERN:7;", "epl", "Zebra", "LP2844", "7"),
        (b"mfg: HPRT ; mdl: N41 ; cmd: ", "", "HPRT", "N41", ""),
        (b"MFG:HP;MDL:LaserJet;CMD:PJL,PCL,POSTSCRIPT;", "", "HP", "LaserJet", ""),
        (b"MANUFACTURER:A;MFG:B;DES:only described;", "", "A", "only described", ""),
        (b"MFG:A\xe9;MDL:a:b\x01c;", "", "A\xe9", "a:bc", ""),
    ],
)
def test_what_printers_say(text: bytes, language: str, maker: str, model: str, serial: str) -> None:
    said = parse_device_id(big(text))
    assert (said.language, said.maker, said.model, said.serial) == (language, maker, model, serial)


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x00\x02", b"\x00\x02\x00\x00", b"\xff" * 40, b";;;", b":"])
def test_nothing_said_is_nothing(raw: bytes) -> None:
    said = parse_device_id(raw)
    assert (said.maker, said.model, said.language, said.commands) == ("", "", "", ())


@pytest.mark.parametrize("frame", [big, little])
@pytest.mark.parametrize("wrong_by", [0, -2])
def test_what_stands_behind_is_of_another_answer(frame: Callable[[bytes, int], bytes], wrong_by: int) -> None:
    said = parse_device_id(frame(b"MFG:Zebra;MDL:ZD421;", wrong_by) + b"DL:TE210;SN:STALE;CMD:TSPL;")
    assert dict(said.values) == {"MFG": "Zebra", "MDL": "ZD421"}


@given(st.binary(max_size=300))
def test_no_rubbish_breaks_it(raw: bytes) -> None:
    said = parse_device_id(raw)
    assert said.language in ("", "zpl", "tspl", "escpos", "epl")
    assert all(text.isprintable() for text in (said.maker, said.model, said.serial))


SAID = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=";")).map(str.strip)


@given(
    st.dictionaries(st.sampled_from(["MFG", "MDL", "SN", "CLS", "DES"]), SAID, min_size=1),
    st.sampled_from([big, little]),
    st.sampled_from([0, -2]),
    st.binary(max_size=50),
)
def test_any_text_is_read_whole_whatever_follows(
    values: dict[str, str], frame: Callable[[bytes, int], bytes], wrong_by: int, rubbish: bytes
) -> None:
    text = "".join(f"{key}:{value};" for key, value in values.items()).encode()
    said = parse_device_id(frame(text, wrong_by) + rubbish.replace(b";", b""))
    assert dict(said.values) == values
