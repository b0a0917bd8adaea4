"""Speed of one exact epoch: 256 UIDs, 64 validators, every weight and bond set."""

from dataclasses import replace

import numpy as np
import pytest

from tao_econ import rules_at
from tao_econ.chain import yuma_epoch_exact

HEAD = rules_at("yuma3")
RULES = {
    "yuma3": HEAD,
    "classic": replace(HEAD, bonds="classic"),
    "liquid": replace(HEAD, liquid_alpha_on=True),
}


@pytest.mark.parametrize("name", RULES)
def test_exact_epoch(benchmark, name):
    random = np.random.default_rng(0)
    uids, validators = 256, 64
    weights, bonds = np.zeros((2, uids, uids), np.uint16)
    stake = np.zeros(uids, np.int64)
    weights[:validators] = random.integers(0, 65_536, (validators, uids))
    bonds[:validators] = random.integers(0, 65_536, (validators, uids))
    stake[:validators] = random.integers(10**12, 10**15, validators)
    yuma_epoch_exact(RULES[name], weights, stake, bonds)  # compiled before the clock starts
    benchmark.extra_info["target_s"] = 1.5e-3
    epoch = benchmark(yuma_epoch_exact, RULES[name], weights, stake, bonds)
    assert epoch.permits.sum() == validators
