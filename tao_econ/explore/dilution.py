"""Instruments on supply: the schedule one can bend, and what dilution does to value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..chain.emission import PPM, issuance_eras
from ..inputs.record import checked_record, quantity
from ..inputs.rules import load_scenario, rules_at
from ..inputs.units import blocks_to_years
from .panel import BLUE, GREY, RED, Choice, Panel, layout

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
