"""Forecasts registered before their outcome, and how good they were."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..analysis.scoring import quantile_score
from ..inputs import data
from ..inputs.door import typed
from ..inputs.units import SECONDS_PER_DAY, utc

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
ABOUT = ("id", "quantity", "unit", "made_on", "q05", "q50", "q95", "outcome")
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
DATE = "date"  # unit of a forecast of a day; any other unit is that of its numbers


@typed
def score_forecasts(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every registered forecast, with its score if the outcome is known.

    Parameters
    ----------
    table
        as `data/forecasts.csv`, which it is if not given

    Returns
    -------
    DataFrame
        by `id`: `quantity`, `unit`, `made_on`, the ends of the 90 % band `q05` and `q95`, the
        median `q50`, `outcome` (empty until it is known), `inside_50`, `inside_90` and `score`, in
        the unit of the quantity or in days (`quantile_score`: the CRPS as far as five quantiles
        tell); missing until the outcome is known

    Notes
    -----
    The table is append-only: what was registered never changes, only `resolved_on` and `outcome`
    are filled in.
    """
    known = data.load("forecasts") if table is None else table
    lacking = [name for name in (*ABOUT, *QUANTILES) if name not in known]
    if lacking or known.empty:
        raise ValueError(
            f"table must have a row and the columns of data/forecasts.csv, got {lacking}"
        )
    rows = []
    for row in known.to_dict("records"):
        said = {name: row[name] for name in ABOUT}
        rows.append(said | _scored(row))
    columns = {"inside_50": "boolean", "inside_90": "boolean", "score": "float64"}
    return pd.DataFrame(rows).set_index("id").astype(columns)


def _scored(row) -> dict:
    if pd.isna(row["outcome"]) or not row["outcome"]:
        return {"inside_50": pd.NA, "inside_90": pd.NA, "score": np.nan}
    values = [_number(row["unit"], row[name]) for name in QUANTILES]
    came = _number(row["unit"], row["outcome"])
    least, low, _, high, most = values
    return {
        "inside_50": low <= came <= high,
        "inside_90": least <= came <= most,
        "score": quantile_score(LEVELS, values, came),
    }


def _number(unit, value) -> float:
    """A day as days since 1970, anything else as the number that it is."""
    return utc(value).timestamp() / SECONDS_PER_DAY if unit == DATE else float(value)
