"""How far wealth falls on the way at a part of Kelly's weight: in closed form, and simulated with
jumps and spells of stress.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import numpy as np

from ..analysis.uncertainty import Estimate, margin_of_error, sample_mean
from ..economy.portfolio import kelly, touch_probability
from ..economy.price_paths import Draws, price_paths
from ..inputs.rules import load_snapshot, rules_at
from ..inputs.units import DAYS_PER_YEAR
from .gallery import view
from .holding import Holder, five_years
from .marks import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, Axis, Line, Panel, Points, View
from .words import plus_minus

DOTS = (0.1, 0.25, 0.5, 0.75)
SIMULATED_YEARS = 20
PATHS = 1_000


def lowest_wealth(moves: np.ndarray, weight: float) -> np.ndarray:
    """Least wealth of each path, of one at the start, at a weight kept in TAO: (paths,).

    A move that takes all wealth or more ends the path at nothing, for ever.
    """
    kept = 1 + weight * moves
    with np.errstate(divide="ignore"):
        steps = np.log(np.maximum(kept, 0.0))
    return np.exp(np.minimum(np.cumsum(steps, axis=1).min(axis=1), 0.0))


@functools.cache
def touched(
    holder: Holder, model: str, fractions: tuple[float, ...] = (1.0,)
) -> tuple[Estimate, ...]:
    """By fraction of Kelly, the share of simulated paths that touch the levels `DOTS` on some
    day, with its error.
    """
    scenario = replace(
        five_years(),
        market_cap_growth=math.expm1(holder.drift),
        daily_volatility=holder.volatility / math.sqrt(DAYS_PER_YEAR),
        horizon_years=float(SIMULATED_YEARS),
    )
    draws = Draws(PATHS, SIMULATED_YEARS * 365, seed=11, antithetic=True)
    day = (rules_at("2026-09-11"), load_snapshot("2026-09-11"), scenario)
    price = price_paths(*day, draws, model=model, diluted=False).price_usd
    moves = price[:, 1:] / price[:, :-1] - 1
    found = []
    for fraction in fractions:
        weight = kelly(holder.drift, holder.volatility, fraction=fraction).weight
        lowest = lowest_wealth(moves, weight)
        found.append(
            sample_mean((lowest[:, None] <= np.array(DOTS)).astype(float), antithetic=True)
        )
    return tuple(found)


@view(holder=Holder)
def touch_curves(holder: Holder) -> View:
    """Chance of wealth ever falling to a share of its start, for fractions of Kelly, with
    simulated checks and stress.
    """
    base = five_years()
    half = DOTS.index(0.5)
    plain, slow = touched(holder, "gbm", (1.0, 0.5))
    (jumps,), (stress,) = (touched(holder, model) for model in ("merton", "regimes"))
    at_half = [float(np.asarray(got.value)[half]) for got in (plain, jumps, stress)]
    worst = max(np.asarray(got.standard_error)[half] for got in (plain, jumps, stress))
    fall = math.expm1(base.jump_log_mean)
    spell = base.stress_daily_volatility
    jumping = f"1 × Kelly, {base.jumps_per_year:g} jump of {fall:.0%} a year"
    dots = [
        Points(
            label=label,
            x=DOTS,
            y=got.value,
            error=margin_of_error(got.standard_error),
            marker=marker,
            size=5,
            colour=colour,
        )
        for got, marker, colour, label in (
            (plain, "o", BLUE, "1 × Kelly, simulated"),
            (slow, "o", GREEN, "0.5 × Kelly, simulated"),
            (jumps, "D", BLACK, jumping),
            (stress, "s", ORANGE, f"1 × Kelly, spells of {spell:.0%} a day"),
        )
    ]
    wealth = "share of the wealth at the start"
    chance = "chance of ever touching it"
    return View(
        title=f"Full Kelly ever halves wealth with chance {touch_probability(1.0, 0.5):.0%}",
        caption=f"Half of that weight does with {touch_probability(0.5, 0.5):.1%}. Lines are the "
        f"closed form. Dots are simulated days: {at_half[0]:.0%} at full Kelly, {at_half[1]:.0%} "
        f"with jumps, {at_half[2]:.0%} with spells of stress, each "
        f"± {100 * margin_of_error(worst):.1f} points.",
        panels=[
            Panel(
                marks=[*_closed_form(), *dots],
                x=Axis(label=wealth, format=".0%", low=0, high=1),
                y=Axis(label=chance, format=".0%", low=0, high=1.02),
            )
        ],
        size=(10.0, 5.6),
        sources=(
            f"drift {holder.drift:.0%}, volatility {holder.volatility:.0%}, known; jumps and "
            "stress as in the base scenario",
            f"dots: {PATHS:,} paths of {SIMULATED_YEARS} years, looked at daily, {plus_minus()}",
        ),
    )


def _closed_form() -> list[Line]:
    """The chance of ever touching each level, for four fractions of Kelly."""
    levels = np.linspace(0.05, 1.0, 96)
    return [
        Line(
            label=f"{fraction:g} × Kelly, closed form",
            x=levels,
            y=[touch_probability(fraction, level) for level in levels.tolist()],
            colour=colour,
        )
        for fraction, colour in ((1.5, RED), (1.0, BLUE), (0.5, GREEN), (0.25, PURPLE))
    ]
