"""Carriers' tracking numbers: their forms and check digits, and ranges that are given out one by one."""

from __future__ import annotations

from enum import StrEnum


class NumberForm(StrEnum):
    """How a number is built from its serial."""

    S10 = "s10"  # UPU S10: service indicator, eight digits, check digit, country
    SSCC = "sscc"  # GS1: extension digit, company prefix, serial, check digit; eighteen digits
    PLAIN = "plain"  # a prefix and the serial
