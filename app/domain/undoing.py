"""Taking back what was verified: the last scan, a line of the box, all of the box."""

from __future__ import annotations

from app.domain.barcode import Command
from app.domain.bench import Bench, Found, OpenParcel
from app.domain.errors import Fact
from app.domain.states import JobState, ParcelState
from app.domain.verdict import Code, Effect, Outcome, Verdict, look, passed

_OF_MORE = frozenset({Command.UNDO_LINE, Command.UNDO_BOX})


def answer(bench: Bench, _scan: str, found: Found) -> Verdict | None:
    """What a scan takes back besides the last one; None when it is about something else.

    All of the box is taken back only when that is confirmed.
    """
    parcel = bench.parcel
    if parcel is None:
        return look(Code.NOTHING_TO_UNDO) if found in _OF_MORE else None
    if found is Command.OK and bench.question == Code.UNDO_WHOLE_BOX:
        return _refused(parcel) or passed(Code.BOX_UNDONE, Effect.UNDO_BOX, pieces=parcel.packed)
    if found is Command.UNDO_BOX:
        asked = look(Code.UNDO_WHOLE_BOX, Effect.ASK, pieces=parcel.packed)
        return _refused(parcel) or (asked if parcel.packed else look(Code.NOTHING_TO_UNDO))
    if found is Command.UNDO_LINE:
        return _undo(parcel, Code.LINE_UNDONE, Effect.UNDO_LINE)
    return None


def undo(parcel: OpenParcel) -> Verdict:
    """The last scan is taken back."""
    return _undo(parcel, Code.UNDONE, Effect.UNDO)


def _undo(parcel: OpenParcel, code: Code, effect: Effect) -> Verdict:
    if parcel.last_line_id is None:
        return look(Code.NOTHING_TO_UNDO)
    line = next(line for line in parcel.lines if line.line_id == parcel.last_line_id)
    facts: dict[str, Fact] = {"sku": line.sku, "name": line.called}
    if effect is Effect.UNDO_LINE:
        facts["pieces"] = line.packed
    return _refused(parcel) or Verdict(Outcome.PASS, code, effect, facts, line.line_id, line.sku)


def _refused(parcel: OpenParcel) -> Verdict | None:
    """Nothing is taken back once the label may be out, unless it was printed before anything was packed."""
    untouched = parcel.job in (None, JobState.QUEUED) and not parcel.older_copies
    if parcel.state is ParcelState.LABELLING and not untouched and not parcel.ahead:
        return look(Code.UNDO_LABEL_PRINTED, order=parcel.order)
    return None
