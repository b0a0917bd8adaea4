"""Views of a published scenario tree: taken apart, and with odds of one's own."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.uncertainty import margin_of_error
from ..economy.scenario_tree import (
    Tree,
    scenario_tree,
    tree_break_even,
    tree_noise,
    tree_sensitivity,
)
from ..inputs import data
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, coins, rules_at
from .gallery import view
from .marks import (
    BLACK,
    BLUE,
    LIGHT,
    ORANGE,
    RED,
    SKY,
    Axis,
    Band,
    Bars,
    Level,
    Line,
    Mark,
    Panel,
    Points,
    Text,
    View,
)
from .words import plus_minus

TREE_SPOT_USD = 236.0  # printed beside the tree of 2024-01-07
CONCENTRATIONS = tuple(np.logspace(1, 4, 13))
OPENAI = "next OpenAI"
UNLIKELY = 0.02  # a branch below it


@view(rules="2026-09-11")
def tree_parts(rules: Rules) -> View:
    """Bars: what each branch of the published tree adds to the expected price, beside its
    probability.
    """
    tree = scenario_tree(rules, spot_usd=TREE_SPOT_USD)
    branches = tree.branches
    chances = tree.branches["probability"]
    added = branches["contribution_usd"] / coins(rules, rules.max_supply_rao)
    chosen = branches.set_index("branch").loc[OPENAI]
    small = branches[chances < UNLIKELY]
    colours = tuple(RED if name == OPENAI else BLUE for name in branches["branch"])
    look: dict[str, Any] = {"across": True, "colour": colours, "legend": False}
    names = branches["branch"].str.replace(" plus layer-one premium", " + premium")
    likely = Bars(label="probability", x=chances, text=tuple(f"{p:.2%}" for p in chances), **look)
    adds = Bars(
        label="added to the price", x=added, text=tuple(f"{usd:.2f}" for usd in added), **look
    )
    expected = "added to the expected price, USD per TAO"
    return View(
        title=f"{chosen['share']:.0%} of the tree's price hangs on a "
        f"{chosen['probability']:.1%} branch",
        caption=f"The red branch is that TAO becomes the next OpenAI. All parts add up to "
        f"{tree.price_usd:.2f} USD. The {len(small)} branches below {UNLIKELY:.0%} are "
        f"{small['probability'].sum():.2%} likely together and make {small['share'].sum():.0%} of "
        "it. The tree is one person's, of one day.",
        panels=[
            Panel(
                marks=[likely],
                x=Axis(label="probability", format=".0%", low=0, high=0.53),
                y=Axis(names=tuple(names)),
            ),
            Panel(
                marks=[adds],
                x=Axis(label=expected, low=0, high=68),
                y=Axis(names=("",) * len(names)),
            ),
        ],
        size=(11.0, 4.8),
        sources=("data/scenario_tree.csv: goodalexander, 2024-01-07",),
    )


@view(rules="2026-09-11")
def tree_by_certainty(rules: Rules, seed: int = 0) -> View:
    """The tree's price if its odds are known only as well as so many observations would tell them.
    The band holds eight of ten draws of the odds, blue is the median draw.
    """
    tree = scenario_tree(rules, spot_usd=TREE_SPOT_USD)
    sure = 100
    shown = tree_noise(rules, concentration=float(sure), seed=seed)
    return View(
        title=f"Uncertain odds spread the tree's price over {shown.p10_usd:.0f} to "
        f"{shown.p90_usd:.0f} USD",
        caption=f"The title's span is that of {sure} observations. The odds are drawn at random "
        "about the published ones.",
        panels=[
            Panel(
                marks=_by_certainty(rules, tree.price_usd, seed),
                x=Axis(
                    label="odds as sure as so many observations (log)",
                    scale="log",
                    format=",g",
                    low=10,
                    high=1e4,
                ),
                y=Axis(label="USD per TAO", low=0, high=340),
                columns=0,
            )
        ],
        size=(9.0, 4.6),
        sources=(
            "data/scenario_tree.csv",
            f"{shown.draws:,} Dirichlet draws, seed {seed}: {shown.p10_usd:.0f} ± "
            f"{margin_of_error(shown.p10_se):.1f} and {shown.p90_usd:.0f} ± "
            f"{margin_of_error(shown.p90_se):.1f} USD",
            plus_minus(),
        ),
    )


def _by_certainty(rules: Rules, price_usd: float, seed: int) -> list[Mark]:
    """The band of draws, their median, and the two prices that do not move."""
    drawn = [tree_noise(rules, concentration=many, seed=seed) for many in CONCENTRATIONS]
    expected = f"expected price, {price_usd:.2f} USD at any certainty"
    spot = f"price printed with the tree, {TREE_SPOT_USD:.0f} USD"
    high: dict[str, Any] = {"valign": "bottom", "size": 9}
    return [
        Band(
            x=CONCENTRATIONS,
            low=[noise.p10_usd for noise in drawn],
            high=[noise.p90_usd for noise in drawn],
            colour=SKY,
            alpha=0.4,
        ),
        Line(
            label="median draw",
            legend=False,
            x=CONCENTRATIONS,
            y=[noise.p50_usd for noise in drawn],
        ),
        Text(x=12, y=drawn[0].p50_usd - 5, text="median draw", colour=BLUE, valign="top", size=9),
        Level(y=price_usd, style=":", width=1.4),
        Text(x=12, y=price_usd, text=expected, colour=BLACK, **high),
        Level(y=TREE_SPOT_USD, colour=RED, style="--", width=1.4),
        Text(x=400, y=TREE_SPOT_USD, text=spot, colour=RED, **high),
    ]


# ---- A tree, live ----

BRANCHES = {
    "next_bitcoin": "next Bitcoin",
    "next_ethereum": "next Ethereum",
    "next_openai": OPENAI,
    "next_anthropic": "next Anthropic",
    "render_with_premium": "Render plus layer-one premium",
    "fetch_with_premium": "FetchAI plus layer-one premium",
    "sputters": "sputters",
}
SHORT = ("Bitcoin", "Ethereum", "OpenAI", "Anthropic", "Render +", "Fetch +", "sputters")


def _odds(meaning, span):
    return quantity(
        unit="",
        meaning=f"odds that TAO becomes {meaning}",
        ge=0,
        le=100,
        step=0.01,
        span=span,
        source="Deep Dive on Bittensor (TAO) (scenario_tree.csv)",
    )


@checked_record
class Odds:
    """Odds of each branch; a branch's probability is its odds over the sum of all."""

    next_bitcoin: float = _odds("the next Bitcoin", (0, 5))
    next_ethereum: float = _odds("the next Ethereum", (0, 5))
    next_openai: float = _odds("the next OpenAI", (0, 5))
    next_anthropic: float = _odds("the next Anthropic", (0, 5))
    render_with_premium: float = _odds("worth Render with a layer-one premium", (0, 100))
    fetch_with_premium: float = _odds("worth Fetch with a layer-one premium", (0, 100))
    sputters: float = _odds("worth little", (0, 100))
    spot_usd: float = quantity(
        default=TREE_SPOT_USD,
        unit="USD per TAO",
        meaning="price to compare with",
        source="Deep Dive on Bittensor (TAO)",
        gt=0,
        le=1e5,
        step=0.1,
        span=(1, 1000),
    )


@functools.cache
def published_odds() -> Odds:
    """The odds of the tree of 2024-01-07, in per cent."""
    chances = data.load("scenario_tree").set_index("branch")["probability"] * 100
    return Odds(**{field: round(float(chances[name]), 6) for field, name in BRANCHES.items()})


def set_tree(odds: Odds) -> tuple[pd.DataFrame, Tree]:
    """The published branches with the odds of the sliders, and what they are worth."""
    table = data.load("scenario_tree")
    given = {name: getattr(odds, field) for field, name in BRANCHES.items()}
    total = sum(given.values())
    if not total:
        raise ValueError("odds must leave something likely, got all zero")
    table = table.assign(probability=[given[name] / total for name in table["branch"]])
    return table, scenario_tree(rules_at("2026-09-11"), spot_usd=odds.spot_usd, tree=table)


@view(odds=published_odds, published=False, sliders=(*BRANCHES, "spot_usd"))
def tree(odds: Odds) -> View:
    """Set the odds of a scenario tree; only their ratios count, so probabilities always add up to
    one.
    """
    table, got = set_tree(odds)
    chances = got.branches["probability"]
    try:
        even = tree_break_even(rules_at("2026-09-11"), OPENAI, spot_usd=odds.spot_usd, tree=table)
        break_even = f"{even:.2%}"
    except ValueError:
        break_even = "none does"
    rare = got.branches[chances < UNLIKELY]
    outcomes = f"{got.p10_usd:,.0f} / {got.p50_usd:,.0f} / {got.p90_usd:,.0f} USD"
    return View(
        title=f"The tree is worth {got.price_usd:,.2f} USD per TAO, {got.gap_to_spot:+.2%} from "
        f"{odds.spot_usd:,.2f}",
        panels=[_contributions(odds, got), _by_openai(odds, table, got)],
        readout={
            "probabilities": ", ".join(
                f"{name} {chance:.2%}" for name, chance in zip(SHORT, chances, strict=True)
            ),
            "chance of OpenAI that gives the price": break_even,
            f"from branches below {UNLIKELY:.0%}": f"{rare['share'].sum():.0%} of the value",
            "outcomes, 10 / 50 / 90%": outcomes,
        },
        size=(11.0, 5.0),
    )


def _contributions(odds: Odds, got: Tree) -> Panel:
    """Left of `tree`: what each branch adds, as published and as set."""
    chain = rules_at("2026-09-11")
    rows = np.arange(len(SHORT))
    first = scenario_tree(chain, spot_usd=odds.spot_usd)
    bars = [
        Bars(
            label=label,
            x=rows + shift,
            y=shown.branches["contribution_usd"] / coins(chain, chain.max_supply_rao),
            width=0.4,
            colour=colour,
        )
        for label, shown, shift, colour in (
            ("as published", first, -0.2, LIGHT),
            ("as set", got, 0.2, BLUE),
        )
    ]
    return Panel(
        marks=bars,
        x=Axis(label="branch", names=SHORT),
        y=Axis(label="added, USD per TAO"),
    )


def _by_openai(odds: Odds, table: pd.DataFrame, got: Tree) -> Panel:
    """Right of `tree`: its price by the chance of one branch."""
    chance = float(got.branches.set_index("branch").loc[OPENAI, "probability"])
    grid = np.linspace(0, max(0.05, min(1.0, 1.5 * chance)), 51)
    curve = tree_sensitivity(rules_at("2026-09-11"), OPENAI, grid, tree=table)
    spot: dict[str, Any] = {"y": odds.spot_usd, "colour": RED, "style": "--", "width": 2.0}
    return Panel(
        marks=[
            Line(label="price, the rest in proportion", x=grid, y=curve, colour=ORANGE),
            Level(label="price to compare with", **spot),
            Points(label="here", x=chance, y=got.price_usd, colour=BLACK),
        ],
        x=Axis(label="probability of becoming the next OpenAI", format=".1%"),
        y=Axis(label="USD per TAO", low=0),
    )
