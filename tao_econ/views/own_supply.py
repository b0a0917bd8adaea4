"""The next halving, live: from a supply and a recycling of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..economy.recycled_halving import RecycledHalving, next_halving_at
from ..inputs.rules import Scenario, Snapshot, rules_at
from ..inputs.units import decimal_year, tao
from .gallery import snapshots, view
from .marks import BLACK, GREY, ORANGE, Axis, Level, Line, Panel, Points, View

SHARES = np.linspace(0, 0.6, 31)


@view(
    snapshot="2026-09-11",
    scenario="base",
    menus={"snapshot": snapshots},
    published=False,
    sliders=("recycled_share", "issuance_rao", "block_time_s"),
)
def halving_at_recycling(snapshot: Snapshot, scenario: Scenario) -> View:
    """The date of the next halving by the part of new TAO that is recycled, and the supply on its
    way there, from a dated supply or one's own.
    """
    got = _halving(snapshot, scenario)
    soonest = _halving(snapshot, replace(scenario, recycled_share=0.0))
    return View(
        title=f"Halving {got.halving} comes in {got.when:%B %Y} at {scenario.recycled_share:.1%} "
        "recycled",
        panels=[
            _by_share(snapshot, scenario, got),
            _to_threshold(snapshot, got, soonest),
        ],
        readout={
            "date": f"{got.when:%Y-%m-%d}",
            "from the snapshot": f"{got.years:.2f} years",
            "issued so far": f"{tao(snapshot.issuance_rao):,.0f} TAO",
            "missing": f"{got.missing_tao:,.0f} TAO to {got.at_tao:,.0f}",
            "issued a day until then": f"{got.net_tao_per_day:,.0f} TAO",
            "with nothing recycled": f"{soonest.when:%Y-%m-%d}",
        },
        size=(11.0, 5.0),
        sources=(snapshot, scenario, "a schedule under one assumption, no forecast"),
    )


def _halving(snapshot: Snapshot, scenario: Scenario) -> RecycledHalving:
    return next_halving_at(rules_at("2026-09-11"), snapshot, scenario)


def _by_share(snapshot: Snapshot, scenario: Scenario, got: RecycledHalving) -> Panel:
    """Left of `halving_at_recycling`."""
    dates = [
        decimal_year(_halving(snapshot, replace(scenario, recycled_share=float(share))).when)
        for share in SHARES
    ]
    here: dict[str, Any] = {"x": scenario.recycled_share, "y": decimal_year(got.when)}
    return Panel(
        marks=[
            Line(label="date of the halving", x=SHARES, y=dates),
            Points(label="here", colour=BLACK, **here),
        ],
        x=Axis(label="part of new TAO that is recycled", format=".0%"),
        y=Axis(label="year", format=".1f"),
    )


def _to_threshold(snapshot: Snapshot, got: RecycledHalving, soonest: RecycledHalving) -> Panel:
    """Right of `halving_at_recycling`: straight lines, since the reward is one until then."""
    start = decimal_year(snapshot.date)
    issued = tao(snapshot.issuance_rao) / 1e6
    ends = [issued, got.at_tao / 1e6]
    dashed: dict[str, Any] = {"colour": GREY, "style": "--"}
    return Panel(
        marks=[
            Line(label="at this recycling", x=[start, decimal_year(got.when)], y=ends),
            Line(label="nothing recycled", x=[start, decimal_year(soonest.when)], y=ends, **dashed),
            Level(label="halving", y=ends[1], colour=ORANGE, style=":"),
        ],
        x=Axis(label="year", format=".1f"),
        y=Axis(label="TAO issued, million"),
    )
