"""Reference pictures of the window: every page in every state, in both languages, the three themes and two sizes.

    python -m bench.pictures OUT [--pages packing,labels] [--states wrong_item] [--sizes 1366x768] [--languages en]
                                 [--themes light] [--large] [--list]

Makes OUT/<page>-<state>-<language>-<theme>-<width>x<height>.png, and with large text (1.5, English, light, 1920x1080)
OUT/<page>-<state>-en-light-1920x1080-large.png. The window is the real one over made-up databases
(`bench.picture_day`), drawn without a display; each state is reached by scans and keys (`bench.picture_states`), faults
are put in from outside. `--large` makes the pictures with large text alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.main import in_window, make_application
from bench import picture_day as day
from bench.picture_stage import save, stage
from bench.picture_state import State
from bench.picture_states import states
from ui.hands import LANGUAGES
from ui.theme import THEMES

SIZES = ("1366x768", "1920x1080")
LARGE_SIZE, LARGE = "1920x1080", 1.5
FRESH_S = 240.0  # a made-up day that is older shows other ages and deadlines
WORLDS = {"empty": lambda path, _: day.write_empty(path), "ready": day.write_ready, "day": day.write_day}


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: language, theme, size in pixels and text size."""

    language: str
    theme: str
    size: str
    scale: float = 1.0

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the window."""
        width, height = map(int, self.size.split("x"))
        return width, height

    def file(self, state: State) -> str:
        """The name of a picture."""
        large = "-large" if self.scale > 1 else ""
        return f"{state.page}-{state.name}-{self.language}-{self.theme}-{self.size}{large}.png"


def looks(wanted: argparse.Namespace) -> list[Look]:
    """In which ways each state is shown; another theme takes longest to put on."""
    large = Look("en", "light", LARGE_SIZE, LARGE)
    if wanted.large:
        return [large]
    found = [
        Look(language, theme, size)
        for theme in wanted.themes for language in wanted.languages for size in wanted.sizes
    ]  # fmt: skip
    return [*found, large] if len(found) == len(THEMES) * len(LANGUAGES) * len(SIZES) else found


class Twins:
    """Which picture showed the same before: a state that looks as another was not reached."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Look, bytes], State] = {}

    def check(self, state: State, look: Look, image: QImage) -> None:
        """Note what a state shows above the status bar; raises ValueError when another one shows it too."""
        ground = image.convertToFormat(QImage.Format.Format_RGB32)
        digest = sha256(bytes(ground.constBits())).digest()
        other = self._seen.setdefault((look, digest), state)
        if (other.page, other.name) != (state.page, state.name):
            raise ValueError(f"{look.file(state)} shows the same as {other.page}-{other.name}")


async def draw(
    application: QApplication, state: State, wanted: Sequence[Look], worlds: Path, out: Path, twins: Twins
) -> int:
    """The pictures of a state; how many there are.

    One window goes through all looks, as people switch language, theme and size while they work; what is said once and
    goes (a question, a notice, what was found) is entered anew for each language and size.
    """
    first, rest = wanted[0], list[Look]()
    async with stage(application, worlds / f"{state.world}.db", worlds / "now") as on:
        on.put_on(first)
        if state.engine:
            on.open()
        async with asyncio.timeout(120):
            await state.enter(on)
            if on.is_passing:
                rest = [look for look in wanted if replace(look, theme=first.theme) != first]
            done = [look for look in wanted if look not in rest]
            for look in done:
                on.put_on(look)
                await on.settle()
                image = on.window.grab().toImage()
                await asyncio.to_thread(save, image, out / look.file(state))
                # the ages of the status bar are others each time
                twins.check(state, look, image.copy(0, 0, image.width(), image.height() - on.window.status.height()))
    return len(done) + (await draw(application, state, rest, worlds, out, twins) if rest else 0)


def _make_world(name: str, worlds: Path) -> None:
    """A database as it is now, in the place of an older one."""
    for old in worlds.glob(f"{name}.db*"):
        old.unlink()
    WORLDS[name](worlds / f"{name}.db", worlds / name)


async def draw_all(application: QApplication, wanted: argparse.Namespace) -> int:
    """Every picture that is wanted; the exit code."""
    chosen = [
        state for state in states()
        if (not wanted.pages or state.page in wanted.pages) and (not wanted.states or state.name in wanted.states)
    ]  # fmt: skip
    if wanted.list:
        print("\n".join(f"{state.page}-{state.name}" for state in chosen))
        return 0
    out: Path = wanted.out
    started, made, failed, twins = time.monotonic(), 0, [], Twins()
    with tempfile.TemporaryDirectory() as temporary:
        worlds = Path(temporary)
        (worlds / "now").mkdir()
        made_at: dict[str, float] = {}
        for state in chosen:
            if time.monotonic() - made_at.get(state.world, float("-inf")) >= FRESH_S:
                await asyncio.to_thread(_make_world, state.world, worlds)
                made_at[state.world] = time.monotonic()
            try:
                made += await draw(application, state, looks(wanted), worlds, out, twins)
            except Exception as error:  # noqa: BLE001 (the other pictures are wanted all the same)
                failed.append(f"{state.page}-{state.name}: {error!r}")
                print(failed[-1], file=sys.stderr)
    print(f"{made} pictures of {len(chosen)} states in {time.monotonic() - started:.0f} s, {len(failed)} failed")
    return 1 if failed else 0


def main() -> int:
    """Make the pictures; exit code 1 when one could not be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def names(text: str) -> list[str]:
        return [name for name in text.split(",") if name]

    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=names, default=[])
    parser.add_argument("--states", type=names, default=[])
    parser.add_argument("--sizes", type=names, default=list(SIZES))
    parser.add_argument("--languages", type=names, default=list(LANGUAGES))
    parser.add_argument("--themes", type=names, default=list(THEMES))
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--list", action="store_true")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # nothing of the person who takes the pictures is read or written
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_DATA_HOME": f"{home}/data"}
        application = make_application()
        QApplication.setCursorFlashTime(0)
        return in_window(application, draw_all(application, wanted))


if __name__ == "__main__":
    sys.exit(main())
