"""The status bar: station, operator, printer, scanner, scale, age of the data, the next deadline; always there."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from app.change import Change
from app.domain.errors import Refusal
from ui.icons import icon
from ui.theme import SPACE, Pair, px
from ui.workspace import Workspace

READ_MS = 15_000
THROTTLE_MS = 500
_PRINTER_WELL = frozenset({"", "ready", "busy", "not_asked", "label_waiting", "printer_in_use"})


class StatusBar(QFrame):
    """One item each with an icon; a fault turns its item into a filled chip. A press emits the page that helps."""

    wanted = Signal(str)

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.setProperty("role", "status")
        self._seen: Any = None
        self._items: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[2], 0, SPACE[2], 0)
        row.setSpacing(SPACE[2])
        for name, page in (
            ("station", "settings"), ("operator", "settings"), ("printer", "labels"), ("scanner", "devices"),
            ("scale", "devices"), ("data", "orders"), ("due", "board"),
        ):
            item = QToolButton()
            item.setAutoRaise(True)
            item.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            item.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            item.clicked.connect(lambda _=False, name=name, page=page: self.wanted.emit(self._page_for(name, page)))
            self._items[name] = item
            row.addWidget(item)
            if name == "operator":
                row.addStretch(1)
        self._read_timer = QTimer(self, interval=READ_MS)
        self._read_timer.timeout.connect(self.refresh)
        self._throttle = QTimer(self, singleShot=True, interval=THROTTLE_MS)
        self._throttle.timeout.connect(self.refresh)
        self._tick = QTimer(self, interval=1_000)
        self._tick.timeout.connect(self.draw)
        work.feed.changed.connect(self._on_change)
        for signal in (work.feed.reached, work.words.switched, work.look_changed, work.devices_changed, work.settled):
            signal.connect(self.draw)
        self.draw()

    def begin(self) -> None:
        """The engine is open: read, and go on reading."""
        self._read_timer.start()
        self._tick.start()
        self.refresh()

    def refresh(self) -> None:
        """Read the station's counts anew."""
        if self._work.place.station is not None and self.isVisible():
            self._work.spawn(self._read())

    async def _read(self) -> None:
        from app.queries.station_view import station_view

        station = self._work.place.station
        assert station is not None
        assert station.actor.station is not None
        with suppress(Refusal):  # the item that says so is drawn below
            self._seen = await self._work.feed.read(station_view, station.actor.station, datetime.now(UTC))
        self.draw()

    def text(self, name: str) -> str:
        """What an item says."""
        return self._items[name].text().strip()

    def draw(self) -> None:
        """Say and colour every item."""
        self._draw_place()
        self._draw_printer()
        self._draw_data()

    def _draw_place(self) -> None:
        work, say = self._work, self._work.words.say
        self._show("station", "monitor", say("frame_station", station=work.settings.station))
        operator = work.settings.operator
        self._show("operator", "user", operator or say("frame_operator_none"))
        seen = work.scanner.at
        text = say("frame_scanner_none") if seen is None else say(
            "frame_scanner", age=work.words.age(monotonic() - seen)
        )
        self._show("scanner", "scan-barcode", text)
        self._show("scale", "scale", say("frame_scale_none"))

    def _draw_printer(self) -> None:
        work, say, seen = self._work, self._work.words.say, self._seen
        theme = work.theme
        queue = 0 if seen is None else seen.queued + seen.sending
        if seen is not None and seen.uncertain:
            self._show("printer", "printer", say("frame_printer_uncertain", count=seen.uncertain), theme.attention)
        elif not work.printer.url:
            self._show("printer", "printer", say("frame_printer_none"), theme.system if queue else None)
        else:
            code = "busy" if work.printer.code == "printer_in_use" else work.printer.code
            state = say(code).split(",")[0].split("，")[0] if code else say("frame_printer_unasked")
            fault = None if code in _PRINTER_WELL else theme.system
            self._show("printer", "printer", say("frame_printer", how=state, queue=queue), fault)

    def _draw_data(self) -> None:
        work, say, seen = self._work, self._work.words.say, self._seen
        theme = work.theme
        now = datetime.now(UTC)
        if work.feed.offline is not None:
            self._show("data", "database", say("frame_data_offline"), theme.system)
        elif seen is None or seen.last_import_at is None:
            self._show("data", "database", say("frame_data_none"))
        else:
            age = work.words.age((now - seen.last_import_at).total_seconds())
            self._show("data", "database", say("frame_data", age=age))
        due = None if seen is None else seen.next_due
        if seen is not None and seen.late:
            self._show("due", "clock", say("frame_late", count=seen.late), theme.fail)
        elif due is None:
            self._show("due", "clock", say("frame_due_none"))
        else:
            left = work.words.age((due.at - now).total_seconds())
            text = say("frame_due", count=due.orders, time=work.words.time(due.at), left=left)
            self._show("due", "clock", text)

    def _show(self, name: str, picture: str, text: str, fault: Pair | None = None) -> None:
        item, theme = self._items[name], self._work.theme
        item.setIcon(icon(picture, fault.ink if fault else theme.secondary, px("title", self._work.scale)))
        item.setIconSize(QSize(px("title", self._work.scale), px("title", self._work.scale)))
        if item.accessibleName() != text:
            item.setText(f" {text}")  # Qt leaves hardly any room between icon and words
            item.setAccessibleName(text)
        wanted = "" if fault is None else (
            f"QToolButton {{ background: {fault.paper}; color: {fault.ink}; border: 1px solid {fault.ink}; }}"
        )
        if item.styleSheet() != wanted:
            item.setStyleSheet(wanted)

    def _page_for(self, name: str, page: str) -> str:
        """The page that mends what an item says."""
        if name == "printer" and not (self._seen is not None and self._seen.uncertain):
            return "devices"
        return page

    def _on_change(self, change: Change) -> None:
        if change.topics & {"labels", "orders", "parcels", "scans"} and not self._throttle.isActive():
            self._throttle.start()
