"""Reads documents back: their text, their symbols at the dots of a printer, and where ink is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pypdfium2
from hypothesis import Phase, settings
from hypothesis import strategies as st
from PIL import Image

from printing import symbols
from printing.documents.page import MM, Page, PlacedBox, PlacedLine, PlacedPicture, PlacedSymbol

# ten scripts and more, with what could end a field, a string of a PDF or a line
SCRIPTS = (
    "Jürgen Müßig, Große Straße 112", "王小明 浙江省杭州市，（虚构路）88号", "Ольга Примерова, Łódź",
    "محمد العينة شارع 21 المثال",
    "שלום 123 (עברית)", "สมชาย ตัวอย่าง กำลังใจ", "नमस्ते क्षत्रिय", "한국어 テスト", "Ελλάδα Việt Nam", "Հայերեն ქართული",
    "বাংলা தமிழ் ລາວ ភាសាខ្មែរ", "😀 👨‍👩‍👧 🇪🇸", "^XZ^XA~JR _5E \\ (1) \\) ET Q <</A>> endstream",
    "\u202eevil\u202c\x00\x1b\x7f\ud800\ue000",
    "W" * 60, "word " * 40,
)  # fmt: skip
hostile = st.one_of(
    st.sampled_from(SCRIPTS),
    st.text(max_size=500),
    st.builds(lambda text, times: (text * times)[:500], st.sampled_from(SCRIPTS), st.integers(1, 40)),
)
plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


# a page is costly to make: what fails is shrunk, but not explained
thorough = settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink))


def render(pdf: bytes, dpi: int) -> list[Image.Image]:
    """Each page at the dots of a printer."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def texts(pdf: bytes) -> list[str]:
    """The text of each page, without blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return [re.sub(r"[\s\u200b]+", "", text) for text in found]


def symbols_read(page: Page, image: Image.Image, dpi: int) -> list[str]:
    """What is read in the rectangle of each symbol of the page."""
    dots = dpi / 25.4
    boxes = [tuple(round(side * dots) for side in symbol.box) for symbol in page.symbols]
    found = []
    for left, top, right, bottom in boxes:
        # the reader begins in the middle of what it is given: one square in a thousand wants another middle
        for aside in (0, 2, 5):
            read = symbols.decode(image, [(max(0, left - aside), max(0, top - aside), right, bottom)])
            if read:
                break
        found.append("|".join(symbol.text for symbol in read))
    return found


def assert_symbols(pages: Sequence[Page], pdf: bytes, dpi: int) -> None:
    """Every symbol is read, in its own rectangle, as exactly its data."""
    for page, image in zip(pages, render(pdf, dpi), strict=True):
        assert symbols_read(page, image, dpi) == [symbol.data for symbol in page.symbols]


def assert_inside(pages: Sequence[Page], margin: float | None = None) -> None:
    """Nothing is placed outside of the margins; symbols may have their white in them."""
    for page in pages:
        edge = page.paper.margin_mm if margin is None else margin
        for item in page.placed:
            left, top, right, bottom = ink(item)
            assert left >= edge - 0.01, item
            assert top >= edge - 0.01, item
            assert right <= page.paper.width_mm - edge + 0.01, item
            assert bottom <= page.paper.height_mm - edge + 0.01, item


def ink(item: PlacedLine | PlacedBox | PlacedSymbol | PlacedPicture) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in millimetres."""
    if isinstance(item, PlacedLine):
        em = item.size / MM
        line = item.line
        return (
            item.x + line.left * em, item.y - line.ascent * em, item.x + line.right * em, item.y + line.descent * em
        )  # fmt: skip
    if isinstance(item, PlacedSymbol):
        columns, rows = symbols.size(item.kind, item.data)
        return item.x, item.y, item.x + columns * item.module, item.y + rows * item.row
    return item.x, item.y, item.x + item.width, item.y + item.height


def assert_margins_white(pages: Sequence[Page], pdf: bytes, dpi: int, margin: float | None = None) -> None:
    """As printed, too, there is no ink outside of the margins."""
    for page, image in zip(pages, render(pdf, dpi), strict=True):
        edge = page.paper.margin_mm if margin is None else margin
        dots = int(edge * dpi / 25.4) - 1
        inner = (dots, dots, image.width - dots, image.height - dots)
        outer = image.copy()
        outer.paste(255, inner)
        assert min(outer.tobytes()) > 200


def assert_apart(pages: Sequence[Page]) -> None:
    """No text stands on another text, a symbol or a picture."""
    for page in pages:
        taken = [item for item in page.placed if not isinstance(item, PlacedBox)]
        boxes = [ink(item) for item in taken]
        for at, (left, top, right, bottom) in enumerate(boxes):
            for other, box in enumerate(boxes[at + 1 :], at + 1):
                across = min(right, box[2]) - max(left, box[0])
                down = min(bottom, box[3]) - max(top, box[1])
                assert min(across, down) < 0.05, (taken[at], taken[other])
