"""Figures on the comparison with OpenAI: its ratio through time, the spread of all comparables,
the share needed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from ..economy.comparables import (
    comparable_ratios,
    dispersion,
    openai_ratio_path,
    value_ratio,
    weekly_ratio,
)
from ..economy.scenario_tree import scenario_tree
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PLAIN, RED, SKY, canvas, figure, legend_below

RULES = rules_at("2026-09-11")
ARTICLE = load_snapshot("article")
PUBLISHED = load_snapshot("2023-11-20")
NOW = load_snapshot("2026-09-11")
BASE = load_scenario("base")
EARLY_USD = 29e9  # OpenAI's tender of April 2023, the comparable of the article
NAMES = {"openai": "OpenAI", "together": "Together", "gensyn": "Gensyn"}
MONEY = FuncFormatter(lambda x, _: f"{x:,.0f}" if x >= 1 else f"{x:g}")


@figure
def openai_ratio(rules: Rules = RULES, snapshot: Snapshot = ARTICLE, scenario: Scenario = BASE):
    """Left, OpenAI's latest valuation over TAO's FDV, weekly and as published; right, TAO's
    price against an 8× rise.
    """
    path, quoted = weekly_ratio(), openai_ratio_path()
    when = [pd.Timestamp(f"{text}-15" if len(text) == 7 else text) for text in quoted["date"]]
    path = path[path["date"] >= "2023-05-01"]
    promised = value_ratio(rules, snapshot, scenario, EARLY_USD).ratio
    rise = path["close_usd"] / snapshot.price_usd
    picture, left, right = canvas(
        f"OpenAI stood at {promised:.1f}× TAO's FDV in the article and at "
        f"{quoted['ratio'].iloc[-1]:.0f}× in {when[-1]:%B %Y}; "
        f"TAO's price had to rise {promised:.1f}×, and its highest close was {rise.max():.1f}× "
        "the article's",
        rules,
        snapshot,
        "data/private_valuations.csv, openai_points.csv, closes of TAO",
        panels=2,
        size=(11.0, 5.2),
    )
    left.plot(
        path["date"],
        path["ratio"],
        color=BLUE,
        lw=1.6,
        label="latest valuation over FDV at the close",
    )
    left.plot(
        when,
        quoted["ratio"],
        "o",
        color=ORANGE,
        ms=7,
        mec=BLACK,
        label="as published, at the price quoted",
    )
    left.plot(
        path["date"],
        EARLY_USD / path["fdv_usd"],
        color=GREY,
        lw=1.2,
        ls="--",
        label=f"if OpenAI had stayed at {EARLY_USD / 1e9:g} bn",
    )
    left.axhline(1, color=BLACK, lw=0.9, ls=":", label="equal")
    left.set(yscale="log", ylabel="OpenAI's value over TAO's FDV (log)")
    closed = quoted["ratio"].iloc[-1] < promised
    left.set_title("The gap closed" if closed else "The gap that was to close opened")
    right.plot(
        path["date"], rise, color=BLUE, lw=1.6, label=f"close over {snapshot.price_usd:g} USD"
    )
    right.axhline(
        promised,
        color=RED,
        ls="--",
        lw=1.4,
        label=f"{promised:.2f}×: FDV of {EARLY_USD / 1e9:g} bn USD",
    )
    right.axhline(1, color=BLACK, lw=0.9, ls=":")
    top = path.loc[rise.idxmax()]
    right.annotate(
        f"{rise.max():.2f}×, {top['date'].day} {top['date']:%B %Y}",
        (top["date"], rise.max()),
        xytext=(8, 4),
        textcoords="offset points",
        fontsize=9,
    )
    right.set(ylabel="TAO's price, times the article's", ylim=(0, promised * 1.12))
    right.set_title(f"The highest close stood at {rise.max() / promised:.0%} of the target")
    for axis in (left, right):
        axis.yaxis.set_major_formatter(PLAIN)
        axis.tick_params(axis="x", rotation=30)
        legend_below(axis, bbox_to_anchor=(0, -0.2), ncols=1)
    return picture


@figure
def implied_spread(
    rules: Rules = RULES, then: Snapshot = ARTICLE, now: Snapshot = NOW, scenario: Scenario = BASE
):
    """Price of TAO if its FDV were that of each comparable, at two dates, with quantiles over
    all and the real price.
    """
    tables = [comparable_ratios(rules, day, scenario) for day in (then, now)]
    spreads = [dispersion(table) for table in tables]
    ends = [f"{s.loc['all', 'least']:,.0f} to {s.loc['all', 'greatest']:,.0f} USD" for s in spreads]
    picture, *axes = canvas(
        f"Comparables of {then.date:%B %Y} put TAO at {ends[0]}, those of {now.date:%B %Y} at "
        f"{ends[1]}",
        rules,
        then,
        now,
        scenario,
        "each at its latest value, over FDV",
        panels=2,
        size=(11.0, 5.6),
    )
    for axis, day, table, spread in zip(axes, (then, now), tables, spreads, strict=True):
        all_of = spread.loc["all"]
        axis.axvspan(
            all_of["p10"], all_of["p90"], color=SKY, alpha=0.18, lw=0, label="10 to 90% of them"
        )
        axis.axvspan(all_of["p25"], all_of["p75"], color=SKY, alpha=0.3, lw=0, label="25 to 75%")
        axis.axvline(all_of["p50"], color=BLUE, lw=1.2, label=f"median {all_of['p50']:,.0f} USD")
        axis.axvline(
            day.price_usd, color=RED, ls="--", lw=1.4, label=f"price {day.price_usd:,.2f} USD"
        )
        colours = [ORANGE if kind == "company" else BLACK for kind in table["kind"]]
        names = table["name"].replace(NAMES)
        axis.scatter(table["implied_price_usd"], names, c=colours, s=34, zorder=3)
        company = (
            "company (Gensyn: FDV of its token)" if "gensyn" in set(table["name"]) else "company"
        )
        axis.plot([], [], "o", color=ORANGE, label=company)
        axis.plot([], [], "o", color=BLACK, label="token")
        axis.invert_yaxis()
        axis.set(xscale="log", xlim=(3, 1e5), xlabel="USD per TAO (log)")
        axis.xaxis.set_major_formatter(MONEY)
        axis.grid(axis="y", visible=False)
        axis.set_title(
            f"{day.name}: {all_of['count']:.0f} comparables, {all_of['spread']:,.0f}× apart"
        )
        legend_below(axis)
    return picture


@figure
def openai_fraction(
    rules: Rules = RULES,
    then: Snapshot = ARTICLE,
    published: Snapshot = PUBLISHED,
    now: Snapshot = NOW,
    scenario: Scenario = BASE,
):
    """Which pairs of capture share and survival chance make TAO's price a fair part of OpenAI's
    value, at three dates.
    """
    tender = (
        comparable_ratios(rules, published, scenario).set_index("name").loc["openai", "value_usd"]
    )
    latest = comparable_ratios(rules, now, scenario).set_index("name").loc["openai", "value_usd"]
    cases = [(then, EARLY_USD, GREEN), (published, tender, BLUE), (now, latest, RED)]
    needed = [value_ratio(rules, day, scenario, value).tao_share for day, value, _ in cases]
    picture, axis = canvas(
        f"TAO's price asked for {needed[0]:.1%} of OpenAI in the article, {needed[1]:.1%} at that "
        "day's close and tender, "
        f"{needed[2]:.2%} in {now.date:%B %Y}; a token is no claim on any of it",
        rules,
        then,
        published,
        now,
        "capture × survival × OpenAI = TAO's FDV",
        size=(9.0, 5.6),
    )
    capture = np.logspace(-3, 0, 151)
    for (day, value, colour), share in zip(cases, needed, strict=True):
        label = (
            f"{day.price_usd:,.2f} USD against {value / 1e9:,.0f} bn ({day.date}): product "
            f"{share:.2%}"
        )
        axis.plot(
            capture,
            np.where(share / capture <= 1, share / capture, np.nan),
            color=colour,
            label=label,
        )
    last = np.where(needed[2] / capture <= 1, needed[2] / capture, 1)
    axis.fill_between(
        capture,
        last,
        1,
        color=RED,
        alpha=0.07,
        lw=0,
        label=f"worth more than {now.price_usd:,.2f} USD",
    )
    odds = (
        scenario_tree(rules, spot_usd=now.price_usd)
        .branches.set_index("branch")
        .loc["next OpenAI", "probability"]
    )
    axis.plot(
        1,
        1,
        "s",
        color=BLACK,
        ms=9,
        clip_on=False,
        zorder=4,
        label="as the article counts: all of it, for certain",
    )
    axis.plot(
        1,
        odds,
        "D",
        color=ORANGE,
        mec=BLACK,
        ms=9,
        clip_on=False,
        zorder=4,
        label=f"tree of January 2024: {odds:.1%} chance of becoming an OpenAI, all captured",
    )
    axis.set(xscale="log", yscale="log", xlim=(1e-3, 1), ylim=(1e-3, 1.02))
    axis.set(
        xlabel="part of the comparable's value that reaches holders (log)",
        ylabel="chance of getting there (log)",
    )
    for put in (axis.set_xticks, axis.set_yticks):
        put([1e-3, 1e-2, 1e-1, 1], ["0.1%", "1%", "10%", "100%"])
    legend_below(axis, ncols=1)
    return picture
