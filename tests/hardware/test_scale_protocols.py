"""What scales say, byte for byte: each protocol's messages, exact grams, and everything that is no message."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refusal
from hardware.scale_protocols import Answer, Said, ScaleState, grams_of, protocol, protocols, read_protocols

ZERO, STABLE, MOVING = ScaleState.ZERO, ScaleState.STABLE, ScaleState.MOVING
UNDER, OVER, BUSY = ScaleState.UNDER, ScaleState.OVER, ScaleState.BUSY
UNZEROED, FAULT = ScaleState.UNZEROED, ScaleState.FAULT

SAID: list[tuple[str, bytes, Said | Answer | None]] = [
    ("mt_sics", b"S S      0.342 kg", Said(342, STABLE)),
    ("mt_sics", b"S S    342.5 g", Said(343, STABLE)),
    ("mt_sics", b"S S      0.000 kg", Said(0, ZERO)),
    ("mt_sics", b"S S     -0.012 kg", Said(-12, UNDER)),
    ("mt_sics", b"S D      0.351 kg", Said(351, MOVING)),
    ("mt_sics", b"S D     -0.001 kg", Said(-1, MOVING)),
    ("mt_sics", b"S S      1.5 lb", Said(680, STABLE)),
    ("mt_sics", b"S I", Said(None, BUSY)),
    ("mt_sics", b"S +", Said(None, OVER)),
    ("mt_sics", b"S -", Said(None, UNDER)),
    ("mt_sics", b"Z A", Answer(None)),
    ("mt_sics", b"Z I", Answer(MOVING)),
    ("mt_sics", b"Z +", Answer(OVER)),
    ("mt_sics", b"Z -", Answer(UNDER)),
    ("mt_sics", b"T S    0.050 kg", Answer(None)),
    ("mt_sics", b"T I", Answer(MOVING)),
    ("mt_sics", b"T +", Answer(OVER)),
    ("mt_sics", b"ES", None),
    ("mt_sics", b"S S 0.3 42 kg", None),
    ("mt_sics", b"S S kg", None),
    ("mt_sics", b"XS S      0.342 kg", None),
    ("toledo_8217", b"00.735", Said(735, STABLE)),
    ("toledo_8217", b"00.735N", Said(735, STABLE)),
    ("toledo_8217", b"\xb00.735", Said(735, STABLE)),  # the parity bit, where the line keeps eight bits
    ("toledo_8217", b"00.000", Said(0, ZERO)),
    ("toledo_8217", b"?a", Said(None, MOVING)),  # 0x61: bit 0
    ("toledo_8217", b"?b", Said(None, OVER)),  # bit 1
    ("toledo_8217", b"?d", Said(None, UNDER)),  # bit 2
    ("toledo_8217", b"?c", Said(None, OVER)),  # in motion and over capacity
    ("toledo_8217", b"?h", Said(None, UNZEROED)),  # bit 3
    ("toledo_8217", b"?p", Said(0, ZERO)),  # bit 4
    ("toledo_8217", b"?q", Said(None, MOVING)),  # bits 0 and 4: it passes through zero
    ("toledo_8217", b"?@", None),
    ("toledo_8217", b"?", None),
    ("toledo_8217", b"7-35", None),
    ("toledo_8217_lb", b"01.62", Said(735, STABLE)),
    ("hid", bytes((3, 4, 2, 0, 0x14, 0)), Said(20, STABLE)),
    ("hid", bytes((3, 4, 3, 0xFD, 0x56, 0x01)), Said(342, STABLE)),
    ("hid", bytes((3, 4, 11, 0xFF, 0x34, 0x19)), Said(18291, STABLE)),  # 645.2 oz
    ("hid", bytes((3, 4, 12, 0xFF, 0x30, 0x00)), Said(2177, STABLE)),  # 4.8 lb
    ("hid", bytes((3, 3, 2, 0, 0x14, 0)), Said(20, MOVING)),
    ("hid", bytes((3, 2, 2, 0, 0x05, 0)), Said(0, ZERO)),
    ("hid", bytes((3, 5, 2, 0, 0x14, 0)), Said(None, UNDER)),
    ("hid", bytes((3, 6, 2, 0, 0xFF, 0xFF)), Said(None, OVER)),
    ("hid", bytes((3, 7, 2, 0, 0, 0)), Said(None, FAULT)),
    ("hid", bytes((3, 8, 2, 0, 0, 0)), Said(None, UNZEROED)),
    ("hid", bytes((3, 1, 2, 0, 0, 0)), Said(None, FAULT)),
    ("hid", bytes((3, 4, 2, 0, 0, 0)), Said(0, ZERO)),
    ("hid", bytes((3, 4, 2, 0, 0x14, 0, 0, 0)), Said(20, STABLE)),  # padded
    ("hid", bytes((3, 4, 2, 0, 0x14)), None),
    ("hid", bytes((3, 99, 2, 0, 0x14, 0)), None),
    ("hid", bytes((3, 4, 2, 0x7F, 0x14, 0)), None),  # 10^127
    ("hid", b"", None),
    ("ascii", b"ST,GS,+  0.342kg", Said(342, STABLE)),
    ("ascii", b"ST,GS,+00.735kg", Said(735, STABLE)),
    ("ascii", b"ST,NT, 0.342 kg ", Said(342, STABLE)),
    ("ascii", b"ST,+00342.0  g", Said(342, STABLE)),
    ("ascii", b"ST,GS,+  0,342kg", Said(342, STABLE)),
    ("ascii", b"ST,GS,+001.62lb", Said(735, STABLE)),
    ("ascii", b"ST,GS,- 0.050kg", Said(-50, UNDER)),
    ("ascii", b"US,GS,+  0.351kg", Said(351, MOVING)),
    ("ascii", b"OL,GS,+99999999", Said(None, OVER)),
    ("ascii", b"ST,TR,+00.015kg", None),  # the tare, not what lies on it
    ("ascii", b"QT,+00000012 PC", None),
    ("ascii", b"T,GS,+  0.342kg", None),  # half a message
    ("ascii", b"ST,GS,+  0.342kgST,GS,+  0.342kg", None),
    ("ascii", "ST,GS,+  ٠.٣٤٢kg".encode(), None),
    ("ascii_plain", b"   0.342 kg", Said(342, STABLE)),
    ("ascii_plain", b"12.06 oz", Said(342, STABLE)),
    ("ascii_plain", b"0.342", None),
    ("ohaus", b"     0.342 kg", Said(342, STABLE)),
    ("ohaus", b"     0.342 kg   ?", Said(342, MOVING)),
    ("ohaus", b"     0.342 kg     N", Said(342, STABLE)),
]


@pytest.mark.parametrize(("name", "message", "means"), SAID)
def test_what_a_message_means(name: str, message: bytes, means: Said | Answer | None) -> None:
    assert protocol(name).read(message) == means


@pytest.mark.parametrize(
    ("name", "message", "unit"),
    [("ascii", b"ST,GS,+  0.342st", "st"), ("mt_sics", b"S S 5.0 ct", "ct"), ("hid", bytes((3, 4, 5, 0, 1, 0)), "5")],
)
def test_an_unknown_unit_is_refused(name: str, message: bytes, unit: str) -> None:
    with pytest.raises(Refusal) as refused:
        protocol(name).read(message)
    assert (refused.value.code, refused.value.facts) == ("scale_unit_unknown", {"unit": unit})


@pytest.mark.parametrize(
    ("number", "unit", "grams"),
    [
        ("0.342", "kg", 342), ("0.3425", "kg", 343), ("0.3424999", "kg", 342), ("1", "lb", 454), ("0.5", "LB", 227),
        ("1", "oz", 28), ("16", "oz", 454), ("2.5", "g", 3), ("-2.5", "g", -3), ("+  12", "G", 12), ("0,5", "Kg", 500),
        ("1.5", "lbs", 680), ("1.2.3", "kg", None), ("", "kg", None), ("-", "kg", None), ("9" * 13, "kg", None),
        ("1e3", "kg", None), ("٣", "kg", None), ("12345678901", "kg", 12345678901000),
    ],
)  # fmt: skip
def test_grams_are_exact(number: str, unit: str, grams: int | None) -> None:
    assert grams_of(number, unit) == grams


@given(st.integers(0, 99_999))
def test_pounds_and_grams_agree_to_half_a_gram(thousandths: int) -> None:
    grams = grams_of(f"{thousandths / 1000:.3f}", "lb")
    assert grams is not None
    assert abs(Decimal(thousandths) / 1000 * Decimal("453.59237") - grams) <= Decimal("0.5")


@given(st.sampled_from([one.name for one in protocols()]), st.binary(max_size=40))
def test_noise_is_no_weight_of_any_protocol(name: str, noise: bytes) -> None:
    with suppress(Refusal):  # of a unit
        said = protocol(name).read(noise)
        assert said is None or isinstance(said, Said | Answer)


def test_protocols_are_asked_for_by_name() -> None:
    with pytest.raises(Refusal) as refused:
        protocol("bizerba")
    assert refused.value.code == "scale_protocol_unknown"
    assert "mt_sics" in str(refused.value.facts["known"])
    assert protocol("toledo_8217_lb").ask == b"W"
    assert protocol("toledo_8217").serial == {"baud": "9600", "bits": "7", "parity": "E"}


@pytest.mark.parametrize(
    "text",
    ['[a]\ntitle = "A"\nask = "W"', '[a]\ntitle = "A"\nasks = "W"', '[a]\ntitle = "A"\nlike = "b"',
     '[a]\ntitle = "A"\nstatus = { S = "still" }'],
)  # fmt: skip
def test_mistakes_in_the_tables_are_noticed(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_protocols(text)
