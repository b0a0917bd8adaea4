"""Which part of a subnet's incentive pays a miner's machine, before and after a halving?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from ..chain.emission import issuance_eras
from ..inputs.checks import real
from ..inputs.door import typed
from ..inputs.rules import Rules, Scenario, Snapshot, coins
from .day_flows import day_flows
from .rewards import part_that_pays


class HalvedIncentive(NamedTuple):
    """What a subnet's miners are paid, and what part of it pays one machine."""

    miners_usd_per_day_before: float  # all of the subnet's miners together
    miners_usd_per_day_after: float
    incentive_before: (
        float  # share of the incentive that pays the machine; infinite if none is paid
    )
    incentive_after: float  # above 1 no miner can earn its costs
    price_usd_after: float  # of TAO, at which the incentive of before pays after the halving too


@typed
def incentive_over_halving(
    rules: Rules,
    snapshot: Snapshot,
    scenario: Scenario,
    *,
    cost_usd_per_day: float,
    subnet_share: float = 1.0,
) -> HalvedIncentive:
    """The incentive that pays a machine at a snapshot, and at the reward after the next halving.

    Miners are paid out of the subnet's part of new TAO, as in `day_flows`. Where they are paid in
    alpha, that is what the chain puts behind a day's alpha, so their pay halves with the reward.
    TAO's price is the snapshot's before and after.

    Parameters
    ----------
    cost_usd_per_day
        of running one machine
    subnet_share
        the subnet's part of new TAO; 1 for a network of one

    Raises
    ------
    ValueError
        where no halving is to come, or only beyond any issuance or block that a snapshot takes
    """
    cost = real("cost_usd_per_day", cost_usd_per_day, "[0, inf)")
    share = real("subnet_share", subnet_share, "[0, 1]")
    before = _miners_usd(rules, snapshot, scenario, share)
    after = _miners_usd(rules, _after_halving(rules, snapshot), scenario, share)
    return HalvedIncentive(
        miners_usd_per_day_before=before,
        miners_usd_per_day_after=after,
        incentive_before=part_that_pays(cost, before),
        incentive_after=part_that_pays(cost, after),
        price_usd_after=snapshot.price_usd * part_that_pays(before, after),
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


def _miners_usd(rules: Rules, snapshot: Snapshot, scenario: Scenario, subnet_share: float) -> float:
    """A day of all miners of the subnet."""
    paid_rao = day_flows(rules, snapshot, scenario).pay.miners_rao
    return coins(rules, paid_rao) * subnet_share * snapshot.price_usd
