"""`./run add reading`: one dated reading into a table of data/, all of it or nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from ..economy.issuance_readings import check_supply_points
from ..inputs import data
from ..inputs.files import DATA, WORKPLACE, write_whole
from ..inputs.record import unknown
from ..inputs.rules import rules_at
from .folders import alone

CLAIMS = WORKPLACE / "figures" / "claims.csv"
FAR = 3.0  # times: a close this far from one of the same month is a slip of the pen
MONTH = pd.Timedelta(days=30)


class _Kind(NamedTuple):
    """Where a kind of reading stands, the columns that tell one from another, how it is checked."""

    table: str
    key: tuple[str, ...]
    defaults: dict[str, str]
    check: Callable[[pd.DataFrame, pd.DataFrame, Mapping[str, str]], None]


class Added(NamedTuple):
    """What was written."""

    table: str
    row: int  # its line in the file; 1 is the header
    rows: int  # of the table, now
    hash: str


def _supply(before: pd.DataFrame, after: pd.DataFrame, cells: Mapping[str, str]) -> None:
    rules = rules_at("2026-09-11")
    was, now = (check_supply_points(rules, points=table) for table in (before, after))
    trusted = [int((seen["confidence"] == "high").sum()) for seen in (was, now)]
    wrong = [
        int((seen["above"] | seen["below"])[seen["confidence"] == "high"].sum())
        for seen in (was, now)
    ]
    own = now[(now["tao"] == float(cells["tao"])) & now["definition"].eq(cells["definition"])]
    refused = own["above"] | own["below"]
    if (len(own) and refused.all()) or wrong[1] - wrong[0] > 0:
        why = "more" if own["above"].any() else "less"
        raise ValueError(
            f"tao must be what the schedule can lead to among {trusted[0]} trusted supplies, got "
            f"{why} than that: {cells['tao']} on {cells['date']}"
        )


def _price(before: pd.DataFrame, after: pd.DataFrame, cells: Mapping[str, str]) -> None:
    price = float(cells.get("tao_close_usd") or 0)
    if price <= 0:
        raise ValueError(f"tao_close_usd must be > 0, got {cells.get('tao_close_usd')!r}")
    day = pd.Timestamp(cells["date"])
    parts = [before[["date", "tao_close_usd"]].set_axis(["date", "close_usd"], axis=1)]
    parts += [
        data.load(name)[["date", "close_usd"]]
        for name in ("tao_weekly", "tao_daily_2023q4", "tao_daily_2026")
    ]
    known = pd.concat(parts).dropna()
    near = known[(known["date"] - day).abs() <= MONTH]
    for other in near.itertuples():
        if not 1 / FAR <= price / other.close_usd <= FAR:
            raise ValueError(
                f"tao_close_usd must be within {FAR:g} times the close of {other.date.date()}, "
                f"{other.close_usd:g}, got {price:g}"
            )


def _rising(by: str, value: str, day: str):
    """Among the readings of one day, the value rises with what it is by."""

    def check(before: pd.DataFrame, after: pd.DataFrame, cells: Mapping[str, str]) -> None:
        same = after[after[day].astype(str).str[:10] == cells[day]].sort_values(by)
        if not same[value].is_monotonic_increasing:
            raise ValueError(
                f"{value} must rise with {by} on {cells[day]}, got {cells[value]} at {cells[by]}"
            )

    return check


KINDS = {
    "supply": _Kind("supply_points", ("date", "utc", "definition"), {}, _supply),
    "price": _Kind("key_dates", ("date",), {"event": "close read"}, _price),
    "stake": _Kind("validator_stake", ("date", "largest"), {}, _rising("largest", "share", "date")),
    "pool": _Kind(
        "pool_percentiles",
        ("as_of", "pools_below_share"),
        {},
        _rising("pools_below_share", "reserve_tao", "as_of"),
    ),
}


def add(kind: str, cells: Mapping[str, str], *, folder: Path = DATA) -> Added:
    """Put a reading into its table, in the order of days, with the table's new hash and count.

    Parameters
    ----------
    kind
        supply, price, stake or pool
    cells
        column → text
    folder
        with the tables, datapackage.json and README.md

    Raises
    ------
    ValueError
        for an unknown kind or column, a cell that the table cannot hold, a reading that is there
        already, and one that the others contradict; nothing is then written

    Notes
    -----
    Of two at once the second waits. A kill in the milliseconds between the three files leaves a
    table that its hash refuses by name; `git checkout data` has the old one.
    """
    if kind not in KINDS:
        raise ValueError(unknown("kind of reading", kind, KINDS))
    with alone(folder):
        return _added(KINDS[kind], cells, folder)


def _added(into: _Kind, cells: Mapping[str, str], folder: Path) -> Added:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(r for r in package["resources"] if r["name"] == into.table)
    columns = [field["name"] for field in resource["schema"]["fields"]]
    for column in cells:
        if column not in columns:
            raise ValueError(unknown(f"column of {into.table}", column, columns))
    full = {column: str((into.defaults | dict(cells)).get(column, "")) for column in columns}
    file = folder / resource["path"]
    old = file.read_bytes()
    if "sha256:" + hashlib.sha256(old).hexdigest() != resource["hash"]:
        raise ValueError(f"data/{file.name} must match its hash in datapackage.json")
    before = data.check(old.decode(), resource, f"data/{file.name}")
    text, row = _with_row(old.decode(), full, into.key[0])
    after = data.check(text, resource, f"data/{file.name}")
    _once(after, row, into.key, full)
    into.check(before, after, full)
    content = text.encode()
    resource["hash"] = "sha256:" + hashlib.sha256(content).hexdigest()
    resource["bytes"] = len(content)
    described = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
    told = _counted((folder / "README.md").read_text(encoding="utf-8"), into.table, len(after))
    _write_all(
        {
            file: content,
            folder / "datapackage.json": described.encode(),
            folder / "README.md": told.encode(),
        },
        lambda place: data.load(into.table, folder=place),
    )
    return Added(into.table, row, len(after), resource["hash"])


def _with_row(text: str, cells: Mapping[str, str], day: str) -> tuple[str, int]:
    """The table with a row after the last one of its day or before, and its line number."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells.values())
    if "\n" in written.getvalue().removesuffix("\n"):
        raise ValueError("a cell must be one line of text")
    lines = text.splitlines(keepends=True)
    at = list(cells).index(day)
    days = [next(csv.reader([line]))[at] for line in lines[1:]]
    place = 1 + max((n for n, its in enumerate(days, 1) if its <= cells[day]), default=0)
    return "".join([*lines[:place], written.getvalue(), *lines[place:]]), place + 1


def _once(table: pd.DataFrame, row: int, key: tuple[str, ...], cells: Mapping[str, str]) -> None:
    said = pd.DataFrame({name: [_plain(cell) for cell in table[name]] for name in key})
    own = said.iloc[row - 2]
    others = said.drop(index=said.index[row - 2])
    if (others == own).all(axis=1).any():
        told = ", ".join(f"{name} {cells[name]}" for name in key if cells[name])
        raise ValueError(f"a reading must not stand twice, got {told} once more")


def _plain(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]


def _counted(text: str, table: str, rows: int) -> str:
    """The page of the tables with a table's number of rows."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        found = re.match(r"\| (`.+?`) \| ([\d, ]+) \|", line)
        names = re.findall(r"`(\w+)`", found[1]) if found else []
        if found and table in names:
            counts = found[2].split(", ")
            counts[names.index(table)] = str(rows)
            lines[number] = line.replace(f"| {found[2]} |", f"| {', '.join(counts)} |", 1)
    return "".join(lines)


def _write_all(files: Mapping[Path, bytes], readable: Callable[[Path], object]) -> None:
    """Write files that belong together, once they were read back elsewhere; all or none."""
    with tempfile.TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / file.name).write_bytes(content)
        readable(Path(name))
    old = {file: file.read_bytes() for file in files}
    try:
        for file, content in files.items():
            if not os.access(file, os.W_OK):
                raise PermissionError(f"{file.name} must be writable")
            write_whole(file, content)
    except BaseException:
        for file, content in old.items():
            if file.read_bytes() != content:
                write_whole(file, content)
        raise


def verdicts() -> dict[str, str]:
    """Every verdict of the ledger that the page of claims holds now, then and now."""
    table = pd.read_csv(CLAIMS, dtype=str).fillna("")
    return {
        row["id"]: f"{row['verdict_then']} / {row['verdict_now']}"
        for row in table.to_dict("records")
    }


def changed() -> tuple[list[str], dict[str, str]]:
    """Figures that show something else than is drawn, and verdicts that turned, by the tables as
    they lie there now: in a process of its own, for this one has read them before.
    """
    told = _said("figures", "--check")
    figures = [line.split()[0] for line in told.splitlines() if not line.endswith("as drawn")]
    old = verdicts()
    turned = {}
    for row in json.loads(_said("claims", "--json"))["claims"]:
        now = f"{row['verdict_then'] or ''} / {row['verdict_now'] or ''}"
        if now != old.get(row["id"], now):
            turned[row["id"]] = f"{old[row['id']]} → {now}"
    return figures, turned


def _said(*command: str) -> str:
    """What a command prints; how far it is shows on a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "tao_econ", *command],
        stdout=subprocess.PIPE,
        stderr=None if sys.stderr.isatty() else subprocess.PIPE,
        text=True,
    )
    if done.returncode not in (0, 1):
        why = (done.stderr or "").strip().removeprefix("run: ")
        raise ValueError(why or f"./run {' '.join(command)} must finish, and did not")
    return done.stdout
