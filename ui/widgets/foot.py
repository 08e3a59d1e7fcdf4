"""The foot of a page: what its keys do. Each is a button as well, for a touch screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from ui.commands import Command
from ui.theme import SPACE
from ui.workspace import Workspace


class Foot(QFrame):
    """The keys of the page in front, in the order of the table of commands."""

    def __init__(self, work: Workspace, run: Callable[[Command], object]) -> None:
        super().__init__()
        self._work = work
        self._run = run
        self._commands: Sequence[Command] = ()
        self._buttons: list[QPushButton] = []
        self.setProperty("role", "foot")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE[4], SPACE[1], SPACE[4], SPACE[1])
        self._row.setSpacing(SPACE[1])
        self._row.addStretch(1)
        work.words.switched.connect(self._say)

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Show those that have an F-key."""
        self._commands = [command for command in commands if command.key.startswith("F")]
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for number, command in enumerate(self._commands):
            button = QPushButton()
            button.setProperty("kind", "key")
            button.setAutoDefault(False)
            # the focus stays where the work is
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, chosen=command: self._run(chosen))
            self._buttons.append(button)
            self._row.insertWidget(number, button)
        self._say()

    def _say(self) -> None:
        for button, command in zip(self._buttons, self._commands, strict=True):
            word = self._work.words.say(f"command_{command.name}")
            button.setText(f"{command.key}  {word}")
            button.setAccessibleName(f"{word} ({command.key})")
