"""Figures on supply: the schedule, the halvings, dilution and what FDV hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.ticker import PercentFormatter

from ..economy.supply import (
    NARROW_PEERS,
    break_even_growth,
    decompose_price,
    holder_yield,
    mc_fdv_ranking,
)
from ..inputs import data
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from ..inputs.units import tao
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    canvas,
    figure,
    legend_below,
)

RULES = rules_at("2026-09-11")
ARTICLE_RULES = rules_at("article")
NOW = load_snapshot("2026-09-11")
ARTICLE = load_snapshot("article")
PUBLISHED = load_snapshot("2023-11-20")
BASE = load_scenario("base")
AS_THE_ARTICLE = load_scenario("article")


@figure
def mc_fdv_ladder(snapshot: Snapshot = PUBLISHED):
    """Bars: market cap over FDV of AI-labelled tokens on the article's day, TAO and the narrow
    peer set marked.
    """
    day = snapshot.date.isoformat()
    table = mc_fdv_ranking(day)
    narrow = mc_fdv_ranking(day, peers=NARROW_PEERS)
    rank, rank_narrow = (int(t.index[t["token"] == "TAO"][0]) + 1 for t in (table, narrow))
    words = {1: "lowest", 2: "second lowest", 3: "third lowest"}
    picture, axis = canvas(
        f"TAO's market cap / FDV was {words.get(rank_narrow, f'number {rank_narrow}')} of "
        f"{len(narrow)} AI tokens, "
        f"{words.get(rank, f'number {rank}')} of {len(table)} with storage and identity",
        snapshot,
        "data/comparables.csv",
        size=(9.0, 5.6),
    )
    colours = [RED if t == "TAO" else BLUE if t in NARROW_PEERS else GREY for t in table["token"]]
    axis.barh(table["token"], table["mc_fdv"], color=colours)
    for row, value in enumerate(table["mc_fdv"]):
        axis.text(value + 0.01, row, f"{value:.1%}", va="center", fontsize=8.5)
    for colour, label in (
        (RED, "TAO"),
        (BLUE, "narrow set: tokens the article names or that trade beside them"),
        (GREY, "other tokens with an AI or data label"),
    ):
        axis.barh([table["token"][0]], [0], color=colour, label=label)
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.set(xlabel="market cap / FDV", xlim=(0, 1.12))
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    legend_below(axis, ncols=1)
    return picture


@figure
def price_waterfall(then: Snapshot = ARTICLE, now: Snapshot = NOW):
    """Waterfall in logarithms: growth of the market cap, less growth of supply, is growth of the
    price.
    """
    split = decompose_price(
        (then.price_usd, now.price_usd), (tao(then.issuance_rao), tao(now.issuance_rao))
    )
    picture, axis = canvas(
        f"The network's value grew {split.cap_ratio:.2f}×, the price {split.price_ratio:.2f}×: "
        f"{split.share_to_new_supply:.0%} of the growth went to new supply",
        then,
        now,
        "logarithms: steps add up",
    )
    steps = [
        ("market cap", 0, split.log_cap, split.cap_ratio, BLUE),
        ("new supply", split.log_cap, -split.log_supply, 1 / split.supply_ratio, RED),
        ("price", 0, split.log_price, split.price_ratio, GREEN),
    ]
    for x, (_, bottom, height, ratio, colour) in enumerate(steps):
        axis.bar(x, height, bottom=bottom, color=colour, width=0.6)
        axis.text(
            x,
            bottom + height / 2,
            f"× {ratio:.2f}\n{height:+.3f}",
            ha="center",
            va="center",
            color="white",
            fontweight="bold",
            fontsize=11,
        )
        if x < 2:
            axis.plot([x + 0.3, x + 0.7], [bottom + height] * 2, color=GREY, lw=1)
    axis.axhline(0, color=BLACK, lw=0.8)
    axis.set_xticks(range(3), [s[0] for s in steps])
    axis.grid(axis="x", visible=False)
    axis.set(ylabel=f"log growth, {then.date} to {now.date}", xlim=(-0.6, 2.6))
    ends = [0.0, split.log_cap, split.log_price]
    axis.set_ylim(min(ends) * 1.06, max(ends) * 1.06)
    return picture


@figure
def article_fdv(
    rules: Rules = RULES,
    then: Snapshot = ARTICLE,
    published: Snapshot = PUBLISHED,
    now: Snapshot = NOW,
):
    """Bars: the FDV the article states, the one its own price gives, publication day's and
    today's, with OpenAI's ratio.
    """
    supply = tao(rules.max_supply_rao)
    table = data.load("private_valuations")
    openai = {
        row.date: float(row.valuation_bn_usd)
        for row in table.itertuples()
        if row.company == "openai" and str(row.valuation_bn_usd) not in ("nan", "None", "")
    }
    old, current, latest = openai["2023-04"], openai["2023-10"], openai["2026-03"]
    bars = [
        ("stated by\nthe article", then.fdv_stated_usd / 1e9, GREY, old),
        (f"{then.price_usd:g} USD × {supply / 1e6:g} M", then.price_usd * supply / 1e9, RED, old),
        (
            f"same, OpenAI at the\n{current:g} bn of that month",
            then.price_usd * supply / 1e9,
            ORANGE,
            current,
        ),
        (
            f"publication day,\n{published.price_usd:.2f} USD",
            published.price_usd * supply / 1e9,
            BLUE,
            current,
        ),
        (f"{now.date},\n{now.price_usd:.2f} USD", now.price_usd * supply / 1e9, GREEN, latest),
    ]
    picture, axis = canvas(
        f"{then.price_usd:g} USD × {supply / 1e6:g} M is {bars[1][1]:.2f} bn, not "
        f"{bars[0][1]:.1f}; "
        f"“{bars[0][3] / bars[0][1]:.0f}×” was {bars[2][3] / bars[2][1]:.0f}× on that month's "
        "OpenAI price",
        then,
        published,
        now,
        "data/private_valuations.csv",
    )
    for x, (_, value, colour, comparable) in enumerate(bars):
        axis.bar(x, value, color=colour, width=0.65)
        axis.text(
            x,
            value + 0.1,
            f"{value:.2f} bn\nOpenAI {comparable:g} bn = {comparable / value:.1f}×",
            ha="center",
            va="bottom",
            fontsize=9,
        )
    axis.set_xticks(range(len(bars)), [b[0] for b in bars], fontsize=9)
    axis.grid(axis="x", visible=False)
    axis.set(ylabel="FDV of TAO, bn USD", ylim=(0, 1.25 * max(b[1] for b in bars)))
    return picture


@figure
def break_even_cap(
    rules: Rules = RULES, then: Snapshot = ARTICLE, now: Snapshot = NOW, scenario: Scenario = BASE
):
    """Bars: how much the market cap must grow for the price to stand still, over one to ten
    years, for two dates.
    """
    years = (1, 2, 3, 5, 10)
    from_then = [break_even_growth(rules, then, AS_THE_ARTICLE, y) for y in years]
    from_now = [break_even_growth(rules, now, scenario, y) for y in years]
    picture, axis = canvas(
        f"To hold its price a year from {then.date:%B %Y}, TAO's market cap had to grow "
        f"{from_then[0]:.0%}; from "
        f"{now.date:%B %Y} it is {from_now[0]:.0%}",
        rules,
        then,
        now,
        scenario,
    )
    for shift, snapshot, assumed, colour, values in (
        (-0.2, then, AS_THE_ARTICLE, RED, from_then),
        (0.2, now, scenario, BLUE, from_now),
    ):
        axis.bar(
            np.arange(len(years)) + shift,
            values,
            0.38,
            color=colour,
            label=f"from {snapshot.date}, {assumed.recycled_share:.1%} recycled",
        )
        for x, value in enumerate(values):
            axis.text(x + shift, value + 0.03, f"{value:.0%}", ha="center", fontsize=9)
    axis.set_xticks(range(len(years)), [f"{y} year{'s' if y > 1 else ''}" for y in years])
    axis.grid(axis="x", visible=False)
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.set(ylabel="growth of the market cap for a flat price")
    legend_below(axis)
    return picture


@figure
def who_is_diluted(
    rules: Rules = RULES, then: Snapshot = ARTICLE, now: Snapshot = NOW, scenario: Scenario = BASE
):
    """Bars: a year's change of share in the supply for a holder who does not stake and for one
    who does, on two dates.
    """
    cases = [
        (f"{then.name},\nequal split", holder_yield(rules_at(then.date), then, AS_THE_ARTICLE)),
        (f"{then.name},\nafter the owner's cut", holder_yield(rules_at(then.date), then, scenario)),
        (f"{now.name},\ntake {scenario.validator_take:.0%}", holder_yield(rules, now, scenario)),
        (f"{now.name},\ntake 0", holder_yield(rules, now, replace(scenario, validator_take=0.0))),
    ]
    picture, axis = canvas(
        f"A year from {then.date:%B %Y} changed the share of one who did not stake by "
        f"{cases[1][1].unstaked:.1%}, of one "
        f"who did by {cases[1][1].staker_real:.1%}; one from {now.date:%B %Y} by "
        f"{cases[2][1].unstaked:.1%} and "
        f"{cases[2][1].staker_real:.1%}",
        rules,
        then,
        now,
        AS_THE_ARTICLE,
        scenario,
    )
    for shift, key, colour, label in (
        (-0.2, "unstaked", RED, "not staked"),
        (0.2, "staker_real", BLUE, "staked"),
    ):
        values = [getattr(case, key) for _, case in cases]
        axis.bar(np.arange(len(cases)) + shift, values, 0.38, color=colour, label=label)
        for x, value in enumerate(values):
            axis.text(x + shift, value - 0.006, f"{value:.1%}", ha="center", va="top", fontsize=9)
    axis.axhline(0, color=BLACK, lw=0.8)
    axis.set_xticks(range(len(cases)), [c[0] for c in cases])
    axis.grid(axis="x", visible=False)
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis.set(ylabel="change of one's share in the supply, per year", ylim=(-0.38, 0.02))
    legend_below(axis)
    return picture
