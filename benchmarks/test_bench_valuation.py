"""Speed of what a slider calls: every method on one axis, the tables of comparables, the reverse
DCF, bands, noise.
"""

import numpy as np
import pytest

import tao_econ as te

RULES, DAY, BASE = (
    te.rules_at("2026-09-11"),
    te.load_snapshot("2026-09-11"),
    te.load_scenario("base"),
)
FEES, SHARE = np.linspace(0, 1e9, 200), np.linspace(0, 1, 200)

CALLS = {
    "football_field": lambda: te.economy.football_field(RULES, DAY, BASE),
    "comparable_ratios": lambda: te.economy.comparable_ratios(RULES, DAY, BASE),
    "openai_ratio_path": te.economy.openai_ratio_path,
    "scenario_tree": lambda: te.economy.scenario_tree(RULES, spot_usd=236.0),
    "tree_noise": lambda: te.economy.tree_noise(RULES),
    "reverse_dcf": lambda: te.economy.reverse_dcf(RULES, DAY, BASE),
    "surface_200x200": lambda: te.economy.reverse_dcf_surface(
        RULES, DAY, BASE, fee_revenue_usd_per_year=FEES, capture_share=SHARE
    ),
    "price_bands": lambda: te.economy.price_bands(RULES, DAY, BASE, volatility=0.9),
    "spurious_r2": te.economy.spurious_r2,
    "kelly_under_error": lambda: te.economy.kelly_under_error(0.5, 0.9, 2.6),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_a_slider(benchmark, name):
    CALLS[name]()  # tables are read once, before the clock starts
    assert benchmark(CALLS[name]) is not None
