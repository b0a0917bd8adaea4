"""Instrument on comparables: choose what TAO is held against, on which day, by which count of
supply.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from ..economy.comparables import comparables_on, sales_multiples, supply_counted, value_ratio
from ..inputs import data
from ..inputs.record import checked_record, quantity
from ..inputs.rules import load_scenario, load_snapshot, rules_at, snapshot_names
from .panel import BLUE, GREEN, ORANGE, RED, Choice, Panel, layout

CHAIN = rules_at("2026-09-11")
SHARES = np.linspace(0, 1, 51)
COUNTS = {"FDV": "fdv", "market cap": "market_cap", "discounted FDV": "discounted_fdv"}
NAMES = {"openai": "OpenAI", "together": "Together", "gensyn": "Gensyn"}


@checked_record
class Other:
    """What TAO is held against: one value on one date."""

    value_usd: float = quantity(unit="USD", meaning="value of the comparable", gt=0, le=1e18)


@checked_record
class Count:
    """Which supply turns a value into a price."""

    denominator: str = quantity(
        "fdv", unit="", meaning="supply counted, see comparables.supply_counted"
    )


def _others() -> Choice:
    """OpenAI at each valuation, and everything else dated on the article's day and on the last
    snapshot's.
    """
    rounds = (
        data.load("private_valuations")
        .query("company == 'openai'")
        .dropna(subset="valuation_bn_usd")
    )
    openai = {
        f"OpenAI, {bn} bn ({pd.Period(date, 'M'):%B %Y})": Other(value_usd=float(bn) * 1e9)
        for date, bn in zip(rounds["date"], rounds["valuation_bn_usd"], strict=True)
    }
    tables = [
        (name, comparables_on(load_snapshot(name).date)) for name in ("article", "2026-09-11")
    ]
    rest = {
        f"{NAMES.get(row.name, row.name)}, {row.value_usd / 1e9:.2f} bn ({row.date:%B %Y})": Other(
            value_usd=row.value_usd
        )
        for _, table in tables
        for row in table.itertuples(index=False)
        if row.name != "openai"
    }
    return Choice(openai | rest)


def comparable(**settings):
    """Hold TAO against something else: what it is, TAO's day and supply, and how much of it holders
    would get.

    settings : other, snapshot, count, price_usd, capture_share, survival_share, discount_rate,
      fee_revenue_usd_per_year
    """
    snapshots = Choice({name: load_snapshot(name) for name in snapshot_names()})
    counts = Choice({label: Count(denominator=name) for label, name in COUNTS.items()})
    others = _others()
    records = {
        "other": next(iter(others.values())),
        "snapshot": snapshots["article"],
        "count": counts["FDV"],
        "scenario": load_scenario("base"),
    }
    fields = (
        "price_usd",
        "capture_share",
        "survival_share",
        "discount_rate",
        "fee_revenue_usd_per_year",
    )
    menus = {"other": others, "snapshot": snapshots, "count": counts}
    return Panel("comparable", records, fields, draw_comparable, read_comparable, menus, settings)


@functools.lru_cache(maxsize=16)
def everything_on(day, like: str):
    """Names and values in USD of all that TAO can be held against on a day."""
    table = comparables_on(day, token_value=like)
    return [NAMES.get(name, name) for name in table["name"]], table["value_usd"].to_numpy()


def draw_comparable(other, snapshot, count, scenario) -> dict:
    """The plotly figure of `comparable` as a plain dict."""
    got = value_ratio(CHAIN, snapshot, scenario, other.value_usd, denominator=count.denominator)
    names, values = everything_on(
        snapshot.date, "market_cap" if count.denominator == "market_cap" else "fdv"
    )
    kept = scenario.capture_share * scenario.survival_share
    sales = sales_multiples(CHAIN, snapshot, scenario, denominator=count.denominator).iloc[:-1]
    supply = supply_counted(CHAIN, snapshot, scenario, count.denominator)
    rows = [*names, *(f"{name}, sales" for name in sales["company"])]
    dot = {"type": "scatter", "mode": "markers", "marker": {"size": 10, "color": BLUE}}
    right = {"type": "scatter", "mode": "lines", "xaxis": "x2", "yaxis": "y2", "x": SHARES}
    lines = [
        right
        | {
            "name": f"chosen, by {label}",
            "line": {"color": colour, "dash": dash},
            "y": SHARES
            * other.value_usd
            * scenario.survival_share
            / supply_counted(CHAIN, snapshot, scenario, name),
        }
        for (label, name), colour, dash in zip(
            COUNTS.items(), (BLUE, GREEN, ORANGE), ("solid", "dot", "dash"), strict=True
        )
    ]
    return {
        "data": [
            dot
            | {"name": "all that is dated on that day", "x": values * kept / supply, "y": names},
            dot
            | {
                "name": "sales multiples × TAO's fees",
                "x": [*sales["low_usd"], *sales["high_usd"]],
                "y": rows[len(names) :] * 2,
                "marker": {"size": 10, "color": GREEN},
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": "price",
                "x": [snapshot.price_usd] * 2,
                "y": [rows[0], rows[-1]],
                "line": {"color": RED, "dash": "dash"},
            },
            *lines,
            right
            | {
                "name": "",
                "showlegend": False,
                "x": [0, 1],
                "y": [snapshot.price_usd] * 2,
                "line": {"color": RED, "dash": "dash"},
            },
            right
            | {
                "name": "as set",
                "mode": "markers",
                "x": [scenario.capture_share],
                "y": [got.implied_price_usd],
                "marker": {"color": "#222222", "size": 11},
            },
        ],
        "layout": layout(
            f"Ratio {got.ratio:.2f}×, times capture and survival {got.multiple:.2f}×: "
            f"{got.implied_price_usd:,.2f} USD per TAO",
            height=560,
            xaxis={
                "title": {"text": "USD per TAO (log)"},
                "type": "log",
                "domain": [0.12, 0.5],
                "exponentformat": "none",
                "dtick": 1,
            },
            yaxis={"autorange": "reversed", "tickfont": {"size": 10}, "automargin": True},
            xaxis2={
                "title": {"text": "part of its value that reaches holders"},
                "domain": [0.6, 1],
                "anchor": "y2",
                "tickformat": ".0%",
            },
            yaxis2={"title": {"text": "USD per TAO"}, "anchor": "x2", "rangemode": "tozero"},
        ),
    }


def read_comparable(other, snapshot, count, scenario) -> dict[str, str]:
    """The read-out of `comparable`."""
    got = value_ratio(CHAIN, snapshot, scenario, other.value_usd, denominator=count.denominator)
    fees = scenario.fee_revenue_usd_per_year
    return {
        "comparable": f"{got.value_usd / 1e9:,.2f} bn USD",
        "TAO": f"{got.tao_usd / 1e9:,.2f} bn USD",
        "ratio": f"{got.ratio:,.2f}×",
        "capture × survival that gives the price": f"{got.tao_share:.2%}"
        if got.tao_share <= 1
        else "above 100%",
        "TAO's own value over fees": f"{got.tao_usd / fees:,.0f}×" if fees else "no fees",
    }
