"""One bench: its scans in one ordered queue, each judged and on disk before it is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

from app.domain.barcode import clean_scan
from app.domain.bench import NOTHING_SAID
from app.domain.capture import Said
from app.domain.errors import Fact, KnownError, Refusal
from app.domain.people import Actor, Role
from app.domain.verdict import Outcome
from app.operations.packing import Judged, scan_item
from app.operations.scans import Scan
from app.operations.stations import ensure_station
from app.queries.label_files import to_compose
from app.texts import say
from db.base import new_uuid
from db.store import Priority, Store
from hardware.gs1 import ItemCode, item_code

MAX_SCAN = 400
OPENS = frozenset({"opened", "opened_verified"})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the bench shows of a scan; the form of a line of `packbench station --json`.

    `seq` is the scan's number at this station, None when it could not be saved. `facts` fill the sentence of `code`
    anew in another language.
    """

    seq: int | None
    scan: str
    verdict: str
    code: str
    order: str | None
    sku: str | None
    remaining: int | None
    parcel: str | None
    label: str | None
    message: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Its documented fields, in their order."""
        fields = asdict(self)
        del fields["facts"]
        return fields


@dataclass(frozen=True, slots=True)
class Origin:
    """Which scan of which device: `boot` is drawn when the device is opened, `seq` counts from 1, none comes twice."""

    device: str
    boot: UUID
    seq: int


class ScanSource:
    """Numbers the scans that bring no number of their own since it was made, so that none is ever judged twice."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.boot: UUID = new_uuid()
        self._seq = 0

    def scan(self, raw: str, origin: Origin | None = None, *, typed: bool = False) -> Scan:
        """A scan with its number, the device's own if it gives one; `typed` when a person has typed it.

        Control characters, AIM identifiers and what GS1 adds are kept out of the look-up.
        """
        if origin is None:
            self._seq += 1
            origin = Origin(self.device, self.boot, self._seq)
        # half a surrogate pair and NUL cannot be stored; nothing that a scanner sends is thrown away
        kept = raw[:MAX_SCAN].encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
        item = item_code(clean_scan(kept))
        return Scan(
            kept, clean_scan(item.look_up), origin.device, origin.boot, origin.seq, said_by(item), typed=typed
        )


def said_by(code: ItemCode) -> Said:
    """What a GS1 code says of a piece besides what it is; goods without an expiry are best before a day."""
    said = Said(code.serial, code.lot, code.expiry or code.best_before, code.variable or 1)
    return NOTHING_SAID if said == NOTHING_SAID else said


class Station:
    """A bench by name, made when nobody has used the name yet; `language` is that of its sentences.

    Raises Refusal `station_name`.
    """

    def __init__(
        self, store: Store, name: str, *, operator: str | None = None, device: str = "stdin", language: str = "en"
    ) -> None:
        self._store = store
        self.name = name.strip()
        self.language = language
        self.actor: Actor = store.write(ensure_station, name, operator, Role.PACKER)
        self._source = ScanSource(device)
        self._scale = ScanSource("scale")
        self._preparing: ThreadPoolExecutor | None = None
        self.read_scale: Callable[[], int | None] = lambda: None

    def weight(self) -> int | None:
        """Grams of what lies still on the station's scale; None without a scale, or while it moves."""
        return self.read_scale()

    def scan(self, raw: str) -> Shown:
        """Judge a scan and wait until its verdict is on disk."""
        return self.submit(raw).result()

    def submit(self, raw: str, origin: Origin | None = None, *, typed: bool = False) -> Future[Shown]:
        """Queue a scan, or what a person has `typed`; the future has its verdict once it is on disk.

        Scans are judged in the order in which they were submitted, whatever device of the station they are from. The
        same `origin` again is not judged again. A scan that cannot be saved comes back as a failure `not_saved`, never
        as a pass.
        """
        return self._submit(self._source.scan(raw, origin, typed=typed))

    def submit_weight(self, grams: int) -> Future[Shown]:
        """Queue what the scale says, in one order with the scans; the future has its verdict once it is on disk."""
        return self._submit(replace(self._scale.scan(f"{grams} g"), grams=grams))

    def _submit(self, scan: Scan) -> Future[Shown]:
        judged = self._store.submit(Priority.SCAN, scan_item, self.actor, scan)
        shown: Future[Shown] = Future()

        def finish(done: Future[Judged]) -> None:
            if not shown.set_running_or_notify_cancel():
                return
            try:
                verdict = self._show(done.result())
            except Refusal as refusal:
                verdict = self._not_saved(scan.raw, refusal)
            except Exception:
                # a mistake of ours in one scan must not take the bench from the packer
                log.exception("a scan at %s was not judged", self.name)
                verdict = self._not_saved(scan.raw, KnownError("internal_error"))
            shown.set_result(verdict)
            if verdict.code in OPENS and verdict.parcel is not None:
                self._prepare(verdict.parcel)

        judged.add_done_callback(finish)
        return shown

    def _prepare(self, parcel: str) -> None:
        """Draw a received label while its order is packed: at its last item the scan need not wait for that."""
        if self._preparing is None:
            self._preparing = ThreadPoolExecutor(1, "prepare label")
        self._preparing.submit(self._compose, parcel)

    def _compose(self, parcel: str) -> None:
        try:
            label = self._store.read(to_compose, parcel, self.name)
            if label is None:
                return
            from printing.received import compose_copy  # pictures and fonts: only where there is such a label

            compose_copy(**asdict(label))
        except (Refusal, KnownError):
            pass  # it is said when the label is made
        except Exception:
            log.exception("a label could not be prepared")

    def _show(self, judged: Judged) -> Shown:
        return Shown(
            seq=judged.seq,
            scan=judged.scan,
            verdict=judged.outcome.value,
            code=str(judged.code),
            order=judged.order,
            sku=judged.sku,
            remaining=judged.remaining,
            parcel=judged.parcel,
            label=judged.label,
            message=self._say(str(judged.code), judged.facts),
            facts=judged.facts,
        )

    def _say(self, code: str, facts: dict[str, Fact]) -> str:
        try:
            return say(code, facts, self.language)
        except Exception:
            # the scan is on disk: called unsaved it would be scanned again, and counted twice
            log.exception("%s cannot be worded", code)
            return code

    def _not_saved(self, raw: str, refusal: Refusal) -> Shown:
        facts: dict[str, Fact] = {**refusal.facts, "why_code": refusal.code}
        message = self._say("not_saved", facts)
        return Shown(None, raw[:MAX_SCAN], Outcome.FAIL, "not_saved", None, None, None, None, None, message, facts)


