"""Types into a window as a keyboard or a scanner would: key events with times, and no waiting.

The demonstration and the tests type with this, and the filter of the scanner (`ui.wedge`) gives back with it what
turned out not to be a scan.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtTest import QTest

_NONE = Qt.KeyboardModifier.NoModifier
# Qt gives the Command key of a Mac the name Control, and the Control key, with which a scanner sends GS, that of Meta
_MAC = sys.platform == "darwin"
_CONTROL_KEY = Qt.KeyboardModifier.MetaModifier if _MAC else Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
COMMANDING = Qt.KeyboardModifier.ControlModifier | _ALT | Qt.KeyboardModifier.MetaModifier
# with these a person types letters too: AltGr, which Windows calls Ctrl+Alt, and the Option key of a Mac
_TYPING = (_NONE, _ALT if _MAC else _CONTROL_KEY | _ALT)

ENDS = {"\r": Qt.Key.Key_Return, "\n": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
MODIFIERS = frozenset((Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta))
# what a US keyboard has above its digits and signs; scanners are set to this layout when they leave the factory
_SHIFTED = frozenset('~!@#$%^&*()_+{}|:"<>?')


@dataclass(frozen=True, slots=True)
class Stroke:
    """One press or release of a key, as a window gets it; `at_ms` is its time by the platform, 0 when it has none.

    `native` is (scan code, virtual key, modifiers) of the platform, 0 where it does not tell.
    """

    down: bool
    key: int
    modifiers: Qt.KeyboardModifier = _NONE
    text: str = ""
    at_ms: int = 0
    repeat: bool = False
    native: tuple[int, int, int] = (0, 0, 0)
    count: int = 1

    @property
    def is_text(self) -> bool:
        """Whether it types something that can be seen, or a blank."""
        return self.text >= " " and self.text != "\x7f" and self.modifiers & COMMANDING in _TYPING

    @property
    def control(self) -> str:
        """The control character that a key with Ctrl stands for (GS is Ctrl+]), or ""."""
        if self.modifiers & COMMANDING != _CONTROL_KEY:
            return ""
        if len(self.text) == 1 and self.text < " ":
            return self.text
        # ASCII: Ctrl takes 0x40 from the letters and from @ [ \\ ] ^ _
        return chr(self.key - 0x40) if 0x40 <= self.key < 0x60 else ""

    @property
    def content(self) -> str:
        """What it adds to a code; a Tab or Return that is no suffix is a part of it."""
        if self.is_text:
            return self.text
        return self.control or (self.text if self.text in ENDS else "")

    @property
    def identity(self) -> int:
        """The number of its place, which press and release have in common, whatever Shift makes of it."""
        # a Mac tells only its virtual key, which is the place there
        return self.native[1 if _MAC else 0] or -self.key

    @classmethod
    def of(cls, event: QKeyEvent) -> Stroke:
        """The stroke that an event tells of."""
        return cls(
            down=event.type() != QEvent.Type.KeyRelease,
            key=event.key(),
            modifiers=event.modifiers(),
            text=event.text(),
            at_ms=event.timestamp(),
            repeat=event.isAutoRepeat(),
            native=(event.nativeScanCode(), event.nativeVirtualKey(), event.nativeModifiers()),
            count=event.count(),
        )

    def event(self, kind: QEvent.Type) -> QKeyEvent:
        """The event of that kind which tells of this stroke."""
        event = QKeyEvent(kind, self.key, self.modifiers, *self.native, self.text, self.repeat, self.count)
        event.setTimestamp(self.at_ms)
        return event


def deliver(window: QWindow, stroke: Stroke) -> None:
    """Give one stroke to a window in the way the platform does: a shortcut comes before the focused widget.

    The stroke arrives exactly as it is when a filter or the focused widget wants the key for itself. Where they leave
    it to a shortcut, its time and native codes are lost: only QTest reaches Qt's table of shortcuts from outside, and
    lets Qt work on whatever else waits, so that no coroutine may be in the middle of something. Shift, Ctrl and the
    like are no shortcut alone.
    """
    if not stroke.down:
        QCoreApplication.sendEvent(window, stroke.event(QEvent.Type.KeyRelease))
        return
    asked = stroke.event(QEvent.Type.ShortcutOverride)
    QCoreApplication.sendEvent(window, asked)
    if asked.isAccepted() or stroke.key in MODIFIERS:
        QCoreApplication.sendEvent(window, stroke.event(QEvent.Type.KeyPress))
    else:
        QTest.simulateEvent(window, True, stroke.key, stroke.modifiers, stroke.text, stroke.repeat)


def press_key(
    window: QWindow,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier = _NONE,
    text: str = "",
    at_ms: int | None = None,
) -> None:
    """Press and release one key; `at_ms` is now unless given."""
    at = _now() if at_ms is None else at_ms
    for down in (True, False):
        deliver(window, Stroke(down, key, modifiers, text, at))


def type_text(window: QWindow, text: str, gap_ms: int = 120, start_ms: int | None = None) -> int:
    """Type a text on a US keyboard with `gap_ms` between two characters; returns the time of the next one.

    A line feed is Enter, a tab is Tab, other control characters are Ctrl with a letter or sign. Characters that the
    keyboard does not have come as text of an unknown key, as from an on-screen keyboard.
    """
    at = _now() if start_ms is None else start_ms
    for character in text:
        for stroke in strokes(character, at):
            deliver(window, stroke)
        at += gap_ms
    return at


def type_scan(window: QWindow, code: str, suffix: str = "\r", gap_ms: int = 2, start_ms: int | None = None) -> int:
    """Type a code as a scanner does, each key at once after the one before; returns the time after the suffix."""
    return type_text(window, code + suffix, gap_ms, start_ms)


def strokes(character: str, at_ms: int) -> Iterator[Stroke]:
    """What a US keyboard sends for one character, Shift or Ctrl included."""
    key, modifiers, held = _place(character)
    # no platform says which text a modifier has
    if held is not None:
        yield Stroke(True, held, modifiers, "", at_ms)
    yield Stroke(True, key, modifiers, character, at_ms)
    yield Stroke(False, key, modifiers, character, at_ms)
    if held is not None:
        yield Stroke(False, held, _NONE, "", at_ms)


def _place(character: str) -> tuple[int, Qt.KeyboardModifier, Qt.Key | None]:
    """The key of a character, the modifiers it has then, and the key that has to be down for it."""
    plain = ENDS.get(character)
    if plain is not None:
        return plain, _NONE, None
    if character < " ":
        return ord(character) + 0x40, _CONTROL, Qt.Key.Key_Control
    upper = character.upper()
    # Qt numbers the keys of Latin-1 by their capital letter
    key = ord(upper) if len(upper) == 1 and upper <= "\xff" else Qt.Key.Key_unknown
    if character in _SHIFTED or (character.isascii() and character.isupper()):
        return key, _SHIFT, Qt.Key.Key_Shift
    return key, _NONE, None


def _now() -> int:
    return int(time.monotonic() * 1000)
