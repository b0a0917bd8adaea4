"""How sure is a number? Sensitivity of any model, and Monte Carlo with its error.

Works on any function: of a frozen record, one run at a time, or of an array of points, all runs at
once.

**Ref:** Saltelli et al., Environmental Modelling & Software 114, 2019: 42 % of highly cited papers
do not explore
the input space. Saltelli and Annoni, ibid. 25, 2010: why one input at a time does not. Owen,
arXiv:2008.08051: keep
the first Sobol point, and use powers of two.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..inputs.checks import as_array, draws, fits, quoted, real, reals, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from .quadrature import random_points, sobol_points

MAX_RUNS = 1 << 24  # of a model in one call
Z_95 = 1.96  # standard errors: ± means 95 % wherever this suite prints it
MAX_DIMENSIONS = 21_201  # of Sobol points, as far as their directions are known
MAX_LEVELS = 1_000  # of a grid


class Estimate(NamedTuple):
    """A Monte Carlo number and its standard error; floats, or arrays of one shape."""

    value: float | np.ndarray
    standard_error: float | np.ndarray


class Convergence(NamedTuple):
    """How the error of a mean falls with the number of points."""

    points: np.ndarray
    rmse_random: np.ndarray
    rmse_sobol: np.ndarray
    slope_random: float  # of log error in log points: −1/2 in theory
    slope_sobol: float  # about −1 where the integrand is smooth


@typed
def sensitivity(
    model: Callable,
    base: object | None,
    ranges: Mapping,
    *,
    samples: int = 1_024,
    seed: int = 0,
    resamples: int = 100,
    level: float = 0.95,
) -> pd.DataFrame:
    """Sobol indices of a model: which input decides, alone (S1) and with all its interactions (ST).

    Parameters
    ----------
    model : Callable
        Function of a record like `base` → float; with base None, of (rows, inputs) points →
        (rows,).
    base : object, optional
        Frozen record whose fields are varied, or None.
    ranges : Mapping
        Independent and uniform between the two; {input: (low, high)}.
    samples : int
        The model runs samples × (inputs + 2) times; a power of two.
    seed : int
        Of the scrambled points.
    resamples : int
        Of the bootstrap.
    level : float
        Of the intervals, whose half-widths are *_conf; in (0, 1).

    Returns
    -------
    pandas.DataFrame
        S1, S1_conf, ST, ST_conf by input; `attrs` holds the mean, variance and runs. All zero where
        the output never changes.

    Raises
    ------
    ValueError
        Where it changes, but not within a half of the samples.

    References
    ----------
    Saltelli et al., Computer Physics Communications 181, 2010; computed by SALib.
    """
    from SALib.sample import sobol as sampling

    problem = _problem(ranges)
    samples = whole("samples", samples, at_least=2)
    seed = whole("seed", seed)
    if samples & (samples - 1):
        raise ValueError(f"samples must be a power of two, got {samples}")
    _few_enough(samples * (problem["num_vars"] + 2))
    level = real("level", level, "(0, 1)")
    resamples = whole("resamples", resamples, at_least=2)
    fits("resamples", resamples, samples)
    points = sampling.sample(problem, samples, calc_second_order=False, seed=seed)
    output = _runs(model, base, problem["names"], points)
    # the rows of A and B: the rest are mixtures of the two
    independent = output.reshape(samples, -1)[:, [0, -1]]
    found = _sobol_indices(problem, output, resamples, level, seed)
    table = pd.DataFrame(
        {name: np.asarray(found[name], float) for name in ("S1", "S1_conf", "ST", "ST_conf")},
        index=pd.Index(problem["names"], name="input"),
    )
    if not np.isfinite(table).all(axis=None):
        raise ValueError(
            "samples must be so many that each half of them, and of their bootstrap, varies, got "
            f"{samples}"
        )
    table.attrs = {
        "mean": float(independent.mean()),
        "variance": float(independent.var()),
        "runs": len(output),
    }
    return table


def _sobol_indices(problem, output, resamples, level, seed):
    """S1 and ST with their half-widths, of outputs of any size."""
    from SALib.analyze import sobol as analysis

    if np.ptp(output) == 0:
        nothing = np.zeros(problem["num_vars"])
        return {"S1": nothing, "S1_conf": nothing, "ST": nothing, "ST_conf": nothing}
    with np.errstate(divide="ignore", invalid="ignore"):
        return analysis.analyze(
            problem,
            output / np.ptp(output),
            calc_second_order=False,
            num_resamples=resamples,
            conf_level=level,
            seed=seed + 1,  # SALib takes seed 0 for none and then draws from NumPy's global state
        )


@typed
def morris(
    model: Callable,
    base: object | None,
    ranges: Mapping,
    *,
    trajectories: int = 64,
    levels: int = 4,
    seed: int = 0,
) -> pd.DataFrame:
    """Morris screening: the cheap first look at many inputs; model, base and ranges as in
    `sensitivity`.

    Parameters
    ----------
    model : Callable
        As in `sensitivity`.
    base : object, optional
        As in `sensitivity`.
    ranges : Mapping
        As in `sensitivity`.
    trajectories : int
        The model runs trajectories × (inputs + 1) times; ≥ 2.
    levels : int
        Even int ≥ 2 of the grid.
    seed : int

    Returns
    -------
    pandas.DataFrame
        By input mu, mu_star (mean absolute effect of the whole range), its 95 % half-width
        mu_star_conf, and sigma, which is large where an effect is not linear or depends on other
        inputs.

    References
    ----------
    Morris, Technometrics 33, 1991; Campolongo et al., Environmental Modelling & Software 22, 2007.
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = _problem(ranges)
    trajectories = whole("trajectories", trajectories, at_least=2)
    seed = whole("seed", seed)
    levels = whole("levels", levels, at_least=2, at_most=MAX_LEVELS)
    if levels % 2:
        raise ValueError(f"levels must be even, got {levels}")
    _few_enough(trajectories * (problem["num_vars"] + 1))
    points = sampling.sample(
        problem, trajectories, num_levels=levels, seed=np.random.default_rng(seed)
    )
    output = _runs(model, base, problem["names"], points)
    found = analysis.analyze(
        problem, points, output, num_levels=levels, seed=np.random.default_rng([seed, 1])
    )
    columns = ["mu", "mu_star", "mu_star_conf", "sigma"]
    return pd.DataFrame(
        {c: np.asarray(found[c], float) for c in columns},
        index=pd.Index(problem["names"], name="input"),
    )


@typed
def tornado(
    model: Callable, base: object | None, ranges: Mapping, *, samples: int = 1_024, seed: int = 0
) -> pd.DataFrame:
    """One input at a time, low and high, never without the Sobol indices that say what it misses.

    Parameters
    ----------
    model : Callable
        As in `sensitivity`.
    base : object, optional
        As in `sensitivity`.
    ranges : Mapping
        As in `sensitivity`.
    samples : int
    seed : int

    Returns
    -------
    pandas.DataFrame
        By input low, high, swing (high less low), S1, S1_conf, ST and ST_conf, the largest |swing|
        first.

    Notes
    -----
    Arguments as in `sensitivity`. The others stay at `base`, or in the middle of their ranges where
    base is None.
    """
    table = sensitivity(model, base, ranges, samples=samples, seed=seed)
    names = list(table.index)
    bounds = np.array([ranges[name] for name in names], float)
    start = (
        bounds.mean(axis=1)
        if base is None
        else np.array([float(getattr(base, name)) for name in names])
    )
    points = np.repeat(start[None, :], 2 * len(names), axis=0)
    for k, ends in enumerate(bounds):
        points[2 * k : 2 * k + 2, k] = ends
    ends = _runs(model, base, names, points).reshape(-1, 2)
    sides = pd.DataFrame(
        {"low": ends[:, 0], "high": ends[:, 1], "swing": ends[:, 1] - ends[:, 0]}, index=table.index
    )
    order = np.argsort(-np.abs(sides["swing"].to_numpy()), kind="stable")
    return sides.join(table).iloc[order]


@typed
def sample_mean(values: ArrayLike, *, antithetic: bool = False) -> Estimate:
    """Mean of independent draws along the first axis, with its standard error.

    Parameters
    ----------
    values : array_like
        (n, …), n ≥ 2.
    antithetic : bool
        Rows 2i and 2i + 1 mirror each other and count as one draw.

    Returns
    -------
    Estimate
    """
    sample = draws("values", values)
    if antithetic:
        if len(sample) % 2 or len(sample) < 4:
            raise ValueError(
                "values must come in at least two pairs where they are antithetic, got "
                f"{len(sample)}"
            )
        sample = sample.reshape(-1, 2, *sample.shape[1:]).mean(axis=1)
    error = sample.std(axis=0, ddof=1) / math.sqrt(len(sample))
    return Estimate(sample.mean(axis=0)[()], error[()])


@typed
def margin_of_error(standard_error: ArrayLike, *, replicas: int | None = None) -> np.ndarray:
    """Half of a 95 % interval: what ± means wherever this suite prints it.

    Parameters
    ----------
    standard_error : array_like
        Any shape.
    replicas : int, optional
        From whose scatter the error was estimated, at least 2: few make it uncertain itself, and
        Student's t widens the interval. Without it the error is taken as known: 1.96 of them.

    Returns
    -------
    numpy.ndarray
        Of the shape of `standard_error`; a scalar for a number.

    Notes
    -----
    Twelve replicas give 2.20 standard errors, eight 2.36, six 2.57.
    """
    error = reals("standard_error", standard_error, "[0, inf)")
    return (error * errors_in_95(replicas))[()]


@typed
def errors_in_95(replicas: int | None = None) -> float:
    """How many standard errors ± is, for an error known or told by `replicas` of them."""
    if replicas is None:
        return Z_95
    from scipy.special import stdtrit

    return float(stdtrit(whole("replicas", replicas, at_least=2) - 1, 0.975))


@typed
def sample_quantiles(values: ArrayLike, shares: ArrayLike) -> Estimate:
    """Quantiles of independent draws along the first axis, each with a standard error from the
    order statistics.

    Parameters
    ----------
    values : array_like
        (n, …), n ≥ 2.
    shares : array_like
        (k,) in (0, 1).

    Returns
    -------
    Estimate
        Arrays (k, …).

    Notes
    -----
    Half of a 95 % interval is half the distance between the quantiles 1.96 binomial standard
    deviations to either side, and the error is that over 1.96: too wide, never too narrow, for
    antithetic paths that rise with every normal.
    """
    values = draws("values", values)
    shares = reals("shares", np.atleast_1d(as_array("shares", shares)), "(0, 1)", ndim=1)
    spread = Z_95 * np.sqrt(shares * (1 - shares) / len(values))
    ends = np.clip(np.stack([shares - spread, shares, shares + spread]), 0, 1)
    low, middle, high = np.quantile(values, ends, axis=0)
    return Estimate(middle, (high - low) / 2 / Z_95)


@typed
def monte_carlo_mean(
    function: Callable,
    dimensions: int,
    *,
    log2_points: int = 12,
    replicates: int = 16,
    seed: int = 0,
    method: str = "sobol",
) -> Estimate:
    """Mean of a function over the unit cube, with a standard error from independent replicates.

    Parameters
    ----------
    function : Callable
        (points, dimensions) in (0, 1) → (points,).
    dimensions : int
    log2_points : int
        Points of one replicate, a power of two; in [0, 20].
    replicates : int
        At least 2.
    seed : int
    method : str
        'sobol' scrambles the points anew in each replicate; 'random' draws them.

    Returns
    -------
    Estimate
    """
    if method not in METHODS:
        raise ValueError(unknown("method", method, METHODS))
    dimensions = whole("dimensions", dimensions, at_least=1, at_most=MAX_DIMENSIONS)
    replicates = whole("replicates", replicates, at_least=2)
    log2_points = whole("log2_points", log2_points, at_most=20)
    _few_enough((1 << log2_points) * replicates)
    fits("dimensions", dimensions, 2, 1 << log2_points)
    means = np.empty(replicates)
    for k, child in enumerate(np.random.SeedSequence(whole("seed", seed)).spawn(replicates)):
        output = function(METHODS[method](dimensions, log2_points, np.random.default_rng(child)))
        means[k] = _finite(output, 1 << log2_points).mean()
    return Estimate(float(means.mean()), float(means.std(ddof=1) / math.sqrt(replicates)))


@typed
def convergence(
    function: Callable,
    dimensions: int,
    exact: float,
    *,
    log2_points: Iterable[int] = range(8, 15),
    replicates: int = 32,
    seed: int = 0,
) -> Convergence:
    """Error of a mean by random and by scrambled Sobol points, for numbers of points that double.

    Parameters
    ----------
    function : Callable
        As in `monte_carlo_mean`.
    dimensions : int
        As there.
    exact : float
        The true mean.
    log2_points : iterable of int
        Two sizes or more.
    replicates, seed : int
        As in `monte_carlo_mean`.

    Returns
    -------
    Convergence
        The slopes are least squares through the logs.
    """
    exact = real("exact", exact)
    seed = whole("seed", seed)
    sizes = list(log2_points)
    if len(set(sizes)) < 2:
        raise ValueError(f"log2_points must hold at least two sizes, got {quoted(sizes)}")
    rmse = {}
    for method in METHODS:
        found = [
            monte_carlo_mean(
                function,
                dimensions,
                log2_points=m,
                replicates=replicates,
                seed=seed + 1_000 * m,
                method=method,
            )
            for m in sizes
        ]
        value, error = np.array(found).T
        rmse[method] = np.sqrt((value - exact) ** 2 + error**2 * (replicates - 1))
    if not all(e.all() for e in rmse.values()):
        raise ValueError("function must have an error to measure, got none at all")
    slopes = {m: float(np.polyfit(sizes, np.log2(e), 1)[0]) for m, e in rmse.items()}
    return Convergence(
        2 ** np.array(sizes), rmse["random"], rmse["sobol"], slopes["random"], slopes["sobol"]
    )


METHODS = {"random": random_points, "sobol": sobol_points}


def _problem(ranges):
    """SALib's description of the inputs."""
    if not isinstance(ranges, Mapping) or not ranges:
        raise TypeError(
            f"ranges must be a mapping of at least one input to (low, high), got {quoted(ranges)}"
        )
    for name, pair in ranges.items():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"ranges must give (low, high) for {quoted(name)}, got {quoted(pair)}")
        low, high = (real(f"ranges[{name!r}]", end) for end in pair)
        if not low < high:
            raise ValueError(f"ranges must give low < high for {quoted(name)}, got {quoted(pair)}")
    names = [str(name) for name in ranges]
    return {
        "num_vars": len(names),
        "names": names,
        "bounds": [list(map(float, pair)) for pair in ranges.values()],
    }


def _few_enough(runs):
    if runs > MAX_RUNS:
        raise ValueError(f"runs of the model must be at most {MAX_RUNS:,}, got {runs:,}")


def _runs(model, base, names, points):
    """The model's output at every point."""
    if base is None:
        return _finite(model(points), len(points))
    if not dataclasses.is_dataclass(base) or isinstance(base, type):
        raise TypeError(
            f"base must be a frozen record or None, got {quoted(base)} ({type(base).__name__})"
        )
    known = [f.name for f in dataclasses.fields(base)]
    for name in names:
        if name not in known:
            raise ValueError(unknown(f"{type(base).__name__} field", name, known))
    rows = points.tolist()
    return _finite(
        [model(dataclasses.replace(base, **dict(zip(names, row, strict=True)))) for row in rows],
        len(rows),
    )


def _finite(output, rows):
    return reals("output", output, shape=(rows,), each="run")
