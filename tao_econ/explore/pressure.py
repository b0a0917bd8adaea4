"""Instrument on sell pressure: what a day's sale does if nobody expected it, and what a lasting
one does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..economy.impact import price_impact
from ..economy.market import flow_balance, price_under_flow
from ..economy.market import sell_pressure as pressure_of
from ..inputs.record import checked_record, quantity, same
from ..inputs.rules import Scenario, load_scenario, load_snapshot, rules_at
from ..inputs.units import tao
from .panel import BLUE, GREY, ORANGE, Choice, Panel, layout

CHAIN, BASE = rules_at("2026-09-11"), load_scenario("base")
VOLUMES, SHARES = np.geomspace(1e6, 1e9, 31), np.linspace(0, 1, 21)
YEARS = 3.0
Q = quantity


@checked_record
class Market:
    """One date and what is assumed of its market."""

    snapshot: str = Q(unit="", meaning="name of the dated facts")
    volume_usd: float = same(
        Scenario, "volume_usd", meaning="traded volume of a day", step=1e5, span=(1e5, 250e6)
    )
    daily_volatility: float = same(Scenario, "daily_volatility")
    recycled_share: float = same(Scenario, "recycled_share", span=None)


@checked_record
class Sale:
    """What is sold, what is bought, and how the price takes it."""

    sold_share: float = Q(
        1.0, unit="share", meaning="part of new TAO that is sold", ge=0, le=1, step=0.01
    )
    anticipated_share: float = same(Scenario, "anticipated_share", 1.0)
    macro_multiplier: float = same(Scenario, "macro_multiplier", 1.0)
    inflow_usd_per_day: float = Q(
        0.0,
        unit="USD per day",
        meaning="net buying by everyone else",
        ge=0,
        le=1e12,
        step=1e4,
        span=(0, 2e6),
    )
    impact_prefactor: float = same(Scenario, "impact_prefactor", 1.0)
    impact_exponent: float = same(Scenario, "impact_exponent", 0.5)


THEN = {"daily_volatility": 0.08, "recycled_share": 0.0}
NOW = {"snapshot": "2026-09-11", "daily_volatility": 0.05, "recycled_share": 0.146}
MARKETS = Choice(
    {
        "the article: 160 USD, 5 M a day": Market(snapshot="article", volume_usd=5e6, **THEN),
        "publication day: 287.70 USD, 22.6 M": Market(
            snapshot="2023-11-20", volume_usd=22.6e6, **THEN
        ),
        "2026-09-11, low volume 42 M": Market(volume_usd=42e6, **NOW),
        "2026-09-11, middle 95.1 M": Market(volume_usd=95.1e6, **NOW),
        "2026-09-11, high 238 M": Market(volume_usd=238e6, **NOW),
    }
)


def sell_pressure(**settings):
    """A day of selling on the map of volume and share sold, and the price under a sale that lasts
    three years.

    settings : market (date and volume), volume_usd, daily_volatility, recycled_share, sold_share,
      anticipated_share,
        macro_multiplier, inflow_usd_per_day, impact_prefactor, impact_exponent
    """
    records = {"market": MARKETS["the article: 160 USD, 5 M a day"], "sale": Sale()}
    fields = ("volume_usd", "daily_volatility", "recycled_share", *Sale.__pydantic_fields__)
    return Panel(
        "sell_pressure",
        records,
        fields,
        draw_pressure,
        read_pressure,
        {"market": MARKETS},
        settings,
    )


def inputs_of(market: Market, sale: Sale):
    """(snapshot, scenario) that the sliders describe."""
    scenario = replace(
        BASE,
        owners_sold_share=sale.sold_share,
        miners_sold_share=sale.sold_share,
        stakers_sold_share=sale.sold_share,
        anticipated_share=sale.anticipated_share,
        macro_multiplier=sale.macro_multiplier,
        horizon_years=YEARS,
        impact_prefactor=sale.impact_prefactor,
        impact_exponent=sale.impact_exponent,
        daily_volatility=market.daily_volatility,
        recycled_share=market.recycled_share,
    )
    return replace(load_snapshot(market.snapshot), volume_usd=market.volume_usd), scenario


def draw_pressure(market: Market, sale: Sale) -> dict:
    """The plotly figure of `sell_pressure` as a plain dict."""
    snapshot, scenario = inputs_of(market, sale)
    got = pressure_of(CHAIN, snapshot, scenario)
    all_sold = got.paid_tao_per_day * snapshot.price_usd
    fall = price_impact(
        all_sold * SHARES[:, None],
        volume_usd=VOLUMES,
        daily_volatility=scenario.daily_volatility,
        prefactor=scenario.impact_prefactor,
        exponent=scenario.impact_exponent,
    ).peak_share
    path = price_under_flow(CHAIN, snapshot, scenario, inflow_usd_per_day=sale.inflow_usd_per_day)
    title = (
        f"{got.participation_share:.1%} of volume, {got.unexpected_impact_share:.2%} off the "
        "price had nobody expected it; "
        f"{got.sold_usd_per_year / 1e6:,.0f} M USD a year hold the price"
    )
    line = {"type": "scatter", "mode": "lines", "xaxis": "x2", "yaxis": "y2"}
    return {
        "data": [
            {
                "type": "contour",
                "x": VOLUMES / 1e6,
                "y": SHARES,
                "z": fall * 100,
                "colorscale": "YlOrRd",
                "zmin": 0,
                "zmax": 8,
                "contours": {"start": 0, "end": 8, "size": 0.5},
                "colorbar": {"title": {"text": "fall, %"}, "x": 0.43},
                "name": "fall in a day",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [market.volume_usd / 1e6],
                "y": [sale.sold_share],
                "name": "your market and sale",
                "marker": {"color": BLUE, "size": 14, "line": {"color": "white", "width": 2}},
            },
            line
            | {
                "name": "price under your lasting sale",
                "x": path.years,
                "y": path.price_usd,
                "line": {"color": BLUE},
            },
            line
            | {
                "name": "price today",
                "x": [0, YEARS],
                "y": [snapshot.price_usd] * 2,
                "line": {"color": GREY, "dash": "dot"},
            },
            line
            | {
                "name": "price that the inflow holds at first",
                "x": [0, YEARS],
                "y": [held(market, sale)] * 2,
                "line": {"color": ORANGE, "dash": "dash"},
            },
        ],
        "layout": layout(
            title,
            xaxis={
                "title": {"text": "volume, million USD a day (log)"},
                "type": "log",
                "domain": [0, 0.42],
            },
            yaxis={
                "title": {"text": "share of new TAO sold"},
                "range": [0, 1.02],
                "tickformat": ".0%",
            },
            xaxis2={
                "title": {"text": f"years from {snapshot.date}"},
                "domain": [0.6, 1],
                "anchor": "y2",
            },
            yaxis2={"title": {"text": "USD per TAO"}, "anchor": "x2", "rangemode": "tozero"},
        ),
    }


def held(market: Market, sale: Sale) -> float | None:
    """The price at which the inflow buys what is sold today; None, a gap in the line, where
    there is no such price.
    """
    snapshot, scenario = inputs_of(market, sale)
    price = flow_balance(
        CHAIN, snapshot, scenario, inflow_usd_per_day=sale.inflow_usd_per_day
    ).price_at_inflow_usd
    return price if 0 < price < np.inf and sale.inflow_usd_per_day else None


def read_pressure(market: Market, sale: Sale) -> dict[str, str]:
    """The read-out of `sell_pressure`."""
    snapshot, scenario = inputs_of(market, sale)
    got = pressure_of(CHAIN, snapshot, scenario)
    balance = flow_balance(CHAIN, snapshot, scenario, inflow_usd_per_day=sale.inflow_usd_per_day)
    share = got.sold_usd_per_year / (tao(snapshot.issuance_rao) * snapshot.price_usd)
    return {
        "sold in a day": f"{got.sold_tao_per_day:,.0f} TAO, {got.sold_usd_per_day / 1e6:.2f} M USD",
        "of volume": f"{got.participation_share:.1%}",
        "fall if nobody expected it": f"{got.unexpected_impact_share:.2%} "
        f"({got.mean_cost_share:.2%} on average)",
        "fall by the part that is news": f"{got.surprise_impact_share:.2%}",
        "inflow that holds the price": f"{balance.break_even_inflow_usd_per_day / 1e6:.2f} M USD "
        "a day",
        "of market cap": f"{share:.0%} a year",
        "drift of the log price at first": f"{balance.drift_per_year:+.0%} a year",
    }
