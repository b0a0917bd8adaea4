"""Speed of price paths: 10,000 of them, ten years of weeks, dilution and random numbers
included.
"""

from dataclasses import replace

import numpy as np
import pytest

from tao_econ import load_scenario, load_snapshot, rules_at
from tao_econ.economy import Draws, normal_draws, price_paths

RULES, SNAPSHOT = rules_at("2026-09-11"), load_snapshot("2026-09-11")
SCENARIO = replace(load_scenario("base"), horizon_years=10.0)
PATHS, WEEKS = 10_000, 520


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("antithetic", [True, False], ids=["antithetic", "independent"])
def test_price_paths_with_their_random_numbers(benchmark, antithetic, dtype):
    draws = Draws(PATHS, WEEKS, seed=0, antithetic=antithetic, dtype=dtype)
    price_paths(RULES, SNAPSHOT, SCENARIO, draws)  # compiled before the clock starts
    benchmark.extra_info["target_s"] = 0.03 if dtype == "float32" else 0.08
    got = benchmark(price_paths, RULES, SNAPSHOT, SCENARIO, draws)
    assert got.price_usd.shape == (PATHS, WEEKS + 1)


def test_a_step_of_supply_and_price_with_recycling_of_its_own(benchmark):
    """Divide by 5.2 million: each step issues, recycles, watches for a halving, moves the cap
    and divides.
    """
    normals, recycled = normal_draws(Draws(PATHS, WEEKS, seed=0)), np.full(PATHS, 0.020)
    price_paths(RULES, SNAPSHOT, SCENARIO, normals, recycled_share=recycled)
    got = benchmark(price_paths, RULES, SNAPSHOT, SCENARIO, normals, recycled_share=recycled)
    assert got.circulating_tao.shape == (PATHS, WEEKS + 1)


@pytest.mark.parametrize("model", ["merton", "regimes"])
def test_price_paths_of_other_models(benchmark, model):
    draws = Draws(PATHS, WEEKS, seed=0, antithetic=True)
    price_paths(RULES, SNAPSHOT, SCENARIO, draws, model=model)
    assert benchmark(price_paths, RULES, SNAPSHOT, SCENARIO, draws, model=model).price_usd.min() > 0
