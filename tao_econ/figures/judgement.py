"""Figures on the article judged: claims under stress, forecasts scored, claims against events,
the macro thesis.
"""

from __future__ import annotations

import functools
import textwrap

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from .. import claims
from ..claims import scores, sources
from ..economy.halving_dates import FIRST_HALVING_UTC, unrecycled_first_halving
from ..inputs.rules import Snapshot, load_snapshot, rules_at
from ..inputs.units import tao
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, canvas, figure, legend_below

THEN, NOW = load_snapshot("article"), load_snapshot("2026-09-11")
FDV_PER_PRICE = tao(rules_at("2026-09-11").max_supply_rao)
VERDICT_COLOURS = (
    BLUE,
    "#F0E442",
    RED,
    "#D9D9D9",
)  # holds, with conditions, fails, cannot be checked
MARKS = ("✓", "◐", "✗", "?")


@functools.cache
def turned() -> pd.DataFrame:
    """Verdicts that a stress turns."""
    return claims.under_stress()


@figure
def claims_under_stress():
    """Verdicts of the claims that at least one stress turns, by stress, told apart by colour and
    by mark.
    """
    both, ledger = turned(), claims.check().set_index("id")
    flips = both.iloc[:, 1:].ne(both["as it is"], axis=0).groupby(level="id").any().sum()
    picture, axis = canvas(
        f"{both.index.unique('id').size} of {len(ledger)} claims turn under some stress, at most "
        f"{flips.max()} under one; "
        f"{(flips == 0).sum()} of {len(flips)} stresses turn none",
        "data/claims.csv",
        "tao_econ/economy/stress.py",
        "verdicts by the rule of tao_econ/claims",
        size=(11.0, 6.2),
    )
    table = merged(both)
    base = table["as it is"]
    codes = table.map(claims.VERDICTS.index).to_numpy()
    axis.imshow(codes, cmap=ListedColormap(VERDICT_COLOURS), vmin=0, vmax=3, aspect="auto")
    for (row, column), code in np.ndenumerate(codes):
        changed = table.iat[row, column] != base.iloc[row]
        axis.text(
            column,
            row,
            MARKS[code],
            ha="center",
            va="center",
            color="white" if code in (0, 2) else BLACK,
            fontsize=15 if changed else 9,
            fontweight="bold" if changed else "normal",
        )
    names = [
        textwrap.fill(f"{number}, {dates}: {ledger.loc[number, 'claim']}", 44)
        for number, dates in table.index
    ]
    axis.set_yticks(range(len(names)), names, fontsize=9)
    axis.set_xticks(
        range(len(table.columns)), [textwrap.fill(name, 10) for name in table.columns], fontsize=8
    )
    axis.set_xticks(np.arange(len(table.columns) + 1) - 0.5, minor=True)
    axis.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axis.grid(False)
    axis.grid(which="minor", color="white", lw=2)
    axis.tick_params(which="both", length=0)
    pairs = zip(claims.VERDICTS, MARKS, VERDICT_COLOURS, strict=True)
    marks = [
        Patch(color=colour, label=f"{mark} {name}")
        for name, mark, colour in pairs
        if name in table.to_numpy()
    ]
    axis.legend(
        handles=marks,
        loc="upper left",
        bbox_to_anchor=(0, -0.12),
        ncols=4,
        title="large mark: turned by the stress",
        alignment="left",
        title_fontsize=9,
    )
    return picture


def merged(table: pd.DataFrame) -> pd.DataFrame:
    """One row for a claim whose verdicts are the same on both dates under every stress."""
    rows = {}
    for number, own in table.groupby(level="id"):
        if len(own) == 2 and own.iloc[0].equals(own.iloc[1]):
            rows[number, "both dates"] = own.iloc[0]
        else:
            rows |= dict(own.iterrows())
    return pd.DataFrame(rows).T


@figure
def forecasts_scored():
    """CRPS of three forecasts of the diluted value at every date since the article appeared;
    lower is better.
    """
    table, names = scores.scores_since_publication(), list(scores.forecasts())
    last, peak = pd.Timestamp(NOW.date), sources.closes()[sources.PUBLISHED :].idxmax()
    best, at, claimed = table.idxmin(axis=1), table.loc[last], f"{claims.stated('C47')}×"
    ahead = (best.resample("W").last().ffill() == names[3]).mean()
    picture, axis = canvas(
        f"In {last:%B %Y} 'no change' scores {at[names[0]]:.2f}, the tree {at[names[1]]:.2f} and "
        f"{claimed} "
        f"{at[names[3]]:.2f}; {claimed} is best in {ahead:.0%} of the weeks, "
        f"that of the highest close {'included' if best[peak] == names[3] else 'excluded'}",
        "CRPS of ln FDV; one outcome, so this ranks stories and proves no skill",
        "closes: data/tao_weekly.csv and others",
    )
    for name, colour, style in (
        (names[0], BLUE, "-"),
        (names[1], ORANGE, "--"),
        (names[3], RED, "-."),
    ):
        axis.plot(table.index, table[name], color=colour, ls=style, lw=1.8, label=name)
    for day, text, side in (
        (peak, "highest close", "left"),
        (last, f"{last.day} {last:%B %Y}", "right"),
    ):
        axis.axvline(mdates.date2num(day), color=BLACK, ls=":", lw=1.2)
        axis.text(mdates.date2num(day), 2.58, f" {text} ", ha=side, va="top", fontsize=9)
    axis.set(
        ylabel="CRPS (logs; 0 is a perfect forecast)", xlabel="date of evaluation", ylim=(0, 2.65)
    )
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    legend_below(axis, ncols=3)
    return picture


@figure
def claims_against_events(then: Snapshot = THEN):
    """TAO's price since the article with what it expected and what happened; the price axis is a
    log scale.
    """
    prices, line = (
        sources.closes()[sources.PUBLISHED :],
        unrecycled_first_halving(rules_at("2026-09-11")),
    )
    events = sources.table("key_dates").set_index("event")["date"]
    late, eight = (FIRST_HALVING_UTC - line).days, float(claims.stated("C46")) * 1e9 / FDV_PER_PRICE
    picture, axis = canvas(
        f"The halving came {late} days after the {line.day} {line:%B %Y} that the article's rule "
        "gives; for OpenAI's "
        f"{claims.stated('C46')} bn TAO had to cost {eight:,.0f} USD, and its best close was "
        f"{prices.max():.0f}",
        then,
        "data/key_dates.csv",
        "claims C26, C41, C47, C52",
        size=(10.0, 5.6),
    )
    axis.plot(prices.index, prices, color=BLUE, lw=1.6, label="close")
    axis.axhline(
        then.price_usd,
        color=GREY,
        ls="--",
        lw=1.2,
        label=f"price in the article, {then.price_usd:g} USD",
    )
    axis.axhline(
        eight,
        color=RED,
        ls="--",
        lw=1.2,
        label=f"OpenAI's {claims.stated('C46')} bn, the '{claims.stated('C47')}×' of C47",
    )
    marks = [
        (
            sources.PUBLISHED,
            f"published:\nclose {sources.close_on(sources.PUBLISHED):.0f}",
            BLACK,
            95,
        ),
        (events["Highest daily close found"], "highest\nclose", BLACK, 1000),
        (events["Dynamic TAO"], "dynamic\nTAO", GREY, 620),
        (line, "halving\nexpected", RED, 620),
        (FIRST_HALVING_UTC, "halving", GREEN, 95),
        (events["Covenant AI exit"], "Covenant\nleaves", GREY, 620),
        (events["Gensyn token launch"], "Gensyn token\n(C52)", PURPLE, 95),
    ]
    for when, text, colour, height in marks:
        axis.axvline(mdates.date2num(when), color=colour, ls=":", lw=1.3)
        side, gap = ("right", -3) if text.startswith("Covenant") else ("left", 3)
        axis.annotate(
            text,
            (mdates.date2num(when), height),
            xytext=(gap, 0),
            textcoords="offset points",
            fontsize=8.5,
            color=colour,
            va="center",
            ha=side,
        )
    axis.set(yscale="log", ylim=(80, 1_900), ylabel="USD per TAO (log)", xlabel="")
    axis.set_xlim(mdates.date2num(sources.PUBLISHED) - 25, mdates.date2num(prices.index[-1]) + 60)
    axis.set_yticks([100, 200, 400, 800, 1_600])
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    legend_below(axis, ncols=3)
    return picture


@figure
def macro_thesis():
    """The macro thesis: funding with and without one deal, central banks' assets, the pick, and
    what TAO needs of it.
    """
    world, deal = claims.world(), claims.funding("2023", "one deal")
    jumps = {"quoted 2023": jump("then"), "counted 2024": jump("now")}
    fed = claims.assets_change("Fed", since="2023-12-01")
    inflow = [claims.net_inflow(records) / 1e9 for records in (world.then, world.now)]
    raised = [claims.funding(year, "AI") for year in ("2023", "2025")]
    shares = [flow / whole for flow, whole in zip(inflow, raised, strict=True)]
    picture, *axes = canvas(
        f"Without one deal of {deal:g} bn funding grew {jump('then')[1]:.1f}× and not "
        f"{jump('then')[0]:.1f}×; the Fed's assets "
        f"changed by {fed:+.1f} trn; for a flat price TAO needed {inflow[0] * 1e3:.0f} M USD a "
        f"year, {inflow[1] * 1e3:.0f} M "
        f"now",
        world.then.snapshot,
        world.now.snapshot,
        "data/ai_funding.csv, central_bank_assets.csv, peers_weekly.csv",
        panels=2,
        rows=2,
        size=(11.0, 8.0),
    )
    _jump(axes[0], jumps)
    _assets(axes[1])
    _pick(axes[2])
    names = (
        f"2023: sold in full,\nof {raised[0]:g} bn for AI",
        f"2026: net of recycling,\nof {raised[1]:g} bn in 2025",
    )
    bars = axes[3].bar(names, shares, color=[GREY, BLUE], width=0.5)
    axes[3].bar_label(bars, [f"{share:.2%}" for share in shares])
    axes[3].set(
        title="Inflow that holds TAO's price, over AI funding",
        ylabel="share of a year's funding",
        ylim=(0, 1.2 * max(shares)),
    )
    axes[3].yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    return picture


def jump(when: str) -> tuple[float, float]:
    """Generative-AI funding of 2023 over 2022, with and without the one large deal: as quoted
    then, or as counted now.
    """
    quoted = float(claims.stated("C05")), float(claims.stated("C04"))
    counted = claims.funding("2022", "generative AI"), claims.funding("2023", "generative AI")
    before, after = {"then": quoted, "now": counted}[when]
    return after / before, (after - claims.funding("2023", "one deal")) / before


def _jump(axis, jumps):
    for k, (label, colour) in enumerate((("all", GREY), ("without the one deal", ORANGE))):
        x = np.arange(len(jumps)) + (k - 0.5) * 0.36
        axis.bar_label(
            axis.bar(x, [pair[k] for pair in jumps.values()], 0.34, color=colour, label=label),
            fmt="%.1f×",
        )
    axis.set_xticks(range(len(jumps)), list(jumps))
    axis.set(title="Generative-AI funding, 2023 over 2022 (C06)", ylabel="times", ylim=(0, 6.3))
    legend_below(axis)


def _assets(axis):
    table = sources.table("central_bank_assets")
    for bank, colour, style in (("Fed", PURPLE, "-o"), ("ECB", GREEN, "--s")):
        rows = table[table["bank"] == bank]
        axis.plot(
            rows["date"],
            rows["trn"],
            style,
            color=colour,
            ms=4,
            label=f"{bank}, trillion {rows['currency'].iloc[0]}",
        )
    published = mdates.date2num(sources.PUBLISHED)
    axis.axvline(published, color=BLACK, ls=":", lw=1.2)
    axis.text(published, 3.3, " forecast:\n more by 2026", fontsize=9, va="bottom")
    axis.set(title="Assets of two central banks (C08)", ylabel="trillion", ylim=(3, 9.6))
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    legend_below(axis)


def _pick(axis):
    since, until = sources.PUBLISHED, sources.MARCH_2024
    march = [
        sources.weekly_gain(f"{name}_usd", since, until) for name in ("fil", "tao", "rndr", "btc")
    ]
    day = pd.Timestamp("2026-07-04")
    earned = claims.what_was_earned(day, bought_usd=sources.close_on(sources.PUBLISHED))
    pick = claims.findings()["C11"].now.number
    later = [pick, earned["TAO"] - 1, np.nan, earned["bitcoin"] - 1]
    for k, (values, label, colour) in enumerate(
        ((march, "to March 2024", GREY), (later, "to July 2026", BLUE))
    ):
        x = np.arange(4) + (k - 0.5) * 0.4
        axis.bar_label(
            axis.bar(x, np.nan_to_num(values), 0.38, color=colour, label=label),
            [f"{v:+.0%}" if np.isfinite(v) else "unknown" for v in values],
            fontsize=8.5,
        )
    axis.axhline(0, color=BLACK, lw=1)
    axis.set_xticks(range(4), ["Filecoin", "TAO", "RNDR", "bitcoin"])
    axis.set(
        title="The pick against others since publication (C11)", ylabel="gain", ylim=(-1.1, 2.8)
    )
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
