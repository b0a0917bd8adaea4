"""Instruments on supply: the schedule one can bend, and what dilution does to value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..chain.emission import PPM, issuance_eras
from ..economy.supply import break_even_growth, discounted_supply, supply_at, supply_path
from ..inputs.record import checked_record, quantity
from ..inputs.rules import load_scenario, load_snapshot, rules_at, snapshot_names
from ..inputs.units import blocks_to_years, tao
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

CHAIN = rules_at("2026-09-11")
SCHEDULES = Choice(
    {
        "the chain: by issuance": CHAIN,
        "the article, whole rao": rules_at("article-whole-rao"),
        "the article, unlimited decimals": rules_at("article"),
    }
)


@checked_record
class Unit:
    """How finely TAO divides, were it not nine decimals."""

    decimals: int = quantity(
        9, unit="digits", meaning="decimals of one TAO", ge=0, le=24, span=(6, 20)
    )


RATES = np.linspace(0, 1, 51)


def emission(**settings):
    """Bend the schedule: which rule halves, how much is recycled, how slow blocks are, how many
    decimals TAO has.

    settings : rules, recycled_share, block_time_s, horizon_years, decimals — values to start from
    """
    whole_life = replace(load_scenario("article"), horizon_years=260.0)
    records = {"rules": CHAIN, "scenario": whole_life, "unit": Unit()}
    fields = ("recycled_share", "block_time_s", "horizon_years", "decimals")
    return Panel(
        "emission", records, fields, draw_emission, read_emission, {"rules": SCHEDULES}, settings
    )


def supply(**settings):
    """Value and dilution: price, discount rate, recycling, growth and stake, from any dated
    snapshot.

    settings : snapshot, price_usd, discount_rate, recycled_share, market_cap_growth,
      stake_stickiness, horizon_years
    """
    snapshots = Choice({name: load_snapshot(name) for name in snapshot_names()})
    records = {"snapshot": snapshots["2026-09-11"], "scenario": load_scenario("base")}
    fields = (
        "price_usd",
        "discount_rate",
        "recycled_share",
        "market_cap_growth",
        "stake_stickiness",
        "horizon_years",
    )
    return Panel(
        "supply", records, fields, draw_supply, read_supply, {"snapshot": snapshots}, settings
    )


def walk(rules, scenario, unit):
    """Years, TAO issued and TAO left at every change of reward, exact; the last point is where
    emission ends.
    """
    scaled = replace(
        rules, block_reward_rao=10**unit.decimals, max_supply_rao=21 * 10 ** (6 + unit.decimals)
    )
    eras = issuance_eras(scaled, recycled_ppm=round(scenario.recycled_share * PPM))
    years = [blocks_to_years(era.first_block, scenario.block_time_s) for era in eras]
    issued = [float(era.issuance_rao) / 10**unit.decimals for era in eras]
    left = [float(scaled.max_supply_rao - era.issuance_rao) / 10**unit.decimals for era in eras]
    return np.array(years), np.array(issued), np.array(left)


def draw_emission(rules, scenario, unit) -> dict:
    """The plotly figure of `emission` as a plain dict."""
    years, issued, left = walk(rules, scenario, unit)
    horizon = scenario.horizon_years
    x = np.linspace(0, horizon, 521)
    title = f"Emission ends after {years[-1]:.1f} years and {len(years) - 1} rewards"
    shown = years <= horizon
    return {
        "data": [
            {
                "type": "scatter",
                "name": "TAO issued",
                "x": x,
                "y": np.interp(x, years, issued) / 1e6,
                "line": {"color": BLUE},
            },
            {
                "type": "scatter",
                "name": "TAO never yet issued, at each halving",
                "x": years[shown],
                "y": left[shown],
                "mode": "lines+markers",
                "line": {"color": RED},
                "xaxis": "x2",
                "yaxis": "y2",
            },
            {
                "type": "scatter",
                "name": "one unit",
                "x": [0, horizon],
                "y": [10.0**-unit.decimals] * 2,
                "mode": "lines",
                "line": {"color": GREY, "dash": "dot"},
                "xaxis": "x2",
                "yaxis": "y2",
            },
        ],
        "layout": layout(
            title,
            xaxis={"title": {"text": "years since the first block"}, "domain": [0, 0.46]},
            yaxis={"title": {"text": "TAO issued, million"}, "range": [0, 22]},
            xaxis2={
                "title": {"text": "years since the first block"},
                "domain": [0.56, 1],
                "anchor": "y2",
            },
            yaxis2={
                "title": {"text": "TAO left (log)"},
                "type": "log",
                "anchor": "x2",
                "exponentformat": "power",
            },
        ),
    }


def read_emission(rules, scenario, unit) -> dict[str, str]:
    """The read-out of `emission`."""
    years, issued, left = walk(rules, scenario, unit)
    return {
        "rewards above zero": f"{len(years) - 1}",
        "emission ends": f"{years[-1]:.2f} years",
        "issued at the end": f"{issued[-1]:,.4f} TAO",
        "never issued": f"{left[-1]:.3g} TAO",
        "first halving": f"{years[1]:.2f} years",
    }


def draw_supply(snapshot, scenario) -> dict:
    """The plotly figure of `supply` as a plain dict."""
    path = supply_path(CHAIN, snapshot, scenario)
    value = supply_at(CHAIN, snapshot, scenario)
    discounted = (
        discounted_supply(CHAIN, snapshot, scenario, rates=RATES) * snapshot.price_usd / 1e9
    )
    here = discounted_supply(CHAIN, snapshot, scenario) * snapshot.price_usd / 1e9
    title = (
        f"{value.market_cap_usd / 1e9:.2f} bn market cap, {value.fdv_usd / 1e9:.2f} bn FDV, "
        f"{here:.2f} bn discounted at {scenario.discount_rate:.0%}"
    )
    line = {"type": "scatter", "mode": "lines"}
    right = line | {"xaxis": "x2", "yaxis": "y2"}
    return {
        "data": [
            line
            | {
                "name": "price if the market cap grows as set",
                "x": path.years,
                "y": path.price_usd,
                "line": {"color": BLUE},
            },
            line
            | {
                "name": "price today",
                "x": path.years[[0, -1]],
                "y": [snapshot.price_usd] * 2,
                "line": {"color": GREY, "dash": "dot"},
            },
            right
            | {"name": "discounted FDV", "x": RATES, "y": discounted, "line": {"color": ORANGE}},
            right
            | {
                "name": "FDV",
                "x": [0, 1],
                "y": [value.fdv_usd / 1e9] * 2,
                "line": {"color": RED, "dash": "dash"},
            },
            right
            | {
                "name": "market cap",
                "x": [0, 1],
                "y": [value.market_cap_usd / 1e9] * 2,
                "line": {"color": GREEN, "dash": "dot"},
            },
            right
            | {
                "name": "at the chosen rate",
                "x": [scenario.discount_rate],
                "y": [here],
                "mode": "markers",
                "marker": {"color": "#222222", "size": 10},
            },
            right
            | {
                "name": "float",
                "x": [0, 1],
                "y": [value.float_tao * snapshot.price_usd / 1e9] * 2,
                "line": {"color": GREY, "dash": "dashdot"},
            },
        ],
        "layout": layout(
            title,
            xaxis={"title": {"text": f"years from {snapshot.date}"}, "domain": [0, 0.46]},
            yaxis={"title": {"text": "USD per TAO"}, "rangemode": "tozero"},
            xaxis2={
                "title": {"text": "discount rate per year"},
                "domain": [0.56, 1],
                "anchor": "y2",
                "tickformat": ".0%",
            },
            yaxis2={"title": {"text": "bn USD"}, "anchor": "x2", "rangemode": "tozero"},
        ),
    }


def read_supply(snapshot, scenario) -> dict[str, str]:
    """The read-out of `supply`."""
    value = supply_at(CHAIN, snapshot, scenario)
    staked = "assumed" if value.staked_is_assumed else "read on chain"
    return {
        "issued": f"{tao(snapshot.issuance_rao) / 1e6:.3f} M TAO",
        "float": f"{value.float_tao / 1e6:.2f} M TAO (stake {staked})",
        "market cap / FDV": f"{value.mc_fdv:.1%}",
        "cap growth for a flat price, 1 year": f"{break_even_growth(CHAIN, snapshot, scenario, 1):.1%}",
        "5 years": f"{break_even_growth(CHAIN, snapshot, scenario, 5):.0%}",
    }
