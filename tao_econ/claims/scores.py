"""Forecasts of TAO's diluted value, scored by what came, and what following each would have earned.

One outcome ranks stories; it validates none. The score must be chosen before the date of
evaluation: at the peak of
2024 the ranking is the other way round.

**Ref:** Gneiting and Raftery, J. American Statistical Association 102, 2007, for the scores.
"""

from __future__ import annotations

import functools
from datetime import date

import numpy as np
import pandas as pd

from ..analysis.scoring import crps
from ..economy.sector import BASKET
from ..inputs.checks import real
from ..inputs.data import dates
from ..inputs.record import unknown
from ..inputs.rules import load_snapshot, rules_at
from ..inputs.units import BN, tao
from .rule import Reading, number, world
from .sources import PUBLISHED, closes, table

WIDTH = 0.5  # of the log score's kernel, in logs
MAX_AGE_DAYS = 31  # of a close: an older one is not carried on


@functools.cache
def forecasts() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What was said TAO would be worth diluted, in bn USD, with probabilities: points, and one
    published tree.

    Returns
    -------
    dict[str, tuple[np.ndarray, np.ndarray]]
    """
    tree = table("scenario_tree")
    odds = tree["probability"].to_numpy(float)
    values = tree["fdv_bn_usd"].to_numpy(float)
    start = load_snapshot("article").price_usd * tao(rules_at("2023-11-20").max_supply_rao) / BN
    one = np.ones(1)
    return {
        "no change": (np.array([start]), one),
        "tree of January 2024": (values, odds),
        "the tree's mean": (np.array([float(odds @ values)]), one),
        "the article's 8×, read as a forecast": (
            np.array(
                [number(world(), Reading("then", "2023-11-20", "", ""), "C46", "openai_closed")]
            ),
            one,
        ),
    }


def _crps(values, odds, observed):
    return crps(np.log(values), float(np.log(observed)), weights=odds)


def _brier(values, odds, observed):
    """Of the event that the diluted value ends above twice the article's."""
    level = 2 * forecasts()["no change"][0][0]
    return float((odds[values > level].sum() - (observed > level)) ** 2)


def _log(values, odds, observed):
    """Minus the log density of ln FDV, a normal kernel of width one half around each value:
    finite for points too.
    """
    gaps = (np.log(observed) - np.log(values)) / WIDTH
    return float(-np.log(np.sum(odds * np.exp(-(gaps**2) / 2) / (WIDTH * np.sqrt(2 * np.pi)))))


SCORES = {"CRPS of ln FDV": _crps, "Brier, FDV doubles": _brier, "log score, width 0.5": _log}


def forecast_scores(fdv_usd: float, *, score: str = "CRPS of ln FDV") -> pd.Series:
    """Each forecast's score against a diluted value that came, best (lowest) first.

    Parameters
    ----------
    fdv_usd : float
        Above 0.
    score : str
        'CRPS of ln FDV', 'Brier, FDV doubles' or 'log score, width 0.5'.

    Returns
    -------
    pandas.Series

    Notes
    -----
    A point forecast's CRPS is its absolute error in logs.
    """
    if score not in SCORES:
        raise ValueError(unknown("score", score, SCORES))
    observed = real("fdv_usd", fdv_usd, "(0, inf)") / BN
    scores = {
        name: SCORES[score](values, odds, observed) for name, (values, odds) in forecasts().items()
    }
    return pd.Series(scores, name=score).sort_values(kind="stable")


@functools.cache
def scores_since_publication(score: str = "CRPS of ln FDV") -> pd.DataFrame:
    """Each forecast's score at every close of TAO known from publication on, one column a forecast.

    Parameters
    ----------
    score : str
        As in `forecast_scores`.
    """
    fdv = closes()[PUBLISHED:] * tao(rules_at("2023-11-20").max_supply_rao)
    rows = [forecast_scores(value, score=score) for value in fdv]
    return pd.DataFrame(rows, index=fdv.index)


@functools.cache
def benchmark_closes() -> dict[str, pd.Series]:
    """What money could have done instead: hold cash, bitcoin, or AI-labelled tokens in equal parts,
    from publication on.

    Returns
    -------
    dict[str, pd.Series]

    Notes
    -----
    Bitcoin has no close here between March and October 2024. The five tokens have weekly closes to
    March 2024 and after that the days on which comparables.csv prices all five.
    """
    weeks = table("peers_weekly").set_index("date")
    later = table("btc_closes").set_index("date")["close_usd"]
    bitcoin = pd.concat([weeks["btc_usd"], later])
    listed = table("comparables")
    listed = listed[listed["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")]
    listed = listed.pivot(index="as_of", columns="token", values="price_usd")
    days = listed[[name.removesuffix("_usd").upper() for name in BASKET]].dropna()
    days = days.set_axis(dates(days.index)).set_axis(list(BASKET), axis=1)
    weekly = weeks[list(BASKET)]
    tokens = pd.concat([weekly, days[days.index > weekly.index[-1]]])
    start = tokens[:PUBLISHED].iloc[-1]
    return {
        "cash": pd.Series([1.0], index=[weeks.index[0]]),
        "bitcoin": bitcoin / bitcoin[:PUBLISHED].iloc[-1],
        "AI tokens": (tokens / start).mean(axis=1),
    }


def benchmark_worth(name: str, when: str | date) -> float:
    """One dollar put into a benchmark on the article's day, on a later day.

    Parameters
    ----------
    name : str
        One of `benchmark_closes`.
    when : str or date
        The day.

    Returns
    -------
    float
        NaN where the last close is more than 31 days old; cash has no age.
    """
    known = benchmark_closes()
    if name not in known:
        raise ValueError(unknown("benchmark", name, known))
    day = pd.Timestamp(when)
    closes_by_then = known[name][:day]
    if closes_by_then.empty:
        raise ValueError(f"when must be after the first close of {name}, got {day:%Y-%m-%d}")
    return float(closes_by_then.iloc[-1]) if name == "cash" else _fresh(closes_by_then, day)


def _fresh(known: pd.Series, day: pd.Timestamp) -> float:
    """The last value, NaN where it is older than a month."""
    return float(known.iloc[-1]) if (day - known.index[-1]).days <= MAX_AGE_DAYS else float("nan")


def what_was_earned(when: str | date, *, bought_usd: float = 287.70) -> pd.Series:
    """One dollar put into TAO and into each benchmark when the article appeared, on a later day.

    Parameters
    ----------
    when : str or date
        Date.
    bought_usd : float
        287.70 is the close of the article's day, 160 the older price that it names; > 0, USD per
        TAO.

    Returns
    -------
    pandas.Series
        NaN where no close is known within 31 days before.
    """
    day = pd.Timestamp(when)
    if not day > PUBLISHED:
        raise ValueError(f"when must be after {PUBLISHED:%Y-%m-%d}, got {day:%Y-%m-%d}")
    own = _fresh(closes()[:day], day) / real("bought_usd", bought_usd, "(0, inf)")
    others = {name: benchmark_worth(name, day) for name in benchmark_closes()}
    return pd.Series({"TAO": own} | others, name=f"{day:%Y-%m-%d}")
