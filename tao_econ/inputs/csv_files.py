"""A table as spreadsheets and other programs write it: one header, cells of text, one rule a cell.

A comma, a semicolon or a tab stands between cells; a byte order mark, blanks around cells, an index
column and capitals in the header are taken off. Thousands separators and decimal commas are read
where the file itself shows which mark is which, and refused where 1,234 may be either.
"""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import NamedTuple, NoReturn

from .checks import quoted

MAX_BYTES = 64_000_000
MAX_COLUMNS = 4_200  # the largest subnet's UIDs and what stands beside them
DELIMITERS = ",;\t"
INDEX = ("", "index", "unnamed: 0")  # headers of a column that only counts rows
SPACES = str.maketrans("", "", " \u00a0\u202f'")  # between groups of three digits
SIGNED = r"[+-]?"
SPACED = re.compile(SIGNED + r"\d{1,3}([ \u00a0\u202f']\d{3})+([.,]\d+)?", re.ASCII)
FORMULA = ("=", "+", "-", "@")


class Marks(NamedTuple):
    """How numbers look where one mark stands before decimals and another between thousands."""

    decimal: str
    plain: re.Pattern  # 12.5
    grouped: re.Pattern  # 1,234.5
    shown: re.Pattern  # what can only be read with these marks


def _marks(decimal: str, group: str) -> Marks:
    point = re.escape(decimal)
    comma = re.escape(group)
    groups = rf"\d{{1,3}}({comma}\d{{3}})"
    power = r"([eE][+-]?\d{1,3})?"
    shown = (
        rf"{groups}+{point}\d+",
        rf"{groups}{{2,}}",
        rf"(0|\d{{4,}})?{point}\d+{power}",
        rf"\d*{point}(\d{{1,2}}|\d{{4,}}){power}",
    )
    return Marks(
        decimal=decimal,
        plain=re.compile(rf"{SIGNED}(\d+({point}\d*)?|{point}\d+){power}", re.ASCII),
        grouped=re.compile(rf"{SIGNED}{groups}+({point}\d+)?", re.ASCII),
        shown=re.compile(f"{SIGNED}({'|'.join(shown)})", re.ASCII),
    )


DOT = _marks(".", ",")
COMMA = _marks(",", ".")


class Table(NamedTuple):
    """Cells by column; `at` has the line of the file where a row ends (1 is the header)."""

    file: str
    columns: dict[str, list[str]]  # by header, lower case
    at: list[int]
    marks: Marks
    sure: bool  # the file shows which mark is which
    left_out: tuple[str, ...]

    def refuse(self, row: int, column: str, rule: str) -> NoReturn:
        """Raise one line of file, row, column, rule and value."""
        got = repr(self.columns[column][row][:80])
        raise ValueError(
            f"{self.file}, row {self.at[row]}, column {column}: must {rule}, got {got}"
        )

    def whole(self, column: str) -> bool:
        """Whether every number of a column is written without decimals and power of ten."""
        parts = {self.marks.decimal, "e", "E"}
        return not any(part in cell for cell in self.columns[column] for part in parts)

    def numbers(self, column: str) -> list[float]:
        """A column of numbers that are finite and not below 0."""
        return [self._number(row, column, cell) for row, cell in enumerate(self.columns[column])]

    def uids(self, column: str) -> list[int]:
        """A column of UIDs."""
        for row, cell in enumerate(self.columns[column]):
            if not (cell.isascii() and cell.isdecimal() and len(cell) <= 5 and int(cell) <= 65_535):
                self.refuse(row, column, "be a UID from 0 to 65,535")
        return [int(cell) for cell in self.columns[column]]

    def names(self, column: str) -> list[str]:
        """A column of names, none of them empty or a formula."""
        for row, cell in enumerate(self.columns[column]):
            if not cell or cell.startswith(FORMULA):
                self.refuse(row, column, "be a name")
        return self.columns[column]

    def plain(self, column: str) -> list[str]:
        """A column's cells, numbers with a dot before decimals and nothing between thousands; what
        cannot be read as one number is left as it stands.
        """
        return [self._bare(cell) or cell for cell in self.columns[column]]

    def _bare(self, cell: str) -> str:
        bare = cell.translate(SPACES) if SPACED.fullmatch(cell) else cell
        if not self.marks.plain.fullmatch(bare):
            if not (self.sure and self.marks.grouped.fullmatch(bare)):
                return ""
            bare = bare.replace("," if self.marks.decimal == "." else ".", "")
        return bare.replace(",", ".")

    def _number(self, row: int, column: str, cell: str) -> float:
        bare = self._bare(cell)
        if not bare and self.marks.grouped.fullmatch(cell.translate(SPACES)):
            self.refuse(row, column, "be a number with one reading, without thousands separator")
        value = float(bare or "nan")
        if not (math.isfinite(value) and value >= 0):
            self.refuse(row, column, "be a finite number >= 0")
        return value


def read_table(path: Path) -> Table:
    """The table in a text file.

    Raises
    ------
    ValueError
        naming the file, and the row if it is one: another encoding, NUL bytes, no header, a column
        twice, a row of another length, both marks used before decimals
    """
    lines = read_text(path).splitlines(keepends=True)
    head = lines[0] if lines else ""
    delimiter = max(DELIMITERS, key=head.count)
    if head.count(delimiter) >= MAX_COLUMNS:
        columns = head.count(delimiter) + 1
        raise ValueError(f"{path.name} must have at most {MAX_COLUMNS:,} columns, got {columns:,}")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows = []
    at = []
    try:
        for row in reader:
            if row:
                rows.append([cell.strip() for cell in row])
                at.append(reader.line_num)
    except csv.Error as error:
        raise ValueError(f"{path.name}, row {reader.line_num}: must be CSV: {error}") from None
    if len(rows) < 2:
        raise ValueError(f"{path.name} must have a header and a row below it, got {len(rows)} rows")
    names = [name.lower() for name in rows[0]]
    for row, line in zip(rows, at, strict=True):
        if len(row) != len(names):
            rule = f"must have {len(names)} cells, as the header has"
            raise ValueError(f"{path.name}, row {line}: {rule}, got {len(row)}")
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{path.name} must have each column once, got {min(twice)[:80]!r} twice")
    cells = dict(zip(names, map(list, zip(*rows[1:], strict=True)), strict=True))
    marks, sure = _marks_of(path.name, cells)
    table = Table(file=path.name, columns=cells, at=at[1:], marks=marks, sure=sure, left_out=())
    return _without_index(table, names[0])


def sized(path: str | Path, most: int = MAX_BYTES) -> Path:
    """The path of a file that is there and has at most so many bytes.

    Raises
    ------
    ValueError
        naming the file, unread
    """
    path = Path(path)
    try:
        size = path.stat().st_size if path.is_file() else None
    except (OSError, ValueError):  # a name longer than any file's, or with a NUL in it
        size = None
    if size is None:
        raise ValueError(f"path must be a file, but {quoted(path.name)} is not there")
    if size > most:
        raise ValueError(f"{path.name} must be at most {most:,} bytes, got {size:,}")
    return path


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without NUL bytes and byte order mark."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path.name} must be readable, got {error.strerror}") from None
    if (nul := raw.find(b"\0")) >= 0:
        row = raw.count(b"\n", 0, nul) + 1
        raise ValueError(f"{path.name}, row {row}: must be text in UTF-8, got a NUL byte")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte {raw[error.start]:#x} at {error.start}"
        raise ValueError(f"{path.name} must be text in UTF-8, got {byte}") from None


def _marks_of(file: str, columns: dict[str, list[str]]) -> tuple[Marks, bool]:
    """The marks that the cells show, and whether any cell does; a dot before decimals if none."""
    shown: dict[str, str] = {}
    for cells in columns.values():
        for cell in cells:
            if "." in cell or "," in cell:
                for marks in (DOT, COMMA):
                    if marks.shown.fullmatch(cell.translate(SPACES)):
                        shown.setdefault(marks.decimal, cell)
    if len(shown) > 1:
        raise ValueError(
            f"{file} must have one decimal mark, got {shown['.'][:40]!r} and {shown[','][:40]!r}"
        )
    return COMMA if "," in shown else DOT, bool(shown)


def _without_index(table: Table, first: str) -> Table:
    """The table without a first column that only counts rows."""
    if first not in INDEX:
        return table
    cells = table.columns[first]
    if cells not in ([str(k + start) for k in range(len(cells))] for start in (0, 1)):
        table.refuse(0, first, "count the rows, in a column without a name")
    rest = {name: values for name, values in table.columns.items() if name != first}
    return table._replace(columns=rest, left_out=("index column",))
