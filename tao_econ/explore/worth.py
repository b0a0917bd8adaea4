"""Instruments on intrinsic value: a scenario tree whose odds one sets, and what each model says
at one's own numbers.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from ..economy.scenario_tree import Tree, scenario_tree, tree_break_even, tree_sensitivity
from ..economy.valuation import (
    captured_fees,
    convenience_value,
    exchange_equation,
    metcalfe,
    reverse_dcf,
    reverse_dcf_surface,
    stock_to_flow,
)
from ..inputs import data
from ..inputs.record import checked_record, quantity
from ..inputs.rules import load_scenario, load_snapshot, rules_at, snapshot_names
from ..inputs.units import tao
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

CHAIN = rules_at("2026-09-11")
OPENAI = "next OpenAI"
FEES_USD = np.logspace(6, 10, 81)
BRANCHES = {
    "next_bitcoin": "next Bitcoin",
    "next_ethereum": "next Ethereum",
    "next_openai": OPENAI,
    "next_anthropic": "next Anthropic",
    "render_with_premium": "Render plus layer-one premium",
    "fetch_with_premium": "FetchAI plus layer-one premium",
    "sputters": "sputters",
}
SHORT = ["Bitcoin", "Ethereum", "OpenAI", "Anthropic", "Render +", "Fetch +", "sputters"]


def _odds(meaning, span):
    return quantity(
        unit="", meaning=f"odds that TAO becomes {meaning}", ge=0, le=100, step=0.01, span=span
    )


@checked_record
class Odds:
    """Odds of each branch; a branch's probability is its odds over the sum of all."""

    next_bitcoin: float = _odds("the next Bitcoin", (0, 5))
    next_ethereum: float = _odds("the next Ethereum", (0, 5))
    next_openai: float = _odds("the next OpenAI", (0, 5))
    next_anthropic: float = _odds("the next Anthropic", (0, 5))
    render_with_premium: float = _odds("worth Render with a layer-one premium", (0, 100))
    fetch_with_premium: float = _odds("worth Fetch with a layer-one premium", (0, 100))
    sputters: float = _odds("worth little", (0, 100))
    spot_usd: float = quantity(
        236.0,
        unit="USD per TAO",
        meaning="price to compare with",
        gt=0,
        le=1e5,
        step=0.1,
        span=(1, 1000),
    )


@checked_record
class Adoption:
    """What Metcalfe's law asks for and nobody has counted."""

    users: float = quantity(
        11_000.0, unit="", meaning="active users", ge=0, le=1e12, step=1_000, span=(0, 500_000)
    )
    exponent: float = quantity(
        1.69, unit="power", meaning="exponent of value in users", ge=0, le=4, step=0.01, span=(1, 2)
    )


@functools.cache
def published() -> tuple[pd.DataFrame, Odds]:
    """The tree of 2024-01-07 and its odds in per cent."""
    table = data.load("scenario_tree")
    percent = dict(zip(table["branch"], table["probability"] * 100, strict=True))
    return table, Odds(
        **{field: round(float(percent[name]), 6) for field, name in BRANCHES.items()}
    )


def tree(**settings):
    """Set the odds of a scenario tree; only their ratios count, so probabilities always add up to
    one.

    settings : next_bitcoin, next_ethereum, next_openai, next_anthropic, render_with_premium,
      fetch_with_premium,
        sputters — odds, which start as the published percentages; spot_usd
    """
    return Panel(
        "tree",
        {"odds": published()[1]},
        tuple(Odds.__pydantic_fields__),
        draw_tree,
        read_tree,
        given=settings,
    )


def intrinsic(**settings):
    """Each model of value at your own numbers, and the fees that captured fees would have to be.

    settings : snapshot, price_usd, fee_revenue_usd_per_year, revenue_growth, capture_share,
      survival_share,
        discount_rate, velocity, recycled_share, users, exponent
    """
    snapshots = Choice({name: load_snapshot(name) for name in snapshot_names()})
    records = {
        "snapshot": snapshots["2026-09-11"],
        "scenario": load_scenario("base"),
        "adoption": Adoption(),
    }
    fields = (
        "price_usd",
        "fee_revenue_usd_per_year",
        "revenue_growth",
        "capture_share",
        "survival_share",
        "discount_rate",
        "velocity",
        "recycled_share",
        "users",
        "exponent",
    )
    return Panel(
        "intrinsic",
        records,
        fields,
        draw_intrinsic,
        read_intrinsic,
        {"snapshot": snapshots},
        settings,
    )


# ---- A tree ----


def set_tree(odds: Odds) -> tuple[pd.DataFrame, Tree]:
    """The published branches with the odds of the sliders, and what they are worth."""
    table = published()[0]
    given = {name: getattr(odds, field) for field, name in BRANCHES.items()}
    total = sum(given.values())
    if not total:
        raise ValueError("odds must leave something likely, got all zero")
    table = table.assign(probability=[given[name] / total for name in table["branch"]])
    return table, scenario_tree(CHAIN, spot_usd=odds.spot_usd, tree=table)


def draw_tree(odds: Odds) -> dict:
    """The plotly figure of `tree` as a plain dict."""
    table, got = set_tree(odds)
    first, supply = scenario_tree(CHAIN, spot_usd=odds.spot_usd), tao(CHAIN.max_supply_rao)
    chance = float(got.branches.set_index("branch").loc[OPENAI, "probability"])
    grid = np.linspace(0, max(0.05, min(1.0, 1.5 * chance)), 51)
    bar, right = (
        {"type": "bar", "x": SHORT},
        {"type": "scatter", "mode": "lines", "xaxis": "x2", "yaxis": "y2"},
    )
    return {
        "data": [
            bar
            | {
                "name": "as published",
                "y": first.branches["contribution_usd"] / supply,
                "marker": {"color": "#BBBBBB"},
            },
            bar
            | {
                "name": "as set",
                "y": got.branches["contribution_usd"] / supply,
                "marker": {"color": BLUE},
            },
            right
            | {
                "name": "price, the rest in proportion",
                "x": grid,
                "y": tree_sensitivity(CHAIN, OPENAI, grid, tree=table),
                "line": {"color": ORANGE},
            },
            right
            | {
                "name": "price to compare with",
                "x": grid[[0, -1]],
                "y": [odds.spot_usd] * 2,
                "line": {"color": RED, "dash": "dash"},
            },
            right
            | {
                "name": "here",
                "mode": "markers",
                "x": [chance],
                "y": [got.price_usd],
                "marker": {"color": "#222222", "size": 11},
            },
        ],
        "layout": layout(
            f"The tree is worth {got.price_usd:,.2f} USD per TAO, {got.gap_to_spot:+.2%} from "
            f"{odds.spot_usd:,.2f}",
            xaxis={"title": {"text": "branch"}, "domain": [0, 0.46]},
            yaxis={"title": {"text": "added, USD per TAO"}},
            xaxis2={
                "title": {"text": "probability of becoming the next OpenAI"},
                "domain": [0.56, 1],
                "anchor": "y2",
                "tickformat": ".1%",
            },
            yaxis2={"title": {"text": "USD per TAO"}, "anchor": "x2", "rangemode": "tozero"},
        ),
    }


def read_tree(odds: Odds) -> dict[str, str]:
    """The read-out of `tree`."""
    table, got = set_tree(odds)
    try:
        even = f"{tree_break_even(CHAIN, OPENAI, spot_usd=odds.spot_usd, tree=table):.2%}"
    except ValueError:
        even = "none does"
    rare = got.branches[got.branches["probability"] < 0.02]
    return {
        "probabilities": ", ".join(f"{p:.2%}" for p in got.branches["probability"]),
        "chance of OpenAI that gives the price": even,
        "from branches below 2%": f"{rare['share'].sum():.0%} of the value",
        "outcomes, 10 / 50 / 90%": f"{got.p10_usd:,.0f} / {got.p50_usd:,.0f} / {got.p90_usd:,.0f} "
        "USD",
    }


# ---- Models from within ----


def models(snapshot, scenario, adoption) -> dict[str, float]:
    """USD per TAO by each model at the sliders' numbers."""
    day = (CHAIN, snapshot, scenario)
    return {
        "MV = PQ": exchange_equation(*day).price_usd,
        "Metcalfe's law": metcalfe(
            *day, users=adoption.users, exponent=adoption.exponent
        ).price_usd,
        "Cong-Li-Wang": convenience_value(*day).price_usd,
        "captured fees": captured_fees(*day).price_usd,
        "scenario tree of 2024": scenario_tree(CHAIN, spot_usd=snapshot.price_usd).price_usd,
        "stock-to-flow (foil)": stock_to_flow(*day).price_usd,
    }


def draw_intrinsic(snapshot, scenario, adoption) -> dict:
    """The plotly figure of `intrinsic` as a plain dict."""
    prices = models(snapshot, scenario, adoption)
    names, spot = list(prices), [snapshot.price_usd] * 2
    line = {"type": "scatter", "mode": "lines", "xaxis": "x2", "yaxis": "y2", "x": FEES_USD / 1e6}
    curves = [
        reverse_dcf_surface(
            CHAIN, snapshot, s, fee_revenue_usd_per_year=FEES_USD, capture_share=[s.capture_share]
        )
        for s in (scenario, replace(scenario, revenue_growth=0.0))
    ]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "model",
                "x": list(prices.values()),
                "y": names,
                "marker": {"size": 12, "color": [BLUE] * (len(names) - 1) + [GREY]},
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": "price",
                "x": spot,
                "y": [names[0], names[-1]],
                "line": {"color": RED, "dash": "dash"},
            },
            line
            | {
                "name": "captured fees, growth as set",
                "y": curves[0].price_usd[:, 0],
                "line": {"color": BLUE},
            },
            line
            | {
                "name": "without growth",
                "y": curves[1].price_usd[:, 0],
                "line": {"color": GREEN, "dash": "dot"},
            },
            line
            | {
                "name": "",
                "showlegend": False,
                "x": [1, 1e4],
                "y": spot,
                "line": {"color": RED, "dash": "dash"},
            },
            line
            | {
                "name": "as set",
                "mode": "markers",
                "x": [scenario.fee_revenue_usd_per_year / 1e6],
                "y": [prices["captured fees"]],
                "marker": {"color": "#222222", "size": 11},
            },
        ],
        "layout": layout(
            f"Captured fees give {prices['captured fees']:,.2f} USD per TAO; the price is "
            f"{snapshot.price_usd:,.2f}",
            xaxis={
                "title": {"text": "USD per TAO (log)"},
                "type": "log",
                "domain": [0.14, 0.5],
                "dtick": 1,
                "exponentformat": "none",
            },
            yaxis={"autorange": "reversed", "automargin": True},
            xaxis2={
                "title": {"text": "fees today, M USD a year (log)"},
                "type": "log",
                "domain": [0.6, 1],
                "anchor": "y2",
                "dtick": 1,
                "exponentformat": "none",
            },
            yaxis2={
                "title": {"text": "USD per TAO (log)"},
                "type": "log",
                "anchor": "x2",
                "dtick": 1,
                "exponentformat": "none",
            },
        ),
    }


def read_intrinsic(snapshot, scenario, adoption) -> dict[str, str]:
    """The read-out of `intrinsic`: what alone would have to be true for the price."""
    need = reverse_dcf(CHAIN, snapshot, scenario)
    flat = reverse_dcf(CHAIN, snapshot, replace(scenario, revenue_growth=0.0))
    prices = models(snapshot, scenario, adoption).values()
    return {
        "fees the price asks for": _million(need.fee_revenue_usd_per_year),
        "without growth": _million(flat.fee_revenue_usd_per_year),
        "or capture": "above 100%" if need.capture_share > 1 else f"{need.capture_share:.1%}",
        "or growth, ten years": f"{need.revenue_growth:.0%} a year"
        if np.isfinite(need.revenue_growth)
        else "none does",
        "least and greatest model": f"{min(prices):,.2f} to {max(prices):,.2f} USD",
    }


def _million(usd: float) -> str:
    return f"{usd / 1e6:,.0f} M USD a year" if np.isfinite(usd) else "no fees suffice"
