"""Figures on concentration: Lorenz curves, what a cap changes and what splitting undoes, reward
against performance.
"""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.ticker import PercentFormatter

from ..incentives import stake
from ..incentives.stake_model import (
    fit_stake,
    lognormal_stake,
    model_lorenz,
    model_top_share,
    pareto_stake,
    stake_population,
)
from ..inputs import data
from ..inputs.rules import Rules, rules_at
from .canvas import BLACK, BLUE, GREY, ORANGE, PURPLE, RED, SKY, canvas, figure, legend_below

RULES = rules_at("2026-09-11")
GINI, TOP_PERCENT, CAP = 0.9825, 0.90, 0.88  # Lui and Sun, arXiv:2507.02951
RICHEST, OF_SUBNETS = (
    0.01,
    (0.38, 0.9997),
)  # the same: whose share it is, and its range over subnets
WALLETS = 20_000


@functools.cache
def wallets() -> np.ndarray:
    """Stake of a population that meets the published Gini and the published share of the richest
    1 %.
    """
    return stake_population(fit_stake(GINI, TOP_PERCENT, wallets=WALLETS), WALLETS)


@figure
def stake_lorenz(rules: Rules = RULES):
    """Lorenz curves of the richest wallets under three distributions with the published Gini
    index of stake.
    """
    models = {
        "lognormal": (lognormal_stake(GINI), SKY),
        "fitted: lognormal with Pareto tail": (fit_stake(GINI, TOP_PERCENT), BLUE),
        "Pareto": (pareto_stake(GINI), ORANGE),
    }
    tops = {name: model_top_share(model, RICHEST) for name, (model, _) in models.items()}
    low, high = min(tops.values()), max(tops.values())
    picture, axis = canvas(
        f"A Gini of {GINI} leaves the richest {RICHEST:.0%} of wallets anything from {low:.1%} to "
        f"{high:.1%} of stake by the "
        f"shape of the distribution; {TOP_PERCENT:.0%} is published",
        "Gini and top share: Lui and Sun, arXiv:2507.02951",
        "curves: closed forms",
    )
    rich = np.logspace(-5, 0, 400)
    for name, (model, colour) in models.items():
        axis.plot(
            rich,
            1 - model_lorenz(model, 1 - rich),
            color=colour,
            label=f"{name}: richest {RICHEST:.0%} hold {tops[name]:.1%}",
        )
    axis.plot(
        [RICHEST],
        [TOP_PERCENT],
        "o",
        color=RED,
        ms=8,
        label=f"published, median of subnets: {TOP_PERCENT:.0%}",
    )
    axis.plot(
        [RICHEST] * 2,
        OF_SUBNETS,
        color=RED,
        lw=1.2,
        label=f"published range of subnets: {OF_SUBNETS[0]:.0%} to {OF_SUBNETS[1]:.2%}",
    )
    axis.plot(rich, rich, color=GREY, ls=":", lw=1.2, label="all equal")
    axis.set(
        xscale="log",
        xlabel="richest share of wallets",
        ylabel="their share of stake",
        xlim=(1e-5, 1),
        ylim=(0, 1.02),
    )
    axis.set_xticks(
        [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1], ["0.001%", "0.01%", "0.1%", "1%", "10%", "100%"]
    )
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis, ncols=2)
    return picture


@figure
def coalition_under_cap(rules: Rules = RULES):
    """Wallets needed for a majority under a stake cap, for owners who stay and for owners who
    split below the cap.
    """
    held, quantiles = wallets(), np.linspace(0.5, 1.0, 51)
    splitting = {0.0: BLUE, RICHEST: ORANGE, 1.0: RED}
    curves = {share: [_majority(held, q, share) for q in quantiles] for share in splitting}
    at = int(np.argmin(abs(quantiles - CAP)))
    counts = [
        stake.coalition(held).wallet_share * WALLETS,
        curves[0.0][at] * WALLETS,
        curves[RICHEST][at] * WALLETS,
    ]
    picture, axis = canvas(
        f"A cap at the {CAP * 100:.0f}th percentile raises the owners of a majority from "
        f"{counts[0]:.0f} to "
        f"{counts[1]:,.0f} of {WALLETS:,}; if the richest {RICHEST:.0%} of those above it split, "
        f"{counts[2]:.0f} is enough",
        f"{WALLETS:,} wallets, Gini {stake.gini(held):.4f}, richest 1% with "
        f"{stake.top_share(held, wallet_share=0.01):.0%}",
        "our simulation, not the paper's tables",
    )
    names = {
        0.0: "nobody splits",
        RICHEST: f"the richest {RICHEST:.0%} of the capped split",
        1.0: "all of them: the cap is gone",
    }
    for share, colour in splitting.items():
        axis.plot(quantiles, curves[share], color=colour, label=names[share])
    axis.axvline(
        CAP, color=BLACK, ls=":", lw=1.4, label=f"proposed cap: {CAP * 100:.0f}th percentile"
    )
    axis.set(
        yscale="log",
        xlabel="cap, as a percentile of stake",
        ylabel=f"owners of a majority, of {WALLETS:,} (log)",
    )
    axis.set_yticks([1e-4, 1e-3, 1e-2, 1e-1], ["0.01%", "0.1%", "1%", "10%"])
    axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis, ncols=2)
    return picture


def _majority(held, quantile, splitting):
    """Share of owners with a majority of counted stake, where the richest of the capped split
    below the cap.
    """
    counted = stake.counted_under_cap(held, quantile, splitting_share=splitting)
    return stake.coalition(counted).wallet_share


@figure
def reward_remedies(rules: Rules = RULES):
    """Rank correlation of reward with performance and with stake under the proposed remedies,
    simulated.
    """
    held, random = wallets(), np.random.default_rng(0)
    noise = random.standard_normal(WALLETS)
    logs = np.log(random.permutation(held))
    held = np.exp(logs)
    performance = np.exp(0.2 * (logs - logs.mean()) / logs.std() + np.sqrt(1 - 0.2**2) * noise)
    performance /= performance.max()
    weights = np.linspace(0, 1, 21)
    remedies = {
        "performance-weighted split": (
            lambda w: stake.performance_split(held, performance, weight=w),
            BLUE,
        ),
        "composite score": (lambda w: stake.composite_score(held, performance, weight=w), ORANGE),
        "trust bonus (up to 10×)": (
            lambda w: stake.trust_bonus(held, performance, bonus=10 * w),
            PURPLE,
        ),
    }
    found = {
        name: np.array(
            [stake.reward_correlations(held, performance, pay(w), ranks=True) for w in weights]
        )
        for name, (pay, _) in remedies.items()
    }
    half = weights.tolist().index(0.5)
    split, score, bonus = (correlation[half, 1] for correlation in found.values())
    picture, left, right = canvas(
        f"At {weights[half]:.0%} strength, splitting the emission takes reward's rank correlation "
        "with performance from "
        f"{found['composite score'][0, 1]:.2f} to {split:.2f}, a composite score to {score:.2f}, "
        f"a trust bonus to {bonus:.2f}",
        f"{WALLETS:,} wallets, performance correlates 0.2 with stake",
        "our simulation",
        panels=2,
        size=(10.5, 5.2),
    )
    for name, (_, colour) in remedies.items():
        left.plot(weights, found[name][:, 1], color=colour, label=name)
        right.plot(weights, found[name][:, 0], color=colour, label=name)
    left.set(
        xlabel="strength of the remedy",
        ylabel="reward against performance, rank correlation",
        ylim=(0, 1.02),
    )
    right.set(
        xlabel="strength of the remedy",
        ylabel="reward against stake, rank correlation",
        ylim=(0, 1.02),
    )
    for axis in (left, right):
        axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(left, ncols=1)
    return picture


@figure
def largest_holders(rules: Rules = RULES):
    """Running share of stake of the largest validators at genesis and in June 2024, with the
    number that make half.
    """
    table = data.load("validator_stake")
    groups = {f"{when:%B %Y}": rows for when, rows in table.groupby("date")}
    halves = {
        name: float(np.interp(0.5, [0, *rows["share"]], [0, *rows["largest"]]))
        for name, rows in groups.items()
    }
    first, last = list(groups)
    picture, axis = canvas(
        f"Half of stake was with {np.ceil(halves[last]):.0f} validators on root in {last}, and "
        "with about "
        f"{np.ceil(halves[first]):.0f} hotkeys in {first}",
        "data/validator_stake.csv: genesis file; Mentat Minds, 2024-06-19",
    )
    for (name, rows), colour in zip(groups.items(), (BLUE, RED), strict=True):
        axis.plot([0, *rows["largest"]], [0, *rows["share"]], "-o", color=colour, ms=6, label=name)
    axis.axhline(0.5, color=BLACK, ls=":", lw=1.4, label="half: decides every weighted median")
    axis.set(
        xlabel="number of largest validators",
        ylabel="their share of stake",
        ylim=(0, 1),
        xlim=(0, 65),
    )
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis, ncols=3)
    return picture
