"""How sure is a number? Sensitivity of any model, Monte Carlo with its error, and proper scores of
forecasts.

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
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..inputs.checks import draws, real, reals, whole
from ..inputs.record import unknown

MAX_RUNS = 1 << 24  # of a model in one call


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


def sensitivity(
    model,
    base,
    ranges: Mapping,
    *,
    samples: int = 1_024,
    seed: int = 0,
    resamples: int = 100,
    level: float = 0.95,
) -> pd.DataFrame:
    """Sobol indices of a model: which input decides, alone (S1) and with all its interactions (ST).

    model : function of a record like `base` → float; with base None, of (rows, inputs) points →
      (rows,)
    base : frozen record whose fields are varied, or None
    ranges : {input: (low, high)} — independent and uniform between the two
    samples : int, a power of two — the model runs samples × (inputs + 2) times; seed : int of the
      scrambled points
    resamples : int — of the bootstrap; level : float in (0, 1) — of the intervals, whose
      half-widths are *_conf
    Returns S1, S1_conf, ST, ST_conf by input; `attrs` holds the mean, variance and runs. All zero
    where the output
    never changes. Raises ValueError where it changes, but not within a half of the samples.
    **Ref:** Saltelli et al., Computer Physics Communications 181, 2010; computed by SALib.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = _problem(ranges)
    samples = whole("samples", samples, at_least=2)
    seed = whole("seed", seed)
    if samples & (samples - 1):
        raise ValueError(f"samples must be a power of two, got {samples}")
    _few_enough(samples * (problem["num_vars"] + 2))
    level = real("level", level, "(0, 1)")
    resamples = whole("resamples", resamples, at_least=2)
    points = sampling.sample(problem, samples, calc_second_order=False, seed=seed)
    output = _runs(model, base, problem["names"], points)
    columns = ["S1", "S1_conf", "ST", "ST_conf"]
    independent = output.reshape(samples, -1)[
        :, [0, -1]
    ]  # the rows of A and B: the rest are mixtures of the two
    if np.ptp(output) == 0:
        found = dict.fromkeys(columns, np.zeros(problem["num_vars"]))
    else:  # SALib takes seed 0 for none and then draws from NumPy's global state
        with np.errstate(divide="ignore", invalid="ignore"):
            found = analysis.analyze(
                problem,
                output / np.ptp(output),
                calc_second_order=False,
                num_resamples=resamples,
                conf_level=level,
                seed=seed + 1,
            )
    table = pd.DataFrame(
        {c: np.asarray(found[c], float) for c in columns},
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


def morris(
    model, base, ranges: Mapping, *, trajectories: int = 64, levels: int = 4, seed: int = 0
) -> pd.DataFrame:
    """Morris screening: the cheap first look at many inputs; model, base and ranges as in
    `sensitivity`.

    trajectories : int ≥ 2 — the model runs trajectories × (inputs + 1) times; levels : even int ≥ 2
      of the grid
    Returns by input mu, mu_star (mean absolute effect of the whole range), its 95 % half-width
    mu_star_conf, and
    sigma, which is large where an effect is not linear or depends on other inputs.
    **Ref:** Morris, Technometrics 33, 1991; Campolongo et al., Environmental Modelling & Software
    22, 2007.
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    problem = _problem(ranges)
    trajectories = whole("trajectories", trajectories, at_least=2)
    seed = whole("seed", seed)
    if whole("levels", levels, at_least=2) % 2:
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


def tornado(model, base, ranges: Mapping, *, samples: int = 1_024, seed: int = 0) -> pd.DataFrame:
    """One input at a time, low and high, never without the Sobol indices that say what it misses.

    Arguments as in `sensitivity`. The others stay at `base`, or in the middle of their ranges where
    base is None.
    Returns by input low, high, swing (high less low), S1, S1_conf, ST and ST_conf, the largest
    |swing| first.
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


def sample_mean(values, *, antithetic: bool = False) -> Estimate:
    """Mean of independent draws along the first axis, with its standard error.

    values : (n, …), n ≥ 2; antithetic : bool — rows 2i and 2i + 1 mirror each other and count as
      one draw
    """
    values = draws("values", values)
    if antithetic:
        if len(values) % 2 or len(values) < 4:
            raise ValueError(
                "values must come in at least two pairs where they are antithetic, got "
                f"{len(values)}"
            )
        values = values.reshape(-1, 2, *values.shape[1:]).mean(axis=1)
    error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
    return Estimate(values.mean(axis=0)[()], error[()])


def sample_quantiles(values, shares) -> Estimate:
    """Quantiles of independent draws along the first axis, each with a standard error from the
    order statistics.

    values : (n, …), n ≥ 2; shares : (k,) in (0, 1). Arrays (k, …).
    The error is half the distance between the draws one binomial standard deviation to either side:
    too wide, never
    too narrow, for antithetic paths that rise with every normal.
    """
    values = draws("values", values)
    shares = np.atleast_1d(reals("shares", shares, "(0, 1)"))
    ordered = np.sort(values, axis=0)
    n = len(values)
    spread = np.sqrt(n * shares * (1 - shares))
    low = np.clip(np.floor(n * shares - spread), 0, n - 1).astype(int)
    high = np.clip(np.ceil(n * shares + spread), 0, n - 1).astype(int)
    return Estimate(np.quantile(values, shares, axis=0), (ordered[high] - ordered[low]) / 2)


def monte_carlo_mean(
    function,
    dimensions: int,
    *,
    log2_points: int = 12,
    replicates: int = 16,
    seed: int = 0,
    method: str = "sobol",
) -> Estimate:
    """Mean of a function over the unit cube, with a standard error from independent replicates.

    function : (points, dimensions) in (0, 1) → (points,); dimensions : int
    log2_points : int in [0, 20] — points of one replicate, a power of two; replicates : int ≥ 2
    method : 'sobol' scrambles the points anew in each replicate; 'random' draws them
    """
    if method not in METHODS:
        raise ValueError(unknown("method", method, METHODS))
    dimensions = whole("dimensions", dimensions, at_least=1)
    replicates = whole("replicates", replicates, at_least=2)
    if whole("log2_points", log2_points) > 20:
        raise ValueError(f"log2_points must be at most 20, got {log2_points}")
    _few_enough((1 << log2_points) * replicates)
    means = np.empty(replicates)
    for k, child in enumerate(np.random.SeedSequence(whole("seed", seed)).spawn(replicates)):
        output = function(METHODS[method](dimensions, log2_points, np.random.default_rng(child)))
        means[k] = _finite(output, 1 << log2_points).mean()
    return Estimate(float(means.mean()), float(means.std(ddof=1) / math.sqrt(replicates)))


def convergence(
    function,
    dimensions: int,
    exact: float,
    *,
    log2_points=range(8, 15),
    replicates: int = 32,
    seed: int = 0,
) -> Convergence:
    """Error of a mean by random and by scrambled Sobol points, for numbers of points that double.

    function, dimensions, replicates, seed : as in `monte_carlo_mean`; exact : float, the true mean
    log2_points : at least two ints. The slopes are least squares through the logs.
    """
    exact = real("exact", exact)
    sizes = list(log2_points)
    if len(sizes) < 2:
        raise ValueError(f"log2_points must hold at least two sizes, got {sizes}")
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


def crps(forecast, observed: float, *, weights=None) -> float:
    """Continuous ranked probability score of a distribution: E|X − y| − E|X − X′|/2, in the unit of
    y, 0 at best.

    forecast : (n,) values, or one: a point forecast scores its absolute error
    weights : (n,) probabilities that sum to one; equal if not given
    **Ref:** Gneiting and Raftery, J. American Statistical Association 102, 2007.
    """
    values, weights = _distribution(forecast, weights)
    y = real("observed", observed)
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])[:-1]
    spread = np.sum(below * (1 - below) * np.diff(values[order]))
    return float(max(np.sum(weights * np.abs(values - y)) - spread, 0.0))


def brier(probability, happened) -> float:
    """Brier score of event forecasts: the mean of (p − o)², 0 at best, 1 at worst.

    probability : float or (n,) in [0, 1]; happened : bool or (n,)
    """
    p = reals("probability", probability, "[0, 1]")
    o = np.asarray(happened)
    if o.dtype != bool:
        raise TypeError(f"happened must be bool, got {o.dtype}")
    if o.shape != p.shape or not p.size:
        raise ValueError(f"happened must have the shape of probability {p.shape}, got {o.shape}")
    return float(np.mean((p - o) ** 2))


def pinball(forecast, observed, level: float) -> float:
    """Pinball loss of quantile forecasts, the mean of max(τ(y − q), (τ − 1)(y − q)).

    forecast, observed : floats or (n,); level : float in (0, 1), the quantile τ
    """
    level = real("level", level, "(0, 1)")
    miss = reals("observed", observed) - reals("forecast", forecast)
    return float(np.mean(np.maximum(level * miss, (level - 1) * miss)))


def pit(forecast, observed: float, *, weights=None, tie: float = 0.5) -> float:
    """Probability integral transform F(y): uniform over many outcomes where the forecasts are
    calibrated.

    forecast, weights : as in `crps`; tie : float in [0, 1], the part of the mass at y that counts;
      a uniform random
    number makes the transform of a discrete forecast exactly uniform
    """
    values, weights = _distribution(forecast, weights)
    y = real("observed", observed)
    tie = real("tie", tie, "[0, 1]")
    return float(np.sum(weights[values < y]) + tie * np.sum(weights[values == y]))


def _sobol_points(dimensions, log2_points, rng):
    from scipy.stats import qmc

    points = qmc.Sobol(d=dimensions, seed=rng).random_base2(log2_points)
    return points + 2.0**-31  # the middle of a point's cell of 2⁻³⁰: never 0


def _random_points(dimensions, log2_points, rng):
    return 1 - rng.random((1 << log2_points, dimensions))


METHODS = {"random": _random_points, "sobol": _sobol_points}


def _problem(ranges):
    """SALib's description of the inputs."""
    if not isinstance(ranges, Mapping) or not ranges:
        raise TypeError(
            f"ranges must be a mapping of at least one input to (low, high), got {ranges!r}"
        )
    for name, pair in ranges.items():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"ranges must give (low, high) for {name!r}, got {pair!r}")
        low, high = (real(f"ranges[{name!r}]", end) for end in pair)
        if not low < high:
            raise ValueError(f"ranges must give low < high for {name!r}, got {pair}")
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
            f"base must be a frozen record or None, got {base!r} ({type(base).__name__})"
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


def _distribution(forecast, weights):
    """(values, probabilities) of a forecast, checked."""
    values = np.atleast_1d(forecast)
    values = reals("forecast", values, ndim=1)
    if weights is None:
        return values, np.full(len(values), 1 / len(values))
    weights = reals("weights", weights, "[0, inf)", shape=values.shape, each="value")
    if abs(weights.sum() - 1) > 1e-9:
        raise ValueError(f"weights must sum to one, got {weights.sum():.12g}")
    return values, weights
