"""What all pages are: a view of queries that refetches when a Change names its topics, and four designed states."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.change import Change
from app.domain.errors import KnownError, Refusal
from ui.widgets.state import StatePanel
from ui.workspace import Workspace

THROTTLE_MS = 120  # between two refetches: Changes come in bursts
SLOW_MS = 200  # what comes sooner needs no "loading"
RETRY_MS = 3_000
FRESH_S = 1.5  # a page that is shown again after less has nothing to read, if nothing has changed
OLD_S = 10.0  # what was read so long ago is called old
TICK_MS = 1_000  # ages are said to the second
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing to show: codes of the sentence and of what to do, and the command that does it."""

    title: str
    hint: str = ""
    action: str = ""


class Page(QWidget):
    """A page of the window; subclasses say `name`, `topics`, `fetch` and `show_data`.

    `fetch` reads and returns what `show_data` paints, or Empty. A visible page refetches when a Change names one of its
    topics (at most every THROTTLE_MS); one that comes to the front refetches when anything has changed meanwhile, or
    when what it shows is older than FRESH_S. What a failed fetch has left stays, and `unread` says from when it is.
    """

    name: ClassVar[str]
    topics: ClassVar[frozenset[str]] = frozenset()
    takes_scans: ClassVar[bool] = False  # a scan page: Ctrl shortcuts are off
    fills: ClassVar[bool] = False  # scrolls as a whole, down to the foot; what it shows is never old
    prompted = Signal()  # what is to be done now has changed

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self.work = work
        self.commands: dict[str, Callable[[], Coroutine[Any, Any, None] | None]] = {}
        self.data: object = None
        self._stale = True
        self._fetching: asyncio.Task[Any] | None = None
        self._again = False
        self._fetched_at: float | None = None
        self._unread: Refusal | None = None
        work.words.show(self.setAccessibleName, f"frame_page_{self.name}")
        self.content = QWidget()
        self._panel = StatePanel(work)
        if self.takes_scans:
            self._panel.keep_keyboard_out()
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self.content)
        self._stack.addWidget(self._panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(stack, 1)
        self._throttle = QTimer(self, singleShot=True, interval=THROTTLE_MS)
        self._throttle.timeout.connect(self.refresh)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._show_loading)
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self.refresh)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.tick)
        work.feed.changed.connect(self._on_change)
        work.words.switched.connect(self.repaint_data)
        work.look_changed.connect(self.repaint_data)

    # what a page says of itself

    async def fetch(self) -> object:
        """Read what the page shows; an Empty when there is nothing. Raises what the queries raise."""
        raise NotImplementedError

    def show_data(self, data: Any) -> None:
        """Paint what was fetched; called again when language or theme change."""
        raise NotImplementedError

    def prompt(self) -> str:
        """What is to be done now, in words, for the head of the window."""
        return ""

    def tick(self) -> None:
        """A second has passed while the page is seen: ages grow. Those of a subclass are its own to paint."""
        if self._unread is not None:
            self.prompted.emit()

    def show_order(self, order_id: int) -> None:
        """Show one order; the orders page does."""

    def scan(self, code: str) -> None:
        """A scan while this page is in front: by default it looks for what the code names."""
        self.work.spawn(self._guarded(self.look_up(code)))

    async def look_up(self, text: str) -> None:
        """Show the order that a code names; a tote names the order in it."""
        from app.queries.search import search

        hits = await self.work.feed.read(search, text, 20)
        orders = {hit.order_id for hit in hits if hit.order_id is not None}
        if len(orders) == 1:
            self.work.found.emit(orders.pop())
        else:
            self.work.sounds.play("attention")
            self.work.dialogs.tell("frame_found_several" if orders else "frame_found_nothing", text=text)

    def focus_first(self) -> None:
        """Give the keyboard to the widget that wants it first; called when the page comes to the front."""
        self.setFocus()

    # what the window does with it

    def show_text(self, setter: Callable[[str], object], code: str, /, **facts: Any) -> None:
        """A widget's words, said again when the language is switched."""
        self.work.words.show(setter, code, **facts)

    def run(self, command: str) -> bool:
        """Carry out a command by its name; False when the page does not know it."""
        act = self.commands.get(command)
        if act is None:
            return False
        done = act()
        if asyncio.iscoroutine(done):
            self.work.spawn(self._guarded(done))
        return True

    async def _guarded(self, act: Coroutine[Any, Any, None]) -> None:
        try:
            await act
        except (Refusal, KnownError) as refusal:
            self.work.sounds.play("attention")
            self.work.dialogs.tell_refusal(refusal)

    @property
    def stale(self) -> bool:
        """Whether something has changed since the page was last fetched."""
        return self._stale

    @property
    def at_rest(self) -> bool:
        """Whether the page shows the newest that it knows of."""
        return not self._stale and self._fetching is None and not self._throttle.isActive()

    @property
    def age(self) -> float:
        """Seconds since what is shown was read; endless before anything was."""
        return float("inf") if self._fetched_at is None else monotonic() - self._fetched_at

    @property
    def unread(self) -> str:
        """What is seen is old: from when it is and why there is nothing newer, "" while it is not."""
        if self._unread is None or self.data is None or isinstance(self.data, Empty):
            return ""
        words, why = self.work.words, self.work.words.explain(self._unread)
        if self.age < OLD_S:
            return words.say("frame_stale_now", why=why)
        return words.say("frame_stale", age=words.age(self.age), why=why)

    @property
    def as_of(self) -> str:
        """From when what is seen is, while it cannot be read anew; "" while it is not old."""
        if not self.unread:
            return ""
        read = datetime.now(UTC) - timedelta(seconds=self.age)
        return self.work.words.say("frame_as_of", time=self.work.words.time(read))

    @property
    def takes_keys(self) -> bool:
        """Whether there is something that its F-keys could do."""
        return self.data is not None

    @property
    def idle(self) -> frozenset[str]:
        """Those of its commands that could do nothing now, with what is seen."""
        return frozenset()

    @property
    def second_row(self) -> bool:
        """Whether the foot shows the second row of its keys."""
        return False

    @property
    def failed(self) -> bool:
        """Whether the last fetch has failed."""
        return self._unread is not None

    def refresh(self) -> None:
        """Fetch anew now if the page is to be seen, else when it is shown."""
        self._stale = True
        if not self.isVisible():
            return
        if self._fetching is not None:
            self._again = True
            return
        self._stale = False
        if self.data is None:
            self._slow.start()
        self._fetching = self.work.spawn(self._fetch())

    async def _fetch(self) -> None:
        try:
            data = await self.fetch()
        except Refusal as refusal:
            self._failed(refusal)
            self._retry.start()
        except Exception:
            self._failed(Refusal("internal_error"))  # and a crash report: whoever spawned this writes it
            raise
        else:
            self._unread = None
            self._retry.stop()
            self._fetched_at = monotonic()
            self.data = data
            self.repaint_data()
        finally:
            self._slow.stop()
            self._fetching = None
            if self._again:
                self._again = False
                self._throttle.start()

    def repaint_data(self) -> None:
        """Paint what was last fetched once more, and why there is nothing newer."""
        if self._unread is not None:
            self._show_failure(self._unread)
        elif self.data is None and self._stack.currentWidget() is self._panel:
            self._show_loading()
        if self.data is None:
            return
        if isinstance(self.data, Empty):
            if self._unread is not None:
                return
            say, empty = self.work.words.say, self.data
            self._panel.show_state(
                "empty", say(empty.title), say(empty.hint) if empty.hint else "",
                action=say(f"command_{empty.action}") if empty.action else "",
                act=lambda: self._offer(empty.action),
            )
            self._stack.setCurrentWidget(self._panel)
            self.prompted.emit()
            return
        self.show_data(self.data)
        self._show_content()
        self.prompted.emit()

    def _show_content(self) -> None:
        """Bring the content to the front; Qt would give the keys to whatever of it comes first."""
        if self._stack.currentWidget() is self.content:
            return
        self._stack.setCurrentWidget(self.content)
        focus = self.window().focusWidget()
        if self.isVisible() and focus is not None and (focus is self or self.isAncestorOf(focus)):
            self.focus_first()

    def _offer(self, command: str) -> None:
        """What an empty page offers is a command of its own, or of another page."""
        if not self.run(command):
            self.work.ordered.emit(command)

    def _failed(self, refusal: Refusal) -> None:
        self._stale = True
        self._unread = refusal
        self._show_failure(refusal)

    def _show_failure(self, refusal: Refusal) -> None:
        say = self.work.words.say
        offline = isinstance(refusal, KnownError)
        if self.data is None or isinstance(self.data, Empty):
            self._panel.show_state(
                "offline" if offline else "error", self.work.words.explain(refusal),
                say("frame_tries_again") if offline else "", action=say("frame_try_now"), act=self.refresh,
            )
            self._stack.setCurrentWidget(self._panel)
        self.prompted.emit()

    def _show_loading(self) -> None:
        self._panel.show_state("loading", self.work.words.say("frame_loading"))
        self._stack.setCurrentWidget(self._panel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Where no button holds the keyboard, Enter does what the state in the middle of the page offers."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self._stack.currentWidget() is self._panel and self.hasFocus():
            self._panel.press()
        else:
            super().keyPressEvent(event)

    def _on_change(self, change: Change) -> None:
        if change.topics & self.topics:
            self._stale = True
            if self.isVisible() and not self._throttle.isActive():
                self._throttle.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Fetch what has become stale, or only old, while the page was hidden."""
        super().showEvent(event)
        self._tick.start()
        if self._stale or self.age > FRESH_S:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees its ages grow."""
        super().hideEvent(event)
        self._tick.stop()
