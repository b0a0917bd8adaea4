"""Views of holders: who is diluted, and what a yield in alpha is worth in TAO."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np

from ..economy.day_flows import day_flows
from ..economy.holding import (
    compounded,
    holder_yield,
    ownership_path,
    real_yield,
    staked_part,
    staker_real_yield,
    stakers_parts,
)
from ..economy.nominator_choice import grown_stake
from ..economy.rewards import alpha_yield_per_day
from ..economy.supply import staked_tao
from ..inputs.record import checked_record, quantity, same
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import BLOCKS_PER_DAY, DAYS_PER_YEAR, RAO_PER_TAO, decimal_year, tao
from .emission_shares import reading
from .gallery import view
from .marks import (
    BLACK,
    GREY,
    LOSS_GAIN,
    OF_2023,
    OF_2026,
    ORANGE,
    PURPLE,
    SKY,
    Axis,
    Bars,
    Level,
    Line,
    Map,
    Mark,
    Panel,
    Points,
    Text,
    View,
)

HOLDERS = {  # fields of an ownership path: label on paper, label on a screen, colour
    "unstaked": ("not staked", "not staked", GREY),
    "nominator_idle_rewards": ("", "staked, rewards left", SKY),
    "nominator": ("staked", "staked, rewards too", ORANGE),
    "validator": ("staked, no take", "without a take", BLACK),
}


@view(then="article", now="2026-09-11", equal="article", scenario="base")
def real_yield_map(then: Snapshot, now: Snapshot, equal: Scenario, scenario: Scenario) -> View:
    """How a year changes the share of the supply of one who stakes, by how much of all TAO is
    staked and by the part of new TAO that reaches stakers. On the black line nothing changes;
    brown is gain, purple is loss. The dots are the days' own numbers, on the schedule.
    """
    old = rules_at("2023-11-20")
    new = rules_at("2026-09-11")
    untaken = replace(scenario, validator_take=0.0)
    owned = replace(
        equal, stakers_share=scenario.stakers_share, validator_take=scenario.validator_take
    )
    owned = replace(owned, staked_share=scenario.staked_share)
    first, worst = _yields(
        then, OF_2023, {"equal split": (old, equal, "s"), "with an owner": (old, owned, "o")}
    )
    second, late = _yields(
        now,
        OF_2026,
        {
            f"take {scenario.validator_take:.0%}": (new, scenario, "o"),
            "no take": (new, untaken, "^"),
        },
    )
    return View(
        title=f"A nominator's share falls {-worst[1]:.1%} a year in {then.date.year}, "
        f"{-late[0]:.1%} in {now.date.year}",
        caption=f"With an equal split it falls {-worst[0]:.1%} in {then.date.year}; if the "
        f"validator took nothing, {-late[1]:.1%} in {now.date.year}. The staked share of "
        f"{then.date.year}, {equal.staked_share:.0%}, is an assumption.",
        panels=[first, second],
        size=(11.5, 4.8),
    )


def _yields(snapshot: Snapshot, colour: str, cases: dict) -> tuple[Panel, list[float]]:
    """One date of `real_yield_map`, and the real yield of each of its cases."""
    staked = np.linspace(0.3, 1.0, 71)
    kept = np.linspace(0, 1, 101)
    found = []
    points: list[Mark] = []
    for name, (rules, assumed, marker) in cases.items():
        year = holder_yield(rules, snapshot, assumed)
        here: dict[str, Any] = {
            "x": staked_part(rules, snapshot, assumed),
            "y": year.break_even_staked_share,
        }
        points.append(
            Points(label=name, legend=False, marker=marker, colour=colour, size=10, **here)
        )
        here["x"] -= 0.02
        points.append(Text(text=f"{name}: {year.staker_real:.1%}", align="right", **here))
        found.append(year)
    rate = 1 / (1 + found[0].unstaked) - 1
    plane = Map(
        x=staked,
        y=kept,
        z=staker_real_yield(rate, staked, kept[:, None]),
        colours=LOSS_GAIN,
        least=-0.4,
        most=0.4,
        bar="change of share in the supply, per year",
        format=".0%",
    )
    ends = [0.3, 1]
    even = Line(label="share unchanged", legend=False, x=ends, y=ends, colour=BLACK)
    sides = [
        Text(x=0.78, y=0.9, text="a(1 − c) above s: gain", align="right"),
        Text(x=0.78, y=0.6, text="below: loss"),
    ]
    panel = Panel(
        title=f"{snapshot.date}: supply grows {rate:.1%} a year, net of recycling",
        marks=[plane, even, *points, *sides],
        x=Axis(label="staked share of supply, s", format=".0%", low=0.3, high=1),
        y=Axis(label="stakers' part of new TAO after take, a(1 − c)", format=".0%", low=0, high=1),
    )
    return panel, [year.staker_real for year in found]


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def ownership_through_time(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """What becomes of 1% of the supply over ten years on the schedule, from two dates: for one who
    does not stake, one who stakes all it earns, and one whose validator takes nothing. The diamonds
    are by what was really issued up to the dotted line.
    """
    assumed = replace(scenario, horizon_years=10.0)
    early, late = (ownership_path(rules, day, assumed, every_days=5) for day in (then, now))
    left = owned_by(rules, then, now, assumed)
    today = Level(x=decimal_year(now.date), style=":")
    seen = Points(
        label=f"by the supply of {now.date}",
        legend=False,
        x=[decimal_year(now.date)] * 2,
        y=list(left.values()),
        colour=OF_2026,
        marker="D",
        size=6,
    )
    return View(
        title=f"Of {early.unstaked[0]:.0%} of the supply {left['unstaked']:.2%} was left by "
        f"{now.date.year}, unstaked",
        caption=f"From {then.date:%B %Y} to {now.date:%B %Y}; if staked it was "
        f"{left['nominator']:.2%}, at the split and the staked part assumed. Lines recycle "
        f"{scenario.recycled_share:.1%} of new TAO, and staked part and split stay what they are.",
        panels=[_ownership(then, early, today, seen), _ownership(now, late)],
        size=(11.0, 4.8),
        sources=(rules, then, now, scenario),
    )


def owned_by(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> dict[str, float]:
    """What 1% of the supply of one day was of that of a later one, by what was issued between."""
    start = 0.01
    staked = staked_part(rules, then, scenario)
    _, kept = stakers_parts(day_flows(rules, then, scenario))
    grown = float(np.log(now.issuance_rao / then.issuance_rao))
    return {
        "unstaked": start * float(np.exp(-grown)),
        "nominator": float(compounded(start, staked, kept, grown)),
    }


def _ownership(snapshot: Snapshot, path, *more: Mark) -> Panel:
    """One start of `ownership_through_time`, with more marks over its lines."""
    start = decimal_year(snapshot.date)
    return Panel(
        title=f"{path.unstaked[0]:.0%} on {snapshot.date}",
        marks=[
            *(
                Line(
                    label=f"{getattr(path, key)[-1]:.2%} {label}",
                    x=start + path.years,
                    y=getattr(path, key),
                    colour=colour,
                    at_end=True,
                )
                for key, (label, _, colour) in HOLDERS.items()
                if label
            ),
            *more,
        ],
        x=Axis(label="year", format=".0f", low=start, high=start + 14.5),
        y=Axis(label="share of the supply", format=".1%", low=0, high=0.0103),
    )


def alpha_growth(rules: Rules, scenario: Scenario, which: int, days):
    """Alpha of a nominator after so many days for each at the start, where all who earn stake what
    they earn.

    **Ref:** stake A grows by r a day and a nominator's h by r(1 − c)h/A, so h grows as A to the
    power 1 − c
    """
    per_day = alpha_yield_per_day(
        rules,
        earning_alpha=reading(f"earning_alpha_{which}"),
        root_proportion=reading(f"root_proportion_{which}"),
        alpha_per_day=float(BLOCKS_PER_DAY),
    )
    return grown_stake(per_day, days, scenario.validator_take)


@view(rules="2026-09-11", scenario="base")
def alpha_fan(rules: Rules, scenario: Scenario) -> View:
    """Left, what a TAO staked as alpha is worth after a year, by how far the price of alpha has
    moved. Right, for three subnets: in blue what a nominator earns in alpha in a year, in black the
    fall of its price that takes all of it back.
    """
    year = round(DAYS_PER_YEAR)
    grown = {which: float(alpha_growth(rules, scenario, which, year)) for which in (1, 2, 3)}
    falls = {which: 1 / value - 1 for which, value in grown.items()}
    return View(
        title=f"{grown[3] - 1:.0%} a year in alpha is gone once its price falls {-falls[3]:.0%}",
        caption=f"Even {grown[1] - 1:.0%} is gone at a fall of {-falls[1]:.0%}. After a take of "
        f"{scenario.validator_take:.0%}, if all who earn stake what they earn; nothing is sold.",
        panels=[_worth_of_alpha(rules, scenario, grown[3]), _yield_eaten(grown, falls)],
        size=(11.0, 4.8),
        sources=(rules, scenario, "data/subnet_readings.csv, three subnets, 2026-10-08"),
    )


def _worth_of_alpha(rules: Rules, scenario: Scenario, grown: float) -> Panel:
    """Left of `alpha_fan`: the third subnet."""
    drifts = {1.0: BLACK, 0.5: SKY, 0.0: GREY, -0.5: ORANGE, -0.8: PURPLE}
    days = np.arange(0, 366, 5)
    lines = []
    for drift, colour in drifts.items():
        worth = alpha_growth(rules, scenario, 3, days) * (1 + drift) ** (days / DAYS_PER_YEAR)
        end = 1 + real_yield(grown - 1, price_change=drift)
        moved = f"price {drift:+.0%}" if drift else "price unchanged"
        label = f"{end:.2f}: {moved}"
        lines.append(Line(label=label, x=days, y=worth, colour=colour, at_end=True))
    return Panel(
        title=f"{reading('earning_alpha_3') / 1e6:.1f} M alpha at stake, root "
        f"{reading('root_proportion_3'):.0%}",
        marks=[*lines, Level(y=1, width=0.8)],
        x=Axis(label="days", low=0, high=530, ticks=(0, 100, 200, 300, 365)),
        y=Axis(label="worth in TAO for each TAO staked", low=0),
    )


def _yield_eaten(grown: dict[int, float], falls: dict[int, float]) -> Panel:
    """Right of `alpha_fan`: three subnets."""
    names = [
        f"{reading(f'earning_alpha_{which}') / 1e6:.1f} M alpha,\n"
        f"root {reading(f'root_proportion_{which}'):.0%}"
        for which in grown
    ]
    bars = [
        Bars(
            label=label,
            legend=False,
            x=np.arange(3) + shift,
            y=values,
            width=0.38,
            colour=colour,
            text=tuple(f"{value:+.0%}" for value in values),
        )
        for shift, values, colour, label in (
            (-0.2, [value - 1 for value in grown.values()], SKY, "alpha earned in a year"),
            (0.2, list(falls.values()), BLACK, "change of price that eats it"),
        )
    ]
    return Panel(
        marks=[*bars, Level(y=0, width=0.8)],
        x=Axis(names=tuple(names)),
        y=Axis(
            label="share of the alpha staked, or of its price",
            format=".0%",
            low=-0.8,
            high=max(grown.values()) - 0.8,
        ),
    )


# ---- A holder, live ----


@checked_record
class Staker:
    """Someone with 1 % of the supply, and the network around."""

    issued_million: float = quantity(
        default=5.675,
        unit="M TAO",
        meaning="TAO issued at the start",
        ge=0.1,
        le=20.9,
        step=0.005,
        span=(4, 20),
    )
    staked_share: float = same(
        Scenario,
        "staked_share",
        default=0.85,
        meaning="part of the supply that is staked",
        step=0.001,
        span=(0.2, 1),
    )
    stakers_share: float = same(Scenario, "stakers_share", default=0.5, le=0.82)
    validator_take: float = same(Scenario, "validator_take", default=0.18, le=0.18)
    recycled_share: float = same(Scenario, "recycled_share", default=0.0, span=(0, 0.3))
    alpha_part: float = quantity(
        default=0.5,
        unit="share",
        meaning="part of the stake held in alpha, the rest on root",
        ge=0,
        le=1,
        step=0.05,
    )
    alpha_drift: float = quantity(
        default=-0.2,
        unit="share per year",
        meaning="yearly change of alpha's price in TAO",
        ge=-0.99,
        le=10,
        step=0.05,
        span=(-0.8, 1),
    )
    horizon_years: float = same(Scenario, "horizon_years", default=5.0, step=0.5, span=(1, 20))


@functools.cache
def holders() -> dict[str, Staker]:
    """Dates and splits by name."""
    now = load_snapshot("2026-09-11")
    return {
        "November 2023, equal split": Staker(),
        "November 2023, after the owner's cut": Staker(stakers_share=0.41),
        "September 2026": Staker(
            issued_million=round(tao(now.issuance_rao) / 1e6, 2),
            staked_share=round(
                staked_tao(rules_at(now.date), now, load_scenario("base")) / tao(now.issuance_rao),
                4,
            ),
            stakers_share=0.41,
            recycled_share=load_scenario("base").recycled_share,
        ),
    }


def facts_of(holder: Staker) -> tuple[Snapshot, Scenario]:
    """The snapshot and the scenario that the sliders describe."""
    issued_rao = round(holder.issued_million * 1e6) * RAO_PER_TAO
    snapshot = replace(load_snapshot("article"), issuance_rao=issued_rao, staked_tao=None)
    fields = ("staked_share", "stakers_share", "validator_take", "recycled_share", "horizon_years")
    chosen = {field: getattr(holder, field) for field in fields}
    return snapshot, replace(load_scenario("base"), **chosen)


@view(
    holder="November 2023, equal split",
    menus={"holder": holders},
    published=False,
    sliders=(
        "issued_million",
        "staked_share",
        "stakers_share",
        "validator_take",
        "recycled_share",
        "alpha_part",
        "alpha_drift",
        "horizon_years",
    ),
)
def rewards(holder: Staker) -> View:
    """Who keeps a share of the supply: staked share, split, take, recycling, and stake in alpha
    whose price drifts.
    """
    day = (rules_at("2026-09-11"), *facts_of(holder))
    path = ownership_path(*day)
    year = holder_yield(*day)
    drifted = 1 - holder.alpha_part + holder.alpha_part * (1 + holder.alpha_drift) ** path.years
    mixed = path.nominator * drifted
    staked = np.linspace(0.2, 1.0, 41)
    rate = 1 / (1 + year.unstaked) - 1
    by_stake = staker_real_yield(rate, staked, year.break_even_staked_share)
    ways = [
        Line(label=label, x=path.years, y=getattr(path, key), colour=colour)
        for key, (_, label, colour) in HOLDERS.items()
    ]
    in_alpha = Line(label="partly in alpha", x=path.years, y=mixed, colour=PURPLE, style="--")
    here: dict[str, Any] = {"x": holder.staked_share, "y": year.staker_real, "colour": BLACK}
    yields = [
        Line(label="real yield by staked share", x=staked, y=by_stake, style=":"),
        Level(label="zero", legend=False, y=0, colour=GREY, style=":"),
        Points(label="here", **here),
    ]
    return View(
        title=f"A year changes a holder's share by {year.unstaked:+.1%}, a nominator's by "
        f"{year.staker_real:+.1%}",
        panels=[
            Panel(
                marks=[*ways, in_alpha],
                x=Axis(label="years"),
                y=Axis(label="share of the supply", format=".1%", low=0),
            ),
            Panel(
                marks=yields,
                x=Axis(label="staked share of the supply", format=".0%"),
                y=Axis(label="change of a nominator's share", format=".0%"),
            ),
        ],
        readout={
            "nominal yield": f"{year.staker_nominal:.1%} a year",
            "supply grows": f"{rate:.1%} a year, net of recycling",
            "stakers keep their share if staked is at most": f"{year.break_even_staked_share:.1%}",
            f"1% after {path.years[-1]:.1f} years, not staked": f"{path.unstaked[-1]:.2%}",
            "1% staked": f"{path.nominator[-1]:.2%}",
            "1% partly in alpha": f"{mixed[-1]:.2%}",
        },
        size=(11.0, 5.2),
    )
