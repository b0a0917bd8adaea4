"""A miner's machine, live: the part of the incentive that pays it, before and after the halving."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..economy.miner_costs import HalvedIncentive, incentive_over_halving
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Scenario, Snapshot
from .gallery import snapshots, view
from .income import chain, usd
from .marks import BLUE, ORANGE, Axis, Bars, Level, Line, Panel, View

DAYS_OF_MONTH = 30


@checked_record
class Machine:
    """A miner's machine, and the subnet it works in."""

    cost_usd_per_day: float = quantity(
        default=50.0,
        unit="USD per day",
        meaning="what one machine costs to run; 1,500 USD a month are 50",
        ge=0,
        le=1e9,
        step=1,
        span=(0, 500),
    )
    subnet_share: float = quantity(
        default=0.01,
        unit="share",
        meaning="the subnet's part of new TAO",
        ge=0,
        le=1,
        step=0.001,
        span=(0.001, 0.2),
    )


@view(
    snapshot="2026-09-11",
    scenario="base",
    machine=Machine,
    menus={"snapshot": snapshots},
    published=False,
    sliders=("cost_usd_per_day", "subnet_share", "price_usd", "recycled_share", "block_time_s"),
)
def miner_break_even(snapshot: Snapshot, scenario: Scenario, machine: Machine) -> View:
    """The part of a subnet's incentive that pays a machine, before and after the next halving, by
    what the machine costs.
    """
    got = _incentive(snapshot, scenario, machine)
    before = got.incentive_before
    after = got.incentive_after
    return View(
        title=f"A machine needs {before:.1%} of the incentive now, {after:.1%} after the halving"
        if math.isfinite(after)
        else "No incentive pays a machine: the subnet gets no new TAO",
        panels=[_by_cost(snapshot, scenario, machine), _machines(got)],
        readout={
            "miners of the subnet": f"{got.miners_usd_per_day_before:,.0f} USD a day",
            "after the halving": f"{got.miners_usd_per_day_after:,.0f} USD a day",
            "machines that pays": _count(before),
            "machines that pays after it": _count(after),
            "a machine": f"{machine.cost_usd_per_day * DAYS_OF_MONTH:,.0f} USD a month",
            "TAO price at which the same incentive still pays": usd(got.price_usd_after, ",.2f"),
        },
        size=(11.0, 5.0),
        sources=(snapshot, scenario, "alpha at the new TAO behind it, TAO at the same price"),
    )


def _incentive(snapshot: Snapshot, scenario: Scenario, machine: Machine) -> HalvedIncentive:
    cost = machine.cost_usd_per_day
    share = machine.subnet_share
    return incentive_over_halving(
        chain(), snapshot, scenario, cost_usd_per_day=cost, subnet_share=share
    )


def _count(incentive: float) -> str:
    """How many machines an incentive of this size each leaves room for."""
    return f"{1 / incentive:,.1f}" if 0 < incentive < math.inf else "none" if incentive else "any"


def _by_cost(snapshot: Snapshot, scenario: Scenario, machine: Machine) -> Panel:
    """Left of `miner_break_even`: the incentive needed, by the cost of a machine."""
    costs = np.linspace(0, 2 * max(machine.cost_usd_per_day, 1.0), 21)
    needed = [
        _incentive(snapshot, scenario, replace(machine, cost_usd_per_day=float(cost)))
        for cost in costs
    ]
    return Panel(
        marks=[
            Line(
                label="before the halving",
                x=costs,
                y=_shown([it.incentive_before for it in needed]),
            ),
            Line(
                label="after it",
                x=costs,
                y=_shown([it.incentive_after for it in needed]),
                colour=ORANGE,
            ),
            Level(label="your machine", x=machine.cost_usd_per_day, style=":"),
        ],
        x=Axis(label="USD a day for one machine", format=",.0f"),
        y=Axis(label="share of the subnet's incentive that pays it", format="g%", low=0),
    )


def _shown(values: list[float]) -> np.ndarray:
    """Numbers as a line shows them: a gap where they are infinite."""
    return np.where(np.isfinite(values), values, np.nan)


def _machines(got: HalvedIncentive) -> Panel:
    """Right of `miner_break_even`: what all miners of the subnet are paid."""
    paid = [got.miners_usd_per_day_before, got.miners_usd_per_day_after]
    bars = Bars(y=paid, width=0.6, colour=(BLUE, ORANGE), text=tuple(f"{x:,.0f}" for x in paid))
    return Panel(
        marks=[bars],
        x=Axis(names=("before the halving", "after it")),
        y=Axis(label="USD a day to all miners of the subnet", format=",.0f", low=0),
    )
