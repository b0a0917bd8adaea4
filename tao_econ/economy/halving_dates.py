"""When does the reward halve? Recycling measured from dated supplies, and what it tells of the next
halvings.

The method, stated once. Net issuance of a block is a share q of its reward; what is missing was
recycled or never issued. Cumulative net issuance is taken as a Brownian motion over blocks with
drift q: its mean is the line from the first usable supply to the last, its noise is the scatter of
the steps between supplies around that line. The block at which it first reaches a threshold is then
inverse Gaussian, and blocks are dated at the mean block time of the window. Three unknowns widen
the band, each of which can be left out: q itself, uncertain by the same noise; the serial
correlation of the steps' shares, by which a scatter adds up over many steps; and one more fault of
the counter as large as the one of 2025-26. Blocks at which even the full reward could not have
reached the threshold are impossible and are removed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..chain.emission import halving_thresholds_rao, halvings_so_far, issuance_eras, reward_after
from ..inputs import data
from ..inputs.checks import takes_records, whole
from ..inputs.rules import Rules
from ..inputs.units import RAO_PER_TAO, SECONDS_PER_DAY, block_date, utc
from .issuance_readings import (
    FIRST_HALVING_UTC,
    GENESIS_ISSUANCE_RAO,
    GENESIS_UTC,
    days_between,
)
from .recycling import RecyclingFit, fit_recycling, newest_recycling

MAX_DAYS = 2_000_000  # of a forecast, within Python's calendar
MIN_SHARE = 0.02  # of the reward: with less net issuance no halving would ever come
MOST_CORRELATION = 0.9  # beyond it a window holds next to no information
UNKNOWNS = ("share", "correlation", "correction")  # what may widen a band


class HalvingForecast(NamedTuple):
    """Possible days of one halving, as equally likely moments in decimal days after `fit.end`."""

    halving: int
    days: np.ndarray
    low: datetime  # 5 % quantile
    median: datetime
    high: datetime  # 95 % quantile
    earliest: datetime  # with nothing recycled and no slow block from `fit.end` on


class HalvingMiss(NamedTuple):
    """Days from the first halving to what was forecast; positive: forecast too late."""

    median: float  # of the forecast
    last_three_supplies: float  # the line through the last three trusted supplies
    from_genesis: float  # the line from genesis


class HalvingReplay(NamedTuple):
    """A halving that happened, as it could have been forecast before."""

    fit: RecyclingFit
    forecast: HalvingForecast
    miss_days: HalvingMiss


class _Draws(NamedTuple):
    """What one forecast draws from."""

    share: np.ndarray  # (n,) q of each draw, in [MIN_SHARE, 1]
    noise: float  # per √block
    late_tao: np.ndarray  # (n,) by how much the counter is too low at the halving
    uniforms: np.ndarray  # (n, 2 × halvings) for the first passages


@takes_records
def forecast_halvings(
    rules: Rules,
    fit: RecyclingFit,
    *,
    halvings: int = 1,
    noise_from: Sequence[RecyclingFit] = (),
    correlation_from: Sequence[RecyclingFit] = (),
    unknowns: Collection[str] = UNKNOWNS,
    log2_draws: int = 14,
    seed: int = 2025,
) -> list[HalvingForecast]:
    """The next halvings with a band, from a fit of recycling.

    Each draw keeps its own q from one halving to the next: ignorance of recycling does not average
    out.

    Parameters
    ----------
    halvings
        how many, at most 10
    noise_from
        other fits whose scatter is pooled with this one's, each step counting once
    correlation_from
        other fits whose serial correlation is pooled with this one's, likewise
    unknowns
        what widens the band besides the noise itself: "share" (the uncertainty of q),
        "correlation" (of neighbouring steps, as in an autoregression of order one: the scatter of
        a long sum is √((1 + ρ)/(1 − ρ)) of that of independent steps), "correction" (by the
        halving the counter is wrong by as much as in 2025-26, with the chance that it has been
        wrong so far, too low as likely as too high; it may bring the halving before `earliest`)
    log2_draws, seed
        scrambled Sobol points, as a power of two up to 20, and the seed of the scrambling

    Raises
    ------
    ValueError
        for an unknown of another name, or where the schedule has no such halving, or the fit no
        share or no noise that it could come from
    """
    for name, value, most in (("halvings", halvings, 10), ("log2_draws", log2_draws, 20)):
        if not 1 <= whole(name, value, at_least=1) <= most:
            raise ValueError(f"{name} must be in [1, {most}], got {value}")
    whole("seed", seed)
    if not set(unknowns) <= set(UNKNOWNS):
        raise ValueError(f"unknowns must be of {', '.join(UNKNOWNS)}, got {list(unknowns)}")
    _check_halves(rules)
    noise = _pooled_noise((fit, *noise_from))
    if "correlation" in unknowns:
        noise *= _long_sum_factor((fit, *correlation_from))
    drawn = _drawn(fit, noise, halvings, log2_draws, seed)
    if "share" not in unknowns:
        drawn = drawn._replace(share=np.full(len(drawn.share), fit.net_share))
    if "correction" not in unknowns:
        drawn = drawn._replace(late_tao=np.zeros(len(drawn.share)))
    to_come = len(halving_thresholds_rao(rules)) - 1 - _passed(rules, fit)
    if halvings > to_come:
        raise ValueError(f"halvings must be at most the {to_come} to come, got {halvings}")
    possible_days = _possible_days(rules, fit, halvings, drawn)
    return [_forecast(rules, fit, halving, days) for halving, days in possible_days]


def _passed(rules, fit) -> int:
    return halvings_so_far(rules, round(fit.issued_tao * RAO_PER_TAO))


def _pooled_noise(fits) -> float:
    """Noise per √block of several fits, each step counting once."""
    freedom = [len(one.used) - 2 for one in fits]
    squares = sum(k * one.noise**2 for k, one in zip(freedom, fits, strict=True))
    noise = np.sqrt(squares / sum(freedom))
    if not 0 < noise < np.inf:
        raise ValueError(f"noise must be > 0 and finite for a band, got {noise:g}")
    return noise


def _long_sum_factor(fits) -> float:
    """By how much serial correlation widens the scatter of a long sum of steps."""
    steps = [len(one.used) - 1 for one in fits]
    pooled = sum(k * one.correlation for k, one in zip(steps, fits, strict=True)) / sum(steps)
    correlation = min(max(pooled, 0.0), MOST_CORRELATION)
    return math.sqrt((1 + correlation) / (1 - correlation))


def counter_fault(*, until_block: int) -> tuple[float, float]:
    """The largest fault of the issuance counter, and the chance of a fault.

    Parameters
    ----------
    until_block
        blocks up to which the chance is counted

    Returns
    -------
    tuple of float
        TAO; share of the blocks at which the counter is known to have been wrong
    """
    end = whole("until_block", until_block, at_least=1)
    faults = data.load("counter_corrections").dropna(subset=["from_block"])
    wrong = (faults["to_block"].clip(upper=end) - faults["from_block"]).clip(lower=0).sum()
    return float(faults["tao"].abs().max()), float(wrong / end)


def _drawn(fit, noise, halvings, log2_draws, seed) -> _Draws:
    """Shares and faults that the supplies leave possible, and the uniforms for the passages."""
    from scipy.special import ndtr, ndtri
    from scipy.stats import qmc

    if not MIN_SHARE <= fit.net_share <= 1:
        rule = f"net_share must be in [{MIN_SHARE}, 1] for the schedule to explain the supplies"
        raise ValueError(f"{rule}, got {fit.net_share:g}")
    error = noise / np.sqrt(fit.end_block - fit.start_block)
    draws = qmc.Sobol(d=2 + 2 * halvings, seed=seed).random_base2(log2_draws)
    low, high = ndtr((np.array([MIN_SHARE, 1.0]) - fit.net_share) / error)
    inside = low + draws[:, 0] * (high - low)  # keeps q in its interval
    fault_tao, chance = counter_fault(until_block=fit.end_block)
    of_fault = draws[:, -1]
    late = np.where(of_fault > 1 - chance / 2, fault_tao, 0.0)
    return _Draws(
        share=fit.net_share + error * ndtri(inside),
        noise=noise,
        late_tao=np.where(of_fault < chance / 2, -fault_tao, late),
        uniforms=draws[:, 1:-1],
    )


def _possible_days(rules, fit, halvings, drawn):
    """(halving, sorted days after `fit.end` on which it may come) of each halving to come."""
    thresholds = halving_thresholds_rao(rules)
    passed = _passed(rules, fit)
    issued = fit.issued_tao
    blocks = np.zeros(len(drawn.share))
    possible = np.ones(len(drawn.share), bool)
    late = drawn.late_tao / (reward_after(rules, passed) / RAO_PER_TAO)  # blocks
    for number in range(halvings):
        halving = passed + 1 + number
        reward = reward_after(rules, halving - 1) / RAO_PER_TAO
        needed = (thresholds[halving] / RAO_PER_TAO - issued) / reward  # blocks at the full reward
        issued = thresholds[halving] / RAO_PER_TAO
        if needed:  # 0 where a supply of few rao has two thresholds in one
            spread = drawn.noise**2 / (drawn.share * needed)
            uniforms = drawn.uniforms[:, 2 * number : 2 * number + 2]
            took = _first_passage(needed / drawn.share, spread, uniforms[:, 0], uniforms[:, 1])
            blocks = blocks + took
            possible = possible & (took >= needed)
        shifted = np.maximum(blocks + late, 0.0)  # a repair may bring the halving at once
        days = np.sort(shifted[possible]) * fit.block_time_s / SECONDS_PER_DAY
        if not len(days) or days[-1] > MAX_DAYS:
            raise ValueError(
                f"halvings must come within {MAX_DAYS:,} days by {rules.name!r}, got number "
                f"{halving} later or never"
            )
        yield halving, days


def _forecast(rules, fit, halving, days) -> HalvingForecast:
    unrecycled = issuance_eras(rules, issuance_rao=round(fit.issued_tao * RAO_PER_TAO))
    # one block may cross two thresholds
    blocks = next(era.first_block for era in unrecycled if era.halving >= halving)
    low, median, high = (
        fit.end + timedelta(days=float(q)) for q in np.quantile(days, (0.05, 0.5, 0.95))
    )
    return HalvingForecast(
        halving=halving,
        days=days,
        low=low,
        median=median,
        high=high,
        earliest=block_date(
            blocks, from_block=0, from_date=fit.end, block_time_s=rules.block_time_s
        ),
    )


def _check_halves(rules) -> None:
    if rules.schedule != "issuance":
        raise ValueError(
            f"schedule must be 'issuance' for halvings to come of it, got {rules.schedule!r} in "
            f"{rules.name!r}"
        )


def _first_passage(mean, spread, of_root, of_side):
    """Inverse Gaussian draws of a mean, `spread` being mean over shape, from two uniforms.

    **Ref:** the transformation of Michael, Schucany and Haas, American Statistician 30, 1976.
    """
    from scipy.special import ndtri

    half = spread * ndtri(of_root) ** 2 / 2
    # mean over the smaller root: no difference of near numbers, however small the noise
    root = 1 + half + np.sqrt(half * (half + 2))
    return mean * np.where(of_side <= root / (1 + root), 1 / root, root)


@takes_records
def unrecycled_first_halving(rules: Rules, *, block_time_s: float = 12.0) -> datetime:
    """The first halving with nothing recycled, blocks of `block_time_s` counted from Finney's
    genesis: the article's August 2025.
    """
    _check_halves(rules)
    blocks = issuance_eras(rules, issuance_rao=GENESIS_ISSUANCE_RAO)[0].blocks
    if blocks is None:
        raise ValueError(
            f"rules must leave something to issue at Finney's genesis, got {rules.name!r}, which "
            "pay nothing then"
        )
    return block_date(blocks, from_block=0, from_date=GENESIS_UTC, block_time_s=block_time_s)


@takes_records
def replay_first_halving(rules: Rules, *, until: str | date = "2025-10-01") -> HalvingReplay:
    """The first halving as it could be forecast from supplies up to `until`, and by how many days
    that missed; of the unknowns the band carries the share's alone.
    """
    fit = fit_recycling(rules, since="2023-03-20", until=utc(until) + timedelta(days=1))
    forecast = forecast_halvings(rules, fit, unknowns=("share",))[0]
    left = halving_thresholds_rao(rules)[1] / RAO_PER_TAO - fit.issued_tao
    last = fit.used.tail(3)
    days = np.array([days_between(fit.end, when) for when in last["when"]])
    recent_per_day = np.polyfit(days, last["restated_tao"], 1)[0]
    return HalvingReplay(
        fit=fit,
        forecast=forecast,
        miss_days=HalvingMiss(
            median=days_between(FIRST_HALVING_UTC, forecast.median),
            last_three_supplies=_line_miss(fit, left / recent_per_day),
            from_genesis=_line_miss(fit, left / fit.tao_per_day),
        ),
    )


def _line_miss(fit, days) -> float:
    return days_between(FIRST_HALVING_UTC, fit.end + timedelta(days=float(days)))


@takes_records
def next_halvings(
    rules: Rules, *, halvings: int = 3, unknowns: Collection[str] = UNKNOWNS
) -> tuple[RecyclingFit, list[HalvingForecast]]:
    """The coming halvings from the recycling of the newest regime, readings restated.

    A regime of one summer tells little of serial correlation, so that of the years before the first
    halving is pooled in.

    Parameters
    ----------
    halvings
        how many
    unknowns
        what widens the bands, as in `forecast_halvings`
    """
    fit = newest_recycling(rules)
    before = (_first_years(rules),)
    return fit, forecast_halvings(
        rules, fit, halvings=halvings, correlation_from=before, unknowns=unknowns
    )


def _first_years(rules) -> RecyclingFit:
    return fit_recycling(rules, since="2023-03-20", until="2025-10-02")


@takes_records
def second_halving_by_reading(
    rules: Rules, *, unknowns: Collection[str] = UNKNOWNS
) -> pd.DataFrame:
    """The next halving under each reading of the same facts, side by side.

    Parameters
    ----------
    unknowns
        what widens the bands, as in `forecast_halvings`

    Returns
    -------
    DataFrame
        a reading of the facts a row: `readings` used, `refused`, `recycled_share`, `low`, `median`
        and `high` (90 %); the last row is the earliest moment, with nothing recycled from the last
        restated supply on
    """
    halved = FIRST_HALVING_UTC
    before = (_first_years(rules),)
    counted = newest_recycling(rules, since=halved, restate=False)
    cases = {
        "the counter as it stood, since the halving": counted,
        "the counter as it stood, newest regime": newest_recycling(rules, restate=False),
        "restated, since the halving": newest_recycling(rules, since=halved),
        "restated, newest regime": newest_recycling(rules),
    }
    rows = []
    for name, fit in cases.items():
        found = forecast_halvings(rules, fit, correlation_from=before, unknowns=unknowns)[0]
        rows.append(
            {"facts": name, "readings": len(fit.used), "refused": len(fit.refused)}
            | {"recycled_share": fit.recycled_share}
            | {"low": found.low, "median": found.median, "high": found.high}
        )
    nothing = {"facts": "restated, nothing recycled", "readings": 1, "refused": 0}
    rows.append(
        nothing | {"recycled_share": 0.0} | dict.fromkeys(("low", "median", "high"), found.earliest)
    )
    return pd.DataFrame(rows).set_index("facts")
