"""Kernels of the fast epoch (yuma.py): a run of epochs on a window of rows and columns in use.

They share one file because a compiled kernel contains what it calls. Plain loops stand in place of
numpy's functions and of arrays given to slices: each of those is compiled too, which took longer
than the loops do, and an assignment to a slice brings the text of its error along. Inner loops run
along rows without branches, so that the compiler turns them into vector instructions. Every sum
runs in the order of UIDs, so that rows and columns of zeros, left out or not, change no bit of a
result.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._jit import float_kernel as kernel
from ._jit import part

GRID = float(1 << 32)  # steps of the chain's fractions
STEPS = float(1 << 30)  # of weights while they are searched as integers
BLOCK = 24_576  # entries searched at once: their integers fit the second cache
ROUNDS = 5  # halvings besides one for each doubling of voters
TINY = 1e-100  # weights and bonds that are not above it count as none
FINEST = 2.0**600  # steps finer than the last bit of anything above TINY: floors change nothing
U16 = 65_535.0
NUDGE = 2.0**-16  # of a step: so that a quotient that is a whole step stays one in float


class Law(NamedTuple):
    """What kernels need of the rules, as plain numbers; shares of one."""

    yuma3: bool
    liquid: bool
    limit: int  # permits
    nobody_too: bool  # permits for those without stake
    kappa: float
    penalty: float
    kept: float  # part of a bond kept by an epoch
    grid: float  # steps of one that bonds are counted in: GRID, or FINEST for real numbers
    aim: int  # consensus that liquid rates are measured from: 0 this one, 1 the last, 2 the larger
    low: float
    high: float
    steepness: float


class Start(NamedTuple):
    """What a run of epochs starts from, by UID; empty where nothing is given."""

    uids: np.ndarray  # of the rows of weights and bonds
    listed: np.ndarray  # (rows, n) bool
    stake: np.ndarray  # (1 or epochs, n)
    permits: np.ndarray  # bool
    active: np.ndarray  # bool
    consensus: np.ndarray  # of the epoch before
    resets: np.ndarray  # (resets, 2): epoch, and the UID whose bonds go


class Window(NamedTuple):
    """The rows and columns of a subnet's matrices that are in use: most UIDs are miners, whose rows
    are empty, and nobody scores a validator.
    """

    weights: np.ndarray  # (matrices, scorers, columns): listed weights on others
    bonds: np.ndarray  # (rows given, n), a copy
    scorers: np.ndarray  # UIDs that give weights
    validators: np.ndarray  # UIDs that give weights or own bonds
    rows: np.ndarray  # row of `bonds` of each of `validators`
    row_of: np.ndarray  # row of `weights` of each of them, −1: none
    first: int  # UID of the first column


# rows of what an epoch gives, in the order of FloatEpoch
CONSENSUS, INCENTIVE, DIVIDENDS, VALIDATOR_TRUST, TRUST, EMISSION_SHARE = range(6)


class Standing(NamedTuple):
    """Who counts in an epoch, by UID."""

    share: np.ndarray  # of all stake
    votes: np.ndarray  # share of the active stake with a permit
    permits: np.ndarray  # of this epoch
    next_permits: np.ndarray


class Scores(NamedTuple):
    """What scorers said of the miners of the window: (scorers, columns)."""

    shares: np.ndarray
    steps: np.ndarray  # the same in steps of the grid that bonds lie on
    same: bool  # as in the epoch before


@part
def _filled(size, value):
    out = np.empty(size)
    for k in range(size):
        out[k] = value
    return out


@part
def _counted(size):
    out = np.empty(size, np.int64)
    for k in range(size):
        out[k] = k
    return out


@part
def _copy(values, to):
    for k in range(len(to)):
        to[k] = values[k]


@part
def _sum(values):
    total = 0.0
    for k in range(len(values)):
        total += values[k]
    return total


@part
def _taken(values, uids):
    out = np.empty(len(uids))
    for k in range(len(uids)):
        out[k] = values[uids[k]]
    return out


@part
def _to_shares(rows):
    """Each row ÷ its sum, in place."""
    columns = rows.shape[1]
    sums = np.empty(len(rows))
    everywhere = _filled(columns, np.inf)
    _row_sums(rows, _counted(len(rows)), 0, everywhere, _filled(columns, 1.0), sums)
    for k in range(len(rows)):
        row = rows[k]
        if sums[k] > 0.0:
            for j in range(columns):
                share = row[j] / sums[k]
                row[j] = share if share > TINY else 0.0


@part
def _row(table, k, first):
    return table[k, first:]


@kernel
def _row_sums(table, rows, first, most, value, out):
    """Σ min(entry, most) · value along these rows, each from left to right.

    Four rows at a time: every addition waits for the one before, so four sums take the time of one.
    Row by row a run of epochs would take two fifths longer.
    """
    last = len(rows) - 1
    for r in range(0, len(rows), 4):
        row_0 = _row(table, rows[r], first)
        row_1 = _row(table, rows[min(r + 1, last)], first)
        row_2 = _row(table, rows[min(r + 2, last)], first)
        row_3 = _row(table, rows[min(r + 3, last)], first)
        sum_0 = 0.0
        sum_1 = 0.0
        sum_2 = 0.0
        sum_3 = 0.0
        for j in range(len(most)):
            sum_0 += min(row_0[j], most[j]) * value[j]
            sum_1 += min(row_1[j], most[j]) * value[j]
            sum_2 += min(row_2[j], most[j]) * value[j]
            sum_3 += min(row_3[j], most[j]) * value[j]
        # beyond the last row its own sum comes again
        out[r] = sum_0
        out[min(r + 1, last)] = sum_1
        out[min(r + 2, last)] = sum_2
        out[min(r + 3, last)] = sum_3


@part
def _count(values):
    """How many are not 0."""
    count = 0
    for j in range(len(values)):
        count += 1 if values[j] != 0.0 else 0
    return count


@kernel
def _rows_in_use(matrix, most):
    """Which rows have anything but 0, and whether all numbers are in [0, most]."""
    used = np.empty(len(matrix), np.bool_)
    fine = True
    for i in range(len(matrix)):
        row = matrix[i]
        used[i] = _count(row) > 0
        if used[i]:
            inside = 0
            for j in range(len(row)):
                inside += 1 if (row[j] >= 0.0) & (row[j] <= most) else 0
            fine = fine and inside == len(row)
    return used, fine


@part
def _positions(values):
    """Positions of what is above 0."""
    size = 0
    for i in range(len(values)):
        size += 1 if values[i] > 0.0 else 0
    found = np.empty(size, np.int64)
    size = 0
    for i in range(len(values)):
        if values[i] > 0.0:
            found[size] = i
            size += 1
    return found


@part
def _window(weights, bonds, uids, listed, scoring, bonded):
    """The window on weights (matrices, rows, n) and bonds (rows, n) of these UIDs, where only some
    rows give weights or own bonds above TINY.
    """
    n = bonds.shape[1]
    used = np.empty(len(uids))
    for i in range(len(uids)):
        used[i] = 1.0 if scoring[i] > 0.0 or bonded[i] else 0.0
    kept_rows = _positions(used)
    scoring_rows = _positions(scoring)
    validators = np.empty(len(kept_rows), np.int64)
    scorers = np.empty(len(scoring_rows), np.int64)
    row_of = np.empty(len(kept_rows), np.int64)
    row = 0
    first = n
    last = n
    for r in range(len(kept_rows)):
        i = kept_rows[r]
        validators[r] = uids[i]
        first, last = _wider(bonds[i], first, last)
        row_of[r] = -1
        if scoring[i] > 0.0:
            row_of[r] = row
            scorers[row] = uids[i]
            row += 1
            for t in range(len(weights)):
                first, last = _wider(weights[t, i], first, last)
    first = min(first, last)
    cut = np.empty((len(weights), len(scoring_rows), last - first))
    for t in range(len(weights)):
        for k in range(len(scoring_rows)):
            _copy_listed(weights[t], listed, scoring_rows[k], scorers[k], first, cut[t, k])
    kept = np.zeros(bonds.shape)
    for i in kept_rows:
        given = bonds[i, first:last]
        to = kept[i, first:last]
        for j in range(len(to)):
            to[j] = given[j] if given[j] > TINY else 0.0
    return Window(
        weights=cut,
        bonds=kept,
        scorers=scorers,
        validators=validators,
        rows=kept_rows,
        row_of=row_of,
        first=first,
    )


@part
def _wider(row, first, last):
    """A window [first, last) that contains what is not 0 in this row too."""
    if _count(row[:first]) > 0:
        first = 0
        while row[first] == 0.0:
            first += 1
    if _count(row[last:]) > 0:
        last = len(row)
        while row[last - 1] == 0.0:
            last -= 1
    return first, last


@part
def _copy_listed(weights, listed, i, uid, first, to):
    given = weights[i, first : first + len(to)]
    for j in range(len(to)):
        to[j] = given[j] + 0.0  # no -0.0
    if len(listed) > 0:
        for j in range(len(to)):
            to[j] = to[j] if listed[i, first + j] else 0.0
    if first <= uid < first + len(to):
        to[uid - first] = 0.0


@kernel
def _on_grid(values):
    """Values ÷ their sum, cut to the chain's 32 bits; zeros if there is nothing."""
    total = _sum(values)
    out = np.zeros(len(values))
    if total > 0.0:
        for k in range(len(values)):
            out[k] = np.floor(values[k] / total * GRID) / GRID
    return out


@part
def _normalize(values):
    """Divides by the sum in place, and returns it."""
    total = _sum(values)
    if total > 0.0:
        for k in range(len(values)):
            values[k] /= total
    return total


@part
def _reaching(share, least):
    count = 0
    for i in range(len(share)):
        count += 1 if share[i] >= least else 0
    return count


@kernel
def _permits(share, limit, nobody_too):
    """The largest stakes, by default only those above 0; among equals the later UID comes first."""
    least = 0.0 if nobody_too else 1.0 / GRID
    chosen = np.empty(len(share), np.bool_)
    for i in range(len(share)):
        chosen[i] = share[i] >= least
    if _reaching(share, least) <= limit:
        return chosen
    low = 0.0  # at least `limit` shares reach it
    high = GRID + 1.0  # fewer reach this one
    while high - low > 1.0:
        middle = np.floor(0.5 * (low + high))
        if _reaching(share, middle / GRID) >= limit:
            low = middle
        else:
            high = middle
    left = limit - _reaching(share, (low + 1.0) / GRID)
    for i in range(len(share) - 1, -1, -1):
        steps = share[i] * GRID
        chosen[i] = chosen[i] and (steps > low or (steps == low and left > 0))
        left -= 1 if steps == low else 0
    return chosen


@kernel
def _consensus(w, voters, votes, need, known, level):
    """The largest weight of each column that κ of votes support; a `known` level is tried first."""
    if len(voters) == 0:
        for j in range(len(level)):
            level[j] = 0.0
        return
    width = max(BLOCK // len(voters) // 8 * 8, 16)
    for start in range(0, len(level), width):
        block = level[start : start + width]
        if not (known and _confirm(w, voters, votes, need, start, block)):
            _search(w, voters, votes, need, start, block)


@part
def _confirm(w, voters, votes, need, start, level):
    """Whether most columns have the level given; the few others are searched one by one."""
    columns = len(level)
    reach = np.zeros(columns)
    beyond = np.zeros(columns)
    for k in range(len(voters)):
        row = w[voters[k], start : start + columns]
        vote = votes[k]
        for j in range(columns):
            reach[j] += vote if row[j] >= level[j] else 0.0
            beyond[j] += vote if row[j] > level[j] else 0.0
    wrong = 0
    for j in range(columns):
        wrong += 1 if (reach[j] < need) | (beyond[j] >= need) else 0
    if wrong * 8 > columns:
        return False
    for j in range(columns):
        if reach[j] < need or beyond[j] >= need:
            level[j] = _select(w, voters, votes, start + j, 0.0, np.inf, need)
    return True


@part
def _search(w, voters, votes, need, start, level):
    """The level of a block of columns, of which nothing is known.

    Halving leaves a step that has the votes needed and a higher one that has not; then the largest
    weight below the latter has them, or a selection among the few left finds the one that has.
    """
    low, high, support = _halved(w, voters, votes, need, start, len(level))
    top = np.empty(len(level))
    equal = np.zeros(len(level))
    for j in range(len(level)):
        top[j] = high[j] / STEPS
        level[j] = 0.0
    for k in range(len(voters)):
        row = w[voters[k], start : start + len(level)]
        vote = votes[k]
        for j in range(len(level)):
            x = row[j] if row[j] < top[j] else 0.0
            before = equal[j] if x == level[j] else 0.0
            equal[j] = before + vote if x >= level[j] else equal[j]
            level[j] = x if x > level[j] else level[j]
    for j in range(len(level)):
        missing = need - support[j] - equal[j]
        if support[j] + equal[j] < need:
            least = low[j] / STEPS
            level[j] = _select(w, voters, votes, start + j, least, level[j], missing)


@part
def _halved(w, voters, votes, need, start, columns):
    """(low, high, support): a whole step of each column that has the votes needed, a higher one
    that has not, and the votes of the latter.
    """
    total = _sum(votes)
    steps = np.empty((len(voters), columns), np.int32)
    cast = np.empty(len(voters), np.int32)
    low = np.zeros(columns, np.int32)
    high = np.zeros(columns, np.int32)
    middle = np.zeros(columns, np.int32)
    below = np.zeros(columns, np.int32)
    support = np.zeros(columns)
    for k in range(len(voters)):
        cast[k] = np.int32(np.int64(votes[k] * GRID))  # sums of some but not all stay below 2³²
        row = w[voters[k], start : start + columns]
        for j in range(columns):
            steps[k, j] = np.int32(np.int64(row[j] * STEPS))
        for j in range(columns):
            high[j] = max(high[j], steps[k, j])
    for j in range(columns):
        high[j] += np.int32(1)
    rounds = ROUNDS
    while 1 << (rounds - ROUNDS) <= len(voters):
        rounds += 1
    for _ in range(rounds):
        for j in range(columns):
            middle[j] = (low[j] + high[j]) >> 1
            below[j] = 0
        for k in range(len(voters)):
            row = steps[k]
            vote = cast[k]
            for j in range(columns):
                below[j] += vote if row[j] < middle[j] else np.int32(0)
        for j in range(columns):
            reach = total - (np.int64(below[j]) & 0xFFFFFFFF) / GRID
            low[j] = middle[j] if reach >= need else low[j]
            high[j] = high[j] if reach >= need else middle[j]
            support[j] = support[j] if reach >= need else reach
    return low, high, support


@part
def _select(w, voters, votes, column, least, below, need):
    """A column's largest weight in [least, below) that, with all above, has the votes needed."""
    scores = np.empty(len(voters))
    stakes = np.empty(len(voters))
    size = 0
    for k in range(len(voters)):
        score = w[voters[k], column]
        if least <= score < below:
            scores[size] = score
            stakes[size] = votes[k]
            size += 1
    while size > 0:
        pivot = scores[size // 2]
        above = 0.0
        equal = 0.0
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
            if scores[k] > pivot if go_up else scores[k] < pivot:
                scores[kept] = scores[k]
                stakes[kept] = stakes[k]
                kept += 1
        size = kept
    return 0.0


@part
def _follow(submitted, level, penalty):
    """The weight that a bond follows, between the submitted and the clipped one; all in steps."""
    return submitted + np.floor(penalty * (min(submitted, level) - submitted))


@part
def _classic(steps, window, level, votes, law):
    """Shares of a miner, bought with stake, in steps. Returns each column's sum and its largest."""
    columns = len(level)
    first = window.first
    kept = law.kept
    penalty = law.penalty
    bought = np.zeros(columns)
    held = np.zeros(columns)
    largest = np.zeros(columns)
    orders = np.zeros((len(window.validators), columns))
    for r in range(len(window.validators)):
        uid = window.validators[r]
        row = window.row_of[r]
        old = window.bonds[window.rows[r], first : first + columns]
        for j in range(columns):
            held[j] += old[j]
        vote = votes[uid]
        if vote > 0.0 and row >= 0:
            order = orders[r]
            x = steps[row]
            for j in range(columns):
                order[j] = np.floor(vote * _follow(x[j], level[j], penalty))
                bought[j] += order[j]
    for j in range(columns):
        bought[j] = law.grid / bought[j] if bought[j] > 0.0 else 0.0
        held[j] = law.grid / held[j] if held[j] > 0.0 else 0.0
    total = np.zeros(columns)
    for r in range(len(window.validators)):
        uid = window.validators[r]
        old = window.bonds[window.rows[r], first : first + columns]
        order = orders[r]
        for j in range(columns):
            new = np.floor(order[j] * bought[j] + NUDGE)
            was = np.floor(old[j] * held[j] + NUDGE)
            old[j] = np.floor((1.0 - kept) * new) + np.floor(kept * was)
            total[j] += old[j]
            largest[j] = max(largest[j], old[j])
    return total, largest


@part
def _yuma3(steps, window, listed, level, aim, permits, law):
    """Bonds of each validator's own, following its weights, in steps. Returns each column's sum."""
    columns = len(level)
    kept = law.kept
    grid = law.grid
    tiny = TINY * grid
    liquid = law.liquid and _sum(level) > 0.0
    f = np.empty(columns)
    rate = np.empty(columns)
    held = np.zeros(columns)
    for r in range(len(window.validators)):
        uid = window.validators[r]
        row = window.row_of[r]
        scores = permits[uid] and row >= 0
        old = window.bonds[window.rows[r], window.first : window.first + columns]
        if scores:
            x = steps[row]
            for j in range(columns):
                f[j] = _follow(x[j], level[j], law.penalty)
        else:
            for j in range(columns):
                f[j] = 0.0
        if not liquid:
            for j in range(columns):
                was = np.floor(old[j] * grid)
                new = np.floor((1.0 - kept) * f[j]) + np.floor(kept * was)
                old[j] = new if new > tiny else 0.0
                held[j] += old[j]
        elif scores:
            for j in range(columns):
                old[j] = np.floor(old[j] * grid)
            _rates(f, old, aim, law, rate)
            for j in range(columns):
                new = np.floor(rate[j] * f[j]) + np.floor((1.0 - rate[j]) * old[j])
                rate[j] = min(new, grid)
            if len(listed) > 0 and law.penalty in (0.0, 1.0):
                for j in range(columns):  # a listed 0 keeps its bond
                    miner = window.first + j
                    zero = listed[window.rows[r], miner] and steps[row, j] == 0.0 and uid != miner
                    f[j] = grid if zero else f[j]
            for j in range(columns):
                old[j] = rate[j] if f[j] > 0.0 and rate[j] > tiny else 0.0
                held[j] += old[j]
        else:
            for j in range(columns):
                old[j] = 0.0
    return held


@kernel
def _rates(f, old, aim, law, rate):
    """Liquid alpha: e^x is (Taylor series of e^(x/64))^64, vectorized; sigmoid within 2·10⁻¹⁰."""
    span = law.high - law.low
    slope = -law.steepness / 64.0
    reach = 20.0 / abs(law.steepness)  # the chain's e^x ends at ±20
    least = max(0.0, 0.5 - reach)
    most = min(1.0, 0.5 + reach)
    share = 1.0 / law.grid
    for j in range(len(rate)):
        gap = share * (f[j] - aim[j] if f[j] >= old[j] else old[j] - f[j])
        gap = gap if gap > least else least
        rate[j] = slope * ((gap if gap < most else most) - 0.5)
    for j in range(len(rate)):
        x = rate[j]
        e = 1.0 + x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120)))))
        for _ in range(6):
            e *= e
        rate[j] = np.floor((law.low + span / (1.0 + e)) * law.grid) * share


@part
def _epoch(scores, window, listed, standing, level, law, out):
    """One epoch; bonds and the level change in place, `out` takes six vectors by UID."""
    w = scores.shares
    steps = scores.steps
    votes = standing.votes
    columns = len(level)
    first = window.first
    aim = level.copy()
    scorers_votes = _taken(votes, window.scorers)
    voters = _positions(scorers_votes)
    cast = _taken(scorers_votes, voters)
    _consensus(w, voters, cast, min(law.kappa, _sum(votes)), scores.same, level)
    _copy(level, out[CONSENSUS, first:])
    rank = _rank(w, voters, scorers_votes, level, out[TRUST, first:])
    sums = np.empty(len(w))
    _row_sums(w, _counted(len(w)), 0, level, _filled(columns, 1.0), sums)
    for k in range(len(w)):
        uid = window.scorers[k]
        out[VALIDATOR_TRUST, uid] = sums[k] if standing.permits[uid] else 0.0
    _normalize(rank)
    _copy(rank, out[INCENTIVE, first:])
    cap = np.empty(columns)
    for j in range(columns):
        cap[j] = np.floor(level[j] * law.grid)
        if law.aim == 0 or (law.aim == 2 and level[j] > aim[j]):
            aim[j] = level[j]
        aim[j] = np.floor(aim[j] * law.grid)
    _pay_bonds(steps, window, listed, standing, (cap, aim), rank, law, out[DIVIDENDS])
    _normalize(out[DIVIDENDS])
    for i in range(len(votes)):
        out[EMISSION_SHARE, i] = out[INCENTIVE, i] + out[DIVIDENDS, i]
    if _normalize(out[EMISSION_SHARE]) == 0.0:
        _copy(votes if _sum(votes) > 0.0 else standing.share, out[EMISSION_SHARE])
        _normalize(out[EMISSION_SHARE])


@part
def _pay_bonds(steps, window, listed, standing, levels, rank, law, dividends):
    """Bonds follow the weights, earn what their miner earned, and are stored."""
    votes = standing.votes
    cap, aim = levels
    columns = len(cap)
    paid = _counted(len(window.validators))
    if law.yuma3:
        held = _yuma3(steps, window, listed, cap, aim, standing.permits, law)
        largest = held
        paid = _positions(_taken(votes, window.validators))
    else:
        held, largest = _classic(steps, window, cap, votes, law)
    for j in range(columns):
        rank[j] = rank[j] / held[j] if held[j] > 0.0 else 0.0  # what one bond earns
    sums = np.empty(len(paid))
    rows = np.empty(len(paid), np.int64)
    for k in range(len(paid)):
        rows[k] = window.rows[paid[k]]
    _row_sums(window.bonds, rows, window.first, _filled(columns, np.inf), rank, sums)
    for k in range(len(paid)):
        uid = window.validators[paid[k]]
        dividends[uid] = sums[k] * votes[uid] if law.yuma3 else sums[k]
    _store_bonds(window, standing.next_permits, held, largest, law)


@part
def _rank(w, voters, votes, level, trust):
    """Clipped weights of each column, summed by votes; `trust` takes the part that is not cut."""
    rank = np.zeros(len(level))
    unclipped = np.zeros(len(level))
    for k in voters:
        row = w[k]
        vote = votes[k]
        for j in range(len(level)):
            rank[j] += vote * min(row[j], level[j])
            unclipped[j] += vote * row[j]
    for j in range(len(level)):
        trust[j] = rank[j] / unclipped[j] if unclipped[j] > 0.0 else 0.0
    return rank


@part
def _store_bonds(window, keep, held, largest, law):
    """From steps to shares of one, cut to a u16 unless they are real numbers: no bonds without a
    permit; classic ones ÷ the largest of their column.
    """
    columns = len(held)
    grid = law.grid
    real = grid == FINEST
    if not law.yuma3:
        for j in range(columns):
            held[j] = grid / held[j] if held[j] > 0.0 else 0.0
            most = np.floor(largest[j] * held[j] + NUDGE)
            largest[j] = grid / most if most > 0.0 else 0.0
    for r in range(len(window.validators)):
        row = window.bonds[window.rows[r], window.first : window.first + columns]
        if not keep[window.validators[r]]:
            for j in range(columns):
                row[j] = 0.0
            continue
        if not law.yuma3:
            for j in range(columns):
                row[j] = np.floor(np.floor(row[j] * held[j] + NUDGE) * largest[j] + NUDGE)
        if real:
            for j in range(columns):
                bond = row[j] * (1.0 / grid)
                row[j] = bond if bond > TINY else 0.0
        else:
            for j in range(columns):
                row[j] = np.floor(row[j] * (U16 / GRID)) * (1.0 / U16)


@kernel
def _path(weights, bonds, start, scoring, bonded, law, epochs, reward):
    """Epoch after epoch of weights (matrices, rows, n) and bonds (rows, n). Rows without a permit
    are not read where there is one epoch. Returns stake before each epoch,
    (epochs, 6, n) results, everybody's share of stake in the last, and the bonds after it.
    """
    n = start.stake.shape[1]
    stake = start.stake[0]
    permits = start.permits
    if len(permits) == 0:
        permits = _permits(_on_grid(stake), law.limit, law.nobody_too)
    gives = np.empty(len(scoring))
    for i in range(len(scoring)):
        gives[i] = 1.0 if scoring[i] and (epochs > 1 or permits[start.uids[i]]) else 0.0
    window = _window(weights, bonds, start.uids, start.listed, gives, bonded)
    columns = window.weights.shape[2]
    level = np.empty(columns)
    _copy(start.consensus[window.first :], level)
    stakes = np.empty((epochs, n))
    out = np.zeros((epochs, 6, n))
    steps = window.weights[0]
    for t in range(len(window.weights)):
        _to_shares(window.weights[t])
    for t in range(epochs):
        if len(start.stake) > 1:
            stake = start.stake[t]
        for k in range(len(start.resets)):
            if start.resets[k, 0] == t:
                for i in range(len(window.bonds)):
                    window.bonds[i, start.resets[k, 1]] = 0.0
        share = _on_grid(stake)
        next_permits = _permits(share, law.limit, law.nobody_too)
        votes = np.zeros(n)
        for i in range(n):
            active = len(start.active) == 0 or start.active[i]
            votes[i] = share[i] if permits[i] and active else 0.0
        votes = _on_grid(_on_grid(votes))  # the chain divides by the sum twice
        standing = Standing(share, votes, permits, next_permits)
        same = t > 0 and len(window.weights) == 1
        w = window.weights[t % len(window.weights)]
        if not same:
            steps = np.empty(w.shape)
            for k in range(len(w)):
                for j in range(columns):
                    steps[k, j] = np.floor(w[k, j] * law.grid)
        scores = Scores(w, steps, same)
        _epoch(scores, window, start.listed, standing, level, law, out[t])
        _copy(stake, stakes[t])
        permits = next_permits
        if reward > 0.0:
            stake = stake.copy()
            for i in range(n):
                stake[i] += reward * out[t, EMISSION_SHARE, i]
    return stakes, out, share, window.bonds
