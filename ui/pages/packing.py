"""The packing page: what its keys do, and what covers it until somebody has acted."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.domain.barcode import Command as Barcode
from app.domain.inserts import left
from app.domain.needs import Need
from app.domain.overrides import OVERRIDABLE
from app.domain.states import ParcelState
from app.domain.verdict import Code
from ui.commands import COMMANDS, choices_of, commands_of
from ui.dialogs import Field, Option
from ui.pages import packing_box as boxes
from ui.pages import packing_stops as stops
from ui.pages import packing_texts as texts
from ui.pages.packing_bench import PackingBench
from ui.workspace import Workspace

GUARD_S = 0.4  # an Enter so soon after a letter is the end of a short code, not an answer
_A_QUANTITY = 3  # digits: a shorter number that is typed is no code, but how many
_SCROLLS: dict[int, int] = {
    Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5,
}  # fmt: skip


class PackingPage(PackingBench):
    """The bench with its keys: everything can be done by them, by command barcodes, or by a finger."""

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._second_row = False
        self.table.box.choose = self._take_carton
        for command in commands_of(self.name):
            if command.barcode is not None and command.name != "packing_ok":
                self.commands[command.name] = self._press(command.barcode.value)
        self.commands["packing_ok"] = self.acknowledge
        self.commands["packing_override"] = self._override
        self.commands["packing_type"] = self._type_code
        self.commands["packing_keys"] = self._turn_keys
        for name in ("packing_problem", "packing_more"):
            self.commands[name] = lambda name=name: self._offer_choices(name)  # type: ignore[misc]

    def scan(self, code: str, *, typed: bool = False) -> None:
        """Submit a scan; the first row of keys is there again."""
        self._turn_keys(second=False)
        super().scan(code, typed=typed)

    # what stops the bench

    def _show_stop(self) -> None:
        held = self._unsaved or self._latch
        words = self.work.words
        self._tell_prompt()
        if held is not None:
            self.work.sounds.start_alarm()
            self.panel.show_stop(stops.failure(words, held, self._view, self.acknowledge, self._override))
            return
        self.work.sounds.stop_alarm()
        if self._question is not None:
            stop = stops.question(words, self._question, self._view, self._press, self.acknowledge, self._leave)
        elif self._chooser:
            stop = stops.chooser(words, self._chooser, self._choose, self._leave)
        else:
            self.panel.show_stop(None)
            return
        self.panel.show_stop(stop)

    def acknowledge(self) -> None:
        """Enter: note what was not saved, end a latch, take an order over, confirm what is asked for."""
        if self._unsaved is not None:
            self._unsaved = None
            self._show_stop()
        elif self._latch is not None:
            self.scan(Barcode.OK.value)
        elif self._question is not None:
            if self._question.code == Code.TAKE_OVER:
                self.scan(self._question.raw)
            elif self._question.code == Code.SUBSTITUTE:
                self.scan(Barcode.OK.value)
        elif not self._chooser and (barcode := self._confirmed_by_enter()) is not None:
            self.scan(barcode.value)

    def _confirmed_by_enter(self) -> Barcode | None:
        """What Enter says of what the parcel needs: the note was read, the insert is in."""
        view = self._view
        if view is None or view.table is None:
            return None
        if boxes.note(self.work.words, view) is not None:
            return Barcode.OK
        if texts.needed(view) is Need.INSERTS and left(view.table)[0].may_tick:
            return Barcode.INSERT
        return None

    def _override(self) -> None:
        """Accept a failure that may be accepted; the engine knows who may."""
        if self._unsaved is None and (self._latch is None or self._latch.code in OVERRIDABLE):
            self.scan(Barcode.OVERRIDE.value)
        else:
            self._refuse_key()

    def _leave(self) -> None:
        """Esc: leave a question or a choice as it is; the engine forgets a question with the next scan."""
        if self._latch is not None or self._unsaved is not None:
            return
        asked = self._view.bench.question if self._view is not None else None
        if self._question is not None or asked is not None:
            # an item that waits for more is not packed after all
            self.scan((Barcode.UNDO if asked in texts.OF_ITEM else Barcode.NEXT).value)
        elif self._chooser:
            self._chooser = ""
            self._show_stop()

    def _offer_choices(self, name: str) -> None:
        """Show what stands under a command, to be chosen by its digit; a scan takes it away."""
        if not self._refuse_key():
            self._chooser = "" if self._chooser == name else name
            self._show_stop()

    def _choose(self, name: str) -> Callable[[], None]:
        def act() -> None:
            self._chooser = ""
            self._show_stop()
            command = next(command for command in COMMANDS if command.name == name)
            assert command.barcode is not None
            self._press(command.barcode.value)()

        return act

    def _turn_keys(self, *, second: bool | None = None) -> None:
        """Show the other row of keys, until the next scan."""
        wanted = not self._second_row if second is None else second
        if wanted is not self._second_row:
            self._second_row = wanted
            self.prompted.emit()

    @property
    def second_row(self) -> bool:
        """Whether the foot shows the keys with Shift."""
        return self._second_row

    # keys

    def _press(self, barcode: str) -> Callable[[], None]:
        """A command's key does what its barcode does; while a failure waits, nothing but a tone."""

        def act() -> None:
            if self._refuse_key():
                return
            self.scan(barcode)

        return act

    def _refuse_key(self) -> bool:
        if self._latch is None and self._unsaved is None:
            return False
        self.work.sounds.play("attention")
        return True

    async def _type_code(self) -> None:
        if self._refuse_key():
            return
        words, before = self.work.words, self.work.scanner.at
        answer = await self.work.dialogs.ask(
            words.say("packing_type_title"), words.say("packing_type_quantity"),
            [Option("check", words.say("packing_type_check"))], Field(words.say("packing_type_code"), scans=True),
        )  # fmt: skip
        if answer is not None:
            text = answer.text
            a_quantity = len(text) <= _A_QUANTITY and text.isascii() and text.isdecimal()
            scanned = self.work.scanner.at != before and self.work.scanner.code.strip() == text
            self.scan(f"*{text}" if a_quantity and not scanned else text, typed=not scanned)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Esc, the digits of a question or of a carton, and the arrows for a long order."""
        key, text = event.key(), event.text()
        scroll = _SCROLLS.get(key)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            asked = self._confirmed_by_enter() is not None and not self._chooser
            if self._latch is None and self._unsaved is None and self._question is None and not asked:
                super().keyPressEvent(event)
            elif monotonic() - self._typed_at < GUARD_S:
                self._refuse_key()
            elif not event.isAutoRepeat():
                self.acknowledge()
        elif key == Qt.Key.Key_Escape:
            self._leave()
        elif scroll is not None:
            self.table.lines.scroll_by(scroll)
        elif (act := self._act_of_digit(text)) is not None:
            act()
        else:
            if text.isprintable() and text:
                self._typed_at = monotonic()
            super().keyPressEvent(event)

    def _act_of_digit(self, text: str) -> Callable[[], None] | None:
        """What a digit does now: answers a question, chooses under a command, takes a suggested carton."""
        if len(text) != 1 or text not in "123456789" or self._latch is not None or self._unsaved is not None:
            return None
        at = int(text) - 1
        if self._question is not None:
            answers = stops.CHOICES.get(self._question.code, ())
            return self._press(answers[at][1]) if at < len(answers) else None
        if self._chooser:
            choices = choices_of(self._chooser)
            return self._choose(choices[at].name) if at < len(choices) else None
        cartons = self.table.box.text.cartons or ()
        if self.table.box.isVisible() and at < len(cartons):
            return lambda: self._take_carton(cartons[at].code)
        return None

    def _take_carton(self, code: str) -> None:
        """Take a suggested carton, while the box is open."""
        table = self._view.table if self._view is not None else None
        if table is not None and table.state is ParcelState.OPEN:
            self._press(code)()
