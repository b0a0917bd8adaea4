"""Sending each query to the expert for it: what it gains, when one model wins everything, and what
it saves.

Experts × topics is a table of quality, such as the article's pair of a model for Spanish and a
model for code. Routing gains only where the best expert differs from topic to topic; a leader ahead
on all of them makes it worthless.

**Ref:** RouterBench, arXiv:2403.12031; LLMRouterBench, arXiv:2601.07206, where many routers do not
beat a simple baseline.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..analysis.quadrature import gauss_legendre
from ..inputs.checks import amounts, real, reals, whole
from ..inputs.door import typed

REACH = 12.0
NODES = 512


class Routing(NamedTuple):
    """One expert for all queries against one for each topic; quality in the unit of the table."""

    single: float  # the best expert for all queries
    routed: float  # every query to the best expert for its topic
    gain: float  # routed − single: never negative, zero under dominance
    blind: float  # experts chosen as often, whatever the topic of the query
    # topics a router must recognise to match the best single expert; 0 under dominance
    break_even_accuracy: float
    at_accuracy: float  # quality with the router's own accuracy
    best_expert: int
    expert_of_topic: np.ndarray  # (topics,)
    dominant: bool  # the best expert is nowhere beaten


class Frontier(NamedTuple):
    """The most quality that routing can buy at each cost, from the cheapest choice to the best."""

    cost: np.ndarray  # per query; between two points a mixture of both is as good as the line
    quality: np.ndarray
    saving_share: float  # of the best single expert's cost, at its quality
    gain_share: float  # of the best single expert's quality, at its cost


@typed
def route(
    quality: ArrayLike, topic_share: ArrayLike | None = None, *, router_accuracy: float = 1.0
) -> Routing:
    """Gain of routing, E[max over experts] − max over experts of E, with its test of dominance.

    Parameters
    ----------
    quality : array_like
        Mean quality of an answer; (experts, topics).
    topic_share : array_like, optional
        Of all queries; equal by default; (topics,) ≥ 0, any unit.
    router_accuracy : float
        Topics recognised; the others are taken for one drawn by its share; in [0, 1].

    Returns
    -------
    Routing
    """
    table = reals("quality", quality, ndim=2)
    share = _mix(topic_share, table.shape[1:])
    accuracy = real("router_accuracy", router_accuracy, "[0, 1]")
    means = (table * share).sum(axis=1)
    best = int(means.argmax())
    dominant = bool((table[best] >= table.max(axis=0)).all())
    chosen = np.where(table[best] >= table.max(axis=0), best, table.argmax(axis=0))
    routed = float((table.max(axis=0) * share).sum())
    blind = float((means[chosen] * share).sum())
    gain = 0.0 if dominant else max(routed - float(means[best]), 0.0)
    needed = (means[best] - blind) / (routed - blind) if gain > 0 and routed > blind else 0.0
    return Routing(
        single=float(means[best]),
        routed=routed,
        gain=gain,
        blind=blind,
        break_even_accuracy=float(needed),
        at_accuracy=accuracy * routed + (1 - accuracy) * blind,
        best_expert=best,
        expert_of_topic=chosen,
        dominant=dominant,
    )


@typed
def leader_routing_gain(experts: int, *, lead_sd: float = 0.0, correlation: float = 0.0) -> float:
    """Gain of perfect routing by query when one expert leads: normal qualities, sd 1 over queries,
    by quadrature.

    Parameters
    ----------
    experts : int
        With the leader; ≥ 1.
    lead_sd : float
        Mean of the leader above the others, who are equal; ≥ 0.
    correlation : float
        Of two experts' quality over queries: what is hard for one is hard for all; in [0, 1].

    Returns
    -------
    float

    Notes
    -----
    Without a lead the gain is √(1 − correlation)·E[max of N]; with a long one the frontier model
    wins every query.
    """
    from scipy.special import log_ndtr, ndtr

    others = whole("experts", experts, at_least=1) - 1
    lead = real("lead_sd", lead_sd, "[0, inf)")
    own = np.sqrt(1 - real("correlation", correlation, "[0, 1]"))
    if own == 0 or others == 0:
        return 0.0
    x, weights = gauss_legendre(NODES)
    x = REACH * x
    weights = REACH * weights
    behind = -np.expm1(
        others * log_ndtr(x + lead / own)
    )  # chance that some other expert is above the leader's x
    return float(own * (weights * behind * ndtr(x)).sum())


@typed
def routing_frontier(
    quality: ArrayLike, cost: ArrayLike, topic_share: ArrayLike | None = None
) -> Frontier:
    """Quality against cost when each topic goes to one expert, or to a mixture of two: exact, by
    rising price of quality.

    Parameters
    ----------
    quality, cost : array_like
        Of one answer; cost > 0; (experts, topics).
    topic_share : array_like, optional
        As in `route`.

    Returns
    -------
    Frontier
    """
    table = reals("quality", quality, ndim=2)
    price = reals("cost", cost, "(0, inf)", ndim=2)
    if price.shape != table.shape:
        raise ValueError(f"cost must have the shape of quality {table.shape}, got {price.shape}")
    share = _mix(topic_share, table.shape[1:])
    start = np.zeros(2)
    steps = []
    for topic, weight in enumerate(share):
        first, *others = _envelope(price[:, topic], table[:, topic])
        start += weight * np.array(first)
        for step in np.diff([first, *others], axis=0):
            steps.append(weight * step)
    dearer = [step for step in steps if step[0] > 0]
    steps = sorted(dearer, key=lambda step: -step[1] / step[0])
    points = np.cumsum([start, *steps], axis=0)
    points = points[np.r_[True, np.diff(points[:, 1]) > 0]]  # a gain lost in rounding is none
    means = (table * share).sum(axis=1)
    costs = (price * share).sum(axis=1)
    best = max(range(len(means)), key=lambda k: (means[k], -costs[k]))
    spent = float(np.interp(means[best], points[:, 1], points[:, 0]))
    reached = float(np.interp(costs[best], points[:, 0], points[:, 1]))
    gain = reached / means[best] - 1 if means[best] != 0 else 0.0
    return Frontier(points[:, 0], points[:, 1], float(1 - spent / costs[best]), float(gain))


def _envelope(cost, quality):
    """Corners of the upper concave envelope of (cost, quality), from the cheapest to the best."""
    corners = []
    for point in sorted(
        zip(cost.tolist(), quality.tolist(), strict=True), key=lambda p: (p[0], -p[1])
    ):
        if corners and point[1] <= corners[-1][1]:
            continue
        while len(corners) > 1 and _slope(corners[-2], corners[-1]) <= _slope(corners[-1], point):
            corners.pop()
        corners.append(point)
    return corners


def _slope(a, b):
    return (b[1] - a[1]) / (b[0] - a[0])


def _mix(topic_share, shape):
    given = np.ones(shape) if topic_share is None else topic_share
    share = amounts("topic_share", given, shape=shape)
    return share / share.sum()
