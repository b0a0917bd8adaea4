"""Main net's subnets of one block: where the views of pools and of shares start."""

from __future__ import annotations

import functools

import numpy as np

from ..chain.pools import Pool
from ..chain.subnet_states import load_subnets
from ..chain.subnets import Subnets
from ..inputs import data

STATE = "subnets_8791247"


@functools.cache
def real_subnets() -> Subnets:
    """Every subnet of main net that had started by that block; their flows are not known."""
    pools = load_subnets(STATE)
    for values in pools:
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
    return pools


def start_of(pools: Subnets | None) -> Subnets:
    """Where a view starts: pools of one's own, or main net's."""
    return real_subnets() if pools is None else pools


def where(pools: Subnets | None = None) -> str:
    """What a footer says of them: how many, block and day; or that they are one's own."""
    return _of_main_net() if pools is None else f"{len(pools.name)} subnets of one's own"


def by_size(pools: Subnets, shares) -> list[Pool]:
    """The pools below which such shares of all have their reserves of TAO."""
    order = np.argsort(pools.reserve_tao, kind="stable")
    return [
        Pool(
            reserve_tao=float(pools.reserve_tao[k]),
            reserve_alpha=float(pools.reserve_alpha[k]),
            tao_weight=float(pools.tao_weight[k]),
        )
        for k in order[[round(share * (len(order) - 1)) for share in shares]]
    ]


@functools.cache
def _of_main_net() -> str:
    told = data.load("chain_values").query("state == @STATE").iloc[0]
    return (
        f"{len(real_subnets().name)} subnets of main net, block {told['block']:,} "
        f"({told['utc'][:10]})"
    )
