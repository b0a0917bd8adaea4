"""How far wealth falls at a part of Kelly's weight, simulated with jumps and spells of stress."""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import numpy as np

from ..analysis.uncertainty import Estimate, sample_mean
from ..economy.draws import Draws
from ..economy.portfolio import kelly
from ..economy.price_paths import price_paths
from ..inputs.rules import load_snapshot, rules_at
from ..inputs.units import DAYS_PER_YEAR
from .holding import Holder, five_years

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
