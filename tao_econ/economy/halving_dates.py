"""When does the reward halve? Recycling measured from dated supplies, and what it says of the next
halvings.

The method, stated once. Net issuance is a share q of what the schedule would mint in twelve-second
blocks;
what is missing was recycled, never issued, or lost to slow blocks. Cumulative net issuance is taken
as a
Brownian motion with drift q: its mean is the line from the first trusted supply to the last, its
noise is the
scatter of the steps between trusted supplies around that line. The day it first reaches a threshold
is then
inverse Gaussian, with q itself uncertain by the same noise. Days on which even the full schedule
could not
have reached the threshold are impossible and are removed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..chain.emission import halving_thresholds_rao, halvings_so_far, issuance_eras, reward_after
from ..inputs import data
from ..inputs.checks import real, takes_records, whole
from ..inputs.rules import Rules
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, SECONDS_PER_DAY, block_date, rao, utc

GENESIS_ISSUANCE_RAO = rao("4181329.66")  # supply_points.csv 2023-03-20
GENESIS_UTC = utc("2023-03-20T18:39:00")  # block_anchors.csv block 0
FIRST_HALVING_UTC = utc("2025-12-15T13:31:24")  # block_anchors.csv block 7,103,975
TRUSTED = ("high",)
MOST_DAYS = 2_000_000  # of a forecast, within Python's calendar
LEAST_SHARE = 0.02  # of the schedule: with less net issuance no halving would ever come


class RecyclingFit(NamedTuple):
    """What dated supplies say of net issuance between two days."""

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


def anchored_date(block: int, *, block_time_s: float = 12.0) -> datetime:
    """The moment of a Finney block: between blocks whose time is known, or counted on from the last
    of them.

    block : int — block number; block_time_s : seconds a block after the last anchor
    """
    block = whole("block", block)
    anchors = data.load("block_anchors")
    known = [(int(b), utc(t)) for b, t in zip(anchors["block"], anchors["utc"], strict=True)]
    for (b0, t0), (b1, t1) in zip(known, known[1:], strict=False):
        if b0 <= block <= b1:
            return t0 + (t1 - t0) * ((block - b0) / (b1 - b0))
    return block_date(
        block, from_block=known[-1][0], from_date=known[-1][1], block_time_s=block_time_s
    )


def supply_observations() -> pd.DataFrame:
    """Dated supplies that name a day: when (UTC), tao, definition, confidence; oldest first.

    A reading of 15 December 2025 stands at the block that crossed the threshold; an aggregator's at
    the end of
    its day.
    """
    table = data.load("supply_points")
    table = table[table["date"].str.len() == 10].copy()
    known = {"2023-03-20": GENESIS_UTC, "2025-12-15": FIRST_HALVING_UTC}
    end_of_day = timedelta(days=1)
    table["when"] = [
        known.get(d) or utc(d) + (end_of_day if "end of day" in str(note) else timedelta(hours=12))
        for d, note in zip(table["date"], table["note"], strict=True)
    ]
    return table.sort_values("when", kind="stable").reset_index(drop=True)


@takes_records
def most_issued_tao(rules: Rules, tao: float, days: float) -> float:
    """The most that can be issued `days` after issuance stood at `tao`: full reward, nominal
    blocks.
    """
    tao, blocks, issued = (
        real("tao", tao, "[0, inf)"),
        int(real("days", days, "[0, inf)") * BLOCKS_PER_DAY),
        0,
    )
    for era in issuance_eras(rules, issuance_rao=round(tao * RAO_PER_TAO)):
        run = blocks if era.blocks is None else min(blocks, era.blocks)
        issued, blocks = era.issuance_rao + era.net_rao * run, blocks - run
        if blocks == 0:
            break
    return issued / RAO_PER_TAO


@takes_records
def check_supply_points(rules: Rules, *, since=None, until=None) -> pd.DataFrame:
    """Every dated supply with the reason the schedule cannot reach it, or cannot lead from it to a
    trusted one.

    Returns when, tao, definition, confidence, `above` (more than the schedule allows from the last
    trusted
    supply) and `below` (too little to reach the next trusted one).
    """
    points = supply_observations()
    points = points[
        (points["when"] >= utc(since or "1970-01-01"))
        & (points["when"] <= utc(until or "9999-01-01"))
    ]
    trusted = [(p.when, p.tao) for p in points.itertuples() if p.confidence in TRUSTED]
    above, below = [], []
    for p in points.itertuples():
        days = [((p.when - when) / timedelta(days=1), tao) for when, tao in trusted]
        before = [(d, tao) for d, tao in days if d > 0]
        after = [(-d, tao) for d, tao in days if d < 0]
        above.append(any(p.tao > most_issued_tao(rules, tao, d) for d, tao in before[-1:]))
        below.append(any(tao > most_issued_tao(rules, p.tao, d) for d, tao in after[:1]))
    return points.assign(above=np.array(above, bool), below=np.array(below, bool))


@takes_records
def fit_recycling(rules: Rules, *, since, until, accept=TRUSTED) -> RecyclingFit:
    """Net issuance as a share of the schedule, from the supplies of a window.

    since, until : dates — the window, within one reward
    accept : confidences used; a point that the schedule cannot reach is refused whatever its
      confidence
    Raises ValueError with fewer than three usable supplies.
    """
    points = check_supply_points(rules, since=since, until=until)
    why = np.select(
        [points["above"], points["below"], ~points["confidence"].isin(accept)],
        [
            "above what the schedule allows",
            "too low to lead to the next trusted supply",
            "not trusted",
        ],
        default="",
    )
    used = points[why == ""]
    if len(used) < 3:
        raise ValueError(
            f"the window {since} to {until} must hold three usable supplies, got {len(used)}"
        )
    refused = points.assign(why=why)[why != ""]
    days = np.array([(w - used["when"].iloc[0]) / timedelta(days=1) for w in used["when"]])
    tao = used["tao"].to_numpy()
    reward = reward_after(rules, halvings_so_far(rules, round(tao[0] * RAO_PER_TAO))) / RAO_PER_TAO
    gross = reward * BLOCKS_PER_DAY
    if gross == 0:
        raise ValueError(f"rules must pay a reward in the window, got none under {rules.name!r}")
    share = (tao[-1] - tao[0]) / gross / days[-1]
    steps, gained = np.diff(days), np.diff(tao) / gross
    noise = np.sqrt(np.sum((gained - share * steps) ** 2 / steps) / (len(steps) - 1))
    seconds = _block_time(since, until)
    return RecyclingFit(
        start=used["when"].iloc[0].to_pydatetime(),
        end=used["when"].iloc[-1].to_pydatetime(),
        issued_tao=float(tao[-1]),
        net_share=float(share),
        net_share_se=float(noise / np.sqrt(days[-1])),
        noise=float(noise),
        tao_per_day=float(share * gross),
        block_time_s=seconds,
        recycled_share=float(
            1 - share * (seconds if seconds == seconds else rules.block_time_s) / rules.block_time_s
        ),
        used=used[["when", "tao"]],
        refused=refused[["when", "tao", "why"]],
    )


def _block_time(since, until) -> float:
    """Mean seconds a block between the first and last anchors of a window."""
    anchors = data.load("block_anchors")
    inside = [
        (int(b), utc(t))
        for b, t in zip(anchors["block"], anchors["utc"], strict=True)
        if utc(since) <= utc(t) <= utc(until)
    ]
    if len(inside) < 2:
        return float("nan")
    (b0, t0), (b1, t1) = inside[0], inside[-1]
    return (t1 - t0).total_seconds() / (b1 - b0)


@takes_records
def forecast_halvings(
    rules: Rules,
    fit: RecyclingFit,
    *,
    halvings: int = 1,
    noise_from=(),
    log2_draws: int = 14,
    seed: int = 2025,
) -> list[HalvingForecast]:
    """The next halvings with a band, from a fit of recycling.

    halvings : int — how many
    noise_from : other fits whose scatter is pooled with this one's, each step counting once
    log2_draws : int — scrambled Sobol points, as a power of two
    Raises ValueError where the schedule has no such halving, or the fit no share or no noise that
    it could come from.
    Each draw keeps its own q from one halving to the next: ignorance of recycling does not average
    out.
    """
    from scipy.special import ndtr, ndtri
    from scipy.stats import qmc

    for name, value, most in (("halvings", halvings, 10), ("log2_draws", log2_draws, 20)):
        if not 1 <= whole(name, value, at_least=1) <= most:
            raise ValueError(f"{name} must be in [1, {most}], got {value}")
    whole("seed", seed)
    _halves(rules)
    if not LEAST_SHARE <= fit.net_share <= 1:
        rule = f"net_share must be in [{LEAST_SHARE}, 1] for the schedule to explain the supplies"
        raise ValueError(f"{rule}, got {fit.net_share:g}")
    fits = [fit, *noise_from]
    freedom = [len(f.used) - 2 for f in fits]
    noise = np.sqrt(sum(k * f.noise**2 for k, f in zip(freedom, fits, strict=True)) / sum(freedom))
    if not 0 < noise < np.inf:
        raise ValueError(f"noise must be > 0 and finite for a band, got {noise:g}")
    error = noise / np.sqrt((fit.end - fit.start) / timedelta(days=1))
    draws = qmc.Sobol(d=1 + 2 * halvings, seed=seed).random_base2(log2_draws)
    low, high = ndtr((np.array([LEAST_SHARE, 1.0]) - fit.net_share) / error)
    share = fit.net_share + error * ndtri(
        low + draws[:, 0] * (high - low)
    )  # q stays in this interval
    thresholds, passed = (
        halving_thresholds_rao(rules),
        halvings_so_far(rules, round(fit.issued_tao * RAO_PER_TAO)),
    )
    if passed + halvings >= len(thresholds):
        raise ValueError(
            f"halvings must be at most the {len(thresholds) - 1 - passed} to come, got {halvings}"
        )
    issued, elapsed, possible = fit.issued_tao, np.zeros(len(share)), np.ones(len(share), bool)
    full = issuance_eras(
        rules, issuance_rao=round(fit.issued_tao * RAO_PER_TAO)
    )  # nothing recycled
    found = []
    for k in range(passed + 1, passed + 1 + halvings):
        gross = reward_after(rules, k - 1) / RAO_PER_TAO * BLOCKS_PER_DAY
        needed = (thresholds[k] / RAO_PER_TAO - issued) / gross  # days at the full schedule
        issued = thresholds[k] / RAO_PER_TAO
        column = 2 * (k - passed) - 1
        if needed:  # 0 where a supply of few rao has two thresholds in one
            took = _first_passage(
                needed / share, noise**2 / (share * needed), draws[:, column], draws[:, column + 1]
            )
            elapsed, possible = elapsed + took, possible & (took >= needed)
        days = np.sort(elapsed[possible])
        if not len(days) or days[-1] > MOST_DAYS:
            raise ValueError(
                f"halvings must come within {MOST_DAYS:,} days by {rules.name!r}, got number {k} "
                "later or never"
            )
        blocks = next(
            e.first_block for e in full if e.halving >= k
        )  # one block may cross two thresholds
        low_day, median, high_day = (
            fit.end + timedelta(days=float(q)) for q in np.quantile(days, (0.05, 0.5, 0.95))
        )
        earliest = block_date(
            blocks, from_block=0, from_date=fit.end, block_time_s=rules.block_time_s
        )
        found.append(HalvingForecast(k, days, low_day, median, high_day, earliest))
    return found


def _halves(rules) -> None:
    if rules.schedule != "issuance":
        raise ValueError(
            f"schedule must be 'issuance' for halvings to come of it, got {rules.schedule!r} in "
            f"{rules.name!r}"
        )


def _first_passage(mean, spread, u, v):
    """Inverse Gaussian draws of a mean, `spread` being mean over shape, from two uniforms.

    **Ref:** the transformation of Michael, Schucany and Haas, American Statistician 30, 1976.
    """
    from scipy.special import ndtri

    a = spread * ndtri(u) ** 2 / 2
    root = (
        1 + a + np.sqrt(a * (a + 2))
    )  # mean over the smaller root: no difference of near numbers, however small the noise
    return mean * np.where(v <= root / (1 + root), 1 / root, root)


@takes_records
def unrecycled_first_halving(rules: Rules, *, block_time_s: float = 12.0) -> datetime:
    """The first halving counted from Finney's genesis with nothing recycled: the article's
    August 2025.
    """
    _halves(rules)
    blocks = issuance_eras(rules, issuance_rao=GENESIS_ISSUANCE_RAO)[0].blocks
    if blocks is None:
        raise ValueError(
            f"rules must leave something to issue at Finney's genesis, got {rules.name!r}, which "
            "pay nothing then"
        )
    return block_date(blocks, from_block=0, from_date=GENESIS_UTC, block_time_s=block_time_s)


@takes_records
def replay_first_halving(
    rules: Rules, *, until="2025-10-01"
) -> tuple[RecyclingFit, HalvingForecast, dict[str, float]]:
    """The first halving as it could be forecast from supplies up to `until`, and by how many days
    that missed.

    Returns the fit, the forecast, and the miss in days (positive: forecast too late) of its median,
    of a line
    through the last three trusted supplies and of the line from genesis.
    """
    fit = fit_recycling(rules, since="2023-03-20", until=utc(until) + timedelta(days=1))
    forecast = forecast_halvings(rules, fit)[0]
    left = halving_thresholds_rao(rules)[1] / RAO_PER_TAO - fit.issued_tao
    last = fit.used.tail(3)
    x = np.array([(w - fit.end) / timedelta(days=1) for w in last["when"]])
    recent = np.polyfit(x, last["tao"], 1)[0]
    lines = {"last three supplies": left / recent, "from genesis": left / fit.tao_per_day}
    misses = {
        name: (fit.end + timedelta(days=float(d)) - FIRST_HALVING_UTC) / timedelta(days=1)
        for name, d in lines.items()
    }
    return (
        fit,
        forecast,
        {"median": (forecast.median - FIRST_HALVING_UTC).total_seconds() / SECONDS_PER_DAY}
        | misses,
    )


@takes_records
def next_halvings(rules: Rules, *, halvings: int = 3) -> tuple[RecyclingFit, list[HalvingForecast]]:
    """The coming halvings from the recycling seen since the first one.

    Three supplies carry little scatter of their own, so it is pooled with that of the years before
    the halving,
    measured as a share of the schedule.
    """
    before = fit_recycling(rules, since="2023-03-20", until="2025-10-02")
    since = fit_recycling(rules, since="2025-12-15", until="2026-12-31", accept=("high", "medium"))
    return since, forecast_halvings(rules, since, halvings=halvings, noise_from=(before,))
