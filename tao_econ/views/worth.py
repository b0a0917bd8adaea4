"""Views of intrinsic value: every model on one axis, and each at numbers of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..economy.fees import captured_fees, reverse_dcf, reverse_dcf_surface
from ..economy.scenario_tree import scenario_tree
from ..economy.valuation import convenience_value, exchange_equation, metcalfe, stock_to_flow
from ..economy.valuation_range import football_field
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, rules_at
from .gallery import snapshots, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    OF_2023,
    OF_2026,
    RED,
    Axis,
    Bars,
    Level,
    Line,
    Panel,
    Points,
    View,
)

USD_LOG = Axis(label="USD per TAO (log)", scale="log", format=",g")


@view(
    rules="2026-09-11",
    then="article",
    publication="2023-11-20",
    now="2026-09-11",
    scenario="base",
)
def valuation_field(
    rules: Rules, then: Snapshot, publication: Snapshot, now: Snapshot, scenario: Scenario
) -> View:
    """Low, middle and high price of TAO by ten methods at two dates; the axis counts in powers of
    ten.
    """
    before, after = (football_field(rules, day, scenario) for day in (then, now))
    middles = after["mid_usd"]
    rows = np.arange(len(before))
    ranges = [
        Bars(
            label=f"{day.name}: low to high",
            y=rows + shift,
            base=table["low_usd"],
            x=np.maximum(table["high_usd"] - table["low_usd"], 0.03 * table["mid_usd"]),
            width=0.3,
            across=True,
            colour=colour,
            alpha=0.75,
        )
        for day, table, shift, colour in (
            (then, before, -0.18, OF_2023),
            (now, after, 0.18, OF_2026),
        )
    ]
    middle = Points(
        label="middle",
        x=[*before["mid_usd"], *middles],
        y=[*(rows - 0.18), *(rows + 0.18)],
        marker="|",
        colour=BLACK,
        size=11,
    )
    prices = _prices(publication, then, now)
    names = before["method"].replace({"stock-to-flow": "stock-to-flow (a warning)"})
    return View(
        title=f"In {now.date:%Y} the methods' middle values run from {middles.min():.2f} to "
        f"{middles.max():,.0f} USD",
        caption="A bar runs from a method's low to its high end, a mark at its middle: red for "
        f"the article's day, blue for {now.date:%B %Y}. Dashed lines are the prices of those days. "
        "Each method takes TAO to be another thing, so nothing is averaged.",
        panels=[
            Panel(
                marks=[*ranges, middle, *prices],
                x=replace(USD_LOG, low=0.008, high=1e5),
                y=Axis(names=tuple(names)),
            )
        ],
        size=(10.0, 6.4),
        sources=("ranges: see the table's column 'basis'",),
    )


def _prices(publication: Snapshot, then: Snapshot, now: Snapshot) -> list[Level]:
    """The price of each date, and the one that the article names."""
    return [
        Level(
            label=f"price {day.price_usd:,.2f} USD, {day.name}",
            x=day.price_usd,
            colour=colour,
            style=style,
            width=width,
        )
        for day, colour, style, width in (
            (publication, OF_2023, "--", 1.6),
            (then, OF_2023, ":", 1.8),
            (now, OF_2026, "--", 1.6),
        )
    ]


# ---- Models from within, live ----


@checked_record
class Adoption:
    """What Metcalfe's law asks for and nobody has counted."""

    users: float = quantity(
        default=11_000.0,
        unit="",
        meaning="active users",
        ge=0,
        le=1e12,
        step=1_000,
        span=(0, 500_000),
    )
    exponent: float = quantity(
        default=1.69,
        unit="power",
        meaning="exponent of value in users",
        ge=0,
        le=4,
        step=0.01,
        span=(1, 2),
    )


def models(snapshot: Snapshot, scenario: Scenario, adoption: Adoption) -> dict[str, float]:
    """USD per TAO by each model at the sliders' numbers."""
    chain = rules_at("2026-09-11")
    day = (chain, snapshot, scenario)
    adopted = metcalfe(*day, users=adoption.users, exponent=adoption.exponent)
    return {
        "MV = PQ": exchange_equation(*day).price_usd,
        "Metcalfe's law": adopted.price_usd,
        "Cong-Li-Wang": convenience_value(*day).price_usd,
        "captured fees": captured_fees(*day).price_usd,
        "scenario tree of 2024": scenario_tree(chain, spot_usd=snapshot.price_usd).price_usd,
        "stock-to-flow (a warning)": stock_to_flow(*day).price_usd,
    }


@view(
    snapshot="2026-09-11",
    scenario="base",
    adoption=Adoption,
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
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
    ),
    spans={"discount_rate": (0.01, 1)},  # money's worth for ever has no price at a rate of 0
)
def intrinsic(snapshot: Snapshot, scenario: Scenario, adoption: Adoption) -> View:
    """Each model of value at your own numbers, and the fees that captured fees would have to be."""
    chain = rules_at("2026-09-11")
    prices = models(snapshot, scenario, adoption)
    fees = prices["captured fees"]
    # a price of nothing has no place on a log axis
    names = tuple(name if usd else f"{name}: 0 USD" for name, usd in prices.items())
    need = reverse_dcf(chain, snapshot, scenario)
    flat = reverse_dcf(chain, snapshot, replace(scenario, revenue_growth=0.0))
    grows = np.isfinite(need.revenue_growth)
    spot: dict[str, Any] = {"colour": RED, "style": "--", "width": 2.0}
    by_model = Points(
        label="model",
        x=list(prices.values()),
        y=range(len(names)),
        size=9,
        colour=(BLUE,) * (len(names) - 1) + (GREY,),
    )
    return View(
        title=f"Captured fees give {fees:,.2f} USD per TAO; the price is {snapshot.price_usd:,.2f}",
        panels=[
            Panel(
                marks=[by_model, Level(label="price", x=snapshot.price_usd, **spot)],
                x=USD_LOG,
                y=Axis(names=names),
            ),
            _by_fees(snapshot, scenario, Level(y=snapshot.price_usd, **spot), fees),
        ],
        readout={  # what alone would have to be true for the price
            "fees the price asks for": _million(need.fee_revenue_usd_per_year),
            "fees, without growth": _million(flat.fee_revenue_usd_per_year),
            "or the capture it asks for": "above 100%"
            if need.capture_share > 1
            else f"{need.capture_share:.1%}",
            "or growth, ten years": f"{need.revenue_growth:.0%} a year" if grows else "none does",
            "least and greatest model": f"{min(prices.values()):,.2f} to "
            f"{max(prices.values()):,.2f} USD",
        },
        size=(11.0, 5.0),
    )


def _by_fees(snapshot: Snapshot, scenario: Scenario, spot: Level, fees_usd: float) -> Panel:
    """Right of `intrinsic`: the price that captured fees give, by the fees of today."""
    grid = np.logspace(6, 10, 81)
    lines = []
    for assumed, label, colour, style in (
        (scenario, "captured fees, growth as set", BLUE, "-"),
        (replace(scenario, revenue_growth=0.0), "without growth", GREEN, ":"),
    ):
        price = reverse_dcf_surface(
            rules_at("2026-09-11"),
            snapshot,
            assumed,
            fee_revenue_usd_per_year=grid,
            capture_share=[assumed.capture_share],
        ).price_usd[:, 0]
        lines.append(Line(label=label, x=grid / 1e6, y=price, colour=colour, style=style))
    fees = scenario.fee_revenue_usd_per_year / 1e6
    here = Points(label="as set", x=fees, y=fees_usd, colour=BLACK)
    return Panel(
        marks=[*lines, spot, here],
        x=Axis(label="fees today, M USD a year (log)", scale="log", format=",g"),
        y=USD_LOG,
    )


def _million(usd: float) -> str:
    return f"{usd / 1e6:,.0f} M USD a year" if np.isfinite(usd) else "no fees suffice"
