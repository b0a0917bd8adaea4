"""Figures on intrinsic value: every model on one axis, the fees a price asks for, and a
published tree taken apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.ticker import FuncFormatter, PercentFormatter

from ..economy.scenario_tree import scenario_tree, tree_break_even, tree_noise, tree_sensitivity
from ..economy.valuation import reverse_dcf, reverse_dcf_surface
from ..economy.valuation_range import football_field
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import tao
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SKY,
    canvas,
    figure,
    in_words,
    legend_below,
)

RULES = rules_at("2026-09-11")
ARTICLE = load_snapshot("article")
NOW = load_snapshot("2026-09-11")
BASE = load_scenario("base")
TREE_SPOT_USD = 236.0  # printed beside the tree of 2024-01-07
GROWING_YEARS = 10  # of the fees, before they stand still
ESTIMATES_USD = (3e6, 20e6)  # published range of the whole network's fees a year, 2026
CONCENTRATIONS = tuple(np.logspace(1, 4, 13))
MONEY = FuncFormatter(lambda x, _: f"{x:,.0f}" if x >= 1 else f"{x:g}")


@figure
def valuation_field(
    rules: Rules = RULES, then: Snapshot = ARTICLE, now: Snapshot = NOW, scenario: Scenario = BASE
):
    """Low, middle and high price of TAO by ten methods at two dates on one log axis, with the
    price of each date.
    """
    fields = [football_field(rules, day, scenario) for day in (then, now)]
    low, high = fields[1]["mid_usd"].min(), fields[1]["mid_usd"].max()
    picture, axis = canvas(
        f"{len(fields[1])} methods, {len(fields[1])} middles: from {low:.2f} to {high:,.0f} USD "
        "for a TAO that traded at "
        f"{now.price_usd:,.2f} in {now.date:%B %Y}",
        rules,
        then,
        now,
        scenario,
        "ranges: see the table's column 'basis'",
        size=(10.0, 6.4),
    )
    rows = np.arange(len(fields[0]))
    for day, table, shift, colour in zip(
        (then, now), fields, (-0.18, 0.18), (SKY, BLUE), strict=True
    ):
        width = np.maximum(table["high_usd"] - table["low_usd"], 0.03 * table["mid_usd"])
        axis.barh(
            rows + shift,
            width,
            left=table["low_usd"],
            height=0.3,
            color=colour,
            alpha=0.75,
            label=f"{day.name}: low to high",
        )
        axis.plot(table["mid_usd"], rows + shift, "|", color=BLACK, ms=11, mew=2)
    axis.plot([], [], "|", color=BLACK, ms=11, mew=2, label="middle")
    axis.axvline(
        then.price_usd,
        color=ORANGE,
        ls=":",
        lw=1.8,
        label=f"price {then.price_usd:,.2f} USD, {then.name}",
    )
    axis.axvline(
        now.price_usd,
        color=RED,
        ls="--",
        lw=1.6,
        label=f"price {now.price_usd:,.2f} USD, {now.name}",
    )
    foil = dict.fromkeys(["stock-to-flow"], "stock-to-flow (foil)")
    axis.set_yticks(rows, [foil.get(name, name) for name in fields[0]["method"]])
    axis.invert_yaxis()
    axis.set(xscale="log", xlim=(0.008, 1e5), xlabel="USD per TAO (log)")
    axis.xaxis.set_major_formatter(MONEY)
    axis.grid(axis="y", visible=False)
    legend_below(axis, last="price")
    return picture


@figure
def fees_needed(rules: Rules = RULES, snapshot: Snapshot = NOW, scenario: Scenario = BASE):
    """Price by yearly fees and capture share, as contours, without growth and with the
    scenario's, estimates shaded.
    """
    plain = replace(scenario, revenue_growth=0.0)
    asked = [reverse_dcf(rules, snapshot, s, growth_years=GROWING_YEARS) for s in (plain, scenario)]
    needed = [found.fee_revenue_usd_per_year / 1e6 for found in asked]
    low, high = (x / 1e6 for x in ESTIMATES_USD)
    picture, *axes = canvas(
        f"At full capture {snapshot.price_usd:,.0f} USD asks for fees of {needed[0]:,.0f} M USD a "
        "year that never grow, or "
        f"{needed[1]:,.0f} M that grow {scenario.revenue_growth:.0%} a year for "
        f"{in_words(GROWING_YEARS)} years; "
        f"estimates run from {low:g} to {high:g} M",
        rules,
        snapshot,
        scenario,
        f"discounted at {scenario.discount_rate:.0%}",
        panels=2,
        size=(11.0, 5.4),
    )
    fees, capture = np.logspace(6, 11, 101), np.logspace(-2, 0, 61)
    levels = [snapshot.price_usd * k for k in (0.01, 0.1, 1, 10)]
    for axis, case, need in zip(axes, (plain, scenario), needed, strict=True):
        price = reverse_dcf_surface(
            rules,
            snapshot,
            case,
            fee_revenue_usd_per_year=fees,
            capture_share=capture,
            growth_years=GROWING_YEARS,
        ).price_usd
        axis.set(
            xscale="log",
            yscale="log",
            xlabel="fees of the network today, M USD a year (log)",
            xlim=(1, 1e5),
        )
        axis.axvspan(
            low,
            high,
            color=GREEN,
            alpha=0.15,
            lw=0,
            label=f"estimates of 2026: {low:g} to {high:g} M USD",
        )
        for level, colour, width in zip(
            levels, (GREY, GREY, RED, GREY), (1, 1, 2.4, 1), strict=True
        ):
            axis.contour(
                fees / 1e6, capture, price.T, levels=[level], colors=[colour], linewidths=[width]
            )
            at = (
                need * level / snapshot.price_usd / 0.2
            )  # fees at which a fifth captured gives the level
            axis.text(
                at,
                0.2,
                f"{level:,.3g} USD" if level < 1000 else f"{level:,.0f} USD",
                fontsize=8.5,
                clip_on=True,
                ha="center",
                bbox={"fc": "white", "ec": "none", "pad": 1},
            )
        axis.plot([], [], color=RED, lw=2.4, label=f"today's price, {snapshot.price_usd:,.2f} USD")
        axis.plot(
            need,
            1,
            "o",
            color=RED,
            mec=BLACK,
            ms=8,
            clip_on=False,
            label=f"{need:,.0f} M USD, all captured",
        )
        axis.set_yticks([0.01, 0.1, 1], ["1%", "10%", "100%"])
        axis.xaxis.set_major_formatter(MONEY)
        growth = case.revenue_growth
        title = (
            f"Fees grow by {growth:.0%} a year for {in_words(GROWING_YEARS)} years"
            if growth
            else "Fees never grow"
        )
        axis.set_title(title, pad=10)
        legend_below(axis, ncols=1)
    axes[0].set_ylabel("part of the fees that reaches holders (log)")
    return picture


@figure
def tree_parts(rules: Rules = RULES):
    """Bars: what each branch of the published tree adds to the expected price, beside its
    probability.
    """
    tree = scenario_tree(rules, spot_usd=TREE_SPOT_USD)
    branches, supply = tree.branches, tao(rules.max_supply_rao)
    chosen = branches.set_index("branch").loc["next OpenAI"]
    unlikely = 0.02
    small = branches[branches["probability"] < unlikely]
    picture, left, right = canvas(
        f"{chosen['share']:.0%} of the tree's {tree.price_usd:.2f} USD hang on a "
        f"{chosen['probability']:.1%} branch; "
        f"branches below {unlikely:.0%}, {small['probability'].sum():.2%} likely in all, make "
        f"{small['share'].sum():.0%}",
        rules,
        "data/scenario_tree.csv: goodalexander, 2024-01-07",
        panels=2,
        size=(11.0, 4.8),
    )
    colours = [RED if name == "next OpenAI" else BLUE for name in branches["branch"]]
    names = branches["branch"].str.replace(" plus layer-one premium", " + premium")
    left.barh(names, branches["probability"], color=colours)
    right.barh(names, branches["contribution_usd"] / supply, color=colours)
    for row, (p, part) in enumerate(
        zip(branches["probability"], branches["contribution_usd"] / supply, strict=True)
    ):
        left.text(p + 0.008, row, f"{p:.2%}", va="center", fontsize=9)
        right.text(part + 1, row, f"{part:.2f}", va="center", fontsize=9)
    left.set(xlabel="probability", xlim=(0, 0.53))
    right.set(xlabel="added to the expected price, USD per TAO", xlim=(0, 68), yticklabels=[])
    left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axis in (left, right):
        axis.invert_yaxis()
        axis.grid(axis="y", visible=False)
    return picture


@figure
def openai_branch(rules: Rules = RULES, seed: int = 0):
    """Left, the tree's price against the odds of its OpenAI branch; right, against how sure one
    is of all its odds.
    """
    tree = scenario_tree(rules, spot_usd=TREE_SPOT_USD)
    odds = np.linspace(0, 0.03, 61)
    even = tree_break_even(rules, "next OpenAI", spot_usd=TREE_SPOT_USD)
    noise = [tree_noise(rules, concentration=c, seed=seed) for c in CONCENTRATIONS]
    sure, branches = 100, tree.branches.set_index("branch")
    stated, shown = (
        branches.loc["next OpenAI", "probability"],
        tree_noise(rules, concentration=float(sure), seed=seed),
    )
    picture, left, right = canvas(
        f"{TREE_SPOT_USD:.0f} USD asked for a {even:.2%} chance of 'next OpenAI' in place of "
        f"{stated:.2%}; odds as sure as "
        f"{sure} observations give {shown.p10_usd:.0f} to {shown.p90_usd:.0f} USD",
        rules,
        "data/scenario_tree.csv",
        f"{shown.draws:,} Dirichlet draws, seed {seed}; standard errors "
        f"{shown.p10_se:.1f} and {shown.p90_se:.1f} USD",
        panels=2,
        size=(11.0, 5.0),
    )
    left.plot(
        odds,
        tree_sensitivity(rules, "next OpenAI", odds),
        color=BLUE,
        label="expected price, the rest in proportion",
    )
    left.axhline(
        TREE_SPOT_USD,
        color=RED,
        ls="--",
        lw=1.4,
        label=f"price printed with the tree, {TREE_SPOT_USD:.0f} USD",
    )
    left.plot(
        stated,
        tree.price_usd,
        "o",
        color=BLACK,
        ms=8,
        label=f"as published: {tree.price_usd:.2f} USD at {stated:.2%}",
    )
    left.plot(
        even, TREE_SPOT_USD, "D", color=ORANGE, mec=BLACK, ms=8, label=f"break-even: {even:.2%}"
    )
    left.set(
        xlabel="probability of becoming the next OpenAI",
        ylabel="USD per TAO",
        xlim=(0, 0.03),
        ylim=(0, 340),
    )
    left.xaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    low, middle, high = (
        np.array([getattr(n, name) for n in noise]) for name in ("p10_usd", "p50_usd", "p90_usd")
    )
    right.fill_between(
        CONCENTRATIONS, low, high, color=SKY, alpha=0.4, lw=0, label="10 to 90% of draws"
    )
    right.plot(CONCENTRATIONS, middle, color=BLUE, label="median draw")
    right.axhline(
        tree.price_usd,
        color=BLACK,
        ls=":",
        lw=1.4,
        label="expected price, the same at any certainty",
    )
    right.axhline(TREE_SPOT_USD, color=RED, ls="--", lw=1.4)
    right.set(
        xscale="log",
        xlabel="odds as sure as so many observations (log)",
        ylim=(0, 340),
        xlim=(10, 1e4),
    )
    right.xaxis.set_major_formatter(MONEY)
    for axis in (left, right):
        legend_below(axis, ncols=1)
    return picture
