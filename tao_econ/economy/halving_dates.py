"""When does the reward halve? Recycling measured from dated supplies, and what it tells of the next
halvings.

The method, stated once. Net issuance is a share q of what the schedule would mint in twelve-second
blocks; what is missing was recycled, never issued, or lost to slow blocks. Cumulative net issuance
is taken as a Brownian motion with drift q: its mean is the line from the first trusted supply to
the last, its noise is the scatter of the steps between trusted supplies around that line. The day
it first reaches a threshold is then inverse Gaussian, with q itself uncertain by the same noise.
Days on which even the full schedule could not have reached the threshold are impossible and are
removed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..chain.emission import halving_thresholds_rao, halvings_so_far, issuance_eras, reward_after
from ..inputs import data
from ..inputs.checks import real, takes_records, whole
from ..inputs.rules import Rules
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, block_date, rao, utc

GENESIS_ISSUANCE_RAO = rao("4181329.66")  # supply_points.csv 2023-03-20
GENESIS_UTC = utc("2023-03-20T18:39:00")  # block_anchors.csv block 0
FIRST_HALVING_UTC = utc("2025-12-15T13:31:24")  # block_anchors.csv block 7,103,975
TRUSTED = ("high",)
MAX_DAYS = 2_000_000  # of a forecast, within Python's calendar
MIN_SHARE = 0.02  # of the schedule: with less net issuance no halving would ever come


class RecyclingFit(NamedTuple):
    """What dated supplies tell of net issuance between two days."""

    start: datetime
    end: datetime
    issued_tao: float  # at `end`
    net_share: float  # q: net issuance over the twelve-second schedule
    net_share_se: float  # its standard error
    noise: float  # standard deviation of the share over one day, Brownian, per √day
    tao_per_day: float  # net issuance
    block_time_s: float  # mean block time from the anchors inside the window; nan without two
    recycled_share: float  # 1 − net issuance per block that was really made
    used: pd.DataFrame  # date, tao
    refused: pd.DataFrame  # date, tao, why


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
    noise: float  # per √day
    uniforms: np.ndarray  # (n, 2 × halvings) for the first passages


def _anchors() -> list[tuple[int, datetime]]:
    """(block, its moment) of every block whose time is known."""
    table = data.load("block_anchors")
    return [
        (int(block), utc(when)) for block, when in zip(table["block"], table["utc"], strict=True)
    ]


def anchored_date(block: int, *, block_time_s: float = 12.0) -> datetime:
    """The moment of a Finney block: between blocks whose time is known, or counted on from the last
    of them.

    Parameters
    ----------
    block
        block number
    block_time_s
        seconds a block after the last anchor
    """
    block = whole("block", block)
    known = _anchors()
    for (first, start), (last, end) in zip(known, known[1:], strict=False):
        if first <= block <= last:
            return start + (end - start) * ((block - first) / (last - first))
    last, end = known[-1]
    return block_date(block, from_block=last, from_date=end, block_time_s=block_time_s)


def supply_observations() -> pd.DataFrame:
    """Dated supplies that name a day: when (UTC), tao, definition, confidence; oldest first.

    A reading of 15 December 2025 stands at the block that crossed the threshold; an aggregator's at
    the end of its day.
    """
    table = data.load("supply_points")
    table = table[table["date"].str.len() == 10].copy()
    known = {"2023-03-20": GENESIS_UTC, "2025-12-15": FIRST_HALVING_UTC}
    end_of_day = timedelta(days=1)
    table["when"] = [
        known.get(day)
        or utc(day) + (end_of_day if "end of day" in str(note) else timedelta(hours=12))
        for day, note in zip(table["date"], table["note"], strict=True)
    ]
    return table.sort_values("when", kind="stable").reset_index(drop=True)


@takes_records
def most_issued_tao(rules: Rules, tao: float, days: float) -> float:
    """The most that can be issued `days` after issuance stood at `tao`: full reward, nominal
    blocks.
    """
    start = real("tao", tao, "[0, inf)")
    blocks = int(real("days", days, "[0, inf)") * BLOCKS_PER_DAY)
    issued_rao: int | Fraction = 0
    for era in issuance_eras(rules, issuance_rao=round(start * RAO_PER_TAO)):
        run = blocks if era.blocks is None else min(blocks, era.blocks)
        issued_rao = era.issuance_rao + era.net_rao * run
        blocks -= run
        if blocks == 0:
            break
    return float(issued_rao / RAO_PER_TAO)


@takes_records
def check_supply_points(
    rules: Rules, *, since: str | date | None = None, until: str | date | None = None
) -> pd.DataFrame:
    """Every dated supply with the reason the schedule cannot reach it, or cannot lead from it to a
    trusted one.

    Parameters
    ----------
    since, until
        the window; all there are if not given

    Returns
    -------
    DataFrame
        when, tao, definition, confidence, `above` (more than the schedule allows from the last
        trusted supply) and `below` (too little to reach the next trusted one)
    """
    points = supply_observations()
    points = points[
        (points["when"] >= utc(since or "1970-01-01"))
        & (points["when"] <= utc(until or "9999-01-01"))
    ]
    trusted = [point for point in points.itertuples() if point.confidence in TRUSTED]
    above = []
    below = []
    for point in points.itertuples():
        before = [other for other in trusted if other.when < point.when][-1:]
        after = [other for other in trusted if other.when > point.when][:1]
        above.append(any(_beyond(rules, start, point) for start in before))
        below.append(any(_beyond(rules, point, end) for end in after))
    return points.assign(above=np.array(above, bool), below=np.array(below, bool))


def _beyond(rules, start, end) -> bool:
    """Whether the schedule cannot lead from one supply to a later one."""
    return end.tao > most_issued_tao(rules, start.tao, _days(start.when, end.when))


def _days(start, end) -> float:
    return (end - start) / timedelta(days=1)


@takes_records
def fit_recycling(
    rules: Rules, *, since: str | date, until: str | date, accept: Collection[str] = TRUSTED
) -> RecyclingFit:
    """Net issuance as a share of the schedule, from the supplies of a window.

    Parameters
    ----------
    since, until
        the window, within one reward
    accept
        confidences used; a point that the schedule cannot reach is refused whatever its confidence

    Raises
    ------
    ValueError
        with fewer than three usable supplies
    """
    used, refused = _usable(rules, since, until, accept)
    days = np.array([_days(used["when"].iloc[0], when) for when in used["when"]])
    tao = used["tao"].to_numpy()
    reward = reward_after(rules, halvings_so_far(rules, round(tao[0] * RAO_PER_TAO))) / RAO_PER_TAO
    gross = reward * BLOCKS_PER_DAY
    if gross == 0:
        raise ValueError(f"rules must pay a reward in the window, got none under {rules.name!r}")
    share = (tao[-1] - tao[0]) / gross / days[-1]
    steps = np.diff(days)
    gained = np.diff(tao) / gross
    noise = np.sqrt(np.sum((gained - share * steps) ** 2 / steps) / (len(steps) - 1))
    seconds = _block_time(since, until)
    block_time_s = rules.block_time_s if math.isnan(seconds) else seconds
    return RecyclingFit(
        start=used["when"].iloc[0].to_pydatetime(),
        end=used["when"].iloc[-1].to_pydatetime(),
        issued_tao=float(tao[-1]),
        net_share=float(share),
        net_share_se=float(noise / np.sqrt(days[-1])),
        noise=float(noise),
        tao_per_day=float(share * gross),
        block_time_s=seconds,
        recycled_share=float(1 - share * block_time_s / rules.block_time_s),
        used=used[["when", "tao"]],
        refused=refused[["when", "tao", "why"]],
    )


def _usable(rules, since, until, accept) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Supplies of a window that a fit may use, and the others with the reason why not."""
    points = check_supply_points(rules, since=since, until=until)
    reasons = {
        "above what the schedule allows": points["above"],
        "too low to lead to the next trusted supply": points["below"],
        "not trusted": ~points["confidence"].isin(accept),
    }
    why = np.select(list(reasons.values()), list(reasons), default="")
    used = points[why == ""]
    if len(used) < 3:
        raise ValueError(
            f"the window {since} to {until} must hold three usable supplies, got {len(used)}"
        )
    return used, points.assign(why=why)[why != ""]


def _block_time(since, until) -> float:
    """Mean seconds a block between the first and last anchors of a window; nan without two."""
    inside = [anchor for anchor in _anchors() if utc(since) <= anchor[1] <= utc(until)]
    if len(inside) < 2:
        return math.nan
    first, start = inside[0]
    last, end = inside[-1]
    return (end - start).total_seconds() / (last - first)


@takes_records
def forecast_halvings(
    rules: Rules,
    fit: RecyclingFit,
    *,
    halvings: int = 1,
    noise_from: Sequence[RecyclingFit] = (),
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
    log2_draws, seed
        scrambled Sobol points, as a power of two up to 20, and the seed of the scrambling

    Raises
    ------
    ValueError
        where the schedule has no such halving, or the fit no share or no noise that it could come
        from
    """
    for name, value, most in (("halvings", halvings, 10), ("log2_draws", log2_draws, 20)):
        if not 1 <= whole(name, value, at_least=1) <= most:
            raise ValueError(f"{name} must be in [1, {most}], got {value}")
    whole("seed", seed)
    _check_halves(rules)
    drawn = _drawn(fit, noise_from, halvings, log2_draws, seed)
    to_come = len(halving_thresholds_rao(rules)) - 1 - _passed(rules, fit)
    if halvings > to_come:
        raise ValueError(f"halvings must be at most the {to_come} to come, got {halvings}")
    possible_days = _possible_days(rules, fit, halvings, drawn)
    return [_forecast(rules, fit, halving, days) for halving, days in possible_days]


def _passed(rules, fit) -> int:
    return halvings_so_far(rules, round(fit.issued_tao * RAO_PER_TAO))


def _drawn(fit, noise_from, halvings, log2_draws, seed) -> _Draws:
    """Shares and noise that the supplies leave possible, and the uniforms for the passages."""
    from scipy.special import ndtr, ndtri
    from scipy.stats import qmc

    if not MIN_SHARE <= fit.net_share <= 1:
        rule = f"net_share must be in [{MIN_SHARE}, 1] for the schedule to explain the supplies"
        raise ValueError(f"{rule}, got {fit.net_share:g}")
    fits = [fit, *noise_from]
    freedom = [len(one.used) - 2 for one in fits]
    squares = sum(k * one.noise**2 for k, one in zip(freedom, fits, strict=True))
    noise = np.sqrt(squares / sum(freedom))
    if not 0 < noise < np.inf:
        raise ValueError(f"noise must be > 0 and finite for a band, got {noise:g}")
    error = noise / np.sqrt(_days(fit.start, fit.end))
    draws = qmc.Sobol(d=1 + 2 * halvings, seed=seed).random_base2(log2_draws)
    low, high = ndtr((np.array([MIN_SHARE, 1.0]) - fit.net_share) / error)
    inside = low + draws[:, 0] * (high - low)  # keeps q in its interval
    return _Draws(fit.net_share + error * ndtri(inside), noise, draws[:, 1:])


def _possible_days(rules, fit, halvings, drawn):
    """(halving, sorted days after `fit.end` on which it may come) of each halving to come."""
    thresholds = halving_thresholds_rao(rules)
    passed = _passed(rules, fit)
    issued = fit.issued_tao
    elapsed = np.zeros(len(drawn.share))
    possible = np.ones(len(drawn.share), bool)
    for number in range(halvings):
        halving = passed + 1 + number
        gross = reward_after(rules, halving - 1) / RAO_PER_TAO * BLOCKS_PER_DAY
        needed = (thresholds[halving] / RAO_PER_TAO - issued) / gross  # days at the full schedule
        issued = thresholds[halving] / RAO_PER_TAO
        if needed:  # 0 where a supply of few rao has two thresholds in one
            spread = drawn.noise**2 / (drawn.share * needed)
            uniforms = drawn.uniforms[:, 2 * number : 2 * number + 2]
            took = _first_passage(needed / drawn.share, spread, uniforms[:, 0], uniforms[:, 1])
            elapsed = elapsed + took
            possible = possible & (took >= needed)
        days = np.sort(elapsed[possible])
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
    that missed.
    """
    fit = fit_recycling(rules, since="2023-03-20", until=utc(until) + timedelta(days=1))
    forecast = forecast_halvings(rules, fit)[0]
    left = halving_thresholds_rao(rules)[1] / RAO_PER_TAO - fit.issued_tao
    last = fit.used.tail(3)
    days = np.array([_days(fit.end, when) for when in last["when"]])
    recent_per_day = np.polyfit(days, last["tao"], 1)[0]
    return HalvingReplay(
        fit=fit,
        forecast=forecast,
        miss_days=HalvingMiss(
            median=_days(FIRST_HALVING_UTC, forecast.median),
            last_three_supplies=_line_miss(fit, left / recent_per_day),
            from_genesis=_line_miss(fit, left / fit.tao_per_day),
        ),
    )


def _line_miss(fit, days) -> float:
    return _days(FIRST_HALVING_UTC, fit.end + timedelta(days=float(days)))


@takes_records
def next_halvings(rules: Rules, *, halvings: int = 3) -> tuple[RecyclingFit, list[HalvingForecast]]:
    """The coming halvings from the recycling seen since the first one.

    Three supplies carry little scatter of their own, so it is pooled with that of the years before
    the halving, measured as a share of the schedule.
    """
    before = fit_recycling(rules, since="2023-03-20", until="2025-10-02")
    since = fit_recycling(rules, since="2025-12-15", until="2026-12-31", accept=("high", "medium"))
    return since, forecast_halvings(rules, since, halvings=halvings, noise_from=(before,))
