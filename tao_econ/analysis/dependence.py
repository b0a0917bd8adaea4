"""How sure is a correlation? Its interval by Fisher's z, or by blocks where one value depends on
the last.

**Ref:** R. A. Fisher, Biometrika 10, 1915; Politis and Romano, A circular block-resampling
procedure for stationary data, 1992.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import real, reals, whole
from ..inputs.door import typed

LEAST_PAIRS = 4  # Fisher's z needs n − 3 > 0
MOST_POSITIONS = 2e7  # of a bootstrap, 160 MB


class Correlation(NamedTuple):
    """A correlation of a sample with its interval."""

    coefficient: float
    low: float
    high: float
    pairs: int


@typed
def correlation(
    first: ArrayLike,
    second: ArrayLike,
    *,
    level: float = 0.95,
    block_length: int | None = None,
    replicas: int = 4_000,
    seed: int = 0,
) -> Correlation:
    """Pearson's correlation with an interval.

    Parameters
    ----------
    first, second : array_like
        (n,) pairs in the order of time, n at least 4.
    level : float
        Coverage asked for, (0, 1).
    block_length : int, optional
        Pairs drawn together in a circular block bootstrap, in [1, n]; Fisher's z, which takes
        pairs as independent and normal, if not given.
    replicas : int
        Resamples of the bootstrap, in [100, 1,000,000].
    seed : int
        At least 0.

    Returns
    -------
    Correlation

    Raises
    ------
    ValueError
        Where a sample does not vary.
    """
    x = reals("first", first, "(-inf, inf)", ndim=1)
    y = reals("second", second, "(-inf, inf)", ndim=1)
    count = whole("length of first", len(x), at_least=LEAST_PAIRS)
    if len(y) != count:
        raise ValueError(f"second must have the length of first, {count}, got {len(y)}")
    inside = real("level", level, "(0, 1)")
    x = _scaled("first", x)
    y = _scaled("second", y)
    found = float(_pearson(x, y))
    if block_length is None:
        wide = NormalDist().inv_cdf((1 + inside) / 2) / np.sqrt(count - 3)
        bounded = np.clip(found, -1 + 1e-15, 1 - 1e-15)
        low, high = np.tanh(np.arctanh(bounded) + np.array([-wide, wide]))
    else:
        picked = circular_blocks(count, block_length, replicas, seed)
        drawn = _pearson(x[picked], y[picked])
        tail = (1 - inside) / 2
        low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Correlation(found, float(low), float(high), count)


@typed
def circular_blocks(count: int, block_length: int, replicas: int, seed: int) -> np.ndarray:
    """Positions of a circular block bootstrap: blocks start anywhere and run on past the end.

    Parameters
    ----------
    count : int
        Values in the sample, in [1, 1,000,000].
    block_length : int
        Values drawn together, in [1, count].
    replicas : int
        Resamples, in [100, 1,000,000]; times `count` at most 20,000,000.
    seed : int
        At least 0.

    Returns
    -------
    numpy.ndarray
        (replicas, count) int.
    """
    count = whole("count", count, at_least=1, at_most=1_000_000)
    block_length = whole("block_length", block_length, at_least=1, at_most=count)
    replicas = whole("replicas", replicas, at_least=100, at_most=1_000_000)
    if count * replicas > MOST_POSITIONS:
        rule = f"at most {MOST_POSITIONS:g}"
        raise ValueError(f"count × replicas must be {rule}, got {count * replicas}")
    rng = np.random.default_rng(whole("seed", seed))
    blocks = -(-count // block_length)
    starts = rng.integers(0, count, size=(replicas, blocks, 1))
    positions = (starts + np.arange(block_length)) % count
    return positions.reshape(replicas, -1)[:, :count]


def _scaled(name: str, values: np.ndarray) -> np.ndarray:
    """Values less their mean over the largest, so that products stay finite."""
    centred = values / max(np.abs(values).max(), 1e-300)
    centred = centred - centred.mean()
    if np.abs(centred).max() < 1e-12:
        raise ValueError(f"{name} must vary, got {len(values)} values that are equal")
    return centred / np.abs(centred).max()


def _pearson(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Correlation along the last axis; NaN where a resample does not vary."""
    x = x - x.mean(axis=-1, keepdims=True)
    y = y - y.mean(axis=-1, keepdims=True)
    size = np.sqrt((x * x).sum(axis=-1) * (y * y).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip((x * y).sum(axis=-1) / size, -1, 1)
