"""Rules for bonds that were proposed and never ran on the chain: Yuma 1 of the document, Yuma 2B
and Yuma 2C.

All take the consensus of the classic epoch and differ in what they do with it. Yuma 2 is the
chain's classic rule, an
average of shared bonds; Yuma 3 is the chain's own, each validator's bonds for itself.

**Ref:** the public Python simulator by DarnoX-reef (yuma-simulation), names Yuma 1, 2B
(Adrian-Fish) and 2C (Rhef +
reset) as there; opentensor/subtensor docs/consensus.md for Yuma 1. The simulator's 1e-6 in each
quotient is left out.
"""

from __future__ import annotations

import numpy as np

CAPACITY_SHARE = DECAY_SHARE = (
    0.1  # Yuma 2C: part of its capacity a validator may buy, and part of bonds lost, an epoch
)


def yuma1(rules, weights, _, consensus, votes, bonds):
    """(incentive, dividends, bonds): an average over epochs of shared bonds, never put back to a
    sum of one.

    weights : (n, n)      consensus, votes : (n,), shares      bonds : (n, n), shares of a miner
    """
    return _averaged(_shares(weights, votes), consensus, votes, bonds, rules)


def yuma2b(rules, weights, previous_weights, consensus, votes, bonds):
    """The same where consensus clips, and bonds follow, the weights of the epoch before: who finds
    a miner first is
    not punished until the others had an epoch to follow. Arguments as in `yuma1`."""
    return _averaged(_shares(previous_weights, votes), consensus, votes, bonds, rules)


def yuma2c(rules, weights, _, consensus, votes, bonds):
    """Bonds that fill up: a validator buys up to a tenth of its stake an epoch, spread by its
    weights without clipping,
    no bond above its stake; a tenth of all bonds is lost an epoch. Arguments as in `yuma1`; bonds
    in shares of stake."""
    w = _shares(weights, votes)
    incentive = _normal((votes[:, None] * np.minimum(w, consensus)).sum(axis=0))
    capacity = votes[:, None]
    bought = np.minimum(CAPACITY_SHARE * capacity, np.maximum(capacity - bonds, 0.0)) * w
    new = np.minimum((1 - DECAY_SHARE) * bonds + bought, capacity)
    return incentive, _normal(_columns(new) @ incentive), new


BOND_RULES = {"yuma1": yuma1, "yuma2b": yuma2b, "yuma2c": yuma2c}


def _averaged(w, consensus, votes, bonds, rules):
    penalty, kept = float(rules.bonds_penalty), float(rules.bonds_moving_average)
    clipped = np.minimum(w, consensus)
    incentive = _normal((votes[:, None] * clipped).sum(axis=0))
    bought = _columns(votes[:, None] * ((1 - penalty) * w + penalty * clipped))
    new = (
        (1 - kept) * bought + kept * bonds if bonds.any() else bought
    )  # the first bonds are not averaged with nothing
    return incentive, _normal(new @ incentive), new


def _shares(weights, votes):
    """Each voter's row without the diagonal ÷ its sum."""
    rows = np.where((votes > 0)[:, None] & ~np.eye(len(votes), dtype=bool), weights, 0.0)
    sums = rows.sum(axis=1, keepdims=True)
    return np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)


def _columns(matrix):
    sums = matrix.sum(axis=0)
    return np.divide(matrix, sums, out=np.zeros_like(matrix), where=sums > 0)


def _normal(values):
    total = values.sum()
    return values / total if total > 0 else values
