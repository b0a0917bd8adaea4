"""Speed of the query market, 256 UIDs: 10,000 rounds, counted over replicas, should take 10 s or
less on one core.
"""

import pytest

from tao_econ import rules_at
from tao_econ.incentives import QueryMarket, displacement, query_market_path

HEAD = rules_at("2026-09-11")


@pytest.mark.parametrize("replicas", [4, 8, 16])
def test_thousand_market_rounds(benchmark, replicas):
    query_market_path(HEAD, QueryMarket(), rounds=2, replicas=2)  # compiled before the clock starts
    benchmark.extra_info["target_s"] = 1.0
    path = benchmark(
        query_market_path, HEAD, QueryMarket(), rounds=1_000 // replicas, replicas=replicas
    )
    assert path.staked_tao.size == 1_000 // replicas * replicas


def test_displacement_of_256(benchmark):
    got = benchmark(displacement, HEAD, QueryMarket(), rounds=30, replicas=8)
    assert len(got.ahead_share) == 30
