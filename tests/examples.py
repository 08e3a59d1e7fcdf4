"""How many examples hypothesis tries: few each time, and as many as one wants by PACKBENCH_EXAMPLES=3000."""

from __future__ import annotations

import os

_WANTED = int(os.environ.get("PACKBENCH_EXAMPLES", "0"))


def examples(usual: int) -> int:
    return _WANTED or usual
