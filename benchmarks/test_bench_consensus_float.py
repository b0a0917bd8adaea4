"""Speed of the fast epoch: alone, in a run of 100, and its median; 64 validators × 192 miners,
256 UIDs, small subnets.
"""

from dataclasses import replace

import numpy as np
import pytest

from tao_econ import rules_at
from tao_econ.chain import yuma_epoch, yuma_run
from tao_econ.chain import yuma_kernels as consensus_kernels

HEAD = rules_at("yuma3")
RULES = {
    "yuma3": HEAD,
    "classic": replace(HEAD, bonds="classic"),
    "liquid": replace(HEAD, liquid_alpha_on=True),
}


def subnet(validators, first_miner, uids=256):
    random = np.random.default_rng(0)
    weights, bonds, stake = np.zeros((uids, uids)), np.zeros((uids, uids)), np.zeros(uids)
    weights[:validators, first_miner:] = random.random((validators, uids - first_miner))
    bonds[:validators, first_miner:] = random.random((validators, uids - first_miner))
    stake[:validators] = 1 + random.random(validators)
    return weights, stake, bonds


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "validators, first_miner, permits",
    [(64, 64, 64), (256, 0, 64), (256, 0, 256)],
    ids=["64x192", "256", "256-permits"],
)
def test_fast_epoch(benchmark, name, validators, first_miner, permits):
    given, rules = subnet(validators, first_miner), replace(RULES[name], max_validators=permits)
    yuma_epoch(rules, *given)  # compiled before the clock starts
    if permits == 64 and validators == 256:
        benchmark.extra_info["target_s"] = 0.3e-3
    epoch = benchmark(yuma_epoch, rules, *given)
    assert abs(epoch.incentive.sum() - 1) < 1e-9


@pytest.mark.parametrize("name", RULES)
def test_rows_of_validators_alone(benchmark, name):
    weights, stake, bonds = subnet(64, 64)
    given = RULES[name], weights[:64].copy(), stake, bonds[:64].copy()
    uids = np.arange(64)
    yuma_epoch(*given, validators=uids)  # compiled before the clock starts
    benchmark.extra_info["target_s"] = 0.08e-3
    epoch = benchmark(yuma_epoch, *given, validators=uids)
    assert epoch.bonds.shape == (64, 256)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("validators, uids", [(64, 256), (5, 8)], ids=["64x192", "5x3"])
def test_run_of_100_epochs(benchmark, name, validators, uids):
    weights, stake, bonds = subnet(validators, validators, uids)
    given = {"epochs": 100, "bonds": bonds, "reward": 0.001 * stake.sum()}
    yuma_run(RULES[name], weights, stake, **given)
    if uids == 256:
        benchmark.extra_info["target_s"] = 100 * 0.06e-3
    path = benchmark(yuma_run, RULES[name], weights, stake, **given)
    assert abs(path.incentive[-1].sum() - 1) < 1e-9


def test_weighted_median(benchmark):
    weights, stake, _ = subnet(64, 64)
    weights, votes = np.ascontiguousarray(weights[:64, 64:]), stake[:64] / stake.sum()
    given = weights, np.arange(64), votes, 0.5, False, np.zeros(192)
    consensus_kernels._consensus(*given)
    benchmark(consensus_kernels._consensus, *given)
    assert given[-1].all()
