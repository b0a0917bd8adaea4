"""Readings of the tables that several claims need: closes, gains, funding, central banks, signals.

Each takes the tables of a world, or those of data/ where none is given.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd

from ..economy.comparables import weekly_ratio
from ..inputs.data import dates, load
from .rule import PUBLISHED as PUBLISHED
from .rule import Estimate, kept

Tables = Mapping[str, pd.DataFrame]
DATA: Tables = MappingProxyType({})
MARCH_2024 = pd.Timestamp("2024-03-24")  # the last week for which all peers have a close
SURE = 1.96  # standard errors on either side of a 95 % interval


def table(name: str, tables: Tables = DATA) -> pd.DataFrame:
    """A table of data/, or the one that stands in for it.

    Parameters
    ----------
    name : str
    tables : mapping

    Returns
    -------
    pandas.DataFrame
    """
    return tables[name] if name in tables else kept(name)


@functools.cache
def _closes() -> pd.Series:
    known = weekly_ratio().set_index("date")["close_usd"]
    quoted = load("openai_points")
    quoted = quoted[quoted["date"].str.startswith("2026-")]
    prices = pd.Series(quoted["tao_price_usd"].to_numpy(), dates(quoted["date"]))
    return pd.concat([known.drop(prices.index, errors="ignore"), prices]).sort_index()


def closes(tables: Tables = DATA) -> pd.Series:
    """Closes of TAO by day; on the two days of 2026 with a price beside a valuation, that price
    and no other.

    Parameters
    ----------
    tables : mapping
        'closes' in it stands in for them: `close_usd` by date.

    Returns
    -------
    pandas.Series
    """
    return tables["closes"]["close_usd"] if "closes" in tables else _closes()


@functools.cache
def _days_2023() -> pd.DataFrame:
    return load("tao_daily_2023q4").set_index("date")


def days_2023(tables: Tables = DATA) -> pd.DataFrame:
    """The daily table of late 2023, by date.

    Parameters
    ----------
    tables : mapping

    Returns
    -------
    pandas.DataFrame
    """
    if "tao_daily_2023q4" in tables:
        return tables["tao_daily_2023q4"].set_index("date")
    return _days_2023()


def close_on(day: str | date, tables: Tables = DATA) -> float:
    """TAO's close on a day, or the last one known before it.

    Parameters
    ----------
    day : str or date
    tables : mapping

    Returns
    -------
    float
    """
    day = pd.Timestamp(day)
    daily = days_2023(tables)["close_usd"]
    return float(daily[day]) if day in daily.index else float(closes(tables)[:day].iloc[-1])


def mean_volume(since: str, until: str, tables: Tables = DATA) -> float:
    """Mean volume of TAO a day in late 2023, both days included, USD.

    Parameters
    ----------
    since, until : str
    tables : mapping

    Returns
    -------
    float
    """
    return float(days_2023(tables)["volume_usd_24h"][since:until].mean())


def days_at(price_usd: float, tables: Tables = DATA) -> list[pd.Timestamp]:
    """Days of late 2023, up to publication, on which a price lay between low and high.

    Parameters
    ----------
    price_usd : float
    tables : mapping

    Returns
    -------
    list[pd.Timestamp]
    """
    days = days_2023(tables)
    inside = days[(days["low_usd"] <= price_usd) & (days["high_usd"] >= price_usd)]
    return [day for day in inside.index if day <= PUBLISHED]


def weekly_gain(column: str, start: str | date, end: str | date, tables: Tables = DATA) -> float:
    """Gain of a token between the last Sundays up to two days, as a share.

    Parameters
    ----------
    column : str
    start : str or date
    end : str or date
    tables : mapping

    Returns
    -------
    float
    """
    known = table("peers_weekly", tables).set_index("date")[column].dropna()
    return float(known[:end].iloc[-1] / known[:start].iloc[-1] - 1)


def funding(period: str, what: str) -> float:
    """Money raised, bn USD.

    Parameters
    ----------
    period : str
    what : str

    Returns
    -------
    float
    """
    rows = table("ai_funding")
    return float(rows.loc[(rows["period"] == period) & (rows["what"] == what), "bn_usd"].iloc[0])


def assets(bank: str, since: str, until: str = "9999", tables: Tables = DATA) -> np.ndarray:
    """A central bank's assets found in a window, oldest first, trillion.

    Parameters
    ----------
    bank : str
    since : str
    until : str
    tables : mapping

    Returns
    -------
    numpy.ndarray
    """
    rows = table("central_bank_assets", tables)
    dates = rows["date"].astype(str)
    rows = rows[(rows["bank"] == bank) & (dates >= since) & (dates <= until)].sort_values("date")
    return rows["trn"].to_numpy(float)


def assets_change(bank: str, *, since: str, until: str = "9999", tables: Tables = DATA) -> float:
    """Change of a central bank's assets from the first to the last date found in a window,
    trillion.

    Parameters
    ----------
    bank : str
    since : str
    until : str
    tables : mapping

    Returns
    -------
    float
    """
    found = assets(bank, since, until, tables)
    return float(found[-1] - found[0])


def returns_until(until: str | date, columns: list[str], tables: Tables = DATA) -> np.ndarray:
    """Weekly log returns up to a day, over the weeks in which TAO traded: (weeks, columns).

    Parameters
    ----------
    until : str or date
    columns : list of str
    tables : mapping

    Returns
    -------
    numpy.ndarray
    """
    rows = table("peers_weekly", tables).dropna(subset="tao_usd")
    rows = rows[rows["date"] <= pd.Timestamp(until)]
    return np.diff(np.log(rows[columns].to_numpy(float)), axis=0)


def correlation(one: np.ndarray, other: np.ndarray) -> Estimate:
    """Correlation with its 95 % interval by Fisher's transformation.

    Parameters
    ----------
    one, other : numpy.ndarray

    Returns
    -------
    Estimate

    Notes
    -----
    Weeks count as independent draws of two normal variables.
    """
    found = float(np.corrcoef(one, other)[0, 1])
    error = SURE / np.sqrt(len(one) - 3)
    low, high = (float(np.tanh(np.arctanh(found) + side)) for side in (-error, error))
    return Estimate(found, low, high)


def volume_signal(until: str | date, weeks: int, tables: Tables = DATA) -> tuple[float, float]:
    """Log gain of holding TAO only after weeks of above-average volume, and of holding it
    throughout.

    Parameters
    ----------
    until : str or date
    weeks : int
    tables : mapping

    Returns
    -------
    tuple[float, float]

    Notes
    -----
    The mean is that of the `weeks` weeks before, of the same scope; nothing is earned in between
    and no fee is paid.
    """
    gains, held = signal_weeks(until, weeks, tables)
    return float(gains[held].sum()), float(gains.sum())


def signal_weeks(
    until: str | date, weeks: int, tables: Tables = DATA
) -> tuple[np.ndarray, np.ndarray]:
    """Weekly log gains of TAO, and whether the volume before was above its mean.

    Parameters
    ----------
    until : str or date
    weeks : int
    tables : mapping

    Returns
    -------
    tuple[numpy.ndarray, numpy.ndarray]
    """
    rows = table("tao_weekly", tables)
    rows = rows[rows["date"] <= pd.Timestamp(until)]
    volume = rows["volume_usd_7d_mean"].to_numpy(float)
    scope = rows["price_scope"].to_numpy()
    gains = np.diff(np.log(rows["close_usd"].to_numpy()))
    known = [
        week
        for week in range(weeks, len(gains))
        if len(set(scope[week - weeks : week + 1])) == 1
        and np.isfinite(volume[week - weeks : week + 1]).all()
    ]
    above = [bool(volume[week] > volume[week - weeks : week].mean()) for week in known]
    return gains[known], np.array(above, dtype=bool)
