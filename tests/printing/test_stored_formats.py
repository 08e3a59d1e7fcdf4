"""Labels sent as calls of stored formats: the same dots, in few bytes, and never without what was stored."""

from __future__ import annotations

import statistics
import tomllib
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.operations.label_content import Sent, label_fields, lay_out
from hardware.printers.zpl_formats import Formats, cut
from printing.interpreter import Printer, render
from printing.zpl import to_zpl
from tests.printing.parcel import SCRIPTS, tried

SAMPLES = tomllib.loads(resources.files("resources").joinpath("samples", "recipients.toml").read_text(encoding="utf-8"))
LATIN = {"IE", "DE", "GB", "BR"}


def _sent(recipient: dict[str, str], number: int, dpi: int = 203) -> bytes:
    person = [recipient[key] for key in ("recipient_name", "street", "postcode", "city", "region", "country")]
    sent = Sent(SAMPLES["sender"], "CN", f"A-{number:05d}", "PACKET TRACKED", *person)
    fields = label_fields(
        sent, tracking=f"LX{number:09d}CN", parcel_code=f"PB{number:08d}P", weight_g=1250, slot=number % 12 + 1
    )
    return to_zpl(lay_out(fields, 1), dpi)


def _as_sent(labels: list[bytes]) -> list[tuple[bytes, bytes]]:
    """What is stored before each label, and what is sent of it."""
    formats, found = Formats(), []
    for label in labels:
        parts = cut(label)
        assert parts is not None
        new = formats.worth_storing(parts)
        if new is not None:
            formats.add(new)
        stored = formats.best(parts)
        found.append((new.store if new else b"", stored.call(parts) if stored else label))
    return found


def _pages(printer: Printer, zpl: bytes) -> list[bytes]:
    return [page.image.tobytes() for page in printer.pages(zpl)]


@pytest.mark.parametrize("recipient", SAMPLES["recipient"], ids=lambda one: one["country"])
def test_a_repeated_label_takes_few_bytes(recipient: dict[str, str]) -> None:
    sizes = [len(call) for _, call in _as_sent([_sent(recipient, number) for number in range(1, 9)])]
    assert max(sizes[1:]) <= (620 if recipient["country"] in LATIN else 2500)


def test_a_batch_of_many_recipients_costs_few_formats() -> None:
    labels = [_sent(SAMPLES["recipient"][number % len(SAMPLES["recipient"])], number) for number in range(1, 161)]
    sent = _as_sent(labels)
    assert sum(bool(store) for store, _ in sent) <= 4
    assert sum(len(store) + len(call) for store, call in sent) < 0.7 * sum(map(len, labels))
    assert statistics.median(len(call) for _, call in sent) < 0.7 * statistics.median(map(len, labels))


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("recipient", SAMPLES["recipient"], ids=lambda one: one["country"])
def test_the_printed_dots_are_the_same(recipient: dict[str, str], dpi: int) -> None:
    printer, labels = Printer(dpi), [_sent(recipient, number, dpi) for number in (1, 2, 3)]
    for label, (store, call) in zip(labels, _as_sent(labels), strict=True):
        assert _pages(printer, store) == [], "what stores prints nothing"
        assert _pages(printer, call) == [page.image.tobytes() for page in render(label, dpi)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(SCRIPTS), st.text(max_size=30), st.text(alphabet='^~_5EFDXS>:;,"', max_size=12)),
        min_size=2, max_size=5,
    )
)  # fmt: skip
def test_whatever_the_labels_say_their_dots_are_the_same(texts: list[tuple[str, str, str]]) -> None:
    found = [tried({"recipient": f"{who}\n{line}", "order": f"1{order}"}) for who, line, order in texts]
    labels = [to_zpl(label) for label in found if label is not None]
    printer = Printer(203)
    for label, (store, call) in zip(labels, _as_sent(labels), strict=True):
        assert _pages(printer, store) == []
        assert _pages(printer, call) == [page.image.tobytes() for page in render(label, 203)]
        assert (call.count(b"^XA"), call.count(b"^XZ"), call.count(b"~")) == (1, 1, 0)


def test_an_independent_reader_prints_the_same() -> None:
    zplkit = pytest.importorskip("zplkit", reason="zplkit, a development dependency, is not installed")
    options = zplkit.Options(profile="zd621", width=812, height=1219, dpi=203)

    def page(zpl: bytes) -> bytes:
        known = zpl.replace(b"^PQ1", b"").replace(b"^JZY", b"")  # it does not know these two
        (label,) = zplkit.render(known, options).labels
        raster = label.rasterize()
        return Image.frombytes("L", (raster.width, raster.height), raster.pixels).tobytes()

    labels = [_sent(recipient, number) for number, recipient in enumerate([SAMPLES["recipient"][1]] * 2, 1)]
    (_, (store, call)) = _as_sent(labels)
    assert store
    assert page(store + call) == page(labels[1])
