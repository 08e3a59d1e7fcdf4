"""What came of an import: in one line that is always there, and as a whole with every bad row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from ui.icons import icon
from ui.pages.import_problems import ProblemTable
from ui.pages.order_import import HOLDS, Import, Imported
from ui.theme import SPACE, px
from ui.widgets.text import Elided, text_label
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.domain.incoming import Problem
    from app.sync.files import Report

# what the engine's sentences say of profiles nobody can follow in the window
_HERE = {
    code: f"orders_here_{code}"
    for code in (
        "profile_not_found", "file_encoding", "json_no_records", "number_invalid", "measure_invalid", "date_invalid",
        "status_unknown",
    )
}  # fmt: skip
_UNTOLD = {
    code: f"orders_untold_{code}"
    for code in ("number_invalid", "measure_invalid", "date_invalid", "quantity_invalid", "country_unknown",
                 "customs_currency_unknown")
}
_SIGNS = {"pass": "✓", "fail": "✗", "attention": "!"}  # no colour stands alone
_TOP = Qt.AlignmentFlag.AlignTop
_KIND_OF = {name: "orders" if holds == "lines" else holds for name, holds in HOLDS.items()}


def summary(report: Report, words: Words) -> list[str]:
    """What an import came to, a sentence a line; nothing is said of what there is none of, nor of what is missing."""
    lines = []
    for kind, count in report.counts.items():
        parts = [
            words.say(f"orders_import_count_{name}", count=f"{number:,}")
            for name in ("new", "changed", "unchanged", "refused")
            if (number := getattr(count, name))
        ]
        if parts:
            lines.append(_begun(words.say("orders_import_counts", kind=kind, parts=" · ".join(parts))))
    if report.lines:
        lines.append(words.say("import_lines", lines=report.lines))
    if report.readied:
        lines.append(words.say("import_readied", orders=report.readied))
    lines += [
        words.say("import_changed", order=change.order, fields=", ".join(change.fields)) for change in report.changes
    ]
    return lines


def _begun(sentence: str) -> str:
    """A sentence with its first letter large; the names of kinds are small."""
    return sentence[:1].upper() + sentence[1:]


class ImportLine(QWidget):
    """How far an import is, in a line that is always there; afterwards what came of it, until the next one."""

    wanted = Signal()  # the report

    def __init__(self, work: Workspace, running: Import) -> None:
        super().__init__()
        self._work, self._import = work, running
        self._result: Imported | None = None
        self._in_front = False
        self._text = Elided()
        self._text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._button = QPushButton()
        self._button.setProperty("kind", "quiet")
        self._button.setProperty("touch", "small")
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self.wanted)
        work.words.show(self._button.setText, "orders_import_report")
        work.words.show(self._button.setAccessibleName, "orders_import_report")
        work.words.show(self._bar.setAccessibleName, "orders_import_progress")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE[2])
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self._button)
        running.moved.connect(self.draw)
        work.words.switched.connect(self.draw)
        work.look_changed.connect(self.draw)
        self.draw()

    def show_result(self, result: Imported) -> None:
        """The import is over."""
        self._result = result
        self.draw()

    def report_in_front(self, shown: bool) -> None:
        """Nothing leads to the report while it is seen."""
        self._in_front = shown
        self.draw()

    def text(self) -> str:
        """What it says."""
        return self._text.whole()

    def draw(self) -> None:
        """Say it."""
        theme, scale, running = self._work.theme, self._work.scale, self._import.running
        self._bar.setFixedWidth(round(220 * scale))
        self._bar.setVisible(running)
        self._button.setVisible(not running and self._result is not None and not self._in_front)
        if running:
            self._text.setStyleSheet("")
            self._text.setText(self._import.sentence())
            done, total = self._import.progress or (0, 1)
            self._bar.setRange(0, max(total, 1))
            self._bar.setValue(done)
            return
        if self._result is None or self._in_front:  # the report says it
            self._text.setText("")
            return
        text, good = headline(self._work, self._result)
        self._text.setStyleSheet(f"color: {theme.passed.ink if good else theme.attention.ink};")
        self._text.setText(f"✓ {text}" if good else f"! {text}")


def headline(work: Workspace, result: Imported) -> tuple[str, bool]:
    """What came of an import in one sentence, and whether nothing of it needs a person."""
    report, bad = result.report, 0
    if report is None:
        code = "orders_import_refused"
    else:
        bad = bad_rows(report)
        counts = report.counts.values()
        if any(count.new or count.changed for count in counts):
            code = "orders_import_with_problems" if bad else "orders_import_done"
        elif any(count.unchanged for count in counts):
            code = "orders_import_known_with_problems" if bad else "orders_import_known"
        else:
            code = "orders_import_nothing"
        if values_alone(report):
            code = "customs_import_values"
    return work.words.say(code, file=result.file, count=bad), report is not None and not bad and not report.incomplete


def bad_rows(report: Report) -> int:
    """How many rows were left out: one row may have several problems."""
    return len({problem.line for problem in report.problems})


def values_alone(report: Report) -> bool:
    """Whether nothing but single values was left out: every row was taken."""
    return bool(report.problems) and not any(count.refused for count in report.counts.values())


def why_refused(refusal: Refusal, words: Words, file: str) -> str:
    """Why nothing was taken, for somebody who has a file and no profile."""
    if refusal.code == "columns_missing":
        kind = _KIND_OF.get(str(refusal.facts.get("profile")))
        if kind is not None:
            return words.say("orders_import_lacks", file=file, kind=kind, columns=refusal.facts.get("columns"))
    return words.say(_HERE.get(refusal.code, refusal.code), **refusal.facts)


def why_left_out(problem: Problem, words: Words) -> str:
    """What is wrong with a row, for somebody who has a file and no profile; a value that is not told leaves no gap."""
    facts = problem.facts
    code = _HERE.get(problem.code, problem.code)
    if "value" in facts and facts["value"] is None:
        code = _UNTOLD.get(problem.code, code)
    return words.say(code, **facts)


class ImportReport(QWidget):
    """The whole report of an import: what was taken, and every bad row with its reason."""

    left = Signal()
    again = Signal()  # another file is to be imported
    lacking = Signal()  # the orders that lack something are to be shown

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._result: Imported | None = None
        self._card = QFrame()
        self._card.setProperty("role", "banner")
        self._sign, self._title = text_label("title"), text_label("title", wrap=True)
        self._back = QPushButton()
        self._back.setProperty("kind", "quiet")
        self._back.setAutoDefault(False)
        self._back.clicked.connect(self.left)
        work.words.show(self._back.setText, "frame_leave")
        work.words.show(self._back.setAccessibleName, "frame_leave")
        self._summary = text_label(wrap=True)
        self._summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._again = QPushButton()
        self._again.setProperty("kind", "primary")
        self._again.clicked.connect(self.again)
        inside = QGridLayout(self._card)
        inside.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[2])
        inside.setHorizontalSpacing(SPACE[2])
        inside.setColumnStretch(1, 1)
        inside.addWidget(self._sign, 0, 0, _TOP)
        inside.addWidget(self._title, 0, 1)
        inside.addWidget(self._summary, 1, 1)
        inside.addWidget(self._again, 0, 2, 2, 1)
        self._lacking_card = QFrame()
        self._lacking_card.setProperty("role", "banner")
        self._lacking_card.setProperty("outcome", "attention")
        sign, self._lacks = text_label("title"), text_label("strong", wrap=True)
        sign.setText("!")
        self._show_them = QPushButton()
        self._show_them.clicked.connect(self.lacking)
        work.words.show(self._show_them.setText, "orders_import_show")
        work.words.show(self._show_them.setAccessibleName, "orders_import_show")
        row = QHBoxLayout(self._lacking_card)
        row.setContentsMargins(SPACE[3], SPACE[1], SPACE[3], SPACE[1])
        row.setSpacing(SPACE[2])
        row.addWidget(sign)
        row.addWidget(self._lacks, 1)
        row.addWidget(self._show_them)
        for button in (self._again, self._show_them):
            button.setAutoDefault(False)
        head = QHBoxLayout()
        head.setSpacing(SPACE[3])
        head.addWidget(self._card, 1)
        head.addWidget(self._back, 0, _TOP)
        self._bad = text_label("strong")
        self._copy = QPushButton()
        self._copy.setProperty("touch", "small")
        self._copy.setAutoDefault(False)
        self._table = ProblemTable(work)
        self._copy.clicked.connect(lambda: self._table.copy(everything=True))
        work.words.show(self._copy.setText, "orders_import_copy")
        work.words.show(self._copy.setAccessibleName, "orders_import_copy")
        above = QHBoxLayout()
        above.addWidget(self._bad, 1)
        above.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[2], SPACE[4], SPACE[0])
        column.setSpacing(SPACE[2])
        column.addLayout(head)
        column.addWidget(self._lacking_card)
        column.addLayout(above)
        column.addWidget(self._table, 1)
        self._space = QWidget()
        column.addWidget(self._space, 1)
        work.words.switched.connect(self.draw)
        work.look_changed.connect(self._fit)
        self._fit()

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The bad rows as they are shown: number and reason."""
        return list(self._table.rows)

    def text(self) -> str:
        """Title, summary and what is missing, as they are shown."""
        lacks = f"\n{self._lacks.text()}" if self._lacking_card.isVisibleTo(self) else ""
        return f"{self._title.text()}\n{self._summary.text()}{lacks}"

    def show_result(self, result: Imported) -> None:
        """Show what came of an import."""
        self._result = result
        self.draw()

    def draw(self) -> None:
        """Say it in the language of the moment."""
        if self._result is None:
            return
        words, report, refusal = self._work.words, self._result.report, self._result.refusal
        problems = () if report is None else report.problems
        outcome = "fail" if report is None else "attention" if problems else "pass"
        if self._card.property("outcome") != outcome:
            self._card.setProperty("outcome", outcome)
            coloured: tuple[QWidget, ...] = (self._card, self._sign, self._title, self._summary)
            for widget in coloured:
                widget.style().unpolish(widget)
                widget.style().polish(widget)
        self._sign.setText(_SIGNS[outcome])
        self._title.setText(headline(self._work, self._result)[0])
        lines = [] if report is None else summary(report, words)
        if refusal is not None:
            lines = [why_refused(refusal, words, self._result.file), words.say("orders_import_nothing_taken")]
        self._summary.setText("\n".join(lines))
        self._summary.setVisible(bool(lines))
        again = f"F4  {words.say('command_orders_import')}"
        self._again.setText(again)
        self._again.setAccessibleName(again)
        self._again.setVisible(refusal is not None)
        lacking = 0 if report is None else report.incomplete
        self._lacks.setText(words.say("import_incomplete", orders=lacking))
        self._lacking_card.setVisible(bool(lacking))
        whys: dict[int, list[str]] = {}
        for each in problems:
            why = why_left_out(each, words)
            if why not in whys.setdefault(each.line, []):
                whys[each.line].append(why)
        self._table.show_rows([(str(line), " · ".join(reasons)) for line, reasons in whys.items()])
        code = "customs_import_value_rows" if report is not None and values_alone(report) else "orders_import_bad_rows"
        self._bad.setText(words.say(code, count=0 if report is None else bad_rows(report)))
        for widget in (self._bad, self._copy, self._table):
            widget.setVisible(bool(problems))
        self._space.setVisible(not problems)

    def _fit(self) -> None:
        side = px("title", self._work.scale)
        self._back.setIcon(icon("arrow-left", self._work.theme.secondary, side))
        self._back.setIconSize(QSize(side, side))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard."""
        focus = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QPushButton):
            focus.click()
        else:
            super().keyPressEvent(event)

    def focus_first(self) -> None:
        """The arrow keys go through the bad rows."""
        first: tuple[QWidget, ...] = (self._table, self._again, self._show_them)
        next((widget for widget in first if widget.isVisibleTo(self)), self._back).setFocus()
