"""Tells a scanner that types (keyboard wedge) from a person who types, before any widget sees a key.

Without a prefix this is a guess by time: the first key that may begin a code is held back for the length of the gap;
what comes faster than that is held too, until the suffix comes, or silence makes it typing, which the window then gets
unchanged and in order. At the suffix the rhythm decides (`of_machine`): a scanner is quicker than any hand, or its keys
come as evenly as a clock, each let go before the next; a hand speeds up and slows down, and rolls over its keys. With a
prefix there is nothing to guess and nothing to give back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from math import inf
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from shiboken6 import isValid

from app.domain.errors import Refusal
from ui.keys import COMMANDING, ENDS, MODIFIERS, Stroke, deliver
from ui.rhythm import Rhythm, deviation, of_machine, was_rolled

LONGEST: Final = 400
# keys that type nothing (Shift, function keys) are held as well, and not without end
_MOST_HELD: Final = 8 * LONGEST

_TYPED = frozenset((QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride))
_SEEN = _TYPED | {QEvent.Type.InputMethod}

_TYPING_MS: Final = 500.0  # what comes so soon after a typed character goes on with it
_KNOWN_GAPS, _FALTERS = 3, 1.5  # after so many even gaps the next may be so many times longer than any should

# no keyboard repeats faster than this, and no scanner keeps a key down for longer
_REPEATS_MS: Final = 20

# FS, GS, RS and US, with one of which a GS1 or ISO 15434 code may begin; no person types them
_SEPARATORS = frozenset("\x1c\x1d\x1e\x1f")
_FUNCTION_KEYS = {f"F{number}": Qt.Key(Qt.Key.Key_F1 + number - 1) for number in range(1, 25)}
_STX: Final = "\x02"


@dataclass(frozen=True, slots=True)
class WedgeTiming:
    """How a station's scanner types: times in milliseconds, `shortest` in characters.

    `suffixes` are the keys that end a code; Return also stands for CR and LF sent as Ctrl+M and Ctrl+J, Tab for Ctrl+I.
    `prefix` is the key that begins one: "F1" to "F24", "STX" (or the control character itself), or a single character
    that nobody types; None or "" when the scanner sends none. `jitter_ms` is by how much the gaps between the keys of a
    scanner may differ (standard deviation); from `gap_ms` on, speed alone decides. Raises Refusal
    `devices_wedge_prefix` for another prefix.
    """

    gap_ms: int = 60
    total_ms: int = 1500
    shortest: int = 4
    suffixes: tuple[Qt.Key, ...] = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
    prefix: str | None = None
    jitter_ms: int = 6

    def __post_init__(self) -> None:
        if self.prefix and self.prefix not in _FUNCTION_KEYS and self.prefix != "STX" and len(self.prefix) != 1:
            raise Refusal("devices_wedge_prefix", prefix=self.prefix)


class _State(Enum):
    IDLE = auto()
    HELD = auto()  # keys are held back: a scan or a person, not known yet
    OPENED = auto()  # a prefix came: a scan
    SPOILED = auto()  # a scan was given up; the rest of it is thrown away


class _Do(Enum):
    PASS = auto()
    SWALLOW = auto()
    TAKE = auto()  # as a part of what may be a scan
    OPEN = auto()
    END = auto()


class Wedge(QObject):
    """The filter: install it for the application, and scans come by `scanned`, each once and in order.

    `scanned` carries the code as the scanner sent it, control characters such as GS (0x1D) kept, without prefix and
    suffix. `typed` tells that a person typed. `refused` carries the code of a sentence when something came that only a
    scanner sends, and that had no end within 400 characters (`devices_scan_long`) or `total_ms` (`devices_scan_slow`):
    nothing of it reaches a widget, where a blank would press a button, and no part of it is taken for a code.
    """

    scanned = Signal(str)
    typed = Signal()
    refused = Signal(str)

    def __init__(
        self,
        timing: WedgeTiming | None = None,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` counts seconds; it is asked where the platform gives a key no time of its own."""
        super().__init__(parent)
        self.timing = timing or WedgeTiming()
        # where nobody types, on a page for scans, whatever is quick enough is a scan
        self.typing_expected: Callable[[], bool] = lambda: True
        self._clock = clock
        self.raw = ""  # the last scan with the key that ended it, as far as that writes anything
        self._application: QGuiApplication | None = None
        self._composing: QObject | None = None  # whatever composed text would go to
        self._state = _State.IDLE
        self._held: list[tuple[QWindow, Stroke]] = []
        self._code = ""
        self._lasted = 0.0  # ms since the first key
        # the rhythm of what is held: gaps before characters, the gap since the last one, and whether Shift came in it
        self._gaps: list[float] = []
        self._shifted: list[bool] = []
        self._gap, self._shift = 0.0, False
        # characters' keys that are down, each with the time of the next character (0 before there is one)
        self._lying: dict[int, int] = {}
        self._rolled = False
        self._after_typing = False
        self._typed_ago = inf  # ms from the last character that a person typed to the last press
        # keys whose press no window saw: their release is none of its business either
        self._swallowed: set[int] = set()
        self._giving_back = False
        self._ended_by: int | None = None  # the key that ended a scan, while nothing came after it
        # the time of the last press: by the platform, by the clock in ms, and whether the platform's time moves at all
        self._stamp, self._arrived, self._stamps_move = 0, -inf, False
        # the last press and the last release: which key, and when
        self._down, self._up = (0, 0), (0, 0)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setTimerType(Qt.TimerType.PreciseTimer)
        self._silence.timeout.connect(self._quiet)
        self._quiet_once = False

    def install(self, application: QGuiApplication) -> None:
        """Filter the keys of all windows of the application from now on.

        Keys go to windows that have the focus, so these are watched: a filter on the application itself would be asked
        about each event of each widget, and a busy window would be slower by half.
        """
        self.uninstall()
        self._application = application
        for window in application.allWindows():
            self._watch(window)
        application.focusWindowChanged.connect(self._watch)
        self._follow(application.focusObject())
        application.focusObjectChanged.connect(self._follow)
        application.aboutToQuit.connect(self.uninstall)

    def uninstall(self) -> None:
        """Let all keys through from now on; what is held back is given to its window."""
        if self._application is None:
            return
        self.settle()
        self._rest()
        for window in self._application.allWindows():
            window.removeEventFilter(self)
        self._application.focusWindowChanged.disconnect(self._watch)
        self._follow(None)
        self._application.focusObjectChanged.disconnect(self._follow)
        self._application.aboutToQuit.disconnect(self.uninstall)
        self._application = None

    @property
    def idle(self) -> bool:
        """Whether nothing is held back and no code is under way."""
        return self._state is _State.IDLE

    def settle(self) -> None:
        """Nothing more came: what is held back was typing; a code that was opened and has no end is given up."""
        if self._state is _State.HELD:
            self._give_back()
        elif self._state is _State.OPENED:
            self._spoil("devices_scan_slow")
        else:
            self._rest()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in _SEEN or self._giving_back:
            return False
        if kind == QEvent.Type.InputMethod:
            # composed text goes to the focused widget, past the window; what was typed before it must be there first
            if self._state is _State.HELD:
                self.settle()
            return False
        # a key visits every object from the window down to the focused widget, and is one key all the same
        if not isinstance(watched, QWindow) or not isinstance(event, QKeyEvent):
            return False
        stroke = Stroke.of(event)
        if kind == QEvent.Type.KeyRelease:
            return self._released(watched, stroke)
        since = self._since(stroke)
        self._catch_up(stroke, since)
        do = self._judge(stroke, since)
        if do is _Do.PASS and self._state is _State.HELD:
            self.settle()
        if kind == QEvent.Type.KeyPress:
            self._pressed(watched, stroke, since, do)
        else:
            # the platform asks first whether the key is wanted for anything but a shortcut; the press follows if it is
            event.setAccepted(do is not _Do.PASS)
        return do is not _Do.PASS

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)

    def _follow(self, widget: QObject | None) -> None:
        if self._composing is not None and isValid(self._composing):
            self._composing.removeEventFilter(self)
        self._composing = widget
        if widget is not None:
            widget.installEventFilter(self)

    def _since(self, stroke: Stroke) -> float:
        """Milliseconds since the press before, by the platform's time if it has one: a busy window does not bend it.

        A fast scanner's keys may share a millisecond; a platform whose time never moves is not believed.
        """
        if stroke.at_ms and self._stamp:
            if stroke.at_ms > self._stamp:
                return stroke.at_ms - self._stamp
            if stroke.at_ms == self._stamp and self._stamps_move:
                return 0
        return self._clock() * 1000 - self._arrived

    def _catch_up(self, stroke: Stroke, since: float) -> None:
        """What the time before this press means, which the timer may not have told yet."""
        silent = since > self._patience
        going_on = self._state is _State.OPENED or (self._state is _State.HELD and not silent)
        if going_on and self._lasted + since > self.timing.total_ms:
            if self._state is _State.OPENED or self._scanned(stroke, since):
                self._spoil("devices_scan_slow")
            else:
                self.settle()
        if silent and self._state in (_State.HELD, _State.SPOILED):
            self.settle()

    def _judge(self, stroke: Stroke, since: float) -> _Do:
        """What to do with a press; changes nothing, because the platform asks twice."""
        # A key that is held down repeats long after it went down. In the middle of a code it is a double character:
        # X11 calls the second one a repetition when the two share a millisecond.
        if self._state is _State.IDLE and self._repeats(stroke):
            return _Do.SWALLOW if stroke.identity in self._swallowed else _Do.PASS
        ends, opens = self._ends(stroke), self._opens(stroke)
        if self._state is _State.IDLE:
            if opens:
                return _Do.OPEN
            # LF after CR; the same key twice is not what scanners send
            if ends and self._ended_by not in (None, stroke.key) and since <= self.timing.gap_ms:
                return _Do.SWALLOW
            begins = not self.timing.prefix and (stroke.is_text or stroke.control in _SEPARATORS)
            return _Do.TAKE if begins else _Do.PASS
        if self._state is _State.HELD:
            if ends:
                return _Do.END if len(self._code) >= self.timing.shortest and self._scanned(stroke, since) else _Do.PASS
            return _Do.TAKE
        if opens and not stroke.is_text:
            # no code holds this key: the one before has lost its end
            return _Do.SWALLOW if stroke.repeat else _Do.OPEN
        if ends:
            return _Do.END
        return _Do.TAKE if self._state is _State.OPENED else _Do.SWALLOW

    @property
    def _patience(self) -> int:
        """For how many ms nothing has to come until what is held is over: a scanner may falter once it is known."""
        known = self._state is _State.HELD and len(self._gaps) >= _KNOWN_GAPS and not self._rolled
        if known and deviation(Rhythm(tuple(self._gaps), tuple(self._shifted))) <= self.timing.jitter_ms:
            return round(self.timing.gap_ms * _FALTERS)
        return self.timing.gap_ms

    def _scanned(self, stroke: Stroke, since: float) -> bool:
        """Whether what is held has the rhythm of a scanner, up to the press that has just come."""
        if self.timing.jitter_ms >= self.timing.gap_ms:
            return True
        rolled = self._rolled or any(was_rolled(after, stroke.at_ms) for after in self._lying.values())
        gaps, shifted = (*self._gaps, self._gap + since), (*self._shifted, self._shift)
        if not self.typing_expected():
            return of_machine(self._code, Rhythm(gaps, shifted, rolled), inf)
        return of_machine(self._code, Rhythm(gaps, shifted, rolled, self._after_typing), self.timing.jitter_ms)

    def _pressed(self, window: QWindow, stroke: Stroke, since: float, do: _Do) -> None:
        self._typed_ago += since
        self._stamps_move |= stroke.at_ms > self._stamp > 0
        self._down = (stroke.identity, stroke.at_ms)
        self._stamp, self._arrived = stroke.at_ms, self._clock() * 1000
        if stroke.key not in MODIFIERS:
            self._ended_by = stroke.key if do is _Do.END else None
        if do is _Do.PASS:
            self._swallowed.discard(stroke.identity)
            if stroke.is_text:
                self._typed_ago = 0.0
        elif do is _Do.TAKE and self._state is not _State.OPENED:
            self._swallowed.discard(stroke.identity)
            self._hold(window, stroke, since)
        else:
            self._swallowed.add(stroke.identity)
            if do is _Do.OPEN:
                self._open()
            elif do is _Do.END:
                self._end(stroke)
            elif do is _Do.TAKE:
                self._lasted += since
                self._code += stroke.content
            elif self._state is _State.SPOILED:
                self._await(self.timing.gap_ms)
        if len(self._code) > LONGEST or len(self._held) > _MOST_HELD:
            self._spoil("devices_scan_long")

    def _hold(self, window: QWindow, stroke: Stroke, since: float) -> None:
        if self._state is _State.HELD:
            self._lasted += since
            self._gap += since
        else:
            self._after_typing = self._typed_ago <= _TYPING_MS
        self._state = _State.HELD
        self._held.append((window, stroke))
        if content := stroke.content:
            if self._code:
                self._gaps.append(self._gap)
                self._shifted.append(self._shift)
            self._gap, self._shift = 0.0, False
            self._lying = {key: after or stroke.at_ms for key, after in self._lying.items()}
            self._lying[stroke.identity] = 0
            self._code += content
        else:
            self._shift = True
        self._await(self._patience)

    def _open(self) -> None:
        if self._state is _State.OPENED:
            self._spoil("devices_scan_slow")
        self._rest()
        self._state = _State.OPENED
        self._await(self.timing.total_ms)

    def _end(self, stroke: Stroke) -> None:
        code = self._code
        self.raw = code + (stroke.control or ("\t" if stroke.key == Qt.Key.Key_Tab else "\r"))
        self._drop()
        self._rest()
        if code:
            self.scanned.emit(code)

    def _released(self, window: QWindow, stroke: Stroke) -> bool:
        self._up = (stroke.identity, stroke.at_ms)
        if stroke.identity in self._swallowed:
            if not stroke.repeat:
                self._swallowed.discard(stroke.identity)
            return True
        if self._state is not _State.HELD:
            return False
        self._rolled |= was_rolled(self._lying.pop(stroke.identity, 0), stroke.at_ms)
        # in its turn, after the keys that were pressed before
        self._held.append((window, stroke))
        return True

    def _give_back(self) -> None:
        """What was held back was typed by a person: the windows get it as it came."""
        held = self._held
        if self._code:
            self._typed_ago = 0.0
        self._rest()
        self._send(held)
        self.typed.emit()

    def _drop(self) -> None:
        """What was held back is a scanner's: no window gets it, but the release of a key that it saw go down."""
        down: set[int] = set()
        owed = []
        for window, stroke in self._held:
            if stroke.down:
                down.add(stroke.identity)
            elif stroke.identity in down:
                down.discard(stroke.identity)
            else:
                owed.append((window, stroke))
        self._held = []
        self._swallowed |= down
        self._send(owed)

    def _spoil(self, reason: str) -> None:
        self._drop()
        self._rest()
        # until it falls silent; the rest of a code that is cut in two would be taken for a code
        self._state = _State.SPOILED
        self._await(self.timing.gap_ms)
        self.refused.emit(reason)

    def _rest(self) -> None:
        self._state, self._held, self._code, self._lasted = _State.IDLE, [], "", 0.0
        self._gaps, self._shifted, self._lying, self._rolled = [], [], {}, False
        self._gap, self._shift = 0.0, False
        self._silence.stop()

    def _send(self, strokes: list[tuple[QWindow, Stroke]]) -> None:
        self._giving_back = True
        try:
            for window, stroke in strokes:
                if isValid(window):  # a key may close its window
                    deliver(window, stroke)
        finally:
            self._giving_back = False

    def _await(self, ms: int) -> None:
        self._quiet_once = False
        self._silence.start(ms)

    def _quiet(self) -> None:
        # A window that was busy, or got no processor, finds its timer due and keys waiting, in any order. It looks
        # once more, the later it was the longer: the keys have the times at which they were pressed.
        if self._quiet_once:
            self.settle()
        else:
            self._quiet_once = True
            late = self._clock() * 1000 - self._arrived - self._silence.interval()
            self._silence.start(round(min(max(late, 0), self.timing.gap_ms)))

    def _repeats(self, stroke: Stroke) -> bool:
        """Whether a press is the repetition of a key that stays down.

        X11 repeats by a release and a press of one time, and Qt does not always see that they belong together.
        """
        again = (stroke.identity, stroke.at_ms)
        key, pressed = self._down
        return stroke.repeat or (0 < pressed <= stroke.at_ms - _REPEATS_MS and self._up == again and key == again[0])

    def _ends(self, stroke: Stroke) -> bool:
        commanding = stroke.modifiers & COMMANDING
        key = ENDS.get(stroke.control) if commanding else stroke.key
        return key in self.timing.suffixes

    def _opens(self, stroke: Stroke) -> bool:
        prefix = self.timing.prefix
        if not prefix:
            return False
        if prefix in _FUNCTION_KEYS:
            return stroke.key == _FUNCTION_KEYS[prefix]
        return (stroke.control or stroke.text) == (_STX if prefix == "STX" else prefix)
