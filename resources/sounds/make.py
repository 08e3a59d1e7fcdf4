"""Makes the five sounds: `python -m resources.sounds.make` writes them beside this file.

WAV, 44.1 kHz, 16 bit, one channel. They come from here and from nobody else, so they carry nobody else's licence.
"""

from __future__ import annotations

import io
import math
import wave
from array import array
from pathlib import Path
from sys import byteorder

RATE = 44_100
# each tone begins and ends softly, or it would click
_FADE_S = 0.005
# of a square wave no more than what sounds the same on every loudspeaker; it still reads as a buzz
_HARMONICS = (1, 3, 5, 7, 9, 11, 13)

# name: (frequency in Hz, length in ms, square or not) of each tone, one after the other
SOUNDS: dict[str, tuple[tuple[int, int, bool], ...]] = {
    "pass": ((1760, 60, False),),
    "complete": ((1320, 80, False), (1760, 80, False)),
    "fail": ((220, 250, True),),
    "attention": ((660, 180, False),),
    "system": ((440, 120, False), (330, 120, False)),
}


def samples(name: str) -> array[int]:
    """The samples of a sound, 16 bit with a sign."""
    out = array("h")
    for frequency, length_ms, square in SOUNDS[name]:
        count = RATE * length_ms // 1000
        fade = int(RATE * _FADE_S)
        for index in range(count):
            turn = 2 * math.pi * frequency * index / RATE
            # Fourier: a square wave of height 1 is 4/pi times the sum of sin(n x)/n over odd n
            level = 4 / math.pi * sum(math.sin(n * turn) / n for n in _HARMONICS) * 0.5 if square else math.sin(turn)
            edge = min(index, count - 1 - index, fade) / fade
            out.append(round(level * (1 - math.cos(math.pi * edge)) / 2 * 0.8 * 32767))
    return out


def wav(name: str) -> bytes:
    """The file of a sound."""
    data = samples(name)
    if byteorder == "big":
        data.byteswap()
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data.tobytes())
    return buffer.getvalue()


if __name__ == "__main__":
    for sound in SOUNDS:
        (Path(__file__).parent / f"{sound}.wav").write_bytes(wav(sound))
