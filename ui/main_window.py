"""The frame around all pages: rail, title and search above, keys and status below; keys and scans find their page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refusal
from app.settings import Settings
from ui.commands import COMMANDS, Command, commands_of
from ui.dialogs import Dialogs
from ui.help import Help
from ui.personal import PersonalLook
from ui.search import Search
from ui.theme import SPACE, px
from ui.wedge import Wedge, WedgeTiming
from ui.widgets.foot import Foot
from ui.widgets.rail import Rail
from ui.widgets.state import StaleStrip, StatePanel
from ui.widgets.status import StatusBar
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.station import Origin
    from ui.pages.page import Page

WEDGE = "wedge:"
# every page, its icon, and who has it; the rail shows them in this order
PAGES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("board", "layout-dashboard", frozenset({"lead"})),
    ("picking", "shopping-cart", frozenset({"picker", "lead"})),
    ("packing", "package-check", frozenset({"packer", "lead"})),
    ("labels", "tag", frozenset({"packer", "lead", "support"})),
    ("batches", "layers", frozenset({"lead", "support"})),
    ("orders", "clipboard-list", frozenset({"lead", "support"})),
    ("documents", "file-text", frozenset({"lead", "support"})),
    ("devices", "plug", frozenset({"packer", "picker", "lead", "support"})),
    ("settings", "settings", frozenset({"packer", "picker", "lead", "support"})),
    ("bench_rules", "sliders-horizontal", frozenset({"lead"})),
)


def pages_of(role: str) -> list[tuple[str, str]]:
    """The pages of a role (`all` has all) with their icons."""
    return [(name, icon) for name, icon, roles in PAGES if role == "all" or role in roles]


def wedge_timing(settings: Settings) -> WedgeTiming:
    """How the scanner of the settings types; raises Refusal `devices_wedge_prefix`."""
    return WedgeTiming(
        gap_ms=settings.wedge_gap_ms, total_ms=settings.wedge_total_ms, shortest=settings.wedge_shortest,
        prefix=settings.wedge_prefix or None, jitter_ms=settings.wedge_jitter_ms,
    )


class MainWindow(QMainWindow):
    """The one window; `closed` when it is shut. Pages are added when the engine is open."""

    closed = Signal()
    went = Signal(str)  # to a page, its name
    practise = Signal(bool)  # F12: scan what is right; with Shift (False): something wrong

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self.work = work
        self.pages: dict[str, Page] = {}
        self._behind: Page | None = None  # the page that trouble covers
        self._role = work.settings.role
        work.words.show(self.setWindowTitle, "frame_window_title")
        self.resize(1366, 768)
        self.setMinimumSize(1024, 640)
        # no F10 or Alt ever belongs to a menu
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

        middle = QWidget()
        self.rail = Rail(work, pages_of(self._role))
        self.rail.chosen.connect(self.go)
        self.rail.search.connect(self._begin_search)
        self.rail.left.connect(self._back_to_page)
        self._stack = QStackedWidget()
        self.opening = StatePanel(work)
        self._trouble: tuple[str, Refusal, Callable[[], object] | None] | None = None
        self._say_opening()
        self._stack.addWidget(self.opening)
        self.opening.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = text_label("title")
        self._prompt = Elided("prompt", cut=Qt.TextElideMode.ElideMiddle)  # a count or a key stands at its end
        self.search = Search(work, middle)
        self.search.setFixedWidth(px("body", work.scale) * 24)
        self.search.left.connect(self._back_to_page)
        self.search.wanted.connect(self.go)
        head = QFrame()
        head.setProperty("role", "head")
        top = QHBoxLayout(head)
        top.setContentsMargins(SPACE[4], SPACE[1], SPACE[4], SPACE[1])
        top.setSpacing(SPACE[4])
        top.addWidget(self._title)
        top.addWidget(self._prompt, 1)
        top.addWidget(self.search)
        self.foot = Foot(work, self.order)
        self.status = StatusBar(work)
        self.status.wanted.connect(self.go)

        self._ribbon = text_label("ribbon")
        self._ribbon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._ribbon.hide()

        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(head)
        right.addWidget(self._ribbon)
        right.addWidget(self._stack, 1)
        self._strip = StaleStrip(work)
        right.addWidget(self._strip)
        right.addWidget(self.foot)
        body = QHBoxLayout(middle)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.rail)
        body.addLayout(right, 1)
        whole = QWidget()
        column = self._whole = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self.opening.setFocus()  # else the search would have the keyboard before there is a page
        work.dialogs = Dialogs(work, middle)
        work.dialogs.keep_notices_on(self._strip)
        work.dialogs.lost.connect(self._back_to_page)
        self.help = Help(work, middle)
        self.help.lost.connect(self._back_to_page)
        self._bind_keys()
        self.personal = PersonalLook(work, self)
        self.wedge = Wedge(None, self)
        self.wedge.typing_expected = self._typing_expected
        self._follow_scanner()
        self.wedge.scanned.connect(self._take_typed)
        self.wedge.refused.connect(self._refused)
        work.settings_changed.connect(self._follow_scanner)
        work.settled.connect(self._end_trouble)
        work.moved.connect(self._follow_role)
        work.found.connect(self._show_order)
        work.back.connect(self._go_back)
        work.ordered.connect(self._order_elsewhere)
        work.words.switched.connect(self._say_page)
        work.words.switched.connect(self._say_opening)
        work.look_changed.connect(self._resize_search)

    # pages

    def add_pages(self, pages: Sequence[Page], first: str | None = None) -> None:
        """Put pages into the frame, and show one where a first is named."""
        for page in pages:
            self.pages[page.name] = page
            self._stack.addWidget(page)
            page.prompted.connect(partial(self._say_prompt, page))
        if first is not None:
            self.go(first if first in self.pages else next(iter(self.pages)))

    def show_trouble(self, kind: str, refusal: Refusal, again: Callable[[], object] | None) -> None:
        """The engine cannot work: say why, and offer to try again where it tries by itself too.

        It covers the pages until the engine has settled; the settings can be reached all the same.
        """
        self._trouble = kind, refusal, again
        self._say_opening()
        self._say_page()
        if self.page is not None and self._behind is None:
            self._behind = self.page
            self._cover()

    def _say_opening(self) -> None:
        """What stands where no page is: that the database is being opened, or what is in the way."""
        say = self.work.words.say
        if self._trouble is None:
            self.opening.show_state("loading", say("frame_opening"))
            return
        kind, refusal, again = self._trouble
        self.opening.show_state(
            kind, self.work.words.explain(refusal), say("frame_tries_again") if again else "",
            action=say("frame_try_now") if again else "", act=again,
        )

    def tell_crash(self, report: str) -> None:
        """A mistake of ours was written down; the bench goes on."""
        self.work.sounds.play("system")
        if self.page is None or not self.page.unread:  # else the strip says it, and must not be covered
            self.work.dialogs.tell("frame_crash", file=report)

    def show_ribbon(self, code: str) -> None:
        """A line under the head for as long as the window is open: this is not the real thing."""
        self.work.words.show(self._ribbon.setText, code)
        self._ribbon.show()

    def put_on_top(self, band: QWidget) -> None:
        """A band over everything, which no page, question or help covers."""
        self._whole.insertWidget(0, band)

    @property
    def page(self) -> Page | None:
        """The page in front, None before there is one."""
        return next((page for page in self.pages.values() if page is self._stack.currentWidget()), None)

    def go(self, name: str) -> None:
        """Bring a page to the front that this role has; not away from under a question."""
        page = self.pages.get(name) if name in dict(pages_of(self._role)) else None
        if page is None or self.work.dialogs.is_open:
            return
        self.help.leave()
        self.work.came_from = ""
        if self._behind is not None and name != "settings":
            self._behind = page
            self._cover()
            return
        if page is not self.page:
            self.work.dialogs.hush()
        self._stack.setCurrentWidget(page)
        self.rail.set_current(name)
        self.foot.show_commands(commands_of(name))
        self._say_page()
        page.focus_first()
        self.went.emit(name)

    def _cover(self) -> None:
        """Trouble stands before the pages."""
        self._stack.setCurrentWidget(self.opening)
        self.rail.set_current("")
        self.foot.show_commands(())
        self._say_page()
        self.opening.setFocus()

    def _end_trouble(self) -> None:
        behind, self._behind = self._behind, None
        if behind is not None and self.page is None:
            self.go(behind.name)

    def _say_page(self) -> None:
        page = self.page
        self._title.setText(self.work.words.say(f"frame_page_{page.name}") if page else "")
        # there is nothing to be scanned or chosen before there is something to be seen
        prompt = page.prompt() if page is not None and page.data is not None else ""
        old = page.as_of if page is not None and not page.takes_scans else ""
        self._prompt.setText(old or prompt)
        self.foot.set_live(page is not None and page.takes_keys, page.idle if page is not None else frozenset())
        self.foot.show_row(page is not None and page.second_row)
        self._strip.fold(page is not None and page.fills)
        self._strip.show_text(page.unread if page else "")
        refusal = self._trouble[1] if self._trouble is not None else None
        closed = refusal is not None and refusal.code.startswith("database_")
        self.status.note_page(closed if page is None else page.failed)

    def _say_prompt(self, page: Page) -> None:
        if page is self.page:
            self._say_page()

    def _show_order(self, order_id: int) -> None:
        """Show an order; Esc there leads back to the page that asked for it."""
        before = self.page.name if self.page is not None else ""
        came_from = self.work.came_from if before == "orders" else before
        self.go("orders")
        if self.page is not None and self.page.name == "orders":
            self.work.came_from = came_from
            self.page.show_order(order_id)

    def _go_back(self) -> None:
        if self.work.came_from:
            self.go(self.work.came_from)

    def _follow_role(self) -> None:
        """Another role has other pages, at once; those that are not made yet come when the engine has followed."""
        role = self.work.settings.role
        if role != self._role:
            self._role = role
            self.rail.show_pages(pages_of(role))
            page = self.page
            if page is not None and page.name not in dict(pages_of(role)):
                self.go("settings")

    def _order_elsewhere(self, name: str) -> None:
        command = next(command for command in COMMANDS if command.name == name)
        if command.page in self.pages:
            self.go(command.page)
            self.order(command)

    def _back_to_page(self) -> None:
        if self.page is not None:
            self.page.focus_first()
        else:
            self.opening.setFocus()

    # keys and scans

    def _bind_keys(self) -> None:
        keys = dict.fromkeys(command.key for command in COMMANDS if len(command.key) > 1 and command.key != "Return")
        for key in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(partial(self._key, key))
        for key, right in (("F12", True), ("Shift+F12", False)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(partial(self.practise.emit, right))

    def _key(self, key: str) -> None:
        page = self.page
        here = page.name if page is not None else ""
        command = next((c for c in COMMANDS if c.key == key and c.page in ("", here)), None)
        if command is None or self.work.dialogs.is_open:
            return
        if key.startswith("Ctrl+") and page is not None and page.takes_scans:
            return  # a scanner can press Ctrl too
        self.order(command)

    def order(self, command: Command) -> None:
        """Carry out a command, wherever it came from."""
        if self.work.dialogs.is_open:
            return
        everywhere: dict[str, Callable[[], object]] = {
            "help": self._toggle_help, "pages": self.rail.setFocus, "search": self._begin_search,
            "full_screen": self._toggle_full_screen,
        }
        if command.name in everywhere:
            if command.name != "help":
                self.help.leave()
            everywhere[command.name]()
        elif self.page is not None and not self.help.isVisible():
            self.page.run(command.name)

    def scan(self, code: str, origin: Origin | None = None) -> None:
        """A scan goes to the question on the screen, else to the page in front; never to a field.

        `origin` says which scan it is of which attached scanner; without one it was typed, by a scanner or a person.
        """
        self.work.note_scan(code, WEDGE if origin is None else origin.device)
        self.work.origin = origin
        try:
            self._hand_on(code)
        finally:
            self.work.origin = None

    def _take_typed(self, code: str) -> None:
        self.work.raw = self.wedge.raw
        self.scan(code)

    def _hand_on(self, code: str) -> None:
        if self.work.dialogs.scan(code):
            return
        self.help.leave()
        if self.focusWidget() in (self.search, self.rail):
            self.search.leave()  # the keys that follow are meant for what the scan has brought
        if self.page is not None:
            self.page.scan(code)
        else:
            self.work.sounds.play("attention")
            self.work.dialogs.tell("frame_not_ready")

    def _refused(self, code: str) -> None:
        """What only a scanner sends came, and was no code: said, and heard."""
        self.work.sounds.play("attention")
        self.work.dialogs.tell(code)

    def _follow_scanner(self) -> None:
        try:
            self.wedge.timing = wedge_timing(self.work.settings)
        except Refusal as refusal:
            # it was written into the file: without a prefix a scanner is known by its speed
            self.wedge.timing = wedge_timing(replace(self.work.settings, wedge_prefix=""))
            self.work.dialogs.tell_refusal(refusal)

    def _begin_search(self) -> None:
        self.search.begin()

    def _toggle_help(self) -> None:
        if self.page is not None:
            self.help.toggle(self.page.name, self.page.takes_scans)
        else:
            self.help.toggle()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _typing_expected(self) -> bool:
        """Whether a person may be typing words; on a page for scans nobody does, but into a field."""
        scans = self.page is not None and self.page.takes_scans
        return not scans or self.work.dialogs.is_open or isinstance(self.focusWidget(), QLineEdit)

    def _resize_search(self) -> None:
        self.search.setFixedWidth(px("body", self.work.scale) * 24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, as the blank does; Qt does so in dialogs alone."""
        focus = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QAbstractButton):
            focus.click()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell whoever composed the window; the bench resumes on the same line the next time."""
        event.accept()
        self.closed.emit()
