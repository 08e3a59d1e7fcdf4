"""One pick, read from two metres: where, what, how many, into which tote; small: how far the walk is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from app.queries.picking_view import PickingView, TaskView
from ui.theme import SPACE, Pair, slot_letter
from ui.widgets.painted import Painted, grouped
from ui.workspace import Workspace

_CENTRE = Qt.AlignmentFlag.AlignCenter


class Pick(Painted):
    """Paints the pick that is next of a cart, and the two after it."""

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._view: PickingView | None = None
        work.look_changed.connect(self.update)

    def show_view(self, view: PickingView) -> None:
        """Show where a cart stands."""
        self._view = view
        task = view.task
        if task is None:
            self.tell(self.say("batch_picked"))
        else:
            self.tell(
                self.say(
                    "picking_task", location=task.location, quantity=task.quantity, name=task.called,
                    tote=task.tote,
                )
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pick at the left, tote and walk at the right."""
        if self._view is None:
            return
        painter = QPainter(self)
        room = QRectF(self.rect())
        side = min(room.width() * 0.3, 380.0 * self.work.scale)
        left = room.adjusted(0, 0, -side - SPACE[4], 0)
        right = QRectF(left.right() + SPACE[4], 0, side, room.height())
        if self._view.task is None:
            self._paint_done(painter, left)
        else:
            self._paint_task(painter, self._view.task, left)
        self._paint_side(painter, self._view, right)

    def _paint_done(self, painter: QPainter, room: QRectF) -> None:
        theme = self.work.theme
        self.draw_box(painter, room, theme.passed.paper, theme.passed.ink)
        self.draw_icon(painter, "check", theme.passed.ink, room.adjusted(0, 0, 0, -room.height() * 0.4), self.px("slot"))
        fitted = self.fit(
            self.say("batch_picked"), room.adjusted(SPACE[4], room.height() * 0.5, -SPACE[4], -SPACE[3]),
            (self.px("big"), self.px("bench")), bold=True,
        )
        self.draw_fitted(
            painter, room.adjusted(SPACE[4], room.height() * 0.5, -SPACE[4], -SPACE[3]), fitted, theme.passed.ink,
            align=_CENTRE,
        )

    def _paint_task(self, painter: QPainter, task: TaskView, room: QRectF) -> None:
        theme = self.work.theme
        # what is to be scanned now stands in the box with the strong border
        where = QRectF(room.left(), room.top(), room.width(), room.height() * 0.42)
        what = QRectF(room.left(), where.bottom() + SPACE[3], room.width(), room.bottom() - where.bottom() - SPACE[3])
        for box, now in ((where, not task.at_location), (what, task.at_location)):
            self.draw_box(painter, box, theme.raised, theme.accent if now else theme.line, 3.0 if now else 1.0)
        caption = self.px("title")
        inner = where.adjusted(SPACE[4], SPACE[2], -SPACE[4], -SPACE[2])
        word = self.say("picking_here" if task.at_location else "picking_go_to")
        self.draw_line(painter, QRectF(inner.left(), inner.top(), inner.width(), caption * 1.4), word, caption, theme.secondary)
        if task.at_location:
            self.draw_icon(painter, "check", theme.passed.ink, inner.adjusted(inner.width() - 72, 0, 0, 0), self.px("remaining"))
        sizes = tuple(self.px(name) for name in ("slot", "verdict")) + (96, 72, 60, 48)
        place = inner.adjusted(0, caption * 1.4, -80 if task.at_location else 0, 0)
        self.draw_fitted(painter, place, self.fit(task.location, place, sizes, bold=True, mono=True, most=1), theme.text, middle=True)
        self._paint_item(painter, task, what.adjusted(SPACE[4], SPACE[2], -SPACE[4], -SPACE[2]))

    def _paint_item(self, painter: QPainter, task: TaskView, room: QRectF) -> None:
        theme = self.work.theme
        wide = min(room.width() * 0.28, 260.0 * self.work.scale)
        count = QRectF(room.right() - wide, room.top(), wide, room.height())
        text = room.adjusted(0, 0, -wide - SPACE[3], 0)
        caption = self.px("title")
        self.draw_line(painter, QRectF(count.left(), count.top(), wide, caption * 1.4), self.say("picking_take"), caption, theme.secondary, align=_CENTRE)
        number = count.adjusted(0, caption * 1.2, 0, 0)
        sizes = tuple(size for size in (self.px("slot"), self.px("verdict"), 96, 72) if size * 1.15 <= number.height())
        self.draw_fitted(painter, number, self.fit(f"{task.quantity} ×", number, sizes or (60,), bold=True, most=1), theme.text, middle=True, align=_CENTRE)
        name = text.adjusted(0, 0, 0, -caption * 3.2)
        sizes = (self.px("big"), 40, self.px("bench"), 26, caption)
        self.draw_fitted(painter, name, self.fit(task.called, name, sizes, bold=True, most=3), theme.text)
        line = QRectF(text.left(), text.bottom() - caption * 3, text.width(), caption * 1.5)
        self.draw_line(painter, line, task.sku, caption, theme.secondary)
        self.draw_line(painter, line.translated(0, caption * 1.5), grouped(task.barcode or ""), caption, theme.text, mono=True)

    def _paint_side(self, painter: QPainter, view: PickingView, room: QRectF) -> None:
        theme, task = self.work.theme, view.task
        self.draw_box(painter, room, theme.raised, theme.line)
        inner = room.adjusted(SPACE[3], SPACE[3], -SPACE[3], -SPACE[3])
        caption, body = self.px("title"), self.px("body")
        top = inner.top()
        if task is not None:
            self.draw_line(painter, QRectF(inner.left(), top, inner.width(), caption * 1.4), self.say("picking_into"), caption, theme.secondary)
            top += caption * 1.5
            side = min(inner.height() * 0.3, inner.width() * 0.42)
            pair = self.work.theme.slots[(task.slot - 1) % len(theme.slots)] if task.slot else Pair(theme.text, theme.surface)
            chip = QRectF(inner.left(), top, side, side)
            self.draw_box(painter, chip, pair.paper, pair.ink)
            self.draw_line(painter, chip, slot_letter(task.slot) if task.slot else "–", round(side * 0.62), pair.ink, bold=True, align=_CENTRE)
            right = QRectF(chip.right() + SPACE[2], top, inner.right() - chip.right() - SPACE[2], side)
            self.draw_line(painter, QRectF(right.left(), right.top(), right.width(), side / 2), self.say("picking_slot", slot=task.slot), caption, theme.text, bold=True)
            self.draw_line(painter, QRectF(right.left(), right.center().y(), right.width(), side / 2), task.tote, body, theme.text, mono=True)
            top = chip.bottom() + SPACE[3]
        self._paint_progress(painter, view, QRectF(inner.left(), top, inner.width(), caption * 3))
        top += caption * 3 + SPACE[2]
        for number, later in enumerate(view.upcoming):
            if top + body * 3 > inner.bottom():
                break
            word = self.say("picking_then") if number == 0 else ""
            self.draw_line(painter, QRectF(inner.left(), top, inner.width(), body * 1.4), word, self.px("caption"), theme.secondary)
            top += body * 1.3 if word else 0
            self.draw_line(painter, QRectF(inner.left(), top, inner.width(), body * 1.4), later.location, body, theme.text, mono=True, bold=True)
            top += body * 1.4
            self.draw_line(painter, QRectF(inner.left(), top, inner.width(), body * 1.4), f"{later.quantity} × {later.name or later.sku}", body, theme.secondary)
            top += body * 1.8
        if view.shorts and top + body * 2 <= inner.bottom():
            text = self.say("picking_shorts", count=len(view.shorts))
            self.draw_chip(painter, inner.left(), QRectF(inner.left(), top, inner.width(), body * 2), text, body, theme.attention)

    def _paint_progress(self, painter: QPainter, view: PickingView, room: QRectF) -> None:
        theme, size = self.work.theme, self.px("title")
        text = self.say("picking_progress", done=view.done, tasks=view.tasks, left=view.pieces - view.pieces_done)
        self.draw_line(painter, QRectF(room.left(), room.top(), room.width(), size * 1.5), text, size, theme.text)
        bar = QRectF(room.left(), room.top() + size * 1.8, room.width(), size * 0.6)
        painter.fillRect(bar, QColor(theme.line))
        share = view.done / view.tasks if view.tasks else 1.0
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), QColor(theme.accent))
