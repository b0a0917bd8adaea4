"""From a subnet's square matrices to the rows and columns that hold anything, and back (for
consensus.py).

Most UIDs of a subnet are miners: their rows are empty, and nobody scores a validator. Each kernel
here is called from
Python alone, so that it may stand in another file than the epoch's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._jit import float_kernel as kernel

LARGEST, TINY = 1e300, 1e-100  # inputs stay below one; bonds under the other count as none
# IEEE 754 patterns as integers: of numbers that are not negative the larger has the larger
PATTERN = {number: int(np.float64(number).view(np.int64)) for number in (1.0, LARGEST)}


class Tables(NamedTuple):
    """The window: the rows of those who speak or hold bonds, and the columns between the first
    and last that is used.
    """

    weights: np.ndarray  # (matrices, rows of `said`, columns): each row ÷ its sum
    bonds: np.ndarray  # (n, n), empty outside of the window
    said: np.ndarray  # UIDs with weights
    uids: np.ndarray  # UIDs with weights or bonds
    at: np.ndarray  # row of `weights` of each of `uids`, −1: none
    first: int  # UID of the first column


def tables(weights, bonds, listed, speaks, holds) -> Tables:
    """The window on weights (matrices, n, n) and bonds (n, n) where only these UIDs speak or
    hold bonds.
    """
    return Tables(
        *_tables(
            weights, weights.view(np.int64), bonds, bonds.view(np.int64), listed, speaks, holds
        )
    )


@kernel
def _rows_in_use(patterns, most):
    """Which rows hold anything but 0, and whether all numbers are in [0, most]; numbers come as
    their bit patterns.
    """
    rows, wrong = np.empty(len(patterns), np.bool_), np.int64(0)
    for i in range(len(patterns)):
        row, some = patterns[i], np.int64(0)
        for j in range(len(row)):
            some |= row[j]
            wrong |= most - row[j]
        wrong |= some  # a sign
        rows[i] = some != 0
    return rows, wrong >= 0


@kernel
def _tables(weights, weight_patterns, bonds, bond_patterns, listed, speaks, holds):
    n, first, last, k, r = len(bonds), len(bonds), 0, 0, 0
    said, uids, at = np.empty(n, np.int64), np.empty(n, np.int64), np.full(n, -1)
    for i in range(n):
        if speaks[i] or holds[i]:
            first, last = _wider(bond_patterns[i], first, last)
            uids[r] = i
            if speaks[i]:
                said[k], at[r] = i, k
                k += 1
                for t in range(len(weights)):
                    first, last = _wider(weight_patterns[t, i], first, last)
            r += 1
    said, uids, first = said[:k], uids[:r], min(first, last)
    rows = _shares(weights, listed, said, first, last)
    return rows, _kept(bonds, uids, first, last), said, uids, at[:r], first


@kernel
def _wider(row, first, last):
    """A window [first, last) that holds what is not 0 in this row too."""
    here, some = row[:first], np.int64(0)
    for j in range(len(here)):
        some |= here[j]
    if some != 0:
        first = 0
        while row[first] == 0:
            first += 1
    there, some = row[last:], np.int64(0)
    for j in range(len(there)):
        some |= there[j]
    if some != 0:
        last = len(row)
        while row[last - 1] == 0:
            last -= 1
    return first, last


@kernel
def _shares(weights, listed, said, first, last):
    """Each row's listed entries without the diagonal ÷ their sum."""
    out, sums = np.empty((len(weights), len(said), last - first)), np.zeros(8)
    for t in range(len(weights)):
        for start in range(0, len(said), 8):
            rows = out[t, start : start + 8]
            for k in range(len(rows)):
                _take(weights[t], listed, said[start + k], first, last, rows[k])
            _sums_of_eight(rows, sums)
            for k in range(len(rows)):
                to, total = rows[k], sums[k]
                if total > 0.0:
                    for j in range(len(to)):
                        x = to[j] / total
                        to[j] = x if x > TINY else 0.0
    return out


@kernel
def _take(weights, listed, i, first, last, to):
    given = weights[i, first:last]
    for j in range(len(to)):
        to[j] = given[j]
    if len(listed) > 0:
        for j in range(len(to)):
            to[j] = to[j] if listed[i, first + j] else 0.0
    if first <= i < last:
        to[i - first] = 0.0


@kernel
def _sums_of_eight(rows, out):
    """Side by side, each from left to right: where the window starts and ends changes no bit."""
    last = len(rows) - 1
    a, b, c, d = rows[0], rows[min(1, last)], rows[min(2, last)], rows[min(3, last)]
    e, f, g, h = rows[min(4, last)], rows[min(5, last)], rows[min(6, last)], rows[min(7, last)]
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for j in range(len(a)):
        s0, s1, s2, s3 = s0 + a[j], s1 + b[j], s2 + c[j], s3 + d[j]
        s4, s5, s6, s7 = s4 + e[j], s5 + f[j], s6 + g[j], s7 + h[j]
    out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7] = s0, s1, s2, s3, s4, s5, s6, s7


@kernel
def _kept(bonds, uids, first, last):
    """A copy without bonds too small to count."""
    out = np.zeros(bonds.shape)
    for i in uids:
        to, given = out[i, first:last], bonds[i, first:last]
        for j in range(len(to)):
            to[j] = given[j] if given[j] > TINY else 0.0
    return out
