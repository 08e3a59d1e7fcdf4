"""What Packbench says in English, a file a subject; `resources/i18n/zh/` says the same in Chinese.

The other languages there say to buyers what `app.sentences.buyers` does.

`SENTENCES` by code, with the facts that come with the code as placeholders; `WORDS` for facts that are codes
themselves, by the kind of fact and its value. A code has one sentence: two files that claim it are a mistake.
"""

from __future__ import annotations

from app.sentences import (
    batches,
    bench_rules,
    board,
    buyers,
    cartons,
    commands,
    customs,
    devices,
    documents,
    engine,
    exceptions,
    frame,
    goods,
    hardware,
    labels,
    numbers,
    orders,
    packing,
    papers,
    photos,
    picking,
    received,
    requirements,
    settings,
    training,
    verifying,
)

SUBJECTS = (
    engine, frame, commands, board, picking, packing, labels, orders, devices, settings, hardware, received, documents,
    papers, buyers, customs, batches, numbers, bench_rules, photos, goods,
    exceptions, training, requirements, cartons, verifying,
)  # fmt: skip
WORDS: dict[str, str] = engine.WORDS | customs.WORDS | goods.WORDS | verifying.WORDS
SENTENCES: dict[str, str] = {code: text for subject in SUBJECTS for code, text in subject.SENTENCES.items()}

__all__ = ["SENTENCES", "SUBJECTS", "WORDS"]
