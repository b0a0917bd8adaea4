"""Kernels of the fast epoch (consensus.py): a run of epochs on the rows and columns that hold
anything.

They stand in one file because a compiled file that calls another's kernels would not notice when
those change.
Inner loops run along rows without branches, so that the compiler turns them into vector
instructions. Every sum runs
in the order of UIDs, so that rows and columns of zeros, left out or not, never change a bit of a
result.
"""

from __future__ import annotations

import numpy as np

from ._jit import float_kernel as kernel

GRID = float(1 << 32)  # steps of the chain's fractions
STEPS = float(1 << 30)  # of weights while they are searched as integers
# entries searched at once: their integers fit the second cache, and memory that is not given back
BLOCK = 24_576
ROUNDS = 5  # halvings besides one for each doubling of voters
TINY = 1e-100  # bonds below count as none


@kernel
def _on_grid(values):
    """Values ÷ their sum, cut to the chain's 32 bits; zeros if there is nothing."""
    total, out = 0.0, np.zeros(len(values))
    for k in range(len(values)):
        total += values[k]
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
    out = share >= (0.0 if nobody_too else 1.0 / GRID)
    if out.sum() <= limit:
        return out
    low, high = 0.0, GRID + 1.0  # at least `limit` shares reach the lower
    while high - low > 1.0:
        middle, reach = np.floor(0.5 * (low + high)), 0
        for i in range(len(share)):
            reach += share[i] * GRID >= middle
        low, high = (middle, high) if reach >= limit else (low, middle)
    left = limit - (share * GRID > low).sum()
    for i in range(len(share) - 1, -1, -1):
        here = share[i] * GRID
        out[i] = out[i] and (here > low or (here == low and left > 0))
        left -= here == low
    return out


@kernel
def _row_sums(table, rows, first, most, value, out):
    """Σ min(entry, most) · value along these rows: eight rows at a time, each from left to
    right.
    """
    end, last = first + len(most), len(rows) - 1
    for r in range(0, len(rows), 8):
        a, b = table[rows[r], first:end], table[rows[min(r + 1, last)], first:end]
        c, d = table[rows[min(r + 2, last)], first:end], table[rows[min(r + 3, last)], first:end]
        e, f = table[rows[min(r + 4, last)], first:end], table[rows[min(r + 5, last)], first:end]
        g, h = table[rows[min(r + 6, last)], first:end], table[rows[min(r + 7, last)], first:end]
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
        for j in range(len(most)):
            x, y = most[j], value[j]
            s0, s1 = s0 + (a[j] if a[j] < x else x) * y, s1 + (b[j] if b[j] < x else x) * y
            s2, s3 = s2 + (c[j] if c[j] < x else x) * y, s3 + (d[j] if d[j] < x else x) * y
            s4, s5 = s4 + (e[j] if e[j] < x else x) * y, s5 + (f[j] if f[j] < x else x) * y
            s6, s7 = s6 + (g[j] if g[j] < x else x) * y, s7 + (h[j] if h[j] < x else x) * y
        sums = (s0, s1, s2, s3, s4, s5, s6, s7)
        for k in range(r, min(r + 8, len(rows))):
            out[k] = sums[k - r]


@kernel
def _consensus(w, who, votes, need, near, level):
    """The largest weight of each column that κ of the votes support, looked for near the level
    given or anywhere.
    """
    if len(who) == 0:
        level[:] = 0.0
        return
    width = max(BLOCK // len(who) // 8 * 8, 16)
    for start in range(0, len(level), width):
        here = level[start : start + width]
        if not (near and _is_near(w, who, votes, need, start, here)):
            _search(w, who, votes, need, start, here)


@kernel
def _is_near(w, who, votes, need, start, level):
    """Whether most columns have the level of the epoch before; the few others are searched one
    by one.
    """
    reach, beyond, wrong, end = np.zeros(len(level)), np.zeros(len(level)), 0, start + len(level)
    for k in range(len(who)):
        row, vote = w[who[k], start:end], votes[k]
        for j in range(len(level)):
            reach[j] += vote if row[j] >= level[j] else 0.0
            beyond[j] += vote if row[j] > level[j] else 0.0
    for j in range(len(level)):
        wrong += reach[j] < need or beyond[j] >= need
    if wrong * 8 > len(level):
        return False
    for j in range(len(level)):
        if reach[j] < need or beyond[j] >= need:
            level[j] = _select(w, who, votes, start + j, 0.0, np.inf, need)
    return True


@kernel
def _search(w, who, votes, need, start, level):
    """All columns are halved at once between a level that has the votes needed and one that has
    not, in whole steps;
    then the largest weight below the latter has them, or a search among the few that are left finds
    the one that does.
    """
    columns, fours = len(level), (len(who) + 3) // 4 * 4
    rounds, total, end = ROUNDS, votes.sum(), start + columns
    steps, cast = np.zeros((fours, columns), np.int32), np.zeros(fours, np.int32)
    low, high = np.zeros(columns, np.int32), np.zeros(columns, np.int32)
    middle, below, support = (
        np.zeros(columns, np.int32),
        np.zeros(columns, np.int32),
        np.zeros(columns),
    )
    for k in range(len(who)):
        rounds += (k & (k + 1)) == 0
        cast[k] = np.int32(
            np.int64(votes[k] * GRID)
        )  # sums below the largest weight stay below 2³²
        row, to = w[who[k], start:end], steps[k]
        for j in range(columns):
            to[j] = np.int32(np.int64(row[j] * STEPS))
        for j in range(columns):
            high[j] = to[j] if to[j] > high[j] else high[j]
    high += np.int32(1)
    for _ in range(rounds):
        for j in range(columns):
            middle[j] = (low[j] + high[j]) >> 1
            below[j] = 0
        _votes_below(steps, cast, middle, below)
        for j in range(columns):
            reach = total - (np.int64(below[j]) & 0xFFFFFFFF) / GRID
            low[j] = middle[j] if reach >= need else low[j]
            high[j] = high[j] if reach >= need else middle[j]
            support[j] = support[j] if reach >= need else reach
    top, equal = high / STEPS, np.zeros(columns)
    level[:] = 0.0
    for k in range(len(who)):
        row, vote = w[who[k], start:end], votes[k]
        for j in range(columns):
            x = row[j] if row[j] < top[j] else 0.0
            before = equal[j] if x == level[j] else 0.0
            equal[j] = before + vote if x >= level[j] else equal[j]
            level[j] = x if x > level[j] else level[j]
    for j in range(columns):
        if support[j] + equal[j] < need:
            level[j] = _select(
                w, who, votes, start + j, low[j] / STEPS, level[j], need - support[j] - equal[j]
            )


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
    """The largest of a column's weights in [least, below) such that it and those above it hold
    the votes needed.
    """
    scores, stakes, size = np.empty(len(who)), np.empty(len(who)), 0
    for k in range(len(who)):
        scores[size], stakes[size] = w[who[k], column], votes[k]
        size += least <= scores[size] and scores[size] < below
    while size > 0:
        pivot = scores[size // 2]
        above = equal = 0.0
        for k in range(size):
            above += stakes[k] if scores[k] > pivot else 0.0
            equal += stakes[k] if scores[k] == pivot else 0.0
        go_up, kept = above >= need, 0
        if not go_up:
            need -= above + equal
            if need <= 0.0:
                return pivot
        for k in range(size):
            here = scores[k]
            scores[kept], stakes[kept] = here, stakes[k]
            kept += here > pivot if go_up else here < pivot
        size = kept
    return 0.0


@kernel
def _follow(x, level, penalty, f):
    """The weights that bonds follow, between submitted and clipped ones."""
    for j in range(len(f)):
        f[j] = x[j] + penalty * ((x[j] if x[j] < level[j] else level[j]) - x[j])


@kernel
def _classic(w, b, uids, at, first, level, votes, law):
    """Shares of a miner, bought with stake; row uids[r] of b is row at[r] of w (−1: none).
    Returns 1 ÷ columns' largest.
    """
    columns, kept, end = len(level), law.kept, first + len(level)
    bought, held, largest, f = (
        np.zeros(columns),
        np.zeros(columns),
        np.zeros(columns),
        np.zeros(columns),
    )
    for r in range(len(uids)):
        old, vote = b[uids[r], first:end], votes[uids[r]]
        for j in range(columns):
            held[j] += old[j]
        if vote > 0.0 and at[r] >= 0:
            _follow(w[at[r]], level, law.penalty, f)
            for j in range(columns):
                bought[j] += vote * f[j]
    for j in range(columns):
        total = (1.0 - kept if bought[j] > 0.0 else 0.0) + (kept if held[j] > 0.0 else 0.0)
        bought[j] = (1.0 - kept) / (total * bought[j]) if bought[j] > 0.0 and total > 0.0 else 0.0
        held[j] = kept / (total * held[j]) if held[j] > 0.0 and total > 0.0 else 0.0
    for r in range(len(uids)):
        old, vote = b[uids[r], first:end], votes[uids[r]] if at[r] >= 0 else 0.0
        if vote > 0.0:
            _follow(w[at[r]], level, law.penalty, f)
        for j in range(columns):
            old[j] = vote * f[j] * bought[j] + old[j] * held[j]
            largest[j] = old[j] if old[j] > largest[j] else largest[j]
    for j in range(columns):
        largest[j] = 1.0 / largest[j] if largest[j] > 0.0 else 0.0
    return largest


@kernel
def _yuma3(w, b, uids, at, first, level, aim, permits, listed, law):
    """Bonds of each validator's own, following its weights. Returns each column's sum."""
    columns, kept, end, liquid = (
        len(level),
        law.kept,
        first + len(level),
        law.liquid and level.any(),
    )
    f, rate, held = np.empty(columns), np.empty(columns), np.zeros(columns)
    for r in range(len(uids)):
        i, speaks = uids[r], permits[uids[r]] and at[r] >= 0
        old = b[i, first:end]
        if speaks:
            _follow(w[at[r]], level, law.penalty, f)
        else:
            f[:] = 0.0
        if not liquid:
            for j in range(columns):
                old[j] = (1.0 - kept) * f[j] + kept * old[j]
        elif speaks:
            _rates(f, old, aim, law, rate)
            for j in range(columns):
                new = old[j] + rate[j] * (f[j] - old[j])
                rate[j] = new if new < 1.0 else 1.0
            if len(listed) > 0 and (
                law.penalty == 0.0 or law.penalty == 1.0
            ):  # a listed 0 keeps its bond
                for j in range(columns):
                    f[j] = (
                        1.0
                        if listed[i, first + j] and w[at[r], j] == 0.0 and i != first + j
                        else f[j]
                    )
            for j in range(columns):
                old[j] = rate[j] if f[j] > 0.0 else 0.0
        else:
            old[:] = 0.0
        for j in range(columns):
            old[j] = old[j] if old[j] > TINY else 0.0
            held[j] += old[j]
    return held


@kernel
def _rates(f, old, aim, law, rate):
    """Liquid alpha: e^x is (Taylor series of e^(x/64))^64, which vectorizes; the sigmoid is
    within 2·10⁻¹⁰.
    """
    span, slope, reach = law.high - law.low, -law.steepness / 64.0, 20.0 / abs(law.steepness)
    least, most = max(0.0, 0.5 - reach), min(1.0, 0.5 + reach)  # the chain's e^x ends at ±20
    for j in range(len(rate)):
        gap = f[j] - aim[j] if f[j] >= old[j] else old[j] - f[j]
        gap = gap if gap > least else least
        rate[j] = slope * ((gap if gap < most else most) - 0.5)
    for j in range(len(rate)):
        x = rate[j]
        e = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120)))))
        for _ in range(6):
            e *= e
        rate[j] = law.low + span / (1.0 + e)


@kernel
def _epoch(w, b, said, uids, at, first, listed, share, votes, permits, keep, near, level, law, out):
    """One epoch; bonds and the level change in place, `out` takes the vectors by UID."""
    columns, total, end, who = (
        len(level),
        votes.sum(),
        first + len(level),
        np.flatnonzero(votes[said] > 0.0),
    )
    aim = level.copy()  # consensus of the epoch before
    _consensus(w, who, votes[said[who]], min(law.kappa, total), near, level)
    aim = level if law.aim == 0 else np.maximum(aim, level) if law.aim == 2 else aim
    rank, unclipped, ones, sums = (
        np.zeros(columns),
        np.zeros(columns),
        np.ones(columns),
        np.empty(len(uids)),
    )
    for k in who:
        x, vote = w[k], votes[said[k]]
        for j in range(columns):
            rank[j] += vote * (x[j] if x[j] < level[j] else level[j])
            unclipped[j] += vote * x[j]
    out[0, first:end] = level
    for j in range(columns):
        out[4, first + j] = rank[j] / unclipped[j] if unclipped[j] > 0.0 else 0.0
    _row_sums(w, np.arange(len(said)), 0, level, ones, sums)
    for k in range(len(said)):
        out[3, said[k]] = sums[k] if permits[said[k]] else 0.0
    _normalize(rank)
    out[1, first:end] = rank
    if law.yuma3:
        scale, held = ones, _yuma3(w, b, uids, at, first, level, aim, permits, listed, law)
        for j in range(columns):
            rank[j] = rank[j] / held[j] if held[j] > 0.0 else 0.0  # what one bond earns
    else:
        scale = _classic(w, b, uids, at, first, level, votes, law)
    paid = uids[votes[uids] > 0.0] if law.yuma3 else uids
    _row_sums(b, paid, first, np.full(columns, np.inf), rank, sums)
    for r in range(len(paid)):
        out[2, paid[r]] = sums[r] * votes[paid[r]] if law.yuma3 else sums[r]
    for i in uids:
        row = b[i, first:end]
        if not keep[i]:
            row[:] = 0.0
        elif not law.yuma3:
            for j in range(columns):
                row[j] = row[j] * scale[j] if row[j] * scale[j] > TINY else 0.0
    _normalize(out[2])
    out[5] = out[1] + out[2]
    if _normalize(out[5]) == 0.0:
        out[5] = votes if total > 0.0 else share
        _normalize(out[5])


@kernel
def _path(
    w, b, said, uids, at, first, listed, stake, permits, active, before, resets, law, epochs, reward
):
    """Epoch after epoch on weights (1 or epochs, rows, columns); bonds (n, n) change in place."""
    n, level = len(stake), before[first : first + w.shape[2]].copy()
    stakes, out = np.empty((epochs, n)), np.zeros((epochs, 6, n))
    for t in range(epochs):
        for k in range(len(resets)):
            if resets[k, 0] == t:
                b[:, resets[k, 1]] = 0.0
        share = _on_grid(stake)
        keep = _permits(share, law.limit, law.nobody_too)
        permits = permits if len(permits) > 0 else keep
        votes = np.zeros(n)
        for i in range(n):
            votes[i] = share[i] if permits[i] and (len(active) == 0 or active[i]) else 0.0
        votes = _on_grid(_on_grid(votes))  # the chain divides by the sum twice
        near = t > 0 and len(w) == 1
        _epoch(
            w[t % len(w)],
            b,
            said,
            uids,
            at,
            first,
            listed,
            share,
            votes,
            permits,
            keep,
            near,
            level,
            law,
            out[t],
        )
        stakes[t], permits = stake, keep
        stake = stake + reward * out[t, 5]
    return stakes, out, share
