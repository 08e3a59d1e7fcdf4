"""Labels cut into what repeats and what does not, stored and called."""

from __future__ import annotations

import pytest

from hardware.printers.zpl_formats import (
    MOST_FORMATS,
    Cut,
    Formats,
    StoredFormat,
    cut,
    cut_stored,
    delete,
    write_stored,
)

HEAD = b"^XA^CI28^JZY^PW812^LL1219^LH0,0^PON^LRN^FWN"
FIXED = b"^FO28,260^GB757,4,4^FS\n^FO44,38^A0N,18,18^FDFROM^FS\n^FO44,99^A0N,18,18^FH_^FDwording _5E^FS\n"
RULES = b"".join(b"^FO%d,260^GB757,4,4^FS\n" % x for x in range(30))


def label(order: bytes = b"A-1", slot: bytes = b"", fixed: bytes = FIXED + RULES, own: bytes = b"") -> bytes:
    fields = b"^FO44,1010^A0N,44,44^FD%s^FS\n" % order
    if slot:
        fields += b"^FO364,1010^A0N,44,44^FH_^FD%s^FS\n" % slot
    return HEAD + b"\n" + fixed + b"^FX-^FS\n" + fields + own + b"^PQ1^XZ\n"


def parts(data: bytes) -> Cut:
    found = cut(data)
    assert found is not None
    return found


def stored(formats: Formats, data: bytes) -> StoredFormat | None:
    new = formats.worth_storing(parts(data))
    if new is not None:
        formats.add(new)
    return new


def test_the_second_label_is_worth_a_format_and_is_a_call_of_it() -> None:
    formats = Formats()
    assert stored(formats, label(b"A-1", b"1")) is None
    new = stored(formats, label(b"A-2", b"_5E2"))
    assert new is not None
    lines = (FIXED + RULES).replace(b"\n", b"")
    places = b"^FO44,1010^A0N,44,44^FN1^FS^FO364,1010^A0N,44,44^FN2^FS"
    assert new.store == b"^XA^DFR:" + new.name + b".ZPL^FS^CI28" + lines + places + b"^XZ\n"
    second = parts(label(b"A-2", b"_5E2"))
    assert formats.best(second) is new
    call = b"^XFR:" + new.name + b".ZPL^FS^FN1^FDA-2^FS^FN2^FH_^FD_5E2^FS^PQ1^XZ\n"
    assert new.call(second) == HEAD + call
    assert stored(formats, label(b"A-3", b"3")) is None


def test_what_a_format_has_no_place_for_goes_as_a_field_of_its_own() -> None:
    formats = Formats()
    stored(formats, label(b"A-1"))
    new = stored(formats, label(b"A-2"))
    assert new is not None
    graphic = b"^FO9,9^GFA,8,8,1,:Z64:eJxjYGBgAAAABAAB:1234^FS"
    call = new.call(parts(label(b"A-3", b"7", own=graphic + b"\n")))
    assert call.endswith(b"^FN1^FDA-3^FS^FO364,1010^A0N,44,44^FH_^FD7^FS" + graphic + b"^PQ1^XZ\n")


def test_a_label_without_text_in_every_place_of_a_format_does_not_call_it() -> None:
    formats = Formats()
    stored(formats, label(b"A-1", b"1"))
    assert stored(formats, label(b"A-2", b"2")) is not None
    assert formats.best(parts(label(b"A-3"))) is None


def test_another_sender_is_another_format() -> None:
    formats = Formats()
    stored(formats, label())
    new = stored(formats, label(b"A-2"))
    assert new is not None
    other = label(b"A-2", fixed=FIXED.replace(b"FROM", b"BY") + RULES)
    assert not new.fits(parts(other))
    assert stored(formats, other) is None, "its first label"
    newer = stored(formats, other.replace(b"A-2", b"A-3"))
    assert newer is not None
    assert newer.name != new.name


def test_nothing_of_an_order_is_stored() -> None:
    formats = Formats()
    for _ in range(20):
        stored(formats, label(b"Erika Musterfrau", b"Sonnenallee"))
    (only,) = formats._stored
    assert b"Erika" not in only.store
    assert b"Sonnenallee" not in only.store


def test_formats_are_few_and_the_least_used_goes_first() -> None:
    formats, gone = Formats(), frozenset[bytes]()
    names = []
    for sender in range(MOST_FORMATS + 1):
        fixed = FIXED + b"^FO1,1^A0N,18,18^FDsender %d^FS\n" % sender + RULES
        formats.worth_storing(parts(label(fixed=fixed)))
        new = formats.worth_storing(parts(label(b"A-2", fixed=fixed)))
        assert new is not None
        names.append(new.name)
        gone |= formats.add(new)
        first = FIXED + b"^FO1,1^A0N,18,18^FDsender 0^FS\n" + RULES
        assert formats.best(parts(label(fixed=first))) is not None, "it is used all the time"
    assert gone == {names[1]}
    assert formats.names == set(names) - gone
    formats.forget()
    assert formats.names == set()


def test_a_format_is_not_stored_for_what_it_does_not_save() -> None:
    formats, rule = Formats(), b"^FO28,260^GB757,4,4^FS\n"
    assert [stored(formats, label(b"A-%d" % number, fixed=rule)) for number in (1, 2)] == [None, None]
    assert any(stored(formats, label(b"A-%d" % number, fixed=rule)) for number in range(3, 9)), "but in the long run"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"^XA^FO0,0^FDx^FS^XZ",
        label().replace(b"^FX-^FS\n", b""),
        label().replace(b"^PQ1", b"^PQ2"),
        label() + label(),
        label(own=b"^FR^FO1,1^GB9,9,9^FS\n"),
        label(own=b"^FO1,1^FR^A0N,9,9^FDx^FS\n"),
        label(own=b"^FO1,1^GB9,9,9,W^FS\n"),
        label(own=b"^FO1,1^A0N,9,9^FDx^FS^FO2,2^FDy^FS\n"),
        label(own=b"^FO1,1^A0N,9,9^FDx^XZ^XA^FS\n"),
        label(own=b"^FO44,1010^A0N,44,44^FDtwice^FS\n"),
        label(own=b"^CF0,20^FS\n"),
        label(own=b"~JR\n"),
    ],
)  # fmt: skip
def test_what_was_not_written_by_us_or_depends_on_its_order_is_left_alone(data: bytes) -> None:
    assert cut(data) is None


def test_the_directory() -> None:
    buffer = bytearray(
        b"noise\x02030,0\x03\r\n" + write_stored([b"PBAAAAA2.ZPL", b"LOGO.ZPL", b"PBBBBBB7.ZPL"]) + b"more"
    )
    assert cut_stored(buffer) == frozenset({b"PBAAAAA2", b"PBBBBBB7"})
    assert buffer == b"more"
    assert cut_stored(bytearray(write_stored([])[:-1])) is None
    assert cut_stored(bytearray(write_stored([]))) == frozenset()
    assert delete([b"PBBBBBB7", b"PBAAAAA2"]) == b"^XA^IDR:PBAAAAA2.ZPL^FS^IDR:PBBBBBB7.ZPL^FS^XZ\n"
    assert delete([]) == b""
