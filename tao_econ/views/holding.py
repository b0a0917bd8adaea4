"""Views of holding TAO: the fan of prices, Kelly's weight where the drift is guessed, and how far
wealth falls on the way.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ..analysis.uncertainty import margin_of_error
from ..economy.portfolio import (
    KellyError,
    drift_error,
    kelly,
    kelly_under_error,
    shrink_drift,
    touch_probability,
)
from ..economy.price_history import price_history
from ..economy.supply import supply_after
from ..economy.valuation import price_bands
from ..inputs.record import checked_record, quantity
from ..inputs.rules import (
    Rules,
    Scenario,
    Snapshot,
    load_scenario,
    rules_at,
)
from ..inputs.units import tao
from .gallery import snapshots, view
from .marks import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Axis,
    Band,
    Level,
    Line,
    Panel,
    View,
)
from .words import in_words, plus_minus, signed


@checked_record
class Holder:
    """What somebody who weighs TAO against cash believes, and from how many years of prices."""

    drift: float = quantity(
        default=0.5,
        unit="share per year",
        meaning="drift of the market cap over cash: mean return of an instant, not of a log",
        ge=-2,
        le=2,
        step=0.01,
        span=(-0.5, 1.5),
    )
    volatility: float = quantity(
        default=1.19,
        unit="share per √year",
        meaning="standard deviation of a year's log return, jumps aside",
        ge=0.05,
        le=3,
        step=0.01,
        span=(0.3, 1.5),
        reason="That of all our closes, March 2023 to October 2026; since the end of 2025 it was "
        "0.82.",
        source="tao_weekly.csv, series_monthly.csv, by economy.price_history",
    )
    years_of_prices: float = quantity(
        default=3.6,
        unit="years",
        meaning="history from which the drift is estimated",
        ge=1,
        le=100,
        step=0.1,
        span=(2, 20),
        reason="From our first close to our last.",
        source="tao_weekly.csv, series_monthly.csv, by economy.price_history",
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


CALM_SINCE = "2025-12-28"  # last of the weekly closes; months follow


def calm() -> Holder:
    """The same holder at the volatility of the closes since the end of 2025."""
    return replace(Holder(), volatility=round(price_history(first=CALM_SINCE).volatility, 2))


def density(error: KellyError, weights) -> np.ndarray:
    """How likely each weight is as the estimate of Kelly's."""
    z = (weights - error.p50) / error.weight_se
    return np.exp(-z * z / 2) / (error.weight_se * math.sqrt(2 * math.pi))


@view(rules="2026-09-11", snapshot="2026-09-11", scenario=five_years, holder=Holder, recent=calm)
def price_fan(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, holder: Holder, recent: Holder
) -> View:
    """Price bands of 80% and medians over the years at two volatilities, with and without
    dilution, and with the drift's own error.
    """
    years = scenario.horizon_years * np.linspace(0, 1, 41) ** 2  # denser where the bands open
    price = Level(
        label=f"price of {snapshot.date}: {snapshot.price_usd:,.0f} USD",
        y=snapshot.price_usd,
        width=1.0,
    )
    panels: list[Panel] = []
    ends = []
    for one in (holder, recent):
        known, wide = (
            price_bands(
                rules, snapshot, scenario, volatility=one.volatility, growth_se=se, years=years
            )
            for se in (0.0, drift_error(one.volatility, one.years_of_prices))
        )
        ends.append(
            f"{wide.p10_usd[-1]:,.2g} to {wide.p90_usd[-1]:,.0f} USD at {one.volatility:.0%}"
        )
        log_drift = math.log1p(scenario.market_cap_growth) - one.volatility**2 / 2
        panels.append(
            Panel(
                title=f"volatility {one.volatility:.0%}, log drift {log_drift:+.0%} a year",
                marks=[*_bands(known, wide, f"{scenario.market_cap_growth:.0%}"), price],
                x=Axis(label=f"years from {snapshot.date}", low=0, high=years[-1]),
                y=Axis(label="USD per TAO (log)", scale="log", format=",g"),
                columns=0 if panels else 1,
            )
        )
    return View(
        title=f"Price range in {in_words(round(years[-1]))} years: {ends[0].split(' at')[0]}",
        caption=f"Eight prices of ten lie from {ends[0]} volatility, and from {ends[1]}. The inner "
        f"band takes {scenario.market_cap_growth:.0%} growth of the market cap a year as known, "
        "the outer one adds the error with which prices tell it. The full line is the median with "
        "dilution, the dashed one without.",
        panels=panels,
        size=(11.5, 6.2),
        sources=(
            f"drift estimated from {holder.years_of_prices:g} years of closes; closed form, "
            "nothing drawn",
        ),
    )


def _bands(known, wide, growth: str) -> list:
    """Bands and medians of `price_fan`, the drift known and estimated."""
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
            x=known.years,
            y=known.p50_usd * known.supply_ratio,
            colour=ORANGE,
            style="--",
        ),
    ]


@view(holder=Holder, recent=calm)
def kelly_under_estimate(holder: Holder, recent: Holder) -> View:
    """Growth of wealth by the part of the estimated Kelly weight that is held, at two
    volatilities, if the drift is known (dotted) and if it is estimated from prices.
    """
    fractions = np.linspace(0, 1.5, 31)
    marks = []
    changes: dict[str, str] = {}
    for one, colour in ((holder, RED), (recent, BLUE)):
        mu = one.drift
        sigma = one.volatility
        years = one.years_of_prices
        grown = [kelly_under_error(mu, sigma, years, fraction=f).growth_expected for f in fractions]
        known = [kelly(mu, sigma, fraction=f).growth_per_year for f in fractions]
        label = f"drift estimated,\nvolatility {sigma:.0%}"
        ideal = f"drift known,\nvolatility {sigma:.0%}"
        look: dict[str, Any] = {"x": fractions, "colour": colour, "at_end": True}
        marks += [Line(label=label, y=grown, **look), Line(label=ideal, y=known, style=":", **look)]
        full = kelly_under_error(mu, sigma, years).growth_expected
        changes[signed(f"{full:+.1%}")] = f"at a volatility of {sigma:.0%}"
    said = [f"{change} a year {where}" for change, where in changes.items()]
    return View(
        title=f"Full Kelly on an estimated drift: {' or '.join(changes)} a year",
        caption=f"With {holder.years_of_prices:g} years of prices and a true drift of "
        f"{holder.drift:.0%} a year, full Kelly earns {said[0]} and {said[-1]}. The axis "
        "below is the part of the estimated weight that is held, and 1 is full Kelly.",
        panels=[
            Panel(
                marks=[*marks, Level(y=0, width=1.0), Level(x=1.0, style=":", width=1.0)],
                x=Axis(
                    label="part of the estimated weight that is held",
                    low=0,
                    high=1.95,
                    ticks=(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5),
                ),
                y=Axis(label="expected growth of wealth a year", format="+.0%"),
            )
        ],
        size=(9.0, 5.2),
        sources=(
            "volatility taken as known; drift over cash, arithmetic",
            "closed form, nothing drawn",
        ),
    )


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
    spans={"horizon_years": (1, 50)},
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
            "after dilution": f"{weight:.0%}",
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
