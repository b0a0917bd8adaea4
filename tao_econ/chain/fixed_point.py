"""The chain's fractions: I32F32 arithmetic on vectors and matrices, bit for bit.

A number is an int64 that stands for itself ÷ 2³² (here "Q32"). Products are floored, quotients cut
toward zero, x ÷ 0 is 0; sums are exact. The values of an epoch stay far inside the format, so only
quotients can saturate. Every kernel of the exact epoch lives here: a compiled file that calls
another's kernels would not notice when those change.

**Chain:** opentensor/subtensor, pallets/subtensor/src/epoch/math.rs, commit 14bc6f9.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ._jit import kernel

ONE = 1 << 32
MAX = (1 << 63) - 1
U16 = 65_535
E_23_BITS = 22_802_600 << 9  # e cut to 23 fraction bits


@kernel
def _mul(a, b):
    """⌊a·b⌋ for |b| < 2^14: `a` is taken apart so that every partial product fits 64 bits."""
    return (a >> 32) * b + ((((a >> 16) & 0xFFFF) * b + (((a & 0xFFFF) * b) >> 16)) >> 16)


@kernel
def _floor(top, bottom):
    """⌊top ÷ bottom⌋ for both in [0, 2^63): unsigned, for a sign would be looked at each time."""
    return np.int64(np.uint64(top) // np.uint64(bottom))


@kernel
def _div(a, b):
    """a ÷ b cut toward zero, saturating; 0 if b is 0. Fraction bits come as many at once as fit."""
    if b == 0:
        return 0
    top = abs(a)
    bottom = abs(b)
    integer = top // bottom if top >= bottom else 0
    rest = top - integer * bottom
    if integer >= 1 << 31:
        quotient = MAX
    elif rest < 1 << 30 and bottom < 1 << 62:
        quotient = (integer << 32) + _floor(rest << 32, bottom)
    elif bottom < 1 << 46:
        high = _floor(rest << 16, bottom)
        quotient = (
            (integer << 32) + (high << 16) + _floor(((rest << 16) - high * bottom) << 16, bottom)
        )
    else:
        quotient = integer
        for _ in range(32):
            quotient <<= 1
            if rest >= bottom - rest:
                rest -= bottom - rest
                quotient += 1
            else:
                rest += rest
    return quotient if (a < 0) == (b < 0) else -quotient


@kernel
def _exp_safe(x):
    """e^x for x cut to [-20, 20]: the Taylor series to x^31 on |x|, inverted for x < 0."""
    x = min(max(x, -20 * ONE), 20 * ONE)
    if x == 0:
        return ONE
    if x == ONE:
        return E_23_BITS
    size = abs(x)
    term = size
    total = ONE + size
    for i in range(2, 32):
        if term == 0:
            break
        term = _floor(_mul(term, size), i)
        total += term
    return total if x > 0 else _div(ONE, total)


@kernel
def _sigmoid_each(matrix, centre, minus_slope):
    """1 ÷ (1 + e^(minus_slope · (x − centre))) of every entry."""
    out = np.empty_like(matrix)
    for j in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            out[j, k] = _div(ONE, ONE + _exp_safe(_mul(matrix[j, k] - centre, minus_slope)))
    return out


@kernel
def _divide_each(matrix, divisors):
    """Each row ÷ its divisor; rows whose divisor is 0 stay as they are."""
    out = matrix.copy()
    for j in range(matrix.shape[0]):
        divisor = divisors[j]
        plain = 0 < divisor < 1 << 46
        if divisor != 0:
            for k in range(matrix.shape[1]):
                x = matrix[j, k]
                # The first is all that _div would do with a small positive entry, and most are.
                out[j, k] = (
                    _floor(x << 32, divisor) if plain and 0 <= x < 1 << 30 else _div(x, divisor)
                )
    return out


@kernel
def _products(matrix, vector):
    """Each row × the vector, element by element."""
    out = np.empty_like(matrix)
    for j in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            out[j, k] = _mul(matrix[j, k], vector[k])
    return out


def normalize_each(matrix: np.ndarray) -> np.ndarray:
    """Each row ÷ its sum."""
    return _divide_each(matrix, matrix.sum(axis=1))


def normalize(vector: np.ndarray) -> np.ndarray:
    """A vector ÷ its sum."""
    return _divide_each(vector[None, :], vector.sum(keepdims=True))[0]


def max_upscale_each(matrix: np.ndarray) -> np.ndarray:
    """Each row ÷ its largest entry."""
    return _divide_each(matrix, matrix.max(axis=1, initial=0))


def interpolate(low: np.ndarray, high: np.ndarray, ratio: int) -> np.ndarray:
    """low + ratio · (high − low), the product floored."""
    return low + _products(high - low, np.full(low.shape[1], ratio))


def q32(ratio: Fraction) -> int:
    """A ratio as Q32, cut toward zero."""
    size = (abs(ratio.numerator) << 32) // ratio.denominator
    return size if ratio.numerator > 0 else -size


def proportion(parts: np.ndarray) -> np.ndarray:
    """u16 → Q32: u ÷ 65,535, cut."""
    return (parts.astype(np.int64) << 32) // U16


def u16(fractions: np.ndarray) -> np.ndarray:
    """Q32 of 0 or more → u16: ⌊x · 65,535⌋, at most 65,535."""
    return ((np.minimum(fractions, ONE) * U16) >> 32).astype(np.uint16)


def max_upscale_u16(values: np.ndarray) -> np.ndarray:
    """Q32 → u16: the largest becomes 65,535 and the rest follow, rounded half up."""
    largest = values.max(initial=0)
    if largest > 32_768 * ONE:
        scaled = _products(values[None, :], np.full(len(values), _div(U16 * ONE, int(largest))))[0]
    else:
        scaled = _divide_each((values * U16)[None, :], np.array([largest]))[0]
    return ((scaled + ONE // 2) >> 32).astype(np.uint16)


@kernel
def _weighted_median(stake, score, minority, low, high):
    """The score v with stake(< v) ≤ minority < stake(≤ v), by halving around pivots, unsorted."""
    stake = stake.copy()
    score = score.copy()
    size = len(stake)
    for _ in range(len(stake) + 1):
        if size == 0:
            return 0
        pivot = score[size // 2]
        if size == 1:
            return pivot
        below = 0
        above = 0
        some_below = False
        some_above = False
        for k in range(size):
            below += stake[k] if score[k] < pivot else 0
            above += stake[k] if score[k] > pivot else 0
            some_below |= score[k] < pivot
            some_above |= score[k] > pivot
        if minority < low + below and some_below:
            go_down = True
            high = low + below
        elif high - above <= minority and some_above:
            go_down = False
            low = high - above
        else:
            return pivot
        kept = 0
        for k in range(size):
            now = score[k]
            score[kept] = now
            stake[kept] = stake[k]
            kept += 1 if (now < pivot if go_down else now > pivot) else 0
        size = kept
    return 0


@kernel
def _weighted_median_each(stake, scores, majority):
    """The weighted median of every row of scores, with all stake but `majority` as the minority."""
    total = 0
    for k in range(len(stake)):
        total += stake[k]
    out = np.zeros(scores.shape[0], np.int64)
    for j in range(scores.shape[0]):
        out[j] = _weighted_median(stake, scores[j], total - majority, 0, total)
    return out


@kernel
def _ema_varying(new, old, rates):
    """new · rate + old · (1 − rate), a rate for each entry, products floored, never above 1."""
    out = np.zeros_like(new)
    for j in range(new.shape[0]):
        for k in range(new.shape[1]):
            kept = _mul(old[j, k], ONE - rates[j, k])
            out[j, k] = min(kept + max(_mul(new[j, k], rates[j, k]), 0), ONE)
    return out
