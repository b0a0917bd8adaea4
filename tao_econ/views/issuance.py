"""Views of the schedule: the halvings, the eras, and inflation."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..chain.emission import PPM, emission_path, issuance_eras
from ..economy.supply import supply_path
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds, load_scenario, rules_at
from ..inputs.units import RAO_PER_TAO, blocks_to_years, decimal_year, tao
from .gallery import view
from .marks import (
    BLACK,
    GREY,
    OF_2023,
    OF_2026,
    OF_TAO,
    RED,
    Axis,
    Level,
    Line,
    Panel,
    Text,
    View,
)
from .words import in_words

SINCE = "years since the first block"


class Walk(NamedTuple):
    """Every change of reward, exact; the last is where emission ends."""

    years: np.ndarray
    issued_tao: np.ndarray
    left_tao: np.ndarray


def walk(rules: Rules, scenario: Scenario, unit_per_tao: int = RAO_PER_TAO) -> Walk:
    """Emission from the first block to its end, with the recycling and block time assumed.

    unit_per_tao : smallest units in a TAO, of which the rules count their rewards
    """
    eras = issuance_eras(rules, recycled_ppm=round(scenario.recycled_share * PPM))
    left = [float(rules.max_supply_rao - era.issuance_rao) / unit_per_tao for era in eras]
    return Walk(
        years=np.array(
            [blocks_to_years(era.first_block, block_seconds(rules, scenario)) for era in eras]
        ),
        issued_tao=np.array([float(era.issuance_rao) / unit_per_tao for era in eras]),
        left_tao=np.array(left),
    )


@view(rules="2026-09-11", article="article")
def supply_four_ways(rules: Rules, article: Rules) -> View:
    """Reward of a block over the life of the schedule: the chain's in blue, the article's in red.
    The axis counts in powers of ten, so each halving is a step of one size.
    """
    for way in (rules, article):
        if not any(era.blocks for era in issuance_eras(way)):
            raise ValueError(f"schedule must halve a reward above 0, got {way.schedule!r}")
    chain = _steps(rules)
    asked = _steps(article)
    paid = len(issuance_eras(rules)) - 1
    never = article.max_halvings - paid
    one_rao = tao(1)
    return View(
        title=f"The chain pays {paid} rewards, the article counts {article.max_halvings}",
        caption=f"Below one rao, the smallest unit, nothing can be paid: {never} of the article's "
        f"eras lie there. The chain's emission ends after {chain[0][-1]:.0f} years if nothing is "
        f"recycled, the article's after {asked[0][-1]:.0f}. Before that the two hardly differ: its "
        "halvings come by supply, the article's by blocks.",
        panels=[
            Panel(
                marks=[
                    Line(label="the article", legend=False, x=asked[0], y=asked[1], colour=OF_2023),
                    Text(x=200, y=1e-13, text="the article goes on", colour=OF_2023, size=9),
                    Line(label="the chain", legend=False, x=chain[0], y=chain[1], colour=OF_2026),
                    Text(
                        x=chain[0][-1],
                        y=20 * one_rao,
                        text=f"the chain ends: {chain[0][-1]:.0f} years",
                        colour=OF_2026,
                        size=9,
                    ),
                    Level(y=one_rao, style=":", colour=BLACK),
                    Text(x=2, y=one_rao, text="one rao", valign="top", size=9),
                ],
                x=Axis(label=SINCE, low=0, high=260),
                y=Axis(label="TAO a block (log)", scale="log", low=1e-19, high=3),
            )
        ],
        size=(9.0, 4.6),
        sources=(rules, "nothing recycled, from the first block"),
    )


def _steps(rules: Rules) -> tuple[np.ndarray, np.ndarray]:
    """Years and TAO a block of every reward that is paid, as the corners of a stair."""
    eras = issuance_eras(rules)
    years = blocks_to_years(np.array([era.first_block for era in eras], float), rules.block_time_s)
    rewards = np.array([float(era.reward_rao) for era in eras[:-1]]) / RAO_PER_TAO
    return np.repeat(years, 2)[1:-1], np.repeat(rewards, 2)


@view(rules="2026-09-11", snapshot="2026-09-11", scenario="base")
def inflation(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:
    """New TAO of the coming year over the supply at its start, less what is recycled, on a log
    scale; each step down is a halving. Green is TAO, grey Bitcoin's schedule.
    """
    start = decimal_year(snapshot.date)
    later = 10
    path = supply_path(rules, snapshot, scenario)
    unrecycled = supply_path(rules, snapshot, replace(scenario, recycled_share=0.0))
    then = np.interp(later, path.years, path.inflation_per_year)
    years, bitcoin = _bitcoin()
    last = start + scenario.horizon_years
    shown = (years >= start) & (years <= last)
    lines = [
        Line(
            label="TAO",
            x=start + path.years,
            y=path.inflation_per_year,
            colour=OF_TAO,
            at_end=True,
        ),
        Line(
            label="TAO, nothing recycled",
            legend=False,
            x=start + unrecycled.years,
            y=unrecycled.inflation_per_year,
            colour=OF_TAO,
            style="--",
            width=1.0,
        ),
        Line(
            label="Bitcoin",
            at_end=True,
            x=years[shown],
            y=bitcoin[shown],
            colour=GREY,
            style=":",
        ),
    ]
    return View(
        title=f"New supply falls from {path.inflation_per_year[0]:.1%} a year to {then:.1%} in "
        f"{in_words(later)} years",
        caption=f"From {snapshot.date}, with {scenario.recycled_share:.1%} of new TAO recycled; "
        "the thin dashed line recycles nothing. Bitcoin has ten-minute blocks from 2009. These are "
        "schedules, not forecasts.",
        panels=[
            Panel(
                marks=lines,
                x=Axis(label="year", ticks=np.arange(np.ceil(start), last, 4), high=last + 2),
                y=Axis(label="net new supply in the coming year", scale="log", format="g%"),
            )
        ],
    )


def _bitcoin() -> tuple[np.ndarray, np.ndarray]:
    """Days as years, and what the schedule of Bitcoin adds in the year after each, as a share."""
    rules = rules_at("bitcoin")
    path = emission_path(rules, issuance_rao=0, days=round(365.25 * 60))
    years = 2009.0 + blocks_to_years(path.block, rules.block_time_s)
    return years[1:-365], path.issuance_rao[366:] / path.issuance_rao[1:-365] - 1


# ---- Live ----


@checked_record
class Unit:
    """How finely TAO divides, were it not nine decimals."""

    decimals: int = quantity(
        default=9,
        unit="digits",
        meaning="decimals of one TAO",
        ge=0,
        le=24,
        span=(6, 20),
        source="eras.toml",
    )


def schedules() -> dict[str, Rules]:
    """The schedules to choose from."""
    return {
        "the chain: by issuance": rules_at("2026-09-11"),
        "the article, whole rao": rules_at("article-whole-rao"),
        "the article, unlimited decimals": rules_at("article"),
    }


def whole_life() -> Scenario:
    """As the article assumes, for as long as TAO is issued."""
    return replace(load_scenario("article"), horizon_years=260.0)


@view(
    rules="2026-09-11",
    scenario=whole_life,
    unit=Unit,
    menus={"rules": schedules},
    published=False,
    sliders=("recycled_share", "block_time_s", "horizon_years", "decimals"),
)
def emission(rules: Rules, scenario: Scenario, unit: Unit) -> View:
    """Bend the schedule: which rule halves, how much is recycled, how slow blocks are, how many
    decimals TAO has.
    """
    one = 10**unit.decimals
    finer = replace(
        rules, units_per_coin=one, block_reward_rao=one, max_supply_rao=21 * 10**6 * one
    )
    years, issued, left = walk(finer, scenario, one)
    horizon = scenario.horizon_years
    x = np.linspace(0, horizon, 521)
    shown = years <= horizon
    return View(
        title=f"Emission ends after {years[-1]:.1f} years and {len(years) - 1} rewards",
        panels=[
            Panel(
                marks=[Line(label="TAO issued", x=x, y=np.interp(x, years, issued) / 1e6)],
                x=Axis(label=SINCE),
                y=Axis(label="TAO issued, million", low=0, high=22),
            ),
            Panel(
                marks=[
                    Line(
                        label="TAO never yet issued, at each halving",
                        x=years[shown],
                        y=left[shown],
                        marker="o",
                        colour=RED,
                    ),
                    Line(label="one unit", x=[0, horizon], y=[1 / one] * 2, colour=GREY, style=":"),
                ],
                x=Axis(label=SINCE),
                y=Axis(label="TAO left (log)", scale="log"),
            ),
        ],
        readout={
            "rewards above zero": f"{len(years) - 1}",
            "emission ends": f"{years[-1]:.2f} years",
            "issued at the end": f"{issued[-1]:,.4f} TAO",
            "never issued": f"{left[-1]:.3g} TAO",
            "first halving": f"{years[1]:.2f} years" if len(years) > 1 else "none",
        },
        size=(11.0, 5.0),
    )
