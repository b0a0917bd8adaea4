"""What every change of rule did to the same real subnets, and to four who earn there."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd

from ..chain.subnets import Subnets
from ..incentives.rule_changes import HOLDERS, Holders, middle_subnet, rule_ledger
from ..inputs import data
from ..inputs.rules import load_scenario, load_snapshot
from .gallery import view
from .marks import BLACK, BLUE, GREY, LOSS_GAIN, Axis, Bars, Map, Mark, Panel, Text, View
from .real_subnets import STATE, real_subnets, start_of, where

DAYS = 30
MOST = 8
FAR = 0.3  # where the colours of pay end
DARK = 0.2  # beyond this a cell is too dark for black


@functools.cache
def holders() -> Holders:
    """Those whose pay is followed: in the middle subnet, with as many miners as it had."""
    name = middle_subnet(real_subnets())
    rows = data.load(STATE).set_index("netuid")
    netuid = int(name.split()[0].removeprefix("SN"))
    return Holders(subnet=name, miners=int(rows.loc[netuid, "miners"]))


@functools.cache
def ledger() -> pd.DataFrame:
    """The ledger on main net's subnets."""
    return ledger_of(real_subnets(), holders())


def ledger_of(pools: Subnets, who: Holders) -> pd.DataFrame:
    """The ledger on any subnets."""
    now = load_snapshot("2026-09-11")
    return rule_ledger(now, load_scenario("base"), pools, who, days=DAYS)


@view()
def rule_changes(pools: Subnets | None = None) -> View:
    """Left, the shares of new TAO of the largest 8 subnets and of the smallest half after 30 days
    under each rule since February 2025, on the same real subnets; right, what four holders are
    paid a day, coloured by how it differs from their pay under the first rule.
    """
    who = holders()
    table = ledger()
    if pools is not None:
        who = who._replace(subnet=middle_subnet(pools))
        table = ledger_of(pools, who)
    known = table[table["not_known"] == ""]
    first = known.iloc[0]
    last = known.iloc[-1]
    few = len(start_of(pools).name) // 2
    top = f"top_{MOST}"
    rows = np.arange(len(table))
    axis = Axis(
        names=tuple(
            f"{name.replace('-', ' ')} {date:%Y-%m-%d}{' *' if marks else ''}"
            for name, date, marks in zip(
                table.index, table["first_date"], table["unproven"], strict=True
            )
        )
    )
    kind = "real" if pools is None else "own"
    unknown = rows[(table["not_known"] != "").to_numpy()]
    moved = {name: last[name] / first[name] - 1 for name in HOLDERS}
    changes = ", ".join(f"{name.replace('_', ' ')} {part:+.1%}" for name, part in moved.items())
    return View(
        title=f"Changes of rules moved the largest subnets' share from {first[top]:.0%} to "
        f"{last[top]:.0%}",
        caption=f"Every rule acts on the same {kind} subnets, so a row is no history. Blue bars "
        f"are the largest {MOST} subnets, grey ones the smallest {few}, whose share goes from "
        f"{first['smallest_half']:.1%} to {last['smallest_half']:.2%}. Pay under the last rule "
        f"beside the first: {changes}. Orange is more than under the first rule, purple less. "
        "Where the flow of TAO decides, nothing is known.",
        panels=[_shares(table, few, rows, unknown, axis), _pay(table, first, rows, axis)],
        size=(14.0, 9.0),
        sources=(
            where(pools),
            f"{DAYS} days under each rule, everyone sells",
            f"nominator, miner and owner in {who.subnet}",
            "* unproven rule",
        ),
    )


def _shares(
    table: pd.DataFrame, few: int, rows: np.ndarray, unknown: np.ndarray, axis: Axis
) -> Panel:
    """Shares of new TAO of the largest and of the smallest."""
    looks = (
        (f"top_{MOST}", f"largest {MOST}", -0.18, BLUE, ".0%"),
        ("smallest_half", f"smallest {few}", 0.24, GREY, ".2%"),
    )
    bars = [
        Bars(
            label=label,
            x=table[column],
            y=rows + shift,
            across=True,
            width=0.32,
            colour=colour,
            text=tuple("" if part != part else format(part, form) for part in table[column]),
        )
        for column, label, shift, colour, form in looks
    ]
    return Panel(
        marks=[
            *bars,
            Text(x=np.full(len(unknown), 0.02), y=unknown, text="flow not known", colour=GREY),
        ],
        x=Axis(label="share of new TAO", format=".0%", low=0, high=0.8),
        y=axis,
    )


def _pay(table: pd.DataFrame, first: pd.Series, rows: np.ndarray, axis: Axis) -> Panel:
    """Pay of each holder, and by how much it differs from that under the first rule."""
    who = holders()
    names = (
        f"root holder,\n{who.root_tao:,.0f} TAO\non root",
        f"nominator,\nalpha worth\n{who.stake_tao:,.0f} TAO",
        f"one of\n{who.miners}\nminers",
        "owner\nof the\nsubnet",
    )
    pay = table[list(HOLDERS)]
    at = np.arange(len(HOLDERS))
    across, down = (places.ravel() for places in np.meshgrid(at, rows))
    told = np.array(["not known" if tao != tao else f"{tao:.4f}" for tao in pay.to_numpy().ravel()])
    moved = (pay / first[list(HOLDERS)] - 1).to_numpy(float)
    dark = np.abs(moved.ravel()) > DARK
    marks: list[Mark] = [
        Map(
            x=at,
            y=rows,
            z=moved,
            colours=LOSS_GAIN,
            least=-FAR,
            most=FAR,
            bar="over pay under the first rule",
            format="+.0%",
        ),
    ]
    for there, colour in ((dark, "white"), (~dark, BLACK)):
        look: dict[str, Any] = {
            "label": "TAO a day",
            "legend": False,
            "colour": colour,
            "align": "center",
        }
        if there.any():
            marks.append(Text(x=across[there], y=down[there], text=tuple(told[there]), **look))
    return Panel(
        title="TAO a day, after the sale of alpha", marks=marks, x=Axis(names=names), y=axis
    )
