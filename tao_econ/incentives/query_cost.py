"""What a query costs, who pays for it, and how long its user waits.

A query waits for a free server of its validator, is served there, and is then sent to N miners at
once; the answer is ready when k of them have answered. All times are exponential, arrivals Poisson,
and miners never queue: the waiting of a validator of standard parts, closed in form, to be read as
an order of magnitude.

**Ref:** Erlang (1917); M/M/c and the output theorem of Burke (1956) in Kleinrock, Queueing Systems
I (1975); order
statistics of exponentials by Rényi (1953); fees and emission from Pine Analytics, March 2026.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..analysis.quadrature import gauss_legendre
from ..inputs.checks import real, reals, whole
from ..inputs.door import typed

QUANTILES = "(0, 0.999999999]"  # beyond, a chance of one less a float has no digits left
MAX_QUEUE = 1_000_000  # servers or miners, each of which is walked
NODES = 200  # of the quadrature over the miners' time


class QueryBill(NamedTuple):
    """One user query: what is paid for it, and by whom."""

    fee_tao: float  # by its user
    emission_tao: float  # by holders, whom new TAO dilutes
    paid_tao: float
    answers: float  # computed for it: copies, and its part of the validators' own test queries
    computing_tao: float  # cost of those answers
    margin_tao: float  # paid − computing
    subsidy_ratio: float  # emission ÷ fee; infinite without a fee
    fee_coverage: float  # fee ÷ emission; infinite without emission
    external_share: float  # fee ÷ (fee + emission)
    # what it would cost without emission, over a rival's price; NaN where none is given
    price_to_rival: float


class QueryLatency(NamedTuple):
    """Waiting of one query, in seconds."""

    utilisation: float  # of the validator's servers
    wait_chance: float  # that all servers are busy, Erlang's C
    queue_mean_s: float
    validator_mean_s: float  # queue and service
    miners_mean_s: float  # until k of N have answered
    mean_s: float
    quantile_s: np.ndarray


@typed
def query_bill(
    *,
    queries: float,
    fees_tao: float,
    emission_tao: float,
    copies: int = 1,
    test_share: float = 0.0,
    answer_tao: float = 0.0,
    rival_tao: float | None = None,
) -> QueryBill:
    """Fee, emission and computing cost of one user query; amounts and queries are of the same span
    of time.

    Parameters
    ----------
    queries : float
        Of users; > 0.
    fees_tao, emission_tao : float
        Not both 0; ≥ 0, TAO.
    copies : int
        Miners who answer each query; ≥ 1.
    test_share : float
        Part of all queries that validators make up to score miners; in [0, 1).
    answer_tao : float
        Cost of computing one answer; ≥ 0, TAO.
    rival_tao : float, optional
        A rival's price; > 0, TAO.

    Returns
    -------
    QueryBill

    Notes
    -----
    A test query is paid for by users too: a share t of tests makes every user query cost 1/(1 − t)
    queries.
    """
    queries = real("queries", queries, "(0, inf)")
    copies = whole("copies", copies, at_least=1)
    fee = real("fees_tao", fees_tao, "[0, inf)") / queries
    emission = real("emission_tao", emission_tao, "[0, inf)") / queries
    if fee + emission == 0:
        raise ValueError("fees_tao must be > 0 where emission_tao is 0, got 0")
    answers = copies / (1 - real("test_share", test_share, "[0, 1)"))
    cost = answers * real("answer_tao", answer_tao, "[0, inf)")
    paid = fee + emission
    dearer = math.nan if rival_tao is None else paid / real("rival_tao", rival_tao, "(0, inf)")
    return QueryBill(
        fee_tao=fee,
        emission_tao=emission,
        paid_tao=paid,
        answers=answers,
        computing_tao=cost,
        margin_tao=paid - cost,
        subsidy_ratio=emission / fee if fee else math.inf,
        fee_coverage=fee / emission if emission else math.inf,
        external_share=fee / paid,
        price_to_rival=dearer,
    )


@typed
def query_latency(
    *,
    arrivals_per_s: float,
    servers: int,
    served_per_s: float,
    miners: int,
    needed: int,
    answered_per_s: float,
    quantiles: ArrayLike = (0.5, 0.95, 0.99),
) -> QueryLatency:
    """Time from a user's query to its answer: validator M/M/c, then the fastest k of N miners.

    Parameters
    ----------
    arrivals_per_s : float
        Queries to this validator; ≥ 0.
    servers : int
        It handles at once; ≥ 1.
    served_per_s : float
        By one server; > 0.
    miners, needed : int
        Asked; awaited; 1 ≤ needed ≤ miners.
    answered_per_s : float
        By one miner; > 0.
    quantiles : array_like
        (q,) in (0, 1), to nine nines.

    Returns
    -------
    QueryLatency

    Raises
    ------
    ValueError
        Where more arrives than is served: the queue would grow without end.
    """
    from scipy.optimize import brentq

    rate = real("arrivals_per_s", arrivals_per_s, "[0, inf)")
    mu = real("served_per_s", served_per_s, "(0, inf)")
    servers = whole("servers", servers, at_least=1, at_most=MAX_QUEUE)
    miners = whole("miners", miners, at_least=1, at_most=MAX_QUEUE)
    needed = whole("needed", needed, at_least=1)
    if needed > miners:
        raise ValueError(f"needed must be at most miners {miners}, got {needed}")
    answer = real("answered_per_s", answered_per_s, "(0, inf)")
    wanted = reals("quantiles", quantiles, QUANTILES, ndim=1)
    if not rate < servers * mu:
        raise ValueError(
            f"arrivals_per_s must be below servers × served_per_s = {servers * mu:g}, got {rate:g}"
        )
    wait = _erlang_c(servers, rate / mu)
    leave = servers * mu - rate
    fan = float((1 / np.arange(miners - needed + 1, miners + 1)).sum()) / answer
    queue = wait / leave
    mean = queue + 1 / mu + fan

    def late(t, level):
        return _late(t, wait, mu, leave, miners, needed, answer) - (1 - level)

    exact = {"xtol": 1e-12 * mean, "rtol": 1e-12, "maxiter": 1_000}
    # Markov's bound closes the search
    times = [
        brentq(late, 0.0, mean / (1 - level) * 1.01, args=(level,), **exact) for level in wanted
    ]
    return QueryLatency(
        utilisation=rate / mu / servers,
        wait_chance=wait,
        queue_mean_s=queue,
        validator_mean_s=queue + 1 / mu,
        miners_mean_s=fan,
        mean_s=mean,
        quantile_s=np.array(times),
    )


def _erlang_c(servers, load):
    """Chance to wait, from Erlang's B by its recursion, which does not overflow."""
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return servers * blocked / (servers - load * (1 - blocked))


def _late(t, wait, mu, leave, miners, needed, answer):
    """Chance that validator and miners together take longer than t: quadrature over the chance
    of the miners' part.
    """
    from scipy.special import betainc, betaincinv

    x, weights = gauss_legendre(NODES)
    in_time = float(betainc(needed, miners - needed + 1, -math.expm1(-answer * t)))
    level = in_time * (x + 1) / 2
    spent = -np.log1p(-betaincinv(needed, miners - needed + 1, level)) / answer
    left = np.maximum(t - spent, 0.0)
    gap = (leave - mu) * left
    # P(queue + service > s) = e^(-μs) (1 + C μ s (1 - e^-g)/g), g = (leave - μ)s, written for
    # either sign of g
    slow = np.exp(-np.minimum(mu, leave) * left)
    ratio = -np.expm1(-np.abs(gap)) / np.where(gap == 0, 1.0, np.abs(gap))
    ratio = np.where(gap == 0, 1.0, ratio)
    tail = np.exp(-mu * left) + wait * mu * left * ratio * slow
    return 1 - in_time + in_time * float((weights / 2 * tail).sum())
