"""One copy of a received label: true in size, readable, and with marks that touch nothing of the carrier's."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from app.domain.barcode import Kind, make_code, make_label_code
from app.domain.errors import Refusal
from printing.preview import draw
from printing.received import Composed, compose, compose_copy
from printing.received.opened import pictures
from tests.printing.received import made

CODE = make_label_code(make_code(Kind.PARCEL, 42), 2)
FOUR_BY_SIX, LONGER, SMALL = (101.6, 152.4), (101.6, 165.1), (57.0, 40.0)
SETUP = (
    b"CT~~CD,~CC^~CT~^XA~TA000~JSN^LT0^MNW^MTT^PON^PMN^LH0,0^JMA^PR5,5~SD15^JUS^LRN^CI0^XZ"  # as label designers write
)


def composed(
    content: bytes, media: tuple[float, float] | None = FOUR_BY_SIX, *, language: str = "zpl", dpi: int = 203,
    order: str = "ORD-10042", slot: str | int | None = 12, copy: int = 2, code: str = CODE,
) -> Composed:  # fmt: skip
    width, height = media or (None, None)
    return compose_copy(
        content, language=language, dpi=dpi, width_mm=width, height_mm=height, order=order, slot=slot, copy=copy,
        code=code,
    )


def drawn(copy: Composed, language: str = "zpl", dpi: int = 203) -> Image.Image:
    return draw(copy.payload, language, dpi)[0].convert("1")


def codes(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(ImageOps.expand(image.convert("L"), 40, 255))}


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    box = ImageOps.invert(image.convert("L")).getbbox()
    assert box is not None
    return box


def refused(content: bytes, media: tuple[float, float] = FOUR_BY_SIX, **more: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        composed(content, media, **more)  # type: ignore[arg-type]
    return caught.value


# ZPL as it is


def test_zpl_goes_as_it_is_to_a_printer_of_its_resolution() -> None:
    copy = composed(made.zpl())
    assert copy.native
    assert not copy.marked  # no room
    body = made.zpl()[3:-3]
    head, foot = copy.payload.split(body)
    assert head.startswith(b"^XA^CI0")
    assert foot.endswith(b"^XZ")
    assert same_above(drawn(copy), next(pictures(made.zpl(), 203)).convert("1"), 1218)


def test_zpl_for_narrower_media_goes_as_it_is_too() -> None:
    copy = composed(made.zpl(), (102, 165))
    assert (copy.native, copy.marked) == (True, True)
    assert same_above(drawn(copy), next(pictures(made.zpl(), 203)).convert("1"), 1205)


def test_marks_stand_below_a_shorter_label_and_nothing_else_changes() -> None:
    copy = composed(made.zpl(), LONGER)
    assert (copy.native, copy.marked, copy.labels) == (True, True, 1)
    image = drawn(copy)
    assert image.size == (813, 1321)
    assert codes(image) == {made.TRACKING, CODE}
    assert same_above(image, next(pictures(made.zpl(), 203)).convert("1"), 1205)
    assert b"^FDORD-10042^FS" in copy.payload
    assert b"^FD12^FS" in copy.payload
    assert b"^FDCOPY^FS" in copy.payload


def same_above(image: Image.Image, other: Image.Image, row: int) -> bool:
    box = (0, 0, min(image.width, other.width), row)
    return image.crop(box).tobytes() == other.crop(box).tobytes()


def test_marks_stand_in_a_blank_part_of_the_label_itself() -> None:
    copy = composed(made.zpl(bottom=900))
    assert (copy.native, copy.marked) == (True, True)
    assert same_above(drawn(copy), next(pictures(made.zpl(bottom=900), 203)).convert("1"), 904)
    assert codes(drawn(copy)) == {made.TRACKING, CODE}


def test_what_a_file_sets_in_the_printer_is_left_out() -> None:
    copy = composed(SETUP + made.zpl(), LONGER)
    assert (copy.native, copy.marked, copy.labels) == (True, True, 1)
    for setting in (b"~SD", b"^PR5", b"^JUS", b"~JS", b"^MN", b"~TA", b"^LT"):
        assert setting not in copy.payload
    assert codes(drawn(copy)) == {made.TRACKING, CODE}


@pytest.mark.parametrize(
    "content",
    [
        made.zpl(head="^POI"),  # upside down: marks would be too
        made.zpl(head="^LS-10"),  # a setting that stays in the printer
        made.zpl(head="^PMY"),
        b"^XA^CC!" + made.zpl().replace(b"^", b"!")[3:],
        b"^XA^DFR:A.ZPL^FS^FO20,20^GB700,900,4^FS^FO50,50^A0N,50,50^FN1^FS^XZ^XA^XFR:A.ZPL^FN1^FDHello^FS^XZ",
    ],
)
def test_zpl_that_is_more_than_a_drawing_is_sent_as_its_picture(content: bytes) -> None:
    copy = composed(content, LONGER)
    assert (copy.native, copy.marked, copy.labels) == (False, True, 1)
    image = drawn(copy)
    before = ink(next(pictures(content, 203)).convert("1"))
    after = image.crop((0, 0, image.width, before[3] - before[1] + image.height - 1321 + ink(image)[1]))
    size = ink(after)
    assert (size[2] - size[0], size[3] - size[1]) == (before[2] - before[0], before[3] - before[1])
    assert CODE in codes(image)


def test_a_label_prints_the_same_whatever_was_printed_before() -> None:
    left_over = b"^XA^LH99,99^FWR^LRY^POI^BY5,2,99^CFB,60,40^CI28^PW300^LL300^FO0,0^GB9,9,9^FS^XZ"
    content = b"^XA^FO50,50^FDHELLO^FS^FO50,120^BCN,,Y^FD%s^FS^XZ" % made.TRACKING.encode()
    copy = composed(content)
    assert copy.native
    after = draw(left_over + copy.payload, "zpl", 203)[1].convert("1")
    box = (0, 0, 700, 400)
    assert after.crop(box).tobytes() == drawn(copy).crop(box).tobytes()


def test_every_label_of_a_file_is_printed_and_the_first_is_marked() -> None:
    copy = composed(made.zpl() * 2, LONGER)
    assert (copy.native, copy.marked, copy.labels) == (True, True, 2)
    images = draw(copy.payload, "zpl", 203)
    assert [CODE in codes(image) for image in images] == [True, False]
    copy = composed(made.pdf(pages=3), LONGER, language="tspl")
    images = draw(copy.payload, "tspl", 203)
    assert copy.labels == len(images) == 3
    assert [CODE in codes(image) for image in images] == [True, False, False]
    assert len(draw(composed(made.pdf(pages=3), LONGER, language="pdf").payload, "pdf", 203)) == 3


# as dots, in the language of any printer


@pytest.mark.parametrize("language", ["zpl", "tspl", "escpos", "pdf", "png"])
@pytest.mark.parametrize("content", [made.zpl(), made.pdf(), made.png()], ids=["zpl", "pdf", "png"])
def test_a_label_keeps_its_true_size_and_its_codes_in_every_language(content: bytes, language: str) -> None:
    copy = composed(content, LONGER, language=language)
    assert copy.marked
    image = drawn(copy, language)
    assert codes(image) == {made.TRACKING, CODE}
    expected = ink(next(pictures(content, 203)).convert("1"))
    carrier = ink(image.crop((0, 0, image.width, 1209)))
    assert abs((carrier[2] - carrier[0]) - (expected[2] - expected[0])) <= 1
    assert abs((carrier[3] - carrier[1]) - (expected[3] - expected[1])) <= 1


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_pdf_is_drawn_at_the_printers_own_resolution(dpi: int) -> None:
    copy = composed(made.pdf(), LONGER, language="tspl", dpi=dpi)
    image = drawn(copy, "tspl", dpi)
    assert codes(image) == {made.TRACKING, CODE}
    per_mm = {203: 8.0, 300: 300 / 25.4, 600: 600 / 25.4}[dpi]
    left, _, right, _ = ink(image.crop((0, 0, image.width, round(140 * per_mm))))
    assert (right - left) / per_mm == pytest.approx(96.1, abs=0.3)


def test_a_label_on_a_sheet_of_a4_is_cut_out_in_its_true_size() -> None:
    copy = composed(made.pdf(210, 297, at=(5, 150), size=(95, 140)), language="tspl")
    image = drawn(copy, "tspl")
    assert copy.marked
    assert codes(image) == {made.TRACKING, CODE}
    left, _, right, _ = ink(image.crop((0, 0, image.width, 1000)))
    assert (right - left) / 8 == pytest.approx(95.5, abs=0.3)


def test_a_label_that_lies_is_turned() -> None:
    copy = composed(made.pdf(210, 297, at=(5, 150), size=(145, 98)), language="tspl")
    image = drawn(copy, "tspl")
    assert codes(image) == {made.TRACKING}
    left, top, right, bottom = ink(image)
    assert bottom - top > right - left


def test_a_label_is_made_smaller_by_three_percent_at_most() -> None:
    copy = composed(made.pdf(104, 156, at=(0.5, 0.5)), language="tspl")
    left, _, right, _ = ink(drawn(copy, "tspl"))
    assert 0.97 <= (right - left) / 8 / 103.5 < 1
    refusal = refused(made.pdf(112, 170, at=(0.5, 0.5)))
    assert (refusal.code, refusal.facts) == (
        "received_too_big", {"width": 111, "height": 170, "media_width": 102, "media_height": 152},
    )  # fmt: skip
    assert refused(made.pdf(210, 297)).code == "received_too_big"
    assert refused(made.zpl(), SMALL).code == "received_too_big"
    assert refused(made.png(), SMALL, language="escpos").code == "received_too_big"


def test_a_label_in_the_middle_of_larger_media_stands_at_its_edge_to_leave_room() -> None:
    copy = composed(made.pdf(101.6, 100), (130.0, 100.0), language="tspl")
    image = drawn(copy, "tspl")
    assert copy.marked
    assert codes(image) == {made.TRACKING, CODE}
    assert ink(image)[0] < 40


# resolutions


def test_a_coarser_picture_keeps_its_dots_together() -> None:
    for content in (made.zpl(bottom=900), made.png(made.label_image(812, 900), dpi=203.2)):
        copy = composed(content, (110.0, 160.0), dpi=300)
        assert codes(drawn(copy, dpi=300)) == {made.TRACKING, CODE}
        assert not copy.native


def test_a_finer_label_is_taken_as_long_as_its_barcodes_are_read() -> None:
    good = made.png(made.label_image(1200, 1800, module=6), dpi=300)
    assert made.TRACKING in codes(drawn(composed(good)))
    fine = made.png(made.label_image(1200, 1800, module=2), dpi=300)
    refusal = refused(fine)
    assert (refusal.code, refusal.facts) == ("received_symbol_lost", {"dpi": 203})
    zpl = b"^XA^PW1200^LL1800^FO50,50^BY1^BCN,100,N^FD%s^FS^XZ" % made.TRACKING.encode()
    refusal = refused(zpl)
    assert (refusal.code, refusal.facts) == ("received_dpi", {"made": 300, "printer": 203})
    assert composed(zpl, dpi=300).native


def test_greys_are_never_scattered() -> None:
    image = made.label_image()
    image.paste(110, (100, 100, 400, 400))
    image.paste(150, (450, 100, 750, 400))
    printed = drawn(composed(made.png(image), LONGER, language="tspl"), "tspl")
    assert len(set(printed.crop((120, 120, 380, 380)).convert("L").tobytes())) == 1
    assert len(set(printed.crop((470, 120, 730, 380)).convert("L").tobytes())) == 1


# the marks


def test_the_media_is_four_by_six_inches_where_nobody_has_said() -> None:
    assert drawn(composed(made.pdf(), None, language="tspl"), "tspl").size[0] == 813


@pytest.mark.parametrize("slot", [None, "", 7, "7"])
def test_a_parcel_without_a_slot_has_none_on_it(slot: str | int | None) -> None:
    payload = composed(made.zpl(), LONGER, slot=slot).payload
    assert (b"^FDSLOT^FS" in payload) is bool(slot)


@pytest.mark.parametrize("order", ["", "X" * 200, "^XZ^XA^FO0,0^GB800,1200,800^FS", "订单-42", "~JR"])
def test_any_order_number_leaves_the_carriers_label_as_it_is(order: str) -> None:
    copy = composed(made.zpl(), LONGER, order=order)
    assert copy.labels == len(draw(copy.payload, "zpl", 203)) == 1
    assert codes(drawn(copy)) == {made.TRACKING, CODE}
    assert same_above(drawn(copy), next(pictures(made.zpl(), 203)).convert("1"), 1209)


def test_the_same_copy_is_the_same_bytes() -> None:
    for content in (made.zpl(), made.pdf(), made.png()):
        arguments = {"language": "zpl", "dpi": 203, "width_mm": 102, "height_mm": 165, "order": "A", "slot": 1}
        once = compose(content, **arguments, copy=1, code=CODE)  # type: ignore[arg-type]
        assert once == compose(content, **arguments, copy=1, code=CODE)  # type: ignore[arg-type]
        assert once != compose(content, **arguments, copy=2, code=CODE)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    width=st.integers(300, 900), height=st.integers(300, 1300), media_width=st.integers(50, 130),
    media_height=st.integers(50, 190),
)  # fmt: skip
def test_no_dot_of_the_carriers_is_lost_and_none_of_ours_is_near(
    width: int, height: int, media_width: int, media_height: int
) -> None:
    image = Image.new("L", (width, height), 255)
    image.paste(0, (10, 10, width - 10, 14))
    image.paste(0, (10, height - 14, width - 10, height - 10))
    image.paste(0, (10, 10, 14, height - 10))
    image.paste(0, (width - 14, 10, width - 10, height - 10))
    content = made.png(image)
    try:
        copy = composed(content, (media_width, media_height), language="png")
    except Refusal:
        assert max(width - 20, height - 20) > min(media_width, media_height) * 8
        return
    with Image.open(io.BytesIO(copy.payload)) as opened:
        printed = opened.convert("1")
    wide, high = width - 20, height - 20
    carrier = image.point([0] * 128 + [255] * 128, "1").crop((10, 10, width - 10, height - 10))
    if wide * 1.0 > media_width * 8 or high > media_height * 8:
        return  # turned, or smaller
    found = [
        (x, y)
        for x in range(printed.width - wide + 1)
        for y in ([0] if high == printed.height else range(printed.height - high + 1))
        if not printed.getpixel((x, y)) and not printed.getpixel((x + wide - 1, y + high - 1))
        and printed.crop((x, y, x + wide, y + high)).tobytes() == carrier.tobytes()
    ]  # fmt: skip
    assert len(found) == 1
    (x, y) = found[0]
    around = printed.copy()
    around.paste(1, (max(0, x - 12), max(0, y - 12), x + wide + 12, y + high + 12))
    around.paste(1, (x, y, x + wide, y + high))
    rest = printed.copy()
    rest.paste(1, (x, y, x + wide, y + high))
    assert ImageChops.logical_xor(around, rest).convert("L").getbbox() is None
    assert (CODE in codes(rest)) is copy.marked
