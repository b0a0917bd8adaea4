"""How far apart do all the models lie on one day?

One row a method, one axis, no blend: the width is the result. A range comes from the spread of what
a method compares with, or from three named scenarios, or from an input nobody has counted; `basis`
tells which.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..inputs.checks import reals
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario
from .comparables import comparable_ratios, sales_multiples
from .fees import captured_fees
from .scenario_tree import scenario_tree
from .valuation import (
    convenience_value,
    cost_of_production,
    exchange_equation,
    metcalfe,
    miners_tao_per_year,
    stock_to_flow,
)

# Active users for `metcalfe`; our choice, for none is published. The greatest is every wallet in
# Lui and Sun's sample to February 2025 (arXiv:2507.02951), with a tenth and a hundredth of it.
USERS = (1_000, 11_000, 121_567)
# Parts of their reward that miners keep; our choice, for want of accounts.
MINER_MARGINS = (0.75, 0.5, 0.0)


@typed
def football_field(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    low: Scenario | None = None,
    high: Scenario | None = None,
    users: Sequence[float] = USERS,
    miner_margins: Sequence[float] = MINER_MARGINS,
) -> pd.DataFrame:
    """Low, middle and high price by every method at a snapshot, in USD per TAO.

    Parameters
    ----------
    scenario
        the middle one
    low, high
        the scenarios 'bear' and 'bull' if not given
    users
        three rising counts of active users for `metcalfe`
    miner_margins
        three falling parts of their reward that miners keep, in [0, 1]

    Returns
    -------
    DataFrame
        method, low_usd, mid_usd, high_usd, mid_over_spot, basis; low ≤ mid ≤ high in each row
    """
    _check_three("users", users, "[0, 1e15]", rising=True)
    _check_three("miner_margins", miner_margins, "[0, 1]", rising=False)
    low = load_scenario("bear") if low is None else low
    high = load_scenario("bull") if high is None else high
    three = (low, scenario, high)
    rows = [
        *_relative(rules, snapshot, scenario),
        _by_tree(rules, snapshot),
        _by_scenario(rules, snapshot, "MV = PQ", exchange_equation, three),
        _by_users(rules, snapshot, scenario, users),
        _by_scenario(rules, snapshot, "Cong-Li-Wang", convenience_value, three),
        _by_scenario(rules, snapshot, "captured fees", captured_fees, three),
        _by_costs(rules, snapshot, scenario, miner_margins),
        _by_stock_to_flow(rules, snapshot, scenario),
    ]
    table = pd.DataFrame([_row(method, prices, basis) for method, prices, basis in rows])
    table.insert(4, "mid_over_spot", table["mid_usd"] / snapshot.price_usd)
    return table


def _check_three(name, values, bounds, *, rising):
    """Refuse what is not three numbers inside bounds, in order from the low price to the high."""
    given = reals(name, values, bounds, ndim=1)
    if len(given) != 3 or (np.diff(given) * (1 if rising else -1) < 0).any():
        raise ValueError(
            f"{name} must be three numbers that {'rise' if rising else 'fall'}, got {values}"
        )


def _row(method, prices, basis):
    return {
        "method": method,
        "low_usd": min(prices),
        "mid_usd": prices[len(prices) // 2],
        "high_usd": max(prices),
        "basis": basis,
    }


def _relative(rules, snapshot, scenario):
    """Companies, tokens and sales multiples: tenth, middle and ninth tenth of what TAO is
    compared with.
    """
    for kind, part in comparable_ratios(rules, snapshot, scenario).groupby("kind"):
        named = {"company": "companies", "token": "tokens"}[kind]
        basis = (
            f"10, 50 and 90 % of {len(part)}: {part['name'].iloc[0]} to "
            f"{part['name'].iloc[-1]}, FDV"
        )
        yield named, np.quantile(part["implied_price_usd"], (0.1, 0.5, 0.9)).tolist(), basis
    multiples = sales_multiples(rules, snapshot, scenario).iloc[:-1]
    ends = np.concatenate([multiples["low_usd"], multiples["high_usd"]])
    yield (
        "sales multiples",
        np.quantile(ends, (0, 0.5, 1)).tolist(),
        f"least, median, greatest of {len(multiples)}, FDV",
    )


def _by_tree(rules, snapshot):
    tree = scenario_tree(rules, spot_usd=snapshot.price_usd)
    prices = (tree.p10_usd, tree.price_usd, tree.p90_usd)
    return "scenario tree", prices, "expected; 10 and 90 % outcomes of 2024 odds"


def _by_scenario(rules, snapshot, method, model, scenarios):
    prices = [model(rules, snapshot, scenario).price_usd for scenario in scenarios]
    return method, prices, f"scenarios {_list(s.name for s in scenarios)}"


def _by_users(rules, snapshot, scenario, users):
    prices = [metcalfe(rules, snapshot, scenario, users=count).price_usd for count in users]
    return "Metcalfe's law", prices, f"{_list(users)} active users"


def _by_costs(rules, snapshot, scenario, margins):
    """Price floors where miners are paid at spot and spend all but a margin: that part of spot."""
    paid = miners_tao_per_year(rules, snapshot, scenario) * snapshot.price_usd
    prices = [
        cost_of_production(
            rules, snapshot, scenario, cost_usd_per_year=paid * (1 - margin)
        ).price_usd
        for margin in margins
    ]
    return "cost of production", prices, f"spot less what miners keep: {_list(margins)}"


def _by_stock_to_flow(rules, snapshot, scenario):
    gross = dataclasses.replace(scenario, recycled_share=0.0)
    prices = [stock_to_flow(rules, snapshot, flow).price_usd for flow in (gross, scenario)]
    return "stock-to-flow", prices, "a warning; gross flow and flow net of recycling"


def _list(values):
    return " / ".join(f"{v:,}" if isinstance(v, int | float) else str(v) for v in values)
