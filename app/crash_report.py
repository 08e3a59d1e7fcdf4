"""What a crash report may say: types, places in the code, and no word that could be a buyer's.

The text of an exception can hold anything: SQLAlchemy shows the parameters of a statement, `int("Maria")` repeats what
it was given, PostgreSQL quotes the row. So no text is kept because it looks harmless: it is kept where it is, from the
first to the last letter, a sentence of the interpreter, the database or Qt that can hold only names out of source code.
Of our own refusals the code is kept, and the facts that are numbers or codes; other facts may repeat what a person
typed. Neither local variables nor source lines are kept.
"""

from __future__ import annotations

import errno
import re
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType

from app.domain.errors import Refusal

_HIDDEN = "…"
_MOST_FRAMES = 60
_MOST_LINKS = 12
_MOST_PARTS = 8
_MOST_LINES = 600
# facts whose texts are words of ours, never typed or imported by anybody
_CODED = frozenset(
    ("field", "fields", "state", "current", "wanted", "entity", "kind", "kinds", "why_code", "driver", "scheme")
)

_NAME = r"[A-Za-z_][\w.]*"
_COLUMNS = r"[a-z_]+\.[a-z_]+(, [a-z_]+\.[a-z_]+)*"
_KNOWN = re.compile(
    "|".join(
        (
            r"\w+ (assignment )?index out of range",
            r"pop from (an )?empty \w+",
            r"((integer |float )?(division|modulo)( or modulo)?|float floor division) by zero",
            r"maximum recursion depth exceeded( while calling a Python object| in comparison)?",
            r"(dictionary|Set|OrderedDict) changed size during iteration",
            r"(dictionary keys changed|deque mutated) during iteration",
            r"(generator|coroutine) already executing",
            r"cannot reuse already awaited coroutine",
            r"no running event loop|Event loop is closed|This event loop is already running",
            r"I/O operation on closed file\.?",
            r"can't start new thread",
            r"not enough values to unpack \(expected (at least )?\d+, got \d+\)",
            r"too many values to unpack \(expected \d+\)",
            rf"cannot unpack non-iterable {_NAME} object",
            rf"{_NAME}\(\) missing \d+ required (positional|keyword-only) arguments?: '\w+'((,|,? and) '\w+')*",
            rf"{_NAME}\(\) takes (from \d+ to )?\d+ positional arguments? but \d+ (was|were) given",
            rf"{_NAME}\(\) takes no arguments",
            rf"'{_NAME}' object is not (callable|iterable|subscriptable|an iterator|reversible)",
            rf"'{_NAME}' object does not support item (assignment|deletion)",
            rf"unsupported operand type\(s\) for [^\w\s]+: '{_NAME}' and '{_NAME}'",
            rf"'[<>=]+' not supported between instances of '{_NAME}' and '{_NAME}'",
            rf"(libshiboken: )?Internal C\+\+ object \({_NAME}\) already deleted\.",
            rf"(UNIQUE|NOT NULL) constraint failed: {_COLUMNS}|FOREIGN KEY constraint failed",
            r"CHECK constraint failed: [a-z_]+|no such (table|column): [a-z_.]+",
            r"database (table )?is locked|database disk image is malformed|disk I/O error|database or disk is full",
            r"attempt to write a readonly database|unable to open database file",
            r"(Task|Future) exception was never retrieved|Task was destroyed but it is pending!",
        )
    ),
    re.ASCII,
)
# sentences whose beginning is known and whose rest is not: where Qt says it, and asyncio's callback with its arguments
_BEGINS = re.compile(r"Q[A-Z]\w+(::~?\w+)+(?=[:( ])|Exception in callback(?= )", re.ASCII)
_INSTALLED = re.compile(r".*/(?:site|dist)-packages/")
# what faulthandler writes, apart from the lines with a place in them
_NATIVE = re.compile(
    r"Fatal Python error: [\w ]+|Windows fatal exception: [\w ]+|  Garbage-collecting|  <no Python frame>|  \.\.\.|"
    r"|(Current thread|Thread) 0x[0-9a-f]+ \(most recent call first\):",
    re.ASCII,
)
_NATIVE_PLACE = re.compile(r'  File "(.*)", line (\d+|\?\?\?) in (.*)')


def place(file: str) -> str:
    """A source file as a report names it: from the project or its packages on; a file from elsewhere by its name."""
    plain = file.replace("\\", "/")
    if re.fullmatch(r"<[\w .:-]{1,80}>", plain, re.ASCII):
        return plain
    if installed := _INSTALLED.match(plain):
        return plain[installed.end() :]
    for root in _ROOTS:
        if plain.startswith(root):
            return plain[len(root) :]
    return plain.rpartition("/")[2]


# the checkout, and the standard library
_ROOTS = tuple(
    Path(root).as_posix().rstrip("/") + "/" for root in (Path(__file__).parents[1], sysconfig.get_path("stdlib"))
)


def said(text: str) -> str:
    """What may be kept of a text: all of it when it is a known one, its beginning when that is, else `…`."""
    if _KNOWN.fullmatch(text):
        return text
    begins = _BEGINS.match(text)
    return f"{begins[0]} {_HIDDEN}" if begins else _HIDDEN


def described(error: BaseException, details: bool = True) -> str:
    """The exception, what caused it and what it is a group of: types and places, and what may be kept of the texts.

    Without `details` only types and places: two crashes are the same when these are.
    """
    lines: list[str] = []
    for line in _lines(error, details, set()):
        lines.append(line)
        if len(lines) == _MOST_LINES:
            lines.append(_HIDDEN)
            break
    return "\n".join(lines)


def stack(frame: FrameType | None) -> str:
    """Where a thread is, the innermost place last."""
    walked = [(one.f_code, line) for one, line in traceback.walk_stack(frame)]
    return "\n".join(_places(reversed(walked)))


def native(text: str) -> str:
    """What faulthandler wrote, without folders and without any line that it is not known to write."""
    lines = []
    for line in text.splitlines()[:_MOST_LINES]:
        if where := _NATIVE_PLACE.fullmatch(line):
            lines.append(f"  {place(where[1])}:{where[2]} in {where[3]}")
        elif _NATIVE.fullmatch(line):
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _lines(error: BaseException, details: bool, met: set[int], indent: str = "") -> Iterator[str]:
    link, how = error, ""
    for _ in range(_MOST_LINKS):
        if id(link) in met:
            return
        met.add(id(link))
        named = f"{type(link).__module__}.{type(link).__qualname__}".removeprefix("builtins.")
        detail = _detail(link) if details else ""
        yield f"{indent}{how}{named}" + (f": {detail}" if detail else "")
        walked = [(frame.f_code, line) for frame, line in traceback.walk_tb(link.__traceback__)]
        yield from (indent + line for line in _places(walked))
        if isinstance(link, BaseExceptionGroup):
            for part in link.exceptions[:_MOST_PARTS]:
                # a group in a group in a group is told with its first link alone
                if len(indent) < 8:
                    yield from _lines(part, details, met, indent + "  | ")
            yield f"{indent}a group of {len(link.exceptions)}"
        if link.__cause__ is not None:
            link, how = link.__cause__, "caused by "
        elif link.__context__ is not None and not link.__suppress_context__:
            link, how = link.__context__, "while handling "
        else:
            return
    yield indent + _HIDDEN


def _places(walked: Iterable[tuple[CodeType, int]]) -> Iterator[str]:
    """Each place of a call; of very many the outermost and the innermost."""
    lines = [f"  {place(code.co_filename)}:{line} in {code.co_qualname}" for code, line in walked]
    half = _MOST_FRAMES // 2
    if len(lines) > _MOST_FRAMES:
        lines[half:-half] = [f"  {_HIDDEN} {len(lines) - 2 * half} more"]
    yield from lines


def _detail(error: BaseException) -> str:
    """What may be kept of an exception's text."""
    if isinstance(error, Refusal):
        facts = ", ".join(f"{name}={_fact(name, value)}" for name, value in error.facts.items())
        return f"{error.code} ({facts})" if facts else error.code
    if isinstance(error, OSError):
        # never its file: people name files after people
        return errno.errorcode.get(error.errno, "") if isinstance(error.errno, int) else ""
    if isinstance(error, UnicodeEncodeError | UnicodeDecodeError):
        return f"{error.encoding}, {error.start}–{error.end}"
    if isinstance(error, AttributeError | NameError) and error.name in _spelt(error):
        of = f" of {type(error.obj).__qualname__}" if isinstance(error, AttributeError) else ""
        return f"{error.name}{of}"
    if isinstance(error, ImportError) and error.name and re.fullmatch(_NAME, error.name, re.ASCII):
        return error.name
    told = error.args[0] if len(error.args) == 1 else None
    return told if type(told) is str and _KNOWN.fullmatch(told) else ""


def _fact(name: str, value: object) -> str:
    return str(value) if value is None or isinstance(value, int) or name in _CODED else _HIDDEN


def _spelt(error: BaseException) -> tuple[str, ...]:
    """The names that stand in the code which raised: what is not among them came from outside."""
    innermost: tuple[str, ...] = ()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        innermost = (*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars)
    return innermost
