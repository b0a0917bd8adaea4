"""What would TAO be worth if it were worth what something else is worth?

A ratio to another asset tells what that asset costs, not what TAO will. A share of OpenAI is a
claim on a company's assets and profits; TAO is a right to pay fees, to stake for a part of the
emission, and to vote. So every table here shows each comparable with its date and the spread over
them; no function returns their average.

**Ref:** the article of 2023-11-20 (claims.csv C45-C55); Damodaran, The Dark Side of Valuation, on
survival.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs import data, own_tables
from ..inputs.checks import real, reals, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, coins, eras
from ..inputs.units import BN, tao, utc
from .price_history import own_closes
from .supply import discounted_supply, supply_at

DENOMINATORS = ("market_cap", "fdv", "discounted_fdv", "fdv_stated")
TOKEN_VALUES = ("market_cap", "fdv")
SUNDAY = 6
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


class Ratio(NamedTuple):
    """Another value over TAO's, and what it would mean for the price."""

    value_usd: float  # of the other
    tao_usd: float  # TAO's own, by the denominator chosen
    ratio: float
    multiple: float  # the ratio times capture and survival
    implied_price_usd: float  # USD per TAO at which captured, surviving value and TAO's are equal
    tao_share: float  # TAO's value as a fraction of the other's


@typed
def supply_counted(rules: Rules, snapshot: Snapshot, scenario: Scenario, denominator: str) -> float:
    """TAO by which a value is divided to get a price.

    Parameters
    ----------
    denominator
        'market_cap' what circulates; 'fdv' all there can be; 'discounted_fdv' what is still to come
        counted at e^(−r·t), see `discounted_supply`; 'fdv_stated' the diluted value as its source
        printed it, over the price

    Raises
    ------
    ValueError
        for an unknown denominator, and for 'fdv_stated' where the snapshot states none
    """
    if denominator not in DENOMINATORS:
        raise ValueError(unknown("denominator", denominator, DENOMINATORS))
    if denominator == "market_cap":
        return supply_at(rules, snapshot, scenario).circulating_tao
    if denominator == "fdv":
        return coins(rules, rules.max_supply_rao)
    if denominator == "discounted_fdv":
        return float(discounted_supply(rules, snapshot, scenario))
    if snapshot.fdv_stated_usd is None:
        raise ValueError(
            f"fdv_stated_usd must be known for 'fdv_stated', got None in {snapshot.name!r}"
        )
    return snapshot.fdv_stated_usd / snapshot.price_usd


@typed
def value_ratio(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    value_usd: float,
    *,
    denominator: str = "fdv",
) -> Ratio:
    """Another value over TAO's on a day, with the part captured and the chance of survival.

    The price implied is what TAO would cost if holders owned `capture_share` of such a value with
    probability `survival_share`. It fails where the two give different rights, which is always for
    a company.

    Parameters
    ----------
    value_usd
        of the other, in [1, 1e18]
    denominator
        see `supply_counted`
    """
    value = real("value_usd", value_usd, "[1, 1e18]")
    own = supply_counted(rules, snapshot, scenario, denominator) * snapshot.price_usd
    multiple = value / own * scenario.capture_share * scenario.survival_share
    return Ratio(
        value_usd=value,
        tao_usd=own,
        ratio=value / own,
        multiple=multiple,
        implied_price_usd=snapshot.price_usd * multiple,
        tao_share=own / value,
    )


@typed
def comparables_on(
    when: str | dt.date | dt.datetime,
    *,
    token_value: str = "fdv",
    max_age_days: int = 180,
    closed_only: bool = False,
    comparables: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everything TAO was compared with and that had a value by a day, each at its latest value,
    largest first.

    Parameters
    ----------
    when
        the day; a value dated by its month counts from that month's last day
    token_value
        'fdv' or 'market_cap' of the tokens
    max_age_days
        older values of tokens are left out; a company keeps its last valuation, however old
    closed_only
        leave out prices that were still in talks, as OpenAI's 86 bn in November 2023
    comparables
        tokens as in data/comparables.csv, which they are if not given

    Returns
    -------
    DataFrame
        name, kind (company or token), date, age_days, low_usd, value_usd (geometric middle of the
        range where the source gives one), high_usd, segment, status (closed, in talks or token),
        confidence
    """
    day = pd.Timestamp(utc(when).date())
    if token_value not in TOKEN_VALUES:
        raise ValueError(unknown("token_value", token_value, TOKEN_VALUES))
    max_age_days = whole("max_age_days", max_age_days)
    if comparables is None:
        tokens = _known_tokens(token_value)
    else:
        tokens = _tokens(token_value, own_tables.own("comparables", comparables, "comparables"))
    tokens = tokens[(day - tokens["date"]).dt.days <= max_age_days]
    table = pd.concat([_companies(), tokens])
    if closed_only:
        table = table[table["status"] != "in talks"]
    table = table[table["date"] <= day].sort_values(["date", "name"], kind="stable")
    table = table.drop_duplicates("name", keep="last").reset_index(drop=True)
    table.insert(3, "age_days", (day - table["date"]).dt.days)
    return table.sort_values(["value_usd", "name"], ascending=[False, True]).reset_index(drop=True)


@typed
def comparable_ratios(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    denominator: str = "fdv",
    when: str | dt.date | dt.datetime | None = None,
    token_value: str | None = None,
    max_age_days: int = 180,
    comparables: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """`comparables_on` a day with the columns of `Ratio` for each.

    Parameters
    ----------
    denominator
        of TAO, see `supply_counted`
    when
        the day; the snapshot's if not given
    token_value
        of the others; the market cap against the market cap and FDV against any form of it, if not
        given
    max_age_days, comparables
        as in `comparables_on`
    """
    if when is None:
        when = snapshot.date
    if token_value is None:
        token_value = "market_cap" if denominator == "market_cap" else "fdv"
    table = comparables_on(
        when, token_value=token_value, max_age_days=max_age_days, comparables=comparables
    )
    own = supply_counted(rules, snapshot, scenario, denominator) * snapshot.price_usd
    ratio = table["value_usd"] / own
    multiple = ratio * scenario.capture_share * scenario.survival_share
    return table.assign(
        tao_usd=own,
        ratio=ratio,
        multiple=multiple,
        implied_price_usd=snapshot.price_usd * multiple,
        tao_share=1 / ratio,
    )


@typed
def dispersion(
    ratios: pd.DataFrame, *, column: str = "implied_price_usd", quantiles: ArrayLike = QUANTILES
) -> pd.DataFrame:
    """How far comparables lie apart: count, least, quantiles, greatest, by kind and for all of
    them.

    Parameters
    ----------
    ratios
        from `comparable_ratios`
    column
        its numeric column to look at
    quantiles
        (n,) in [0, 1]

    Notes
    -----
    `spread` is the greatest over the least (0 where the least is 0). There is no mean on purpose.
    """
    numeric = list(ratios.select_dtypes("number").columns)
    if column not in numeric:
        raise ValueError(unknown("numeric column", column, numeric))
    quantiles = reals("quantiles", quantiles, "[0, 1]", ndim=1)
    if not len(ratios):
        raise ValueError("ratios must have at least one row, got none")
    rows = {}
    for kind, part in [*ratios.groupby("kind"), ("all", ratios)]:
        low = part[column].min()
        high = part[column].max()
        between = {f"p{100 * q:g}": part[column].quantile(q) for q in quantiles}
        rows[kind] = {
            "count": len(part),
            "least": low,
            **between,
            "greatest": high,
            "spread": high / low if low else 0.0,
        }
    return pd.DataFrame(rows).T.rename_axis("kind").astype({"count": int})


@typed
def openai_ratio_path(*, prices: pd.DataFrame | None = None) -> pd.DataFrame:
    """OpenAI's valuation over TAO's FDV on the dates on which both were quoted
    (data/openai_points.csv).

    The target moved more than the token: a ratio near 8 in 2023 was no forecast.

    Parameters
    ----------
    prices
        one's own closes, `date` and `close_usd`; all known ones if not given

    Returns
    -------
    DataFrame
        the quoted date, valuation_usd, price_usd and printed_ratio, the ratio they give, and beside
        them close_usd (mean of the known closes of the month, or the last known close of a day,
        from close_date) with its ratio; nan for a date before every close
    """
    points = data.load("openai_points")
    closes = _closes(daily=True) if prices is None else own_closes(prices)
    found = [_close(closes, text) for text in points["date"]]
    most = tao(eras()[-1].max_supply_rao)
    table = pd.DataFrame(
        {
            "date": points["date"],
            "valuation_usd": points["valuation_bn_usd"] * BN,
            "price_usd": points["tao_price_usd"],
            "printed_ratio": points["printed_ratio"],
            "ratio": points["valuation_bn_usd"] * BN / (points["tao_price_usd"] * most),
            "close_date": [date for date, _ in found],
            "close_usd": [price for _, price in found],
        }
    )
    table["ratio_at_close"] = table["valuation_usd"] / (table["close_usd"] * most)
    return table.assign(confidence=points["confidence"])


@typed
def weekly_ratio(company: str = "openai", *, prices: pd.DataFrame | None = None) -> pd.DataFrame:
    """A company's latest valuation over TAO's FDV at every close known: date, close_usd, fdv_usd,
    valuation_usd, ratio.

    Parameters
    ----------
    company
        one of private_valuations.csv
    prices
        one's own closes, `date` and `close_usd`; all known ones if not given

    Notes
    -----
    By day in late 2023, by week to September 2026, by month after; month ends and dated events too.
    """
    companies = _companies()
    known = companies[companies["name"] == company].sort_values("date")
    if known.empty:
        raise ValueError(unknown("company", company, sorted(set(companies["name"]))))
    closes = _closes() if prices is None else own_closes(prices)
    table = pd.merge_asof(closes, known[["date", "value_usd"]], on="date").dropna(
        subset="value_usd"
    )
    table = table.rename(columns={"value_usd": "valuation_usd"}).reset_index(drop=True)
    table.insert(2, "fdv_usd", table["close_usd"] * tao(eras()[-1].max_supply_rao))
    return table.assign(ratio=table["valuation_usd"] / table["fdv_usd"])


@typed
def sales_multiples(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    denominator: str = "fdv",
    year: int | None = None,
) -> pd.DataFrame:
    """What TAO would cost at the sales multiples of others, and its own multiple in the last row.

    A company's sales are its own; of a network's fees holders get what owners pass on.

    Parameters
    ----------
    denominator
        see `supply_counted`
    year
        of the multiples; the latest year of data/sales_multiples.csv up to the snapshot's, if not
        given

    Returns
    -------
    DataFrame
        company, low and high multiple, low_usd and high_usd per TAO: multiple × fees × capture ×
        survival over supply
    """
    table = data.load("sales_multiples")
    if year is None:
        year = max((y for y in table["year"] if y <= snapshot.date.year), default=None)
    if year is None:
        raise ValueError(
            f"date must not be before {table['year'].min()}, the first year of "
            f"sales_multiples.csv, got {snapshot.date}"
        )
    if year not in set(table["year"]):
        raise ValueError(
            f"year must be one of {', '.join(map(str, sorted(set(table['year']))))}, got {year}"
        )
    year = whole("year", year)
    table = table[table["year"] == year][["company", "low", "high", "confidence"]]
    counted = supply_counted(rules, snapshot, scenario, denominator)
    fees = scenario.fee_revenue_usd_per_year
    captured = fees * scenario.capture_share * scenario.survival_share
    priced = table.assign(
        low_usd=table["low"] * captured / counted, high_usd=table["high"] * captured / counted
    )
    own = counted * snapshot.price_usd / fees if fees else math.inf
    last = {
        "company": "TAO",
        "low": own,
        "high": own,
        "confidence": "low",
        "low_usd": snapshot.price_usd,
        "high_usd": snapshot.price_usd,
    }
    return pd.concat([priced, pd.DataFrame([last])], ignore_index=True)


def _known_from(text: str) -> pd.Timestamp:
    """The first day by which a date, as precise as known, had passed."""
    return pd.Period(text, "M").end_time.normalize() if len(text) == 7 else pd.Timestamp(text)


@functools.cache
def _companies() -> pd.DataFrame:
    table = data.load("private_valuations")
    table = table[table["valuation_bn_usd"].notna()]
    ends = [[float(end) * BN for end in cell.split("-")] for cell in table["valuation_bn_usd"]]
    return pd.DataFrame(
        {
            "name": table["company"],
            "kind": "company",
            "date": [_known_from(text) for text in table["date"]],
            "low_usd": [pair[0] for pair in ends],
            "value_usd": [math.sqrt(pair[0] * pair[-1]) for pair in ends],
            "high_usd": [pair[-1] for pair in ends],
            "segment": "company",
            "status": table["status"],
            "confidence": table["confidence"],
        }
    )


@functools.cache
def _known_tokens(value: str) -> pd.DataFrame:
    return _tokens(value, data.load("comparables"))


def _tokens(value: str, table: pd.DataFrame) -> pd.DataFrame:
    """Dated values of the other tokens; one that stands among the companies (Gensyn) is not
    counted twice.
    """
    column = f"{value}_usd"
    dated = table["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")
    named = (
        table["token"]
        .str.lower()
        .str.contains("|".join(sorted(set(data.load("private_valuations")["company"]))))
    )
    table = table[dated & ~named & (table["token"] != "TAO") & (table[column] > 0)]
    return pd.DataFrame(
        {
            "name": table["token"],
            "kind": "token",
            "date": pd.to_datetime(table["as_of"]),
            "low_usd": table[column],
            "value_usd": table[column],
            "high_usd": table[column],
            "segment": table["segment"],
            "status": "token",
            "confidence": table["confidence"],
        }
    )


@functools.cache
def _closes(*, daily: bool = False) -> pd.DataFrame:
    """Closes of TAO known, a day each: days of late 2023, Sundays to September 2026, months and
    events; with all days of 2026 if asked for.
    """
    weeks = data.load("tao_weekly")
    days = data.load("tao_daily_2023q4")
    later = data.load("tao_daily_2026")
    months = data.load("series_monthly")
    events = data.load("key_dates")
    parts = [
        weeks[["date", "close_usd"]],
        days[["date", "close_usd"]],
        later.loc[daily | (later["date"].dt.day_of_week == SUNDAY), ["date", "close_usd"]],
        events[["date", "tao_close_usd"]].set_axis(["date", "close_usd"], axis=1),
        months[["price_date", "tao_price_usd"]].set_axis(["date", "close_usd"], axis=1),
    ]
    table = pd.concat(parts).dropna().drop_duplicates("date")
    return table.sort_values("date").reset_index(drop=True)


def _close(closes: pd.DataFrame, text: str) -> tuple[dt.date | None, float]:
    """The mean close of a month with its last date, or the last close up to a day; nan if none."""
    day = _known_from(text)
    known = closes[closes["date"] <= day]
    if len(text) == 7:
        known = known[known["date"] >= day.replace(day=1)]
    if known.empty:
        return None, math.nan
    if len(text) == 7:
        return known["date"].iloc[-1].date(), float(np.mean(known["close_usd"]))
    return known["date"].iloc[-1].date(), float(known["close_usd"].iloc[-1])
