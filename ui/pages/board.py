"""The board: what is open, what will miss its deadline, what to release next, who is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from app.domain.states import OrderState, WaveState
from app.queries.board import CutOff, Stage, StageName
from app.queries.board_view import BoardView, board_view
from app.queries.board_waves import WaveProgress
from ui.pages import board_acts
from ui.pages.board_side import PrinterHere, side_rows
from ui.pages.board_side_table import SideTable
from ui.pages.board_waves import WaveOrders, WavesTable
from ui.pages.page import Empty, Page
from ui.theme import SPACE
from ui.widgets.cutoffs import SHOWN, CutOffFace, CutOffRow
from ui.widgets.stages import StageFace, StageRow
from ui.widgets.text import text_label
from ui.workspace import Workspace

THROTTLE_MS = 1_000  # scans come ten in a second, and nobody reads so fast
FORECAST_MS = 20_000  # the forecast changes though nothing happens
LARGEST_UNIT = 1.6
_CRAMPED = 1.15  # by how much the words may be larger than the picture
_YIELDS = 24  # px that the side has to give before a column of the waves goes
_DESIGNED = (1278, 600)  # px of the page on a screen of 1366×768, where a unit is 1
_COLUMNS = (
    StageName.INCOMPLETE, StageName.READY, StageName.PLANNED, StageName.PICKING, StageName.PICKED, StageName.PACKING,
    StageName.PROBLEM, StageName.SHIPPED,
)  # fmt: skip
_NEED_SOMEBODY = (StageName.INCOMPLETE, StageName.PROBLEM)


class BoardPage(Page):
    """Deadlines above, a column a stage, waves and people below; F4 shows the orders of a wave instead."""

    name = "board"
    topics = frozenset({"waves", "orders", "parcels", "labels", "stock", "scans", "stations"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.commands = {
            "board_plan": self._plan, "board_release": self._release, "board_orders": self._toggle_orders,
            "board_kick": self._kick, "board_put_back": self._put_back, "board_cancel": self._cancel,
        }  # fmt: skip
        self._throttle.setInterval(THROTTLE_MS)
        self._planning = False
        self._unit = 0.0
        self.cutoffs = CutOffRow(work)
        self.stages = StageRow(work)
        self.waves = WavesTable(work, self._now)
        self.side = SideTable(work)
        self.side_rows = self.side.rows
        self.orders = WaveOrders(work)
        self.waves.chosen.connect(lambda: self.run("board_orders"))
        self.orders.table.chosen.connect(self._show_chosen_order)
        self.side.chosen.connect(self._show_side_order)
        self._build()
        work.words.switched.connect(self._refit)
        work.look_changed.connect(self._refit)
        self._forecast = QTimer(self, interval=FORECAST_MS)
        self._forecast.timeout.connect(self.refresh)

    def _build(self) -> None:
        hint = text_label("bench", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.work.words.show(hint.setText, "board_no_wave")
        self._no_wave = QFrame()
        self._no_wave.setProperty("role", "raised")
        QVBoxLayout(self._no_wave).addWidget(hint)
        self._left_side = QWidget()
        self._left = QStackedLayout(self._left_side)
        self._left.addWidget(self.waves)
        self._left.addWidget(self._no_wave)
        self._below = QHBoxLayout()
        self._below.addWidget(self._left_side)
        self._below.addWidget(self.side, 1)
        overview = QWidget()
        self._column = QVBoxLayout(overview)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.cutoffs)
        self._column.addWidget(self.stages, 38)
        self._column.addLayout(self._below, 62)
        views = QWidget()
        self._views = QStackedLayout(views)
        around = QVBoxLayout(self.content)
        around.setContentsMargins(*[SPACE[3]] * 4)
        around.addWidget(views)
        self._views.addWidget(overview)
        self._views.addWidget(self.orders)

    # what it shows

    async def fetch(self) -> BoardView | Empty:
        """The whole board in one snapshot, and the orders that are looked at."""
        feed = self.work.feed
        view = await feed.read(board_view, self.work.place.warehouse, feed.store.clock.now())
        if not view.any_orders:
            return Empty("board_empty", "board_empty_hint", "orders_import")
        if self._orders_open():
            wave = _wave(view, self.orders.wave)
            if wave is None:
                self._close_orders()
            else:
                self.orders.say_wave(wave)
                await self.orders.rows.reload()
        return view

    def show_data(self, data: BoardView) -> None:
        """Paint every number where it stood before."""
        say = self.work.words.say
        data = replace(data, now=self._now())
        zone = ZoneInfo(data.zone)
        faces = [self._cutoff(cutoff, data.now, zone) for cutoff in data.cutoffs[:SHOWN]]
        self.cutoffs.show_faces(faces, say("board_no_deadline"))
        self.stages.show_faces(self._stage_faces(data))
        if not data.waves and self.waves.hasFocus():
            self.setFocus()  # else Qt would give the keys to whatever comes next
        self._left.setCurrentWidget(self.waves if data.waves else self._no_wave)
        self.waves.rows.set_rows(data.waves)
        self.side.show_rows(side_rows(data, self.work.words, self._printer_here()))
        if self.orders.wave is not None:
            self.orders.say_wave(self.orders.wave)
        self.prompted.emit()

    def tick(self) -> None:
        """Ages grow; what comes to its deadline is read anew."""
        super().tick()
        view = self.data
        if isinstance(view, BoardView):
            self.show_data(view)
            if any(not cutoff.passed and cutoff.at <= self._now() for cutoff in view.cutoffs):
                self.refresh()

    def prompt(self) -> str:
        """What matters most now."""
        say, view = self.work.words.say, self.data
        if self._planning:
            return say("board_prompt_planning")
        if not isinstance(view, BoardView):
            return ""
        late = next((cutoff for cutoff in view.cutoffs if cutoff.will_miss), None)
        planned = [row for row in view.waves if row.state is WaveState.PLANNED]
        ready = view.orders_in(StageName.READY)
        if late is not None:
            time = self.work.words.time(late.at, ZoneInfo(view.zone))
            code = "board_prompt_late" if late.passed else "board_prompt_miss"
            return say(code, count=late.will_miss, time=time)
        if planned:
            return say("board_prompt_release", count=len(planned))
        return say("board_prompt_plan", count=ready) if ready else ""

    def focus_first(self) -> None:
        """The table that is in front; the page itself until there is one."""
        table = self.orders.table if self._orders_open() else self.waves
        (table if table.isVisible() else self).setFocus()

    def repaint_data(self) -> None:
        """Paint once more; the keys go to the waves as soon as there are any."""
        super().repaint_data()
        if self.isVisible() and self.window().focusWidget() is self:
            self.focus_first()

    def _now(self) -> datetime:
        """The moment that the board shows: that of its data, and what has passed since."""
        if not isinstance(self.data, BoardView):
            return datetime.now(UTC)
        return self.data.now + timedelta(seconds=self.age if isfinite(self.age) else 0.0)

    def _printer_here(self) -> PrinterHere | None:
        work = self.work
        return PrinterHere(work.settings.station, work.printer.code) if work.printer.url else None

    def _cutoff(self, cutoff: CutOff, now: datetime, zone: ZoneInfo) -> CutOffFace:
        say, words, theme = self.work.words.say, self.work.words, self.work.theme
        seconds = (cutoff.at - now).total_seconds()
        left = say("board_late_by" if cutoff.passed else "board_left", age=words.age(abs(seconds)))
        time, orders = words.time(cutoff.at, zone), say("board_open", count=cutoff.orders)
        at = cutoff.at.astimezone(zone)
        if at.date() != now.astimezone(zone).date():
            time = f"{say(f'board_day_{at.isoweekday()}')} {time}"
        if cutoff.passed:
            return CutOffFace(time, left, orders, say("board_missed", count=cutoff.orders), theme.fail)
        if cutoff.will_miss is None:
            return CutOffFace(time, left, orders, say("board_no_pace"))
        if cutoff.will_miss:
            return CutOffFace(time, left, orders, say("board_will_miss", count=cutoff.will_miss), theme.fail)
        return CutOffFace(time, left, orders, say("board_in_time"))

    def _stage_faces(self, view: BoardView) -> list[StageFace]:
        stages = {stage.name: stage for stage in view.stages}
        labelling = stages[StageName.LABELLING]
        packing = stages[StageName.PACKING]
        stages[StageName.PACKING] = Stage(
            StageName.PACKING, packing.orders + labelling.orders,
            min((since for since in (packing.since, labelling.since) if since is not None), default=None),
        )
        open_orders = sum(stages[name].orders for name in _COLUMNS if name is not StageName.SHIPPED)
        return [self._stage_face(stages[name], open_orders, view) for name in _COLUMNS]

    def _stage_face(self, stage: Stage, open_orders: int, view: BoardView) -> StageFace:
        say, name = self.work.words.say, stage.name
        everything = open_orders + (stage.orders if name is StageName.SHIPPED else 0)
        detail = ""
        if stage.orders and stage.since is not None:
            age = self.work.words.age((view.now - stage.since).total_seconds())
            detail = say("board_first" if name is StageName.SHIPPED else "board_oldest", age=age)
        fault = self.work.theme.attention if name in _NEED_SOMEBODY and stage.orders else None
        return StageFace(
            name.value, say(f"board_stage_{name.value}"), stage.orders, detail,
            stage.orders / everything if everything else 0.0, fault, "triangle-alert" if fault else "",
        )

    # how large

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A larger screen shows the same picture, larger."""
        super().resizeEvent(event)
        self._fit()

    def _refit(self) -> None:
        """Other words are longer, other sizes wider."""
        self._unit = 0.0
        self._fit()
        self.cutoffs.repaint_cards()
        self.stages.repaint_cards()

    def _fit(self) -> None:
        room = min(self.width() / _DESIGNED[0], self.height() / _DESIGNED[1])
        unit = max(self.work.scale, min(LARGEST_UNIT, room))
        if unit != self._unit:
            self._unit = unit
            self._enlarge(unit, room)
        # the tables share the width as their columns need it
        width = self.width() - 2 * SPACE[3] - self._below.spacing()
        side = self.side.wanted()
        waves = self.waves.wanted(width - side + round(_YIELDS * self._unit))
        spare = max(0, width - waves - side)
        self._left_side.setFixedWidth(max(0, min(waves + spare // 2, width * 2 // 3)))

    def _enlarge(self, unit: float, room: float) -> None:
        gap = round(SPACE[2] * unit)
        self._column.setSpacing(gap)
        self._below.setSpacing(gap)
        # large text on a small screen: what stands beside each other must be seen whole, the orders of a wave can be
        # scrolled
        beside = min(unit, _CRAMPED * max(1.0, room))
        self.cutoffs.set_unit(beside)
        self.stages.set_unit(beside)
        self.waves.fit(beside)
        self.side.fit(beside)
        self.orders.table.fit(unit)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back from the orders, or lets go of the wave that is chosen."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._orders_open():
            self._close_orders()
        else:
            self.waves.choose(None)
            self.side.choose(None)

    def showEvent(self, event: QShowEvent) -> None:
        """The forecast is read anew only where somebody sees it."""
        super().showEvent(event)
        self._forecast.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._forecast.stop()

    def _orders_open(self) -> bool:
        return self._views.currentWidget() is self.orders

    async def _toggle_orders(self) -> None:
        if self._orders_open():
            self._close_orders()
            return
        if not self.waves.rows.rows:
            raise Refusal("board_no_wave")
        wave = self.waves.wave()
        if wave is None:
            self.waves.choose(0)
            wave = self.waves.wave()
        assert wave is not None
        await self.orders.open(wave)
        self._views.setCurrentWidget(self.orders)
        self.orders.table.setFocus()

    def _close_orders(self) -> None:
        had_focus = self.orders.table.hasFocus()
        self._views.setCurrentIndex(0)
        self.orders.wave = None
        if had_focus:
            self.focus_first()

    def _show_chosen_order(self) -> None:
        order = self.orders.order()
        if order is not None:
            self.work.found.emit(order.order_id)

    def _show_side_order(self) -> None:
        """Enter on what lies on the problem shelf, or on a bench's table."""
        row = self.side.row()
        if row is not None and row.order_id is not None:
            self.work.found.emit(row.order_id)

    # commands

    async def _plan(self) -> None:
        if self._planning:
            raise Refusal("board_planning")
        wanted, limit = await board_acts.ask_limit(self.work)
        if not wanted:
            return
        self._planning = True
        self.prompted.emit()
        try:
            planned = await board_acts.plan(self.work, limit)
        finally:
            self._planning = False
            self.prompted.emit()
        self.refresh()
        await board_acts.tell_plan(self.work, planned)
        self.refresh()

    async def _release(self) -> None:
        await board_acts.release(self.work, self._waves(), self._chosen_wave())
        self.refresh()

    async def _cancel(self) -> None:
        wave = self._chosen_wave()
        if wave is None:
            raise Refusal("board_choose_wave")
        await board_acts.cancel(self.work, wave)
        self.refresh()

    async def _kick(self) -> None:
        order = self.orders.order() if self._orders_open() else None
        if order is None:
            raise Refusal("board_choose_order")
        await board_acts.kick(self.work, order)
        self.refresh()

    async def _put_back(self) -> None:
        if self._orders_open():
            order = self.orders.order()
            if order is None:
                raise Refusal("board_choose_order")
            if order.state not in (OrderState.PROBLEM, OrderState.CANCELLED):
                raise Refusal("nothing_to_put_back", order=order.order)
            await board_acts.note_put_back(self.work, order.order_id, order.order)
        else:
            row = self.side.row()
            if row is None or row.order_id is None or not row.to_put_back:
                row = self.side.choose_to_put_back()
            if row is None or row.order_id is None:
                return
            await board_acts.note_put_back(self.work, row.order_id, row.cells[0])
        self.refresh()

    def _waves(self) -> Sequence[WaveProgress]:
        return self.data.waves if isinstance(self.data, BoardView) else ()

    def _chosen_wave(self) -> WaveProgress | None:
        return self.orders.wave if self._orders_open() else self.waves.wave()


def _wave(view: BoardView, before: WaveProgress | None) -> WaveProgress | None:
    """The same wave as it is now, None when it is no longer on the board."""
    return next((row for row in view.waves if before is not None and row.wave_id == before.wave_id), None)
