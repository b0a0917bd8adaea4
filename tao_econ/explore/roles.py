"""Instrument on rewards: who keeps a share of the supply, by stake, split, take and the price of
alpha.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..economy.rewards import ownership_path
from ..economy.supply import HolderYield, holder_yield, staker_real_yield
from ..inputs.record import checked_record, quantity, same
from ..inputs.rules import Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import RAO_PER_TAO
from .panel import BLUE, GREEN, GREY, ORANGE, RED, Choice, Panel, layout

CHAIN = rules_at("2026-09-11")
START, BASE = load_snapshot("article"), load_scenario("base")
STAKED = np.linspace(0.2, 1.0, 41)


@checked_record
class Holder:
    """Someone with 1 % of the supply, and the network around."""

    issued_million: float = quantity(
        5.5,
        unit="M TAO",
        meaning="TAO issued at the start",
        ge=0.1,
        le=20.9,
        step=0.01,
        span=(4, 20),
    )
    staked_share: float = same(
        Scenario,
        "staked_share",
        0.85,
        meaning="part of the supply that is staked",
        step=0.001,
        span=(0.2, 1),
    )
    stakers_share: float = same(Scenario, "stakers_share", 0.5)
    validator_take: float = same(Scenario, "validator_take", 0.18, le=0.18)
    recycled_share: float = same(Scenario, "recycled_share", 0.0, span=(0, 0.3))
    alpha_part: float = quantity(
        0.5,
        unit="share",
        meaning="part of the stake held in alpha, the rest on root",
        ge=0,
        le=1,
        step=0.05,
    )
    alpha_drift: float = quantity(
        -0.2,
        unit="share per year",
        meaning="yearly change of alpha's price in TAO",
        ge=-0.99,
        le=10,
        step=0.05,
        span=(-0.8, 1),
    )
    horizon_years: float = same(Scenario, "horizon_years", 5.0, step=0.5, span=(1, 20))


HOLDERS = Choice(
    {
        "November 2023, equal split": Holder(),
        "November 2023, after the owner's cut": Holder(stakers_share=0.41),
        "September 2026": Holder(
            issued_million=11.33, staked_share=0.646, stakers_share=0.41, recycled_share=0.146
        ),
    }
)


def rewards(**settings):
    """Who keeps a share of the supply: staked share, split, take, recycling, and stake in alpha
    whose price drifts.

    settings : holder (date and split), issued_million, staked_share, stakers_share, validator_take,
      recycled_share,
    alpha_part, alpha_drift, horizon_years
    """
    fields = tuple(Holder.__pydantic_fields__)
    records = {"holder": HOLDERS["November 2023, equal split"]}
    return Panel(
        "rewards", records, fields, draw_rewards, read_rewards, {"holder": HOLDERS}, settings
    )


def records_of(holder: Holder) -> tuple[Snapshot, Scenario]:
    """The snapshot and the scenario that the sliders describe."""
    snapshot = replace(
        START, issuance_rao=round(holder.issued_million * 1e6) * RAO_PER_TAO, staked_tao=None
    )
    fields = ("staked_share", "stakers_share", "validator_take", "recycled_share", "horizon_years")
    return snapshot, replace(BASE, **{field: getattr(holder, field) for field in fields})


def year_of(holder: Holder) -> HolderYield:
    """What a year does to holders."""
    return holder_yield(CHAIN, *records_of(holder))


def paths_of(holder: Holder):
    """Ownership through time, and that of a nominator part of whose stake is alpha."""
    path = ownership_path(CHAIN, *records_of(holder))
    drifted = 1 - holder.alpha_part + holder.alpha_part * (1 + holder.alpha_drift) ** path.years
    return path, path.nominator * drifted


def draw_rewards(holder: Holder) -> dict:
    """The plotly figure of `rewards` as a plain dict."""
    path, mixed = paths_of(holder)
    year = year_of(holder)
    rate = 1 / (1 + year.unstaked) - 1
    by_stake = staker_real_yield(rate, STAKED, year.break_even_staked_share)
    line = {"type": "scatter", "mode": "lines", "x": path.years}
    right = {"type": "scatter", "mode": "lines", "x": STAKED, "xaxis": "x2", "yaxis": "y2"}
    return {
        "data": [
            line | {"name": "not staked", "y": path.unstaked, "line": {"color": RED}},
            line
            | {
                "name": "staked, rewards left",
                "y": path.nominator_idle_rewards,
                "line": {"color": ORANGE},
            },
            line | {"name": "staked, rewards too", "y": path.nominator, "line": {"color": BLUE}},
            line | {"name": "without a take", "y": path.validator, "line": {"color": GREEN}},
            line
            | {"name": "partly in alpha", "y": mixed, "line": {"color": "#CC79A7", "dash": "dash"}},
            right
            | {
                "name": "real yield by staked share",
                "y": by_stake,
                "line": {"color": BLUE, "dash": "dot"},
            },
            right
            | {
                "name": "zero",
                "y": 0 * STAKED,
                "line": {"color": GREY, "dash": "dot"},
                "showlegend": False,
            },
            right
            | {
                "name": "here",
                "x": [holder.staked_share],
                "y": [year.staker_real],
                "mode": "markers",
                "marker": {"color": "#222222", "size": 10},
            },
        ],
        "layout": layout(
            f"A year changes a holder's share by {year.unstaked:+.1%}, a nominator's by "
            f"{year.staker_real:+.1%}",
            xaxis={"title": {"text": "years"}, "domain": [0, 0.46]},
            yaxis={
                "title": {"text": "share of the supply"},
                "tickformat": ".1%",
                "rangemode": "tozero",
            },
            xaxis2={
                "title": {"text": "staked share of the supply"},
                "domain": [0.56, 1],
                "anchor": "y2",
                "tickformat": ".0%",
            },
            yaxis2={
                "title": {"text": "change of a nominator's share"},
                "anchor": "x2",
                "tickformat": ".0%",
            },
        ),
    }


def read_rewards(holder: Holder) -> dict[str, str]:
    """The read-out of `rewards`."""
    year, (path, mixed) = year_of(holder), paths_of(holder)
    return {
        "nominal yield": f"{year.staker_nominal:.1%} a year",
        "supply grows": f"{1 / (1 + year.unstaked) - 1:.1%} a year, gross",
        "stakers keep their share if staked is at most": f"{year.break_even_staked_share:.1%}",
        f"1% after {path.years[-1]:.1f} years, not staked": f"{path.unstaked[-1]:.2%}",
        "staked": f"{path.nominator[-1]:.2%}",
        "partly in alpha": f"{mixed[-1]:.2%}",
    }
