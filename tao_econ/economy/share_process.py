"""The net share of the reward as a process in time: what steps between readings tell of the blocks
that a later sum takes.

The share of a block is a mean plus a deviation that fades over a correlation time, an
Ornstein-Uhlenbeck process: the autoregression of order one for steps of unequal length. Mean, size
of the deviation and correlation time are all unknown. Each has a prior that says next to nothing:
the mean is flat over what a share can be; the standard deviation is log-flat up to ½, the largest
that a number between 0 and 1 can have; the correlation time is log-flat from a week, shorter than
nearly every step, to four years, one era. They are weighed by the likelihood of the steps and drawn
together, so few steps give wide bands by themselves, with the tails of Student's t.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from ..inputs.units import BLOCKS_PER_DAY

MIN_SHARE = 0.02  # of the reward: with less net issuance no halving would ever come
DEVIATIONS = np.geomspace(0.005, 0.5, 17)
MEMORIES_BLOCKS = np.geomspace(7, 4 * 365.25, 13) * BLOCKS_PER_DAY
BISECTIONS = 40


class Steps(NamedTuple):
    """Net issuance between readings."""

    edges: np.ndarray  # (n + 1,) blocks of the readings
    issued: np.ndarray  # (n,) in full rewards


class SharePosterior(NamedTuple):
    """What the steps tell, on a grid of correlation times (k,) and deviations (m,)."""

    memories: np.ndarray  # (k,) blocks
    weights: np.ndarray  # (k, m), sum to one
    mean: np.ndarray  # (k,) of the mean share
    mean_error: np.ndarray  # (k,) its standard error per unit of deviation
    last: np.ndarray  # (k, 2) expected deviation at the last edge: of the steps, per unit of mean
    last_error: np.ndarray  # (k,) its standard error per unit of deviation


class ShareDraws(NamedTuple):
    """Equally likely processes (n,) and the luck of what is to come."""

    mean: np.ndarray
    deviation: np.ndarray
    memory: np.ndarray  # blocks
    last: np.ndarray  # expected deviation at the last edge
    last_error: np.ndarray
    luck: np.ndarray  # standard normal


def step_covariance(edges: np.ndarray, memories: np.ndarray) -> np.ndarray:
    """Covariance (k, n, n) of sums over steps of a process of unit variance, blocks².

    Parameters
    ----------
    edges
        (n + 1,) blocks, rising
    memories
        (k,) correlation times in blocks
    """
    tau = np.asarray(memories, float)[:, None]
    length = np.diff(edges) / tau
    decayed = -np.expm1(-length)
    gap = (edges[None, :-1] - edges[1:, None]) / tau[:, :, None]  # from the end of i to j's start
    apart = np.exp(-np.maximum(gap, 0)) * (gap > -1e-9)
    across = decayed[:, :, None] * decayed[:, None, :] * np.triu(apart, 1)
    own = 2 * (length - decayed)[:, :, None] * np.eye(length.shape[1])
    return (across + across.transpose(0, 2, 1) + own) * tau[:, :, None] ** 2


def share_posterior(
    steps: Steps,
    *,
    alike: tuple[Steps, ...] = (),
    memories: np.ndarray = MEMORIES_BLOCKS,
    known_share: float | None = None,
) -> SharePosterior:
    """Weigh means, deviations and correlation times by the steps.

    Parameters
    ----------
    steps
        what the mean and the last deviation are told from
    alike
        steps of other times, with a mean of their own and the same deviation and correlation time
    memories
        (k,) correlation times looked at, in blocks
    known_share
        the mean, if it is not to be weighed
    """
    memories = np.asarray(memories, float)
    fits = [_line(one, memories, known_share if one is steps else None) for one in (steps, *alike)]
    score = np.sum([fit.score for fit in fits], axis=0)
    weights = np.exp(score - score.max())
    length = np.diff(steps.edges)
    to_end = (steps.edges[-1] - steps.edges[1:]) / memories[:, None]
    decayed = -np.expm1(-length / memories[:, None])
    with_last = memories[:, None] * decayed * np.exp(-to_end)  # covariance with the last deviation
    pull = np.einsum("kij,kj->ki", fits[0].precision, with_last)
    return SharePosterior(
        memories=memories,
        weights=weights / weights.sum(),
        mean=fits[0].mean,
        mean_error=fits[0].mean_error,
        last=np.stack([pull @ steps.issued, -(pull @ length)], axis=1),
        last_error=np.sqrt(np.maximum(1 - np.sum(pull * with_last, axis=1), 0.0)),
    )


class _Line(NamedTuple):
    """A line through steps for each correlation time, and its score for each deviation."""

    precision: np.ndarray  # (k, n, n)
    mean: np.ndarray  # (k,)
    mean_error: np.ndarray  # (k,)
    score: np.ndarray  # (k, m) log likelihood, the mean weighed away


def _line(steps, memories, known_share) -> _Line:
    length = np.diff(steps.edges)
    precision = np.linalg.inv(step_covariance(steps.edges, memories))
    information = np.einsum("i,kij,j->k", length, precision, length)
    mean = np.einsum("i,kij,j->k", length, precision, steps.issued) / information
    error = 1 / np.sqrt(information)
    if known_share is not None:
        mean = np.full(len(memories), known_share)
        error = np.zeros(len(memories))
    rest = steps.issued - mean[:, None] * length
    squares = np.einsum("ki,kij,kj->k", rest, precision, rest)[:, None]
    score = np.linalg.slogdet(precision)[1][:, None] / 2 - squares / 2 / DEVIATIONS**2
    score = score - len(length) * np.log(DEVIATIONS)
    if known_share is None:
        spread = error[:, None] * DEVIATIONS
        score = score + np.log(spread) + _log_inside(mean[:, None], spread)
    return _Line(precision, mean, error, score)


def _log_inside(mean, spread):
    """Log chance that a normal mean share is one that a share can be."""
    low = (MIN_SHARE - mean) / spread
    high = (1 - mean) / spread
    upper = low > 0  # mirrored: no difference of numbers next to one
    near = np.where(upper, -low, high)
    far = np.where(upper, -high, low)
    return log_ndtr(near) + np.log1p(-np.exp(log_ndtr(far) - log_ndtr(near)))


def draw_shares(posterior: SharePosterior, uniforms: np.ndarray) -> ShareDraws:
    """Processes that the steps leave possible.

    Parameters
    ----------
    posterior
        from `share_posterior`
    uniforms
        (n, 3) in (0, 1): for the place on the grid, the mean, and the luck of what is to come
    """
    ends = np.cumsum(posterior.weights)
    place = np.minimum(np.searchsorted(ends, uniforms[:, 0] * ends[-1]), ends.size - 1)
    row, column = np.unravel_index(place, posterior.weights.shape)
    deviation = DEVIATIONS[column]
    mean = posterior.mean[row]
    spread = deviation * posterior.mean_error[row]
    if spread.any():
        low = ndtr((MIN_SHARE - mean) / spread)
        high = ndtr((1 - mean) / spread)
        inside = low + uniforms[:, 1] * (high - low)
        mean = np.clip(mean + spread * ndtri(inside), MIN_SHARE, 1.0)
    return ShareDraws(
        mean=mean,
        deviation=deviation,
        memory=posterior.memories[row],
        last=posterior.last[row, 0] + posterior.last[row, 1] * mean,
        last_error=deviation * posterior.last_error[row],
        luck=ndtri(uniforms[:, 2]),
    )


def blocks_to_issue(drawn: ShareDraws, rewards: float) -> np.ndarray:
    """Blocks (n,) after the last edge until so many full rewards are issued net; nan for a draw
    whose share on the way would have to be more than 1 or less than `MIN_SHARE`.

    Parameters
    ----------
    drawn
        from `draw_shares`
    rewards
        net issuance over the reward

    Notes
    -----
    What is issued never falls while the share is above zero, so the chance to be there by a block
    is the chance that the sum up to it is large enough; one normal number per draw gives the block.
    """
    few = np.full(len(drawn.mean), float(rewards))
    many = few / MIN_SHARE
    possible = (_issued(drawn, few) <= rewards) & (_issued(drawn, many) >= rewards)
    for _ in range(BISECTIONS):
        middle = (few + many) / 2
        early = _issued(drawn, middle) < rewards
        few = np.where(early, middle, few)
        many = np.where(early, many, middle)
    return np.where(possible, many, math.nan)


def _issued(drawn, blocks):
    """Net issuance over so many blocks, in full rewards."""
    ratio = blocks / drawn.memory
    faded = -np.expm1(-ratio)
    of_last = drawn.memory * faded
    # of a process whose last deviation is known; the difference is lost where the ratio is small
    known = np.where(ratio < 1e-3, 2 * ratio**3 / 3, 2 * (ratio - faded) - faded**2)
    variance = (drawn.deviation * drawn.memory) ** 2 * known + (drawn.last_error * of_last) ** 2
    return drawn.mean * blocks + drawn.last * of_last + drawn.luck * np.sqrt(variance)
