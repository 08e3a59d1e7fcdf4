"""Questions and notices inside the window: nothing here stops the event loop, and every answer can be typed or scanned.

`await dialogs.ask(…)` shows one question at a time over the page and gives the answer, or None when it was left with
Esc. `tell` shows a notice that goes by itself; nothing that must not be missed is told this way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.errors import Fact, Refusal
from ui.icons import pixmap
from ui.theme import SPACE, px
from ui.widgets.text import text_label
from ui.workspace import Workspace

NOTICE_MS = 6_000
SEEN_MS = 500  # what was told sooner is told on the way to the next page
# answers that nobody gives unread: only a digit, a barcode or a press on them does, never Enter
DELIBERATE = frozenset({"danger", "reason"})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: what comes back, its words, `kind` of its button, a barcode that means it.

    `kind` is `primary`, `danger` (red, and given deliberately: never by Enter) or `reason` (deliberately, not red).
    """

    answer: str
    text: str
    kind: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A line to be typed: its label, what stands in it, and whether it may stay empty.

    `scans`: a scanned code fills it and answers with the first option.
    """

    label: str
    value: str = ""
    optional: bool = False
    scans: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen, and what was typed."""

    option: str
    text: str = ""


def give_back(before: QWidget | None) -> bool:
    """Give the keyboard back to the widget that had it; False when that is gone or cannot be seen."""
    if before is None or not isValid(before) or not before.isVisible():
        return False
    before.setFocus()
    return True


class Dialogs(QObject):
    """The questions of one window; `opened` tells whether one is on the screen now.

    `lost` tells that whoever had the keyboard before a question is gone.
    """

    opened = Signal(bool)
    lost = Signal()

    def __init__(self, work: Workspace, over: QWidget) -> None:
        super().__init__(over)
        self._work = work
        self._over = over
        self._turn = asyncio.Lock()
        self._question: _Question | None = None
        self.question_id = 0  # how many questions there have been
        self._notice = _Notice(work, over)
        over.installEventFilter(self)

    def keep_notices_on(self, row: QWidget) -> None:
        """Notices stand on this row, which has nothing to say that they cover."""
        self._notice.row = row

    @property
    def is_open(self) -> bool:
        """Whether a question waits for its answer."""
        return self._question is not None

    async def ask(
        self, title: str, detail: str = "", options: Sequence[Option] = (), field: Field | None = None,
        *, wrong: str = "", picture: QWidget | None = None,
    ) -> Answer | None:
        """Ask with sentences that are said already; options are chosen by digit, scan, or Tab and Enter.

        Enter takes the option of kind `primary`, else the first, unless that is one to be given deliberately. `wrong`
        says in red why the last answer was not taken, when it is asked again; `picture` is shown beside the words, and
        gone with the question. Returns None when the question was left.
        """
        async with self._turn:
            before = self._over.window().focusWidget()
            answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
            question = _Question(self._work, self._over, title, detail, options, field, answer, wrong, picture)
            self._question = question
            self.question_id += 1
            self.opened.emit(True)
            try:
                return await answer
            finally:
                self._question = None
                # before it is hidden: Qt would give the keyboard to whatever is next
                if not give_back(before):
                    self.lost.emit()
                question.hide()
                question.deleteLater()
                self.opened.emit(False)

    def scan(self, code: str) -> bool:
        """A scan while a question is open; False when none is."""
        if self._question is None or self._question.answered:
            return False
        self._question.scan(code)
        return True

    def tell(self, code: str, /, **facts: Fact) -> None:
        """A notice of something that needs no answer."""
        self._notice.tell(self._work.words.say(code, **facts))

    def tell_refusal(self, refusal: Refusal) -> None:
        """What was refused, and what to do."""
        self._notice.tell(self._work.words.explain(refusal), good=False)

    def hush(self) -> None:
        """Take away a notice that somebody has had time to see: it was about the page before."""
        if self._notice.seen_ms > SEEN_MS:
            self._notice.hide()

    @property
    def notice(self) -> str:
        """The notice on the screen, "" for none."""
        return self._notice.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep question and notice over the whole page when it changes its size."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            if self._question is not None:
                self._question.setGeometry(self._over.rect())
            self._notice.place()
        return False


class _Question(QWidget):
    """The page behind it is dimmed and takes no key."""

    def __init__(
        self, work: Workspace, over: QWidget, title: str, detail: str, options: Sequence[Option], field: Field | None,
        answer: asyncio.Future[Answer | None], wrong: str, picture: QWidget | None,
    ) -> None:
        super().__init__(over)
        self._work = work
        self._options = options
        self._answer = answer
        self._field = field
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._card = card = QFrame(self)
        card.setProperty("role", "raised")
        card.setObjectName("question")
        sides = QHBoxLayout(card)
        sides.setContentsMargins(*[SPACE[5]] * 4)
        sides.setSpacing(SPACE[5])
        # a widget: a layout would be no wider than the widest button
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[3])
        sides.addWidget(words, 3)
        if picture is not None:
            sides.addWidget(picture, 2)
        heading = text_label("title", wrap=True)
        heading.setText(title)
        column.addWidget(heading)
        if detail:
            text = text_label("secondary", wrap=True)
            text.setText(detail)
            column.addWidget(text)
        self._edit: QLineEdit | None = None
        if field is not None:
            label = text_label()
            label.setText(field.label)
            self._edit = QLineEdit(field.value)
            self._edit.setAccessibleName(field.label)
            self._edit.setMaxLength(400)
            self._edit.textEdited.connect(lambda: self._say(""))
            label.setBuddy(self._edit)
            column.addWidget(label)
            column.addWidget(self._edit)
        self._sign, self._hint = text_label("fail"), text_label("fail", wrap=True)
        self._sign.setText("✗")  # no colour stands alone
        fault = QHBoxLayout()
        fault.setSpacing(SPACE[1])
        fault.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        fault.addWidget(self._hint, 1)
        column.addLayout(fault)
        self._say(wrong)
        self._buttons: list[QPushButton] = []
        self._proposed = next((number for number, option in enumerate(options) if option.kind == "primary"), 0)
        mark = "{}   " if len(options) > 1 and field is None else ""
        for number, option in enumerate(options, 1):
            button = QPushButton(mark.format(number) + option.text.replace("&", "&&"))
            button.setAccessibleName(option.text)
            button.setAutoDefault(False)
            plain = "primary" if number == self._proposed + 1 else ""
            button.setProperty("kind", "" if option.kind == "reason" else option.kind or plain)
            if option.kind in DELIBERATE and field is None:
                # its digit presses it; Enter and the blank must not
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, name=option.answer: self._choose(name))
            self._buttons.append(button)
        leave = QPushButton(work.words.say("frame_leave"))
        leave.setAccessibleName(work.words.say("frame_leave"))
        leave.setAutoDefault(False)
        leave.clicked.connect(self._leave)
        if picture is not None:
            column.addStretch(1)
        wanted = px("body", work.scale) * (40 if picture is None else 60)
        width = min(wanted, over.width() - 2 * SPACE[4])
        beside = sum(button.sizeHint().width() + SPACE[2] for button in (*self._buttons, leave))
        if len(options) > 2 or beside > width * (1 if picture is None else 0.55) - 2 * SPACE[5]:
            for button in (*self._buttons, leave):
                button.setProperty("stacked", bool(mark))  # their digits stand below each other
                column.addWidget(button)
        else:
            row = QHBoxLayout()
            row.setSpacing(SPACE[2])
            row.addStretch(1)
            for button in (*self._buttons, leave):  # digits are read from left to right
                row.addWidget(button)
            column.addLayout(row)
        card.setFixedWidth(width)
        outer = QVBoxLayout(self)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.setGeometry(over.rect())
        self.show()
        self.raise_()
        # what is answered deliberately never holds the focus: Enter would press it
        if self._edit is not None:
            self._edit.setFocus()
            self._edit.selectAll()
        elif options and options[self._proposed].kind not in DELIBERATE:
            self._buttons[self._proposed].setFocus()  # its ring says that Enter takes it
        else:
            self.setFocus()

    @property
    def answered(self) -> bool:
        """Whether it has its answer, and is only waiting to be taken away."""
        return self._answer.done()

    def scan(self, code: str) -> None:
        upper = code.strip().upper()
        for option in self._options:
            if option.barcode and option.barcode == upper:
                self._choose(option.answer)
                return
        if self._field is not None and self._field.scans and self._edit is not None:
            self._edit.setText(code.strip())
            self._choose(self._options[0].answer)
            return
        self._work.sounds.play("attention")
        self._say(self._work.words.say("frame_answer_first"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = self.focusWidget()
            if isinstance(focus, QPushButton) and focus.hasFocus():
                focus.click()
            elif self._options and self._options[self._proposed].kind not in DELIBERATE:
                self._choose(self._options[self._proposed].answer)
            elif self._options:
                self._say(self._work.words.say("frame_choose_by_digit"))
        elif self._edit is None and event.text().isdecimal() and 0 < int(event.text()) <= len(self._options):
            self._choose(self._options[int(event.text()) - 1].answer)
        else:
            # nothing may reach the page behind
            event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays inside the question."""
        wanted: list[QWidget] = [w for w in (self._edit, *self._buttons) if w is not None]
        wanted += [w for w in self.findChildren(QPushButton) if w not in wanted]
        wanted = [w for w in wanted if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        focus = self.window().focusWidget()
        at = wanted.index(focus) if focus in wanted else (-1 if forward else 0)
        wanted[(at + (1 if forward else -1)) % len(wanted)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = QColor(self._work.theme.text if self._work.theme.name != "dark" else "#000000")
        shade.setAlpha(120)
        painter.fillRect(self.rect(), shade)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Where no button may hold the keyboard, the card shows that it does."""
        super().focusInEvent(event)
        self._ring(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A button or a field shows it now."""
        super().focusOutEvent(event)
        self._ring(False)

    def _ring(self, there: bool) -> None:
        self._card.setProperty("ring", there)
        self._card.style().unpolish(self._card)
        self._card.style().polish(self._card)

    def _say(self, text: str) -> None:
        self._hint.setText(text)
        for label in (self._sign, self._hint):
            label.setVisible(bool(text))
        outcome = "fail" if text else ""
        if self._edit is not None and (self._edit.property("outcome") or "") != outcome:
            self._edit.setProperty("outcome", outcome)
            self._edit.style().unpolish(self._edit)
            self._edit.style().polish(self._edit)

    def _choose(self, option: str) -> None:
        text = self._edit.text().strip() if self._edit is not None else ""
        if self._field is not None and not self._field.optional and not text:
            self._say(self._work.words.say("frame_fill_in", what=self._field.label))
            return
        if not self._answer.done():
            self._answer.set_result(Answer(option, text))

    def _leave(self) -> None:
        if not self._answer.done():
            self._answer.set_result(None)


class _Notice(QFrame):
    """One line for a few seconds, on a row of its own; a longer one grows over what lies below that row."""

    def __init__(self, work: Workspace, over: QWidget) -> None:
        super().__init__(over)
        self._work, self._over = work, over
        self._good = True
        self.row: QWidget | None = None
        # what lies below can be pressed all the same
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self)
        inside.setContentsMargins(SPACE[4], 0, SPACE[4], 0)
        inside.setSpacing(SPACE[2])
        self._sign = text_label()
        self._text = text_label(wrap=True)
        inside.addWidget(self._sign)
        inside.addWidget(self._text, 1)
        self._timer = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._timer.timeout.connect(self.hide)
        work.look_changed.connect(self._dress)
        self.hide()

    @property
    def seen_ms(self) -> int:
        """For how long it has been there."""
        return NOTICE_MS - max(0, self._timer.remainingTime())

    def text(self) -> str:
        """What it says now."""
        return self._text.text() if self.isVisible() else ""

    def tell(self, text: str, *, good: bool = True) -> None:
        self._good = good
        self._dress()
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.raise_()
        self.place()
        QTimer.singleShot(0, self.place)  # a window that is just being shown gets its measures afterwards
        self._timer.start()

    def _dress(self) -> None:
        theme = self._work.theme
        pair = theme.system if self._good else theme.attention
        self.setStyleSheet(
            f"_Notice {{ background: {pair.paper}; border: 1px solid {pair.ink}; border-width: 1px 0px; }}"
            f"QLabel {{ color: {pair.ink}; }}"
        )
        sign = "info" if self._good else "triangle-alert"
        self._sign.setPixmap(pixmap(sign, pair.ink, px("body", self._work.scale)))

    def place(self) -> None:
        over, row = self._over, self.row
        at = QPoint(0, 0) if row is None else row.mapTo(over, QPoint(0, 0))
        width = max(1, over.width() if row is None else row.width())
        needs = self.heightForWidth(width)
        high = max(0 if row is None else row.height() or needs + SPACE[1], needs)
        # a row without room of its own: over what is above it, never over the keys
        top = at.y() - high if row is not None and not row.height() else at.y()
        self.setGeometry(at.x(), max(0, min(top, over.height() - high)), width, high)
