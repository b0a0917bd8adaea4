"""Figures on pools of models: picking the best of many, covering a task, routing, votes, the
oracle, cost and waiting.
"""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.ticker import PercentFormatter

from ..incentives.jury import jury_accuracy, oracle_bias
from ..incentives.lego import best_of_n, beta_coverage, coverage_fit, expected_max, power_coverage
from ..incentives.query_cost import query_latency
from ..incentives.routing import leader_routing_gain, route, routing_frontier
from ..incentives.stake_model import published_stake
from .canvas import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PLAIN,
    PURPLE,
    RED,
    SKY,
    canvas,
    figure,
    in_words,
    legend_below,
)

MEASURED = (
    0.1,
    0.3,
)  # correlation of miners' reward with performance, Lui and Sun, arXiv:2507.02951
ONE_TRY, MANY, TRIES, RIVAL = (
    0.159,
    0.56,
    250,
    0.43,
)  # SWE-bench Lite, Brown et al., arXiv:2407.21787
EXPERTS = (
    (0.90, 0.40),
    (0.50, 0.80),
)  # a model for Spanish, a model for code: made-up shares of right answers
FRONTIER = (0.92, 0.85)  # a third one that wins every query
BEATEN = (
    (0.70, 0.70, 0.70, 0.70),
    (0.80, 0.60, 0.65, 0.55),
    (0.60, 0.78, 0.60, 0.69),
    (0.50, 0.50, 0.71, 0.50),
)
BEATEN_COST = (1.0, 1.0, 0.9, 0.2)
MINERS, VOTE, VALIDATORS, SHARED = 256, 0.6, 64, 0.1  # SHARED: correlation of two votes
FEW = 2  # models that a perfect judge chooses from
PUBLISHED_GAIN, PUBLISHED_COST = 0.07, -0.27  # Avengers-Pro, arXiv:2508.12631
COUNTS = (1, 3, 5, 7, 11, 17, 25, 41, 64, 101, 151, 201)


@figure
def best_of_many(models: int = MINERS):
    """Mean quality of the model picked from a pool of growing size, for judges of several
    correlations with quality.
    """
    counts = np.unique(np.geomspace(1, models, 60).astype(int))
    low, high = (best_of_n(models, rho) for rho in MEASURED)
    picture, axis = canvas(
        f"With judges as measured ({MEASURED[0]:g} to {MEASURED[1]:g}) the best of {models} "
        f"models is {low:.2f} to {high:.2f} "
        f"sd above a random one; a perfect judge gets {expected_max(FEW):.2f} from "
        f"{in_words(FEW)} and "
        f"{expected_max(models):.2f} from all",
        "gain = correlation × E[max]",
        "correlations: Lui and Sun, arXiv:2507.02951",
    )
    axis.fill_between(
        counts,
        *(best_of_n(counts.tolist(), rho) for rho in MEASURED),
        color=ORANGE,
        alpha=0.25,
        label=f"{MEASURED[0]:g} to {MEASURED[1]:g}: measured for miners on Bittensor",
    )
    for rho, colour in {0.1: ORANGE, 0.3: RED, 0.6: PURPLE, 1.0: BLUE}.items():
        name = "perfect judge" if rho == 1 else f"judge's correlation with quality {rho}"
        axis.plot(counts, best_of_n(counts.tolist(), rho), color=colour, label=name)
    axis.axhline(
        expected_max(FEW),
        color=BLACK,
        ls=":",
        lw=1.4,
        label=f"{in_words(FEW)} models and a perfect judge",
    )
    axis.set(
        xscale="log",
        xlabel="models in the pool",
        ylabel="quality of the choice (sd above random)",
        xlim=(1, models),
        ylim=(0, None),
    )
    axis.set_xticks([n for n in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024) if n <= models])
    axis.xaxis.set_major_formatter(PLAIN)
    axis.xaxis.set_minor_formatter("")
    legend_below(axis)
    return picture


@figure
def coverage_of_tries(one_try: float = ONE_TRY, many: float = MANY, tries: int = TRIES):
    """Share of tasks solved at least once against the number of tries: equal tasks, a power law
    and Beta-distributed tasks.
    """
    fit, k = coverage_fit(one_try, many, tries), np.geomspace(1, 10_000, 200)
    solved = 1 - (1 - one_try) ** k
    equal = int(np.ceil(np.log(1 - many) / np.log(1 - one_try)))
    far = sorted(
        (
            beta_coverage([k[-1]], fit.beta_a, fit.beta_b)[0],
            power_coverage([k[-1]], fit.power_a, fit.power_b)[0],
        )
    )
    picture, axis = canvas(
        f"Equal tasks would reach {many:.0%} after {equal} tries, real ones need {tries}: tasks "
        "differ, and "
        f"{k[-1] / tries:.0f} times as many tries bring {far[0]:.0%} to {far[1]:.0%}",
        f"fit: a = {fit.power_a:.3f}, b = {fit.power_b:.3f}; Beta({fit.beta_a:.3f}, "
        f"{fit.beta_b:.2f})",
        "points: Brown et al., arXiv:2407.21787",
    )
    axis.plot(k, solved, color=GREY, ls="--", label=f"every task solved with chance {one_try:.1%}")
    axis.plot(
        k, power_coverage(k, fit.power_a, fit.power_b), color=BLUE, label="power law, exp(a·k^b)"
    )
    axis.plot(
        k,
        beta_coverage(k, fit.beta_a, fit.beta_b),
        color=ORANGE,
        label="chance Beta-distributed over tasks",
    )
    axis.plot(
        [1, tries],
        [one_try, many],
        "o",
        color=RED,
        ms=8,
        label=f"published: {one_try:.1%} → {many:.0%}",
    )
    axis.axhline(
        RIVAL, color=GREEN, ls=":", lw=1.6, label=f"single-try state of the art then: {RIVAL:.0%}"
    )
    axis.set(
        xscale="log",
        xlabel="tries of one model, checked by tests",
        ylabel="tasks solved at least once",
        ylim=(0, 1.02),
    )
    axis.set_xticks([1, 10, 100, 250, 1_000, 10_000])
    axis.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    axis.xaxis.set_minor_formatter("")
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture


@figure
def routing_and_dominance(experts: tuple = EXPERTS, frontier: tuple = FRONTIER):
    """Left: gain of routing against the lead of the best model. Right: quality against cost,
    both relative to that model.
    """
    pair, null = route(experts), route([*experts, frontier])
    leads, alone = (
        np.linspace(0, 4, 81),
        all(best <= own for best, own in zip(np.max(experts, axis=0), frontier, strict=True)),
    )
    third = "one model that wins every query" if alone else "a third model"
    with_null, with_pair = null.gain / null.single, pair.gain / pair.single
    between = " lies between" if with_null <= PUBLISHED_GAIN <= with_pair else ""
    picture, left, right = canvas(
        f"Routing the Spanish and the code model gains {with_pair:.0%}; beside {third} it gains "
        f"{with_null:.0%}. A published "
        f"gain of {PUBLISHED_GAIN:.0%}{between}",
        "qualities made up",
        "published: Avengers-Pro, arXiv:2508.12631",
        panels=2,
        size=(11.0, 5.6),
    )
    for correlation, colour in {0.0: SKY, 0.5: PURPLE, 0.9: ORANGE}.items():
        gains = [leader_routing_gain(10, lead_sd=lead, correlation=correlation) for lead in leads]
        left.plot(leads, gains, color=colour, label=f"correlation over queries {correlation:g}")
    left.set(
        xlabel="lead of the best of ten models (sd of quality over queries)",
        ylabel="gain of perfect routing (sd)",
        xlim=(0, 4),
        ylim=(0, None),
    )
    _relative(right, experts, (1.0, 1.0), BLUE, "Spanish and code model, same cost")
    _relative(right, [*experts, frontier], (0.5, 0.5, 1.0), RED, f"with {third}, at twice the cost")
    _relative(right, BEATEN, BEATEN_COST, GREEN, "a leader beaten on three of four topics")
    right.plot(
        [1 + PUBLISHED_COST],
        [1],
        "D",
        color=BLACK,
        ms=7,
        zorder=4,
        label=f"published: {PUBLISHED_COST:.0%} cost at equal quality",
    )
    right.axhline(
        1 + PUBLISHED_GAIN,
        color=BLACK,
        ls=":",
        lw=1.4,
        label=f"published: {PUBLISHED_GAIN:+.0%} quality, cost not known here",
    )
    right.plot([1], [1], "o", color=GREY, ms=8, label="best single model")
    right.set(
        xlabel="cost per query, best single model = 1",
        ylabel="quality, best single model = 1",
        xlim=(0.15, 1.1),
    )
    for axis in (left, right):
        legend_below(axis, ncols=1)
    return picture


def _relative(axis, quality, cost, colour, name):
    """Quality against cost when topics are routed, both over those of the best single model."""
    table, price = np.array(quality), np.array(cost)[:, None] * np.ones(np.shape(quality))
    got, best = routing_frontier(table, price), table.mean(axis=1).argmax()
    x, y = got.cost / price[best].mean(), got.quality / table[best].mean()
    axis.plot(x, y, "-o", ms=5, color=colour, label=name, mfc=colour)


@functools.cache
def stake_jury(vote: float, correlation: float) -> float:
    """Accuracy of the vote by the stake of June 2024."""
    return jury_accuracy(published_stake(VALIDATORS), vote, correlation=correlation).accuracy


@figure
def jury_of_validators(vote: float = VOTE):
    """Chance that a majority is right against the number of validators, equal or with the stake
    of June 2024.
    """
    colours = {0.0: BLUE, 0.02: GREEN, SHARED: ORANGE, 0.3: RED}
    limit = jury_accuracy(np.ones(1), vote, correlation=SHARED).ceiling
    equal = jury_accuracy(np.ones(VALIDATORS), vote).accuracy
    picture, axis = canvas(
        f"{VALIDATORS} independent votes of {vote:.0%} are right in {equal:.0%} of cases, with "
        "the stake of June 2024 in "
        f"{stake_jury(vote, 0.0):.0%}; votes that correlate by {SHARED:g} never pass {limit:.1%}, "
        "however many",
        "Beta-binomial votes",
        "stake: Mentat Minds, 2024-06-19",
    )
    for rho, colour in colours.items():
        curve = [jury_accuracy(np.ones(n), vote, correlation=rho) for n in COUNTS]
        axis.plot(
            COUNTS,
            [j.accuracy for j in curve],
            color=colour,
            label=f"correlation of two votes {rho:g}, equal stakes",
        )
        axis.plot(
            [VALIDATORS], [stake_jury(vote, rho)], "D", ms=8, color=colour, mec=BLACK, zorder=3
        )
        if rho > 0:
            axis.axhline(curve[0].ceiling, color=colour, ls=":", lw=1.2)
    axis.plot(
        [],
        [],
        "D",
        color="white",
        mec=BLACK,
        ms=8,
        label=f"{VALIDATORS} validators with the stake of June 2024",
    )
    axis.plot([], [], ":", color=GREY, lw=1.2, label="ceiling: any number of such votes")
    axis.set(
        xscale="log", xlabel="validators who vote", ylabel="majority is right", xlim=(1, COUNTS[-1])
    )
    axis.set_xticks([1, 3, 11, 25, 64, 201])
    axis.xaxis.set_major_formatter(PLAIN)
    axis.xaxis.set_minor_formatter("")
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture


@figure
def corrupted_oracle(attack_sd: float = 10.0):
    """Bias of mean and median of validators' reports against the share of stake that reports an
    attack value.
    """
    share = np.linspace(0, 0.6, 601)
    got, held = oracle_bias(share, attack_sd=attack_sd), np.cumsum(published_stake(VALIDATORS))
    short = int(np.argmax(held >= 0.5))  # so many together hold less than half
    held, bent = held[: short + 1], oracle_bias([held[short - 1]], attack_sd=attack_sd)
    picture, axis = canvas(
        f"The {in_words(short)} largest validators of June 2024, with {held[short - 1]:.1%} of "
        "stake, bend the median by "
        f"{bent.median_bias_sd[0]:.1f} sd and the mean by {bent.mean_bias_sd[0]:.1f}; with the "
        f"next, {held[short]:.1%}, the "
        f"median is theirs",
        f"attack value {attack_sd:g} sd above the truth",
        "many validators",
        "stake: Mentat Minds, 2024-06-19",
    )
    axis.plot(
        share,
        got.mean_bias_sd,
        color=RED,
        label=f"mean: {attack_sd:g} × corrupted share, without limit",
    )
    axis.plot(
        share, got.median_bias_sd, color=BLUE, label="stake-weighted median (the chain's consensus)"
    )
    for k, at in enumerate(held):
        axis.axvline(at, color=GREY, ls=":", lw=1.2)
        axis.text(
            at - 0.004,
            attack_sd * 0.98,
            f"{k + 1} largest" if k else "largest",
            rotation=90,
            ha="right",
            va="top",
            fontsize=9,
            color=GREY,
        )
    axis.set(
        xlabel="corrupted share of stake",
        ylabel="bias (sd of one honest report)",
        xlim=(0, 0.6),
        ylim=(0, None),
    )
    axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture


@figure
def value_and_waiting(models: int = 16):
    """Left: quality bought by computing many answers or one better model. Right: waiting until k
    of the miners answered.
    """
    counts = np.unique(np.geomspace(1, MINERS, 40).astype(int))
    worth = best_of_n(MINERS, MEASURED[1]) / np.log(MINERS)
    needed, load = np.arange(1, models + 1), {0.5: GREEN, 0.9: PURPLE}
    waits = {u: [_wait(u, models, int(k)) for k in needed] for u in load}
    all_of = (1 / needed).sum()
    picture, left, right = canvas(
        f"The best of {MINERS} answers, judged at {MEASURED[1]:g}, buys what one model as dear "
        f"does that gains {worth:.2f} sd "
        f"per e-fold of cost; to choose among {models} is to wait {all_of:.1f} times as long as "
        "for one",
        "1 second for an answer, 8 servers of 1/s at the validator",
        "exponential times",
        panels=2,
        size=(11.0, 5.6),
    )
    for rho, colour in {0.1: ORANGE, 0.3: RED, 1.0: BLUE}.items():
        left.plot(
            counts,
            best_of_n(counts.tolist(), rho),
            color=colour,
            label=f"best of N, judge's correlation {rho:g}",
        )
    for gain, style in {0.15: ":", 0.5: "--"}.items():
        left.plot(
            counts,
            gain * np.log(counts),
            color=BLACK,
            ls=style,
            lw=1.5,
            label=f"one model, {gain:g} sd per e-fold (assumed)",
        )
    left.set(
        xscale="log",
        xlabel="cost per query (one answer = 1)",
        ylabel="quality bought (sd)",
        xlim=(1, MINERS),
    )
    left.set_ylim(0, None)
    left.set_xticks([1, 4, 16, 64, 256])
    left.xaxis.set_major_formatter(PLAIN)
    left.xaxis.set_minor_formatter("")
    for use, colour in load.items():
        right.plot(
            needed,
            [w.mean_s for w in waits[use]],
            color=colour,
            label=f"mean, validator {use:.0%} busy",
        )
        right.plot(
            needed,
            [w.quantile_s[0] for w in waits[use]],
            color=colour,
            ls="--",
            label=f"95%, validator {use:.0%} busy",
        )
    right.set(
        xlabel=f"answers waited for, of {models} asked at once",
        ylabel="seconds to the user",
        ylim=(0, None),
    )
    for axis in (left, right):
        legend_below(axis, ncols=1)
    return picture


@functools.cache
def _wait(use, miners, needed):
    return query_latency(
        arrivals_per_s=8 * use,
        servers=8,
        served_per_s=1.0,
        miners=miners,
        needed=needed,
        answered_per_s=1.0,
        quantiles=(0.95,),
    )
