"""How a simulated printer says its answers: at once, or split, merged, late, among noise, in hex, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from hardware.simulator.faults import Trouble
from hardware.simulator.port import Line


class Voice:
    """The answers on one line; made and used on one asyncio loop.

    `stands` says which trouble stands; `late`: by how many seconds an answer is late when they are.
    """

    def __init__(self, line: Line, stands: Callable[[Trouble], bool], noise: bytes, late: float) -> None:
        self._line = line
        self._stands = stands
        self._noise = noise
        self._late = late
        self._held = b""
        self._queue: asyncio.Queue[tuple[float, bytes, bool]] = asyncio.Queue()
        self._speaking = asyncio.create_task(self._speak())
        self._letting_go = asyncio.get_running_loop().call_soon(lambda: None)

    def say(self, answer: bytes) -> None:
        """An answer, which is never waited for."""
        if not answer or self._stands(Trouble.SILENT):
            return
        if self._stands(Trouble.HEX):
            answer = answer.hex().upper().encode("ascii")
        if self._stands(Trouble.NOISE):
            answer = self._noise + answer + self._noise
        waits = self._stands(Trouble.MERGED) and not self._held
        self._held += answer
        if waits:  # for the next one, or until it is late
            self._letting_go = asyncio.get_running_loop().call_later(self._late, self._let_go)
        else:
            self._let_go()

    def end(self) -> None:
        """Say nothing more."""
        self._speaking.cancel()
        self._letting_go.cancel()

    def _let_go(self) -> None:
        self._letting_go.cancel()
        due = asyncio.get_running_loop().time() + (self._late if self._stands(Trouble.STALE) else 0.0)
        self._queue.put_nowait((due, self._held, self._stands(Trouble.SPLIT)))
        self._held = b""

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):  # who reads the line notices it too
            while True:
                due, answer, split = await self._queue.get()
                if due > loop.time():
                    await asyncio.sleep(due - loop.time())
                size = 1 if split else max(len(answer), 1)
                for begin in range(0, len(answer), size):
                    await self._line.write(answer[begin : begin + size])
                    if split:
                        await asyncio.sleep(0)
