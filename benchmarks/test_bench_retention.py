"""Speed of the retention map: the document's 28,611 points at 512 UIDs, networks drawn and
sorted included.
"""

from dataclasses import replace
from fractions import Fraction

from tao_econ import rules_at
from tao_econ.incentives import draw_network, retention_map

RULES = replace(rules_at("yuma3"), bonds="classic", bonds_penalty=Fraction(1))


def test_the_documents_grid(benchmark):
    retention_map(RULES, draw_network())  # compiled before the clock starts
    benchmark.extra_info["target_s"] = 3.0
    earned = benchmark.pedantic(lambda: retention_map(RULES, draw_network()), rounds=5)
    assert earned.shape == (11, 51, 51)


def test_one_share_of_stake_as_a_slider_needs_it(benchmark):
    grid = tuple(k / 20 for k in range(21))
    earned = benchmark(
        lambda: retention_map(
            RULES, draw_network(), honest_stake=[0.6], honest_weight=grid, cabal_weight=grid
        )
    )
    assert earned.shape == (1, 21, 21)
