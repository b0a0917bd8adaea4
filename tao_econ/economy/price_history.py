"""What do TAO's own closes say of its volatility, and of its drift?

Closes of weeks to December 2025 and of months after it. Returns over unequal spans are scaled by
the root of their length, so weeks and months count alike.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..inputs import data, own_tables
from ..inputs.checks import quoted
from ..inputs.door import typed
from ..inputs.units import DAYS_PER_YEAR


class PriceHistory(NamedTuple):
    """Closes of some years, summed up; all rates are of logarithms and per year."""

    first: dt.date
    last: dt.date
    years: float
    returns: int  # spans between closes
    volatility: float  # per √year
    volatility_se: float  # for normal returns, σ/√(2(n − 1))
    log_drift: float  # mean log return
    drift: float  # arithmetic: that plus σ²/2
    drift_se: float  # σ/√years


@typed
def price_history(
    *, first: str | None = None, last: str | None = None, prices: pd.DataFrame | None = None
) -> PriceHistory:
    """Volatility and drift of TAO's closes between two days, with what they are uncertain by.

    Parameters
    ----------
    first, last
        ISO dates, both counted in; all closes known if not given
    prices
        one's own closes, `date` and `close_usd`; those of data/ if not given

    Raises
    ------
    ValueError
        where fewer than four closes lie between

    Notes
    -----
    σ² is the mean of (r − μt)²/t with n − 1. Its error takes returns for normal and independent;
    fatter tails make it larger. Months of 2026 are from single sources (series_monthly.csv).
    """
    closes = _closes() if prices is None else own_closes(prices)
    if first is not None:
        closes = closes[closes["date"] >= _day("first", first)]
    if last is not None:
        closes = closes[closes["date"] <= _day("last", last)]
    if len(closes) < 4:
        raise ValueError(
            f"first and last must have four closes between them, got {len(closes)} "
            f"from {first} to {last}"
        )
    spans = np.diff(closes["date"]) / np.timedelta64(1, "D") / DAYS_PER_YEAR
    moves = np.diff(np.log(closes["close_usd"].to_numpy(float)))
    years = float(spans.sum())
    log_drift = float(moves.sum()) / years
    volatility = float(((moves - log_drift * spans) / np.sqrt(spans)).std(ddof=1))
    return PriceHistory(
        first=closes["date"].iloc[0].date(),
        last=closes["date"].iloc[-1].date(),
        years=years,
        returns=len(moves),
        volatility=volatility,
        volatility_se=volatility / math.sqrt(2 * (len(moves) - 1)),
        log_drift=log_drift,
        drift=log_drift + volatility**2 / 2,
        drift_se=volatility / math.sqrt(years),
    )


def _day(name: str, text: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(dt.date.fromisoformat(text))
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an ISO date, got {quoted(text)}") from None


def own_closes(prices: pd.DataFrame) -> pd.DataFrame:
    """Closes of one's own by date, checked as those of tao_weekly.csv."""
    scope = {"price_scope": "given"} if isinstance(prices, pd.DataFrame) else {}
    table = own_tables.own("tao_weekly", prices.assign(**scope) if scope else prices, "prices")
    wrong = table["close_usd"] <= 0
    if wrong.any():
        raise ValueError(f"prices must be > 0, got {table['close_usd'][wrong].iloc[0]}")
    return table[["date", "close_usd"]].sort_values("date", ignore_index=True)


@functools.cache
def _closes() -> pd.DataFrame:
    """The weekly closes, then those of the months after them."""
    weeks = data.load("tao_weekly")[["date", "close_usd"]].dropna()
    months = data.load("series_monthly")[["price_date", "tao_price_usd"]].dropna()
    months = months.set_axis(["date", "close_usd"], axis=1)
    months = months[months["date"] > weeks["date"].iloc[-1] + pd.Timedelta(days=7)]
    return pd.concat([weeks, months], ignore_index=True)
