"""Figures on consensus: one epoch matrix by matrix, the guarantee as contours, and what real
stake does to it.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from fractions import Fraction

import numpy as np
from matplotlib.ticker import PercentFormatter

from .. import incentives as retention
from ..chain.yuma import FloatEpoch, yuma_epoch
from ..incentives.guarantee import GRID, Guarantee
from ..incentives.guarantee import HONEST_STAKE as MAP_STAKE
from ..incentives.stake import gini
from ..incentives.stake_model import (
    draw_stake,
    fit_stake,
    lognormal_stake,
    pareto_stake,
    stake_from_ranks,
)
from ..inputs import data
from ..inputs.rules import Rules, rules_at
from .canvas import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, canvas, figure, legend_below

RULES = rules_at("2026-09-11")
DOCUMENT = replace(
    RULES, bonds="classic", bonds_penalty=Fraction(1)
)  # what docs/consensus.md simulates
GINI, TOP_PERCENT = 0.9825, 0.90  # Lui and Sun, arXiv:2507.02951: over all wallets
NETWORKS, HONEST_STAKE = 12, (0.55, 0.60, 0.70, 0.80)
SHOWN = (BLUE, SKY, ORANGE, RED, PURPLE, GREEN)


@figure
def epoch_walk(rules: Rules = RULES):
    """One epoch of five validators and three miners as heat maps: weights, clipping, bonds and
    both rewards.
    """
    weights, stake, names = example_subnet()
    epoch = yuma_epoch(rules, weights, stake, np.zeros_like(weights))
    n = len(names)
    given = weights[:5, 5:] / weights[:5, 5:].sum(axis=1, keepdims=True)
    level = epoch.consensus[5:]
    clipped = np.minimum(given, level)
    penalty = float(rules.bonds_penalty)
    followed = (1 - penalty) * given + penalty * clipped
    earned = _earned_by_miner(epoch, followed, rules)
    lost = 1 - epoch.validator_trust[:5]
    worst = int(lost.argmax())
    picture, *axes = canvas(
        f"{names[worst]} claims what {float(rules.kappa):.0%} of stake does not support: "
        f"{lost[worst]:.0%} of its weight "
        f"is cut, and it earns {epoch.dividends[worst]:.1%} on {epoch.stake[worst]:.0%} of stake",
        rules,
        f"{n - 3} validators, 3 miners, made up",
        panels=3,
        rows=2,
        size=(11.0, 7.6),
    )
    rows = [
        f"{name} ({share:.0%} of stake)" for name, share in zip(names, epoch.stake, strict=True)
    ][:5]
    _heat(axes[0], given, "1  weights: each row sums to 100%", rows)
    _heat(
        axes[1],
        np.vstack([_support(given, epoch.stake[:5], level), level]),
        "2  stake that says as much; consensus",
        ["stake in support", "consensus weight"],
    )
    _heat(axes[2], clipped, "3  weights clipped to consensus", rows)
    _heat(axes[3], followed, "4  weights that buy bonds", rows)
    _heat(axes[4], earned, "5  dividends, by the miner they come from", rows)
    both = np.vstack([epoch.trust[5:], epoch.incentive[5:]])
    _heat(axes[5], both, "6  trust and incentive of miners", ["trust", "incentive"])
    return picture


def example_subnet():
    """(weights, stake, names) of the walk: five validators, three miners; the fifth validator
    favours miner 3.
    """
    names = ["V1", "V2", "V3", "V4", "V5", "M1", "M2", "M3"]
    weights = np.zeros((8, 8))
    weights[:5, 5:] = [[50, 35, 15], [48, 38, 14], [55, 30, 15], [45, 40, 15], [10, 10, 80]]
    return weights, np.array([30.0, 25, 20, 15, 10, 0, 0, 0]), names


def _support(given, stake, level):
    return ((given >= level - 1e-12) * stake[:, None]).sum(axis=0)


def _earned_by_miner(epoch: FloatEpoch, followed, rules):
    """Dividends split by the miner whose incentive pays them; rows sum to the epoch's dividends."""
    stake, incentive = epoch.stake[:5, None], epoch.incentive[5:]
    bought = followed * (stake if rules.bonds == "classic" else 1.0)
    held = np.where(bought.sum(axis=0) > 0, bought / np.maximum(bought.sum(axis=0), 1e-300), 0.0)
    paid = held * incentive * (1.0 if rules.bonds == "classic" else stake)
    return paid / paid.sum()


def _heat(axis, values, title, rows):
    axis.imshow(values, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    axis.grid(False)
    axis.set_title(title, fontsize=10)
    axis.set_xticks(range(3), ["miner 1", "miner 2", "miner 3"], fontsize=9)
    axis.set_yticks(range(len(values)), rows, fontsize=9)
    for i, j in np.ndindex(*values.shape):
        axis.text(
            j,
            i,
            f"{values[i, j]:.1%}",
            ha="center",
            va="center",
            fontsize=9.5,
            color="white" if round(values[i, j], 3) < 0.5 else BLACK,
        )


@figure
def retention_contours(rules: Rules = DOCUMENT):
    """Where the honest side keeps its share of stake: one contour for each share, as the chain's
    document draws it.
    """
    network = retention.draw_network()
    earned = retention.retention_map(rules, network)
    needed = dict(zip(MAP_STAKE, retention.required_honest_weight(earned), strict=True))
    least, usual = min(needed), 0.60
    picture, axis = canvas(
        f"Honest validators with {usual:.0%} of stake keep it if {needed[usual]:.0%} of their "
        "weight is honest; "
        f"with {least:.0%} they need {needed[least]:.0%}",
        rules,
        f"κ {float(rules.kappa):.3g}, bonds penalty {float(rules.bonds_penalty):.2g}, half of "
        "emission to validators",
        "64 validators, 448 miners, spread of weights 0.4",
        size=(9.0, 6.0),
    )
    h = c = np.array(GRID)
    shown = [0.51, 0.55, 0.60, 0.70, 0.80, 0.90]
    colours = [BLACK, PURPLE, BLUE, GREEN, ORANGE, RED]
    for s, colour in zip(shown, colours, strict=True):
        surface = earned[MAP_STAKE.index(s)]
        axis.contour(h, c, surface.T, levels=[s], colors=[colour], linewidths=2)
        axis.plot(
            [],
            [],
            color=colour,
            label=f"{s:.0%} of stake honest: {needed[s]:.0%} honest weight needed",
        )
    axis.set(
        xlabel="honest validators' weight on honest miners (right of its line a side keeps its "
        "stake)",
        ylabel="cabal's weight on its own miners",
        xlim=(0.5, 1),
        ylim=(0, 1),
    )
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis, ncols=2)
    return picture


@functools.cache
def stake_draws() -> dict[str, np.ndarray]:
    """Stake of 64 validators in some networks, near-equal as published and as concentrated as
    measured.
    """
    fitted, seeds = fit_stake(GINI, TOP_PERCENT), range(NETWORKS)
    table = data.load("validator_stake")
    draws = {
        "near-equal (published)": [retention.draw_network(miners=2, seed=k).stake for k in seeds]
    }
    for when, rows in table.groupby("date"):
        wallets = (
            64 if rows["largest"].max() < 64 else 1_000
        )  # at genesis some held less than the largest 64
        stake = stake_from_ranks(rows["largest"], rows["share"], wallets)[:64]
        order = [np.random.default_rng(k).permutation(stake) for k in seeds]
        draws[
            f"hotkeys at genesis, {when:%Y}"
            if when.year == 2023
            else f"largest validators, {when:%B %Y}"
        ] = order
    models = {
        "Pareto": pareto_stake(GINI),
        "lognormal with Pareto tail": fitted,
        "lognormal": lognormal_stake(GINI),
    }
    for name, model in models.items():
        draws[f"{name}, Gini {GINI} of all wallets"] = [
            draw_stake(model, 64, rng=np.random.default_rng(k)) for k in seeds
        ]
    return {name: np.array(stakes) for name, stakes in draws.items()}


@functools.cache
def guarantees(rules: Rules) -> dict[str, Guarantee]:
    """The honest weight required under every stake distribution of `stake_draws`."""
    return {
        name: retention.guarantee(rules, stakes, honest_stake=HONEST_STAKE, steps=21)
        for name, stakes in stake_draws().items()
    }


@figure
def guarantee_on_real_stake(rules: Rules = DOCUMENT):
    """Honest weight required to keep a share of stake, for near-equal and for measured
    concentrations of stake.
    """
    found, draws = guarantees(rules), stake_draws()
    at = HONEST_STAKE.index(0.60)
    names = list(found)
    equal, listed = found[names[0]], found[names[2]]
    heavy = found[f"lognormal with Pareto tail, Gini {GINI} of all wallets"]
    picture, axis = canvas(
        f"With {HONEST_STAKE[at]:.0%} honest stake the honest weight needed is "
        f"{equal.required[at]:.0%} if stake is "
        f"near-equal, {listed.required[at]:.0%} for the {names[2].replace(', ', ' of ')}, and "
        f"{heavy.required[at]:.0%} ± "
        f"{1.96 * heavy.standard_error[at]:.0%} with the measured Gini",
        rules,
        f"{NETWORKS} networks each, bars: ± 1.96 standard errors",
        "Gini in brackets: of the 64 validators drawn",
        size=(9.0, 5.6),
    )
    for k, (name, colour) in enumerate(zip(names, SHOWN, strict=True)):
        g, offset = found[name], (k - 2.5) * 0.005
        index = np.mean([gini(stake) for stake in draws[name]])
        axis.errorbar(
            np.array(HONEST_STAKE) + offset,
            g.required,
            yerr=1.96 * g.standard_error,
            fmt="o",
            color=colour,
            ms=6,
            capsize=3,
            lw=1.6,
            label=f"{name} ({index:.2f})",
        )
    axis.set(
        xlabel="share of stake that is honest", ylabel="honest weight needed", xticks=HONEST_STAKE
    )
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis, ncols=2)
    return picture


@figure
def honest_majority_lottery(rules: Rules = DOCUMENT):
    """Distribution of the honest share of stake when 70% of validators, not of stake, are
    honest.
    """
    fitted, count, share = fit_stake(GINI, TOP_PERCENT), 4_000, 0.70
    equal = [retention.draw_network(miners=2, seed=k).stake for k in range(count)]
    heavy = [draw_stake(fitted, 64, rng=np.random.default_rng(k)) for k in range(count)]
    shares = [retention.honest_stake_drawn(stakes, share) for stakes in (equal, heavy)]
    lost = [(s < float(rules.kappa)).mean() for s in shares]
    error = np.sqrt(lost[1] * (1 - lost[1]) / count)
    picture, axis = canvas(
        f"With {share:.0%} of validators honest, concentrated stake puts the honest side below "
        f"{float(rules.kappa):.0%} in "
        f"{lost[1]:.0%} ± {1.96 * error:.0%} of draws; near-equal stake in {lost[0]:.0%}",
        rules,
        f"{count:,} draws of 64 validators",
        f"lognormal body, Pareto tail, Gini {GINI} of all wallets",
    )
    bins = np.linspace(0, 1, 41)
    for values, colour, label in (
        (shares[1], RED, "stake as concentrated as measured"),
        (shares[0], BLUE, "near-equal stake"),
    ):
        axis.hist(
            values,
            bins=bins,
            weights=np.full(count, 1 / count),
            color=colour,
            alpha=0.75,
            label=label,
        )
    axis.axvline(
        float(rules.kappa),
        color=BLACK,
        ls="--",
        lw=1.6,
        label="κ: below it the others decide every median",
    )
    axis.axvline(share, color=GREY, ls=":", lw=1.6, label="share of validators that are honest")
    axis.set(xlabel="share of stake that is honest", ylabel="share of draws")
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_formatter(PercentFormatter(1, decimals=0))
    legend_below(axis)
    return picture
