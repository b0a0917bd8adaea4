"""What is a bet on TAO worth, given odds on what it becomes?

A tree is a table of branches, each with a probability and the diluted value (FDV) TAO would then
have. The odds are one person's on one day: a tree states a belief clearly and cannot test it. Nor
does it tell when a branch comes true, so nothing is discounted; and a branch named after a company
gives a token holder no company's rights.

**Ref:** IridiumEagle / goodalexander, Deep Dive on Bittensor (TAO), 2024-01-07
(data/scenario_tree.csv).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..analysis.uncertainty import sample_mean, sample_quantiles
from ..inputs import data
from ..inputs.checks import fits, real, reals, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, coins
from ..inputs.units import BN


class Tree(NamedTuple):
    """What a tree is worth."""

    # branch, probability, fdv_usd, contribution_usd, share of the expected value
    branches: pd.DataFrame
    fdv_usd: float  # expected
    price_usd: float  # expected, over the maximum supply
    gap_to_spot: float  # expected price over spot, less one
    spread_usd: float  # standard deviation of the outcomes per TAO
    p10_usd: float  # outcome per TAO with a tenth of the probability at or below it
    p50_usd: float
    p90_usd: float


class TreeNoise(NamedTuple):
    """Expected price of a tree whose odds are uncertain; each figure with its Monte Carlo
    standard error.
    """

    draws: int
    mean_usd: float
    mean_se: float
    p10_usd: float
    p10_se: float
    p50_usd: float
    p50_se: float
    p90_usd: float
    p90_se: float


@typed
def scenario_tree(rules: Rules, *, spot_usd: float, tree: pd.DataFrame | None = None) -> Tree:
    """Expected value of a tree, the part of each branch in it, and the spread of its outcomes.

    Parameters
    ----------
    spot_usd
        USD per TAO to compare with, above 0
    tree
        branch, probability, fdv_bn_usd; the published one of 2024-01-07 if not given

    Raises
    ------
    ValueError
        unless probabilities sum to one
    """
    names, odds, fdv = _parts(tree)
    spot = real("spot_usd", spot_usd, "(0, inf)")
    supply = coins(rules, rules.max_supply_rao)
    part = odds * fdv
    total = float(part.sum())
    branches = pd.DataFrame(
        {
            "branch": names,
            "probability": odds,
            "fdv_usd": fdv,
            "contribution_usd": part,
            "share": part / total if total else np.zeros(len(part)),
        }
    )
    spread = math.sqrt(float(np.sum(odds * (fdv - total) ** 2)))
    return Tree(
        branches=branches,
        fdv_usd=total,
        price_usd=total / supply,
        gap_to_spot=total / supply / spot - 1,
        spread_usd=spread / supply,
        p10_usd=_outcome(odds, fdv, 0.1) / supply,
        p50_usd=_outcome(odds, fdv, 0.5) / supply,
        p90_usd=_outcome(odds, fdv, 0.9) / supply,
    )


@typed
def tree_sensitivity(
    rules: Rules, branch: str, probabilities: ArrayLike, *, tree: pd.DataFrame | None = None
) -> np.ndarray:
    """Expected price where one branch has other odds and the rest share what is left in proportion
    to theirs.

    Parameters
    ----------
    branch
        name in the tree
    probabilities
        (n,) in [0, 1]
    tree
        as in `scenario_tree`

    Returns
    -------
    (n,) array
        USD per TAO

    Raises
    ------
    ValueError
        for a branch that is certain: nothing is left to share
    """
    inside, rest = _split(branch, tree)
    odds = reals("probabilities", probabilities, "[0, 1]", ndim=1)
    return (odds * inside + (1 - odds) * rest) / coins(rules, rules.max_supply_rao)


@typed
def tree_break_even(
    rules: Rules, branch: str, *, spot_usd: float, tree: pd.DataFrame | None = None
) -> float:
    """Probability of a branch at which the expected price is the spot price, the rest in
    proportion.

    Parameters
    ----------
    branch
        name in the tree
    spot_usd, tree
        as in `scenario_tree`

    Raises
    ------
    ValueError
        where no probability in [0, 1] gives that price
    """
    inside, rest = _split(branch, tree)
    spot = real("spot_usd", spot_usd, "(0, inf)")
    supply = coins(rules, rules.max_supply_rao)
    low, high = sorted((inside / supply, rest / supply))
    if low == high or not low <= spot <= high:
        raise ValueError(
            f"spot_usd must be within reach of {branch!r}, [{low:,.2f}, {high:,.2f}], got {spot:g}"
        )
    return (spot * supply - rest) / (inside - rest)


@typed
def without_smallest(tree: pd.DataFrame | None = None, *, count: int = 2) -> pd.DataFrame:
    """A tree less its `count` least likely branches, whose probability goes to the others in
    proportion to theirs.
    """
    names, odds, fdv = _parts(tree)
    count = whole("count", count)
    if count >= len(names):
        raise ValueError(f"count must leave a branch of {len(names)}, got {count}")
    kept = np.sort(np.argsort(odds, kind="stable")[count:])
    return pd.DataFrame(
        {
            "branch": [names[i] for i in kept],
            "probability": odds[kept] / odds[kept].sum(),
            "fdv_bn_usd": fdv[kept] / BN,
        }
    )


@typed
def tree_noise(
    rules: Rules,
    *,
    concentration: float = 100.0,
    draws: int = 4096,
    seed: int = 0,
    tree: pd.DataFrame | None = None,
) -> TreeNoise:
    """Expected price where the odds themselves are drawn from a Dirichlet distribution about the
    given ones.

    Parameters
    ----------
    concentration
        above 0: the odds are as sure as so many observations would make them; our choice
    draws, seed
        at least 100 draws; the same bytes for the same seed
    tree
        as in `scenario_tree`

    Notes
    -----
    Quantiles carry the standard error of an order statistic. The mean has the closed form of the
    tree itself and the variance (Σp·x² − (Σp·x)²)/(concentration + 1).
    """
    _, odds, fdv = _parts(tree)
    weight = real("concentration", concentration, "(0, inf)")
    count = whole("draws", draws, at_least=100)
    fits("draws", count, 3 * len(odds))
    random = np.random.default_rng(whole("seed", seed))
    possible = odds > 0
    drawn = random.dirichlet(weight * odds[possible], count)
    price = np.sort(np.sum(drawn * fdv[possible], axis=1) / coins(rules, rules.max_supply_rao))
    mean = sample_mean(price)
    quantiles = sample_quantiles(price, (0.1, 0.5, 0.9))
    p10, p50, p90 = np.asarray(quantiles.value).tolist()
    p10_se, p50_se, p90_se = np.asarray(quantiles.standard_error).tolist()
    return TreeNoise(
        draws=count,
        mean_usd=float(mean.value),
        mean_se=float(mean.standard_error),
        p10_usd=p10,
        p10_se=p10_se,
        p50_usd=p50,
        p50_se=p50_se,
        p90_usd=p90,
        p90_se=p90_se,
    )


def _parts(tree):
    """Names, probabilities and FDV in USD of a tree, or one clear line."""
    tree = data.load("scenario_tree") if tree is None else tree
    if not isinstance(tree, pd.DataFrame):
        raise TypeError(f"tree must be a DataFrame, got {tree!r} ({type(tree).__name__})")
    for column in ("branch", "probability", "fdv_bn_usd"):
        if column not in tree.columns:
            raise ValueError(
                "tree must have the columns branch, probability, fdv_bn_usd, got "
                f"{', '.join(tree.columns)}"
            )
    odds = reals("probability", tree["probability"], "[0, 1]", ndim=1)
    fdv = reals("fdv_bn_usd", tree["fdv_bn_usd"], "[0, inf)", ndim=1) * BN
    if abs(odds.sum() - 1) > 1e-9:
        raise ValueError(f"probability must sum to 1, got {odds.sum():.10g}")
    return list(tree["branch"]), odds, fdv


def _split(branch, tree):
    """FDV of one branch, and the mean FDV of the others given that it does not come true."""
    names, odds, fdv = _parts(tree)
    if branch not in names:
        raise ValueError(unknown("branch", branch, names))
    row = names.index(branch)
    others = np.delete(odds, row).sum()
    if others == 0:
        raise ValueError(
            f"probability must leave something to the other branches, got {odds[row]:g} for "
            f"{branch!r}"
        )
    return float(fdv[row]), float(np.sum(np.delete(odds * fdv, row)) / others)


def _outcome(odds, fdv, quantile):
    order = np.argsort(fdv, kind="stable")
    return float(fdv[order][np.searchsorted(np.cumsum(odds[order]), quantile * (1 - 1e-12))])
