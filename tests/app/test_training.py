"""The training: its lessons, its own database, and that nothing real is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from app import training
from app.change import NOTHING, Change
from app.domain.barcode import Kind, kind_of
from app.domain.errors import KnownError, Refusal
from app.domain.states import OrderState
from app.opening import open_store
from app.queries.orders import order_counts
from app.queries.packing import waiting_orders
from app.queries.training import is_training
from app.settings import Settings, load_settings, save_settings
from app.training import make_ready, run_training, training_folder, window_of
from app.training_orders import LESSONS, barcode, lesson_of, order_number, write_order
from db.engine import parse_url
from db.orders import Order
from db.parcels import Parcel
from db.store import Store, Tx
from hardware.gs1 import look_up_code
from tests.factories import open_house


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    with Store(parse_url(str(folder / "training.db"))) as store:
        yield store


@pytest.fixture(autouse=True)
def environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a training sets for its process is gone after the test."""
    for name in ("PACKBENCH_DB", "PACKBENCH_SETTINGS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    make_ready(folder)
    return folder


def test_every_lessons_order_waits_in_its_tote_in_the_order_of_the_lessons(ready: Path) -> None:
    with opened(ready) as store:
        waiting = store.read(waiting_orders, 1)
        assert [order.order for order in waiting] == [order_number(number + 1) for number in range(len(LESSONS))]
        assert len({order.tote for order in waiting}) == len(LESSONS)
        assert store.read(order_counts) == {OrderState.PICKED: len(LESSONS)}
        cancelled = store.read(
            lambda session: session.scalars(select(Order.source_id).where(Order.cancel_requested_at.is_not(None))).all()
        )
    assert cancelled == [order_number(n) for n, lesson in enumerate(LESSONS, 1) if lesson.cancelled]


def test_the_lessons_are_what_a_new_packer_meets() -> None:
    names = [lesson.name for lesson in LESSONS]
    assert {"single", "lines", "quantity", "wrong", "note", "serial", "kit", "cancelled"} <= set(names)
    assert len(names) == len(set(names))


def test_training_goods_have_codes_that_no_shop_sells_by() -> None:
    for lesson in LESSONS:
        for sku in (*(sku for sku, _ in lesson.lines), *([lesson.slip] if lesson.slip else [])):
            code = barcode(sku)
            assert code.startswith("29")  # GS1: kept for use within a company
            assert look_up_code(code) == code
            assert kind_of(code) is None


def test_an_order_tells_its_lesson() -> None:
    assert lesson_of("TRAINING-1") == (1, LESSONS[0])
    for other in ("", "TRAINING-", "TRAINING-0", f"TRAINING-{len(LESSONS) + 1}", "TRAINING-²", "1", "PB-1-00001"):
        assert lesson_of(other) is None


def test_no_code_of_the_training_is_that_of_a_real_parcel(ready: Path, tmp_path: Path) -> None:
    with opened(ready) as store, open_house(tmp_path) as house:
        house.picked("MUG")
        hands = house.hands()
        hands.scan(house.tote_of(1), "MUG-EAN")
        (tote,) = {order.tote for order in store.read(waiting_orders, 1)[:1]}
        assert kind_of(tote) is Kind.TOTE
        assert int(tote[2:-1]) > 90_000_000
        assert int(house.get(Parcel, 1).code[2:-1]) < 90_000_000


def test_what_was_begun_goes_on_and_begins_again_when_wanted(tmp_path: Path) -> None:
    make_ready(tmp_path)

    def ship(tx: Tx) -> tuple[None, Change]:
        tx.session.get_one(Order, 1).state = OrderState.SHIPPED
        return None, NOTHING

    with opened(tmp_path) as store:
        store.write(ship)
    make_ready(tmp_path)
    with opened(tmp_path) as store:
        assert store.read(order_counts)[OrderState.SHIPPED] == 1
    (tmp_path / "training-labels" / "000001.png").write_bytes(b"old")
    make_ready(tmp_path, again=True)
    with opened(tmp_path) as store:
        assert store.read(order_counts) == {OrderState.PICKED: len(LESSONS)}
    assert not list((tmp_path / "training-labels").iterdir())


def test_a_beginning_that_was_cut_off_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = write_order, []

    def cut(*arguments: object) -> Path:
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "write_order", cut)
    with pytest.raises(KeyboardInterrupt):
        make_ready(tmp_path)
    make_ready(tmp_path)
    with opened(tmp_path) as store:
        assert store.read(order_counts) == {OrderState.PICKED: len(LESSONS)}


# apart from what is real


def shown(folder: Path, language: str | None) -> tuple[int, bool]:
    """In the place of the window."""
    assert os.environ["PACKBENCH_DB"] == str(folder / "training.db")
    with open_store(None, training=True) as store:
        assert store.read(is_training)
    return 0, False


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir() if path.is_file()}


def test_the_real_database_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "shop"
    real.mkdir()
    with open_house(real) as house:
        house.picked("MUG")
    monkeypatch.setenv("PACKBENCH_DB", str(real / "house.db"))
    monkeypatch.setattr(training, "_open_window", shown)
    before = snapshot(real)
    assert run_training(None, "en") == 0
    monkeypatch.setenv("PACKBENCH_DB", str(real / "house.db"))
    assert run_training(None, "en", again=True) == 0
    after = snapshot(real)
    assert (real / "training.db").exists()
    assert {name: after[name] for name in before} == before
    assert not {name for name in after.keys() - before.keys() if not name.startswith("training")}


def test_the_bench_keeps_its_settings_and_the_training_has_no_printer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "settings.toml"
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(own))
    save_settings(Settings(station="P-01", theme="dark", printer="tcp://10.0.0.9:9100", wedge_prefix="#"))
    before = own.read_bytes()
    monkeypatch.setattr(training, "_open_window", shown)
    run_training(tmp_path / "t", "en")
    assert own.read_bytes() == before
    used, troubles = load_settings()
    assert (used.station, used.theme, used.wedge_prefix, used.printer, troubles) == ("TRAINING", "dark", "#", "", [])


def test_everything_else_refuses_a_training_database(ready: Path, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="training_database"):
        open_store(str(ready / "training.db"))
    with open_house(tmp_path):
        pass
    with pytest.raises(KnownError, match="training_no_database"):
        open_store(str(tmp_path / "house.db"), training=True)
    with open_store(str(ready / "training.db"), training=True) as store:
        assert store.read(is_training)


@pytest.mark.parametrize("again", [False, True])
def test_a_real_database_that_is_called_so_is_left_alone(tmp_path: Path, again: bool) -> None:
    with open_house(tmp_path):
        pass
    (tmp_path / "house.db").rename(tmp_path / "training.db")
    before = (tmp_path / "training.db").read_bytes()
    with pytest.raises(Refusal, match="training_own_database"):
        make_ready(tmp_path, again=again)
    assert (tmp_path / "training.db").read_bytes() == before


def test_somebodys_own_database_is_never_the_trainings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKBENCH_DB", str(tmp_path / "training.db"))
    with pytest.raises(Refusal, match="training_own_database"):
        run_training(None, "en")
    assert not (tmp_path / "training.db").exists()


def test_one_training_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = []

    def second(folder: Path, language: str | None) -> tuple[int, bool]:
        os.environ.pop("PACKBENCH_DB")
        with pytest.raises(KnownError) as refused:
            run_training(folder, language)
        codes.append(refused.value.code)
        return 0, False

    monkeypatch.setattr(training, "_open_window", second)
    run_training(tmp_path, "en")
    assert codes == ["training_open_already"]


def test_it_lies_beside_the_real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home_of_its_own: Path) -> None:
    assert home_of_its_own in training_folder().parents  # the data folder
    monkeypatch.setenv("PACKBENCH_DB", str(tmp_path / "shop.db"))
    assert training_folder() == tmp_path
    monkeypatch.setenv("PACKBENCH_DB", "postgresql://shop/packbench")
    assert home_of_its_own in training_folder().parents
    assert training_folder(tmp_path / "x") == tmp_path / "x"


def test_its_window_is_marked_and_asks_for_no_printer(tmp_path: Path) -> None:
    wanted, _ = window_of(tmp_path, "zh", Event())
    assert (wanted.training, wanted.printer, wanted.db) == (True, "", str(tmp_path / "training.db"))
