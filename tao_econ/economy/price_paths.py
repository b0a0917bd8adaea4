"""Where can the price go? Random paths of the market cap, divided by the supply of the day.

The market cap diffuses, the supply follows the issuance rule, and the price is one over the other:
dilution is part of every path. Whatever the model, the expected market cap grows at
`scenario.market_cap_growth` a year: its drift is ln(1 + growth), its log drift less by σ²/2. Random
numbers come from the caller, so that pseudo-random, antithetic and scrambled Sobol points all
serve.

**Ref:** Merton, J. Financial Economics 3, 1976; Chappell, MPRA 90682 (regimes); Maymin,
arXiv:2603.29763 (CEV).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..chain._jit import float_kernel
from ..chain.emission import halving_thresholds_rao, halvings_so_far, reward_after
from ..inputs.checks import float_matrix, real, reals
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds, coins
from ..inputs.units import DAYS_PER_YEAR, SECONDS_PER_DAY
from .draws import Draws, _blocks, _sized

MAX_LOG = 690.0  # e^690 is still a float


class PricePaths(NamedTuple):
    """Prices over time; the first column is today."""

    years: np.ndarray  # (steps + 1,)
    # (1, steps + 1), or (paths, steps + 1) where recycling differs between paths
    circulating_tao: np.ndarray
    price_usd: np.ndarray  # (paths, steps + 1)


class _Schedule(NamedTuple):
    """Where issuance stands today and how it goes on; amounts in TAO."""

    issued: float
    rewards: np.ndarray  # of a block, by halvings so far
    thresholds: np.ndarray  # supply at which each halving comes
    interval: float  # blocks between halvings; inf where none come by number
    left: float  # blocks to the next one; -1 where thresholds decide
    halvings: int  # so far
    cap: float
    step_blocks: float


@typed
def price_paths(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    normals: np.ndarray | Draws,
    *,
    model: str = "gbm",
    uniforms: np.ndarray | None = None,
    recycled_share: ArrayLike | None = None,
    diluted: bool = True,
) -> PricePaths:
    """Price paths over `scenario.horizon_years`, in as many equal steps as `normals` has columns.

    Parameters
    ----------
    normals
        (paths, steps) standard normals, or a recipe for them
    model
        'gbm'; 'merton' adds jumps; 'regimes' switches between a calm and a stressed volatility
    uniforms
        (paths, steps) in [0, 1), for the jumps of 'merton' or the switches of 'regimes'; a recipe
        draws its own
    recycled_share
        (paths,) in [0, 0.95], one a path; `scenario.recycled_share` for all if not given
    diluted
        False leaves the supply where it is, to show what dilution does

    Raises
    ------
    ValueError
        for an unknown model or prices beyond the range of floats
    """
    normals, shape = _sized(normals)
    if uniforms is None and isinstance(normals, Draws) and model != "gbm":
        uniforms = np.random.default_rng([normals.seed, 1]).random(shape)
    recycled = _recycled(scenario, recycled_share, shape[0])
    scale, shifts = _increments(scenario, shape, model, uniforms)
    schedule = _schedule(rules, snapshot, scenario, shape[1])
    circulating = np.empty((len(recycled), shape[1] + 1))
    price = np.empty((shape[0], shape[1] + 1))
    for some, chunk in _blocks(normals, shape):
        block = price[some]
        if not _sum_logs(chunk, scale[some], shifts[some], MAX_LOG, block):
            raise ValueError(
                f"normals must be finite and keep prices within e^±{MAX_LOG:g}, got a path beyond"
            )
        np.exp(block, out=block)
        rows = circulating[some] if len(recycled) > 1 else circulating
        if len(recycled) > 1 or some.start == 0:
            _advance_supply(recycled[some], 1 - scenario.lost_share, schedule, rows)
        _divide(block, rows, snapshot.price_usd, diluted)
    years = np.linspace(0.0, scenario.horizon_years, shape[1] + 1)
    return PricePaths(years, circulating, price)


def _recycled(scenario, recycled_share, paths) -> np.ndarray:
    """The share of each path, or one for all."""
    if recycled_share is None:
        return np.array([scenario.recycled_share])
    return reals("recycled_share", recycled_share, "[0, 0.95]", shape=(paths,), each="path")


@typed
def subnet_price_paths(
    normals: np.ndarray,
    *,
    cap_tao: float,
    supply_alpha: ArrayLike,
    years: float,
    volatility: float,
    exponent: float = 0.5,
    drift: float = 0.0,
) -> np.ndarray:
    """Prices of a subnet token in TAO, whose market cap follows a CEV process absorbed at zero.

    Parameters
    ----------
    normals
        (paths, steps) standard normals
    cap_tao
        market cap today
    supply_alpha
        supply, one for all time or (steps + 1,), one at each moment
    years
        horizon
    volatility
        share per √year, at today's cap
    exponent
        β in (0, 1] of dX = drift·X dt + σ X^β dW in units of today's cap; 1 is the GBM
    drift
        arithmetic, per year: the expected cap grows as e^(drift·t)

    Returns
    -------
    (paths, steps + 1) array
        TAO per alpha

    Notes
    -----
    Euler steps: take them short where the token comes near zero. Maymin, arXiv:2603.29763: a token
    priced by a pool follows a CEV with the pool weight as exponent, 1/2 for a constant product; the
    median variance elasticity 2β − 2 of 90 subnets is −0.86.
    """
    normals = float_matrix("normals", normals, "paths, steps")
    cap = real("cap_tao", cap_tao, "(0, inf)")
    years = real("years", years, "(0, inf)")
    sigma = real("volatility", volatility, "[0, inf)")
    beta = real("exponent", exponent, "(0, 1]")
    drift = real("drift", drift)
    supply = reals("supply_alpha", supply_alpha, "(0, inf)")
    steps = normals.shape[1]
    if supply.ndim and supply.shape != (steps + 1,):
        raise ValueError(
            f"supply_alpha must be one value or one a moment ({steps + 1}), got shape "
            f"{supply.shape}"
        )
    out = np.empty((len(normals), steps + 1))
    _cev(normals, drift * years / steps, sigma * math.sqrt(years / steps), beta, out)
    with np.errstate(over="ignore", invalid="ignore"):
        out *= cap / supply
    if not np.isfinite(out).all():
        raise ValueError("normals must be finite and keep prices finite, got a path beyond")
    return out


def _increments(scenario, shape, model, uniforms):
    """(scale of the normals, shift) of each log step: broadcast views where all steps are alike."""
    if model not in MODELS:
        raise ValueError(unknown("model", model, MODELS))
    if model == "gbm" and uniforms is not None:
        raise ValueError(
            f"uniforms must be None for the model 'gbm', got {type(uniforms).__name__}"
        )
    if model != "gbm":
        uniforms = _uniforms(uniforms, shape)
    step_years = scenario.horizon_years / shape[1]
    drift = math.log1p(scenario.market_cap_growth) * step_years
    scale, shift = MODELS[model](scenario, step_years, uniforms)
    return np.broadcast_to(scale, shape), np.broadcast_to(drift + shift, shape)


def _uniforms(uniforms, shape) -> np.ndarray:
    uniforms = float_matrix("uniforms", uniforms, "paths, steps")
    if uniforms.shape != shape:
        raise ValueError(f"uniforms must have the shape of normals {shape}, got {uniforms.shape}")
    low = uniforms.min()
    high = uniforms.max()
    if not (low >= 0 and high < 1):
        raise ValueError(f"uniforms must be in [0, 1), got {high if low >= 0 else low}")
    return uniforms


def _gbm(scenario, step_years, uniforms):
    scale = scenario.daily_volatility * math.sqrt(step_years * DAYS_PER_YEAR)
    return scale, -(scale**2) / 2


def _merton(scenario, step_years, uniforms):
    """One uniform gives the number of jumps and, by its place within that number's interval,
    their sum.
    """
    from scipy.special import ndtri, pdtr

    scale, shift = _gbm(scenario, step_years, None)
    mean = scenario.jump_log_mean
    sd = scenario.jump_log_sd
    rate = scenario.jumps_per_year * step_years
    shift = np.full(uniforms.shape, shift - rate * math.expm1(mean + sd**2 / 2))
    some = np.flatnonzero(uniforms >= math.exp(-rate))
    chance = uniforms.flat[some]
    jumps = np.full(len(chance), max(1.0, math.floor(rate - 9 * math.sqrt(rate))))
    more = chance >= pdtr(jumps, rate)
    while more.any():
        jumps[more] += 1
        more = chance >= pdtr(jumps, rate)
    low = pdtr(jumps - 1, rate)
    high = pdtr(jumps, rate)
    inside = np.clip((chance - low) / np.maximum(high - low, 2.0**-60), 2.0**-53, 1 - 2.0**-53)
    shift.flat[some] += jumps * mean + np.sqrt(jumps) * sd * ndtri(inside)
    return scale, shift


def _regimes(scenario, step_years, uniforms):
    """Two regimes in continuous time, seen at the steps; the first is drawn from the stationary
    law.
    """
    starts = scenario.stress_starts_per_year
    ends = scenario.stress_ends_per_year
    stationary = starts / (starts + ends)
    moved = -math.expm1(-(starts + ends) * step_years)
    stressed = np.empty(uniforms.shape, bool)
    _switch(uniforms, stationary, stationary * moved, 1 - (1 - stationary) * moved, stressed)
    daily = np.where(stressed, scenario.stress_daily_volatility, scenario.daily_volatility)
    scale = daily * math.sqrt(step_years * DAYS_PER_YEAR)
    return scale, -(scale**2) / 2


MODELS = {"gbm": _gbm, "merton": _merton, "regimes": _regimes}


def _schedule(rules, snapshot, scenario, steps) -> _Schedule:
    if snapshot.issuance_rao > rules.max_supply_rao:
        raise ValueError(
            f"issuance_rao must be at most {rules.max_supply_rao:,}, got {snapshot.issuance_rao:,}"
        )
    thresholds = halving_thresholds_rao(rules)
    levels = len(thresholds) if rules.schedule == "issuance" else rules.max_halvings + 1
    rewards = np.array([float(reward_after(rules, halvings)) for halvings in range(levels)])
    halvings = 0
    left = math.inf
    interval = math.inf
    if rules.schedule == "block":
        if snapshot.block is None:
            raise ValueError(
                f"block must be known under the rules {rules.name!r}, got None in {snapshot.name!r}"
            )
        halvings = min(snapshot.block // rules.halving_interval_blocks, levels - 1)
        interval = float(rules.halving_interval_blocks)
        left = interval - snapshot.block % interval
    elif rules.schedule == "issuance":
        halvings = min(halvings_so_far(rules, snapshot.issuance_rao), levels - 1)
        left = -1.0
    step_years = scenario.horizon_years / steps
    return _Schedule(
        issued=coins(rules, snapshot.issuance_rao),
        rewards=coins(rules, rewards),
        thresholds=coins(rules, np.array(thresholds, float)),
        interval=interval,
        left=left,
        halvings=halvings,
        cap=coins(rules, rules.max_supply_rao),
        step_blocks=step_years * DAYS_PER_YEAR * SECONDS_PER_DAY / block_seconds(rules, scenario),
    )


@float_kernel
def _sum_logs(normals, scale, shift, most, out):
    """Running sums of scale × normal + shift from 0; returns whether all stay within ±most (a
    NaN does not).
    """
    paths, steps = normals.shape
    for p in range(paths):
        total = 0.0
        out[p, 0] = total
        for t in range(steps):
            total += scale[p, t] * normals[p, t] + shift[p, t]
            if not abs(total) <= most:
                return False
            out[p, t + 1] = total
    return True


@float_kernel
def _advance_supply(recycled, kept, schedule, out):
    """Circulating TAO after each step; within a step every halving falls on its own block."""
    last = len(schedule.rewards) - 1
    for p in range(len(recycled)):
        supply = schedule.issued
        k = schedule.halvings
        to_go = schedule.left
        gain = schedule.rewards[k] * (1.0 - recycled[p])
        if schedule.left < 0:
            to_go = np.inf
            if k < last:
                to_go = np.ceil((schedule.thresholds[k + 1] - supply) / gain - 1e-6)
        out[p, 0] = kept * supply
        for t in range(out.shape[1] - 1):
            blocks = schedule.step_blocks
            while to_go < blocks:
                supply += gain * to_go
                blocks -= to_go
                k = min(k + 1, last)
                gain = schedule.rewards[k] * (1.0 - recycled[p])
                if k == last:
                    to_go = np.inf
                elif schedule.left >= 0:
                    to_go = schedule.interval
                else:
                    to_go = np.ceil((schedule.thresholds[k + 1] - supply) / gain - 1e-6)
            supply += gain * blocks
            to_go -= blocks
            out[p, t + 1] = kept * min(supply, schedule.cap)


@float_kernel
def _divide(caps, supply, price, diluted):
    """Relative market caps into prices, in place; supply has one row, or one a path."""
    for p in range(caps.shape[0]):
        row = supply[p if supply.shape[0] > 1 else 0]
        if diluted:
            for t in range(caps.shape[1]):
                caps[p, t] *= price * row[0] / row[t]
        else:
            for t in range(caps.shape[1]):
                caps[p, t] *= price


@float_kernel
def _switch(uniforms, at_first, into, stay, out):
    """Which steps are stressed: the first by `at_first`, then by the chance to enter or stay."""
    for p in range(uniforms.shape[0]):
        out[p, 0] = uniforms[p, 0] < at_first
        for t in range(1, uniforms.shape[1]):
            out[p, t] = uniforms[p, t] < (stay if out[p, t - 1] else into)


@float_kernel
def _cev(normals, growth, scale, beta, out):
    for p in range(normals.shape[0]):
        x = 1.0
        out[p, 0] = x
        for t in range(normals.shape[1]):
            x = max(x + growth * x + scale * x**beta * normals[p, t], 0.0)
            out[p, t + 1] = x
