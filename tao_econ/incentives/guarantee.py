"""How much honest stake and honest work keep a subnet honest: the chain's consensus guarantee as a
map.

Honest validators hold a share of all stake and give a share of their weight to honest miners; a
cabal holds the rest and gives a share of its weight to its own miners. Emission is staked where it
is earned, so the honest side keeps its share of stake only if it earns at least that share. The map
says what it earns; the guarantee is the honest weight that suffices whatever the cabal does.

**Chain:** opentensor/subtensor, docs/consensus.md and pallets/subtensor/src/tests/consensus.rs,
commit 14bc6f9
**Ref:** stake with a published Gini from Lui and Sun, arXiv:2507.02951 (see `stake_model`)
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import fits, quoted, real, reals, whole
from ..inputs.door import typed
from ..inputs.rules import Rules
from .network import Network, checked_network, draw_network
from .two_teams import _fill, rescaled, sorted_teams, teams_law

HONEST_STAKE = (0.51, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.99)
GRID = tuple(np.arange(51) / 50)  # of the chain's document, in rising order
SHARES = "[0.000001, 0.999999]"  # of stake, so that the smallest team has a vote
SMALL = 1_000_000  # points × weights: less is done before two threads have started


class Guarantee(NamedTuple):
    """Honest weight that keeps each honest share of stake, whatever the cabal does; over many
    drawn networks.
    """

    honest_stake: np.ndarray
    required: np.ndarray  # mean; a network that nothing below 1 protects counts as 1
    standard_error: np.ndarray
    low: np.ndarray  # 10 % of networks need less
    high: np.ndarray  # 10 % of networks need more
    unprotected_share: np.ndarray  # of networks


class StakePath(NamedTuple):
    """Honest share of stake and of emission before each epoch."""

    epoch: np.ndarray
    honest_stake: np.ndarray
    honest_emission: np.ndarray


@typed
def retention_map(
    rules: Rules,
    network: Network,
    *,
    honest_stake: ArrayLike = HONEST_STAKE,
    honest_weight: ArrayLike = GRID,
    cabal_weight: ArrayLike = GRID,
    validator_share: float = 0.5,
    threads: int = 2,
) -> np.ndarray:
    """What the honest side earns at every point, as a share of all emission.

    Parameters
    ----------
    rules
        κ, bonds penalty and kind of bonds are read; bonds are those constant weights settle at
    network
        before it is divided into teams
    honest_stake
        (s,) in (0, 1), a millionth from either end: share of all stake
    honest_weight
        (h,) in [0, 1], of an honest validator's weight given to honest miners
    cabal_weight
        (c,) in [0, 1], of a cabal validator's to the cabal's miners
    validator_share
        of an epoch's emission that goes to validators, in [0, 1]
    threads
        how many compute at once, where there is enough to do

    Returns
    -------
    np.ndarray
        (s, h, c)

    Raises
    ------
    ValueError
        where a share is out of range or a validator has no weight for one of the teams

    Notes
    -----
    **Chain:** tests/consensus.rs, `map_consensus_guarantees`; both teams' sizes are ⌊s·validators⌋
    and ⌊s·miners⌋
    """
    stakes = _shares("honest_stake", honest_stake)
    h = _grid("honest_weight", honest_weight)
    c = _grid("cabal_weight", cabal_weight)
    threads = whole("threads", threads, at_least=1)
    xi = real("validator_share", validator_share, "[0, 1]")
    law = teams_law(rules)
    network = checked_network(network)
    fits("cabal_weight", len(c), len(stakes), len(h))
    out = np.empty((len(stakes), len(h), len(c)))

    def fill(task):
        k, part = task
        _fill(sorted_teams(network, stakes[k]), stakes[k], h[part], c, law, xi, out[k, part])

    # one share of stake alone has work for two threads too
    half = (len(h) + 1) // 2 if len(stakes) == 1 else len(h)
    parts = [part for part in (slice(None, half), slice(half, None)) if h[part].size]
    tasks = [(k, part) for k in range(len(stakes)) for part in parts]
    if out.size * network.weights.size < SMALL:
        for task in tasks:
            fill(task)
        return out
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, tasks))
    return out


@typed
def required_honest_weight(
    earned: ArrayLike, honest_stake: ArrayLike = HONEST_STAKE, honest_weight: ArrayLike = GRID
) -> np.ndarray:
    """Smallest honest weight from which on the honest side keeps its share against every cabal
    weight.

    Parameters
    ----------
    earned
        (s, h, c) of `retention_map`
    honest_stake, honest_weight
        (s,) and (h,), its first two axes

    Returns
    -------
    np.ndarray
        (s,), interpolated between grid points, as one reads a contour; NaN where only an honest
        weight of 1, or nothing, suffices

    Raises
    ------
    ValueError
        where the shape is not that of the two axes
    """
    shares = _shares("honest_stake", honest_stake)
    h = _grid("honest_weight", honest_weight)
    out = []
    earned = reals("earned", earned, ndim=3)
    if earned.shape[:2] != (len(shares), len(h)):
        raise ValueError(
            f"earned must have shape ({len(shares)}, {len(h)}, cabal weights), got {earned.shape}"
        )
    for s, surface in zip(shares, earned, strict=True):
        margin = surface.min(axis=1) - s
        short = np.flatnonzero(margin[h < 1] < -1e-12)
        if len(short) == 0:
            out.append(h[0])
        elif (k := short[-1]) + 1 >= len(h) or h[k + 1] >= 1:
            out.append(np.nan)
        else:
            out.append(h[k] + (h[k + 1] - h[k]) * margin[k] / (margin[k] - margin[k + 1]))
    return np.array(out)


@typed
def honest_weight_needed(
    rules: Rules,
    *,
    honest_stake: float,
    stake_spread: float = 0.3,
    weight_spread: float = 0.4,
    validator_share: float = 0.5,
    kappa: Fraction | None = None,
    bonds_penalty: Fraction | None = None,
    validators: int = 64,
    miners: int = 448,
    steps: int = 51,
    seed: int = 0,
) -> float:
    """`required_honest_weight` of one drawn network, 1 where nothing below suffices: one point of a
    parameter study.

    Parameters
    ----------
    honest_stake, validator_share
        as in `retention_map`
    stake_spread, weight_spread, validators, miners, seed
        as in `draw_network`
    kappa, bonds_penalty
        in place of those of the rules
    steps
        points of the honest and of the cabal's weight from 0 to 1
    """
    given = {"kappa": kappa, "bonds_penalty": bonds_penalty}
    varied: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    network = draw_network(
        validators=validators,
        miners=miners,
        stake_spread=stake_spread,
        weight_spread=weight_spread,
        seed=seed,
    )
    steps = whole("steps", steps, at_least=3)
    fits("steps squared", steps**2)
    grid = np.arange(steps) / (steps - 1)
    earned = retention_map(
        replace(rules, **varied),
        network,
        honest_stake=[honest_stake],
        honest_weight=grid,
        cabal_weight=grid,
        validator_share=validator_share,
    )
    needed = required_honest_weight(earned, [honest_stake], grid)[0]
    return 1.0 if np.isnan(needed) else float(needed)


@typed
def guarantee(
    rules: Rules,
    stakes: ArrayLike,
    *,
    honest_stake: ArrayLike = (0.51, 0.55, 0.60, 0.70, 0.80),
    miners: int = 448,
    weight_spread: float = 0.4,
    validator_share: float = 0.5,
    steps: int = 26,
    seed: int = 0,
) -> Guarantee:
    """The honest weight required over many networks, each with its own stake and its own opinions.

    Parameters
    ----------
    stakes
        (networks, validators), any unit: a row of stake for each network
    honest_stake, validator_share
        as in `retention_map`
    miners, weight_spread
        as in `draw_network`
    steps
        points of the honest and of the cabal's weight from 0 to 1
    seed
        of the networks' opinions

    Raises
    ------
    ValueError
        for fewer than two networks: the standard error comes from their scatter
    """
    stakes = reals("stakes", stakes, "[0, inf)")
    wanted = _shares("honest_stake", honest_stake)
    if stakes.ndim != 2 or len(stakes) < 2:
        raise ValueError(
            f"stakes must have shape (networks of 2 or more, validators), got {stakes.shape}"
        )
    steps = whole("steps", steps, at_least=3)
    fits("steps squared", steps**2, len(wanted))
    grid = np.linspace(0, 1, steps)
    seeds = np.random.SeedSequence(whole("seed", seed)).generate_state(len(stakes))
    required = np.empty((len(stakes), len(wanted)))
    for k, stake in enumerate(stakes):
        network = draw_network(
            validators=stakes.shape[1],
            miners=miners,
            weight_spread=weight_spread,
            stake=stake,
            seed=int(seeds[k]),
        )
        required[k] = _required_from_above(rules, network, wanted, grid, validator_share)
    open_ended = np.isnan(required)
    required = np.where(open_ended, 1.0, required)
    error = required.std(axis=0, ddof=1) / np.sqrt(len(stakes))
    low, high = np.quantile(required, (0.1, 0.9), axis=0)
    return Guarantee(
        honest_stake=wanted,
        required=required.mean(axis=0),
        standard_error=error,
        low=low,
        high=high,
        unprotected_share=open_ended.mean(axis=0),
    )


def _required_from_above(rules, network, wanted, grid, validator_share):
    """`required_honest_weight` of the whole map from its upper part, and from the rest only where
    all of that suffices.

    The row of an honest weight of 1 decides nothing, so it is not computed.
    """

    def found(which, rows):
        earned = retention_map(
            rules,
            network,
            honest_stake=wanted[which],
            honest_weight=rows,
            cabal_weight=grid,
            validator_share=validator_share,
        )
        return required_honest_weight(earned, wanted[which], rows)

    upper = grid[len(grid) * 3 // 5 : -1]
    out = found(slice(None), upper)
    if (lower := out == upper[0]).any():
        out[lower] = found(lower, grid[:-1])
    return out


@typed
def honest_stake_drawn(stakes: ArrayLike, honest_validators: float, *, seed: int = 0) -> np.ndarray:
    """Share of stake on the honest side where validators, not stake, are honest: one random choice
    for each network.

    Parameters
    ----------
    stakes
        (networks, validators), any unit
    honest_validators
        share in (0, 1): ⌊share × validators⌋ are honest
    seed
        of the choice
    """
    share = real("honest_validators", honest_validators, "(0, 1)")
    stakes = reals("stakes", stakes, "[0, inf)", ndim=2)
    if not stakes.any(axis=1).all():
        raise ValueError(
            "stakes must be above 0 somewhere in a network, got none in network "
            f"{stakes.any(axis=1).argmin()}"
        )
    random = np.random.default_rng(whole("seed", seed))
    honest = max(int(share * stakes.shape[1]), 1)
    drawn = random.permuted(stakes, axis=1)
    return drawn[:, :honest].sum(axis=1) / stakes.sum(axis=1)


@typed
def honest_stake_path(
    rules: Rules,
    network: Network,
    *,
    honest_stake: float,
    honest_weight: float,
    cabal_weight: float,
    epochs: int,
    reward: float,
    validator_share: float = 0.5,
) -> StakePath:
    """The honest share of stake epoch by epoch, where all emission is staked by whoever earned it.

    Who belongs to which team stays as at the start; stake within a team keeps its proportions.

    Parameters
    ----------
    honest_stake, honest_weight, cabal_weight, validator_share
        as in `retention_map`, the first at the start
    epochs
        how many
    reward
        an epoch's emission as a share of all stake at the start, ≥ 0
    """
    network = checked_network(network)
    rewards = real("reward", reward, "[0, inf)")
    now = float(_shares("honest_stake", [honest_stake])[0])
    h = _grid("honest_weight", [honest_weight])
    c = _grid("cabal_weight", [cabal_weight])
    xi = real("validator_share", validator_share, "[0, 1]")
    law = teams_law(rules)
    teams = sorted_teams(network, now)
    total = 1.0
    point = np.empty((1, 1))
    epochs = whole("epochs", epochs, at_least=1)
    fits("epochs", epochs, 3)
    stakes = np.empty(epochs)
    earned = np.empty(epochs)
    for t in range(epochs):
        _fill(rescaled(teams, now), now, h, c, law, xi, point)
        stakes[t] = now
        earned[t] = point[0, 0]
        now = (now * total + rewards * earned[t]) / (total + rewards)
        total += rewards
    return StakePath(np.arange(epochs), stakes, earned)


def _shares(name, given):
    return reals(name, given, SHARES, ndim=1)


def _grid(name, given):
    values = reals(name, given, "[0, 1]", ndim=1)
    if (np.diff(values) <= 0).any():
        raise ValueError(
            f"{name} must rise from one value to the next, got {quoted(values.tolist())}"
        )
    return values
