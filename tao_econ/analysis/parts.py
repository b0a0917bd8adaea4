"""Rows in parts of one schema: what `pandas.read_parquet` of a folder needs to lose nothing."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..inputs.checks import MAX_INT64, quoted
from ..inputs.files import replacing

EXACT = 1 << 53  # whole numbers up to here are floats too
KNOWN = ("null", "bool", "int64", "double", "string", "date")
KINDS = "whole numbers of 64 bits, floats, texts, booleans or dates"


def needs_pyarrow() -> None:
    """Refuse before anything is computed where Parquet cannot be written."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ValueError(
            "sweep_to_parquet must have pyarrow: install tao_econ with the extra 'scale'"
        ) from None


def kind_of(name: str, values: Sequence) -> str:
    """The one type of a column: null, bool, int64, double, string, date32[day] or timestamp.

    Raises
    ------
    TypeError
        for values of several types, or of one that a column cannot hold
    """
    kind = "null"
    for value in values:
        kind = wider(name, kind, _kind(name, value))
    return kind


def wider(name: str, one: str, other: str) -> str:
    """The type that holds both; whole numbers beside floats are floats."""
    if one == other or other == "null":
        return one
    if one == "null":
        return other
    if {one, other} == {"int64", "double"}:
        return "double"
    raise TypeError(f"{name} must have one type in every row, got {one} and {other}")


def _kind(name: str, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int) and abs(value) <= MAX_INT64:
        return "int64"
    if isinstance(value, float):
        return "double"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dt.datetime) and value == value:
        return "timestamp"
    if isinstance(value, dt.date) and value == value:
        return "date"
    kind = "whole number beyond 64 bits" if isinstance(value, numbers.Integral) else "type"
    raise TypeError(
        f"{name} must hold {KINDS}, got the {kind} {quoted(value)} ({type(value).__name__})"
    )


def write(file: Path, columns: dict[str, list], kinds: dict[str, str]) -> None:
    """One part, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {
        name: pa.array(_fitting(name, values, kinds[name]), _arrow(kinds[name]))
        for name, values in columns.items()
    }
    with replacing(file) as draft:
        pq.write_table(pa.table(arrays), draft)


def _fitting(name: str, values: list, kind: str) -> list:
    if kind != "double":
        return values
    for value in values:
        if isinstance(value, int) and abs(value) > EXACT:
            raise ValueError(
                f"{name} must be below 2**53 where other rows have fractions, got {value}"
            )
    return [None if value is None else float(value) for value in values]


def _arrow(kind: str) -> Any:
    import pyarrow as pa

    if kind == "timestamp":
        return pa.timestamp("us", "UTC")
    made = {"null": pa.null, "bool": pa.bool_, "int64": pa.int64, "double": pa.float64}
    return (made | {"string": pa.string, "date": pa.date32})[kind]()


def kinds_in(file: Path, rows: int) -> dict[str, str] | None:
    """The columns of a part that is there whole, with so many rows; None for any other file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as part:
            if part.metadata.num_rows != rows:
                return None
            part.read()  # a page may be damaged where the footer is not
            schema = part.schema_arrow
    except (OSError, pa.ArrowException):
        return None
    named = {str(_arrow(kind)): kind for kind in KNOWN}
    return {field.name: named.get(str(field.type), "timestamp") for field in schema}


def widen(file: Path, kinds: dict[str, str]) -> None:
    """Give a part the columns and types of all; what it lacks is empty."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as part:
        table = part.read()
    empty = [None] * table.num_rows
    columns = {
        name: table[name].to_pylist() if name in table.column_names else empty for name in kinds
    }
    write(file, columns, kinds)
