"""Importing a file from the window: the question, the work in a thread with its progress, and the report."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.errors import KnownError, Refusal
from ui.dialogs import Field, Option
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.sync.files import Report

SEEN_MS = 100  # between two looks at how far it is
# what a refused file can still be told: the argument of `import_file`, and the fact that lists its choices
_CHOICES = {
    "warehouse_needed": ("warehouse", "warehouses"), "profile_ambiguous": ("profile", "profiles"),
    "profile_not_found": ("profile", "profiles"),
}  # fmt: skip
# the shipped profiles as what a person says that a file holds, in the order in which they are offered
HOLDS = {
    "packbench-orders": "orders", "packbench-skus": "skus", "packbench-locations": "locations",
    "packbench-stock": "stock", "packbench-kits": "kits", "packbench-substitutes": "substitutes",
    "warehouse-lines": "lines",
}  # fmt: skip
_TABLES_ALONE = ("warehouse-lines",)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: its report, or why nothing was taken."""

    file: str
    report: Report | None = None
    refusal: Refusal | None = None


class Import(QObject):
    """One import at a time, on a thread of its own; `moved` while it goes on, `done` carries the Imported."""

    moved = Signal()
    done = Signal(object)

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._work = work
        self.file = ""
        self._seen: tuple[int, int] | None = None
        self._started = 0.0
        self._writing_since = 0.0
        self._look = QTimer(self, interval=SEEN_MS)
        self._look.timeout.connect(self.moved)

    @property
    def running(self) -> bool:
        """Whether a file is being imported."""
        return self._look.isActive()

    @property
    def progress(self) -> tuple[int, int] | None:
        """Rows done and all rows; None while the file is being read."""
        return self._seen

    def sentence(self) -> str:
        """How far it is, in words."""
        say = self._work.words.say
        if self._seen is None:
            return say("orders_import_reading", file=self.file)
        done, total = self._seen
        seconds = max(monotonic() - self._writing_since, 0.001)
        return say(
            "orders_import_writing", file=self.file, done=f"{done:,}", total=f"{total:,}",
            rate=f"{round(done / seconds):,}",
        )

    async def run(self, path: Path) -> None:
        """Import a file; what cannot be known from it is asked. Raises Refusal `orders_import_running`."""
        if self.running:
            raise Refusal("orders_import_running", file=self.file)
        more: dict[str, str] = {}
        while True:
            result = await self._once(path, more)
            choice = _CHOICES.get(result.refusal.code) if result.refusal is not None else None
            if choice is None or choice[0] in more:
                break
            assert result.refusal is not None
            value = await self._ask(result.refusal, str(result.refusal.facts.get(choice[1], "")).split(", "))
            if value is None:
                return
            more[choice[0]] = value
        self.done.emit(result)

    async def _ask(self, refusal: Refusal, values: Sequence[str]) -> str | None:
        """Which of these it is; profiles are named by what a file holds."""
        say = self._work.words.say
        if refusal.code == "warehouse_needed":
            title, detail = self._work.words.explain(refusal), ""
            options = [Option(value, value) for value in values]
        else:
            title = say("orders_import_what", file=self.file)
            detail = say(f"orders_import_{refusal.code.removeprefix('profile_')}")
            table = not self.file.lower().endswith(".json")
            named = sorted(set(values) & HOLDS.keys(), key=list(HOLDS).index)
            options = [
                Option(name, say(f"orders_import_holds_{HOLDS[name]}"))
                for name in named if table or name not in _TABLES_ALONE
            ]  # fmt: skip
        answer = await self._work.dialogs.ask(title, detail, options)
        return None if answer is None else answer.option

    async def _once(self, path: Path, more: dict[str, str]) -> Imported:
        from app.sync.files import import_file

        self.file, self._seen, self._started = path.name, None, monotonic()
        self._look.start()
        self.moved.emit()
        try:
            with _no_search_for_garbage():
                report = await asyncio.to_thread(
                    import_file, self._work.feed.store, path, progress=self._note,
                    actor=self._work.place.person, profile=more.get("profile"), warehouse=more.get("warehouse"),
                )
        except (Refusal, KnownError) as refusal:
            return Imported(path.name, refusal=refusal)
        finally:
            self._look.stop()
            self.moved.emit()
        return Imported(path.name, report)

    def _note(self, done: int, total: int) -> None:
        """Called by the importing thread: one assignment, nothing of Qt."""
        if self._seen is None:
            self._writing_since = monotonic()
        self._seen = (done, total)


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """The hundred thousands of objects that live for the import alone are not searched for cycles.

    A full search stops every thread for 20 to 80 ms.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def ask_file(work: Workspace, over: QWidget, path: str = "") -> Path | None:
    """Which file is to be imported: typed, or chosen in a dialog; None when the question was left."""
    say = work.words.say
    wrong = ""
    while True:
        answer = await work.dialogs.ask(
            say("orders_import_title"), say("orders_import_detail"),
            [Option("import", say("orders_import_go")), Option("browse", say("orders_import_browse"))],
            Field(say("orders_import_file"), path, optional=True), wrong=wrong,
        )
        if answer is None:
            return None
        path, wrong = answer.text.strip().strip('"'), ""
        if answer.option == "browse":
            path = await choose_file(work, over, path) or path
        elif not path:
            wrong = say("orders_import_needs_file")
        else:
            chosen = await asyncio.to_thread(_existing, path)
            if chosen is not None:
                return chosen
            wrong = say("orders_import_no_file", file=path)


def _existing(path: str) -> Path | None:
    chosen = Path(path).expanduser()
    return chosen if chosen.is_file() else None


def _folder(path: str) -> str:
    """Where a dialog begins: beside the file that was typed, else at home."""
    folder = Path(path).expanduser().parent if path else Path.home()
    return str(folder) if folder.is_dir() else ""


async def choose_file(
    work: Workspace, over: QWidget, start: str = "", *, title: str = "", kinds: str = ""
) -> str | None:
    """A file chosen in a dialog that holds up nothing else; one to import, unless title and kinds are others."""
    say = work.words.say
    dialog = QFileDialog(over.window(), title or say("orders_import_title"))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    kinds = kinds or f"{say('orders_import_kinds')} (*.csv *.tsv *.txt *.xlsx *.json)"
    dialog.setNameFilters([kinds, f"{say('orders_import_all')} (*)"])
    part = QFileDialog.DialogLabel
    for label, code in (
        (part.Accept, "orders_import_choose"), (part.Reject, "frame_leave"), (part.LookIn, "orders_import_folder"),
        (part.FileName, "orders_import_file"), (part.FileType, "orders_import_type"),
    ):
        dialog.setLabelText(label, say(code))
    dialog.setDirectory(await asyncio.to_thread(_folder, start))
    closed: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

    def finish(result: int) -> None:
        if not closed.done():
            closed.set_result(dialog.selectedFiles()[0] if result and dialog.selectedFiles() else None)

    dialog.finished.connect(finish)
    dialog.open()
    try:
        return await closed
    finally:
        dialog.deleteLater()
