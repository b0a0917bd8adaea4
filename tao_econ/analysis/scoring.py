"""Proper scores: how good was a forecast, of a distribution, of an event, of a quantile?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import as_array, real, reals, whole_array
from ..inputs.door import typed


@typed
def crps(forecast: ArrayLike, observed: float, *, weights: ArrayLike | None = None) -> float:
    """Continuous ranked probability score of a distribution: E|X − y| − E|X − X′|/2, in the unit of
    y, 0 at best.

    Parameters
    ----------
    forecast : array_like
        (n,) values, or one: a point forecast scores its absolute error.
    observed : float
    weights : array_like, optional
        (n,) probabilities that sum to one; equal if not given.

    Returns
    -------
    float

    References
    ----------
    Gneiting and Raftery, J. American Statistical Association 102, 2007.
    """
    values, chances = _distribution(forecast, weights)
    y = real("observed", observed)
    order = np.argsort(values, kind="stable")
    below = np.cumsum(chances[order])[:-1]
    spread = np.sum(below * (1 - below) * np.diff(values[order]))
    return float(max(np.sum(chances * np.abs(values - y)) - spread, 0.0))


@typed
def brier(probability: ArrayLike, happened: ArrayLike) -> float:
    """Brier score of event forecasts: the mean of (p − o)², 0 at best, 1 at worst.

    Parameters
    ----------
    probability : array_like
        (n,) in [0, 1].
    happened : array_like
        (n,).

    Returns
    -------
    float
    """
    p = reals("probability", probability, "[0, 1]")
    o = whole_array("happened", happened, None, kind="bool")
    if o.shape != p.shape or not p.size:
        raise ValueError(f"happened must have the shape of probability {p.shape}, got {o.shape}")
    return float(np.mean((p - o) ** 2))


@typed
def pinball(forecast: ArrayLike, observed: ArrayLike, level: float) -> float:
    """Pinball loss of quantile forecasts, the mean of max(τ(y − q), (τ − 1)(y − q)).

    Parameters
    ----------
    forecast : array_like
        (n,), or one for all.
    observed : array_like
        (n,).
    level : float
        In (0, 1), the quantile τ.

    Returns
    -------
    float
    """
    level = real("level", level, "(0, 1)")
    made = reals("forecast", forecast)
    seen = reals("observed", observed)
    if made.shape not in ((), seen.shape) or not seen.size:
        raise ValueError(
            f"forecast and observed must have one shape with an entry or more, got {made.shape} "
            f"and {seen.shape}"
        )
    miss = seen - made
    return float(np.mean(np.maximum(level * miss, (level - 1) * miss)))


@typed
def quantile_score(levels: ArrayLike, quantiles: ArrayLike, observed: float) -> float:
    """Score of a forecast that is known by some quantiles: twice the mean pinball loss, in the unit
    of the outcome, 0 at best; with evenly spaced levels, ever more of them, it becomes the CRPS.

    Parameters
    ----------
    levels : array_like
        (n,) in (0, 1), rising.
    quantiles : array_like
        (n,) not falling.
    observed : float

    Returns
    -------
    float

    References
    ----------
    Gneiting and Raftery, J. American Statistical Association 102, 2007, section 6.
    """
    at = reals("levels", levels, "(0, 1)", ndim=1)
    values = reals("quantiles", quantiles, shape=at.shape, each="level")
    if not len(at) or (np.diff(at) <= 0).any():
        raise ValueError(f"levels must rise, got {at.tolist()}")
    if (np.diff(values) < 0).any():
        raise ValueError(f"quantiles must not fall, got {values.tolist()}")
    y = real("observed", observed)
    return float(
        2 * np.mean([pinball([q], [y], level) for level, q in zip(at, values, strict=True)])
    )


@typed
def pit(
    forecast: ArrayLike, observed: float, *, weights: ArrayLike | None = None, tie: float = 0.5
) -> float:
    """Probability integral transform F(y): uniform over many outcomes where the forecasts are
    calibrated.

    Parameters
    ----------
    forecast : array_like
        As in `crps`.
    observed : float
    weights : array_like, optional
        As in `crps`.
    tie : float
        In [0, 1], the part of the mass at y that counts; a uniform random number makes the
        transform of a discrete forecast exactly uniform.

    Returns
    -------
    float
    """
    values, chances = _distribution(forecast, weights)
    y = real("observed", observed)
    tie = real("tie", tie, "[0, 1]")
    return float(np.sum(chances[values < y]) + tie * np.sum(chances[values == y]))


def _distribution(forecast, weights):
    """(values, probabilities) of a forecast, checked."""
    values = reals("forecast", np.atleast_1d(as_array("forecast", forecast)), ndim=1)
    if weights is None:
        return values, np.full(len(values), 1 / len(values))
    weights = reals("weights", weights, "[0, inf)", shape=values.shape, each="value")
    if abs(weights.sum() - 1) > 1e-9:
        raise ValueError(f"weights must sum to one, got {weights.sum():.12g}")
    return values, weights
