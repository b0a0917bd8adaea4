"""Views of holding TAO: the fan of prices, Kelly's weight where the drift is guessed, and how far
wealth falls on the way.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import Any

import numpy as np

from ..analysis.uncertainty import Estimate, margin_of_error, sample_mean
from ..economy.portfolio import (
    KellyError,
    drift_error,
    kelly,
    kelly_under_error,
    shrink_drift,
    touch_probability,
)
from ..economy.price_paths import Draws, price_paths
from ..economy.supply import supply_after
from ..economy.valuation import price_bands
from ..inputs.record import checked_record, quantity
from ..inputs.rules import (
    Rules,
    Scenario,
    Snapshot,
    load_scenario,
    load_snapshot,
    rules_at,
)
from ..inputs.units import DAYS_PER_YEAR, tao
from .gallery import snapshots, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Axis,
    Band,
    Level,
    Line,
    Panel,
    Points,
    View,
)
from .words import plus_minus

DOTS = (0.1, 0.25, 0.5, 0.75)
SIMULATED_YEARS = 20
PATHS = 1_000


@checked_record
class Holder:
    """What somebody who weighs TAO against cash believes, and from how many years of prices."""

    drift: float = quantity(
        default=0.5,
        unit="share per year",
        meaning="expected yearly growth of the market cap over cash",
        ge=-2,
        le=2,
        step=0.01,
        span=(-0.5, 1.5),
    )
    volatility: float = quantity(
        default=0.9,
        unit="share per √year",
        meaning="standard deviation of a year's log return, jumps aside",
        ge=0.05,
        le=3,
        step=0.01,
        span=(0.3, 1.2),
    )
    years_of_prices: float = quantity(
        default=2.6,
        unit="years",
        meaning="history from which the drift is estimated",
        ge=1,
        le=100,
        step=0.1,
        span=(2, 20),
    )
    fraction: float = quantity(
        default=1.0,
        unit="share",
        meaning="part of Kelly's weight that is held",
        ge=0,
        le=3,
        step=0.05,
        span=(0, 2),
    )
    prior_sd: float = quantity(
        default=0.3,
        unit="share per year",
        meaning="how far from zero the drift could be, before prices",
        ge=0,
        le=5,
        step=0.05,
        span=(0, 1),
    )


def five_years() -> Scenario:
    """The base scenario over five years."""
    return replace(load_scenario("base"), horizon_years=5.0)


def density(error: KellyError, weights) -> np.ndarray:
    """How likely each weight is as the estimate of Kelly's."""
    z = (weights - error.p50) / error.weight_se
    return np.exp(-z * z / 2) / (error.weight_se * math.sqrt(2 * math.pi))


@view(rules="2026-09-11", snapshot="2026-09-11", scenario=five_years, holder=Holder)
def price_fan(rules: Rules, snapshot: Snapshot, scenario: Scenario, holder: Holder) -> View:
    """Price bands of 80% and medians over the years, with and without dilution, and with the
    drift's own error.
    """
    error = drift_error(holder.volatility, holder.years_of_prices)
    years = scenario.horizon_years * np.linspace(0, 1, 41) ** 2  # denser where the bands open
    known, wide = (
        price_bands(
            rules, snapshot, scenario, volatility=holder.volatility, growth_se=se, years=years
        )
        for se in (0.0, error)
    )
    price = Level(
        label=f"price of {snapshot.date}: {snapshot.price_usd:,.0f} USD",
        y=snapshot.price_usd,
        width=1.0,
    )
    return View(
        title=f"{holder.years_of_prices:g} years of prices give the drift to "
        f"±{margin_of_error(error):.0%} a year: "
        f"80% of prices in {known.years[-1]:.0f} years lie from "
        f"{wide.p10_usd[-1]:,.1f} to {wide.p90_usd[-1]:,.0f} USD, were it known "
        f"{known.p10_usd[-1]:,.1f} to {known.p90_usd[-1]:,.0f}",
        panels=[
            Panel(
                marks=[*_bands(known, wide, f"{scenario.market_cap_growth:.0%}"), price],
                x=Axis(label=f"years from {snapshot.date}", low=0, high=years[-1]),
                y=Axis(label="USD per TAO (log)", scale="log", format=",g"),
            )
        ],
        size=(10.0, 5.4),
        sources=(
            f"volatility {holder.volatility:.0%} a year, closed form, nothing drawn",
            plus_minus(),
        ),
    )


def _bands(known, wide, growth: str) -> list:
    """Bands and medians of `price_fan`, the drift known and estimated."""
    bare = [edge * known.supply_ratio for edge in (known.p10_usd, known.p90_usd)]
    without = {"x": known.years, "colour": ORANGE}
    return [
        Band(
            label="80% band, drift estimated",
            x=wide.years,
            low=wide.p10_usd,
            high=wide.p90_usd,
            colour=GREY,
        ),
        Band(
            label=f"80% band, expected growth of the cap known: {growth}",
            x=known.years,
            low=known.p10_usd,
            high=known.p90_usd,
            alpha=0.35,
        ),
        Line(label="median with dilution", x=known.years, y=known.p50_usd),
        Line(
            label="median without dilution",
            y=known.p50_usd * known.supply_ratio,
            style="--",
            **without,
        ),
        Line(
            label=f"80% band without dilution: {bare[0][-1]:,.1f} to {bare[1][-1]:,.0f}",
            y=bare[0],
            style=":",
            width=1.4,
            **without,
        ),
        Line(y=bare[1], style=":", width=1.4, **without),
    ]


@view(holder=Holder)
def kelly_under_estimate(holder: Holder) -> View:
    """Left, the spread of Kelly's weight estimated from prices for three true drifts; right,
    growth by fraction held.
    """
    drifts = {0.0: GREY, 0.3: ORANGE, holder.drift: BLUE}
    found = {mu: kelly_under_error(mu, holder.volatility, holder.years_of_prices) for mu in drifts}
    error = found[holder.drift]
    weights = np.linspace(-2, 3, 201)
    spread = []
    for mu, colour in drifts.items():
        label = f"true drift {mu:.0%}: {found[mu].negative_share:.0%} of estimates say sell short"
        likely = density(found[mu], weights)
        true = Level(x=found[mu].p50, colour=colour, style="--")
        spread += [Line(label=label, x=weights, y=likely, colour=colour), true]
    says = ", ".join(
        f"{found[mu].p50:.0%} at a drift of {mu:.0%}" for mu in sorted(drifts, reverse=True)
    )
    return View(
        title=f"Kelly's weight is {says}; {holder.years_of_prices:g} years of prices miss it by "
        f"±{100 * margin_of_error(error.weight_se):.0f} points, and following them changes wealth "
        f"by {error.growth_expected:+.1%} a year",
        panels=[
            Panel(
                marks=spread,
                x=Axis(
                    label="estimated weight in TAO, share of wealth (dashed: the true one)",
                    format=".0%",
                ),
                y=Axis(label="density", low=0),
                columns=1,
            ),
            _growth_by_fraction(holder),
        ],
        size=(11.0, 5.2),
        sources=(
            f"volatility {holder.volatility:.0%} a year, taken as known; drift over cash",
            f"closed form, nothing drawn, {plus_minus()}",
        ),
    )


def _growth_by_fraction(holder: Holder) -> Panel:
    """Right of `kelly_under_estimate`: growth by the part of Kelly's weight that is held."""
    fractions = np.linspace(0, 1.5, 31)
    mu = holder.drift
    sigma = holder.volatility
    histories = {1.0: RED, holder.years_of_prices: BLUE, 10.0: GREEN, 100.0: PURPLE}
    marks = []
    for years, colour in histories.items():
        grown = [kelly_under_error(mu, sigma, years, fraction=f).growth_expected for f in fractions]
        label = f"estimated from {years:g} year{'s' if years != 1 else ''}"
        marks.append(Line(label=label, x=fractions, y=grown, colour=colour))
    known = [kelly(mu, sigma, fraction=f).growth_per_year for f in fractions]
    marks.append(Line(label="drift known", x=fractions, y=known, colour=BLACK, style=":"))
    return Panel(
        marks=[*marks, Level(y=0, width=1.0)],
        x=Axis(label="part of the estimated weight that is held (1 = full Kelly)"),
        y=Axis(
            label=f"expected growth a year, true drift {mu:.0%}", format=".0%", low=-0.3, high=0.2
        ),
    )


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
        steps = np.log1p(kelly(holder.drift, holder.volatility, fraction=fraction).weight * moves)
        lowest = np.exp(np.cumsum(steps, axis=1).min(axis=1))
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
        title=f"Full Kelly ever halves wealth with chance {touch_probability(1.0, 0.5):.0%}, half "
        f"Kelly with {touch_probability(0.5, 0.5):.1%}; simulated, full Kelly "
        f"{at_half[0]:.0%}, with jumps {at_half[1]:.0%}, with spells of stress "
        f"{at_half[2]:.0%} (± {100 * margin_of_error(worst):.1f} points)",
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


# ---- A portfolio, live ----


def without_jumps() -> Scenario:
    """The base scenario over five years, no jumps."""
    return replace(five_years(), jumps_per_year=0.0)


def total_volatility(scenario: Scenario, holder: Holder) -> float:
    """Volatility a year with the variance of the jumps in it."""
    jump = scenario.jump_log_mean**2 + scenario.jump_log_sd**2
    return math.sqrt(holder.volatility**2 + scenario.jumps_per_year * jump)


def diluted_drift(rules: Rules, snapshot: Snapshot, scenario: Scenario, holder: Holder) -> float:
    """Drift of the price: that of the market cap less the yearly growth of supply over the
    horizon.
    """
    after = supply_after(rules, snapshot, scenario, scenario.horizon_years)
    return holder.drift - math.log(after / tao(snapshot.issuance_rao)) / scenario.horizon_years


@view(
    snapshot="2026-09-11",
    scenario=without_jumps,
    holder=Holder,
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
        "drift",
        "volatility",
        "years_of_prices",
        "fraction",
        "prior_sd",
        "jumps_per_year",
        "jump_log_mean",
        "recycled_share",
        "horizon_years",
    ),
)
def portfolio(snapshot: Snapshot, scenario: Scenario, holder: Holder) -> View:
    """How much TAO: drift, volatility, history, fraction of Kelly, a prior, jumps, recycling and
    the horizon.
    """
    sigma = total_volatility(scenario, holder)
    drift = diluted_drift(rules_at("2026-09-11"), snapshot, scenario, holder)
    got = kelly_under_error(drift, sigma, holder.years_of_prices, fraction=holder.fraction)
    prior = shrink_drift(drift, got.drift_se, prior_sd=holder.prior_sd)
    shrunk = prior.drift / sigma**2
    weight = round(got.p50, 2) + 0.0  # no minus zero
    halved = touch_probability(holder.fraction, 0.5)
    grown = replace(scenario, market_cap_growth=math.expm1(holder.drift))
    weights = np.linspace(-2, 3, 101)
    likely = density(got, weights)
    wide: dict[str, Any] = {"width": 2.0}
    spread = [
        Line(label="weight that prices would say", x=weights, y=likely, colour=ORANGE),
        Level(label="the true weight", x=got.p50, colour=RED, **wide),
        Level(label="drawn towards your prior of 0", x=shrunk, colour=GREEN, **wide),
        Level(
            label="your part of the true weight",
            x=holder.fraction * got.p50,
            colour=RED,
            style=":",
            **wide,
        ),
    ]
    return View(
        title=f"Kelly's weight {weight:.0%} of wealth after dilution, ± "
        f"{100 * margin_of_error(got.weight_se):.0f} points; with your prior {shrunk:.0%}",
        panels=[
            _fan(snapshot, grown, sigma, got.drift_se),
            Panel(
                marks=spread,
                x=Axis(label="weight in TAO, share of wealth", format=".0%"),
                y=Axis(label="density", low=0),
            ),
        ],
        readout={
            "drift known to": f"± {margin_of_error(got.drift_se):.0%} a year",
            "how sure": plus_minus(),
            "before dilution": f"{holder.drift / sigma**2:.0%} of wealth",
            "after": f"{weight:.0%}",
            "estimates that say sell short": f"{got.negative_share:.0%}",
            "growth, drift known": f"{got.growth_if_known:+.1%} a year",
            "drift estimated": f"{got.growth_expected:+.1%} a year",
            "best part of Kelly": f"{got.best_fraction:.0%}",
            "ever half of wealth, drift known": f"{halved:.0%}" if drift else "no position",
        },
        size=(11.0, 5.2),
    )


def _fan(snapshot: Snapshot, grown: Scenario, sigma: float, drift_se: float) -> Panel:
    """Left of `portfolio`: prices over the years, drift known and estimated."""
    years = np.linspace(0, grown.horizon_years, 13)
    chain = rules_at("2026-09-11")
    known, wide = (
        price_bands(chain, snapshot, grown, volatility=sigma, growth_se=error, years=years)
        for error in (0.0, drift_se)
    )
    dashed: dict[str, Any] = {"x": years, "style": "--"}
    dotted: dict[str, Any] = {"x": years, "colour": GREY, "style": ":"}
    return Panel(
        marks=[
            Line(label="median price", x=years, y=known.p50_usd),
            Line(label="80%, drift known", y=known.p90_usd, **dashed),
            Line(y=known.p10_usd, **dashed),
            Line(label="80%, drift estimated", y=wide.p90_usd, **dotted),
            Line(y=wide.p10_usd, **dotted),
        ],
        x=Axis(label=f"years from {snapshot.date}"),
        y=Axis(label="USD per TAO (log)", scale="log", format=",g"),
    )
