"""A scale that is kept open: the weight that may be used, zero and tare."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from app.domain.errors import KnownError, Refusal
from hardware.alarm import Alarm
from hardware.attachment import Attachment
from hardware.device import DeviceState, DeviceUrl, Transport, parse_url
from hardware.scale_protocols import ScaleProtocol, ScaleState, protocol
from hardware.scale_talk import ScaleTalk, Weight
from hardware.transports import make_transport

_ZERO_SECONDS: Final = 5.0
_TICK: Final = 0.05

OnWeight = Callable[[Weight | None], None]
OnState = Callable[[DeviceState, str], None]


def open_scale(url: str, on_weight: OnWeight, on_state: OnState, *, transport: Transport | None = None) -> Scale:
    """Open the scale of a URL and keep it open until `stop`; returns at once.

    `serial:///dev/ttyUSB0?protocol=mt_sics`, `tcp://scale-2:4305?protocol=ascii`, `hid://0922:8003` (protocol `hid`
    unless it says another). `transport` is used instead of the URL's own, by tests. Raises Refusal
    `device_url_unknown`, `device_not_supported_yet` or `scale_protocol_unknown`.
    """
    parts = parse_url(url)
    if parts.scheme not in ("serial", "tcp", "hid"):
        raise Refusal("device_not_supported_yet", url=url, scheme=parts.scheme)
    spoken = protocol(parts.options.get("protocol", "hid" if parts.scheme == "hid" else ""))
    return Scale(transport or make_transport(with_line(parts, spoken)), spoken, on_weight, on_state)


def with_line(url: DeviceUrl, spoken: ScaleProtocol) -> DeviceUrl:
    """A serial URL that also says how the protocol sets the line, where it does not say so itself."""
    missing = {name: value for name, value in spoken.serial.items() if name not in url.options}
    if url.scheme != "serial" or not missing:
        return url
    text = f"{url.text}{'&' if '?' in url.text else '?'}{urlencode(missing)}"
    return replace(url, text=text, options={**url.options, **missing})


class Scale:
    """An open scale.

    `on_weight(weight)` is called when the weight or its state changes, with None when there is none any more: the
    scale has gone, or has said nothing new for longer than its protocol's `stale`. `on_state(state, reason)`: the
    states of `Attachment`, and ATTENTION with `scale_silent`, `scale_unreadable` or `scale_unit_unknown`. Both are
    called in threads of the scale, one at a time.
    """

    def __init__(
        self, transport: Transport, spoken: ScaleProtocol, on_weight: OnWeight, on_state: OnState
    ) -> None:
        self._protocol = spoken
        self._talk = ScaleTalk(spoken)
        self._on_weight = on_weight
        self._on_state = on_state
        self._weight: Weight | None = None
        self._shown: tuple[int | None, bool, ScaleState] | None = None
        self._state: tuple[DeviceState, str] = (DeviceState.ABSENT, "")
        self._facts: dict[str, str] = {}
        self._connected = self._stopped = False
        # the attachment's thread and the alarm's, one at a time; a callback may stop the scale
        self._one = threading.RLock()
        self._news = threading.Condition(self._one)
        self._alarm = Alarm(transport.url, self._tick)
        self._attachment = Attachment(transport, on_bytes=self._arrived, on_state=self._changed)
        self._attachment.start()

    @property
    def url(self) -> str:
        """The URL it was opened with."""
        return self._attachment.url

    @property
    def state(self) -> DeviceState:
        """The state last told."""
        return self._state[0]

    @property
    def trouble(self) -> KnownError | None:
        """What is wrong, with the facts of the sentence; None while all is well."""
        state, reason = self._state
        return KnownError(reason, **self._facts) if state is DeviceState.ATTENTION else self._attachment.trouble

    def weight(self) -> Weight | None:
        """The newest weight, stable or not; None if there is none, or it is too old to be believed."""
        with self._one:
            return self._fresh(time.monotonic())

    def zero(self) -> None:
        """Zero the empty scale and wait until it shows 0; blocks at most five seconds, so not in a window's thread.

        Raises Refusal `scale_cannot` if the protocol has no such command, `scale_refused` (`state`) if the scale says
        no, KnownError `scale_not_zeroed` if it does not show 0 in time, `device_not_open`, `device_gone`.
        """
        self._command("zero")

    def tare(self) -> None:
        """Make what lies on the scale its zero; as `zero`."""
        self._command("tare")

    def stop(self) -> None:
        """Close it; nothing is called any more. May be called twice."""
        with self._one:
            self._stopped = True
            self._news.notify_all()
        self._alarm.stop()
        self._attachment.stop()

    def _command(self, name: str) -> None:
        with self._one:
            self._attachment.write(self._talk.command(name))
            sent = time.monotonic()
            while (left := sent + _ZERO_SECONDS - time.monotonic()) > 0 and not self._stopped:
                if not self._connected:
                    raise KnownError("device_gone", url=self.url, reason="closed", written=None)
                if self._talk.refused is not None:
                    raise Refusal("scale_refused", command=name, state=self._talk.refused.value)
                shown = self._weight
                if shown is not None and shown.at > sent and shown.stable and shown.state is ScaleState.ZERO:
                    return
                self._news.wait(left)
        raise KnownError("scale_not_zeroed", command=name, url=self.url)

    def _arrived(self, data: bytes, at: float) -> None:
        with self._one:
            weight = self._talk.feed(data, at)
            if weight is not None:
                self._weight = weight
                self._show(at)
            self._judge(at)
            self._news.notify_all()
            self._alarm.set(min(self._talk.deadline, self._stale_at()))

    def _tick(self, now: float) -> float | None:
        with self._one:
            if not self._connected:
                return None
            question = self._talk.due(now)
            if question:
                try:
                    self._attachment.write(question)
                except KnownError:  # it is just going: the attachment tells
                    return None
            self._show(now)
            self._judge(now)
            return max(min(self._talk.deadline, self._stale_at()), now + _TICK)

    def _changed(self, state: DeviceState, reason: str) -> None:
        with self._one:
            self._connected = state is DeviceState.READY
            self._weight = None
            self._show(time.monotonic())
            if self._connected:
                self._talk.begin(time.monotonic())
            self._tell(state, reason)
            self._news.notify_all()
            # at once, and now: the alarm asks the first question when the attachment says that it is ready
            self._alarm.set(time.monotonic() + _TICK if self._connected else None)

    def _fresh(self, now: float) -> Weight | None:
        return None if self._weight is None or now - self._weight.at > self._protocol.stale else self._weight

    def _stale_at(self) -> float:
        return float("inf") if self._weight is None else self._weight.at + self._protocol.stale + 0.001

    def _show(self, now: float) -> None:
        weight = self._weight = self._fresh(now)
        shown = None if weight is None else (weight.grams, weight.stable, weight.state)
        if shown != self._shown and not self._stopped:
            self._shown = shown
            self._on_weight(weight)

    def _judge(self, now: float) -> None:
        if not self._connected:
            return
        trouble = self._talk.trouble(now)
        if trouble is None:
            self._facts = {}
            self._tell(DeviceState.READY, "")
        else:
            code, self._facts = trouble
            self._tell(DeviceState.ATTENTION, code)

    def _tell(self, state: DeviceState, reason: str) -> None:
        if (state, reason) != self._state and not self._stopped:
            self._state = (state, reason)
            self._on_state(state, reason)
