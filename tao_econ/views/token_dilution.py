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
    ORANGE,
    PURPLE,
    SKY,
    Axis,
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
    """How fast the supply of TAO and of other tokens was to grow, on the schedules known that day:
    from what the clock alone releases to the full pace. Tokens with the most still to come stand
    below.
    """
    table = dilution_table(rules, snapshot, scenario)
    table = table.sort_values("mc_fdv", ascending=False).reset_index(drop=True)
    names = Axis(names=tuple(table["token"]), low=-0.6, high=len(table) - 0.4)
    return View(
        title=finding(table),
        caption="Two dots joined by a line are the least and the most. Diamonds are what was "
        f"measured by {LATER}. At the dotted line supply doubles; the axis counts in powers of "
        "ten.",
        panels=[
            Panel(
                marks=_growth(table),
                x=Axis(label="growth of what circulated (log)", scale="log", format=".0%"),
                y=names,
                columns=4,
            ),
        ],
        size=(9.0, 4.8),
        sources=(rules, snapshot, scenario, "data/token_schedules.csv, comparables.csv"),
    )


def finding(table: pd.DataFrame) -> str:
    """Whose supply was to grow faster than TAO's within a year, by firm tranches alone."""
    year = table.set_index("token")["growth_firm_1"].dropna()
    faster = " and ".join(f"{token}'s" for token in year.index[year > year["TAO"]])
    who = f"only {faster}" if faster else "none"
    return f"Of {len(year)} schedules {who} was to outgrow TAO's within a year"


def _growth(table: pd.DataFrame) -> list:
    """Growth within each horizon, and what was measured, a row for each token."""
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
