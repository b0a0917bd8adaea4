"""When does a pool of models beat one? Picking the best of many, covering a task, averaging errors,
and effort.

Quality is in standard deviations among the models of a pool, so 0 is a model drawn at random. What
can be said in closed form is; the tournament is simulated, and `over_replicas` gives its mean with
a standard error. Routing is in `routing`, the validators' votes in `jury`, latency and cost in
`query_cost`, the whole market in `query_market`.

**Ref:** order statistics in David and Nagaraja, Order Statistics, 3rd ed. (2003); coverage in Brown
et al.,
arXiv:2407.21787.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..analysis.quadrature import gauss_legendre
from ..analysis.uncertainty import sample_mean
from ..inputs.checks import fits, real, reals, whole
from ..inputs.door import typed

REACH = 12.0  # a standard normal number beyond 12 never happens: 1e-33
NODES = 256


class CoverageFit(NamedTuple):
    """Two laws through two published points of coverage, and what equal difficulty would have
    given.
    """

    power_a: float  # coverage = exp(a·tries^b)
    power_b: float
    beta_a: float  # chance of solving a task in one try ~ Beta(a, b) over tasks
    beta_b: float
    same_difficulty: float  # coverage at the second point if every task had the mean chance


class Ensemble(NamedTuple):
    """The mean of several models with correlated errors."""

    error_sd: float  # in the unit of one model's error
    floor_sd: float  # what any number of models leaves
    effective_models: float  # independent models with the same error


class ReplicaMean(NamedTuple):
    """A mean over replicas with its standard error."""

    mean: float | np.ndarray
    standard_error: float | np.ndarray


class Contest(NamedTuple):
    """Models that compete for reward."""

    models: int = 256
    judge_correlation: float = 0.3  # of one score with quality, at the start
    lasting_error: float = 0.5  # part of the judge's error variance that stays with a model
    pressure: float = 0.2  # reward shares are ∝ exp(pressure × sum of scores)
    effort_sd: float = 0.02  # gain in a round with all reward; less in proportion
    gaming: float = 0.0  # part of that gain which goes into the judge's error, not into quality


CONTEST = Contest()


class Tournament(NamedTuple):
    """Quality that reward-weighted choice delivers, before each round; sd of quality in the pool
    at the start.
    """

    round: np.ndarray  # (rounds,)
    selection_sd: np.ndarray  # (replicas, rounds), models stay as they are
    creation_sd: np.ndarray  # (replicas, rounds), models improve with reward
    ceiling_sd: np.ndarray  # (replicas,), the best model of the pool at the start


@typed
def expected_max(n: int | Sequence[int]) -> float | np.ndarray:
    """Mean of the largest of n independent standard normal numbers, by quadrature: 0 for one, about
    √(2 ln n) for many.

    Parameters
    ----------
    n : int or sequence of int
        1 or more, or (k,) of them.

    Returns
    -------
    float or numpy.ndarray
        (k,) for several.
    """
    from scipy.special import log_ndtr

    given = n if isinstance(n, Sequence) else [n]
    counts = np.array([whole("n", each, at_least=1) for each in given], float)
    fits("n", len(counts), NODES)
    x, weights = gauss_legendre(NODES)
    x = REACH / 2 * (x + 1)
    weights = REACH / 2 * weights
    above = -np.expm1(counts[:, None] * log_ndtr(x))
    below = np.exp(counts[:, None] * log_ndtr(-x))
    means = (weights * (above - below)).sum(axis=1)
    means[counts == 1] = 0.0  # the sum leaves 1e-18 or so, of another size under another library
    return means if isinstance(n, Sequence) else float(means[0])


@typed
def best_of_n(n: int | Sequence[int], judge_correlation: float) -> float | np.ndarray:
    """Mean quality of the model a noisy judge puts first among n, in sd above a random one:
    ρ·E[max].

    Parameters
    ----------
    n : int or sequence of int
        1 or more, or (k,) of them.
    judge_correlation : float
        Of one score with quality, both normal; in [0, 1].

    Returns
    -------
    float or numpy.ndarray
        (k,) for several.
    """
    return real("judge_correlation", judge_correlation, "[0, 1]") * expected_max(n)


@typed
def panel_correlation(
    judge_correlation: float, shared_error: float, effective_judges: float
) -> float:
    """Correlation with quality of the mean score of several judges: ρ/√(ρ² + (1 − ρ²)(c + (1 −
    c)/n)).

    Parameters
    ----------
    judge_correlation : float
        Of one judge's score with quality; ρ in [0, 1].
    shared_error : float
        Part of the error's variance that all judges have in common; c in [0, 1].
    effective_judges : float
        See `effective_jurors`, at correlation 0; ≥ 1.

    Returns
    -------
    float
    """
    rho = real("judge_correlation", judge_correlation, "[0, 1]")
    c = real("shared_error", shared_error, "[0, 1]")
    left = (1 - rho**2) * (c + (1 - c) / real("effective_judges", effective_judges, "[1, inf)"))
    return rho / math.sqrt(rho**2 + left) if rho > 0 else 0.0


@typed
def power_coverage(tries: ArrayLike, a: float, b: float) -> np.ndarray:
    """Share of tasks solved at least once in so many tries, exp(a·k^b): the form fitted by its
    authors.

    Parameters
    ----------
    tries : array_like
        (k,) of at least 1.
    a, b : float
        At most 0.

    Returns
    -------
    numpy.ndarray

    References
    ----------
    Brown et al., arXiv:2407.21787.
    """
    tries = reals("tries", tries, "[1, inf)", ndim=1)
    return np.exp(real("a", a, "(-inf, 0]") * tries ** real("b", b, "(-inf, 0]"))


@typed
def beta_coverage(tries: ArrayLike, a: float, b: float) -> np.ndarray:
    """The same where the chance of solving a task is Beta(a, b) over tasks: 1 − B(a, b + k)/B(a,
    b).

    Parameters
    ----------
    tries : array_like
        (k,) in [1, 1e12].
    a, b : float
        In (0, 1e9]; with more, tasks are all but equal.

    Returns
    -------
    numpy.ndarray
    """
    tries = reals("tries", tries, "[1, 1e12]", ndim=1)
    a = real("a", a, "(0, 1e9]")
    b = real("b", b, "(0, 1e9]")
    return _solved_once(tries, a, b)


def _solved_once(tries, a, b):
    from scipy.special import betaln

    return np.maximum(
        -np.expm1(betaln(a, b + tries) - betaln(a, b)), 0.0
    )  # two like numbers may differ by their rounding


@typed
def coverage_fit(one_try: float, coverage: float, tries: int) -> CoverageFit:
    """Both laws through coverage at one try and at many, and the coverage equal tasks would have
    reached.

    Parameters
    ----------
    one_try, coverage : float
        Share of tasks solved in one try, and in `tries` tries; in (0, 1).
    tries : int

    Returns
    -------
    CoverageFit

    Raises
    ------
    ValueError
        Unless coverage lies between `one_try` and what tasks of equal difficulty would give.
    """
    from scipy.optimize import brentq

    first = real("one_try", one_try, "(0, 1)")
    tries = whole("tries", tries, at_least=2)
    same = -math.expm1(tries * math.log1p(-first))
    coverage = real("coverage", coverage, "(0, 1)")
    if not first < coverage < same:
        raise ValueError(
            f"coverage must be in ({first:g}, {same:g}) after {tries} tries, got {coverage}"
        )
    b = math.log(math.log(coverage) / math.log(first)) / math.log(tries)

    def miss(log_size):
        size = math.exp(log_size)
        return _solved_once(tries, first * size, (1 - first) * size) - coverage

    high = 30.0
    while miss(high) < 0 and high > 5:  # differences of logs of gamma at 1e13 lose the sign
        high -= 5
    if miss(high) < 0:
        raise ValueError(f"coverage must be further below {same:g}, got {coverage}")
    size = math.exp(brentq(miss, -30.0, high, xtol=1e-13))
    return CoverageFit(math.log(first), b, first * size, (1 - first) * size, same)


@typed
def ensemble_error(models: int, error_correlation: float, *, error_sd: float = 1.0) -> Ensemble:
    """Error of the mean of equally good models, s√(ρ + (1 − ρ)/N): more models never pass the floor
    s√ρ.

    Parameters
    ----------
    models : int
        At least 1.
    error_correlation : float
        Of any two models' errors; in [0, 1].
    error_sd : float
        At least 0.

    Returns
    -------
    Ensemble
    """
    models = whole("models", models, at_least=1)
    rho = real("error_correlation", error_correlation, "[0, 1]")
    sd = real("error_sd", error_sd, "[0, inf)")
    left = rho + (1 - rho) / models
    return Ensemble(sd * math.sqrt(left), sd * math.sqrt(rho), 1 / left)


@typed
def tournament(
    contest: Contest = CONTEST, *, rounds: int = 200, replicas: int = 100, seed: int = 0
) -> Tournament:
    """Reward moves to what scored well: once over models that never change, once over models that
    improve with reward.

    Parameters
    ----------
    contest : Contest
        Who competes, how they are judged and what reward does.
    rounds : int
        1 or more.
    replicas : int
        2 or more; the same draws serve both tournaments.
    seed : int

    Returns
    -------
    Tournament

    Notes
    -----
    Selection ends at the model with the best lasting score: ρ'·E[max], ρ' =
    `panel_correlation(ρ, c, ∞)`.
    """
    models = whole("models", contest.models, at_least=1)
    rounds = whole("rounds", rounds, at_least=1)
    replicas = whole("replicas", replicas, at_least=2)
    fits("models", models, replicas, 8)
    fits("rounds", rounds, replicas, 2)
    random = np.random.default_rng(whole("seed", seed))
    correlation = real("judge_correlation", contest.judge_correlation, "[0, 1]")
    lasting = real("lasting_error", contest.lasting_error, "[0, 1]")
    pressure = real("pressure", contest.pressure, "[0, inf)")
    effort = real("effort_sd", contest.effort_sd, "[0, inf)")
    gaming = real("gaming", contest.gaming, "[0, 1]")
    miss = math.sqrt(1 - correlation**2)
    pool = random.standard_normal((replicas, models))
    quality = [pool, pool.copy()]
    error = [np.sqrt(lasting) * random.standard_normal((replicas, models))] * 2
    total = np.zeros((2, replicas, models))
    delivered = np.empty((2, replicas, rounds))
    for t in range(rounds):
        fresh = np.sqrt(1 - lasting) * random.standard_normal((replicas, models))
        for k, response in enumerate((0.0, effort)):
            share = _softmax(pressure * total[k])
            delivered[k, :, t] = (share * quality[k]).sum(axis=1)
            total[k] += correlation * quality[k] + miss * (error[k] + fresh)
            quality[k] = quality[k] + response * (1 - gaming) * share
            error[k] = error[k] + response * gaming * share
    return Tournament(np.arange(rounds), delivered[0], delivered[1], pool.max(axis=1))


@typed
def over_replicas(values: ArrayLike) -> ReplicaMean:
    """Mean over the first axis and its standard error, of numbers or of yes and no: `sample_mean`
    of replicas.

    Parameters
    ----------
    values : array_like
        (replicas, …) with 2 or more replicas.

    Returns
    -------
    ReplicaMean
    """
    values = np.asarray(values)
    return ReplicaMean(*sample_mean(values.astype(float) if values.dtype == bool else values))


def _softmax(values):
    shares = np.exp(values - values.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)
