"""Root, a subnet or idle? What each leaves of a holder's TAO in USD, and the alpha price at which
the subnet loses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..chain.shares import root_proportion as part_of_root
from ..chain.subnets import Subnets
from ..inputs.checks import real, reals, record
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds
from ..inputs.units import DAYS_PER_YEAR
from .rewards import alpha_yield_per_day
from .supply import MAX_LOG, break_even_growth, minted_per_day


class StakedSubnet(NamedTuple):
    """A subnet that a nominator may stake in, and root beside it."""

    alpha_price_tao: float  # TAO per alpha
    earning_alpha: float  # all alpha staked there that shares the validators' part
    root_proportion: float  # root's part of the stake there
    root_tao: float  # staked on root
    price_sum_tao: float  # the prices of all subnets together, TAO per alpha
    root_part: float  # root's part of the stake over all subnets


class NominatorChoice(NamedTuple):
    """The same TAO under three uses, after a time; arrays have one length, that of `years`."""

    years: np.ndarray
    price_usd: np.ndarray  # of TAO: the market cap as assumed over a supply that grows
    idle_usd: np.ndarray
    root_usd: np.ndarray
    alpha_usd: np.ndarray  # at the drift given
    root_tao: np.ndarray
    alpha: np.ndarray  # alpha held
    alpha_price_against_idle_tao: np.ndarray  # below it idle was better
    alpha_price_against_root_tao: np.ndarray  # below it root was better


@typed
def beside_root(
    rules: Rules,
    pools: Subnets,
    *,
    alpha_price_tao: float,
    earning_alpha: float,
    root_proportion: float,
) -> StakedSubnet:
    """One subnet, with root as it stands over all the subnets of a day.

    Parameters
    ----------
    pools
        every subnet of the day, with the TAO on root
    alpha_price_tao, earning_alpha, root_proportion
        of the one that a nominator would stake in, as in `StakedSubnet`
    """
    price = pools.price_ema_tao * pools.started
    alpha = pools.reserve_alpha + pools.outstanding_alpha
    part = np.asarray(part_of_root(rules, pools.root_tao, alpha))
    total = float(price.sum())
    return StakedSubnet(
        alpha_price_tao=alpha_price_tao,
        earning_alpha=earning_alpha,
        root_proportion=root_proportion,
        root_tao=pools.root_tao,
        price_sum_tao=total,
        root_part=float(price @ part) / total if total else 0.0,
    )


@typed
def nominator_choice(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    subnet: StakedSubnet,
    *,
    tao: float = 1_000.0,
    years: ArrayLike = 1.0,
    alpha_drift: float = 0.0,
) -> NominatorChoice:
    """TAO left idle, staked on root, or as alpha in a subnet: what each is worth in USD.

    Rewards are staked again, after `scenario.validator_take`. TAO's price is its market cap, which
    grows by `scenario.market_cap_growth`, over a supply that new TAO dilutes.

    Parameters
    ----------
    subnet
        the subnet, and root beside it
    tao
        held at the start
    years
        (n,) after which each is looked at, in [0, 100]; one value stands for itself
    alpha_drift
        change of alpha's price in TAO, as a share per year

    Raises
    ------
    ValueError
        for rules without alpha, a size of the subnet that is none, or growth beyond a float

    Notes
    -----
    All who stake in a place stake what they earn, so there stake grows by the same pay each day
    and a nominator's as (1 + t·y)^(1 − c), y being the pay of a day over the stake. Alpha is
    bought and counted at its price: a trade with the pool costs more. Root is paid in the alpha of
    every subnet, counted at its price too.
    """
    subnet = _checked(rules, subnet)
    held = real("tao", tao, "[0, inf)")
    given = reals("years", years, "[0, 100]")
    if given.ndim > 1:
        raise ValueError(f"years must be one value or (n,), got shape {given.shape}")
    after = np.atleast_1d(given)
    drift = real("alpha_drift", alpha_drift, "[-1, 1e3]")
    days = after * DAYS_PER_YEAR
    growth = [break_even_growth(rules, snapshot, scenario, float(year)) for year in after]
    price = snapshot.price_usd * _grown(scenario.market_cap_growth, after) / (1 + np.array(growth))
    take = scenario.validator_take
    per_day = _alpha_yield(rules, scenario, subnet)
    on_root = grown_stake(_root_yield(rules, scenario, subnet), days, take)
    in_alpha = grown_stake(per_day, days, take)
    alpha = held / subnet.alpha_price_tao * in_alpha
    worth_tao = held * in_alpha * _grown(drift, after)
    return NominatorChoice(
        years=after,
        price_usd=price,
        idle_usd=held * price,
        root_usd=held * on_root * price,
        alpha_usd=worth_tao * price,
        root_tao=held * on_root,
        alpha=alpha,
        alpha_price_against_idle_tao=subnet.alpha_price_tao / in_alpha,
        alpha_price_against_root_tao=subnet.alpha_price_tao * on_root / in_alpha,
    )


def _checked(rules: Rules, subnet: StakedSubnet) -> StakedSubnet:
    """The subnet with every number checked, if one can stake in it."""
    record("subnet", subnet, StakedSubnet)
    if rules.pool == "none":
        raise ValueError(f"rules must have alpha to stake in, got {rules.name!r}, which have none")
    bounds = dict.fromkeys(("alpha_price_tao", "earning_alpha", "root_tao"), "[1e-9, 1e18]")
    bounds |= {"price_sum_tao": "[0, 1e9]", "root_proportion": "[0, 1]", "root_part": "[0, 1]"}
    checked = {name: real(name, getattr(subnet, name), rule) for name, rule in bounds.items()}
    for name in ("root_proportion", "root_part"):
        if checked[name] and not rules.root_weight:
            raise ValueError(f"{name} must be 0 under {rules.name!r}, where root has no weight")
    return subnet._replace(**checked)


def _grown(rate: float, years: np.ndarray) -> np.ndarray:
    """(1 + rate)^years, refused beyond a float."""
    if rate > -1 and math.log1p(rate) * years.max(initial=0.0) > MAX_LOG:
        raise ValueError(f"growth must stay within e^{MAX_LOG:g} over the years, got {rate}")
    return (1 + rate) ** years


def grown_stake(per_day: float, days: ArrayLike, take: float) -> np.ndarray:
    """A nominator's stake after so many days for each at the start, where all who are paid stake
    what they earn.

    per_day : what a day pays at first, before take, over the stake it is paid to
    """
    return (1 + np.asarray(days, float) * per_day) ** (1 - take)


def _alpha_yield(rules: Rules, scenario: Scenario, subnet: StakedSubnet) -> float:
    """A day's pay over the alpha staked in a subnet, before take."""
    return alpha_yield_per_day(
        rules,
        earning_alpha=subnet.earning_alpha,
        alpha_per_day=minted_per_day(rules, 0, block_time_s=block_seconds(rules, scenario)),
        root_proportion=subnet.root_proportion,
    )


def _root_yield(rules: Rules, scenario: Scenario, subnet: StakedSubnet) -> float:
    """A day's pay over the TAO on root, before take: root's part of the alpha of every subnet, in
    TAO at their prices.
    """
    minted = minted_per_day(rules, 0, block_time_s=block_seconds(rules, scenario))
    return alpha_yield_per_day(
        rules,
        earning_alpha=subnet.root_tao,
        alpha_per_day=minted * subnet.price_sum_tao,
        root_proportion=1 - subnet.root_part,
    )
