"""Tables of one's own in the place of those of data/, put to the same checks."""

from __future__ import annotations

import pandas as pd

from . import data
from .checks import quoted
from .record import unknown


def own(name: str, given: pd.DataFrame, label: str) -> pd.DataFrame:
    """A table of one's own in the place of one of data/, put to the same checks.

    Parameters
    ----------
    name
        of the table in data/
    given
        some or all of its columns; a column that may be empty may be missing, and so may `source`
    label
        the argument, as errors show it

    Raises
    ------
    TypeError, ValueError
        in one line: for what is no table, an unknown or missing column, and a cell that data/ could
        not hold
    """
    if not isinstance(given, pd.DataFrame):
        raise TypeError(f"{label} must be a DataFrame, got {quoted(given)}")
    fields = data.fields(name)
    known = [field["name"] for field in fields]
    for column in given.columns:
        if column not in known:
            raise ValueError(unknown(f"column of {label}", column, known))
    table = pd.DataFrame(index=range(len(given)))
    for field in fields:
        column = field["name"]
        if column in given and isinstance(given[column], pd.Series):
            table[column] = given[column].to_numpy()
        elif column in given or (_required(field) and column != "source"):
            raise ValueError(f"{label} must have the column {column} once")
        else:
            table[column] = "given" if _required(field) else ""
    if table.empty:
        raise ValueError(f"{label} must have at least one row, got none")
    resource = {"schema": {"fields": fields}}
    text = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return data.check(text, resource, label)


def _required(field: dict) -> bool:
    return bool(field.get("constraints", {}).get("required"))
