"""What every page of the window stands on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, fields, replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.settings import Settings, load_settings, save_settings
from app.settings import language as chosen_language
from ui.feed import Feed
from ui.sound import Sounds
from ui.theme import Theme, apply, load_theme
from ui.words import Words

if TYPE_CHECKING:
    from app.devices import StationDevices
    from app.station import Origin, Station
    from ui.dialogs import Dialogs
    from ui.photographer import Photographer


LARGE = 1.5  # text of somebody who wants it large
PRINTERS = ("printer", "printer_fallback", "document_printer")  # fields of the settings


@dataclass(slots=True)
class PrinterSeen:
    """A printer of the station as it was last seen: its URL ("" for none), what it said, and whether that is good.

    `code` is a code of `app.texts` (`ready`, `paper_out`, `device_open_failed` …), "" before anybody has asked.
    """

    url: str = ""
    code: str = ""
    at: float = 0.0  # monotonic seconds


@dataclass(slots=True)
class ScannerSeen:
    """The last scan of any device: monotonic seconds, None before the first."""

    device: str = "wedge:"
    at: float | None = None
    code: str = ""


@dataclass(slots=True)
class Place:
    """Where this computer stands: filled when the database is open."""

    warehouse: int = 0
    station: Station | None = None
    picker: Actor = field(default_factory=lambda: Actor(None, None, Role.PICKER))
    person: Actor = field(default_factory=lambda: Actor(None, None, Role.LEAD))


@dataclass(frozen=True, slots=True)
class Wearing:
    """Who works at the station, and what that person's window is like: "" and None for as the station has it."""

    operator: int | None = None
    language: str = ""
    large_text: bool | None = None


class Workspace(QObject):
    """The engine's feed, the words, the look, the sounds, the dialogs and the settings of one window.

    `look_changed` after another theme or text size; `moved` when station, operator or printer have changed in the
    settings, `settled` when the engine has followed; `settings_changed` when other settings are in use, whatever they
    are; `devices_changed` when a device was seen; `imported` when a file has come in; `found`
    asks the window to show an order (its id), `ordered` to carry out another page's command (its name), `back` to
    return to the page that asked for the order that is shown (`came_from`, "" when nobody did).
    """

    look_changed = Signal()
    settled = Signal()
    settings_changed = Signal()
    moved = Signal()
    devices_changed = Signal()
    found = Signal(int)
    imported = Signal()
    ordered = Signal(str)
    back = Signal()

    dialogs: Dialogs

    def __init__(self, settings: Settings, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.feed = Feed(self)
        self.words = Words(language, self)
        self._own_language = language  # of the station, whoever works at it
        self._wearing = Wearing()
        self._large: bool | None = None  # text, as whoever works here has it; None for as the station has it
        self.sounds = Sounds(settings.volume, settings.sound)
        self.theme: Theme = load_theme(settings.theme)
        self.place = Place()
        self.came_from = ""
        self.printers = {use: PrinterSeen(getattr(settings, use)) for use in PRINTERS}
        self.scanner = ScannerSeen()
        self.attached: StationDevices | None = None  # scanners and scale that are kept open; None where there are none
        self.photographer: Photographer | None = None  # photographs what is closed; None before the window is open
        self.origin: Origin | None = None  # of the scan that is being handed on, None for what was typed or pressed
        self.raw = ""  # what a scanner that types has sent last, with what ended it
        # in the training the printer's twin, and no other printer is taken; None where everything is real
        self.twin: str | None = None
        # opens the training; in the training it begins anew
        self.train: Callable[[], object] = lambda: None
        self._ended = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self.on_mistake: Callable[[BaseException], object] = _raise

    @property
    def printer(self) -> PrinterSeen:
        """The label printer."""
        return self.printers["printer"]

    @property
    def scale(self) -> float:
        """By how much text is larger than usual: as whoever works here has it, else as the station has it."""
        return self.settings.text_scale if self._large is None else LARGE if self._large else 1.0

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any] | None:
        """Run a coroutine of a page; what it raises unexpectedly ends in a crash report, not in silence.

        Nothing is begun any more, and None returned, once the window is at its end.
        """
        if self._ended:
            coroutine.close()
            return None
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def change_settings(self, settings: Settings) -> None:
        """Save what is new in these settings and follow them.

        What the command line says, or the simulated printer of a practice, stands in the settings in use and not in the
        file: only what differs from them is written. Raises KnownError `settings_unwritable`, or the Refusal of a
        value that may not be saved; then nothing has changed.
        """
        given = ((field.name, getattr(settings, field.name)) for field in fields(Settings))
        new = {name: value for name, value in given if value != getattr(self.settings, name)}
        if self.twin is not None and not set(PRINTERS).isdisjoint(new):
            raise Refusal("training_printers")
        save_settings(replace(load_settings()[0], **new))
        self.use_settings(settings)

    def use_settings(self, settings: Settings) -> None:
        """Follow settings without saving them; raises Refusal `training_printers` for a printer in the training."""
        if self.twin is not None and not {getattr(settings, use) for use in PRINTERS} <= {self.twin, ""}:
            raise Refusal("training_printers")
        old, self.settings = self.settings, settings
        # who chooses a size or a language for the station sees it, whatever the badge says
        if old.text_scale != settings.text_scale:
            self._large = None
        if (old.theme, old.text_scale) != (settings.theme, settings.text_scale):
            self.apply_look()
        if old.language != settings.language:
            # else what the command line or the environment says goes on
            self._own_language = settings.language or chosen_language()
            self._speak(self._own_language)
        self.sounds.enabled = settings.sound
        self.sounds.set_volume(settings.volume)
        here = ("station", "cart", "operator", "role", *PRINTERS, "scanners", "scale")
        if any(getattr(old, name) != getattr(settings, name) for name in here):
            self.moved.emit()
        self.settings_changed.emit()

    def wear(self, operator: int | None, language: str = "", large_text: bool | None = None) -> None:
        """Somebody works here from now on, with that person's language and text size; None for nobody."""
        self.place.person = replace(self.place.person, operator=operator)  # what pages do is that person's doing
        worn, self._wearing = self._wearing, Wearing(operator, language, large_text)
        if worn == self._wearing:
            return  # what was chosen in the settings meanwhile stays until somebody else comes
        before, self._large = self.scale, large_text
        if self.scale != before:
            self.apply_look()
        self._speak(language or self._own_language)

    def _speak(self, language: str) -> None:
        self.words.switch(language)
        if self.place.station is not None:
            self.place.station.language = language

    def note_scan(self, code: str, device: str = "wedge:") -> None:
        """Remember when the last scan came, for the status bar."""
        self.scanner.device, self.scanner.at, self.scanner.code = device, monotonic(), code
        self.devices_changed.emit()

    def note_printer(self, code: str, use: str = "printer") -> None:
        """Remember what a printer last said; `use` is one of PRINTERS."""
        self.printers[use].code, self.printers[use].at = code, monotonic()
        self.devices_changed.emit()

    def apply_look(self) -> None:
        """Paint everything in the theme and text size of the settings."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.theme = load_theme(self.settings.theme)
        apply(application, self.theme, self.scale)
        self.look_changed.emit()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.on_mistake(error)

    async def end(self) -> None:
        """Take back what still runs."""
        self._ended = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.photographer is not None:
            self.photographer.close()
        self.feed.close()


def _raise(error: BaseException) -> None:
    raise error
