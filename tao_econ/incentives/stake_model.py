"""Stake distributions with a published Gini: lognormal, Pareto, and a lognormal body under a Pareto
tail.

One family holds all three: `StakeModel` is a lognormal up to a quantile and a Pareto above it,
continuous where they meet. Shares, Gini and Lorenz curve are closed forms of the population, so no
draw is needed to state them.

**Ref:** calibration targets from Lui and Sun, arXiv:2507.02951 (Gini 0.9825, top 1 % with 90 %).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs import data
from ..inputs.checks import real, reals, whole
from ..inputs.door import typed
from .stake import MAX_WALLETS, top_share
from .stake import gini as gini_of

FIT_TOLERANCE = 1e-6  # to which both targets of `fit_stake` are met


class StakeModel(NamedTuple):
    """A stake distribution; the median of the lognormal (or the Pareto minimum) is 1."""

    sigma: float  # of log stake in the body
    tail_exponent: float  # of the Pareto tail
    tail_share: float  # of wallets in the tail: 0 pure lognormal, 1 pure Pareto

    def verified(self) -> StakeModel:
        """The same model, every field checked."""
        exponent = self.tail_exponent
        if exponent != math.inf:  # as a lognormal has it
            exponent = real("tail_exponent", exponent, "(0, inf)")
        return StakeModel(
            sigma=real("sigma", self.sigma, "[0, 8]"),
            tail_exponent=exponent,
            tail_share=real("tail_share", self.tail_share, "[0, 1]"),
        )


@typed
def lognormal_stake(gini: float) -> StakeModel:
    """The lognormal with a given Gini in (0, 1): sigma = √2 Φ⁻¹((1 + G)/2) = 2 erf⁻¹(G).

    Parameters
    ----------
    gini : float

    Returns
    -------
    StakeModel
    """
    from scipy.special import erfinv

    gini = real("gini", gini, "(0, 1)")
    return StakeModel(2 * float(erfinv(gini)), math.inf, 0.0)


@typed
def pareto_stake(gini: float) -> StakeModel:
    """The Pareto distribution with a given Gini in (0, 1): exponent (1/G + 1)/2.

    Parameters
    ----------
    gini : float

    Returns
    -------
    StakeModel
    """
    gini = real("gini", gini, "(0, 1)")
    return StakeModel(0.0, (1 / gini + 1) / 2, 1.0)


@typed
def fit_stake(
    gini: float, top_percent_share: float, *, tail_share: float = 0.01, wallets: int | None = None
) -> StakeModel:
    """Lognormal body and Pareto tail with a given Gini and a given stake of the richest 1 %, to
    `FIT_TOLERANCE`.

    Parameters
    ----------
    gini, top_percent_share, tail_share : float
        In (0, 1).
    wallets : int, optional
        Meet both in `stake_population(model, wallets)`; in the infinite population if not given,
        where the exponent must be above 1 and, near it, any number of wallets one could draw stays
        below both.

    Returns
    -------
    StakeModel

    Raises
    ------
    ValueError
        Where no such model meets both.
    """
    from scipy.optimize import least_squares

    gini = real("gini", gini, "(0, 1)")
    top_percent_share = real("top_percent_share", top_percent_share, "(0, 1)")
    tail_share = real("tail_share", tail_share, "(0, 1)")
    count = None if wallets is None else _countable(wallets)
    least_exponent = 1.0 if count is None else 0.0

    def model_of(logs):
        return StakeModel(math.exp(logs[0]), least_exponent + math.exp(logs[1]), tail_share)

    def miss(logs):
        model = model_of(logs)
        if count is None:
            return model_gini(model) - gini, model_top_share(model, 0.01) - top_percent_share
        stake = stake_population(model, count)
        return gini_of(stake) - gini, top_share(stake, wallet_share=0.01) - top_percent_share

    start = math.log(0.8 * lognormal_stake(gini).sigma), math.log(1.05 - least_exponent)
    bounds = [-7, -14 if count is None else -2.3], [2, 5]
    found = least_squares(miss, np.clip(start, *bounds), bounds=bounds, xtol=1e-14, gtol=1e-14)
    worst = np.abs(found.fun).max()
    if worst > FIT_TOLERANCE:
        reach = (
            f"within reach of gini={gini} and tail_share={tail_share}, of which the nearest "
            f"model is {worst:.2g} off"
        )
        raise ValueError(f"top_percent_share must be {reach}, got {top_percent_share}")
    return model_of(found.x)


@typed
def model_lorenz(model: StakeModel, wallet_share: ArrayLike) -> np.ndarray:
    """Share of stake of the poorest wallets of a model.

    Parameters
    ----------
    model : StakeModel
    wallet_share : array_like
        (k,) in [0, 1].

    Returns
    -------
    numpy.ndarray
    """
    from scipy.special import ndtr, ndtri

    u = reals("wallet_share", wallet_share, "[0, 1]", ndim=1)
    body, tail, _ = _masses(model)
    low = math.exp(model.sigma**2 / 2) * ndtr(ndtri(u) - model.sigma) / (body + tail)
    if model.tail_share == 0:
        return low
    rich = np.minimum((1 - u) / model.tail_share, 1.0) ** (1 - 1 / model.tail_exponent)
    return np.where(u < 1 - model.tail_share, low, 1 - tail / (body + tail) * rich)


@typed
def model_gini(model: StakeModel) -> float:
    """Gini of the whole population: 1 − 2 ∫ Lorenz. Lognormal 2Φ(σ/√2) − 1, Pareto 1/(2a − 1) at
    exponent a.

    Parameters
    ----------
    model : StakeModel

    Returns
    -------
    float
    """
    from scipy.integrate import quad
    from scipy.special import ndtr

    body, tail, z = _masses(model)

    def density(x):
        return ndtr(x - model.sigma) * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    poor = (
        quad(density, -math.inf, z, epsabs=1e-13)[0] * math.exp(model.sigma**2 / 2) / (body + tail)
    )
    rich = model.tail_share * (1 - tail / (body + tail) / (2 - 1 / model.tail_exponent))
    return 1 - 2 * (poor + rich)


@typed
def model_top_share(model: StakeModel, wallet_share: float) -> float:
    """Share of stake of the richest wallets of a model.

    Parameters
    ----------
    model : StakeModel
    wallet_share : float
        In (0, 1].

    Returns
    -------
    float
    """
    wallet_share = real("wallet_share", wallet_share, "(0, 1]")
    return 1 - float(model_lorenz(model, [1 - wallet_share])[0])


@typed
def model_coalition_share(model: StakeModel, share: float = 0.5) -> float:
    """Fraction of a model's wallets that holds a share of the stake.

    Parameters
    ----------
    model : StakeModel
    share : float
        In (0, 1).

    Returns
    -------
    float
    """
    from scipy.special import ndtr, ndtri

    share = real("share", share, "(0, 1)")
    body, tail, _ = _masses(model)
    if share * (body + tail) <= tail:
        return model.tail_share * (share * (body + tail) / tail) ** (
            1 / (1 - 1 / model.tail_exponent)
        )
    poor = (1 - share) * (body + tail) / math.exp(model.sigma**2 / 2)
    return float(ndtr(-ndtri(poor) - model.sigma))


@typed
def stake_at(model: StakeModel, uniforms: ArrayLike) -> np.ndarray:
    """Stakes at given uniforms, the quantile function.

    Parameters
    ----------
    model : StakeModel
    uniforms : array_like
        (k,) in [0, 1).

    Returns
    -------
    numpy.ndarray
    """
    from scipy.special import ndtri

    u = reals("uniforms", uniforms, "[0, 1)", ndim=1)
    _check(model, least_exponent=0)
    body = np.exp(model.sigma * ndtri(u)) if model.sigma else np.ones(len(u))
    if model.tail_share == 0:
        return body
    floor = 1.0 if model.tail_share == 1 else math.exp(-model.sigma * ndtri(model.tail_share))
    tail = floor * np.minimum((1 - u) / model.tail_share, 1.0) ** (-1 / model.tail_exponent)
    return np.where(u < 1 - model.tail_share, body, tail)


@typed
def draw_stake(model: StakeModel, wallets: int, *, rng: np.random.Generator) -> np.ndarray:
    """`wallets` independent stakes of a model, from a numpy Generator: the same seed, the same
    stakes.

    Parameters
    ----------
    model : StakeModel
    wallets : int
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {rng!r} ({type(rng).__name__})")
    return stake_at(model, rng.random(_countable(wallets)))


@typed
def stake_population(model: StakeModel, wallets: int) -> np.ndarray:
    """`wallets` stakes of a model, poorest first, one at the middle of each equal part: no luck, no
    seed.

    Parameters
    ----------
    model : StakeModel
    wallets : int

    Returns
    -------
    numpy.ndarray
    """
    count = _countable(wallets)
    return stake_at(model, (np.arange(count) + 0.5) / count)


@typed
def stake_from_ranks(largest: Sequence[int], shares: ArrayLike, wallets: int) -> np.ndarray:
    """(wallets,) shares of stake, largest first, that agree with published sums of the largest few.

    Parameters
    ----------
    largest : sequence of int
        How many of the largest wallets; rising integers.
    shares : array_like
        Their shares of all stake.
    wallets : int

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    ValueError
        Where a later wallet would hold more than one before it.

    Notes
    -----
    Between two published sums all are taken as equal, so the result is the least concentrated that
    agrees with them.
    """
    counts = [0, *(whole("largest", n, at_least=1) for n in largest), _countable(wallets)]
    sums = np.r_[0.0, reals("shares", shares, "[0, 1]", ndim=1), 1.0]
    if len(counts) != len(sums):
        raise ValueError(
            f"shares must be as many as largest, got {len(sums) - 2} and {len(counts) - 2}"
        )
    widths = np.diff(counts)
    if (widths <= 0).any():
        raise ValueError(f"largest must rise and stay below wallets {wallets}, got {counts[1:-1]}")
    each = np.diff(sums) / widths
    if (each < 0).any() or (np.diff(each) > 1e-12).any():
        raise ValueError(
            f"shares must be of the largest wallets, so fall from rank to rank, got {each.tolist()}"
        )
    return np.repeat(each, widths)


@typed
def published_stake(validators: int) -> np.ndarray:
    """Shares of stake of 2024-06-19, the last published list of the largest validators.

    Parameters
    ----------
    validators : int
        How many there are; more than the list names.

    Returns
    -------
    numpy.ndarray
        (validators,) shares, largest first; beyond the list all are equal.

    Notes
    -----
    data/validator_stake.csv: Mentat Minds, 2024-06-19.
    """
    table = data.load("validator_stake")
    table = table[table["date"] == table["date"].max()]
    listed = table[["largest", "share"]].iloc[-2:].to_numpy()
    smallest = (listed[1, 1] - listed[0, 1]) / (listed[1, 0] - listed[0, 0])
    least = int(listed[1, 0] + math.ceil((1 - listed[1, 1]) / smallest - 1e-9))
    validators = whole("validators", validators, at_least=1, at_most=MAX_WALLETS)
    if validators < least:
        raise ValueError(
            f"stake must be given for fewer than {least} validators, got none for {validators}"
        )
    return stake_from_ranks(table["largest"].tolist(), table["share"].tolist(), validators)


def _masses(model):
    """(stake of the body, stake of the tail, normal quantile where they meet) of a model, per
    wallet.
    """
    from scipy.special import ndtr, ndtri

    _check(model, least_exponent=1)
    share = model.tail_share
    sigma = model.sigma
    if share == 0:
        return math.exp(sigma**2 / 2), 0.0, math.inf
    exponent = model.tail_exponent
    if share == 1:
        return 0.0, exponent / (exponent - 1), -math.inf
    z = float(-ndtri(share))
    body = math.exp(sigma**2 / 2) * float(ndtr(z - sigma))
    return body, share * math.exp(sigma * z) * exponent / (exponent - 1), z


def _check(model, *, least_exponent):
    """One clear line for a model without a mean, where its tail's exponent must be above 1."""
    if not model.tail_exponent > least_exponent:
        raise ValueError(f"tail_exponent must be > {least_exponent}, got {model.tail_exponent}")


def _countable(wallets):
    return whole("wallets", wallets, at_least=1, at_most=MAX_WALLETS)
