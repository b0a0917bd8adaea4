"""Who gets a day's emission? Owner, miners, validators, nominators and root, under any era's rules.

Before dynamic TAO a subnet's participants were paid in TAO, since then in the subnet's own token,
alpha.

**Chain:** opentensor/subtensor, pallets/subtensor/src/coinbase/run_coinbase.rs, commit 14bc6f9;
before dynamic TAO block_step.rs and epoch.rs, tree 62b1a70958.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..inputs.checks import real, reals
from ..inputs.door import typed
from ..inputs.record import unknown
from ..inputs.rules import Rules, Scenario, Snapshot, block_seconds, coins
from ..inputs.units import DAYS_PER_YEAR
from .day_flows import day_flows
from .roles import WHOLE_NETWORK, Roles, SubnetTerms, check_terms, role_shares, times
from .supply import minted_per_day

PART_OF = {  # what a participant's role is called in `Roles`
    "owner": "owner",
    "miner": "miners",
    "validator": "validators",
    "nominator": "nominators",
    "root holder": "root",
}


class RewardSplit(NamedTuple):
    """One day of emission of one subnet, or of the whole network where it is paid in TAO."""

    token: str  # what it is paid in: "TAO" or "alpha"
    share: Roles  # of one
    token_per_day: Roles
    tao_per_day: Roles  # alpha at the spot price of its pool
    usd_per_day: Roles


class HolderReward(NamedTuple):
    """One day of one participant."""

    token_per_day: float
    tao_per_day: float
    usd_per_day: float


@typed
def reward_split(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    subnet: SubnetTerms = WHOLE_NETWORK,
) -> RewardSplit:
    """A day's emission by role, as the chain divides it; `scenario.validator_take` is the
    validators' take.

    TAO are those of `day_flows`: what the scenario recycles is paid to nobody. Alpha is priced at
    the spot, which nobody gets who sells: see `DayFlows.alpha`.

    Parameters
    ----------
    subnet
        the subnet that is paid; by default all of the network's TAO, with an owner

    Raises
    ------
    ValueError
        for a share outside [0, 1], and for what is missing, or given where the era does not read it
    """
    check_terms(rules, subnet)
    in_alpha = rules.pool != "none"
    price = _alpha_price(rules, subnet.alpha_price_tao, in_alpha)
    share = role_shares(rules, subnet, scenario.validator_take)
    if in_alpha:
        most = coins(rules, rules.max_supply_rao)
        alpha_issuance = real("alpha_issuance", subnet.alpha_issuance, f"[0, {most}]")
        issued_rao = round(alpha_issuance * rules.units_per_coin)
        per_day = minted_per_day(rules, issued_rao, block_time_s=block_seconds(rules, scenario))
    else:
        day = day_flows(rules, snapshot, scenario)
        per_day = coins(rules, day.minted_rao) * subnet.subnet_share
        recycled = day.recycled_rao / day.minted_rao if day.minted_rao else 0.0
        paid = times(share, 1 - recycled)
        share = paid._replace(recycled=paid.recycled + recycled)
    return RewardSplit(
        token="alpha" if in_alpha else "TAO",
        share=share,
        token_per_day=times(share, per_day),
        tao_per_day=times(share, per_day * price),
        usd_per_day=times(share, per_day * price * snapshot.price_usd),
    )


def _alpha_price(rules, alpha_price_tao, in_alpha) -> float:
    if in_alpha == (alpha_price_tao is None):
        needed = (
            "given, since subnets pay in alpha" if in_alpha else "None, since subnets pay in TAO"
        )
        raise ValueError(
            f"alpha_price_tao must be {needed}, under {rules.name!r}, got {alpha_price_tao}"
        )
    return real("alpha_price_tao", alpha_price_tao, "[0, inf)") if in_alpha else 1.0


@typed
def holder_reward(
    split: RewardSplit,
    role: str,
    *,
    share: float = 1.0,
    paid_usd_per_day: float = 0.0,
    price_usd: float | None = None,
) -> HolderReward:
    """A day of one participant.

    Parameters
    ----------
    role
        'owner', 'miner', 'validator', 'nominator', 'root holder' or 'user'
    share
        of what its role gets: a miner's incentive, a validator's part of the stake behind all
        validators, a nominator's of all nominated stake, a holder's of the TAO on root
    paid_usd_per_day, price_usd
        what a user pays for the service, and USD per TAO; emission brings a user nothing
    """
    share = real("share", share, "[0, 1]")
    if role == "user":
        return _user(split, paid_usd_per_day, price_usd)
    if role not in PART_OF:
        raise ValueError(unknown("role", role, [*PART_OF, "user"]))
    part = PART_OF[role]
    if role == "owner":
        share = 1.0
    return HolderReward(
        token_per_day=getattr(split.token_per_day, part) * share,
        tao_per_day=getattr(split.tao_per_day, part) * share,
        usd_per_day=getattr(split.usd_per_day, part) * share,
    )


def _user(split, paid_usd_per_day, price_usd) -> HolderReward:
    paid = real("paid_usd_per_day", paid_usd_per_day, "[0, inf)")
    in_tao = paid / real("price_usd", price_usd, "(0, inf)") if paid else 0.0
    paid_out = sum(split.tao_per_day)
    per_tao = sum(split.token_per_day) / paid_out if paid_out else 0.0
    return HolderReward(-in_tao * per_tao, -in_tao, -paid)


@typed
def subsidy(split: RewardSplit, revenue_usd_per_year: float) -> float:
    """USD of emission for each USD that users pay.

    Parameters
    ----------
    revenue_usd_per_year
        paid by users from outside, above 0
    """
    revenue = real("revenue_usd_per_year", revenue_usd_per_year, "(0, inf)")
    return sum(split.usd_per_day) * DAYS_PER_YEAR / revenue


@typed
def break_even_incentive(split: RewardSplit, cost_usd_per_day: float) -> float:
    """The share of a subnet's incentive that pays a miner's costs.

    Parameters
    ----------
    cost_usd_per_day
        of running one miner

    Returns
    -------
    float
        above 1 no miner can earn its costs; infinite if none is paid
    """
    cost = real("cost_usd_per_day", cost_usd_per_day, "[0, inf)")
    return part_that_pays(cost, split.usd_per_day.miners)


def part_that_pays(cost: float, income: float) -> float:
    """The part of an income that pays a cost: 0 of none, infinite where nothing comes in."""
    if cost == 0:
        return 0.0
    return cost / income if income else math.inf


@typed
def alpha_yield_per_day(
    rules: Rules,
    *,
    earning_alpha: float,
    alpha_per_day: float = 7_200.0,
    root_proportion: float = 0.0,
    take: float = 0.0,
) -> float:
    """What a nominator of a subnet earns a day, in alpha per alpha staked.

    Parameters
    ----------
    earning_alpha
        all alpha staked that shares the validators' part
    alpha_per_day
        the subnet's emission to its participants
    root_proportion, take
        shares, as in `reward_split`
    """
    earning_alpha = real("earning_alpha", earning_alpha, "(0, inf)")
    alpha_per_day = real("alpha_per_day", alpha_per_day, "[0, inf)")
    root_proportion = real("root_proportion", root_proportion, "[0, 1]")
    take = real("take", take, "[0, 1]")
    validators_half = alpha_per_day * (1 - float(rules.owner_cut)) / 2
    return validators_half * (1 - root_proportion) * (1 - take) / earning_alpha


@typed
def distribute_dividends(
    validator_alpha: float,
    root_alpha: float,
    *,
    dividends: ArrayLike,
    alpha_stake: ArrayLike,
    root_stake: ArrayLike,
    root_weight: float,
) -> tuple[np.ndarray, np.ndarray]:
    """An epoch's validator and root alpha for each validator, before its take.

    Parameters
    ----------
    validator_alpha, root_alpha
        alpha to distribute
    dividends
        (v,) alpha from the epoch; only their proportions count
    alpha_stake, root_stake
        (v,) alpha and TAO behind each
    root_weight
        share, of TAO on root

    Returns
    -------
    (v,), (v,)
        validators' and root's alpha

    Notes
    -----
    run_coinbase.rs, `calculate_dividend_distribution`: a dividend is root's in proportion to
    ωt/(a + ωt).
    """
    validator_alpha = real("validator_alpha", validator_alpha, "[0, inf)")
    root_alpha = real("root_alpha", root_alpha, "[0, inf)")
    root_weight = real("root_weight", root_weight, "[0, 1]")
    paid = reals("dividends", dividends, "[0, inf)", ndim=1)
    alpha = reals("alpha_stake", alpha_stake, "[0, inf)", ndim=1)
    root = reals("root_stake", root_stake, "[0, inf)", ndim=1)
    for name, values in (("alpha_stake", alpha), ("root_stake", root)):
        if len(values) != len(paid):
            raise ValueError(
                f"{name} must have one value a validator ({len(paid)}), got {len(values)}"
            )
    weighted = root * root_weight
    both = alpha + weighted
    of_root = paid * np.divide(weighted, both, out=np.zeros_like(both), where=both > 0)
    return _in_proportion(validator_alpha, paid - of_root), _in_proportion(root_alpha, of_root)


def _in_proportion(pool: float, parts: np.ndarray) -> np.ndarray:
    total = parts.sum()
    return pool * parts / total if total else np.zeros_like(parts)
