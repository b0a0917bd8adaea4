"""Where can the price go? Random paths of the market cap, divided by the supply of the day.

The market cap diffuses, the supply follows the issuance rule, and the price is one over the other:
dilution is part
of every path. Whatever the model, the expected market cap grows at `scenario.market_cap_growth`.
Random numbers come
from the caller, so that pseudo-random, antithetic and scrambled Sobol points all serve.

**Ref:** Merton, J. Financial Economics 3, 1976; Chappell, MPRA 90682 (regimes); Maymin,
arXiv:2603.29763 (CEV).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..chain._jit import float_kernel, kernel
from ..chain.emission import halving_thresholds_rao, halvings_so_far, reward_after
from ..inputs.checks import float_matrix, real, reals, record, takes_records, whole
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot
from ..inputs.units import DAYS_PER_YEAR, SECONDS_PER_DAY, tao

MOST_VALUES = 1 << 28  # normals in one call: 2 GiB
BLOCK_OF_PATHS = 64  # worked on together, so that they stay in the cache
MOST_LOG = 690.0  # e^690 is still a float


class Draws(NamedTuple):
    """A recipe for normals, drawn block by block and so never all in memory."""

    paths: int
    steps: int
    seed: int
    antithetic: bool = (
        False  # paths 2i and 2i + 1 mirror each other: half the draws, and an exact mean of zero
    )


class PricePaths(NamedTuple):
    """Prices over time; the first column is today."""

    years: np.ndarray  # (steps + 1,)
    circulating_tao: (
        np.ndarray
    )  # (1, steps + 1), or (paths, steps + 1) where recycling differs between paths
    price_usd: np.ndarray  # (paths, steps + 1)


def normal_draws(draws: Draws) -> np.ndarray:
    """The (paths, steps) standard normals of a recipe, NumPy's PCG64 and ziggurat.

    Raises ValueError for an odd number of antithetic paths or more than `MOST_VALUES` normals.
    """
    _check_draws(draws)
    out = np.empty((draws.paths, draws.steps))
    _fill(np.random.default_rng(draws.seed), draws.antithetic, out)
    return out


@takes_records
def price_paths(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    normals,
    *,
    model: str = "gbm",
    uniforms=None,
    recycled_share=None,
    diluted: bool = True,
) -> PricePaths:
    """Price paths over `scenario.horizon_years`, in as many equal steps as `normals` has columns.

    normals : (paths, steps) standard normals, or a recipe for them (`Draws`)
    model : 'gbm'; 'merton' adds jumps; 'regimes' switches between a calm and a stressed volatility
    uniforms : (paths, steps) in [0, 1), for the jumps of 'merton' or the switches of 'regimes'; a
      recipe draws its own
    recycled_share : (paths,) in [0, 0.95] — one a path; `scenario.recycled_share` for all if not
      given
    diluted : bool — False leaves the supply where it is, to show what dilution does
    Raises ValueError for an unknown model or prices beyond the range of floats.
    """
    draws = normals if isinstance(normals, Draws) else None
    if draws is None:
        normals = float_matrix("normals", normals, "paths, steps")
        paths, steps = normals.shape
    else:
        paths, steps = _check_draws(draws)
        rng, buffer = np.random.default_rng(draws.seed), np.empty((BLOCK_OF_PATHS, steps))
        if uniforms is None and model != "gbm":
            uniforms = np.random.default_rng([draws.seed, 1]).random((paths, steps))
    step_years = scenario.horizon_years / steps
    recycled = [scenario.recycled_share] if recycled_share is None else recycled_share
    shape = (1,) if recycled_share is None else (paths,)
    recycled = reals("recycled_share", recycled, "[0, 0.95]", shape=shape, each="path")
    scale, shifts = _increments(scenario, step_years, (paths, steps), model, uniforms)
    era = _era(rules, snapshot, scenario, step_years)
    circulating = np.empty((len(recycled), steps + 1))
    price = np.empty((paths, steps + 1))
    kept = 1 - scenario.lost_share
    for first in range(0, paths, BLOCK_OF_PATHS):
        some = slice(first, first + BLOCK_OF_PATHS)
        block = price[some]
        chunk = normals[some] if draws is None else buffer[: len(block)]
        if draws:
            _fill(rng, draws.antithetic, chunk)
        if not _sum_logs(chunk, scale[some], shifts[some], MOST_LOG, block):
            raise ValueError(
                f"normals must be finite and keep prices within e^±{MOST_LOG:g}, got a path beyond"
            )
        np.exp(block, out=block)
        rows = circulating[some] if len(recycled) > 1 else circulating
        if len(recycled) > 1 or first == 0:
            _advance_supply(recycled[some], kept, *era, rows)
        _divide(block, rows, snapshot.price_usd, diluted)
    return PricePaths(np.linspace(0.0, scenario.horizon_years, steps + 1), circulating, price)


def subnet_price_paths(
    normals,
    *,
    cap_tao: float,
    supply_alpha,
    years: float,
    volatility: float,
    exponent: float = 0.5,
    growth: float = 0.0,
) -> np.ndarray:
    """(paths, steps + 1) prices of a subnet token in TAO, whose market cap follows a CEV process
    absorbed at zero.

    normals : (paths, steps) standard normals; cap_tao : float, TAO — market cap today
    supply_alpha : float or (steps + 1,), alpha — supply at each moment
    years : float — horizon; volatility : float, share per √year, at today's cap; growth : float,
      per year, continuous
    exponent : float in (0, 1] — β of dX = growth·X dt + σ X^β dW in units of today's cap; 1 is the
      GBM
    Euler steps: take them short where the token comes near zero.
    **Ref:** Maymin, arXiv:2603.29763: a token priced by a pool follows a CEV with the pool weight
    as exponent, 1/2
    for a constant product; the median variance elasticity 2β − 2 of 90 subnets is −0.86.
    """
    normals = float_matrix("normals", normals, "paths, steps")
    cap, years = real("cap_tao", cap_tao, "(0, inf)"), real("years", years, "(0, inf)")
    sigma, beta = real("volatility", volatility, "[0, inf)"), real("exponent", exponent, "(0, 1]")
    growth, supply = real("growth", growth), reals("supply_alpha", supply_alpha, "(0, inf)")
    steps = normals.shape[1]
    if supply.ndim and supply.shape != (steps + 1,):
        raise ValueError(
            f"supply_alpha must be one value or one a moment ({steps + 1}), got shape "
            f"{supply.shape}"
        )
    out = np.empty((len(normals), steps + 1))
    _cev(normals, growth * years / steps, sigma * math.sqrt(years / steps), beta, out)
    with np.errstate(over="ignore", invalid="ignore"):
        out *= cap / supply
    if not np.isfinite(out).all():
        raise ValueError("normals must be finite and keep prices finite, got a path beyond")
    return out


def _check_draws(draws):
    """(paths, steps) of a sensible recipe, or one clear line."""
    record("draws", draws, Draws)
    paths = whole("paths", draws.paths, at_least=1)
    steps = whole("steps", draws.steps, at_least=1)
    whole("seed", draws.seed)
    if not isinstance(draws.antithetic, bool):
        raise TypeError(f"antithetic must be True or False, got {draws.antithetic!r}")
    if paths * steps > MOST_VALUES:
        raise ValueError(
            f"paths must be at most {MOST_VALUES // steps:,} with {steps} steps, got {paths:,}"
        )
    if draws.antithetic and paths % 2:
        raise ValueError(f"paths must be even where they are antithetic, got {paths}")
    return paths, steps


def _increments(scenario, step_years, shape, model, uniforms):
    """(scale of the normals, shift) of each log step: broadcast views where all steps are alike."""
    if model not in MODELS:
        raise ValueError(unknown("model", model, MODELS))
    drift = math.log1p(scenario.market_cap_growth) * step_years
    if model == "gbm" and uniforms is not None:
        raise ValueError(
            f"uniforms must be None for the model 'gbm', got {type(uniforms).__name__}"
        )
    if model != "gbm":
        uniforms = float_matrix("uniforms", uniforms, "paths, steps")
        low, high = uniforms.min(), uniforms.max()
        if uniforms.shape != shape:
            raise ValueError(
                f"uniforms must have the shape of normals {shape}, got {uniforms.shape}"
            )
        if not (low >= 0 and high < 1):
            raise ValueError(f"uniforms must be in [0, 1), got {high if low >= 0 else low}")
    scale, shift = MODELS[model](scenario, step_years, uniforms)
    return np.broadcast_to(scale, shape), np.broadcast_to(drift + shift, shape)


def _gbm(scenario, step_years, uniforms):
    scale = scenario.daily_volatility * math.sqrt(step_years * DAYS_PER_YEAR)
    return scale, -(scale**2) / 2


def _merton(scenario, step_years, uniforms):
    """One uniform gives the number of jumps and, by its place within that number's interval,
    their sum.
    """
    from scipy.special import ndtri, pdtr

    scale, shift = _gbm(scenario, step_years, None)
    mean, sd, rate = (
        scenario.jump_log_mean,
        scenario.jump_log_sd,
        scenario.jumps_per_year * step_years,
    )
    shift = np.full(uniforms.shape, shift - rate * math.expm1(mean + sd**2 / 2))
    some = np.flatnonzero(uniforms >= math.exp(-rate))
    u = uniforms.flat[some]
    n = np.full(len(u), max(1.0, math.floor(rate - 9 * math.sqrt(rate))))
    while (more := u >= pdtr(n, rate)).any():
        n[more] += 1
    low, high = pdtr(n - 1, rate), pdtr(n, rate)
    inside = np.clip((u - low) / np.maximum(high - low, 2.0**-60), 2.0**-53, 1 - 2.0**-53)
    shift.flat[some] += n * mean + np.sqrt(n) * sd * ndtri(inside)
    return scale, shift


def _regimes(scenario, step_years, uniforms):
    """Two regimes in continuous time, seen at the steps; the first is drawn from the stationary
    law.
    """
    starts, ends = scenario.stress_starts_per_year, scenario.stress_ends_per_year
    stationary = starts / (starts + ends)
    moved = -math.expm1(-(starts + ends) * step_years)
    stressed = np.empty(uniforms.shape, bool)
    _switch(uniforms, stationary, stationary * moved, 1 - (1 - stationary) * moved, stressed)
    daily = np.where(stressed, scenario.stress_daily_volatility, scenario.daily_volatility)
    scale = daily * math.sqrt(step_years * DAYS_PER_YEAR)
    return scale, -(scale**2) / 2


MODELS = {"gbm": _gbm, "merton": _merton, "regimes": _regimes}


def _era(rules, snapshot, scenario, step_years):
    """(issued, rewards by halving, thresholds, interval, blocks left, halvings, cap, blocks a
    step), amounts in TAO.
    """
    if snapshot.issuance_rao > rules.max_supply_rao:
        raise ValueError(
            f"issuance_rao must be at most {rules.max_supply_rao:,}, got {snapshot.issuance_rao:,}"
        )
    thresholds = halving_thresholds_rao(rules)
    levels = len(thresholds) if rules.schedule == "issuance" else rules.max_halvings + 1
    rewards = np.array([float(reward_after(rules, k)) for k in range(levels)])
    block, k, left, interval = snapshot.block, 0, math.inf, math.inf
    if rules.schedule == "block":
        if block is None:
            raise ValueError(
                f"block must be known under the rules {rules.name!r}, got None in {snapshot.name!r}"
            )
        interval = float(rules.halving_interval_blocks)
        k, left = (
            min(block // rules.halving_interval_blocks, levels - 1),
            interval - block % interval,
        )
    elif rules.schedule == "issuance":
        k = min(halvings_so_far(rules, snapshot.issuance_rao), levels - 1)
        left = -1.0  # by the thresholds
    step_blocks = step_years * DAYS_PER_YEAR * SECONDS_PER_DAY / scenario.block_time_s
    return (
        tao(snapshot.issuance_rao),
        tao(rewards),
        tao(np.array(thresholds, float)),
        interval,
        left,
        k,
        tao(rules.max_supply_rao),
        step_blocks,
    )


@kernel
def _fill(rng, antithetic, out):
    """Standard normals, path by path; numba's copy of NumPy's ziggurat gives NumPy's numbers in
    half the time.
    """
    for p in range(0, out.shape[0], 2 if antithetic else 1):
        for t in range(out.shape[1]):
            out[p, t] = rng.standard_normal()
        if antithetic:
            for t in range(out.shape[1]):
                out[p + 1, t] = -out[p, t]


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
def _advance_supply(
    recycled, kept, issued, rewards, thresholds, interval, left, halvings, cap, step_blocks, out
):
    """Circulating TAO after each step; within a step every halving falls on its own block."""
    last = len(rewards) - 1
    for p in range(len(recycled)):
        supply, k, to_go = issued, halvings, left
        gain = rewards[k] * (1.0 - recycled[p])
        if left < 0:
            to_go = np.ceil((thresholds[k + 1] - supply) / gain - 1e-6) if k < last else np.inf
        out[p, 0] = kept * supply
        for t in range(out.shape[1] - 1):
            blocks = step_blocks
            while to_go < blocks:
                supply += gain * to_go
                blocks -= to_go
                k = min(k + 1, last)
                gain = rewards[k] * (1.0 - recycled[p])
                to_go = (
                    interval if left >= 0 else np.ceil((thresholds[k + 1] - supply) / gain - 1e-6)
                )
                if k == last:
                    to_go = np.inf
            supply += gain * blocks
            to_go -= blocks
            out[p, t + 1] = kept * min(supply, cap)


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
    """Which steps are stressed: the first by `at_first`, then by the chance to enter, or to
    stay.
    """
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
