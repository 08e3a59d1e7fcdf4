"""For which lines pieces count: the lines of a SKU, and the kits that they are parts of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain.bench import Item, KitPart, Line, OpenParcel
from app.domain.errors import Fact
from app.domain.kits import KitMode
from app.domain.verdict import Code, Outcome, Verdict

Counts = tuple[tuple[int, int], ...]


def place(parcel: OpenParcel, lines: Sequence[Line], pieces: int, sku: str, name: str) -> Counts | Verdict:
    """Where pieces of a SKU go, as (line, pieces), or the failure that says why they do not.

    `lines` are those of the SKU. One line takes all where one can; else they are shared out, in the order of the lines
    and with the kit in work first.
    """
    if len(lines) == 1 and lines[0].kit is None and lines[0].open >= pieces:
        return ((lines[0].line_id, pieces),)
    rooms = sorted(((line, _room(parcel, line)) for line in lines), key=lambda pair: not _in_work(parcel, pair[0]))
    strict = dict.fromkeys(line.kit.number for line, room in rooms if line.kit and room and _strict(line))
    for number in strict or (None,):
        # never for two strict kits at once
        counts = _share([(line, room) for line, room in rooms if _of_kit(line, number)], pieces)
        if counts is not None:
            return counts
    if all(line.kit is not None and _by_parent(parcel, line.kit) for line in lines):
        kit = next(line.kit for line in lines if line.kit is not None)
        return _fail(Code.KIT_BY_PARENT, sku, {"name": name, "kit": kit.name or kit.sku, "kit_sku": kit.sku})
    free = sum(line.open for line in lines if line.kit is None or not _by_parent(parcel, line.kit))
    if free >= pieces:
        return _unfinished(parcel, next(line.kit for line in lines if line.kit is not None and _strict(line)), sku)
    facts: dict[str, Fact] = {"name": name, "over": pieces - free, "ordered": sum(line.ordered for line in lines)}
    return _fail(Code.OVER_SCAN, sku, facts)


def place_kits(parcel: OpenParcel, item: Item, kits: int) -> Counts | Verdict | None:
    """Where the pieces of whole kits go when their own code is scanned; None for a code that is no kit's."""
    numbers: dict[int, KitPart] = {}
    for line in parcel.lines:
        if line.kit is not None and line.kit.sku_id == item.sku_id:
            numbers.setdefault(line.kit.number, line.kit)
    if not numbers:
        return None
    every = [(kit, _of(parcel, kit)) for kit in numbers.values()]
    taken = [
        (kit, lines) for kit, lines in every
        if kit.mode in (KitMode.EITHER, KitMode.PARENT) and not _captures(lines)
    ]
    if not taken:
        missing = _list((line, line.open) for _, lines in every for line in lines)
        return _fail(Code.KIT_BY_COMPONENTS, item.sku, {"name": item.called, "missing": missing})
    counts: list[tuple[int, int]] = []
    left = kits
    for _, lines in taken:
        whole = min(left, _whole(lines))
        left -= whole
        counts += [(line.line_id, whole * (line.kit.per_kit if line.kit else 0)) for line in lines if whole]
    if not left:
        return tuple(counts)
    begun = next((kit for kit, lines in taken if any(line.open for line in lines) and not _even(lines)), None)
    if begun is not None and left <= sum(1 for _, lines in taken if not _even(lines)):
        return _unfinished(parcel, begun, item.sku)
    ordered = sum(max(line.ordered // line.kit.per_kit for line in lines if line.kit) for _, lines in taken)
    return _fail(Code.OVER_SCAN, item.sku, {"name": item.called, "over": left, "ordered": ordered})


def kits_left(parcel: OpenParcel, kit_sku_id: int) -> int:
    """How many whole kits of a SKU are still open."""
    numbers = {line.kit.number: line.kit for line in parcel.lines if line.kit and line.kit.sku_id == kit_sku_id}
    return sum(_whole(_of(parcel, kit)) for kit in numbers.values())


def _share(rooms: Iterable[tuple[Line, int]], pieces: int) -> Counts | None:
    rooms = [(line, room) for line, room in rooms if room > 0]
    alone = next((line for line, room in rooms if room >= pieces), None)
    if alone is not None:
        return ((alone.line_id, pieces),)
    counts = []
    for line, room in rooms:
        taken = min(room, pieces)
        pieces -= taken
        if taken:
            counts.append((line.line_id, taken))
    return None if pieces else tuple(counts)


def _room(parcel: OpenParcel, line: Line) -> int:
    """How many pieces of the line may come now."""
    if line.kit is None:
        return line.open
    if _by_parent(parcel, line.kit):
        return 0
    if not _strict(line):
        return line.open
    begun = _begun(parcel)
    if begun is not None and begun.number != line.kit.number:
        return 0
    done = _done(_of(parcel, line.kit))
    return min(line.open, (done + 1) * line.kit.per_kit - _got(line))


def _begun(parcel: OpenParcel) -> KitPart | None:
    """The strict kit of which some parts are in the box and others are not."""
    return next((line.kit for line in parcel.lines if line.kit is not None and _in_work(parcel, line)), None)


def _in_work(parcel: OpenParcel, line: Line) -> bool:
    if line.kit is None or not _strict(line):
        return False
    lines = _of(parcel, line.kit)
    done = _done(lines)
    return any(_got(part) > done * part.kit.per_kit for part in lines if part.kit) and any(p.open for p in lines)


def _done(lines: Sequence[Line]) -> int:
    """How many kits are whole; a part of which nothing is open any more keeps none waiting."""
    return min((_got(line) // line.kit.per_kit for line in lines if line.kit and line.open), default=10**9)


def _got(line: Line) -> int:
    return line.packed + line.elsewhere


def _whole(lines: Sequence[Line]) -> int:
    return min(line.open // line.kit.per_kit for line in lines if line.kit)


def _even(lines: Sequence[Line]) -> bool:
    """Whether only whole kits are open."""
    whole = _whole(lines)
    return all(line.open == whole * line.kit.per_kit for line in lines if line.kit)


def _of(parcel: OpenParcel, kit: KitPart) -> list[Line]:
    return [line for line in parcel.lines if line.kit is not None and line.kit.number == kit.number]


def _of_kit(line: Line, number: int | None) -> bool:
    return line.kit is None or not _strict(line) or line.kit.number == number


def _strict(line: Line) -> bool:
    return line.kit is not None and line.kit.mode is KitMode.STRICT


def _by_parent(parcel: OpenParcel, kit: KitPart) -> bool:
    """Whether only the kit's own code counts: not where something must be known of each of its parts."""
    return kit.mode is KitMode.PARENT and not _captures(_of(parcel, kit))


def _captures(lines: Iterable[Line]) -> bool:
    return any(line.captures for line in lines)


def _unfinished(parcel: OpenParcel, of: KitPart, sku: str) -> Verdict:
    """What the kit in work still lacks; `of` where none is begun."""
    kit = _begun(parcel) or of
    lines = _of(parcel, kit)
    done = _done(lines)
    lacking = [
        (line, min(line.open, (done + 1) * line.kit.per_kit - _got(line))) for line in lines if line.kit and line.open
    ]
    return _fail(Code.KIT_UNFINISHED, sku, {"kit": kit.name or kit.sku, "missing": _list(lacking)})


def _list(lacking: Iterable[tuple[Line, int]]) -> str:
    return ", ".join(f"{pieces} × {line.called}" for line, pieces in lacking if pieces > 0)


def _fail(code: Code, sku: str, facts: dict[str, Fact]) -> Verdict:
    return Verdict(Outcome.FAIL, code, facts={"sku": sku, **facts}, sku=sku)
