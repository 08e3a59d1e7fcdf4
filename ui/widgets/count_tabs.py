"""A row of tabs that say how many there are of each; one that a person must look at is a filled chip."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QTabBar

from ui.theme import px
from ui.widgets.text import text_label
from ui.workspace import Workspace


class CountTabs(QTabBar):
    """Groups of rows by their names; `chosen` carries the name of the one that a person wants to see."""

    chosen = Signal(str)

    def __init__(self, work: Workspace, groups: Sequence[tuple[str, str]], called: str) -> None:
        """`groups` are (name, code of its words), `called` is the code of what the row is called."""
        super().__init__()
        self._work = work
        self._names = [name for name, _ in groups]
        self._counts: dict[str, QLabel] = {}
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        work.words.show(self.setAccessibleName, called)
        for at, (name, code) in enumerate(groups):
            self.addTab("")
            work.words.show(lambda text, at=at: self.setTabText(at, text), code)
            label = text_label("count")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.setTabButton(at, QTabBar.ButtonPosition.RightSide, label)
            self._counts[name] = label
        work.look_changed.connect(self._fit)
        self._fit()
        self.currentChanged.connect(lambda at: self.chosen.emit(self._names[at]))

    @property
    def current(self) -> str:
        """The name of the group that is shown."""
        return self._names[self.currentIndex()]

    def choose(self, name: str) -> None:
        """Show another group."""
        self.setCurrentIndex(self._names.index(name))

    def turn(self) -> None:
        """Show the next group; after the last comes the first."""
        self.setCurrentIndex((self.currentIndex() + 1) % self.count())

    def shown_count(self, name: str) -> str:
        """The count of a group as it stands on its tab."""
        return self._counts[name].text()

    def show_counts(self, counts: Mapping[str, int], loud: Collection[str] = ()) -> None:
        """Say how many there are; `loud` groups that are not empty are marked by colour, frame and sign."""
        for at, name in enumerate(self._names):
            label, count = self._counts[name], counts.get(name, 0)
            marked = name in loud and count > 0
            text = f"! {count:,}" if marked else f"{count:,}"
            if label.text() != text:
                label.setText(text)
                self.setAccessibleTabName(at, f"{self.tabText(at)} {count}")
            outcome = "attention" if marked else ""
            if label.property("outcome") != outcome:
                label.setProperty("outcome", outcome)
                label.setProperty("role", "chip" if marked else "count")
                label.style().unpolish(label)
                label.style().polish(label)
        self._fit()

    def _fit(self) -> None:
        """Tabs do not move as long as the counts have four places."""
        for label in self._counts.values():
            places = px("caption", self._work.scale) * 3
            label.setFixedWidth(max(places, label.sizeHint().width()))
