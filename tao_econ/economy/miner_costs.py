"""Which part of a subnet's incentive pays a miner's machine, before and after a halving?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from ..chain.emission import issuance_eras
from ..inputs.checks import real, takes_records
from ..inputs.rules import Rules, Scenario, Snapshot
from .rewards import RewardSplit, SubnetTerms, break_even_incentive, reward_split
from .supply import emission_tao_per_day, minted_per_day


class HalvedIncentive(NamedTuple):
    """What a subnet's miners are paid, and what part of it pays one machine."""

    miners_usd_per_day_before: float  # all of the subnet's miners together
    miners_usd_per_day_after: float
    incentive_before: (
        float  # share of the incentive that pays the machine; infinite if none is paid
    )
    incentive_after: float  # above 1 no miner can earn its costs
    price_usd_after: float  # of TAO, at which the incentive of before pays after the halving too


@takes_records
def incentive_over_halving(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    cost_usd_per_day: float,
    subnet_share: float = 1.0,
) -> HalvedIncentive:
    """The incentive that pays a machine at a snapshot, and at the reward after the next halving.

    Miners of a subnet are paid out of its part of new TAO, less what is recycled. Where they are
    paid in alpha, a day's alpha counts as the TAO that the chain puts behind it that day: alpha's
    price halves with the reward. TAO's price is the snapshot's before and after.

    Parameters
    ----------
    cost_usd_per_day
        of running one machine
    subnet_share
        the subnet's part of new TAO; 1 for a network of one

    Raises
    ------
    ValueError
        where no halving is to come
    """
    cost = real("cost_usd_per_day", cost_usd_per_day, "[0, inf)")
    share = real("subnet_share", subnet_share, "[0, 1]")
    halved = _after_halving(rules, snapshot)
    before = _paid(rules, snapshot, scenario, share)
    after = _paid(rules, halved, scenario, share)
    ratio = after.usd_per_day.miners / before.usd_per_day.miners if before.usd_per_day.miners else 0
    return HalvedIncentive(
        miners_usd_per_day_before=before.usd_per_day.miners,
        miners_usd_per_day_after=after.usd_per_day.miners,
        incentive_before=break_even_incentive(before, cost),
        incentive_after=break_even_incentive(after, cost),
        price_usd_after=snapshot.price_usd / ratio if ratio else math.inf,
    )


def _after_halving(rules: Rules, snapshot: Snapshot) -> Snapshot:
    """The day with the issuance, and the block, at which the next reward begins."""
    now, *later = issuance_eras(
        rules, issuance_rao=snapshot.issuance_rao, block=snapshot.block or 0
    )
    if not later:
        raise ValueError(f"rules must have a halving to come, got {rules.name!r}, which have none")
    ahead = math.ceil(later[0].issuance_rao)
    block = None if snapshot.block is None else later[0].first_block
    return replace(snapshot, issuance_rao=ahead, block=block)


def _paid(rules: Rules, snapshot: Snapshot, scenario: Scenario, subnet_share: float) -> RewardSplit:
    """A day of the subnet: in TAO, or in alpha worth the TAO that goes to the subnet that day."""
    if rules.pool == "none":
        return reward_split(rules, snapshot, scenario, SubnetTerms(subnet_share=subnet_share))
    emission = emission_tao_per_day(rules, snapshot, scenario) * (1 - scenario.recycled_share)
    minted = minted_per_day(rules, 0, block_time_s=scenario.block_time_s)
    terms = SubnetTerms(alpha_price_tao=emission * subnet_share / minted)
    return reward_split(rules, snapshot, scenario, terms)
