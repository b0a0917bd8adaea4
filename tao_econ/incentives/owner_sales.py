"""An owner sells part of its cut into its own pool, day after day: what it gets, and what becomes
of the price and of the subnet's part of new TAO.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..chain.emission import block_emission
from ..chain.pools import Pool, spot_price
from ..chain.subnets import SubnetPath, Subnets, Trade, run_subnets
from ..inputs.checks import real, record, whole
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario
from ..inputs.units import BLOCKS_PER_DAY, RAO_PER_TAO, tao

OWN = "own"


class OwnerSales(NamedTuple):
    """A run with the owner's sales and one without; arrays have one length, that of `days`."""

    days: np.ndarray
    price_tao: np.ndarray  # TAO per alpha
    price_kept_tao: np.ndarray  # had the owner kept its cut
    share: np.ndarray  # of new TAO, at the last block of the day
    share_kept: np.ndarray
    sold_alpha: np.ndarray  # by the owner since the start
    got_tao: np.ndarray  # for it, after fees
    lost_tao: np.ndarray  # new TAO that the pool got less, since the start


@typed
def with_own_pool(
    pools: Subnets, own: Pool, *, outstanding_alpha: float, price_ema_tao: float | None = None
) -> Subnets:
    """Subnets with a pool of one's own, named "own", in the place of the one nearest in size.

    Parameters
    ----------
    pools
        the others
    own
        its reserves and its weight
    outstanding_alpha
        its alpha outside the pool
    price_ema_tao
        its smoothed price, TAO per alpha; the spot price if not given
    """
    record("pools", pools, Subnets)
    if not pools.name:
        raise ValueError("pools must hold a subnet whose place one's own can take, got none")
    reserve = real("reserve_tao", own.reserve_tao, "[1e-9, 1e9]")
    alpha = real("reserve_alpha", own.reserve_alpha, "[1e-9, 1e9]")
    outside = real("outstanding_alpha", outstanding_alpha, "[0, 1e9]")
    smoothed = spot_price(own) if price_ema_tao is None else price_ema_tao
    values = {
        "reserve_tao": reserve,
        "reserve_alpha": alpha,
        "outstanding_alpha": outside,
        "tao_weight": own.tao_weight,
        "price_ema_tao": real("price_ema_tao", smoothed, "[0, 1e18]"),
        "burned_share": 0.0,
        "alpha_rate": 1.0,
        "owner_cut_on": True,
        "emission_on": True,
        "started": True,
    }
    place = int(np.abs(pools.reserve_tao - reserve).argmin())
    changed = {}
    for field, value in values.items():
        column = getattr(pools, field).copy()
        column[place] = value
        changed[field] = column
    names = tuple(OWN if k == place else name for k, name in enumerate(pools.name))
    return pools._replace(name=names, **changed)


@typed
def owner_sales(
    rules: Rules,
    scenario: Scenario,
    pools: Subnets,
    *,
    subnet: str = OWN,
    sold_share: float = 1.0,
    days: int = 90,
) -> OwnerSales:
    """The owner of one subnet sells a share of each day's cut at the end of that day.

    No other owner sells; what miners, stakers and root sell is the scenario's, in both runs.

    Parameters
    ----------
    pools
        where both runs start
    subnet
        the name of the owner's
    sold_share
        of the owner's cut, in alpha
    days
        of 7,200 blocks, 1 to 3,650

    Raises
    ------
    ValueError
        for a name that is none, and where the pool cannot bear the sales

    Notes
    -----
    The cut is that of the alpha minted at the start; a halving of alpha on the way is not followed
    in it. A sale lowers the price, the smoothed price follows, and with it the subnet's share of
    new TAO under rules that go by price.
    """
    if subnet not in pools.name:
        raise ValueError(unknown("subnet", subnet, pools.name))
    place = pools.name.index(subnet)
    part = real("sold_share", sold_share, "[0, 1]")
    days = whole("days", days, at_least=1, at_most=3_650)
    daily = part * _cut_a_day(rules, pools, place)
    trades = [
        Trade((day + 1) * BLOCKS_PER_DAY - 1, subnet, alpha_in=daily)
        for day in range(days)
        if daily
    ]
    quiet = replace(scenario, owners_sold_share=0.0)  # it is one share for all owners
    sold = run_subnets(rules, quiet, pools, days=days, trades=trades)
    kept = run_subnets(rules, quiet, pools, days=days)
    fee = float(rules.swap_fee)
    return OwnerSales(
        days=sold.days,
        price_tao=sold.price_tao[:, place],
        price_kept_tao=kept.price_tao[:, place],
        share=sold.share[:, place],
        share_kept=kept.share[:, place],
        sold_alpha=daily * sold.days,
        got_tao=(_left_pool(sold, place) - _left_pool(kept, place)) * (1 - fee),
        lost_tao=_put_in(kept, place) - _put_in(sold, place),
    )


def _cut_a_day(rules: Rules, pools: Subnets, place: int) -> float:
    """Alpha of the owner's cut in a day."""
    issued = float(pools.reserve_alpha[place] + pools.outstanding_alpha[place])
    minted = tao(block_emission(rules, round(issued * RAO_PER_TAO))) * BLOCKS_PER_DAY
    taken = float(rules.owner_cut) * minted * float(pools.alpha_rate[place])
    return taken if pools.owner_cut_on[place] and pools.started[place] else 0.0


def _put_in(path: SubnetPath, place: int) -> np.ndarray:
    """TAO that the chain has put into a pool since the start."""
    return path.injected_tao[:, place] + path.bought_tao[:, place]


def _left_pool(path: SubnetPath, place: int) -> np.ndarray:
    """TAO that users have taken out of a pool by trades since the start, before fees."""
    paid_out = path.sold_tao[:, place] + path.root_sold_tao[:, place]
    change = path.reserve_tao[:, place] - path.reserve_tao[0, place]
    return _put_in(path, place) - paid_out - change
