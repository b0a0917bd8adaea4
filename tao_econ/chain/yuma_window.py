"""The rows and columns of a subnet's square matrices that are in use, cut out for the fast epoch.

Most UIDs of a subnet are miners: their rows are empty, and nobody scores a validator.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._jit import float_kernel as kernel


class Window(NamedTuple):
    """Rows of UIDs that give weights or own bonds, columns from the first to the last in use."""

    weights: np.ndarray  # (matrices, scorers, columns): listed weights on others
    bonds: np.ndarray  # (n, n), a copy
    scorers: np.ndarray  # UIDs that give weights
    validators: np.ndarray  # UIDs that give weights or own bonds
    row_of: np.ndarray  # row of `weights` of each of `validators`, −1: none
    first: int  # UID of the first column


@kernel
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


@kernel
def _uids(flags):
    """Positions of what is True."""
    size = 0
    for i in range(len(flags)):
        size += 1 if flags[i] else 0
    found = np.empty(size, np.int64)
    size = 0
    for i in range(len(flags)):
        if flags[i]:
            found[size] = i
            size += 1
    return found


@kernel
def _window(weights, bonds, listed, scoring, bonded, tiny):
    """The window on weights (matrices, n, n) and bonds (n, n) where only these UIDs give weights or
    own bonds above `tiny`.
    """
    n = len(bonds)
    used = np.empty(n, np.bool_)
    for i in range(n):
        used[i] = scoring[i] or bonded[i]
    validators = _uids(used)
    scorers = _uids(scoring)
    row_of = np.empty(len(validators), np.int64)
    row = 0
    first = n
    last = n
    for r in range(len(validators)):
        i = validators[r]
        first, last = _wider(bonds[i], first, last)
        row_of[r] = -1
        if scoring[i]:
            row_of[r] = row
            row += 1
            for t in range(len(weights)):
                first, last = _wider(weights[t, i], first, last)
    first = min(first, last)
    rows = np.empty((len(weights), len(scorers), last - first))
    for t in range(len(weights)):
        for k in range(len(scorers)):
            _copy_listed(weights[t], listed, scorers[k], first, rows[t, k])
    kept = np.zeros((n, n))
    for i in validators:
        given = bonds[i, first:last]
        to = kept[i, first:last]
        for j in range(len(to)):
            to[j] = given[j] if given[j] > tiny else 0.0
    return Window(
        weights=rows, bonds=kept, scorers=scorers, validators=validators, row_of=row_of, first=first
    )


@kernel
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


@kernel
def _copy_listed(weights, listed, i, first, to):
    given = weights[i, first : first + len(to)]
    for j in range(len(to)):
        to[j] = given[j] + 0.0  # no -0.0
    if len(listed) > 0:
        for j in range(len(to)):
            to[j] = to[j] if listed[i, first + j] else 0.0
    if first <= i < first + len(to):
        to[i - first] = 0.0
