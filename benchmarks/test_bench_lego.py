"""Speed of what a slider calls: closed forms, a jury of unequal stake with correlated votes, a
tournament.
"""

import numpy as np

from tao_econ.incentives import (
    coverage_fit,
    expected_max,
    jury_accuracy,
    query_latency,
    route,
    tournament,
)

BUSY = {
    "arrivals_per_s": 25.0,
    "servers": 8,
    "served_per_s": 4.0,
    "miners": 10,
    "needed": 3,
    "answered_per_s": 0.5,
}


def test_expected_max(benchmark):
    counts = [int(n) for n in np.unique(np.geomspace(1, 1e6, 100).astype(int))]
    assert len(benchmark(expected_max, counts)) == len(counts)


def test_coverage_fit(benchmark):
    assert benchmark(coverage_fit, 0.159, 0.56, 250).power_b < 0


def test_jury_of_64_unequal_and_correlated(benchmark):
    stake = np.random.default_rng(0).random(64) ** 3
    assert benchmark(jury_accuracy, stake, 0.6, correlation=0.1).accuracy > 0.6


def test_route(benchmark):
    assert benchmark(route, np.random.default_rng(0).random((20, 200))).gain > 0


def test_latency(benchmark):
    assert benchmark(lambda: query_latency(**BUSY)).mean_s > 0


def test_tournament(benchmark):
    assert benchmark(tournament, replicas=20).selection_sd.shape == (20, 200)
