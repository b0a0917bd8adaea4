"""Views of the schedule: the halvings, the eras, and inflation."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..chain.emission import PPM, emission_path, issuance_eras
from ..economy.supply import supply_path
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds, coins, load_scenario, rules_at
from ..inputs.units import RAO_PER_TAO, blocks_to_years, decimal_year, tao
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    GREY,
    LIGHT,
    ORANGE,
    RED,
    Axis,
    Bars,
    Level,
    Line,
    Mark,
    Panel,
    Points,
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


@view(rules="2026-09-11", article="article", scenario="base")
def supply_four_ways(rules: Rules, article: Rules, scenario: Scenario) -> View:
    """Left, TAO issued against years on a log axis; right, TAO left to issue at each halving,
    both for four schedules.
    """
    ways = _four_ways(rules, article, scenario)
    walks = [walk(way, assumed) for _, way, assumed, _ in ways]
    _, by_chain, _, by_article = walks
    issued = []
    left: list[Mark] = [Level(y=tao(1), width=0.8, style=":")]
    for (label, way, assumed, look), walked in zip(ways, walks, strict=True):
        issued.append(_issued(way, assumed, label, look))
        line = look | {"width": 1.2, "marker": "."}
        left.append(Line(label=label, legend=False, x=walked.years, y=walked.left_tao, **line))
        end = {"x": walked.years[-1], "y": walked.left_tao[-1], "colour": look["colour"]}
        left.append(Points(**end, marker="X", size=9))
    left.append(Text(x=2, y=1.4 * tao(1), text="one rao, the smallest unit", valign="bottom"))
    return View(
        title=f"Emission ends after {by_chain.years[-1]:.0f} years and {len(by_chain.years) - 1} "
        f"rewards, not after {by_article.years[-1]:.0f} years and {len(by_article.years) - 1}",
        panels=[
            Panel(
                title="On this scale they are one curve …",
                marks=issued,
                x=Axis(label=SINCE, scale="log", low=0.3, high=300, format="g"),
                y=Axis(label="TAO issued, million"),
                columns=1,
            ),
            Panel(
                title="… but whole rao cut the tail off halfway",
                marks=left,
                x=Axis(label=f"{SINCE} (× = emission ends)", low=0, high=270),
                y=Axis(label="TAO never yet issued", scale="log"),
            ),
        ],
        size=(11.0, 5.4),
        sources=(rules, scenario),
    )


def _four_ways(rules: Rules, article: Rules, scenario: Scenario) -> list[tuple]:
    """(name, rules, scenario, look) of the four schedules."""
    whole = replace(article, whole_rao=True)
    kept = replace(scenario, recycled_share=0.0)
    unlimited = f"the article: {article.max_halvings} halvings, unlimited decimals"
    by_issuance = "the chain: halving by issuance, whole rao"
    recycling = f"the chain, {scenario.recycled_share:.1%} recycled"
    return [
        ("the article in whole rao", whole, kept, {"colour": ORANGE, "width": 5.5}),
        (by_issuance, rules, kept, {"colour": BLUE, "width": 2.2}),
        (recycling, rules, scenario, {"colour": RED, "width": 2.0}),
        (unlimited, article, kept, {"colour": BLACK, "width": 1.2, "style": "--"}),
    ]


def _issued(rules: Rules, scenario: Scenario, label: str, look: dict) -> Line:
    """One schedule's TAO issued over 300 years."""
    path = emission_path(
        rules,
        issuance_rao=0,
        days=365 * 300,
        recycled_ppm=round(scenario.recycled_share * PPM),
        every_days=73,
    )
    years = blocks_to_years(path.block[1:], block_seconds(rules, scenario))
    return Line(label=label, x=years, y=coins(rules, path.issuance_rao[1:]) / 1e6, **look)


@view(rules="2026-09-11", article="article")
def era_lengths(rules: Rules, article: Rules) -> View:
    """Bars: years that each reward is paid under the chain's rule; the article's further eras
    are grey and never come.
    """
    eras = [era for era in issuance_eras(rules) if era.blocks]
    if not eras:
        raise ValueError(f"schedule must halve the reward, got {rules.schedule!r}")
    years = blocks_to_years(np.array([era.blocks for era in eras], float), rules.block_time_s)
    planned = blocks_to_years(article.halving_interval_blocks, article.block_time_s)
    never = np.arange(len(eras), article.max_halvings)
    told = np.array([era for era in (26, 28, 29) if era < len(eras)], int)
    bars = [
        Bars(label="years paid under the chain's rule", y=years),
        Bars(
            label="planned by the article, reward below one rao",
            x=never,
            y=np.full(len(never), planned),
            colour=LIGHT,
        ),
        Level(
            label=f"{planned:.2f} years: {article.halving_interval_blocks / 1e6:g} M blocks of "
            f"{article.block_time_s:g} s",
            y=planned,
            colour=RED,
            width=1,
            style="--",
        ),
    ]
    numbers = Text(
        x=told + 0.35,
        y=years[told] + 0.08,
        text=tuple(f"{value:.1f}" for value in years[told]),
        align="right",
        valign="bottom",
    )
    return View(
        title=f"Of the article's {article.max_halvings} eras {len(never)} cannot be paid; the "
        f"last that can be, at {eras[-1].reward_rao} rao a block, lasts {years[-1]:.1f} years",
        panels=[
            Panel(
                marks=[*bars, numbers],
                x=Axis(label="halvings so far", low=-1, high=article.max_halvings),
                y=Axis(label="years", low=0, high=years.max() * 1.12),
            )
        ],
        sources=(rules, f"no recycling, from the first block, {rules.block_time_s:g} s a block"),
    )


@view(rules="2026-09-11", snapshot="2026-09-11", scenario="base")
def inflation(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:
    """Net new TAO a year over supply, with and without recycling, on a log scale, beside
    Bitcoin's schedule.
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
            label="TAO, with recycling as assumed",
            x=start + path.years,
            y=path.inflation_per_year,
        ),
        Line(
            label="TAO, nothing recycled",
            x=start + unrecycled.years,
            y=unrecycled.inflation_per_year,
            colour=ORANGE,
            style="--",
        ),
        Line(
            label="Bitcoin, ten-minute blocks from 2009",
            x=years[shown],
            y=bitcoin[shown],
            colour=GREY,
            style=":",
        ),
    ]
    return View(
        title=f"New TAO adds {path.inflation_per_year[0]:.1%} to the supply in the year from "
        f"{snapshot.date}, {then:.1%} in a year {in_words(later)} years on",
        panels=[
            Panel(
                marks=lines,
                x=Axis(label="year", ticks=np.arange(np.ceil(start), last, 4)),
                y=Axis(label="net new supply in the coming year", scale="log", format="g%"),
                columns=3,
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
        default=9, unit="digits", meaning="decimals of one TAO", ge=0, le=24, span=(6, 20)
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
