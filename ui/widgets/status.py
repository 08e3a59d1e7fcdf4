"""The status bar: station, operator, printer, scanner, scale, age of the data, the next deadline; always there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton

from app.change import Change
from app.domain.errors import Refusal
from ui.icons import icon
from ui.theme import SPACE, Pair, px
from ui.workspace import Workspace

_BESIDE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
READ_MS = 15_000
THROTTLE_MS = 500
# what no printer says but the address: too long for the bar, where the page that mends it is one press away
_ADDRESS = frozenset({"device_url_unknown", "device_not_supported_yet"})
# it is there, but the system is in the way: the page of the devices has the command that mends it
BARRED = frozenset({
    "device_permission_group", "device_permission_login", "device_permission_rules", "device_permission",
    "device_in_use", "device_driver_in_the_way",
})  # fmt: skip
# where there is no room for all words, these items say theirs in a tooltip only, one after the other; one with a fault
# keeps them to the last
_GIVES_WAY = ("scale", "scanner", "operator", "data", "station", "due", "printer")
_RESTLESS = 24  # px by which there must be more room before words come back: ages grow and shrink
PRINTER_WELL = frozenset({"", "ready", "busy", "not_asked", "label_waiting", "printer_in_use"})


class StatusBar(QFrame):
    """One item each with an icon; a fault turns its item into a filled chip. A press emits the page that helps.

    An item whose words have no room shows its icon alone: never a part of a word.
    """

    wanted = Signal(str)

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.setProperty("role", "status")
        self._seen: Any = None
        self._unread = False  # the last read has failed
        self._page_unread = False
        self._items: dict[str, QToolButton] = {}
        self._texts: dict[str, str] = {}
        self._faulty: set[str] = set()
        self._measured: dict[str, tuple[tuple[str, bool, float], tuple[int, int]]] = {}
        self._dumb: frozenset[str] = frozenset()  # whose words have no room
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[2], 3, SPACE[2], 3)
        row.setSpacing(SPACE[2])
        for name, page in (
            ("station", "settings"), ("operator", "settings"), ("printer", "labels"), ("scanner", "devices"),
            ("scale", "devices"), ("data", "orders"), ("due", "board"),
        ):
            item = QToolButton()
            item.setAutoRaise(True)
            item.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            item.setToolButtonStyle(_BESIDE)
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
        work.imported.connect(self.refresh)  # at once: whoever imports looks here
        for signal in (
            work.feed.reached, work.words.switched, work.look_changed, work.devices_changed, work.settled,
            work.settings_changed,
        ):
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
        try:
            self._seen = await self._work.feed.read(station_view, station.actor.station, datetime.now(UTC))
        except Exception as error:
            self._unread = True  # the item of the data says so
            self.draw()
            if not isinstance(error, Refusal):
                raise
        else:
            self._unread = False
            self.draw()

    def note_page(self, unread: bool) -> None:
        """Whether the page in front could not be read: the item of the data says so with it."""
        if unread != self._page_unread:
            self._page_unread = unread
            self.draw()

    def text(self, name: str) -> str:
        """What an item says."""
        return self._texts[name]

    def draw(self) -> None:
        """Say and colour every item."""
        self._draw_place()
        self._draw_printer()
        self._draw_data()
        self._fit()

    def _draw_place(self) -> None:
        work, say = self._work, self._work.words.say
        self._show("station", "monitor", say("frame_station", station=work.settings.station))
        operator = work.settings.operator
        self._show("operator", "user", operator or say("frame_operator_none"))
        self._draw_attached()

    def _draw_attached(self) -> None:
        """The scanners together, the one that has trouble first; the scale with its weight."""
        work, say, devices = self._work, self._work.words.say, self._work.attached
        bad = None if devices is None else next((one for one in devices.scanners if not one.well), None)
        seen = work.scanner.at
        if bad is not None:
            pair = work.theme.attention if bad.state == "attention" else work.theme.system
            self._show("scanner", "scan-barcode", say("frame_scanner_how", how=say(f"device_{bad.state}")), pair)
        elif seen is not None:
            self._show("scanner", "scan-barcode", say("frame_scanner", age=work.words.age(monotonic() - seen)))
        elif devices is not None and devices.scanners:
            how = say(f"device_{devices.scanners[0].state}")
            self._show("scanner", "scan-barcode", say("frame_scanner_how", how=how))
        else:
            self._show("scanner", "scan-barcode", say("frame_scanner_none"))
        scale = None if devices is None else devices.scale
        weight = None if devices is None else devices.weight
        if not work.settings.scale:
            self._show("scale", "scale", say("frame_scale_none"))
        elif scale is None:
            self._show("scale", "scale", say("frame_scale_how", how=say("device_connecting")))
        elif not scale.well:
            pair = work.theme.attention if scale.state == "attention" else work.theme.system
            self._show("scale", "scale", say("frame_scale_how", how=say(f"device_{scale.state}")), pair)
        elif weight is not None and weight.grams is not None:
            how = say("devices_kilograms", kilograms=f"{weight.grams / 1000:.3f}")
            self._show("scale", "scale", say("frame_scale_how", how=how))
        else:
            self._show("scale", "scale", say("frame_scale_how", how=say(f"device_{scale.state}")))

    def _draw_printer(self) -> None:
        work, say, seen = self._work, self._work.words.say, self._seen
        theme = work.theme
        queue = None if seen is None else seen.queued + seen.sending
        code = "busy" if work.printer.code == "printer_in_use" else work.printer.code
        faulty = bool(work.printer.url and code and code not in PRINTER_WELL)
        if seen is not None and seen.paused:
            text = say("frame_printer_alone", how=say("labels_short_paused"))
            if queue:
                text = say("frame_printer_paused", queue=queue)
            if seen.uncertain:
                text = f"{text} · {say('frame_printer_uncertain', count=seen.uncertain)}"
            self._show("printer", "printer", text, theme.attention)
        elif seen is not None and seen.uncertain and not faulty and (work.printer.url or not queue):
            self._show("printer", "printer", say("frame_printer_uncertain", count=seen.uncertain), theme.attention)
        elif not work.printer.url:
            self._show("printer", "printer", say("frame_printer_none"), theme.system if queue else None)
        else:
            if code in _ADDRESS:
                state = say("devices_wrong_address")
            elif code in BARRED:
                state = say("devices_barred_short")
            else:
                state = re.split("[,，:：]", say(code))[0] if code else say("frame_printer_unasked")
            fault = theme.system if faulty else None
            # how many wait is not known before it was read
            text = say("frame_printer" if queue else "frame_printer_alone", how=state, queue=queue)
            self._show("printer", "printer", text, fault)

    def _draw_data(self) -> None:
        work, say, seen = self._work, self._work.words.say, self._seen
        theme = work.theme
        now = datetime.now(UTC)
        if work.feed.offline is not None:
            self._show("data", "database", say("frame_data_offline"), theme.system)
        elif self._unread or self._page_unread:
            self._show("data", "database", say("frame_data_failed"), theme.system)
        elif seen is None:
            self._show("data", "database", say("frame_data_unread"))
        elif seen.last_import_at is None:
            self._show("data", "database", say("frame_data_none"))
        else:
            age = work.words.age((now - seen.last_import_at).total_seconds())
            self._show("data", "database", say("frame_data", age=age))
        due = None if seen is None else seen.next_due
        self._items["due"].setVisible(seen is not None)
        if seen is None:
            self._show("due", "clock", "")
        elif seen.late:
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
        self._texts[name] = text
        (self._faulty.add if fault else self._faulty.discard)(name)
        if item.accessibleName() != text:
            item.setAccessibleName(text)
            item.setToolTip(text)
        wanted = "" if fault is None else (
            f"QToolButton {{ background: {fault.paper}; color: {fault.ink}; border: 1px solid {fault.ink}; }}"
        )
        if item.styleSheet() != wanted:
            item.setStyleSheet(wanted)

    def _fit(self) -> None:
        """Words where there is room for them."""
        if self._items.keys() - self._texts.keys():
            return  # not all are drawn yet
        room = self.width() - 2 * SPACE[2] - self._row.spacing() * (self._row.count() - 1)
        widths = {name: self._widths(name) for name in self._items}
        order = sorted(_GIVES_WAY, key=lambda name: (name in self._faulty, _GIVES_WAY.index(name)))

        def still_too_wide(dumb: frozenset[str], spare: int = 0) -> bool:
            return sum(alone if name in dumb else both for name, (alone, both) in widths.items()) > room - spare

        dumb: frozenset[str] = frozenset()
        for number in range(len(order) + 1):
            dumb = frozenset(order[:number])
            if not still_too_wide(dumb, _RESTLESS if dumb < self._dumb else 0):
                break
        self._dumb = dumb
        for name, item in self._items.items():
            words = "" if name in dumb else f" {self._texts[name]}"  # Qt leaves hardly any room beside the icon
            if item.text() != words:
                item.setText(words)
                item.setToolButtonStyle(_BESIDE if words else Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._row.activate()  # now, not after the next paint

    def _widths(self, name: str) -> tuple[int, int]:
        """How wide an item is without its words, and with them."""
        item = self._items[name]
        face = (self._texts[name], name in self._faulty, self._work.scale)
        # each change of a text makes Qt lay out the whole row
        if name in self._measured and self._measured[name][0] == face:
            return self._measured[name][1]
        item.ensurePolished()  # else it has not heard of its style sheet yet
        said, style = item.text(), item.toolButtonStyle()
        item.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        alone = item.sizeHint().width()
        item.setText(f" {self._texts[name]}")
        item.setToolButtonStyle(_BESIDE)
        both = item.sizeHint().width()
        item.setText(said)
        item.setToolButtonStyle(style)
        self._measured[name] = face, (alone, both)
        return alone, both

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See again whose words have room."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Words that have no room are left out: no width is too small."""
        return QSize(0, super().minimumSizeHint().height())

    def _page_for(self, name: str, page: str) -> str:
        """The page that mends what an item says."""
        if name == "printer" and not (self._seen and (self._seen.uncertain or self._seen.paused)):
            return "devices"
        return page

    def _on_change(self, change: Change) -> None:
        if change.topics & {"labels", "orders", "parcels", "scans"} and not self._throttle.isActive():
            self._throttle.start()
