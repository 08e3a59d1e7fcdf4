import pypdfium2
import pytest
from PIL import Image

from printing import fonts, symbols
from printing.label import Label, Text
from printing.layout import PlacedText, lay_out
from printing.pdf import to_pdf
from printing.templates import load_template

_FIELDS = {
    "sender": "Packbench Demo\nCHINA",
    "recipient": "",
    "service": "Express",
    "tracking": "LX000000015CN",
    "tracking_text": "LX 000 000 015 CN",
    "label_code": "PB00000042KC01X",
    "parcel": "PB00000042K",
    "copy": "1",
    "weight": "0.480 kg",
    "order": "SO-2024-000183",
    "slot": "",
}
_RECIPIENTS = [
    "Jürgen Müller\nGroße Straße 112\nGERMANY",
    "O'Brien ^XZ^XA~JR\n<img src=x> &amp; (1) \\(",
    "王小明\n浙江省杭州市 969号",
    "Ольга\nŁódź",
    "محمد عبد الله\n15 شارع النيل",
    "ไทย\nที่อยู่",
    "नमस्ते",
    "한국어",
    "😀 👨‍👩‍👧",
]


def _pages(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=203.2 / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("recipient", _RECIPIENTS)
def test_symbols_on_the_page_equal_the_data(recipient: str) -> None:
    label = load_template("parcel_4x6").fill(_FIELDS | {"recipient": recipient})
    (page,) = _pages(to_pdf([label]))
    assert abs(page.width - 812) <= 1
    assert abs(page.height - 1219) <= 1
    placed = lay_out(label)
    read = [(found.format, found.text) for found in symbols.decode(page, placed.symbol_boxes())]
    assert read == [("Code 128", _FIELDS["tracking"]), ("Data Matrix", _FIELDS["label_code"])]


@pytest.mark.parametrize("text", [line for recipient in _RECIPIENTS for line in recipient.split("\n")])
def test_a_line_has_its_ink_inside_of_what_was_reserved(text: str) -> None:
    label = Label(100, 25, (Text(2, 2, 96, 20, text, 6, 2, name="recipient"),))
    (item,) = lay_out(label).items
    assert isinstance(item, PlacedText)
    left, top, right, bottom = item.bounds
    (page,) = _pages(to_pdf([label]))
    ink = page.point(lambda v: 255 if v < 128 else 0).getbbox()
    assert ink is not None
    assert (ink[0] >= left - 1, ink[1] >= top - 1, ink[2] <= right + 1, ink[3] <= bottom + 1) == (True,) * 4
    assert ink[2] - ink[0] > 0.6 * (right - left)


def test_shaped_text_looks_as_in_the_graphic_of_the_printer() -> None:
    """The outlines in the PDF and the pixels in ZPL come from the same glyphs in the same places."""
    label = load_template("parcel_4x6").fill(_FIELDS | {"recipient": "محمد عبد الله"})
    (page,) = _pages(to_pdf([label]))
    (line,) = (item for item in lay_out(label).items if isinstance(item, PlacedText) and item.shaped)
    assert line.shaped is not None
    drawn = fonts.draw(line.shaped, line.size)
    assert drawn is not None
    x, y = line.x - int(line.shaped.left * line.size) + drawn.left, line.y + drawn.top
    ours = drawn.image.convert("L")
    theirs = page.crop((x, y, x + ours.width, y + ours.height)).point(lambda v: 255 if v > 143 else 0)
    differing = sum(a != b for a, b in zip(ours.tobytes(), theirs.tobytes(), strict=True))
    black = ours.histogram()[0]
    assert differing < 0.25 * black


def test_equal_labels_give_equal_bytes_whatever_was_written_before() -> None:
    labels = [load_template("parcel_4x6").fill(_FIELDS | {"recipient": recipient}) for recipient in _RECIPIENTS]
    first = to_pdf(labels[2:3])
    to_pdf(labels)
    assert to_pdf(labels[2:3]) == first
    assert b"/Subtype /TrueType" in first or b"/FontFile2" in first


def test_a_page_for_each_label_in_order() -> None:
    template = load_template("parcel_4x6")
    labels = [template.fill(_FIELDS | {"recipient": "A", "tracking": f"LX{n:09}CN"}) for n in range(3)]
    read = [
        symbols.decode(page, lay_out(label).symbol_boxes())[0].text
        for page, label in zip(_pages(to_pdf(labels)), labels, strict=True)
    ]
    assert read == ["LX000000000CN", "LX000000001CN", "LX000000002CN"]


def test_hostile_text_is_literal() -> None:
    label = load_template("parcel_4x6").fill(_FIELDS | {"recipient": "<img src=x> &amp; (1) \\("})
    document = pypdfium2.PdfDocument(to_pdf([label]))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "<img src=x> &amp; (1) \\(" in text
