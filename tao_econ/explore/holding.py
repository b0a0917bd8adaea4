"""Instrument on holding TAO: the fan of prices, and how much of wealth a drift that is only
guessed would justify.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..economy.portfolio import kelly_under_error, shrink_drift, touch_probability
from ..economy.supply import supply_after
from ..economy.valuation import price_bands
from ..inputs.record import checked_record, quantity
from ..inputs.rules import load_scenario, load_snapshot, rules_at, snapshot_names
from ..inputs.units import tao
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

CHAIN = rules_at("2026-09-11")
BASE = replace(load_scenario("base"), horizon_years=5.0, jumps_per_year=0.0)
WEIGHTS = np.linspace(-2, 3, 101)
Q = quantity


@checked_record
class Wallet:
    """What the reader believes of TAO, and from how many years of prices."""

    drift: float = Q(
        0.5,
        unit="share per year",
        meaning="expected yearly growth of the market cap over cash",
        ge=-2,
        le=2,
        step=0.01,
        span=(-0.5, 1.5),
    )
    volatility: float = Q(
        0.9,
        unit="share per √year",
        meaning="standard deviation of a year's log return, jumps aside",
        ge=0.05,
        le=3,
        step=0.01,
        span=(0.3, 1.2),
    )
    years_of_prices: float = Q(
        2.6,
        unit="years",
        meaning="history from which the drift is estimated",
        ge=2,
        le=100,
        step=0.1,
        span=(2, 20),
    )
    fraction: float = Q(
        1.0,
        unit="share",
        meaning="part of Kelly's weight that is held",
        ge=0,
        le=3,
        step=0.05,
        span=(0, 2),
    )
    prior_sd: float = Q(
        0.3,
        unit="share per year",
        meaning="how far from zero the drift could be, before prices",
        ge=0,
        le=5,
        step=0.05,
        span=(0, 1),
    )


def portfolio(**settings):
    """How much TAO: drift, volatility, history, fraction of Kelly, a prior, jumps, recycling and
    the horizon.

    settings : snapshot, drift, volatility, years_of_prices, fraction, prior_sd, jumps_per_year,
      jump_log_mean,
        recycled_share, horizon_years
    """
    snapshots = Choice({name: load_snapshot(name) for name in snapshot_names()})
    records = {"snapshot": snapshots["2026-09-11"], "scenario": BASE, "wallet": Wallet()}
    fields = (
        *Wallet.__pydantic_fields__,
        "jumps_per_year",
        "jump_log_mean",
        "recycled_share",
        "horizon_years",
    )
    return Panel(
        "portfolio",
        records,
        fields,
        draw_portfolio,
        read_portfolio,
        {"snapshot": snapshots},
        settings,
    )


def total_volatility(scenario, wallet: Wallet) -> float:
    """Volatility a year with the variance of the jumps in it."""
    jump = scenario.jump_log_mean**2 + scenario.jump_log_sd**2
    return math.sqrt(wallet.volatility**2 + scenario.jumps_per_year * jump)


def diluted_drift(snapshot, scenario, wallet: Wallet) -> float:
    """Drift of the price: that of the market cap less the yearly growth of supply over the
    horizon.
    """
    after = supply_after(CHAIN, snapshot, scenario, scenario.horizon_years)
    return wallet.drift - math.log(after / tao(snapshot.issuance_rao)) / scenario.horizon_years


def draw_portfolio(snapshot, scenario, wallet: Wallet) -> dict:
    """The plotly figure of `portfolio` as a plain dict."""
    sigma, drift = total_volatility(scenario, wallet), diluted_drift(snapshot, scenario, wallet)
    got = kelly_under_error(drift, sigma, wallet.years_of_prices, fraction=wallet.fraction)
    grown = replace(scenario, market_cap_growth=math.expm1(wallet.drift))
    years = np.linspace(0, scenario.horizon_years, 13)
    known, wide = (
        price_bands(CHAIN, snapshot, grown, volatility=sigma, growth_se=error, years=years)
        for error in (0.0, got.drift_se)
    )
    shrunk = shrink_drift(drift, got.drift_se, prior_sd=wallet.prior_sd).drift / sigma**2
    z = (WEIGHTS - got.p50) / got.weight_se
    density = np.exp(-z * z / 2) / (got.weight_se * math.sqrt(2 * math.pi))
    top = [0, float(density.max())]
    line = {"type": "scatter", "mode": "lines"}
    right = line | {"xaxis": "x2", "yaxis": "y2"}
    dotted = {"color": GREY, "dash": "dot"}
    return {
        "data": [
            line
            | {"name": "median price", "x": years, "y": known.p50_usd, "line": {"color": BLUE}},
            line
            | {
                "name": "80%, drift known",
                "x": years,
                "y": known.p90_usd,
                "line": {"color": BLUE, "dash": "dash"},
            },
            line
            | {
                "name": "",
                "x": years,
                "y": known.p10_usd,
                "line": {"color": BLUE, "dash": "dash"},
                "showlegend": False,
            },
            line | {"name": "80%, drift estimated", "x": years, "y": wide.p90_usd, "line": dotted},
            line | {"name": "", "x": years, "y": wide.p10_usd, "line": dotted, "showlegend": False},
            right
            | {
                "name": "weight that prices would say",
                "x": WEIGHTS,
                "y": density,
                "line": {"color": ORANGE},
            },
            right
            | {"name": "the true weight", "x": [got.p50] * 2, "y": top, "line": {"color": RED}},
            right
            | {
                "name": "drawn towards your prior of 0",
                "x": [shrunk] * 2,
                "y": top,
                "line": {"color": GREEN},
            },
            right
            | {
                "name": "your part of the true weight",
                "x": [wallet.fraction * got.p50] * 2,
                "y": top,
                "line": {"color": RED, "dash": "dot"},
            },
        ],
        "layout": layout(
            f"Kelly's weight {round(got.p50, 2) + 0.0:.0%} of wealth after dilution, ± "
            f"{100 * got.weight_se:.0f} points "
            f"(s.e.); with your prior {shrunk:.0%}",
            xaxis={"title": {"text": f"years from {snapshot.date}"}, "domain": [0, 0.46]},
            yaxis={"title": {"text": "USD per TAO (log)"}, "type": "log"},
            xaxis2={
                "title": {"text": "weight in TAO, share of wealth"},
                "domain": [0.56, 1],
                "anchor": "y2",
                "tickformat": ".0%",
            },
            yaxis2={"title": {"text": "density"}, "anchor": "x2", "rangemode": "tozero"},
        ),
    }


def read_portfolio(snapshot, scenario, wallet: Wallet) -> dict[str, str]:
    """The read-out of `portfolio`."""
    sigma, drift = total_volatility(scenario, wallet), diluted_drift(snapshot, scenario, wallet)
    got = kelly_under_error(drift, sigma, wallet.years_of_prices, fraction=wallet.fraction)
    return {
        "s.e. of the drift": f"{got.drift_se:.0%} a year",
        "before dilution": f"{wallet.drift / sigma**2:.0%} of wealth",
        "after": f"{round(got.p50, 2) + 0.0:.0%}",  # no minus zero
        "estimates that say sell short": f"{got.negative_share:.0%}",
        "growth, drift known": f"{got.growth_if_known:+.1%} a year",
        "drift estimated": f"{got.growth_expected:+.1%} a year",
        "best part of Kelly": f"{got.best_fraction:.0%}",
        "ever half of wealth, drift known": f"{touch_probability(wallet.fraction, 0.5):.0%}"
        if drift
        else "no position",
    }
