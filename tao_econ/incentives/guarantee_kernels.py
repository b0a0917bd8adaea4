"""Kernels of the retention map (retention.py): one sorted list for each team and column, merged at
every point.

A validator's weights differ between points of the map by one factor for each team of miners, so
their order within a
team never changes: every column is sorted once, and each point starts from where its neighbour's
merge ended.
"""

from __future__ import annotations

import numpy as np

from ..chain._jit import kernel


@kernel
def _fill(
    honest_votes, honest, cabal_votes, cabal, own, stake, h, c, kappa, penalty, classic, xi, out
):
    """Every point of one share of stake; column after column, for a column's lists stay in the
    fastest cache.
    """
    rank, rank_own, ours, theirs = (
        np.zeros(out.shape),
        np.zeros(out.shape),
        np.zeros(out.shape),
        np.zeros(out.shape),
    )
    for j in range(len(own)):
        a, b = honest[j], cabal[j]
        first, second = _running(honest_votes[j], a), _running(cabal_votes[j], b)
        need, i, k = min(kappa, first[0, -1] + second[0, -1]), 0, 0
        for p in range(len(h)):
            x = h[p] if own[j] else 1.0 - h[p]
            for step in range(len(c)):
                q = (
                    step if p % 2 == 0 else len(c) - 1 - step
                )  # neighbours follow each other: few steps to the next
                y = 1.0 - c[q] if own[j] else c[q]
                i, k, level = _consensus_of_two(a, first[0], x, b, second[0], y, need, i, k)
                ranks, mine, others = _earned(first, x, second, y, level, i, k, penalty, classic)
                rank[p, q] += ranks
                rank_own[p, q] += ranks if own[j] else 0.0
                ours[p, q] += mine
                theirs[p, q] += others
    for p in range(len(h)):
        for q in range(len(c)):
            paid = ours[p, q] + theirs[p, q]
            out[p, q] = (
                xi * ours[p, q] / paid + (1.0 - xi) * rank_own[p, q] / rank[p, q]
                if paid > 0.0
                else stake
            )


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
def _consensus_of_two(a, votes_a, x, b, votes_b, y, need, i, k):
    """Consensus of x·a and y·b, both falling: the i and k largest are those of at least that weight
    that meet `need`.

    Starts from the i and k of a neighbour: first the largest i + k of both lists, then no more and
    no fewer than needed.
    """
    m, n = len(a), len(b)
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
        last = k == 0 or (i > 0 and x * a[i - 1] <= y * b[k - 1])
        if votes_a[i - last] + votes_b[k - 1 + last] < need:
            break
        i -= last
        k -= 1 - last
    low_a = x * a[i - 1] if i > 0 else np.inf
    low_b = y * b[k - 1] if k > 0 else np.inf
    return i, k, min(low_a, low_b)


@kernel
def _earned(first, x, second, y, level, i, k, penalty, classic):
    """(rank of one miner, what honest and what cabal validators earn of it): the i and k largest
    are clipped.
    """
    sum_a, sum_b = x * first[1, -1], y * second[1, -1]
    rank_a = level * first[0, i] + sum_a - x * first[1, i]
    rank_b = level * second[0, k] + sum_b - y * second[1, k]
    rank = rank_a + rank_b
    ours = (1.0 - penalty) * sum_a + penalty * rank_a
    theirs = (1.0 - penalty) * sum_b + penalty * rank_b
    held = ours + theirs
    if not classic:
        plain = x * first[2, -1] + y * second[2, -1]
        clipped = level * (i + k) + plain - x * first[2, i] - y * second[2, k]
        held = (1.0 - penalty) * plain + penalty * clipped
    if held <= 0.0 or rank <= 0.0:
        return max(rank, 0.0), 0.0, 0.0
    return rank, rank * ours / held, rank * theirs / held
