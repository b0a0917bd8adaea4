"""A sale of new TAO, live: what it does in a day if nobody expected it, and over three years."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from ..economy.market import SellPressure, bearable, flow_balance, price_under_flow
from ..economy.market import sell_pressure as pressure_of
from ..inputs.record import checked_record, quantity, same
from ..inputs.rules import Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import tao
from .gallery import known, view
from .marks import GREY, ORANGE, Axis, Level, Line, Map, Panel, Points, View
from .selling import fall, over_new

VOLUMES = np.geomspace(1e6, 1e9, 31)
SHARES = np.linspace(0, 1, 21)
YEARS = 3.0


@checked_record
class Market:
    """One date and what is assumed of its market."""

    snapshot: str = quantity(unit="", meaning="name of the dated facts")
    price_usd: float = same(Snapshot, "price_usd")
    volume_usd: float = same(
        Scenario, "volume_usd", meaning="traded volume of a day", step=1e5, span=(1e5, 250e6)
    )
    daily_volatility: float = same(Scenario, "daily_volatility")
    recycled_share: float = same(Scenario, "recycled_share", span=None)


@checked_record
class Sale:
    """What is sold, what is bought, and how the price takes it."""

    owners_sold_share: float = same(Scenario, "owners_sold_share", default=1.0)
    miners_sold_share: float = same(Scenario, "miners_sold_share", default=1.0)
    stakers_sold_share: float = same(Scenario, "stakers_sold_share", default=1.0)
    stake_exit_per_day: float = same(Scenario, "stake_exit_per_day", default=0.0)
    anticipated_share: float = same(Scenario, "anticipated_share", default=0.5)  # all: no curve
    macro_multiplier: float = same(Scenario, "macro_multiplier", default=1.0)
    inflow_usd_per_day: float = quantity(
        default=0.0,
        unit="USD per day",
        meaning="net buying by everyone else",
        ge=0,
        le=1e12,
        step=1e4,
        span=(0, 2e6),
    )
    impact_prefactor: float = same(Scenario, "impact_prefactor", default=1.0)
    impact_exponent: float = same(Scenario, "impact_exponent", default=0.5)


@functools.cache
def markets() -> dict[str, Market]:
    """Dated markets by name."""
    then = {"daily_volatility": 0.08, "recycled_share": 0.0}
    now: dict[str, Any] = {
        "snapshot": "2026-09-11",
        "price_usd": load_snapshot("2026-09-11").price_usd,
        "daily_volatility": 0.05,
        "recycled_share": load_scenario("base").recycled_share,
    }
    return {
        "the article: 160 USD, 5 M a day": Market(
            snapshot="article",
            price_usd=load_snapshot("article").price_usd,
            volume_usd=5e6,
            **then,
        ),
        "publication day: 287.70 USD, 22.6 M": Market(
            snapshot="2023-11-20",
            price_usd=load_snapshot("2023-11-20").price_usd,
            volume_usd=22.6e6,
            **then,
        ),
        "2026-09-11, low volume 42 M": Market(volume_usd=42e6, **now),
        "2026-09-11, middle 95.1 M": Market(volume_usd=95.1e6, **now),
        "2026-09-11, high 238 M": Market(volume_usd=238e6, **now),
    }


def facts_of(market: Market, sale: Sale) -> tuple[Snapshot, Scenario]:
    """The snapshot and the scenario that the sliders describe."""
    scenario = replace(
        load_scenario("base"),
        owners_sold_share=sale.owners_sold_share,
        miners_sold_share=sale.miners_sold_share,
        stakers_sold_share=sale.stakers_sold_share,
        stake_exit_per_day=sale.stake_exit_per_day,
        anticipated_share=sale.anticipated_share,
        macro_multiplier=sale.macro_multiplier,
        horizon_years=YEARS,
        impact_prefactor=sale.impact_prefactor,
        impact_exponent=sale.impact_exponent,
        daily_volatility=market.daily_volatility,
        recycled_share=market.recycled_share,
    )
    day = load_snapshot(market.snapshot)
    return replace(day, price_usd=market.price_usd, volume_usd=market.volume_usd), scenario


@view(
    market="the article: 160 USD, 5 M a day",
    sale=Sale,
    menus={"market": markets},
    published=False,
    sliders=(
        "price_usd",
        "volume_usd",
        "daily_volatility",
        "recycled_share",
        "owners_sold_share",
        "miners_sold_share",
        "stakers_sold_share",
        "stake_exit_per_day",
        "anticipated_share",
        "macro_multiplier",
        "inflow_usd_per_day",
        "impact_prefactor",
        "impact_exponent",
    ),
)
def sell_pressure(market: Market, sale: Sale) -> View:
    """A day of selling on the map of volume and share sold, and the price under a sale that lasts
    three years.
    """
    chain = rules_at("2026-09-11")
    snapshot, scenario = facts_of(market, sale)
    inflow = sale.inflow_usd_per_day
    got = pressure_of(chain, snapshot, scenario)
    balance = flow_balance(chain, snapshot, scenario, inflow_usd_per_day=inflow)
    share = got.sold_tao_per_year / tao(snapshot.issuance_rao)
    borne = bearable(got.participation_share)
    return View(
        title=f"{got.participation_share:.1%} of volume, {_off(got.unexpected_impact_share)} off "
        "the price had nobody expected it; "
        f"{got.sold_usd_per_year / 1e6:,.0f} M USD a year hold the price",
        panels=[
            _one_day(snapshot, scenario, got),
            _three_years(inflow, snapshot, scenario, balance.price_at_inflow_usd),
        ],
        readout={
            "sold in a day": f"{got.sold_tao_per_day:,.0f} TAO, "
            f"{got.sold_usd_per_day / 1e6:.2f} M USD",
            "by owners, miners, stakers": f"{got.owners_sold_tao_per_day:,.0f}, "
            f"{got.miners_sold_tao_per_day:,.0f}, {got.stakers_sold_tao_per_day:,.0f} TAO",
            "of volume": f"{got.participation_share:.1%}: "
            f"{'bearable' if borne.bearable else 'not bearable'} at {borne.bar_share:.0%}",
            "fall if nobody expected it": f"{_off(got.unexpected_impact_share)} "
            f"({_off(got.mean_cost_share)} on average)",
            "fall by the part that is news": _off(got.surprise_impact_share),
            "inflow that holds the price": f"{balance.break_even_inflow_usd_per_day / 1e6:.2f} M "
            "USD a day",
            "of market cap": f"{share:.0%} a year",
            "drift of the log price at first": f"{balance.drift_per_year:+.0%} a year",
        },
        size=(11.0, 5.2),
    )


def _off(share: float) -> str:
    """A fall in words; outside the law it has no number."""
    return f"{share:.2%}" if share == share else "more than the law can tell"


def _one_day(snapshot: Snapshot, scenario: Scenario, got: SellPressure) -> Panel:
    """The map of `sell_pressure`, and where the sale stands on it."""
    own = over_new(got)
    shares = SHARES * max(1.0, own)
    new_usd = got.paid_tao_per_day * snapshot.price_usd
    here: dict[str, Any] = {"x": known(snapshot, "volume_usd") / 1e6, "y": own}
    return Panel(
        marks=[
            Map(
                label="fall in a day",
                legend=False,
                x=VOLUMES / 1e6,
                y=shares,
                z=100 * fall(scenario, new_usd * shares[:, None], VOLUMES),
                kind="filled",
                levels=tuple(np.arange(0, 9.0)),
                least=0,
                most=8,
                bar="fall, %",
            ),
            Points(label="your market and sale", size=10.5, **here),
        ],
        x=Axis(label="volume, million USD a day (log)", scale="log"),
        y=Axis(label="sold over new TAO", format=".0%", low=0, high=1.02 * shares[-1]),
    )


def _three_years(
    inflow_usd: float, snapshot: Snapshot, scenario: Scenario, held_usd: float
) -> Panel:
    """The price under a lasting sale, and the one at which the inflow buys what is sold today:
    a gap in the line where there is no such price.
    """
    chain = rules_at("2026-09-11")
    path = price_under_flow(chain, snapshot, scenario, inflow_usd_per_day=inflow_usd)
    price = Level(label="price today", y=snapshot.price_usd, colour=GREY, style=":")
    marks = [Line(label="price under your lasting sale", x=path.years, y=path.price_usd), price]
    if inflow_usd and 0 < held_usd < np.inf:
        label = "price that the inflow holds at first"
        held = [held_usd, held_usd]
        marks.append(Line(label=label, x=[0, YEARS], y=held, colour=ORANGE, style="--"))
    return Panel(
        marks=marks,
        x=Axis(label=f"years from {snapshot.date}"),
        y=Axis(label="USD per TAO", low=0),
    )
