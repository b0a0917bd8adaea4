"""Figures on holding TAO: the fan of prices, Kelly's weight where the drift is guessed, and
which input decides.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, NullFormatter, PercentFormatter

from ..analysis.uncertainty import Convergence, Estimate, convergence, sample_mean, tornado
from ..economy.portfolio import drift_error, kelly, kelly_under_error, touch_probability
from ..economy.price_paths import Draws, price_paths
from ..economy.supply import supply_after
from ..economy.valuation import price_bands
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import DAYS_PER_YEAR, tao
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, canvas, figure, legend_below

RULES, NOW = rules_at("2026-09-11"), load_snapshot("2026-09-11")
FIVE_YEARS = replace(load_scenario("base"), horizon_years=5.0)
LEVELS = np.linspace(0.05, 1.0, 96)
DOTS = (0.1, 0.25, 0.5, 0.75)
SIMULATED_YEARS, PATHS = 20, 1_000
SAMPLES, RECYCLED = 2_048, tuple(np.linspace(0, 0.5, 26).tolist())
LABELS = {
    "cap_drift": "drift of the market cap, ± 1 s.e.",
    "daily_volatility": "daily volatility, 3 to 9%",
    "survival_share": "survival over the horizon, 44 to 100%",
    "recycled_share": "recycled, 0 to 50%",
    "jumps_per_year": "jumps a year, 0 to 3",
    "jump_log_mean": "mean jump, -0.5 to 0 in logs",
}


@checked_record
class Holder:
    """What somebody who weighs TAO against cash believes, and from how many years of prices."""

    drift: float = quantity(
        0.5,
        unit="share per year",
        meaning="expected yearly return over cash",
        ge=-2,
        le=5,
        step=0.01,
        span=(-0.5, 1.5),
    )
    volatility: float = quantity(
        0.9,
        unit="share per √year",
        meaning="standard deviation of a year's log return",
        ge=0.05,
        le=3,
        step=0.01,
        span=(0.3, 1.2),
    )
    years_of_prices: float = quantity(
        2.6,
        unit="years",
        meaning="history from which the drift is estimated",
        ge=1,
        le=100,
        step=0.1,
        span=(2, 20),
    )
    fraction: float = quantity(
        1.0,
        unit="share",
        meaning="part of Kelly's weight that is held",
        ge=0,
        le=3,
        step=0.05,
        span=(0, 2),
    )


HOLDER = Holder()


@figure
def price_fan(
    rules: Rules = RULES,
    snapshot: Snapshot = NOW,
    scenario: Scenario = FIVE_YEARS,
    holder: Holder = HOLDER,
):
    """Price bands of 80% and medians over the years, with and without dilution, and with the
    drift's own error.
    """
    error = drift_error(holder.volatility, holder.years_of_prices)
    years = scenario.horizon_years * np.linspace(0, 1, 41) ** 2  # denser where the bands open
    bands, wide = (
        price_bands(
            rules, snapshot, scenario, volatility=holder.volatility, growth_se=se, years=years
        )
        for se in (0.0, error)
    )
    bare = [edge[-1] * bands.supply_ratio[-1] for edge in (bands.p10_usd, bands.p90_usd)]
    picture, axis = canvas(
        f"{holder.years_of_prices:g} years of prices give the drift to ±{error:.0%} a year (one "
        "s.e.): 80% of prices in "
        f"{bands.years[-1]:.0f} years lie from {wide.p10_usd[-1]:,.1f} to {wide.p90_usd[-1]:,.0f} "
        "USD, were it known "
        f"{bands.p10_usd[-1]:,.1f} to {bands.p90_usd[-1]:,.0f}",
        rules,
        snapshot,
        scenario,
        f"volatility {holder.volatility:.0%} a year, closed form, nothing drawn",
        size=(10.0, 5.4),
    )
    axis.fill_between(
        wide.years,
        wide.p10_usd,
        wide.p90_usd,
        color=GREY,
        alpha=0.25,
        lw=0,
        label="80% band, drift estimated",
    )
    axis.fill_between(
        bands.years,
        bands.p10_usd,
        bands.p90_usd,
        color=BLUE,
        alpha=0.35,
        lw=0,
        label=f"80% band, expected growth of the cap known: {scenario.market_cap_growth:.0%}",
    )
    axis.plot(bands.years, bands.p50_usd, color=BLUE, label="median with dilution")
    axis.plot(
        bands.years,
        bands.p50_usd * bands.supply_ratio,
        color=ORANGE,
        ls="--",
        label="median without dilution",
    )
    for edge, label in (
        (bands.p10_usd, f"80% band without dilution: {bare[0]:,.1f} to {bare[1]:,.0f}"),
        (bands.p90_usd, ""),
    ):
        axis.plot(bands.years, edge * bands.supply_ratio, color=ORANGE, ls=":", lw=1.4, label=label)
    axis.axhline(
        snapshot.price_usd,
        color=BLACK,
        lw=1.0,
        label=f"price of {snapshot.date}: {snapshot.price_usd:,.0f} USD",
    )
    axis.set(
        yscale="log",
        xlabel=f"years from {snapshot.date}",
        ylabel="USD per TAO (log)",
        xlim=(0, years[-1]),
    )
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:,g}")
    legend_below(axis)
    return picture


@figure
def kelly_under_estimate(holder: Holder = HOLDER):
    """Left, the spread of Kelly's weight estimated from prices for three true drifts; right,
    growth by fraction held.
    """
    drifts = {0.0: GREY, 0.3: ORANGE, holder.drift: BLUE}
    found = {mu: kelly_under_error(mu, holder.volatility, holder.years_of_prices) for mu in drifts}
    error = found[holder.drift]
    says = ", ".join(
        f"{found[mu].p50:.0%} at a drift of {mu:.0%}" for mu in sorted(drifts, reverse=True)
    )
    picture, left, right = canvas(
        f"Kelly's weight is {says}; {holder.years_of_prices:g} years of prices miss it by "
        f"±{100 * error.weight_se:.0f} "
        f"points (s.e.), and following them changes wealth by {error.growth_expected:+.1%} a year",
        f"volatility {holder.volatility:.0%} a year, taken as known; drift over cash",
        "closed form, nothing drawn",
        panels=2,
        size=(11.0, 5.2),
    )
    weights = np.linspace(-2, 3, 201)
    for mu, colour in drifts.items():
        z = (weights - found[mu].p50) / found[mu].weight_se
        left.plot(
            weights,
            np.exp(-z * z / 2) / (found[mu].weight_se * math.sqrt(2 * math.pi)),
            color=colour,
            label=f"true drift {mu:.0%}: {found[mu].negative_share:.0%} of estimates "
            "say sell short",
        )
        left.axvline(found[mu].p50, color=colour, ls="--", lw=1.2)
    left.set(
        xlabel="estimated weight in TAO, share of wealth (dashed: the true one)",
        ylabel="density",
        ylim=(0, None),
    )
    fractions = np.linspace(0, 1.5, 31)
    for years, colour in (
        (1.0, RED),
        (holder.years_of_prices, BLUE),
        (10.0, GREEN),
        (100.0, PURPLE),
    ):
        grown = [
            kelly_under_error(holder.drift, holder.volatility, years, fraction=f).growth_expected
            for f in fractions
        ]
        right.plot(
            fractions,
            grown,
            color=colour,
            label=f"estimated from {years:g} year{'s' if years != 1 else ''}",
        )
    right.plot(
        fractions,
        [kelly(holder.drift, holder.volatility, fraction=f).growth_per_year for f in fractions],
        color=BLACK,
        ls=":",
        label="drift known",
    )
    right.axhline(0, color=BLACK, lw=1.0)
    right.set(
        xlabel="part of the estimated weight that is held (1 = full Kelly)",
        ylim=(-0.3, 0.2),
        ylabel=f"expected growth a year, true drift {holder.drift:.0%}",
    )
    left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(left, ncols=1)
    legend_below(right)
    return picture


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

    The drift of the price is that of the market cap, less dilution, less the yearly chance of ruin;
    jumps enter by
    their variance alone, which is exact only for small ones.
    """
    years = scenario.horizon_years
    issued = [
        supply_after(rules, snapshot, replace(scenario, recycled_share=r), years) for r in RECYCLED
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


@figure
def sobol_beside_tornado(
    rules: Rules = RULES,
    snapshot: Snapshot = NOW,
    scenario: Scenario = FIVE_YEARS,
    holder: Holder = HOLDER,
):
    """Left, Kelly's weight with one input at a time at its ends; right, Sobol indices with 95%
    intervals.
    """
    table = deciding_inputs(rules, snapshot, scenario, holder).sort_values("ST")
    first, second = table.index[-1], table.index[-2]
    picture, left, right = canvas(
        f"Which input decides Kelly's weight: {LABELS[first].split(',')[0]}, with ST = "
        f"{table['ST'].iloc[-1]:.2f} ± "
        f"{table['ST_conf'].iloc[-1]:.2f}; next, {LABELS[second].split(',')[0]} with "
        f"{table['ST'].iloc[-2]:.2f} ± "
        f"{table['ST_conf'].iloc[-2]:.2f}",
        rules,
        snapshot,
        scenario,
        f"{SAMPLES * (len(table) + 2):,} runs, "
        f"drift ± one s.e. of {holder.years_of_prices:g} years",
        panels=2,
        size=(11.5, 5.2),
        widths=(1.15, 1),
    )
    rows = np.arange(len(table))
    left.barh(
        rows,
        table["high"] - table["low"],
        left=table["low"],
        color=SKY,
        label="one input from end to end",
    )
    left.use_sticky_edges = False
    left.axvline(0, color=BLACK, lw=1.0)
    left.set_yticks(rows, [LABELS[name].replace(", ", ",\n", 1) for name in table.index])
    left.set(xlabel="Kelly's weight in TAO, share of wealth")
    left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for shift, index, colour, label in (
        (0.2, "ST", BLUE, "ST: with all interactions"),
        (-0.2, "S1", ORANGE, "S1: alone"),
    ):
        right.barh(
            rows + shift,
            table[index],
            height=0.38,
            xerr=table[f"{index}_conf"],
            color=colour,
            label=label,
            error_kw={"capsize": 3, "lw": 1.2},
        )
    right.axvline(0, color=BLACK, lw=1.0)
    right.set_yticks(rows, [""] * len(rows))
    right.set(xlabel="share of the variance of the weight, with 95% intervals")
    legend_below(left)
    legend_below(right)
    return picture


@functools.cache
def mean_errors(sigma: float) -> Convergence:
    """How fast the mean of a lognormal of four normals, each of `sigma`, is found."""
    from scipy.special import ndtri

    return convergence(
        lambda u: np.exp(sigma * ndtri(u).sum(axis=1) - 2 * sigma**2), 4, 1.0, seed=1
    )


@figure
def convergence_rates(holder: Holder = HOLDER):
    """Error of a mean against the number of points, drawn at random and as scrambled Sobol
    points, for two volatilities.
    """
    shown = {
        0.1: "a gentle one: 10% a step",
        holder.volatility / 2: f"TAO: {holder.volatility:.0%} a year in four quarters",
    }
    found = {sigma: mean_errors(sigma) for sigma in shown}
    gentle, own = found.values()
    times = own.rmse_random[-1] / own.rmse_sobol[-1]
    picture, *axes = canvas(
        f"Errors fall with slope {gentle.slope_random:.2f} at random and {gentle.slope_sobol:.2f} "
        "with Sobol points; at TAO's "
        f"volatility {own.slope_random:.2f} and {own.slope_sobol:.2f}, {times:.0f} times closer "
        f"at {own.points[-1]:,} points",
        "mean of a lognormal of four normals, 32 replicates each",
        panels=2,
        size=(10.5, 5.0),
    )
    for axis, (sigma, got) in zip(axes, found.items(), strict=True):
        for error, slope, colour, label in (
            (got.rmse_random, got.slope_random, ORANGE, "random"),
            (got.rmse_sobol, got.slope_sobol, BLUE, "scrambled Sobol"),
        ):
            axis.plot(
                got.points, error, "o-", ms=4, color=colour, label=f"{label}: slope {slope:.2f}"
            )
        axis.plot(
            got.points,
            got.rmse_random[0] * np.sqrt(got.points[0] / got.points),
            ":",
            color=GREY,
            label="slope -1/2",
        )
        axis.plot(
            got.points,
            got.rmse_sobol[0] * got.points[0] / got.points,
            "--",
            color=GREY,
            lw=1.2,
            label="slope -1",
        )
        axis.set(
            xscale="log",
            yscale="log",
            xlabel="points",
            ylabel="root mean square error of the mean",
            ylim=(3e-6, 0.2),
        )
        axis.set_title(shown[sigma])
        axis.xaxis.set_major_locator(FixedLocator(got.points[::2]))
        axis.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.yaxis.set_major_formatter(
            lambda y, _: f"{y:g}" if y >= 1e-4 else f"{y:.6f}".rstrip("0")
        )
        legend_below(axis)
    return picture


@functools.cache
def touched(
    holder: Holder, model: str, fractions: tuple[float, ...] = (1.0,)
) -> tuple[Estimate, ...]:
    """By fraction of Kelly, the share of simulated paths that touch the levels `DOTS` on some
    day, with its error.
    """
    scenario = replace(
        FIVE_YEARS,
        market_cap_growth=math.expm1(holder.drift),
        daily_volatility=holder.volatility / math.sqrt(DAYS_PER_YEAR),
        horizon_years=float(SIMULATED_YEARS),
    )
    draws = Draws(PATHS, SIMULATED_YEARS * 365, seed=11, antithetic=True)
    price = price_paths(RULES, NOW, scenario, draws, model=model, diluted=False).price_usd
    moves = price[:, 1:] / price[:, :-1] - 1
    found = []
    for fraction in fractions:
        steps = np.log1p(kelly(holder.drift, holder.volatility, fraction=fraction).weight * moves)
        lowest = np.exp(np.cumsum(steps, axis=1).min(axis=1))
        found.append(
            sample_mean((lowest[:, None] <= np.array(DOTS)).astype(float), antithetic=True)
        )
    return tuple(found)


@figure
def touch_curves(holder: Holder = HOLDER):
    """Chance of wealth ever falling to a share of its start, for fractions of Kelly, with
    simulated checks and stress.
    """
    plain, slow = touched(holder, "gbm", (1.0, 0.5))
    (jumps,), (stress,) = touched(holder, "merton"), touched(holder, "regimes")
    half, fall = DOTS.index(0.5), math.expm1(FIVE_YEARS.jump_log_mean)
    worst = max(got.standard_error[half] for got in (plain, jumps, stress))
    picture, axis = canvas(
        f"Full Kelly ever halves wealth with chance {touch_probability(1.0, 0.5):.0%}, half Kelly "
        "with "
        f"{touch_probability(0.5, 0.5):.1%}; simulated, full Kelly {plain.value[half]:.0%}, with "
        "jumps "
        f"{jumps.value[half]:.0%}, with spells of stress {stress.value[half]:.0%} (s.e. "
        f"{100 * worst:.1f} points)",
        f"drift {holder.drift:.0%}, volatility {holder.volatility:.0%}, known; jumps and stress "
        "as in the base scenario",
        f"dots: {PATHS:,} paths of {SIMULATED_YEARS} years, looked at daily, bars ± 1.96 s.e.",
        size=(10.0, 5.6),
    )
    for fraction, colour in ((1.5, RED), (1.0, BLUE), (0.5, GREEN), (0.25, PURPLE)):
        axis.plot(
            LEVELS,
            [touch_probability(fraction, x) for x in LEVELS.tolist()],
            color=colour,
            label=f"{fraction:g} × Kelly, closed form",
        )
    for got, mark, colour, label in (
        (plain, "o", BLUE, "1 × Kelly, simulated"),
        (slow, "o", GREEN, "0.5 × Kelly, simulated"),
        (jumps, "D", BLACK, f"1 × Kelly, {FIVE_YEARS.jumps_per_year:g} jump of {fall:.0%} a year"),
        (
            stress,
            "s",
            ORANGE,
            f"1 × Kelly, spells of {FIVE_YEARS.stress_daily_volatility:.0%} a day",
        ),
    ):
        axis.errorbar(
            DOTS,
            got.value,
            yerr=1.96 * got.standard_error,
            fmt=mark,
            ms=5,
            capsize=3,
            color=colour,
            label=label,
        )
    axis.set(
        xlabel="share of the wealth at the start",
        ylabel="chance of ever touching it",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture
