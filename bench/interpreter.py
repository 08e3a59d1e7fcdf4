"""What the interpreter prints of public sample labels, beside the pictures that another implementation made of them.

    python -m bench.interpreter [FOLDER] [--pictures OUT] [--only NAME,...] [--dpi 203]

FOLDER holds NAME.zpl with NAME.png (the first label's picture at 8 dots a millimetre); it is `../shared/data/zpl` if
it is not told. A row of the table for each sample:

- *labels*: how many labels the printer would print (0: not accepted);
- *ms*: how long they take when printed again, and *new*: when no symbol, picture or glyph is known from before;
- *symbols*: how many of the symbols that can be read from the reference picture can be read from ours, at the
  rectangles where we drew symbols and on the whole picture, and how many can be read from ours in all;
- *ink*: the likeness in percent: the ink of either picture that is within two dots of ink of the other (dilated by a
  square of 5 by 5 dots), the smaller of both shares;
- *why*: what is known of a difference, and what the interpreter itself reports.

With `--pictures` OUT/NAME.png shows the reference picture, ours, and the differences (red: the reference's ink that
ours lacks, blue: ours that the reference lacks).
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

from printing.interpreter import Page, code128, glyphs, linear, marks, matrix, maxicode, pictures, render

SAMPLES = Path(__file__).parents[1].parent / "shared" / "data" / "zpl"
DILATED = 5  # dots: the square within which ink of both pictures is the same ink
_ROUNDS = 5
_QUIET = 40  # white dots around a symbol that is read

# a vertical Code 128 made of boxes: read across, the other picture's dots look like an EAN-13
MISREAD = {("dhlparceluk", "EAN-13", "1218212611122")}
WHY = {
    "barcode128_line_font_sizes": "the text of symbols is at most ten times its cell, as in the printer's bitmap fonts",
    "custom_ttf_by_alias": "the digits beneath EAN bars and a bitmap font are other letters",
    "custom_ttf_by_path": "a font that is missing is replaced by another",
    "fedex": "the encoders pack the text of PDF417 into 15 and 16 rows",
    "gs": "the marks of UL and CSA are drawn simply",
    "text_ft_auto_pos": "begins with a mark of ^GS, whose width shifts the rest",
}

Reading = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A sample: our labels, the first of them and the reference upright, what is read from each, shares of lost ink."""

    pages: list[Page]
    own: Image.Image
    reference: Image.Image
    own_read: set[Reading]
    reference_read: set[Reading]
    turned: bool  # the reference is not turned although ^POI asks for it: ours was turned back
    missing: float  # of the reference's ink, the share that ours lacks
    added: float  # of our ink, the share that the reference lacks

    @property
    def likeness(self) -> float:
        return 1 - max(self.missing, self.added)


def _ink(image: Image.Image) -> Image.Image:
    return image.point(lambda shade: 255 if shade < 128 else 0)


def _lost(one: Image.Image, other: Image.Image) -> Image.Image:
    """The ink of one that is not near any ink of the other."""
    return ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(DILATED)))


def _shares(own: Image.Image, reference: Image.Image) -> tuple[float, float]:
    """Of the reference's ink the share that ours lacks, and the other way round."""
    mine, theirs = _ink(own), _ink(reference)
    return _share(_lost(theirs, mine), theirs), _share(_lost(mine, theirs), mine)


def _unlike(own: Image.Image, reference: Image.Image) -> float:
    return max(_shares(own, reference))


def _share(part: Image.Image, whole: Image.Image) -> float:
    total = whole.histogram()[255]
    return part.histogram()[255] / total if total else 0.0


def read(image: Image.Image, places: list[tuple[int, int, int, int]]) -> set[Reading]:
    """Format and text of the symbols in a picture: in it all, and in each of the places."""
    found = set()
    for left, top, right, bottom in [(0, 0, *image.size), *places]:
        box = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
        if box[0] < box[2] and box[1] < box[3]:
            cut = ImageOps.expand(image.crop(box), _QUIET, 255)
            found |= {(str(read.format), read.text) for read in zxingcpp.read_barcodes(cut)}
    return found


def compare(name: str, zpl: bytes, reference: Image.Image, dpi: int = 203) -> Compared:
    """Execute a sample on media of the reference's size and compare its first label with the reference picture."""
    scale = 8.0 if dpi == 203 else dpi / 25.4
    pages = render(zpl, dpi, width_mm=reference.width / scale, height_mm=reference.height / scale)
    own = pages[0].image if pages else Image.new("L", reference.size, 255)
    places = [symbol.rectangle for symbol in pages[0].symbols] if pages else []
    back = own.transpose(Image.Transpose.ROTATE_180)
    turned = b"^POI" in zpl.upper() and _unlike(back, reference) < _unlike(own, reference)
    if turned:
        own = back
        wide, high = own.size
        places = [(wide - right, high - bottom, wide - left, high - top) for left, top, right, bottom in places]
    own_read, reference_read = (
        {reading for reading in read(image, places) if (name, *reading) not in MISREAD} for image in (own, reference)
    )
    return Compared(pages, own, reference, own_read, reference_read, turned, *_shares(own, reference))


def side_by_side(one: Compared) -> Image.Image:
    """The reference, ours, and in the third picture what differs: red is missing, blue is added."""
    mine, theirs = _ink(one.own), _ink(one.reference)
    marked = Image.merge("RGB", [one.own.point(lambda shade: 160 + shade * 95 // 255)] * 3)
    marked.paste((0, 0, 230), (0, 0), _lost(mine, theirs))
    marked.paste((230, 0, 0), (0, 0), _lost(theirs, mine))
    wide, high = one.reference.size
    whole = Image.new("RGB", (3 * wide + 20, max(high, one.own.height)), (120, 160, 120))
    for at, picture in enumerate((one.reference, one.own, marked)):
        whole.paste(picture.convert("RGB"), (at * (wide + 10), 0))
    return whole


def forget() -> None:
    """Empty what the interpreter keeps of symbols, pictures, lines and glyphs; opened fonts stay open."""
    for module in (code128, glyphs, linear, marks, matrix, maxicode, pictures):
        for name, kept in vars(module).items():
            if hasattr(kept, "cache_clear") and name != "_monospaced":
                kept.cache_clear()


def timed(zpl: bytes, dpi: int, new: bool) -> float:
    """Seconds that a job takes on one core, the best of a few."""
    best = float("inf")
    for _ in range(_ROUNDS):
        if new:
            forget()
        started = time.perf_counter()
        render(zpl, dpi)
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES, help="NAME.zpl and NAME.png")
    parser.add_argument("--pictures", type=Path, help="write side by side pictures here")
    parser.add_argument("--only", default="", help="names of samples")
    parser.add_argument("--dpi", type=int, default=203)
    asked = parser.parse_args()
    names = sorted(path.stem for path in asked.folder.glob("*.zpl") if path.with_suffix(".png").exists())
    if asked.only:
        names = [name for name in names if name in asked.only.split(",")]
    if not names:
        parser.exit(1, f"{asked.folder}: no samples\n")
    if asked.pictures:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    accepted = equal = 0
    times: list[float] = []
    new_times: list[float] = []
    likenesses: list[float] = []
    print(f"{'sample':<30}{'labels':>7}{'ms':>8}{'new':>8}{'symbols':>10}{'ink %':>7}  why")
    for name in names:
        zpl = asked.folder.joinpath(f"{name}.zpl").read_bytes()
        with Image.open(asked.folder / f"{name}.png") as opened:
            one = compare(name, zpl, opened.convert("L"), asked.dpi)
        seconds, new = (timed(zpl, asked.dpi, new) for new in (False, True))
        times.append(seconds / max(1, len(one.pages)))
        new_times.append(new / max(1, len(one.pages)))
        likenesses.append(one.likeness)
        accepted += bool(one.pages)
        equal += one.own_read == one.reference_read
        shared = len(one.own_read & one.reference_read)
        symbols = f"{shared}/{len(one.reference_read)}" + (f" of {len(one.own_read)}" if one.own_read else "")
        reports = [report for page in one.pages[:1] for report in page.reports]
        known = ["the reference is not turned by ^POI, ours was turned back"] if one.turned else []
        why = "; ".join(known + ([WHY[name]] if name in WHY else []) + reports)
        head = f"{name:<30}{len(one.pages):>7}{1000 * seconds:>8.2f}{1000 * new:>8.2f}"
        print(f"{head}{symbols:>10}{100 * one.likeness:>7.1f}  {why}".rstrip())
        if asked.pictures:
            side_by_side(one).save(asked.pictures / f"{name}.png")
    median, new_median = statistics.median(times), statistics.median(new_times)
    print(
        f"\n{accepted} of {len(names)} accepted, symbols equal in {equal}, ink (dilated by {DILATED} x {DILATED} dots)"
        f" median {100 * statistics.median(likenesses):.1f} %, least {100 * min(likenesses):.1f} %;"
        f" {1 / new_median:.0f} labels a second on one core when all is new, {1 / median:.0f} when printed again"
        f" (median over the samples, {1000 * new_median:.2f} and {1000 * median:.2f} ms, no PNG)"
    )


if __name__ == "__main__":
    main()
