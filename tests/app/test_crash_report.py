"""A report tells where it broke, and not one word about a buyer."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from app.crash_report import described, native, place, said, stack
from app.domain.errors import KnownError, Refusal

NAME = "Maria Lopez"
CHECKOUT = Path(__file__).parents[2]


def caught(act: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as found:  # noqa: PT011 - any
        act()
    return found.value


def told(act: Callable[[], object]) -> str:
    """The report of what an action raises; the buyer's name is never in it."""
    report = described(caught(act))
    for word in (*NAME.split(), NAME.lower(), "1380013"):
        assert word not in report
    assert Path.home().name not in report.replace("\n", "") or len(Path.home().name) < 5
    return report


def first(report: str) -> str:
    return report.splitlines()[0]


# texts of others


def test_a_statements_parameters_stay_out() -> None:
    engine = create_engine("sqlite://")

    def insert() -> None:
        with engine.begin() as connection:
            connection.execute(text("create table if not exists orders (name text unique)"))
            for _ in range(2):
                connection.execute(text("insert into orders values (:name)"), {"name": NAME})

    error = caught(insert)
    assert isinstance(error, IntegrityError)
    assert NAME in str(error)
    report = told(insert)
    assert first(report) == "sqlalchemy.exc.IntegrityError"
    assert "caused by sqlite3.IntegrityError: UNIQUE constraint failed: orders.name" in report
    assert "\n  sqlalchemy/engine/default.py:" in report
    engine.dispose()


def test_what_was_given_to_the_builtins_stays_out() -> None:
    assert first(told(lambda: int(NAME))) == "ValueError"
    assert first(told(lambda: dict[str, int]()[NAME])) == "KeyError"
    assert first(told(lambda: (tmp := Path("/nowhere") / NAME).read_text() and tmp)) == "FileNotFoundError: ENOENT"
    assert first(told(lambda: NAME.encode().decode("utf-16-le"))) == "UnicodeDecodeError: utf-16-le, 10–11"
    assert first(told(lambda: f"{NAME}é".encode("ascii"))) == "UnicodeEncodeError: ascii, 11–12"
    assert first(told(lambda: getattr(sys, NAME))) == "AttributeError"
    assert first(told(lambda: exec(NAME))) == "SyntaxError"
    assert first(told(lambda: float([NAME][0]))) == "ValueError"


def test_an_exception_that_is_raised_with_a_name_is_told_without_it() -> None:
    def fail() -> None:
        raise sqlite3.IntegrityError(f"UNIQUE constraint failed: {NAME}")

    assert first(told(fail)) == "sqlite3.IntegrityError"


class Ours(Exception):
    """An exception with data in every corner."""

    def __str__(self) -> str:
        raise RuntimeError(NAME)

    __repr__ = __str__


def test_causes_contexts_notes_and_groups_are_told_without_it() -> None:
    def chain() -> None:
        try:
            try:
                int(NAME)
            except ValueError as error:
                raise Ours(NAME) from error
        except Ours as error:
            error.add_note(NAME)
            raise ExceptionGroup(NAME, [KeyError(NAME), Ours(NAME), ExceptionGroup(NAME, [error])])  # noqa: B904

    lines = [line for line in told(chain).splitlines() if ".py:" not in line]
    ours = "test_crash_report.Ours"
    assert [line.replace(f"{Ours.__module__}.Ours", ours) for line in lines] == [
        "ExceptionGroup",
        "  | KeyError",
        f"  | {ours}",
        "  | ExceptionGroup",
        f"  |   | {ours}",
        "  |   | caused by ValueError",
        "  | a group of 1",
        "a group of 3",
    ]  # fmt: skip


def test_a_context_is_told_unless_it_was_put_away() -> None:
    def context(*, put_away: bool) -> None:
        try:
            int(NAME)
        except ValueError:
            if put_away:
                raise LookupError(NAME) from None
            raise LookupError(NAME)  # noqa: B904

    assert "\nwhile handling ValueError\n" in told(lambda: context(put_away=False))
    assert "ValueError" not in told(lambda: context(put_away=True))


def test_links_in_a_circle_end() -> None:
    error, other = ValueError(NAME), KeyError(NAME)
    error.__cause__, other.__cause__ = other, error
    assert described(error) == "ValueError\ncaused by KeyError"


# what is kept


def test_ours_keep_their_codes_and_the_facts_that_nobody_typed() -> None:
    refusal = Refusal("order_in_work", order=NAME, state="packing", count=3, sure=False, value=NAME, nothing=None)
    assert described(refusal) == (
        "app.domain.errors.Refusal: order_in_work (order=…, state=packing, count=3, sure=False, value=…, nothing=None)"
    )
    assert described(KnownError("busy")) == "app.domain.errors.KnownError: busy"


def calls_nothing() -> None:
    nothing: object = None
    nothing()  # type: ignore[operator]


def needs(one: int) -> None: ...


def unknown_attribute() -> None:
    nothing: object = None
    print(nothing.first_name)  # type: ignore[attr-defined]  # noqa: T201


def unpacked() -> None:
    _, _ = [*[NAME]]


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (calls_nothing, "TypeError: 'NoneType' object is not callable"),
        (unknown_attribute, "AttributeError: first_name of NoneType"),
        (unpacked, "ValueError: not enough values to unpack (expected 2, got 1)"),
        (lambda: needs(), "TypeError: needs() missing 1 required positional argument: 'one'"),  # type: ignore[call-arg]
        (lambda: not_there, "NameError: not_there"),  # type: ignore[name-defined]  # noqa: F821
        (lambda: [][1], "IndexError: list index out of range"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: 1 + "a", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),  # type: ignore[operator]
        (lambda: 1 < "a", "TypeError: '<' not supported between instances of 'int' and 'str'"),  # type: ignore[operator]
        (lambda: __import__("no_such_room"), "ModuleNotFoundError: no_such_room"),
        (lambda: sqlite3.connect(":memory:").execute("select 1 from t"), "sqlite3.OperationalError: no such table: t"),
    ],
)  # fmt: skip
def test_the_interpreters_own_sentences_are_kept(act: Callable[[], object], line: str) -> None:
    assert first(told(act)) == line


MARK = "§"
WORDS = st.text().map(lambda word: f"{MARK}{word}")
KINDS = st.sampled_from(
    [ValueError, KeyError, RuntimeError, OSError, Ours, sqlite3.OperationalError, Refusal, AttributeError, TypeError]
)


FACTS = st.dictionaries(st.sampled_from(["order", "value", "why"]), WORDS)


@given(KINDS, st.lists(WORDS, min_size=1, max_size=3), FACTS)
def test_no_text_of_an_exception_comes_through(kind: type[Exception], words: list[str], facts: dict[str, str]) -> None:
    error = Refusal("busy", **facts) if kind is Refusal else kind(*words)
    error.__cause__ = RuntimeError(words[0])
    assert MARK not in described(ExceptionGroup(words[0], [error]))


@given(WORDS)
@example(f"{MARK}\ndatabase is locked")
def test_no_text_that_is_not_known_comes_through(word: str) -> None:
    beginnings = ["database is locked", "QObject::startTimer: ", "Exception in callback f(", "'NoneType' object", ""]
    for beginning in beginnings:
        assert MARK not in said(f"{beginning}{word}")
        assert MARK not in said(f"{word}{beginning}")
        assert MARK not in described(RuntimeError(f"{beginning}{word}"))


def test_known_texts_and_known_beginnings_are_kept() -> None:
    assert said("Task exception was never retrieved") == "Task exception was never retrieved"
    assert said(f"QPixmap::load: cannot open {NAME}") == "QPixmap::load …"
    assert said(f"Exception in callback greet({NAME})") == "Exception in callback …"
    assert said(f"QMaria {NAME}") == "…"


# places


def test_files_are_named_from_the_project_or_its_packages_on() -> None:
    assert place(str(CHECKOUT / "app" / "crash.py")) == "app/crash.py"
    assert place(sqlite3.__file__) == "sqlite3/__init__.py"
    assert place("/home/maria/.venv/lib/python3.11/site-packages/qasync/__init__.py") == "qasync/__init__.py"
    assert place("C:\\Users\\Maria\\Python\\Lib\\site-packages\\app\\cli.py") == "app/cli.py"
    assert place("/home/maria/own.py") == "own.py"
    assert place("<frozen importlib._bootstrap>") == "<frozen importlib._bootstrap>"


def test_a_trace_names_place_line_and_function() -> None:
    lines = told(calls_nothing).splitlines()
    number = calls_nothing.__code__.co_firstlineno + 2
    assert lines[-1] == f"  tests/app/test_crash_report.py:{number} in calls_nothing"


def test_a_stack_ends_with_the_caller() -> None:
    assert stack(sys._getframe()).splitlines()[-1].endswith(" in test_a_stack_ends_with_the_caller")


def test_a_deep_trace_is_cut_in_its_middle() -> None:
    def down(left: int) -> None:
        down(left - 1) if left else calls_nothing()

    lines = described(caught(lambda: down(500))).splitlines()
    assert len(lines) == 62
    assert lines[31].startswith("  … ")
    assert lines[-1].endswith(" in calls_nothing")


def test_a_crowd_is_cut() -> None:
    crowd: BaseException = ValueError()
    for _ in range(9):
        crowd = ExceptionGroup("", [crowd, *(caught(calls_nothing) for _ in range(50))])  # type: ignore[type-var]
    assert len(described(crowd).splitlines()) <= 601


def test_the_same_crash_with_other_facts_is_the_same_without_details() -> None:
    def fail(order: int) -> None:
        raise Refusal("busy", order=order)

    one, two = caught(lambda: fail(1)), caught(lambda: fail(2))
    assert described(one) != described(two)
    assert described(one, details=False).splitlines()[2:] == described(two, details=False).splitlines()[2:]


def test_what_faulthandler_writes_is_kept_without_folders() -> None:
    written = (
        "Fatal Python error: Segmentation fault\n\n"
        "Current thread 0x00007f1 (most recent call first):\n"
        f'  File "{CHECKOUT}/app/cli.py", line 12 in main\n'
        '  File "/home/maria/x.py", line ??? in <module>\n'
        "  ...\n\n"
        f"Extension modules: x, y (total: 2)\n{NAME}\n"
    )
    assert native(written) == (
        "Fatal Python error: Segmentation fault\n\n"
        "Current thread 0x00007f1 (most recent call first):\n"
        "  app/cli.py:12 in main\n"
        "  x.py:??? in <module>\n"
        "  ..."
    )
