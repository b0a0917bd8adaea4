"""Speed of Sobol indices: N = 4,096 on 8 inputs, of an array model and of a record run by run;
and of the CRPS.
"""

import numpy as np

from tao_econ import load_scenario, load_snapshot, rules_at
from tao_econ.analysis import crps, sensitivity
from tao_econ.economy import sell_pressure

ARRAY = {f"x{k}": (0.0, 1.0) for k in range(8)}
RECORD = {
    "stakers_sold_share": (0, 1),
    "miners_sold_share": (0, 1),
    "owners_sold_share": (0, 1),
    "volume_usd": (4e7, 4e8),
    "daily_volatility": (0.03, 0.1),
    "impact_prefactor": (0.5, 1.5),
    "impact_exponent": (0.4, 0.7),
    "anticipated_share": (0, 1),
}


def test_sobol_of_an_array_model(benchmark):
    table = benchmark(sensitivity, lambda p: (p @ np.arange(8.0)) ** 2, None, ARRAY, samples=4_096)
    assert table.attrs["runs"] == 40_960


def test_sobol_of_the_sell_pressure_run_by_run(benchmark):
    rules, snapshot, scenario = (
        rules_at("2026-09-11"),
        load_snapshot("2026-09-11"),
        load_scenario("base"),
    )

    def model(varied):
        return sell_pressure(rules, snapshot, varied).surprise_impact_share

    table = benchmark.pedantic(sensitivity, (model, scenario, RECORD), {"samples": 4_096}, rounds=2)
    assert table["ST"].idxmax() == "impact_exponent"


def test_crps_of_ten_thousand_values(benchmark):
    values = np.random.default_rng(0).standard_normal(10_000)
    assert benchmark(crps, values, 0.3) > 0
