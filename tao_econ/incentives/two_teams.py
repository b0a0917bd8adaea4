"""An honest and a dishonest team in one subnet: what each earns, point by point of a map.

**Chain:** opentensor/subtensor, docs/consensus.md and pallets/subtensor/src/tests/consensus.rs,
commit 14bc6f9
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..chain._jit import kernel
from ..chain.fixed_point import q32
from ..inputs.door import typed
from ..inputs.rules import Rules
from .network import Network

VOTES = float(1 << 32)  # steps of the chain's fractions: sums of votes are exact


class TeamsLaw(NamedTuple):
    """Rules as plain numbers."""

    kappa: float  # on the grid of votes
    penalty: float
    classic: bool  # bonds are bought with stake


class Teams(NamedTuple):
    """Each column (miner) sorted once: votes and weights of a team's validators, largest first."""

    honest_votes: np.ndarray  # (miners, honest validators)
    honest: np.ndarray
    cabal_votes: np.ndarray  # (miners, cabal validators)
    cabal: np.ndarray
    own: np.ndarray  # (miners,) bool: the honest team's


@typed
def teams_law(rules: Rules) -> TeamsLaw:
    """What the map needs of the rules."""
    return TeamsLaw(
        kappa=q32(rules.kappa) / VOTES,
        penalty=float(rules.bonds_penalty),
        classic=rules.bonds == "classic",
    )


def sorted_teams(network: Network, honest_stake: float) -> Teams:
    """The first validators and miners against the others, by a share of stake of the first.

    Raises
    ------
    ValueError
        where a team has no stake, or a validator no weight for one of them
    """
    validators, miners = network.weights.shape
    v = min(max(int(honest_stake * validators), 1), validators - 1)
    m = min(max(int(honest_stake * miners), 1), miners - 1)
    weights = np.empty_like(network.weights)
    for part in (slice(None, m), slice(m, None)):
        block = network.weights[:, part]
        sums = block.sum(axis=1, keepdims=True)
        if not (sums > 0).all():
            raise ValueError(
                "weights must be above 0 for some miner of each team, got none from validator "
                f"{sums.argmin()}"
            )
        weights[:, part] = block / sums
    honest_votes, honest = _sorted_side(weights[:v], network.stake[:v], honest_stake)
    cabal_votes, cabal = _sorted_side(weights[v:], network.stake[v:], 1 - honest_stake)
    return Teams(
        honest_votes=honest_votes,
        honest=honest,
        cabal_votes=cabal_votes,
        cabal=cabal,
        own=np.arange(miners) < m,
    )


def _sorted_side(weights, stake, share):
    if not stake.sum() > 0:
        raise ValueError("stake must be above 0 in both teams, got none in one")
    votes = np.floor(share * stake / stake.sum() * VOTES) / VOTES
    order = np.argsort(-weights, axis=0, kind="stable")
    return votes[order].T.copy(), np.take_along_axis(weights, order, axis=0).T.copy()


def rescaled(teams: Teams, honest_stake: float) -> Teams:
    """The same teams with another honest share of stake."""
    return teams._replace(
        honest_votes=_scaled_to(teams.honest_votes, honest_stake),
        cabal_votes=_scaled_to(teams.cabal_votes, 1 - honest_stake),
    )


def _scaled_to(votes, share):
    return np.floor(votes * (share / votes[0].sum()) * VOTES) / VOTES


@kernel
def _fill(teams, stake, h, c, law, xi, out):
    """Every point of one share of stake; column after column, for a column's lists stay in the
    fastest cache.

    A validator's weights differ between points by one factor for each team of miners, so their
    order within a team never changes: each column is sorted once, and each point starts from where
    its neighbour's merge ended.
    """
    rank = np.zeros(out.shape)
    rank_own = np.zeros(out.shape)
    ours = np.zeros(out.shape)
    theirs = np.zeros(out.shape)
    for j in range(len(teams.own)):
        a = teams.honest[j]
        b = teams.cabal[j]
        first = _running(teams.honest_votes[j], a)
        second = _running(teams.cabal_votes[j], b)
        need = min(law.kappa, first[0, -1] + second[0, -1])
        i = 0
        k = 0
        for p in range(len(h)):
            x = h[p] if teams.own[j] else 1.0 - h[p]
            for step in range(len(c)):
                # neighbours follow each other: few steps to the next
                q = step if p % 2 == 0 else len(c) - 1 - step
                y = 1.0 - c[q] if teams.own[j] else c[q]
                i, k, level = _consensus_of_two(a, first[0], x, b, second[0], y, need, (i, k))
                ranks, mine, others = _earned(first, x, second, y, level, i, k, law)
                rank[p, q] += ranks
                rank_own[p, q] += ranks if teams.own[j] else 0.0
                ours[p, q] += mine
                theirs[p, q] += others
    for p in range(len(h)):
        for q in range(len(c)):
            paid = ours[p, q] + theirs[p, q]
            out[p, q] = stake
            if paid > 0.0:
                by_rank = (1.0 - xi) * rank_own[p, q] / rank[p, q]
                out[p, q] = xi * ours[p, q] / paid + by_rank


@kernel
def _running(votes, weights):
    """Running sums over the first 0, 1, … validators: votes, votes × weight, weight."""
    out = np.zeros((3, len(votes) + 1))
    for k in range(len(votes)):
        out[0, k + 1] = out[0, k] + votes[k]
        out[1, k + 1] = out[1, k] + votes[k] * weights[k]
        out[2, k + 1] = out[2, k] + weights[k]
    return out


@kernel
def _consensus_of_two(a, votes_a, x, b, votes_b, y, need, start):
    """Consensus of x·a and y·b, both falling: the i and k largest are those of at least that weight
    that meet `need`.

    Starts from those of a neighbour: first the largest i + k of both lists, then no more and
    no fewer than needed.
    """
    i, k = start
    m = len(a)
    n = len(b)
    while i > 0 and k < n and x * a[i - 1] < y * b[k]:
        i -= 1
        k += 1
    while k > 0 and i < m and y * b[k - 1] < x * a[i]:
        k -= 1
        i += 1
    while votes_a[i] + votes_b[k] < need and i + k < m + n:
        if k == n or (i < m and x * a[i] >= y * b[k]):
            i += 1
        else:
            k += 1
    while i + k > 0:
        if k == 0 or (i > 0 and x * a[i - 1] <= y * b[k - 1]):  # the smallest is of the first list
            if votes_a[i - 1] + votes_b[k] < need:
                break
            i -= 1
        else:
            if votes_a[i] + votes_b[k - 1] < need:
                break
            k -= 1
    low_a = x * a[i - 1] if i > 0 else np.inf
    low_b = y * b[k - 1] if k > 0 else np.inf
    return i, k, min(low_a, low_b)


@kernel
def _earned(first, x, second, y, level, i, k, law):
    """(rank of one miner, what honest and what cabal validators earn of it): the i and k largest
    are clipped.
    """
    penalty = law.penalty
    sum_a = x * first[1, -1]
    sum_b = y * second[1, -1]
    rank_a = level * first[0, i] + sum_a - x * first[1, i]
    rank_b = level * second[0, k] + sum_b - y * second[1, k]
    rank = rank_a + rank_b
    ours = (1.0 - penalty) * sum_a + penalty * rank_a
    theirs = (1.0 - penalty) * sum_b + penalty * rank_b
    held = ours + theirs
    if not law.classic:
        plain = x * first[2, -1] + y * second[2, -1]
        clipped = level * (i + k) + plain - x * first[2, i] - y * second[2, k]
        held = (1.0 - penalty) * plain + penalty * clipped
    if held <= 0.0 or rank <= 0.0:
        return max(rank, 0.0), 0.0, 0.0
    return rank, rank * ours / held, rank * theirs / held
