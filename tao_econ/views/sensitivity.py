"""Views of what decides: which input moves Kelly's weight, and how fast an average is found."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.uncertainty import Convergence, convergence, tornado
from ..economy.portfolio import drift_error
from ..economy.supply import supply_after
from ..inputs.rules import Rules, Scenario, Snapshot
from ..inputs.units import DAYS_PER_YEAR, tao
from .gallery import view
from .holding import Holder, five_years
from .marks import BLACK, BLUE, ORANGE, SKY, Axis, Bars, Level, Panel, View

SAMPLES = 2_048
RECYCLED = tuple(np.linspace(0, 0.5, 26).tolist())
LABELS = {
    "cap_drift": "drift of the market cap, one s.e. either way",
    "daily_volatility": "daily volatility, 3 to 9%",
    "survival_share": "survival over the horizon, 44 to 100%",
    "recycled_share": "recycled, 0 to 50%",
    "jumps_per_year": "jumps a year, 0 to 3",
    "jump_log_mean": "mean jump, -0.5 to 0 in logs",
}


def weight_ranges(holder: Holder) -> dict[str, tuple[float, float]]:
    """What each input may be: the drift within one standard error of nothing, the rest as wide
    as their sources.
    """
    error = drift_error(holder.volatility, holder.years_of_prices)
    return {
        "cap_drift": (-error, error),
        "daily_volatility": (0.03, 0.09),
        "survival_share": (0.44, 1.0),
        "recycled_share": (0.0, 0.5),
        "jumps_per_year": (0.0, 3.0),
        "jump_log_mean": (-0.5, 0.0),
    }


def deciding_inputs(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, holder: Holder
) -> pd.DataFrame:
    """Tornado and Sobol indices of Kelly's weight for one who does not stake.

    Notes
    -----
    The drift of the price is that of the market cap, less dilution, less the yearly chance of ruin;
    jumps enter by their variance alone, which is exact only for small ones.
    """
    years = scenario.horizon_years
    issued = [
        supply_after(rules, snapshot, replace(scenario, recycled_share=share), years)
        for share in RECYCLED
    ]
    dilution = tuple((np.log(np.array(issued) / tao(snapshot.issuance_rao)) / years).tolist())
    return _deciding(dilution, years, scenario.jump_log_sd, holder)


@functools.cache
def _deciding(dilution: tuple, years: float, jump_log_sd: float, holder: Holder) -> pd.DataFrame:
    def weight(points):
        drift, sigma, survival, recycled, jumps, jump = points.T
        net = drift - np.interp(recycled, RECYCLED, dilution) + np.log(survival) / years
        return net / (sigma**2 * DAYS_PER_YEAR + jumps * (jump**2 + jump_log_sd**2))

    return tornado(weight, None, weight_ranges(holder), samples=SAMPLES)


@view(rules="2026-09-11", snapshot="2026-09-11", scenario=five_years, holder=Holder)
def sobol_beside_tornado(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, holder: Holder
) -> View:
    """Left, Kelly's weight with one input at a time at its ends; right, Sobol indices with 95%
    intervals.
    """
    table = deciding_inputs(rules, snapshot, scenario, holder).sort_values("ST", ascending=False)
    first, second = (
        (LABELS[name].split(",")[0], f"{row['ST']:.2f} ± {row['ST_conf']:.2f}")
        for name, row in table.iloc[:2].iterrows()
    )
    least = table[["low", "high"]].min(axis=None)
    most = table[["low", "high"]].max(axis=None)
    margin = 0.05 * (most - least)
    ends = Bars(
        x=table["high"] - table["low"],
        base=table["low"],
        across=True,
        colour=SKY,
    )
    zero = Level(x=0, width=1.0)
    names = tuple(LABELS[name].replace(", ", ",\n", 1) for name in table.index)
    weight = "Kelly's weight in TAO, share of wealth"
    return View(
        title=f"What decides Kelly's weight: {first[0]}",
        caption=f"The total index of the {first[0]} is {first[1]}, that of {second[0]} "
        f"{second[1]}: the part of the variance of the weight that an input decides with its "
        "interactions. The drift is varied by one standard error (s.e.) either way.",
        panels=[
            Panel(
                marks=[ends, zero],
                x=Axis(label=weight, format=".0%", low=least - margin, high=most + margin),
                y=Axis(names=names),
            ),
            Panel(
                marks=[*_indices(table), zero],
                x=Axis(label="share of the variance of the weight, ± 95%"),
                y=Axis(names=("",) * len(names)),
            ),
        ],
        size=(11.5, 5.2),
        widths=(1.15, 1),
        sources=(
            f"{SAMPLES * (len(table) + 2):,} runs, drift within one standard error "
            f"of {holder.years_of_prices:g} years of prices, ± is 95%, by bootstrap",
        ),
    )


def _indices(table: pd.DataFrame) -> list[Bars]:
    """Sobol indices, total above first-order, with their intervals as thin bars."""
    bars = []
    for shift, index, colour, label in (
        (-0.2, "ST", BLUE, "ST: with all interactions"),
        (0.2, "S1", ORANGE, "S1: alone"),
    ):
        at: dict[str, Any] = {"y": np.arange(len(table)) + shift, "across": True}
        error = table[f"{index}_conf"]
        bars.append(Bars(label=label, x=table[index], colour=colour, width=0.38, **at))
        bars.append(Bars(x=2 * error, base=table[index] - error, colour=BLACK, width=0.06, **at))
    return bars


@functools.cache
def mean_errors(sigma: float) -> Convergence:
    """How fast the mean of a lognormal of four normals, each of `sigma`, is found."""
    from scipy.special import ndtri

    return convergence(
        lambda u: np.exp(sigma * ndtri(u).sum(axis=1) - 2 * sigma**2), 4, 1.0, seed=1
    )
