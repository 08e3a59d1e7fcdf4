"""Files into records: CSV, XLSX and JSON, each read whole, and refused when they are not what they claim to be."""

from __future__ import annotations

import codecs
import csv
import io
import json
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import ParseError

from app.domain.errors import KnownError, Refusal
from app.domain.incoming import Exponent, Spoilt
from app.sync.file_profiles import LINE_FIELDS, Profile, Source

MAX_BYTES = 256 * 1024 * 1024
MAX_UNPACKED = 512 * 1024 * 1024
MAX_STRINGS = 128 * 1024 * 1024  # the one part of a workbook that is held in memory
MAX_RATIO = 100  # sheets pack to a tenth or a twentieth
MAX_COLUMNS = 1_000
MAX_ROWS = 1_048_576  # of a sheet

_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".json": "json"}
_BINARY = (b"PK\x03\x04", b"\x89PNG", b"%PDF", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"SQLite f")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


@dataclass(frozen=True, slots=True)
class Record:
    """One row, or one object of a JSON file: what it says of our fields, and all that it says.

    `line` is where it begins (the number of the record in a JSON file). `whole` is true when it holds a whole order,
    then `lines` has the fields of its lines. `shifted` when it has another number of cells than the header.
    """

    line: int
    fields: Mapping[str, object]
    raw: object
    whole: bool = False
    lines: Sequence[Mapping[str, object]] = ()
    shifted: bool = False


class ImportFile:
    """A file to be imported, in memory.

    Raises KnownError `file_unreadable`, Refusal `file_kind_unknown`, `file_empty`, `file_too_big`, and on reading:
    `file_binary`, `xlsx_not_workbook`, `xlsx_too_big`, `file_encoding` (facts `encoding`, `line`), `csv_broken`
    (`line`), `json_broken` (`line`), `json_no_records`, `sheet_unknown`, `columns_repeated`.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.format = _SUFFIXES.get(path.suffix.lower(), "")
        if not self.format:
            raise Refusal("file_kind_unknown", file=self.name)
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise Refusal("file_too_big", file=self.name, megabytes=MAX_BYTES >> 20)
            self._data = path.read_bytes()
        except OSError:
            raise KnownError("file_unreadable", file=self.name) from None
        if not self._data.strip():
            raise Refusal("file_empty", file=self.name)
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, object] = {}
        self._sheets: dict[str | None, list[tuple[int, list[object]]]] = {}
        if self.format == "xlsx":
            self._check_workbook()

    def names(self, profile: Profile) -> tuple[str, ...]:
        """The names of the columns, or of the keys of the first record and of its first line."""
        if self.format == "json":
            for record in self._objects(profile):
                names = dict.fromkeys(_paths(record))
                for line in _lines(record, profile)[:1]:
                    names.update(dict.fromkeys(_paths(line)))
                return tuple(names)
            return ()
        for _, cells in self._rows(profile):
            return tuple(_name(cell) for cell in cells)
        raise Refusal("file_empty", file=self.name)

    def records(self, profile: Profile) -> Iterator[Record]:
        """The records one after the other; blank rows are left out."""
        if self.format == "json":
            yield from self._json_records(profile)
        else:
            yield from self._table_records(profile)

    def _table_records(self, profile: Profile) -> Iterator[Record]:
        rows = self._rows(profile)
        first = next(rows, None)
        if first is None:
            raise Refusal("file_empty", file=self.name)
        header = [_name(cell) for cell in first[1]]
        keys = _unique(header)
        place: dict[str, int] = {}
        for at, name in enumerate(header):
            folded = fold(name)
            if folded in place and any(folded == fold(c) for s in profile.columns.values() for c in s.columns):
                raise Refusal("columns_repeated", file=self.name, column=name)
            place.setdefault(folded, at)
        wanted: list[tuple[str, Source, list[int]]] = []
        for field, source in profile.columns.items():
            found = [place[fold(column)] for column in source.columns if fold(column) in place]
            if found:
                wanted.append((field, source, found))
        # most fields are one whole cell: the way that 100,000 rows take
        simple = [(field, at[0]) for field, source, at in wanted if len(at) == 1 and not source.cut]
        others = [(field, source, at) for field, source, at in wanted if len(at) > 1 or source.cut]
        width = len(header)
        for line, cells in rows:
            if len(cells) != width:
                shifted = self.format == "csv" and (len(cells) < width or any(cells[width:]))
                cells = [*cells[:width], *[None] * (width - len(cells))]
            else:
                shifted = False
            fields: dict[str, object] = {field: _cell(cells[at]) for field, at in simple}
            for field, source, several in others:
                fields[field] = _compose([_cell(cells[at]) for at in several], source)
            yield Record(line, fields, dict(zip(keys, cells, strict=True)), shifted=shifted)

    def _rows(self, profile: Profile) -> Iterator[tuple[int, list[object]]]:
        """(line, cells) of every row that is not blank; the first is the header."""
        return self._csv_rows(profile) if self.format == "csv" else self._xlsx_rows(profile)

    def _csv_rows(self, profile: Profile) -> Iterator[tuple[int, list[object]]]:
        text = self._text(profile.encoding)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=profile.delimiter, strict=True)
        before = 0
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield before + 1, list(row)
                before = reader.line_num
        except csv.Error:
            # an open quotation mark swallows the rows after it, whole or half orders among them
            raise Refusal("csv_broken", file=self.name, line=before + 1) from None

    def _text(self, encoding: str) -> str:
        if encoding in self._texts:
            return self._texts[encoding]
        wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
        if self._data.startswith(_BINARY) or (b"\0" in self._data[:65536] and not wide):
            raise Refusal("file_binary", file=self.name, format=self.format)
        try:
            text = self._data.decode(encoding)
        except UnicodeDecodeError as error:
            line = self._data.count(b"\n", 0, error.start) + 1
            raise Refusal("file_encoding", file=self.name, encoding=encoding, line=line) from None
        except UnicodeError:
            raise Refusal("file_encoding", file=self.name, encoding=encoding, line=1) from None
        if not text.strip():
            raise Refusal("file_empty", file=self.name)
        self._texts[encoding] = text
        return text

    def _check_workbook(self) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
                parts = archive.infolist()
                unpacked = sum(part.file_size for part in parts)
                for part in parts:
                    bomb = part.file_size > 8 << 20 and part.file_size > MAX_RATIO * max(1, part.compress_size)
                    strings = part.filename.lower().endswith("sharedstrings.xml") and part.file_size > MAX_STRINGS
                    if bomb or strings or unpacked > MAX_UNPACKED or len(parts) > 10_000:
                        raise Refusal("xlsx_too_big", file=self.name)
                if not any(part.filename.lower().endswith("workbook.xml") for part in parts):
                    self._no_workbook()
                for part in parts:
                    if part.filename.lower().endswith((".xml", ".rels")):
                        with archive.open(part) as stream:
                            head = stream.read(4096)
                        # no spreadsheet program writes entities; they are how a small XML becomes a huge one
                        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                            self._no_workbook()
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            self._no_workbook()

    def _no_workbook(self) -> NoReturn:
        raise Refusal("xlsx_not_workbook", file=self.name)

    def _xlsx_rows(self, profile: Profile) -> Iterator[tuple[int, list[object]]]:
        if profile.sheet not in self._sheets:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # on styles and extensions that do not concern the values
                    self._sheets[profile.sheet] = list(self._sheet(profile.sheet))
            except (
                zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError,
                IndexError, EOFError, OSError, NotImplementedError, RuntimeError, OverflowError,
            ):  # fmt: skip
                # openpyxl checks little of what it is given, and fails where a part is not as expected
                self._no_workbook()
        yield from self._sheets[profile.sheet]

    def _sheet(self, name: str | None) -> Iterator[tuple[int, list[object]]]:
        import openpyxl  # a tenth of a second that a CSV need not wait for

        book = openpyxl.load_workbook(io.BytesIO(self._data), read_only=True, data_only=True)
        if name is not None and name not in book.sheetnames:
            raise Refusal("sheet_unknown", file=self.name, sheet=name)
        sheet = book[name] if name is not None else book.worksheets[0]
        # the size that the file states may be wrong, and a row may claim any number
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
            if number > MAX_ROWS:
                raise Refusal("xlsx_too_big", file=self.name)
            cells: list[object] = list(row)
            while cells and cells[-1] is None:
                cells.pop()
            if any(cell is not None and str(cell).strip() for cell in cells):
                yield number, cells

    def _json(self, encoding: str) -> object:
        if encoding not in self._parsed:
            text = self._text(encoding)
            try:
                self._parsed[encoding] = json.loads(text, parse_float=_number, parse_constant=_no_constant)
            except json.JSONDecodeError as error:
                raise Refusal("json_broken", file=self.name, line=error.lineno) from None
            except (ValueError, RecursionError):
                raise Refusal("json_broken", file=self.name, line=1) from None
        return self._parsed[encoding]

    def _objects(self, profile: Profile) -> list[dict[str, object]]:
        found = self._json(profile.encoding)
        if isinstance(found, dict) and profile.records:
            found = _at(found, profile.records)
        if not isinstance(found, list) or (found and not any(isinstance(record, dict) for record in found)):
            raise Refusal("json_no_records", file=self.name, path=profile.records)
        return [record if isinstance(record, dict) else {} for record in found]  # an empty one is a bad row

    def _json_records(self, profile: Profile) -> Iterator[Record]:
        for number, record in enumerate(self._objects(profile), start=1):
            nested = profile.lines is not None and isinstance(_at(record, profile.lines), list)
            fields: dict[str, object] = {}
            for name, source in profile.columns.items():
                if (not nested or name not in LINE_FIELDS) and _has(record, source):
                    fields[name] = _compose([_at(record, column) for column in source.columns], source)
            lines = []
            for line in _lines(record, profile) if nested else ():
                said = {name: s for name, s in profile.columns.items() if name not in fields and _has(line, s)}
                lines.append({n: _compose([_at(line, column) for column in s.columns], s) for n, s in said.items()})
            yield Record(number, fields, record, whole=nested, lines=lines)


def fold(name: str) -> str:
    """A column's name as it is compared: without case, outer blanks and differences of Unicode form."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _name(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _unique(header: Sequence[str]) -> list[str]:
    """The header with numbers behind repeated names, so that no cell of a record gets lost."""
    seen: dict[str, int] = {}
    names = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _cell(value: object) -> object:
    if isinstance(value, str):
        return Spoilt.ERROR if value in _ERRORS else value
    if isinstance(value, int | float) and not isinstance(value, Exponent) and abs(value) >= 1e15:
        return Spoilt.NUMBER_TOO_LONG
    return value


def _compose(values: Sequence[object], source: Source) -> object:
    for value in values:
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
            return value  # which the field's own rule takes or refuses
    if source.cut:
        return "" if values[0] is None else str(values[0]).strip()[source.start : source.end]
    return values[0] if len(values) == 1 else "\n".join(str(value) for value in values if value is not None)


def _number(literal: str) -> float:
    number = Exponent(literal) if "e" in literal.lower() else float(literal)
    if number in (float("inf"), float("-inf")):
        raise ValueError(literal)
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _at(record: Mapping[str, object], path: str) -> object:
    """The value at a dotted path, None where there is none; a key that holds dots itself is found too."""
    found: object = record
    if path in record:
        return record[path]
    for part in path.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def _has(record: Mapping[str, object], source: Source) -> bool:
    return any(_at(record, column) is not None for column in source.columns)


def _paths(record: Mapping[str, object], before: str = "") -> Iterator[str]:
    for key, value in record.items():
        yield before + key
        if isinstance(value, dict):
            yield from _paths(value, f"{before}{key}.")


def _lines(record: Mapping[str, object], profile: Profile) -> list[dict[str, object]]:
    found = None if profile.lines is None else _at(record, profile.lines)
    return [line if isinstance(line, dict) else {} for line in found] if isinstance(found, list) else []
