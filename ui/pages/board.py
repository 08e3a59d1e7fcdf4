"""The board: what is open, what will miss its deadline, what to release next, who is stuck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from app.domain.states import OrderState, WaveState
from app.queries.board import CutOff, Stage, StageName
from app.queries.board_view import BoardView, board_view
from app.queries.board_waves import WaveProgress
from ui.models.live import LiveModel, Sign
from ui.models.paged import Column
from ui.pages import board_acts
from ui.pages.board_side import SideRow, side_rows
from ui.pages.board_waves import WaveOrders, WavesTable
from ui.pages.page import Empty, Page
from ui.theme import SPACE
from ui.widgets.board_table import BoardTable
from ui.widgets.cutoffs import SHOWN, CutOffFace, CutOffRow
from ui.widgets.stages import StageFace, StageRow
from ui.widgets.text import text_label
from ui.workspace import Workspace

THROTTLE_MS = 1_000  # scans come ten in a second, and nobody reads so fast
AGES_MS = 20_000  # ages and forecast change by themselves
LARGEST_UNIT = 1.6
_CRAMPED = 1.15  # by how much the words of the cards may be larger than the picture
_DESIGNED = (1278, 600)  # px of the page on a screen of 1366×768, where a unit is 1
_COLUMNS = (
    StageName.INCOMPLETE, StageName.READY, StageName.PLANNED, StageName.PICKING, StageName.PICKED, StageName.PACKING,
    StageName.PROBLEM, StageName.SHIPPED,
)  # fmt: skip
_NEED_SOMEBODY = (StageName.INCOMPLETE, StageName.PROBLEM)
_SIGNS = {"fail": "circle-x", "attention": "triangle-alert", "system": "printer"}


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
        self._headings: list[int] = []  # rows at the side
        self.cutoffs = CutOffRow(work)
        self.stages = StageRow(work)
        self.waves = WavesTable(work, self._now)
        self.side_rows = LiveModel[SideRow](
            work, self._side_columns(), lambda row: row.key, sign=self._side_sign, heading=lambda row: row.heading
        )
        self.side = BoardTable(work, self.side_rows, self._widest, wide=3, gives_way=True)
        self.side.horizontalHeader().hide()
        work.words.show(self.side.setAccessibleName, "board_side")
        self.orders = WaveOrders(work)
        self.waves.chosen.connect(lambda: self.run("board_orders"))
        self.orders.table.chosen.connect(self._show_chosen_order)
        self._build()
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        work.words.switched.connect(self._refit)
        work.look_changed.connect(self._refit)
        self._ages = QTimer(self, interval=AGES_MS)
        self._ages.timeout.connect(self.refresh)

    def _build(self) -> None:
        hint = text_label("secondary", wrap=True)
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
        zone = ZoneInfo(data.zone)
        faces = [self._cutoff(cutoff, data.now, zone) for cutoff in data.cutoffs[:SHOWN]]
        self.cutoffs.show_faces(faces, say("board_no_deadline"))
        self.stages.show_faces(self._stage_faces(data))
        if not data.waves and self.waves.hasFocus():
            self.setFocus()  # else Qt would give the keys to whatever comes next
        self._left.setCurrentWidget(self.waves if data.waves else self._no_wave)
        self.waves.rows.set_rows(data.waves)
        self.side_rows.set_rows(side_rows(data, self.work.words))
        self._span_headings([number for number, row in enumerate(self.side_rows.rows) if row.heading])
        if self.orders.wave is not None:
            self.orders.say_wave(self.orders.wave)
        self.prompted.emit()

    def _span_headings(self, numbers: list[int]) -> None:
        if numbers != self._headings:
            self._headings = numbers
            self.side.clearSpans()
            for number in numbers:
                self.side.setSpan(number, 0, 1, self.side_rows.columnCount())

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
        return self.data.now if isinstance(self.data, BoardView) else datetime.now(UTC)

    def _cutoff(self, cutoff: CutOff, now: datetime, zone: ZoneInfo) -> CutOffFace:
        say, words, theme = self.work.words.say, self.work.words, self.work.theme
        seconds = (cutoff.at - now).total_seconds()
        left = say("board_late_by" if cutoff.passed else "board_left", age=words.age(abs(seconds)))
        time, orders = words.time(cutoff.at, zone), say("board_open", count=cutoff.orders)
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
        return [
            self._stage_face(stages[name], open_orders, view)
            for name in _COLUMNS
            if name is not StageName.INCOMPLETE or stages[name].orders
        ]

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

    def _widest(self) -> Sequence[str]:
        words = self.work.words
        at_label = words.say("board_bench_label", age=words.age(59 * 60)) + "000"  # and its icon
        return "BENCH-12", "Maria Sánchez", words.say("board_pace_picks", count=888), at_label

    def _side_columns(self) -> Sequence[Column[SideRow]]:
        def cell(number: int) -> Callable[[SideRow], str]:
            return lambda row: row.cells[number]

        def ink(row: SideRow) -> str | None:
            theme = self.work.theme
            return theme.verdict(row.outcome).ink if row.outcome else None

        def name_ink(row: SideRow) -> str | None:
            return self.work.theme.secondary if row.heading else None

        return (
            Column("", cell(0), ink=name_ink), Column("", cell(1)), Column("", cell(2), right=True),
            Column("", cell(3), ink=ink),
        )  # fmt: skip

    def _side_sign(self, row: SideRow, column: int) -> Sign | None:
        if column != 3 or not row.outcome:
            return None
        return _SIGNS[row.outcome], self.work.theme.verdict(row.outcome).ink

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
        waves = self.waves.wanted()
        if waves + side > width:
            waves = self.waves.wanted(all_columns=False)
        spare = max(0, width - waves - side)
        self._left_side.setFixedWidth(max(0, min(waves + spare // 2, width * 2 // 3)))

    def _enlarge(self, unit: float, room: float) -> None:
        gap = round(SPACE[2] * unit)
        self._column.setSpacing(gap)
        self._below.setSpacing(gap)
        # large text on a small screen: tables can be scrolled, cards cannot
        cards = min(unit, _CRAMPED * max(1.0, room))
        self.cutoffs.set_unit(cards)
        self.stages.set_unit(cards)
        for table in (self.waves, self.side, self.orders.table):
            table.fit(unit)

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
        """Ages grow only where somebody sees them."""
        super().showEvent(event)
        self._ages.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._ages.stop()

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
            number = self.side.number()
            row = None if number is None else self.side_rows.row(number)
            if row is None or row.order_id is None:
                raise Refusal("board_choose_problem")
            await board_acts.note_put_back(self.work, row.order_id, row.cells[0])
        self.refresh()

    def _waves(self) -> Sequence[WaveProgress]:
        return self.data.waves if isinstance(self.data, BoardView) else ()

    def _chosen_wave(self) -> WaveProgress | None:
        return self.orders.wave if self._orders_open() else self.waves.wave()


def _wave(view: BoardView, before: WaveProgress | None) -> WaveProgress | None:
    """The same wave as it is now, None when it is no longer on the board."""
    return next((row for row in view.waves if before is not None and row.wave_id == before.wave_id), None)
