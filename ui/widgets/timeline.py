"""What happened, the newest first: a list of entries with their time, their sentence, who and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.barcode import group
from app.domain.errors import Fact
from ui.fonts import ui_font
from ui.signs import FILE, ink, past_reason
from ui.theme import SPACE, px
from ui.widgets.coded import codes_of, laid_out
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.order_timeline import TimelineEntry

Index = QModelIndex | QPersistentModelIndex
_ENTRY = Qt.ItemDataRole.UserRole + 1
_ASKED = "next_"  # begins the codes that answer "what next": whatever it was, it was asked for
_SIGNS = {"pass": "✓", "fail": "✗", "attention": "!"}
# scans that went well and verified nothing: a step on the way
_PLAIN = frozenset({"at_location", "opened", "tote_opened", "held", "acknowledged"})
_PRINTS = {
    "label_printed": ("✓", "pass"), "label_confirmed": ("✓", "pass"), "settled_printed": ("✓", "pass"),
    "label_failed": ("✗", "fail"), "settled_not_out": ("✗", "fail"), "label_uncertain": ("!", "attention"),
    "reprint_wanted": ("↻", ""), "cancel_order": ("⊘", "quiet"), "request_cancel": ("⊘", "attention"),
    "short_pick": ("!", "attention"), "kick_out": ("!", "attention"), "label_taken_back": ("⊘", "quiet"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """An entry as it is painted."""

    time: str
    sign: str
    outcome: str
    text: str
    about: str
    undone: bool
    codes: tuple[str, ...] = ()


class Timeline(QListView):
    """The entries of one order; arrow keys go through them."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._lines = _Lines(self)
        self.setModel(self._lines)
        self.setItemDelegate(_Painter(work, self))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        # all of it: what had no room for a whole line has it now
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)

    def show_entries(self, entries: Sequence[TimelineEntry], *, keep_place: bool) -> None:
        """Show these, given the oldest first; `keep_place` when some of them are shown already."""
        place = self.verticalScrollBar().value() if keep_place else 0
        lines = [self._line(entry) for entry in reversed(entries)]
        if lines != self._lines.lines:
            self._lines.show_lines(lines)
        self.verticalScrollBar().setValue(place)

    def sentences(self) -> list[str]:
        """What is said, the newest first."""
        return [line.text for line in self._lines.lines]

    def _line(self, entry: TimelineEntry) -> _Line:
        words, code = self._work.words, entry.code
        if code == "orders_log_imported":
            code = _came_in(entry)
        facts = {name: fact for name, fact in entry.facts.items() if name != "reason"}
        if tracking := facts.get("tracking"):
            facts["tracking"] = group(str(tracking))
        text = words.say(code, **facts) if entry.outcome is None else scan_text(words, code, facts)
        if entry.outcome is not None:
            outcome = entry.outcome.value
            sign = _SIGNS.get(outcome, "•")
            if outcome == "pass" and code in _PLAIN:
                sign, outcome = "•", "quiet"
        else:
            sign, outcome = _PRINTS.get(code.removeprefix("orders_log_"), ("•", "quiet"))
        if entry.undone:
            outcome = "quiet"
        about = [part for part in (entry.operator, entry.station) if part]
        if reason := past_reason(words, entry.reason, **facts):
            about.insert(0, reason[:1].upper() + reason[1:])
        if entry.undone:
            about.insert(0, words.say("orders_scan_taken_back"))
        time = entry.at.astimezone().strftime("%m-%d  %H:%M:%S")
        return _Line(time, sign, outcome, text, " · ".join(about), entry.undone, codes_of(facts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the sentences anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


def scan_text(words: Words, code: str, facts: Mapping[str, Fact]) -> str:
    """What a scan came to, as something that happened: the verdict itself told somebody what to do."""
    done = "orders_scan_next" if code.startswith(_ASKED) else f"orders_scan_{code}"
    said = words.say(done, **facts)
    return said if said != done else words.say(code, **facts)


def _came_in(entry: TimelineEntry) -> str:
    if entry.facts.get("shop") == FILE:
        return "orders_log_file" if entry.facts.get("file") else "orders_log_a_file"
    return "orders_log_imported" if entry.facts.get("file") else "orders_log_came_in"


class _Lines(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[_Line] = []

    def show_lines(self, lines: list[_Line]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.lines[index.row()]
        if role == _ENTRY:
            return line
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return " · ".join(part for part in (line.time, line.text, line.about) if part)
        return None


class _Painter(QStyledItemDelegate):
    """Time and sign at the left, the sentence beside them, below it who and where."""

    def __init__(self, work: Workspace, parent: QListView) -> None:
        super().__init__(parent)
        self._work = work
        self._list = parent

    def _fonts(self) -> tuple[QFont, QFont]:
        scale = self._work.scale
        return ui_font(px("body", scale)), ui_font(px("caption", scale))

    def _rects(self, line: _Line, left: int, top: int, width: int) -> tuple[QRect, QRect, QRect, QRect]:
        body, small = (QFontMetrics(font) for font in self._fonts())
        time = small.horizontalAdvance("00-00  00:00:00")
        sign = body.height()
        at = left + SPACE[2] + time + SPACE[1] + sign + SPACE[1]
        room = max(left + width - at - SPACE[2], 40)
        text = round(laid_out(line.text, line.codes, self._fonts()[0], room)[1])
        about = small.height() if line.about else 0
        y = top + SPACE[1]
        return (
            QRect(left + SPACE[2], y, time, body.height()),
            QRect(at - SPACE[1] - sign, y, sign, body.height()),
            QRect(at, y, room, text),
            QRect(at, y + text, room, about),
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line: _Line = index.data(_ENTRY)
        width = self._list.viewport().width()
        return QSize(width, self._rects(line, 0, 0, width)[3].bottom() + 1 + SPACE[1])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: _Line = index.data(_ENTRY)
        theme, rect = self._work.theme, option.rect
        body, small = self._fonts()
        time, sign, text, about = self._rects(line, rect.left(), rect.top(), rect.width())
        chosen = bool(option.state & QStyle.StateFlag.State_Selected) and self._list.hasFocus()
        painter.save()
        painter.fillRect(rect, QColor(theme.selected.paper if chosen else theme.raised))
        painter.setPen(QColor(theme.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if chosen:
            painter.fillRect(QRect(rect.left(), rect.top(), 4, rect.height()), QColor(theme.accent))
        low = self._list.viewport().height()
        if text.bottom() >= low:  # a line is seen whole or not at all
            painter.restore()
            return
        painter.setFont(small)
        painter.setPen(QColor(theme.secondary))
        painter.drawText(time, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line.time)
        if about.bottom() < low:
            painter.drawText(
                about, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                QFontMetrics(small).elidedText(line.about, Qt.TextElideMode.ElideRight, about.width()),
            )
        colour = QColor(ink(theme, line.outcome))
        painter.setFont(ui_font(px("body", self._work.scale), bold=True))
        painter.setPen(colour)
        painter.drawText(sign, int(Qt.AlignmentFlag.AlignCenter), line.sign)
        if line.undone:
            body.setStrikeOut(True)
        painter.setFont(body)
        loud = line.undone or line.outcome in ("fail", "attention")
        painter.setPen(colour if loud else QColor(theme.selected.ink if chosen else theme.text))
        laid_out(line.text, line.codes, body, text.width())[0].draw(painter, QPointF(text.topLeft()))
        painter.restore()
