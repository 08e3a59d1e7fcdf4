"""The help (F1): every key and command barcode of the page in front, from the table of commands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.commands import EVERYWHERE, Command, commands_of, key_of, keys_of
from ui.dialogs import give_back
from ui.theme import SPACE, px
from ui.widgets.text import text_label
from ui.workspace import Workspace

_WIDEST = 18  # of what a command does, in heights of its type: two tables of three columns fit 1366 px
_SCROLLS = {
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}


class Help(QFrame):
    """Covers the page until Esc or F1; a scan closes it and is taken as usual.

    `lost` tells that whoever had the keyboard before is gone.
    """

    lost = Signal()

    def __init__(self, work: Workspace, over: QWidget) -> None:
        super().__init__(over)
        self._work, self._over = work, over
        self._page, self._scans = EVERYWHERE, False
        self._before: QWidget | None = None
        self.setProperty("role", "head")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[SPACE[5]] * 4)
        column.setSpacing(SPACE[3])
        head = QHBoxLayout()
        title = text_label("title")
        work.words.show(title.setText, "frame_help_title")
        work.words.show(self.setAccessibleName, "frame_help_title")
        self._close = QPushButton()
        self._close.setAutoDefault(False)
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Esc, Enter and F1 do the same
        self._close.clicked.connect(self.leave)
        work.words.show(self._close.setText, "frame_help_close")
        work.words.show(self._close.setAccessibleName, "frame_help_close")
        head.addWidget(title, 1)
        head.addWidget(self._close)
        column.addLayout(head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self._area, 1)
        over.installEventFilter(self)
        work.words.switched.connect(self._fill)
        self.hide()

    def toggle(self, page: str = EVERYWHERE, scans: bool = False) -> None:
        """Show the help for a page, or hide it; on one that takes scans Ctrl+K is off."""
        if self.isVisible():
            self.leave()
            return
        self._page, self._scans = page, scans
        self._before = self.window().focusWidget()
        self._fill()
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def leave(self) -> None:
        """Hide it, and give the keyboard back to who had it."""
        if self.isVisible():
            # before it is hidden: Qt would give the keyboard to whatever is next
            if not give_back(self._before):
                self.lost.emit()
            self._before = None
            self.hide()

    def _fill(self) -> None:
        say = self._work.words.say
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, SPACE[2], 0)
        columns.setSpacing(SPACE[6])
        for page in (self._page, EVERYWHERE) if self._page else (EVERYWHERE,):
            column = QVBoxLayout()
            column.setSpacing(SPACE[3])
            column.addWidget(self._heading(say(f"frame_page_{page}") if page else say("frame_help_everywhere")))
            column.addLayout(self._table(page, commands_of(page)))
            if page == EVERYWHERE:
                hint = text_label("secondary", wrap=True)
                hint.setText(say("frame_help_scan"))
                column.addWidget(hint)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self._area.setWidget(body)
        body.setAutoFillBackground(False)

    def _heading(self, text: str) -> QLabel:
        label = text_label("title")
        label.setText(text)
        return label

    def _table(self, page: str, commands: tuple[Command, ...]) -> QGridLayout:
        say = self._work.words.say
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[4])
        grid.setVerticalSpacing(SPACE[1])
        heads = ["frame_help_key", "frame_help_does"]
        if any(command.barcode for command in commands):
            heads.append("frame_help_barcode")
        for place, code in enumerate(heads):
            label = text_label("caption")
            label.setText(say(code))
            grid.addWidget(label, 0, place)
        search = "F10 K" if self._scans else "Ctrl+K, F10 K"
        rows = [
            (
                {"Ctrl+K": search, "F10": "F10 0 – 9"}.get(command.key, key_of(command)),
                say(f"command_{command.name}"), command.barcode.value if command.barcode else "",
            )
            for command in commands
        ]
        rows += [(key.keys, say(key.code), "") for key in keys_of(page)]
        widest = 0
        for row, cells in enumerate(rows, 1):
            for place, (text, role) in enumerate(zip(cells, ("mono", "", "mono"), strict=True)):
                label = text_label(role, wrap=place == 1)
                label.setText(text)
                if place == 1:
                    label.ensurePolished()
                    widest = max(widest, label.fontMetrics().horizontalAdvance(text) + SPACE[0])
                grid.addWidget(label, row, place)
        if len(heads) == 3:  # a barcode stands beside what it does, the rest of the room behind it
            grid.setColumnMinimumWidth(1, min(widest, px("body", self._work.scale) * _WIDEST))
        grid.setColumnStretch(3 if len(heads) == 3 else 1, 1)
        return grid

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Enter close; nothing else reaches the page behind."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()
        elif event.key() in _SCROLLS:
            bar = self._area.verticalScrollBar()
            bar.triggerAction(_SCROLLS[Qt.Key(event.key())])
        else:
            event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab does not leave for the page behind."""
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the size of the page."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._over.rect())
        return False
