"""How long 128 subnets take: a block, a month, a trade. Targets stand in `extra_info` and fail
nothing.
"""

import pytest

import tao_econ as te

POOLS, SCENARIO = te.incentives.synthetic_subnets(), te.Scenario()
ERAS = ["dynamic-tao", "tao-flow", "net-flow", "price-unburned", "gate-rank"]


@pytest.mark.parametrize("era", ERAS)
def test_bench_10_days_of_128_subnets_at_3_us_a_block(benchmark, era):
    flows = POOLS.price_ema_tao
    pools = POOLS._replace(flow_ema_tao=flows, protocol_flow_ema_tao=flows)
    benchmark.extra_info["target_s"] = 10 * 7_200 * 3e-6
    path = benchmark.pedantic(
        lambda: te.chain.run_subnets(te.rules_at(era), SCENARIO, pools, days=10),
        rounds=7,
        warmup_rounds=1,
    )
    assert path.injected_rao[-1] > 0


def test_bench_a_year_of_128_subnets_block_by_block(benchmark):
    benchmark.extra_info["target_s"] = 8.0
    rules = te.rules_at("gate-rank")
    path = benchmark.pedantic(
        lambda: te.chain.run_subnets(rules, SCENARIO, POOLS, days=365), rounds=1, warmup_rounds=0
    )
    assert path.minted_rao[-1] > 0


def test_bench_one_swap(benchmark):
    pool = te.chain.Pool(reserve_tao=587.2, reserve_alpha=435_540.0, tao_weight=0.49999996464)
    assert benchmark(te.chain.swap, pool, tao_in=10.0, fee=33 / 65_535)[1] > 0
