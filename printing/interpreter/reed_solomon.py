"""Error correction of Data Matrix and MaxiCode: Reed-Solomon checks over a field of 256 or 64 elements."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=2)
def _logarithms(polynomial: int) -> tuple[list[int], list[int]]:
    """Powers of the field's primitive element, and their exponents by value."""
    size = 1 << polynomial.bit_length() - 1
    powers, logs = [0] * (size - 1), [0] * size
    value = 1
    for exponent in range(size - 1):
        powers[exponent], logs[value] = value, exponent
        value <<= 1
        if value >= size:
            value ^= polynomial
    return powers, logs


@lru_cache(maxsize=64)
def _generator(count: int, polynomial: int) -> list[int]:
    powers, logs = _logarithms(polynomial)
    generator = [1]
    for root in range(1, count + 1):
        following = [*generator, 0]
        for place, value in enumerate(generator):
            if value:
                following[place + 1] ^= powers[(logs[value] + root) % len(powers)]
        generator = following
    return generator


def checks(words: list[int], count: int, polynomial: int) -> list[int]:
    """The `count` check words of `words`; the generator's roots are the powers from the first on."""
    powers, logs = _logarithms(polynomial)
    generator = _generator(count, polynomial)
    rest = [0] * count
    for word in words:
        factor = word ^ rest[0]
        rest = [*rest[1:], 0]
        if factor:
            for place in range(count):
                if generator[place + 1]:
                    rest[place] ^= powers[(logs[generator[place + 1]] + logs[factor]) % len(powers)]
    return rest
