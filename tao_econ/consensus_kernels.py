"""Kernels of the fast epoch (consensus.py): a run of epochs on the rows and columns that hold anything.

They stand in one file because a compiled file that calls another's kernels would not notice when those change.
Inner loops run along rows without branches, so that the compiler turns them into vector instructions. Every sum runs
in the order of UIDs, so that rows and columns of zeros, left out or not, never change a bit of a result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._jit import float_kernel as kernel

GRID = float(1 << 32)  # steps of the chain's fractions
STEPS = float(1 << 30)  # of weights while they are searched as integers
ROUNDS = 2  # halvings besides one for each doubling of voters
TINY = 1e-100  # bonds below count as none


class Law(NamedTuple):
    """The rules of an epoch as plain numbers; shares of one."""

    yuma3: bool
    liquid: bool
    limit: int  # permits
    nobody_too: bool  # permits for those without stake
    kappa: float
    penalty: float
    kept: float  # part of a bond kept by an epoch
    low: float
    high: float
    steepness: float


@kernel
def _on_grid(values):
    """Values ÷ their sum, cut to the chain's 32 bits; zeros if there is nothing."""
    total = 0.0
    for k in range(len(values)):
        total += values[k]
    out = np.zeros(len(values))
    if total > 0.0:
        for k in range(len(values)):
            out[k] = np.floor(values[k] / total * GRID) / GRID
    return out


@kernel
def _normalize(values):
    total = 0.0
    for k in range(len(values)):
        total += values[k]
    if total > 0.0:
        for k in range(len(values)):
            values[k] /= total
    return total


@kernel
def _permits(share, limit, nobody_too):
    """The largest stakes, by default only those above 0; among equals the later UID comes first."""
    n, rich = len(share), 0
    out = np.empty(n, np.bool_)
    for i in range(n):
        out[i] = nobody_too or share[i] > 0.0
        rich += out[i]
    if rich <= limit:
        return out
    low, high = 0.0, GRID + 1.0  # at least `limit` shares reach the lower
    while high - low > 1.0:
        middle, reach = np.floor(0.5 * (low + high)), 0
        for i in range(n):
            reach += share[i] * GRID >= middle
        low, high = (middle, high) if reach >= limit else (low, middle)
    left = limit
    for i in range(n):
        left -= share[i] * GRID > low
    for i in range(n - 1, -1, -1):
        here = share[i] * GRID
        out[i] = out[i] and (here > low or (here == low and left > 0))
        left -= here == low
    return out


@kernel
def _row_sums(table, most, value, out):
    """Σ min(entry, most) · value along rows: eight rows at a time, each from left to right."""
    for r in range(0, len(table), 8):
        a, b, c, d = table[r], table[r + 1], table[r + 2], table[r + 3]
        e, f, g, h = table[r + 4], table[r + 5], table[r + 6], table[r + 7]
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
        for j in range(len(most)):
            x, y = most[j], value[j]
            s0, s1, s2, s3 = s0 + (a[j] if a[j] < x else x) * y, s1 + (b[j] if b[j] < x else x) * y, s2 + (c[j] if c[j] < x else x) * y, s3 + (d[j] if d[j] < x else x) * y
            s4, s5, s6, s7 = s4 + (e[j] if e[j] < x else x) * y, s5 + (f[j] if f[j] < x else x) * y, s6 + (g[j] if g[j] < x else x) * y, s7 + (h[j] if h[j] < x else x) * y
        out[r], out[r + 1], out[r + 2], out[r + 3] = s0, s1, s2, s3
        out[r + 4], out[r + 5], out[r + 6], out[r + 7] = s4, s5, s6, s7


# ---- Consensus ----


def _consensus(weights, votes, kappa):
    """The largest weight of each column that κ of the votes support (all votes, if they are fewer than κ)."""
    level = np.zeros(weights.shape[1])
    _search(weights, np.arange(len(votes)), votes, min(kappa, votes.sum()), level)
    return level


@kernel
def _search(w, who, votes, need, level):
    """All columns are halved at once between a level that has the votes needed and one that has not, in whole steps;
    then the largest weight below the latter has them, or a search among the few that are left finds the one that does.
    """
    voters, columns, rounds, total = len(who), w.shape[1], ROUNDS, 0.0
    padded = (voters + 3) // 4 * 4
    steps, cast = np.zeros((padded, columns), np.int32), np.zeros(padded, np.int32)
    low, high = np.zeros(columns, np.int32), np.zeros(columns, np.int32)
    middle, below = np.zeros(columns, np.int32), np.zeros(columns, np.int32)
    for k in range(voters):
        rounds += (k & (k + 1)) == 0
        total += votes[k]
        cast[k] = np.int32(np.int64(votes[k] * GRID))  # sums below the largest weight stay below 2³²
        row, to = w[who[k]], steps[k]
        for j in range(columns):
            to[j] = np.int32(row[j] * STEPS)
            high[j] = to[j] if to[j] > high[j] else high[j]
    for j in range(columns):
        high[j] += 1
    for _ in range(rounds):
        for j in range(columns):
            middle[j] = (low[j] + high[j]) >> 1
            below[j] = 0
        _votes_below(steps, cast, middle, below)
        for j in range(columns):
            enough = total - (np.int64(below[j]) & 0xFFFFFFFF) / GRID >= need
            low[j] = middle[j] if enough else low[j]
            high[j] = high[j] if enough else middle[j]
    top, support = np.empty(columns), np.zeros(columns)
    for j in range(columns):
        top[j], level[j] = high[j] / STEPS, 0.0
    for k in range(voters):
        row = w[who[k]]
        for j in range(columns):
            level[j] = row[j] if level[j] < row[j] and row[j] < top[j] else level[j]
    for k in range(voters):
        row, vote = w[who[k]], votes[k]
        for j in range(columns):
            support[j] += vote if row[j] >= level[j] else 0.0
    for j in range(columns):
        if support[j] < need:
            level[j] = _select(w, who, votes, j, low[j] / STEPS, level[j], need - support[j])


@kernel
def _votes_below(steps, cast, level, below):
    for k in range(0, len(cast), 4):
        r0, r1, r2, r3 = steps[k], steps[k + 1], steps[k + 2], steps[k + 3]
        v0, v1, v2, v3, none = cast[k], cast[k + 1], cast[k + 2], cast[k + 3], np.int32(0)
        for j in range(len(level)):
            least = level[j]
            two = np.int32((v0 if r0[j] < least else none) + (v1 if r1[j] < least else none))
            more = np.int32((v2 if r2[j] < least else none) + (v3 if r3[j] < least else none))
            below[j] += np.int32(two + more)


@kernel
def _select(w, who, votes, column, least, below, need):
    """The largest of a column's weights in [least, below) such that it and those above it hold the votes needed."""
    scores, stakes, size = np.empty(len(who) + 1), np.empty(len(who) + 1), 0
    for k in range(len(who)):
        scores[size], stakes[size] = w[who[k], column], votes[k]
        size += least <= scores[size] and scores[size] < below
    while size > 0:
        pivot = scores[size // 2]
        above = equal = 0.0
        for k in range(size):
            above += stakes[k] if scores[k] > pivot else 0.0
            equal += stakes[k] if scores[k] == pivot else 0.0
        go_up = above >= need
        if not go_up:
            need -= above + equal
            if need <= 0.0:
                return pivot
        kept = 0
        for k in range(size):
            here = scores[k]
            scores[kept], stakes[kept] = here, stakes[k]
            kept += here > pivot if go_up else here < pivot
        size = kept
    return 0.0


@kernel
def _search_near(w, who, votes, need, level):
    """The same where most levels are those of the epoch before: one look tells which."""
    reach, beyond, wrong = np.zeros(len(level)), np.zeros(len(level)), 0
    for k in range(len(who)):
        row, vote = w[who[k]], votes[k]
        for j in range(len(level)):
            reach[j] += vote if row[j] >= level[j] else 0.0
            beyond[j] += vote if row[j] > level[j] else 0.0
    for j in range(len(level)):
        wrong += reach[j] < need or beyond[j] >= need
    if wrong * 8 > len(level):
        return _search(w, who, votes, need, level)
    for j in range(len(level)):
        if reach[j] < need or beyond[j] >= need:
            level[j] = _select(w, who, votes, j, 0.0, np.inf, need)


# ---- Bonds: rows `at` say where a row of bonds has its weights, −1: nowhere ----


@kernel
def _follow(x, level, penalty, f):
    """The weights that bonds follow, between submitted and clipped ones."""
    if penalty == 1.0:
        for j in range(len(f)):
            f[j] = x[j] if x[j] < level[j] else level[j]
    else:
        for j in range(len(f)):
            f[j] = x[j] + penalty * ((x[j] if x[j] < level[j] else level[j]) - x[j])


@kernel
def _classic(w, b, at, level, votes, penalty, kept):
    """Shares of a miner, bought with stake; columns sum to 1 here. Returns 1 ÷ each column's largest."""
    columns = w.shape[1]
    bought, held, largest, f = np.zeros(columns), np.zeros(columns), np.zeros(columns), np.zeros(columns)
    for r in range(len(at)):
        old, k = b[r], at[r]
        vote = votes[k] if k >= 0 else 0.0
        if vote > 0.0:
            _follow(w[k], level, penalty, f)
            for j in range(columns):
                bought[j] += vote * f[j]
        for j in range(columns):
            held[j] += old[j]
    for j in range(columns):
        total = (1.0 - kept if bought[j] > 0.0 else 0.0) + (kept if held[j] > 0.0 else 0.0)
        bought[j] = (1.0 - kept) / (total * bought[j]) if bought[j] > 0.0 and total > 0.0 else 0.0
        held[j] = kept / (total * held[j]) if held[j] > 0.0 and total > 0.0 else 0.0
    for r in range(len(at)):
        old, k = b[r], at[r]
        vote = votes[k] if k >= 0 else 0.0
        if vote > 0.0:
            _follow(w[k], level, penalty, f)
        for j in range(columns):
            old[j] = vote * f[j] * bought[j] + old[j] * held[j]
            largest[j] = old[j] if old[j] > largest[j] else largest[j]
    for j in range(columns):
        largest[j] = 1.0 / largest[j] if largest[j] > 0.0 else 0.0
    return largest


@kernel
def _fixed(w, b, at, level, permitted, penalty, kept, held):
    """Yuma3 bonds at one rate for all."""
    f = np.empty(len(level))
    for r in range(len(at)):
        old, k = b[r], at[r]
        if k >= 0 and permitted[k]:
            _follow(w[k], level, penalty, f)
            for j in range(len(f)):
                old[j] = (1.0 - kept) * f[j] + kept * old[j]
        else:
            for j in range(len(f)):
                old[j] *= kept
        _hold(old, held)


@kernel
def _hold(row, held):
    for j in range(len(held)):
        row[j] = row[j] if row[j] > TINY else 0.0
        held[j] += row[j]


@kernel
def _liquid(w, b, at, level, permitted, listed, uids, first, law, held):
    """Yuma3 bonds with a rate for each pair: e^x is (Taylor series of e^(x/64))^64, the sigmoid within 2·10⁻¹⁰."""
    columns, span, slope, reach = len(level), law.high - law.low, -law.steepness / 64.0, 20.0 / abs(law.steepness)
    least, most = max(0.0, 0.5 - reach), min(1.0, 0.5 + reach)  # the chain's e^x ends at ±20
    new, faded, f = np.empty(columns), np.empty(columns), np.empty(columns)
    zero_stays = len(listed) > 0 and (law.penalty == 0.0 or law.penalty == 1.0)
    for r in range(len(at)):
        old, k, i = b[r], at[r], uids[r]
        if k < 0 or not permitted[k]:
            old[:] = 0.0
            continue
        _follow(w[k], level, law.penalty, f)
        for j in range(columns):
            gap = f[j] - level[j] if f[j] >= old[j] else old[j] - f[j]
            gap = gap if gap > least else least
            new[j] = slope * ((gap if gap < most else most) - 0.5)
        for j in range(columns):
            x = new[j]
            e = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120)))))
            for _ in range(6):
                e *= e
            new[j] = law.low + span / (1.0 + e)
        for j in range(columns):
            x = old[j] + new[j] * (f[j] - old[j])
            x = x if x < 1.0 else 1.0
            faded[j] = x if f[j] <= 0.0 else 0.0
            old[j] = x if f[j] > 0.0 else 0.0
        if zero_stays:
            for j in range(columns):
                old[j] += faded[j] if listed[i, first + j] and w[k, j] == 0.0 and i != first + j else 0.0
        _hold(old, held)


# ---- Epochs ----


@kernel
def _epoch(w, b, said, uids, at, first, listed, share, votes, permits, keep, near, level, law, out):
    """One epoch; bonds and the level change in place, `out` takes the vectors by UID."""
    columns, total, voters = len(level), 0.0, 0
    mine, permitted, who = np.zeros(len(w)), np.zeros(len(w), np.bool_), np.empty(len(w), np.int64)
    for i in range(len(votes)):
        total += votes[i]
    for k in range(len(said)):
        mine[k], permitted[k], who[voters] = votes[said[k]], permits[said[k]], k
        voters += mine[k] > 0.0
    who = who[:voters]
    if near:
        _search_near(w, who, mine[who], min(law.kappa, total), level)
    else:
        _search(w, who, mine[who], min(law.kappa, total), level)
    rank, unclipped, ones, sums = np.zeros(columns), np.zeros(columns), np.ones(columns), np.empty(max(len(w), len(b)))
    for k in who:
        x, vote = w[k], mine[k]
        for j in range(columns):
            rank[j] += vote * (x[j] if x[j] < level[j] else level[j])
            unclipped[j] += vote * x[j]
    consensus, incentive, dividends, validator_trust, trust, both = out[0], out[1], out[2], out[3], out[4], out[5]
    _row_sums(w, level, ones, sums)
    for k in range(len(said)):
        validator_trust[said[k]] = sums[k] if permitted[k] else 0.0
    for j in range(columns):
        consensus[first + j] = level[j]
        trust[first + j] = rank[j] / unclipped[j] if unclipped[j] > 0.0 else 0.0
    _normalize(rank)
    incentive[first : first + columns] = rank
    scale = ones
    if law.yuma3:
        held = np.zeros(columns)
        if law.liquid and level.any():
            _liquid(w, b, at, level, permitted, listed, uids, first, law, held)
        else:
            _fixed(w, b, at, level, permitted, law.penalty, law.kept, held)
        for j in range(columns):
            rank[j] = rank[j] / held[j] if held[j] > 0.0 else 0.0  # what one bond earns
    else:
        scale = _classic(w, b, at, level, mine, law.penalty, law.kept)
    _row_sums(b, np.full(columns, np.inf), rank, sums)
    for r in range(len(at)):
        i, row = uids[r], b[r]
        dividends[i] = sums[r] * votes[i] if law.yuma3 else sums[r]
        if keep[i]:
            for j in range(columns):
                row[j] *= scale[j]
        else:
            row[:] = 0.0
    _normalize(dividends)
    both[:] = incentive + dividends
    if _normalize(both) == 0.0:
        both[:] = votes if total > 0.0 else share
        _normalize(both)


@kernel
def _path(w, b, said, uids, at, first, listed, stake, permits, active, resets, law, epochs, reward):
    """Epoch after epoch on weights (1 or epochs, rows, columns); bonds change in place."""
    n, columns, level = len(stake), w.shape[2], np.zeros(w.shape[2])
    stakes, out = np.empty((epochs, n)), np.zeros((epochs, 6, n))
    for t in range(epochs):
        for k in range(len(resets)):
            if resets[k, 0] == t and first <= resets[k, 1] < first + columns:
                b[:, resets[k, 1] - first] = 0.0
        share = _on_grid(stake)
        keep = _permits(share, law.limit, law.nobody_too)
        permits = permits if len(permits) > 0 else keep
        votes = np.zeros(n)
        for i in range(n):
            votes[i] = share[i] if permits[i] and (len(active) == 0 or active[i]) else 0.0
        votes = _on_grid(_on_grid(votes))  # the chain divides by the sum twice
        _epoch(
            w[min(t, len(w) - 1)], b, said, uids, at, first, listed, share, votes, permits, keep,
            t > 0 and len(w) == 1, level, law, out[t],
        )  # fmt: skip
        stakes[t], permits = stake, keep
        stake = stake + reward * out[t, 5]
    return stakes, out, share
