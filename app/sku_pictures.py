"""Pictures of goods from a folder, each file named as its SKU."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.domain.errors import Refusal
from app.domain.people import SYSTEM
from app.operations.sku_pictures import keep_picture
from app.queries.orders import sku_ids
from db.store import Priority, Store
from printing.pictures import thumbnail

KINDS = frozenset({".png", ".jpg", ".jpeg", ".webp"})
MOST_BYTES = 40_000_000


def take_pictures(store: Store, folder: Path, told: Callable[[str, str], None]) -> tuple[int, int]:
    """Keep the pictures of a folder, `SKU-0068.jpg` of the SKU of that code; how many are new, how many not taken.

    `told` hears the name of each file that was not taken and why: `pictures_sku_unknown`, `pictures_unreadable`. Raises
    Refusal `pictures_no_folder`, `pictures_none`.
    """
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in KINDS)
    except OSError as error:
        raise Refusal("pictures_no_folder", file=str(folder), why=error.strerror or "") from None
    if not files:
        raise Refusal("pictures_none", file=str(folder))
    known = store.read(sku_ids)
    new = wrong = 0
    for file in files:
        sku = known.get(file.stem)
        if sku is None:
            told(file.name, "pictures_sku_unknown")
            wrong += 1
            continue
        picture = _picture(file)
        if picture is None:
            told(file.name, "pictures_unreadable")
            wrong += 1
            continue
        new += store.submit(Priority.BULK, keep_picture, SYSTEM, sku, picture).result()
    return new, wrong


def _picture(file: Path) -> bytes | None:
    try:
        return thumbnail(file.read_bytes()) if file.stat().st_size <= MOST_BYTES else None
    except OSError:
        return None
