"""What was traded, by whom it was counted: volumes of different scopes, which are never added."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace

import pandas as pd

from ..inputs import data
from ..inputs.checks import whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Snapshot
from ..inputs.units import utc

SCOPES = {"all venues (CoinMarketCap)": "all venues, CoinMarketCap", "Binance spot only": "Binance"}
ONE_VENUE = "one venue that quotes USD"


@typed
def volumes_on(when: str | dt.date | dt.datetime, *, max_age_days: int = 180) -> pd.DataFrame:
    """What was traded a day by a date: the latest reading of each scope, the widest first.

    A volume counts the venues of its scope and no others: one venue is far less than the market,
    and a list of all venues holds trades that nobody can check.

    Parameters
    ----------
    when
        the day; a reading dated by its month or year counts from that one's last day
    max_age_days
        older readings are left out, never carried on

    Returns
    -------
    DataFrame
        scope, date, age_days, days (that the mean is over), volume_usd, source, confidence (high,
        medium, low or unverifiable)
    """
    day = pd.Timestamp(utc(when).date())
    age = (day - _volumes()["date"]).dt.days
    most = whole("max_age_days", max_age_days)
    table = _volumes()[(age >= 0) & (age <= most)]
    table = table.drop_duplicates("scope", keep="last")
    table.insert(2, "age_days", (day - table["date"]).dt.days)
    return table.sort_values(["volume_usd", "scope"], ascending=[False, True], ignore_index=True)


@typed
def with_volume(snapshot: Snapshot, *, scope: str, max_age_days: int = 180) -> Snapshot:
    """A snapshot with the volume of one scope, so that what is sold can be held against it.

    Parameters
    ----------
    scope
        one of `volumes_on` the snapshot's day
    max_age_days
        as in `volumes_on`

    Raises
    ------
    ValueError
        for a scope that has no reading so recent
    """
    table = volumes_on(snapshot.date, max_age_days=max_age_days).set_index("scope")
    if scope not in table.index:
        raise ValueError(unknown(f"volume on {snapshot.date} of scope", scope, table.index))
    row = table.loc[scope]
    told = f"{scope}, {row['date']:%Y-%m-%d}: {row['source']} ({row['confidence']})"
    return replace(
        snapshot,
        volume_usd=float(row["volume_usd"]),
        sources={**snapshot.sources, "volume_usd": told},
    )


@functools.cache
def _volumes() -> pd.DataFrame:
    """Every dated volume of TAO in the tables, in the order of their dates."""
    weeks = data.load("tao_weekly")
    months = data.load("series_monthly")
    days = data.load("tao_daily_2023q4")
    later = data.load("tao_daily_2026").iloc[:-1]  # the last day may be incomplete
    told = data.load("market_readings").query("quantity == 'volume a day'")
    ends = [pd.Period(text).end_time.normalize() for text in months["month"]]
    market = SCOPES["all venues (CoinMarketCap)"]
    parts = [
        _part(
            weeks["date"], weeks["volume_usd_7d_mean"], weeks["price_scope"].replace(SCOPES)
        ).assign(days=weeks["volume_days"].astype(int), source="tao_weekly.csv"),
        _part(days["date"], days["volume_usd_24h"], market).assign(source="tao_daily_2023q4.csv"),
        _part(ends, months["bybit_perp_turnover_usd_24h_avg"], "Bybit perpetual").assign(
            days=30, source="series_monthly.csv"
        ),
        _part(months["cmc_snapshot_date"], months["cmc_snapshot_volume_24h_usd"], market).assign(
            source="series_monthly.csv"
        ),
        _part(later["date"], later["volume_tao"] * later["close_usd"], ONE_VENUE).assign(
            source="tao_daily_2026.csv, TAO at the day's close"
        ),
        _part(
            [pd.Period(text).end_time.normalize() for text in told["as_of"]],
            told["value"],
            told["scope"],
        ).assign(source=told["source"], confidence=told["confidence"]),
    ]
    table = pd.concat(parts).dropna(subset=["date", "volume_usd"])
    return table.sort_values("date", kind="stable", ignore_index=True)


def _part(dates, volume_usd: pd.Series, scope) -> pd.DataFrame:
    """One table's volumes, of single days and high confidence unless said otherwise."""
    return pd.DataFrame(
        {
            "scope": scope,
            "date": data.dates(pd.Series(dates, index=None)).to_numpy(),
            "days": 1,
            "volume_usd": volume_usd.to_numpy(float),
            "source": "",
            "confidence": "high",
        },
        index=volume_usd.index,
    )
