"""What Packbench says in English, a file a subject; `resources/i18n/zh/` says the same in Chinese.

The other languages there say to buyers what `app.sentences.buyers` does.

`SENTENCES` by code, with the facts that come with the code as placeholders; `WORDS` for facts that are codes
themselves, by the kind of fact and its value. A code has one sentence: two files that claim it are a mistake.
"""

from __future__ import annotations

from app.sentences import (
    batches,
    board,
    buyers,
    commands,
    customs,
    devices,
    documents,
    engine,
    frame,
    hardware,
    labels,
    numbers,
    orders,
    packing,
    papers,
    picking,
    received,
    settings,
)

SUBJECTS = (
    engine, frame, commands, board, picking, packing, labels, orders, devices, settings, hardware, received, documents,
    papers, buyers, customs, batches, numbers,
)  # fmt: skip
WORDS: dict[str, str] = engine.WORDS | customs.WORDS
SENTENCES: dict[str, str] = {code: text for subject in SUBJECTS for code, text in subject.SENTENCES.items()}

__all__ = ["SENTENCES", "SUBJECTS", "WORDS"]
