"""What a file is, by its content; what means harm or is no label is refused, soon, and nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Refusal
from printing.received import inspect
from printing.received.opened import tracking_in
from printing.received.worker import WORKER
from tests.printing.received import made

TWO_SECONDS = 2.0


@pytest.fixture(autouse=True)
def warm() -> None:
    WORKER.warm()


def refused(content: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        inspect(content)
    return caught.value


def test_zpl_pdf_and_png_are_known_by_their_content() -> None:
    for content, media, dpi, size in (
        (made.zpl(), "zpl", 203, (102, 152)),
        (b"\xef\xbb\xbf" + made.zpl(), "zpl", 203, (102, 152)),
        (made.zpl().lower(), "zpl", 203, (102, 152)),
        (made.zpl(width=1200, height=1800), "zpl", 300, (102, 152)),
        (b"^XA^FO50,50^GB300,200,5^FS^XZ", "zpl", None, (None, None)),
        (made.pdf(), "pdf", None, (102, 152)),
        (b"\n\n" + made.pdf(210, 297), "pdf", None, (210, 297)),
        (made.png(), "png", 203, (102, 152)),
        (made.png(dpi=None), "png", 203, (102, 152)),
        (made.png(made.label_image(1200, 1800), dpi=96), "png", 300, (102, 152)),
    ):
        found = inspect(content)
        assert (found.media, found.dpi, (found.width_mm, found.height_mm)) == (media, dpi, size)
        assert found.labels == 1


def test_every_label_of_a_file_is_counted() -> None:
    assert inspect(made.pdf(pages=3)).labels == 3
    assert inspect(made.zpl() * 2).labels == 2
    assert inspect(made.zpl(extra="^PQ3")).labels == 3
    assert inspect(b"^XA^PW812^LL1218^LH0,0^XZ" + made.zpl()).labels == 1  # a format that only sets something


@pytest.mark.parametrize("content", [made.zpl(), made.pdf(), made.png()])
def test_the_tracking_number_is_read_from_the_bars(content: bytes) -> None:
    assert inspect(content).tracking == made.TRACKING


# what takes long to make is made when it is wanted: every worker that collects this module would wait for it
SOON: dict[str, list[bytes | Callable[[], bytes]]] = {
    "received_empty": [b"", b" \r\n\x00"[:3]],
    "received_too_large": [lambda: made.zpl() + b"^FX" + bytes(40_000_000)],
    "received_is_jpeg": [made.jpeg()],
    "received_is_html": [b"<!DOCTYPE html><title>502</title>", b"\n<html><body>^XA not found</body></html>"],
    "received_is_base64": [b"JVBERi0xLjQKJeLjz9MK", b"XlhBXkZPNTAsNTBeRkQxXlhaCg=="],
    "received_no_label": [b'{"error": "no such shipment"}', b"GIF89a", b"\x00" * 100, b"PK\x03\x04"],
    "received_encrypted": [made.pdf(password="secret")],
    "received_damaged": [
        made.png()[:-400], made.png()[:40], made.png()[:20], b"%PDF-1.7\nnothing", made.pdf()[:600],
        lambda: made.png_bomb(20_000, told=2_000), made.text_bomb,
    ],
    "received_picture_too_large": [lambda: made.png_bomb(10_000, told=50_000)],
    "received_too_many_pages": [made.many_pages, made.zpl() * 9, made.zpl(extra="^PQ99999999")],
    "received_page_too_large": [made.raw_pdf(b"0 0 10 10 re f", box="0 0 14400 14400"), made.zpl(height=32000)],
    "received_blank": [b"^XA^XZ", b"^XA^FO50,50^FD^FS^XZ", made.raw_pdf(b"")],
    "received_size_unknown": [made.png(made.label_image(700, 2000), dpi=None)],
    "received_too_complex": [made.deflate_bomb, made.many_objects, made.form_bomb, made.slow_zpl],
}  # fmt: skip


@pytest.mark.parametrize(("code", "number"), [(code, at) for code, files in SOON.items() for at in range(len(files))])
def test_what_is_no_label_is_refused_within_two_seconds(code: str, number: int) -> None:
    content = SOON[code][number]
    content = content if isinstance(content, bytes) else content()
    before = monotonic()
    refusal = refused(content)
    assert monotonic() - before < TWO_SECONDS
    assert refusal.code == code


def test_a_bomb_holds_nobody_up() -> None:
    """Another thread goes on while a file is opened that kills the process which opens it."""
    ticks: list[float] = []
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(0.005):
            ticks.append(monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        assert refused(made.form_bomb()).code == "received_too_complex"
    finally:
        ended.set()
        thread.join()
    assert len(ticks) > 20
    assert max(later - sooner for sooner, later in pairwise(ticks)) < 0.5


def test_one_process_opens_many_files_and_another_comes_after_a_kill() -> None:
    inspect(made.pdf(tracking="AA111111111AA"))
    process, started = WORKER.pid, WORKER.started
    for number in range(20):
        inspect(made.zpl(tracking=f"AB{number:09}CD"))
    assert (WORKER.pid, WORKER.started) == (process, started)
    assert refused(made.form_bomb()).code == "received_too_complex"
    assert inspect(made.pdf(tracking="BB222222222BB")).tracking == "BB222222222BB"
    assert WORKER.pid != process
    assert WORKER.started == started + 1


def test_a_process_that_dies_is_replaced() -> None:
    assert WORKER._process is not None
    WORKER._process.kill()
    WORKER._process.wait()
    assert inspect(made.pdf(tracking="CC333333333CC")).tracking == "CC333333333CC"


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([made.pdf, made.png, made.zpl]), st.integers(0, 4000), st.binary(max_size=40), st.integers(0, 60)
)
def test_a_file_with_any_damage_is_read_or_refused(
    make: Callable[[], bytes], at: int, noise: bytes, cut: int
) -> None:
    content = make()
    content = content[:at] + noise + content[at + cut :]
    with suppress(Refusal):
        assert inspect(content).labels >= 1


@pytest.mark.parametrize(
    ("symbols", "tracking"),
    [
        ([("Code 128", "LX000000014CN")], "LX000000014CN"),
        ([("Code 128", "LX000000014CN"), ("Data Matrix", "JGB 1234567890 whatever")], "LX000000014CN"),
        ([("Code 128", "LX000000014CN"), ("Code 128", "0123456789012345")], "LX000000014CN"),  # a postal number first
        ([("Code 128", "1Z999AA10123456784"), ("Code 128", "42012345")], "1Z999AA10123456784"),
        ([("Code 128", "420123459405511899223197428490")], "9405511899223197428490"),
        ([("Code 128", "00123456780000000012")], "00123456780000000012"),
        ([("Code 128", "\x1d00123456780000000012")], "00123456780000000012"),
        ([("Code 128", "AAAA1111111111"), ("Code 128", "BBBB2222222222")], ""),  # which of them?
        ([("Code 128", "ROUTE-7")], ""),
        ([("QR Code", "LX000000014CN")], ""),
        ([("Code 128", "PB00000042HC028")], ""),  # our own square code
        ([], ""),
    ],
)
def test_of_several_codes_the_tracking_number_is_told_apart(symbols: list[tuple[str, str]], tracking: str) -> None:
    assert tracking_in(symbols) == tracking
