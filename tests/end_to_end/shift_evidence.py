"""What is left of a shift, line by line, against what its script has done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import text

from tests.books import check_books
from tests.end_to_end.shift import Shift
from tests.end_to_end.shift_floor import GOODS, STOCK
from tests.end_to_end.shift_hall import Noted
from tests.end_to_end.shift_script import Told, series


class Evidence:
    """What the database and the trays say after a shift."""

    def __init__(self, shift: Shift, told: Sequence[Told]) -> None:
        self.shift = shift
        self.told = list({each.wanted.number: each for each in told}.values())  # what was packed again counts

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """What a SELECT finds."""
        return self.shift.store.read(lambda session: [tuple(row) for row in session.execute(text(sql), values)])

    def check(self) -> None:
        """All of it."""
        self.shift.store.read(check_books)
        self.scans()
        self.boxes()
        self.captured()
        self.weights()
        self.states()
        self.labels()
        self.papers()
        self.stock()
        self.journal()

    def scans(self) -> None:
        """Every scan of both benches, in its order, as it was judged."""
        for name, table in self.shift.tables.items():
            found = self.rows(
                """select e.seq, e.raw, e.outcome, e.code, o.source_id, e.counted from scan_events e
                   join stations s on s.id = e.station_id left join orders o on o.id = e.order_id
                   where s.name = :name order by e.seq""",
                name=name,
            )
            wanted = [
                (seq, done.raw, done.verdict, done.code, done.order, done.counted)
                for seq, done in enumerate(table.done, 1)
            ]
            _same(found, wanted)
        ((devices, boots),) = self.rows(
            """select count(*), count(distinct e.boot) from scan_events e join stations s on s.id = e.station_id
               where s.name = 'P-01' and e.device = 'stdin'"""
        )
        assert boots == 1 + self.shift.restarts
        assert devices == sum(not done.raw.endswith(" g") for done in self.shift.tables["P-01"].done)

    def boxes(self) -> None:
        """Every box holds what was put into it, under the order that it is for."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for order, parcel, sku, pieces in self.rows(
            """select o.source_id, p.code, s.code, i.quantity from parcel_items i join parcels p on p.id = i.parcel_id
               join orders o on o.id = p.order_id join order_lines l on l.id = i.order_line_id
               join skus s on s.id = l.sku_id"""
        ):
            found.setdefault((order, parcel), Counter())[sku] += pieces
        boxes = self.shift.floor.boxes
        wanted = {
            (order, parcel): boxes[parcel].content if parcel in boxes else Counter()
            for order, parcels in self.shift.parcels.items() for parcel in parcels
        }  # fmt: skip
        _same(sorted((key, +content) for key, content in found.items()), sorted((k, +c) for k, c in wanted.items()))

    def captured(self) -> None:
        """Serial numbers, lots, expiries and substitutes, of what is in the boxes still."""
        found = [
            Noted(*row)
            for row in self.rows(
                """select p.code, s.code, c.quantity, c.serial, c.lot, c.expires_on from captured c
                   join parcels p on p.id = c.parcel_id join skus s on s.id = c.sku_id where c.released_at is null"""
            )
        ]
        _same(sorted(found, key=repr), sorted(self.shift.noted, key=repr))

    def weights(self) -> None:
        """What the scale has said of each box that was weighed."""
        _same(
            self.rows("select code, weighed_g from parcels where weighed_g is not null order by code"),
            sorted(self.shift.weights.items()),
        )
        _same(
            self.rows(
                """select p.code, c.weight_g from parcels p join cartons c on c.id = p.carton_id order by p.code"""
            ),
            sorted(self.shift.cartons.items()),
        )

    def states(self) -> None:
        """What has become of each order."""
        wanted = {each.wanted.number: each.story.ends for each in self.told}
        wanted |= {order.number: "shipped" for order in series()}
        _same(self.rows("select source_id, state from orders order by 1"), sorted(wanted.items()))

    def labels(self) -> None:
        """The labels of each order, and every copy of them with its reason."""
        labels, jobs = self._by_order("select o.source_id, l.state"), self._by_order(
            "select o.source_id, trim(j.state || ' ' || coalesce(j.reprint_reason, ''))",
            "join print_jobs j on j.label_id = l.id",
        )
        for each in self.told:
            number, story = each.wanted.number, each.story
            assert labels.get(number, []) == _list(story.labels), (number, each.name, labels.get(number))
            assert jobs.get(number, []) == _list(story.jobs), (number, each.name, jobs.get(number))
        for order in series():
            assert (labels[order.number], jobs[order.number]) == (["valid"], ["confirmed"])

    def _by_order(self, what: str, join: str = "") -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for order, state in self.rows(
            f"""{what} from labels l join parcels p on p.id = l.parcel_id join orders o on o.id = p.order_id {join}
                order by l.id{", j.id" if join else ""}"""
        ):
            found.setdefault(order, []).append(state)
        return found

    def papers(self) -> None:
        """What lies in the trays: one paper a copy that is known to be out, with the codes of its label."""
        jobs = self.rows(
            """select p.code, j.copy, l.tracking, j.state, j.queue, j.payload, j.sha256, j.id from print_jobs j
               join labels l on l.id = j.label_id join parcels p on p.id = l.parcel_id"""
        )
        out = {row[:2]: row for row in jobs if row[3] in ("printed", "confirmed")}
        lying: dict[tuple[str, int], str] = {}
        for name, table in self.shift.tables.items():
            tray = table.printer.tray
            tray.look()
            assert table.printer.papers == len(tray.labels), "a copy lies there twice"
            for key, (_, texts) in tray.labels.items():
                assert key not in lying
                lying[key] = name
                assert out[key][2] in texts
                assert len(texts) == 2
        assert lying == {key: row[4] for key, row in out.items()}
        sent: dict[int, list[tuple[str, str]]] = {}
        for job, outcome, digest in self.rows("select job_id, outcome, sha256 from print_attempts order by id"):
            sent.setdefault(job, []).append((outcome, digest))
        for _, _, _, state, _, payload, digest, job in jobs:
            ((outcome, sent_digest),) = sent.get(job, [("none", digest)])
            assert digest == sent_digest == sha256(payload).hexdigest()
            assert outcome in (("uncertain",) if state == "failed" else ("printed", "uncertain")), (job, outcome)

    def stock(self) -> None:
        """What has left, by SKU: what is in the boxes of shipped orders, and what was in no tote."""
        gone: Counter[str] = Counter()
        shipped = {number for number, state in self.rows("select source_id, state from orders") if state == "shipped"}
        instead: Counter[tuple[str, str]] = Counter()
        for note in self.shift.noted:
            if GOODS[note.sku].instead:
                instead[note.parcel, note.sku] += note.pieces
        for order in shipped:
            for parcel in set(self.shift.parcels[order]) - self.shift.gone:
                gone += self.shift.floor.boxes[parcel].content
                for (box, sku), pieces in instead.items():
                    if box == parcel:
                        gone[sku] += pieces
                        gone[GOODS[sku].instead] -= pieces
        moved = dict(
            self.rows(
                """select s.code, -sum(m.on_hand_delta) from stock_moves m join stock k on k.id = m.stock_id
                   join skus s on s.id = k.sku_id where m.kind = 'ship' group by 1"""
            )
        )
        _same(sorted((sku, n) for sku, n in moved.items() if n), sorted((+gone).items()))
        short = self.rows(
            """select s.code, -sum(m.on_hand_delta) from stock_moves m join stock k on k.id = m.stock_id
               join skus s on s.id = k.sku_id where m.kind = 'short' group by 1 order by 1"""
        )
        _same(short, sorted(self.shift.short.items()))
        left = dict(
            self.rows("select s.code, sum(k.on_hand) from stock k join skus s on s.id = k.sku_id group by 1")
        )
        for sku, goods in GOODS.items():
            if not goods.parts:
                assert left[sku] == STOCK - gone[sku] - self.shift.short[sku], sku

    def journal(self) -> None:
        """What was decided about each order at the benches and beside them."""
        found: dict[str, list[tuple[str, str | None]]] = {}
        for order, name, reason in self.rows(
            """select o.source_id, j.name, j.reason from journal j join orders o on o.id = coalesce(j.order_id,
                 (select p.order_id from parcels p where p.id = json_extract(j.ids, '$.parcel')),
                 (select p.order_id from print_jobs b join labels l on l.id = b.label_id
                    join parcels p on p.id = l.parcel_id where b.id = j.job_id))
               order by j.id"""
        ):
            found.setdefault(order, []).append((name, reason))
        wanted = {order: list(rows) for order, rows in self.shift.journal.items()}
        for number in self.shift.wants:
            if number.endswith("-R1"):
                wanted[number] = [("split_from", "bench_short")]
        _same(sorted(found.items()), sorted(wanted.items()))
        overridden = self.rows(
            """select j.reason, p.name from journal j join operators p on p.id = j.operator_id
               where j.name = 'override' and j.reason <> 'skip_carton'"""
        )
        assert {name for _, name in overridden} == {"Lea"}


def check_evidence(shift: Shift, told: Sequence[Told]) -> None:
    """What must hold after the shift."""
    Evidence(shift, told).check()


def _list(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _same(found: Iterable[Any], wanted: Iterable[Any]) -> None:
    """The same, line by line; the first that differs is told."""
    found, wanted = list(found), list(wanted)
    for number, (one, other) in enumerate(zip(found, wanted, strict=False), 1):
        assert one == other, f"line {number}: {one} is not {other}"
    assert len(found) == len(wanted), (found[len(wanted) :], wanted[len(found) :])
