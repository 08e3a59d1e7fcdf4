"""Whether a parcel weighs what it should, and when what lies on a scale is one more weight."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.bench_rules import BenchRules, Weigh
from app.domain.verdict import Code, Effect, Verdict, fail, passed

EMPTY_G = 5  # what an empty scale may show
CHANGED_G = 5  # from here on something was put in or taken out: less is the scale itself
LYING_SECONDS = 2.0  # until what lay on the scale before the last scan counts as all of it


def tolerance_g(rules: BenchRules, expected_g: int) -> int:
    """By how many grams a weight may differ from what is expected: the larger of grams and percent."""
    return max(rules.tolerance_g, expected_g * rules.tolerance_percent // 100)


def weigh(rules: BenchRules, expected_g: int | None, grams: int) -> Verdict:
    """What a weight says of the parcel; `expected_g` None when an item's own weight is not known."""
    if rules.weigh is Weigh.NOTED:
        return passed(Code.WEIGHED, Effect.WEIGH, grams=grams)
    if expected_g is None:
        return passed(Code.WEIGHED_ONLY, Effect.WEIGH, grams=grams)
    tolerance = tolerance_g(rules, expected_g)
    if abs(grams - expected_g) > tolerance:
        return fail(Code.WEIGHT_OFF, grams=grams, expected=expected_g, tolerance=tolerance)
    return passed(Code.WEIGHED, Effect.WEIGH, grams=grams)


@dataclass
class Placements:
    """Tells a new parcel on the scale from one whose weight was taken: every placement counts once.

    The next weight is taken once the scale was empty, or when it shows something that differs by more than CHANGED_G
    from what was taken last: so a recount is weighed anew, and a parcel that just lies there never twice. `lies_g` is
    what lies still now, and `since` when it began to, in seconds.
    """

    taken_g: int | None = None
    lies_g: int | None = None
    since: float = 0.0

    def see(self, grams: int | None, now: float) -> int | None:
        """The weight to be taken, None when there is none; `grams` None while nothing lies still.

        It stays to be taken until `take` is called.
        """
        if grams is None or self.lies_g is None or abs(grams - self.lies_g) > CHANGED_G:
            self.lies_g, self.since = grams, now
        if grams is None:
            return None
        if grams <= EMPTY_G:
            self.taken_g = None
            return None
        if self.taken_g is not None and abs(grams - self.taken_g) <= CHANGED_G:
            return None
        return grams

    def is_new(self, waiting_since: float, now: float) -> bool:
        """Whether what lies there was put there, or has lain still long enough, after somebody began to wait for it.

        Who packs on the scale puts the last item in after its scan.
        """
        return self.since >= waiting_since or now - waiting_since >= LYING_SECONDS

    def take(self, grams: int) -> None:
        """This weight was judged."""
        self.taken_g = grams
