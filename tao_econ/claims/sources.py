"""Readings of the tables that several claims need: closes, gains, funding, central banks, days
of writing.
"""

from __future__ import annotations

import functools
from datetime import date

import numpy as np
import pandas as pd

from ..economy.comparables import weekly_ratio
from ..economy.stress import Records
from ..inputs.data import load as table
from ..inputs.rules import load_snapshot

PUBLISHED = pd.Timestamp("2023-11-20")
FIRST_DAY = pd.Timestamp(
    "2023-11-15"
)  # of the days whose prices the article may have used, see claims.csv C59
MARCH_2024 = pd.Timestamp("2024-03-24")  # the last week for which all peers have a close


@functools.cache
def closes() -> pd.Series:
    """Closes of TAO by day; on the two days of 2026 with a price beside a valuation, that price
    and no other.

    Returns
    -------
    pandas.Series
    """
    known = weekly_ratio().set_index("date")["close_usd"]
    quoted = table("openai_points")
    quoted = quoted[quoted["date"].str.startswith("2026-")]
    prices = pd.Series(quoted["tao_price_usd"].to_numpy(), pd.to_datetime(quoted["date"]))
    return pd.concat([known.drop(prices.index, errors="ignore"), prices]).sort_index()


def days_2023() -> pd.DataFrame:
    """The daily table of late 2023, by date.

    Returns
    -------
    pandas.DataFrame
    """
    return table("tao_daily_2023q4").set_index("date")


def close_on(day: str | date) -> float:
    """TAO's close on a day, or the last one known before it.

    Parameters
    ----------
    day : str or date

    Returns
    -------
    float
    """
    day = pd.Timestamp(day)
    daily = days_2023()["close_usd"]
    return float(daily[day]) if day in daily.index else float(closes()[:day].iloc[-1])


def writing_days() -> list[pd.Timestamp]:
    """The days from the prices that fit the article to its publication.

    Returns
    -------
    list[pd.Timestamp]
    """
    return list(pd.date_range(FIRST_DAY, PUBLISHED))


def price_factor(records: Records) -> float:
    """How a stress changed the price: 1 without one.

    Parameters
    ----------
    records : Records

    Returns
    -------
    float
    """
    return records.snapshot.price_usd / load_snapshot(records.snapshot.name).price_usd


def volume_factor(records: Records) -> float:
    """How a stress changed the volume: 1 without one.

    Parameters
    ----------
    records : Records

    Returns
    -------
    float
    """
    seen = load_snapshot(records.snapshot.name).volume_usd
    now = records.snapshot.volume_usd
    return now / seen if now and seen else 1.0


def weekly_gain(column: str, start: str | date, end: str | date) -> float:
    """Gain of a token between the last Sundays up to two days, as a share.

    Parameters
    ----------
    column : str
    start : str or date
    end : str or date

    Returns
    -------
    float
    """
    closes = table("peers_weekly").set_index("date")[column].dropna()
    return float(closes[:end].iloc[-1] / closes[:start].iloc[-1] - 1)


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


def assets_change(bank: str, *, since: str, until: str = "9999-01-01") -> float:
    """Change of a central bank's assets from the first to the last date found in a window,
    trillion.

    Parameters
    ----------
    bank : str
    since : str
    until : str

    Returns
    -------
    float
    """
    rows = table("central_bank_assets")
    rows = rows[(rows["bank"] == bank) & (rows["date"] >= since)]
    rows = rows[rows["date"].astype(str) <= until].sort_values("date")
    return float(rows["trn"].iloc[-1] - rows["trn"].iloc[0])


def correlation(one: str, other: str, until: str | date) -> float:
    """Correlation of weekly log returns up to a day, over the weeks in which TAO traded.

    Parameters
    ----------
    one : str
    other : str
    until : str or date

    Returns
    -------
    float
    """
    rows = table("peers_weekly").dropna(subset="tao_usd")
    rows = rows[rows["date"] <= pd.Timestamp(until)]
    returns = np.diff(np.log(rows[[one, other]].to_numpy()), axis=0)
    return float(np.corrcoef(returns.T)[0, 1])


def volume_signal(until: str | date, weeks: int) -> tuple[float, float]:
    """Log gain of holding TAO only after weeks of above-average volume, and of holding it
    throughout.

    Parameters
    ----------
    until : str or date
    weeks : int

    Returns
    -------
    tuple[float, float]

    Notes
    -----
    The mean is that of the `weeks` weeks before, of the same scope; nothing is earned in between
    and no fee is paid.
    """
    rows = table("tao_weekly")
    rows = rows[rows["date"] <= pd.Timestamp(until)]
    volume = rows["volume_usd_7d_mean"].to_numpy(float)
    scope = rows["price_scope"].to_numpy()
    gains = np.diff(np.log(rows["close_usd"].to_numpy()))
    signal = 0.0
    held = 0.0
    for week in range(weeks, len(gains)):
        if (
            len(set(scope[week - weeks : week + 1])) > 1
            or not np.isfinite(volume[week - weeks : week + 1]).all()
        ):
            continue
        held += gains[week]
        signal += gains[week] * (volume[week] > volume[week - weeks : week].mean())
    return signal, held
