"""The dated facts: data/*.csv, each checked against data/datapackage.json before it is used."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import re
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from .files import DATA
from .record import unknown

MAX_BYTES = 64_000_000  # of one file
UNDESCRIBED = (
    "data/datapackage.json must describe tables beside it, name, path, hash, schema, and the "
    "hashes of the TOML files; it does not"
)


@functools.cache
def _package(folder: Path = DATA) -> dict:
    try:
        found = _described(folder)["resources"]
        package = {r["name"]: r for r in found if r["schema"]["fields"] and r["hash"]}
        if all(Path(r["path"]).name == r["path"] for r in found):
            return package
    except (KeyError, TypeError):
        pass
    raise ValueError(UNDESCRIBED)


def _described(folder: Path) -> dict:
    text = _text(_bytes(folder, "datapackage.json"), "data/datapackage.json")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(UNDESCRIBED) from None


def content(name: str, *, at_most: int, folder: Path = DATA) -> bytes:
    """The content of a file of data/ that is no table."""
    return _bytes(folder, name, at_most)


def toml(raw: bytes, file: str) -> dict:
    """The tables of a TOML file; a ValueError names the file and what is wrong with it."""
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except ValueError as error:  # of TOML, of UTF-8, or a number of too many digits
        raise ValueError(f"{file} must be TOML: {error}") from None
    except RecursionError:
        raise ValueError(f"{file} must be TOML: its values are nested too deep") from None


def refuse_changed(name: str, raw: bytes, *, folder: Path = DATA) -> None:
    """Raise ValueError where the content of such a file has another hash than the one that stands
    in datapackage.json.
    """
    try:
        wanted = _described(folder)["hashes"][name]
    except (KeyError, TypeError):
        raise ValueError(UNDESCRIBED) from None
    _same(f"data/{name}", raw, wanted)


def _same(file: str, raw: bytes, wanted: str) -> None:
    digest = "sha256:" + hashlib.sha256(raw).hexdigest()
    if digest != wanted:
        raise ValueError(f"{file} must match its hash in datapackage.json, got {digest}")


def names() -> list[str]:
    """The tables that `load` knows."""
    return list(_package())


def load(name: str, *, folder: Path = DATA) -> pd.DataFrame:
    """A table of facts by its file name without .csv, a copy each time.

    It is checked when it is first asked for: hash, columns, types, ranges.

    Raises
    ------
    ValueError
        naming the file and, where there is one, the row (1 is the header) and the column
    """
    return (_once(name) if folder == DATA else _read(name, folder)).copy()


def fields(name: str) -> list[dict]:
    """The columns of a table, with their types and constraints."""
    return _package()[name]["schema"]["fields"]


@functools.cache
def _once(name: str) -> pd.DataFrame:
    return _read(name, DATA)


def _read(name: str, folder: Path) -> pd.DataFrame:
    package = _package(folder)
    if name not in package:
        raise ValueError(unknown("table", name, package))
    resource = package[name]
    file = f"data/{resource['path']}"
    raw = _bytes(folder, resource["path"])
    table = check(_text(raw, file), resource, file)
    _same(file, raw, resource["hash"])
    return table


def _bytes(folder: Path, name: str, at_most: int = MAX_BYTES) -> bytes:
    """The content of a file of that folder, and of no other one."""
    file = folder / name
    if not file.is_file() or file.resolve().parent != folder.resolve():
        raise ValueError(f"data/{name} must stand in {folder.name}/ itself, but is missing there")
    if file.stat().st_size > at_most:
        raise ValueError(
            f"data/{name} must be at most {at_most:,} bytes, got {file.stat().st_size:,}"
        )
    return file.read_bytes()


def _text(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} must be UTF-8, got byte {raw[error.start]:#x} at {error.start}"
        ) from None


def dates(values, **how):
    """Dates by `pandas.to_datetime`, in microseconds as pandas 3 has them: the nanoseconds of
    pandas 2 end in 2262.
    """
    return pd.to_datetime(values, **how).astype("datetime64[us]")


def check(text: str, resource: dict, file: str) -> pd.DataFrame:
    """CSV text as a typed table, or one line naming file, row and column of what is wrong."""
    fields = resource["schema"]["fields"]
    wanted = [f["name"] for f in fields]
    got = text.removeprefix("\ufeff").partition("\n")[0].strip().split(",")
    if got != wanted:
        seen = ", ".join(got[: len(wanted) + 1])[:1_000]
        raise ValueError(
            f"{file} must have the columns {', '.join(wanted)}, got {seen} ({len(got)} in all)"
        )
    try:
        # a row longer than the header
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            table = pd.read_csv(
                io.StringIO(text),
                dtype=str,
                keep_default_na=False,
                skip_blank_lines=False,
                index_col=False,
            )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning) as error:
        raise ValueError(f"{file} must be a CSV table: {error}".replace("\n", " ")) from None
    return pd.DataFrame({f["name"]: _column(table[f["name"]], f, file) for f in fields})


def _column(cells: pd.Series, field: dict, file: str) -> pd.Series:
    """One column converted and held to its constraints."""
    limits = field.get("constraints", {})
    kind = field["type"]
    name = field["name"]

    def refuse(row, rule):
        raise ValueError(
            f"{file}, row {row + 2}, column {name}: must {rule}, got {cells.iloc[row]!r}"
        )

    filled = cells != ""
    if limits.get("required") and not filled.all():
        refuse(int(np.argmin(filled)), "not be empty")
    for row in np.flatnonzero(filled):
        cell = cells.iloc[row]
        if "enum" in limits and cell not in limits["enum"]:
            refuse(row, f"be one of {', '.join(limits['enum'])}")
        if "pattern" in limits and not re.fullmatch(limits["pattern"], cell):
            refuse(row, f"match {limits['pattern']}")
    if limits.get("unique") and cells[filled].duplicated().any():
        refuse(int(np.argmax(cells.duplicated() & filled)), "not stand twice")
    if kind == "string":
        return cells.where(filled)
    if kind == "date":
        days = dates(cells.where(filled, None), format="%Y-%m-%d", errors="coerce")
        if (bad := filled & days.isna()).any():
            refuse(int(np.argmax(bad)), "be a date such as 2023-11-20")
        return days
    numbers = pd.to_numeric(cells.where(filled, None), errors="coerce")
    if (bad := filled & ~np.isfinite(numbers.astype(float))).any():
        refuse(int(np.argmax(bad)), "be a finite number")
    if (
        kind == "integer"
        and (bad := filled & ((numbers % 1 != 0) | (numbers.astype(float).abs() >= 2.0**63))).any()
    ):
        refuse(int(np.argmax(bad)), "be a whole number of 64 bits")
    for rule, wrong in (
        ("minimum", numbers < limits.get("minimum", -np.inf)),
        ("maximum", numbers > limits.get("maximum", np.inf)),
    ):
        if wrong.any():
            refuse(
                int(np.argmax(wrong)), f"be {'>=' if rule == 'minimum' else '<='} {limits[rule]:,}"
            )
    if kind == "integer":
        return numbers.astype("Int64")
    return cells.where(filled, "nan").map(float)  # pandas 2's own reading is an ulp off
