"""Speed of one fast epoch: 64 validators × 192 miners, 256 UIDs that all score each other, and the median alone."""

from dataclasses import replace

import numpy as np
import pytest

from tao_econ import consensus_kernels, rules_at, yuma_epoch

HEAD = rules_at("yuma3")
RULES = {"yuma3": HEAD, "classic": replace(HEAD, bonds="classic"), "liquid": replace(HEAD, liquid_alpha_on=True)}


def subnet(validators, first_miner):
    random, uids = np.random.default_rng(0), 256
    weights, bonds, stake = np.zeros((uids, uids)), np.zeros((uids, uids)), np.zeros(uids)
    weights[:validators, first_miner:] = random.random((validators, uids - first_miner))
    bonds[:validators, first_miner:] = random.random((validators, uids - first_miner))
    stake[:validators] = 1 + random.random(validators)
    return weights, stake, bonds


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("validators, first_miner", [(64, 64), (256, 0)], ids=["64x192", "256"])
def test_fast_epoch(benchmark, name, validators, first_miner):
    given = subnet(validators, first_miner)
    yuma_epoch(*given, RULES[name])  # compiled before the clock starts
    epoch = benchmark(yuma_epoch, *given, RULES[name])
    assert abs(epoch.incentive.sum() - 1) < 1e-9


def test_weighted_median(benchmark):
    weights, stake, _ = subnet(64, 64)
    weights, votes = np.ascontiguousarray(weights[:64, 64:]), stake[:64] / stake.sum()
    given = weights, np.arange(64), votes, 0.5, False, np.zeros(192)
    consensus_kernels._consensus(*given)
    benchmark(consensus_kernels._consensus, *given)
    assert given[-1].all()
