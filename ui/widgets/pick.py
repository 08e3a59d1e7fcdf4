"""One pick, read from two metres: where, what, how many, into which tote; small: how far the walk is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from app.domain.states import Lane
from app.queries.picking_view import PickingView, TaskView
from ui.theme import SPACE, Pair, slot_letter
from ui.widgets.painted import Painted, grouped
from ui.workspace import Workspace

_CENTRE = Qt.AlignmentFlag.AlignCenter
_CAPITALS = 0.9  # the height that capitals and digits need with some air, in sizes of type


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
            aside = " · ".join((self.say("picking_aside"), *view.aside)) if view.aside else ""
            what = self.say("batch_picked" if view.for_bench else "picking_nothing_left")
            self.tell(f"{what}. {aside}" if aside else what)
        else:
            self.tell(
                self.say(
                    "picking_task", location=task.location, quantity=task.quantity, name=task.called, tote=task.tote
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
        if self._view.task is None:
            self._paint_done(painter, self._view, left)
        else:
            self._paint_task(painter, self._view.task, left)
        self._paint_side(painter, self._view, QRectF(left.right() + SPACE[4], 0, side, room.height()))

    def _paint_done(self, painter: QPainter, view: PickingView, room: QRectF) -> None:
        theme = self.work.theme
        pair = theme.passed if view.for_bench else Pair(theme.text, theme.raised)
        ink, sign = pair.ink, "check" if view.for_bench else "inbox"
        self.draw_box(painter, room, pair.paper, ink if view.for_bench else theme.line)
        side = min(self.px("slot"), round(room.height() * 0.5))
        self.draw_icon(painter, sign, ink, room.adjusted(0, 0, 0, -room.height() * 0.4), side)
        text = room.adjusted(SPACE[4], room.height() * 0.58, -SPACE[4], -SPACE[3])
        sizes = (self.px("big"), self.px("bench"), self.px("title"))
        words = self.say("picking_done_prompt" if view.for_bench else "picking_nothing_left")
        done = self.fit(words, text, sizes, bold=True, most=1)
        if not view.for_bench:
            self.draw_fitted(painter, text, done, ink, align=_CENTRE)
            return
        below = text.adjusted(0, self.draw_fitted(painter, text, done, ink, align=_CENTRE) - text.top(), 0, 0)
        sizes = (self.px("bench"), round(26 * self.work.scale), self.px("title"))
        whither = self.fit(self.say("picking_bring"), below, sizes, most=1)
        self.draw_fitted(painter, below, whither, ink, align=_CENTRE)

    def _paint_task(self, painter: QPainter, task: TaskView, room: QRectF) -> None:
        theme = self.work.theme
        # what is to be scanned now stands in the box with the strong border
        high = max(room.height() * 0.42, min(room.height() * 0.5, self.px("verdict") + 2.0 * SPACE[2]))
        where = QRectF(room.left(), room.top(), room.width(), high)
        what = QRectF(room.left(), where.bottom() + SPACE[3], room.width(), room.bottom() - where.bottom() - SPACE[3])
        for box, now in ((where, not task.at_location), (what, task.at_location)):
            self.draw_box(painter, box, theme.raised, theme.accent if now else theme.line, 3.0 if now else 1.0)
        most = self._paint_location(painter, task, where.adjusted(SPACE[4], SPACE[1], -SPACE[4], -SPACE[1]))
        self._paint_item(painter, task, what.adjusted(SPACE[4], SPACE[1], -SPACE[4], -SPACE[1]), most)

    def _paint_location(self, painter: QPainter, task: TaskView, room: QRectF) -> int:
        """The location, larger than all else; returns its size of type."""
        theme, caption = self.work.theme, self.px("title")
        word = self.say("picking_here" if task.at_location else "picking_go_to")
        low = room.height() < caption * 1.4 + self.px("remaining") * _CAPITALS
        place = room.adjusted(0, 0 if low else caption * 1.4, 0, 0)
        right = room.right()
        if task.at_location:
            sign = round(min(place.height(), self.px("remaining")))
            right -= sign
            ticked = QRectF(right, place.top(), sign, place.height())
            self.draw_icon(painter, "check", theme.passed.ink, ticked, sign)
        if low:
            # the caption beside the code leaves the code all of the height
            wide = self.width_of(word, caption)
            beside = QRectF(right - wide - SPACE[2], room.top(), wide + 1, caption * 1.4)
            right = beside.left()
        else:
            beside = QRectF(room.left(), room.top(), right - room.left(), caption * 1.4)
        self.draw_line(painter, beside, word, caption, theme.secondary)
        place.setRight(right - SPACE[2])
        size = self._largest(task.location, place, round(1.25 * self.px("slot")), mono=True)
        self.draw_line(painter, place, task.location, size, theme.text, bold=True, mono=True)
        return size

    def _largest(self, text: str, room: QRectF, most: int, *, mono: bool = False) -> int:
        """The largest size in which a code or a number, which has nothing below its line, fits on one line."""
        size = min(most, int(room.height() / _CAPITALS))
        wide = self.width_of(text, size, bold=True, mono=mono)
        return max(self.px("title"), size if wide <= room.width() else int(size * room.width() / wide))

    def _paint_item(self, painter: QPainter, task: TaskView, room: QRectF, most: int) -> None:
        theme, caption = self.work.theme, self.px("title")
        wide = min(room.width() * 0.28, 260.0 * self.work.scale)
        count = QRectF(room.right() - wide, room.top(), wide, room.height())
        above = QRectF(count.left(), count.top(), wide, caption * 1.4)
        self.draw_line(painter, above, self.say("picking_take"), caption, theme.secondary)
        number = count.adjusted(0, caption * 1.4, 0, 0)
        pieces = str(task.quantity)
        size = self._largest(pieces, number, min(most, self.px("slot")))
        self.draw_line(painter, number, pieces, size, theme.text, bold=True)
        text = room.adjusted(0, 0, -wide - SPACE[3], 0)
        line = caption * 1.3
        rows = [(task.sku, theme.secondary, False), (grouped(task.barcode or ""), theme.text, True)]
        names = tuple(self.px(size) for size in ("remaining", "big", "bench", "title"))
        if room.height() < 2 * line + self.px("bench") * 1.3:
            # the name is read, the code is scanned
            rows = rows[1:] if task.barcode else rows[:1]
        name = text.adjusted(0, 0, 0, -line * len(rows))
        called = self.fit(task.called, name, names, bold=True, most=3)
        self.draw_fitted(painter, name, called, theme.text)
        for row, (code, ink, mono) in enumerate(rows):
            below = QRectF(text.left(), text.bottom() - line * (len(rows) - row), text.width(), line)
            self.draw_line(painter, below, code, caption, ink, mono=mono)

    def _paint_side(self, painter: QPainter, view: PickingView, room: QRectF) -> None:
        theme, body = self.work.theme, self.px("title" if room.height() > 420 * self.work.scale else "body")
        self.draw_box(painter, room, theme.raised, theme.line)
        inner = room.adjusted(SPACE[3], SPACE[3], -SPACE[3], -SPACE[3])
        if view.task is not None:
            inner.setTop(self._paint_tote(painter, view.task, view.lane, inner) + SPACE[3])
        inner.setTop(self._paint_progress(painter, view, inner) + SPACE[3])
        if view.shorts:
            chip = QRectF(inner.left(), inner.top(), inner.width(), body * 2)
            self.draw_chip(
                painter, inner.left(), chip, self.say("picking_shorts", count=len(view.shorts)), body, theme.attention
            )
            inner.setTop(chip.bottom() + SPACE[2])
        aside = body if view.task is not None else round(26 * self.work.scale)
        inner.setTop(self._paint_aside(painter, view.aside, inner, aside))
        for number, later in enumerate(view.upcoming):
            line = QRectF(inner.left(), inner.top(), inner.width(), body * 1.4)
            if line.bottom() + line.height() * (2 if number == 0 else 1) > inner.bottom():
                break
            if number == 0:
                self.draw_line(painter, line, self.say("picking_then"), self.px("caption"), theme.secondary)
                line.translate(0, line.height())
            self.draw_line(painter, line, later.location, body, theme.text, mono=True, bold=True)
            line.translate(0, line.height())
            self.draw_line(painter, line, f"{later.quantity} × {later.called}", body, theme.secondary)
            inner.setTop(line.bottom() + SPACE[1])

    def _paint_aside(self, painter: QPainter, totes: tuple[str, ...], room: QRectF, size: int) -> float:
        """The totes that do not go to the bench, as many as there is room for; returns where they end."""
        theme, line = self.work.theme, QRectF(room.left(), room.top(), room.width(), size * 1.4)
        if not totes or line.bottom() + line.height() > room.bottom():
            return room.top()
        self.draw_line(painter, line, self.say("picking_aside"), self.px("caption"), theme.secondary)
        for number, tote in enumerate(totes, 1):
            line.translate(0, line.height())
            more = len(totes) - number
            last = line.bottom() + line.height() > room.bottom()
            text = f"{tote}  + {more}" if last and more else tote
            self.draw_line(painter, line, text, size, theme.attention.ink, mono=True, bold=True)
            if last:
                break
        return line.bottom() + SPACE[2]

    def _paint_tote(self, painter: QPainter, task: TaskView, lane: Lane, room: QRectF) -> float:
        """The slot's colour and letter, and the tote, which single items share; returns where they end."""
        theme, caption = self.work.theme, self.px("title")
        above = QRectF(room.left(), room.top(), room.width(), caption * 1.4)
        self.draw_line(painter, above, self.say("picking_into"), caption, theme.secondary)
        side = min(room.height() * 0.3, room.width() * 0.42)
        has_slot = lane is Lane.CART and task.slot > 0
        pair = theme.slot(task.slot) if has_slot else Pair(theme.secondary, theme.surface)
        chip = QRectF(room.left(), above.bottom() + SPACE[0], side, side)
        self.draw_box(painter, chip, pair.paper, pair.ink)
        if has_slot:
            self.draw_line(
                painter, chip, slot_letter(task.slot), round(side * 0.62), pair.ink, bold=True, align=_CENTRE
            )
        else:
            self.draw_icon(painter, "inbox", pair.ink, chip, round(side * 0.5))
        right = QRectF(chip.right() + SPACE[2], chip.top(), room.right() - chip.right() - SPACE[2], side / 2)
        word = self.say("picking_slot", slot=task.slot) if has_slot else self.say("picking_single")
        self.draw_line(painter, right, word, caption, theme.text, bold=True)
        below = right.translated(0, side / 2)
        tote = self.fit(task.tote, below, (round(26 * self.work.scale), caption, self.px("body")), mono=True, most=1)
        self.draw_fitted(painter, below, tote, theme.text, middle=True)
        return chip.bottom()

    def _paint_progress(self, painter: QPainter, view: PickingView, room: QRectF) -> float:
        theme, size = self.work.theme, self.px("title")
        text = self.say("picking_progress", done=view.picked, tasks=view.tasks, left=view.pieces - view.pieces_done)
        line = QRectF(room.left(), room.top(), room.width(), size * 1.5)
        words = self.fit(text, line, (size, self.px("body"), self.px("caption")), most=1)
        self.draw_fitted(painter, line, words, theme.text, middle=True)
        bar = QRectF(room.left(), line.bottom() + SPACE[0], room.width(), size * 0.6)
        painter.fillRect(bar, QColor(theme.line))
        share = view.picked / view.tasks if view.tasks else 1.0
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), QColor(theme.accent))
        return bar.bottom()
