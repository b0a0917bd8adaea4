"""Cells of a table of subnets, as CSV or as JSON, under the names of this package."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ..inputs.csv_files import read_table
from .metagraph_files import Refused, parsed_json

MAX_ROWS = 65_536  # netuids there can be
ALIASES = {
    "tao_in": "tao_in_pool",
    "tao_in_pool_tao": "tao_in_pool",
    "alpha_in": "alpha_in_pool",
    "alpha_out": "alpha_outstanding",
    "alpha_out_pool": "alpha_outstanding",
    "price": "price_tao",
    "alpha_price_tao": "price_tao",
    "moving_price": "price_ema_tao",
    "subnet_name": "name",
}


def renamed(file: str, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells with other programs' names replaced, or one line where two mean the same."""
    cells = cells.rename(columns=lambda name: ALIASES.get(str(name).lower(), str(name).lower()))
    if (twice := cells.columns.duplicated()).any():
        raise ValueError(f"{file} must have one column of {cells.columns[twice][0]}, got two")
    return cells


def csv_cells(path: Path) -> pd.DataFrame:
    """A CSV file's cells as text, indexed by line as a table of data/ is: the one below the header
    is 0.
    """
    table = read_table(path)
    if len(table.at) > MAX_ROWS:
        raise ValueError(f"{path.name} must have at most {MAX_ROWS:,} rows, got {len(table.at):,}")
    cells = {
        name: texts if ALIASES.get(name, name) == "name" else table.plain(name)
        for name, texts in table.columns.items()
    }
    return pd.DataFrame(cells, index=[line - 2 for line in table.at])


def json_cells(path: Path) -> pd.DataFrame:
    """Subnets by row, fields inside fields flattened: liquidity.tao_in is tao_in."""
    try:
        found = parsed_json(path)
    except Refused as error:
        raise ValueError(f"{path.name} {error}") from None
    if isinstance(found, dict):
        found = found.get("subnets", found)
    rows = found
    if isinstance(found, dict) and all(isinstance(row, dict) for row in found.values()):
        rows = [{"netuid": key} | row for key, row in found.items()]
    if not (isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)):
        raise ValueError(f"{path.name} must hold a list or an object of subnets")
    flat = []
    for row in rows:
        inside = {
            key: part for it in row.values() if isinstance(it, dict) for key, part in it.items()
        }
        plain = {key: it for key, it in row.items() if not isinstance(it, (dict, list))}
        if both := inside.keys() & plain.keys():
            raise ValueError(f"{path.name} must hold each field once a subnet, got {min(both)!r}")
        flat.append({key: _cell(it) for key, it in (plain | inside).items()})
    return pd.DataFrame(flat).fillna("")


def _cell(value) -> str:
    """A value of JSON as a cell: nothing for null, 1 and 0 for true and false."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)
