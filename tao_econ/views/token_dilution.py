"""View of dilution beside other tokens: not only how much is still to come, but when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..economy.token_supply import HORIZONS_YEARS, LATER, dilution_table
from ..inputs.rules import Rules, Scenario, Snapshot
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    Axis,
    Bars,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)

COLOURS = dict(zip(HORIZONS_YEARS, (BLUE, GREEN, ORANGE), strict=True))


@view(rules="2026-09-11", snapshot="2023-11-20", scenario="article")
def dilution_by_schedule(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:
    """Left, market cap over FDV of six tokens and over discounted FDV, as a range where dates are
    missing; right, growth of supply within one, three and five years on the schedules known that
    day, and what circulated later. A token without a published schedule has no number.
    """
    table = dilution_table(rules, snapshot, scenario)
    table = table.sort_values("mc_fdv", ascending=False).reset_index(drop=True)
    names = Axis(names=tuple(table["token"]), low=-0.6, high=len(table) - 0.4)
    return View(
        title=finding(table),
        panels=[
            Panel(
                title=f"How much is out already; discounted at {scenario.discount_rate:.0%} a year",
                marks=_ratios(table),
                x=Axis(label="market cap over FDV", low=0, high=1.12, format=".0%"),
                y=names,
                columns=1,
            ),
            Panel(
                title="When the rest comes: growth of supply on the schedule",
                marks=_growth(table),
                x=Axis(label="of what circulated (log)", scale="log", format=".0%"),
                y=names,
                columns=1,
            ),
        ],
        size=(11.5, 5.6),
        sources=(rules, snapshot, scenario, "data/token_schedules.csv, comparables.csv"),
    )


def finding(table: pd.DataFrame) -> str:
    """Whose supply was to grow faster than TAO's within a year, by firm tranches alone."""
    year = table.set_index("token")["growth_firm_1"].dropna()
    faster = " and ".join(f"{token}'s" for token in year.index[year > year["TAO"]])
    who = f"only {faster}" if faster else "none"
    return f"Of {len(year)} schedules {who} was to outgrow TAO's within a year"


def _ratios(table: pd.DataFrame) -> list:
    """Left panel."""
    place = np.arange(len(table))
    mine = table["token"] == "TAO"
    bars = [
        Bars(
            label=label,
            y=place[chosen],
            x=table["mc_fdv"][chosen],
            text=tuple(f"{value:.0%}" for value in table["mc_fdv"][chosen]),
            colour=colour,
            across=True,
            width=0.45,
        )
        for label, chosen, colour in (
            ("market cap / FDV, TAO", mine, RED),
            ("market cap / FDV", ~mine, GREY),
        )
    ]
    known = table["mc_discounted_low"].notna()
    ranges = _spans(table, "mc_discounted_low", "mc_discounted_high", BLACK, 0.32)
    ends = Points(
        label="market cap / discounted FDV: range where dates are missing",
        x=[*table["mc_discounted_low"][known], *table["mc_discounted_high"][known]],
        y=[*(place[known] + 0.32)] * 2,
        colour=BLACK,
        size=5,
    )
    return [*bars, ends, *ranges]


def _growth(table: pd.DataFrame) -> list:
    """Right panel."""
    place = np.arange(len(table))
    marks: list = []
    for shift, years in zip((-0.24, 0.0, 0.24), HORIZONS_YEARS, strict=True):
        low, high = (f"growth_{name}_{years}" for name in ("firm", "full"))
        known = table[low].notna()
        marks.append(
            Points(
                label=f"in {years} year{'s' if years > 1 else ''}: by the clock, and at full pace",
                x=[*table[low][known], *table[high][known]],
                y=[*(place[known] + shift)] * 2,
                colour=COLOURS[years],
                size=6,
            )
        )
        marks += _spans(table, low, high, COLOURS[years], shift)
    seen = table["grown_share"].notna()
    marks.append(
        Points(
            label=f"measured, by {LATER}",
            x=table["grown_share"][seen],
            y=place[seen] + 0.12,
            colour=BLACK,
            marker="D",
            size=6,
        )
    )
    unknown = place[table["growth_firm_1"].isna()]
    words = ("no schedule found",) * len(unknown)
    marks.append(Text(x=[1.0] * len(unknown), y=unknown, text=words, align="center", size=9))
    return [*marks, Level(x=1, colour=GREY, style=":", width=1)]


def _spans(table: pd.DataFrame, low: str, high: str, colour: str, shift: float) -> list[Line]:
    """A line from the least to the most of each token."""
    return [
        Line(x=[row[low], row[high]], y=[place + shift] * 2, colour=colour, width=2)
        for place, row in table.iterrows()
        if row[high] > row[low]
    ]
