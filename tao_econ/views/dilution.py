"""Views of dilution: what FDV hides, what new supply does to price and share, and value at one's
own numbers.
"""

from __future__ import annotations

import numpy as np

from ..economy.supply import break_even_growth, discounted_supply, supply_at, supply_path
from ..inputs.rules import Rules, Scenario, Snapshot, rules_at
from ..inputs.units import tao
from .gallery import snapshots, view
from .marks import BLACK, GREEN, GREY, ORANGE, RED, Axis, Level, Line, Panel, Points, View

RATES = np.linspace(0, 1, 51)


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def discounted_fdv(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """Discounted FDV against the discount rate, between FDV at zero and market cap at infinity,
    for two dates.
    """
    kept = [
        discounted_supply(rules, day, scenario) / tao(rules.max_supply_rao) for day in (then, now)
    ]
    first = _discounted(rules, then, scenario, label="bn USD")
    second = _discounted(rules, now, scenario)
    return View(
        title=f"At {scenario.discount_rate:.0%} a year, TAO not yet issued shrinks the article's "
        f"FDV to {kept[0]:.0%}, that of {now.date:%B %Y} to {kept[1]:.0%}",
        panels=[first, second],
        size=(11.0, 5.0),
    )


def _discounted(rules: Rules, snapshot: Snapshot, scenario: Scenario, label: str = "") -> Panel:
    """One date of `discounted_fdv`."""
    rates = np.linspace(0, 0.6, 61)
    supply = supply_at(rules, snapshot, scenario)
    value = discounted_supply(rules, snapshot, scenario, rates=rates) * snapshot.price_usd / 1e9
    fdv, cap = supply.fdv_usd / 1e9, supply.market_cap_usd / 1e9
    at = np.interp(scenario.discount_rate, rates, value)
    chosen = f"{at:.2f} bn at {scenario.discount_rate:.0%}"
    return Panel(
        title=f"{snapshot.name}: {snapshot.price_usd:,.2f} USD per TAO",
        marks=[
            Line(label="discounted FDV", x=rates, y=value),
            Level(label=f"FDV {fdv:.2f} bn", at=fdv, colour=RED, style="--", width=1.4),
            Level(label=f"market cap {cap:.2f} bn", at=cap, colour=GREEN, style=":", width=1.8),
            Points(label=chosen, x=scenario.discount_rate, y=at, colour=BLACK, size=6),
        ],
        x=Axis(label="discount rate per year", format=".0%"),
        y=Axis(label=label, low=0, high=1.1 * fdv),
    )


# ---- Live ----


@view(
    snapshot="2026-09-11",
    scenario="base",
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
        "price_usd",
        "discount_rate",
        "recycled_share",
        "market_cap_growth",
        "stake_stickiness",
        "horizon_years",
    ),
)
def supply(snapshot: Snapshot, scenario: Scenario) -> View:
    """Value and dilution: price, discount rate, recycling, growth and stake, from any dated
    snapshot.
    """
    chain = rules_at("2026-09-11")
    path = supply_path(chain, snapshot, scenario)
    value = supply_at(chain, snapshot, scenario)
    bn_usd = snapshot.price_usd / 1e9
    discounted = discounted_supply(chain, snapshot, scenario, rates=RATES) * bn_usd
    here = discounted_supply(chain, snapshot, scenario) * bn_usd
    cap, fdv = value.market_cap_usd / 1e9, value.fdv_usd / 1e9
    prices = [
        Line(label="price if the market cap grows as set", x=path.years, y=path.price_usd),
        Level(label="price today", at=snapshot.price_usd, colour=GREY, style=":"),
    ]
    values = [
        Line(label="discounted FDV", x=RATES, y=discounted, colour=ORANGE),
        Level(label="FDV", at=fdv, colour=RED, style="--"),
        Level(label="market cap", at=cap, colour=GREEN, style=":"),
        Points(label="at the chosen rate", x=scenario.discount_rate, y=here, colour=BLACK),
        Level(label="float", at=value.float_tao * bn_usd, colour=GREY, style="-."),
    ]
    staked = "assumed" if value.staked_is_assumed else "read on chain"
    growth = {years: break_even_growth(chain, snapshot, scenario, years) for years in (1, 5)}
    return View(
        title=f"{cap:.2f} bn market cap, {fdv:.2f} bn FDV, "
        f"{here:.2f} bn discounted at {scenario.discount_rate:.0%}",
        panels=[
            Panel(
                marks=prices,
                x=Axis(label=f"years from {snapshot.date}"),
                y=Axis(label="USD per TAO", low=0),
            ),
            Panel(
                marks=values,
                x=Axis(label="discount rate per year", format=".0%"),
                y=Axis(label="bn USD", low=0),
            ),
        ],
        readout={
            "issued": f"{tao(snapshot.issuance_rao) / 1e6:.3f} M TAO",
            "float": f"{value.float_tao / 1e6:.2f} M TAO (stake {staked})",
            "market cap / FDV": f"{value.mc_fdv:.1%}",
            "cap growth for a flat price, 1 year": f"{growth[1]:.1%}",
            "5 years": f"{growth[5]:.0%}",
        },
        size=(11.0, 5.0),
    )
