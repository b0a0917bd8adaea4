"""Compile every kernel before somebody waits for it: what ./run does at the end of its set-up.

A kernel is compiled when it is first called and kept until a source of the package changes. Each
step here calls what its name says, once, as a notebook would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .. import chain, economy, incentives
from ..inputs import Scenario, load_snapshot, rules_at

DRAWS = economy.Draws(paths=2, steps=2, seed=0)
UIDS = 4


def _fast_epoch() -> None:
    square = np.ones((UIDS, UIDS))
    for variant in (None, "yuma2b"):
        chain.yuma_epoch(rules_at("yuma3"), square, np.ones(UIDS), 0 * square, variant=variant)


def _exact_epoch() -> None:
    weights = np.ones((UIDS, UIDS), np.uint16)
    stake = np.ones(UIDS, np.int64)
    for liquid in (False, True):
        rules = replace(rules_at("yuma3"), liquid_alpha_on=liquid)
        chain.yuma_epoch_exact(rules, weights, stake, weights)
    chain.stored_weights([1, 65_535])


def _subnets() -> None:
    chain.run_subnets(rules_at("gate-rank"), Scenario(), incentives.synthetic_subnets(), days=1)
    chain.replay_mainnet()


def _shares_and_pools() -> None:
    two = np.ones(2)
    chain.emission_shares(rules_at("net-flow"), flow_ema_tao=two, protocol_flow_ema_tao=two)
    chain.ema_price(rules_at("gate-rank"), 0.1, 0.2, age_blocks=1, blocks=1)
    pool = chain.Pool(reserve_tao=1.0, reserve_alpha=1.0)
    chain.spot_price(pool)
    chain.swap(pool, tao_in=1.0)


def _issuance() -> None:
    for rules in (rules_at("finney"), rules_at("gate-rank")):
        chain.emission_path(rules, issuance_rao=0, days=1, block_by_block=True)


def _prices() -> None:
    rules = rules_at("gate-rank")
    for model in ("gbm", "merton", "regimes"):
        economy.price_paths(rules, load_snapshot("article"), Scenario(), DRAWS, model=model)
    market = {"cap_tao": 1.0, "supply_alpha": 1.0, "years": 1.0, "volatility": 1.0}
    normals = economy.normal_draws(DRAWS._replace(dtype="float32"))
    economy.subnet_price_paths(normals, **market)


def _guarantee() -> None:
    network = incentives.draw_network(validators=4, miners=4)
    incentives.retention_map(rules_at("yuma3"), network, honest_stake=[0.6])


STEPS: dict[str, Callable[[], None]] = {
    "an epoch of Yuma": _fast_epoch,
    "subnets, block by block": _subnets,
    "the exact epoch": _exact_epoch,
    "shares of new TAO and pools": _shares_and_pools,
    "issuance, block by block": _issuance,
    "price paths": _prices,
    "the consensus guarantee": _guarantee,
}
