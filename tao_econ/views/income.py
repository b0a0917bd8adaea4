"""What is left to those who stake, live: a validator and a nominator at their own numbers."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import Any

import numpy as np

from ..economy.nominator_choice import NominatorChoice, StakedSubnet, beside_root
from ..economy.nominator_choice import nominator_choice as choice_of
from ..economy.validator_income import ValidatorIncome
from ..economy.validator_income import validator_income as income_of
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, rules_at
from .emission_shares import reading
from .gallery import snapshots, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    RED,
    Axis,
    Level,
    Line,
    Panel,
    Points,
    View,
)
from .real_subnets import real_subnets


def chain() -> Rules:
    """The latest rules."""
    return rules_at("2026-09-11")


def usd(value: float, form: str = ",.0f", unit: str = "USD") -> str:
    """An amount in words, where it may be infinite."""
    return f"{value:{form}} {unit}" if math.isfinite(value) else "never"


# ---- A validator ----


@checked_record
class Validator:
    """What stands behind a validator, and what it costs to run."""

    own_tao: float = quantity(
        default=10_000.0,
        unit="TAO",
        meaning="TAO that the validator stakes itself",
        ge=0,
        le=1e7,
        step=100,
        span=(0, 100_000),
    )
    delegated_tao: float = quantity(
        default=90_000.0,
        unit="TAO",
        meaning="TAO that others stake behind it",
        ge=0,
        le=1e7,
        step=1_000,
        span=(0, 1_000_000),
    )
    cost_usd_per_day: float = quantity(
        default=100.0,
        unit="USD per day",
        meaning="what its machines and its work cost",
        ge=0,
        le=1e9,
        step=5,
        span=(0, 2_000),
    )


@view(
    snapshot="2026-09-11",
    scenario="base",
    validator=Validator,
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
        "own_tao",
        "delegated_tao",
        "validator_take",
        "cost_usd_per_day",
        "price_usd",
        "stakers_share",
        "recycled_share",
    ),
    spans={"stakers_share": (0, 0.82)},  # what the owner's cut leaves
)
def validator_income(snapshot: Snapshot, scenario: Scenario, validator: Validator) -> View:
    """What is left to a validator of its own stake's pay and its take, by the price of TAO and by
    the stake behind it.
    """
    got = _income(snapshot, scenario, validator)
    paid = (
        f"costs are paid above {got.break_even_price_usd:,.2f} USD"
        if math.isfinite(got.break_even_price_usd)
        else "costs are never paid"
    )
    behind = got.own_tao_per_day + got.take_tao_per_day + got.nominators_tao_per_day
    return View(
        title=f"Net {got.net_usd_per_day:,.0f} USD a day; {paid}",
        panels=[
            _by_price(snapshot, validator, got),
            _by_delegated(snapshot, scenario, validator, got),
        ],
        readout={
            "part of all stake": f"{got.stake_share:.2%}",
            "its own stake earns": f"{got.own_tao_per_day:,.3f} TAO a day",
            "its take": f"{got.take_tao_per_day:,.3f} TAO a day",
            "kept by those behind it": f"{got.nominators_tao_per_day:,.3f} of {behind:,.3f} TAO",
            "income": f"{got.income_usd_per_day:,.0f} USD a day",
            "net": f"{got.net_usd_per_year:,.0f} USD a year",
            "its own stake behind another": f"{got.delegating_usd_per_day:,.0f} USD a day",
            "price that pays its costs": usd(got.break_even_price_usd, ",.2f"),
            "delegated stake that pays them": usd(got.break_even_delegated_tao, unit="TAO"),
        },
        size=(11.0, 5.0),
        sources=(snapshot, scenario, "all stake paid alike; alpha at the new TAO behind it"),
    )


def _income(snapshot: Snapshot, scenario: Scenario, validator: Validator) -> ValidatorIncome:
    return income_of(
        chain(),
        snapshot,
        scenario,
        own_tao=validator.own_tao,
        delegated_tao=validator.delegated_tao,
        cost_usd_per_day=validator.cost_usd_per_day,
    )


def _by_price(snapshot: Snapshot, validator: Validator, got: ValidatorIncome) -> Panel:
    """Left of `validator_income`: net by the price of TAO."""
    prices = np.linspace(0, 2 * snapshot.price_usd, 41)
    net = got.income_tao_per_day * prices - validator.cost_usd_per_day
    here: dict[str, Any] = {"x": snapshot.price_usd, "y": got.net_usd_per_day, "colour": BLACK}
    return Panel(
        marks=[
            Line(label="income less cost", x=prices, y=net),
            Level(label="costs are just paid", y=0, colour=RED, style="--"),
            Points(label="here", **here),
        ],
        x=Axis(label="USD per TAO", format=",.0f"),
        y=Axis(label="USD a day", format=",.0f"),
    )


def _by_delegated(
    snapshot: Snapshot, scenario: Scenario, validator: Validator, got: ValidatorIncome
) -> Panel:
    """Right of `validator_income`: net by the stake behind it, and what its own stake would earn
    behind another.
    """
    most = 2 * max(validator.delegated_tao, 1_000.0)
    staked = validator.own_tao / got.stake_share if got.stake_share and validator.own_tao else most
    delegated = np.linspace(0, min(most, max(staked - validator.own_tao, 0.0)), 21)
    net = [
        _income(snapshot, scenario, replace(validator, delegated_tao=float(amount)))
        for amount in delegated
    ]
    here: dict[str, Any] = {
        "x": validator.delegated_tao / 1e3,
        "y": got.net_usd_per_day,
        "colour": BLACK,
    }
    return Panel(
        marks=[
            Line(
                label="income less cost",
                x=delegated / 1e3,
                y=[one.net_usd_per_day for one in net],
            ),
            Level(
                label="its own stake behind another, no machine",
                y=got.delegating_usd_per_day,
                colour=GREEN,
                style=":",
            ),
            Points(label="here", legend=False, **here),
        ],
        x=Axis(label="thousand TAO delegated to it", format=",g"),
        y=Axis(label="USD a day", format=",.0f"),
    )


# ---- A nominator ----


@checked_record
class Staking:
    """What a nominator holds, the subnet it looks at, and root."""

    held_tao: float = quantity(
        default=1_000.0,
        unit="TAO",
        meaning="TAO held at the start",
        ge=0,
        le=1e8,
        step=10,
        span=(1, 10_000),
    )
    years: float = quantity(
        default=1.0, unit="years", meaning="until one looks", gt=0, le=20, step=0.1, span=(0.1, 5)
    )
    alpha_drift: float = quantity(
        default=-0.2,
        unit="share per year",
        meaning="yearly change of alpha's price in TAO",
        ge=-0.99,
        le=10,
        step=0.01,
        span=(-0.95, 1),
    )
    alpha_price_tao: float = quantity(
        default=0.01,
        unit="TAO per alpha",
        meaning="alpha's price; not read, so set your subnet's",
        ge=1e-6,
        le=100,
        step=0.001,
        span=(0.001, 0.2),
    )
    earning_alpha: float = quantity(
        unit="alpha",
        meaning="alpha staked in the subnet that is paid",
        ge=1,
        le=2.1e7,
        step=1_000,
        span=(50_000, 6_000_000),
    )
    root_proportion: float = quantity(
        unit="share", meaning="root's part of the stake in the subnet", ge=0, le=1, step=0.001
    )
    root_tao: float = quantity(
        unit="TAO", meaning="TAO on root", ge=1, le=2.1e7, step=1_000, span=(1e6, 1.2e7)
    )
    price_sum_tao: float = quantity(
        unit="TAO per alpha",
        meaning="prices of all subnets together",
        ge=0,
        le=1_000,
        step=0.01,
        span=(0.1, 5),
    )
    root_part: float = quantity(
        unit="share",
        meaning="root's part of the stake over all subnets, by price",
        ge=0,
        le=1,
        step=0.001,
    )


@functools.cache
def stakings() -> dict[str, Staking]:
    """The three subnets whose stake was read, beside root as of 2026-08-07."""
    pools = real_subnets()
    found = {}
    for which in (2, 1, 3):
        part = reading(f"root_proportion_{which}")
        earning = reading(f"earning_alpha_{which}")
        given = {"alpha_price_tao": 0.01, "earning_alpha": earning, "root_proportion": part}
        fields = beside_root(chain(), pools, **given)._asdict()
        found[f"{earning / 1e6:.1f} M alpha, root {part:.0%}"] = Staking(**fields)
    return found


def first_staking() -> Staking:
    """The middle one of the three."""
    return next(iter(stakings().values()))


@view(
    snapshot="2026-09-11",
    scenario="base",
    staking=first_staking,
    menus={"staking": stakings},
    published=False,
    sliders=(
        "held_tao",
        "years",
        "alpha_drift",
        "alpha_price_tao",
        "earning_alpha",
        "root_proportion",
        "root_tao",
        "price_sum_tao",
        "root_part",
        "validator_take",
        "price_usd",
        "market_cap_growth",
        "recycled_share",
    ),
)
def nominator_choice(snapshot: Snapshot, scenario: Scenario, staking: Staking) -> View:
    """The same TAO idle, on root, and as alpha of one subnet, in USD; and how far alpha's price may
    fall before the subnet loses.
    """
    years = np.linspace(0, staking.years, 25)
    path = _choice(snapshot, scenario, staking, years)
    end = {key: float(values[-1]) for key, values in path._asdict().items()}
    start = staking.alpha_price_tao
    when = f"{staking.years:g} year{'s' if staking.years != 1 else ''}"
    may_fall = 1 - end["alpha_price_against_root_tao"] / start
    return View(
        title=f"Alpha beats root unless its price falls {may_fall:.0%} within {when}"
        if may_fall > 0
        else f"Root beats alpha unless its price rises {-may_fall:.0%} within {when}",
        panels=[_in_usd(path), _prices_to_lose(path, staking)],
        readout={
            "idle": f"{end['idle_usd']:,.0f} USD",
            "on root": f"{end['root_usd']:,.0f} USD, {end['root_tao']:,.1f} TAO",
            "in the subnet": f"{end['alpha_usd']:,.0f} USD, {end['alpha']:,.0f} alpha",
            "alpha loses to idle below": f"{end['alpha_price_against_idle_tao']:.5f} TAO",
            "to root below": f"{end['alpha_price_against_root_tao']:.5f} TAO",
            "its price as you set it": f"{start * (1 + staking.alpha_drift) ** staking.years:.5f} "
            "TAO",
            "TAO at the end": f"{end['price_usd']:,.2f} USD",
        },
        size=(11.0, 5.2),
        sources=(
            snapshot,
            scenario,
            "all who stake stake what they earn; alpha at its price, no trade with the pool",
        ),
    )


def _choice(
    snapshot: Snapshot, scenario: Scenario, staking: Staking, years: np.ndarray
) -> NominatorChoice:
    fields = {name: getattr(staking, name) for name in StakedSubnet._fields}
    subnet = StakedSubnet(**fields)
    own: dict[str, Any] = {
        "tao": staking.held_tao,
        "years": years,
        "alpha_drift": staking.alpha_drift,
    }
    return choice_of(chain(), snapshot, scenario, subnet, **own)


def _in_usd(path: NominatorChoice) -> Panel:
    """Left of `nominator_choice`."""
    lines = [
        Line(label=label, x=path.years, y=worth, colour=colour)
        for label, worth, colour in (
            ("idle", path.idle_usd, GREY),
            ("on root, rewards staked", path.root_usd, PURPLE),
            ("alpha of the subnet, at its drift", path.alpha_usd, BLUE),
        )
    ]
    return Panel(
        marks=lines, x=Axis(label="years"), y=Axis(label="worth in USD", format=",.0f", low=0)
    )


def _prices_to_lose(path: NominatorChoice, staking: Staking) -> Panel:
    """Right of `nominator_choice`: alpha's price, and the two below which it loses."""
    drifted = staking.alpha_price_tao * (1 + staking.alpha_drift) ** path.years
    lines = [
        Line(label=label, x=path.years, y=price, colour=colour, style=style)
        for label, price, colour, style in (
            ("alpha's price at its drift", drifted, BLUE, "-"),
            ("below this root is better", path.alpha_price_against_root_tao, PURPLE, "--"),
            ("below this idle is better", path.alpha_price_against_idle_tao, GREY, ":"),
        )
    ]
    return Panel(
        marks=lines, x=Axis(label="years"), y=Axis(label="TAO per alpha", format="g", low=0)
    )
