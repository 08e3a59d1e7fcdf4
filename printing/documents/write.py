"""Pages written as PDF: glyphs by number from embedded subset fonts, with the text they stand for; all as vectors.

reportlab's own TrueType fonts draw characters, not shaped glyphs, so that tabular figures, Arabic or Thai would have to
be outlines that nobody can copy or search. Here each font of a document is one Type 0 font (ISO 32000-1, 9.7) whose
glyphs are those that HarfBuzz chose.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

import uharfbuzz
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from printing import symbols
from printing.documents.page import MM, Page, PlacedBox, PlacedLine, PlacedPicture, PlacedSymbol
from printing.documents.typeface import Face, Run

rl_config.useA85 = 0  # plain streams are a fifth smaller, and base 85 is written in Python

# tables of a font that a PDF has no use for: text comes shaped
_UNNEEDED = ("GSUB", "GPOS", "GDEF", "BASE", "name", "OS/2", "post", "cmap", "DSIG", "STAT", "gasp", "meta")


def to_pdf(pages: Sequence[Page], title: str) -> bytes:
    """The pages in order; equal pages give equal bytes. `title` is what a viewer shows, so it names no buyer."""
    written = io.BytesIO()
    canvas = Canvas(written, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Packbench")
    fonts: dict[str, _Subset] = {}
    for page in pages:
        height = page.paper.height_mm * MM
        canvas.setPageSize((page.paper.width_mm * MM, height))
        for item in page.placed:
            if isinstance(item, PlacedLine):
                _line(canvas, item, height, fonts)
            elif isinstance(item, PlacedBox):
                _box(canvas, item, height)
            elif isinstance(item, PlacedSymbol):
                _symbol(canvas, item, height)
            else:
                _picture(canvas, item, height)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


class _Subset:
    """A font of one document: its glyphs are numbered as they come, once for each text they stand for."""

    def __init__(self, name: str, face: Face) -> None:
        self.name, self.face = name, face
        self._numbers: dict[tuple[int, str], int] = {}

    def number(self, glyph: int, text: str) -> int:
        return self._numbers.setdefault((glyph, text), len(self._numbers) + 1)

    def advance(self, glyph: int) -> int:
        """As the PDF states it, in thousandths of an em."""
        units: int = self.face.font.get_glyph_h_advance(glyph)
        return round(units * 1000 / self.face.upem)

    def addObjects(self, doc: Any) -> None:  # reportlab's name: it calls this when the document is complete
        glyphs = [glyph for glyph, _ in self._numbers]
        base = "PACKBE+" + self.face.name
        program = pdfdoc.PDFStream(content=_program(self.face, tuple(sorted(set(glyphs)))))
        program.filters = [pdfdoc.PDFZCompress]
        places = pdfdoc.PDFStream(content=struct.pack(f">{len(glyphs) + 1}H", 0, *glyphs))
        places.filters = [pdfdoc.PDFZCompress]
        to_text = pdfdoc.PDFStream(content=_to_unicode([text for _, text in self._numbers]))
        to_text.filters = [pdfdoc.PDFZCompress]
        extents = self.face.font.get_font_extents("ltr")
        scale = 1000 / self.face.upem
        name = pdfdoc.PDFName
        descriptor = pdfdoc.PDFDictionary({
            "Type": name("FontDescriptor"), "FontName": name(base), "Flags": 4, "ItalicAngle": 0, "StemV": 80,
            "Ascent": round(extents.ascender * scale), "Descent": round(extents.descender * scale),
            "CapHeight": round(extents.ascender * scale),
            "FontBBox": pdfdoc.PDFArray([-1000, -1000, 3000, 2000]),
            "FontFile2": doc.Reference(program),
        })  # fmt: skip
        own = pdfdoc.PDFDictionary({
            "Type": name("Font"), "Subtype": name("CIDFontType2"), "BaseFont": name(base),
            "CIDSystemInfo": pdfdoc.PDFDictionary({
                "Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0,
            }),
            "FontDescriptor": doc.Reference(descriptor),
            "W": pdfdoc.PDFArray([1, pdfdoc.PDFArray([self.advance(glyph) for glyph in glyphs])]),
            "CIDToGIDMap": doc.Reference(places),
        })  # fmt: skip
        doc.idToObject["BasicFonts"].dict[self.name] = pdfdoc.PDFDictionary({
            "Type": name("Font"), "Subtype": name("Type0"), "BaseFont": name(base), "Encoding": name("Identity-H"),
            "DescendantFonts": pdfdoc.PDFArray([doc.Reference(own)]), "ToUnicode": doc.Reference(to_text),
        })  # fmt: skip


@cache
def _prepared(path: str) -> uharfbuzz.Face:
    return uharfbuzz.subset_preprocess(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path)))


def _program(face: Face, glyphs: tuple[int, ...]) -> bytes:
    """The font with the outlines of these glyphs only, under the numbers that they have."""
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    flags = uharfbuzz.SubsetFlags
    wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NOTDEF_OUTLINE | flags.NO_LAYOUT_CLOSURE
    wanted.drop_table_tag_set.update({int.from_bytes(tag.encode("ascii"), "big") for tag in _UNNEEDED})
    kept = uharfbuzz.subset(_prepared(str(face.path)), wanted)
    return bytes(kept.blob.data)


def _to_unicode(texts: list[str]) -> bytes:
    """The CMap that tells a viewer which text a glyph's number stands for (ISO 32000-1, 9.10.3)."""
    # a mark whose text its letter has already: without an entry, viewers copy the number itself
    told = (text or "\u200b" for text in texts)
    entries = [f"<{number:04x}> <{text.encode('utf-16-be').hex()}>" for number, text in enumerate(told, 1)]
    blocks = [entries[at : at + 100] for at in range(0, len(entries), 100)]
    return "\n".join([
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def", "/CMapType 2 def",
        "1 begincodespacerange", "<0000> <ffff>", "endcodespacerange",
        *(line for block in blocks for line in [f"{len(block)} beginbfchar", *block, "endbfchar"]),
        "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end",
    ]).encode("ascii")  # fmt: skip


def _line(canvas: Canvas, item: PlacedLine, height: float, fonts: dict[str, _Subset]) -> None:
    drawn: Any = canvas  # its list of operators and its document are not in its stubs
    x, y = item.x * MM, height - item.y * MM
    ink = "1" if item.white else "0"
    for run in item.line.runs:
        subset = fonts.get(run.face.name)
        if subset is None:
            subset = fonts[run.face.name] = _Subset(f"P{len(fonts) + 1}", run.face)
            drawn._doc.delayedFonts.append(subset)
        bold = f"2 Tr {run.bolder * item.size:.3f} w {ink} G" if run.bolder else "0 Tr"
        shown = " ".join(
            f"1 0 0 1 {x + start * item.size:.3f} {y + rise * item.size:.3f} Tm [{glyphs}] TJ"
            for start, rise, glyphs in _strings(run, subset)
        )
        drawn._code.append(f"BT {ink} g {bold} /{subset.name} {item.size:.3f} Tf {shown} ET")


def _strings(run: Run, subset: _Subset) -> list[tuple[float, float, str]]:
    """The run's glyphs on each height, as (start, rise, what TJ shows); kerning is what the font's advances lack."""
    found: list[tuple[float, float, str]] = []
    for rise, level in groupby(run.glyphs, lambda glyph: glyph.y):
        glyphs = list(level)
        start = pen = glyphs[0].x
        shown: list[str] = []
        open_string = ""
        for glyph in glyphs:
            move = round((pen - glyph.x) * 1000)
            if move:
                shown += [f"<{open_string}>" if open_string else "", str(move)]
                open_string = ""
                pen -= move / 1000
            open_string += f"{subset.number(glyph.number, glyph.text):04x}"
            pen += subset.advance(glyph.number) / 1000
        found.append((start, rise, " ".join(filter(None, [*shown, f"<{open_string}>"]))))
    return found


def _box(canvas: Canvas, item: PlacedBox, height: float) -> None:
    canvas.setFillGray(1 if item.white else 0)
    canvas.rect(item.x * MM, height - (item.y + item.height) * MM, item.width * MM, item.height * MM, stroke=0, fill=1)


def _symbol(canvas: Canvas, item: PlacedSymbol, height: float) -> None:
    """The black modules of each row, joined, as one path, so that no seam shows between them."""
    drawn: Any = canvas  # its own paths take five times as long
    high = item.row * MM
    boxes: list[str] = []
    for number, row in enumerate(symbols.modules(item.kind, item.data)):
        y = height - (item.y + (number + 1) * item.row) * MM
        at = row.find(1)
        while at >= 0:
            stop = row.find(0, at)
            stop = len(row) if stop < 0 else stop
            x, wide = (item.x + at * item.module) * MM, (stop - at) * item.module * MM
            boxes.append(f"{x:.4f} {y:.4f} {wide:.4f} {high:.4f} re")
            at = row.find(1, stop)
    drawn._code.append(f"0 g {' '.join(boxes)} f")


def _picture(canvas: Canvas, item: PlacedPicture, height: float) -> None:
    canvas.drawImage(
        ImageReader(item.image), item.x * MM, height - (item.y + item.height) * MM, item.width * MM, item.height * MM
    )
