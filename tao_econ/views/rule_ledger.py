"""What every change of rule did to the same real subnets."""

from __future__ import annotations

import functools
import textwrap

import numpy as np
import pandas as pd

from ..chain.subnet_states import load_subnets
from ..incentives.rule_changes import ROLES, rule_ledger
from ..inputs.rules import load_scenario, load_snapshot
from .gallery import view
from .marks import BLUE, GREEN, ORANGE, PURPLE, RED, SKY, Axis, Bars, Panel, Points, View

STATE = "subnets_8791247"
DAYS = 30
MOST = 8
SAME = 1e-3  # a change of rule that moves nothing by more than this part is not drawn


@functools.cache
def _ledger() -> pd.DataFrame:
    """The ledger on main net's subnets of 2026-08-07."""
    pools = load_subnets(STATE)
    return rule_ledger(load_snapshot("2026-09-11"), load_scenario("base"), pools, days=DAYS)


def _that_move(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are known and differ from the last known one."""
    numbers = [f"top_{MOST}", "smallest_half", *ROLES]
    known = table.dropna(subset=numbers)
    step = (known[numbers].diff().abs() / known[numbers]).max(axis=1)
    return known[step.isna() | (step > SAME)]


@view()
def rule_changes() -> View:
    """Left, the shares of new TAO of the largest 8 subnets and of the smallest half after 30 days
    under each rule since February 2025, on the same real subnets; right, what each role is paid a
    day.
    """
    table = _that_move(_ledger())
    few = len(load_subnets(STATE).name) // 2
    first = table.iloc[0]
    last = table.iloc[-1]
    top = f"top_{MOST}"
    at = np.arange(len(table))
    names = tuple(
        textwrap.fill(f"{name.replace('-', ' ')} {date:%Y-%m}{' *' if marks else ''}", 10)
        for name, date, marks in zip(
            table.index, table["first_date"], table["unproven"], strict=True
        )
    )
    axis = Axis(names=names, low=-0.6, high=len(table) - 0.4)
    shares = Panel(
        marks=[
            Bars(label=f"largest {MOST}", x=at - 0.22, y=table[top], width=0.3, colour=BLUE),
            Bars(
                label=f"smallest {few}",
                x=at + 0.28,
                y=table["smallest_half"],
                width=0.3,
                colour=SKY,
                text=tuple(f"{part:.2%}" for part in table["smallest_half"]),
            ),
        ],
        x=axis,
        y=Axis(label="share of new TAO", format=".0%", low=0, high=1.0),
    )
    colours = (RED, GREEN, ORANGE, PURPLE)
    pay = Panel(
        marks=[
            Points(label=role, x=at, y=table[role], colour=colour, size=7)
            for role, colour in zip(ROLES, colours, strict=True)
        ],
        x=axis,
        y=Axis(label="TAO a day, all of a role", format=",.0f", low=0),
    )
    return View(
        title=f"On the same real subnets the largest {MOST} get {first[top]:.0%} of new TAO under "
        f"the first rule and {last[top]:.0%} under the last, the smallest {few} "
        f"{first['smallest_half']:.1%} and {last['smallest_half']:.2%}",
        panels=[shares, pay],
        size=(12.0, 6.0),
        sources=(
            f"main net at block 8,791,247 (2026-08-07), {DAYS} days under each rule",
            "rules of flow left out: flow not known",
            "* unproven rule",
        ),
    )
