"""The foot of a page: what its keys do. Each is a button as well, for a touch screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy

from ui.commands import EVERYWHERE, Command, commands_of
from ui.theme import SPACE
from ui.workspace import Workspace

_TURN = "Shift+F1"  # shows the other row of keys


class Foot(QFrame):
    """The keys of the page in front, in the order of the table of commands, and at the right what F1 does.

    What has no room is left out whole, the least important first: F1 lists it all the same. A page with a second row of
    keys, those with Shift, has a command to see it (`Shift+F1`).
    """

    def __init__(self, work: Workspace, run: Callable[[Command], object]) -> None:
        super().__init__()
        self._work = work
        self._run = run
        self._buttons: dict[Command, QPushButton] = {}
        self._live, self._idle = True, frozenset[str]()
        self._second = False
        self.setProperty("role", "foot")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE[4], SPACE[1], SPACE[4], SPACE[1])
        self._row.setSpacing(SPACE[1])
        self._row.addStretch(1)
        self._help_command = next(command for command in commands_of(EVERYWHERE) if command.name == "help")
        self._help = self._button(self._help_command)
        self._row.addWidget(self._help)
        work.words.switched.connect(self._say)
        work.look_changed.connect(self._fit)
        self._say()

    @property
    def shown(self) -> list[str]:
        """What stands there, as it is read."""
        return [button.text() for button in (*self._buttons.values(), self._help) if not button.isHidden()]

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Show those that have an F-key."""
        for button in self._buttons.values():
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {command: self._button(command) for command in commands if _plain(command).startswith("F")}
        self._second = False
        self.set_live(self._live, self._idle)
        for number, button in enumerate(self._buttons.values()):
            self._row.insertWidget(number, button)
        self._say()

    def set_live(self, live: bool, idle: frozenset[str] = frozenset()) -> None:
        """Whether the page's keys do anything now, but for the commands that are `idle`; F1 always does."""
        self._live, self._idle = live, idle
        for command, button in self._buttons.items():
            button.setEnabled(live and command.name not in idle)

    def show_row(self, second: bool) -> None:
        """Show the second row of keys, or the first."""
        if second is not self._second:
            self._second = second
            self._fit()

    def _button(self, command: Command) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "key")
        button.setAutoDefault(False)
        # the focus stays where the work is
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._run(command))
        return button

    def _say(self) -> None:
        for command, button in (*self._buttons.items(), (self._help_command, self._help)):
            word = self._work.words.say(f"command_{command.name}")
            button.setText(f"{command.key.replace('Shift+', '⇧')}  {word}")
            button.setAccessibleName(f"{word} ({command.key})")
        self._fit()

    def _fit(self) -> None:
        """Leave out what has no room."""
        width = {command: button.sizeHint().width() + self._row.spacing() for command, button in self._buttons.items()}
        room = self.width() - 2 * SPACE[4] - self._help.sizeHint().width()
        turn = [command for command in self._buttons if command.key == _TURN]
        row = [c for c in self._buttons if c.key != _TURN and c.key.startswith("Shift") is self._second]
        kept = turn + sorted(row, key=lambda command: command.spare)  # those that matter first
        while len(kept) > len(turn) and sum(width[command] for command in kept) > room:
            kept.pop()
        for command, button in self._buttons.items():
            button.setVisible(command in kept)

    def minimumSizeHint(self) -> QSize:
        """What has no room is left out: no width is too small."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See again what has room."""
        super().resizeEvent(event)
        self._fit()


def _plain(command: Command) -> str:
    """Its key without Shift."""
    return command.key.removeprefix("Shift+")
