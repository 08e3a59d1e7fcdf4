"""The orders page: every order there is, one of them with all that happened to it, and the way in for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.domain.barcode import group
from app.domain.errors import Refusal
from app.domain.states import JobState, OrderState
from ui.dialogs import Option
from ui.models.paged import Column
from ui.pages.import_report import ImportLine, ImportReport
from ui.pages.list_page import ListPage, ListWords
from ui.pages.numbers_void import void_label
from ui.pages.order_detail import OrderDetailView
from ui.pages.order_import import Import, Imported, ask_file
from ui.pages.page import THROTTLE_MS, Empty
from ui.pages.received import take_label_file
from ui.pages.reprinting import ask_reason, reprint_label
from ui.signs import (
    NOTHING,
    ORDER_SIGNS,
    ink,
    label_is_void,
    loud,
    order_word,
    reason_text,
    sold_at,
    urgency,
    urgency_text,
)
from ui.theme import Pair
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.desk_view import OrderSeen
    from app.queries.order_detail import OrderDetail
    from app.queries.order_list import OrderFilter, OrderRow

GROUPS = (
    ("all", "orders_all"),
    ("incomplete", "orders_state_incomplete"),
    ("ready", "orders_state_ready"),
    ("work", "orders_work"),
    ("problem", "orders_state_problem"),
    ("shipped", "orders_state_shipped"),
    ("cancelled", "orders_state_cancelled"),
)
_CANCEL = (
    Option("orders_why_buyer", "orders_why_buyer"),
    Option("orders_why_address", "orders_why_address"),
    Option("orders_why_stock", "orders_why_stock"),
    Option("orders_why_double", "orders_why_double"),
)
IMPORTING_MS = 600  # between two refetches while a file is imported
_OVER = (OrderState.SHIPPED, OrderState.CANCELLED)
_IN_WAVE = (OrderState.PLANNED, OrderState.RELEASED, OrderState.PICKED, OrderState.PACKING)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows: orders by group, rows of the list, and the order that is open."""

    counts: Mapping[str, int]
    total: int
    order: OrderSeen | None


class OrdersPage(ListPage):
    """A list with tabs; Enter opens an order over it, Esc closes it. F4 imports a file while the work goes on."""

    name = "orders"
    topics = frozenset({"orders", "waves", "labels", "parcels", "scans"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._open: int | None = None
        self._under: int | None = None  # the order that the report covers
        self._begun_at: object = None  # what a person was at when the import began
        self._import = Import(work)
        self._import.done.connect(self._imported)
        self._import.moved.connect(self._slow_down)
        words = ListWords(
            table="orders_table", tabs="orders_groups", find="orders_find_hint", none_match="orders_none_match",
            none_match_hint="orders_none_match_hint", total="orders_total",
            empty=Empty("orders_empty", "orders_empty_hint", "orders_import"),
        )
        self._list = self.make_list(
            words, GROUPS, self._columns(), self._load, self._count, sort="state", key=lambda row: row.order_id,
            loud={"problem": "fail", "incomplete": "attention"},
        )
        self.table.opened.connect(self._open_row)
        self._detail = OrderDetailView(work)
        self._detail.left.connect(self._leave)
        self._report = ImportReport(work)
        self._report.left.connect(self._leave)
        self._report.again.connect(lambda: self.run("orders_import"))
        self._report.lacking.connect(self._show_incomplete)
        self._line = ImportLine(work, self._import)
        self._line.wanted.connect(self._show_report)
        self.line.addWidget(self._line, 3)
        self._views = QStackedWidget()
        for view in (self._list, self._detail, self._report):
            self._views.addWidget(view)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._views, 1)
        column.addWidget(self.foot)
        self.commands |= {
            "orders_import": self._ask_import, "orders_reprint": self._reprint, "orders_cancel": self._cancel,
            "orders_label_file": self._take_label,
            "orders_void": self._void,
        }
        self.setAcceptDrops(True)

    # reading

    async def fetch(self) -> Seen:
        """Counts by group, the rows that are seen, and the order that is open."""
        from app.queries.desk_view import order_totals

        counts = await self.work.feed.read(order_totals, {name: self._filter_of(name) for name, _ in GROUPS})
        total = await self.model.reload()
        wanted = self._open
        return Seen(counts, total, None if wanted is None else await self._read_order(wanted))

    async def _read_order(self, order_id: int) -> OrderSeen:
        from app.queries.desk_view import order_seen

        return await self.work.feed.read(order_seen, order_id)

    async def _load(self, sort: str, descending: bool, offset: int, limit: int) -> Sequence[OrderRow]:
        from app.queries.order_list import order_page

        return await self.work.feed.read(
            order_page, filter=self._filter_of(self.group), sort=sort, descending=descending, offset=offset,
            limit=limit,
        )

    async def _count(self) -> int:
        from app.queries.order_list import order_total

        return await self.work.feed.read(order_total, self._filter_of(self.group))

    def _filter_of(self, group: str) -> OrderFilter:
        from app.queries.order_list import OrderFilter, OrderGroup

        if group in ("all", "work"):
            return OrderFilter(group=OrderGroup(group), text=self.text)
        return OrderFilter(state=OrderState(group), text=self.text)

    def _columns(self) -> tuple[Column[OrderRow], ...]:
        work, words = self.work, self.work.words

        def sign(row: OrderRow) -> tuple[str, str]:
            return ("!", "attention") if _stopping(row) else ORDER_SIGNS[row.state]

        def chip(row: OrderRow) -> Pair | None:
            return loud(work.theme, sign(row)[1])

        def state_word(row: OrderRow) -> str:
            word = words.say("orders_cancel_requested") if _stopping(row) else order_word(words, row.state)
            return f"{sign(row)[0]} {word}" if chip(row) else word

        def country(row: OrderRow) -> str:
            return f"{row.country}  {words.country(row.country)}" if row.country else ""

        def channel(row: OrderRow) -> str:
            return sold_at(words, row.channel, row.shop)

        def place(row: OrderRow) -> str:
            wave = row.wave if row.state in _IN_WAVE else None  # what it was in is not where it is
            return row.tote or ("" if wave is None else words.say("orders_wave", wave=wave))

        return (
            Column("orders_number", lambda row: row.source_id, "number", mono=True, width=19, stretch=True),
            Column(
                "orders_state", state_word, "state", sign=lambda row: sign(row)[0], chip=chip, width=19, stretch=True,
                ink=lambda row: ink(work.theme, sign(row)[1]),
            ),
            Column("orders_pieces", lambda row: str(row.pieces), "pieces", right=True, width=6),
            Column("orders_country", country, "country", width=17, stretch=True, spare=1),
            Column("orders_channel", channel, width=11, stretch=True, spare=2),
            Column("orders_ship_by", self._due_text, "ship_by", chip=self._due_chip, width=13),
            Column("orders_place", place, mono=True, width=11, stretch=True),
            Column("orders_age", lambda row: words.age(_since(row.updated_at)), "updated", right=True, width=8),
        )

    def _due_text(self, row: OrderRow) -> str:
        if row.ship_by is None:
            return NOTHING
        if row.state in _OVER:
            return self.work.words.date(row.ship_by)[5:]
        return urgency_text(self.work.words, row.ship_by, datetime.now(UTC))

    def _due_chip(self, row: OrderRow) -> Pair | None:
        if row.ship_by is None or row.state in _OVER:
            return None
        return self.work.theme.urgency[urgency(row.ship_by, datetime.now(UTC))]

    # painting

    def show_data(self, data: Seen) -> None:
        """Paint counts, rows, and the order that is open."""
        self.show_list(data.counts, data.total)
        if data.order is not None and data.order.order.order_id == self._open:
            self._detail.show_order(data.order)
            if self._views.currentWidget() is not self._detail:
                self._show(self._detail)

    def prompt(self) -> str:
        """What a scan does here."""
        return self.work.words.say("orders_prompt")

    def focus_first(self) -> None:
        """The view in front takes the keys."""
        view = self._views.currentWidget()
        if view is self._detail:
            self._detail.focus_first()
        elif view is self._report:
            self._report.focus_first()
        else:
            super().focus_first()

    def show_order(self, order_id: int) -> None:
        """Open any order, also one that the list does not show."""
        self._open = order_id
        self.table.choose(order_id)
        self.refresh()

    def begin_find(self) -> None:
        """Back to the list, with the cursor in the box."""
        self._close()
        super().begin_find()

    def _open_row(self) -> None:
        row: OrderRow | None = self.table.current
        if row is not None:
            self.work.came_from = ""  # it is the list that leads here
            self.show_order(row.order_id)

    def _leave(self) -> None:
        """Back to where it was opened: the order that a report covers, another page, or the list."""
        under, from_report = self._under, self._views.currentWidget() is self._report
        self._close()
        if from_report and under is not None:
            self._open = under
            self._show(self._detail)
            self.refresh()
        elif not from_report and self.work.came_from:
            self.work.back.emit()

    def _close(self) -> None:
        self._open = self._under = None
        self._show(self._list)

    def _show(self, view: QWidget) -> None:
        self._views.setCurrentWidget(view)
        self.total.setVisible(view is self._list)
        self._line.report_in_front(view is self._report)
        self._fit_foot()
        if self.isVisible() and not self.work.dialogs.is_open:
            self.focus_first()

    def _fit_foot(self) -> None:
        """An order has the room of the line below it while nothing stands there."""
        self.foot.setVisible(self._views.currentWidget() is not self._detail or bool(self._line.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes what is over the list."""
        if event.key() == Qt.Key.Key_Escape and self._views.currentWidget() is not self._list:
            self._leave()
        else:
            super().keyPressEvent(event)

    # doing

    async def _wanted(self) -> OrderDetail:
        """The order that is open, or else the one that is chosen in the list."""
        row: OrderRow | None = self.table.current
        order_id = self._open if self._open is not None else None if row is None else row.order_id
        if order_id is None:
            raise Refusal("orders_choose_one")
        return (await self._read_order(order_id)).order

    async def _reprint(self) -> None:
        order = await self._wanted()
        valid = {
            parcel.parcel_id: label
            for parcel in order.parcels
            for label in parcel.labels
            if not label_is_void(label.state, parcel.state)
        }
        if not valid:
            raise Refusal("orders_no_label", order=order.source_id)
        parcel_id = next(iter(valid))
        if len(valid) > 1:
            title = self.work.words.say("orders_which_label", order=order.source_id)
            options = [Option(str(parcel), group(label.tracking)) for parcel, label in valid.items()]
            answer = await self.work.dialogs.ask(title, "", options)
            if answer is None:
                return
            parcel_id = int(answer.option)
        label = valid[parcel_id]
        if all(copy.state is JobState.CANCELLED for copy in label.copies):
            raise Refusal("received_not_printed", order=order.source_id)
        await reprint_label(self.work, parcel_id, group(label.tracking), order.source_id, label.copies)

    async def _void(self) -> None:
        order = await self._wanted()
        await void_label(self.work, order.order_id, order.source_id)

    async def _take_label(self) -> None:
        await take_label_file(self.work, self, (await self._wanted()).order_id)

    async def _cancel(self) -> None:
        from app.operations.orders import request_cancel

        order, say = await self._wanted(), self.work.words.say
        number = order.source_id
        if order.state in _OVER:
            raise Refusal(
                "order_shipped" if order.state is OrderState.SHIPPED else "order_is_cancelled", order=number
            )
        if order.cancel_requested_at is not None:
            raise Refusal("cancel_at_gate", order=number)
        title = say("orders_cancel_title", order=number)
        reason = await ask_reason(self.work, title, say("orders_cancel_why"), _CANCEL)
        if reason is None:
            return
        at_work = order.state in (OrderState.PICKED, OrderState.PACKING)
        what = "orders_cancel_at_gate" if at_work else "orders_cancel_at_once"
        answer = await self.work.dialogs.ask(
            title, f"{say(what)}\n{say('orders_cancel_reason', reason=reason_text(self.work.words, reason))}",
            [Option("keep", say("orders_cancel_keep")), Option("cancel", say("orders_cancel_go"), "danger")],
        )
        if answer is None or answer.option != "cancel":
            return
        state = await self.work.feed.write(request_cancel, self.work.place.person, order.order_id, reason)
        self.work.dialogs.tell("cancelled_now" if state is OrderState.CANCELLED else "cancel_at_gate", order=number)

    # files that come in

    async def _ask_import(self, path: str = "") -> None:
        if self._import.running:
            raise Refusal("orders_import_running", file=self._import.file)
        chosen = await ask_file(self.work, self, path)
        if chosen is not None:
            self._begun_at = self._busy_at()
            await self._import.run(chosen)

    def _slow_down(self) -> None:
        """While a file comes in every chunk is a Change, and the importing thread leaves little time to paint them."""
        self._fit_foot()
        self._throttle.setInterval(IMPORTING_MS if self._import.running else THROTTLE_MS)

    def _busy_at(self) -> object:
        """What a person reads or types here."""
        view = self._views.currentWidget()
        return view, self._open, self.box.text() if self.box.hasFocus() else ""

    def _imported(self, result: Imported) -> None:
        self._line.show_result(result)
        self._fit_foot()
        self._report.show_result(result)
        self.work.imported.emit()
        if self.work.dialogs.is_open or self._busy_at() not in (self._begun_at, (self._list, None, "")):
            return  # a person has gone on to something else; the line below says that it is done
        self._show_report()

    def _show_report(self) -> None:
        if self._views.currentWidget() is not self._report:
            self._under = self._open
        self._open = None
        self._show(self._report)

    def _show_incomplete(self) -> None:
        """The orders of which something is missing, whatever was looked for before."""
        self._close()
        self.box.clear()
        self.box.finish()
        self.tabs.choose("incomplete")
        self.focus_first()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped anywhere on the page."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask whether it is to be imported."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files and not self.work.dialogs.is_open:
            event.acceptProposedAction()
            self.work.spawn(self._guarded(self._ask_import(str(Path(files[0])))))


def _stopping(row: OrderRow) -> bool:
    """Whether the next gate will stop it."""
    return row.cancel_requested and row.state is not OrderState.CANCELLED


def _since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment).total_seconds()
