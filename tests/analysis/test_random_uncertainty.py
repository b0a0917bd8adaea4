"""Uncertainty, scores and sweeps over their whole domains: of any function, of any forecast."""

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest
from domain import PUBLIC, Case, arguments, array, hold, number, several, vector, whole
from hypothesis import strategies as st

import tao_econ as te
from tao_econ.analysis.sweep import sweep

share, inside = number("[0, 1]"), number("(0, 1)")
seeds = whole(0, 2**40)


def at_least_0(value, **_):
    assert np.all(np.asarray(value) >= 0)


def at_most_1(value, **_):
    at_least_0(value)
    assert np.all(np.asarray(value) <= 1 + 1e-9)


def error_law(estimate, **_):
    at_least_0(estimate.standard_error)


def correlation_law(found, **_):
    assert -1 <= found.coefficient <= 1 and -1 <= found.low <= found.high <= 1


# ---- Functions that take a function ----


class Two(NamedTuple):
    """A result of two numbers."""

    total: float
    half: float


@dataclasses.dataclass(frozen=True)
class Pair:
    """A record of two numbers."""

    a: float = 0.0
    b: float = 0.0


def weighed(points):
    """Of points of any width."""
    return points @ np.arange(1.0, points.shape[1] + 1)


def of_pair(pair):
    return pair.a * 2 + pair.b


FUNCTIONS = st.sampled_from(
    [weighed, lambda points: np.zeros(len(points)), lambda points: points.prod(axis=1)]
)
ENDS = (
    st.tuples(number("[-1e10, 1e10]"), number("[-1e10, 1e10]"))
    .filter(lambda p: p[0] != p[1])
    .map(lambda p: tuple(sorted(p)))
)
RANGES = st.one_of(
    arguments(
        model=FUNCTIONS,
        base=None,
        ranges=st.dictionaries(st.sampled_from("abcd"), ENDS, min_size=1, max_size=3),
    ),
    arguments(
        model=of_pair, base=Pair(), ranges=st.dictionaries(st.sampled_from("ab"), ENDS, min_size=1)
    ),
)


def with_ranges(**more):
    return st.tuples(RANGES, arguments(**more)).map(lambda pair: pair[0] | pair[1])


def sobol_law(table, ranges, **_):
    assert list(table.index) and set(table.index) == set(ranges) and (table["ST"] > -1e-6).all()


def summed(a, b, rng=None):
    return {"sum": a + b, "drawn": 0.0 if rng is None else float(rng.random())}


def two(scenario, rng=None):
    return Two(scenario.discount_rate * 2, scenario.discount_rate)


def sweep_law(table, axes, **_):
    assert len(table) == np.prod([len(values) for values in axes.values()])


numbers = st.lists(number(), min_size=1, max_size=3)
rates = st.lists(share, min_size=1, max_size=3)
swept = st.one_of(
    arguments(model=summed, axes=arguments(a=numbers, b=numbers)),
    arguments(model=two, base=te.Scenario(), axes=arguments(discount_rate=rates)),
)


def sweep_of(axes, **more):
    return sweep(**more, **axes, progress=False)


# ---- Scores ----


def distributions(n):
    odds = vector("[0, 1]", n, n).filter(lambda xs: xs.sum() > 1e-3).map(lambda xs: xs / xs.sum())
    return arguments(forecast=array((n,)), observed=number(), weights=st.one_of(st.none(), odds))


def calls(n):
    return arguments(
        probability=array((n,), "[0, 1]"), happened=st.lists(st.booleans(), min_size=n, max_size=n)
    )


FEW = "samples must be so many"
TABLE = {
    "sample_mean": Case(
        arguments(values=st.one_of(vector(least=4, most=4), array((4, 2)), vector(least=2))),
        error_law,
    ),
    "sample_quantiles": Case(
        arguments(values=st.one_of(vector(least=2), array((3, 2))), shares=vector("(0, 1)")),
        error_law,
    ),
    "monte_carlo_mean": Case(
        arguments(
            function=FUNCTIONS,
            dimensions=whole(1, 5),
            log2_points=whole(0, 6),
            replicas=2,
            seed=seeds,
            method=st.sampled_from(["sobol", "random"]),
        ).map(lambda given: {"replicates": given.pop("replicas")} | given),
        error_law,
    ),
    "convergence": Case(
        arguments(
            function=FUNCTIONS,
            dimensions=whole(1, 3),
            exact=number("[-100, 100]"),
            log2_points=[2, 3, 4],
            replicates=2,
            seed=seeds,
        ),
        lambda found, **_: at_least_0(found.rmse_sobol),
        refuses="function must have an error",
        most=10,
    ),
    "sensitivity": Case(
        with_ranges(samples=st.sampled_from([2, 4, 16]), seed=seeds, resamples=2),
        sobol_law,
        refuses=FEW,
    ),
    "tornado": Case(
        with_ranges(samples=st.sampled_from([2, 4, 16]), seed=seeds), sobol_law, refuses=FEW
    ),
    "morris": Case(
        with_ranges(trajectories=whole(2, 5), levels=st.sampled_from([2, 4]), seed=seeds),
        lambda table, **_: at_least_0(table["mu_star"]),
    ),
    "margin_of_error": Case(
        arguments(
            standard_error=array((3,), "[0, 1e300]"), replicas=st.one_of(st.none(), whole(2, 10**6))
        ),
        at_least_0,
    ),
    "errors_in_95": Case(
        arguments(replicas=st.one_of(st.none(), whole(2, 10**6))),
        lambda errors, **_: at_least_0(errors - 1.95),
    ),
    "quantile_score": Case(
        several(
            lambda n: arguments(
                levels=st.just(np.arange(1, n + 1) / (n + 1)),
                quantiles=array((n,), "[-1e300, 1e300]").map(np.sort),
                observed=number("[-1e6, 1e6]"),
            )
        ),
        at_least_0,
    ),
    "correlation": Case(
        st.integers(4, 9).flatmap(
            lambda n: arguments(
                first=array((n,)),
                second=array((n,)),
                level=inside,
                block_length=st.one_of(st.none(), whole(1, 4)),
                replicas=whole(100, 200),
                seed=seeds,
            )
        ),
        correlation_law,
        refuses="must vary",
        most=200,
    ),
    "circular_blocks": Case(
        arguments(
            count=whole(5, 50), block_length=whole(1, 5), replicas=whole(100, 200), seed=seeds
        ),
        lambda picked, count, **_: (
            ((picked >= 0) & (picked < count)).all() or pytest.fail("outside")
        ),
    ),
    "brier": Case(several(calls), at_most_1),
    "crps": Case(several(distributions), at_least_0),
    "pit": Case(
        several(distributions).flatmap(lambda given: share.map(lambda tie: given | {"tie": tie})),
        at_most_1,
    ),
    "pinball": Case(
        several(lambda n: arguments(forecast=array((n,)), observed=array((n,)), level=inside)),
        at_least_0,
    ),
    "sweep": Case(
        swept.flatmap(
            lambda given: st.one_of(st.none(), seeds).map(lambda seed: given | {"seed": seed})
        ),
        sweep_law,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_every_example_is_answered_in_finite_numbers_or_refused_in_one_line(name):
    hold(sweep_of if name == "sweep" else PUBLIC[name], TABLE[name])
