"""What a share of all stake, or of one subnet's, costs to buy: lower bounds at the present price.

References
----------
Flow of rewards against the value of an attack from Budish, NBER 24717 (2018).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..chain.pools import Pool, spot_price
from ..economy.supply import emission_tao_per_day, supply_at
from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot


class MajorityCost(NamedTuple):
    """What it takes to hold a share of all stake."""

    share: float
    present_tao: float  # bought from those who stake now: the rest shrinks as one's own grows
    present_usd: float
    added_tao: float  # bought from those who do not stake, and staked beside the present stake
    added_usd: float
    unstaked_tao: float  # there is no more than this to buy outside of stake
    feasible: bool  # whether the added TAO exists outside of stake
    # the added cost ÷ what the chain mints in a day; infinite where it mints nothing
    days_of_emission: float
    stake_is_assumed: bool


class AlphaMajorityCost(NamedTuple):
    """What it takes to hold a share of one subnet's stake weight."""

    alpha_needed: float
    pool_share: float  # of the alpha in the pool; not to be had at 1 and above
    tao_paid: float  # to a constant-product pool; infinite where the pool does not hold enough
    average_price_tao: float  # per alpha
    root_tao_needed: float  # the other way: TAO on root that gives the same stake weight


@typed
def majority_cost(
    rules: Rules, snapshot: Snapshot, scenario: Scenario, *, share: float = 0.51
) -> MajorityCost:
    """TAO and USD to hold a share of all stake, at the snapshot's price: a lower bound, for buying
    moves the price.

    Parameters
    ----------
    rules : Rules
    snapshot : Snapshot
    scenario : Scenario
    share : float
        In (0, 1); just above κ of the stake decides every median.

    Returns
    -------
    MajorityCost
    """
    share = real("share", share, "(0, 1)")
    supply = supply_at(rules, snapshot, scenario)
    present = share * supply.staked_tao
    added = share / (1 - share) * supply.staked_tao
    unstaked = supply.circulating_tao - supply.staked_tao
    minted = emission_tao_per_day(rules, snapshot, scenario)
    return MajorityCost(
        share=share,
        present_tao=present,
        present_usd=present * snapshot.price_usd,
        added_tao=added,
        added_usd=added * snapshot.price_usd,
        unstaked_tao=unstaked,
        feasible=added <= unstaked,
        days_of_emission=added / minted if minted else np.inf,
        stake_is_assumed=supply.staked_is_assumed,
    )


@typed
def alpha_majority_cost(
    *,
    pool_tao: float,
    pool_alpha: float,
    staked_alpha: float,
    root_tao: float,
    root_weight: float,
    share: float = 0.51,
) -> AlphaMajorityCost:
    """TAO to hold a share of one subnet's stake weight by buying alpha from its pool, and by
    staking on root instead.

    Parameters
    ----------
    pool_tao, pool_alpha : float
        Reserves of the constant-product pool, above 0.
    staked_alpha : float
        Alpha staked by the others.
    root_tao : float
        TAO of the others on root.
    root_weight : float
        Stake weight of one TAO on root, in alpha, in [0, 1].
    share : float
        In (0, 1).

    Returns
    -------
    AlphaMajorityCost

    Notes
    -----
    Buying a share x of the pool's alpha costs T·x/(1 − x).
    """
    share = real("share", share, "(0, 1)")
    root_weight = real("root_weight", root_weight, "[0, 1]")
    pool = Pool(
        reserve_tao=real("pool_tao", pool_tao, "(0, inf)"),
        reserve_alpha=real("pool_alpha", pool_alpha, "(0, inf)"),
        tao_weight=0.5,
    )
    staked_alpha = real("staked_alpha", staked_alpha, "[0, inf)")
    others = staked_alpha + root_weight * real("root_tao", root_tao, "[0, inf)")
    needed = share / (1 - share) * others
    part = needed / pool.reserve_alpha
    paid = pool.reserve_tao * part / (1 - part) if part < 1 else np.inf
    return AlphaMajorityCost(
        alpha_needed=needed,
        pool_share=part,
        tao_paid=paid,
        average_price_tao=paid / needed if needed else spot_price(pool),
        root_tao_needed=needed / root_weight if root_weight else np.inf,
    )
