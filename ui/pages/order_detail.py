"""One order with its lines, parcels, labels and recipient, and everything that happened to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.domain.barcode import group
from app.domain.states import JobState, OrderState, ParcelState
from ui.icons import icon
from ui.pages.order_situation import situation
from ui.signs import (
    JOB_SIGNS,
    NOTHING,
    ORDER_SIGNS,
    PARCEL_SIGNS,
    PAST,
    ink,
    job_reason,
    job_state,
    label_is_void,
    order_state,
    parcel_state,
    past_reason,
    reason_text,
    sold_at,
    urgency,
    urgency_text,
)
from ui.theme import SPACE, px
from ui.widgets.coded import CodedLabel
from ui.widgets.photo import ParcelPhoto
from ui.widgets.text import Elided, text_label
from ui.widgets.timeline import Timeline
from ui.widgets.whole_lines import WholeLines
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.desk_view import OrderSeen
    from app.queries.order_detail import LabelDetail, OrderDetail, ParcelDetail


class OrderDetailView(QWidget):
    """Shows an order over the list; `left` when a person wants to go back to it."""

    left = Signal()

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.order_id: int | None = None
        self._back = QPushButton()
        self._back.setProperty("kind", "quiet")
        self._back.setProperty("touch", "small")
        self._back.setAutoDefault(False)
        self._back.clicked.connect(self.left)
        work.words.show(self._back.setText, "frame_leave")
        work.words.show(self._back.setAccessibleName, "frame_leave")
        self._number = text_label("mono-title")
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._state, self._urgent, self._stopping = text_label("chip"), text_label("chip"), text_label("chip")
        head = QHBoxLayout()
        head.setSpacing(SPACE[2])
        for label in (self._number, self._state, self._urgent, self._stopping):
            head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self._back)

        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE[4])
        self._facts.setVerticalSpacing(0)
        self._values: dict[str, Elided] = {}
        for at, name in enumerate(("channel", "country", "service", "ship_by", "placed", "wave", "place")):
            caption, value = text_label("caption"), Elided("mono" if name == "place" else "strong")
            if name == "place":
                value.setStyleSheet("font-weight: bold;")
            work.words.show(caption.setText, _FACTS[name])
            self._facts.addWidget(caption, 0, at)
            self._facts.addWidget(value, 1, at)
            self._facts.setColumnStretch(at, 4 if name in ("channel", "ship_by", "placed") else 3)
            self._values[name] = value

        self._banner = QFrame()
        self._banner.setProperty("role", "banner")
        self._sign, self._now = text_label("strong"), CodedLabel(px("body", work.scale), bold=True)
        inside = QHBoxLayout(self._banner)
        inside.setContentsMargins(SPACE[2], 0, SPACE[2], 0)
        inside.addWidget(self._sign)
        inside.addWidget(self._now, 1)

        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE[2])
        self._cards.setContentsMargins(0, 0, SPACE[1], 0)
        inner = QWidget()
        inner.setLayout(self._cards)
        self._scroll = WholeLines(work)
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        work.words.show(self._scroll.setAccessibleName, "orders_contents")
        self._timeline = Timeline(work)
        work.words.show(self._timeline.setAccessibleName, "orders_timeline")
        title = text_label("strong")
        work.words.show(title.setText, "orders_timeline")
        right = QVBoxLayout()
        right.setSpacing(SPACE[0])
        right.addWidget(title)
        right.addWidget(self._timeline, 1)
        body = QHBoxLayout()
        body.setSpacing(SPACE[3])
        body.addWidget(self._scroll, 10)
        body.addLayout(right, 11)

        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[1], SPACE[4], SPACE[0])
        column.setSpacing(SPACE[2])
        column.addLayout(head)
        column.addLayout(self._facts)
        column.addWidget(self._banner)
        column.addLayout(body, 1)
        self._shown: object = None
        work.look_changed.connect(self._fit)
        self._fit()

    @property
    def timeline(self) -> Timeline:
        """What happened, the newest first."""
        return self._timeline

    @property
    def situation(self) -> str:
        """Where the order stands and what comes next, as it is said."""
        return self._now.text()

    def texts(self) -> list[str]:
        """Every text on the view, for whoever has to find one."""
        return [label.whole() if isinstance(label, Elided) else label.text() for label in self.findChildren(QLabel)]

    def focus_first(self) -> None:
        """The arrow keys go through what happened."""
        self._timeline.setFocus()

    def show_order(self, seen: OrderSeen) -> None:
        """Paint an order; the place in lists stays when it is the same one."""
        order, words, theme = seen.order, self._work.words, self._work.theme
        now = datetime.now(UTC)
        same = order.order_id == self.order_id
        self.order_id = order.order_id
        self._number.setText(order.source_id)
        _dress(self._state, order_state(words, order.state), outcome=ORDER_SIGNS[order.state][1])
        open_ = order.state not in (OrderState.SHIPPED, OrderState.CANCELLED)
        if order.ship_by is not None and open_:
            _dress(self._urgent, urgency_text(words, order.ship_by, now), urgency=urgency(order.ship_by, now))
        self._urgent.setVisible(order.ship_by is not None and open_)
        _dress(self._stopping, "!  " + words.say("orders_cancel_requested"), outcome="attention")
        self._stopping.setVisible(order.cancel_requested_at is not None and order.state is not OrderState.CANCELLED)
        self._say_facts(order)
        outcome, text = situation(self._work.words, order)
        if self._banner.property("outcome") != outcome:
            self._banner.setProperty("outcome", outcome)
            for widget in (self._banner, self._sign, self._now):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        self._now.show_text(text, (order.tote or "", *(line.sku for line in order.lines)))
        self._sign.setText(_SIGNS.get(outcome, ""))
        self._sign.setVisible(bool(outcome))
        key = (seen.order, words.language, theme.name, self._work.scale)
        if key != self._shown:
            self._shown = key
            place = self._scroll.verticalScrollBar().value() if same else 0
            self._fill(order)
            self._scroll.verticalScrollBar().setValue(place)
        self._timeline.show_entries(seen.entries, keep_place=same)

    def _say_facts(self, order: OrderDetail) -> None:
        words = self._work.words
        none = NOTHING
        wave = none
        if order.wave is not None:
            slot = "" if order.slot is None else words.say("orders_slot", slot=order.slot)
            wave = " · ".join(part for part in (words.say("orders_wave", wave=order.wave), slot) if part)
        table = next((parcel.station for parcel in order.parcels if parcel.station), None)
        values = {
            "channel": " · ".join(part for part in (order.channel, sold_at(words, "", order.shop)) if part),
            "country": words.country(order.recipient.country) if order.recipient.country else none,
            "service": order.service or none,
            "ship_by": words.date(order.ship_by) if order.ship_by else none,
            "placed": words.date(order.placed_at) if order.placed_at else none,
            "wave": wave,
            "place": table or order.tote or none,
        }
        for name, value in values.items():
            self._values[name].setText(value)

    def _fill(self, order: OrderDetail) -> None:
        while item := self._cards.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._cards.addWidget(self._lines(order))
        for parcel in order.parcels:
            self._cards.addWidget(self._parcel(parcel))
        self._cards.addWidget(self._recipient(order))
        self._cards.addStretch(1)

    def _lines(self, order: OrderDetail) -> QWidget:
        card, grid = _card(self._work.words.say("orders_lines", count=len(order.lines)), 5)
        for at, code in enumerate(("orders_sku", "orders_name", "orders_ordered", "orders_picked", "orders_packed")):
            heading = text_label("caption")
            heading.setText(self._work.words.say(code))
            grid.addWidget(heading, 1, at, _RIGHT if at > 1 else Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        for row, line in enumerate(order.lines, 2):
            sku, name = text_label("mono"), text_label(wrap=True)
            sku.setText(line.sku)
            name.setText(line.name)
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            name.setSizePolicy(policy)
            name.setToolTip(line.name)
            grid.addWidget(sku, row, 0)
            grid.addWidget(name, row, 1)
            for at, count in ((2, line.ordered), (3, line.picked), (4, line.packed)):
                grid.addWidget(self._count(count, line.ordered, line.short and at == 3), row, at, _RIGHT)
        return card

    def _count(self, count: int, ordered: int, short: bool) -> QLabel:
        label = text_label("strong")
        done = count == ordered
        if short and not done:
            label.setProperty("outcome", "attention")
            label.setText("! " + self._work.words.say("orders_short", count=count))
        else:
            label.setText(str(count))
        return label

    def _parcel(self, parcel: ParcelDetail) -> QWidget:
        words = self._work.words
        card, grid = _card(words.say("orders_parcel"), 3, parcel.code)
        grid.setColumnStretch(1, 1)
        about = [parcel_state(words, parcel.state)]
        if parcel.weight_g:
            about.append(f"{parcel.weight_g / 1000:.3f} kg")
        if parcel.station:
            about.append(parcel.station)
        if parcel.closed_at:
            about.append(words.date(parcel.closed_at))
        state = self._coloured(" · ".join(about), PARCEL_SIGNS[parcel.state][1])
        grid.addWidget(state, 1, 0, 1, 3)
        row = 2
        for label in parcel.labels:
            row = self._label(grid, row, parcel, label)
        if parcel.state is ParcelState.CLOSED:
            grid.addWidget(ParcelPhoto(self._work, parcel.parcel_id), row, 0, 1, 3)
        return card

    def _label(self, grid: QGridLayout, row: int, parcel: ParcelDetail, label: LabelDetail) -> int:
        words = self._work.words
        tracking = text_label("mono")
        tracking.setText(group(label.tracking))
        tracking.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(tracking, row, 0, 1, 2)
        service = text_label("secondary")
        void = label_is_void(label.state, parcel.state)
        service.setText(words.say("orders_label_void") if void else label.service)
        grid.addWidget(service, row, 2, _RIGHT)
        for copy in label.copies:
            row += 1
            number = text_label("secondary")
            number.setText(words.say("labels_copy", copy=copy.copy))
            grid.addWidget(number, row, 0)
            replaced = copy.state in _OUT and copy.copy < max(each.copy for each in label.copies)
            what = [f"{NOTHING}  {words.say('labels_state_replaced')}" if replaced else job_state(words, copy.state)]
            if copy.reprint_reason:
                why = reason_text(words, copy.reprint_reason)
                what.append(words.say("orders_copy_replaces", copy=copy.copy - 1, why=why))
            if copy.reason and copy.reason != copy.reprint_reason:
                what.append(past_reason(words, copy.reason) if copy.reason in PAST else job_reason(words, copy.reason))
            state = self._coloured(" · ".join(what), "quiet" if replaced else JOB_SIGNS[copy.state][1])
            grid.addWidget(state, row, 1)
            where = text_label("caption")
            where.setText(f"{copy.queue} · {words.time(copy.updated_at)}")
            grid.addWidget(where, row, 2, _RIGHT)
        return row + 1

    def _recipient(self, order: OrderDetail) -> QWidget:
        to, words = order.recipient, self._work.words
        card, grid = _card(words.say("orders_recipient"), 1)
        place = " ".join(part for part in (to.postcode, to.city, to.region) if part)
        country = words.country(to.country) if to.country else ""
        lines = [to.name, *to.street.splitlines(), place, country, to.phone]
        text = text_label(wrap=True)
        text.setText("\n".join(line for line in lines if line.strip()) or words.say("orders_no_recipient"))
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # also what is written from right to left: a block that is looked for at one place
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, 1, 0)
        if order.missing:
            lacks = words.say("orders_lacks", fields=order.missing.replace(",", ", "))
            grid.addWidget(self._coloured(f"! {lacks}", "attention"), 2, 0)
        return card

    def _coloured(self, text: str, outcome: str) -> QLabel:
        label = text_label(wrap=True)
        label.setStyleSheet(f"color: {ink(self._work.theme, outcome)};")
        label.setText(text)
        return label

    def _fit(self) -> None:
        scale = self._work.scale
        self._banner.setFixedHeight(round(44 * scale))
        self._now.set_size(px("body", scale))
        self._back.setIcon(icon("arrow-left", self._work.theme.secondary, px("title", scale)))
        self._back.setIconSize(QSize(px("title", scale), px("title", scale)))


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_OUT = (JobState.PRINTED, JobState.CONFIRMED, JobState.UNCERTAIN)  # copies that lie about where a newer one counts
_SIGNS = {"pass": "✓", "fail": "✗", "attention": "!"}  # no colour stands alone
_FACTS = {
    "channel": "orders_channel", "country": "orders_country", "service": "orders_service", "ship_by": "orders_ship_by",
    "placed": "orders_placed", "wave": "orders_wave_heading", "place": "orders_place",
}  # fmt: skip


def _card(title: str, columns: int, code: str = "") -> tuple[QFrame, QGridLayout]:
    card = QFrame()
    card.setProperty("role", "raised")
    card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    grid = QGridLayout(card)
    grid.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[2])
    grid.setHorizontalSpacing(SPACE[3])
    grid.setVerticalSpacing(SPACE[0])
    heading = text_label("strong")
    heading.setText(title)
    if not code:
        grid.addWidget(heading, 0, 0, 1, columns)
        return card, grid
    number = text_label("mono")
    number.setStyleSheet("font-weight: bold;")
    number.setText(code)
    number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    row = QHBoxLayout()
    row.setSpacing(SPACE[1])
    row.addWidget(heading)
    row.addWidget(number)
    row.addStretch(1)
    grid.addLayout(row, 0, 0, 1, columns)
    return card, grid


def _dress(chip: QLabel, text: str, *, outcome: str = "", urgency: str = "") -> None:
    chip.setText(text)
    for name, value in (("outcome", outcome if outcome != "quiet" else ""), ("urgency", urgency)):
        if (chip.property(name) or "") != value:
            chip.setProperty(name, value)
            chip.style().unpolish(chip)
            chip.style().polish(chip)
