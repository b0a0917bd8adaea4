"""Figures on the market for queries: what judges deliver, what pay follows, newcomers, effort,
fees against emission.
"""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from ..economy.supply import supply_path
from ..incentives.lego import best_of_n, over_replicas
from ..incentives.query_cost import query_bill
from ..incentives.query_market import (
    Displacement,
    QueryMarketPath,
    displacement,
    judge_sweep,
    query_market_path,
)
from ..incentives.query_market_record import QueryMarket
from ..inputs.rules import Rules, Scenario, Snapshot, load_scenario, load_snapshot, rules_at
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PLAIN,
    PURPLE,
    RED,
    canvas,
    figure,
    legend_below,
)

RULES, MARKET = rules_at("2026-09-11"), QueryMarket()
NOW, BASE = load_snapshot("2026-09-11"), load_scenario("base")
JUDGES, ROUNDS, REPLICAS = (0.01, 0.1, 0.2, 0.3), 20, 20
PINE = (22.0, 40.0)  # emission for each dollar of revenue, Pine Analytics, March 2026
Z = 1.96  # bars and ± : 95 % of a normal error


@functools.cache
def judged(rules: Rules, market: QueryMarket) -> pd.DataFrame:
    """The market under four judges on the same draws; it starts settled, so few rounds and many
    replicas serve.
    """
    return judge_sweep(rules, market, judge_correlation=JUDGES, rounds=ROUNDS, replicas=REPLICAS)


@figure
def market_by_judge(rules: Rules = RULES, market: QueryMarket = MARKET):
    """Quality that users of the market get, and what explains pay, for judges of four
    correlations with quality.
    """
    got = judged(rules, market)
    end, best, stake = got.iloc[-1], got["quality_best_sd"].mean(), got["explained_by_stake_share"]
    picture, left, right = canvas(
        f"Judges that correlate {JUDGES[0]:g} to {JUDGES[-1]:g} with quality deliver "
        f"{_pm(got.iloc[0], 'quality_delivered_sd')} to {_pm(end, 'quality_delivered_sd')} sd of "
        f"the best miner's {best:.1f}; "
        f"quality explains at most {got['explained_by_quality_share'].max():.1%} of pay, stake "
        f"{stake.min():.0%} to "
        f"{stake.max():.0%}",
        rules,
        f"{market.validators} validators, {market.miners} miners",
        f"{REPLICAS} replicas of {ROUNDS} rounds, bars: ± {Z} standard errors",
        panels=2,
        size=(11.0, 5.4),
    )
    _bars(left, got, "quality_best_sd", GREY, "best miner of the subnet", "--s")
    _bars(left, got, "quality_delivered_sd", BLUE, "delivered to users")
    line = [best_of_n(market.miners, rho) for rho in JUDGES]
    left.plot(JUDGES, line, color=ORANGE, ls=":", label="best of N by one judge and one score")
    left.axhline(0, color=BLACK, lw=1.2)
    left.set(
        xlabel="judge's correlation with quality, one score",
        ylabel="quality (sd above a random miner)",
    )
    _bars(right, got, "explained_by_stake_share", RED, "variance of all pay that goes with stake")
    _bars(
        right,
        got,
        "explained_by_quality_share",
        GREEN,
        "variance of all pay that goes with quality",
    )
    _bars(
        right,
        got,
        "miner_quality_correlation",
        PURPLE,
        "correlation of miners' pay with quality",
        "--s",
    )
    right.axhspan(
        0.1,
        0.3,
        color=PURPLE,
        alpha=0.12,
        lw=0,
        label="published for that correlation: 0.10 to 0.30",
    )
    right.set(
        xlabel="judge's correlation with quality, one score",
        ylabel="share, or correlation",
        ylim=(-0.04, 0.8),
    )
    legend_below(left, last="best of N", ncols=1)
    legend_below(right, last="published", ncols=1)
    return picture


def _pm(row, column):
    return f"{row[column]:.2f} ± {Z * row[f'{column}_se']:.2f}"


def _bars(axis, table, column, colour, name, style="-o"):
    error = Z * table[f"{column}_se"]
    axis.errorbar(
        table.index,
        table[column],
        yerr=error,
        fmt=style,
        ms=5,
        color=colour,
        capsize=3,
        lw=1.6,
        label=name,
    )


NEWCOMERS = {  # part of the error that judges share, lead of the newcomer
    (0.0, 0.5): (BLUE, "fresh errors only, 0.5 sd better"),
    (0.5, 0.5): (RED, "half of the error shared, 0.5 sd better"),
    (0.5, 2.0): (ORANGE, "half of the error shared, 2 sd better"),
}


@functools.cache
def overtaking(rules: Rules, market: QueryMarket) -> dict[tuple, Displacement]:
    """A better newcomer against the best paid miner, by shared error and lead."""
    return {
        (shared, lead): displacement(
            rules,
            replace(market, shared_error=shared),
            lead_sd=lead,
            warm_up=5,
            rounds=30,
            replicas=16,
        )
        for shared, lead in NEWCOMERS
    }


@figure
def displacing_an_incumbent(rules: Rules = RULES, market: QueryMarket = MARKET):
    """Share of markets in which a better newcomer earns more than the best paid miner, round by
    round.
    """
    got = overtaking(rules, market)
    part, near, ahead = 0.5, 0.5, 2.0
    fresh, shared, far = got[0.0, near], got[part, near], got[part, ahead]
    rounds = np.arange(1, len(fresh.ahead_share) + 1)
    picture, axis = canvas(
        f"A miner {near:g} sd better first earns more after {fresh.median_rounds:.0f} rounds if "
        "each judge errs for itself; if "
        f"they share {part:.0%} of the error, {shared.never_share:.0%} do not within "
        f"{len(rounds)} rounds, of those "
        f"{ahead:g} sd better {far.never_share:.0%}",
        rules,
        f"judges {market.judge_correlation:g}, {market.miners} miners",
        f"{len(fresh.first_ahead)} replicas, bands: ± one standard error",
    )
    for key, (colour, name) in NEWCOMERS.items():
        share, error = got[key].ahead_share, got[key].standard_error
        axis.plot(rounds, share, color=colour, label=f"{name}: never in {got[key].never_share:.0%}")
        axis.fill_between(rounds, share - error, share + error, color=colour, alpha=0.15, lw=0)
    axis.set(
        xlabel="rounds since the better miner came (20 a day)",
        ylabel="it earns more than the incumbent",
        xlim=(1, rounds[-1]),
        ylim=(-0.03, 1.03),
    )
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture


@functools.cache
def with_effort(rules: Rules, market: QueryMarket, effort_sd: float) -> QueryMarketPath:
    """A long path of the market in which pay makes miners better, or does not."""
    return query_market_path(rules, replace(market, effort_sd=effort_sd), rounds=150, replicas=6)


@figure
def selection_or_creation(rules: Rules = RULES, judge: float = 0.3, effort: float = 0.5):
    """Quality delivered and the best miner's quality over 150 rounds, with miners as they are
    and miners who improve.
    """
    market = replace(MARKET, judge_correlation=judge)
    paths = {0.0: with_effort(rules, market, 0.0), effort: with_effort(rules, market, effort)}
    ends = {
        e: over_replicas(p.quality_delivered_sd[:, -30:].mean(axis=1)) for e, p in paths.items()
    }
    says = [f"{end.mean:.1f} ± {Z * end.standard_error:.1f}" for end in ends.values()]
    best = paths[0.0].quality_best_sd.mean()
    picture, axis = canvas(
        f"Selection alone holds users at {says[0]} sd, below the {best:.1f} of the best model "
        "there is; if an e-fold of pay "
        f"buys {effort:g} sd of effort, they get {says[1]} within "
        f"{paths[effort].fees_tao.shape[1]} rounds",
        rules,
        f"judges {judge:g}",
        "6 replicas, bands: ± one standard error; effort assumed",
    )
    names = {0.0: ("models stay as they are", BLUE), effort: ("models improve with pay", ORANGE)}
    for e, path in paths.items():
        name, colour = names[e]
        mean, error = over_replicas(path.quality_delivered_sd)
        rounds = np.arange(1, len(mean) + 1)
        axis.plot(rounds, mean, color=colour, label=f"delivered, {name}")
        axis.fill_between(rounds, mean - error, mean + error, color=colour, alpha=0.2, lw=0)
        axis.plot(
            rounds,
            path.quality_best_sd.mean(axis=0),
            color=colour,
            ls="--",
            lw=1.5,
            label=f"best model, {name}",
        )
    axis.set(
        xlabel="rounds (20 a day)",
        ylabel="quality (sd above a random newcomer)",
        xlim=(1, 150),
        ylim=(0, None),
    )
    legend_below(axis)
    return picture


@figure
def fees_against_emission(rules: Rules = RULES, now: Snapshot = NOW, scenario: Scenario = BASE):
    """Left: who pays for one dollar of a query. Right: emission per dollar of fees over years of
    growth and halvings.
    """
    bills = [query_bill(queries=1.0, fees_tao=1.0, emission_tao=ratio) for ratio in PINE]
    path = supply_path(rules, now, replace(scenario, horizon_years=25.0, recycled_share=0.0))
    fall = path.emission_tao_per_day / path.emission_tao_per_day[0]
    growth, some = {0.0: BLUE, 0.25: PURPLE, 1.0: ORANGE}, 0.25
    curves = {g: [ratio * fall / (1 + g) ** path.years for ratio in PINE] for g in growth}
    flat, grown = ([path.years[np.argmax(curve <= 1)] for curve in curves[g]] for g in (0.0, some))
    picture, left, right = canvas(
        f"Users pay {bills[1].external_share:.1%} to {bills[0].external_share:.1%} of all that is "
        "paid for a query; if fees do "
        f"not grow, halvings close the gap in {flat[0]:.0f} to {flat[1]:.0f} years, with growth "
        f"of {some:.0%} a year in "
        f"{grown[0]:.0f} to {grown[1]:.0f}",
        rules,
        now,
        f"{PINE[0]:g} to {PINE[1]:g} times: Pine Analytics, March 2026",
        panels=2,
        widths=(1, 1.9),
        size=(11.0, 5.2),
    )
    names = [f"{ratio:g} times" for ratio in PINE]
    left.bar(names, [b.external_share for b in bills], color=GREEN, width=0.6, label="user's fee")
    left.bar(
        names,
        [1 - b.external_share for b in bills],
        bottom=[b.external_share for b in bills],
        color=GREY,
        width=0.6,
        label="emission: paid by holders",
    )
    for k, bill in enumerate(bills):
        left.text(
            k, 0.5, f"{1 - bill.external_share:.1%}", ha="center", color="white", fontweight="bold"
        )
        left.text(
            k, bill.external_share + 0.015, f"{bill.external_share:.1%}", ha="center", color="white"
        )
    left.set(ylabel="of all paid for a query", ylim=(0, 1))
    left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for g, colour in growth.items():
        right.fill_between(
            path.years,
            *curves[g],
            color=colour,
            alpha=0.35,
            label=f"fees in TAO grow {g:.0%} a year",
        )
    right.axhline(1, color=BLACK, ls="--", lw=1.4, label="fees equal emission")
    right.set(
        yscale="log",
        xlabel=f"years from {now.date}",
        ylabel="emission for each TAO of fees",
        xlim=(0, 25),
    )
    right.set_ylim(0.1, 60)
    right.set_yticks([0.1, 1, 10, 22, 40])
    right.yaxis.set_major_formatter(PLAIN)
    right.yaxis.set_minor_formatter("")
    legend_below(left, ncols=1)
    legend_below(right, last="fees equal")
    return picture
