"""Views of intrinsic value: every model on one axis, the fees a price asks for, and a published
tree taken apart.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from ..economy.football import football_field
from ..economy.scenario_tree import (
    Tree,
    scenario_tree,
    tree_break_even,
    tree_noise,
    tree_sensitivity,
)
from ..economy.valuation import (
    captured_fees,
    convenience_value,
    exchange_equation,
    metcalfe,
    reverse_dcf,
    reverse_dcf_surface,
    stock_to_flow,
)
from ..inputs import data
from ..inputs.record import checked_record, quantity
from ..inputs.rules import Rules, Scenario, Snapshot, rules_at
from ..inputs.units import tao
from .gallery import snapshots, view
from .marks import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LIGHT,
    ORANGE,
    RED,
    SKY,
    Axis,
    Band,
    Bars,
    Level,
    Line,
    Map,
    Panel,
    Points,
    Text,
    View,
    in_words,
)

TREE_SPOT_USD = 236.0  # printed beside the tree of 2024-01-07
GROWING_YEARS = 10  # of the fees, before they stand still
ESTIMATES_USD = (3e6, 20e6)  # published range of the whole network's fees a year, 2026
CONCENTRATIONS = tuple(np.logspace(1, 4, 13))
OPENAI, UNLIKELY = "next OpenAI", 0.02
USD_LOG = Axis(label="USD per TAO (log)", scale="log", format=",g")


@view(rules="2026-09-11", then="article", now="2026-09-11", scenario="base")
def valuation_field(rules: Rules, then: Snapshot, now: Snapshot, scenario: Scenario) -> View:
    """Low, middle and high price of TAO by ten methods at two dates on one log axis, with the
    price of each date.
    """
    before, after = (football_field(rules, day, scenario) for day in (then, now))
    middles, rows = after["mid_usd"], np.arange(len(before))
    ranges = [
        Bars(
            label=f"{day.name}: low to high",
            at=rows + shift,
            base=table["low_usd"],
            length=np.maximum(table["high_usd"] - table["low_usd"], 0.03 * table["mid_usd"]),
            width=0.3,
            across=True,
            colour=colour,
            alpha=0.75,
        )
        for day, table, shift, colour in ((then, before, -0.18, SKY), (now, after, 0.18, BLUE))
    ]
    middle = Points(
        label="middle",
        x=[*before["mid_usd"], *middles],
        y=[*(rows - 0.18), *(rows + 0.18)],
        marker="|",
        colour=BLACK,
        size=11,
    )
    prices = [
        Level(
            label=f"price {day.price_usd:,.2f} USD, {day.name}",
            at=day.price_usd,
            upright=True,
            colour=colour,
            style=style,
            width=width,
        )
        for day, colour, style, width in ((then, ORANGE, ":", 1.8), (now, RED, "--", 1.6))
    ]
    names = before["method"].replace({"stock-to-flow": "stock-to-flow (foil)"})
    return View(
        title=f"{len(after)} methods, {len(after)} middles: from {middles.min():.2f} to "
        f"{middles.max():,.0f} USD for a TAO that traded at {now.price_usd:,.2f} in "
        f"{now.date:%B %Y}",
        panels=[
            Panel(
                marks=[*ranges, middle, *prices],
                x=replace(USD_LOG, low=0.008, high=1e5),
                y=Axis(names=tuple(names), inverted=True),
            )
        ],
        size=(10.0, 6.4),
        sources=("ranges: see the table's column 'basis'",),
    )


@view(rules="2026-09-11", snapshot="2026-09-11", scenario="base")
def fees_needed(rules: Rules, snapshot: Snapshot, scenario: Scenario) -> View:
    """Price by yearly fees and capture share, as contours, without growth and with the
    scenario's, estimates shaded.
    """
    cases = (replace(scenario, revenue_growth=0.0), scenario)
    asked = [reverse_dcf(rules, snapshot, case, growth_years=GROWING_YEARS) for case in cases]
    flat, growing = (found.fee_revenue_usd_per_year / 1e6 for found in asked)
    low, high = (usd / 1e6 for usd in ESTIMATES_USD)
    panels = [
        _fees(rules, snapshot, case, need)
        for case, need in zip(cases, (flat, growing), strict=True)
    ]
    part = replace(panels[0].y, label="part of the fees that reaches holders (log)")
    return View(
        title=f"At full capture {snapshot.price_usd:,.0f} USD asks for fees of {flat:,.0f} M USD a "
        f"year that never grow, or {growing:,.0f} M that grow {scenario.revenue_growth:.0%} a year "
        f"for {in_words(GROWING_YEARS)} years; estimates run from {low:g} to {high:g} M",
        panels=[replace(panels[0], y=part), panels[1]],
        size=(11.0, 5.4),
        sources=(f"discounted at {scenario.discount_rate:.0%}",),
    )


def _fees(rules: Rules, snapshot: Snapshot, scenario: Scenario, need: float) -> Panel:
    """One growth of fees of `fees_needed`: lines of equal price, need in M USD."""
    fees, capture = np.logspace(6, 11, 101), np.logspace(-2, 0, 61)
    price = reverse_dcf_surface(
        rules,
        snapshot,
        scenario,
        fee_revenue_usd_per_year=fees,
        capture_share=capture,
        growth_years=GROWING_YEARS,
    ).price_usd
    low, high = (usd / 1e6 for usd in ESTIMATES_USD)
    estimates = f"estimates of 2026: {low:g} to {high:g} M USD"
    marks = [Level(label=estimates, at=low, to=high, upright=True, colour=GREEN, alpha=0.15)]
    plane = {"kind": "lines", "x": fees / 1e6, "y": capture, "z": price.T}
    for times in (0.01, 0.1, 1, 10):
        level = snapshot.price_usd * times
        told = f"today's price, {snapshot.price_usd:,.2f} USD" if times == 1 else ""
        look = {"colour": RED, "width": 2.4} if times == 1 else {"colour": GREY}
        name = f"{level:,.3g} USD" if level < 1000 else f"{level:,.0f} USD"
        fifth = need * times / 0.2  # fees at which a fifth captured gives the level
        word = {"align": "center", "valign": "baseline", "box": True, "clip": True}
        marks.append(Map(label=told, levels=(level,), **look, **plane))
        marks.append(Text(x=fifth, y=0.2, text=name, size=8.5, **word))
    at_need = {"label": f"{need:,.0f} M USD, all captured", "x": need, "y": 1}
    marks.append(Points(colour=RED, edge=BLACK, clip=False, **at_need))
    growth = scenario.revenue_growth
    grow = f"Fees grow by {growth:.0%} a year for {in_words(GROWING_YEARS)} years"
    fees_axis = {"label": "fees of the network today, M USD a year (log)", "format": ",g"}
    return Panel(
        title=grow if growth else "Fees never grow",
        marks=marks,
        x=Axis(scale="log", low=1, high=1e5, **fees_axis),
        y=Axis(scale="log", low=0.01, high=1, ticks=(0.01, 0.1, 1), format="g%"),
        columns=1,
    )


@view(rules="2026-09-11")
def tree_parts(rules: Rules) -> View:
    """Bars: what each branch of the published tree adds to the expected price, beside its
    probability.
    """
    tree = scenario_tree(rules, spot_usd=TREE_SPOT_USD)
    branches, chances = tree.branches, tree.branches["probability"]
    added = branches["contribution_usd"] / tao(rules.max_supply_rao)
    chosen = branches.set_index("branch").loc[OPENAI]
    small = branches[chances < UNLIKELY]
    colours = tuple(RED if name == OPENAI else BLUE for name in branches["branch"])
    look = {"across": True, "colour": colours, "legend": False, "texts_size": 9}
    names = branches["branch"].str.replace(" plus layer-one premium", " + premium")
    likely = Bars(
        label="probability", length=chances, texts=tuple(f"{p:.2%}" for p in chances), **look
    )
    adds = Bars(
        label="added to the price", length=added, texts=tuple(f"{usd:.2f}" for usd in added), **look
    )
    expected = "added to the expected price, USD per TAO"
    return View(
        title=f"{chosen['share']:.0%} of the tree's {tree.price_usd:.2f} USD hang on a "
        f"{chosen['probability']:.1%} branch; branches below {UNLIKELY:.0%}, "
        f"{small['probability'].sum():.2%} likely in all, make {small['share'].sum():.0%}",
        panels=[
            Panel(
                marks=[likely],
                x=Axis(label="probability", format=".0%", low=0, high=0.53),
                y=Axis(names=tuple(names), inverted=True),
            ),
            Panel(
                marks=[adds],
                x=Axis(label=expected, low=0, high=68),
                y=Axis(names=("",) * len(names), inverted=True),
            ),
        ],
        size=(11.0, 4.8),
        sources=("data/scenario_tree.csv: goodalexander, 2024-01-07",),
    )


@view(rules="2026-09-11")
def openai_branch(rules: Rules, seed: int = 0) -> View:
    """Left, the tree's price against the odds of its OpenAI branch; right, against how sure one
    is of all its odds.
    """
    tree = scenario_tree(rules, spot_usd=TREE_SPOT_USD)
    even = tree_break_even(rules, OPENAI, spot_usd=TREE_SPOT_USD)
    stated = tree.branches.set_index("branch").loc[OPENAI, "probability"]
    sure, odds = 100, np.linspace(0, 0.03, 61)
    shown = tree_noise(rules, concentration=float(sure), seed=seed)
    curve = tree_sensitivity(rules, OPENAI, odds)
    spot = {"at": TREE_SPOT_USD, "colour": RED, "style": "--", "width": 1.4}
    published = f"as published: {tree.price_usd:.2f} USD at {stated:.2%}"
    marks = [
        Line(label="expected price, the rest in proportion", x=odds, y=curve),
        Level(label=f"price printed with the tree, {TREE_SPOT_USD:.0f} USD", **spot),
        Points(label=published, x=stated, y=tree.price_usd, colour=BLACK),
        Points(
            label=f"break-even: {even:.2%}",
            x=even,
            y=TREE_SPOT_USD,
            marker="D",
            colour=ORANGE,
            edge=BLACK,
        ),
    ]
    chance = "probability of becoming the next OpenAI"
    return View(
        title=f"{TREE_SPOT_USD:.0f} USD asked for a {even:.2%} chance of '{OPENAI}' in place of "
        f"{stated:.2%}; odds as sure as {sure} observations give {shown.p10_usd:.0f} to "
        f"{shown.p90_usd:.0f} USD",
        panels=[
            Panel(
                marks=marks,
                x=Axis(label=chance, format=".1%", low=0, high=0.03),
                y=Axis(label="USD per TAO", low=0, high=340),
                columns=1,
            ),
            _noise(rules, tree.price_usd, Level(**spot), seed),
        ],
        size=(11.0, 5.0),
        sources=(
            "data/scenario_tree.csv",
            f"{shown.draws:,} Dirichlet draws, seed {seed}; standard errors "
            f"{shown.p10_se:.1f} and {shown.p90_se:.1f} USD",
        ),
    )


def _noise(rules: Rules, price_usd: float, spot: Level, seed: int) -> Panel:
    """Right of `openai_branch`: the tree's price by how sure its odds are."""
    drawn = [tree_noise(rules, concentration=sure, seed=seed) for sure in CONCENTRATIONS]
    same = "expected price, the same at any certainty"
    return Panel(
        marks=[
            Band(
                label="10 to 90% of draws",
                x=CONCENTRATIONS,
                low=[noise.p10_usd for noise in drawn],
                high=[noise.p90_usd for noise in drawn],
                colour=SKY,
                alpha=0.4,
            ),
            Line(label="median draw", x=CONCENTRATIONS, y=[noise.p50_usd for noise in drawn]),
            Level(label=same, at=price_usd, style=":", width=1.4),
            spot,
        ],
        x=Axis(
            label="odds as sure as so many observations (log)",
            scale="log",
            format=",g",
            low=10,
            high=1e4,
        ),
        y=Axis(low=0, high=340),
        columns=1,
    )


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
        unit="", meaning=f"odds that TAO becomes {meaning}", ge=0, le=100, step=0.01, span=span
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
        TREE_SPOT_USD,
        unit="USD per TAO",
        meaning="price to compare with",
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
            "probabilities": ", ".join(f"{chance:.2%}" for chance in chances),
            "chance of OpenAI that gives the price": break_even,
            f"from branches below {UNLIKELY:.0%}": f"{rare['share'].sum():.0%} of the value",
            "outcomes, 10 / 50 / 90%": outcomes,
        },
        size=(11.0, 5.0),
    )


def _contributions(odds: Odds, got: Tree) -> Panel:
    """Left of `tree`: what each branch adds, as published and as set."""
    chain, rows = rules_at("2026-09-11"), np.arange(len(SHORT))
    first = scenario_tree(chain, spot_usd=odds.spot_usd)
    bars = [
        Bars(
            label=label,
            at=rows + shift,
            length=shown.branches["contribution_usd"] / tao(chain.max_supply_rao),
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
    spot = {"at": odds.spot_usd, "colour": RED, "style": "--", "width": 2.0}
    return Panel(
        marks=[
            Line(label="price, the rest in proportion", x=grid, y=curve, colour=ORANGE),
            Level(label="price to compare with", **spot),
            Points(label="here", x=chance, y=got.price_usd, colour=BLACK),
        ],
        x=Axis(label="probability of becoming the next OpenAI", format=".1%"),
        y=Axis(label="USD per TAO", low=0),
    )


# ---- Models from within, live ----


@checked_record
class Adoption:
    """What Metcalfe's law asks for and nobody has counted."""

    users: float = quantity(
        11_000.0, unit="", meaning="active users", ge=0, le=1e12, step=1_000, span=(0, 500_000)
    )
    exponent: float = quantity(
        1.69, unit="power", meaning="exponent of value in users", ge=0, le=4, step=0.01, span=(1, 2)
    )


def models(snapshot: Snapshot, scenario: Scenario, adoption: Adoption) -> dict[str, float]:
    """USD per TAO by each model at the sliders' numbers."""
    chain = rules_at("2026-09-11")
    day = (chain, snapshot, scenario)
    adopted = metcalfe(*day, users=adoption.users, exponent=adoption.exponent)
    return {
        "MV = PQ": exchange_equation(*day).price_usd,
        "Metcalfe's law": adopted.price_usd,
        "Cong-Li-Wang": convenience_value(*day).price_usd,
        "captured fees": captured_fees(*day).price_usd,
        "scenario tree of 2024": scenario_tree(chain, spot_usd=snapshot.price_usd).price_usd,
        "stock-to-flow (foil)": stock_to_flow(*day).price_usd,
    }


@view(
    snapshot="2026-09-11",
    scenario="base",
    adoption=Adoption,
    menus={"snapshot": snapshots},
    published=False,
    sliders=(
        "price_usd",
        "fee_revenue_usd_per_year",
        "revenue_growth",
        "capture_share",
        "survival_share",
        "discount_rate",
        "velocity",
        "recycled_share",
        "users",
        "exponent",
    ),
)
def intrinsic(snapshot: Snapshot, scenario: Scenario, adoption: Adoption) -> View:
    """Each model of value at your own numbers, and the fees that captured fees would have to be."""
    chain, prices = rules_at("2026-09-11"), models(snapshot, scenario, adoption)
    fees, names = prices["captured fees"], tuple(prices)
    need = reverse_dcf(chain, snapshot, scenario)
    flat = reverse_dcf(chain, snapshot, replace(scenario, revenue_growth=0.0))
    grows = np.isfinite(need.revenue_growth)
    spot = {"at": snapshot.price_usd, "colour": RED, "style": "--", "width": 2.0}
    by_model = Points(
        label="model",
        x=list(prices.values()),
        y=range(len(names)),
        size=9,
        colour=(BLUE,) * (len(names) - 1) + (GREY,),
    )
    return View(
        title=f"Captured fees give {fees:,.2f} USD per TAO; the price is {snapshot.price_usd:,.2f}",
        panels=[
            Panel(
                marks=[by_model, Level(label="price", upright=True, **spot)],
                x=USD_LOG,
                y=Axis(names=names, inverted=True, grid=True),
            ),
            _by_fees(snapshot, scenario, Level(**spot), fees),
        ],
        readout={  # what alone would have to be true for the price
            "fees the price asks for": _million(need.fee_revenue_usd_per_year),
            "without growth": _million(flat.fee_revenue_usd_per_year),
            "or capture": "above 100%" if need.capture_share > 1 else f"{need.capture_share:.1%}",
            "or growth, ten years": f"{need.revenue_growth:.0%} a year" if grows else "none does",
            "least and greatest model": f"{min(prices.values()):,.2f} to "
            f"{max(prices.values()):,.2f} USD",
        },
        size=(11.0, 5.0),
    )


def _by_fees(snapshot: Snapshot, scenario: Scenario, spot: Level, fees_usd: float) -> Panel:
    """Right of `intrinsic`: the price that captured fees give, by the fees of today."""
    grid, lines = np.logspace(6, 10, 81), []
    for assumed, label, colour, style in (
        (scenario, "captured fees, growth as set", BLUE, "-"),
        (replace(scenario, revenue_growth=0.0), "without growth", GREEN, ":"),
    ):
        price = reverse_dcf_surface(
            rules_at("2026-09-11"),
            snapshot,
            assumed,
            fee_revenue_usd_per_year=grid,
            capture_share=[assumed.capture_share],
        ).price_usd[:, 0]
        lines.append(Line(label=label, x=grid / 1e6, y=price, colour=colour, style=style))
    here = {"x": scenario.fee_revenue_usd_per_year / 1e6, "y": fees_usd, "colour": BLACK}
    return Panel(
        marks=[*lines, spot, Points(label="as set", **here)],
        x=Axis(label="fees today, M USD a year (log)", scale="log", format=",g"),
        y=USD_LOG,
    )


def _million(usd: float) -> str:
    return f"{usd / 1e6:,.0f} M USD a year" if np.isfinite(usd) else "no fees suffice"
