"""Kernels of the fast epoch (consensus.py): explicit loops over rows that lie in one piece, all columns at a time.

They stand in one file because a compiled file that calls another's kernels would not notice when those change.
Inner loops run along rows without branches, so that the compiler turns them into vector instructions.
"""

from __future__ import annotations

import numpy as np

from ._jit import float_kernel as kernel

BLOCK = 4_096  # entries searched at once: they fit the fastest cache
ROUNDS = 2  # halvings besides one for each doubling of voters
LARGEST, TINY = 1e300, 1e-100  # inputs stay below one; fractions under the other count as none


@kernel
def _dot(x, y):
    a = b = c = d = 0.0
    whole_part = len(x) - len(x) % 4
    for k in range(0, whole_part, 4):
        a += x[k] * y[k]
        b += x[k + 1] * y[k + 1]
        c += x[k + 2] * y[k + 2]
        d += x[k + 3] * y[k + 3]
    for k in range(whole_part, len(x)):
        a += x[k] * y[k]
    return (a + b) + (c + d)


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
def _support(weights, votes, level, support):
    """Votes for at least that level of every column. They lie on a grid: exact in any order."""
    columns, fours = weights.shape[1], len(votes) - len(votes) % 4
    for j in range(columns):
        support[j] = 0.0
    for k in range(0, fours, 4):
        r0, r1, r2, r3 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        v0, v1, v2, v3 = votes[k], votes[k + 1], votes[k + 2], votes[k + 3]
        for j in range(columns):
            least = level[j]
            two = (v0 if r0[j] >= least else 0.0) + (v1 if r1[j] >= least else 0.0)
            support[j] += two + ((v2 if r2[j] >= least else 0.0) + (v3 if r3[j] >= least else 0.0))
    for k in range(fours, len(votes)):
        row, vote = weights[k], votes[k]
        for j in range(columns):
            support[j] += vote if row[j] >= level[j] else 0.0


@kernel
def _consensus(weights, votes, kappa):
    """The largest weight of each column that κ of the votes support (all votes, if they are fewer than κ)."""
    voters, columns = len(votes), weights.shape[1]
    out, total = np.zeros(columns), 0.0
    for k in range(voters):
        total += votes[k]
    width = max(BLOCK // max(voters, 1) // 8 * 8, 16)
    for start in range(0, columns if voters > 0 else 0, width):
        stop = min(start + width, columns)
        block = np.empty((voters, stop - start))
        for k in range(voters):
            to, row = block[k], weights[k, start:stop]
            for j in range(len(to)):
                to[j] = row[j]
        out[start:stop] = _medians(block, votes, min(kappa, total))
    return out


@kernel
def _medians(weights, votes, need):
    """All columns are halved at once between a level that has the votes needed and one that has not; then the
    largest weight below the latter has them, or a search among the few that are left finds the one that does.
    """
    voters, columns = weights.shape
    low, high, level, support = np.zeros(columns), np.zeros(columns), np.zeros(columns), np.zeros(columns)
    rounds = ROUNDS
    for k in range(voters):
        rounds += (k & (k + 1)) == 0
        row = weights[k]
        for j in range(columns):
            high[j] = row[j] if row[j] > high[j] else high[j]
    for j in range(columns):
        high[j] *= 2.0
    for _ in range(rounds):
        for j in range(columns):
            level[j] = 0.5 * (low[j] + high[j])
        _support(weights, votes, level, support)
        for j in range(columns):
            enough = support[j] >= need
            low[j] = level[j] if enough else low[j]
            high[j] = high[j] if enough else level[j]
    for j in range(columns):
        level[j] = 0.0
    for k in range(voters):
        row = weights[k]
        for j in range(columns):
            level[j] = row[j] if level[j] < row[j] and row[j] < high[j] else level[j]
    _support(weights, votes, level, support)
    scores, stakes = np.empty(voters), np.empty(voters)
    for j in range(columns):
        if support[j] < need:
            size = 0
            for k in range(voters):
                scores[size], stakes[size] = weights[k, j], votes[k]
                size += low[j] <= weights[k, j] and weights[k, j] < level[j]
            level[j] = _select(scores, stakes, size, need - support[j])
    return level


@kernel
def _select(scores, stakes, size, need):
    """The largest of the first `size` scores such that it and those above it hold the votes needed."""
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
def _used_columns(weights, bonds, rows):
    """First and one past the last column that holds anything in these rows."""
    columns = weights.shape[1]
    used = np.zeros(columns)
    for i in rows:
        w, b = weights[i], bonds[i]
        for j in range(columns):
            used[j] += w[j] + b[j]
    first, last = 0, columns
    while last > 0 and used[last - 1] == 0.0:
        last -= 1
    while first < last and used[first] == 0.0:
        first += 1
    return first, last


@kernel
def _shares_of_rows(weights, rows, permitted, first, last):
    """Each permitted row without its diagonal ÷ its sum; the other rows are empty."""
    out = np.zeros((len(rows), last - first))
    ones = np.ones(last - first)
    for r in range(len(rows)):
        i = rows[r]
        if permitted[i]:
            here, given = out[r], weights[i, first:last]
            for j in range(last - first):
                here[j] = given[j]
            if first <= i < last:
                here[i - first] = 0.0
            total = _dot(here, ones)
            if total > 0.0:
                for j in range(last - first):
                    x = here[j] / total
                    here[j] = x if x > TINY else 0.0
    return out


@kernel
def _columns_of_bonds(bonds, rows, first, last):
    out = np.empty((len(rows), last - first))
    for r in range(len(rows)):
        here, given = out[r], bonds[rows[r], first:last]
        for j in range(last - first):
            here[j] = given[j] if given[j] > TINY else 0.0
    return out


@kernel
def _classic(followed, bonds, votes, kept):
    """Shares of a miner, bought with stake; columns sum to 1 here. The caller divides by the column's largest."""
    rows, columns = followed.shape
    bought, held, largest = np.zeros(columns), np.zeros(columns), np.zeros(columns)
    for r in range(rows):
        f, b, vote = followed[r], bonds[r], votes[r]
        for j in range(columns):
            bought[j] += vote * f[j]
            held[j] += b[j]
    for j in range(columns):
        total = (1.0 - kept if bought[j] > 0.0 else 0.0) + (kept if held[j] > 0.0 else 0.0)
        bought[j] = (1.0 - kept) / (total * bought[j]) if bought[j] > 0.0 and total > 0.0 else 0.0
        held[j] = kept / (total * held[j]) if held[j] > 0.0 and total > 0.0 else 0.0
    for r in range(rows):
        f, b, vote = followed[r], bonds[r], votes[r]
        for j in range(columns):
            b[j] = vote * f[j] * bought[j] + b[j] * held[j]
            largest[j] = b[j] if b[j] > largest[j] else largest[j]
    return largest


@kernel
def _liquid(followed, bonds, consensus, entries, low, high, steepness):
    """Yuma3 bonds with a rate for each pair: e^x is (Taylor series of e^(x/64))^64, which vectorizes."""
    rate, span, slope = np.empty(followed.shape[1]), high - low, -steepness / 64.0
    for r in range(followed.shape[0]):
        f, b, there = followed[r], bonds[r], entries[r]
        for j in range(len(rate)):
            gap = f[j] - consensus[j] if f[j] >= b[j] else b[j] - f[j]
            gap = gap if gap > 0.0 else 0.0
            x = slope * ((gap if gap < 1.0 else 1.0) - 0.5)
            x = x if x > -0.3125 else -0.3125  # -20 / 64
            rate[j] = x if x < 0.3125 else 0.3125
        for j in range(len(rate)):
            x = rate[j]
            e = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720 + x * (
                1 / 5_040 + x * (1 / 40_320 + x * (1 / 362_880)))))))))  # fmt: skip
            e *= e
            e *= e
            e *= e
            e *= e
            e *= e
            e *= e
            rate[j] = low + span / (1.0 + e)
        for j in range(len(rate)):
            new = (1.0 - rate[j]) * b[j] + rate[j] * f[j]
            b[j] = there[j] * (new if new < 1.0 else 1.0)


@kernel
def _yuma3(followed, bonds, incentive, kept):
    """A fixed rate (kept < 0: bonds are new already). Returns what one bond earns: incentive ÷ the column's bonds."""
    held = np.zeros(followed.shape[1])
    for r in range(followed.shape[0]):
        f, b = followed[r], bonds[r]
        if kept >= 0.0:
            for j in range(len(held)):
                b[j] = (1.0 - kept) * f[j] + kept * b[j]
        for j in range(len(held)):
            b[j] = b[j] if b[j] > TINY else 0.0
            held[j] += b[j]
    for j in range(len(held)):
        held[j] = incentive[j] / held[j] if held[j] > 0.0 else 0.0
    return held


@kernel
def _entries(w, followed, level, listed, rows, permitted, first, penalty):
    """1.0 for every entry that the bond weights of a row have, else 0.0: those listed, or by default those above 0."""
    out = np.empty_like(w)
    for r in range(len(rows)):
        x, f, there, i = w[r], followed[r], out[r], rows[r]
        if len(listed) > 0:
            for j in range(len(level)):
                there[j] = 1.0 if listed[i, first + j] and permitted[i] and i != first + j else 0.0
        else:
            for j in range(len(level)):
                there[j] = 1.0 if x[j] > 0.0 else 0.0
        if penalty == 1.0:
            for j in range(len(level)):
                there[j] = 0.0 if x[j] > 0.0 and level[j] == 0.0 else there[j]
        elif penalty > 0.0:
            for j in range(len(level)):
                there[j] = there[j] if f[j] > 0.0 else 0.0
    return out


@kernel
def _by_stake(votes, share):
    out = votes.copy()
    if _normalize(out) == 0.0:
        out[:] = share
        _normalize(out)
    return out


@kernel
def _whole_epoch(
    weights, bonds, listed, rows, permitted, keep, votes, share, yuma3, liquid, kappa, penalty, kept, low, high, steep
):
    n, (first, last) = len(share), _used_columns(weights, bonds, rows)
    voters, columns = votes[rows], last - first
    w = _shares_of_rows(weights, rows, permitted, first, last)
    b = _columns_of_bonds(bonds, rows, first, last)
    level = _consensus(w, voters[voters > 0.0], kappa)
    clipped = np.empty_like(w)
    followed = clipped if penalty == 1.0 else np.empty_like(w)
    rank, unclipped, value = np.zeros(columns), np.zeros(columns), np.ones(columns)
    consensus, incentive, trust, dividends, validator_trust = (
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    )  # fmt: skip
    for r in range(len(rows)):
        x, c, f, vote = w[r], clipped[r], followed[r], voters[r]
        for j in range(columns):
            c[j] = x[j] if x[j] < level[j] else level[j]
        if penalty < 1.0:
            for j in range(columns):
                f[j] = x[j] + penalty * (c[j] - x[j])
        for j in range(columns):
            rank[j] += vote * c[j]
            unclipped[j] += vote * x[j]
        validator_trust[rows[r]] = _dot(c, value)
    for j in range(columns):
        consensus[first + j] = level[j]
        trust[first + j] = rank[j] / unclipped[j] if unclipped[j] > 0.0 else 0.0
    _normalize(rank)
    incentive[first:last] = rank
    scale = np.ones(columns)
    if yuma3:
        varying = liquid and level.any()
        if varying:
            entries = _entries(w, followed, level, listed, rows, permitted, first, penalty)
            _liquid(followed, b, level, entries, low, high, steep)
        value = _yuma3(followed, b, rank, -1.0 if varying else kept)
    else:
        value = rank
        largest = _classic(followed, b, voters, kept)
        for j in range(columns):
            scale[j] = 1.0 / largest[j] if largest[j] > 0.0 else 0.0
    new_bonds, all_clipped = np.zeros((n, n)), np.zeros((n, n))
    for r in range(len(rows)):
        i = rows[r]
        earned = _dot(b[r], value)
        dividends[i] = earned * voters[r] if yuma3 else earned
        to, frm, cut, c = new_bonds[i, first:last], b[r], all_clipped[i, first:last], clipped[r]
        for j in range(columns):
            cut[j] = c[j]
        if keep[i]:
            for j in range(columns):
                to[j] = frm[j] * scale[j]
    _normalize(dividends)
    both = incentive + dividends
    if _normalize(both) == 0.0:
        both = _by_stake(votes, share)
    return consensus, incentive, dividends, validator_trust, trust, both, new_bonds, all_clipped
