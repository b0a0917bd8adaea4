"""When does the reward halve? Recycling measured from dated supplies, and what it tells of the next
halvings.

The method, stated once. Net issuance of a block is a share q of its reward; what is missing was
recycled or never issued. The share is a process in time (`share_process`): a mean, and a deviation
that fades over a correlation time. What the steps between readings leave possible of mean,
deviation and correlation time is drawn together, and each draw has the block at which its sum
reaches the threshold; blocks are dated at the mean block time of the window. Three unknowns widen
the band, each of which can be left out: the mean share; the correlation of one month with the next,
by which a scatter adds up over many; and one more fault of the counter as large as the one of
2025-26. Draws whose share would have to exceed the full reward are impossible and are removed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..analysis.scoring import pit
from ..chain.emission import halving_thresholds_rao, halvings_so_far, issuance_eras, reward_after
from ..inputs import data
from ..inputs.checks import whole
from ..inputs.door import typed
from ..inputs.rules import Rules
from ..inputs.units import RAO_PER_TAO, SECONDS_PER_DAY, block_date, utc
from .issuance_readings import (
    FIRST_HALVING_UTC,
    GENESIS_ISSUANCE_RAO,
    GENESIS_UTC,
    days_between,
)
from .recycling import RecyclingFit, fit_recycling, newest_recycling
from .share_process import (
    MEMORIES_BLOCKS,
    MIN_SHARE,
    Steps,
    blocks_to_issue,
    draw_shares,
    share_posterior,
)

MAX_DAYS = 2_000_000  # of a forecast, within Python's calendar
UNKNOWNS = ("share", "correlation", "correction")  # what may widen a band
KNOWN_THEN = ("share", "correlation")  # before the first halving no fault of the counter was known
AS_OF = (  # every day from the halving rule on with a trusted supply read at a known hour
    *("2024-04-02", "2024-05-02", "2024-06-02", "2024-07-02", "2024-08-02", "2024-09-02"),
    *("2025-08-02", "2025-09-02", "2025-10-02"),
)


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


@typed
def forecast_halvings(
    rules: Rules,
    fit: RecyclingFit,
    *,
    halvings: int = 1,
    scatter_from: Sequence[RecyclingFit] = (),
    unknowns: Collection[str] = UNKNOWNS,
    log2_draws: int = 14,
    seed: int = 2025,
) -> list[HalvingForecast]:
    """The next halvings with a band, from a fit of recycling.

    Each draw keeps its own process from one halving to the next: ignorance of recycling does not
    average out.

    Parameters
    ----------
    halvings
        how many, at most 10
    scatter_from
        other fits, with a mean share of their own, whose deviation and correlation are the same
    unknowns
        what widens the band besides the scatter itself: "share" (its mean), "correlation" (the
        share of one month is like that of the month before, for how long is not known; without it
        deviations last a week), "correction" (by the halving the counter is wrong by as much as in
        2025-26, with the chance that it has been wrong so far, too low as likely as too high; it
        may bring the halving before `earliest`)
    log2_draws, seed
        scrambled Sobol points, as a power of two up to 20, and the seed of the scrambling

    Raises
    ------
    ValueError
        for an unknown of another name, or where the schedule has no such halving, or the fit no
        share or no scatter that it could come from
    """
    halvings = whole("halvings", halvings, at_least=1, at_most=10)
    log2_draws = whole("log2_draws", log2_draws, at_least=1, at_most=20)
    seed = whole("seed", seed)
    if not set(unknowns) <= set(UNKNOWNS):
        raise ValueError(f"unknowns must be of {', '.join(UNKNOWNS)}, got {list(unknowns)}")
    _check_halves(rules)
    for one in (fit, *scatter_from):
        _check_fit(one)
    to_come = len(halving_thresholds_rao(rules)) - 1 - _passed(rules, fit)
    if halvings > to_come:
        raise ValueError(f"halvings must be at most the {to_come} to come, got {halvings}")
    points = _points(log2_draws, seed)
    posterior = share_posterior(
        steps_of(fit),
        alike=tuple(steps_of(one) for one in scatter_from),
        memories=MEMORIES_BLOCKS if "correlation" in unknowns else MEMORIES_BLOCKS[:1],
        known_share=None if "share" in unknowns else fit.net_share,
    )
    drawn = draw_shares(posterior, points[:, :3])
    late_tao = _faults(fit, points[:, 3]) if "correction" in unknowns else np.zeros(len(points))
    possible_days = _possible_days(rules, fit, halvings, drawn, late_tao)
    return [_forecast(rules, fit, halving, days) for halving, days in possible_days]


def _passed(rules, fit) -> int:
    return halvings_so_far(rules, round(fit.issued_tao * RAO_PER_TAO))


def _check_fit(fit) -> None:
    if not 0 < fit.noise < np.inf:
        raise ValueError(f"noise must be > 0 and finite for a band, got {fit.noise:g}")
    if not MIN_SHARE <= fit.net_share <= 1:
        rule = f"net_share must be in [{MIN_SHARE}, 1] for the schedule to explain the supplies"
        raise ValueError(f"{rule}, got {fit.net_share:g}")


def steps_of(fit: RecyclingFit) -> Steps:
    """The steps between the readings that a fit used, in full rewards."""
    edges = (fit.used["block"] - fit.used["block"].iloc[0]).to_numpy(float)
    tao = fit.used["restated_tao"].to_numpy(float)
    reward_tao = (tao[-1] - tao[0]) / (fit.net_share * edges[-1])
    return Steps(edges, np.diff(tao) / reward_tao)


def _points(log2_draws, seed) -> np.ndarray:
    from scipy.stats import qmc

    return qmc.Sobol(d=4, seed=seed).random_base2(log2_draws).clip(1e-12, 1 - 1e-12)


@typed
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


def _faults(fit, uniforms) -> np.ndarray:
    """By how much the counter is too low at the halving, TAO, of each draw."""
    fault_tao, chance = counter_fault(until_block=fit.end_block)
    late = np.where(uniforms > 1 - chance / 2, fault_tao, 0.0)
    return np.where(uniforms < chance / 2, -fault_tao, late)


def _possible_days(rules, fit, halvings, drawn, late_tao):
    """(halving, sorted days after `fit.end` on which it may come) of each halving to come."""
    thresholds = halving_thresholds_rao(rules)
    passed = _passed(rules, fit)
    issued = fit.issued_tao
    rewards = 0.0  # to issue until a halving, each era's in its own
    late = late_tao / (reward_after(rules, passed) / RAO_PER_TAO)  # blocks
    for halving in range(passed + 1, passed + halvings + 1):
        threshold = thresholds[halving] / RAO_PER_TAO
        rewards += (threshold - issued) / (reward_after(rules, halving - 1) / RAO_PER_TAO)
        issued = threshold
        blocks = blocks_to_issue(drawn, rewards)
        come = np.isfinite(blocks)
        # a repair may bring the halving at once
        shifted = np.maximum(blocks[come] + late[come], 0.0)
        days = np.sort(shifted) * fit.block_time_s / SECONDS_PER_DAY
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


@typed
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


@typed
def replay_first_halving(rules: Rules, *, until: str | date = "2025-10-01") -> HalvingReplay:
    """The first halving as it could be forecast from supplies up to `until`, and by how many days
    that missed; the band carries no fault of the counter, of which nobody knew.
    """
    fit = fit_recycling(rules, since="2023-03-20", until=utc(until) + timedelta(days=1))
    forecast = forecast_halvings(rules, fit, unknowns=KNOWN_THEN)[0]
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


@typed
def backtest_first_halving(
    rules: Rules, *, as_of: Sequence[str | date] = AS_OF, log2_draws: int = 14
) -> pd.DataFrame:
    """The first halving as forecast on several days before it, each from what was known by then.

    Parameters
    ----------
    as_of
        days before the halving with three trusted supplies; one read at the day's first moment is
        known
    log2_draws
        as in `forecast_halvings`

    Returns
    -------
    DataFrame
        a day a row: `readings` used, `low`, `median` and `high` (90 %), `truth`, whether it is
        `inside`, and `pit`, the chance that the forecast gave to a halving by then: over many
        independent forecasts that are right it is uniform

    Notes
    -----
    Neighbouring days share most of their readings and all have one outcome, so the share that
    covers has the error of two or three forecasts, not of nine. Which readings are trusted is
    judged today; the frozen feeds of October 2024 to July 2025 might have been believed then.
    """
    if not as_of:
        raise ValueError("as_of must name a day, got none")
    rows = []
    for day in as_of:
        if utc(day) >= FIRST_HALVING_UTC:
            raise ValueError(f"as_of must be before the first halving, got {day}")
        fit = fit_recycling(rules, since="2023-03-20", until=day)
        found = forecast_halvings(rules, fit, unknowns=KNOWN_THEN, log2_draws=log2_draws)[0]
        rows.append(
            {
                "as_of": str(day),
                "readings": len(fit.used),
                "low": found.low,
                "median": found.median,
                "high": found.high,
                "truth": FIRST_HALVING_UTC,
                "inside": found.low <= FIRST_HALVING_UTC <= found.high,
                "pit": pit(found.days, days_between(fit.end, FIRST_HALVING_UTC)),
            }
        )
    return pd.DataFrame(rows).set_index("as_of")


def _line_miss(fit, days) -> float:
    return days_between(FIRST_HALVING_UTC, fit.end + timedelta(days=float(days)))


@typed
def next_halvings(
    rules: Rules,
    *,
    halvings: int = 3,
    unknowns: Collection[str] = UNKNOWNS,
    points: pd.DataFrame | None = None,
    anchors: pd.DataFrame | None = None,
) -> tuple[RecyclingFit, list[HalvingForecast]]:
    """The coming halvings from the recycling of the newest regime, readings restated.

    A regime of one summer tells little of how far and for how long the share wanders, so the steps
    of the years before the first halving tell of that too.

    Parameters
    ----------
    halvings
        how many
    unknowns
        what widens the bands, as in `forecast_halvings`
    points, anchors
        one's own of the newest regime, as in `fit_recycling`; the earlier years stay those of data/
    """
    fit = newest_recycling(rules, points=points, anchors=anchors)
    before = (_first_years(rules),)
    return fit, forecast_halvings(
        rules, fit, halvings=halvings, scatter_from=before, unknowns=unknowns
    )


def _first_years(rules) -> RecyclingFit:
    return fit_recycling(rules, since="2023-03-20", until="2025-10-02")


@typed
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
        a reading of the facts a row: `readings` used, `refused`, `recycled_share`, `line` (the day
        on which it comes if exactly that share goes on), `low`, `median` and `high` (90 %); the
        last row is the earliest moment, with nothing recycled from the last restated supply on
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
        found = forecast_halvings(rules, fit, scatter_from=before, unknowns=unknowns)[0]
        rows.append(
            {"facts": name, "readings": len(fit.used), "refused": len(fit.refused)}
            | {"recycled_share": fit.recycled_share, "line": _on_the_line(rules, fit)}
            | {"low": found.low, "median": found.median, "high": found.high}
        )
    nothing = {"facts": "restated, nothing recycled", "readings": 1, "refused": 0}
    rows.append(
        nothing
        | {"recycled_share": 0.0}
        | dict.fromkeys(("line", "low", "median", "high"), found.earliest)
    )
    return pd.DataFrame(rows).set_index("facts")


def _on_the_line(rules, fit) -> datetime:
    """The next halving if the fit's share of the reward goes on exactly."""
    left = halving_thresholds_rao(rules)[_passed(rules, fit) + 1] / RAO_PER_TAO - fit.issued_tao
    return fit.end + timedelta(days=left / fit.tao_per_day)
