"""A calibration barcode names the layout, CapsLock, missing or surplus marks and lost characters."""

from __future__ import annotations

import ctypes
import ctypes.util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.calibration import CALIBRATION, LAYOUTS, CapsLock, Finding, read_calibration, typed, visible


def codes(received: str, typing: bool = True) -> list[str]:
    return [finding.code for finding in read_calibration(received, typing).findings]


@pytest.mark.parametrize("suffix", ["\r", "\n", "\r\n", "\t", "\x03"])
def test_a_scanner_in_order(suffix: str) -> None:
    read = read_calibration(CALIBRATION + suffix)
    assert (read.layout, read.caps, read.good, read.suffix) == ("US", CapsLock.OFF, True, suffix)
    assert read_calibration("\x02" + CALIBRATION + suffix, typing=False).good
    assert read_calibration("]C0" + CALIBRATION + suffix).good


@pytest.mark.parametrize(
    ("received", "layout"),
    [
        ('AQWZMY0123456789-_"£\r', "UK"),
        ('AQWYMZ0123456789ß?"§\r', "German"),
        ("QAZW?Yà&é\"'(-è_ç)°23\r", "French"),
        ("QAZW?Yà&é\"'(§è!ç)°23\r", "Belgian"),
        ("AQWZMY0123456789'?\"·\r", "Spanish"),
        ("AQWZMY0123456789'?\"£\r", "Italian"),
        ("AQWZMY0123456789+?\"#\r", "Danish, Norwegian, Swedish or Finnish"),
        ("AQWYMZé+ěščřžýáí=%23\r", "Czech"),
        ('ФЙЦЯЬН0123456789-_"№\r', "Russian"),
    ],
)
def test_layouts(received: str, layout: str) -> None:
    read = read_calibration(received)
    assert read.findings == (Finding("calibration_layout", {"layout": layout}),)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("caps", CapsLock)
def test_every_layout_is_told_from_every_other_with_and_without_capslock(layout: str, caps: CapsLock) -> None:
    read = read_calibration(typed(CALIBRATION, layout, caps) + "\r")
    if caps is CapsLock.SHIFT and layout == "Belgian":
        layout = "French"  # alike with shifted keys
    assert (read.layout, read.lost, read.added) == (layout, 0, 0)
    assert (read.caps is CapsLock.OFF) is (caps is CapsLock.OFF)


def test_capslock() -> None:
    assert codes("aqwzmy0123456789-_@#\r") == ["calibration_caps"]
    assert codes("qazw,y0123456789°)é\"\r") == ["calibration_caps"]
    assert codes("aqwymz0123456789ß?\"§\r") == ["calibration_caps", "calibration_layout"]


@pytest.mark.parametrize(
    ("received", "expected", "facts"),
    [
        (CALIBRATION, "calibration_no_suffix", {}),
        (CALIBRATION + "\r\r", "calibration_suffix_twice", {"suffix": "<CR><CR>"}),
        (CALIBRATION + "\r\n\r\n", "calibration_suffix_twice", {"suffix": "<CR><LF><CR><LF>"}),
        (CALIBRATION + "X\r", "calibration_suffix", {"suffix": "X<CR>"}),
        ("7" + CALIBRATION + "\r", "calibration_prefix", {"prefix": "7"}),
        ("]C0" + "+" + CALIBRATION + "\r", "calibration_prefix", {"prefix": "+"}),
        ("AQWZY012345679-_@#\r", "calibration_lost", {"lost": 2, "of": 20}),
        ("WZMY0123456789-_@#\r", "calibration_lost", {"lost": 2, "of": 20}),
        ("AAQQWWZZMMYY00112233445566778899--__@@##\r", "calibration_doubled", {"added": 19}),
        ("AQWZMY012-3456789-_@#\r", "calibration_added", {"added": 1}),
        ("4006381333931\r", "calibration_unknown", {"received": "4006381333931<CR>"}),
        ("", "calibration_unknown", {"received": ""}),
    ],
)
def test_what_else_can_be_wrong(received: str, expected: str, facts: dict[str, object]) -> None:
    found = {finding.code: finding.facts for finding in read_calibration(received).findings}
    assert found.get(expected) == facts


def test_a_serial_scanner_has_no_layout() -> None:
    assert codes('AQWZMY0123456789-_"£\r', typing=False)[0] == "calibration_lost"


@settings(max_examples=25)
@given(st.text(max_size=80))
def test_any_text_has_a_finding(received: str) -> None:
    assert read_calibration(received).findings


def test_control_characters_are_written_out() -> None:
    assert visible("\x02A b\x1d\x07\r\n") == "<STX>A b<GS><07><CR><LF>"
    assert len(visible("x" * 1000)) == 80


# The table of layouts beside the one that the desktop itself uses.

XKB = ctypes.util.find_library("xkbcommon")
XKB_NAMES = {
    "US": "us", "UK": "gb", "German": "de", "Swiss": "ch", "French": "fr", "Belgian": "be", "Spanish": "es",
    "Italian": "it", "Portuguese or Latin American": "pt latam", "Dutch": "nl",
    "Danish, Norwegian, Swedish or Finnish": "dk no se fi", "Czech": "cz", "Hungarian": "hu", "Turkish": "tr",
    "Russian": "ru", "Canadian French": "ca", "Dvorak": "us:dvorak",
}  # fmt: skip
KEYCODES = dict(zip("aqwzmy0123456789-", (38, 24, 25, 52, 58, 29, 19, *range(10, 19), 20), strict=True))


class RuleNames(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


@pytest.mark.skipif(XKB is None, reason="libxkbcommon is not installed")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layouts_are_those_of_xkeyboard_config(layout: str) -> None:
    xkb = ctypes.CDLL(XKB)
    xkb.xkb_context_new.restype = xkb.xkb_keymap_new_from_names.restype = ctypes.c_void_p
    xkb.xkb_keymap_new_from_names.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    xkb.xkb_keymap_key_get_syms_by_level.argtypes = [ctypes.c_void_p, *[ctypes.c_uint32] * 3, ctypes.c_void_p]
    context = xkb.xkb_context_new(0)
    for name in XKB_NAMES[layout].split():
        country, _, variant = name.partition(":")
        rules = RuleNames(None, None, country.encode(), variant.encode(), None)
        keymap = xkb.xkb_keymap_new_from_names(context, ctypes.byref(rules), 0)
        if not keymap:
            pytest.skip("xkeyboard-config is not installed")
        for level, keys in enumerate(LAYOUTS[layout]):
            syms = ctypes.POINTER(ctypes.c_uint32)()
            made = []
            for key in KEYCODES.values():
                assert xkb.xkb_keymap_key_get_syms_by_level(keymap, key, 0, level, ctypes.byref(syms)) == 1
                made.append(chr(xkb.xkb_keysym_to_utf32(syms[0])))
            assert "".join(made) == keys, name
