"""View of dilution beside other tokens: not only how much is still to come, but when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..economy.token_supply import HORIZONS_YEARS, LATER, dilution_table
from ..inputs.rules import Rules, Scenario, Snapshot
from .gallery import view
from .marks import (
    BLACK,
    GREY,
    OF_TAO,
    ORANGE,
    PURPLE,
    SKY,
    Axis,
    Bars,
    Level,
    Line,
    Panel,
    Points,
    Text,
    View,
)

COLOURS = dict(zip(HORIZONS_YEARS, (PURPLE, ORANGE, SKY), strict=True))


@view(rules="2026-09-11", snapshot="2023-11-20", scenario="article")
def dilution_by_schedule(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:
    """Left, how much is out already: a bar is market cap over FDV, the black dots below it are
    market cap over discounted FDV, two where dates are missing. Right, when the rest comes: growth
    of supply on the schedules known that day, from what the clock alone releases to the full pace.
    """
    table = dilution_table(rules, snapshot, scenario)
    table = table.sort_values("mc_fdv", ascending=False).reset_index(drop=True)
    names = Axis(names=tuple(table["token"]), low=-0.6, high=len(table) - 0.4)
    return View(
        title=finding(table),
        caption=f"FDV is discounted at {scenario.discount_rate:.0%} a year; green is TAO. A token "
        "without a published schedule has no number. The diamond is what circulated later.",
        panels=[
            Panel(
                title="How much is out already",
                marks=_ratios(table),
                x=Axis(label="market cap over FDV", low=0, high=1.12, format=".0%"),
                y=names,
                columns=0,
            ),
            Panel(
                title="When the rest comes",
                marks=_growth(table),
                x=Axis(label="growth of what circulated (log)", scale="log", format=".0%"),
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
            ("market cap / FDV, TAO", mine, OF_TAO),
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
                label=f"within {years} year{'s' if years > 1 else ''}",
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
