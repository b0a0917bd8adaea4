"""How long the engine takes. Targets stand in `extra_info` and fail nothing: `./run bench`
prints the times.
"""

import subprocess
import sys

import pytest

import tao_econ as te

LIFE_DAYS = -(-328_414_167 // 7_200)  # every block that pays anything
CHAIN = te.rules_at("2026-09-11")


def timed(benchmark, target_s, call, *, rounds=5, warm=1):
    benchmark.extra_info["target_s"] = target_s
    return benchmark.pedantic(call, rounds=rounds, warmup_rounds=warm)


def test_bench_all_328_414_167_blocks_one_by_one_with_recycling(benchmark):
    def run():
        return te.chain.emission_path(
            CHAIN, issuance_rao=0, days=LIFE_DAYS, recycled_rao_per_block=1_000
        )

    path = timed(benchmark, 0.6, run)
    assert path.block[-1] >= 328_414_167


def test_bench_32_million_blocks_where_the_block_number_halves(benchmark):
    rules = te.rules_at("article-whole-rao")

    def run():
        return te.chain.emission_path(
            rules, issuance_rao=10**15, days=LIFE_DAYS // 10, recycled_rao_per_block=1
        )

    timed(benchmark, 0.3, run, rounds=3)


def test_bench_every_era_in_closed_form(benchmark):
    assert len(timed(benchmark, 1e-3, lambda: te.chain.issuance_eras(CHAIN), rounds=50)) == 31


def test_bench_a_whole_life_in_closed_form_sampled_each_year(benchmark):
    def run():
        return te.chain.emission_path(CHAIN, issuance_rao=0, days=LIFE_DAYS, every_days=365)

    timed(benchmark, 1e-3, run, rounds=50)


def test_bench_one_block_emission(benchmark):
    benchmark.extra_info["target_s"] = 1e-4
    assert benchmark(te.chain.block_emission, CHAIN, 11_180_113_340_423_226) == 500_000_000


def test_bench_supply_path_of_20_years(benchmark):
    snapshot, scenario = te.load_snapshot("2026-09-11"), te.Scenario(horizon_years=20.0)
    timed(benchmark, 5e-3, lambda: te.economy.supply_path(CHAIN, snapshot, scenario), rounds=50)


def test_bench_replay_of_the_first_halving(benchmark):
    timed(benchmark, 0.5, lambda: te.economy.replay_first_halving(CHAIN), rounds=3)


@pytest.mark.parametrize("code", ["pass", "import numba, pandas", "import tao_econ"])
def test_bench_import(benchmark, code):
    target = 2.0 if "tao_econ" in code else None
    timed(
        benchmark,
        target,
        lambda: subprocess.run([sys.executable, "-c", code], check=True),
        rounds=3,
    )
