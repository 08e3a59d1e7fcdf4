"""Reference pictures, kept small: what every state of the packing page looked like when somebody last looked at it.

    python -m bench.pictures OUT --pages packing --sizes 1920x1080
    python -m bench.references compare OUT      # against tests/references; exit code 1 when something differs
    python -m bench.references keep OUT         # once the new pictures have been looked at

A reference is a 240 x 135 thumbnail; those of one look (language, theme, size) lie in one PNG, whose text says their
names. Two pictures are the same when their thumbnails differ by at most MEAN of full scale on average, and in no tile
of TILE x TILE pixels by more than WORST: a minute of an age, or another smoothing, passes; another colour, a moved
panel or another word of the verdict does not.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from PIL.PngImagePlugin import PngInfo

FOLDER = Path(__file__).parent.parent / "tests" / "references"
WIDTH, HEIGHT, COLUMNS = 240, 135, 8
STATUS = 0.042  # of the height: the status bar, whose ages are others each time
TILE, MEAN, WORST = 15, 0.012, 0.12
_NAME = re.compile(r"(?P<state>[a-z]+-[a-z_]+)-(?P<look>[a-z]+-.+-\d+x\d+(-large)?)\.png")


def thumbnail(path: Path) -> Image.Image:
    """A picture as it is kept: small, without the status bar."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    above = whole.crop((0, 0, whole.width, round(whole.height * (1 - STATUS))))
    return above.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def difference(kept: Image.Image, now: Image.Image) -> tuple[float, float]:
    """How far two thumbnails are apart, on average and in the worst tile; 0 to 1."""
    apart = ImageChops.difference(kept, now)
    mean = sum(ImageStat.Stat(apart).mean) / 3
    # a box filter makes each tile the mean of its pixels
    tiles = apart.resize((WIDTH // TILE, HEIGHT // TILE), Image.Resampling.BOX)
    worst = max(most for _, most in ImageStat.Stat(tiles).extrema)
    return mean / 255, worst / 255


def is_same(kept: Image.Image, now: Image.Image) -> bool:
    """Whether the tolerance covers what differs."""
    mean, worst = difference(kept, now)
    return mean <= MEAN and worst <= WORST


def keep(pictures: Path, folder: Path = FOLDER) -> int:
    """Make the pictures the references of their looks; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    found = _by_look(pictures)
    for look, states in found.items():
        names = sorted(states)
        rows = -(-len(names) // COLUMNS)
        sheet = Image.new("RGB", (COLUMNS * WIDTH, rows * HEIGHT))
        for at, name in enumerate(names):
            sheet.paste(thumbnail(states[name]), _place(at))
        about = PngInfo()
        about.add_text("names", json.dumps(names))
        # 256 colours lose less than the tolerance, and two thirds of the size
        sheet.quantize(256, Image.Quantize.MEDIANCUT).save(folder / f"{look}.png", pnginfo=about, optimize=True)
    return sum(map(len, found.values()))


def references(look: str, folder: Path = FOLDER) -> dict[str, Image.Image]:
    """The thumbnails of a look by state; none where nothing was kept."""
    path = folder / f"{look}.png"
    if not path.exists():
        return {}
    with Image.open(path) as sheet:
        names: list[str] = json.loads(str(sheet.info["names"]))
        whole = sheet.convert("RGB")
    places = [_place(at) for at in range(len(names))]
    return {name: whole.crop((x, y, x + WIDTH, y + HEIGHT)) for name, (x, y) in zip(names, places, strict=True)}


def compare(pictures: Path, folder: Path = FOLDER) -> list[str]:
    """What differs from the references, a line each; a state without one is told too."""
    told = []
    for look, states in sorted(_by_look(pictures).items()):
        kept = references(look, folder)
        for name, path in sorted(states.items()):
            if name not in kept:
                told.append(f"{name} {look}: no reference")
            elif not is_same(kept[name], now := thumbnail(path)):
                mean, worst = difference(kept[name], now)
                told.append(f"{name} {look}: differs by {mean:.1%}, by {worst:.0%} in one place")
    return told


def _place(at: int) -> tuple[int, int]:
    row, column = divmod(at, COLUMNS)
    return column * WIDTH, row * HEIGHT


def _by_look(pictures: Path) -> Mapping[str, dict[str, Path]]:
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(pictures.glob("*.png")):
        if (name := _NAME.fullmatch(path.name)) is not None:
            page, _, state = name["state"].partition("-")
            found.setdefault(f"{page}-{name['look']}", {})[state] = path
    return found


def main() -> int:
    """Keep or compare; exit code 1 when something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("keep", "compare"))
    parser.add_argument("pictures", type=Path)
    wanted = parser.parse_args()
    if wanted.what == "keep":
        print(f"{keep(wanted.pictures)} references kept")
        return 0
    told = compare(wanted.pictures)
    print("\n".join(told) or "all as they were")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
